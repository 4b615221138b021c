//! A record in short: a line for each cell and mode, one for each peer, and one for each scenario.

use std::cmp::Ordering;
use std::fmt::Write;

use super::table::{Column, Place, digits, grid, nanoseconds};
use super::{Metric, Row, Status, Verdict};
use crate::contenders::{OURS, is_ours, our_names};
use crate::contract::Mode;
use crate::records::Record;
use crate::run::LAUNCHES;

const CELLS: [Column; 8] = [
    Column::left("cell", 34),
    Column::left("mode", 13),
    Column::right("M msg/s", 7),
    Column::right("itself", 14),
    Column::left("best peer of its contract", 25),
    Column::right("ratio", 22),
    Column::left("closest of any contract", 23),
    Column::right("ratio", 22),
];

const PEERS: [Column; 8] = [
    Column::left("contender", 24),
    Column::right("cells", 5),
    Column::right("mean ratio", 10),
    Column::right("faster", 6),
    Column::right("same", 4),
    Column::right("slower", 6),
    Column::right("unranked", 8),
    Column::right("failed", 6),
];

const SCENARIOS: [Column; 8] = [
    Column::left("scenario", 18),
    Column::left("mode", 5),
    Column::left("contender", 18),
    Column::right("p50", 8),
    Column::right("p99", 8),
    Column::right("p99.9", 8),
    Column::right("max", 8),
    Column::right("on core", 7),
];

/// Queue-core against the best peer and the closest one in each cell, against each peer in all, and
/// beside the peer with the least median delay in each scenario.
pub(crate) fn summary(record: &Record) -> String {
    let tables = [
        (&CELLS, cells(record)),
        (&PEERS, peers(record)),
        (&SCENARIOS, scenarios(record)),
    ];
    let mut text = String::new();
    for (columns, lines) in tables.into_iter().filter(|(_, lines)| !lines.is_empty()) {
        let table = grid(columns, lines.into_iter(), Place::Stdout);
        let _ = write!(text, "{table}\n\n");
    }
    text.push_str(LEGEND);
    let is_short = |place: &(&str, &str)| {
        of(record, Metric::Throughput, *place).any(|row| row.verdict == Verdict::TooFewLaunches)
    };
    let short = places(record, Metric::Throughput).filter(is_short).count();
    if short > 0 {
        let all = places(record, Metric::Throughput).count();
        let _ = writeln!(
            text,
            "fewer than {LAUNCHES} launches: no verdict and no best peer in {short} of {all} cells and modes"
        );
    }
    if let Some(conclusion) = conclusion(&best_peers(record)) {
        let _ = writeln!(text, "{conclusion}");
    }
    for row in record.rows.iter().filter(|row| row.status != Status::Ok) {
        let (contender, cell, mode, notes) = (&row.contender, &row.cell, &row.mode, &row.notes);
        let _ = writeln!(text, "{contender} in {cell} {mode}: {notes}");
    }
    text
}

const LEGEND: &str = "\
    ratio: queue-core / peer with its 95 % interval, above 1 queue-core is faster; itself: the noise floor\n\
    (of ours, the one that is made for the peer's contract: queue-core-spsc for rings of one thread at each end, in try\n\
    queue-core-channel for channels, queue-message where messages are completed, queue-core for the others; M msg/s and\n\
    itself are queue-core's, or queue-message's)\n\
    best peer: chosen in one half of the launches, compared in the other; closest: chosen and compared in all of them\n\
    mean ratio: geometric, over the cells that are ranked\n";

/// How queue-core compares with the best peers, in a line.
pub(super) fn conclusion(best: &[&Row]) -> Option<String> {
    let mean = digits(geometric_mean(best.iter().filter_map(|row| row.ratio))?);
    let lost = |row: &&&Row| row.ratio_hi.is_some_and(|hi| hi < 1.0);
    Some(format!(
        "against the best peer of its contract: geometric mean {mean}, slower in {} of {} cells and modes",
        best.iter().filter(lost).count(),
        best.len()
    ))
}

