//! A value with something of everything, as each format has it. Also used by the example that writes vectors, and by
//! the fuzz target.

mod protobuf;
mod thrift;
mod xml;

use std::collections::BTreeMap;
use std::fmt::Debug;

use queue_message::Codec;
use queue_message::codec::{Json, MessagePack, Protobuf, ThriftBinary, ThriftCompact, Xml};
use serde::{Deserialize, Serialize};

pub(crate) use protobuf::ProtobufSample;
pub(crate) use thrift::ThriftSample;
pub(crate) use xml::XmlSample;

/// As JSON and MessagePack have it.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub(crate) struct Sample {
    pub(crate) least: i64,
    pub(crate) most: i64,
    pub(crate) largest: u64,
    pub(crate) doubles: Vec<f64>,
    pub(crate) text: String,
    #[serde(with = "serde_bytes")]
    pub(crate) binary: Vec<u8>,
    pub(crate) words: Vec<String>,
    pub(crate) rows: Vec<Vec<i64>>,
    pub(crate) counts: BTreeMap<String, i64>,
    pub(crate) note: Option<String>,
    pub(crate) color: Color,
    pub(crate) shape: Shape,
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize, Deserialize)]
pub(crate) enum Color {
    #[default]
    Red,
    Green,
    Blue,
}

#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub(crate) enum Shape {
    #[default]
    Point,
    Circle(f64),
    Rectangle {
        width: f64,
        height: f64,
    },
}

/// The formats, by the names that end the names of their vectors.
pub(crate) const FORMATS: [&str; 6] = [
    "json",
    "msgpack",
    "xml",
    "protobuf",
    "thrift-compact",
    "thrift-binary",
];

/// What is done with a codec and its form of a [`Sample`].
pub(crate) trait Visit<R> {
    fn visit<T, C>(self, codec: C) -> R
    where
        T: Debug + From<Sample>,
        C: Codec<T>;
}

/// Visits the codec of one of the [`FORMATS`].
pub(crate) fn visit<R>(format: &str, visitor: impl Visit<R>) -> R {
    match format {
        "json" => visitor.visit::<Sample, _>(Json),
        "msgpack" => visitor.visit::<Sample, _>(MessagePack),
        "xml" => visitor.visit::<XmlSample, _>(Xml),
        "protobuf" => visitor.visit::<ProtobufSample, _>(Protobuf),
        "thrift-compact" => visitor.visit::<ThriftSample, _>(ThriftCompact),
        "thrift-binary" => visitor.visit::<ThriftSample, _>(ThriftBinary),
        _ => panic!("no such format: {format}"),
    }
}
