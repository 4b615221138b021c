//! The rates of a cell: a bar for each contender, with its interval and the cell's limits.
//!
//! Places across are parts of the width, places down are pixels. So the chart fills what
//! room there is, and its text keeps its size. On a phone the names stand above the bars.

use maud::{Markup, html};

use super::cells::merged;
use super::numbers::{digits, interval, limit, millions, percent};
use super::record::{Metric, Outcome, Row, Section};
use super::scale::Linear;

/// A limit is drawn if the fastest contender reaches this part of it; else it is only named.
const WITHIN_REACH: f64 = 0.6;

/// The height of a limit's name.
const NAME_HEIGHT: usize = 16;

/// The fastest first; those that failed come last and have no bar.
pub(super) fn chart(section: &Section) -> Markup {
    let rows = ranked(section);
    let ends = rows
        .iter()
        .filter_map(|row| Some(row.number("hi").unwrap_or(row.median?)));
    let most = ends.fold(0.0, f64::max);
    if most <= 0.0 {
        return html! {};
    }
    let limits: Vec<_> = reachable(section, most).collect();
    let most = limits.iter().map(|(_, value)| *value).fold(most, f64::max);
    let scale = Linear::up_to(most);
    let title = format!("{}-title", section.anchor());
    html! {
        figure.chart {
            figcaption #(title) {
                "Throughput in million messages per second: median over launches, with its 95 % interval"
            }
            svg.bars role="img" aria-labelledby=(title)
                style=(format!("--rows:{};--above:{}px", rows.len(), NAME_HEIGHT * limits.len())) {
                @for mark in scale.marks() {
                    @let x = percent(scale.part(mark));
                    line.grid x1=(x) x2=(x) y1="0" y2="100%" {}
                    text.mark x=(x) y="100%" dy="17" { (axis_mark(mark)) }
                }
                @for (number, (row, value)) in limits.iter().enumerate() {
                    (reference(number, row.contender, *value, scale))
                }
                @for (number, row) in rows.iter().enumerate() {
                    g.row style=(format!("--row:{number}")) { (bar(row, scale)) }
                }
            }
        }
        (named_limits(section))
    }
}

fn ranked<'r, 'a>(section: &'r Section<'a>) -> Vec<&'r Row<'a>> {
    let mut rows = merged(section);
    let rate = |row: &Row| row.median.unwrap_or(-1.0);
    rows.sort_by(|one, other| rate(other).total_cmp(&rate(one)));
    rows
}

/// The limits that are rates and not too far away, the lowest first.
fn reachable<'r, 'a>(
    section: &'r Section<'a>,
    most: f64,
) -> impl Iterator<Item = (&'r Row<'a>, f64)> {
    let rates = section
        .of(Metric::Limit)
        .filter(|row| row.text("unit") != "ns");
    let mut limits: Vec<_> = rates.filter_map(|row| Some((row, row.median?))).collect();
    limits.retain(|(_, value)| *value > 0.0 && value * WITHIN_REACH <= most);
    limits.sort_by(|one, other| one.1.total_cmp(&other.1));
    limits.into_iter()
}

fn axis_mark(rate: f64) -> String {
    let millions = rate / 1e6;
    if millions >= 10.0 || millions == 0.0 {
        format!("{millions:.0}")
    } else {
        let text = digits(millions);
        text.trim_end_matches('0').trim_end_matches('.').to_owned()
    }
}

/// A line from its name above the bars to the axis.
fn reference(number: usize, name: &str, value: f64, scale: Linear) -> Markup {
    let part = scale.part(value);
    let (class, aside) = if part > 0.6 {
        ("limit before", "-5")
    } else {
        ("limit", "5")
    };
    let top = -(((number + 1) * NAME_HEIGHT) as f64) + 3.0;
    let x = percent(part);
    html! {
        line.limit x1=(x) x2=(x) y1=(top) y2="100%" {}
        text class=(class) x=(x) dx=(aside) y=(top + 10.0) { (name) " " (millions(value)) }
    }
}

