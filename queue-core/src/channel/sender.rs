//! [`Sender`]: the end that sends.

use std::fmt;
use std::panic::{RefUnwindSafe, UnwindSafe};
use std::time::Duration;

use super::buffered::Buffered;
use super::error::{SendError, SendNowError, SendTimeoutError, TrySendError};
use super::rendezvous::Rendezvous;
use super::shared::{Handle, SendEnd};
use crate::blocks::Blocks;
use crate::ring::HeapRing;
use crate::sync::{Instant, deadline_after};

/// The sending end of a channel made by [`bounded`](crate::bounded) or
/// [`unbounded`](crate::unbounded).
///
/// Clones and references send into the same channel. When the last sender is
/// dropped, receivers get what is left and are then told that the channel is
/// disconnected, as after [`close`](Self::close). A sender that is given to [`std::mem::forget`] counts as alive
/// for ever: receivers go on waiting.
///
/// `Ok` from a send means that the message is in the channel, not that it will
/// be received: the last receiver may go at that moment.
///
/// # Examples
///
/// ```
/// let (sender, receiver) = queue_core::bounded(2);
/// let other = sender.clone();
/// std::thread::scope(|scope| {
///     scope.spawn(|| sender.send(1).unwrap());
///     scope.spawn(|| other.send(2).unwrap());
/// });
/// assert_eq!(receiver.recv().unwrap() + receiver.recv().unwrap(), 3);
/// ```
pub struct Sender<T> {
    pub(super) channel: Target<T>,
}

/// The channel, by kind.
pub(super) enum Target<T> {
    Bounded(Handle<Buffered<HeapRing<T>>, SendEnd>),
    Unbounded(Handle<Buffered<Blocks<T>>, SendEnd>),
    Rendezvous(Handle<Rendezvous<T>, SendEnd>),
}

/// Has the channel do what every kind does.
macro_rules! delegate {
    ($sender:expr, $channel:ident => $call:expr) => {
        match &$sender.channel {
            Target::Bounded($channel) => $call,
            Target::Unbounded($channel) => $call,
            Target::Rendezvous($channel) => $call,
        }
    };
}

mod batch;
mod ends;
mod keeping;

// A panic can only come out of a message's own `Drop`, and finds the channel consistent.
impl<T> UnwindSafe for Sender<T> {}
impl<T> RefUnwindSafe for Sender<T> {}

impl<T> Sender<T> {
    pub(super) fn new(channel: Target<T>) -> Self {
        Self { channel }
    }

    /// Sends if there is room now.
    ///
    /// Waits for nobody, but for a receiver that was suspended in the middle of
    /// taking the message out of the very slot that is next; in an unbounded channel, for a sender that was
    /// while it put more memory behind the last.
    ///
    /// # Errors
    ///
    /// Gives the message back in [`TrySendError::Full`] if the channel was full
    /// at a moment during the call, or the slot that is next read in place ([`Receiver::read_slot`](crate::Receiver::read_slot)), in [`TrySendError::Disconnected`] if it is closed, or every
    /// receiver gone.
    ///
    /// # Examples
    ///
    /// ```
    /// use queue_core::{TrySendError, bounded};
    ///
    /// let (sender, receiver) = bounded(1);
    /// assert_eq!(sender.try_send(1), Ok(()));
    /// assert_eq!(sender.try_send(2), Err(TrySendError::Full(2)));
    /// drop(receiver);
    /// assert_eq!(sender.try_send(3), Err(TrySendError::Disconnected(3)));
    /// ```
    #[inline]
    pub fn try_send(&self, message: T) -> Result<(), TrySendError<T>> {
        match &self.channel {
            Target::Bounded(channel) => channel.try_send(message),
            _ => self.try_send_elsewhere(message),
        }
    }

