//! [`LoneReceiver`]: the only handle of the end that receives.

use std::cell::Cell;
use std::fmt;
use std::marker::PhantomData;
use std::panic::{RefUnwindSafe, UnwindSafe};
use std::time::Duration;

use crate::channel::buffered::Buffered;
use crate::channel::error::{RecvError, RecvNowError, RecvTimeoutError, TryRecvError};
use crate::channel::iter::{IntoIter, Iter, TryIter};
use crate::channel::shared::{Handle, RecvEnd, SendEnd};
use crate::ring::HeapRing;
use crate::sync::{Instant, deadline_after};

mod awaiting;
mod batch;

/// The only receiver of its channel: the [`spsc::Receiver`](crate::spsc::Receiver) or the [`mpsc::Receiver`](crate::mpsc::Receiver).
///
/// It can be sent to another thread, and is neither cloned nor shared; what receives takes it by exclusive reference. When
/// it is dropped, senders are told that the channel is disconnected, and the messages in it are dropped; in
/// [`mpsc`](crate::mpsc) that drop waits (spins, then yields) for a sender that was suspended in the middle of writing one of
/// them. If dropping a message panics, the rest is leaked. Given to [`std::mem::forget`] it counts as alive for ever:
/// senders go on waiting.
///
/// # Examples
///
/// ```
/// let (mut sender, receiver) = queue_core::spsc::bounded(4);
/// sender.send("hello").unwrap();
/// sender.send("world").unwrap();
/// drop(sender);
/// assert_eq!(receiver.into_iter().collect::<Vec<_>>(), ["hello", "world"]);
/// ```
pub struct LoneReceiver<T> {
    channel: Handle<Buffered<HeapRing<T>>, RecvEnd>,
    /// It is not shared, and keeps `T` as it is.
    alone: PhantomData<Cell<T>>,
}

// A panic comes out of a message's own `Drop`, and finds the channel consistent.
impl<T> UnwindSafe for LoneReceiver<T> {}
impl<T> RefUnwindSafe for LoneReceiver<T> {}

impl<T> LoneReceiver<T> {
    pub(super) fn new(channel: Handle<Buffered<HeapRing<T>>, RecvEnd>) -> Self {
        Self {
            channel,
            alone: PhantomData,
        }
    }

    /// Receives if there is a message now.
    ///
    /// Waits for nobody, but for a sender that was suspended in the middle of
    /// writing the very message that is next. A send that happened before the call is never missed, unless it comes after a
    /// place that is in somebody's hands still (a [`WriteSlot`](crate::WriteSlot) or a selected send, of [`mpsc`](crate::mpsc)).
    ///
    /// # Errors
    ///
    /// [`TryRecvError::Empty`] if the channel was empty at a moment during the call, or the next place is in somebody's hands, [`TryRecvError::Disconnected`] if it is
    /// empty, and closed or every sender gone.
    ///
    /// # Examples
    ///
    /// ```
    /// use queue_core::{TryRecvError, spsc};
    ///
    /// let (mut sender, mut receiver) = spsc::bounded(1);
    /// assert_eq!(receiver.try_recv(), Err(TryRecvError::Empty));
    /// sender.send(1).unwrap();
    /// drop(sender);
    /// assert_eq!(receiver.try_recv(), Ok(1));
    /// assert_eq!(receiver.try_recv(), Err(TryRecvError::Disconnected));
    /// ```
    #[inline]
    pub fn try_recv(&mut self) -> Result<T, TryRecvError> {
        self.channel.try_recv()
    }

    /// Receives, waiting for a message for as long as it takes.
    ///
    /// # Errors
    ///
    /// If the channel is empty, and closed or every sender gone, also if that happens while this call waits.
    ///
    /// # Examples
    ///
    /// ```
    /// use queue_core::{RecvError, spsc};
    ///
    /// let (mut sender, mut receiver) = spsc::bounded(1);
    /// sender.send(1).unwrap();
    /// drop(sender);
    /// assert_eq!(receiver.recv(), Ok(1));
    /// assert_eq!(receiver.recv(), Err(RecvError));
    /// ```
    #[inline]
    pub fn recv(&mut self) -> Result<T, RecvError> {
        Self::recv_from(&self.channel)
    }

