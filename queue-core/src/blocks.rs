//! An unbounded queue: single-use slots in blocks, under one head and one tail.
//!
//! ```text
//!        head ─┐ pops claim here                         tail ─┐ pushes claim here
//!              ▼                                               ▼
//!   ┌────┬────┬────┬────┐ next ┌────┬────┬────┬────┐ next ┌────┬────┬────┬────┐
//!   │done│done│PUBL│PUBL│─────▶│PUBL│    │PUBL│PUBL│─────▶│PUBL│    │    │    │
//!   └────┴────┴────┴────┘      └────┴────┴────┴────┘      └────┴────┴────┴────┘
//!
//!   slot    EMPTY ──push writes──▶ PUBLISHED ──pop reads──▶ done
//!             └─────pop gives up waiting──▶ SKIPPED ──push takes back──▶ done
//! ```
//!
//! A push claims a ticket by a CAS on `tail`, a pop by a CAS on `head` where it is
//! behind `tail`: exact FIFO in the order of the claims. A slot serves one ticket,
//! so it needs no lap; a block whose slots are all done is put aside for the next
//! hand-over, or freed, by whoever was the last one in it.
//!
//! **Hand-over.** Each block has one ticket more than slots. Who claims the last
//! slot of a block brings the next block, and then moves the index over the
//! spare ticket, by an RMW that keeps the flags. In between, a claim finds the
//! spare ticket ([`Refusal::Busy`]).
//!
//! **A pop need not wait for a push.** The claim comes before the slot
//! can be looked at, as an unclaimed block may be freed. Where the message is still
//! not there after a moment, the pop can mark the slot SKIPPED and go on; the push,
//! when it finds the mark, takes its message back and claims again. It has not
//! returned yet, so its place in the order is that of the claim that succeeded.
//! (That a slot is used once and can be poisoned is an idea of Correia and
//! Ramalhete's FAAArrayQueue,
//! <https://concurrencyfreaks.blogspot.com/2016/11/faaarrayqueue-mpmc-lock-free-queue-part.html>.)
//!
//! **Widths.** An index of 64 bits never repeats. With 32 bits (only where the target has no 64-bit
//! atomics) a ticket does after 2^26: so many messages at once are too many, and a thread that is
//! suspended between reading an index and its claim, while its peers complete exactly a multiple
//! of that many, would be deceived.
//!
//! **Orderings.** The tail's index hands over all that its claimants need: the block
//! pointer beside it, the fresh block, and the links between blocks are written
//! before the RMW that makes them reachable (B1), and the same for the head (B2).

use std::ptr;

use crossbeam_utils::CachePadded;

use crate::ring::Refusal;
use crate::sync::{AtomicPtr, Backoff, Ordering, fence, order, read_exclusive};
use crate::word::{CLOSED, FLAG_BITS, NativeWord, PARKED, Word};

mod block;
mod run;
mod state;

pub(crate) use block::Suspended;
use block::{Block, SLOTS, Spare};

/// The bits below the ticket: in `tail` the flags, in `head` what is known of the tail.
const LOW_BITS: u32 = if FLAG_BITS > (LAP as u64).ilog2() {
    FLAG_BITS
} else {
    (LAP as u64).ilog2() + 1
};
/// One ticket on.
const ONE: u64 = 1 << LOW_BITS;
/// The tickets of a block: its slots, and the spare one of the hand-over.
const LAP: usize = SLOTS + 1;

#[inline(always)]
const fn ticket(index: u64) -> u64 {
    index & !(ONE - 1)
}

/// How many slots of its block are known, in `head`, to have been claimed by pushes; [`LAP`] where
/// all are, and the next block is linked. Pops that find it beyond their slot need not look
/// at `tail`, whose line the pushes then keep to themselves.
#[inline(always)]
const fn known(head: u64) -> usize {
    (head & (ONE - 1)) as usize
}

/// What a look at the tail lets a head know, which is not beyond it.
#[inline(always)]
const fn known_by(head: u64, tail: u64) -> usize {
    if block_number(head) == block_number(tail) {
        offset(tail)
    } else {
        LAP
    }
}

/// The number of its block.
#[inline(always)]
const fn block_number(index: u64) -> u64 {
    (index >> LOW_BITS) / LAP as u64
}

/// Where in its block the ticket of an index lies; [`SLOTS`] is the spare ticket.
#[inline(always)]
const fn offset(index: u64) -> usize {
    ((index >> LOW_BITS) % LAP as u64) as usize
}

/// The index so many tickets on, with its low bits kept.
#[inline(always)]
fn advance<W: Word>(index: u64, tickets: usize) -> u64 {
    index.wrapping_add(tickets as u64 * ONE) & W::MASK
}

/// Why no push can claim by this tail.
#[inline(always)]
fn refusal_of(tail: u64) -> Option<Refusal> {
    if tail & CLOSED != 0 {
        Some(Refusal::Closed)
    } else if offset(tail) == SLOTS {
        Some(Refusal::Busy)
    } else {
        None
    }
}

