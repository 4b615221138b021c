//! Delays: for each scenario and mode a chart and a table.

use maud::{Markup, html};

use super::bars::limit_name;
use super::cells::{has_notes, tags};
use super::curves;
use super::numbers::{counted, digits, interval, nanoseconds, or_missing};
use super::record::{Metric, Record, Row, Section};
use crate::latency::IDLE;

/// Those that an idle receiver has, with one delay in each launch.
const OF_IDLE: [&str; 2] = ["p50", "max"];

/// So many sections are open from the beginning.
const OPEN: usize = 2;

/// The percentiles of a row and what they are called.
pub(super) const PERCENTILES: [(&str, &str); 5] = [
    ("p50", "p50"),
    ("p90", "p90"),
    ("p99", "p99"),
    ("p999", "p99.9"),
    ("max", "max"),
];

/// All scenarios.
pub(super) fn section(record: &Record) -> Markup {
    let names = names(record);
    html! {
        @if !record.delays.is_empty() {
            section aria-labelledby="latency" {
                h2 #latency { "Latency" }
                p {
                    "Percentiles are of all launches together, the slowest message included; each delay contains one reading of the clock"
                    @if let Some(clock) = clock(record) { ", " (nanoseconds(clock)) " here" }
                    ". "
                    "A lower line is better."
                }
                @for (number, section) in record.delays.iter().enumerate() {
                    @let rows = sorted(section);
                    details.cell open[number < OPEN] {
                        summary {
                            h3 { (title(section)) " " span.mode { (section.mode) } }
                            (tags(section))
                            span.outcomes { (counted(rows.len(), "queue", "queues")) }
                        }
                        // Scenarios may share a cell: only their number tells them apart.
                        @let anchor = format!("latency-{number}-{}", section.anchor());
                        div id=(anchor) {
                            p { (explanation(section)) }
                            @if !is_idle(section) { (curves::chart(section, &anchor, &names)) }
                            (table(section, &rows))
                        }
                    }
                }
            }
        }
    }
}

/// What reading the clock cost where the delays were measured, in nanoseconds.
fn clock(record: &Record) -> Option<f64> {
    let mut runs = record.runs.iter();
    let run = runs.find(|run| run.subject().contains("delays"))?;
    run.environment?["clock_ns"].as_f64()
}

/// The contenders of all scenarios, so that each has one colour throughout.
fn names<'a>(record: &Record<'a>) -> Vec<&'a str> {
    let mut names: Vec<&str> = Vec::new();
    for row in record
        .delays
        .iter()
        .flat_map(|section| section.of(Metric::Latency))
    {
        if !row.is_ours() && !names.contains(&row.contender) {
            names.push(row.contender);
        }
    }
    names.sort_unstable();
    names
}

fn scenario<'a>(section: &Section<'a>) -> &'a str {
    let mut scenarios = section.of(Metric::Latency).map(|row| row.text("scenario"));
    scenarios.next().unwrap_or_default()
}

fn is_idle(section: &Section) -> bool {
    scenario(section) == IDLE
}

fn offered(section: &Section) -> Option<f64> {
    section
        .of(Metric::Latency)
        .find_map(|row| row.number("offered"))
}

fn title(section: &Section) -> String {
    let scenario = scenario(section);
    let name = if scenario.is_empty() {
        section.cell
    } else {
        scenario
    };
    match offered(section) {
        Some(rate) => format!("{name}, {} messages a second", thousands(rate)),
        // The cell is worth saying where it is not the scenario itself.
        None if !section.cell.contains(name) => format!("{name}, {}", section.cell),
        None => name.to_owned(),
    }
}

/// A whole number in groups of three digits.
fn thousands(value: f64) -> String {
    let digits = format!("{value:.0}");
    let mut text = String::new();
    for (number, digit) in digits.chars().enumerate() {
        if number > 0 && (digits.len() - number).is_multiple_of(3) {
            text.push('\u{a0}');
        }
        text.push(digit);
    }
    text
}

