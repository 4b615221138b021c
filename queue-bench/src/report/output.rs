//! Where results go: a table for people, files for programs.
//!
//! Every file is opened before any work begins, so that a path that cannot be written
//! is known then; what was in it stays until all of them are open. Lines and tables
//! appear as soon as their cell is done; the CSV and the HTML are written at the end.

use std::fs::{self, File, OpenOptions};
use std::io::{self, BufWriter, Write};
use std::path::{self, PathBuf};

use serde_json::Value;

use super::table::{self, Place};
use super::{Row, Rows};

/// What a run writes.
pub(crate) struct Output {
    place: Place,
    json: Option<Box<dyn Write>>,
    csv: Option<(String, File)>,
    html: Option<(String, File)>,
    lines: Vec<Value>,
}

/// The files that are asked for; `-` is standard output.
#[derive(Clone, Debug, Default)]
pub(crate) struct Paths {
    pub(crate) json: Option<String>,
    pub(crate) csv: Option<String>,
    pub(crate) html: Option<String>,
    /// What else the command reads or writes.
    pub(crate) others: Vec<String>,
}

/// A file that cannot be written.
#[derive(Debug)]
pub(crate) struct CannotWrite {
    pub(crate) path: String,
    pub(crate) error: io::Error,
}

impl CannotWrite {
    pub(crate) fn to(path: &str, error: io::Error) -> Self {
        let path = path.to_owned();
        Self { path, error }
    }
}

impl Paths {
    /// Whether each is another file than all others: two that are written would mix, and one that is
    /// read would be lost.
    fn are_distinct(&self) -> Result<(), CannotWrite> {
        let json = self.json.as_ref().filter(|path| *path != "-");
        let written = [json, self.csv.as_ref(), self.html.as_ref()];
        let all: Vec<_> = self
            .others
            .iter()
            .chain(written.into_iter().flatten())
            .collect();
        let places: Vec<_> = all.iter().map(|path| place(path)).collect();
        for (n, path) in all.iter().enumerate() {
            if let Some(same) = places[..n].iter().position(|place| *place == places[n]) {
                let error = io::Error::other(format!("it is the same file as '{}'", all[same]));
                return Err(CannotWrite::to(path, error));
            }
        }
        Ok(())
    }
}

/// Where a file is or would be, as far as that can be told.
fn place(path: &str) -> PathBuf {
    let absolute = path::absolute(path).unwrap_or_else(|_| path.into());
    let in_its_folder = || match (absolute.parent(), absolute.file_name()) {
        (Some(folder), Some(name)) => Some(fs::canonicalize(folder).ok()?.join(name)),
        _ => None,
    };
    let found = fs::canonicalize(path).ok().or_else(in_its_folder);
    found.unwrap_or(absolute)
}

/// The file as it is, or a new one, which is left behind empty if the next cannot be opened.
fn open(path: &str) -> Result<(String, File), CannotWrite> {
    OpenOptions::new()
        .write(true)
        .create(true)
        .truncate(false)
        .open(path)
        .map(|file| (path.to_owned(), file))
        .map_err(|error| CannotWrite::to(path, error))
}

/// Takes out what was in the file; a device or a pipe has nothing to take.
fn clear(file: &File) -> io::Result<()> {
    if file.metadata()?.is_file() {
        file.set_len(0)?;
    }
    Ok(())
}

impl Output {
    /// Opens what is asked for.
    pub(crate) fn open(paths: &Paths) -> Result<Self, CannotWrite> {
        paths.are_distinct()?;
        let to_stdout = paths.json.as_deref() == Some("-");
        let json = paths.json.as_ref().filter(|_| !to_stdout);
        let open = |path: Option<&String>| path.map(|path| open(path)).transpose();
        let json = open(json)?;
        let csv = open(paths.csv.as_ref())?;
        let html = open(paths.html.as_ref())?;
        for (path, file) in [&json, &csv, &html].into_iter().flatten() {
            clear(file).map_err(|error| CannotWrite::to(path, error))?;
        }
        Ok(Self {
            place: if to_stdout {
                Place::Stderr
            } else {
                Place::Stdout
            },
            json: if to_stdout {
                Some(Box::new(io::stdout()))
            } else {
                json.map(|(_, file)| Box::new(file) as Box<dyn Write>)
            },
            csv,
            html,
            lines: Vec::new(),
        })
    }

