//! Thrift's protocols against code such as its compiler writes, which trusts the input.

use std::collections::BTreeMap;

use queue_message::codec::{ThriftBinary, ThriftCompact};
use queue_message::{Codec, CodecError, Position};
use thrift::protocol::{
    TFieldIdentifier, TInputProtocol, TListIdentifier, TOutputProtocol, TSerializable,
    TStructIdentifier, TType,
};

/// A struct that holds itself, and takes memory for all that a list or a map says it has.
#[derive(Debug, Default, PartialEq)]
struct Trusting {
    number: i32,
    next: Option<Box<Trusting>>,
    numbers: Vec<i64>,
    all: Vec<Trusting>,
    text: String,
    bytes: Vec<u8>,
    map: BTreeMap<String, bool>,
    set: Vec<i8>,
}

impl TSerializable for Trusting {
    fn read_from_in_protocol(input: &mut dyn TInputProtocol) -> thrift::Result<Self> {
        let mut value = Self::default();
        input.read_struct_begin()?;
        loop {
            let field = input.read_field_begin()?;
            if field.field_type == TType::Stop {
                break;
            }
            match field.id {
                Some(1) => value.number = input.read_i32()?,
                Some(2) => value.next = Some(Self::read_from_in_protocol(input)?.into()),
                Some(3) => {
                    let list = input.read_list_begin()?;
                    value.numbers = Vec::with_capacity(list.size as usize);
                    for _ in 0..list.size {
                        value.numbers.push(input.read_i64()?);
                    }
                    input.read_list_end()?;
                }
                Some(4) => {
                    let list = input.read_list_begin()?;
                    value.all = Vec::with_capacity(list.size as usize);
                    for _ in 0..list.size {
                        value.all.push(Self::read_from_in_protocol(input)?);
                    }
                    input.read_list_end()?;
                }
                Some(5) => value.text = input.read_string()?,
                Some(6) => value.bytes = input.read_bytes()?,
                Some(7) => {
                    let map = input.read_map_begin()?;
                    for _ in 0..map.size {
                        let key = input.read_string()?;
                        value.map.insert(key, input.read_bool()?);
                    }
                    input.read_map_end()?;
                }
                Some(8) => {
                    let set = input.read_set_begin()?;
                    value.set = Vec::with_capacity(set.size as usize);
                    for _ in 0..set.size {
                        value.set.push(input.read_i8()?);
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

    fn write_to_out_protocol(&self, output: &mut dyn TOutputProtocol) -> thrift::Result<()> {
        output.write_struct_begin(&TStructIdentifier::new("Trusting"))?;
        output.write_field_begin(&TFieldIdentifier::new("number", TType::I32, 1))?;
        output.write_i32(self.number)?;
        output.write_field_end()?;
        if let Some(next) = &self.next {
            output.write_field_begin(&TFieldIdentifier::new("next", TType::Struct, 2))?;
            next.write_to_out_protocol(output)?;
            output.write_field_end()?;
        }
        output.write_field_begin(&TFieldIdentifier::new("numbers", TType::List, 3))?;
        output.write_list_begin(&TListIdentifier::new(TType::I64, self.numbers.len() as i32))?;
        for number in &self.numbers {
            output.write_i64(*number)?;
        }
        output.write_list_end()?;
        output.write_field_end()?;
        output.write_field_stop()?;
        output.write_struct_end()
    }
}

fn compact(bytes: &[u8]) -> Result<Trusting, CodecError> {
    ThriftCompact.decode(bytes)
}

fn binary(bytes: &[u8]) -> Result<Trusting, CodecError> {
    ThriftBinary.decode(bytes)
}

#[track_caller]
fn refused(result: Result<Trusting, CodecError>, byte: u64, problem: &str) {
    let error = result.unwrap_err();
    assert!(error.to_string().contains(problem), "{error}");
    assert_eq!(error.position, Some(Position::Byte(byte)), "{error}");
}

const DEEP: usize = 200_000;

#[test]
fn structs_nest_to_64() {
    let nested = |depth| {
        let inner = Trusting {
            number: 7,
            ..Trusting::default()
        };
        (1..depth).fold(inner, |inner, _| Trusting {
            next: Some(inner.into()),
            ..Trusting::default()
        })
    };
    for depth in [1, 64] {
        let value = nested(depth);
        let bytes = ThriftCompact.encode(&value).expect("64");
        assert_eq!(compact(&bytes).expect("64"), value);
        let bytes = ThriftBinary.encode(&value).expect("64");
        assert_eq!(binary(&bytes).expect("64"), value);
    }
    let error = ThriftCompact.encode(&nested(65)).unwrap_err();
    assert!(error.to_string().contains("depth 64"), "{error}");
    for depth in [64, DEEP] {
        refused(compact(&b"\x2c".repeat(depth)), 64, "depth 64");
        refused(binary(&b"\x0c\0\x02".repeat(depth)), 3 * 64, "depth 64");
    }
}

#[test]
fn what_is_left_out_nests_to_64() {
    // An unknown field: structs, lists of lists, maps of maps.
    for bomb in [&b"\x1c"[..], b"\x19", b"\x1b\x01\xbb"] {
        let first = [b"\xfc", bomb].concat();
        let error = compact(&[first, bomb.repeat(DEEP)].concat()).unwrap_err();
        assert!(
            matches!(error.position, Some(Position::Byte(byte)) if byte < 500),
            "{error}"
        );
    }
    let lists = [b"\xf9".as_slice(), &b"\x19".repeat(DEEP)].concat();
    let error = compact(&lists).unwrap_err();
    assert!(error.to_string().contains("cannot parse past"), "{error}");
    let maps = [
        b"\x0d\0\x20".as_slice(),
        &b"\x03\x0d\0\0\0\x01a".repeat(DEEP),
    ]
    .concat();
    let error = binary(&maps).unwrap_err();
    assert!(error.to_string().contains("cannot parse past"), "{error}");
}

#[test]
fn lengths_that_lie_are_refused_before_memory_is_taken() {
    // 2^31 - 1 elements, and as many bytes.
    const HUGE: &[u8] = b"\xff\xff\xff\xff\x07";
    refused(compact(&[b"\x39\xf6", HUGE].concat()), 7, "exceeds maximum");
    refused(compact(&[b"\x4a\xfc", HUGE].concat()), 1, "field 4");
    refused(compact(&[b"\x58", HUGE].concat()), 6, "exceeds maximum");
    refused(compact(&[b"\x68", HUGE].concat()), 6, "exceeds maximum");
    refused(
        compact(&[b"\x7b", HUGE, b"\x81"].concat()),
        7,
        "exceeds maximum",
    );
    refused(compact(&[b"\x8a\xf3", HUGE].concat()), 7, "exceeds maximum");
    // Left out.
    refused(compact(&[b"\xf8", HUGE].concat()), 6, "exceeds maximum");
    refused(compact(&[b"\xf9\xf3", HUGE].concat()), 7, "exceeds maximum");
    const MOST: &[u8] = b"\x7f\xff\xff\xff";
    refused(binary(&[b"\x0f\0\x03\x0a", MOST].concat()), 8, "exceed");
    refused(
        binary(&[b"\x0b\0\x05", MOST].concat()),
        7,
        "exceeds maximum",
    );
    refused(binary(&[b"\x0d\0\x07\x0b\x02", MOST].concat()), 9, "exceed");
    refused(binary(b"\x0b\0\x05\xff\xff\xff\xff"), 7, "Negative");
    refused(binary(b"\x0f\0\x03\x0a\xff\xff\xff\xff"), 8, "Negative");
    // Less than the whole input, and more than the rest of it.
    let long = [b"\x58\x10".as_slice(), b"0123456789abcdef"].concat();
    refused(
        compact(&[long.as_slice(), b"\x09\x06\xa3\0"].concat()),
        21,
        "10 elements",
    );
}

#[test]
fn lists_in_lists_share_what_is_left() {
    // Each of 64 structs says that its list has 1000 of the next, of which the input has room for the first few.
    let level = b"\x49\xfc\xe8\x07";
    let bomb = [level.repeat(63).as_slice(), &[0; 2000]].concat();
    refused(
        compact(&bomb),
        12,
        "1000 elements of at least a byte are to follow, and 1998 before they end",
    );
}

#[test]
fn another_type_than_the_code_reads_is_refused() {
    refused(
        compact(b"\x18\x01a\0"),
        1,
        "field 1 is of type string, not i32",
    );
    refused(compact(b"\x11\0"), 1, "field 1 is of type bool, not i32");
    refused(
        compact(b"\x39\x15\x02\0"),
        2,
        "an element is of type i32, not i64",
    );
    refused(
        compact(b"\x7b\x01\x85\x01a\x02\0"),
        5,
        "an element is of type i32, not bool",
    );
    refused(
        binary(b"\x0b\0\x01\0\0\0\x01a\0"),
        3,
        "field 1 is of type string, not i32",
    );
}

#[test]
fn what_is_cut_off_and_what_follows_are_refused() {
    let value = Trusting {
        number: -5,
        numbers: vec![1, -2],
        ..Trusting::default()
    };
    let encodings = [
        (
            ThriftCompact.encode(&value).unwrap(),
            compact as fn(&[u8]) -> _,
        ),
        (ThriftBinary.encode(&value).unwrap(), binary),
    ];
    for (bytes, decode) in encodings {
        assert_eq!(decode(&bytes).unwrap(), value);
        for length in 0..bytes.len() {
            decode(&bytes[..length]).unwrap_err();
        }
        let longer = [&bytes, &b"ab"[..]].concat();
        refused(
            decode(&longer),
            bytes.len() as u64,
            "2 bytes follow the value",
        );
    }
}

/// A union as the compiler writes it, which panics where its one field is unknown.
#[derive(Debug)]
struct Union;

impl TSerializable for Union {
    fn read_from_in_protocol(input: &mut dyn TInputProtocol) -> thrift::Result<Self> {
        let mut value = None;
        input.read_struct_begin()?;
        loop {
            let field = input.read_field_begin()?;
            match field.field_type {
                TType::Stop => break,
                TType::Bool => value = input.read_bool().map(|_| Some(Self))?,
                other => input.skip(other)?,
            }
            input.read_field_end()?;
        }
        input.read_struct_end()?;
        Ok(value.expect("return value should have been constructed"))
    }

    fn write_to_out_protocol(&self, _: &mut dyn TOutputProtocol) -> thrift::Result<()> {
        Ok(())
    }
}

#[test]
fn a_panic_of_compiled_code_is_an_error() {
    Codec::<Union>::decode(&ThriftCompact, b"\x11\0").expect("a known field");
    let error = Codec::<Union>::decode(&ThriftCompact, b"\x15\x02\0").unwrap_err();
    assert!(error.to_string().contains("panicked"), "{error}");
    assert_eq!(error.position, Some(Position::Byte(3)));
}