/// The best peer of each cell and mode that has one, the one that is furthest ahead first; of queues, and not of
/// those of messages, which stand on them.
pub(super) fn best_peers(record: &Record) -> Vec<&Row> {
    let is_of_messages = |mode: &str| {
        Mode::OF_MESSAGES
            .iter()
            .any(|known| known.to_string() == mode)
    };
    let mut best: Vec<_> = places(record, Metric::Throughput)
        .filter(|(_, mode)| !is_of_messages(mode))
        .filter_map(|place| best_peer(record, place))
        .collect();
    best.sort_by(least_ratio);
    best
}

/// Each cell, or scenario, and mode that there are such rows about, in the order of the record.
fn places(record: &Record, metric: Metric) -> impl Iterator<Item = (&str, &str)> {
    let mut places: Vec<(&str, &str)> = Vec::new();
    for row in record.of(metric) {
        let place = (row.cell.as_str(), row.mode.as_str());
        if !places.contains(&place) {
            places.push(place);
        }
    }
    places.into_iter()
}

fn of<'a>(
    record: &'a Record,
    metric: Metric,
    (cell, mode): (&'a str, &'a str),
) -> impl Iterator<Item = &'a Row> {
    let rows = record.of(metric);
    rows.filter(move |row| row.cell == cell && row.mode == mode)
}

/// The best peer of a contract that one of ours has as its own; of several, the best one.
fn best_peer<'a>(record: &'a Record, place: (&'a str, &'a str)) -> Option<&'a Row> {
    let own: Vec<_> = our_names()
        .filter_map(|name| {
            let mut rows = of(record, Metric::Throughput, place);
            rows.find(|row| row.contender == name)
                .map(|row| row.contract.as_str())
        })
        .collect();
    of(record, Metric::BestPeer, place)
        .filter(|row| own.contains(&row.contract.as_str()))
        .min_by(least_ratio)
}

/// Without ours, the fastest contender stands there.
fn cells(record: &Record) -> Vec<Vec<String>> {
    let places = places(record, Metric::Throughput);
    places.map(|place| cell(record, place)).collect()
}

fn cell(record: &Record, place: (&str, &str)) -> Vec<String> {
    let (cell, mode) = place;
    let of = |metric| of(record, metric, place);
    let ours = of(Metric::Throughput)
        .find(|row| row.contender == OURS)
        .or_else(|| of(Metric::Throughput).find(|row| is_ours(&row.contender)));
    let best = best_peer(record, place);
    let closest = of(Metric::Throughput)
        .filter(|row| !is_ours(&row.contender) && is_ranked(row))
        .min_by(least_ratio);
    let fastest = of(Metric::Throughput)
        .filter(|_| ours.is_none())
        .max_by(|one, other| {
            one.median
                .unwrap_or(0.0)
                .total_cmp(&other.median.unwrap_or(0.0))
        });
    let name = |row: Option<&Row>| row.map_or_else(|| "-".to_owned(), |row| row.contender.clone());
    let with_contract = |row: Option<&Row>| {
        row.map_or_else(
            || "-".to_owned(),
            |row| format!("{} ({})", row.contender, row.contract),
        )
    };
    let tag = if of(Metric::Throughput).any(|row| row.oversubscribed) {
        "\u{2020}"
    } else {
        ""
    };
    let rate = ours.or(fastest).and_then(|row| row.median);
    vec![
        format!("{cell}{tag}"),
        mode.to_owned(),
        rate.map_or_else(|| "-".to_owned(), |rate| digits(rate / 1e6)),
        interval(of(Metric::Control).next()),
        name(best.or(fastest)),
        with_interval(best),
        with_contract(closest),
        with_interval(closest),
    ]
}

fn least_ratio(one: &&Row, other: &&Row) -> Ordering {
    let ratio = |row: &Row| row.ratio.unwrap_or(f64::INFINITY);
    ratio(one).total_cmp(&ratio(other))
}

fn is_ranked(row: &Row) -> bool {
    matches!(
        row.verdict,
        Verdict::Faster | Verdict::Slower | Verdict::NoDifference
    )
}

fn interval(row: Option<&Row>) -> String {
    row.and_then(|row| row.ratio_lo.zip(row.ratio_hi))
        .map_or_else(
            || "-".to_owned(),
            |(lo, hi)| format!("{} to {}", digits(lo), digits(hi)),
        )
}

fn with_interval(row: Option<&Row>) -> String {
    row.and_then(|row| row.ratio).map_or_else(
        || "-".to_owned(),
        |ratio| format!("{} ({})", digits(ratio), interval(row)),
    )
}

