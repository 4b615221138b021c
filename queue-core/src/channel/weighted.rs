//! A channel that is bounded by what its messages weigh, as well as by how many they are: a gate
//! in front of a channel.

mod ends;

pub use ends::{WeightedReceiver, WeightedSender};

use super::buffered::Buffered;
use super::counters::Setup;
use super::error::{RecvTimeoutError, SendTimeoutError, TrySendError, WeightedSendError};
use super::shared::{self, Ends};
use crate::ring::HeapRing;
use crate::sync::Instant;
use crate::wait::{Admission, Case, Gate, Progress, Side, Stage, Stake, Waiting, wait_until};

/// A message, and what it weighed when it was sent.
struct Weighed<T> {
    message: T,
    weight: usize,
}

struct Weighted<T> {
    gate: Gate,
    channel: Buffered<HeapRing<Weighed<T>>>,
    capacity: usize,
    weigh: fn(&T) -> usize,
}

/// Makes a channel that holds up to `capacity` messages, which weigh up to `max_weight` together, by what
/// `weigh` says of each: bytes, say.
///
/// A message counts from the beginning of its send until it is received. One that weighs 0 takes a place and no
/// weight. One that weighs more than `max_weight` is refused at once. `weigh` is called once for a message,
/// while nothing is held. It is a plain function, or a closure that captures nothing.
///
/// **Capacity**: the slots are allocated at once, a message and two words each. Where only the weight is to bound
/// the channel, pass `max_weight` divided by what the lightest message weighs, if that is not too many; else the
/// most messages that the memory is worth.
///
/// **What is not there**: selects, batches, weak handles, statistics, other ways to wait, and awaiting.
///
/// **Order**: exact FIFO, as of [`bounded`](crate::bounded). Sends are let in first come first served: a
/// light message waits behind a heavy one that came before, so that no message waits for ever. Once
/// they are in, those of different threads may overtake each other on the way to their places, as where
/// one was let in while it slept and has yet to wake up.
///
/// **Synchronisation**: a send happens before the receive of its message, and a receive before the sends that
/// its weight lets in.
///
/// **Progress**: every send and every receive takes a lock that is held for a few stores. A thread
/// that waits sleeps, after a moment awake.
///
/// # Panics
///
/// Panics if the capacity is zero, or too large for the address space.
///
/// # Examples
///
/// ```
/// use queue_core::WeightedSendError;
///
/// let (sender, receiver) = queue_core::weighted(100, 1024, |text: &String| text.len());
/// sender.send("a".repeat(1000)).unwrap();
/// let refused = sender.try_send("b".repeat(25));
/// assert!(matches!(refused, Err(WeightedSendError::Full(_))));
/// let refused = sender.send("c".repeat(2000));
/// assert!(matches!(refused, Err(WeightedSendError::TooHeavy(_))));
/// assert_eq!(receiver.recv().unwrap().len(), 1000);
/// assert_eq!(sender.weight(), 0);
/// ```
#[must_use]
#[track_caller]
pub fn weighted<T>(
    capacity: usize,
    max_weight: usize,
    weigh: fn(&T) -> usize,
) -> (WeightedSender<T>, WeightedReceiver<T>) {
    let (sender, receiver) = shared::new(Weighted {
        gate: Gate::new(max_weight),
        channel: Buffered::new(HeapRing::new(capacity), Setup::usual()),
        capacity,
        weigh,
    });
    (WeightedSender::new(sender), WeightedReceiver::new(receiver))
}

impl<T> Weighted<T> {
    /// Waits until the weight is let in.
    fn enter(&self, weight: usize, deadline: Option<Instant>) -> Option<Admission> {
        let admission = self.gate.enter(weight);
        if admission != Admission::Wait {
            return Some(admission);
        }
        wait_until(
            &[Case::only(&self.gate, Side::Senders, Stake::Weight(weight))],
            Waiting::Park,
            deadline,
            |_| false,
            |stage| match stage {
                Stage::Registered { .. } => Progress::Sleep,
                Stage::Free { .. } => match self.gate.enter(weight) {
                    Admission::Wait => Progress::Sleep,
                    settled => Progress::Done(settled, 0),
                },
                Stage::Notified(..) => Progress::Done(self.gate.after_notification(weight), 0),
            },
        )
    }

    fn send(&self, message: T, deadline: Option<Instant>) -> Result<(), WeightedSendError<T>> {
        let weight = (self.weigh)(&message);
        match self.enter(weight, deadline) {
            Some(Admission::Inside) => {}
            Some(Admission::TooHeavy) => return Err(WeightedSendError::TooHeavy(message)),
            Some(Admission::Closed) => return Err(WeightedSendError::Disconnected(message)),
            Some(Admission::Wait) | None => return Err(WeightedSendError::Timeout(message)),
        }
        self.channel
            .send(Weighed { message, weight }, deadline)
            .map_err(|refused| {
                self.gate.leave(weight);
                match refused {
                    SendTimeoutError::Timeout(weighed) => {
                        WeightedSendError::Timeout(weighed.message)
                    }
                    SendTimeoutError::Disconnected(weighed) => {
                        WeightedSendError::Disconnected(weighed.message)
                    }
                }
            })
    }

    fn try_send(&self, message: T) -> Result<(), WeightedSendError<T>> {
        let weight = (self.weigh)(&message);
        match self.gate.enter(weight) {
            Admission::Inside => {}
            Admission::TooHeavy => return Err(WeightedSendError::TooHeavy(message)),
            Admission::Closed => return Err(WeightedSendError::Disconnected(message)),
            Admission::Wait => return Err(WeightedSendError::Full(message)),
        }
        self.channel
            .try_send(Weighed { message, weight })
            .map_err(|refused| {
                self.gate.leave(weight);
                match refused {
                    TrySendError::Full(weighed) => WeightedSendError::Full(weighed.message),
                    TrySendError::Disconnected(weighed) => {
                        WeightedSendError::Disconnected(weighed.message)
                    }
                }
            })
    }

    fn received(&self, weighed: Weighed<T>) -> T {
        self.gate.leave(weighed.weight);
        weighed.message
    }

    fn recv(&self, deadline: Option<Instant>) -> Result<T, RecvTimeoutError> {
        let weighed = self.channel.recv(deadline)?;
        Ok(self.received(weighed))
    }

    fn close(&self) -> bool {
        let was_open = self.channel.close_for_all();
        self.gate.close();
        was_open
    }
}

impl<T> Ends for Weighted<T> {
    fn close_for_senders(&self) {
        self.channel.close_for_senders();
    }

    fn close_for_receivers(&self) {
        self.gate.close();
        self.channel.close_for_receivers();
    }
}
