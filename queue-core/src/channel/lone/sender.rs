//! [`LoneSender`]: the only handle of the end that sends.

use std::cell::Cell;
use std::fmt;
use std::marker::PhantomData;
use std::panic::{RefUnwindSafe, UnwindSafe};
use std::time::Duration;

use crate::channel::buffered::Buffered;
use crate::channel::error::{SendError, SendNowError, SendTimeoutError, TrySendError};
use crate::channel::shared::{Handle, RecvEnd, SendEnd};
use crate::ring::HeapRing;
use crate::sync::{Instant, deadline_after};

mod awaiting;
mod batch;

/// The only sender of its channel: the [`spsc::Sender`](crate::spsc::Sender) or the [`spmc::Sender`](crate::spmc::Sender).
///
/// It can be sent to another thread, and is neither cloned nor shared; what sends takes it by exclusive reference. When it
/// is dropped, receivers get what is left and are then told that the channel is disconnected, as after
/// [`close`](Self::close). Given to [`std::mem::forget`] it counts as alive for ever: receivers go on waiting.
///
/// `Ok` from a send means that the message is in the channel, not that it will be received: the last receiver may go at
/// that moment.
///
/// # Examples
///
/// ```
/// let (mut sender, mut receiver) = queue_core::spsc::bounded(2);
/// std::thread::spawn(move || (1..=100).for_each(|number| sender.send(number).unwrap()));
/// assert_eq!(receiver.iter().sum::<u32>(), 5050);
/// ```
pub struct LoneSender<T> {
    channel: Handle<Buffered<HeapRing<T>>, SendEnd>,
    /// It is not shared, and keeps `T` as it is.
    alone: PhantomData<Cell<T>>,
}

// A panic can only come out of an iterator or a message's own `Drop`, and finds the channel consistent.
impl<T> UnwindSafe for LoneSender<T> {}
impl<T> RefUnwindSafe for LoneSender<T> {}

impl<T> LoneSender<T> {
    pub(super) fn new(channel: Handle<Buffered<HeapRing<T>>, SendEnd>) -> Self {
        Self {
            channel,
            alone: PhantomData,
        }
    }

    /// Sends if there is room now.
    ///
    /// Waits for nobody, but for a receiver that was suspended in the middle of
    /// taking the message out of the very slot that is next.
    ///
    /// # Errors
    ///
    /// Gives the message back in [`TrySendError::Full`] if the channel was full at a moment during the call, in
    /// [`TrySendError::Disconnected`] if it is closed, or every receiver gone.
    ///
    /// # Examples
    ///
    /// ```
    /// use queue_core::{TrySendError, spsc};
    ///
    /// let (mut sender, receiver) = spsc::bounded(1);
    /// assert_eq!(sender.try_send(1), Ok(()));
    /// assert_eq!(sender.try_send(2), Err(TrySendError::Full(2)));
    /// drop(receiver);
    /// assert_eq!(sender.try_send(3), Err(TrySendError::Disconnected(3)));
    /// ```
    #[inline]
    pub fn try_send(&mut self, message: T) -> Result<(), TrySendError<T>> {
        self.channel.try_send(message)
    }

    /// Sends, waiting for room for as long as it takes.
    ///
    /// # Errors
    ///
    /// Gives the message back if the channel is closed or every receiver gone, also if that happens while this call
    /// waits.
    ///
    /// # Examples
    ///
    /// ```
    /// use queue_core::{SendError, spsc};
    ///
    /// let (mut sender, receiver) = spsc::bounded(1);
    /// assert_eq!(sender.send(1), Ok(()));
    /// drop(receiver);
    /// assert_eq!(sender.send(2), Err(SendError(2)));
    /// ```
    #[inline]
    pub fn send(&mut self, message: T) -> Result<(), SendError<T>> {
        self.channel
            .send(message, None)
            .map_err(|refused| SendError(refused.into_inner()))
    }

    /// Sends, waiting for room for `timeout` at most.
    ///
    /// A timeout beyond the range of the clock waits without limit.
    ///
    /// # Errors
    ///
    /// As [`send_deadline`](Self::send_deadline).
    ///
    /// # Examples
    ///
    /// ```
    /// use std::time::Duration;
    /// use queue_core::{SendTimeoutError, spsc};
    ///
    /// let (mut sender, _receiver) = spsc::bounded(1);
    /// let patience = Duration::from_millis(1);
    /// assert_eq!(sender.send_timeout(1, patience), Ok(()));
    /// assert_eq!(sender.send_timeout(2, patience), Err(SendTimeoutError::Timeout(2)));
    /// ```
    #[inline]
    pub fn send_timeout(
        &mut self,
        message: T,
        timeout: Duration,
    ) -> Result<(), SendTimeoutError<T>> {
        self.channel.send(message, deadline_after(timeout))
    }

