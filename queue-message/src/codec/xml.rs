//! XML, by quick-xml.

mod document;
mod nesting;

use bytes::Bytes;
use quick_xml::de::Deserializer;
use serde::Serialize;
use serde::de::DeserializeOwned;

use super::{Codec, is_any_of};
use crate::CodecError;
use crate::error::Position;

/// XML 1.0, in UTF-8, by [quick-xml](https://docs.rs/quick-xml/latest/quick_xml/de/index.html), whose page tells how
/// types of serde are elements: in short, a struct is an element of its name, and its fields are elements in it,
/// attributes where they are renamed `@name`, or its text as `$text`; a list is its field's element again and again; a
/// field that is an enum is renamed `$value`.
///
/// The content type is `application/xml`. `text/xml` and what ends in `+xml` are accepted as well.
///
/// # Limits
/// - Elements nest up to 128 deep; what is deeper is not decoded. (Nor is it encoded.)
/// - There are no entities but the five that XML defines itself: a document type declaration is an error. So is another
///   version than 1.0, and another encoding than UTF-8.
/// - A value is one element. A list, a map, a number or a text on its own has no name to give it: put it into a struct.
/// - Text cannot have control characters but tab, line feed and carriage return.
/// - An empty list has no element: annotate lists with `#[serde(default)]`. The like holds for what is optional, with
///   `skip_serializing_if`, as an empty element is an empty text and not a missing one.
/// - A text that is only white space is left out where it is a struct's `$text`.
/// - A map's keys must be names of elements.
/// - Bytes have no form: encode them as text first.
///
/// ```
/// use queue_message::codec::{Codec, Xml};
/// use serde::{Deserialize, Serialize};
///
/// #[derive(Debug, PartialEq, Serialize, Deserialize)]
/// struct Order {
///     #[serde(rename = "@count")]
///     count: u64,
///     #[serde(default)]
///     item: Vec<String>,
/// }
///
/// let order = Order { count: 2, item: vec!["tea".into(), "<milk>".into()] };
/// let bytes = Xml.encode(&order)?;
/// assert_eq!(bytes, r#"<Order count="2"><item>tea</item><item>&lt;milk&gt;</item></Order>"#);
/// assert_eq!(Codec::<Order>::decode(&Xml, &bytes)?, order);
///
/// let error = Codec::<Order>::decode(&Xml, b"<Order count='2'>\n<item>tea</Order>").unwrap_err();
/// assert!(error.to_string().contains("line 2 column 10"), "{error}");
/// # Ok::<(), queue_message::CodecError>(())
/// ```
#[derive(Clone, Copy, Debug, Default)]
pub struct Xml;

const CONTENT_TYPE: &str = "application/xml";

/// How deep elements may nest.
const MAX_DEPTH: usize = 128;

impl<T: Serialize + DeserializeOwned> Codec<T> for Xml {
    fn content_type(&self) -> &'static str {
        CONTENT_TYPE
    }

    fn accepts(&self, content_type: &str) -> bool {
        is_any_of(content_type, &[CONTENT_TYPE, "text/xml", "+xml"])
    }

    fn encode(&self, value: &T) -> Result<Bytes, CodecError> {
        let text = quick_xml::se::to_string(value)
            .map_err(|error| CodecError::new::<T>(CONTENT_TYPE, None, error))?;
        // The serializer writes what no parser takes: control characters, several roots and none.
        match document::root(&text) {
            Ok(_) => Ok(text.into()),
            Err((_, problem)) => Err(CodecError::new::<T>(CONTENT_TYPE, None, problem)),
        }
    }

    fn decode(&self, bytes: &[u8]) -> Result<T, CodecError> {
        let text = str::from_utf8(bytes).map_err(|error| {
            let position = position(bytes, error.valid_up_to());
            CodecError::new::<T>(CONTENT_TYPE, Some(position), error)
        })?;
        let root = document::root(text).map_err(|(byte, problem)| {
            CodecError::new::<T>(CONTENT_TYPE, Some(position(bytes, byte)), problem)
        })?;
        let mut deserializer = Deserializer::from_str(&text[root.clone()]);
        deserializer.recursion_limit(MAX_DEPTH);
        let value = nesting::deserialize(&mut deserializer);
        value.map_err(|error| {
            let read = deserializer.get_ref().get_ref().buffer_position() as usize;
            let position = position(bytes, root.start + read);
            CodecError::new::<T>(CONTENT_TYPE, Some(position), error)
        })
    }
}

/// The line and the column of a byte.
fn position(bytes: &[u8], byte: usize) -> Position {
    let before = &bytes[..byte.min(bytes.len())];
    let line_start = before
        .iter()
        .rposition(|&byte| byte == b'\n')
        .map_or(0, |end| end + 1);
    Position::Text {
        line: before.iter().filter(|&&byte| byte == b'\n').count() + 1,
        column: before.len() - line_start + 1,
    }
}
