//! What is generic, and so cannot be asked of a `dyn MessageQueue`.

use std::borrow::Cow;
use std::future::Future;

use serde::Serialize;

use crate::codec::{Codec, Json};
use crate::{CONTENT_TYPE, MessageEnvelope, MessageQueue, Result};

/// Sending values, to any [`MessageQueue`].
///
/// ```
/// use queue_message::{MemoryMessageQueue, MessageQueue, MessageQueueExt, codec::Json};
/// use std::time::Duration;
///
/// # pollster::block_on(async {
/// let queue = MemoryMessageQueue::new("orders");
/// queue.open().await?;
/// queue.send_as_object("sizes", &[1, 2, 3]).await?;
/// let message = queue.receive(Duration::ZERO).await?.unwrap();
/// assert_eq!(message.message_as_string().unwrap(), "[1,2,3]");
/// assert_eq!(message.message_as_object::<Vec<u8>>(&Json)?, [1, 2, 3]);
/// # queue_message::Result::<()>::Ok(())
/// # }).unwrap();
/// ```
pub trait MessageQueueExt: MessageQueue {
    /// Sends a value as JSON, with its content type in a header, and without a trace id: a message that has one, or a
    /// delay, is [built](crate::EnvelopeBuilder::message_as_object) and sent.
    ///
    /// # Errors
    /// [`Codec`](crate::MessageError::Codec), and those of [`send`](MessageQueue::send).
    fn send_as_object<T: Serialize + Sync + ?Sized>(
        &self,
        message_type: impl Into<Cow<'static, str>> + Send,
        value: &T,
    ) -> impl Future<Output = Result<()>> + Send;

    /// Sends a value in any format, with its content type in a header.
    ///
    /// # Errors
    /// [`Codec`](crate::MessageError::Codec), and those of [`send`](MessageQueue::send).
    fn send_encoded<T: Sync>(
        &self,
        codec: &(impl Codec<T> + Sync + ?Sized),
        message_type: impl Into<Cow<'static, str>> + Send,
        value: &T,
    ) -> impl Future<Output = Result<()>> + Send;
}

impl<Q: MessageQueue + ?Sized> MessageQueueExt for Q {
    async fn send_as_object<T: Serialize + Sync + ?Sized>(
        &self,
        message_type: impl Into<Cow<'static, str>> + Send,
        value: &T,
    ) -> Result<()> {
        let (message, content_type) = Json::bytes_of(value)?;
        let builder = MessageEnvelope::builder().message_type(message_type);
        self.send(
            builder
                .message(message)
                .header(CONTENT_TYPE, content_type)
                .build(),
        )
        .await
    }

    async fn send_encoded<T: Sync>(
        &self,
        codec: &(impl Codec<T> + Sync + ?Sized),
        message_type: impl Into<Cow<'static, str>> + Send,
        value: &T,
    ) -> Result<()> {
        let builder = MessageEnvelope::builder().message_type(message_type);
        self.send(builder.message_as_object(codec, value)?.build())
            .await
    }
}
