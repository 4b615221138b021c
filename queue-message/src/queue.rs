//! What every message queue can be asked for.

mod objects;

use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;

pub use objects::MessageQueueExt;

use crate::listening::{self, Listeners};
use crate::request;
use crate::{
    MessageEnvelope, MessageError, MessageReceiver, MessageStore, MessagingCapabilities, Receipt,
    Result,
};

/// A queue of messages, over any backend: [`MessageStore`] with what applications need around it.
///
/// A message that is received is *locked*: it belongs to its receiver until it is [completed](Self::complete),
/// [abandoned](Self::abandon) or [moved to the dead letters](Self::move_to_dead_letter), or until its lock expires.
///
/// It is usable as `dyn MessageQueue`. Threads use [`Blocking`](crate::Blocking), with the same names;
/// [`MessageQueueExt`] has what is generic.
///
/// # Backends
/// They implement what has no default here, and may override the rest. A backend is a handle: it clones cheaply, as
/// [`handle`](Self::handle) gives out another one. What the family counts it counts by [`Counters`](crate::Counters), and
/// [`conformance`](crate::conformance) says whether it does what is promised here.
///
/// # Example
/// ```
/// use queue_message::{MemoryMessageQueue, MessageEnvelope, MessageQueue};
/// use std::time::Duration;
///
/// async fn work(queue: &dyn MessageQueue) -> queue_message::Result<()> {
///     queue.send(MessageEnvelope::new(None, "mymessage", "ABC")).await?;
///     let mut message = queue.receive(Duration::from_secs(1)).await?.expect("one was sent");
///     assert_eq!(message.message_as_string().unwrap(), "ABC");
///     queue.complete(&mut message).await
/// }
///
/// # pollster::block_on(async {
/// let queue = MemoryMessageQueue::new("my_queue");
/// queue.open().await?;
/// work(&queue).await?;
/// queue.close().await
/// # }).unwrap();
/// ```
#[doc(alias = "IMessageQueue")]
#[async_trait]
pub trait MessageQueue: MessageStore {
    /// The queue's name.
    fn name(&self) -> &str;

    /// Which of the operations the backend supports.
    fn capabilities(&self) -> MessagingCapabilities;

    /// How long a received message is locked, unless the lock is renewed.
    fn lock_timeout(&self) -> Duration;

    /// Another handle of this same queue.
    fn handle(&self) -> Arc<dyn MessageQueue>;

    /// Who listens to this queue. For backends, which keep one for all handles of a queue.
    fn listeners(&self) -> &Listeners;

    /// Whether it was opened, and not closed since.
    fn is_open(&self) -> bool;

    /// Makes the queue usable. Opening an open queue does nothing.
    ///
    /// # Errors
    /// [`Closed`](MessageError::Closed) from a backend that cannot be opened again; [`Backend`](MessageError::Backend).
    async fn open(&self) -> Result<()>;

    /// Ends the queue's use: sends and receives are refused from now on, those that wait are told at once, and listeners end.
    /// What is in flight can still be settled. Closing a closed queue does nothing.
    ///
    /// # Errors
    /// [`Backend`](MessageError::Backend).
    async fn close(&self) -> Result<()>;

    /// Removes all messages, those in flight and those delayed among them.
    ///
    /// # Errors
    /// [`NotOpen`](MessageError::NotOpen), [`Closed`](MessageError::Closed), [`NotSupported`](MessageError::NotSupported),
    /// [`Backend`](MessageError::Backend).
    async fn clear(&self) -> Result<()>;

    /// How many messages wait to be received: neither those in flight nor those delayed.
    ///
    /// # Errors
    /// As of [`clear`](Self::clear).
    async fn read_message_count(&self) -> Result<usize>;

    /// The message that would be received next, without receiving it.
    ///
    /// # Errors
    /// As of [`clear`](Self::clear).
    async fn peek(&self) -> Result<Option<MessageEnvelope>> {
        Ok(self.peek_batch(1).await?.pop())
    }

