//! Slots and claims: the ring's protocol, without anybody waiting.
//!
//! ```text
//!              head ─┐ pops claim here              tail ─┐ pushes claim here
//!                    ▼                                    ▼
//!   ┌──────┬──────┬──────┬──────┬──────┬──────┬──────┬──────┐
//!   │ FREE │ FREE │ PUBL │ PUBL │(claim│ PUBL │ FREE │ FREE │   each: stamp, value
//!   │ lap+1│ lap+1│ lap  │ lap  │  ed) │ lap  │ lap  │ lap  │
//!   └──────┴──────┴──────┴──────┴──────┴──────┴──────┴──────┘
//!
//!   slot    FREE(t) ──push claims t, writes──▶ PUBLISHED(t) ──pop claims t, reads──▶ FREE(t + lap)
//! ```
//!
//! The algorithm is Dmitry Vyukov's bounded MPMC queue
//! (<https://www.1024cores.net/home/lock-free-algorithms/queues/bounded-mpmc-queue>),
//! with lap, position, state and flags in words of their own bits ([`super::ticket`]).
//!
//! A push reads the stamp of the slot at `tail` and, where it is free in this
//! lap, claims the ticket by moving `tail` with a CAS. Only the winner touches
//! the value, and then publishes it in the stamp. A pop does the same at `head`.
//! The opposite index is read only to find out *why* a slot is not ready, so
//! that the fast path shares no line with the other side but the slot.
//!
//! **Where an operation takes effect**: a push and a pop at their CAS (a `displace`
//! is a pop, and then a push). Order is
//! the order of the claims: exact FIFO, over all producers and consumers.
//!
//! **Progress**: a claim never waits. A slot that a peer has claimed and not
//! yet published or released is reported as [`Refusal::Busy`], and who waits
//! for it, and how, is decided elsewhere.
//!
//! **Orderings.** A message is handed over by the stamp alone: publish (R1) to
//! the pop's look at the stamp (R2), release (R3) to the next lap's look at it
//! (R4). The claims are not part of that; they release (E1, E2) so that whoever
//! sees one index sees the other as it was, and "full" and "empty" are exact. That
//! a parked peer cannot be overlooked needs no ordering: its flag lies in the very
//! word that the claim changes (see [`crate::wait`]).

use core::marker::PhantomData;

use crossbeam_utils::CachePadded;

use super::claim::{Claim, Precedence, Refusal};
#[cfg(feature = "alloc")]
use super::storage::Allocated;
#[cfg(not(queue_model))]
use super::storage::Inline;
use super::storage::{Slot, Storage};
use super::ticket::{FREE, Geometry, PUBLISHED, SKIPPED};
use crate::sync::{Backoff, Ordering, fence, order};
use crate::word::{CLOSED, PARKED, Word, ticket};
#[cfg(not(queue_model))]
use crate::word::{NativeAtomic, NativeWord};

/// The ring that everything else stands on.
#[allow(
    unreachable_pub,
    reason = "it belongs to a public type, where there are channels"
)]
pub struct RawRing<T, W: Word, S: Storage<T, W>> {
    /// The ticket of the next pop, with `PARKED` for senders and `PRIORITY`.
    pub(super) head: CachePadded<W::Atomic>,
    /// The ticket of the next push, with `CLOSED`, `PARKED` for receivers and `PRIORITY`.
    pub(super) tail: CachePadded<W::Atomic>,
    storage: S,
    messages: PhantomData<T>,
}

// SAFETY: the ring hands each message from one thread to exactly one other, ordered by the stamps; of
// references to messages it gives out one at a time, as a loan of the whole message, so `T: Send` is all
// that sharing it asks for.
unsafe impl<T: Send, W: Word, S: Storage<T, W>> Sync for RawRing<T, W, S> {}
// SAFETY: as above; an owned ring owns its messages.
unsafe impl<T: Send, W: Word, S: Storage<T, W>> Send for RawRing<T, W, S> {}

#[cfg(feature = "alloc")]
impl<T, W: Word> RawRing<T, W, Allocated<T, W>> {
    /// An empty ring.
    ///
    /// # Panics
    ///
    /// Panics where the capacity is zero or too large.
    #[track_caller]
    pub(crate) fn new(capacity: usize) -> Self {
        Self::over(Allocated::new(capacity))
    }