    #[inline(always)]
    fn recv_from(channel: &Buffered<HeapRing<T>>) -> Result<T, RecvError> {
        channel.recv(None).map_err(|_| RecvError)
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
    /// use queue_core::{RecvTimeoutError, mpsc};
    ///
    /// let (_sender, mut receiver) = mpsc::bounded::<u8>(1);
    /// let patience = Duration::from_millis(1);
    /// assert_eq!(receiver.recv_timeout(patience), Err(RecvTimeoutError::Timeout));
    /// ```
    #[inline]
    pub fn recv_timeout(&mut self, timeout: Duration) -> Result<T, RecvTimeoutError> {
        self.channel.recv(deadline_after(timeout))
    }

    /// Receives, waiting for a message until `deadline`.
    ///
    /// If there is a message at once, it is received even where the deadline has passed.
    ///
    /// # Errors
    ///
    /// [`RecvTimeoutError::Timeout`] if there was no message in time, [`RecvTimeoutError::Disconnected`] if the channel is
    /// empty, and closed or every sender gone.
    ///
    /// # Examples
    ///
    /// ```
    /// use std::time::Instant;
    /// use queue_core::{RecvTimeoutError, spsc};
    ///
    /// let (mut sender, mut receiver) = spsc::bounded(1);
    /// sender.send(1).unwrap();
    /// assert_eq!(receiver.recv_deadline(Instant::now()), Ok(1));
    /// assert_eq!(receiver.recv_deadline(Instant::now()), Err(RecvTimeoutError::Timeout));
    /// ```
    #[inline]
    pub fn recv_deadline(&mut self, deadline: Instant) -> Result<T, RecvTimeoutError> {
        self.channel.recv(Some(deadline))
    }

    /// Receives if that takes no waiting at all, not even for a sender that is in the middle of its operation.
    ///
    /// Where a sender sleeps, it is woken; see [`Sender::try_send_now`](crate::Sender::try_send_now), which says what that
    /// takes.
    ///
    /// # Errors
    ///
    /// [`RecvNowError::Empty`] or [`RecvNowError::Disconnected`] where [`try_recv`](Self::try_recv) says so, and
    /// [`RecvNowError::Busy`] where that would wait.
    ///
    /// # Examples
    ///
    /// ```
    /// use queue_core::{RecvNowError, spsc};
    ///
    /// let (mut sender, mut receiver) = spsc::bounded(1);
    /// assert_eq!(receiver.try_recv_now(), Err(RecvNowError::Empty));
    /// sender.send(1).unwrap();
    /// assert_eq!(receiver.try_recv_now(), Ok(1));
    /// ```
    #[inline]
    pub fn try_recv_now(&mut self) -> Result<T, RecvNowError> {
        self.channel.try_recv_now()
    }

    /// The messages as they come, waiting for each, until the channel is empty, and closed or every sender gone.
    ///
    /// # Examples
    ///
    /// ```
    /// let (mut sender, mut receiver) = queue_core::spsc::bounded(4);
    /// std::thread::spawn(move || (1..=3).for_each(|n| sender.send(n).unwrap()));
    /// assert_eq!(receiver.iter().collect::<Vec<_>>(), [1, 2, 3]);
    /// ```
    pub fn iter(&mut self) -> Iter<'_, T, Self> {
        Iter::new(&*self.channel)
    }

