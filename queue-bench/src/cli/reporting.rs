//! What is made of a record.

use std::fs::{self, OpenOptions};

use clap::Args;

use super::{FAILED, OK, Refusal, print, record};
use crate::records::Record;
use crate::report::figures::{self, NoFigures};
use crate::report::{self, CannotWrite, Output, Paths};

#[derive(Debug, Args)]
pub(super) struct Report {
    /// The record (JSON lines) of a run
    #[arg(value_name = "FILE.jsonl")]
    record: String,

    /// Write it as comma-separated values
    #[arg(long, value_name = "FILE")]
    csv: Option<String>,

    /// Write a page with tables and charts
    #[arg(long, value_name = "FILE")]
    html: Option<String>,

    /// Write the tables of the quick suite into a document, between its marks
    /// `<!-- figures: begin -->` and `<!-- figures: end -->`
    #[arg(long, value_name = "FILE.md")]
    figures: Option<String>,

    /// Only check that the document has these figures already
    #[arg(long, requires = "figures", conflicts_with_all = ["csv", "html"])]
    check: bool,
}

impl Report {
    /// Makes what is asked for from a record; a summary, if nothing is.
    pub(super) fn make(&self) -> Result<u8, Refusal> {
        let record = record(&self.record)?;
        if (&self.csv, &self.html, &self.figures) == (&None, &None, &None) {
            return print(&report::summary(&record));
        }
        let document = match &self.figures {
            Some(path) => Some((path, self.with_figures(path, &record)?)),
            None => None,
        };
        if let Some((path, (old, new))) = &document
            && self.check
        {
            if old == new {
                return Ok(OK);
            }
            eprintln!("the figures of '{path}' are not those of '{}'", self.record);
            return Ok(FAILED);
        }
        if let Some((path, _)) = &document {
            // Whether it can be written is known before anything is.
            let document = OpenOptions::new().write(true).open(path);
            document.map_err(|error| CannotWrite::to(path, error))?;
        }
        let mut output = Output::open(&Paths {
            json: None,
            csv: self.csv.clone(),
            html: self.html.clone(),
            others: [&self.record]
                .into_iter()
                .chain(&self.figures)
                .cloned()
                .collect(),
        })?;
        output.take(&record.lines)?;
        if let Some((path, (_, new))) = document {
            fs::write(path, new).map_err(|error| CannotWrite::to(path, error))?;
        }
        Ok(OK)
    }

    /// A document as it is, and with the figures of the record.
    fn with_figures(&self, path: &str, record: &Record) -> Result<(String, String), Refusal> {
        let old = fs::read_to_string(path)
            .map_err(|error| Refusal(format!("cannot read '{path}': {error}")))?;
        let new = figures::insert(&old, record).map_err(|why| {
            Refusal(match why {
                NoFigures::NoMarks => format!("'{path}' has no marks for figures"),
                NoFigures::NoRates => format!(
                    "'{}' has no rates of the quick suite's cells to make figures of",
                    self.record
                ),
            })
        })?;
        Ok((old, new))
    }
}
