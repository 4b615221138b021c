//! The figures of a document, made of a record and kept in step with it.

use std::fmt::Write;

use super::table::digits;
use super::{Row, Status, summary};
use crate::contenders::{LEADERS, OUR_CHANNEL, OUR_SPSC_RING, OURS, control_of};
use crate::contract::Mode;
use crate::records::{Record, Run};
use crate::report::{Metric, Verdict};
use crate::suites::Suite;

const BEGIN: &str = "<!-- figures: begin -->";
const END: &str = "<!-- figures: end -->";

/// How many cells the worst are.
const WORST: usize = 3;

/// Why a document does not get figures.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum NoFigures {
    /// The document says nowhere where they belong.
    NoMarks,
    /// The record has no rates of a quick cell.
    NoRates,
}

/// The document with the figures of this record between its marks.
pub(crate) fn insert(document: &str, record: &Record) -> Result<String, NoFigures> {
    let (head, rest) = document.split_once(BEGIN).ok_or(NoFigures::NoMarks)?;
    let (_, tail) = rest.split_once(END).ok_or(NoFigures::NoMarks)?;
    let figures = figures(record).ok_or(NoFigures::NoRates)?;
    Ok(format!("{head}{BEGIN}\n{figures}{END}{tail}"))
}

/// One of ours, and the leading peers that are compared with it, in one mode.
struct Comparison {
    title: &'static str,
    mode: Mode,
    ours: &'static str,
}

/// Where queue-core is a channel in all modes but `try`.
const COMPARISONS: [Comparison; 4] = [
    Comparison {
        title: "Blocking: channels beside `bounded`, `send` and `recv`",
        mode: Mode::Block,
        ours: OURS,
    },
    Comparison {
        title: "Polling: rings beside `Ring`, `push` and `pop`",
        mode: Mode::Try,
        ours: OURS,
    },
    Comparison {
        title: "Polling: rings for one thread at each end beside `spsc::ring`, `push` and `pop`",
        mode: Mode::Try,
        ours: OUR_SPSC_RING,
    },
    Comparison {
        title: "Polling: channels beside `bounded`, `try_send` and `try_recv`",
        mode: Mode::Try,
        ours: OUR_CHANNEL,
    },
];

/// Where it was measured, what the whole record says, and a table for each comparison in the quick suite;
/// nothing if there is none.
fn figures(record: &Record) -> Option<String> {
    let tables: String = COMPARISONS
        .iter()
        .filter_map(|comparison| table(record, comparison))
        .collect();
    (!tables.is_empty()).then(|| format!("{}{}{tables}", origin(record), outcome(record)))
}

fn origin(record: &Record) -> String {
    let of = |field| record.environment(field);
    let mut text = format!(
        "Measured {} on {} (family {}, model {}), {} cores; rustc {}.",
        day_and_commit(record.runs().first()),
        of("cpu"),
        of("family"),
        of("model"),
        of("cores"),
        of("rustc")
    );
    for run in record.runs().iter().skip(1) {
        let _ = write!(
            text,
            " Further {}: {}.",
            run.subject(),
            day_and_commit(Some(run))
        );
    }
    text.push('\n');
    text
}

fn day_and_commit(run: Option<&Run>) -> String {
    let of = |field| run.map_or_else(String::new, |run| run.environment(field));
    let changes = if of("dirty") == "true" {
        " with changes"
    } else {
        ""
    };
    let date = of("date");
    let day = date.split('T').next().unwrap_or_default();
    format!("{day} at commit {}{changes}", of("commit"))
}

/// What `report` concludes from all cells, and where queue-core does worst.
fn outcome(record: &Record) -> String {
    let best = summary::best_peers(record);
    let Some(conclusion) = summary::conclusion(&best) else {
        return String::new();
    };
    let worst: Vec<_> = best
        .iter()
        .take(WORST)
        .map(|row| {
            let ratio = row.ratio.map(digits).unwrap_or_default();
            let (peer, cell, mode) = (&row.contender, &row.cell, &row.mode);
            format!("{ratio} beside {peer} in `{cell}` {mode}")
        })
        .collect();
    format!(
        "\nThe whole record, {conclusion}. Worst: {}.\n",
        worst.join(", ")
    )
}

