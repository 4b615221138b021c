//! Records: the JSON lines of earlier runs, read back.

use std::fs;
use std::io;

use serde_json::Value;

use crate::contenders::{OURS, is_ours};
use crate::report::{Metric, Row};

/// What a file of JSON lines holds.
#[derive(Clone, Debug, Default)]
pub(crate) struct Record {
    /// Everything, as it was read.
    pub(crate) lines: Vec<Value>,
    pub(crate) rows: Vec<Row>,
}

impl Record {
    /// Reads a file.
    ///
    /// # Errors
    ///
    /// If it cannot be read, or a line is not what a run writes.
    pub(crate) fn read(path: &str) -> io::Result<Self> {
        Self::parse(&fs::read_to_string(path)?)
    }

    fn parse(text: &str) -> io::Result<Self> {
        let mut record = Self::default();
        for (line, number) in text.lines().zip(1..) {
            if line.trim().is_empty() {
                continue;
            }
            let broken = |error: serde_json::Error| {
                io::Error::new(
                    io::ErrorKind::InvalidData,
                    format!("line {number} is not a row: {error}"),
                )
            };
            let value: Value = serde_json::from_str(line).map_err(broken)?;
            if value["metric"] != "env" {
                record
                    .rows
                    .push(serde_json::from_value(value.clone()).map_err(broken)?);
            }
            record.lines.push(value);
        }
        if record.rows.is_empty() {
            return Err(io::Error::new(
                io::ErrorKind::InvalidData,
                "there is no row in it",
            ));
        }
        Ok(record)
    }

    /// The runs that it is of.
    pub(crate) fn runs(&self) -> Vec<Run<'_>> {
        runs(&self.lines)
    }

    /// The rows about this.
    pub(crate) fn of(&self, metric: Metric) -> impl Iterator<Item = &Row> {
        self.rows.iter().filter(move |row| row.metric == metric)
    }

    /// Which of ours a peer's ratio is against: the one that has a row with its contract beside it.
    pub(crate) fn yardstick_of(&self, peer: &Row) -> &str {
        let mut rows = self.of(Metric::Throughput);
        let ours = rows.find(|row| {
            is_ours(&row.contender)
                && (&row.cell, &row.mode, &row.contract) == (&peer.cell, &peer.mode, &peer.contract)
        });
        ours.map_or(OURS, |row| &row.contender)
    }

    /// What the environment of its first run says of this.
    pub(crate) fn environment(&self, field: &str) -> String {
        let runs = self.runs();
        runs.first()
            .map_or_else(|| UNKNOWN.to_owned(), |run| run.environment(field))
    }
}

/// What stands for a field of an environment that is not there.
const UNKNOWN: &str = "unknown";

/// A run of those that a record is of: its environment, and what was measured in it.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Run<'a> {
    /// Missing where the lines do not begin with one.
    pub(crate) environment: Option<&'a Value>,
    lines: &'a [Value],
}

/// The runs that such lines are of, each of which begins with its environment.
pub(crate) fn runs(lines: &[Value]) -> Vec<Run<'_>> {
    lines
        .chunk_by(|_, next| next["metric"] != "env")
        .map(|lines| Run {
            environment: lines.first().filter(|line| line["metric"] == "env"),
            lines,
        })
        .collect()
}

impl Run<'_> {
    /// What was measured.
    pub(crate) fn subject(&self) -> &'static str {
        let has = |metric: &str| self.lines.iter().any(|line| line["metric"] == metric);
        match (has("throughput"), has("latency")) {
            (true, true) => "rates and delays",
            (false, true) => "delays",
            _ => "rates",
        }
    }

    /// What its environment says of this.
    pub(crate) fn environment(&self, field: &str) -> String {
        match self.environment.map(|environment| &environment[field]) {
            None | Some(Value::Null) => UNKNOWN.to_owned(),
            Some(Value::String(text)) => text.clone(),
            Some(value) => value.to_string(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::contenders::OUR_SPSC_RING;

    #[test]
    fn a_ratio_is_against_the_one_of_ours_that_has_the_contract() {
        let row = |contender: &str, contract: &str| Row {
            contender: contender.to_owned(),
            contract: contract.to_owned(),
            ..Row::default()
        };
        let record = Record {
            rows: vec![
                row(OURS, "fifo/mpmc/try/ring"),
                row("rtrb", "fifo/spsc/try/ring"),
                row(OUR_SPSC_RING, "fifo/spsc/try/ring"),
            ],
            ..Record::default()
        };
        for (contract, ours) in [
            ("fifo/spsc/try/ring", OUR_SPSC_RING),
            ("fifo/mpmc/try/ring", OURS),
            ("fifo/mpsc/try/ring", OURS),
        ] {
            assert_eq!(record.yardstick_of(&row("peer", contract)), ours);
        }
        let elsewhere = Row {
            mode: "batch16".to_owned(),
            ..row("peer", "fifo/spsc/try/ring")
        };
        assert_eq!(record.yardstick_of(&elsewhere), OURS);
    }

    #[test]
    fn a_record_has_rows_and_says_which_line_is_none() {
        let record = Record::parse(
            "{\"metric\":\"env\",\"cpu\":\"x\",\"family\":26}\n\n{\"metric\":\"control\",\"ratio\":1.0}\n",
        )
        .unwrap();
        assert_eq!((record.lines.len(), record.rows.len()), (2, 1));
        assert_eq!(
            ["cpu", "family", "rustc"].map(|field| record.environment(field)),
            ["x", "26", "unknown"]
        );
        assert_eq!(record.of(Metric::Control).count(), 1);
        let error = Record::parse("{\"metric\":\"control\"}\nno\n").unwrap_err();
        assert!(error.to_string().starts_with("line 2"), "{error}");
        assert!(Record::parse("{\"metric\":\"env\"}\n").is_err());
        assert!(Record::parse("").is_err());
    }

    #[test]
    fn each_environment_begins_a_run() {
        let record = Record::parse(
            "{\"metric\":\"env\",\"commit\":\"a\"}\n{\"metric\":\"throughput\"}\n\
             {\"metric\":\"env\",\"commit\":\"b\"}\n{\"metric\":\"latency\"}\n{\"metric\":\"limit\"}\n",
        )
        .unwrap();
        let told: Vec<_> = record
            .runs()
            .iter()
            .map(|run| (run.subject(), run.environment("commit")))
            .collect();
        assert_eq!(
            told,
            [("rates", "a".to_owned()), ("delays", "b".to_owned())]
        );
        let bare = Record::parse("{\"metric\":\"latency\"}\n").unwrap();
        assert_eq!(bare.environment("commit"), "unknown");
        assert!(bare.runs()[0].environment.is_none());
    }
}