/// The index one ticket on, with its low bits kept.
#[inline(always)]
fn next<W: Word>(index: u64) -> u64 {
    advance::<W>(index, 1)
}

/// One end: the ticket of the next claim, and its block.
struct Cursor<T, W: Word> {
    index: W::Atomic,
    block: AtomicPtr<Block<T>>,
}

/// A queue without a limit but the memory's.
pub(crate) struct Blocks<T, W: Word = NativeWord> {
    head: CachePadded<Cursor<T, W>>,
    /// With `CLOSED`, and `PARKED` for receivers.
    tail: CachePadded<Cursor<T, W>>,
    spare: CachePadded<Spare<T>>,
}

// SAFETY: each message goes from one thread to exactly one other, ordered by its slot's state; no
// references to messages are given out.
unsafe impl<T: Send, W: Word> Sync for Blocks<T, W> {}
// SAFETY: as above; owned blocks own their messages.
unsafe impl<T: Send, W: Word> Send for Blocks<T, W> {}

/// The exclusive right to some slots of a block, one at least.
struct Claim<T> {
    block: *mut Block<T>,
    offset: usize,
    length: usize,
}

impl<T, W: Word> Blocks<T, W> {
    /// An empty queue: one block.
    pub(crate) fn new() -> Self {
        // Little before the word overflows, so that this is among the first things that happen.
        let first = (LAP as u64 * ONE).wrapping_neg() & W::MASK;
        let first = first.wrapping_add(block::FIRST as u64 * ONE);
        let block = Block::first();
        let cursor = || {
            CachePadded::new(Cursor {
                index: W::new(first),
                block: AtomicPtr::new(block),
            })
        };
        Self {
            head: cursor(),
            tail: cursor(),
            spare: CachePadded::new(Spare::none()),
        }
    }

    /// Pushes, unless the queue is closed, or at a hand-over. `true` where receivers were parked: wake
    /// one of them.
    #[inline(always)]
    pub(crate) fn push(&self, mut message: T) -> Result<bool, (Refusal, T)> {
        let mut receivers_parked = false;
        loop {
            let (claim, parked) = match self.claim_push(1) {
                Ok(claimed) => claimed,
                Err(refusal) => return Err((refusal, message)),
            };
            receivers_parked |= parked;
            // SAFETY: the claim is fresh, and the block has our slot to wait for.
            match unsafe { Block::fill(claim.block, claim.offset, message, &self.spare) } {
                Ok(()) => return Ok(receivers_parked),
                Err(skipped) => message = skipped,
            }
        }
    }

    /// The slots of the next pushes, `limit` at most, and whether receivers were parked.
    #[inline(always)]
    fn claim_push(&self, limit: usize) -> Result<(Claim<T>, bool), Refusal> {
        let backoff = Backoff::new();
        let mut fresh = None;
        loop {
            // ORDERING(B1): pairs with itself; without it the block may be older than its index.
            let tail = W::load(&self.tail.index, order!(B1, Acquire));
            // ORDERING(relaxed): the index was read before; if it is still true, so is this.
            let block = self.tail.block.load(Ordering::Relaxed);
            if let Some(refusal) = refusal_of(tail) {
                // What was brought for a last slot that a peer was faster to claim is of use to the next.
                if let Some(unused) = fresh {
                    self.spare.keep(unused);
                }
                return Err(refusal);
            }
            let offset = offset(tail);
            let length = limit.min(SLOTS - offset);
            let is_last = offset + length == SLOTS;
            if is_last && fresh.is_none() {
                // Before the claim: peers wait for who has claimed a last slot.
                fresh = Some(self.spare.bring());
            }
            let claimed = W::compare_exchange_weak(
                &self.tail.index,
                tail,
                advance::<W>(tail, length),
                // ORDERING(B3): pairs with B1; without it a peer may see this push and not the pop
                // that its thread did before, and count a message twice.
                order!(B3, Release),
                Ordering::Relaxed,
            );
            if claimed.is_err() {
                backoff.spin();
                continue;
            }
            if is_last && let Some(next) = fresh.take() {
                let next_block = Box::into_raw(next);
                // SAFETY: our slot keeps the block.
                unsafe { Block::set_next(block, next_block) };
                // ORDERING(relaxed): the index comes after it.
                self.tail.block.store(next_block, Ordering::Relaxed);
                // ORDERING(B1): pairs with itself; without it a peer may meet a block of which it does
                // not see the content.
                W::fetch_add(&self.tail.index, ONE, order!(B1, Release));
            }
            if let Some(unused) = fresh {
                self.spare.keep(unused);
            }
            let claim = Claim {
                block,
                offset,
                length,
            };
            return Ok((claim, tail & PARKED != 0));
        }
    }

    /// Pops the oldest message, or says why there is none.
    #[inline(always)]
    pub(crate) fn pop(&self, suspended: Suspended) -> Result<T, Refusal> {
        loop {
            let Claim { block, offset, .. } = self.claim_pop(|_| 1)?;
            // SAFETY: the claim is fresh, and the block has our slot to wait for.
            let taken = unsafe { Block::take(block, offset, suspended, &self.spare) };
            if let Some(message) = taken {
                return Ok(message);
            }
        }
    }

