//! Values as bytes, and back.

pub(crate) mod json;

use bytes::Bytes;

pub use json::Json;

use crate::CodecError;

/// A format for values of a type: what the sender's serializer and the receiver's deserializer agree on.
pub trait Codec<T> {
    /// The format's content type, as it stands in the header of a message.
    fn content_type(&self) -> &'static str;

    /// The value as bytes.
    ///
    /// # Errors
    /// The format has no form for this value.
    fn encode(&self, value: &T) -> Result<Bytes, CodecError>;

    /// The value that the bytes are.
    ///
    /// # Errors
    /// The bytes are no such value: with the format, the type and the position. No input makes it panic, or
    /// take more memory than is in proportion to it.
    fn decode(&self, bytes: &[u8]) -> Result<T, CodecError>;
}
