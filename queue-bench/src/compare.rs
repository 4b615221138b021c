//! Two records beside each other: what has changed from one to the next.
//!
//! Rates of different runs cannot be compared: the machine was another one, even if it
//! has the same name. But each run measured queue-core against its peers, and those have
//! not changed: they are the yardstick. What is compared is therefore the ratio to each
//! peer, of the launches of one run against those of the other.

use std::fmt::Write;

use crate::contenders::is_ours;
use crate::records::Record;
use crate::report::{Metric, Row, Status, digits};
use crate::statistics::{CONFIDENCE, Ratio};

/// The ratio to one peer in one cell, then and now.
struct Change<'a> {
    before: &'a Row,
    after: &'a Row,
    /// After over before; nothing if there are too few launches.
    change: Option<Ratio>,
}

/// A line for each peer and cell that both records have, and a summary.
pub(crate) fn compare(before: &Record, after: &Record) -> String {
    let mut text = String::new();
    for (name, record) in [("before", before), ("after", after)] {
        let of = |field| record.environment(field);
        let _ = writeln!(
            text,
            "{name:7} commit {}, {}, {}, rustc {}",
            of("commit"),
            of("date"),
            of("cpu"),
            of("rustc")
        );
    }
    if before.environment("cpu") != after.environment("cpu") {
        text.push_str("the processors differ: so may the ratios, without any change of code\n");
    }
    let _ = writeln!(
        text,
        "\n{:36} {:8} {:20} {:>7} {:>7} {:>7}  {:17} queue-core is",
        "cell", "mode", "yardstick", "before", "after", "change", "95 % interval"
    );
    let changes = changes(before, after);
    let (mut faster, mut slower, mut same) = (0, 0, 0);
    for Change {
        before,
        after,
        change,
    } in &changes
    {
        let figure = |ratio: Option<f64>| ratio.map_or_else(|| "-".to_owned(), digits);
        let (verdict, count) = match change {
            Some(change) if change.is_different() && change.mean > 1.0 => {
                ("faster now", &mut faster)
            }
            Some(change) if change.is_different() => ("slower now", &mut slower),
            _ => ("no difference", &mut same),
        };
        *count += 1;
        let _ = writeln!(
            text,
            "{:36} {:8} {:20} {:>7} {:>7} {:>7}  {:17} {verdict}{}",
            after.cell,
            after.mode,
            after.contender,
            figure(before.ratio),
            figure(after.ratio),
            figure(change.as_ref().map(|change| change.mean)),
            change.as_ref().map_or_else(
                || "-".to_owned(),
                |change| format!("{} to {}", digits(change.lo), digits(change.hi))
            ),
            if before.version == after.version {
                String::new()
            } else {
                format!(
                    " (the yardstick was {}, and is {})",
                    before.version, after.version
                )
            }
        );
    }
    let means: Vec<f64> = changes
        .iter()
        .filter_map(|change| change.change.as_ref())
        .map(|change| change.mean.ln())
        .collect();
    if means.is_empty() {
        text.push_str("the records have nothing in common\n");
    } else {
        let mean = (means.iter().sum::<f64>() / means.len() as f64).exp();
        let _ = writeln!(
            text,
            "\n{faster} faster now, {slower} slower now, {same} no difference; geometric mean {}",
            digits(mean)
        );
    }
    text
}

fn changes<'a>(before: &'a Record, after: &'a Record) -> Vec<Change<'a>> {
    let ok = |row: &&Row| row.status == Status::Ok && !is_ours(&row.contender);
    after
        .of(Metric::Throughput)
        .filter(ok)
        .filter_map(|after| {
            let same = |row: &&Row| {
                row.cell == after.cell && row.mode == after.mode && row.contender == after.contender
            };
            let before = before.of(Metric::Throughput).filter(ok).find(same)?;
            Some(Change {
                before,
                after,
                change: Ratio::between(&after.launch_ratios, &before.launch_ratios, CONFIDENCE),
            })
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::contenders::OURS;

    fn record(cpu: &str, version: &str, ratios: &[f64]) -> Record {
        let row = Row {
            cell: "mpmc-2p2c-cap64-8B".to_owned(),
            mode: "try".to_owned(),
            contender: "flume".to_owned(),
            version: version.to_owned(),
            ratio: Ratio::of(ratios, CONFIDENCE).map(|ratio| ratio.mean),
            launch_ratios: ratios.to_vec(),
            ..Row::default()
        };
        let ours = Row {
            contender: OURS.to_owned(),
            ..row.clone()
        };
        Record {
            lines: vec![serde_json::json!({"metric": "env", "cpu": cpu})],
            rows: vec![ours, row],
        }
    }

    #[test]
    fn a_change_is_told_from_noise() {
        let noisy = |mean: f64| -> Vec<f64> {
            (0..12)
                .map(|n| mean * (1.0 + 0.02 * f64::from(n % 3)))
                .collect()
        };
        let before = record("a", "1", &noisy(2.0));
        let same = compare(&before, &record("a", "1", &noisy(2.005)));
        assert!(
            same.contains("0 faster now, 0 slower now, 1 no difference"),
            "{same}"
        );
        let faster = compare(&before, &record("a", "1", &noisy(2.4)));
        assert!(faster.contains("1 faster now, 0 slower now"), "{faster}");
        assert!(!faster.contains("differ:") && !faster.contains("yardstick was"));
        let slower = compare(&before, &record("b", "2", &noisy(1.5)));
        assert!(slower.contains("0 faster now, 1 slower now"), "{slower}");
        assert!(slower.contains("differ:") && slower.contains("the yardstick was 1, and is 2"));
    }

    #[test]
    fn one_launch_each_says_nothing() {
        let text = compare(&record("a", "1", &[1.0]), &record("a", "1", &[3.0]));
        assert!(text.contains("no difference"), "{text}");
    }
}