    fn over(storage: Allocated<T, W>) -> Self {
        let first = storage.geometry().first_ticket();
        Self {
            head: CachePadded::new(W::new(first)),
            tail: CachePadded::new(W::new(first)),
            storage,
            messages: PhantomData,
        }
    }
}

#[cfg(all(feature = "alloc", not(queue_model)))]
impl<T> RawRing<T, NativeWord, Allocated<T>> {
    /// An empty ring over the slots of a static, which are lent once.
    pub(crate) fn over_static<const N: usize>(slots: &'static Inline<T, N>) -> Self {
        Self::over(Allocated::lent(slots))
    }
}

#[cfg(not(queue_model))]
impl<T, const N: usize> RawRing<T, NativeWord, Inline<T, N>> {
    /// An empty ring that has its slots in itself.
    pub(crate) const fn in_place() -> Self {
        let first = Inline::<T, N>::GEOMETRY.first_ticket();
        Self {
            head: CachePadded::new(NativeAtomic::new(first as _)),
            tail: CachePadded::new(NativeAtomic::new(first as _)),
            storage: Inline::new(),
            messages: PhantomData,
        }
    }
}

impl<T, W: Word, S: Storage<T, W>> RawRing<T, W, S> {
    #[inline(always)]
    pub(super) fn geometry(&self) -> &Geometry {
        self.storage.geometry()
    }

    #[inline(always)]
    pub(super) fn slots(&self) -> &[Slot<T, W>] {
        self.storage.slots()
    }

    pub(super) fn indices(&mut self) -> (u64, u64) {
        (
            W::read_exclusive(&mut self.head),
            W::read_exclusive(&mut self.tail),
        )
    }

    pub(super) fn set_head(&mut self, head: u64) {
        W::write_exclusive(&mut self.head, head);
    }

    pub(super) fn set_tail(&mut self, tail: u64) {
        W::write_exclusive(&mut self.tail, tail);
    }

    pub(super) fn slot_exclusive(&mut self, index: u64) -> &mut Slot<T, W> {
        let position = self.geometry().position(index);
        &mut self.storage.slots_mut()[position]
    }

    #[inline(always)]
    pub(super) fn slot(&self, index: u64) -> &Slot<T, W> {
        let position = self.geometry().position(index);
        debug_assert!(position < self.slots().len());
        // SAFETY: a position is less than the capacity (`Geometry::position`), which is how many
        // slots there are.
        unsafe { self.slots().get_unchecked(position) }
    }

