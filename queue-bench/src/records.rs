//! Records: the JSON lines of earlier runs, read back.

use std::fs;
use std::io;

use serde_json::Value;

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

    /// The rows about this.
    pub(crate) fn of(&self, metric: Metric) -> impl Iterator<Item = &Row> {
        self.rows.iter().filter(move |row| row.metric == metric)
    }

    /// What its environment says of this.
    pub(crate) fn environment(&self, field: &str) -> String {
        let environment = self.lines.iter().find(|line| line["metric"] == "env");
        match environment.map(|environment| &environment[field]) {
            None | Some(Value::Null) => "unknown".to_owned(),
            Some(Value::String(text)) => text.clone(),
            Some(value) => value.to_string(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

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
}
