//! JSON lines: one object a line, readable as soon as its cell is done.

use std::fs::File;
use std::io::{self, Write};

use super::Row;

/// A place to write rows to.
pub(crate) struct JsonLines(Box<dyn Write>);

impl JsonLines {
    /// Opens a file, or standard output for `-`.
    pub(crate) fn open(path: &str) -> io::Result<Self> {
        Ok(Self(match path {
            "-" => Box::new(io::stdout()),
            path => Box::new(File::create(path)?),
        }))
    }

    /// Writes one row.
    pub(crate) fn write(&mut self, row: &Row) -> io::Result<()> {
        let mut line = serde_json::to_string(row)?;
        line.push('\n');
        self.0.write_all(line.as_bytes())?;
        self.0.flush()
    }
}