    /// Claims the slot for the next push.
    #[inline(always)]
    pub(crate) fn claim_push(&self) -> Result<Claim<'_, T, W>, Refusal> {
        match self.claim_push_at_once() {
            Some(claim) => Ok(claim),
            None => self.claim_push_contended(Precedence::Respected),
        }
    }

    /// The like, where the slot alone shows that it can be done.
    #[inline(always)]
    pub(crate) fn claim_push_at_once(&self) -> Option<Claim<'_, T, W>> {
        // ORDERING(relaxed): a guess, which the CAS confirms.
        let tail = W::load(&self.tail, Ordering::Relaxed);
        let slot = self.slot(tail);
        // ORDERING(R4): pairs with R3; without it the write of this lap may come before the read
        // of the last.
        let stamp = W::load(&slot.stamp, order!(R4, Acquire));
        // The slot is free in this lap and no flag is up: we may try to claim it.
        if stamp == tail | FREE
            // ORDERING(E1): pairs with V1 and E3; without it a peer may see this push and not the pop
            // that its producer did before, and find the ring full that never was.
            && W::compare_exchange_weak(
                &self.tail,
                tail,
                self.geometry().next(tail),
                order!(E1, Release),
                Ordering::Relaxed,
            )
            .is_ok()
        {
            return Some(Claim {
                slot,
                ticket: tail,
                parked: false,
            });
        }
        None
    }

    /// [`claim_push`](Self::claim_push), where a peer was faster, a flag is up, or no slot free.
    #[inline(never)]
    pub(crate) fn claim_push_contended(
        &self,
        precedence: Precedence,
    ) -> Result<Claim<'_, T, W>, Refusal> {
        let backoff = Backoff::new();
        loop {
            let (tail, slot) = self.find_free()?;
            if precedence.forbids(tail) {
                return Err(Refusal::Busy);
            }
            // ORDERING(E1): as in `claim_push`. The flags are part of the comparison.
            match W::compare_exchange_weak(
                &self.tail,
                tail,
                self.geometry().next(tail),
                order!(E1, Release),
                Ordering::Relaxed,
            ) {
                Ok(_) => {
                    return Ok(Claim {
                        slot,
                        ticket: ticket(tail),
                        parked: tail & PARKED != 0,
                    });
                }
                Err(_) => backoff.spin(),
            }
        }
    }

    /// The slot that the next push can claim, and the `tail` to claim it by; or why there is none.
    pub(super) fn find_free(&self) -> Result<(u64, &Slot<T, W>), Refusal> {
        loop {
            // ORDERING(C2): pairs with C1; without it what the closer did before closing may not be
            // seen by the sender that is turned away.
            let tail = W::load(&self.tail, order!(C2, Acquire));
            if tail & CLOSED != 0 {
                return Err(Refusal::Closed);
            }
            let this_push = ticket(tail);
            let slot = self.slot(tail);
            // ORDERING(R4): as in `claim_push`.
            let stamp = W::load(&slot.stamp, order!(R4, Acquire));
            if stamp == this_push | FREE {
                return Ok((tail, slot));
            }
            // ORDERING(V1): pairs with V2 and with fences of the user's; without it two threads
            // that each change one ring and then look at the other may both see the old state.
            fence(order!(V1, SeqCst));
            // ORDERING(relaxed): after the fence. Equality means full at this moment: `tail` cannot
            // have moved on while `head` is a whole lap behind it.
            let head = W::load(&self.head, Ordering::Relaxed);
            if self.geometry().next_lap(ticket(head)) == this_push {
                // The slot is that of the oldest ticket, too.
                return Err(if self.geometry().next_lap(stamp) == this_push | SKIPPED {
                    Refusal::Skipped
                } else {
                    Refusal::Spent
                });
            }
            let is_granted = slot.is_granted(this_push);
            // ORDERING(relaxed): a second look. Unmoved, the pop of this slot is not finished; or user code
            // reads the message where it lies, however long that takes.
            if W::load(&self.tail, Ordering::Relaxed) == tail {
                return Err(if is_granted {
                    Refusal::Spent
                } else {
                    Refusal::Busy
                });
            }
        }
    }

    /// Writes the message of a claimed push and hands it to the consumers.
    #[inline(always)]
    pub(crate) fn publish(&self, claim: Claim<'_, T, W>, value: T) {
        claim.slot.value.with_mut(|cell| {
            // SAFETY: the claim is the exclusive right to the slot, and the message of the lap
            // before was moved out of it (its stamp said FREE).
            unsafe { (*cell).write(value) };
        });
        // ORDERING(R1): pairs with R2; without it a pop may read the slot before the message is in it.
        W::store(
            &claim.slot.stamp,
            claim.ticket | PUBLISHED,
            order!(R1, Release),
        );
    }

    /// Claims the slot for the next pop.
    #[inline(always)]
    pub(crate) fn claim_pop(&self) -> Result<Claim<'_, T, W>, Refusal> {
        match self.claim_pop_at_once() {
            Some(claim) => Ok(claim),
            None => self.claim_pop_contended(Precedence::Respected),
        }
    }

    /// The like, where the slot alone shows that it can be done.
    #[inline(always)]
    pub(crate) fn claim_pop_at_once(&self) -> Option<Claim<'_, T, W>> {
        // ORDERING(relaxed): a guess, which the CAS confirms.
        let head = W::load(&self.head, Ordering::Relaxed);
        let slot = self.slot(head);
        // ORDERING(R2): pairs with R1; without it the message may be read before it is written.
        let stamp = W::load(&slot.stamp, order!(R2, Acquire));
        // The slot holds this pop's message and no flag is up: we may try to claim it.
        if stamp == head.wrapping_add(PUBLISHED)
            // ORDERING(E2): pairs with V2 and E3; without it a peer may see this pop and not the push
            // that its consumer did before, and find the ring empty that never was.
            && W::compare_exchange_weak(
                &self.head,
                head,
                self.geometry().next(head),
                order!(E2, Release),
                Ordering::Relaxed,
            )
            .is_ok()
        {
            return Some(Claim {
                slot,
                ticket: head,
                parked: false,
            });
        }
        None
    }

    /// [`claim_pop`](Self::claim_pop), where a peer was faster, a flag is up, or no message ready.
    #[inline(never)]
    pub(crate) fn claim_pop_contended(
        &self,
        precedence: Precedence,
    ) -> Result<Claim<'_, T, W>, Refusal> {
        let backoff = Backoff::new();
        loop {
            let (head, slot) = self.find_published()?;
            if precedence.forbids(head) {
                return Err(Refusal::Busy);
            }
            // ORDERING(E2): as in `claim_pop`. The flags are part of the comparison.
            match W::compare_exchange_weak(
                &self.head,
                head,
                self.geometry().next(head),
                order!(E2, Release),
                Ordering::Relaxed,
            ) {
                Ok(_) => {
                    return Ok(Claim {
                        slot,
                        ticket: ticket(head),
                        parked: head & PARKED != 0,
                    });
                }
                Err(_) => backoff.spin(),
            }
        }
    }

    /// The slot that the next pop can claim, and the `head` to claim it by; or why there is none.
    pub(super) fn find_published(&self) -> Result<(u64, &Slot<T, W>), Refusal> {
        loop {
            // ORDERING(relaxed): a guess for the claim; for a verdict, V2 makes an acquire of it, which
            // pairs with E2.
            let head = W::load(&self.head, Ordering::Relaxed);
            let this_pop = ticket(head);
            let slot = self.slot(head);
            // ORDERING(R2): as in `claim_pop`.
            let stamp = W::load(&slot.stamp, order!(R2, Acquire));
            if stamp == this_pop | PUBLISHED {
                return Ok((head, slot));
            }
            if stamp == this_pop | SKIPPED {
                return Err(Refusal::Skipped);
            }
            // ORDERING(V2): pairs with V1 and with fences of the user's; see there.
            fence(order!(V2, SeqCst));
            // ORDERING(C3): pairs with C1; without it what the closer did before closing may not be
            // seen by the receiver that is told of the end. Equality means empty at this moment:
            // `head` cannot pass `tail`.
            let tail = W::load(&self.tail, order!(C3, Acquire));
            if ticket(tail) == this_pop {
                // A slot that is not free, nor in the hands of user code, belongs to a `displace` which has
                // moved `head` and not yet `tail`, so that the ring only looks empty, or to a pop of the
                // last lap.
                return Err(if stamp != this_pop | FREE && !slot.is_granted(this_pop) {
                    Refusal::Busy
                } else if tail & CLOSED != 0 {
                    Refusal::Closed
                } else {
                    Refusal::Spent
                });
            }
            if slot.is_granted(this_pop) {
                // There is nothing to receive before what user code is making, however long that takes.
                return Err(Refusal::Spent);
            }
            // ORDERING(relaxed): a second look. Unmoved, the push of this slot is not finished.
            if W::load(&self.head, Ordering::Relaxed) == head {
                return Err(Refusal::Busy);
            }
        }
    }

    /// Moves the message of a claimed pop out, and frees the slot for the next lap.
    #[inline(always)]
    pub(crate) fn take(&self, claim: Claim<'_, T, W>) -> T {
        let value = claim.slot.value.with_mut(|cell| {
            // SAFETY: the stamp said PUBLISHED, so the message is there, and the claim is the
            // exclusive right to it: nobody else moves it out.
            unsafe { (*cell).assume_init_read() }
        });
        // ORDERING(R3): pairs with R4; without it the push of the next lap may overwrite the message
        // before it is read.
        W::store(
            &claim.slot.stamp,
            self.geometry().next_lap(claim.ticket) | FREE,
            order!(R3, Release),
        );
        value
    }
}
