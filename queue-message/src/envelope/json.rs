//! The JSON form of a message, which the services of the Pip.Services family exchange. Written here, read in `reading`.

mod reading;
mod texts;

use base64::display::Base64Display;
use base64::engine::general_purpose::STANDARD;
use serde::ser::{Error, SerializeMap};
use serde::{Serialize, Serializer};

use super::MessageEnvelope;
use crate::codec::Json;
use crate::codec::json::failed;
use crate::{Codec, Result};

const TRACE_ID: &str = "trace_id";
const CORRELATION_ID: &str = "correlation_id";

impl MessageEnvelope {
    /// The message as JSON, in the form of Pip.Services 4: an object with the members
    ///
    /// | member | value |
    /// |---|---|
    /// | `message_id` | text |
    /// | `trace_id` | text, or `null` |
    /// | `message_type` | text, or `null` |
    /// | `sent_time` | RFC 3339, in UTC, to the nanosecond, or `null` |
    /// | `message` | base64 in the standard alphabet, with padding |
    ///
    /// and, where the message has them, others that the family does not know: `headers` (an object of text), `reply_to` (text),
    /// `deliver_after` (an ISO 8601 duration: `PT1.5S`) and `delivery_count` (a number). The family's readers in Python,
    /// JavaScript, Go and .NET pass over those; Java's refuses them. Java's and Dart's take the base64 for the message itself.
    ///
    /// The [reference](Self::reference) is left out: it belongs to one delivery from one queue.
    ///
    /// # Errors
    /// [`Codec`](crate::MessageError::Codec): the [`sent_time`](Self::sent_time) is before 0000-01-01 or after 9999-12-30.
    ///
    /// ```
    /// use queue_message::MessageEnvelope;
    /// use std::time::{Duration, SystemTime};
    ///
    /// let message = MessageEnvelope::builder()
    ///     .message_id("a8917bd71dab492b8d63035765c2410e")
    ///     .trace_id("trace 1")
    ///     .message_type("order")
    ///     .sent_time(SystemTime::UNIX_EPOCH + Duration::from_millis(1_772_368_496_500))
    ///     .message("42")
    ///     .build();
    /// let json = message.to_json()?;
    /// assert_eq!(
    ///     json,
    ///     concat!(
    ///         r#"{"message_id":"a8917bd71dab492b8d63035765c2410e","trace_id":"trace 1","message_type":"order","#,
    ///         r#""sent_time":"2026-03-01T12:34:56.5Z","message":"NDI="}"#
    ///     )
    /// );
    ///
    /// let read = MessageEnvelope::from_json(&json)?;
    /// assert_eq!(read.message_id(), message.message_id());
    /// assert_eq!(read.sent_time(), message.sent_time());
    /// assert_eq!(read.message_as_string().unwrap(), "42");
    /// # Ok::<(), queue_message::MessageError>(())
    /// ```
    pub fn to_json(&self) -> Result<String> {
        text_of(self)
    }

    /// As [`to_json`](Self::to_json), in the form of Pip.Services 3, whose readers insist on it: the trace id is called
    /// `correlation_id`.
    ///
    /// # Errors
    /// As of [`to_json`](Self::to_json).
    ///
    /// ```
    /// use queue_message::MessageEnvelope;
    ///
    /// let json = MessageEnvelope::new(Some("trace 1"), "order", "42").to_json_v3()?;
    /// assert!(json.contains(r#""correlation_id":"trace 1""#));
    /// # Ok::<(), queue_message::MessageError>(())
    /// ```
    pub fn to_json_v3(&self) -> Result<String> {
        text_of(&Version3(self))
    }

    /// The message that JSON is, in either form and as each of the family's services writes it:
    /// - What is missing may be `null`, empty or left out. Without a `message_id`, one is drawn by chance.
    /// - Where both are given, the `trace_id` goes before the `correlation_id`.
    /// - A `sent_time` without an offset, as Python writes it, is in UTC.
    /// - The base64 of the `message` may lack its padding.
    /// - Of members of the same name the last counts. Unknown ones are passed over.
    ///
    /// What it reads of [`to_json`](Self::to_json) is the message as it was, but for the [reference](Self::reference).
    ///
    /// # Errors
    /// [`Codec`](crate::MessageError::Codec), with the line and the column, and the name of the member: it is not JSON, not an
    /// object, a member is of the wrong type, a time is none or out of the range of [`to_json`](Self::to_json), the base64 is none.
    ///
    /// ```
    /// use queue_message::MessageEnvelope;
    ///
    /// let message = MessageEnvelope::from_json(r#"{"correlation_id": "trace 1", "message": "NDI="}"#)?;
    /// assert_eq!(message.to_string(), "[trace 1,---,42]");
    ///
    /// let error = MessageEnvelope::from_json(r#"{"message": "NDI=", "sent_time": "noon"}"#).unwrap_err();
    /// assert!(error.to_string().contains("sent_time"), "{error}");
    /// # Ok::<(), queue_message::MessageError>(())
    /// ```
    pub fn from_json(json: impl AsRef<[u8]>) -> Result<Self> {
        Ok(Json.decode(json.as_ref())?)
    }
}

fn text_of(value: &impl Serialize) -> Result<String> {
    serde_json::to_string(value).map_err(|error| failed::<MessageEnvelope>(error, None).into())
}

/// The form of [`to_json`](MessageEnvelope::to_json), in any format.
impl Serialize for MessageEnvelope {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        write(self, TRACE_ID, serializer)
    }
}

struct Version3<'a>(&'a MessageEnvelope);

impl Serialize for Version3<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        write(self.0, CORRELATION_ID, serializer)
    }
}

/// A map rather than a struct: formats that write structs without names could not leave members out.
fn write<S: Serializer>(
    envelope: &MessageEnvelope,
    trace_id: &'static str,
    serializer: S,
) -> Result<S::Ok, S::Error> {
    let sent_time = envelope.sent_time().map(texts::of_time).transpose();
    let sent_time = sent_time.map_err(|error| S::Error::custom(format!("sent_time: {error}")))?;
    let headers = Some(envelope.headers()).filter(|headers| !headers.is_empty());
    let reply_to = envelope.reply_to();
    let deliver_after = envelope.deliver_after().map(texts::of_duration);
    let delivery_count = Some(envelope.delivery_count()).filter(|count| *count != 0);
    let others = [
        headers.is_some(),
        reply_to.is_some(),
        deliver_after.is_some(),
        delivery_count.is_some(),
    ];

    let length = 5 + others.into_iter().filter(|is_there| *is_there).count();
    let mut map = serializer.serialize_map(Some(length))?;
    map.serialize_entry("message_id", &Shown(envelope.message_id()))?;
    map.serialize_entry(trace_id, &envelope.trace_id())?;
    map.serialize_entry("message_type", &envelope.message_type())?;
    map.serialize_entry("sent_time", &sent_time.map(Shown))?;
    let message = Base64Display::new(envelope.message(), &STANDARD);
    map.serialize_entry("message", &Shown(message))?;
    if let Some(headers) = headers {
        map.serialize_entry("headers", headers)?;
    }
    if let Some(reply_to) = reply_to {
        map.serialize_entry("reply_to", reply_to)?;
    }
    if let Some(deliver_after) = deliver_after {
        map.serialize_entry("deliver_after", &deliver_after)?;
    }
    if let Some(delivery_count) = delivery_count {
        map.serialize_entry("delivery_count", &delivery_count)?;
    }
    map.end()
}

/// Written as the text that it is shown as.
struct Shown<T>(T);

impl<T: std::fmt::Display> Serialize for Shown<T> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(&self.0)
    }
}
