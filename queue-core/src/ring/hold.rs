//! Holds: a message in the hands of user code, which reads it where it lies, and
//! may take its time.
//!
//! A plain pop has nothing of the user's between its claim and the release of the
//! slot, so that peers may wait for it awake. A hold says that it is one: the stamp
//! is that of a grant, of the next lap's ticket, which no push has claimed.
//!
//! ```text
//!   PUBLISHED(t) ──pop claims t──▶ GRANTED(t + lap) ──release──▶ FREE(t + lap)
//! ```
//!
//! To the push of that ticket the ring is full, though its indices say that it is
//! not; to the pop, it is empty. Senders may sleep, and whoever ends the hold wakes
//! them.
//!
//! **Nobody sleeps beside a hold that has ended.** As with grants: the one who ends it
//! changes the stamp and then does an RMW on the index on which the sleepers raise
//! their flag. Of the two RMWs one is the later: it finds the flag, or the stamp.

use super::claim::Claim;
use super::raw::RawRing;
use super::storage::{Slot, Storage};
use super::ticket::{FREE, GRANTED};
use crate::sync::{Ordering, order};
use crate::word::{PARKED, Word};

/// A message in the hands of user code. It is ended by [`RawRing::release`]; forgotten, it
/// stalls the ring when the turn comes to its slot again, and does no other harm.
#[derive(Debug)]
#[must_use = "a hold that is never ended stalls the ring"]
pub(crate) struct Hold {
    ticket: u64,
    /// That of the push that uses the slot next.
    pub(super) next_push: u64,
}

impl<T, W: Word> Slot<T, W> {
    /// The message in a slot that is held. It is there, and the holder's alone, until the release.
    pub(super) fn message(&self) -> *mut T {
        self.value.with_mut(|cell| cell.cast())
    }

    /// Frees a slot for the push of that ticket.
    ///
    /// # Safety
    ///
    /// The slot is held by the caller, who had it by the ticket a lap before, and its message is gone.
    pub(super) unsafe fn release_held(&self, ticket: u64) {
        // ORDERING(G8): pairs with R4; without it the push of the next lap may overwrite the message while it
        // is read.
        W::store(&self.stamp, ticket | FREE, order!(G8, Release));
    }
}

impl<T, W: Word, S: Storage<T, W>> RawRing<T, W, S> {
    /// Gives the message of a claimed pop into the hands of user code.
    pub(crate) fn hold(&self, claim: Claim<'_, T, W>) -> Hold {
        let next_push = self.geometry().next_lap(claim.ticket);
        // ORDERING(relaxed): it says nothing of the slot's content; and that no push has claimed it, `tail`
        // says.
        W::store(&claim.slot.stamp, next_push | GRANTED, Ordering::Relaxed);
        Hold {
            ticket: claim.ticket,
            next_push,
        }
    }

    /// The message that is held. It is there, and the hold's alone, until that ends.
    ///
    /// The hold is of this ring.
    pub(crate) fn held(&self, hold: &Hold) -> *mut T {
        self.slot(hold.ticket).message()
    }

    /// Frees the slot of a message that was held. So many senders may have been waiting for it: wake them,
    /// as they are parked.
    ///
    /// # Safety
    ///
    /// The hold is of this ring, and its message has been dropped or moved out.
    pub(crate) unsafe fn release(&self, hold: Hold) -> usize {
        // SAFETY: by the contract.
        unsafe { self.slot(hold.ticket).release_held(hold.next_push) };
        // ORDERING(G6): pairs with G5, in `announce_senders`; without it a sender may sleep before the
        // stamp that it should have seen.
        let head = W::fetch_or(&self.head, 0, order!(G6, Release));
        if head & PARKED == 0 {
            0
        } else {
            // Pops of later messages may have woken senders, who found this hold before their room.
            self.geometry()
                .distance(hold.ticket, head)
                .unwrap_or(self.geometry().capacity())
        }
    }
}
