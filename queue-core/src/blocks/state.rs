//! What is asked and told of the blocks beside claims: glances, counts, flags, and the end.

use super::block::SLOTS;
use super::{Blocks, ONE, block_number, known, next, offset, refusal_of, ticket};
use crate::ring::Refusal;
use crate::sync::{Ordering, order, spin_loop};
use crate::word::{CLOSED, PARKED, Word};

impl<T, W: Word> Blocks<T, W> {
    /// Whether a pop would be given a message; or why not.
    pub(crate) fn poppable(&self) -> Result<(), Refusal> {
        self.find().map(drop)
    }

    /// Whether a push would be done; or why not.
    pub(crate) fn pushable(&self) -> Result<(), Refusal> {
        // ORDERING(B1): as in `claim_push`.
        refusal_of(W::load(&self.tail.index, order!(B1, Acquire))).map_or(Ok(()), Err)
    }

    /// Whether a push looks possible. A hint.
    #[inline]
    pub(crate) fn looks_pushable(&self) -> bool {
        // ORDERING(relaxed): a hint, which a claim confirms.
        refusal_of(W::load(&self.tail.index, Ordering::Relaxed)).is_none()
    }

    /// Whether there looks to be a message, or two. A hint.
    #[inline]
    pub(crate) fn looks_poppable(&self, messages: usize) -> bool {
        // ORDERING(relaxed): a hint, which a claim confirms.
        let head = W::load(&self.head.index, Ordering::Relaxed);
        if offset(head) + messages <= known(head) {
            return true;
        }
        // ORDERING(relaxed): as above.
        let tail = W::load(&self.tail.index, Ordering::Relaxed);
        ticket(tail).wrapping_sub(ticket(head)) & W::MASK >= messages as u64 * ONE
    }

    /// Accepts no more pushes; what has been claimed is published, or given back. Whether it was open.
    pub(crate) fn close(&self) -> bool {
        // ORDERING(B5): pairs with B1 and itself; without it who is told "closed" may not see what the
        // closer did before.
        W::fetch_or(&self.tail.index, CLOSED, order!(B5, AcqRel)) & CLOSED == 0
    }

    /// Raises the flag that receivers are parked: the next push's claim tells.
    pub(crate) fn announce_receivers(&self) {
        // ORDERING(relaxed): the flag and the tickets are one word, which an RMW reads at its newest.
        W::fetch_or(&self.tail.index, PARKED, Ordering::Relaxed);
    }

    /// Lowers it.
    pub(crate) fn no_receivers(&self) {
        // ORDERING(relaxed): under the lock of the list that has become empty.
        W::fetch_and(&self.tail.index, !PARKED, Ordering::Relaxed);
    }

    /// How many tickets were claimed by pushes and not by pops, at one moment of the call.
    pub(crate) fn len(&self) -> usize {
        loop {
            // ORDERING(B1): as in `claim_push`.
            let tail = W::load(&self.tail.index, order!(B1, Acquire));
            // ORDERING(B2): as in `find`.
            let head = W::load(&self.head.index, order!(B2, Acquire));
            // ORDERING(relaxed): unmoved, both were true when `head` was read.
            if W::load(&self.tail.index, Ordering::Relaxed) == tail {
                let blocks =
                    block_number(tail).wrapping_sub(block_number(head)) & block_number(W::MASK);
                return blocks as usize * SLOTS + offset(tail) - offset(head);
            }
            spin_loop();
        }
    }

    /// Whether it was empty at one moment of the call.
    pub(crate) fn is_empty(&self) -> bool {
        // ORDERING(B2): as in `find`. In this order: `head` cannot pass the `tail` read later.
        let head = W::load(&self.head.index, order!(B2, Acquire));
        // ORDERING(relaxed): not older than `head`.
        let tail = W::load(&self.tail.index, Ordering::Relaxed);
        // A spare ticket carries no message.
        ticket(tail) == ticket(head)
            || offset(head) == SLOTS && ticket(tail) == next::<W>(ticket(head))
    }
}