/// How queue-core compares with each peer, the closest one first.
fn peers(record: &Record) -> Vec<Vec<String>> {
    let mut peers: Vec<(String, Vec<&Row>)> = Vec::new();
    for row in record
        .of(Metric::Throughput)
        .filter(|row| !is_ours(&row.contender))
    {
        let name = format!("{} {}", row.contender, row.version);
        match peers.iter_mut().find(|(known, _)| *known == name) {
            Some((_, rows)) => rows.push(row),
            None => peers.push((name, vec![row])),
        }
    }
    let mean = |rows: &[&Row]| {
        let ranked = rows.iter().filter(|row| is_ranked(row));
        geometric_mean(ranked.filter_map(|row| row.ratio))
    };
    peers.sort_by(|(_, one), (_, other)| {
        let place = |rows| mean(rows).unwrap_or(f64::INFINITY);
        place(one).total_cmp(&place(other))
    });
    let line = |(name, rows): (String, Vec<&Row>)| {
        let count =
            |is: &dyn Fn(&Row) -> bool| rows.iter().filter(|row| is(row)).count().to_string();
        let verdict =
            |verdict| count(&|row: &Row| row.status == Status::Ok && row.verdict == verdict);
        vec![
            name,
            rows.len().to_string(),
            mean(&rows).map_or_else(|| "-".to_owned(), digits),
            verdict(Verdict::Faster),
            verdict(Verdict::NoDifference),
            verdict(Verdict::Slower),
            count(&|row| row.status == Status::Ok && !is_ranked(row)),
            count(&|row| row.status != Status::Ok),
        ]
    };
    peers.into_iter().map(line).collect()
}

fn geometric_mean(ratios: impl Iterator<Item = f64>) -> Option<f64> {
    let logs: Vec<f64> = ratios.map(f64::ln).collect();
    (!logs.is_empty()).then(|| (logs.iter().sum::<f64>() / logs.len() as f64).exp())
}

