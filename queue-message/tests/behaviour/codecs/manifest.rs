//! The values of the golden vectors, as `golden/codecs.py` describes them.

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::{env, fs};

use serde::Deserialize;

use super::sample::{Color, Sample, Shape};

/// The names of the vectors, and the samples that they are of, by the names that theirs begin with.
pub(crate) struct Manifest {
    pub(crate) vectors: Vec<String>,
    pub(crate) samples: BTreeMap<String, Sample>,
}

/// A sample with its floating-point numbers and bytes as text, so that it needs no format's trust.
#[derive(Deserialize)]
struct Description {
    least: i64,
    most: i64,
    largest: u64,
    doubles: Vec<String>,
    text: String,
    binary: String,
    words: Vec<String>,
    rows: Vec<Vec<i64>>,
    counts: BTreeMap<String, i64>,
    note: Option<String>,
    color: Color,
    shape: BTreeMap<String, String>,
}

pub(crate) fn folder() -> PathBuf {
    // At run time, so that it is not the folder of another clone that shares the target folder.
    let package = env::var_os("CARGO_MANIFEST_DIR").expect("run by cargo");
    PathBuf::from(package).join("golden/codecs")
}

pub(crate) fn read() -> Manifest {
    #[derive(Deserialize)]
    struct File {
        vectors: Vec<String>,
        samples: BTreeMap<String, Description>,
    }
    let text = fs::read(folder().join("manifest.json")).expect("the manifest");
    let file: File = serde_json::from_slice(&text).expect("a well-formed manifest");
    let samples = file.samples.into_iter();
    Manifest {
        vectors: file.vectors,
        samples: samples
            .map(|(name, described)| (name, described.sample()))
            .collect(),
    }
}

impl Description {
    fn sample(self) -> Sample {
        let shape = |part: &str| double(&self.shape[part]);
        Sample {
            least: self.least,
            most: self.most,
            largest: self.largest,
            doubles: self.doubles.iter().map(|text| double(text)).collect(),
            text: self.text,
            binary: bytes(&self.binary),
            words: self.words,
            rows: self.rows,
            counts: self.counts,
            note: self.note,
            color: self.color,
            shape: match self.shape.len() {
                0 => Shape::Point,
                1 => Shape::Circle(shape("radius")),
                _ => Shape::Rectangle {
                    width: shape("width"),
                    height: shape("height"),
                },
            },
        }
    }
}

fn double(text: &str) -> f64 {
    text.parse().expect("a number")
}

fn bytes(digits: &str) -> Vec<u8> {
    let digits = digits.as_bytes().chunks(2);
    let pairs = digits.map(|pair| str::from_utf8(pair).expect("ASCII"));
    pairs
        .map(|pair| u8::from_str_radix(pair, 16).expect("two digits"))
        .collect()
}
