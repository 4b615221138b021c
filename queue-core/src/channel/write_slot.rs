//! [`WriteSlot`]: a slot of a channel, to write a message in place.

use std::fmt;
use std::marker::PhantomData;
use std::mem::{ManuallyDrop, MaybeUninit};
use std::ptr;

use super::buffered::Buffered;
use super::error::{SendError, TrySendError};
use super::queue::Reservation;
use super::sender::{Sender, Target};
use crate::ring::{Grant, HeapRing};

/// The place of the next message of a bounded channel, to write it where it will lie.
///
/// Made by [`Sender::write_slot`] and [`Sender::try_write_slot`]. Any number of them may be there at a time; the
/// order of the messages is the order in which their places were given.
///
/// [`write`](Self::write) moves a message in and sends it. What is too large to be moved is written through
/// [`as_uninit`](Self::as_uninit), and sent by [`commit`](Self::commit).
///
/// Until then, messages that were sent later wait behind it: receivers that have come so far find nothing, and
/// sleep. So a place is best held for as short a time as it takes to write the message. Nobody waits
/// awake for its holder but [`force_send`](Sender::force_send), where it needs this very place.
///
/// **Closed** meanwhile, the channel takes no message: `write` and `commit` give it back. Until the place is given back
/// receivers find nothing, and are not told of the end.
///
/// **Dropped** without that, it sends nothing, receivers pass over it, and senders get its room when all that was sent
/// before it has been received. What was written through
/// `as_uninit` is not dropped then. **Forgotten** ([`std::mem::forget`]), it stalls the channel when receives have
/// come so far: they wait, also for the end of the channel, and when it is full, so do sends; and that is
/// all.
///
/// # Examples
///
/// ```
/// let (sender, receiver) = queue_core::bounded::<[u8; 4096]>(8);
/// let mut slot = sender.write_slot().unwrap();
/// slot.as_uninit().write([0; 4096])[..5].copy_from_slice(b"hello");
/// // SAFETY: it has just been written.
/// unsafe { slot.commit() }.unwrap();
/// assert!(receiver.read_slot().unwrap().starts_with(b"hello"));
/// ```
#[must_use = "nothing is sent unless it is written or committed"]
pub struct WriteSlot<'a, T> {
    channel: &'a Buffered<HeapRing<T>>,
    grant: Grant,
    /// It is the way to the place, and to what is written there.
    exclusive: PhantomData<&'a mut T>,
}

impl<T> Sender<T> {
    /// Gives the place of the next message, waiting for room for as long as it takes, to write the message in
    /// place.
    ///
    /// The place counts in [`len`](Self::len) from now on. See [`WriteSlot`] for what becomes of it.
    ///
    /// # Errors
    ///
    /// If the channel is closed or every receiver gone, also if that happens while this call waits.
    ///
    /// # Panics
    ///
    /// Panics where messages have no places: if the channel is unbounded, or its [capacity](Self::capacity)
    /// is 0.
    ///
    /// # Examples
    ///
    /// ```
    /// use queue_core::{SendError, bounded};
    ///
    /// let (sender, receiver) = bounded(1);
    /// let slot = sender.write_slot().unwrap();
    /// assert!(receiver.try_recv().is_err());
    /// slot.write(1).unwrap();
    /// assert_eq!(receiver.recv(), Ok(1));
    /// drop(receiver);
    /// assert_eq!(sender.write_slot().err(), Some(SendError(())));
    /// ```
    #[track_caller]
    pub fn write_slot(&self) -> Result<WriteSlot<'_, T>, SendError<()>> {
        let channel = self.slots();
        match channel.grant(None) {
            Ok(grant) => Ok(WriteSlot::new(channel, grant)),
            Err(_) => Err(SendError(())),
        }
    }

    /// Gives the place of the next message, if there is room now, to write the message in place.
    ///
    /// Waits like [`try_send`](Self::try_send); otherwise as [`write_slot`](Self::write_slot).
    ///
    /// # Errors
    ///
    /// [`TrySendError::Full`] and [`TrySendError::Disconnected`] where `try_send` says so.
    ///
    /// # Panics
    ///
    /// As `write_slot`.
    ///
    /// # Examples
    ///
    /// ```
    /// use queue_core::{TrySendError, bounded};
    ///
    /// let (sender, receiver) = bounded(1);
    /// let slot = sender.try_write_slot().unwrap();
    /// assert_eq!(sender.try_write_slot().err(), Some(TrySendError::Full(())));
    /// drop(slot);
    /// sender.try_write_slot().unwrap().write(1).unwrap();
    /// assert_eq!(receiver.recv(), Ok(1));
    /// ```
    #[track_caller]
    pub fn try_write_slot(&self) -> Result<WriteSlot<'_, T>, TrySendError<()>> {
        let channel = self.slots();
        channel
            .try_grant()
            .map(|grant| WriteSlot::new(channel, grant))
    }

    #[track_caller]
    fn slots(&self) -> &Buffered<HeapRing<T>> {
        match &self.channel {
            Target::Bounded(channel) => channel,
            Target::Unbounded(_) => panic!("an unbounded channel has no slots"),
            Target::Rendezvous(_) => panic!("a channel of capacity 0 has no slots"),
        }
    }
}

