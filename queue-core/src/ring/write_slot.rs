//! [`WriteSlot`]: a slot of a ring, to write a message in place.

use core::fmt;
use core::marker::PhantomData;
use core::mem::{self, MaybeUninit};

use super::queue::Ring;
use super::storage::{Slot, Storage};
use crate::word::NativeWord;

/// The place of the next message of a [`Ring`], to write it where it will lie.
///
/// Made by [`Ring::write_slot`], which any number of threads may call: each gets a place of its own, and
/// the order of the messages is the order in which the places were given.
///
/// [`write`](Self::write) moves a message in and publishes it. What is too large to be moved is written through
/// [`as_uninit`](Self::as_uninit), and published by [`commit`](Self::commit).
///
/// Until then, messages that were pushed later wait behind it: to a pop there is nothing, once it has come
/// so far. The holder may take its time, and nobody waits awake for it but
/// [`force_push`](Ring::force_push), where it needs this very place.
///
/// **Dropped** without that, it publishes nothing, and pops pass over it. What was written through `as_uninit` is not
/// dropped then. **Forgotten** ([`mem::forget`]), it stalls the ring when pops have come so
/// far: they find nothing, and when it is full, so do pushes no room; and that is all. Whoever has the ring exclusively
/// ([`pop_mut`](Ring::pop_mut) and its like, and its drop) passes over it.
///
/// # Examples
///
/// ```
/// use queue_core::Ring;
///
/// let ring = Ring::<[u8; 4096]>::new(8);
/// let mut slot = ring.write_slot().unwrap();
/// slot.as_uninit().write([0; 4096])[..5].copy_from_slice(b"hello");
/// // SAFETY: it has just been written.
/// unsafe { slot.commit() };
/// assert!(ring.read_slot().unwrap().starts_with(b"hello"));
/// ```
#[must_use = "nothing is pushed unless it is written or committed"]
pub struct WriteSlot<'a, T> {
    slot: &'a Slot<T, NativeWord>,
    ticket: u64,
    /// It is the way to the place, and to what is written there.
    exclusive: PhantomData<&'a mut T>,
}

// SAFETY: it is the only way to the slot, as an exclusive reference would be, and a message in it goes to
// the ring's consumers.
unsafe impl<T: Send> Send for WriteSlot<'_, T> {}
// SAFETY: a shared reference to it gives nothing.
unsafe impl<T: Sync> Sync for WriteSlot<'_, T> {}

impl<T, S: Storage<T, NativeWord>> Ring<T, S> {
    /// Gives the place of the next message, if there is room, to write the message in place.
    ///
    /// Waits like [`push`](Self::push), and `None` means what its error does: that there was no room at a
    /// moment during the call. The place counts in [`len`](Self::len) from now on. See [`WriteSlot`] for what
    /// becomes of it.
    ///
    /// # Examples
    ///
    /// ```
    /// let ring = queue_core::Ring::new(1);
    /// let slot = ring.write_slot().unwrap();
    /// assert!(ring.write_slot().is_none());
    /// assert_eq!(ring.pop(), None);
    /// slot.write("a message");
    /// assert_eq!(ring.pop(), Some("a message"));
    /// ```
    #[inline]
    pub fn write_slot(&self) -> Option<WriteSlot<'_, T>> {
        let claim = self.raw.claim_push_settled().ok()?;
        let slot = claim.slot;
        let grant = self.raw.grant(claim);
        Some(WriteSlot {
            slot,
            ticket: grant.ticket,
            exclusive: PhantomData,
        })
    }
}

impl<T> WriteSlot<'_, T> {
    /// Writes the message and pushes it.
    ///
    /// # Examples
    ///
    /// ```
    /// let ring = queue_core::Ring::new(2);
    /// let first = ring.write_slot().unwrap();
    /// ring.push(2).unwrap();
    /// first.write(1);
    /// assert_eq!([ring.pop(), ring.pop()], [Some(1), Some(2)]);
    /// ```
    #[inline]
    pub fn write(mut self, message: T) {
        self.as_uninit().write(message);
        // SAFETY: it has just been written.
        unsafe { self.commit() };
    }

    /// The place, to be written by whatever means.
    ///
    /// What is in it is not known. What is written is pushed by [`commit`](Self::commit).
    ///
    /// # Examples
    ///
    /// ```
    /// let ring = queue_core::Ring::new(1);
    /// let mut slot = ring.write_slot().unwrap();
    /// slot.as_uninit().write(7);
    /// // SAFETY: it has just been written.
    /// unsafe { slot.commit() };
    /// assert_eq!(ring.pop(), Some(7));
    /// ```
    #[inline]
    #[must_use]
    pub fn as_uninit(&mut self) -> &mut MaybeUninit<T> {
        // SAFETY: the slot is this one's alone until it ends, and borrowed for as long as the reference
        // lives.
        unsafe { &mut *self.slot.place() }
    }

    /// Pushes the message that has been written.
    ///
    /// # Safety
    ///
    /// The place must have been written, through [`as_uninit`](Self::as_uninit).
    ///
    /// # Examples
    ///
    /// ```
    /// use queue_core::StaticRing;
    ///
    /// static SAMPLES: StaticRing<[u16; 64], 4> = StaticRing::new();
    ///
    /// let mut slot = SAMPLES.write_slot().unwrap();
    /// slot.as_uninit().write([0; 64]).fill(230);
    /// // SAFETY: it has just been written.
    /// unsafe { slot.commit() };
    /// assert_eq!(SAMPLES.read_slot().unwrap()[63], 230);
    /// ```
    #[inline]
    pub unsafe fn commit(self) {
        // SAFETY: the slot was granted by this ticket; and by the contract.
        unsafe { self.slot.publish_granted(self.ticket) };
        mem::forget(self);
    }
}

impl<T> Drop for WriteSlot<'_, T> {
    #[inline]
    fn drop(&mut self) {
        // SAFETY: the slot was granted by this ticket, and the grant has not been ended.
        unsafe { self.slot.give_up_granted(self.ticket) };
    }
}

impl<T> fmt::Debug for WriteSlot<'_, T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad("WriteSlot { .. }")
    }
}
