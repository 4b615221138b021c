//! The ring in one pair of hands: no atomics, no claims, and the final drop.

use core::mem;

use super::raw::RawRing;
use super::storage::Storage;
use super::ticket::{FREE, PUBLISHED};
use crate::word::{CLOSED, Word, ticket};

impl<T, W: Word, S: Storage<T, W>> RawRing<T, W, S> {
    /// Pushes without atomic operations; a full or closed ring gives the value back.
    pub(crate) fn push_exclusive(&mut self, value: T) -> Result<(), T> {
        self.skip_exclusive();
        let (head, tail) = self.indices();
        let this_push = ticket(tail);
        if tail & CLOSED != 0 || self.geometry().next_lap(ticket(head)) == this_push {
            return Err(value);
        }
        let next = self.geometry().next(tail);
        let slot = self.slot_exclusive(tail);
        slot.value.with_mut(|cell| {
            // SAFETY: exclusive, and the slot at `tail` of a ring that is not full holds nothing, or what
            // was held in place and forgotten, and so leaks.
            unsafe { (*cell).write(value) };
        });
        W::write_exclusive(&mut slot.stamp, this_push | PUBLISHED);
        self.set_tail(next);
        Ok(())
    }

    /// Pops without atomic operations.
    pub(crate) fn pop_exclusive(&mut self) -> Option<T> {
        self.skip_exclusive();
        let (head, tail) = self.indices();
        if ticket(head) == ticket(tail) {
            return None;
        }
        // The ticket is used up before its message can run code of the user's, so that a panic
        // there leaves a ring that holds only the rest.
        self.free_exclusive(head);
        let slot = self.slot_exclusive(head);
        let value = slot.value.with_mut(|cell| {
            // SAFETY: the stamp said PUBLISHED, so the message was there; it is read once, as the
            // stamp no longer says so.
            unsafe { (*cell).assume_init_read() }
        });
        Some(value)
    }

    /// How many messages there are.
    pub(super) fn len_exclusive(&mut self) -> usize {
        let (mut at, tail) = self.indices();
        let mut length = 0;
        while ticket(at) != ticket(tail) {
            length += usize::from(self.is_published_exclusive(at));
            at = self.geometry().next(at);
        }
        length
    }

    /// Passes over the oldest tickets while they carry no message: grants were given up, or forgotten.
    fn skip_exclusive(&mut self) {
        loop {
            let (head, tail) = self.indices();
            if ticket(head) == ticket(tail) || self.is_published_exclusive(head) {
                return;
            }
            self.free_exclusive(head);
        }
    }

    fn is_published_exclusive(&mut self, index: u64) -> bool {
        W::read_exclusive(&mut self.slot_exclusive(index).stamp) == ticket(index) | PUBLISHED
    }

    /// Uses up the oldest ticket.
    fn free_exclusive(&mut self, head: u64) {
        let next = self.geometry().next(head);
        let freed = self.geometry().next_lap(ticket(head)) | FREE;
        self.set_head(next);
        W::write_exclusive(&mut self.slot_exclusive(head).stamp, freed);
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