impl<'a, T> WriteSlot<'a, T> {
    /// The grant is of that channel.
    fn new(channel: &'a Buffered<HeapRing<T>>, grant: Grant) -> Self {
        Self {
            channel,
            grant,
            exclusive: PhantomData,
        }
    }

    /// Writes the message and sends it.
    ///
    /// # Errors
    ///
    /// Gives the message back if the channel was closed, or the last receiver went, since the place was given.
    ///
    /// # Examples
    ///
    /// ```
    /// use queue_core::{SendError, bounded};
    ///
    /// let (sender, receiver) = bounded(2);
    /// let first = sender.write_slot().unwrap();
    /// let second = sender.write_slot().unwrap();
    /// assert_eq!(first.write(1), Ok(()));
    /// drop(receiver);
    /// assert_eq!(second.write(2), Err(SendError(2)));
    /// ```
    pub fn write(self, message: T) -> Result<(), SendError<T>> {
        let (channel, grant) = self.into_parts();
        // SAFETY: the grant is of this channel.
        unsafe { channel.fulfil(Reservation::Slot(grant), message) }.map_err(SendError)
    }

    /// The place, to be written by whatever means.
    ///
    /// What is in it is not known. What is written is sent by [`commit`](Self::commit).
    ///
    /// # Examples
    ///
    /// ```
    /// let (sender, receiver) = queue_core::bounded(1);
    /// let mut slot = sender.write_slot().unwrap();
    /// slot.as_uninit().write(7);
    /// // SAFETY: it has just been written.
    /// unsafe { slot.commit() }.unwrap();
    /// assert_eq!(receiver.recv(), Ok(7));
    /// ```
    #[must_use]
    pub fn as_uninit(&mut self) -> &mut MaybeUninit<T> {
        // SAFETY: the slot is this one's alone until it ends, and borrowed for as long as the reference
        // lives.
        unsafe { &mut *self.channel.queue.granted(&self.grant) }
    }

    /// Sends the message that has been written.
    ///
    /// # Errors
    ///
    /// As [`write`](Self::write): the message is moved out.
    ///
    /// # Safety
    ///
    /// The place must have been written, through [`as_uninit`](Self::as_uninit).
    ///
    /// # Examples
    ///
    /// ```
    /// use queue_core::SendError;
    ///
    /// let (sender, _receiver) = queue_core::bounded(1);
    /// let mut slot = sender.write_slot().unwrap();
    /// slot.as_uninit().write(7);
    /// sender.close();
    /// // SAFETY: it has been written.
    /// assert_eq!(unsafe { slot.commit() }, Err(SendError(7)));
    /// ```
    pub unsafe fn commit(self) -> Result<(), SendError<T>> {
        let (channel, grant) = self.into_parts();
        // SAFETY: the grant is of this channel; and by the contract.
        unsafe { channel.fulfil_written(grant) }.map_err(SendError)
    }

    fn into_parts(self) -> (&'a Buffered<HeapRing<T>>, Grant) {
        let slot = ManuallyDrop::new(self);
        // SAFETY: it is read once, as the slot is not dropped.
        (slot.channel, unsafe { ptr::read(&slot.grant) })
    }
}

impl<T> Drop for WriteSlot<'_, T> {
    fn drop(&mut self) {
        // SAFETY: it is read once, as the slot is gone.
        let grant = unsafe { ptr::read(&self.grant) };
        // SAFETY: the grant is of this channel. What is dropped with it, if the receivers are gone, are
        // messages of the type that this thread may have.
        unsafe { self.channel.give_up(Reservation::Slot(grant), true) };
    }
}

impl<T> fmt::Debug for WriteSlot<'_, T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad("WriteSlot { .. }")
    }
}
