//! The ring in one pair of hands: no atomics, no claims, and the final drop.

use core::mem;

use super::raw::RawRing;
use super::storage::Storage;
use super::ticket::{FREE, PUBLISHED};
use crate::word::{CLOSED, Word, ticket};

impl<T, W: Word, S: Storage<T, W>> RawRing<T, W, S> {
    /// Pushes without atomic operations; a full or closed ring gives the value back.
    pub(crate) fn push_exclusive(&mut self, value: T) -> Result<(), T> {
        let (head, tail) = self.indices();
        let this_push = ticket(tail);
        if tail & CLOSED != 0 || self.geometry().next_lap(ticket(head)) == this_push {
            return Err(value);
        }
        let next = self.geometry().next(tail);
        let slot = self.slot_exclusive(tail);
        slot.value.with_mut(|cell| {
            // SAFETY: exclusive, and the slot at `tail` of a ring that is not full holds nothing.
            unsafe { (*cell).write(value) };
        });
        W::write_exclusive(&mut slot.stamp, this_push | PUBLISHED);
        self.set_tail(next);
        Ok(())
    }

    /// Pops without atomic operations.
    pub(crate) fn pop_exclusive(&mut self) -> Option<T> {
        let head = loop {
            let (head, tail) = self.indices();
            let this_pop = ticket(head);
            if this_pop == ticket(tail) {
                return None;
            }
            let next = self.geometry().next(head);
            let freed = self.geometry().next_lap(this_pop) | FREE;
            // The ticket is used up before its message can run code of the user's, so that a panic
            // there leaves a ring that holds only the rest.
            self.set_head(next);
            let stamp = &mut self.slot_exclusive(head).stamp;
            let published = W::read_exclusive(stamp) == this_pop | PUBLISHED;
            W::write_exclusive(stamp, freed);
            // Other tickets carry no message: a grant was given up, or forgotten.
            if published {
                break head;
            }
        };
        let slot = self.slot_exclusive(head);
        let value = slot.value.with_mut(|cell| {
            // SAFETY: the stamp said PUBLISHED, so the message was there; it is read once, as the
            // stamp no longer says so.
            unsafe { (*cell).assume_init_read() }
        });
        Some(value)
    }
}

impl<T, W: Word, S: Storage<T, W>> Drop for RawRing<T, W, S> {
    /// Drops what is left, oldest first, each once. Where such a drop panics,
    /// the rest is leaked.
    fn drop(&mut self) {
        if mem::needs_drop::<T>() {
            while let Some(value) = self.pop_exclusive() {
                drop(value);
            }
        }
    }
}
