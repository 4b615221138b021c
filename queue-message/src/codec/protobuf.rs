//! Protocol Buffers, by prost.

use bytes::Bytes;
use prost::Message;

use super::{Codec, is_any_of};
use crate::CodecError;
use crate::error::Position;

/// [Protocol Buffers](https://protobuf.dev), by [prost](https://docs.rs/prost): types derive [`prost::Message`], by
/// hand or by prost-build from a `.proto` file.
///
/// The content type is `application/protobuf`. The deprecated `application/x-protobuf` and `application/x-protobuffer`,
/// and `application/vnd.google.protobuf`, are accepted as well.
///
/// # Limits
/// - Messages and groups nest up to 100 deep, as in other languages; what is deeper is not decoded.
/// - The format does not say where a message ends. What follows it is part of it: fields, of which those that the type
///   does not have are left out, or an error.
/// - Nor does it say that a field is missing: one that is not optional is then zero or empty. (prost also leaves out a
///   `-0.0`, which comes back as `0.0`; `optional` and `required` keep it.)
/// - A message has less than 2 GiB.
///
/// ```
/// use queue_message::codec::{Codec, Protobuf};
///
/// #[derive(Clone, PartialEq, prost::Message)]
/// struct Order {
///     #[prost(string, tag = "1")]
///     item: String,
///     #[prost(uint64, tag = "2")]
///     count: u64,
/// }
///
/// let order = Order { item: "tea".into(), count: 2 };
/// let bytes = Protobuf.encode(&order)?;
/// assert_eq!(&bytes[..], b"\x0a\x03tea\x10\x02");
/// assert_eq!(Codec::<Order>::decode(&Protobuf, &bytes)?, order);
///
/// let error = Codec::<Order>::decode(&Protobuf, b"\x0a\x03tea\x12").unwrap_err();
/// assert!(error.to_string().contains("at byte 6: failed to decode Protobuf message: Order.count"), "{error}");
/// # Ok::<(), queue_message::CodecError>(())
/// ```
#[derive(Clone, Copy, Debug, Default)]
pub struct Protobuf;

const CONTENT_TYPE: &str = "application/protobuf";

/// Other names of the format.
const ALIASES: [&str; 4] = [
    CONTENT_TYPE,
    "application/x-protobuf",
    "application/x-protobuffer",
    "application/vnd.google.protobuf",
];

impl<T: Message + Default> Codec<T> for Protobuf {
    fn content_type(&self) -> &'static str {
        CONTENT_TYPE
    }

    fn accepts(&self, content_type: &str) -> bool {
        is_any_of(content_type, &ALIASES)
    }

    fn encode(&self, value: &T) -> Result<Bytes, CodecError> {
        let length = value.encoded_len();
        if i32::try_from(length).is_err() {
            let problem = format!("a message of {length} bytes is longer than the format allows");
            return Err(CodecError::new::<T>(CONTENT_TYPE, None, problem));
        }
        Ok(value.encode_to_vec().into())
    }

    fn decode(&self, bytes: &[u8]) -> Result<T, CodecError> {
        let mut rest = bytes;
        T::decode(&mut rest).map_err(|error| {
            let byte = bytes.len() - rest.len();
            CodecError::new::<T>(CONTENT_TYPE, Some(Position::Byte(byte as u64)), error)
        })
    }
}
