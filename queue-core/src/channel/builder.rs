//! [`Builder`]: a channel with a choice.

use super::counters::{Counters, Setup};
use super::receiver::Receiver;
use super::sender::Sender;
use super::{bounded_as, unbounded_as};
use crate::wait::Waiting;

/// Makes channels that are not like most: how each end waits, and whether it counts.
///
/// What is not chosen is as [`bounded`](crate::bounded) and [`unbounded`](crate::unbounded) make it, at
/// the same cost.
///
/// # Examples
///
/// ```
/// use queue_core::{Builder, Waiting};
///
/// let (sender, receiver) = Builder::new()
///     .receivers_wait(Waiting::Spin)
///     .with_stats()
///     .bounded(1024);
/// sender.send("market data").unwrap();
/// assert_eq!(receiver.recv(), Ok("market data"));
/// assert_eq!(receiver.stats().unwrap().wakes, 0);
/// ```
#[derive(Clone, Copy, Debug, Default)]
#[must_use]
pub struct Builder {
    senders: Waiting,
    receivers: Waiting,
    counts: bool,
}

impl Builder {
    /// Channels like most.
    ///
    /// # Examples
    ///
    /// ```
    /// let (sender, receiver) = queue_core::Builder::new().bounded(1);
    /// sender.send(1).unwrap();
    /// assert_eq!(receiver.recv(), Ok(1));
    /// ```
    pub const fn new() -> Self {
        Self {
            senders: Waiting::Park,
            receivers: Waiting::Park,
            counts: false,
        }
    }

    /// How senders wait for room, those that will be cloned, too.
    ///
    /// # Examples
    ///
    /// ```
    /// use queue_core::{Builder, Waiting};
    ///
    /// let (sender, _receiver) = Builder::new().senders_wait(Waiting::Spin).bounded(1);
    /// sender.send(1).unwrap();
    /// ```
    pub const fn senders_wait(mut self, waiting: Waiting) -> Self {
        self.senders = waiting;
        self
    }

    /// How receivers wait for messages, those that will be cloned, too.
    ///
    /// # Examples
    ///
    /// ```
    /// use queue_core::{Builder, Waiting};
    ///
    /// let (sender, receiver) = Builder::new().receivers_wait(Waiting::Yield).unbounded();
    /// sender.send(1).unwrap();
    /// assert_eq!(receiver.recv(), Ok(1));
    /// ```
    pub const fn receivers_wait(mut self, waiting: Waiting) -> Self {
        self.receivers = waiting;
        self
    }

    /// Counts what happens; see [`Stats`](crate::Stats). Each send then also asks how many messages there
    /// are, and takes a lock that is held for a few stores. Other channels pay nothing for it.
    ///
    /// # Examples
    ///
    /// ```
    /// let (sender, _receiver) = queue_core::Builder::new().with_stats().bounded(2);
    /// sender.send(1).unwrap();
    /// assert_eq!(sender.stats().unwrap().high_water_mark, 1);
    /// let (sender, _receiver) = queue_core::bounded::<u8>(2);
    /// assert!(sender.stats().is_none());
    /// ```
    pub const fn with_stats(mut self) -> Self {
        self.counts = true;
        self
    }

    /// Makes a channel that holds up to `capacity` messages, as [`bounded`](crate::bounded).
    ///
    /// # Panics
    ///
    /// As `bounded`.
    ///
    /// # Examples
    ///
    /// ```
    /// let (sender, _receiver) = queue_core::Builder::new().bounded::<u8>(3);
    /// assert_eq!(sender.capacity(), Some(3));
    /// ```
    #[must_use]
    #[track_caller]
    pub fn bounded<T>(self, capacity: usize) -> (Sender<T>, Receiver<T>) {
        bounded_as(self.setup(), capacity)
    }

    /// Makes a channel that holds any number of messages, as [`unbounded`](crate::unbounded).
    ///
    /// # Examples
    ///
    /// ```
    /// let (sender, _receiver) = queue_core::Builder::new().unbounded::<u8>();
    /// assert_eq!(sender.capacity(), None);
    /// ```
    #[must_use]
    pub fn unbounded<T>(self) -> (Sender<T>, Receiver<T>) {
        unbounded_as(self.setup())
    }

    fn setup(self) -> Setup {
        Setup {
            senders: self.senders,
            receivers: self.receivers,
            counters: if self.counts {
                Counters::new()
            } else {
                Counters::none()
            },
            lone: &[],
        }
    }
}
