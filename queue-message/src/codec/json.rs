//! JSON, by serde_json.

use bytes::Bytes;
use serde::Serialize;
use serde::de::DeserializeOwned;

use super::{Codec, is_any_of};
use crate::CodecError;
use crate::error::Position;

/// JSON ([RFC 8259](https://www.rfc-editor.org/rfc/rfc8259)), by [serde_json](https://docs.rs/serde_json).
///
/// The content type is `application/json`. What ends in `+json` and `text/json` are accepted as well.
///
/// # Limits
/// - Arrays and objects nest up to 127 deep; what is deeper is not decoded.
/// - A floating-point number comes back to the bit, `-0.0` too. JSON has no NaN and no infinity: they are encoded as
///   `null`, which is no number.
/// - Bytes are an array of numbers.
///
/// ```
/// use queue_message::codec::{Codec, Json};
/// use serde::{Deserialize, Serialize};
///
/// #[derive(Debug, PartialEq, Serialize, Deserialize)]
/// struct Order {
///     item: String,
///     count: u64,
/// }
///
/// let order = Order { item: "tea".into(), count: 2 };
/// let bytes = Json.encode(&order)?;
/// assert_eq!(&bytes[..], br#"{"item":"tea","count":2}"#);
/// assert_eq!(Codec::<Order>::decode(&Json, &bytes)?, order);
///
/// let error = Codec::<Order>::decode(&Json, br#"{"item":"tea","count":-2}"#).unwrap_err();
/// assert!(error.to_string().contains("line 1 column 24"), "{error}");
/// # Ok::<(), queue_message::CodecError>(())
/// ```
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

    fn accepts(&self, content_type: &str) -> bool {
        is_any_of(content_type, &[CONTENT_TYPE, "text/json", "+json"])
    }

    fn encode(&self, value: &T) -> Result<Bytes, CodecError> {
        Self::bytes_of(value).map(|(bytes, _)| bytes)
    }

    fn decode(&self, bytes: &[u8]) -> Result<T, CodecError> {
        serde_json::from_slice(bytes).map_err(|error| {
            // A variant of an enum that holds nothing where it should is an error without a place.
            let position = (error.line() > 0).then(|| Position::Text {
                line: error.line(),
                column: error.column(),
            });
            failed::<T>(error, position)
        })
    }
}

/// What serde_json says of a value of type `T`.
pub(crate) fn failed<T: ?Sized>(
    error: serde_json::Error,
    position: Option<Position>,
) -> CodecError {
    CodecError::new::<T>(CONTENT_TYPE, position, error)
}
