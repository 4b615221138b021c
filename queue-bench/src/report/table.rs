//! Tables for people.

use std::env;
use std::fmt::Write;

use comfy_table::{Attribute, Cell, CellAlignment, Color, ColumnConstraint, Table, Width, presets};

use super::delays;
use super::{FAIR_SHARE, Metric, Row, Rows, Status, Verdict};
use crate::cells::{Capacity, MOST_AHEAD, cores};
use crate::contenders::is_ours;
use crate::statistics::CONFIDENCE;

/// Where a table is shown: what decides about colours.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Place {
    Stdout,
    Stderr,
}

/// A column: its title, how wide it is at least, and to which side it keeps.
pub(crate) struct Column {
    title: &'static str,
    width: u16,
    alignment: CellAlignment,
}

impl Column {
    pub(crate) const fn left(title: &'static str, width: u16) -> Self {
        Self {
            title,
            width,
            alignment: CellAlignment::Left,
        }
    }

    pub(crate) const fn right(title: &'static str, width: u16) -> Self {
        Self {
            title,
            width,
            alignment: CellAlignment::Right,
        }
    }
}

const COLUMNS: [Column; 11] = [
    Column::left("contender", 24),
    Column::left("contract", 15),
    Column::right("median", 9),
    Column::right("95 % interval", 16),
    Column::right("ratio", 5),
    Column::right("95 % interval", 16),
    Column::left("queue-core is", 13),
    Column::right("limit", 6),
    Column::right("cpu/msg", 7),
    Column::right("share", 5),
    Column::right("p99", 7),
];

/// Lines under titles.
pub(crate) fn grid<L>(columns: &[Column], lines: impl Iterator<Item = L>, place: Place) -> String
where
    L: IntoIterator,
    L::Item: Into<Cell>,
{
    let mut table = Table::new();
    table.load_style(presets::NOTHING);
    if place == Place::Stderr {
        table.use_stderr();
    }
    if env::var_os("NO_COLOR").is_some_and(|value| !value.is_empty()) {
        table.force_no_tty();
    }
    let titles = columns.iter().map(|column| Cell::new(column.title));
    table.set_header(titles.map(|title| title.add_attribute(Attribute::Dim)));
    table.set_constraints(columns.iter().map(|column| {
        // The width of a constraint contains the padding.
        ColumnConstraint::LowerBoundary(Width::Fixed(column.width + 2))
    }));
    for (drawn, column) in table.column_iter_mut().zip(columns) {
        drawn.set_cell_alignment(column.alignment);
    }
    for line in lines {
        table.add_row(line.into_iter().map(Into::into).collect::<Vec<Cell>>());
    }
    table.trim_fmt()
}

/// One cell in one mode, the fastest contender first.
pub(crate) fn draw(rows: &Rows, place: Place) -> String {
    if rows.plan.scenario.is_some() {
        let table = delays::draw(&rows.rows, place);
        return format!("{}\n{table}\n{}", heading(rows), footing(rows));
    }
    let contenders = |row: &&Row| row.metric == Metric::Throughput;
    let mut sorted: Vec<&Row> = rows.rows.iter().filter(contenders).collect();
    sorted.sort_by(|a, b| {
        let speed = |row: &Row| row.median.unwrap_or(-1.0);
        speed(b).total_cmp(&speed(a))
    });
    let lines = sorted.into_iter().map(|row| {
        let name = Cell::new(format!("{} {}", row.contender, row.version));
        let or_missing = |value: Option<f64>, write: &dyn Fn(f64) -> String| {
            Cell::new(value.map_or_else(missing, write))
        };
        [
            if is_ours(&row.contender) {
                name.add_attribute(Attribute::Bold)
            } else {
                name
            },
            Cell::new(&row.contract),
            or_missing(row.median, &rate),
            Cell::new(interval(row.lo, row.hi, |value| digits(value / 1e6))),
            or_missing(row.ratio, &digits),
            Cell::new(interval(row.ratio_lo, row.ratio_hi, digits)),
            verdict(row),
            or_missing(row.percent_of_limit, &|part| format!("{part:.0} %")),
            or_missing(row.cpu_ns, &nanoseconds),
            or_missing(row.share_min, &|share| format!("{share:.2}")),
            or_missing(row.queue_p99_ns, &nanoseconds),
        ]
    });
    let table = grid(&COLUMNS, lines, place);
    format!("{}\n{table}\n{}", heading(rows), footing(rows))
}

/// What the columns of delays mean, where reading the clock takes that long.
pub(crate) fn legend_of_delays(seed: u64, clock_ns: f64) -> String {
    let clock = nanoseconds(clock_ns);
    format!(
        "ping-pong: a message there and its answer back; open-loop@N: from when it was due, N in a second\n\
         wake-up: from before the send until a receiver that has waited for a millisecond has it\n\
         idle: CPU time that a waiting receiver takes in a second, without what falling asleep and waking up cost; one delay a launch, so no more than median and max\n\
         frozen-peer: between two receives of a worker, while a producer is taken off its core again and again; \
         only where workers are pinned to two cores or more\n\
         p50 to max: of all launches together; each delay contains one reading of the clock, {clock} here\n\
         seed: {seed}\n"
    )
}

