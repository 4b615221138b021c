//! How the launches of a scenario become rows, and those a table.

use super::row::{Metric, Row, Status};
use super::table::{Column, Place, grid, nanoseconds};
use crate::contenders::Contender;
use crate::latency::{Delays, Scenario};
use crate::report::evaluation::{blank, fault_of, join, line_rtt, mean};
use crate::run::Comparison;
use crate::statistics::Estimate;

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
        let mut note = "";
        if let Some(fault) = fault_of(comparison, contender.name) {
            (row.status, row.launches, row.rounds) = (fault.status, 0, 0);
            note = &fault.note;
        } else {
            measure(&mut row, comparison, contender.name);
        }
        row.notes = join([contender.notes, note]);
        row
    };
    let mut rows: Vec<Row> = comparison.contenders.iter().map(row).collect();
    rows.extend(line_rtt(comparison));
    rows
}

fn measure(row: &mut Row, comparison: &Comparison, contender: &str) {
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
    let launches = comparison.launches.iter();
    let samples = launches.flat_map(|launch| launch.rounds.iter().flatten());
    let of_it = samples.filter(|sample| sample.contender == contender);
    row.busy = mean(of_it.map(|sample| sample.measured.busy));
    if let Some(median) = Estimate::of(&medians) {
        (row.median, row.lo, row.hi) = (Some(median.median), Some(median.lo), Some(median.hi));
    }
    row.p50 = all.quantile(0.5);
    row.p90 = all.quantile(0.9);
    row.p99 = all.quantile(0.99);
    row.p999 = all.quantile(0.999);
    row.max = all.max();
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
        let figures = [row.p50, row.p90, row.p99, row.p999, row.max];
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
        cells.extend(figures.map(|figure| figure.map_or_else(|| missing.to_owned(), nanoseconds)));
        cells.push(busy.unwrap_or_else(|| missing.to_owned()));
        cells
    });
    grid(&COLUMNS, lines, place)
}
