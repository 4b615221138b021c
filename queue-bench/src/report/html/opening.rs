//! How the page begins: what was compared, where, and with which doubts.

use std::collections::BTreeSet;

use maud::{Markup, html};
use serde_json::{Map, Value};

use super::numbers::{counted, percent};
use super::record::{Metric, OURS, Outcome, Record};
use crate::records::Run;

/// The title of the page.
pub(super) const TITLE: &str = "queue-core and its peers";

/// What the environment says that a reader wants to know first.
const FACTS: [(&str, &str); 8] = [
    ("cpu", "Processor"),
    ("cores", "Cores"),
    ("kernel", "Kernel"),
    ("target", "Target"),
    ("rustc", "Rust"),
    ("flags", "Flags"),
    ("commit", "Commit"),
    ("date", "Date"),
];

/// Title, statement and the count of all verdicts.
pub(super) fn header(record: &Record) -> Markup {
    html! {
        header {
            p.kicker { "Benchmark report" }
            h1 { (TITLE) }
            p.lead { (statement(record)) }
            (tally(record))
            (contents(record))
        }
    }
}

fn statement(record: &Record) -> String {
    let names = record
        .sections()
        .flat_map(super::record::Section::contenders);
    let peers: BTreeSet<_> = names
        .filter(|row| !row.is_ours())
        .map(|row| row.contender)
        .collect();
    let version = record
        .rates
        .iter()
        .find_map(|section| section.find(Metric::Throughput, OURS))
        .map(|row| row.text("version"))
        .filter(|version| !version.is_empty());
    let mut text = OURS.to_owned();
    if let Some(version) = version {
        text = format!("{text} {version}");
    }
    text = format!(
        "{text} compared, slice by slice, with {} for passing messages between threads",
        counted(peers.len(), "other queue", "other queues")
    );
    if !record.rates.is_empty() {
        let cells = counted(record.rates.len(), "setting", "settings");
        text = format!("{text}: throughput in {cells}");
    }
    if !record.delays.is_empty() {
        let scenarios = counted(record.delays.len(), "setting", "settings");
        text = format!(
            "{text}{} latency in {scenarios}",
            if record.rates.is_empty() { ":" } else { "," }
        );
    }
    text + "."
}

/// How many comparisons ended in which way, as one bar and in words.
fn tally(record: &Record) -> Markup {
    let rows = || {
        let all = record.rates.iter();
        all.flat_map(|section| section.of(Metric::Throughput))
    };
    let count = |outcomes: &[Outcome]| {
        rows()
            .filter(|row| !row.is_ours() && outcomes.contains(&row.outcome))
            .count()
    };
    let counts = [
        ("faster", "faster", count(&[Outcome::Faster])),
        ("same", "no difference", count(&[Outcome::Same])),
        ("slower", "slower", count(&[Outcome::Slower])),
        ("unranked", "not ranked", count(&[Outcome::Unranked])),
        (
            "failed",
            "peer failed",
            count(&[Outcome::Hung, Outcome::Panicked]),
        ),
    ];
    let sum: usize = counts.iter().map(|(_, _, count)| count).sum();
    let before =
        |number: usize| -> usize { counts[..number].iter().map(|(_, _, count)| count).sum() };
    let part = |count: usize| percent(count as f64 / sum as f64);
    html! {
        @if sum > 0 {
            figure.tally {
                figcaption {
                    "Of " strong { (counted(sum, "comparison", "comparisons")) } " of throughput, queue-core is"
                }
                svg role="img" aria-label="The counts below as parts of a bar" {
                    @for (number, (class, _, count)) in counts.iter().enumerate() {
                        rect class=(format!("fill-{class}")) x=(part(before(number))) y="0" width=(part(*count)) height="100%" {}
                    }
                }
                ul {
                    @for (class, words, count) in &counts {
                        @if *count > 0 {
                            li { span class=(format!("swatch {class}")) aria-hidden="true" {} strong { (count) } " " (words) }
                        }
                    }
                }
            }
        }
    }
}

fn contents(record: &Record) -> Markup {
    let has_failed = record
        .sections()
        .any(|section| section.contenders().any(super::record::Row::has_failed));
    let parts = [
        ("ratios", "Ratios", !record.rates.is_empty()),
        ("cells", "Cell by cell", !record.rates.is_empty()),
        ("latency", "Latency", !record.delays.is_empty()),
        ("failures", "Failures", has_failed),
        ("noise", "Noise floor", !record.controls.is_empty()),
    ];
    html! {
        @if parts.iter().any(|(_, _, is_there)| *is_there) {
            nav aria-label="Contents" {
                @for (anchor, name, is_there) in parts {
                    @if is_there { a href=(format!("#{anchor}")) { (name) } " " }
                }
            }
        }
    }
}

/// Where it was measured, doubts first, all of it on demand.
pub(super) fn environment(record: &Record) -> Markup {
    html! {
        section aria-labelledby="environment" {
            h2 #environment { "Environment" }
            @for run in &record.runs {
                @if record.runs.len() > 1 { h3 { "Of the " (run.subject()) } }
                @if let Some(Value::Object(fields)) = run.environment { (known(fields)) }
            }
            @if record.runs.iter().all(|run| run.environment.is_none()) {
                p { "The record does not say where it was made." }
            }
        }
    }
}

