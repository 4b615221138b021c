//! Tables for people.

use std::env;
use std::fmt::Write;

use comfy_table::{Attribute, Cell, CellAlignment, Color, ColumnConstraint, Table, Width, presets};

use super::{Row, Rows, Status};
use crate::cells::{Capacity, MOST_AHEAD, cores};
use crate::contenders::OURS;
use crate::statistics::{CONFIDENCE, are_enough};

/// Where a table is shown: what decides about colours.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Place {
    Stdout,
    Stderr,
}

const HEADER: [(&str, u16, CellAlignment); 8] = [
    ("contender", 17, CellAlignment::Left),
    ("version", 8, CellAlignment::Left),
    ("contract", 15, CellAlignment::Left),
    ("median", 10, CellAlignment::Right),
    ("95 % interval", 18, CellAlignment::Right),
    ("ratio", 7, CellAlignment::Right),
    ("95 % interval", 17, CellAlignment::Right),
    ("queue-core is", 13, CellAlignment::Left),
];

/// One cell in one mode, the fastest contender first.
pub(crate) fn draw(rows: &Rows, place: Place) -> String {
    let mut table = Table::new();
    table.load_style(presets::NOTHING);
    if place == Place::Stderr {
        table.use_stderr();
    }
    if env::var_os("NO_COLOR").is_some_and(|value| !value.is_empty()) {
        table.force_no_tty();
    }
    table.set_header(HEADER.map(|(title, _, _)| Cell::new(title).add_attribute(Attribute::Dim)));
    table.set_constraints(HEADER.map(|(_, width, _)| {
        // The width of a constraint contains the padding.
        ColumnConstraint::LowerBoundary(Width::Fixed(width + 2))
    }));
    for (column, (_, _, alignment)) in table.column_iter_mut().zip(HEADER) {
        column.set_cell_alignment(alignment);
    }

    let mut sorted: Vec<&Row> = rows.rows.iter().collect();
    sorted.sort_by(|a, b| {
        let speed = |row: &Row| row.median.unwrap_or(-1.0);
        speed(b).total_cmp(&speed(a))
    });
    for row in sorted {
        let name = Cell::new(&row.contender);
        table.add_row([
            if row.contender == OURS {
                name.add_attribute(Attribute::Bold)
            } else {
                name
            },
            Cell::new(&row.version),
            Cell::new(&row.contract),
            Cell::new(row.median.map_or_else(missing, rate)),
            Cell::new(interval(row.lo, row.hi, |value| digits(value / 1e6))),
            Cell::new(row.ratio.map_or_else(missing, digits)),
            Cell::new(interval(row.ratio_lo, row.ratio_hi, digits)),
            verdict(row),
        ]);
    }
    format!("{}\n{}\n", heading(rows), table.trim_fmt())
}

/// What the columns mean.
pub(crate) fn legend(seed: u64) -> String {
    format!(
        "block: calls that wait; try: calls that do not, retried\n\
         contract: order/topology/mode that the queue promises; queue-core has a row for each, \
         of one measurement\n\
         median: messages received per second, M/s = million, over the rounds\n\
         95 % interval: of that median, from order statistics of the rounds\n\
         ratio: queue-core / contender, each pair in adjacent slices of one round; above 1, \
         queue-core is faster\n\
         seed: {seed}\n"
    )
}

fn heading(rows: &Rows) -> String {
    let plan = &rows.plan;
    let mut heading = format!(
        "{}  {}  ({} {} of {} ms slices",
        plan.cell,
        plan.mode,
        plan.rounds,
        if plan.rounds == 1 { "round" } else { "rounds" },
        plan.slice.as_millis()
    );
    if !are_enough(plan.rounds) {
        heading.push_str("; too few rounds to compare rates");
    }
    if plan.cell.capacity == Capacity::Unbounded {
        let _ = write!(heading, "; producers at most {MOST_AHEAD} messages ahead");
    }
    if plan.cell.is_oversubscribed() {
        let _ = write!(
            heading,
            "; oversubscribed: {} threads on {} cores",
            plan.cell.threads(),
            cores()
        );
    }
    if !rows.pinned {
        heading.push_str("; not pinned");
    }
    heading.push(')');
    heading
}

fn verdict(row: &Row) -> Cell {
    match (row.status, row.ratio_lo, row.ratio_hi) {
        (Status::Hung, ..) => Cell::new("(it hung)").fg(Color::Red),
        (Status::Panicked, ..) => Cell::new("(it failed)").fg(Color::Red),
        (Status::Ok, Some(lo), Some(hi)) if row.contender != OURS => {
            if !are_enough(row.rounds) {
                Cell::new("(too few rounds)").add_attribute(Attribute::Dim)
            } else if lo > 1.0 {
                Cell::new("faster").fg(Color::Green)
            } else if hi < 1.0 {
                Cell::new("slower").fg(Color::Yellow)
            } else {
                Cell::new("no difference")
            }
        }
        _ => Cell::new(""),
    }
}

fn missing() -> String {
    "-".to_owned()
}

fn rate(per_second: f64) -> String {
    format!("{} M/s", digits(per_second / 1e6))
}

fn interval(lo: Option<f64>, hi: Option<f64>, write: impl Fn(f64) -> String) -> String {
    lo.zip(hi).map_or_else(missing, |(lo, hi)| {
        format!("{} to {}", write(lo), write(hi))
    })
}

/// Three significant digits, as far as that needs no exponent.
fn digits(value: f64) -> String {
    match value {
        100.0.. => format!("{value:.0}"),
        10.0.. => format!("{value:.1}"),
        1.0.. => format!("{value:.2}"),
        _ => format!("{value:.3}"),
    }
}

const _: () = assert!(CONFIDENCE == 0.95, "the header says so");

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn figures_have_three_digits() {
        assert_eq!(
            [0.0271, 2.71, 27.14, 271.4].map(digits),
            ["0.027", "2.71", "27.1", "271"]
        );
        assert_eq!(rate(12_340_000.0), "12.3 M/s");
    }
}
