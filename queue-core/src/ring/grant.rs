//! Grants: a claimed slot in the hands of user code, which may take its time,
//! and may give it up.
//!
//! A plain push has nothing of the user's between its claim and its publish, so
//! that peers may wait for it awake. A grant says that it is one, in the stamp:
//! pops find nothing to receive, and may sleep. Whoever ends the grant wakes
//! them. A grant that is given up leaves a ticket without a message, SKIPPED, and
//! whoever comes upon that passes over it. (The counterpart for pops is a [hold](super::hold).)
//!
//! **Nobody sleeps beside a grant that has ended.** The one who ends it changes
//! the stamp and then does an RMW on the index on which the sleepers raise their
//! flag. Of the two RMWs one is the later: it finds the flag, or the stamp.

use core::mem::MaybeUninit;

use super::claim::Claim;
use super::raw::RawRing;
use super::storage::{Slot, Storage};
use super::ticket::{FREE, GRANTED, PUBLISHED, SKIPPED};
use crate::sync::{Ordering, order};
use crate::word::{CLOSED, PARKED, Word, ticket};

/// A slot in the hands of user code. It is ended by [`RawRing::commit`] or
/// [`RawRing::abort`]; forgotten, it stalls the ring for ever, and does no other harm.
#[derive(Debug)]
#[must_use = "a grant that is never ended stalls the ring"]
pub(crate) struct Grant {
    pub(super) ticket: u64,
}

/// What the end of a grant leaves to its owner.
#[derive(Debug)]
pub(crate) struct Ended {
    /// So many receivers may have been waiting for this grant: wake them, if they are parked.
    pub(crate) receivers: usize,
    /// So many senders got room: wake them.
    pub(crate) senders: usize,
    /// The ring has been closed: nobody may come to pop what is in it.
    pub(crate) closed: bool,
}

impl Ended {
    /// It concerns nobody.
    pub(crate) fn nothing() -> Self {
        Self {
            receivers: 0,
            senders: 0,
            closed: false,
        }
    }
}

impl<T, W: Word> Slot<T, W> {
    /// Where the message is to be written, of a slot that was granted. It is there, and the grant's alone,
    /// until that ends.
    pub(super) fn place(&self) -> *mut MaybeUninit<T> {
        self.value.with_mut(|cell| cell)
    }

    /// Whether user code has the slot, and this is the ticket of its next publish: a push has claimed it
    /// and is at work, or, if none has, a pop of the last lap is.
    pub(super) fn is_granted(&self, ticket: u64) -> bool {
        // ORDERING(G7): pairs with itself, in `grant`; without it who sees a slot in which a push is at work
        // may not see that it is claimed, and take it for one that is still being read.
        W::load(&self.stamp, order!(G7, Acquire)) == ticket | GRANTED
    }

    /// Hands the message in a granted slot to the consumers.
    ///
    /// # Safety
    ///
    /// The slot was granted to the caller by that ticket, and there is a message in it.
    pub(super) unsafe fn publish_granted(&self, ticket: u64) {
        // ORDERING(G1): pairs with R2; without it a pop may read the slot before the message is in it.
        W::store(&self.stamp, ticket | PUBLISHED, order!(G1, Release));
    }

    /// Gives a granted slot up: the ticket carries no message.
    ///
    /// # Safety
    ///
    /// The slot was granted to the caller by that ticket.
    pub(super) unsafe fn give_up_granted(&self, ticket: u64) {
        // ORDERING(G2): pairs with G4; without it the next push into the slot may come before the
        // last pop out of it.
        W::store(&self.stamp, ticket | SKIPPED, order!(G2, Release));
    }
}

impl<T, W: Word, S: Storage<T, W>> RawRing<T, W, S> {
    /// Gives a claimed slot into the hands of user code.
    pub(crate) fn grant(&self, claim: Claim<'_, T, W>) -> Grant {
        // ORDERING(G7): pairs with itself, in `is_granted`; see there.
        W::store(
            &claim.slot.stamp,
            claim.ticket | GRANTED,
            order!(G7, Release),
        );
        Grant {
            ticket: claim.ticket,
        }
    }

