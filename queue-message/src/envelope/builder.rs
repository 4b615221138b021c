//! A message, part by part.

use std::borrow::Cow;
use std::time::{Duration, SystemTime};

use bytes::Bytes;

use super::{CONTENT_TYPE, Content, IN_REPLY_TO, MessageEnvelope};
use crate::error::CodecError;
use crate::{Codec, MessageId};

/// Makes a [`MessageEnvelope`]. What is not given is missing, but for the id, which is drawn by chance.
#[derive(Clone, Debug, Default)]
#[must_use]
pub struct EnvelopeBuilder {
    message_id: Option<MessageId>,
    trace_id: Option<Box<str>>,
    message_type: Option<Cow<'static, str>>,
    sent_time: Option<SystemTime>,
    message: Bytes,
    headers: super::Headers,
    reply_to: Option<Box<str>>,
    deliver_after: Option<Duration>,
}

impl EnvelopeBuilder {
    pub(super) fn from_content(content: Content, sent_time: Option<SystemTime>) -> Self {
        let Content {
            message_id,
            trace_id,
            message_type,
            message,
            headers,
            reply_to,
            deliver_after,
        } = content;
        Self {
            message_id: Some(message_id),
            trace_id,
            message_type,
            sent_time,
            message,
            headers,
            reply_to,
            deliver_after,
        }
    }

    /// The id; without it one is drawn by chance.
    pub fn message_id(mut self, message_id: impl Into<MessageId>) -> Self {
        self.message_id = Some(message_id.into());
        self
    }

    /// The transaction that the message belongs to, across all services. An empty one is none.
    #[doc(alias = "correlation_id")]
    pub fn trace_id(mut self, trace_id: impl Into<String>) -> Self {
        let trace_id = trace_id.into();
        self.trace_id = (!trace_id.is_empty()).then(|| trace_id.into());
        self
    }

    /// What kind of message it is. An empty one is none.
    pub fn message_type(mut self, message_type: impl Into<Cow<'static, str>>) -> Self {
        let message_type = message_type.into();
        self.message_type = (!message_type.is_empty()).then_some(message_type);
        self
    }

    /// When it was sent; a queue that it is sent to says so itself.
    pub fn sent_time(mut self, sent_time: SystemTime) -> Self {
        self.sent_time = Some(sent_time);
        self
    }

    /// The message itself: bytes, or text.
    #[doc(alias = "set_message_as_string")]
    pub fn message(mut self, message: impl Into<Bytes>) -> Self {
        self.message = message.into();
        self
    }

    /// A value as the message, and its content type as a header.
    ///
    /// # Errors
    /// The format has no form for this value.
    ///
    /// ```
    /// use queue_message::codec::{Codec, Json};
    /// use queue_message::{CONTENT_TYPE, MessageEnvelope};
    ///
    /// // A codec that is chosen as the program runs is as good.
    /// let codec: &dyn Codec<Vec<u32>> = &Json;
    /// let message = MessageEnvelope::builder().message_as_object(codec, &vec![1, 2])?.build();
    /// assert_eq!(message.header(CONTENT_TYPE), Some(codec.content_type()));
    /// assert_eq!(message.message_as_object(codec)?, [1, 2]);
    /// # Ok::<(), queue_message::CodecError>(())
    /// ```
    #[doc(alias = "set_message_as_object")]
    pub fn message_as_object<T>(
        self,
        codec: &(impl Codec<T> + ?Sized),
        value: &T,
    ) -> Result<Self, CodecError> {
        let message = codec.encode(value)?;
        Ok(self
            .message(message)
            .header(CONTENT_TYPE, codec.content_type()))
    }

    /// A header; it replaces one of the same name.
    pub fn header(mut self, name: impl Into<Cow<'static, str>>, value: impl Into<String>) -> Self {
        self.headers.insert(name.into(), value.into());
        self
    }

    /// The name of the queue on which an answer is awaited.
    pub fn reply_to(mut self, queue: impl Into<String>) -> Self {
        self.reply_to = Some(queue.into().into());
        self
    }

    /// The id of the message that this one answers.
    pub fn in_reply_to(self, message_id: &MessageId) -> Self {
        self.header(IN_REPLY_TO, message_id.to_string())
    }

    /// How long after it was sent the message may be delivered.
    pub fn deliver_after(mut self, delay: Duration) -> Self {
        self.deliver_after = Some(delay);
        self
    }

    /// The message.
    #[must_use]
    pub fn build(self) -> MessageEnvelope {
        let Self {
            message_id,
            trace_id,
            message_type,
            sent_time,
            message,
            headers,
            reply_to,
            deliver_after,
        } = self;
        let message_id = message_id.unwrap_or_else(MessageId::random);
        let content = Content {
            message_id,
            trace_id,
            message_type,
            message,
            headers,
            reply_to,
            deliver_after,
        };
        MessageEnvelope {
            sent_time,
            ..MessageEnvelope::of(content)
        }
    }
}
