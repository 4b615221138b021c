//! The sample as elements: numbers as attributes, lists as elements again and again, bytes in hexadecimal digits.

use std::fmt::Write;

use serde::{Deserialize, Serialize};

use super::{Color, Sample, Shape};

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename = "Sample")]
pub(crate) struct XmlSample {
    #[serde(rename = "@least")]
    least: i64,
    #[serde(rename = "@most")]
    most: i64,
    #[serde(rename = "@largest")]
    largest: u64,
    #[serde(default)]
    double: Vec<f64>,
    text: String,
    binary: String,
    #[serde(default)]
    word: Vec<String>,
    #[serde(default)]
    row: Vec<Row>,
    #[serde(default)]
    count: Vec<Count>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    note: Option<String>,
    color: Color,
    shape: Outer,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
struct Row {
    #[serde(default)]
    cell: Vec<i64>,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
struct Count {
    #[serde(rename = "@name")]
    name: String,
    #[serde(rename = "$text")]
    count: i64,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
struct Outer {
    #[serde(rename = "$value")]
    shape: Shape,
}

impl From<Sample> for XmlSample {
    fn from(sample: Sample) -> Self {
        let binary = sample
            .binary
            .iter()
            .fold(String::new(), |mut digits, byte| {
                write!(digits, "{byte:02x}").expect("a string takes all");
                digits
            });
        Self {
            least: sample.least,
            most: sample.most,
            largest: sample.largest,
            double: sample.doubles,
            text: sample.text,
            binary,
            word: sample.words,
            row: sample.rows.into_iter().map(|cell| Row { cell }).collect(),
            count: sample
                .counts
                .into_iter()
                .map(|(name, count)| Count { name, count })
                .collect(),
            note: sample.note,
            color: sample.color,
            shape: Outer {
                shape: sample.shape,
            },
        }
    }
}
