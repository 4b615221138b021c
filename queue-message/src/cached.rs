//! A buffer in front of a remote queue.

mod buffer;
mod builder;
mod receiving;

use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;

pub use builder::CachedMessageQueueBuilder;

use crate::clock::Clock;
use crate::listening::Listeners;
use crate::{
    Blocking, MessageEnvelope, MessageError, MessageId, MessageQueue, MessageStore,
    MessagingCapabilities, Receipt, Result,
};
use buffer::Buffer;

/// A buffer in front of a queue of any backend, which is called its remote. Clones are handles of the same buffer.
///
/// A receive that finds the buffer empty gets a message from the remote, waiting as long as it may, and then, before it
/// returns, whatever else there is without waiting, up to [`prefetch`](CachedMessageQueueBuilder::prefetch) more
/// messages. Those lie in the buffer, and are locked at the remote meanwhile. They serve the receives that follow, and
/// [`peek`](MessageQueue::peek) and [`read_message_count`](MessageQueue::read_message_count), of remotes that cannot do
/// that, too. All else is passed on to the remote.
///
/// # What it guarantees
/// - **Locks**: who gets a message has it locked for at least what was asked for, from the moment it is handed over,
///   and for at most [`hold`](CachedMessageQueueBuilder::hold) more. A lock that is not as long is renewed first, and
///   so is one that is longer. Only a remote that [cannot renew locks](MessagingCapabilities::renew_lock) hands over
///   with what is left. A message whose lock has run out in the buffer, by the clock or because the remote says so, is
///   dropped from it unseen: the remote delivers it again. Locks are reckoned from the moment at which the remote was
///   asked, or, where it had to wait for the message, from its answer.
/// - **Order**: messages are handed over in the order in which they were got. That is the remote's with one receiver,
///   and [one get at a time](CachedMessageQueueBuilder::at_once). Of competing receivers one may overtake another by
///   the messages that they have in hand. A message that comes back to the remote is delivered after those in the
///   buffer.
/// - **Waiting**: a receiver is woken by a message at the remote, and by one that another left in the buffer. Nothing
///   is polled, and no runtime is needed but the remote's.
/// - **Clearing**: what is got from the remote while that is being cleared is renewed before it is handed over, so that
///   the remote says whether it is still there.
/// - **Dropped futures**: a message that was got from the remote and not handed over is in the buffer, for others to
///   receive.
/// - **Closing** gives what is in the buffer back to the remote, at once. A buffer that is dropped without that leaves
///   it locked until its locks run out.
///
/// A message in the buffer was delivered, as the remote counts: one that is given back, or dropped unseen, has its
/// [count](MessageEnvelope::delivery_count) raised. Where the remote has a limit of deliveries, prefetch no more than
/// is processed in a lock's time. The remote's [counters](crate::Counters) count for both.
///
/// ```
/// use queue_message::{CachedMessageQueue, MemoryMessageQueue, MessageEnvelope};
/// use std::sync::Arc;
/// use std::time::Duration;
///
/// let remote = MemoryMessageQueue::new("orders");
/// let orders = CachedMessageQueue::new(Arc::new(remote.clone())).blocking();
/// orders.open()?;
/// for order in ["1", "2", "3"] {
///     orders.send(MessageEnvelope::new(None, "order", order))?;
/// }
///
/// let mut first = orders.receive(Duration::ZERO)?.unwrap();
/// assert_eq!(remote.blocking().read_message_count()?, 0, "the others are in the buffer");
/// assert_eq!(orders.read_message_count()?, 2);
/// assert_eq!(orders.peek()?.unwrap().message_as_string().unwrap(), "2");
/// orders.complete(&mut first)?;
///
/// orders.close()?;
/// # queue_message::Result::<()>::Ok(())
/// ```
#[derive(Debug)]
pub struct CachedMessageQueue<Q: ?Sized = dyn MessageQueue>(Arc<Shared<Q>>);

#[derive(Debug)]
struct Shared<Q: ?Sized> {
    buffer: Buffer,
    /// How many gets there may be at once.
    at_once: usize,
    /// How much longer than asked for a message is locked.
    hold: Duration,
    clock: Arc<dyn Clock>,
    listeners: Listeners,
    remote: Arc<Q>,
}

impl<Q: MessageQueue + ?Sized> CachedMessageQueue<Q> {
    /// A buffer for 16 messages of `remote`, which are got one at a time, and held for a second.
    #[must_use]
    pub fn new(remote: Arc<Q>) -> Self {
        Self::builder(remote).build()
    }

    /// A buffer, setting by setting.
    pub fn builder(remote: Arc<Q>) -> CachedMessageQueueBuilder<Q> {
        CachedMessageQueueBuilder::new(remote)
    }

    /// The queue behind the buffer. What is received from it directly goes past the buffer.
    #[must_use]
    pub fn remote(&self) -> &Arc<Q> {
        &self.0.remote
    }
}

