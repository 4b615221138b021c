//! A block: slots that are used once, and who frees them.
//!
//! A block is done when each of its slots is: its message was read by a pop, or
//! taken back by a push whose slot a pop had given up. Each such end is counted,
//! and who counts the last one puts the block aside for another use, or frees it. The
//! functions take pointers, not references: after the count the block may be gone.

use std::mem::MaybeUninit;
use std::ptr;

use crate::sync::{
    AtomicPtr, AtomicU8, AtomicUsize, Backoff, Ordering, UnsafeCell, has_cores, order,
    read_exclusive, spin_loop, write_exclusive,
};

/// The slots of a block.
#[cfg(not(queue_model))]
pub(super) const SLOTS: usize = 31;
#[cfg(queue_model)]
pub(super) const SLOTS: usize = 3;

/// The first slot of the first block that is used: in the models the hand-over comes at once.
#[cfg(not(queue_model))]
pub(super) const FIRST: usize = 0;
#[cfg(queue_model)]
pub(super) const FIRST: usize = 2;

/// How often a pop looks for a message that is being written, each time after a pause of the
/// processor, before it gives the slot up: long enough for any push that is not suspended. On Zen 4
/// 2 us, and 1 us for every 600 bytes of a message.
#[cfg(not(queue_model))]
const fn looks(message_bytes: usize) -> usize {
    64 + message_bytes / 16
}
#[cfg(queue_model)]
const fn looks(_message_bytes: usize) -> usize {
    0
}

/// The slot awaits its push.
const EMPTY: u8 = 0;
/// The slot holds its message, or did.
const PUBLISHED: u8 = 1;
/// The pop has given the slot up before the push came.
const SKIPPED: u8 = 2;

/// What a pop does whose push is suspended between claim and publish.
#[derive(Clone, Copy)]
pub(crate) enum Suspended {
    /// It waits, spinning and yielding.
    WaitOut,
    /// It goes on to the next message; the push will claim again.
    PassOver,
}

struct Slot<T> {
    state: AtomicU8,
    /// Initialised while the state is PUBLISHED and its pop has not read it.
    value: UnsafeCell<MaybeUninit<T>>,
}

pub(super) struct Block<T> {
    next: AtomicPtr<Self>,
    /// How many slots are done.
    done: AtomicUsize,
    slots: [Slot<T>; SLOTS],
}

/// A block that is not in use: kept for the next hand-over, so that a queue that is drained as it
/// fills need not ask the allocator for every block.
pub(super) struct Spare<T>(AtomicPtr<Block<T>>);

impl<T> Spare<T> {
    pub(super) fn none() -> Self {
        Self(AtomicPtr::new(ptr::null_mut()))
    }

    /// A block whose slots are all empty.
    #[cold]
    pub(super) fn bring(&self) -> Box<Block<T>> {
        self.exchange(ptr::null_mut())
            .unwrap_or_else(|| Block::used_up_to(0))
    }

    /// Keeps a block of which nobody has anything, and frees the one that was kept.
    #[cold]
    pub(super) fn keep(&self, mut block: Box<Block<T>>) {
        write_exclusive!(block.next, ptr::null_mut());
        write_exclusive!(block.done, 0);
        for slot in &mut block.slots {
            write_exclusive!(slot.state, EMPTY);
        }
        drop(self.exchange(Box::into_raw(block)));
    }

    fn exchange(&self, block: *mut Block<T>) -> Option<Box<Block<T>>> {
        // ORDERING(B8): pairs with itself; without it the block may be used before it is made ready.
        let before = self.0.swap(block, order!(B8, AcqRel));
        // SAFETY: what is not null came from a box, and the swap has made it ours.
        (!before.is_null()).then(|| unsafe { Box::from_raw(before) })
    }
}

impl<T> Drop for Spare<T> {
    fn drop(&mut self) {
        drop(self.exchange(ptr::null_mut()));
    }
}

impl<T> Block<T> {
    /// The first block of a queue.
    pub(super) fn first() -> *mut Self {
        Box::into_raw(Self::used_up_to(FIRST))
    }

    /// Made in place: a message may be too large for the stack, and there are many of them.
    fn used_up_to(first: usize) -> Box<Self> {
        let mut block = Box::<Self>::new_uninit();
        let made = block.as_mut_ptr();
        // SAFETY: each field is written once, in memory that is large enough and ours.
        unsafe {
            (&raw mut (*made).next).write(AtomicPtr::new(ptr::null_mut()));
            (&raw mut (*made).done).write(AtomicUsize::new(first));
            for offset in 0..SLOTS {
                let state = if offset < first { PUBLISHED } else { EMPTY };
                (&raw mut (*made).slots[offset]).write(Slot {
                    state: AtomicU8::new(state),
                    value: UnsafeCell::new(MaybeUninit::uninit()),
                });
            }
            block.assume_init()
        }
    }

    /// Links the block that follows.
    ///
    /// # Safety
    ///
    /// A slot of the caller's is not done.
    pub(super) unsafe fn set_next(block: *mut Self, next: *mut Self) {
        // SAFETY: a slot that is not done keeps the block.
        // ORDERING(relaxed): the tail's index comes after it (B1).
        unsafe { &*block }.next.store(next, Ordering::Relaxed);
    }