/// What the columns mean.
pub(crate) fn legend(seed: u64) -> String {
    format!(
        "block: calls that wait; try: calls that do not, retried; async: one task on each thread; tokio, tokio-current: tasks on its runtime of as many threads as cores, and of one; batchN: N at a time; messages, messages-current: sent, received and completed by such tasks, where ours is queue-message; raw: nothing is kept to be completed\n\
         contract: order/topology/mode that the queue promises; queue-core has a row for each that it keeps. control: queue-core against itself\n\
         median: messages received per second, M/s = million, over the launches; its interval from order statistics, of six launches or more\n\
         ratio: queue-core / contender (of ours, the one that has a row with the contender's contract), from adjacent slices, geometric mean over the launches; its interval Student's; above 1, queue-core is faster\n\
         limit: part of what the machine allows (the lower of fetch-and-add and memcpy); cpu/msg: of all workers together\n\
         share: what the least successful worker got of its equal share; below {FAIR_SHARE} on either side of a ratio it is not ranked (unfair); p99: from before the send to after the receive\n\
         seed: {seed}\n"
    )
}

fn heading(rows: &Rows) -> String {
    let plan = &rows.plan;
    let row = rows.rows.iter().max_by_key(|row| row.launches);
    let (launches, rounds) = (row.map_or(0, |row| row.launches), plan.rounds);
    let mut heading = format!(
        "{}  {}  ({launches} {} of {rounds} {} of {} ms slices",
        plan.name(),
        plan.mode,
        plural(launches, "launch", "launches"),
        plural(rounds, "round", "rounds"),
        plan.slice.as_millis()
    );
    if plan.cell.capacity == Capacity::Unbounded {
        let _ = write!(heading, "; producers at most {MOST_AHEAD} messages ahead");
    }
    if plan.cell.on_threads(plan.mode).is_oversubscribed() {
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

/// What belongs to no contender: the noise, the best peer, the machine.
fn footing(rows: &Rows) -> String {
    let mut parts = Vec::new();
    let of = |row: &Row| {
        let ratio = row.ratio.map_or_else(missing, digits);
        format!("{ratio} ({})", interval(row.ratio_lo, row.ratio_hi, digits))
    };
    for row in &rows.rows {
        match row.metric {
            Metric::Control => parts.push(format!("{} {}", row.contender, of(row))),
            Metric::BestPeer => parts.push(format!(
                "best peer in {} {} {}",
                row.contract,
                row.contender,
                of(row)
            )),
            Metric::Limit => parts.extend(row.median.map(|median| {
                let written = if row.unit == "ns" {
                    nanoseconds(median)
                } else {
                    rate(median)
                };
                format!("{} {written}", row.contender)
            })),
            Metric::Throughput | Metric::Latency => {}
        }
    }
    format!(" {}\n", parts.join("; "))
}

fn plural<'a>(count: usize, one: &'a str, many: &'a str) -> &'a str {
    if count == 1 { one } else { many }
}

fn verdict(row: &Row) -> Cell {
    match (row.status, row.verdict) {
        (Status::Hung, _) => Cell::new("(it hung)").fg(Color::Red),
        (Status::Panicked, _) => Cell::new("(it failed)").fg(Color::Red),
        (Status::Ok, Verdict::Faster) => Cell::new("faster").fg(Color::Green),
        (Status::Ok, Verdict::Slower) => Cell::new("slower").fg(Color::Yellow),
        (Status::Ok, verdict @ (Verdict::TooFewLaunches | Verdict::Unfair)) => {
            Cell::new(format!("({})", verdict.text())).add_attribute(Attribute::Dim)
        }
        (Status::Ok, verdict) => Cell::new(verdict.text()),
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
pub(crate) fn digits(value: f64) -> String {
    match value {
        100.0.. => format!("{value:.0}"),
        10.0.. => format!("{value:.1}"),
        1.0.. => format!("{value:.2}"),
        _ => format!("{value:.3}"),
    }
}

/// Nanoseconds in a unit that suits them.
pub(crate) fn nanoseconds(value: f64) -> String {
    match value {
        1e9.. => format!("{} s", digits(value / 1e9)),
        1e6.. => format!("{} ms", digits(value / 1e6)),
        1e3.. => format!("{} us", digits(value / 1e3)),
        _ => format!("{} ns", digits(value)),
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
        assert_eq!(
            [12.3, 1234.0, 5.678e6, 9e9].map(nanoseconds),
            ["12.3 ns", "1.23 us", "5.68 ms", "9.00 s"]
        );
    }
}