    /// The slots of the next pops, as many as `choose` says of those of their block that pushes have
    /// claimed.
    #[inline(always)]
    fn claim_pop(&self, mut choose: impl FnMut(usize) -> usize) -> Result<Claim<T>, Refusal> {
        let backoff = Backoff::new();
        loop {
            let (head, known) = self.find()?;
            let offset = offset(head);
            // The last slot asks for more than to be claimed.
            let end = if known == LAP {
                SLOTS
            } else {
                known.min(SLOTS - 1)
            };
            let length = choose(end - offset);
            // ORDERING(relaxed): as in `claim_push`.
            let block = self.head.block.load(Ordering::Relaxed);
            let claimed = W::compare_exchange_weak(
                &self.head.index,
                head,
                advance::<W>(ticket(head), length) | known as u64,
                // ORDERING(B4): pairs with B2; without it a peer may see this pop and not the push
                // whose message it takes, and find the tail behind the head.
                order!(B4, Release),
                Ordering::Relaxed,
            );
            if claimed.is_err() {
                backoff.spin();
                continue;
            }
            if offset + length == SLOTS {
                // SAFETY: our slot keeps the block. `find` has seen the tail beyond the hand-over,
                // so that the next block is linked.
                let next_block = unsafe { Block::next(block) };
                debug_assert!(!next_block.is_null());
                // ORDERING(relaxed): the index comes after it.
                self.head.block.store(next_block, Ordering::Relaxed);
                let first = advance::<W>(ticket(head), length + 1);
                // ORDERING(B1): as in `find_tail`.
                let tail = W::load(&self.tail.index, order!(B1, Acquire));
                // No RMW: nobody claims the spare ticket, and in the head there is no flag to raise.
                // ORDERING(B2): pairs with itself; see `find`.
                W::store(
                    &self.head.index,
                    first | known_by(first, tail) as u64,
                    order!(B2, Release),
                );
            }
            return Ok(Claim {
                block,
                offset,
                length,
            });
        }
    }

    /// The index by which the next pop can claim, and what it then knows of the tail (see
    /// [`known`]); or why it cannot.
    #[inline(always)]
    fn find(&self) -> Result<(u64, usize), Refusal> {
        // ORDERING(B2): pairs with itself and B4; without it the block may be older than its index, or
        // the tail, read next or by a peer before, behind it.
        let head = W::load(&self.head.index, order!(B2, Acquire));
        let (offset, known) = (offset(head), known(head));
        // The last slot asks for more than to be claimed; the spare ticket has no slot.
        let needed = if known == LAP { 1 } else { 2 };
        if offset < known && offset + needed <= SLOTS {
            return Ok((head, known));
        }
        self.find_tail(head)
    }

    /// [`find`](Self::find), where it takes a look at the tail.
    #[inline]
    fn find_tail(&self, head: u64) -> Result<(u64, usize), Refusal> {
        if offset(head) == SLOTS {
            return Err(Refusal::Busy);
        }
        // ORDERING(B1): pairs with itself; without it the block may not be seen as it was made.
        let mut tail = W::load(&self.tail.index, order!(B1, Acquire));
        if ticket(tail) == ticket(head) {
            // ORDERING(V3): pairs with itself and with fences of the user's; without it two threads that
            // each push into one queue and then look at the other may both see the old state.
            fence(order!(V3, SeqCst));
            // ORDERING(B1): as above, and pairs with B5: who is told of the end sees what was before.
            tail = W::load(&self.tail.index, order!(B1, Acquire));
            if ticket(tail) == ticket(head) {
                return Err(if tail & CLOSED == 0 {
                    Refusal::Spent
                } else {
                    Refusal::Closed
                });
            }
        }
        let known = known_by(head, tail);
        // The last slot is not claimed before the next block is there: who has claimed never waits.
        if known != LAP && offset(head) + 1 == SLOTS {
            return Err(Refusal::Busy);
        }
        Ok((head, known))
    }
}

impl<T, W: Word> Drop for Blocks<T, W> {
    /// Drops what is left, oldest first, each once, and frees the blocks. Where such
    /// a drop panics, the rest is leaked.
    fn drop(&mut self) {
        let tail = ticket(W::read_exclusive(&mut self.tail.index));
        let mut head = ticket(W::read_exclusive(&mut self.head.index));
        let mut block = read_exclusive!(self.head.block);
        while head != tail {
            let offset = offset(head);
            head = next::<W>(head);
            if offset == SLOTS {
                // SAFETY: exclusive; a tail beyond the block means that the next one is linked, and
                // nobody needs this one any more.
                block = unsafe { Block::leave(block) };
                continue;
            }
            // SAFETY: exclusive, and the slots between head and tail hold their messages: every push
            // has returned. This one is not looked at again.
            drop(unsafe { Block::remove(block, offset) });
        }
        // SAFETY: the last block; nobody has it any more.
        unsafe { Block::leave(block) };
        debug_assert!(ptr::eq(block, read_exclusive!(self.tail.block)));
    }
}
