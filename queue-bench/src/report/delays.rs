//! How the launches of a scenario become rows, and those a table.

use std::time::Duration;

use super::row::{Metric, Row, Status};
use super::table::{Column, Place, grid, nanoseconds};
use crate::contenders::Contender;
use crate::latency::{Delays, Scenario};
use crate::launch::Sample;
use crate::report::evaluation::{blank, fault_of, join, line_rtt, mean};
use crate::run::Comparison;
use crate::statistics::Estimate;

/// A delay above it counts as a stall: operations are far shorter, turns of the scheduler longer.
const STALL: Duration = Duration::from_micros(500);

/// One row for each contender: the delays of all launches together.
pub(super) fn rows(comparison: &Comparison, scenario: Scenario) -> Vec<Row> {
    let row = |contender: &Contender| {
        let mut row = Row {
            version: contender.version.to_owned(),
            contract: contender.contract.to_string(),
            unit: "ns".to_owned(),
            scenario: Some(scenario.name().to_owned()),
            offered: match scenario {
                Scenario::OpenLoop(rate) => Some(rate.into()),
                _ => None,
            },
            ..blank(comparison, Metric::Latency, contender.name)
        };
        let mut note = String::new();
        if let Some(fault) = fault_of(comparison, contender.name) {
            (row.status, row.launches, row.rounds) = (fault.status, 0, 0);
            note.clone_from(&fault.note);
        } else {
            let delays = measure(&mut row, comparison, contender.name);
            if scenario == Scenario::FrozenPeer {
                note = stalls(&delays, comparison, contender.name);
            }
        }
        row.notes = join([contender.notes, &note]);
        row
    };
    let mut rows: Vec<Row> = comparison.contenders.iter().map(row).collect();
    rows.extend(line_rtt(comparison));
    rows
}

/// On how many absences of the producer the row rests. Our own queue has a slice beside each peer's,
/// and so more of both.
fn stalls(delays: &Delays, comparison: &Comparison, contender: &str) -> String {
    let count = delays.count_above(STALL);
    let slices = samples(comparison, contender).count();
    let stalls = format!("{count} stalls above 0.5 ms in {slices} slices");
    if comparison.launches.iter().all(|launch| launch.pinned) {
        stalls
    } else {
        join([&*stalls, "not pinned, so perhaps nobody was frozen"])
    }
}

/// Its slices in all launches.
fn samples<'a>(comparison: &'a Comparison, contender: &str) -> impl Iterator<Item = &'a Sample> {
    let launches = comparison.launches.iter();
    let samples = launches.flat_map(|launch| launch.rounds.iter().flatten());
    samples.filter(move |sample| sample.contender == contender)
}

/// Fills in the row; the delays of all launches together.
fn measure(row: &mut Row, comparison: &Comparison, contender: &str) -> Delays {
    let mut all = Delays::default();
    let mut medians = Vec::new();
    for launch in &comparison.launches {
        let mut delays = Delays::default();
        let samples = launch.rounds.iter().flatten();
        for sample in samples.filter(|sample| sample.contender == contender) {
            delays.merge(&sample.measured.delays);
        }
        medians.extend(delays.quantile(0.5));
        all.merge(&delays);
    }
    row.busy = mean(samples(comparison, contender).map(|sample| sample.measured.busy));
    if let Some(median) = Estimate::of(&medians) {
        (row.median, row.lo, row.hi) = (Some(median.median), median.lo(), median.hi());
    }
    row.p50 = all.quantile(0.5);
    row.p90 = all.quantile(0.9);
    row.p99 = all.quantile(0.99);
    row.p999 = all.quantile(0.999);
    row.max = all.max();
    all
}

const COLUMNS: [Column; 8] = [
    Column::left("contender", 24),
    Column::left("contract", 15),
    Column::right("p50", 8),
    Column::right("p90", 8),
    Column::right("p99", 8),
    Column::right("p99.9", 8),
    Column::right("max", 8),
    Column::right("on core", 7),
];

/// The contender with the least median first.
pub(super) fn draw(rows: &[Row], place: Place) -> String {
    let mut sorted: Vec<&Row> = rows
        .iter()
        .filter(|row| row.metric == Metric::Latency)
        .collect();
    sorted.sort_by(|a, b| {
        let delay = |row: &Row| row.p50.unwrap_or(f64::INFINITY);
        delay(a).total_cmp(&delay(b))
    });
    let lines = sorted.into_iter().map(|row| {
        let missing = match row.status {
            Status::Ok => "-",
            Status::Hung => "(hung)",
            Status::Panicked => "(failed)",
        };
        let mut cells = vec![
            format!("{} {}", row.contender, row.version),
            row.contract.clone(),
        ];
        let busy = row.busy.map(|part| format!("{:.1} %", 100.0 * part));
        cells.extend(
            row.delays()
                .map(|figure| figure.map_or_else(|| missing.to_owned(), nanoseconds)),
        );
        cells.push(busy.unwrap_or_else(|| missing.to_owned()));
        cells
    });
    grid(&COLUMNS, lines, place)
}
