//! What a page is made of: the lines of a record, read with patience.
//!
//! A page may be made of the record of an older or a newer program. So a field that is
//! missing is empty, one that is unknown is skipped, and so is a line about something else.

use serde_json::Value;

/// The contender that all others are compared with.
pub(super) use crate::contenders::OURS;
use crate::contenders::is_ours;
use crate::records::{Run, runs};

/// What a line is about.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Metric {
    Throughput,
    Control,
    Limit,
    BestPeer,
    Latency,
}

/// What is said of a contender, its failures included.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Outcome {
    /// Queue-core is faster.
    Faster,
    /// The interval contains one, or the ratio is within the noise floor.
    Same,
    /// Queue-core is slower.
    Slower,
    /// It has a rate, but no rank.
    Unranked,
    Hung,
    Panicked,
    /// There is nothing to compare.
    Nothing,
}

/// One line that is about a contender or a limit.
#[derive(Clone, Debug)]
pub(super) struct Row<'a> {
    value: &'a Value,
    pub(super) metric: Metric,
    pub(super) cell: &'a str,
    pub(super) mode: &'a str,
    pub(super) contender: &'a str,
    pub(super) median: Option<f64>,
    pub(super) ratio: Option<f64>,
    pub(super) outcome: Outcome,
}

/// The rows that belong on one chart, in the order in which they were written.
#[derive(Clone, Debug)]
pub(super) struct Section<'a> {
    pub(super) cell: &'a str,
    pub(super) mode: &'a str,
    pub(super) rows: Vec<Row<'a>>,
}

/// A record, sorted by what its lines are about.
#[derive(Clone, Debug, Default)]
pub(super) struct Record<'a> {
    pub(super) runs: Vec<Run<'a>>,
    /// Cells and modes with the rates of contenders.
    pub(super) rates: Vec<Section<'a>>,
    /// Scenarios and modes with their delays.
    pub(super) delays: Vec<Section<'a>>,
    /// Queue-core against itself.
    pub(super) controls: Vec<Row<'a>>,
}

impl<'a> Row<'a> {
    fn read(value: &'a Value) -> Option<Self> {
        let metric = match value["metric"].as_str()? {
            "throughput" => Metric::Throughput,
            "control" => Metric::Control,
            "limit" => Metric::Limit,
            "best-peer" => Metric::BestPeer,
            "latency" => Metric::Latency,
            _ => return None,
        };
        let text = |field: &str| value[field].as_str().unwrap_or_default();
        let mut row = Self {
            value,
            metric,
            cell: text("cell"),
            mode: text("mode"),
            contender: text("contender"),
            median: None,
            ratio: None,
            outcome: Outcome::Nothing,
        };
        row.median = row.number("median");
        row.ratio = row.number("ratio").filter(|&ratio| ratio > 0.0);
        row.outcome = match (text("status"), text("verdict")) {
            ("hung", _) => Outcome::Hung,
            ("panicked", _) => Outcome::Panicked,
            _ if row.is_ours() => Outcome::Nothing,
            (_, "faster") => Outcome::Faster,
            (_, "slower") => Outcome::Slower,
            (_, "no difference") => Outcome::Same,
            (_, "") => Outcome::Nothing,
            _ => Outcome::Unranked,
        };
        Some(row)
    }

    /// A text, empty where there is none.
    pub(super) fn text(&self, field: &str) -> &'a str {
        self.value[field].as_str().unwrap_or_default()
    }

    /// A number that can be drawn.
    pub(super) fn number(&self, field: &str) -> Option<f64> {
        self.value[field].as_f64().filter(|value| value.is_finite())
    }

    /// The ends of an interval, the lower one first.
    pub(super) fn interval(&self, lower: &str, upper: &str) -> Option<(f64, f64)> {
        let (one, other) = self.number(lower).zip(self.number(upper))?;
        Some((one.min(other), one.max(other)))
    }

    /// The interval of the ratio, where it can stand on a logarithmic scale.
    pub(super) fn ratio_interval(&self) -> Option<(f64, f64)> {
        self.interval("ratio_lo", "ratio_hi")
            .filter(|&(lower, _)| lower > 0.0)
    }

    /// The ratio of each launch.
    pub(super) fn launch_ratios(&self) -> impl Iterator<Item = f64> {
        let ratios = self.value["launch_ratios"].as_array();
        let ratios = ratios.into_iter().flatten().filter_map(Value::as_f64);
        ratios.filter(|ratio| ratio.is_finite() && *ratio > 0.0)
    }

    pub(super) fn is_ours(&self) -> bool {
        is_ours(self.contender)
    }

    pub(super) fn is_oversubscribed(&self) -> bool {
        self.value["oversubscribed"].as_bool().unwrap_or(false)
    }

    pub(super) fn has_failed(&self) -> bool {
        matches!(self.outcome, Outcome::Hung | Outcome::Panicked)
    }

    /// What queue-core is against it, or how it failed.
    pub(super) fn verdict(&self) -> &'a str {
        match self.outcome {
            Outcome::Hung => "hung",
            Outcome::Panicked => "panicked",
            _ => self.text("verdict"),
        }
    }
}

impl Outcome {
    /// The class that gives it its colour.
    pub(super) const fn class(self) -> &'static str {
        match self {
            Self::Faster => "faster",
            Self::Same => "same",
            Self::Slower => "slower",
            Self::Unranked => "unranked",
            Self::Hung | Self::Panicked => "failed",
            Self::Nothing => "nothing",
        }
    }
}