fn bar(row: &Row, scale: Linear) -> Markup {
    // Too few launches make a ratio doubtful, a starved worker the rate itself.
    let is_unfair = row.outcome == Outcome::Unranked && row.verdict() != "too few launches";
    let class = match (row.is_ours(), is_unfair) {
        (true, _) => "bar ours",
        (false, true) => "bar unranked",
        (false, false) => "bar",
    };
    let ends = row.interval("lo", "hi");
    let said = format!(
        "{} {}: {} ({})",
        row.contender,
        row.text("version"),
        super::numbers::or_missing(row.median, millions),
        interval(ends, millions)
    );
    let name = if row.is_ours() { "name ours" } else { "name" };
    html! {
        title { (said) }
        text class=(name) { (row.contender) }
        g.drawn {
            @if let Some(median) = row.median.filter(|_| !row.has_failed()) {
                rect class=(class) x="0" y="-7" width=(percent(scale.part(median))) height="14" {}
                @let (lower, upper) = ends.unwrap_or((median, median));
                @let (from, to) = (percent(scale.part(lower)), percent(scale.part(upper)));
                line.whisker x1=(from) x2=(to) y1="0" y2="0" {}
                line.whisker x1=(from) x2=(from) y1="-4" y2="4" {}
                line.whisker x1=(to) x2=(to) y1="-4" y2="4" {}
                text.value x=(percent(scale.part(median.max(upper)))) dx="7" {
                    (millions(median))
                    @if is_unfair { tspan.aside { " " (row.verdict()) } }
                }
            } @else if row.has_failed() {
                text.value.failed x="0" dx="3" { (row.verdict()) }
            } @else {
                text.value.aside x="0" dx="3" { "no figure" }
            }
        }
    }
}

/// Every limit in words, those too that are far off the chart.
fn named_limits(section: &Section) -> Markup {
    let limits: Vec<_> = section.of(Metric::Limit).collect();
    html! {
        @if !limits.is_empty() {
            p.small.limits {
                "Limits of this cell, measured by the same threads: "
                @for (number, row) in limits.iter().enumerate() {
                    @if number > 0 { " · " }
                    span.nowrap {
                        (limit_name(row.contender)) " "
                        strong { (super::numbers::or_missing(row.median, |value| limit(value, row.text("unit")))) }
                    }
                }
                "."
            }
        }
    }
}

/// What a limit is in words, if it is a known one.
pub(super) fn limit_name(name: &str) -> &str {
    match name {
        "line-rtt" => "cache line there and back",
        "cas" => "compare-and-swap",
        "fetch-add" => "fetch-and-add",
        "memcpy" => "memory copy",
        other => other,
    }
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::super::record::{OURS, Record};
    use super::*;

    fn line(metric: &str, contender: &str, median: f64) -> Value {
        json!({"metric": metric, "cell": "a", "mode": "try", "contender": contender, "unit": "msg/s",
               "median": median, "lo": median * 0.9, "hi": median * 1.1, "status": "ok"})
    }

    #[test]
    fn bars_stand_in_order_and_each_contender_once() {
        let mut hung = line("throughput", "flume", 0.0);
        hung["median"] = Value::Null;
        hung["status"] = json!("hung");
        let lines = [
            line("throughput", OURS, 2e7),
            line("throughput", OURS, 2e7),
            hung,
            line("throughput", "kanal", 3e7),
            line("limit", "cas", 2.5e7),
            line("limit", "memcpy", 9e8),
        ];
        let record = Record::read(&lines);
        let names: Vec<_> = ranked(&record.rates[0])
            .iter()
            .map(|row| row.contender)
            .collect();
        assert_eq!(names, ["kanal", OURS, "flume"]);
        let text = chart(&record.rates[0]).into_string();
        assert!(text.contains("--rows:3;--above:16px"), "{text}");
        assert!(text.contains("cas 25.0") && !text.contains("memcpy 900"));
        assert!(text.contains("memory copy") && text.contains("900"));
        assert!(text.contains(">hung<"));
    }

    #[test]
    fn without_rates_there_is_no_chart() {
        let lines = [json!({"metric": "throughput", "cell": "a", "mode": "try"})];
        assert_eq!(chart(&Record::read(&lines).rates[0]).into_string(), "");
    }

    #[test]
    fn marks_have_no_more_digits_than_they_need() {
        assert_eq!(
            [0.0, 2.5e6, 1e7, 5e4].map(axis_mark),
            ["0", "2.5", "10", "0.05"]
        );
    }
}
