//! What the codecs are asked to decode: a value with something of everything, and values that hold themselves.

use std::collections::BTreeMap;
use std::fmt::Debug;

use queue_message::codec::{Json, MessagePack, Protobuf, ThriftBinary, ThriftCompact, Xml};
use queue_message::{Codec, Position};
use serde::{Deserialize, Serialize};
use thrift::protocol::{TInputProtocol, TOutputProtocol, TSerializable, TType};

use crate::sample::{FORMATS, Sample, Visit, visit};

/// Whether bytes are a value to a codec.
pub type Decode = fn(&[u8]) -> bool;

/// The codecs with their types, by name. What comes first in an input chooses one.
pub const CODECS: [(&str, Decode); 12] = [
    ("json", |bytes| visit(FORMATS[0], RoundTrip(bytes))),
    ("msgpack", |bytes| visit(FORMATS[1], RoundTrip(bytes))),
    ("xml", |bytes| visit(FORMATS[2], RoundTrip(bytes))),
    ("protobuf", |bytes| visit(FORMATS[3], RoundTrip(bytes))),
    ("thrift-compact", |bytes| {
        visit(FORMATS[4], RoundTrip(bytes))
    }),
    ("thrift-binary", |bytes| visit(FORMATS[5], RoundTrip(bytes))),
    ("json-tree", |bytes| decode::<Tree>(&Json, bytes)),
    ("msgpack-tree", |bytes| decode::<Tree>(&MessagePack, bytes)),
    ("xml-tree", |bytes| decode::<Trees>(&Xml, bytes)),
    ("protobuf-tree", |bytes| decode::<Message>(&Protobuf, bytes)),
    ("thrift-compact-tree", |bytes| {
        decode::<Struct>(&ThriftCompact, bytes)
    }),
    ("thrift-binary-tree", |bytes| {
        decode::<Struct>(&ThriftBinary, bytes)
    }),
];

/// What is decoded can be encoded, and is the same afterwards.
struct RoundTrip<'a>(&'a [u8]);

impl Visit<bool> for RoundTrip<'_> {
    fn visit<T: Debug + From<Sample>, C: Codec<T>>(self, codec: C) -> bool {
        let Some(value) = decoded(&codec, self.0) else {
            return false;
        };
        // A character reference of XML can be to what has no other form.
        let Ok(bytes) = codec.encode(&value) else {
            assert_eq!(codec.content_type(), "application/xml", "{value:?}");
            return true;
        };
        let again = codec.decode(&bytes).expect("its own encoding");
        assert_eq!(format!("{again:?}"), format!("{value:?}"));
        true
    }
}

fn decode<T>(codec: &impl Codec<T>, bytes: &[u8]) -> bool {
    decoded(codec, bytes).is_some()
}

/// The value, if the bytes are one; otherwise the error says where, within the bytes.
fn decoded<T>(codec: &impl Codec<T>, bytes: &[u8]) -> Option<T> {
    let error = match codec.decode(bytes) {
        Ok(value) => return Some(value),
        Err(error) => error,
    };
    let named = format!("`{}` as {}", error.type_name, codec.content_type());
    assert!(error.to_string().starts_with(&named));
    match error.position {
        // serde_json does not always say.
        None => assert_eq!(error.content_type, "application/json", "{error}"),
        Some(Position::Byte(byte)) => assert!(byte <= bytes.len() as u64, "{error}"),
        Some(Position::Text { line, column }) => {
            let lines = bytes.iter().filter(|byte| **byte == b'\n').count() + 1;
            assert!(
                (1..=lines).contains(&line) && column <= bytes.len() + 1,
                "{error}"
            );
        }
        Some(_) => unreachable!("no other positions are known"),
    }
    None
}

#[derive(Serialize, Deserialize)]
enum Tree {
    Leaf,
    Not(Box<Tree>),
    All(Vec<Tree>),
    Pair(Box<Tree>, Option<Box<Tree>>),
    Named { tree: Box<Tree> },
    Map(BTreeMap<String, Tree>),
    Any(Untagged),
}

/// What is buffered before its type is known.
#[derive(Serialize, Deserialize)]
#[serde(untagged)]
enum Untagged {
    Number(i64),
    Text(String),
    List(Vec<Tree>),
    Tree(Box<Tree>),
}

#[derive(Serialize, Deserialize)]
struct Trees {
    #[serde(rename = "@name", default)]
    name: String,
    #[serde(default)]
    inner: Vec<Trees>,
    #[serde(rename = "$value", default)]
    trees: Vec<Tree>,
}

#[derive(Clone, PartialEq, prost::Message)]
struct Message {
    #[prost(message, optional, boxed, tag = "1")]
    next: Option<Box<Message>>,
    #[prost(message, repeated, tag = "2")]
    all: Vec<Message>,
    #[prost(btree_map = "string, message", tag = "3")]
    map: BTreeMap<String, Message>,
    #[prost(group, optional, boxed, tag = "4")]
    group: Option<Box<Message>>,
    #[prost(fixed64, repeated, tag = "5")]
    numbers: Vec<u64>,
}

/// Reads as trustingly as the code that Thrift's compiler writes.
#[derive(Default)]
struct Struct {
    next: Option<Box<Struct>>,
    all: Vec<Struct>,
    map: BTreeMap<Vec<u8>, Struct>,
    set: Vec<bool>,
}

impl TSerializable for Struct {
    fn read_from_in_protocol(input: &mut dyn TInputProtocol) -> thrift::Result<Self> {
        let mut value = Self::default();
        input.read_struct_begin()?;
        loop {
            let field = input.read_field_begin()?;
            if field.field_type == TType::Stop {
                break;
            }
            match field.id {
                Some(1) => value.next = Some(Self::read_from_in_protocol(input)?.into()),
                Some(2) => {
                    let list = input.read_list_begin()?;
                    value.all = Vec::with_capacity(list.size as usize);
                    for _ in 0..list.size {
                        value.all.push(Self::read_from_in_protocol(input)?);
                    }
                    input.read_list_end()?;
                }
                Some(3) => {
                    let map = input.read_map_begin()?;
                    for _ in 0..map.size {
                        let key = input.read_bytes()?;
                        value.map.insert(key, Self::read_from_in_protocol(input)?);
                    }
                    input.read_map_end()?;
                }
                Some(4) => {
                    let set = input.read_set_begin()?;
                    value.set = Vec::with_capacity(set.size as usize);
                    for _ in 0..set.size {
                        value.set.push(input.read_bool()?);
                    }
                    input.read_set_end()?;
                }
                _ => input.skip(field.field_type)?,
            }
            input.read_field_end()?;
        }
        input.read_struct_end()?;
        Ok(value)
    }

    fn write_to_out_protocol(&self, _: &mut dyn TOutputProtocol) -> thrift::Result<()> {
        unimplemented!("it is only read")
    }
}
