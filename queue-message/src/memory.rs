//! A message queue in memory.

mod builder;
mod deadlines;
mod deliveries;
mod draining;
mod line;
mod operations;
mod settling;
mod shared;
mod table;

use std::fmt;
use std::sync::Arc;
use std::time::Duration;

pub use builder::MemoryMessageQueueBuilder;

use crate::{Blocking, MessageEnvelope, MessageId, MessageQueue, Receipt, Result};
use shared::Shared;

/// A bounded message queue in the memory of this process. Clones are handles of the same queue.
///
/// # What it guarantees
/// - **Order**: messages are delivered in the order in which they were sent. One that comes back (abandoned, or its lock has expired)
///   stands in front of all that were sent after it. One that is [delayed](MessageEnvelope::deliver_after) takes its place
///   when its time comes.
/// - **Delivery**: each message goes to one receiver at a time, and to none after it was completed. One that is not completed comes back, with its
///   [count](MessageEnvelope::delivery_count) raised; after [`max_deliveries`](MemoryMessageQueueBuilder::max_deliveries) it goes
///   to the dead letters instead.
/// - **Bound**: the capacity counts every message that was not completed: ready, in flight, or delayed. So there is always room for one that comes
///   back. Where there is none for a new one, [`send`](MessageQueue::send) waits and [`try_put`](Self::try_put) gives it back.
/// - **Waiting**: a receiver is woken by the message, the end of its wait, or the close, and by nothing else; nothing is polled. Its futures need no runtime.
/// - **End**: a queue that was closed stays so, and keeps what was not received until its last handle is dropped. Who
///   goes on makes a new one.
/// - **Dropped futures**: nothing is lost and no wake-up is swallowed. A message that waits for room in a dropped `send` is dropped with it.
///
/// - **Clearing** removes what was sent before, and makes its room free; what is on its way to the dead letters in that
///   moment gets there. Of what is sent meanwhile a receive may find nothing at once, or the second first.
///
/// # How
/// Messages lie in a table, each under a lock of its own, which takes it from ready to in flight to gone. A
/// [channel](queue_core::bounded) carries the ids of those that are ready, another one the ids of entries that are free: senders and
/// receivers meet in no other place. Expiries and delays stand in one heap with one alarm.
/// [`peek`](MessageQueue::peek), [`peek_batch`](MessageQueue::peek_batch) and [`clear`](MessageQueue::clear) walk the table, which takes
/// time in proportion to the most messages that there ever were at once. Messages that were sent at the same moment by
/// several may be peeked at in another order than they are received in.
///
/// ```
/// use queue_message::{MemoryMessageQueue, MessageEnvelope};
/// use std::time::Duration;
///
/// let letters = MemoryMessageQueue::new("orders.dead").blocking();
/// let orders = MemoryMessageQueue::builder("orders")
///     .capacity(1000)
///     .lock_timeout(Duration::from_secs(5))
///     .max_deliveries(2)
///     .dead_letter(letters.queue())
///     .build()?
///     .blocking();
/// letters.open()?;
/// orders.open()?;
///
/// orders.send(MessageEnvelope::new(None, "order", "poison"))?;
/// for _ in 0..2 {
///     let mut message = orders.receive(Duration::ZERO)?.unwrap();
///     orders.abandon(&mut message)?;
/// }
/// assert_eq!(orders.read_message_count()?, 0);
/// let letter = letters.receive(Duration::ZERO)?.unwrap();
/// assert_eq!(letter.header("dead-letter-reason"), Some("delivered 2 times without being completed"));
/// # queue_message::Result::<()>::Ok(())
/// ```
#[derive(Clone)]
pub struct MemoryMessageQueue(Arc<Shared>);

impl MemoryMessageQueue {
    /// A queue for 1024 messages, which are locked for 30 seconds when received, without dead letters. It is not yet open.
    #[must_use]
    pub fn new(name: impl Into<String>) -> Self {
        Self::builder(name).build().expect("the defaults are good")
    }

    /// A queue, setting by setting.
    pub fn builder(name: impl Into<String>) -> MemoryMessageQueueBuilder {
        MemoryMessageQueueBuilder::new(name.into())
    }

    /// This queue for threads.
    #[must_use]
    pub fn blocking(&self) -> Blocking<Self> {
        Blocking::new(self.clone().into())
    }

    /// How many messages the queue has room for.
    #[must_use]
    pub fn capacity(&self) -> usize {
        self.0.table.capacity() as usize
    }

    /// Whether both are handles of one queue.
    #[must_use]
    pub fn same_queue(&self, other: &Self) -> bool {
        Arc::ptr_eq(&self.0, &other.0)
    }

    /// As [`put`](crate::MessageStore::put), without waiting.
    ///
    /// # Errors
    /// [`Full`](crate::MessageError::Full), [`NotOpen`](crate::MessageError::NotOpen), [`Closed`](crate::MessageError::Closed),
    /// each with the message.
    pub fn try_put(&self, message: MessageEnvelope) -> Result<MessageId> {
        self.0.try_put(message)
    }

    /// As [`get`](crate::MessageStore::get), without waiting.
    ///
    /// # Errors
    /// [`NotOpen`](crate::MessageError::NotOpen), [`Closed`](crate::MessageError::Closed).
    pub fn try_get(&self, visibility: Duration) -> Result<Option<(Receipt, MessageEnvelope)>> {
        let message = self.0.try_receive(visibility)?;
        Ok(message.map(MessageEnvelope::part_with_reference))
    }

    /// Ends the queue's use gracefully: refuses sends from now on, waits up to `wait` until every message is completed or moved, those
    /// in flight and those delayed among them, and then [closes](MessageQueue::close) it. Answers how many messages are left, which is 0
    /// unless the wait was too short or the queue was closed meanwhile.
    ///
    /// A drain that is dropped leaves the queue as it is: it still delivers, and refuses sends.
    ///
    /// # Errors
    /// [`NotOpen`](crate::MessageError::NotOpen), [`Closed`](crate::MessageError::Closed).
    pub async fn drain(&self, wait: Duration) -> Result<usize> {
        self.0.drain(wait).await
    }
}

impl Blocking<MemoryMessageQueue> {
    /// [`MemoryMessageQueue::drain`], for threads.
    ///
    /// # Errors
    /// [`NotOpen`](crate::MessageError::NotOpen), [`Closed`](crate::MessageError::Closed).
    pub fn drain(&self, wait: Duration) -> Result<usize> {
        pollster::block_on(self.inner().drain(wait))
    }
}

impl fmt::Debug for MemoryMessageQueue {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("MemoryMessageQueue")
            .field("name", &self.0.settings.name)
            .field("capacity", &self.capacity())
            .field("is_open", &self.is_open())
            .finish_non_exhaustive()
    }
}
