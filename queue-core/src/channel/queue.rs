//! What a channel keeps its messages in: the ring, or blocks.

mod blocks;

use crate::batch::Batch;
use crate::ring::{Claim, Ended, Grant, HeapRing, Precedence, Refusal, Run, Turn, wait_out};
use crate::wait::{Look, Side};

/// A queue that never waits, and tells its claimants that somebody is parked.
pub(super) trait Queue {
    type Message;

    /// Pushes where that is seen at a glance; else says `Busy`, and may not have looked why.
    fn push_at_once(&self, message: Self::Message) -> Result<bool, (Refusal, Self::Message)>;
    /// Pushes if there is room: `true` where receivers are parked, one of whom is to be woken. Stands back
    /// where a waiter is to go first.
    fn push(&self, message: Self::Message) -> Result<bool, (Refusal, Self::Message)>;
    /// The like, before any waiter.
    fn push_first(&self, message: Self::Message) -> Result<bool, (Refusal, Self::Message)>;
    /// The like, waiting for a peer that was suspended in the middle of an operation.
    fn push_exact(&self, message: Self::Message) -> Result<bool, (Refusal, Self::Message)>;
    /// Pops where that is seen at a glance; else says `Busy`, and may not have looked why.
    fn pop_at_once(&self) -> Result<(Self::Message, bool), Refusal>;
    /// Pops if there is a message: `true` where senders are parked, one of whom is to be woken. Stands back
    /// where a waiter is to go first.
    fn pop(&self) -> Result<(Self::Message, bool), Refusal>;
    /// The like, before any waiter.
    fn pop_first(&self) -> Result<(Self::Message, bool), Refusal>;
    /// The like, waiting for a peer that was suspended in the middle of an operation.
    fn pop_exact(&self) -> Result<(Self::Message, bool), Refusal>;

    /// How many pushes look possible, up to `limit`: cheap, and may be wrong.
    fn looks_free(&self, limit: usize) -> usize;
    /// Pushes from the front of a batch that is not empty, as many as one claim is given for. Stands
    /// back as `push` does.
    fn push_run<const N: usize>(&self, batch: &mut Batch<Self::Message, N>)
    -> Result<Run, Refusal>;
    /// The like, before any waiter, and waiting for a peer that was suspended in the middle of an operation.
    fn push_run_exact<const N: usize>(
        &self,
        batch: &mut Batch<Self::Message, N>,
    ) -> Result<Run, Refusal>;
    /// Pops up to `limit` messages, which is not zero, onto the end of `into`, as many as one claim is
    /// given for. Stands back as `pop` does.
    fn pop_run(&self, into: &mut Vec<Self::Message>, limit: usize) -> Result<Run, Refusal>;
    /// The like, before any waiter, and waiting for a peer that was suspended in the middle of an operation.
    fn pop_run_exact(&self, into: &mut Vec<Self::Message>, limit: usize) -> Result<Run, Refusal>;

    /// Whether a push would be done, or why not.
    fn pushable(&self, precedence: Precedence) -> Result<(), Refusal>;
    /// What a glance of one who waits to push shows: cheap, and may be wrong.
    fn looks_pushable(&self, look: Look) -> bool;
    /// What a glance of one who waits to pop shows: cheap, and may be wrong.
    fn looks_poppable(&self, look: Look) -> bool;

    /// Raises the flag that this side is parked, by an RMW on the index that the other side claims.
    fn announce(&self, side: Side);
    /// Lowers it, under the lock of the list that has become empty.
    fn recant(&self, side: Side);

    /// Has claims of this side stand back for a waiter, or no more.
    fn prefer_waiter(&self, side: Side, is_preferred: bool);

    /// Whether the oldest slot was granted and given up.
    fn starts_skipped(&self) -> bool {
        false
    }
    /// Passes over the oldest slots that were granted and given up. So many senders are to be woken.
    fn pass_skipped(&self) -> usize {
        0
    }

    /// Accepts no more pushes. Whether it did before.
    fn close(&self) -> bool;
    /// Whether it has been closed.
    fn is_closed(&self) -> bool;
    fn len(&self) -> usize;
    fn is_empty(&self) -> bool;
    fn is_full(&self) -> bool;
    fn capacity(&self) -> Option<usize>;

    /// Whether a pop would be done, or why not.
    fn poppable(&self, precedence: Precedence) -> Result<(), Refusal>;
    /// Puts a message in the place of the oldest one, if it is full: that one.
    fn displace(&self, message: Self::Message) -> Result<Self::Message, Self::Message>;

    /// Reserves what a push needs, for a message that user code is going to make.
    fn reserve(&self, precedence: Precedence) -> Result<Reservation, Refusal>;
    /// Pushes the message for which that was reserved; gives it back if the queue has been closed.
    ///
    /// # Safety
    ///
    /// The reservation is of this queue.
    unsafe fn commit(
        &self,
        reservation: Reservation,
        message: Self::Message,
    ) -> (Ended, Option<Self::Message>);
    /// Gives up what was reserved.
    ///
    /// # Safety
    ///
    /// The reservation is of this queue.
    unsafe fn abort(&self, reservation: Reservation) -> Ended;
}

/// What a selected send holds while its message is being made.
#[derive(Debug)]
pub(crate) enum Reservation {
    /// A slot of the ring.
    Slot(Grant),
    /// Nothing: there is always room.
    None,
}

#[inline(always)]
fn publish<T>(
    ring: &HeapRing<T>,
    claim: Result<Claim<'_, T>, Refusal>,
    message: T,
) -> Result<bool, (Refusal, T)> {
    match claim {
        Ok(claim) => {
            let parked = claim.parked;
            ring.publish(claim, message);
            Ok(parked)
        }
        Err(refusal) => Err((refusal, message)),
    }
}

