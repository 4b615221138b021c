//! What the kit has to know of a backend.

use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;

use crate::{BoxError, MessageQueue, MessagingCapabilities};

/// A backend as the kit sees it: it makes queues, and lets time pass.
#[async_trait]
pub trait Backend: Send + Sync {
    /// A queue that is new, empty, and not yet open.
    ///
    /// # Errors
    /// Whatever keeps the queue from being made; the check fails with it.
    async fn make(&self, setup: &Setup) -> Result<Made, BoxError>;

    /// Lets `time` pass, by a clock that is moved by hand or by really waiting. When it is over, everything has
    /// happened that the queues do by themselves. It may take a little longer than was asked, if several such excesses
    /// stay below the [precision](Self::precision).
    async fn advance(&self, time: Duration);

    /// A queue is no longer needed. Closes it and its dead letters, unless it is overridden.
    async fn discard(&self, made: &Made) {
        let _ = made.queue.close().await;
        if let Some(letters) = &made.dead_letters {
            let _ = letters.close().await;
        }
    }

    /// A while: locks, delays and waits of the checks are small multiples of it. 10 seconds unless it is overridden,
    /// which is for clocks that are moved by hand.
    fn a_while(&self) -> Duration {
        Duration::from_secs(10)
    }

    /// How exactly a queue goes by the time: until so much before a moment it must not yet have acted. 1 millisecond
    /// unless it is overridden; less than half of [a while](Self::a_while).
    fn precision(&self) -> Duration {
        Duration::from_millis(1)
    }

    /// Waits until what was asked of the queues has reached them, after which a future that is still pending is taken
    /// to wait. Nothing to do, unless it is overridden, for queues in this process.
    async fn reach(&self) {}

    /// What the backend does not claim to do, beside what its queues' [capabilities](MessageQueue::capabilities) leave
    /// out. Nothing unless it is overridden.
    fn disclaims(&self) -> &[Feature] {
        &[]
    }

    /// Whether all that the queues do is done within the calls to them and to [`advance`](Self::advance), on the
    /// caller's thread. Then a check that nobody will wake is found to hang at once, without a clock. `false` unless it
    /// is overridden.
    fn acts_only_when_called(&self) -> bool {
        false
    }
}

/// What a queue is to be like.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct Setup {
    /// A name that no other queue of this run has: lower-case letters, digits, `_` and `-`, at most 80.
    pub name: String,
    /// How many messages it has room for, and its dead letters as well. Backends that disclaim [`Feature::Capacity`]
    /// need not heed it.
    pub capacity: usize,
    /// How long a received message is locked.
    pub lock_timeout: Duration,
    /// After how many deliveries a message goes to the dead letters; `None`: it never does.
    /// Only with [`dead_letter`](Self::dead_letter).
    pub max_deliveries: Option<u32>,
    /// Whether there is a queue for the dead letters.
    pub dead_letter: bool,
}

/// A queue that was made.
#[derive(Clone, Debug)]
pub struct Made {
    /// The queue.
    pub queue: Arc<dyn MessageQueue>,
    /// The queue for its dead letters, as one who looks after them receives from it. Not looked at where none was asked
    /// for.
    pub dead_letters: Option<Arc<dyn MessageQueue>>,
}

/// Something that a backend may claim or not. What is not in this list, all must do.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Feature {
    /// [`MessagingCapabilities::message_count`].
    MessageCount,
    /// [`MessagingCapabilities::send`].
    Send,
    /// [`MessagingCapabilities::receive`].
    Receive,
    /// [`MessagingCapabilities::peek`].
    Peek,
    /// [`MessagingCapabilities::peek_batch`].
    PeekBatch,
    /// [`MessagingCapabilities::renew_lock`].
    RenewLock,
    /// [`MessagingCapabilities::abandon`].
    Abandon,
    /// [`MessagingCapabilities::dead_letter`].
    DeadLetter,
    /// [`MessagingCapabilities::clear`].
    Clear,
    /// [Deliveries are counted](crate::MessageEnvelope::delivery_count).
    DeliveryCount,
    /// Messages are delivered in the order in which they were sent.
    Order,
    /// Messages that come back stand in front of those that were sent after them.
    ReturnsInFront,
    /// The queue holds so many messages and no more: sends wait for room, or answer
    /// [`Full`](crate::MessageError::Full).
    Capacity,
    /// [Delays](crate::MessageEnvelope::deliver_after) are heeded.
    Delay,
    /// [`Setup::max_deliveries`] is heeded.
    MaxDeliveries,
    /// Futures may be dropped while they wait.
    Cancellation,
    /// [`begin_listen`](MessageQueue::begin_listen) works on a thread outside any runtime.
    ListenOnThread,
}

impl Feature {
    /// Whether capabilities leave it open to claim this feature.
    pub(super) const fn is_in(self, capabilities: &MessagingCapabilities) -> bool {
        match self {
            Self::MessageCount => capabilities.message_count,
            Self::Send => capabilities.send,
            Self::Receive => capabilities.receive,
            Self::Peek => capabilities.peek,
            Self::PeekBatch => capabilities.peek_batch,
            Self::RenewLock => capabilities.renew_lock,
            Self::Abandon => capabilities.abandon,
            Self::DeadLetter => capabilities.dead_letter,
            Self::Clear => capabilities.clear,
            _ => true,
        }
    }
}

impl fmt::Display for Feature {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::MessageCount => "message_count",
            Self::Send => "send",
            Self::Receive => "receive",
            Self::Peek => "peek",
            Self::PeekBatch => "peek_batch",
            Self::RenewLock => "renew_lock",
            Self::Abandon => "abandon",
            Self::DeadLetter => "dead_letter",
            Self::Clear => "clear",
            Self::DeliveryCount => "delivery count",
            Self::Order => "order",
            Self::ReturnsInFront => "returns in front",
            Self::Capacity => "capacity",
            Self::Delay => "delay",
            Self::MaxDeliveries => "max_deliveries",
            Self::Cancellation => "cancellation",
            Self::ListenOnThread => "listening on a thread",
        })
    }
}