impl<'a> Section<'a> {
    /// The rows about this.
    pub(super) fn of(&self, metric: Metric) -> impl Iterator<Item = &Row<'a>> {
        self.rows.iter().filter(move |row| row.metric == metric)
    }

    /// The row of a contender, the first one if it has several.
    pub(super) fn find(&self, metric: Metric, contender: &str) -> Option<&Row<'a>> {
        self.of(metric).find(|row| row.contender == contender)
    }

    /// The rows that stand in a table: all but limits, controls and best peers.
    pub(super) fn contenders(&self) -> impl Iterator<Item = &Row<'a>> {
        let belongs = |row: &&Row| matches!(row.metric, Metric::Throughput | Metric::Latency);
        self.rows.iter().filter(belongs)
    }

    /// A name that links can point to.
    pub(super) fn anchor(&self) -> String {
        let plain = |letter: char| match letter {
            letter if letter.is_ascii_alphanumeric() => letter,
            _ => '-',
        };
        let name = format!("{} {}", self.cell, self.mode);
        name.chars().map(plain).collect()
    }

    pub(super) fn is_oversubscribed(&self) -> bool {
        self.rows.iter().any(Row::is_oversubscribed)
    }

    /// The load, if it is one of which a reader must know.
    pub(super) fn unusual_load(&self) -> Option<&'a str> {
        let mut loads = self.rows.iter().map(|row| row.text("load"));
        loads.find(|load| !load.is_empty() && *load != "steady")
    }
}

impl<'a> Record<'a> {
    /// Sorts the lines of a record.
    pub(super) fn read(lines: &'a [Value]) -> Self {
        let rows: Vec<Row> = lines.iter().filter_map(Row::read).collect();
        let mut record = Self {
            runs: runs(lines),
            ..Self::default()
        };
        // Limits go where they were measured, which can be with rates or with delays.
        for row in &rows {
            match row.metric {
                Metric::Throughput => put(&mut record.rates, row),
                Metric::Latency => put(&mut record.delays, row),
                Metric::Control => record.controls.push(row.clone()),
                Metric::Limit | Metric::BestPeer => {}
            }
        }
        for row in &rows {
            if matches!(
                row.metric,
                Metric::Limit | Metric::BestPeer | Metric::Control
            ) {
                let all = record.rates.iter_mut().chain(&mut record.delays);
                for section in all.filter(|section| section.takes(row)) {
                    section.rows.push(row.clone());
                }
            }
        }
        record
    }

    /// Every section.
    pub(super) fn sections(&self) -> impl Iterator<Item = &Section<'a>> {
        self.rates.iter().chain(&self.delays)
    }
}

impl<'a> Section<'a> {
    fn takes(&self, row: &Row) -> bool {
        self.cell == row.cell && self.mode == row.mode
    }

    fn is_about(&self, row: &Row) -> bool {
        // Scenarios may share a cell, and the rates that are offered a scenario.
        let same = |field: &str| self.rows[0].value[field] == row.value[field];
        let is_delay = row.metric == Metric::Latency;
        self.takes(row) && (!is_delay || (same("scenario") && same("offered")))
    }
}

fn put<'a>(sections: &mut Vec<Section<'a>>, row: &Row<'a>) {
    match sections.iter_mut().find(|section| section.is_about(row)) {
        Some(section) => section.rows.push(row.clone()),
        None => sections.push(Section {
            cell: row.cell,
            mode: row.mode,
            rows: vec![row.clone()],
        }),
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn lines_of_all_kinds_find_their_sections() {
        let lines = [
            json!({"metric": "env", "cpu": "x"}),
            json!({"metric": "throughput", "cell": "a", "mode": "try", "contender": "kanal", "verdict": "unfair"}),
            json!({"metric": "limit", "cell": "a", "mode": "try", "contender": "cas", "median": 1e7}),
            json!({"metric": "control", "cell": "a", "mode": "try", "ratio": 1.01}),
            json!({"metric": "latency", "cell": "idle", "mode": "try", "contender": "kanal", "status": "hung"}),
            json!({"metric": "from the future"}),
            json!(17),
        ];
        let record = Record::read(&lines);
        assert_eq!((record.rates.len(), record.delays.len()), (1, 1));
        assert_eq!(record.rates[0].rows.len(), 3);
        assert_eq!(record.rates[0].rows[0].outcome, Outcome::Unranked);
        assert_eq!(record.delays[0].rows[0].outcome, Outcome::Hung);
        assert_eq!(record.controls.len(), 1);
        assert!(record.runs[0].environment.is_some());
    }

    #[test]
    fn scenarios_in_one_cell_are_kept_apart() {
        let line = |scenario: &str, offered: f64| json!({"metric": "latency", "cell": "a", "mode": "try", "scenario": scenario, "offered": offered});
        let lines = [
            line("wake-up", 0.0),
            line("open-loop", 1e5),
            line("open-loop", 1e6),
        ];
        assert_eq!(Record::read(&lines).delays.len(), 3);
    }

    #[test]
    fn what_cannot_be_drawn_is_not_there() {
        let line = json!({"metric": "throughput", "median": "many", "ratio": -2.0, "launch_ratios": [1.0, null, 0.0]});
        let row = Row::read(&line).unwrap();
        assert_eq!(
            (row.median, row.ratio, row.ratio_interval()),
            (None, None, None)
        );
        assert_eq!(row.launch_ratios().collect::<Vec<_>>(), [1.0]);
        assert_eq!((row.text("cell"), row.verdict()), ("", ""));
    }

    #[test]
    fn an_anchor_is_plain() {
        let section = Section {
            cell: "open-loop@1000",
            mode: "block",
            rows: Vec::new(),
        };
        assert_eq!(section.anchor(), "open-loop-1000-block");
    }
}