    /// The messages that would be received next, up to `count` of them, in order, without receiving them.
    ///
    /// # Errors
    /// As of [`clear`](Self::clear).
    async fn peek_batch(&self, count: usize) -> Result<Vec<MessageEnvelope>>;

    /// Sends a message, and waits for room where there is none.
    ///
    /// # Errors
    /// As of [`put`](MessageStore::put).
    async fn send(&self, message: MessageEnvelope) -> Result<()> {
        self.put(message).await.map(drop)
    }

    /// Sends the answer to `to`, whose [`reply_to`](MessageEnvelope::reply_to) is this queue: with the id of `to` in
    /// the header [`IN_REPLY_TO`](crate::IN_REPLY_TO), and with its trace id if the answer has none. Whoever answers
    /// completes `to` by itself, afterwards.
    ///
    /// [`Requester`](crate::Requester) is the other side. A connection
    /// [looks the queue up](crate::MessageQueueConnection::reply) by its name.
    ///
    /// # Errors
    /// [`Refused`](MessageError::Refused), with the message: `to` awaits its answer elsewhere, or none. Those of
    /// [`send`](Self::send).
    async fn reply(&self, to: &MessageEnvelope, message: MessageEnvelope) -> Result<()> {
        request::reply(self, to, message).await
    }

    /// Receives a message, locked for the [lock timeout](Self::lock_timeout). Where there is none, waits for one up to `wait`
    /// ([`Duration::MAX`]: for ever), and then answers `None`.
    ///
    /// # Errors
    /// As of [`get`](MessageStore::get).
    async fn receive(&self, wait: Duration) -> Result<Option<MessageEnvelope>> {
        let delivery = self.get(wait, self.lock_timeout()).await?;
        Ok(delivery.map(|(receipt, mut message)| {
            message.set_reference(Some(receipt));
            message
        }))
    }

    /// Locks a received message for `lock_timeout` from now on. Who cannot process it yet, and neither completes nor
    /// abandons it, has it delivered again after that time.
    ///
    /// # Errors
    /// As of [`extend`](MessageStore::extend).
    async fn renew_lock(&self, message: &MessageEnvelope, lock_timeout: Duration) -> Result<()> {
        self.extend(reference(self.name(), message)?, lock_timeout)
            .await
    }

    /// Removes a received message: it was processed. Its [reference](MessageEnvelope::reference) is gone afterwards.
    ///
    /// # Errors
    /// As of [`delete`](MessageStore::delete).
    async fn complete(&self, message: &mut MessageEnvelope) -> Result<()> {
        self.delete(reference(self.name(), message)?).await?;
        message.set_reference(None);
        Ok(())
    }

    /// Puts a received message back, in front, for others to receive. Its [reference](MessageEnvelope::reference) is gone
    /// afterwards.
    ///
    /// # Errors
    /// As of [`release`](MessageStore::release).
    async fn abandon(&self, message: &mut MessageEnvelope) -> Result<()> {
        self.release(reference(self.name(), message)?).await?;
        message.set_reference(None);
        Ok(())
    }

    /// Moves a received message to the queue's dead letters, with the reason. Its [reference](MessageEnvelope::reference) is
    /// gone afterwards. A letter has the headers [`DEAD_LETTER_REASON`](crate::DEAD_LETTER_REASON) and
    /// [`DEAD_LETTER_SOURCE`](crate::DEAD_LETTER_SOURCE).
    ///
    /// # Errors
    /// [`LockLost`](MessageError::LockLost). [`NotSupported`](MessageError::NotSupported): there is no queue for dead letters.
    /// [`Full`](MessageError::Full), [`NotOpen`](MessageError::NotOpen), [`Closed`](MessageError::Closed), with the name of
    /// that queue: it does not take the message, which is still locked. [`Backend`](MessageError::Backend).
    async fn move_to_dead_letter(&self, message: &mut MessageEnvelope, reason: &str) -> Result<()>;