fn known(fields: &Map<String, Value>) -> Markup {
    let warnings = fields.get("warnings").and_then(Value::as_array);
    let warnings: Vec<_> = warnings
        .into_iter()
        .flatten()
        .filter_map(Value::as_str)
        .collect();
    html! {
        @if !warnings.is_empty() {
            div.warning role="note" {
                p.warning-title { "Read with care" }
                ul { @for warning in warnings { li { (warning) } } }
            }
        }
        dl.facts {
            @for (name, title) in FACTS {
                @if let Some(value) = fields.get(name).filter(|value| !is_empty(value)) {
                    div { dt { (title) } dd { (written(value)) } }
                }
            }
        }
        details.plain {
            summary { "Everything known of the machine and the build" }
            div.wide tabindex="0" role="region" aria-label="The environment" {
                table.pairs {
                    tbody {
                        @for (name, value) in fields {
                            @if name != "metric" && name != "warnings" && !is_empty(value) {
                                tr { th scope="row" { (name.replace('_', " ")) } td { (written(value)) } }
                            }
                        }
                    }
                }
            }
        }
    }
}

fn is_empty(value: &Value) -> bool {
    match value {
        Value::Null => true,
        Value::String(text) => text.is_empty(),
        Value::Array(values) => values.is_empty(),
        _ => false,
    }
}

fn written(value: &Value) -> String {
    match value {
        Value::String(text) => text.clone(),
        Value::Bool(is_so) => (if *is_so { "yes" } else { "no" }).to_owned(),
        Value::Array(values) => values.iter().map(written).collect::<Vec<_>>().join("; "),
        Value::Number(number) if number.is_f64() => {
            format!("{:.2}", number.as_f64().unwrap_or_default())
        }
        value => value.to_string(),
    }
}

/// What a reader needs to run the same again.
pub(super) fn footer(record: &Record) -> Markup {
    html! {
        footer { @for run in &record.runs { (origin(run, record.runs.len() > 1)) } }
    }
}

fn origin(run: &Run, has_others: bool) -> Markup {
    let field = |name: &str| {
        let value = run.environment.map(|environment| &environment[name]);
        value.filter(|value| !is_empty(value)).map(written)
    };
    let is_dirty = run
        .environment
        .is_some_and(|environment| environment["dirty"] == true);
    html! {
        p {
            @if has_others { "The " (run.subject()) ": made" } @else { "Made" }
            " by queue-bench"
            @if let Some(version) = field("queue_bench") { " " (version) }
            @if let Some(commit) = field("commit") {
                " · commit " code { (commit) }
                @if is_dirty { " with uncommitted changes" }
            }
            @if let Some(seed) = field("seed") { " · seed " code { (seed) } }
            @if let Some(date) = field("date") { " · " (date) }
        }
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn an_opening_says_what_was_compared_and_how_it_ended() {
        let line = |contender: &str, verdict: &str| {
            json!({"metric": "throughput", "cell": "a", "mode": "try", "version": "0.1.0",
                   "contender": contender, "verdict": verdict})
        };
        let lines = [
            line(OURS, ""),
            line("kanal", "faster"),
            line("flume", "unfair"),
        ];
        let text = header(&Record::read(&lines)).into_string();
        assert!(text.contains("queue-core 0.1.0 compared"), "{text}");
        assert!(text.contains("2 other queues") && text.contains("1 setting."));
        assert!(text.contains("<strong>1</strong> faster"));
        assert!(text.contains("<strong>1</strong> not ranked"));
        assert!(text.contains("50.00%"));
    }

    #[test]
    fn warnings_and_unknown_fields_are_shown() {
        let lines =
            [json!({"metric": "env", "warnings": ["stolen"], "new_field": [1, 2.5], "none": null})];
        let text = environment(&Record::read(&lines)).into_string();
        assert!(text.contains("<li>stolen</li>") && text.contains("new field"));
        assert!(text.contains("1; 2.50") && !text.contains("none"));
        assert!(
            environment(&Record::default())
                .into_string()
                .contains("does not say")
        );
    }

    #[test]
    fn a_record_of_two_runs_shows_where_each_was_made() {
        let run = |commit: &str, warning: &str| json!({"metric": "env", "commit": commit, "date": format!("on {commit}"), "warnings": [warning]});
        let lines = [
            run("c0ffee", "stolen"),
            json!({"metric": "throughput", "cell": "a"}),
            run("decade", "a load of 2"),
            json!({"metric": "latency", "cell": "b"}),
        ];
        let record = Record::read(&lines);
        let stand_in_turn = |text: String, parts: &[&str]| {
            let place = |part: &&str| {
                text.find(*part)
                    .unwrap_or_else(|| panic!("{part} in {text}"))
            };
            assert!(parts.iter().map(place).is_sorted(), "{text}");
        };
        stand_in_turn(
            environment(&record).into_string(),
            &[
                "the rates",
                "stolen",
                "c0ffee",
                "on c0ffee",
                "the delays",
                "a load of 2",
                "decade",
                "on decade",
            ],
        );
        stand_in_turn(
            footer(&record).into_string(),
            &["The rates", "c0ffee", "The delays", "decade"],
        );
    }
}
