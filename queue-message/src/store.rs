//! Put, get, delete.

use std::fmt;
use std::time::Duration;

use async_trait::async_trait;

use crate::{MessageEnvelope, MessageId, Receipt, Result};

/// The buffer that a message queue is, and the three operations that network interfaces expose of it, with two that change
/// how long a message stays with who got it.
///
/// Each operation is atomic: all see its effect at one moment, or none does. A message that was got is *in flight*: nobody else
/// gets it until its visibility timeout has passed; then it is back, in front of what was put after it, and the receipt is void.
/// A receipt that has expired, was settled before, or was never given is answered with
/// [`LockLost`](crate::MessageError::LockLost), and changes nothing.
///
/// What a message has from the queue is set here: a `put` sets its [sent time](MessageEnvelope::sent_time), and takes off
/// the count and the reference of another queue's delivery; each `get` raises its
/// [count of deliveries](MessageEnvelope::delivery_count). A receipt is good at its own queue only.
///
/// Every future may be dropped at any await: then either nothing was done, or the operation as a whole. A `put` that is dropped while it
/// waits has put nothing; a `get` that is dropped while it waits has taken nothing.
///
/// ```
/// use queue_message::{MemoryMessageQueue, MessageEnvelope, MessageError, MessageQueue, MessageStore};
/// use std::time::Duration;
///
/// # pollster::block_on(async {
/// let store = MemoryMessageQueue::new("orders");
/// store.open().await?;
/// let id = store.put(MessageEnvelope::new(None, "order", "42")).await?;
///
/// let (receipt, message) = store.get(Duration::ZERO, Duration::from_secs(30)).await?.expect("one was put");
/// assert_eq!(message.message_id(), &id);
/// assert!(store.get(Duration::ZERO, Duration::from_secs(30)).await?.is_none(), "it is in flight");
///
/// store.delete(&receipt).await?;
/// assert!(matches!(store.delete(&receipt).await, Err(MessageError::LockLost { .. })));
/// # queue_message::Result::<()>::Ok(())
/// # }).unwrap();
/// ```
#[async_trait]
pub trait MessageStore: fmt::Debug + Send + Sync {
    /// Adds a message, and waits for room where there is none.
    ///
    /// # Errors
    /// [`NotOpen`](crate::MessageError::NotOpen), [`Closed`](crate::MessageError::Closed), both with the message;
    /// [`Full`](crate::MessageError::Full) with it from backends that cannot wait; [`Backend`](crate::MessageError::Backend).
    async fn put(&self, message: MessageEnvelope) -> Result<MessageId>;

    /// Takes the first message that is visible, and hides it from others for `visibility`. Where there is none, waits for one
    /// up to `wait` ([`Duration::MAX`]: for ever), and then answers `None`.
    ///
    /// # Errors
    /// [`NotOpen`](crate::MessageError::NotOpen), [`Closed`](crate::MessageError::Closed), [`Backend`](crate::MessageError::Backend).
    async fn get(
        &self,
        wait: Duration,
        visibility: Duration,
    ) -> Result<Option<(Receipt, MessageEnvelope)>>;

    /// Removes a message that was got.
    ///
    /// # Errors
    /// [`LockLost`](crate::MessageError::LockLost), [`Backend`](crate::MessageError::Backend).
    async fn delete(&self, receipt: &Receipt) -> Result<()>;

    /// Hides a message that was got for `visibility` from now on, whatever is left of what it was hidden for.
    ///
    /// # Errors
    /// [`LockLost`](crate::MessageError::LockLost), [`NotSupported`](crate::MessageError::NotSupported),
    /// [`Backend`](crate::MessageError::Backend).
    async fn extend(&self, receipt: &Receipt, visibility: Duration) -> Result<()>;

    /// Puts a message that was got back, in front, and makes it visible at once.
    ///
    /// # Errors
    /// [`LockLost`](crate::MessageError::LockLost), [`NotSupported`](crate::MessageError::NotSupported),
    /// [`Backend`](crate::MessageError::Backend).
    async fn release(&self, receipt: &Receipt) -> Result<()>;
}