fn explanation(section: &Section) -> &'static str {
    match scenario(section) {
        "ping-pong" => {
            "A message goes there and its answer comes back: the time until the answer has arrived."
        }
        "open-loop" => {
            "Messages are due at fixed intervals: the time from when a message was due, whether or not it was sent in time, until it is received."
        }
        "wake-up" => {
            "A receiver has been waiting for a while: the time from before the send until it has the message."
        }
        IDLE => {
            "A receiver waits and nobody sends: the CPU time that waiting takes in a second, without what falling asleep and waking up cost."
        }
        "frozen-peer" => {
            "A producer loses its core again and again, sometimes in the middle of an operation: the time between two receives of another worker, and how much of it that one was on its core. It sends some itself in try; in block it has nothing else to do, and a queue that waits with care lets it sleep while the producer is away (the producer has half of its core). The notes say how many delays there were above 0.5 ms: so many of its absences were felt."
        }
        _ => "The time that a message takes.",
    }
}

/// The contender with the least median first; last those without any.
fn sorted<'r, 'a>(section: &'r Section<'a>) -> Vec<&'r Row<'a>> {
    let mut rows: Vec<_> = section.of(Metric::Latency).collect();
    let delay = |row: &Row| row.number("p50").or(row.median).unwrap_or(f64::INFINITY);
    rows.sort_by(|one, other| delay(one).total_cmp(&delay(other)));
    rows
}

fn table(section: &Section, rows: &[&Row]) -> Markup {
    let has_notes = has_notes(rows);
    html! {
        div.wide tabindex="0" role="region" aria-label=(format!("Delays in {} {}", title(section), section.mode)) {
            table.figures {
                thead { tr {
                    th scope="col" { "contender" }
                    th scope="col" { "contract" }
                    @for (_, name) in PERCENTILES { th.figure scope="col" { (name) } }
                    th.figure scope="col" { "95 % interval" br; "of the median" }
                    th.figure scope="col" { "on core" }
                    @if has_notes { th scope="col" { "notes" } }
                } }
                tbody { @for row in rows {
                    tr.ours[row.is_ours()] {
                        th scope="row" { (row.contender) " " span.version { (row.text("version")) } }
                        td.contract { (row.text("contract")) }
                        @if row.has_failed() {
                            td.failure colspan=(7 + usize::from(has_notes)) { strong.failed { "it " (row.verdict()) } " " (row.text("notes")) }
                        } @else {
                            @for (field, _) in PERCENTILES {
                                @let value = row.number(field).filter(|_| !is_idle(section) || OF_IDLE.contains(&field));
                                td.figure.main[field == "p50"] { (or_missing(value, nanoseconds)) }
                            }
                            td.figure { (interval(row.interval("lo", "hi"), nanoseconds)) }
                            td.figure { (or_missing(row.number("busy"), |part| format!("{} %", digits(100.0 * part)))) }
                            @if has_notes { td.notes { (row.text("notes")) } }
                        }
                    }
                } }
            }
        }
        @for row in section.of(Metric::Limit) {
            p.small {
                "Limit: " (limit_name(row.contender)) " "
                strong { (or_missing(row.median, |value| super::numbers::limit(value, row.text("unit")))) } "."
            }
        }
        @if is_idle(section) && let Some(worst) = rows.iter().filter_map(|row| row.number("p50")).max_by(f64::total_cmp) {
            p.small { "At most " (digits(worst / 1e7)) " % of a core." }
        }
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn a_scenario_says_what_it_is_and_lists_the_fastest_first() {
        let line = |contender: &str, p50: f64| {
            json!({"metric": "latency", "cell": "open-loop@100000", "mode": "block", "contender": contender,
                   "scenario": "open-loop", "offered": 1e5, "p50": p50, "p90": null, "unit": "ns"})
        };
        let mut hung = line("flume", 0.0);
        hung["p50"] = json!(null);
        hung["status"] = json!("hung");
        let env = json!({"metric": "env", "clock_ns": 21.5});
        let lines = [env, line("kanal", 2e3), hung, line("queue-core", 1e3)];
        let text = section(&Record::read(&lines)).into_string();
        assert!(
            text.contains("one reading of the clock, 21.5\u{a0}ns here. "),
            "{text}"
        );
        let without = section(&Record::read(&lines[1..])).into_string();
        assert!(without.contains("one reading of the clock. "), "{without}");
        assert!(
            text.contains("open-loop, 100\u{a0}000 messages a second"),
            "{text}"
        );
        let place = |part: &str| text.rfind(part).unwrap();
        assert!(place("1.00\u{a0}µs") < place("2.00\u{a0}µs"));
        assert!(text.contains("it hung"));
    }

    #[test]
    fn long_numbers_are_grouped() {
        assert_eq!(
            [1e3, 999.0, 1.25e6].map(thousands),
            ["1\u{a0}000", "999", "1\u{a0}250\u{a0}000"]
        );
    }
}