    /// The first line says where all this was measured.
    pub(crate) fn begin(&mut self, environment: Value) -> io::Result<()> {
        self.line(environment)
    }

    /// The rows of a cell, as a table and as lines.
    pub(crate) fn write(&mut self, rows: &Rows) -> io::Result<()> {
        for row in &rows.rows {
            self.line(serde_json::to_value(row)?)?;
        }
        self.show(&table::draw(rows, self.place))
    }

    /// Text for people.
    pub(crate) fn show(&self, text: &str) -> io::Result<()> {
        match self.place {
            Place::Stdout => writeln!(io::stdout(), "{text}"),
            Place::Stderr => writeln!(io::stderr(), "{text}"),
        }
    }

    /// What the tables mean, and the files that need all rows.
    pub(crate) fn finish(&mut self, legend: &str) -> io::Result<()> {
        self.show(legend)?;
        self.write_files()
    }

    /// Everything at once, from a record.
    pub(crate) fn take(&mut self, lines: &[Value]) -> io::Result<()> {
        self.lines = lines.to_vec();
        self.write_files()
    }

    /// The files that need all rows.
    fn write_files(&mut self) -> io::Result<()> {
        if let Some((path, file)) = &mut self.csv {
            write_csv(file, &self.lines).map_err(|error| at(path, &error))?;
        }
        if let Some((path, file)) = &mut self.html {
            let page = super::html::render(&self.lines);
            file.write_all(page.as_bytes())
                .map_err(|error| at(path, &error))?;
        }
        Ok(())
    }

    fn line(&mut self, value: Value) -> io::Result<()> {
        if let Some(json) = &mut self.json {
            let mut line = serde_json::to_string(&value)?;
            line.push('\n');
            json.write_all(line.as_bytes())?;
            json.flush()?;
        }
        self.lines.push(value);
        Ok(())
    }
}

fn at(path: &str, error: &io::Error) -> io::Error {
    io::Error::new(error.kind(), format!("{path}: {error}"))
}

/// One line for each row, lists with semicolons; the environment has no columns and is left out.
pub(crate) fn write_csv(file: &mut impl Write, lines: &[Value]) -> io::Result<()> {
    let names: Vec<String> = match serde_json::to_value(Row::default())? {
        Value::Object(fields) => fields.into_iter().map(|(name, _)| name).collect(),
        _ => Vec::new(),
    };
    let mut csv = csv::Writer::from_writer(BufWriter::new(file));
    csv.write_record(&names)?;
    for line in lines.iter().filter(|line| line["metric"] != "env") {
        csv.write_record(names.iter().map(|name| field(&line[name])))?;
    }
    csv.flush()
}

fn field(value: &Value) -> String {
    match value {
        Value::Null => String::new(),
        Value::String(text) => text.clone(),
        Value::Array(values) => {
            let values: Vec<_> = values.iter().map(field).collect();
            values.join(";")
        }
        value => value.to_string(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::report::{Metric, Verdict};

    #[test]
    fn a_csv_has_a_column_for_every_field_and_quotes_what_it_must() {
        let row = Row {
            metric: Metric::Control,
            contender: "a, \"b\"".to_owned(),
            verdict: Verdict::Faster,
            launch_ratios: vec![0.5, 2.0],
            ..Row::default()
        };
        let lines = [
            serde_json::json!({"metric": "env", "cpu": "x"}),
            serde_json::to_value(&row).unwrap(),
        ];
        let mut file = Vec::new();
        write_csv(&mut file, &lines).unwrap();
        let mut reader = csv::Reader::from_reader(&file[..]);
        let headers = reader.headers().unwrap().clone();
        let records: Vec<_> = reader.records().map(Result::unwrap).collect();
        assert_eq!(records.len(), 1);
        let of = |name| {
            let column = headers.iter().position(|header| header == name).unwrap();
            records[0].get(column).unwrap()
        };
        assert_eq!(of("contender"), "a, \"b\"");
        assert_eq!(of("launch_ratios"), "0.5;2.0");
        assert_eq!(
            (of("metric"), of("verdict"), of("median")),
            ("control", "faster", "")
        );
    }
}
