//! What the two ends have in common: the indices, the slots, and who frees them.
//!
//! Each end has an [`End`], which keeps in itself what it needs for every message: where the slots are,
//! and how many. What it reaches through the pointer is an index, and nothing else.
//!
//! Of the two ends, the one that goes last drops the messages that are left. The flag by which they agree
//! on that is swapped with acquire and release in one, without a fence, which ThreadSanitizer would not
//! understand.

use alloc::boxed::Box;
use core::mem;
use core::ptr::{self, NonNull};

use crossbeam_utils::CachePadded;

use super::slots::Slots;
use crate::sync::{AtomicBool, AtomicUsize, Witness, order, read_exclusive};

/// The ring.
struct Shared<T> {
    /// The index of the next message to be published. The producer's, who knows it by heart.
    tail: CachePadded<AtomicUsize>,
    /// The index of the oldest message, which is the next to be taken. The consumer's.
    head: CachePadded<AtomicUsize>,
    /// One end is gone; the other one frees.
    is_half_closed: AtomicBool,
    slots: Slots<T>,
}

impl<T> Drop for Shared<T> {
    /// Drops what is left, oldest first, each once. Where such a drop panics, the rest is leaked, and the
    /// memory freed all the same.
    fn drop(&mut self) {
        let mut head = read_exclusive!(self.head);
        let tail = read_exclusive!(self.tail);
        if mem::needs_drop::<T>() {
            self.slots.witness().write(head, tail.wrapping_sub(head));
            while head != tail {
                let message = self.slots.slot(head);
                head = head.wrapping_add(1);
                // SAFETY: between the indices lie the messages, and both ends are gone.
                unsafe { ptr::drop_in_place(message) };
            }
        }
    }
}

/// What an end holds of the ring.
pub(super) struct End<T> {
    shared: NonNull<Shared<T>>,
    /// A pointer that can be written through: that keeps `T` as it is. An end for messages that live for
    /// ever must not pass for one of messages that do not.
    first: *mut T,
    mask: usize,
    capacity: usize,
}

// SAFETY: the end goes to another thread with the messages that it gives access to, and the last one drops
// what is left on its own.
unsafe impl<T: Send> Send for End<T> {}

/// Both ends of an empty ring, and the index at which it begins.
///
/// Its indices begin one lap before they overflow, so that the wrap-around is the first thing that happens
/// to a ring, not the last.
///
/// # Panics
///
/// Panics where the capacity is zero or too large.
#[track_caller]
pub(super) fn new<T>(capacity: usize) -> ([End<T>; 2], usize) {
    let slots = Slots::new(capacity);
    let begin = slots.count().wrapping_neg();
    let (first, mask) = (slots.slot(0), slots.count() - 1);
    let shared = NonNull::from(Box::leak(Box::new(Shared {
        tail: CachePadded::new(AtomicUsize::new(begin)),
        head: CachePadded::new(AtomicUsize::new(begin)),
        is_half_closed: AtomicBool::new(false),
        slots,
    })));
    let end = || End {
        shared,
        first,
        mask,
        capacity,
    };
    ([end(), end()], begin)
}

impl<T> End<T> {
    #[inline(always)]
    fn shared(&self) -> &Shared<T> {
        // SAFETY: it is there until both ends are gone.
        unsafe { self.shared.as_ref() }
    }

    #[inline(always)]
    pub(super) fn capacity(&self) -> usize {
        self.capacity
    }

    /// What tells the models who touches which slots.
    #[inline(always)]
    pub(super) fn witness(&self) -> &Witness {
        self.shared().slots.witness()
    }

    /// Where the message with this index is, or will be.
    #[inline(always)]
    pub(super) fn slot(&self, index: usize) -> *mut T {
        // SAFETY: the place is less than the number of slots.
        unsafe { self.first.add(index & self.mask) }
    }

    /// Where the messages of so many indices are, the capacity at most: in two pieces, of which the second
    /// begins the next lap.
    #[inline(always)]
    pub(super) fn pieces(&self, first: usize, length: usize) -> [*mut [T]; 2] {
        debug_assert!(length <= self.capacity);
        let ahead = length.min(self.mask + 1 - (first & self.mask));
        [
            ptr::slice_from_raw_parts_mut(self.slot(first), ahead),
            ptr::slice_from_raw_parts_mut(self.first, length - ahead),
        ]
    }

    /// Hands over what has been written before this index. For the producer.
    #[inline(always)]
    pub(super) fn publish(&self, tail: usize) {
        // ORDERING(S1): pairs with S2; without it a message may be read before it is written.
        self.shared().tail.store(tail, order!(S1, Release));
    }

    /// The index before which everything has been published. For the consumer.
    #[inline(always)]
    pub(super) fn published(&self) -> usize {
        // ORDERING(S2): pairs with S1; without it a message may be read before it is written.
        self.shared().tail.load(order!(S2, Acquire))
    }

    /// Hands back the slots of what has been taken before this index. For the consumer.
    #[inline(always)]
    pub(super) fn release(&self, head: usize) {
        // ORDERING(S3): pairs with S4; without it a slot may be overwritten before it is read.
        self.shared().head.store(head, order!(S3, Release));
    }

    /// The index before which everything has been taken. For the producer.
    #[inline(always)]
    pub(super) fn released(&self) -> usize {
        // ORDERING(S4): pairs with S3; without it a slot may be overwritten before it is read.
        self.shared().head.load(order!(S4, Acquire))
    }

    /// Whether the other end is gone.
    #[inline(always)]
    pub(super) fn is_abandoned(&self) -> bool {
        // ORDERING(S6): pairs with S5; without it what the other end did before it went may not be seen.
        self.shared().is_half_closed.load(order!(S6, Acquire))
    }
}

impl<T> Drop for End<T> {
    fn drop(&mut self) {
        // ORDERING(S5): pairs with itself and S6; without it one end may free what the other still uses.
        if self.shared().is_half_closed.swap(true, order!(S5, AcqRel)) {
            // SAFETY: it was made by `Box::leak`, and the other end is gone.
            drop(unsafe { Box::from_raw(self.shared.as_ptr()) });
        }
    }
}
