//! Two records beside each other: what has changed from one to the next.
//!
//! Rates of different runs cannot be compared: the machine was another one, even if it
//! has the same name. But each run measured queue-core against its peers, and those have
//! not changed: they are the yardstick. What is compared is therefore the ratio to each
//! peer, of the launches of one run against those of the other.

use std::collections::BTreeSet;
use std::fmt::Write;

use crate::contenders::is_ours;
use crate::records::Record;
use crate::report::{Metric, Row, Status, Verdict, digits};
use crate::run::LAUNCHES;
use crate::statistics::{CONFIDENCE, Ratio};

/// The ratio to one peer in one cell, then and now.
struct Change<'a> {
    before: &'a Row,
    after: &'a Row,
    /// After over before; nothing if there are too few launches.
    change: Option<Ratio>,
    /// Whether the peer was compared with the same one of ours both times.
    is_alike: bool,
}

// What queue-core is, where both records rank the ratio.
const FASTER: &str = "faster now";
const SLOWER: &str = "slower now";
const SAME: &str = "no difference";

impl Change<'_> {
    /// What has become of queue-core, if both records rank the ratio; otherwise why they do not.
    fn verdict(&self) -> Result<&'static str, &'static str> {
        for row in [self.after, self.before] {
            match row.verdict {
                Verdict::Faster | Verdict::Slower | Verdict::NoDifference => {}
                Verdict::TooFewLaunches | Verdict::Unfair => return Err(row.verdict.text()),
                Verdict::None => return Err("not ranked"),
            }
        }
        if !self.is_alike {
            return Err("against another queue of ours");
        }
        match &self.change {
            None => Err(Verdict::TooFewLaunches.text()),
            Some(change) if !change.is_different() => Ok(SAME),
            Some(change) if change.mean > 1.0 => Ok(FASTER),
            Some(_) => Ok(SLOWER),
        }
    }
}

/// A line for each peer and cell that both records have, and a summary; nothing if there is none.
pub(crate) fn compare(before: &Record, after: &Record) -> Option<String> {
    let changes = changes(before, after);
    if changes.is_empty() {
        return None;
    }
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
    text.push_str(LEGEND);
    let _ = writeln!(
        text,
        "\n{:36} {:8} {:20} {:>7} {:>7} {:>7}  {:17} queue-core is",
        "cell", "mode", "yardstick", "before", "after", "change", "95 % interval"
    );
    for change in &changes {
        text.push_str(&line(change));
    }
    text.push_str(&summary(&changes));
    Some(text)
}

const LEGEND: &str = "\
    before, after: the ratio queue-core / yardstick of each record, above 1 queue-core is faster\n\
    change: after / before, above 1 queue-core has become faster; its interval Welch's, over the launches\n";

fn line(compared: &Change<'_>) -> String {
    let Change {
        before,
        after,
        change,
        ..
    } = compared;
    let figure = |ratio: Option<f64>| ratio.map_or_else(|| "-".to_owned(), digits);
    let (Ok(verdict) | Err(verdict)) = compared.verdict();
    format!(
        "{:36} {:8} {:20} {:>7} {:>7} {:>7}  {:17} {verdict}{}\n",
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
    )
}

