//! Runs: slots of consecutive tickets, claimed at once.
//!
//! A run is as long as the slots behind the first one are ready, too: their stamps are
//! read one after the other, and one CAS claims them all. An index that has not moved
//! since before the looks means that the stamps have not changed either: who changes a
//! free or published slot must have claimed it first. So a run takes one CAS where single
//! operations take one each, and its messages stay together in the order of the ring.

use alloc::vec::Vec;

use super::claim::{Claim, Precedence, Refusal};
use super::raw::RawRing;
use super::storage::{Slot, Storage};
use super::ticket::{FREE, ONE, PUBLISHED};
use crate::batch::{Batch, Unsent, send_what_fits};
use crate::sync::{Backoff, Ordering, order};
use crate::word::{PARKED, Word, ticket};

/// What a run has come to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Run {
    /// So many messages were moved.
    pub(crate) length: usize,
    /// Peers were parked on the index when it was claimed: wake so many of them.
    pub(crate) parked: bool,
}

impl<T, W: Word, S: Storage<T, W>> RawRing<T, W, S> {
    /// How many of the next slots look free, up to `limit`. A hint: it asks the slots alone.
    #[inline]
    pub(crate) fn looks_free(&self, limit: usize) -> usize {
        // ORDERING(relaxed): a hint, which a claim confirms.
        let mut tail = ticket(W::load(&self.tail, Ordering::Relaxed));
        loop {
            let length = self.count(tail, limit, |slot, at| {
                // ORDERING(relaxed): as above.
                W::load(slot, Ordering::Relaxed) == at | FREE
            });
            // ORDERING(relaxed): as above.
            let now = ticket(W::load(&self.tail, Ordering::Relaxed));
            // A peer that has claimed meanwhile has taken from the run, and not from its end.
            if length == limit || now == tail {
                return length;
            }
            tail = now;
        }
    }

    /// The slots of a run, `limit` and a lap at most, each with its ticket; in two pieces, of which the
    /// second begins the next lap.
    #[inline(always)]
    fn pieces(
        &self,
        first: u64,
        limit: usize,
    ) -> [impl Iterator<Item = (&Slot<T, W>, u64)> + use<'_, T, W, S>; 2] {
        let (behind, ahead) = self.slots().split_at(self.geometry().position(first));
        let limit = limit.min(self.slots().len());
        let ahead = &ahead[..limit.min(ahead.len())];
        let behind = &behind[..limit - ahead.len()];
        let second = self.geometry().advance(first, ahead.len());
        [(ahead, first), (behind, second)].map(|(slots, first)| {
            let tickets = (0..).map(move |place| first + place * ONE);
            slots.iter().zip(tickets)
        })
    }

    /// How many slots from `first` on, up to `limit`, are ready.
    #[inline(always)]
    fn count(&self, first: u64, limit: usize, ready: impl Fn(&W::Atomic, u64) -> bool) -> usize {
        let mut length = 0;
        for piece in self.pieces(first, limit) {
            for (slot, at) in piece {
                if !ready(&slot.stamp, at) {
                    return length;
                }
                length += 1;
            }
        }
        length
    }