impl<T> Queue for HeapRing<T> {
    type Message = T;

    #[inline(always)]
    fn push_at_once(&self, message: T) -> Result<bool, (Refusal, T)> {
        let claim = self.claim_push_at_once().ok_or(Refusal::Busy);
        publish(self, claim, message)
    }

    #[inline(always)]
    fn push(&self, message: T) -> Result<bool, (Refusal, T)> {
        publish(self, self.claim_push(), message)
    }

    fn push_first(&self, message: T) -> Result<bool, (Refusal, T)> {
        publish(
            self,
            self.claim_push_contended(Precedence::Ignored),
            message,
        )
    }

    #[inline(always)]
    fn push_exact(&self, message: T) -> Result<bool, (Refusal, T)> {
        publish(self, self.claim_push_exact(), message)
    }

    #[inline(always)]
    fn pop_at_once(&self) -> Result<(T, bool), Refusal> {
        let claim = self.claim_pop_at_once().ok_or(Refusal::Busy)?;
        Ok((self.take(claim), false))
    }

    #[inline(always)]
    fn pop(&self) -> Result<(T, bool), Refusal> {
        let claim = self.claim_pop()?;
        let parked = claim.parked;
        Ok((self.take(claim), parked))
    }

    fn pop_first(&self) -> Result<(T, bool), Refusal> {
        let claim = self.claim_pop_contended(Precedence::Ignored)?;
        let parked = claim.parked;
        Ok((self.take(claim), parked))
    }

    #[inline(always)]
    fn pop_exact(&self) -> Result<(T, bool), Refusal> {
        let claim = self.claim_pop_exact()?;
        let parked = claim.parked;
        Ok((self.take(claim), parked))
    }

    fn looks_free(&self, limit: usize) -> usize {
        self.looks_free(limit)
    }

    fn push_run<const N: usize>(&self, batch: &mut Batch<T, N>) -> Result<Run, Refusal> {
        self.push_run(batch, Precedence::Respected)
    }

    fn push_run_exact<const N: usize>(&self, batch: &mut Batch<T, N>) -> Result<Run, Refusal> {
        wait_out(|| self.push_run(batch, Precedence::Ignored))
    }

    fn pop_run(&self, into: &mut Vec<T>, limit: usize) -> Result<Run, Refusal> {
        self.pop_run(into, limit, Precedence::Respected)
    }

    fn pop_run_exact(&self, into: &mut Vec<T>, limit: usize) -> Result<Run, Refusal> {
        wait_out(|| self.pop_run(into, limit, Precedence::Ignored))
    }

    fn pushable(&self, precedence: Precedence) -> Result<(), Refusal> {
        self.pushable(precedence)
    }

    fn looks_pushable(&self, look: Look) -> bool {
        match look {
            Look::Ready => self.looks_pushable(Turn::Next),
            Look::Streaming => self.looks_pushable(Turn::AfterNext),
        }
    }

    fn looks_poppable(&self, look: Look) -> bool {
        match look {
            Look::Ready => self.looks_poppable(Turn::Next),
            Look::Streaming => self.looks_poppable(Turn::AfterNext),
        }
    }

    fn announce(&self, side: Side) {
        match side {
            Side::Senders => self.announce_senders(),
            Side::Receivers => self.announce_receivers(),
        }
    }

    fn recant(&self, side: Side) {
        match side {
            Side::Senders => self.no_senders(),
            Side::Receivers => self.no_receivers(),
        }
    }

    fn prefer_waiter(&self, side: Side, is_preferred: bool) {
        match (side, is_preferred) {
            (Side::Senders, true) => self.prefer_sender(),
            (Side::Senders, false) => self.prefer_no_sender(),
            (Side::Receivers, true) => self.prefer_receiver(),
            (Side::Receivers, false) => self.prefer_no_receiver(),
        }
    }

    fn starts_skipped(&self) -> bool {
        self.starts_skipped()
    }

    fn pass_skipped(&self) -> usize {
        self.pass_skipped()
    }

    fn close(&self) -> bool {
        self.close()
    }

    fn is_closed(&self) -> bool {
        self.is_closed()
    }

    fn len(&self) -> usize {
        self.len()
    }

    fn is_empty(&self) -> bool {
        self.is_empty()
    }

    fn is_full(&self) -> bool {
        self.is_full()
    }

    fn capacity(&self) -> Option<usize> {
        Some(self.capacity())
    }

    fn poppable(&self, precedence: Precedence) -> Result<(), Refusal> {
        self.poppable(precedence)
    }

    fn displace(&self, message: T) -> Result<T, T> {
        self.displace(message)
    }

    fn reserve(&self, precedence: Precedence) -> Result<Reservation, Refusal> {
        let claim = match precedence {
            Precedence::Respected => self.claim_push(),
            Precedence::Ignored => self.claim_push_contended(Precedence::Ignored),
        };
        claim.map(|claim| Reservation::Slot(self.grant(claim)))
    }

    unsafe fn commit(&self, reservation: Reservation, message: T) -> (Ended, Option<T>) {
        match reservation {
            Reservation::Slot(grant) if !self.is_closed() => {
                // SAFETY: by the contract.
                (unsafe { self.commit(grant, message) }, None)
            }
            // SAFETY: by the contract.
            reservation => (unsafe { Queue::abort(self, reservation) }, Some(message)),
        }
    }

    unsafe fn abort(&self, reservation: Reservation) -> Ended {
        match reservation {
            // SAFETY: by the contract.
            Reservation::Slot(grant) => unsafe { self.abort(grant) },
            Reservation::None => Ended::nothing(),
        }
    }
}
