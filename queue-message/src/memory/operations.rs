//! The operations under the names of the traits: first as they are, then for the traits, whose futures lie on the heap.

use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;

use super::MemoryMessageQueue;
use crate::listening::Listeners;
use crate::{
    MessageEnvelope, MessageId, MessageQueue, MessageStore, MessagingCapabilities, Receipt, Result,
};

/// The operations of [`MessageStore`] and [`MessageQueue`] that are done for every message, with futures that need no
/// allocation.
#[allow(
    clippy::missing_errors_doc,
    reason = "each is documented in its trait, under the same name"
)]
impl MemoryMessageQueue {
    /// [`MessageStore::put`].
    #[inline]
    pub async fn put(&self, message: MessageEnvelope) -> Result<MessageId> {
        self.0.put(message).await
    }

    /// [`MessageStore::get`].
    #[inline]
    pub async fn get(
        &self,
        wait: Duration,
        visibility: Duration,
    ) -> Result<Option<(Receipt, MessageEnvelope)>> {
        let message = self.0.receive(wait, visibility).await?;
        Ok(message.map(MessageEnvelope::part_with_reference))
    }

    /// [`MessageStore::delete`].
    #[inline]
    pub async fn delete(&self, receipt: &Receipt) -> Result<()> {
        self.0.delete(Some(receipt))
    }

    /// [`MessageStore::extend`].
    #[inline]
    pub async fn extend(&self, receipt: &Receipt, visibility: Duration) -> Result<()> {
        self.0.extend(Some(receipt), visibility)
    }

    /// [`MessageStore::release`].
    #[inline]
    pub async fn release(&self, receipt: &Receipt) -> Result<()> {
        self.0.release(Some(receipt))
    }

    /// [`MessageQueue::send`].
    #[inline]
    pub async fn send(&self, message: MessageEnvelope) -> Result<()> {
        self.0.put(message).await.map(drop)
    }

    /// [`MessageQueue::receive`].
    #[inline]
    pub async fn receive(&self, wait: Duration) -> Result<Option<MessageEnvelope>> {
        self.0.receive(wait, self.0.settings.lock_timeout).await
    }

    /// [`MessageQueue::renew_lock`].
    #[inline]
    pub async fn renew_lock(
        &self,
        message: &MessageEnvelope,
        lock_timeout: Duration,
    ) -> Result<()> {
        self.0.extend(message.reference(), lock_timeout)
    }

    /// [`MessageQueue::complete`].
    #[inline]
    pub async fn complete(&self, message: &mut MessageEnvelope) -> Result<()> {
        self.0.delete(message.reference())?;
        message.set_reference(None);
        Ok(())
    }

    /// [`MessageQueue::abandon`].
    #[inline]
    pub async fn abandon(&self, message: &mut MessageEnvelope) -> Result<()> {
        self.0.release(message.reference())?;
        message.set_reference(None);
        Ok(())
    }
}

#[async_trait]
impl MessageStore for MemoryMessageQueue {
    async fn put(&self, message: MessageEnvelope) -> Result<MessageId> {
        self.put(message).await
    }

    async fn get(
        &self,
        wait: Duration,
        visibility: Duration,
    ) -> Result<Option<(Receipt, MessageEnvelope)>> {
        self.get(wait, visibility).await
    }

    async fn delete(&self, receipt: &Receipt) -> Result<()> {
        self.delete(receipt).await
    }

    async fn extend(&self, receipt: &Receipt, visibility: Duration) -> Result<()> {
        self.extend(receipt, visibility).await
    }

    async fn release(&self, receipt: &Receipt) -> Result<()> {
        self.release(receipt).await
    }
}

#[async_trait]
impl MessageQueue for MemoryMessageQueue {
    fn name(&self) -> &str {
        &self.0.settings.name
    }

    fn capabilities(&self) -> MessagingCapabilities {
        MessagingCapabilities {
            message_count: true,
            send: true,
            receive: true,
            peek: true,
            peek_batch: true,
            renew_lock: true,
            abandon: true,
            dead_letter: self.0.settings.dead_letter.is_some(),
            clear: true,
        }
    }

    fn lock_timeout(&self) -> Duration {
        self.0.settings.lock_timeout
    }

    fn handle(&self) -> Arc<dyn MessageQueue> {
        Arc::new(self.clone())
    }

    fn listeners(&self) -> &Listeners {
        &self.0.listeners
    }

    fn is_open(&self) -> bool {
        self.0.is_open()
    }

    async fn open(&self) -> Result<()> {
        self.0.open()
    }

    async fn close(&self) -> Result<()> {
        self.0.close();
        Ok(())
    }

    async fn clear(&self) -> Result<()> {
        self.0.clear()
    }

    async fn read_message_count(&self) -> Result<usize> {
        self.0.count()
    }

    async fn peek_batch(&self, count: usize) -> Result<Vec<MessageEnvelope>> {
        self.0.peek(count)
    }

    async fn send(&self, message: MessageEnvelope) -> Result<()> {
        self.send(message).await
    }

    async fn receive(&self, wait: Duration) -> Result<Option<MessageEnvelope>> {
        self.receive(wait).await
    }

    async fn renew_lock(&self, message: &MessageEnvelope, lock_timeout: Duration) -> Result<()> {
        self.renew_lock(message, lock_timeout).await
    }

    async fn complete(&self, message: &mut MessageEnvelope) -> Result<()> {
        self.complete(message).await
    }

    async fn abandon(&self, message: &mut MessageEnvelope) -> Result<()> {
        self.abandon(message).await
    }

    async fn move_to_dead_letter(&self, message: &mut MessageEnvelope, reason: &str) -> Result<()> {
        self.0.move_to_dead_letter(message.reference(), reason)?;
        message.set_reference(None);
        Ok(())
    }
}
