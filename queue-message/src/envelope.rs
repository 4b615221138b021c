//! A message and what is known about it.

mod builder;
mod json;

use std::borrow::Cow;
use std::collections::BTreeMap;
use std::fmt;
use std::str::Utf8Error;
use std::sync::Arc;
use std::time::{Duration, SystemTime};

use bytes::Bytes;

pub use builder::EnvelopeBuilder;

use crate::error::CodecError;
use crate::{Codec, MessageId, Receipt};

/// Names and values that travel with a message.
pub type Headers = BTreeMap<Cow<'static, str>, String>;

/// The header that says what a message is encoded as, by its content type.
pub const CONTENT_TYPE: &str = "content-type";

/// The header of a reply that has the id of the message it answers.
pub const IN_REPLY_TO: &str = "in-reply-to";

/// The header of a dead letter that says why it is one.
pub const DEAD_LETTER_REASON: &str = "dead-letter-reason";

/// The header of a dead letter that has the name of the queue it comes from.
pub const DEAD_LETTER_SOURCE: &str = "dead-letter-source";

/// A message (bytes), and beside it: an id, a type, a trace id, headers, when it was sent, and how often it was delivered.
///
/// A clone shares the content, so that it costs one count and copies nothing. What a queue adds at a delivery (the
/// [reference](Self::reference) and the [count](Self::delivery_count)) is each clone's own.
///
/// It has a [JSON form](Self::to_json), which is also its form for serde.
///
/// ```
/// use queue_message::MessageEnvelope;
///
/// let message = MessageEnvelope::new(Some("trace 1"), "mymessage", "ABC");
/// assert_eq!(message.message_as_string().unwrap(), "ABC");
/// assert_eq!(message.message_id().to_string().len(), 32);
/// assert_eq!(message.to_string(), "[trace 1,mymessage,ABC]");
///
/// let message = MessageEnvelope::builder().message_type("order").header("tenant", "7").message("42").build();
/// assert_eq!(message.header("tenant"), Some("7"));
/// assert_eq!(message.to_string(), "[---,order,42]");
/// ```
#[derive(Clone)]
pub struct MessageEnvelope {
    content: Arc<Content>,
    sent_time: Option<SystemTime>,
    reference: Option<Receipt>,
    delivery_count: u32,
}

/// What all clones of a message share.
#[derive(Clone, Debug, PartialEq)]
struct Content {
    message_id: MessageId,
    trace_id: Option<Box<str>>,
    message_type: Option<Cow<'static, str>>,
    message: Bytes,
    headers: Headers,
    reply_to: Option<Box<str>>,
    deliver_after: Option<Duration>,
}