fn table(record: &Record, comparison: &Comparison) -> Option<String> {
    let mode = comparison.mode.to_string();
    let find = |metric: Metric, cell: &str, contender: &str| {
        let mut rows = record.of(metric);
        rows.find(|row| row.cell == cell && row.mode == mode && row.contender == contender)
    };
    let rates = |cell: &str, contender: &str| find(Metric::Throughput, cell, contender);
    let ours = comparison.ours;
    let cells: Vec<String> = Suite::Quick
        .cells()
        .iter()
        .map(ToString::to_string)
        .filter(|cell| rates(cell, ours).is_some())
        .collect();
    let is_compared = |row: &Row| record.yardstick_of(row) == ours;
    let peers: Vec<&str> = LEADERS
        .into_iter()
        .filter(|peer| {
            let mut rows = cells.iter().filter_map(|cell| rates(cell, peer));
            rows.any(is_compared)
        })
        .collect();
    if cells.is_empty() || peers.is_empty() {
        return None;
    }
    let mut text = format!(
        "\n{}:\n\n| cell | {ours}, M msg/s | itself |",
        comparison.title
    );
    for peer in &peers {
        let _ = write!(text, " {peer} |");
    }
    text.push_str("\n|---|");
    text.push_str(&"--:|".repeat(2 + peers.len()));
    text.push('\n');
    let written =
        |row: Option<&Row>, write: fn(&Row) -> String| row.map_or_else(|| "-".to_owned(), write);
    for cell in &cells {
        let is_oversubscribed = rates(cell, ours).is_some_and(|row| row.oversubscribed);
        let mark = if is_oversubscribed { "\u{2020}" } else { "" };
        let control = find(Metric::Control, cell, control_of(ours));
        let _ = write!(
            text,
            "| `{cell}`{mark} | {} | {} |",
            written(rates(cell, ours), rate),
            written(control, ratio)
        );
        for peer in &peers {
            let _ = write!(text, " {} |", written(rates(cell, peer), ratio));
        }
        text.push('\n');
    }
    Some(text)
}

