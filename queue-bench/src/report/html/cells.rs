//! Each cell and mode: a chart, a table and what belongs to no contender.

use maud::{Markup, html};

use super::bars;
use super::heatmap::breakable;
use super::numbers::{MISSING, counted, digits, interval, millions, nanoseconds, or_missing};
use super::ratioline;
use super::record::{Metric, Outcome, Record, Row, Section};
use super::scale::Ratios;
use crate::contenders::our_names;

/// So many sections are open from the beginning.
const OPEN: usize = 3;

/// All cells.
pub(super) fn section(record: &Record) -> Markup {
    html! {
        @if !record.rates.is_empty() {
            section aria-labelledby="cells" {
                h2 #cells { "Cell by cell" }
                p {
                    "A cell is named after its shape, its producers and consumers, the capacity of the queue and the message. "
                    "Ratios are queue-core’s rate over the contender’s, each taken from adjacent slices, so they need not be the quotient of the medians."
                }
                @for (number, section) in record.rates.iter().enumerate() {
                    details.cell open[number < OPEN] {
                        summary {
                            h3 { (breakable(section.cell)) " " span.mode { (section.mode) } }
                            (tags(section))
                            span.outcomes { (outcomes(section)) }
                        }
                        // Links to what is inside open it.
                        div id=(section.anchor()) {
                            (bars::chart(section))
                            (table(section))
                            (remarks(section))
                        }
                    }
                }
            }
        }
    }
}

/// What a reader must know before the figures.
pub(super) fn tags(section: &Section) -> Markup {
    let ours = section.contenders().find(|row| row.is_ours());
    html! {
        span.tags {
            @if section.is_oversubscribed() { span.tag.strong-tag { "oversubscribed" } " " }
            @if let Some(load) = section.unusual_load() { span.tag { (load) } " " }
            @match ours.map(|row| row.text("contract")) {
                Some("") => {},
                Some(contract) => span.tag { (contract) },
                None => span.tag { "without queue-core" },
            }
        }
    }
}

/// How the comparisons ended, in a few words.
fn outcomes(section: &Section) -> Markup {
    let count = |wanted: &[Outcome]| {
        let rows = section.of(Metric::Throughput).filter(|row| !row.is_ours());
        rows.filter(|row| wanted.contains(&row.outcome)).count()
    };
    let counts = [
        ("faster", count(&[Outcome::Faster])),
        ("no difference", count(&[Outcome::Same])),
        ("slower", count(&[Outcome::Slower])),
        ("not ranked", count(&[Outcome::Unranked])),
        ("failed", count(&[Outcome::Hung, Outcome::Panicked])),
    ];
    let words: Vec<_> = counts
        .iter()
        .filter(|(_, count)| *count > 0)
        .map(|(word, count)| format!("{count} {word}"))
        .collect();
    html! { (words.join(", ")) }
}

