//! The JSON form of a message, read.

mod members;

use std::fmt;
use std::time::{Duration, SystemTime};

use bytes::Bytes;
use serde::de::{IgnoredAny, MapAccess, Visitor};
use serde::{Deserialize, Deserializer};

use members::{CountMember, HeadersMember, OrNull, Text};

use super::{CORRELATION_ID, TRACE_ID, texts};
use crate::envelope::Headers;
use crate::{BoxError, MessageEnvelope, MessageId};

/// The forms that [`from_json`](MessageEnvelope::from_json) reads, in any format.
impl<'de> Deserialize<'de> for MessageEnvelope {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_map(Envelope)
    }
}

#[derive(Deserialize)]
#[serde(field_identifier, rename_all = "snake_case")]
enum Member {
    MessageId,
    TraceId,
    CorrelationId,
    MessageType,
    SentTime,
    Message,
    Headers,
    ReplyTo,
    DeliverAfter,
    DeliveryCount,
    #[serde(other)]
    Unknown,
}

/// What has been read so far.
#[derive(Default)]
struct Members {
    message_id: Option<MessageId>,
    trace_id: Option<String>,
    correlation_id: Option<String>,
    message_type: Option<String>,
    sent_time: Option<SystemTime>,
    message: Option<Bytes>,
    headers: Option<Headers>,
    reply_to: Option<String>,
    deliver_after: Option<Duration>,
    delivery_count: Option<u32>,
}

struct Envelope;

impl<'de> Visitor<'de> for Envelope {
    type Value = MessageEnvelope;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a message envelope, which is an object")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<MessageEnvelope, A::Error> {
        let mut read = Members::default();
        while let Some(member) = map.next_key()? {
            read.take(member, &mut map)?;
        }
        Ok(read.into_envelope())
    }
}

impl Members {
    fn take<'de, A: MapAccess<'de>>(
        &mut self,
        member: Member,
        map: &mut A,
    ) -> Result<(), A::Error> {
        let mut text = |name| map.next_value_seed(OrNull(Text(name, owned)));
        match member {
            Member::TraceId => self.trace_id = text(TRACE_ID)?,
            Member::CorrelationId => self.correlation_id = text(CORRELATION_ID)?,
            Member::MessageType => self.message_type = text("message_type")?,
            Member::ReplyTo => self.reply_to = text("reply_to")?,
            Member::MessageId => {
                self.message_id = map.next_value_seed(OrNull(Text("message_id", id)))?;
            }
            Member::SentTime => {
                self.sent_time = map.next_value_seed(OrNull(Text("sent_time", texts::time)))?;
            }
            Member::Message => {
                self.message = map.next_value_seed(OrNull(Text("message", texts::bytes)))?;
            }
            Member::DeliverAfter => {
                let text = Text("deliver_after", texts::duration);
                self.deliver_after = map.next_value_seed(OrNull(text))?;
            }
            Member::Headers => self.headers = map.next_value_seed(OrNull(HeadersMember))?,
            Member::DeliveryCount => {
                self.delivery_count = map.next_value_seed(OrNull(CountMember))?;
            }
            Member::Unknown => {
                map.next_value::<IgnoredAny>()?;
            }
        }
        Ok(())
    }

    fn into_envelope(self) -> MessageEnvelope {
        let mut builder = MessageEnvelope::builder().message(self.message.unwrap_or_default());
        let trace_id = self.trace_id.filter(|id| !id.is_empty());
        if let Some(trace_id) = trace_id.or(self.correlation_id) {
            builder = builder.trace_id(trace_id);
        }
        if let Some(message_id) = self.message_id {
            builder = builder.message_id(message_id);
        }
        if let Some(message_type) = self.message_type {
            builder = builder.message_type(message_type);
        }
        if let Some(sent_time) = self.sent_time {
            builder = builder.sent_time(sent_time);
        }
        for (name, value) in self.headers.unwrap_or_default() {
            builder = builder.header(name, value);
        }
        if let Some(reply_to) = self.reply_to {
            builder = builder.reply_to(reply_to);
        }
        if let Some(deliver_after) = self.deliver_after {
            builder = builder.deliver_after(deliver_after);
        }
        let mut envelope = builder.build();
        envelope.set_delivery_count(self.delivery_count.unwrap_or_default());
        envelope
    }
}

fn id(text: &str) -> Result<MessageId, BoxError> {
    Ok(text.into())
}

fn owned(text: &str) -> Result<String, BoxError> {
    Ok(text.into())
}
