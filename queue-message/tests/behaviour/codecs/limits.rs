//! Bytes that are made to do harm: nested without end, or of lengths that lie. Each is an error, at a place that is
//! named.

use std::collections::BTreeMap;
use std::iter;

use queue_message::codec::{Json, MessagePack, Protobuf, Xml};
use queue_message::{Codec, CodecError, Position};
use serde::{Deserialize, Serialize};

/// As deep as its bytes, in every way in which an enum can hold itself.
#[derive(Debug, PartialEq, Serialize, Deserialize)]
enum Tree {
    Leaf,
    Not(Box<Tree>),
    All(Vec<Tree>),
    Pair(Box<Tree>, Box<Tree>),
    Named { tree: Box<Tree> },
}

#[derive(Debug, PartialEq, Serialize, Deserialize)]
struct List {
    next: Option<Box<List>>,
}

fn fails<T>(codec: &impl Codec<T>, bytes: &[u8]) -> CodecError {
    match codec.decode(bytes) {
        Ok(_) => panic!("decoded: {:x?}", &bytes[..bytes.len().min(40)]),
        Err(error) => error,
    }
}

fn repeated(part: &[u8], times: usize) -> Vec<u8> {
    part.repeat(times)
}

/// `open` and `close` around `inner`, `depth` times.
fn wrapped(open: &str, inner: &str, close: &str, depth: usize) -> String {
    [open.repeat(depth).as_str(), inner, &close.repeat(depth)].concat()
}

const DEEP: usize = 200_000;

#[test]
fn json_nests_to_127() {
    for (open, inner, close) in [("[", "", "]"), (r#"{"a":"#, "0", "}")] {
        let value = wrapped(open, inner, close, 127);
        Codec::<serde_json::Value>::decode(&Json, value.as_bytes()).expect("127");
        for depth in [128, DEEP] {
            let value = wrapped(open, inner, close, depth);
            let error = fails::<serde_json::Value>(&Json, value.as_bytes());
            assert!(error.to_string().contains("recursion limit"), "{error}");
        }
    }
    for open in [
        r#"{"Not":"#,
        r#"{"All":["#,
        r#"{"Named":{"tree":"#,
        r#"{"Pair":["#,
    ] {
        let error = fails::<Tree>(&Json, open.repeat(DEEP).as_bytes());
        assert!(error.to_string().contains("recursion limit"), "{error}");
        assert!(
            matches!(
                error.position,
                Some(Position::Text {
                    line: 1,
                    column: 64..
                })
            ),
            "{error}"
        );
    }
}

#[test]
fn json_names_no_place_that_its_library_does_not_say() {
    let error = fails::<Tree>(&Json, br#""Not""#);
    assert_eq!(error.position, None);
    assert!(error.to_string().contains("newtype variant"), "{error}");
}

#[test]
fn messagepack_nests_to_128() {
    let arrays = |depth| [repeated(&[0x91], depth).as_slice(), &[0x90]].concat();
    Codec::<serde_json::Value>::decode(&MessagePack, &arrays(127)).expect("128");
    for depth in [128, DEEP] {
        let error = fails::<serde_json::Value>(&MessagePack, &arrays(depth));
        assert!(error.to_string().contains("128 deep"), "{error}");
        assert_eq!(error.position, Some(Position::Byte(128)));
    }
    let not = |depth| [repeated(b"\x81\xa3Not", depth).as_slice(), b"\xa4Leaf"].concat();
    Codec::<Tree>::decode(&MessagePack, &not(128)).expect("128");
    for open in [
        &b"\x81\xa3Not"[..],
        b"\x81\xa3All\x91",
        b"\x81\xa5Named\x91",
        b"\x81\xa5Named\x81\xa4tree",
        b"\x81\xa4Pair\x92",
    ] {
        let bytes = [repeated(open, DEEP), b"\xa4Leaf".repeat(DEEP)].concat();
        let error = fails::<Tree>(&MessagePack, &bytes);
        assert!(error.to_string().contains("128 deep"), "{error}");
    }
}

#[test]
fn messagepack_lengths_that_lie_reach_no_type() {
    struct Reached;
    impl<'de> Deserialize<'de> for Reached {
        fn deserialize<D: serde::Deserializer<'de>>(_: D) -> Result<Self, D::Error> {
            panic!("the type was asked");
        }
    }
    impl Serialize for Reached {
        fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
            serializer.serialize_unit()
        }
    }
    for (lie, byte) in [
        (&b"\xdd\xff\xff\xff\xff\xc0"[..], 0),
        (b"\x91\xdf\xff\xff\xff\xff\xc0\xc0", 1),
        (b"\xdc\xff\xff", 0),
        (b"\xdb\xff\xff\xff\xffa", 6),
        (b"\xc6\x7f\xff\xff\xffa", 6),
        (b"\xc9\xff\xff\xff\xff\x01", 6),
        (b"\xd9", 1),
        (b"", 0),
    ] {
        let error = fails::<Reached>(&MessagePack, lie);
        assert_eq!(error.position, Some(Position::Byte(byte)), "{error}");
    }
}

