//! Any value comes back; any bytes are a value or an error; what is cut off is an error.

use std::fmt::Debug;

use proptest::collection::{btree_map, vec};
use proptest::option;
use proptest::prelude::*;
use queue_message::Codec;

use super::sample::{Color, FORMATS, Sample, Shape, Visit, visit};

/// Text that every format has: XML has no control characters.
fn text() -> impl Strategy<Value = String> {
    let character = prop_oneof![
        any::<char>(),
        proptest::char::range(' ', '~'),
        proptest::sample::select(vec![' ', '\t', '\n', '\r', '<', '&', ']', '"', '\'']),
    ];
    let character = character.prop_filter("a character of XML", |character| {
        !matches!(character, '\0'..='\x08' | '\x0b' | '\x0c' | '\x0e'..='\x1f' | '\u{fffe}' | '\u{ffff}')
    });
    vec(character, 0..40).prop_map(String::from_iter)
}

/// JSON has no NaN and no infinity.
fn double() -> impl Strategy<Value = f64> {
    use proptest::num::f64::{NEGATIVE, NORMAL, POSITIVE, SUBNORMAL, ZERO};
    POSITIVE | NEGATIVE | NORMAL | SUBNORMAL | ZERO
}

fn shape() -> impl Strategy<Value = Shape> {
    prop_oneof![
        Just(Shape::Point),
        double().prop_map(Shape::Circle),
        (double(), double()).prop_map(|(width, height)| Shape::Rectangle { width, height }),
    ]
}

prop_compose! {
    fn sample()(
        (least, most, largest) in any::<(i64, i64, u64)>(),
        doubles in vec(double(), 0..8),
        text in text(),
        binary in vec(any::<u8>(), 0..300),
        words in vec(text(), 0..20),
        rows in vec(vec(any::<i64>(), 0..20), 0..5),
        counts in btree_map(text(), any::<i64>(), 0..20),
        note in option::of("[a-z]{0,9}"),
        color in proptest::sample::select(vec![Color::Red, Color::Green, Color::Blue]),
        shape in shape(),
    ) -> Sample {
        Sample { least, most, largest, doubles, text, binary, words, rows, counts, note, color, shape }
    }
}

fn format() -> impl Strategy<Value = &'static str> {
    proptest::sample::select(FORMATS.as_slice())
}

/// The bytes of the sample, which are the sample again.
struct RoundTrip(Sample);

impl Visit<Vec<u8>> for RoundTrip {
    fn visit<T: Debug + From<Sample>, C: Codec<T>>(self, codec: C) -> Vec<u8> {
        let value = T::from(self.0);
        let bytes = codec.encode(&value).expect("encoded");
        let again = codec.decode(&bytes).expect("decoded");
        assert_eq!(format!("{again:?}"), format!("{value:?}"));
        bytes.to_vec()
    }
}

/// Whether the bytes are a sample. If so, it is encoded, and is the same afterwards.
struct Decode<'a>(&'a [u8]);

impl Visit<bool> for Decode<'_> {
    fn visit<T: Debug + From<Sample>, C: Codec<T>>(self, codec: C) -> bool {
        let Ok(value) = codec.decode(self.0) else {
            return false;
        };
        // A character reference of XML can be to what has no other form.
        if let Ok(bytes) = codec.encode(&value) {
            let again = codec.decode(&bytes).expect("decoded again");
            assert_eq!(format!("{again:?}"), format!("{value:?}"));
        }
        true
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 64, ..ProptestConfig::default() })]

    #[test]
    fn a_value_comes_back_in_every_format(sample in sample()) {
        for format in FORMATS {
            visit(format, RoundTrip(sample.clone()));
        }
    }

    #[test]
    fn any_bytes_are_a_value_or_an_error(bytes in vec(any::<u8>(), 0..200), format in format()) {
        visit(format, Decode(&bytes));
    }

    #[test]
    fn a_valid_encoding_with_a_byte_changed_is_a_value_or_an_error(
        sample in sample(),
        format in format(),
        changes in vec((any::<proptest::sample::Index>(), any::<u8>()), 1..4),
    ) {
        let mut bytes = visit(format, RoundTrip(sample));
        // A sample of zeros is no bytes of Protobuf but those of its shape.
        for (index, byte) in changes {
            let index = index.index(bytes.len());
            bytes[index] = byte;
        }
        visit(format, Decode(&bytes));
    }

    #[test]
    fn what_is_cut_off_is_an_error(sample in sample(), format in format(), end in any::<proptest::sample::Index>()) {
        let bytes = visit(format, RoundTrip(sample));
        let is_value = visit(format, Decode(&bytes[..end.index(bytes.len())]));
        // A message of Protobuf may end after any field.
        prop_assert!(!is_value || format == "protobuf");
    }
}