fn table(section: &Section) -> Markup {
    let mut rows = merged(section);
    let rate = |row: &Row| row.median.unwrap_or(-1.0);
    rows.sort_by(|one, other| rate(other).total_cmp(&rate(one)));
    let ratios = rows.iter().flat_map(|row| {
        let ends = row.ratio_interval().map(|(lower, upper)| [lower, upper]);
        row.ratio.into_iter().chain(ends.into_iter().flatten())
    });
    let scale = Ratios::holding(ratios);
    let ours: Vec<(&str, Vec<&str>)> = our_names()
        .map(|name| {
            let rows = section.of(Metric::Throughput);
            let of_it = rows.filter(|row| row.contender == name);
            (
                name,
                of_it.map(|row| row.text("contract")).collect::<Vec<_>>(),
            )
        })
        .filter(|(_, contracts)| !contracts.is_empty())
        .collect();
    let is_other = |row: &Row| {
        let mut kept = ours.iter().flat_map(|(_, contracts)| contracts);
        !ours.is_empty() && !kept.any(|kept| *kept == row.text("contract"))
    };
    let has_notes = has_notes(&rows);
    html! {
        div.wide tabindex="0" role="region" aria-label=(format!("Figures of {} {}", section.cell, section.mode)) {
            table.figures {
                thead {
                    tr {
                        th scope="col" { "contender" }
                        th scope="col" { "contract" }
                        th.figure scope="col" { "M msg/s" }
                        th.figure scope="col" { "95 % interval" }
                        th.figure scope="col" { "ratio" }
                        th.figure scope="col" { "95 % interval" }
                        th scope="col" { (ratioline::axis(scale)) span.unseen { "ratio, drawn" } }
                        th scope="col" { "queue-core is" }
                        th.figure scope="col" { "% of" br; "limit" }
                        th.figure scope="col" { "CPU per" br; "message" }
                        th.figure scope="col" { "switches" br; "per 1000" }
                        th.figure scope="col" { "least and most" br; "of an equal share" }
                        th.figure scope="col" { "in queue" br; "p50" }
                        th.figure scope="col" { "in queue" br; "p99" }
                        @if has_notes { th scope="col" { "notes" } }
                    }
                }
                tbody { @for row in &rows { (line(row, scale, is_other(row), has_notes)) } }
            }
        }
        @for (name, contracts) in &ours {
            @if let [_, more @ ..] = contracts.as_slice() && !more.is_empty() {
                p.small { (name) " also keeps " (more.join(", ")) "." }
            }
        }
        @if ours.len() > 1 {
            p.small { "A contender is compared with the one of ours that keeps its contract here." }
        }
        @if rows.iter().any(|row| is_other(row)) {
            p.small { "A contract in italics is not one of queue-core’s here." }
        }
    }
}

/// Ours may stand there once for each contract that it keeps, of one measurement: once is enough.
pub(super) fn merged<'r, 'a>(section: &'r Section<'a>) -> Vec<&'r Row<'a>> {
    let mut rows: Vec<&Row> = Vec::new();
    for row in section.of(Metric::Throughput) {
        let is_same = |other: &&Row| row.is_ours() && other.contender == row.contender;
        if !rows.iter().any(is_same) {
            rows.push(row);
        }
    }
    rows
}

/// Whether somebody has notes beside figures; the others have them instead.
pub(super) fn has_notes(rows: &[&Row]) -> bool {
    let mut measured = rows.iter().filter(|row| !row.has_failed());
    measured.any(|row| !row.text("notes").is_empty())
}

fn line(row: &Row, scale: Ratios, is_other_contract: bool, has_notes: bool) -> Markup {
    html! {
        tr.ours[row.is_ours()] {
            th scope="row" { (row.contender) " " span.version { (row.text("version")) } }
            td.contract.other[is_other_contract] { (row.text("contract")) }
            @if row.has_failed() {
                td.failure colspan=(12 + usize::from(has_notes)) { strong.failed { "it " (row.verdict()) } " " (row.text("notes")) }
            } @else {
                (figures(row, scale))
                @if has_notes { td.notes { (row.text("notes")) } }
            }
        }
    }
}

fn figures(row: &Row, scale: Ratios) -> Markup {
    let figure = |field: &str, write: fn(f64) -> String| or_missing(row.number(field), write);
    let compared = (!row.is_ours()).then_some(row);
    let verdict = if row.is_ours() {
        MISSING
    } else {
        row.verdict()
    };
    html! {
        td.figure.main { (figure("median", millions)) }
        td.figure { (interval(row.interval("lo", "hi"), millions)) }
        td.figure.main { (or_missing(compared.and_then(|row| row.ratio), digits)) }
        td.figure { (interval(compared.and_then(Row::ratio_interval), digits)) }
        td.drawn { @if let Some(row) = compared { (ratioline::line(row, scale)) } }
        td class=(format!("verdict {}", row.outcome.class())) { (verdict) }
        td.figure { (figure("percent_of_limit", |part| format!("{part:.0}"))) }
        td.figure { (figure("cpu_ns", nanoseconds)) }
        td.figure { (figure("switches", digits)) }
        td.figure { (interval(row.interval("share_min", "share_max"), |share| format!("{share:.2}"))) }
        td.figure { (figure("queue_p50_ns", nanoseconds)) }
        td.figure { (figure("queue_p99_ns", nanoseconds)) }
    }
}

