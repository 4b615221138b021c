//! MessagePack, by rmp-serde.

mod layout;

use std::io::Cursor;

use bytes::Bytes;
use serde::Serialize;
use serde::de::DeserializeOwned;

use super::{Codec, is_any_of};
use crate::CodecError;
use crate::error::Position;

/// [MessagePack](https://msgpack.org), by [rmp-serde](https://docs.rs/rmp-serde).
///
/// A struct is a map from the names of its fields, which is what other languages make of it; an array of its fields in
/// order is decoded as well. A variant of an enum is its name, or a map from its name to what it holds.
///
/// The content type is `application/msgpack`. `application/vnd.msgpack`, which is registered, `application/x-msgpack`
/// and what ends in `+msgpack` are accepted as well.
///
/// # Limits
/// - Arrays and maps nest up to 128 deep; what is deeper is not decoded.
/// - An array, a map or a string that says it has more than what follows is refused before any memory is taken for it.
/// - `Vec<u8>` is an array of numbers, unless it is annotated as bytes (by `serde_bytes`), and is decoded from either.
/// - `Some(None)` of an option of an option comes back as `None`.
///
/// ```
/// use queue_message::codec::{Codec, MessagePack};
/// use serde::{Deserialize, Serialize};
///
/// #[derive(Debug, PartialEq, Serialize, Deserialize)]
/// struct Order {
///     item: String,
///     count: u64,
/// }
///
/// let order = Order { item: "tea".into(), count: 2 };
/// let bytes = MessagePack.encode(&order)?;
/// assert_eq!(&bytes[..], b"\x82\xa4item\xa3tea\xa5count\x02");
/// assert_eq!(Codec::<Order>::decode(&MessagePack, &bytes)?, order);
///
/// let error = Codec::<Order>::decode(&MessagePack, &bytes[..10]).unwrap_err();
/// assert!(error.to_string().contains("at byte 10"), "{error}");
/// # Ok::<(), queue_message::CodecError>(())
/// ```
#[derive(Clone, Copy, Debug, Default)]
pub struct MessagePack;

const CONTENT_TYPE: &str = "application/msgpack";

/// Other names of the format.
const ALIASES: [&str; 4] = [
    CONTENT_TYPE,
    "application/vnd.msgpack",
    "application/x-msgpack",
    "+msgpack",
];

impl<T: Serialize + DeserializeOwned> Codec<T> for MessagePack {
    fn content_type(&self) -> &'static str {
        CONTENT_TYPE
    }

    fn accepts(&self, content_type: &str) -> bool {
        is_any_of(content_type, &ALIASES)
    }

    fn encode(&self, value: &T) -> Result<Bytes, CodecError> {
        match rmp_serde::to_vec_named(value) {
            Ok(bytes) => Ok(bytes.into()),
            Err(error) => Err(CodecError::new::<T>(CONTENT_TYPE, None, error)),
        }
    }

    fn decode(&self, bytes: &[u8]) -> Result<T, CodecError> {
        // rmp-serde believes lengths, and does not count the nesting of enums.
        layout::check(bytes).map_err(|(byte, problem)| {
            CodecError::new::<T>(CONTENT_TYPE, Some(Position::Byte(byte as u64)), problem)
        })?;
        rmp_serde::from_slice(bytes).map_err(|error| {
            CodecError::new::<T>(CONTENT_TYPE, Some(position_of_failure::<T>(bytes)), error)
        })
    }
}

/// How far `bytes` are read before they are found not to be a `T`. The deserializer that borrows from them does not
/// say.
fn position_of_failure<T: DeserializeOwned>(bytes: &[u8]) -> Position {
    let mut deserializer = rmp_serde::Deserializer::new(Cursor::new(bytes));
    drop(T::deserialize(&mut deserializer));
    Position::Byte(deserializer.position())
}
