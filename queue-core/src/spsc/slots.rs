//! Slots that lie side by side, and know nothing of what is in them.

use alloc::alloc::Layout;
use alloc::boxed::Box;
use core::mem::MaybeUninit;
use core::ptr::{self, NonNull};

use crate::sync::Witness;

/// Memory for messages. It does not know where there are any.
pub(crate) struct Slots<T> {
    first: NonNull<MaybeUninit<T>>,
    /// A power of two.
    count: usize,
    witness: Witness,
}

impl<T> Slots<T> {
    /// At least as many as the capacity.
    ///
    /// # Panics
    ///
    /// Panics where the capacity is zero or too large.
    #[track_caller]
    pub(crate) fn new(capacity: usize) -> Self {
        assert!(capacity > 0, "capacity must be non-zero");
        let count = match capacity.checked_next_power_of_two() {
            // Also of messages without a size there are fewer than would fill half of an index.
            Some(count) if count <= isize::MAX as usize && Layout::array::<T>(count).is_ok() => {
                count
            }
            _ => panic!("capacity is too large"),
        };
        let slots = Box::leak(Box::<[T]>::new_uninit_slice(count));
        Self {
            first: NonNull::from(slots).cast(),
            count,
            witness: Witness::new(count),
        }
    }

    /// How many there are.
    #[inline(always)]
    pub(crate) fn count(&self) -> usize {
        self.count
    }

    /// What tells the models who touches which of them.
    #[inline(always)]
    pub(crate) fn witness(&self) -> &Witness {
        &self.witness
    }

    /// Where the message with this index is, or will be.
    #[inline(always)]
    pub(crate) fn slot(&self, index: usize) -> *mut T {
        let place = index & (self.count - 1);
        // SAFETY: the place is less than the number of slots.
        unsafe { self.first.add(place) }.as_ptr().cast()
    }
}

impl<T> Drop for Slots<T> {
    fn drop(&mut self) {
        let slots = ptr::slice_from_raw_parts_mut(self.first.as_ptr(), self.count);
        // SAFETY: they came out of a box, and nobody has them any more.
        drop(unsafe { Box::from_raw(slots) });
    }
}
