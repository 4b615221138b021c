//! What is asked and told of a ring beside claims: glances, counts, flags, and
//! the replacing of the oldest message.

use core::fmt;

use super::claim::{Precedence, Refusal};
use super::raw::RawRing;
use super::storage::Storage;
use super::ticket::{FREE, PUBLISHED, SKIPPED};
use crate::sync::{Ordering, order, spin_loop};
use crate::word::{CLOSED, PARKED, PRIORITY, Word, ticket};

/// Which of the coming claims of an index.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Turn {
    Next,
    AfterNext,
}

impl<T, W: Word, S: Storage<T, W>> RawRing<T, W, S> {
    /// Whether the slot of the next push, or of the one after it, looks free, or was given up a lap
    /// ago. A hint: it asks the slot alone.
    #[inline]
    pub(crate) fn looks_pushable(&self, which: Turn) -> bool {
        // ORDERING(relaxed): a hint, which a claim confirms.
        let push = self.turn(W::load(&self.tail, Ordering::Relaxed), which);
        // ORDERING(relaxed): as above.
        let stamp = W::load(&self.slot(push).stamp, Ordering::Relaxed);
        stamp == push | FREE || self.geometry().next_lap(stamp) == push | SKIPPED
    }

    /// Whether the slot of the next pop, or of the one after it, looks published, or is to be passed
    /// over. A hint: it asks the slot alone.
    #[inline]
    pub(crate) fn looks_poppable(&self, which: Turn) -> bool {
        // ORDERING(relaxed): a hint, which a claim confirms.
        let pop = self.turn(W::load(&self.head, Ordering::Relaxed), which);
        // ORDERING(relaxed): as above.
        let stamp = W::load(&self.slot(pop).stamp, Ordering::Relaxed);
        stamp == pop | PUBLISHED || stamp == pop | SKIPPED
    }

    fn turn(&self, index: u64, which: Turn) -> u64 {
        match which {
            Turn::Next => ticket(index),
            Turn::AfterNext => self.geometry().next(ticket(index)),
        }
    }

    /// Takes the oldest message's slot for `value` where the ring is full: the message displaced.
    /// Where it is not full (any more), or closed, `value` comes back. (Where it is closed after that look, `value` has its place before the end: until its
    /// stamp says so, pops find the ring busy and not at its end.)
    pub(crate) fn displace(&self, value: T) -> Result<T, T> {
        // ORDERING(relaxed): a guess; the CAS on `head` decides.
        let tail = W::load(&self.tail, Ordering::Relaxed);
        if tail & CLOSED != 0 {
            return Err(value);
        }
        let tail = ticket(tail);
        // ORDERING(relaxed): as above.
        let head = W::load(&self.head, Ordering::Relaxed);
        let slot = self.slot(head);
        // ORDERING(R2): as in `claim_pop`.
        let stamp = W::load(&slot.stamp, order!(R2, Acquire));
        if self.geometry().next_lap(ticket(head)) != tail || stamp != ticket(head) | PUBLISHED {
            return Err(value);
        }
        // Claim the pop of the oldest message ...
        // ORDERING(E2): as in `claim_pop`.
        let claimed = W::compare_exchange_weak(
            &self.head,
            head,
            self.geometry().next(head),
            order!(E2, Release),
            Ordering::Relaxed,
        );
        if claimed.is_err() {
            return Err(value);
        }
        // ... and with it the push of the newest, which has the same slot: until its stamp changes
        // nobody else can claim `tail`. An addition, not a store, keeps a flag that is raised now.
        // ORDERING(E1): as in `claim_push`.
        W::fetch_add(&self.tail, self.geometry().step(tail), order!(E1, Release));
        let displaced = slot.value.with_mut(|cell| {
            // SAFETY: the stamp says PUBLISHED, so the message is there, and the two claims are
            // the exclusive right to take it and to put another in its place.
            unsafe { (*cell).as_mut_ptr().replace(value) }
        });
        // ORDERING(R1): as in `publish`.
        W::store(&slot.stamp, tail | PUBLISHED, order!(R1, Release));
        Ok(displaced)
    }

    /// Accepts no more pushes; what has been claimed is still published and popped. Whether it was
    /// open.
    pub(crate) fn close(&self) -> bool {
        // ORDERING(C1): pairs with C2, C3 and G3; without it who is told "closed" may not see what the
        // closer did before, and the closer may leave a message that user code has just finished.
        W::fetch_or(&self.tail, CLOSED, order!(C1, AcqRel)) & CLOSED == 0
    }

    /// Raises the flag that receivers are parked: the next push's claim tells.
    pub(crate) fn announce_receivers(&self) {
        // ORDERING(G3): pairs with itself; see `commit`. For plain pushes it could be relaxed: the flag
        // and the tickets are one word, which an RMW reads at its newest.
        W::fetch_or(&self.tail, PARKED, order!(G3, Acquire));
    }