/// Ours, and the peer whose median delay is the least.
fn scenarios(record: &Record) -> Vec<Vec<String>> {
    let delay = |row: &Row| row.p50.unwrap_or(f64::INFINITY);
    let places = places(record, Metric::Latency);
    let rows = places.flat_map(|place| {
        let rows = || of(record, Metric::Latency, place);
        let ours = rows().filter(|row| is_ours(&row.contender));
        let peers = rows().filter(|row| !is_ours(&row.contender) && row.status == Status::Ok);
        ours.chain(peers.min_by(|one, other| delay(one).total_cmp(&delay(other))))
    });
    let line = |row: &Row| {
        let delay = |value: Option<f64>| value.map_or_else(|| "-".to_owned(), nanoseconds);
        let [p50, _, p99, p999, max] = row.delays();
        let busy = row.busy.map(|part| format!("{:.1} %", 100.0 * part));
        vec![
            row.cell.clone(),
            row.mode.clone(),
            row.contender.clone(),
            delay(p50),
            delay(p99),
            delay(p999),
            delay(max),
            busy.unwrap_or_else(|| "-".to_owned()),
        ]
    };
    rows.map(line).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::contenders::OUR_MESSAGES;

    #[test]
    fn a_cell_and_a_peer_have_a_line_and_a_failure_is_told() {
        let row = |contender: &str, contract: &str, ratio: f64, verdict| Row {
            cell: "spsc-1p1c-cap64-8B".to_owned(),
            mode: "try".to_owned(),
            contender: contender.to_owned(),
            version: "7".to_owned(),
            contract: contract.to_owned(),
            median: Some(3e7),
            ratio: Some(ratio),
            ratio_lo: Some(ratio / 2.0),
            ratio_hi: Some(ratio * 2.0),
            verdict,
            ..Row::default()
        };
        let (mpmc, spsc) = ("fifo/mpmc/try", "fifo/spsc/try");
        let (none, faster, slower) = (Verdict::None, Verdict::Faster, Verdict::Slower);
        let record = Record {
            lines: Vec::new(),
            rows: vec![
                row(OURS, mpmc, 1.0, none),
                row(OURS, spsc, 1.0, none),
                row("kanal", mpmc, 4.0, faster),
                row("rtrb", spsc, 0.25, slower),
                Row {
                    status: Status::Hung,
                    notes: "a slice did not end".to_owned(),
                    ..row("gil", mpmc, 1.0, none)
                },
                Row {
                    metric: Metric::BestPeer,
                    ..row("rtrb", spsc, 0.25, none)
                },
                Row {
                    metric: Metric::BestPeer,
                    ..row("kanal", mpmc, 4.0, none)
                },
            ],
        };
        let text = summary(&record);
        let line = |begin: &str| {
            let line = text
                .lines()
                .find(|line| line.trim_start().starts_with(begin));
            line.unwrap_or_else(|| panic!("{begin} in {text}"))
                .split_whitespace()
                .collect::<Vec<_>>()
                .join(" ")
        };
        assert_eq!(
            line("spsc-1p1c"),
            "spsc-1p1c-cap64-8B try 30.0 - kanal 4.00 (2.00 to 8.00) rtrb (fifo/spsc/try) 0.250 (0.125 to 0.500)"
        );
        assert_eq!(line("kanal 7"), "kanal 7 1 4.00 1 0 0 0 0");
        assert_eq!(line("rtrb 7"), "rtrb 7 1 0.250 0 0 1 0 0");
        assert_eq!(line("gil 7"), "gil 7 1 - 0 0 0 0 1");
        assert_eq!(
            line("against"),
            "against the best peer of its contract: geometric mean 4.00, slower in 0 of 1 cells and modes"
        );
        assert_eq!(
            line("gil in"),
            "gil in spsc-1p1c-cap64-8B try: a slice did not end"
        );
    }

    #[test]
    fn messages_have_lines_of_their_own_and_no_part_in_the_mean() {
        let row = |contender: &str, mode: &str, ratio| Row {
            cell: "mpmc-4p4c-cap1024-256B".to_owned(),
            mode: mode.to_owned(),
            contender: contender.to_owned(),
            contract: format!("fifo/mpmc/{mode}"),
            median: Some(2e6),
            ratio: Some(ratio),
            verdict: Verdict::Faster,
            ..Row::default()
        };
        let best = |row| Row {
            metric: Metric::BestPeer,
            ..row
        };
        let record = Record {
            lines: Vec::new(),
            rows: vec![
                row(OUR_MESSAGES, "messages", 1.0),
                row("omniqueue", "messages", 4.0),
                best(row("omniqueue", "messages", 4.0)),
                row(OURS, "block", 1.0),
                best(row("kanal", "block", 2.0)),
            ],
        };
        let text = summary(&record);
        let mut lines = text
            .lines()
            .map(|line| line.split_whitespace().collect::<Vec<_>>());
        let messages = lines.find(|line| line.get(1) == Some(&"messages"));
        assert_eq!(messages.unwrap()[2..6], ["2.00", "-", "omniqueue", "4.00"]);
        assert!(
            text.contains("geometric mean 2.00, slower in 0 of 1 cells"),
            "{text}"
        );
    }

    #[test]
    fn a_short_run_says_why_there_is_no_verdict() {
        let row = |cell: &str, verdict| Row {
            cell: cell.to_owned(),
            contender: "kanal".to_owned(),
            verdict,
            ..Row::default()
        };
        let short = row("a", Verdict::TooFewLaunches);
        let rows = vec![short.clone(), short, row("b", Verdict::Faster)];
        let lines = Vec::new();
        let text = summary(&Record { lines, rows });
        let expected =
            "fewer than 12 launches: no verdict and no best peer in 1 of 2 cells and modes\n";
        assert!(text.contains(expected), "{text}");
    }

    #[test]
    fn a_scenario_has_ours_and_the_fastest_peer() {
        let row = |contender: &str, p50: f64| Row {
            metric: Metric::Latency,
            cell: "ping-pong".to_owned(),
            mode: "block".to_owned(),
            contender: contender.to_owned(),
            p50: Some(p50),
            ..Row::default()
        };
        let record = Record {
            lines: Vec::new(),
            rows: vec![row("flume", 900.0), row(OURS, 400.0), row("kanal", 500.0)],
        };
        let lines = scenarios(&record);
        let shown: Vec<_> = lines.iter().map(|line| [&line[2], &line[3]]).collect();
        assert_eq!(shown, [[OURS, "400 ns"], ["kanal", "500 ns"]]);
        assert!(!summary(&record).contains("best peer of its contract:"));
    }
}
