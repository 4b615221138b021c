//! [`StaticChannel`]: a channel with its slots in a static.

use std::fmt;
use std::panic::{RefUnwindSafe, UnwindSafe};

use super::buffered::Buffered;
use super::counters::Setup;
use super::receiver::{Receiver, Source};
use super::sender::{Sender, Target};
use super::shared::Shared;
use crate::ring::{HeapRing, Inline};
use crate::sync::OnceLock;

/// A channel of `N` messages that lies in a `static`: the channel itself allocates nothing, and is reached from
/// everywhere.
///
/// Its ends are those of [`bounded`](crate::bounded), with the same guarantees and the same speed, and can wait
/// and be selected as those can. The static counts as one handle of each end for ever: the channel is
/// never disconnected, and ends only by [`close`](Sender::close), after which it cannot be opened again. What is in
/// it is never dropped.
///
/// It is not for interrupt handlers: who wakes a peer takes a lock.
///
/// # Examples
///
/// ```
/// use queue_core::StaticChannel;
///
/// static JOBS: StaticChannel<u32, 16> = StaticChannel::new();
///
/// let worker = std::thread::spawn(|| JOBS.receiver().iter().sum::<u32>());
/// JOBS.sender().send_batch(1..=100).unwrap();
/// JOBS.sender().close();
/// assert_eq!(worker.join().unwrap(), 5050);
/// ```
///
/// Without room for any message it does not compile:
///
/// ```compile_fail
/// static NOTHING: queue_core::StaticChannel<u16, 0> = queue_core::StaticChannel::new();
/// ```
pub struct StaticChannel<T, const N: usize> {
    slots: Inline<T, N>,
    /// Made when it is first asked for an end, over the slots, which lie still in a static.
    shared: OnceLock<Shared<Buffered<HeapRing<T>>>>,
}

// As its ends.
impl<T, const N: usize> UnwindSafe for StaticChannel<T, N> {}
impl<T, const N: usize> RefUnwindSafe for StaticChannel<T, N> {}

impl<T, const N: usize> StaticChannel<T, N> {
    /// Makes an empty channel. It does not compile where `N` is zero, or too large.
    ///
    /// # Examples
    ///
    /// ```
    /// static CHANNEL: queue_core::StaticChannel<u8, 4> = queue_core::StaticChannel::new();
    /// assert_eq!(CHANNEL.sender().capacity(), Some(4));
    /// ```
    #[must_use]
    pub const fn new() -> Self {
        Self {
            slots: Inline::new(),
            shared: OnceLock::new(),
        }
    }

    /// A sender into the channel. Keep it where speed matters: this asks whether the channel has been used before.
    ///
    /// # Examples
    ///
    /// ```
    /// static CHANNEL: queue_core::StaticChannel<u8, 4> = queue_core::StaticChannel::new();
    /// CHANNEL.sender().send(1).unwrap();
    /// assert_eq!(CHANNEL.receiver().recv(), Ok(1));
    /// ```
    #[must_use]
    pub fn sender(&'static self) -> Sender<T> {
        Sender::new(Target::Bounded(self.shared().handle()))
    }

    /// A receiver from the channel. As [`sender`](Self::sender).
    ///
    /// That all senders are dropped does not disconnect it: it goes on waiting, and its iterator has no end, until
    /// the channel is [closed](Receiver::close). It then stays closed.
    ///
    /// # Examples
    ///
    /// ```
    /// use queue_core::TryRecvError;
    ///
    /// static CHANNEL: queue_core::StaticChannel<u8, 4> = queue_core::StaticChannel::new();
    /// assert_eq!(CHANNEL.receiver().try_recv(), Err(TryRecvError::Empty));
    /// ```
    #[must_use]
    pub fn receiver(&'static self) -> Receiver<T> {
        Receiver::new(Source::Bounded(self.shared().handle()))
    }

    fn shared(&'static self) -> &'static Shared<Buffered<HeapRing<T>>> {
        self.shared.get_or_init(|| {
            let ring = HeapRing::over_static(&self.slots);
            Shared::new(Buffered::new(ring, Setup::usual()), false)
        })
    }
}

impl<T, const N: usize> Default for StaticChannel<T, N> {
    fn default() -> Self {
        Self::new()
    }
}

impl<T, const N: usize> fmt::Debug for StaticChannel<T, N> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad("StaticChannel { .. }")
    }
}
