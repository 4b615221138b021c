//! Values as bytes, and back.
//!
//! | codec | content type | values | feature |
//! |---|---|---|---|
//! | [`Json`] | `application/json` | [`Serialize`](serde::Serialize) and [`DeserializeOwned`](serde::de::DeserializeOwned) | |
//! | [`MessagePack`] | `application/msgpack` | the same | `messagepack` |
//! | [`Xml`] | `application/xml` | the same | `xml` |
//! | [`Protobuf`] | `application/protobuf` | [`prost::Message`], of prost 0.14 | `protobuf` |
//! | [`ThriftCompact`] | `application/vnd.apache.thrift.compact` | [`TSerializable`](::thrift::protocol::TSerializable), of thrift 0.25 | `thrift` |
//! | [`ThriftBinary`] | `application/vnd.apache.thrift.binary` | the same | `thrift` |
//!
//! The features are on by default. The content types are those registered with
//! [IANA](https://www.iana.org/assignments/media-types), but for MessagePack, where the registered
//! `application/vnd.msgpack` is less used than the older name, and is accepted as well.
//!
//! Bytes from strangers are safe to decode: each codec states its limits, and what exceeds them, or goes on behind the
//! value's end, is an error. What is encoded is held to them only where a codec says so.

pub(crate) mod json;
#[cfg(feature = "messagepack")]
mod messagepack;
#[cfg(feature = "protobuf")]
mod protobuf;
#[cfg(feature = "thrift")]
mod thrift;
#[cfg(feature = "xml")]
mod xml;

use bytes::Bytes;

pub use json::Json;
#[cfg(feature = "messagepack")]
pub use messagepack::MessagePack;
#[cfg(feature = "protobuf")]
pub use protobuf::Protobuf;
#[cfg(feature = "thrift")]
pub use thrift::{ThriftBinary, ThriftCompact};
#[cfg(feature = "xml")]
pub use xml::Xml;

use crate::CodecError;

/// A format for values of a type: what the sender's serializer and the receiver's deserializer agree on.
pub trait Codec<T> {
    /// The format's content type, as it stands in the header of a message.
    fn content_type(&self) -> &'static str;

    /// Whether a message whose header has this content type is in this format: if it is
    /// [`content_type`](Self::content_type), in whatever case and with whatever parameters, or another name of the
    /// format that the codec knows.
    ///
    /// ```
    /// use queue_message::codec::{Codec, Json};
    ///
    /// assert!(Codec::<u32>::accepts(&Json, "Application/JSON; charset=utf-8"));
    /// assert!(!Codec::<u32>::accepts(&Json, "application/xml"));
    /// ```
    fn accepts(&self, content_type: &str) -> bool {
        is_any_of(content_type, &[self.content_type()])
    }

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

/// Whether a content type is one of `names`, but for its parameters; of those, `+name` is any that ends so.
fn is_any_of(content_type: &str, names: &[&str]) -> bool {
    let essence = content_type.split(';').next().unwrap_or_default().trim();
    let ending = essence.rsplit_once('+');
    names.iter().any(|name| match name.strip_prefix('+') {
        Some(name) => ending.is_some_and(|(before, ending)| {
            ending.eq_ignore_ascii_case(name) && before.contains('/') && !before.ends_with('/')
        }),
        None => essence.eq_ignore_ascii_case(name),
    })
}

#[cfg(test)]
mod tests {
    use super::is_any_of;

    #[test]
    fn content_types_are_compared_without_case_and_parameters() {
        let json = ["application/json", "+json"];
        for accepted in [
            "application/json",
            "APPLICATION/JSON",
            " application/json ;charset=utf-8;x=y",
            "application/vnd.example+json",
            "application/vnd.example+JSON; version=1",
        ] {
            assert!(is_any_of(accepted, &json), "{accepted}");
        }
        for refused in [
            "",
            ";",
            "json",
            "+json",
            "application/jso",
            "application/jsonl",
            "application/json+xml",
            "application/+json",
            "application/ü+jsön",
            "é",
        ] {
            assert!(!is_any_of(refused, &json), "{refused}");
        }
    }
}