    /// The block that follows; null while there is none.
    ///
    /// # Safety
    ///
    /// A slot of the caller's is not done.
    pub(super) unsafe fn next(block: *mut Self) -> *mut Self {
        // SAFETY: a slot that is not done keeps the block.
        // ORDERING(relaxed): the tail's index was read before it (B1).
        unsafe { &*block }.next.load(Ordering::Relaxed)
    }

    /// Writes the message of a claimed push and hands it to its pop. If that has given up, the
    /// message comes back.
    ///
    /// # Safety
    ///
    /// The slot is claimed by this push, which comes here once.
    #[inline(always)]
    pub(super) unsafe fn fill(
        block: *mut Self,
        offset: usize,
        message: T,
        spare: &Spare<T>,
    ) -> Result<(), T> {
        // SAFETY: our slot is not done, which keeps the block; the offset is one of a slot.
        let slot = unsafe { (*block).slots.get_unchecked(offset) };
        slot.value.with_mut(|cell| {
            // SAFETY: the claim is the exclusive right to the slot until it is published.
            unsafe { (*cell).write(message) };
        });
        // ORDERING(B6): pairs with itself, in `take`; without it the pop may read the message before it
        // is written, or the block be freed under a pop that has given up.
        if slot.state.swap(PUBLISHED, order!(B6, AcqRel)) == EMPTY {
            return Ok(());
        }
        // SAFETY: the pop has given up, so the message, which we have just written, is still ours.
        let message = slot
            .value
            .with_mut(|cell| unsafe { (*cell).assume_init_read() });
        // SAFETY: the slot is done, and nobody else says so.
        unsafe { Self::finish(block, spare) };
        Err(message)
    }

    /// Reads the message of a claimed pop. `None` if its push is not through after a while, where
    /// `suspended` says so: it will find the slot given up.
    ///
    /// # Safety
    ///
    /// The slot is claimed by this pop, which comes here once.
    #[inline(always)]
    pub(super) unsafe fn take(
        block: *mut Self,
        offset: usize,
        suspended: Suspended,
        spare: &Spare<T>,
    ) -> Option<T> {
        // SAFETY: our slot is not done, which keeps the block; the offset is one of a slot.
        let slot = unsafe { (*block).slots.get_unchecked(offset) };
        // ORDERING(B6): pairs with itself, in `fill`; see there.
        if slot.state.load(order!(B6, Acquire)) == EMPTY && !Self::wait_for_push(slot, suspended) {
            return None;
        }
        let message = slot.value.with_mut(|cell| {
            // SAFETY: the state said PUBLISHED, so the message is there, and it is ours alone.
            unsafe { (*cell).assume_init_read() }
        });
        // SAFETY: the slot is done, and nobody else says so.
        unsafe { Self::finish(block, spare) };
        Some(message)
    }

    /// Whether the push has come in time; if not, the slot has been given up.
    #[cold]
    fn wait_for_push(slot: &Slot<T>, suspended: Suspended) -> bool {
        let mut looks_left = if has_cores() {
            looks(size_of::<T>())
        } else {
            0
        };
        let backoff = Backoff::new();
        while looks_left > 0 || matches!(suspended, Suspended::WaitOut) {
            if looks_left > 0 {
                spin_loop();
                looks_left -= 1;
            } else {
                backoff.snooze();
            }
            // ORDERING(B6): as in `take`.
            if slot.state.load(order!(B6, Acquire)) == PUBLISHED {
                return true;
            }
        }
        slot.state
            // ORDERING(B6): as in `fill`, which frees the block after a pop that has given up.
            .compare_exchange(EMPTY, SKIPPED, order!(B6, Release), order!(B6, Acquire))
            .is_err()
    }

    /// Counts a slot that is done, and puts the block aside after the last one.
    ///
    /// # Safety
    ///
    /// The slot was the caller's, and is counted once.
    #[inline(always)]
    unsafe fn finish(block: *mut Self, spare: &Spare<T>) {
        // SAFETY: the slot that we are about to count keeps the block.
        // ORDERING(B7): pairs with itself; without it the block may be freed while others use it.
        let before = unsafe { &*block }.done.fetch_add(1, order!(B7, AcqRel));
        if before + 1 == SLOTS {
            // SAFETY: it was made by a box, and every slot is done.
            spare.keep(unsafe { Box::from_raw(block) });
        }
    }

    /// Frees the block. The one that follows.
    ///
    /// # Safety
    ///
    /// Nobody uses it any more, nor will.
    #[cold]
    pub(super) unsafe fn leave(block: *mut Self) -> *mut Self {
        // SAFETY: it was made by a box, and nobody uses it any more.
        let mut block = unsafe { Box::from_raw(block) };
        read_exclusive!(block.next)
    }

    /// Moves a message out.
    ///
    /// # Safety
    ///
    /// The block is in one pair of hands, and the slot holds a message, which is not looked at again.
    pub(super) unsafe fn remove(block: *mut Self, offset: usize) -> T {
        // SAFETY: by the contract.
        unsafe { &*block }.slots[offset].value.with_mut(|cell| {
            // SAFETY: by the contract.
            unsafe { (*cell).assume_init_read() }
        })
    }
}
