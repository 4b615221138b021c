//! [`Receiver`]: the end that receives.

use std::fmt;
use std::panic::{RefUnwindSafe, UnwindSafe};
use std::time::Duration;

use super::buffered::Buffered;
use super::error::{RecvError, RecvNowError, RecvTimeoutError, TryRecvError};
use super::iter::{IntoIter, Iter, TryIter};
use super::rendezvous::Rendezvous;
use super::shared::{Handle, RecvEnd};
use super::timer::{Never, Timer};
use crate::blocks::Blocks;
use crate::ring::HeapRing;
use crate::sync::{Instant, deadline_after};

/// The receiving end of a channel made by [`bounded`](crate::bounded) or
/// [`unbounded`](crate::unbounded), or on which time sends
/// ([`after`](crate::after), [`at`](crate::at), [`tick`](crate::tick)), or nobody
/// ([`never`](crate::never())).
///
/// Clones and references receive from the same channel; each message goes to
/// one of them. When the last receiver is dropped, senders are told that the
/// channel is disconnected, and the messages in it are dropped. That drop waits
/// (spins, then yields) for a sender that was suspended in the middle of writing
/// one of them. If dropping a message panics, the rest is leaked. A receiver that is given to [`std::mem::forget`]
/// counts as alive for ever: senders go on waiting.
///
/// # Examples
///
/// ```
/// let (sender, receiver) = queue_core::bounded(4);
/// sender.send("hello").unwrap();
/// sender.send("world").unwrap();
/// drop(sender);
/// assert_eq!(receiver.iter().collect::<Vec<_>>(), ["hello", "world"]);
/// ```
pub struct Receiver<T> {
    pub(super) channel: Source<T>,
}

/// The channel, by kind.
pub(super) enum Source<T> {
    Bounded(Handle<Buffered<HeapRing<T>>, RecvEnd>),
    Unbounded(Handle<Buffered<Blocks<T>>, RecvEnd>),
    Rendezvous(Handle<Rendezvous<T>, RecvEnd>),
    /// And what its messages are: points in time, but that is known only where it is made.
    Timer(Handle<Timer, RecvEnd>, fn(Instant) -> T),
    Never(Never),
}

/// Has the channel do what every kind does.
macro_rules! delegate {
    ($receiver:expr, $channel:ident => $call:expr) => {
        match &$receiver.channel {
            Source::Bounded($channel) => $call,
            Source::Unbounded($channel) => $call,
            Source::Rendezvous($channel) => $call,
            Source::Timer($channel, _) => $call,
            Source::Never($channel) => $call,
        }
    };
}

mod batch;
mod ends;

// A panic comes out of a message's own `Drop`, and finds the channel consistent.
impl<T> UnwindSafe for Receiver<T> {}
impl<T> RefUnwindSafe for Receiver<T> {}

impl<T> Receiver<T> {
    pub(super) const fn new(channel: Source<T>) -> Self {
        Self { channel }
    }

    /// Receives if there is a message now.
    ///
    /// Waits for nobody, but for a sender that was suspended in the middle of
    /// writing the very message that is next; and, where the capacity is 0, for a select that has
    /// been waiting to send and now makes its message. A send that happened before the call
    /// is never missed, unless it comes after a place that is in somebody's hands still (a
    /// [`WriteSlot`](crate::WriteSlot), a selected send): there is nothing to receive before that.
    ///
    /// # Errors
    ///
    /// [`TryRecvError::Empty`] if the channel was empty at a moment during the
    /// call, or the next place is in somebody's hands, [`TryRecvError::Disconnected`] if it is empty, and closed or every sender gone.
    ///
    /// # Examples
    ///
    /// ```
    /// use queue_core::{TryRecvError, bounded};
    ///
    /// let (sender, receiver) = bounded(1);
    /// assert_eq!(receiver.try_recv(), Err(TryRecvError::Empty));
    /// sender.send(1).unwrap();
    /// drop(sender);
    /// assert_eq!(receiver.try_recv(), Ok(1));
    /// assert_eq!(receiver.try_recv(), Err(TryRecvError::Disconnected));
    /// ```
    #[inline]
    pub fn try_recv(&self) -> Result<T, TryRecvError> {
        match &self.channel {
            Source::Bounded(channel) => channel.try_recv(),
            _ => self.try_recv_elsewhere(),
        }
    }

    /// Receives, waiting for a message for as long as it takes.
    ///
    /// # Errors
    ///
    /// If the channel is empty, and closed or every sender gone, also if that happens
    /// while this call waits.
    ///
    /// # Examples
    ///
    /// ```
    /// use queue_core::{RecvError, bounded};
    ///
    /// let (sender, receiver) = bounded(1);
    /// sender.send(1).unwrap();
    /// drop(sender);
    /// assert_eq!(receiver.recv(), Ok(1));
    /// assert_eq!(receiver.recv(), Err(RecvError));
    /// ```
    #[inline]
    pub fn recv(&self) -> Result<T, RecvError> {
        self.recv_until(None).map_err(|_| RecvError)
    }

