//! [`Receiver`]: the end that receives.

use std::fmt;
use std::panic::{RefUnwindSafe, UnwindSafe};
use std::time::Duration;

use super::error::{RecvError, RecvTimeoutError, TryRecvError};
use super::iter::{IntoIter, Iter, TryIter};
use super::shared::{Handle, RecvEnd};
use crate::sync::{Instant, deadline_after};

/// The receiving end of a channel made by [`bounded`](crate::bounded).
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
    channel: Handle<T, RecvEnd>,
}

// A panic comes out of a message's own `Drop`, and finds the channel consistent.
impl<T> UnwindSafe for Receiver<T> {}
impl<T> RefUnwindSafe for Receiver<T> {}

impl<T> Receiver<T> {
    pub(super) fn new(channel: Handle<T, RecvEnd>) -> Self {
        Self { channel }
    }

    /// Receives if there is a message now.
    ///
    /// Waits for nobody, but for a sender that was suspended in the middle of
    /// writing the very message that is next. A send that happened before the call
    /// is never missed.
    ///
    /// # Errors
    ///
    /// [`TryRecvError::Empty`] if the channel was empty at a moment during the
    /// call, [`TryRecvError::Disconnected`] if it is empty and every sender gone.
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
        self.channel.try_recv()
    }

    /// Receives, waiting for a message for as long as it takes.
    ///
    /// # Errors
    ///
    /// If the channel is empty and every sender gone, also if the last one goes
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
        self.channel.recv(None).map_err(|_| RecvError)
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
        self.channel.recv(deadline_after(timeout))
    }

    /// Receives, waiting for a message until `deadline`.
    ///
    /// If there is a message at once, it is received even where the deadline
    /// has passed.
    ///
    /// # Errors
    ///
    /// [`RecvTimeoutError::Timeout`] if there was no message in time,
    /// [`RecvTimeoutError::Disconnected`] if the channel is empty and every
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
        self.channel.recv(Some(deadline))
    }

    /// Whether the channel was empty at one moment during the call.
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
        self.channel.ring.is_empty()
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
        self.channel.ring.is_full()
    }

    /// How many messages are in the channel, those just being sent included.
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
        self.channel.ring.len()
    }

    /// How many messages the channel can hold: always `Some`, as the channel is
    /// bounded.
    ///
    /// # Examples
    ///
    /// ```
    /// let (_sender, receiver) = queue_core::bounded::<u8>(10);
    /// assert_eq!(receiver.capacity(), Some(10));
    /// ```
    #[must_use]
    pub fn capacity(&self) -> Option<usize> {
        Some(self.channel.ring.capacity())
    }

    /// The messages as they come, waiting for each, until the channel is empty
    /// and every sender gone.
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
        self.channel.same_channel(&other.channel)
    }
}

impl<T> Clone for Receiver<T> {
    fn clone(&self) -> Self {
        Self::new(self.channel.clone())
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
