//! All ratios at a glance: a tile for each contender in each cell, a map for each mode.

use std::collections::BTreeMap;

use maud::{Markup, html};

use super::numbers::{digits, interval, millions, or_missing, percent, short};
use super::record::{Metric, OURS, Outcome, Record, Row, Section};
use crate::contenders::our_names;

/// From here on a ratio has its full colour, and so has its inverse.
const FULL_COLOUR: f64 = 8.0;

/// What the weakest colour keeps, so that a verdict is always seen.
const LEAST_COLOUR: f64 = 0.18;

/// The maps of all modes in which there is a ratio.
pub(super) fn section(record: &Record) -> Markup {
    let is_compared = |section: &&Section| {
        let mut rows = section.of(Metric::Throughput);
        rows.any(|row| !row.is_ours() && (row.ratio.is_some() || row.has_failed()))
            && section.find(Metric::Throughput, OURS).is_some()
    };
    let mut maps: Vec<(&str, Vec<&Section>)> = Vec::new();
    for section in record.rates.iter().filter(is_compared) {
        match maps.iter_mut().find(|(mode, _)| *mode == section.mode) {
            Some((_, sections)) => sections.push(section),
            None => maps.push((section.mode, vec![section])),
        }
    }
    let shown: usize = maps.iter().map(|(_, sections)| sections.len()).sum();
    let left_out = record.rates.len() - shown;
    html! {
        @if !maps.is_empty() {
            section aria-labelledby="ratios" {
                h2 #ratios { "Ratios at a glance" }
                p {
                    "How many times as many messages queue-core passes as each peer: above 1 queue-core is faster, below 1 the peer is. "
                    "The closest rivals stand on the left."
                    @if record.rates.iter().any(has_best_peer) {
                        " The best peer is the best one of queue-core’s own contract, chosen in one half of the launches and compared in the other, so that the same luck does not do both."
                    }
                }
                (legend())
                @for (mode, sections) in &maps { (map(mode, sections)) }
                @if left_out > 0 {
                    p.small { (left_out) " more settings have no queue of queue-core’s to compare with; they are listed below." }
                }
            }
        }
    }
}

fn has_best_peer(section: &Section) -> bool {
    best_peer(section).is_some()
}

/// The best peer of a contract that one of ours has as its own; of several, the best one.
fn best_peer<'r, 'a>(section: &'r Section<'a>) -> Option<&'r Row<'a>> {
    let is_own = |row: &&Row| {
        let mut own = our_names().filter_map(|name| section.find(Metric::Throughput, name));
        own.any(|ours| ours.text("contract") == row.text("contract"))
    };
    let best = section.of(Metric::BestPeer).filter(is_own);
    best.min_by(|one, other| {
        let ratio = |row: &Row| row.ratio.unwrap_or(f64::INFINITY);
        ratio(one).total_cmp(&ratio(other))
    })
}

fn legend() -> Markup {
    let steps = [0.125, 0.25, 0.5, 1.0 / 1.2, 1.2, 2.0, 4.0, 8.0];
    let names = ["⅛", "¼", "½", "0.83", "1.2", "2", "4", "8"];
    html! {
        div.legend {
            span.legend-end { "peer faster" }
            span.steps {
                @for (ratio, name) in steps.into_iter().zip(names) {
                    span class=(if ratio < 1.0 { "tile slower" } else { "tile faster" }) style=(strength(ratio)) { (name) }
                }
            }
            span.legend-end { "queue-core faster" }
            span.legend-key { span.tile.same { "1.01" } " no difference" }
            span.legend-key { span.tile.unranked { "(1.3)" } " not ranked" }
            span.legend-key { span.tile.failed { "hung" } " or " span.tile.failed { "panic" } " failed" }
            span.legend-key { "† oversubscribed: more threads than cores" }
        }
    }
}

fn map(mode: &str, sections: &[&Section]) -> Markup {
    let peers = peers(sections);
    let has_best = sections.iter().copied().any(has_best_peer);
    html! {
        div.wide tabindex="0" role="region" aria-label=(format!("Ratios in mode {mode}")) {
            table.heat {
                caption { span { "Mode " strong { (mode) } ": queue-core / contender, geometric mean over launches" } }
                thead { tr {
                    th scope="col" { "cell" }
                    th.figure scope="col" { "queue-core" br; "M msg/s" }
                    @if has_best { th.turned.best scope="col" { span { "best peer" } } }
                    @for peer in &peers { th.turned scope="col" { span { (peer) } } }
                } }
                tbody {
                    @for section in sections {
                        tr {
                            th scope="row" {
                                a href=(format!("#{}", section.anchor())) { (breakable(section.cell)) }
                                @if section.is_oversubscribed() { abbr title="oversubscribed" { "†" } }
                            }
                            @let ours = section.find(Metric::Throughput, OURS).and_then(|row| row.median);
                            td.figure { (or_missing(ours, millions)) }
                            @if has_best { (best(section)) }
                            @for peer in &peers {
                                @match section.find(Metric::Throughput, peer) {
                                    Some(row) => (tile(row)),
                                    None => td.tile.absent {},
                                }
                            }
                        }
                    }
                }
            }
        }
    }
}