/// How much was measured, the control and the best peer.
fn remarks(section: &Section) -> Markup {
    let most = |field: &str| {
        let numbers = section
            .of(Metric::Throughput)
            .filter_map(|row| row.number(field));
        numbers.fold(0.0, f64::max)
    };
    let ratio = |row: &Row| {
        let interval = interval(row.ratio_interval(), digits);
        format!("{} ({interval})", or_missing(row.ratio, digits))
    };
    html! {
        p.small {
            (counted(most("launches") as usize, "launch", "launches")) ", "
            (counted(most("rounds") as usize, "round", "rounds")) " of " (most("slice_ms")) " ms slices in all."
            @for row in section.of(Metric::BestPeer) {
                " Best peer in " (row.text("contract")) ", chosen in one half of the launches and compared in the other: "
                strong { (row.contender) } ", ratio " (ratio(row)) "."
            }
            @for row in section.of(Metric::Control) {
                " " (row.text("notes").split(':').next().unwrap_or_default()) ": " (ratio(row)) "."
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::contenders::OURS;

    #[test]
    fn a_cell_has_a_table_with_every_contender_and_its_remarks() {
        let lines = [
            json!({"metric": "throughput", "cell": "a-b", "mode": "try", "contender": OURS, "oversubscribed": true,
                   "contract": "fifo/mpmc/try", "median": 2e7, "ratio": 1.0, "launches": 12, "rounds": 96, "slice_ms": 5}),
            json!({"metric": "throughput", "cell": "a-b", "mode": "try", "contender": "kanal", "verdict": "faster",
                   "contract": "per-producer/mpmc/try", "median": 1e7, "ratio": 2.0, "ratio_lo": 1.9, "ratio_hi": 2.1,
                   "share_min": 0.5, "share_max": 1.5, "queue_p50_ns": 1500.0, "notes": "<b>"}),
            json!({"metric": "control", "cell": "a-b", "mode": "try", "ratio": 1.01, "ratio_lo": 0.99, "ratio_hi": 1.03,
                   "notes": "queue-core against itself: the noise floor"}),
            json!({"metric": "best-peer", "cell": "a-b", "mode": "try", "contender": "kanal", "ratio": 2.05,
                   "contract": "per-producer/mpmc/try"}),
        ];
        let text = section(&Record::read(&lines)).into_string();
        for part in [
            "id=\"a-b-try\"",
            "1 faster",
            "oversubscribed",
            "contract other",
            "1.90 – 2.10",
            "0.50 – 1.50",
            "1.50\u{a0}µs",
            "&lt;b&gt;",
            "12 launches, 96 rounds of 5 ms slices in all.",
            "against itself: 1.01 (0.990 – 1.03)",
            "Best peer in per-producer/mpmc/try, chosen",
            "<strong>kanal</strong>, ratio 2.05 (–)",
        ] {
            assert!(text.contains(part), "{part} in {text}");
        }
    }

    #[test]
    fn only_the_first_sections_are_open() {
        let line =
            |cell: usize| json!({"metric": "throughput", "cell": cell.to_string(), "mode": "try"});
        let lines: Vec<_> = (0..5).map(line).collect();
        let text = section(&Record::read(&lines)).into_string();
        assert_eq!(text.matches("<details class=\"cell\" open>").count(), OPEN);
        assert_eq!(text.matches("<details").count(), 5);
    }
}