    /// The messages that are there, without waiting: ends where the channel is found empty.
    ///
    /// # Examples
    ///
    /// ```
    /// let (mut sender, mut receiver) = queue_core::spsc::bounded(4);
    /// sender.send(1).unwrap();
    /// sender.send(2).unwrap();
    /// assert_eq!(receiver.try_iter().collect::<Vec<_>>(), [1, 2]);
    /// ```
    pub fn try_iter(&mut self) -> TryIter<'_, T, Self> {
        TryIter::new(&*self.channel)
    }

    /// Closes the channel: `true` if it was open.
    ///
    /// Sends fail from now on and give their messages back, those that wait, too; what was accepted is still received.
    ///
    /// # Examples
    ///
    /// ```
    /// let (mut sender, mut receiver) = queue_core::spsc::bounded(2);
    /// sender.send(1).unwrap();
    /// assert!(receiver.close());
    /// assert!(!receiver.close());
    /// assert!(sender.send(2).is_err());
    /// assert_eq!(receiver.iter().collect::<Vec<_>>(), [1]);
    /// ```
    pub fn close(&self) -> bool {
        self.channel.close_for_all()
    }

    /// Whether no message is accepted any more: the channel is closed, or every sender gone. There may be messages left to
    /// receive.
    ///
    /// # Examples
    ///
    /// ```
    /// let (sender, receiver) = queue_core::spsc::bounded::<u8>(1);
    /// assert!(!receiver.is_closed());
    /// drop(sender);
    /// assert!(receiver.is_closed());
    /// ```
    #[must_use]
    pub fn is_closed(&self) -> bool {
        self.channel.is_closed()
    }

    /// Whether the channel was empty at one moment during the call.
    ///
    /// # Examples
    ///
    /// ```
    /// let (mut sender, receiver) = queue_core::spsc::bounded(1);
    /// assert!(receiver.is_empty());
    /// sender.send(1).unwrap();
    /// assert!(!receiver.is_empty());
    /// ```
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.channel.is_empty()
    }

    /// Whether the channel was full at one moment during the call.
    ///
    /// # Examples
    ///
    /// ```
    /// let (mut sender, receiver) = queue_core::spsc::bounded(1);
    /// assert!(!receiver.is_full());
    /// sender.send(1).unwrap();
    /// assert!(receiver.is_full());
    /// ```
    #[must_use]
    pub fn is_full(&self) -> bool {
        self.channel.is_full()
    }

    /// How many messages are in the channel; in [`mpsc`](crate::mpsc) as [`Receiver::len`](crate::Receiver::len) counts.
    ///
    /// The count of one moment during the call, never more than the capacity. It synchronises nothing.
    ///
    /// # Examples
    ///
    /// ```
    /// let (mut sender, receiver) = queue_core::spsc::bounded(10);
    /// sender.send(1).unwrap();
    /// assert_eq!(receiver.len(), 1);
    /// ```
    #[must_use]
    pub fn len(&self) -> usize {
        self.channel.len()
    }

    /// How many messages the channel can hold: always `Some`.
    ///
    /// # Examples
    ///
    /// ```
    /// let (_sender, receiver) = queue_core::spsc::bounded::<u8>(10);
    /// assert_eq!(receiver.capacity(), Some(10));
    /// ```
    #[must_use]
    pub fn capacity(&self) -> Option<usize> {
        self.channel.capacity()
    }

    /// How many senders the channel has, of one moment during the call. It synchronises nothing.
    ///
    /// # Examples
    ///
    /// ```
    /// let (sender, receiver) = queue_core::mpsc::bounded::<u8>(1);
    /// let other = sender.clone();
    /// assert_eq!(receiver.sender_count(), 2);
    /// # drop((sender, other));
    /// ```
    #[must_use]
    pub fn sender_count(&self) -> usize {
        self.channel.count_of::<SendEnd>()
    }
}

impl<T> fmt::Debug for LoneReceiver<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad("LoneReceiver { .. }")
    }
}

impl<'a, T> IntoIterator for &'a mut LoneReceiver<T> {
    type Item = T;
    type IntoIter = Iter<'a, T, LoneReceiver<T>>;

    fn into_iter(self) -> Self::IntoIter {
        self.iter()
    }
}

impl<T> IntoIterator for LoneReceiver<T> {
    type Item = T;
    type IntoIter = IntoIter<T, Self>;

    fn into_iter(self) -> Self::IntoIter {
        IntoIter::new(self)
    }
}
