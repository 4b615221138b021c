//! Handles that keep neither end of a channel open.

use std::fmt;
use std::panic::{RefUnwindSafe, UnwindSafe};

use super::buffered::Buffered;
use super::receiver::{Receiver, Source};
use super::rendezvous::Rendezvous;
use super::sender::{Sender, Target};
use super::shared::{RecvEnd, SendEnd, WeakHandle};
use super::timer::{Never, Timer};
use crate::blocks::Blocks;
use crate::ring::HeapRing;
use crate::sync::Instant;

/// A sender that does not keep its end of the channel open. Made by [`Sender::downgrade`].
///
/// While any [`Sender`] is there, [`upgrade`](Self::upgrade) makes one more. An end whose last handle has gone
/// does not come back. A weak handle keeps no message and no slot in memory, only the fixed part of the channel, in
/// which its handles are counted.
///
/// # Examples
///
/// ```
/// let (sender, receiver) = queue_core::bounded(2);
/// let weak: queue_core::WeakSender<&str> = sender.downgrade();
/// weak.upgrade().unwrap().send("while there is a sender").unwrap();
/// drop(sender);
/// assert!(weak.upgrade().is_none());
/// assert_eq!(receiver.iter().count(), 1);
/// ```
pub struct WeakSender<T> {
    channel: WeakTarget<T>,
}

enum WeakTarget<T> {
    Bounded(WeakHandle<Buffered<HeapRing<T>>, SendEnd>),
    Unbounded(WeakHandle<Buffered<Blocks<T>>, SendEnd>),
    Rendezvous(WeakHandle<Rendezvous<T>, SendEnd>),
}

/// A receiver that does not keep its end of the channel open. Made by [`Receiver::downgrade`].
///
/// While any [`Receiver`] is there, [`upgrade`](Self::upgrade) makes one more. An end whose last handle has gone
/// does not come back. It keeps as little in memory as a [`WeakSender`].
///
/// # Examples
///
/// ```
/// let (sender, receiver) = queue_core::bounded(2);
/// let weak: queue_core::WeakReceiver<i32> = receiver.downgrade();
/// sender.send(1).unwrap();
/// assert_eq!(weak.upgrade().unwrap().recv(), Ok(1));
/// drop(receiver);
/// assert!(weak.upgrade().is_none());
/// assert!(sender.send(2).is_err());
/// ```
pub struct WeakReceiver<T> {
    channel: WeakSource<T>,
}

enum WeakSource<T> {
    Bounded(WeakHandle<Buffered<HeapRing<T>>, RecvEnd>),
    Unbounded(WeakHandle<Buffered<Blocks<T>>, RecvEnd>),
    Rendezvous(WeakHandle<Rendezvous<T>, RecvEnd>),
    Timer(WeakHandle<Timer, RecvEnd>, fn(Instant) -> T),
    Never(Never),
}

// As the handles that they make.
impl<T> UnwindSafe for WeakSender<T> {}
impl<T> RefUnwindSafe for WeakSender<T> {}
impl<T> UnwindSafe for WeakReceiver<T> {}
impl<T> RefUnwindSafe for WeakReceiver<T> {}

impl<T> WeakSender<T> {
    pub(super) fn of(sender: &Sender<T>) -> Self {
        Self {
            channel: match &sender.channel {
                Target::Bounded(channel) => WeakTarget::Bounded(channel.downgrade()),
                Target::Unbounded(channel) => WeakTarget::Unbounded(channel.downgrade()),
                Target::Rendezvous(channel) => WeakTarget::Rendezvous(channel.downgrade()),
            },
        }
    }

    /// A sender into the same channel, if there is any left. It does not wait.
    ///
    /// # Examples
    ///
    /// ```
    /// let (sender, _receiver) = queue_core::bounded::<u8>(1);
    /// let weak = sender.downgrade();
    /// let another = weak.upgrade().unwrap();
    /// drop(sender);
    /// assert!(weak.upgrade().is_some());
    /// drop(another);
    /// assert!(weak.upgrade().is_none());
    /// ```
    #[must_use]
    pub fn upgrade(&self) -> Option<Sender<T>> {
        Some(Sender::new(match &self.channel {
            WeakTarget::Bounded(channel) => Target::Bounded(channel.upgrade()?),
            WeakTarget::Unbounded(channel) => Target::Unbounded(channel.upgrade()?),
            WeakTarget::Rendezvous(channel) => Target::Rendezvous(channel.upgrade()?),
        }))
    }

