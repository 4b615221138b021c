//! Queues by their names.

mod memory;

use std::fmt;
use std::sync::Arc;

use async_trait::async_trait;

pub use memory::MemoryMessageQueueConnection;

use crate::{ConfigParams, MessageEnvelope, MessageQueue, Result, request};

/// A place that holds queues by their names: a broker, or [this process](MemoryMessageQueueConnection).
///
/// It is usable as `dyn MessageQueueConnection`.
///
/// ```
/// use queue_message::{ConfigParams, MemoryMessageQueueConnection, MessageError, MessageQueueConnection};
///
/// async fn prepare(connection: &dyn MessageQueueConnection) -> queue_message::Result<()> {
///     let params = ConfigParams::from([("capacity", "10")]);
///     let queue = connection.create_queue("orders", &params).await?;
///     assert!(queue.is_open());
///     assert_eq!(connection.read_queue_names().await?, ["orders"]);
///     connection.delete_queue("orders").await?;
///     assert!(!queue.is_open());
///     assert!(matches!(connection.queue("orders").await, Err(MessageError::UnknownQueue { .. })));
///     Ok(())
/// }
///
/// pollster::block_on(prepare(&MemoryMessageQueueConnection::new())).unwrap();
/// ```
#[doc(alias = "IMessageQueueConnection")]
#[async_trait]
pub trait MessageQueueConnection: fmt::Debug + Send + Sync {
    /// The names of all queues, in order.
    ///
    /// # Errors
    /// [`Backend`](crate::MessageError::Backend).
    async fn read_queue_names(&self) -> Result<Vec<String>>;

    /// Makes a queue with these settings, and opens it.
    ///
    /// # Errors
    /// [`QueueExists`](crate::MessageError::QueueExists); [`Config`](crate::MessageError::Config), which names the
    /// setting; [`Backend`](crate::MessageError::Backend).
    async fn create_queue(
        &self,
        name: &str,
        params: &ConfigParams,
    ) -> Result<Arc<dyn MessageQueue>>;

    /// The queue of this name: a handle of it, as its maker left it.
    ///
    /// # Errors
    /// [`UnknownQueue`](crate::MessageError::UnknownQueue), [`Backend`](crate::MessageError::Backend).
    async fn queue(&self, name: &str) -> Result<Arc<dyn MessageQueue>>;

    /// Sends the answer to `to` on the queue that it names: as [`MessageQueue::reply`], for services that answer many
    /// senders.
    ///
    /// ```
    /// use queue_message::{ConfigParams, MemoryMessageQueueConnection, MessageEnvelope, MessageQueueConnection};
    /// use std::time::Duration;
    ///
    /// # pollster::block_on(async {
    /// let connection = MemoryMessageQueueConnection::new();
    /// let answers = connection.create_queue("shop 1", &ConfigParams::new()).await?;
    /// let request = MessageEnvelope::builder().message_id("sale 7").reply_to("shop 1").build();
    ///
    /// connection.reply(&request, MessageEnvelope::new(None, "price", "12.50")).await?;
    /// let answer = answers.receive(Duration::ZERO).await?.expect("one was sent");
    /// assert_eq!(answer.header("in-reply-to"), Some("sale 7"));
    /// # queue_message::Result::<()>::Ok(())
    /// # }).unwrap();
    /// ```
    ///
    /// # Errors
    /// [`Refused`](crate::MessageError::Refused), with the message: `to` awaits no answer, or there is no queue of the
    /// name. Those of [`queue`](Self::queue) and [`send`](MessageQueue::send).
    async fn reply(&self, to: &MessageEnvelope, message: MessageEnvelope) -> Result<()> {
        request::reply_by_name(self, to, message).await
    }

    /// Deletes a queue with its messages. Its handles are closed, and whoever waits on one is told at once.
    ///
    /// # Errors
    /// [`UnknownQueue`](crate::MessageError::UnknownQueue), [`Backend`](crate::MessageError::Backend);
    /// [`Config`](crate::MessageError::Config) if another queue needs it.
    async fn delete_queue(&self, name: &str) -> Result<()>;
}