    /// Pushes messages from the front of a batch that is not empty, as many as there is room for.
    ///
    /// The foremost is published last: pops that come early wait for one slot, and then find the whole
    /// run, instead of following from slot to slot and taking the lines from under the hands.
    #[inline]
    pub(crate) fn push_run<const N: usize>(
        &self,
        batch: &mut Batch<T, N>,
        precedence: Precedence,
    ) -> Result<Run, Refusal> {
        let backoff = Backoff::new();
        loop {
            let (tail, _) = self.find_free()?;
            if precedence.forbids(tail) {
                return Err(Refusal::Busy);
            }
            let first = ticket(tail);
            let length = self.count(first, batch.len(), |slot, at| {
                // ORDERING(R5): pairs with R3; without it the write of this lap may come before the
                // read of the last.
                W::load(slot, order!(R5, Acquire)) == at | FREE
            });
            // Where it is zero a peer was faster.
            if length > 0 {
                // ORDERING(E1): as in `claim_push`. The flags are part of the comparison.
                let claimed = W::compare_exchange_weak(
                    &self.tail,
                    tail,
                    self.geometry().advance(tail, length),
                    order!(E1, Release),
                    Ordering::Relaxed,
                );
                if claimed.is_ok() {
                    let mut messages = batch.take_run(length);
                    let foremost = messages.next();
                    for piece in self.pieces(first, length) {
                        for (slot, at) in piece {
                            if at == first {
                                continue;
                            }
                            if let Some(message) = messages.next() {
                                self.publish(claimed_slot(slot, at), message);
                            }
                        }
                    }
                    if let Some(message) = foremost {
                        self.publish(claimed_slot(self.slot(first), first), message);
                    }
                    return Ok(Run {
                        length,
                        parked: tail & PARKED != 0,
                    });
                }
            }
            backoff.spin();
        }
    }

    /// Pushes messages, as many as there is room for.
    pub(crate) fn push_what_fits<I, const N: usize>(
        &self,
        messages: &mut Unsent<I>,
    ) -> Result<(), Refusal>
    where
        I: Iterator<Item = T>,
    {
        send_what_fits::<_, _, N>(
            messages,
            usize::MAX,
            |limit| self.looks_free(limit),
            || self.settle(|| self.pushable(Precedence::Ignored)),
            |batch| {
                self.settle(|| self.push_run(batch, Precedence::Ignored))
                    .map(|run| run.length)
            },
        )
        .map(|_| ())
    }

    /// Pops up to `limit` messages, which is not zero, onto the end of `into`, as many as are ready.
    ///
    /// The foremost slot is freed last, as [`push_run`](Self::push_run) publishes it.
    ///
    /// # Panics
    ///
    /// Panics where `into` cannot grow, before anything is claimed.
    #[inline]
    pub(crate) fn pop_run(
        &self,
        into: &mut Vec<T>,
        limit: usize,
        precedence: Precedence,
    ) -> Result<Run, Refusal> {
        let backoff = Backoff::new();
        loop {
            let (head, _) = self.find_published()?;
            if precedence.forbids(head) {
                return Err(Refusal::Busy);
            }
            let first = ticket(head);
            let length = self.count(first, limit, |slot, at| {
                // ORDERING(R6): pairs with R1; without it a message may be read before it is written.
                W::load(slot, order!(R6, Acquire)) == at | PUBLISHED
            });
            // Where it is zero a peer was faster.
            if length > 0 {
                // Before the claim: an allocation takes its time, and may panic.
                into.reserve(length);
                // ORDERING(E2): as in `claim_pop`. The flags are part of the comparison.
                let claimed = W::compare_exchange_weak(
                    &self.head,
                    head,
                    self.geometry().advance(head, length),
                    order!(E2, Release),
                    Ordering::Relaxed,
                );
                if claimed.is_ok() {
                    let mut places = into.spare_capacity_mut().iter_mut();
                    let foremost = places.next();
                    for piece in self.pieces(first, length) {
                        for (slot, at) in piece {
                            if at == first {
                                continue;
                            }
                            let message = self.take(claimed_slot(slot, at));
                            places.next().map(|place| place.write(message));
                        }
                    }
                    let message = self.take(claimed_slot(self.slot(first), first));
                    foremost.map(|place| place.write(message));
                    // SAFETY: so many places behind the end have just been written: there are as many,
                    // by the `reserve`.
                    unsafe { into.set_len(into.len() + length) };
                    return Ok(Run {
                        length,
                        parked: head & PARKED != 0,
                    });
                }
            }
            backoff.spin();
        }
    }
}

/// One slot of a run that has been claimed.
#[inline(always)]
fn claimed_slot<T, W: Word>(slot: &Slot<T, W>, ticket: u64) -> Claim<'_, T, W> {
    Claim {
        slot,
        ticket,
        parked: false,
    }
}