impl<Q: MessageQueue + ?Sized + 'static> CachedMessageQueue<Q> {
    /// This queue for threads.
    #[must_use]
    pub fn blocking(&self) -> Blocking<Self> {
        Blocking::new(Arc::new(self.clone()))
    }
}

impl<Q: MessageQueue + ?Sized> Shared<Q> {
    fn check_open(&self) -> Result<()> {
        if self.is_open() {
            return Ok(());
        }
        let queue = self.remote.name();
        Err(if self.buffer.was_opened() {
            MessageError::closed(queue, None)
        } else {
            MessageError::not_open(queue, None)
        })
    }

    fn is_open(&self) -> bool {
        !self.buffer.is_closed() && self.remote.is_open()
    }

    /// Gives what is in the buffer back to the remote, the last first, so that each stands before those that came after
    /// it.
    async fn give_back(&self) {
        let can_abandon = self.remote.capabilities().abandon;
        while let Some(held) = self.buffer.last(self.clock.now()) {
            if can_abandon && let Err(error) = self.remote.release(&held.receipt).await {
                self.warn_of_lock(&error);
            }
            held.discard();
        }
    }

    fn warn_of_lock(&self, error: &MessageError) {
        tracing::warn!(
            queue = self.remote.name(), %error,
            "a message of the buffer could not be given back: it comes back when its lock expires"
        );
    }
}

#[async_trait]
impl<Q: MessageQueue + ?Sized + 'static> MessageStore for CachedMessageQueue<Q> {
    async fn put(&self, message: MessageEnvelope) -> Result<MessageId> {
        if self.0.buffer.is_closed() {
            return Err(MessageError::closed(self.name(), message));
        }
        self.0.remote.put(message).await
    }

    async fn get(
        &self,
        wait: Duration,
        visibility: Duration,
    ) -> Result<Option<(Receipt, MessageEnvelope)>> {
        self.0.get(wait, visibility).await
    }

    async fn delete(&self, receipt: &Receipt) -> Result<()> {
        self.0.remote.delete(receipt).await
    }

    async fn extend(&self, receipt: &Receipt, visibility: Duration) -> Result<()> {
        self.0.remote.extend(receipt, visibility).await
    }

    async fn release(&self, receipt: &Receipt) -> Result<()> {
        self.0.remote.release(receipt).await
    }
}

#[async_trait]
impl<Q: MessageQueue + ?Sized + 'static> MessageQueue for CachedMessageQueue<Q> {
    fn name(&self) -> &str {
        self.0.remote.name()
    }

    /// Those of the remote, and to look at what is in the buffer.
    fn capabilities(&self) -> MessagingCapabilities {
        MessagingCapabilities {
            message_count: true,
            peek: true,
            peek_batch: true,
            ..self.0.remote.capabilities()
        }
    }

    fn lock_timeout(&self) -> Duration {
        self.0.remote.lock_timeout()
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

    /// Opens the remote.
    async fn open(&self) -> Result<()> {
        self.0.remote.open().await?;
        self.0.buffer.open();
        Ok(())
    }

    /// Gives what is in the buffer back to the remote, and closes that. A close that is dropped is begun, and is done
    /// by another one.
    async fn close(&self) -> Result<()> {
        self.0.buffer.close();
        self.0.listeners.end();
        self.0.give_back().await;
        self.0.remote.close().await
    }

    async fn clear(&self) -> Result<()> {
        self.0.check_open()?;
        let before = self.0.buffer.next();
        self.0.remote.clear().await?;
        self.0.buffer.clear(before);
        Ok(())
    }

    /// What is in the buffer, and what waits at the remote, if that can tell.
    async fn read_message_count(&self) -> Result<usize> {
        self.0.check_open()?;
        let count = self.0.buffer.count(self.0.clock.now());
        if !self.0.remote.capabilities().message_count {
            return Ok(count);
        }
        Ok(count + self.0.remote.read_message_count().await?)
    }

    /// What is in the buffer, and then what the remote shows, if it shows anything.
    async fn peek_batch(&self, count: usize) -> Result<Vec<MessageEnvelope>> {
        self.0.check_open()?;
        let mut shown = self.0.buffer.peek(count, self.0.clock.now());
        let capabilities = self.0.remote.capabilities();
        if capabilities.peek_batch && shown.len() < count {
            shown.extend(self.0.remote.peek_batch(count - shown.len()).await?);
        } else if capabilities.peek && shown.is_empty() && count > 0 {
            shown.extend(self.0.remote.peek().await?);
        }
        Ok(shown)
    }

    async fn move_to_dead_letter(&self, message: &mut MessageEnvelope, reason: &str) -> Result<()> {
        self.0.remote.move_to_dead_letter(message, reason).await
    }
}

impl<Q: ?Sized> Clone for CachedMessageQueue<Q> {
    fn clone(&self) -> Self {
        Self(self.0.clone())
    }
}
