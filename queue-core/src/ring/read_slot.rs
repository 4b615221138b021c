//! [`ReadSlot`]: a message of a ring that is read in place.

use core::fmt;
use core::marker::PhantomData;
use core::mem::ManuallyDrop;
use core::ops::{Deref, DerefMut};
use core::ptr;

use super::queue::Ring;
use super::storage::{Slot, Storage};
use crate::word::NativeWord;

/// A message that was taken out of a [`Ring`] and still lies in its place there, to be read and changed.
///
/// Made by [`Ring::read_slot`], which any number of threads may call: each gets the oldest message that no other
/// has, in exact order, and holds up no pop. The message is its holder's alone, as if popped.
///
/// **Dropped**, it drops the message where it lies, and frees the place, also if that drop panics. [`take`](Self::take) moves
/// the message out instead. **Forgotten** ([`core::mem::forget`]), the message leaks, and the ring is stalled when
/// the turn comes to its place again: to pushes it is full; and that is all. Whoever has the ring exclusively
/// ([`push_mut`](Ring::push_mut) and its like) uses the place again.
///
/// While it is held, pushes come as far as its place and then find no room, though [`Ring::len`] and [`Ring::is_full`] no more
/// count the message. The holder may take its time, and nobody waits awake for it but
/// [`force_push`](Ring::force_push), where it needs this very place.
///
/// # Examples
///
/// ```
/// let ring = queue_core::Ring::new(1);
/// ring.push(vec![3, 1, 2]).unwrap();
/// let mut numbers = ring.read_slot().unwrap();
/// numbers.sort();
/// assert_eq!(*numbers, [1, 2, 3]);
/// assert!(ring.push(vec![]).is_err(), "its place is still in use");
/// drop(numbers);
/// assert!(ring.push(vec![]).is_ok());
/// ```
#[must_use = "the message is dropped"]
pub struct ReadSlot<'a, T> {
    slot: &'a Slot<T, NativeWord>,
    /// The ticket of the push that uses the place next.
    next_push: u64,
    /// It is the way to the message, and to its place.
    exclusive: PhantomData<&'a mut T>,
}

// SAFETY: it is the only way to the message and to the slot, as an exclusive reference would be.
unsafe impl<T: Send> Send for ReadSlot<'_, T> {}
// SAFETY: as above; a shared reference to it gives shared ones to the message.
unsafe impl<T: Sync> Sync for ReadSlot<'_, T> {}

impl<T, S: Storage<T, NativeWord>> Ring<T, S> {
    /// Takes the oldest message, and leaves it in its place, to be read and changed there.
    ///
    /// Waits like [`pop`](Self::pop), and `None` means the same. See [`ReadSlot`] for what becomes of the
    /// message and its place.
    ///
    /// # Examples
    ///
    /// ```
    /// let ring = queue_core::Ring::new(2);
    /// ring.push("first".to_owned()).unwrap();
    /// ring.push("second".to_owned()).unwrap();
    /// let first = ring.read_slot().unwrap();
    /// let second = ring.read_slot().unwrap();
    /// assert_eq!(format!("{} {}", *first, *second), "first second");
    /// ```
    #[inline]
    pub fn read_slot(&self) -> Option<ReadSlot<'_, T>> {
        let claim = self.raw.claim_pop_settled().ok()?;
        let slot = claim.slot;
        let hold = self.raw.hold(claim);
        Some(ReadSlot {
            slot,
            next_push: hold.next_push,
            exclusive: PhantomData,
        })
    }
}

impl<T> ReadSlot<'_, T> {
    /// Moves the message out, and frees its place.
    ///
    /// # Examples
    ///
    /// ```
    /// let ring = queue_core::Ring::new(2);
    /// ring.push("a message".to_owned()).unwrap();
    /// let slot = ring.read_slot().unwrap();
    /// let kept: Option<String> = slot.starts_with("a").then(|| slot.take());
    /// assert_eq!(kept.as_deref(), Some("a message"));
    /// ```
    #[inline]
    #[must_use = "the message is dropped"]
    pub fn take(self) -> T {
        let slot = ManuallyDrop::new(self);
        // SAFETY: the message is there, and this one's; it is read once, as the slot does not drop it.
        let message = unsafe { slot.slot.message().read() };
        // SAFETY: the message is gone, and the slot is not dropped.
        unsafe { slot.release() };
        message
    }

    /// Frees the place.
    ///
    /// # Safety
    ///
    /// The message is gone, and this is called once, at the end.
    unsafe fn release(&self) {
        // SAFETY: the slot has been held until now; and by the contract.
        unsafe { self.slot.release_held(self.next_push) };
    }
}

impl<T> Deref for ReadSlot<'_, T> {
    type Target = T;

    #[inline]
    fn deref(&self) -> &T {
        // SAFETY: the message is there, and this one's, which is borrowed for as long as the reference lives.
        unsafe { &*self.slot.message() }
    }
}

impl<T> DerefMut for ReadSlot<'_, T> {
    #[inline]
    fn deref_mut(&mut self) -> &mut T {
        // SAFETY: as in `deref`, and borrowed exclusively.
        unsafe { &mut *self.slot.message() }
    }
}

impl<T> Drop for ReadSlot<'_, T> {
    #[inline]
    fn drop(&mut self) {
        /// Releases the slot also where the message's `Drop` panics.
        struct Release<'s, 'a, T>(&'s ReadSlot<'a, T>);

        impl<T> Drop for Release<'_, '_, T> {
            #[inline]
            fn drop(&mut self) {
                // SAFETY: the message has been dropped, as far as its `Drop` went, and this is the end.
                unsafe { self.0.release() };
            }
        }

        let release = Release(self);
        // SAFETY: the message is there, and this one's; nobody sees it again.
        unsafe { ptr::drop_in_place(release.0.slot.message()) };
    }
}

impl<T: fmt::Debug> fmt::Debug for ReadSlot<'_, T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("ReadSlot").field(&**self).finish()
    }
}