    /// Whether both belong to the same channel.
    ///
    /// # Examples
    ///
    /// ```
    /// let (sender, _receiver) = queue_core::bounded::<u8>(1);
    /// assert!(sender.downgrade().same_channel(&sender.clone().downgrade()));
    /// ```
    #[must_use]
    pub fn same_channel(&self, other: &Self) -> bool {
        match (&self.channel, &other.channel) {
            (WeakTarget::Bounded(one), WeakTarget::Bounded(other)) => one.same_channel(other),
            (WeakTarget::Unbounded(one), WeakTarget::Unbounded(other)) => one.same_channel(other),
            (WeakTarget::Rendezvous(one), WeakTarget::Rendezvous(other)) => one.same_channel(other),
            _ => false,
        }
    }
}

impl<T> WeakReceiver<T> {
    pub(super) fn of(receiver: &Receiver<T>) -> Self {
        Self {
            channel: match &receiver.channel {
                Source::Bounded(channel) => WeakSource::Bounded(channel.downgrade()),
                Source::Unbounded(channel) => WeakSource::Unbounded(channel.downgrade()),
                Source::Rendezvous(channel) => WeakSource::Rendezvous(channel.downgrade()),
                Source::Timer(channel, of_instant) => {
                    WeakSource::Timer(channel.downgrade(), *of_instant)
                }
                Source::Never(never) => WeakSource::Never(*never),
            },
        }
    }

    /// A receiver from the same channel, if there is any left. It does not wait.
    ///
    /// # Examples
    ///
    /// ```
    /// let (_sender, receiver) = queue_core::bounded::<u8>(1);
    /// let weak = receiver.downgrade();
    /// let another = weak.upgrade().unwrap();
    /// drop(receiver);
    /// assert!(weak.upgrade().is_some());
    /// drop(another);
    /// assert!(weak.upgrade().is_none());
    /// ```
    #[must_use]
    pub fn upgrade(&self) -> Option<Receiver<T>> {
        Some(Receiver::new(match &self.channel {
            WeakSource::Bounded(channel) => Source::Bounded(channel.upgrade()?),
            WeakSource::Unbounded(channel) => Source::Unbounded(channel.upgrade()?),
            WeakSource::Rendezvous(channel) => Source::Rendezvous(channel.upgrade()?),
            WeakSource::Timer(channel, of_instant) => {
                Source::Timer(channel.upgrade()?, *of_instant)
            }
            WeakSource::Never(never) => Source::Never(*never),
        }))
    }

    /// Whether both belong to the same channel.
    ///
    /// # Examples
    ///
    /// ```
    /// let (_sender, receiver) = queue_core::bounded::<u8>(1);
    /// assert!(receiver.downgrade().same_channel(&receiver.clone().downgrade()));
    /// ```
    #[must_use]
    pub fn same_channel(&self, other: &Self) -> bool {
        match (&self.channel, &other.channel) {
            (WeakSource::Bounded(one), WeakSource::Bounded(other)) => one.same_channel(other),
            (WeakSource::Unbounded(one), WeakSource::Unbounded(other)) => one.same_channel(other),
            (WeakSource::Rendezvous(one), WeakSource::Rendezvous(other)) => one.same_channel(other),
            (WeakSource::Timer(one, _), WeakSource::Timer(other, _)) => one.same_channel(other),
            (WeakSource::Never(_), WeakSource::Never(_)) => true,
            _ => false,
        }
    }
}

impl<T> Clone for WeakSender<T> {
    fn clone(&self) -> Self {
        Self {
            channel: match &self.channel {
                WeakTarget::Bounded(channel) => WeakTarget::Bounded(channel.clone()),
                WeakTarget::Unbounded(channel) => WeakTarget::Unbounded(channel.clone()),
                WeakTarget::Rendezvous(channel) => WeakTarget::Rendezvous(channel.clone()),
            },
        }
    }
}

impl<T> Clone for WeakReceiver<T> {
    fn clone(&self) -> Self {
        Self {
            channel: match &self.channel {
                WeakSource::Bounded(channel) => WeakSource::Bounded(channel.clone()),
                WeakSource::Unbounded(channel) => WeakSource::Unbounded(channel.clone()),
                WeakSource::Rendezvous(channel) => WeakSource::Rendezvous(channel.clone()),
                WeakSource::Timer(channel, of_instant) => {
                    WeakSource::Timer(channel.clone(), *of_instant)
                }
                WeakSource::Never(never) => WeakSource::Never(*never),
            },
        }
    }
}

impl<T> fmt::Debug for WeakSender<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad("WeakSender { .. }")
    }
}

impl<T> fmt::Debug for WeakReceiver<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad("WeakReceiver { .. }")
    }
}