    /// Hands every message to `receiver`, one after the other, until [`end_listen`](Self::end_listen) or [`close`](Self::close).
    /// Those wake an idle listener at once; a message that is being processed is processed to its end. The message is completed when the receiver answers `Ok`, and abandoned when it
    /// answers `Err` or panics, unless the receiver has settled it by itself.
    ///
    /// Several may listen to one queue: they compete, and so many messages are processed at once.
    ///
    /// What is abandoned is delivered again *at once*: a limit of deliveries is soon reached, and without one a message
    /// that always fails is tried for ever. A receiver that wants a pause waits before it answers `Err`, and
    /// [renews the lock](Self::renew_lock) if that takes long. A receiver that sends to the queue that it listens to
    /// waits, if that is full, for room that its own message has.
    ///
    /// In a runtime, a task awaits it:
    ///
    /// ```
    /// use futures_util::future::join3;
    /// use queue_message::{BoxError, MemoryMessageQueue, MessageEnvelope, MessageQueue};
    /// use std::sync::{Arc, atomic::{AtomicUsize, Ordering}};
    /// use std::time::Duration;
    ///
    /// # pollster::block_on(async {
    /// let queue = MemoryMessageQueue::new("orders");
    /// queue.open().await?;
    /// for order in ["1", "2", "3"] {
    ///     queue.send(MessageEnvelope::new(None, "order", order)).await?;
    /// }
    ///
    /// let processed = Arc::new(AtomicUsize::new(0));
    /// let count = processed.clone();
    /// let receiver = Arc::new(move |message: MessageEnvelope, _queue: Arc<dyn MessageQueue>| {
    ///     let count = count.clone();
    ///     async move {
    ///         let _order: u32 = message.message_as_string()?.parse()?;
    ///         count.fetch_add(1, Ordering::Relaxed);
    ///         Ok::<(), BoxError>(())
    ///     }
    /// });
    /// // As tasks of tokio: `tokio::spawn(async move { queue.listen(receiver).await })`, twice.
    /// let listeners = (queue.listen(receiver.clone()), queue.listen(receiver));
    /// let (one, other, left) = join3(listeners.0, listeners.1, queue.drain(Duration::from_secs(10))).await;
    /// (one?, other?);
    /// assert_eq!((left?, processed.load(Ordering::Relaxed)), (0, 3));
    /// # queue_message::Result::<()>::Ok(())
    /// # }).unwrap();
    /// ```
    ///
    /// # Errors
    /// As of [`get`](MessageStore::get). A queue that is closed while it is listened to is no error.
    async fn listen(&self, receiver: Arc<dyn MessageReceiver>) -> Result<()> {
        listening::listen(
            self.handle(),
            receiver,
            self.listeners().join(self.is_open()),
        )
        .await
    }

    /// [Listens](Self::listen) on a thread of its own, and returns. Errors of listening are logged.
    ///
    /// The receiver's future runs on that thread, outside any runtime. One that needs a runtime is better
    /// served by a task of it that awaits [`listen`](Self::listen). The thread has a handle of the queue: it ends as
    /// `listen` does, and not when all other handles are dropped.
    ///
    /// # Errors
    /// [`Backend`](MessageError::Backend) if the thread cannot be started.
    fn begin_listen(&self, receiver: Arc<dyn MessageReceiver>) -> Result<()> {
        listening::begin(
            self.handle(),
            receiver,
            self.listeners().join(self.is_open()),
        )
    }

    /// Ends all listening to this queue that has begun: idle listeners return at once, others after the message that they are at.
    fn end_listen(&self) {
        self.listeners().end();
    }
}

/// What a received message is settled with; one that was not received, or was settled, has lost its lock.
fn reference<'a>(queue: &str, message: &'a MessageEnvelope) -> Result<&'a Receipt> {
    message
        .reference()
        .ok_or_else(|| MessageError::lock_lost(queue))
}
