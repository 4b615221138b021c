//! The figures of a document, made of a record and kept in step with it.

use std::fmt::Write;

use super::table::digits;
use super::{Row, Status};
use crate::contenders::{LEADERS, OUR_CHANNEL, OURS};
use crate::contract::Mode;
use crate::records::Record;
use crate::report::{Metric, Verdict};
use crate::suites::Suite;

const BEGIN: &str = "<!-- figures: begin -->";
const END: &str = "<!-- figures: end -->";

/// The document with the figures of this record between its marks; nothing if it has no marks.
pub(crate) fn insert(document: &str, record: &Record) -> Option<String> {
    let (head, rest) = document.split_once(BEGIN)?;
    let (_, tail) = rest.split_once(END)?;
    Some(format!("{head}{BEGIN}\n{}{END}{tail}", figures(record)))
}

/// A table for each mode of the quick suite, the noise floor and the leading peers in its columns.
fn figures(record: &Record) -> String {
    let of = |field| record.environment(field);
    let mut text = format!(
        "Measured {} at commit {}{} on {} (family {}, model {}), {} cores; rustc {}.\n",
        of("date").split('T').next().unwrap_or_default(),
        of("commit"),
        if of("dirty") == "true" {
            " with changes"
        } else {
            ""
        },
        of("cpu"),
        of("family"),
        of("model"),
        of("cores"),
        of("rustc")
    );
    for (mode, what) in [
        (Mode::Block, "Blocking (`bounded`, `send` and `recv`)"),
        (
            Mode::Try,
            "Polling (rings beside `Ring`, channels beside `bounded`, `try_send` and `try_recv`)",
        ),
    ] {
        let _ = write!(text, "\n{what}:\n\n{}", table(record, mode));
    }
    text
}

fn table(record: &Record, mode: Mode) -> String {
    let mode_name = mode.to_string();
    let find = |cell: &str, contender: &str| {
        record
            .of(Metric::Throughput)
            .find(|row| row.cell == cell && row.mode == mode_name && row.contender == contender)
    };
    let cells: Vec<String> = Suite::Quick
        .cells()
        .iter()
        .map(ToString::to_string)
        .filter(|cell| find(cell, OURS).is_some())
        .collect();
    let peers: Vec<&str> = LEADERS
        .into_iter()
        .filter(|peer| cells.iter().any(|cell| find(cell, peer).is_some()))
        .collect();
    let has_channel = cells.iter().any(|cell| find(cell, OUR_CHANNEL).is_some());
    let ours: &[&str] = if has_channel {
        &[OURS, OUR_CHANNEL]
    } else {
        &[OURS]
    };
    let mut text = "| cell |".to_owned();
    for ours in ours {
        let _ = write!(text, " {ours}, M msg/s |");
    }
    text.push_str(" itself |");
    for peer in &peers {
        let _ = write!(text, " {peer} |");
    }
    text.push_str("\n|---|");
    text.push_str(&"--:|".repeat(ours.len() + 1 + peers.len()));
    text.push('\n');
    for cell in &cells {
        let is_oversubscribed = find(cell, OURS).is_some_and(|row| row.oversubscribed);
        let mark = if is_oversubscribed { "\u{2020}" } else { "" };
        let _ = write!(text, "| `{cell}`{mark} |");
        for ours in ours {
            let rate = find(cell, ours).map_or_else(String::new, rate);
            let _ = write!(text, " {rate} |");
        }
        let mut controls = record.of(Metric::Control);
        let control = controls.find(|row| row.cell == *cell && row.mode == mode_name);
        let _ = write!(text, " {} |", control.map_or_else(|| "-".to_owned(), ratio));
        for peer in &peers {
            let ratio = find(cell, peer).map_or_else(|| "-".to_owned(), ratio);
            let _ = write!(text, " {ratio} |");
        }
        text.push('\n');
    }
    text
}

fn rate(row: &Row) -> String {
    if let Some(failure) = failure(row) {
        return failure.to_owned();
    }
    let millions = |value: Option<f64>| value.map_or_else(String::new, |value| digits(value / 1e6));
    format!(
        "{} ({}-{})",
        millions(row.median),
        millions(row.lo),
        millions(row.hi)
    )
}

/// Bold where queue-core is faster, in italics where it is slower, in brackets where it is not ranked.
fn ratio(row: &Row) -> String {
    if let Some(failure) = failure(row) {
        return failure.to_owned();
    }
    match row.ratio.zip(row.ratio_lo).zip(row.ratio_hi) {
        Some(((ratio, lo), hi)) => {
            let (before, after) = match row.verdict {
                Verdict::Faster => ("**", "**"),
                Verdict::Slower => ("*", "*"),
                Verdict::Unfair | Verdict::TooFewLaunches => ("[", "]"),
                Verdict::NoDifference | Verdict::None => ("", ""),
            };
            format!(
                "{before}{}{after} ({}-{})",
                digits(ratio),
                digits(lo),
                digits(hi)
            )
        }
        None => "-".to_owned(),
    }
}

fn failure(row: &Row) -> Option<&'static str> {
    match row.status {
        Status::Ok => None,
        Status::Hung => Some("hung"),
        Status::Panicked => Some("failed"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn record() -> Record {
        let row = |contender: &str, ratio: f64, verdict: Verdict| Row {
            cell: "mpmc-2p2c-cap64-8B".to_owned(),
            mode: "block".to_owned(),
            contender: contender.to_owned(),
            median: Some(3e7),
            lo: Some(2.5e7),
            hi: Some(3.5e7),
            ratio: Some(ratio),
            ratio_lo: Some(0.5 * ratio),
            ratio_hi: Some(2.0 * ratio),
            verdict,
            ..Row::default()
        };
        Record {
            lines: vec![serde_json::json!({
                "metric": "env", "cpu": "x", "family": 26, "model": 2, "cores": 2, "commit": "c", "rustc": "1", "date": "2026-01-02T03:04:05Z"
            })],
            rows: vec![
                Row {
                    oversubscribed: true,
                    ..row(OURS, 1.0, Verdict::None)
                },
                Row {
                    metric: Metric::Control,
                    ..row("control", 1.01, Verdict::None)
                },
                row("kanal", 3.0, Verdict::Faster),
                row("flume", 1.1, Verdict::NoDifference),
            ],
        }
    }

    #[test]
    fn figures_stand_between_their_marks_and_nothing_else_changes() {
        let document = format!("before\n{BEGIN}\nold\n{END}\nafter\n");
        let new = insert(&document, &record()).unwrap();
        assert!(new.starts_with("before\n") && new.ends_with("\nafter\n"));
        assert!(!new.contains("old"));
        assert!(
            new.contains("Measured 2026-01-02 at commit c on x (family 26, model 2), 2 cores;")
        );
        assert!(
            new.contains("| cell | queue-core, M msg/s | itself | flume | kanal |"),
            "{new}"
        );
        let line = "| `mpmc-2p2c-cap64-8B`\u{2020} | 30.0 (25.0-35.0) | 1.01 (0.505-2.02) | 1.10 (0.550-2.20) | **3.00** (1.50-6.00) |";
        assert!(new.contains(line), "{new}");
        assert_eq!(insert(&new, &record()).as_ref(), Some(&new));
        assert_eq!(insert("no marks", &record()), None);
    }
}
