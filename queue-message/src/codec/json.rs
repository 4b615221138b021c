//! JSON, by serde_json.

use std::any::type_name;

use bytes::Bytes;
use serde::Serialize;
use serde::de::DeserializeOwned;

use super::Codec;
use crate::CodecError;
use crate::error::Position;

/// JSON.
#[derive(Clone, Copy, Debug, Default)]
pub struct Json;

const CONTENT_TYPE: &str = "application/json";

impl Json {
    /// As [`encode`](Codec::encode), of values that need not be decodable.
    pub(crate) fn bytes_of<T: Serialize + ?Sized>(
        value: &T,
    ) -> Result<(Bytes, &'static str), CodecError> {
        match serde_json::to_vec(value) {
            Ok(bytes) => Ok((bytes.into(), CONTENT_TYPE)),
            Err(error) => Err(failed::<T>(error, None)),
        }
    }
}

impl<T: Serialize + DeserializeOwned> Codec<T> for Json {
    fn content_type(&self) -> &'static str {
        CONTENT_TYPE
    }

    fn encode(&self, value: &T) -> Result<Bytes, CodecError> {
        Self::bytes_of(value).map(|(bytes, _)| bytes)
    }

    fn decode(&self, bytes: &[u8]) -> Result<T, CodecError> {
        serde_json::from_slice(bytes).map_err(|error| {
            let position = Position::Text {
                line: error.line(),
                column: error.column(),
            };
            failed::<T>(error, Some(position))
        })
    }
}

/// What serde_json says of a value of type `T`.
pub(crate) fn failed<T: ?Sized>(
    error: serde_json::Error,
    position: Option<Position>,
) -> CodecError {
    CodecError {
        content_type: CONTENT_TYPE,
        type_name: type_name::<T>(),
        position,
        detail: error.into(),
    }
}