/// A name that may be broken after each of its parts.
pub(super) fn breakable(name: &str) -> Markup {
    html! {
        @for (number, part) in name.split_inclusive('-').enumerate() {
            @if number > 0 { wbr; }
            (part)
        }
    }
}

/// The closest rivals first; last those who have no ratio at all.
fn peers<'a>(sections: &[&Section<'a>]) -> Vec<&'a str> {
    let mut logs: BTreeMap<&str, Vec<f64>> = BTreeMap::new();
    for section in sections {
        for row in section.of(Metric::Throughput).filter(|row| !row.is_ours()) {
            let all = logs.entry(row.contender).or_default();
            all.extend(row.ratio.map(f64::ln));
        }
    }
    let mean = |logs: &[f64]| match logs {
        [] => f64::INFINITY,
        logs => logs.iter().sum::<f64>() / logs.len() as f64,
    };
    let mut peers: Vec<_> = logs
        .into_iter()
        .map(|(peer, logs)| (mean(&logs), peer))
        .collect();
    peers.sort_by(|one, other| one.0.total_cmp(&other.0));
    peers.into_iter().map(|(_, peer)| peer).collect()
}

/// How strong a colour is: twice as fast is as far from even as half as fast.
fn strength(ratio: f64) -> String {
    let part = (ratio.ln().abs() / FULL_COLOUR.ln()).min(1.0);
    format!(
        "--strength:{}",
        percent(LEAST_COLOUR + (1.0 - LEAST_COLOUR) * part)
    )
}

fn tile(row: &Row) -> Markup {
    let said = said(row);
    let class = format!("tile {}", row.outcome.class());
    match (row.outcome, row.ratio) {
        (Outcome::Hung, _) => html! { td class=(class) title=(said) { "hung" } },
        (Outcome::Panicked, _) => html! { td class=(class) title=(said) { "panic" } },
        (_, None) => html! { td.tile.nothing title=(said) { "·" } },
        (Outcome::Unranked | Outcome::Nothing, Some(ratio)) => {
            html! { td.tile.unranked title=(said) { "(" (short(ratio)) ")" } }
        }
        (_, Some(ratio)) => {
            html! { td class=(class) style=(strength(ratio)) title=(said) { (short(ratio)) } }
        }
    }
}

/// The ratio to the best peer; it has a verdict only as far as its interval shows one.
fn best(section: &Section) -> Markup {
    let Some(row) = best_peer(section) else {
        return html! { td.tile.absent.best {} };
    };
    let Some((ratio, (lower, upper))) = row.ratio.zip(row.ratio_interval()) else {
        return html! { td.tile.nothing.best title=(said(row)) { "·" } };
    };
    let class = if lower > 1.0 {
        "tile best faster"
    } else if upper < 1.0 {
        "tile best slower"
    } else {
        "tile best same"
    };
    html! { td class=(class) style=(strength(ratio)) title=(said(row)) { (short(ratio)) } }
}

/// What a tile says to those who point at it.
fn said(row: &Row) -> String {
    let mut text = format!("{} {}", row.contender, row.text("version"));
    if row.ratio.is_some() {
        let interval = interval(row.ratio_interval(), digits);
        text = format!("{text}: {} ({interval})", or_missing(row.ratio, digits));
    }
    for more in [row.verdict(), row.text("notes")] {
        if !more.is_empty() {
            text = format!("{text}; {more}");
        }
    }
    text
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::*;

    fn line(contender: &str, ratio: f64, verdict: &str) -> Value {
        json!({"metric": "throughput", "cell": "a", "mode": "try", "contender": contender,
               "median": 1e7, "ratio": ratio, "ratio_lo": ratio * 0.9, "ratio_hi": ratio * 1.1,
               "verdict": verdict, "status": "ok"})
    }

    #[test]
    fn a_map_has_a_tile_for_each_outcome() {
        let mut hung = line("flume", 1.0, "");
        hung["status"] = json!("hung");
        hung["ratio"] = Value::Null;
        let lines = [
            line(OURS, 1.0, ""),
            line("kanal", 8.0, "faster"),
            line("crossfire", 0.5, "slower"),
            line("loole", 1.01, "no difference"),
            line("ringbuf", 1.5, "unfair"),
            hung,
        ];
        let text = section(&Record::read(&lines)).into_string();
        for part in [
            "tile faster\" style=\"--strength:100.00%\"",
            "tile slower\" style=\"--strength:45.33%\"",
            "tile same",
            "(1.50)",
            ">hung<",
            "1.01 (0.909 – 1.11); no difference",
        ] {
            assert!(text.contains(part), "{part} in {text}");
        }
        let place = |name: &str| text.find(&format!("<span>{name}</span>")).unwrap();
        assert!(place("crossfire") < place("loole") && place("kanal") < place("flume"));
    }

    #[test]
    fn without_ours_there_is_no_map() {
        let lines = [line("kanal", 2.0, "")];
        assert_eq!(section(&Record::read(&lines)).into_string(), "");
    }

    #[test]
    fn names_break_after_their_parts() {
        assert_eq!(breakable("a-b").into_string(), "a-<wbr>b");
    }
}