impl MessageEnvelope {
    /// A message of a type, with an id drawn by chance. `trace_id` names the transaction that it belongs to.
    #[must_use]
    #[inline]
    pub fn new(
        trace_id: Option<&str>,
        message_type: impl Into<Cow<'static, str>>,
        message: impl Into<Bytes>,
    ) -> Self {
        Self::of(Content {
            message_id: MessageId::random(),
            trace_id: trace_id.filter(|text| !text.is_empty()).map(Box::from),
            message_type: Some(message_type.into()).filter(|text: &Cow<'_, str>| !text.is_empty()),
            message: message.into(),
            headers: Headers::new(),
            reply_to: None,
            deliver_after: None,
        })
    }

    /// A message as it is before it is sent.
    #[inline]
    fn of(content: Content) -> Self {
        Self {
            content: Arc::new(content),
            sent_time: None,
            reference: None,
            delivery_count: 0,
        }
    }

    /// A message, part by part.
    pub fn builder() -> EnvelopeBuilder {
        EnvelopeBuilder::default()
    }

    /// A builder that begins with this message's parts, its id among them. What queues add is left out.
    pub fn to_builder(&self) -> EnvelopeBuilder {
        EnvelopeBuilder::from_content(Content::clone(&self.content), self.sent_time)
    }

    /// The message's id.
    #[must_use]
    #[inline]
    pub fn message_id(&self) -> &MessageId {
        &self.content.message_id
    }

    /// The transaction that the message belongs to, across all services.
    #[doc(alias = "correlation_id")]
    #[must_use]
    #[inline]
    pub fn trace_id(&self) -> Option<&str> {
        self.content.trace_id.as_deref()
    }

    /// What kind of message it is.
    #[must_use]
    #[inline]
    pub fn message_type(&self) -> Option<&str> {
        self.content.message_type.as_deref()
    }

    /// When it was sent: set by the queue that it was sent to.
    #[must_use]
    #[inline]
    pub fn sent_time(&self) -> Option<SystemTime> {
        self.sent_time
    }

    /// Says when the message was sent. For backends.
    #[inline]
    pub fn set_sent_time(&mut self, sent_time: SystemTime) {
        self.sent_time = Some(sent_time);
    }

    /// The message itself.
    #[must_use]
    #[inline]
    pub fn message(&self) -> &Bytes {
        &self.content.message
    }

    /// The message as text, whatever its content type.
    ///
    /// # Errors
    /// It is not UTF-8. With `?`, the error becomes a [`CodecError`] or a [`MessageError`](crate::MessageError).
    ///
    /// ```
    /// use queue_message::MessageEnvelope;
    ///
    /// fn length(message: &MessageEnvelope) -> queue_message::Result<usize> {
    ///     Ok(message.message_as_string()?.chars().count())
    /// }
    ///
    /// assert_eq!(length(&MessageEnvelope::new(None, "text", "tea"))?, 3);
    /// let error = length(&MessageEnvelope::new(None, "text", b"tea\xff".to_vec())).unwrap_err();
    /// assert!(error.to_string().starts_with("`str` as text/plain at byte 3: invalid utf-8"), "{error}");
    /// # queue_message::Result::<()>::Ok(())
    /// ```
    #[doc(alias = "get_message_as_string")]
    pub fn message_as_string(&self) -> Result<&str, Utf8Error> {
        str::from_utf8(&self.content.message)
    }

    /// The message as the value that it was encoded from.
    ///
    /// # Errors
    /// The header [`CONTENT_TYPE`] names another format ([`Codec::accepts`]); a message without that header may be in any.
    /// Or the bytes are not such a value in this format.
    ///
    /// ```
    /// use queue_message::{MessageEnvelope, codec::Json};
    ///
    /// let message = MessageEnvelope::builder().message_as_object(&Json, &vec!["a".to_owned(), "b".to_owned()]).unwrap().build();
    /// let value: Vec<String> = message.message_as_object(&Json).unwrap();
    /// assert_eq!(value, ["a", "b"]);
    /// ```
    #[doc(alias = "get_message_as")]
    pub fn message_as_object<T>(&self, codec: &(impl Codec<T> + ?Sized)) -> Result<T, CodecError> {
        match self.header(CONTENT_TYPE) {
            Some(content_type) if !codec.accepts(content_type) => Err(CodecError::new::<T>(
                codec.content_type(),
                None,
                format!("the message's content type is `{content_type}`"),
            )),
            _ => codec.decode(&self.content.message),
        }
    }

    /// All headers.
    #[must_use]
    pub fn headers(&self) -> &Headers {
        &self.content.headers
    }

    /// One header.
    #[must_use]
    pub fn header(&self, name: &str) -> Option<&str> {
        self.content.headers.get(name).map(String::as_str)
    }

    /// The name of the queue on which an answer is awaited.
    #[must_use]
    pub fn reply_to(&self) -> Option<&str> {
        self.content.reply_to.as_deref()
    }

    /// How long after it was sent the message may be delivered.
    #[must_use]
    pub fn deliver_after(&self) -> Option<Duration> {
        self.content.deliver_after
    }

    /// How often the message has been delivered, this time included: 0 before it was ever received.
    #[must_use]
    #[inline]
    pub fn delivery_count(&self) -> u32 {
        self.delivery_count
    }

    /// Says how often the message has been delivered. For backends.
    #[inline]
    pub fn set_delivery_count(&mut self, delivery_count: u32) {
        self.delivery_count = delivery_count;
    }

    /// What this delivery is settled with; none before the message is received, and after it is settled.
    #[must_use]
    #[inline]
    pub fn reference(&self) -> Option<&Receipt> {
        self.reference.as_ref()
    }

    /// A delivered message, and beside it what it is settled with.
    pub(crate) fn part_with_reference(mut self) -> (Receipt, Self) {
        let reference = self.reference.take();
        (reference.expect("it is delivered"), self)
    }

    /// Says what this delivery is settled with. For backends.
    #[inline]
    pub fn set_reference(&mut self, reference: Option<Receipt>) {
        self.reference = reference;
    }
}

/// `[trace,type,message]`, of which the first 50 characters; `---` for what is missing.
impl fmt::Display for MessageEnvelope {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        const MISSING: &str = "---";
        let text = String::from_utf8_lossy(&self.content.message);
        let end = text
            .char_indices()
            .nth(50)
            .map_or(text.len(), |(end, _)| end);
        let shown = if text.is_empty() {
            MISSING
        } else {
            &text[..end]
        };
        write!(
            f,
            "[{},{},{shown}]",
            self.trace_id().unwrap_or(MISSING),
            self.message_type().unwrap_or(MISSING)
        )
    }
}

impl fmt::Debug for MessageEnvelope {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("MessageEnvelope")
            .field("content", &self.content)
            .field("sent_time", &self.sent_time)
            .field("reference", &self.reference)
            .field("delivery_count", &self.delivery_count)
            .finish()
    }
}