#[test]
fn messagepack_says_where_a_value_is_of_another_type() {
    let error = fails::<(u8, u8)>(&MessagePack, b"\x92\x01\xa1a");
    assert_eq!(error.position, Some(Position::Byte(3)), "{error}");
    let error = fails::<BTreeMap<String, u8>>(&MessagePack, b"\x82\xa1a\x01\xa1b\xcd\x01\x00");
    assert_eq!(error.position, Some(Position::Byte(9)), "{error}");
    assert!(error.to_string().contains("u8"), "{error}");
}

#[test]
fn xml_nests_to_128() {
    let list = |depth| wrapped("<next>", "", "</next>", depth);
    Codec::<List>::decode(&Xml, list(128).as_bytes()).expect("128");
    for bomb in [
        list(129),
        list(DEEP),
        "<next>".repeat(DEEP),
        "<next><a/>".repeat(DEEP),
    ] {
        let error = fails::<List>(&Xml, bomb.as_bytes());
        assert!(error.to_string().contains("128 deep"), "{error}");
    }
    for open in ["<Not>", "<All>", "<Named><tree>", "<Pair>"] {
        fails::<Tree>(&Xml, open.repeat(DEEP).as_bytes());
    }
}

#[test]
fn xml_enums_that_hold_themselves_take_no_stack_without_end() {
    #[derive(Debug, Serialize, Deserialize)]
    struct Trees {
        #[serde(rename = "$value")]
        trees: Vec<Tree>,
    }
    let leaves: Trees = Xml
        .decode(b"<Trees><Leaf/><Leaf/></Trees>")
        .expect("leaves");
    assert_eq!(leaves.trees, [Tree::Leaf, Tree::Leaf]);
    let error = fails::<Trees>(&Xml, b"<Trees><Not/></Trees>");
    assert!(
        error.to_string().contains("enums nest more than 128 deep"),
        "{error}"
    );
    fails::<Tree>(&Xml, b"<Not/>");
    fails::<Tree>(&Xml, b"<Pair/>");
}

/// As deep as its bytes.
#[derive(Clone, PartialEq, prost::Message)]
struct Message {
    #[prost(message, optional, boxed, tag = "1")]
    next: Option<Box<Message>>,
    #[prost(message, repeated, tag = "2")]
    all: Vec<Message>,
    #[prost(int64, repeated, tag = "3")]
    numbers: Vec<i64>,
    #[prost(btree_map = "string, message", tag = "4")]
    map: BTreeMap<String, Message>,
}

/// A field of bytes.
fn field(tag: u8, content: &[u8]) -> Vec<u8> {
    let mut bytes = vec![tag << 3 | 2];
    prost::encode_length_delimiter(content.len(), &mut bytes).expect("a vector takes all");
    [bytes.as_slice(), content].concat()
}

#[test]
fn protobuf_nests_to_100() {
    let nested = |tag, depth| {
        iter::successors(Some(Vec::new()), |inner| Some(field(tag, inner)))
            .nth(depth)
            .unwrap()
    };
    for tag in [1, 2] {
        Codec::<Message>::decode(&Protobuf, &nested(tag, 100)).expect("100");
        for depth in [101, 2_000] {
            let error = fails::<Message>(&Protobuf, &nested(tag, depth));
            assert!(error.to_string().contains("recursion limit"), "{error}");
        }
    }
    // A group of an unknown tag, which is left out.
    let groups = |depth| [repeated(&[0x7b], depth), repeated(&[0x7c], depth)].concat();
    Codec::<Message>::decode(&Protobuf, &groups(100)).expect("100");
    for bomb in [groups(102), groups(DEEP), repeated(&[0x7b], DEEP)] {
        let error = fails::<Message>(&Protobuf, &bomb);
        assert!(error.to_string().contains("recursion limit"), "{error}");
    }
}

#[test]
fn protobuf_lengths_that_lie_are_refused() {
    for tag in [1, 2, 3, 4, 15] {
        for length in [
            &b"\x01"[..],
            b"\xff\xff\xff\xff\x0f",
            b"\xff\xff\xff\xff\xff\xff\xff\xff\x7f",
        ] {
            let bytes = [&[tag << 3 | 2], length].concat();
            let error = fails::<Message>(&Protobuf, &bytes);
            assert_eq!(
                error.position,
                Some(Position::Byte(bytes.len() as u64)),
                "{error}"
            );
        }
    }
}

#[test]
fn what_follows_a_value_is_an_error() {
    let error = fails::<u8>(&Json, b"1 2");
    assert_eq!(error.position, Some(Position::Text { line: 1, column: 3 }));
    Codec::<u8>::decode(&Json, b" 1\r\n ").expect("white space means nothing");
    let error = fails::<u8>(&MessagePack, b"\x01\x02");
    assert_eq!(error.position, Some(Position::Byte(1)));
    let error = fails::<List>(&Xml, b"<List/>\n<List/>");
    assert_eq!(error.position, Some(Position::Text { line: 2, column: 1 }));
    let error = fails::<Message>(&Protobuf, b"\x1a\x01\x05\x00");
    assert_eq!(error.position, Some(Position::Byte(4)));
}