    /// Sends, waiting for room for as long as it takes.
    ///
    /// # Errors
    ///
    /// Gives the message back if the channel is closed or every receiver gone, also if that happens
    /// while this call waits.
    ///
    /// # Examples
    ///
    /// ```
    /// use queue_core::{SendError, bounded};
    ///
    /// let (sender, receiver) = bounded(1);
    /// assert_eq!(sender.send(1), Ok(()));
    /// drop(receiver);
    /// assert_eq!(sender.send(2), Err(SendError(2)));
    /// ```
    #[inline]
    pub fn send(&self, message: T) -> Result<(), SendError<T>> {
        self.send_until(message, None)
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
    /// use queue_core::{SendTimeoutError, bounded};
    ///
    /// let (sender, _receiver) = bounded(1);
    /// let patience = Duration::from_millis(1);
    /// assert_eq!(sender.send_timeout(1, patience), Ok(()));
    /// assert_eq!(sender.send_timeout(2, patience), Err(SendTimeoutError::Timeout(2)));
    /// ```
    #[inline]
    pub fn send_timeout(&self, message: T, timeout: Duration) -> Result<(), SendTimeoutError<T>> {
        self.send_until(message, deadline_after(timeout))
    }

    /// Sends, waiting for room until `deadline`.
    ///
    /// If there is room at once, it sends even where the deadline has passed.
    ///
    /// # Errors
    ///
    /// Gives the message back in [`SendTimeoutError::Timeout`] if there was no
    /// room in time, in [`SendTimeoutError::Disconnected`] if the channel is closed, or every receiver
    /// gone.
    ///
    /// # Examples
    ///
    /// ```
    /// use std::time::{Duration, Instant};
    /// use queue_core::{SendTimeoutError, bounded};
    ///
    /// let (sender, _receiver) = bounded(1);
    /// let now = Instant::now();
    /// assert_eq!(sender.send_deadline(1, now), Ok(()));
    /// assert_eq!(sender.send_deadline(2, now), Err(SendTimeoutError::Timeout(2)));
    /// ```
    #[inline]
    pub fn send_deadline(&self, message: T, deadline: Instant) -> Result<(), SendTimeoutError<T>> {
        self.send_until(message, Some(deadline))
    }

    /// Sends if that takes no waiting at all, not even for a receiver that is in the middle of its
    /// operation: for threads that have deadlines of their own.
    ///
    /// Where a receiver sleeps, it is woken, which takes the lock of those who sleep there (held for
    /// a few stores) and a system call. Where no receiver ever sleeps, because all poll, or
    /// wait by [`Waiting::Spin`](crate::Waiting::Spin) or [`Yield`](crate::Waiting::Yield), it is
    /// lock-free and makes none. At capacity 0 it takes a lock that is held for a few stores. An
    /// unbounded channel asks the allocator for memory, once in about thirty messages.
    ///
    /// # Errors
    ///
    /// Gives the message back in [`SendNowError::Full`] or [`SendNowError::Disconnected`] as
    /// [`try_send`](Self::try_send) does, and in [`SendNowError::Busy`] where that would wait: for a
    /// receiver, or, in an unbounded channel, for a sender that is putting more memory behind the last.
    ///
    /// # Examples
    ///
    /// ```
    /// use queue_core::{SendNowError, bounded};
    ///
    /// let (sender, _receiver) = bounded(1);
    /// assert_eq!(sender.try_send_now(1), Ok(()));
    /// assert_eq!(sender.try_send_now(2), Err(SendNowError::Full(2)));
    /// ```
    #[inline]
    pub fn try_send_now(&self, message: T) -> Result<(), SendNowError<T>> {
        match &self.channel {
            Target::Bounded(channel) => channel.try_send_now(message),
            Target::Unbounded(channel) => channel.try_send_now(message),
            Target::Rendezvous(channel) => Ok(channel.try_send(message)?),
        }
    }

    /// Sends, in place of the oldest message if the channel is full: gives that one back.
    ///
    /// The order of the others is kept. For receivers that want what is new, and may miss
    /// what is old. It waits like [`try_send`](Self::try_send), and for a sender that is in the middle of
    /// writing the oldest message. Where a selected send or a [`WriteSlot`](crate::WriteSlot) holds the oldest place, or a
    /// [`ReadSlot`](crate::ReadSlot) the next one, it waits, spinning and yielding, until that is completed or
    /// dropped: for ever, if it was forgotten, or is in the hands of the caller.
    ///
    /// An unbounded channel is never full. At capacity 0 there is no place to take: where no receiver
    /// waits, the message itself comes back.
    ///
    /// # Errors
    ///
    /// Gives the message back if the channel is closed, or every receiver gone.
    ///
    /// # Examples
    ///
    /// ```
    /// let (sender, receiver) = queue_core::bounded(2);
    /// assert_eq!(sender.force_send(1), Ok(None));
    /// assert_eq!(sender.force_send(2), Ok(None));
    /// assert_eq!(sender.force_send(3), Ok(Some(1)));
    /// assert_eq!(receiver.try_iter().collect::<Vec<_>>(), [2, 3]);
    /// ```
    pub fn force_send(&self, message: T) -> Result<Option<T>, SendError<T>> {
        match &self.channel {
            Target::Bounded(channel) => channel.force_send(message),
            Target::Unbounded(channel) => channel.force_send(message),
            Target::Rendezvous(channel) => match channel.try_send(message) {
                Ok(()) => Ok(None),
                Err(TrySendError::Full(message)) => Ok(Some(message)),
                Err(TrySendError::Disconnected(message)) => Err(SendError(message)),
            },
        }
    }

    /// Whether the channel was empty, in the sense of [`len`](Self::len), at one moment during the
    /// call.
    ///
    /// # Examples
    ///
    /// ```
    /// let (sender, _receiver) = queue_core::bounded(1);
    /// assert!(sender.is_empty());
    /// sender.send(1).unwrap();
    /// assert!(!sender.is_empty());
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
    /// let (sender, _receiver) = queue_core::bounded(1);
    /// assert!(!sender.is_full());
    /// sender.send(1).unwrap();
    /// assert!(sender.is_full());
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
    /// let (sender, _receiver) = queue_core::bounded(10);
    /// sender.send(1).unwrap();
    /// assert_eq!(sender.len(), 1);
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
    /// let (sender, _receiver) = queue_core::bounded::<u8>(10);
    /// assert_eq!(sender.capacity(), Some(10));
    /// ```
    #[must_use]
    pub fn capacity(&self) -> Option<usize> {
        delegate!(self, channel => channel.capacity())
    }

    /// Whether both send into the same channel.
    ///
    /// # Examples
    ///
    /// ```
    /// let (one, _receiver) = queue_core::bounded::<u8>(1);
    /// let (other, _receiver) = queue_core::bounded::<u8>(1);
    /// assert!(one.same_channel(&one.clone()));
    /// assert!(!one.same_channel(&other));
    /// ```
    #[must_use]
    pub fn same_channel(&self, other: &Self) -> bool {
        match (&self.channel, &other.channel) {
            (Target::Bounded(one), Target::Bounded(other)) => one.same_channel(other),
            (Target::Unbounded(one), Target::Unbounded(other)) => one.same_channel(other),
            (Target::Rendezvous(one), Target::Rendezvous(other)) => one.same_channel(other),
            _ => false,
        }
    }

    /// Where the channel lies, by which selects order what they wait for: for models, which must find the same order
    /// in every execution.
    #[cfg(queue_model)]
    pub fn address(&self) -> usize {
        delegate!(self, channel => std::ptr::from_ref(&**channel).addr())
    }

    #[inline(always)]
    fn send_until(&self, message: T, deadline: Option<Instant>) -> Result<(), SendTimeoutError<T>> {
        match &self.channel {
            Target::Bounded(channel) => channel.send(message, deadline),
            _ => self.send_elsewhere(message, deadline),
        }
    }

    /// Apart, so that what is inlined into the caller is the bounded channel's short way; and each
    /// kind by itself, as large messages make large frames.
    fn send_elsewhere(
        &self,
        message: T,
        deadline: Option<Instant>,
    ) -> Result<(), SendTimeoutError<T>> {
        match &self.channel {
            Target::Bounded(channel) => channel.send_outlined(message, deadline),
            Target::Unbounded(channel) => channel.send_outlined(message, deadline),
            Target::Rendezvous(channel) => channel.send(message, deadline),
        }
    }

    fn try_send_elsewhere(&self, message: T) -> Result<(), TrySendError<T>> {
        match &self.channel {
            Target::Bounded(channel) => channel.try_send_outlined(message),
            Target::Unbounded(channel) => channel.try_send_outlined(message),
            Target::Rendezvous(channel) => channel.try_send(message),
        }
    }
}

impl<T> Clone for Sender<T> {
    fn clone(&self) -> Self {
        Self::new(match &self.channel {
            Target::Bounded(channel) => Target::Bounded(channel.clone()),
            Target::Unbounded(channel) => Target::Unbounded(channel.clone()),
            Target::Rendezvous(channel) => Target::Rendezvous(channel.clone()),
        })
    }
}

impl<T> fmt::Debug for Sender<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad("Sender { .. }")
    }
}
