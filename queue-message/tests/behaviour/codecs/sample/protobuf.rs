//! The sample as a message.

use std::collections::BTreeMap;

use super::{Color, Sample, Shape};

#[derive(Clone, PartialEq, prost::Message)]
pub(crate) struct ProtobufSample {
    #[prost(int64, tag = "1")]
    least: i64,
    #[prost(sint64, tag = "2")]
    most: i64,
    #[prost(uint64, tag = "3")]
    largest: u64,
    #[prost(double, repeated, tag = "4")]
    doubles: Vec<f64>,
    #[prost(string, tag = "5")]
    text: String,
    #[prost(bytes = "vec", tag = "6")]
    binary: Vec<u8>,
    #[prost(string, repeated, tag = "7")]
    words: Vec<String>,
    #[prost(message, repeated, tag = "8")]
    rows: Vec<Row>,
    #[prost(btree_map = "string, int64", tag = "9")]
    counts: BTreeMap<String, i64>,
    #[prost(string, optional, tag = "10")]
    note: Option<String>,
    #[prost(enumeration = "ProtobufColor", tag = "11")]
    color: i32,
    #[prost(oneof = "ProtobufShape", tags = "12, 13, 14")]
    shape: Option<ProtobufShape>,
}

#[derive(Clone, PartialEq, prost::Message)]
struct Row {
    #[prost(sint64, repeated, tag = "1")]
    cells: Vec<i64>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, prost::Enumeration)]
#[repr(i32)]
enum ProtobufColor {
    Red = 0,
    Green = 1,
    Blue = 2,
}

#[derive(Clone, PartialEq, prost::Oneof)]
enum ProtobufShape {
    #[prost(bool, tag = "12")]
    Point(bool),
    #[prost(double, tag = "13")]
    Circle(f64),
    #[prost(message, tag = "14")]
    Rectangle(Rectangle),
}

#[derive(Clone, PartialEq, prost::Message)]
struct Rectangle {
    // prost leaves out a -0.0 that is not required.
    #[prost(double, required, tag = "1")]
    width: f64,
    #[prost(double, required, tag = "2")]
    height: f64,
}

impl From<Sample> for ProtobufSample {
    fn from(sample: Sample) -> Self {
        let color = match sample.color {
            Color::Red => ProtobufColor::Red,
            Color::Green => ProtobufColor::Green,
            Color::Blue => ProtobufColor::Blue,
        };
        let shape = match sample.shape {
            Shape::Point => ProtobufShape::Point(true),
            Shape::Circle(radius) => ProtobufShape::Circle(radius),
            Shape::Rectangle { width, height } => {
                ProtobufShape::Rectangle(Rectangle { width, height })
            }
        };
        Self {
            least: sample.least,
            most: sample.most,
            largest: sample.largest,
            doubles: sample.doubles,
            text: sample.text,
            binary: sample.binary,
            words: sample.words,
            rows: sample.rows.into_iter().map(|cells| Row { cells }).collect(),
            counts: sample.counts,
            note: sample.note,
            color: color.into(),
            shape: Some(shape),
        }
    }
}
