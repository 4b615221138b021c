//! What a comparison can and cannot show: failures, and how far apart two are that are the same.

use maud::{Markup, html};

use super::heatmap::breakable;
use super::numbers::{counted, digits, interval, or_missing};
use super::ratioline;
use super::record::{OURS, Record, Row};
use super::scale::Ratios;

/// Everybody who hung or panicked.
pub(super) fn failures(record: &Record) -> Markup {
    let sections = record.sections();
    let rows: Vec<&Row> = sections
        .flat_map(|section| section.contenders().filter(|row| row.has_failed()))
        .collect();
    let is_empty = record.sections().next().is_none();
    html! {
        @if !is_empty {
            section aria-labelledby="failures" {
                h2 #failures { "Failures" }
                @if rows.is_empty() {
                    p {
                        "None: no contender hung, panicked, or lost or altered a message (number and sum of all are checked), "
                        "nor misordered one where that is checked too (before and after the clock runs)."
                    }
                } @else {
                    p {
                        "Who hangs, panics, or loses, alters or is seen to misorder a message has no figures in that setting."
                    }
                    div.wide tabindex="0" role="region" aria-label="Failures" {
                        table.figures {
                            thead { tr {
                                th scope="col" { "contender" }
                                th scope="col" { "cell" }
                                th scope="col" { "mode" }
                                th scope="col" { "what happened" }
                                th scope="col" { "notes" }
                            } }
                            tbody { @for row in rows {
                                tr {
                                    th scope="row" { (row.contender) " " span.version { (row.text("version")) } }
                                    td { (breakable(row.cell)) }
                                    td { (row.mode) }
                                    td.verdict.failed { strong { (row.verdict()) } }
                                    td.notes { (row.text("notes")) }
                                }
                            } }
                        }
                    }
                }
            }
        }
    }
}

/// Every control, drawn on one scale.
pub(super) fn floor(record: &Record) -> Markup {
    let controls = &record.controls;
    let ends = controls.iter().filter_map(Row::ratio_interval);
    // The same room on both sides, so that 1 stands in the middle.
    let bounds = ends.clone().flat_map(|(lower, upper)| {
        let both = [lower, upper];
        both.into_iter().chain(both.map(f64::recip))
    });
    let scale = Ratios::holding(bounds);
    let beside_one = |&(lower, upper): &(f64, f64)| lower > 1.0 || upper < 1.0;
    let outside = ends.clone().filter(beside_one).count();
    html! {
        @if !controls.is_empty() {
            section aria-labelledby="noise" {
                h2 #noise { "Noise floor" }
                p {
                    (OURS) " against itself, in the same way as against its peers. Differences of this size mean nothing. "
                    @if outside == 0 {
                        "All " (counted(ends.clone().count(), "interval", "intervals")) " contain 1."
                    } @else {
                        "Of " (counted(ends.clone().count(), "interval", "intervals")) ", " (outside)
                        (if outside == 1 { " does" } else { " do" })
                        " not contain 1; one in twenty would be no surprise."
                    }
                }
                div.wide tabindex="0" role="region" aria-label="Controls" {
                    table.figures {
                        thead { tr {
                            th scope="col" { "cell" }
                            th scope="col" { "mode" }
                            th scope="col" { "name" }
                            th.figure scope="col" { "ratio" }
                            th.figure scope="col" { "95 % interval" }
                            th scope="col" { (ratioline::axis(scale)) span.unseen { "ratio, drawn" } }
                            th scope="col" { span.unseen { "remark" } }
                        } }
                        tbody { @for row in controls {
                            tr {
                                th scope="row" { (row.cell) }
                                td { (row.mode) }
                                td { (row.contender) }
                                td.figure.main { (or_missing(row.ratio, digits)) }
                                td.figure { (interval(row.ratio_interval(), digits)) }
                                td.drawn { (ratioline::line(row, scale)) }
                                td.contract { @if row.ratio_interval().as_ref().is_some_and(beside_one) { "beside 1" } }
                            }
                        } }
                    }
                }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn failures_of_rates_and_delays_are_listed() {
        let line = |metric: &str, status: &str| json!({"metric": metric, "cell": "a", "mode": "try", "contender": "kanal", "status": status, "notes": "n"});
        let lines = [line("throughput", "hung"), line("latency", "panicked")];
        let text = failures(&Record::read(&lines)).into_string();
        assert!(
            text.contains("<strong>hung</strong>") && text.contains("<strong>panicked</strong>")
        );
        let lines = [line("throughput", "ok")];
        assert!(
            failures(&Record::read(&lines))
                .into_string()
                .contains("None:")
        );
        assert_eq!(failures(&Record::default()).into_string(), "");
    }

    #[test]
    fn controls_beside_one_are_counted() {
        let line = |lower: f64| json!({"metric": "control", "cell": "a", "ratio": 1.03, "ratio_lo": lower, "ratio_hi": 1.05});
        let lines = [
            line(0.99),
            line(1.01),
            line(0.98),
            json!({"metric": "control"}),
        ];
        let text = floor(&Record::read(&lines)).into_string();
        assert!(
            text.contains("Of 3 intervals, 1 does not contain 1"),
            "{text}"
        );
        assert!(text.contains("1.10") && text.contains("beside 1"));
    }
}