    /// Receives, waiting for a message for `timeout` at most.
    ///
    /// A timeout beyond the range of the clock waits without limit.
    ///
    /// # Errors
    ///
    /// As [`recv_deadline`](Self::recv_deadline).
    ///
    /// # Examples
    ///
    /// ```
    /// use std::time::Duration;
    /// use queue_core::{RecvTimeoutError, bounded};
    ///
    /// let (_sender, receiver) = bounded::<u8>(1);
    /// let patience = Duration::from_millis(1);
    /// assert_eq!(receiver.recv_timeout(patience), Err(RecvTimeoutError::Timeout));
    /// ```
    #[inline]
    pub fn recv_timeout(&self, timeout: Duration) -> Result<T, RecvTimeoutError> {
        self.recv_until(deadline_after(timeout))
    }

    /// Receives, waiting for a message until `deadline`.
    ///
    /// If there is a message at once, it is received even where the deadline
    /// has passed.
    ///
    /// # Errors
    ///
    /// [`RecvTimeoutError::Timeout`] if there was no message in time,
    /// [`RecvTimeoutError::Disconnected`] if the channel is empty, and closed or every
    /// sender gone.
    ///
    /// # Examples
    ///
    /// ```
    /// use std::time::Instant;
    /// use queue_core::{RecvTimeoutError, bounded};
    ///
    /// let (sender, receiver) = bounded(1);
    /// sender.send(1).unwrap();
    /// assert_eq!(receiver.recv_deadline(Instant::now()), Ok(1));
    /// assert_eq!(receiver.recv_deadline(Instant::now()), Err(RecvTimeoutError::Timeout));
    /// ```
    #[inline]
    pub fn recv_deadline(&self, deadline: Instant) -> Result<T, RecvTimeoutError> {
        self.recv_until(Some(deadline))
    }

    /// Receives if that takes no waiting at all, not even for a sender that is in the middle of its
    /// operation.
    ///
    /// Where a sender sleeps, it is woken; see [`Sender::try_send_now`](crate::Sender::try_send_now),
    /// which says what that takes.
    ///
    /// # Errors
    ///
    /// [`RecvNowError::Empty`] or [`RecvNowError::Disconnected`] where [`try_recv`](Self::try_recv) says
    /// so, and [`RecvNowError::Busy`] where that would wait. An unbounded channel
    /// passes over a message that is still being sent, which then comes later, and says `Busy` only while a peer is
    /// moving on to the next block. At capacity 0 the offer of
    /// a select is always `Busy`, as its message is made when it has been accepted: who polls by this call alone
    /// never gets it.
    ///
    /// # Examples
    ///
    /// ```
    /// use queue_core::{RecvNowError, bounded};
    ///
    /// let (sender, receiver) = bounded(1);
    /// assert_eq!(receiver.try_recv_now(), Err(RecvNowError::Empty));
    /// sender.send(1).unwrap();
    /// assert_eq!(receiver.try_recv_now(), Ok(1));
    /// ```
    #[inline]
    pub fn try_recv_now(&self) -> Result<T, RecvNowError> {
        match &self.channel {
            Source::Bounded(channel) => channel.try_recv_now(),
            Source::Unbounded(channel) => channel.try_recv_now(),
            Source::Rendezvous(channel) => channel.try_recv_now(),
            Source::Timer(channel, of_instant) => channel
                .try_recv()
                .map(of_instant)
                .map_err(|_| RecvNowError::Empty),
            Source::Never(_) => Err(RecvNowError::Empty),
        }
    }

    /// Whether the channel was empty, in the sense of [`len`](Self::len), at one moment during the
    /// call.
    ///
    /// # Examples
    ///
    /// ```
    /// let (sender, receiver) = queue_core::bounded(1);
    /// assert!(receiver.is_empty());
    /// sender.send(1).unwrap();
    /// assert!(!receiver.is_empty());
    /// ```
    #[must_use]
    pub fn is_empty(&self) -> bool {
        delegate!(self, channel => channel.is_empty())
    }

    /// Whether the channel was full at one moment during the call.
    ///
    /// # Examples
    ///
    /// ```
    /// let (sender, receiver) = queue_core::bounded(1);
    /// assert!(!receiver.is_full());
    /// sender.send(1).unwrap();
    /// assert!(receiver.is_full());
    /// ```
    #[must_use]
    pub fn is_full(&self) -> bool {
        delegate!(self, channel => channel.is_full())
    }

    /// How many messages are in the channel, those just being sent included, and those for which a
    /// selected send or a [`WriteSlot`](crate::WriteSlot) has room.
    ///
    /// The count of one moment during the call, never more than the capacity. It
    /// synchronises nothing.
    ///
    /// # Examples
    ///
    /// ```
    /// let (sender, receiver) = queue_core::bounded(10);
    /// sender.send(1).unwrap();
    /// assert_eq!(receiver.len(), 1);
    /// ```
    #[must_use]
    pub fn len(&self) -> usize {
        delegate!(self, channel => channel.len())
    }