    /// Sends, waiting for room until `deadline`.
    ///
    /// If there is room at once, it sends even where the deadline has passed.
    ///
    /// # Errors
    ///
    /// Gives the message back in [`SendTimeoutError::Timeout`] if there was no room in time, in
    /// [`SendTimeoutError::Disconnected`] if the channel is closed, or every receiver gone.
    ///
    /// # Examples
    ///
    /// ```
    /// use std::time::Instant;
    /// use queue_core::{SendTimeoutError, spmc};
    ///
    /// let (mut sender, _receiver) = spmc::bounded(1);
    /// let now = Instant::now();
    /// assert_eq!(sender.send_deadline(1, now), Ok(()));
    /// assert_eq!(sender.send_deadline(2, now), Err(SendTimeoutError::Timeout(2)));
    /// ```
    #[inline]
    pub fn send_deadline(
        &mut self,
        message: T,
        deadline: Instant,
    ) -> Result<(), SendTimeoutError<T>> {
        self.channel.send(message, Some(deadline))
    }

    /// Sends if that takes no waiting at all, not even for a receiver that is in the middle of its operation.
    ///
    /// Where a receiver sleeps, it is woken; see [`Sender::try_send_now`](crate::Sender::try_send_now), which says what
    /// that takes.
    ///
    /// # Errors
    ///
    /// Gives the message back in [`SendNowError::Full`] or [`SendNowError::Disconnected`] as [`try_send`](Self::try_send)
    /// does, and in [`SendNowError::Busy`] where that would wait.
    ///
    /// # Examples
    ///
    /// ```
    /// use queue_core::{SendNowError, spsc};
    ///
    /// let (mut sender, _receiver) = spsc::bounded(1);
    /// assert_eq!(sender.try_send_now(1), Ok(()));
    /// assert_eq!(sender.try_send_now(2), Err(SendNowError::Full(2)));
    /// ```
    #[inline]
    pub fn try_send_now(&mut self, message: T) -> Result<(), SendNowError<T>> {
        self.channel.try_send_now(message)
    }

    /// Closes the channel: `true` if it was open.
    ///
    /// From then on sends fail and give their messages back. Receivers get what was accepted, and are then told of the
    /// end. What happened before the close happens before the returns of those who are told of it.
    ///
    /// # Examples
    ///
    /// ```
    /// use queue_core::{RecvError, SendError, spsc};
    ///
    /// let (mut sender, mut receiver) = spsc::bounded(2);
    /// sender.send(1).unwrap();
    /// assert!(sender.close());
    /// assert_eq!(sender.send(2), Err(SendError(2)));
    /// assert_eq!(receiver.recv(), Ok(1));
    /// assert_eq!(receiver.recv(), Err(RecvError));
    /// ```
    pub fn close(&self) -> bool {
        self.channel.close_for_all()
    }

    /// Whether sends fail for good: the channel is closed, or every receiver gone.
    ///
    /// # Examples
    ///
    /// ```
    /// let (sender, receiver) = queue_core::spsc::bounded::<u8>(1);
    /// assert!(!sender.is_closed());
    /// drop(receiver);
    /// assert!(sender.is_closed());
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
    /// let (mut sender, _receiver) = queue_core::spsc::bounded(1);
    /// assert!(sender.is_empty());
    /// sender.send(1).unwrap();
    /// assert!(!sender.is_empty());
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
    /// let (mut sender, _receiver) = queue_core::spsc::bounded(1);
    /// assert!(!sender.is_full());
    /// sender.send(1).unwrap();
    /// assert!(sender.is_full());
    /// ```
    #[must_use]
    pub fn is_full(&self) -> bool {
        self.channel.is_full()
    }

    /// How many messages are in the channel.
    ///
    /// The count of one moment during the call, never more than the capacity. It synchronises nothing.
    ///
    /// # Examples
    ///
    /// ```
    /// let (mut sender, _receiver) = queue_core::spsc::bounded(10);
    /// sender.send(1).unwrap();
    /// assert_eq!(sender.len(), 1);
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
    /// let (sender, _receiver) = queue_core::spsc::bounded::<u8>(10);
    /// assert_eq!(sender.capacity(), Some(10));
    /// ```
    #[must_use]
    pub fn capacity(&self) -> Option<usize> {
        self.channel.capacity()
    }

    /// How many receivers the channel has, of one moment during the call. It synchronises nothing.
    ///
    /// # Examples
    ///
    /// ```
    /// let (sender, receiver) = queue_core::spmc::bounded::<u8>(1);
    /// let other = receiver.clone();
    /// assert_eq!(sender.receiver_count(), 2);
    /// # drop((receiver, other));
    /// ```
    #[must_use]
    pub fn receiver_count(&self) -> usize {
        self.channel.count_of::<RecvEnd>()
    }
}

impl<T> fmt::Debug for LoneSender<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad("LoneSender { .. }")
    }
}