fn rate(row: &Row) -> String {
    if let Some(failure) = failure(row) {
        return failure.to_owned();
    }
    let millions = |value: Option<f64>| value.map(|value| digits(value / 1e6));
    let interval = millions(row.lo).zip(millions(row.hi));
    format!(
        "{}{}",
        millions(row.median).unwrap_or_default(),
        interval.map_or_else(String::new, |(lo, hi)| format!(" ({lo}-{hi})"))
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
    use serde_json::json;

    use super::*;

    fn row(mode: Mode, contender: &str, ratio: f64, verdict: Verdict) -> Row {
        Row {
            cell: "mpmc-2p2c-cap64-8B".to_owned(),
            mode: mode.to_string(),
            contender: contender.to_owned(),
            contract: format!("fifo/mpmc/{mode}"),
            median: Some(3e7),
            lo: Some(2.5e7),
            hi: Some(3.5e7),
            ratio: Some(ratio),
            ratio_lo: Some(0.5 * ratio),
            ratio_hi: Some(2.0 * ratio),
            verdict,
            ..Row::default()
        }
    }

    fn as_ring(row: Row) -> Row {
        let contract = format!("{}/ring", row.contract);
        with_contract(row, &contract)
    }

    const SPSC: &str = "fifo/spsc/try/ring";

    fn with_contract(row: Row, contract: &str) -> Row {
        Row {
            contract: contract.to_owned(),
            ..row
        }
    }

    fn record() -> Record {
        let block = |contender, ratio, verdict| row(Mode::Block, contender, ratio, verdict);
        let poll = |contender, ratio, verdict| row(Mode::Try, contender, ratio, verdict);
        let of = |metric, row| Row { metric, ..row };
        Record {
            lines: vec![
                json!({"metric": "env", "cpu": "x", "family": 26, "model": 2, "cores": 2, "commit": "c", "rustc": "1", "date": "2026-01-02T03:04:05Z"}),
                json!({"metric": "throughput"}),
                json!({"metric": "env", "commit": "d", "dirty": true, "date": "2026-01-03T03:04:05Z"}),
                json!({"metric": "latency"}),
            ],
            rows: vec![
                Row {
                    oversubscribed: true,
                    ..block(OURS, 1.0, Verdict::None)
                },
                of(Metric::Control, block("control", 1.01, Verdict::None)),
                block("kanal", 3.0, Verdict::Faster),
                block("flume", 1.1, Verdict::NoDifference),
                of(Metric::BestPeer, block("kanal", 2.5, Verdict::None)),
                as_ring(poll(OURS, 1.0, Verdict::None)),
                of(Metric::Control, poll("control", 1.02, Verdict::None)),
                poll(OUR_CHANNEL, 1.0, Verdict::None),
                as_ring(poll("nexus-queue", 0.125, Verdict::Slower)),
                with_contract(poll(OUR_SPSC_RING, 1.0, Verdict::None), SPSC),
                with_contract(poll("rapidfire", 1.5, Verdict::Faster), SPSC),
                poll("gil", 0.75, Verdict::NoDifference),
                of(Metric::BestPeer, poll("gil", 0.25, Verdict::None)),
            ],
        }
    }

    #[test]
    fn figures_stand_between_their_marks_and_nothing_else_changes() {
        let document = format!("before\n{BEGIN}\nold\n{END}\nafter\n");
        let new = insert(&document, &record()).unwrap();
        assert!(new.starts_with("before\n") && new.ends_with("\nafter\n"));
        assert!(!new.contains("old"));
        assert_eq!(insert(&new, &record()).as_ref(), Ok(&new));
        assert_eq!(insert("no marks", &record()), Err(NoFigures::NoMarks));
    }

    #[test]
    fn a_record_without_quick_cells_has_no_figures() {
        let document = format!("{BEGIN}\nold\n{END}\n");
        let mut delays = record();
        delays.rows.retain(|row| row.metric != Metric::Throughput);
        assert_eq!(insert(&document, &delays), Err(NoFigures::NoRates));
        let mut others = record();
        for row in &mut others.rows {
            "mpmc-2p2c-cap0-8B".clone_into(&mut row.cell);
        }
        assert_eq!(insert(&document, &others), Err(NoFigures::NoRates));
    }

    #[test]
    fn figures_tell_each_run_the_outcome_and_the_worst() {
        let text = figures(&record()).unwrap();
        for line in [
            "Measured 2026-01-02 at commit c on x (family 26, model 2), 2 cores; rustc 1. Further delays: 2026-01-03 at commit d with changes.\n",
            "The whole record, against the best peer of its contract: geometric mean 0.791, slower in 1 of 2 cells and modes. \
             Worst: 0.250 beside gil in `mpmc-2p2c-cap64-8B` try, 2.50 beside kanal in `mpmc-2p2c-cap64-8B` block.\n",
        ] {
            assert!(text.contains(line), "{line} in {text}");
        }
    }

    #[test]
    fn each_of_ours_has_a_table_with_its_noise_and_those_who_are_compared_with_it() {
        let text = figures(&record()).unwrap();
        for table in [
            "| cell | queue-core, M msg/s | itself | kanal |\n|---|--:|--:|--:|\n\
             | `mpmc-2p2c-cap64-8B`\u{2020} | 30.0 (25.0-35.0) | 1.01 (0.505-2.02) | **3.00** (1.50-6.00) |\n",
            "| cell | queue-core, M msg/s | itself | nexus-queue |\n|---|--:|--:|--:|\n\
             | `mpmc-2p2c-cap64-8B` | 30.0 (25.0-35.0) | 1.02 (0.510-2.04) | *0.125* (0.062-0.250) |\n",
            "| cell | queue-core-spsc, M msg/s | itself | rapidfire |\n|---|--:|--:|--:|\n\
             | `mpmc-2p2c-cap64-8B` | 30.0 (25.0-35.0) | - | **1.50** (0.750-3.00) |\n",
            "| cell | queue-core-channel, M msg/s | itself | gil |\n|---|--:|--:|--:|\n\
             | `mpmc-2p2c-cap64-8B` | 30.0 (25.0-35.0) | - | 0.750 (0.375-1.50) |\n",
        ] {
            assert!(text.contains(table), "{table} in {text}");
        }
    }
}