    /// How many messages the channel can hold; `None` if there is no limit.
    ///
    /// # Examples
    ///
    /// ```
    /// let (_sender, receiver) = queue_core::bounded::<u8>(10);
    /// assert_eq!(receiver.capacity(), Some(10));
    /// ```
    #[must_use]
    pub fn capacity(&self) -> Option<usize> {
        delegate!(self, channel => channel.capacity())
    }

    /// The messages as they come, waiting for each, until the channel is empty,
    /// and closed or every sender gone.
    ///
    /// # Examples
    ///
    /// ```
    /// let (sender, receiver) = queue_core::bounded(4);
    /// std::thread::spawn(move || (1..=3).for_each(|n| sender.send(n).unwrap()));
    /// assert_eq!(receiver.iter().collect::<Vec<_>>(), [1, 2, 3]);
    /// ```
    pub fn iter(&self) -> Iter<'_, T> {
        Iter::new(self)
    }

    /// The messages that are there, without waiting: ends where the channel is
    /// found empty.
    ///
    /// # Examples
    ///
    /// ```
    /// let (sender, receiver) = queue_core::bounded(4);
    /// sender.send(1).unwrap();
    /// sender.send(2).unwrap();
    /// assert_eq!(receiver.try_iter().collect::<Vec<_>>(), [1, 2]);
    /// ```
    pub fn try_iter(&self) -> TryIter<'_, T> {
        TryIter::new(self)
    }

    /// Whether both receive from the same channel.
    ///
    /// # Examples
    ///
    /// ```
    /// let (_sender, one) = queue_core::bounded::<u8>(1);
    /// let (_sender, other) = queue_core::bounded::<u8>(1);
    /// assert!(one.same_channel(&one.clone()));
    /// assert!(!one.same_channel(&other));
    /// ```
    #[must_use]
    pub fn same_channel(&self, other: &Self) -> bool {
        match (&self.channel, &other.channel) {
            (Source::Bounded(one), Source::Bounded(other)) => one.same_channel(other),
            (Source::Unbounded(one), Source::Unbounded(other)) => one.same_channel(other),
            (Source::Rendezvous(one), Source::Rendezvous(other)) => one.same_channel(other),
            (Source::Timer(one, _), Source::Timer(other, _)) => one.same_channel(other),
            (Source::Never(_), Source::Never(_)) => true,
            _ => false,
        }
    }

    #[inline(always)]
    fn recv_until(&self, deadline: Option<Instant>) -> Result<T, RecvTimeoutError> {
        match &self.channel {
            Source::Bounded(channel) => channel.recv(deadline),
            _ => self.recv_elsewhere(deadline),
        }
    }

    /// Apart, so that what is inlined into the caller is the bounded channel's short way; and each
    /// kind by itself, as large messages make large frames.
    fn recv_elsewhere(&self, deadline: Option<Instant>) -> Result<T, RecvTimeoutError> {
        match &self.channel {
            Source::Bounded(channel) => channel.recv_outlined(deadline),
            Source::Unbounded(channel) => channel.recv_outlined(deadline),
            Source::Rendezvous(channel) => channel.recv(deadline),
            Source::Timer(channel, of_instant) => channel.recv(deadline).map(of_instant),
            Source::Never(channel) => Err(channel.recv(deadline)),
        }
    }

    fn try_recv_elsewhere(&self) -> Result<T, TryRecvError> {
        match &self.channel {
            Source::Bounded(channel) => channel.try_recv_outlined(),
            Source::Unbounded(channel) => channel.try_recv_outlined(),
            Source::Rendezvous(channel) => channel.try_recv(),
            Source::Timer(channel, of_instant) => channel.try_recv().map(of_instant),
            Source::Never(_) => Err(TryRecvError::Empty),
        }
    }
}

impl<T> Clone for Receiver<T> {
    fn clone(&self) -> Self {
        Self::new(match &self.channel {
            Source::Bounded(channel) => Source::Bounded(channel.clone()),
            Source::Unbounded(channel) => Source::Unbounded(channel.clone()),
            Source::Rendezvous(channel) => Source::Rendezvous(channel.clone()),
            Source::Timer(channel, of_instant) => Source::Timer(channel.clone(), *of_instant),
            Source::Never(never) => Source::Never(*never),
        })
    }
}

impl<T> fmt::Debug for Receiver<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad("Receiver { .. }")
    }
}

impl<'a, T> IntoIterator for &'a Receiver<T> {
    type Item = T;
    type IntoIter = Iter<'a, T>;

    fn into_iter(self) -> Iter<'a, T> {
        self.iter()
    }
}

impl<T> IntoIterator for Receiver<T> {
    type Item = T;
    type IntoIter = IntoIter<T>;

    fn into_iter(self) -> IntoIter<T> {
        IntoIter::new(self)
    }
}