/// How many there are of each verdict, the mean of those that are ranked, and who is left out of it.
fn summary(changes: &[Change<'_>]) -> String {
    let verdicts: Vec<_> = changes.iter().map(Change::verdict).collect();
    let count = |verdict| verdicts.iter().filter(|&&other| other == verdict).count();
    let ranked = changes.iter().filter(|change| change.verdict().is_ok());
    let logs: Vec<f64> = ranked
        .filter_map(|change| Some(change.change.as_ref()?.mean.ln()))
        .collect();
    let mean = if logs.is_empty() {
        "-".to_owned()
    } else {
        digits((logs.iter().sum::<f64>() / logs.len() as f64).exp())
    };
    let mut text = format!(
        "\n{} {FASTER}, {} {SLOWER}, {} {SAME}; geometric mean {mean}\n",
        count(Ok(FASTER)),
        count(Ok(SLOWER)),
        count(Ok(SAME)),
    );
    let reasons: BTreeSet<_> = verdicts
        .iter()
        .filter_map(|verdict| verdict.err())
        .collect();
    let left_out: Vec<_> = reasons
        .into_iter()
        .map(|reason| format!("{} {reason}", count(Err(reason))))
        .collect();
    if !left_out.is_empty() {
        let _ = writeln!(text, "left out of the mean: {}", left_out.join(", "));
    }
    if count(Err(Verdict::TooFewLaunches.text())) > 0 {
        let _ = writeln!(
            text,
            "too few launches: a verdict needs {LAUNCHES} of each cell in both records"
        );
    }
    text
}

fn changes<'a>(before: &'a Record, after: &'a Record) -> Vec<Change<'a>> {
    let ok = |row: &&Row| row.status == Status::Ok && !is_ours(&row.contender);
    let rows = after.of(Metric::Throughput).filter(ok);
    let change = |now: &'a Row| {
        let same = |row: &&Row| {
            row.cell == now.cell && row.mode == now.mode && row.contender == now.contender
        };
        let then = before.of(Metric::Throughput).filter(ok).find(same)?;
        Some(Change {
            before: then,
            after: now,
            change: Ratio::between(&now.launch_ratios, &then.launch_ratios, CONFIDENCE),
            is_alike: before.yardstick_of(then) == after.yardstick_of(now),
        })
    };
    rows.filter_map(change).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::contenders::{OUR_CHANNEL, OURS};

    fn record(cpu: &str, version: &str, ratios: &[f64]) -> Record {
        let row = Row {
            cell: "mpmc-2p2c-cap64-8B".to_owned(),
            mode: "try".to_owned(),
            contender: "flume".to_owned(),
            version: version.to_owned(),
            ratio: Ratio::of(ratios, CONFIDENCE).map(|ratio| ratio.mean),
            launch_ratios: ratios.to_vec(),
            verdict: Verdict::Faster,
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

    fn compared(before: &Record, after: &Record) -> String {
        compare(before, after).expect("they have a cell in common")
    }

    #[test]
    fn records_of_other_cells_or_peers_are_not_compared() {
        let before = record("a", "1", &[1.0; 12]);
        let mut after = before.clone();
        assert!(
            compared(&before, &after).contains("before, after: the ratio queue-core / yardstick")
        );
        after.rows[1].cell = "spsc-1p1c-cap64-8B".to_owned();
        assert_eq!(compare(&before, &after), None);
    }

    #[test]
    fn a_change_is_told_from_noise() {
        let noisy = |mean: f64| -> Vec<f64> {
            (0..12)
                .map(|n| mean * (1.0 + 0.02 * f64::from(n % 3)))
                .collect()
        };
        let before = record("a", "1", &noisy(2.0));
        let same = compared(&before, &record("a", "1", &noisy(2.005)));
        assert!(
            same.contains("0 faster now, 0 slower now, 1 no difference"),
            "{same}"
        );
        let faster = compared(&before, &record("a", "1", &noisy(2.4)));
        assert!(faster.contains("1 faster now, 0 slower now"), "{faster}");
        assert!(!faster.contains("differ:") && !faster.contains("yardstick was"));
        let slower = compared(&before, &record("b", "2", &noisy(1.5)));
        assert!(slower.contains("0 faster now, 1 slower now"), "{slower}");
        assert!(slower.contains("differ:") && slower.contains("the yardstick was 1, and is 2"));
    }

    #[test]
    fn one_launch_each_says_nothing() {
        let text = compared(&record("a", "1", &[1.0]), &record("a", "1", &[3.0]));
        let lines: Vec<_> = text.lines().collect();
        assert!(
            lines
                .iter()
                .any(|line| line.ends_with("  too few launches")),
            "{text}"
        );
        assert!(
            text.contains("0 faster now, 0 slower now, 0 no difference; geometric mean -\n"),
            "{text}"
        );
        assert!(
            text.contains("left out of the mean: 1 too few launches\n"),
            "{text}"
        );
        assert!(
            text.ends_with("a verdict needs 12 of each cell in both records\n"),
            "{text}"
        );
    }

    #[test]
    fn a_ratio_against_another_queue_of_ours_is_another_ratio() {
        let before = record("a", "1", &[1.0; 12]);
        let mut after = record("a", "1", &[2.0; 12]);
        after.rows[0].contract = "fifo/mpmc/try/ring".to_owned();
        after.rows.push(Row {
            contender: OUR_CHANNEL.to_owned(),
            contract: String::new(),
            ..after.rows[0].clone()
        });
        let text = compared(&before, &after);
        assert!(
            text.contains("left out of the mean: 1 against another queue of ours\n"),
            "{text}"
        );
        assert!(compared(&after, &after).contains("1 no difference"));
    }

    #[test]
    fn what_either_record_does_not_rank_is_left_out_of_the_mean() {
        let with = |verdicts: [Verdict; 4]| {
            let mut record = record("a", "1", &[1.0; 12]);
            let row = record.rows.pop().unwrap();
            let rows = verdicts.into_iter().zip(["a", "b", "c", "d"]);
            record.rows.extend(rows.map(|(verdict, contender)| Row {
                verdict,
                contender: contender.to_owned(),
                ..row.clone()
            }));
            record
        };
        let (same, few, unfair) = (
            Verdict::NoDifference,
            Verdict::TooFewLaunches,
            Verdict::Unfair,
        );
        let before = with([same, unfair, same, same]);
        let mut after = with([same, same, unfair, few]);
        for row in &mut after.rows {
            let ratio = if row.contender == "a" { 2.0 } else { 100.0 };
            row.launch_ratios = vec![ratio; 12];
        }
        let text = compared(&before, &after);
        assert!(
            text.contains("1 faster now, 0 slower now, 0 no difference; geometric mean 2.00\n"),
            "{text}"
        );
        assert!(
            text.contains("left out of the mean: 1 too few launches, 2 unfair\n"),
            "{text}"
        );
    }
}
