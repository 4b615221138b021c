//! The same operations, for threads.

use std::borrow::Cow;
use std::sync::Arc;
use std::time::Duration;

use pollster::block_on;
use serde::Serialize;

use crate::codec::Codec;
use crate::{
    MessageEnvelope, MessageId, MessageQueue, MessageQueueExt, MessageReceiver,
    MessagingCapabilities, Receipt, Result,
};

/// A queue whose operations block the thread, under the names that they have in [`MessageQueue`] and
/// [`MessageStore`](crate::MessageStore). Not for use within async code, whose thread it would hold up.
///
/// It blocks on the backend's futures by itself: a backend whose futures need a certain runtime needs its thread to be in it.
///
/// ```
/// use queue_message::{MemoryMessageQueue, MessageEnvelope};
/// use std::time::Duration;
///
/// let queue = MemoryMessageQueue::new("my_queue").blocking();
/// queue.open()?;
/// queue.send(MessageEnvelope::new(None, "mymessage", "ABC"))?;
/// let mut message = queue.receive(Duration::from_secs(1))?.expect("one was sent");
/// queue.complete(&mut message)?;
/// queue.close()?;
/// # queue_message::Result::<()>::Ok(())
/// ```
#[derive(Debug)]
pub struct Blocking<Q: ?Sized = dyn MessageQueue>(Arc<Q>);

impl<Q: ?Sized> Blocking<Q> {
    /// The blocking face of whatever has one, with the thing itself for that.
    pub(crate) const fn over(inner: Arc<Q>) -> Self {
        Self(inner)
    }

    pub(crate) const fn inner(&self) -> &Arc<Q> {
        &self.0
    }
}

impl<Q: ?Sized> Clone for Blocking<Q> {
    fn clone(&self) -> Self {
        Self(self.0.clone())
    }
}

#[allow(
    missing_docs,
    clippy::missing_errors_doc,
    reason = "each is documented in `MessageQueue`, under the same name"
)]
impl<Q: MessageQueue + ?Sized> Blocking<Q> {
    /// The blocking face of `queue`.
    pub fn new(queue: Arc<Q>) -> Self {
        Self(queue)
    }

    /// The queue itself, for what does not block, and so has no other face:
    /// [`try_put`](crate::MemoryMessageQueue::try_put), say.
    #[must_use]
    pub fn queue(&self) -> &Arc<Q> {
        &self.0
    }

    #[must_use]
    pub fn name(&self) -> &str {
        self.0.name()
    }

    #[must_use]
    pub fn capabilities(&self) -> MessagingCapabilities {
        self.0.capabilities()
    }

    #[must_use]
    pub fn lock_timeout(&self) -> Duration {
        self.0.lock_timeout()
    }

    #[must_use]
    pub fn is_open(&self) -> bool {
        self.0.is_open()
    }

    pub fn open(&self) -> Result<()> {
        block_on(self.0.open())
    }

    pub fn close(&self) -> Result<()> {
        block_on(self.0.close())
    }

    pub fn clear(&self) -> Result<()> {
        block_on(self.0.clear())
    }

    pub fn read_message_count(&self) -> Result<usize> {
        block_on(self.0.read_message_count())
    }

    pub fn peek(&self) -> Result<Option<MessageEnvelope>> {
        block_on(self.0.peek())
    }

    pub fn peek_batch(&self, count: usize) -> Result<Vec<MessageEnvelope>> {
        block_on(self.0.peek_batch(count))
    }

    pub fn send(&self, message: MessageEnvelope) -> Result<()> {
        block_on(self.0.send(message))
    }

    pub fn send_as_object<T: Serialize + Sync + ?Sized>(
        &self,
        message_type: impl Into<Cow<'static, str>> + Send,
        value: &T,
    ) -> Result<()> {
        block_on(self.0.send_as_object(message_type, value))
    }

    pub fn send_encoded<T: Sync>(
        &self,
        codec: &(impl Codec<T> + Sync + ?Sized),
        message_type: impl Into<Cow<'static, str>> + Send,
        value: &T,
    ) -> Result<()> {
        block_on(self.0.send_encoded(codec, message_type, value))
    }

    pub fn reply(&self, to: &MessageEnvelope, message: MessageEnvelope) -> Result<()> {
        block_on(self.0.reply(to, message))
    }

    pub fn receive(&self, wait: Duration) -> Result<Option<MessageEnvelope>> {
        block_on(self.0.receive(wait))
    }

    pub fn renew_lock(&self, message: &MessageEnvelope, lock_timeout: Duration) -> Result<()> {
        block_on(self.0.renew_lock(message, lock_timeout))
    }

    pub fn complete(&self, message: &mut MessageEnvelope) -> Result<()> {
        block_on(self.0.complete(message))
    }

    pub fn abandon(&self, message: &mut MessageEnvelope) -> Result<()> {
        block_on(self.0.abandon(message))
    }

    pub fn move_to_dead_letter(&self, message: &mut MessageEnvelope, reason: &str) -> Result<()> {
        block_on(self.0.move_to_dead_letter(message, reason))
    }

    pub fn listen(&self, receiver: Arc<dyn MessageReceiver>) -> Result<()> {
        block_on(self.0.listen(receiver))
    }

    pub fn begin_listen(&self, receiver: Arc<dyn MessageReceiver>) -> Result<()> {
        self.0.begin_listen(receiver)
    }

    pub fn end_listen(&self) {
        self.0.end_listen();
    }

    pub fn put(&self, message: MessageEnvelope) -> Result<MessageId> {
        block_on(self.0.put(message))
    }

    pub fn get(
        &self,
        wait: Duration,
        visibility: Duration,
    ) -> Result<Option<(Receipt, MessageEnvelope)>> {
        block_on(self.0.get(wait, visibility))
    }

    pub fn delete(&self, receipt: &Receipt) -> Result<()> {
        block_on(self.0.delete(receipt))
    }

    pub fn extend(&self, receipt: &Receipt, visibility: Duration) -> Result<()> {
        block_on(self.0.extend(receipt, visibility))
    }

    pub fn release(&self, receipt: &Receipt) -> Result<()> {
        block_on(self.0.release(receipt))
    }
}
