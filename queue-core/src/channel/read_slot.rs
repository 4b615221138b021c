//! [`ReadSlot`]: a message of a channel that is read in place.

use std::fmt;
use std::marker::PhantomData;
use std::mem::ManuallyDrop;
use std::ops::{Deref, DerefMut};
use std::ptr;

use super::buffered::Buffered;
use super::error::{RecvError, TryRecvError};
use super::receiver::{Receiver, Source};
use crate::ring::{HeapRing, Hold};

/// A message that was received from a bounded channel and still lies in its place there, to be read and changed.
///
/// Made by [`Receiver::read_slot`] and [`Receiver::try_read_slot`]. Any number of them may be there at a time: each has
/// the message that was the oldest, in exact order, and holds up no other receive. The message is its holder's
/// alone, as if received.
///
/// **Dropped**, it drops the message where it lies, and frees the place, also if that drop panics. [`take`](Self::take) moves
/// the message out instead. **Forgotten** ([`std::mem::forget`]), the message leaks, and senders wait for ever when the
/// turn comes to its place again; and that is all.
///
/// While it is held, sends come as far as its place and then find no room, and sleep, though [`Receiver::len`] and
/// [`Receiver::is_full`] no more count the message. Nobody waits awake for its holder but
/// [`force_send`](crate::Sender::force_send), where it needs this very place.
///
/// # Examples
///
/// ```
/// let (sender, receiver) = queue_core::bounded(1);
/// sender.send(vec![3, 1, 2]).unwrap();
/// let mut numbers = receiver.read_slot().unwrap();
/// numbers.sort();
/// assert_eq!(*numbers, [1, 2, 3]);
/// assert!(sender.try_send(vec![]).is_err(), "its place is still in use");
/// drop(numbers);
/// assert!(sender.try_send(vec![]).is_ok());
/// ```
#[must_use = "the message is dropped"]
pub struct ReadSlot<'a, T> {
    channel: &'a Buffered<HeapRing<T>>,
    hold: Hold,
    /// It is the way to the message, and to its place.
    exclusive: PhantomData<&'a mut T>,
}

impl<T> Receiver<T> {
    /// Receives, waiting for a message for as long as it takes, and leaves the message in its place, to be read
    /// and changed there.
    ///
    /// See [`ReadSlot`] for what becomes of the message and its place.
    ///
    /// # Errors
    ///
    /// As [`recv`](Self::recv).
    ///
    /// # Panics
    ///
    /// Panics where messages have no places: if the channel is unbounded, its [capacity](Self::capacity) is 0,
    /// or its messages are of time ([`after`](crate::after) and its like).
    ///
    /// # Examples
    ///
    /// ```
    /// use queue_core::{RecvError, bounded};
    ///
    /// let (sender, receiver) = bounded(2);
    /// sender.send("a message".to_owned()).unwrap();
    /// drop(sender);
    /// assert_eq!(receiver.read_slot().unwrap().len(), 9);
    /// assert_eq!(receiver.read_slot().err(), Some(RecvError));
    /// ```
    #[track_caller]
    pub fn read_slot(&self) -> Result<ReadSlot<'_, T>, RecvError> {
        let channel = self.slots();
        match channel.hold(None) {
            Ok(hold) => Ok(ReadSlot::new(channel, hold)),
            Err(_) => Err(RecvError),
        }
    }

    /// Receives, if there is a message now, and leaves the message in its place, to be read and changed there.
    ///
    /// Waits like [`try_recv`](Self::try_recv); otherwise as [`read_slot`](Self::read_slot).
    ///
    /// # Errors
    ///
    /// As `try_recv`.
    ///
    /// # Panics
    ///
    /// As `read_slot`.
    ///
    /// # Examples
    ///
    /// ```
    /// use queue_core::{TryRecvError, bounded};
    ///
    /// let (sender, receiver) = bounded(2);
    /// sender.send(1).unwrap();
    /// let slot = receiver.try_read_slot().unwrap();
    /// assert_eq!(*slot, 1);
    /// assert_eq!(receiver.try_read_slot().err(), Some(TryRecvError::Empty));
    /// ```
    #[track_caller]
    pub fn try_read_slot(&self) -> Result<ReadSlot<'_, T>, TryRecvError> {
        let channel = self.slots();
        channel.try_hold().map(|hold| ReadSlot::new(channel, hold))
    }

    #[track_caller]
    fn slots(&self) -> &Buffered<HeapRing<T>> {
        match &self.channel {
            Source::Bounded(channel) => channel,
            Source::Unbounded(_) => panic!("an unbounded channel has no slots"),
            Source::Rendezvous(_) | Source::Never(_) => {
                panic!("a channel of capacity 0 has no slots")
            }
            Source::Timer(..) => panic!("a channel of time has no slots"),
        }
    }
}

impl<'a, T> ReadSlot<'a, T> {
    /// The hold is of that channel.
    fn new(channel: &'a Buffered<HeapRing<T>>, hold: Hold) -> Self {
        Self {
            channel,
            hold,
            exclusive: PhantomData,
        }
    }

    /// Moves the message out, and frees its place.
    ///
    /// # Examples
    ///
    /// ```
    /// let (sender, receiver) = queue_core::bounded(2);
    /// sender.send("a message".to_owned()).unwrap();
    /// let slot = receiver.read_slot().unwrap();
    /// let kept: Option<String> = slot.starts_with("a").then(|| slot.take());
    /// assert_eq!(kept.as_deref(), Some("a message"));
    /// ```
    #[must_use = "the message is dropped"]
    pub fn take(self) -> T {
        let slot = ManuallyDrop::new(self);
        // SAFETY: the message is there, and this one's; it is read once, as the slot does not drop it.
        let message = unsafe { slot.message().read() };
        // SAFETY: the message is gone, and the slot is not dropped.
        unsafe { slot.release() };
        message
    }

    fn message(&self) -> *mut T {
        self.channel.queue.held(&self.hold)
    }

    /// Frees the place.
    ///
    /// # Safety
    ///
    /// The message is gone, and this is called once, at the end.
    unsafe fn release(&self) {
        // SAFETY: it is read once, by the contract.
        let hold = unsafe { ptr::read(&self.hold) };
        // SAFETY: the hold is of this channel; and by the contract.
        unsafe { self.channel.release(hold) };
    }
}

impl<T> Deref for ReadSlot<'_, T> {
    type Target = T;

    fn deref(&self) -> &T {
        // SAFETY: the message is there, and this one's, which is borrowed for as long as the reference lives.
        unsafe { &*self.message() }
    }
}

impl<T> DerefMut for ReadSlot<'_, T> {
    fn deref_mut(&mut self) -> &mut T {
        // SAFETY: as in `deref`, and borrowed exclusively.
        unsafe { &mut *self.message() }
    }
}

impl<T> Drop for ReadSlot<'_, T> {
    fn drop(&mut self) {
        /// Releases the slot also where the message's `Drop` panics.
        struct Release<'s, 'a, T>(&'s ReadSlot<'a, T>);

        impl<T> Drop for Release<'_, '_, T> {
            fn drop(&mut self) {
                // SAFETY: the message has been dropped, as far as its `Drop` went, and this is the end.
                unsafe { self.0.release() };
            }
        }

        let release = Release(self);
        // SAFETY: the message is there, and this one's; nobody sees it again.
        unsafe { ptr::drop_in_place(release.0.message()) };
    }
}

impl<T: fmt::Debug> fmt::Debug for ReadSlot<'_, T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("ReadSlot").field(&**self).finish()
    }
}