    /// Lowers the flag of [`announce_receivers`](Self::announce_receivers).
    pub(crate) fn no_receivers(&self) {
        // ORDERING(relaxed): under the lock of the list that has become empty.
        W::fetch_and(&self.tail, !PARKED, Ordering::Relaxed);
    }

    /// Raises the flag that senders are parked: the next pop's claim tells.
    pub(crate) fn announce_senders(&self) {
        // ORDERING(G5): pairs with itself; without it a sender may sleep before the stamp of a grant that
        // was given up, and is now the oldest. For plain pops it could be relaxed: the flag and the
        // tickets are one word, which an RMW reads at its newest.
        W::fetch_or(&self.head, PARKED, order!(G5, Acquire));
    }

    /// Lowers the flag of [`announce_senders`](Self::announce_senders).
    pub(crate) fn no_senders(&self) {
        // ORDERING(relaxed): as in `no_receivers`.
        W::fetch_and(&self.head, !PARKED, Ordering::Relaxed);
    }

    /// Has pushes stand back that respect the precedence of a waiter.
    pub(crate) fn prefer_sender(&self) {
        // ORDERING(relaxed): the flag and the tickets are one word, which claims change by an RMW.
        W::fetch_or(&self.tail, PRIORITY, Ordering::Relaxed);
    }

    /// Has them stand back no more.
    pub(crate) fn prefer_no_sender(&self) {
        // ORDERING(relaxed): as in `prefer_sender`.
        W::fetch_and(&self.tail, !PRIORITY, Ordering::Relaxed);
    }

    /// Has pops stand back that respect the precedence of a waiter.
    pub(crate) fn prefer_receiver(&self) {
        // ORDERING(relaxed): as in `prefer_sender`.
        W::fetch_or(&self.head, PRIORITY, Ordering::Relaxed);
    }

    /// Has them stand back no more.
    pub(crate) fn prefer_no_receiver(&self) {
        // ORDERING(relaxed): as in `prefer_sender`.
        W::fetch_and(&self.head, !PRIORITY, Ordering::Relaxed);
    }

    /// Whether a push would be given a claim; or why not.
    pub(crate) fn pushable(&self, precedence: Precedence) -> Result<(), Refusal> {
        let (tail, _) = self.find_free()?;
        if precedence.forbids(tail) {
            return Err(Refusal::Busy);
        }
        Ok(())
    }

    /// Whether a pop would be given a claim; or why not.
    pub(crate) fn poppable(&self, precedence: Precedence) -> Result<(), Refusal> {
        let (head, _) = self.find_published()?;
        if precedence.forbids(head) {
            return Err(Refusal::Busy);
        }
        Ok(())
    }

    #[inline]
    pub(crate) fn capacity(&self) -> usize {
        self.geometry().capacity()
    }

    /// How many tickets were claimed by pushes and not by pops, at one moment of the call.
    pub(crate) fn len(&self) -> usize {
        loop {
            // ORDERING(E3): pairs with E1 and E2; without it the index read next may be older than this
            // one, and the two never have been at one moment.
            let tail = W::load(&self.tail, order!(E3, Acquire));
            // ORDERING(E3): as above.
            let head = W::load(&self.head, order!(E3, Acquire));
            // ORDERING(relaxed): unmoved, both were true when `head` was read.
            if W::load(&self.tail, Ordering::Relaxed) == tail
                && let Some(len) = self.geometry().distance(head, tail)
            {
                return len;
            }
            spin_loop();
        }
    }

    /// Whether the ring was empty at one moment of the call.
    pub(crate) fn is_empty(&self) -> bool {
        // ORDERING(E3): as in `len`. In this order: `head` cannot pass the `tail` read later.
        let head = W::load(&self.head, order!(E3, Acquire));
        // ORDERING(relaxed): not older than `head`.
        ticket(W::load(&self.tail, Ordering::Relaxed)) == ticket(head)
    }

    /// Whether the ring was full at one moment of the call.
    pub(crate) fn is_full(&self) -> bool {
        // ORDERING(E3): as in `len`. In this order: `tail` cannot pass the `head` read later
        // by more than a lap.
        let tail = W::load(&self.tail, order!(E3, Acquire));
        // ORDERING(relaxed): not older than `tail`.
        let head = W::load(&self.head, Ordering::Relaxed);
        self.geometry().next_lap(ticket(head)) == ticket(tail)
    }
}

impl<T, W: Word, S: Storage<T, W>> fmt::Debug for RawRing<T, W, S> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad("RawRing { .. }")
    }
}