    /// A granted slot, to be written. It is there, and the grant's alone, until that ends.
    ///
    /// The grant is of this ring.
    pub(crate) fn granted(&self, grant: &Grant) -> *mut MaybeUninit<T> {
        self.slot(grant.ticket).place()
    }

    /// Whether the ring has been closed.
    pub(crate) fn is_closed(&self) -> bool {
        // ORDERING(C2): as in `claim_push`.
        W::load(&self.tail, order!(C2, Acquire)) & CLOSED != 0
    }

    /// Publishes a message in a granted slot.
    ///
    /// # Safety
    ///
    /// The grant is of this ring.
    pub(crate) unsafe fn commit(&self, grant: Grant, value: T) -> Ended {
        self.slot(grant.ticket).value.with_mut(|cell| {
            // SAFETY: the grant is the exclusive right to the slot of its ring, which holds nothing.
            unsafe { (*cell).write(value) };
        });
        // SAFETY: by the contract; and there is a message now.
        unsafe { self.commit_written(grant) }
    }

    /// Publishes the message that has been written into a granted slot.
    ///
    /// # Safety
    ///
    /// The grant is of this ring, and its slot has been written.
    pub(crate) unsafe fn commit_written(&self, grant: Grant) -> Ended {
        // SAFETY: by the contract.
        unsafe { self.slot(grant.ticket).publish_granted(grant.ticket) };
        self.after(&grant)
    }

    /// Gives a granted slot up. What has been written into it is not dropped.
    ///
    /// # Safety
    ///
    /// The grant is of this ring.
    pub(crate) unsafe fn abort(&self, grant: Grant) -> Ended {
        // SAFETY: by the contract.
        unsafe { self.slot(grant.ticket).give_up_granted(grant.ticket) };
        let ended = self.after(&grant);
        Ended {
            senders: self.pass_skipped(),
            ..ended
        }
    }

    fn after(&self, grant: &Grant) -> Ended {
        // ORDERING(G3): pairs with itself, in `announce_receivers` and `close`; without it a receiver
        // may sleep, or the closer turn away, before the stamp that they should have seen.
        let tail = W::fetch_or(&self.tail, 0, order!(G3, AcqRel));
        let receivers = if tail & PARKED == 0 {
            0
        } else {
            // Those of later messages may have woken receivers, who found this grant before theirs.
            self.geometry()
                .distance(grant.ticket, tail)
                .unwrap_or(self.geometry().capacity())
        };
        Ended {
            receivers,
            senders: 0,
            closed: tail & CLOSED != 0,
        }
    }

    /// Whether the oldest ticket is of a grant that was given up.
    pub(crate) fn starts_skipped(&self) -> bool {
        // ORDERING(relaxed): a hint, which `pass_skipped` confirms.
        let head = W::load(&self.head, Ordering::Relaxed);
        // ORDERING(relaxed): as above.
        W::load(&self.slot(head).stamp, Ordering::Relaxed) == ticket(head) | SKIPPED
    }

    /// Passes over the oldest tickets while they are of grants that were given up. So many parked
    /// senders are to be woken for it.
    #[cold]
    pub(crate) fn pass_skipped(&self) -> usize {
        let mut senders = 0;
        loop {
            // ORDERING(G5): pairs with itself; without it, of two threads, one that gives a grant up and
            // one that pops the ticket before it, neither may see that this one is now the oldest.
            let head = W::fetch_or(&self.head, 0, order!(G5, AcqRel));
            let slot = self.slot(head);
            // ORDERING(G4): pairs with G2; see there.
            let stamp = W::load(&slot.stamp, order!(G4, Acquire));
            if stamp != ticket(head) | SKIPPED {
                return senders;
            }
            // ORDERING(E2): as in `claim_pop`.
            let claimed = W::compare_exchange_weak(
                &self.head,
                head,
                self.geometry().next(head),
                order!(E2, Release),
                Ordering::Relaxed,
            );
            if claimed.is_ok() {
                // ORDERING(R3): as in `take`.
                W::store(
                    &slot.stamp,
                    self.geometry().next_lap(ticket(head)) | FREE,
                    order!(R3, Release),
                );
                senders += usize::from(head & PARKED != 0);
            }
        }
    }
}
