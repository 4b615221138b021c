//! What a channel keeps its messages in: the ring, or blocks.

use crate::blocks::{Blocks, Suspended};
use crate::ring::{Claim, Ended, Grant, RawRing, Refusal, Turn};
use crate::sync::Backoff;
use crate::wait::{Look, Side};

/// A queue that never waits, and tells its claimants that somebody is parked.
pub(super) trait Queue {
    type Message;

    /// Pushes if there is room: `true` where receivers are parked, one of whom is to be woken.
    fn push(&self, message: Self::Message) -> Result<bool, (Refusal, Self::Message)>;
    /// The like, waiting for a peer that was suspended in the middle of an operation.
    fn push_exact(&self, message: Self::Message) -> Result<bool, (Refusal, Self::Message)>;
    /// Pops if there is a message: `true` where senders are parked, one of whom is to be woken.
    fn pop(&self) -> Result<(Self::Message, bool), Refusal>;
    /// The like, waiting for a peer that was suspended in the middle of an operation.
    fn pop_exact(&self) -> Result<(Self::Message, bool), Refusal>;

    /// Whether a push would be done, or why not.
    fn pushable(&self) -> Result<(), Refusal>;
    /// Whether a pop would be done, or why not.
    fn poppable(&self) -> Result<(), Refusal>;
    /// Whether a push, or two, look possible: cheap, and may be wrong.
    fn looks_pushable(&self, look: Look) -> bool;
    /// Whether a pop, or two, look possible: cheap, and may be wrong.
    fn looks_poppable(&self, look: Look) -> bool;

    /// Raises the flag that this side is parked, by an RMW on the index that the other side claims.
    fn announce(&self, side: Side);
    /// Lowers it, under the lock of the list that has become empty.
    fn recant(&self, side: Side);

    /// Reserves what a push needs, for a message that user code is going to make.
    fn reserve(&self) -> Result<Reservation, Refusal>;
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
    /// Whether the oldest slot was granted and given up.
    fn starts_skipped(&self) -> bool;
    /// Passes over the oldest slots that were granted and given up. So many senders are to be woken.
    fn pass_skipped(&self) -> usize;

    fn close(&self);
    fn len(&self) -> usize;
    fn is_empty(&self) -> bool;
    fn is_full(&self) -> bool;
    fn capacity(&self) -> Option<usize>;
}

/// What a selected send holds while its message is being made.
#[derive(Debug)]
pub(crate) enum Reservation {
    /// A slot of the ring.
    Slot(Grant),
    /// Nothing: there is always room.
    None,
}

/// Which slot answers a look: the two layers meet here and do not know each other.
fn turn(look: Look) -> Option<Turn> {
    match look {
        Look::Ready => Some(Turn::Next),
        Look::Streaming => Some(Turn::AfterNext),
        Look::Boundless => None,
    }
}

#[inline(always)]
fn publish<T>(
    ring: &RawRing<T>,
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

impl<T> Queue for RawRing<T> {
    type Message = T;

    #[inline(always)]
    fn push(&self, message: T) -> Result<bool, (Refusal, T)> {
        publish(self, self.claim_push(), message)
    }

    #[inline(always)]
    fn push_exact(&self, message: T) -> Result<bool, (Refusal, T)> {
        publish(self, self.claim_push_exact(), message)
    }

    #[inline(always)]
    fn pop(&self) -> Result<(T, bool), Refusal> {
        let claim = self.claim_pop()?;
        let parked = claim.parked;
        Ok((self.take(claim), parked))
    }

    #[inline(always)]
    fn pop_exact(&self) -> Result<(T, bool), Refusal> {
        let claim = self.claim_pop_exact()?;
        let parked = claim.parked;
        Ok((self.take(claim), parked))
    }

    fn pushable(&self) -> Result<(), Refusal> {
        self.pushable()
    }

    fn poppable(&self) -> Result<(), Refusal> {
        self.poppable()
    }

    fn looks_pushable(&self, look: Look) -> bool {
        turn(look).is_some_and(|turn| self.looks_pushable(turn))
    }

    fn looks_poppable(&self, look: Look) -> bool {
        turn(look).is_some_and(|turn| self.looks_poppable(turn))
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

    fn reserve(&self) -> Result<Reservation, Refusal> {
        self.claim_push()
            .map(|claim| Reservation::Slot(self.grant(claim)))
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

    fn starts_skipped(&self) -> bool {
        self.starts_skipped()
    }

    fn pass_skipped(&self) -> usize {
        self.pass_skipped()
    }

    fn close(&self) {
        self.close();
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
}

impl<T> Queue for Blocks<T> {
    type Message = T;

    #[inline(always)]
    fn push(&self, message: T) -> Result<bool, (Refusal, T)> {
        self.push(message)
            .map_err(|message| (Refusal::Closed, message))
    }

    /// There is always room, and who moves on to the next block is waited for in any case.
    #[inline(always)]
    fn push_exact(&self, message: T) -> Result<bool, (Refusal, T)> {
        Queue::push(self, message)
    }

    #[inline(always)]
    fn pop(&self) -> Result<(T, bool), Refusal> {
        // Nobody ever waits for room.
        Ok((self.pop(Suspended::PassOver)?, false))
    }

    #[inline(always)]
    fn pop_exact(&self) -> Result<(T, bool), Refusal> {
        let backoff = Backoff::new();
        loop {
            match self.pop(Suspended::WaitOut) {
                Err(Refusal::Busy) => backoff.snooze(),
                settled => return Ok((settled?, false)),
            }
        }
    }

    fn pushable(&self) -> Result<(), Refusal> {
        if self.is_closed() {
            Err(Refusal::Closed)
        } else {
            Ok(())
        }
    }

    fn poppable(&self) -> Result<(), Refusal> {
        self.poppable()
    }

    fn looks_pushable(&self, _look: Look) -> bool {
        true
    }

    fn looks_poppable(&self, look: Look) -> bool {
        match look {
            Look::Ready => self.looks_poppable(1),
            Look::Streaming => self.looks_poppable(2),
            Look::Boundless => true,
        }
    }

    fn announce(&self, side: Side) {
        if side == Side::Receivers {
            self.announce_receivers();
        }
    }

    fn recant(&self, side: Side) {
        if side == Side::Receivers {
            self.no_receivers();
        }
    }

    fn reserve(&self) -> Result<Reservation, Refusal> {
        self.pushable().map(|()| Reservation::None)
    }

    unsafe fn commit(&self, _reservation: Reservation, message: T) -> (Ended, Option<T>) {
        match self.push(message) {
            Ok(parked) => (
                Ended {
                    receivers: usize::from(parked),
                    ..Ended::nothing()
                },
                None,
            ),
            Err(message) => (Ended::nothing(), Some(message)),
        }
    }

    unsafe fn abort(&self, _reservation: Reservation) -> Ended {
        Ended::nothing()
    }

    fn starts_skipped(&self) -> bool {
        false
    }

    fn pass_skipped(&self) -> usize {
        0
    }

    fn close(&self) {
        self.close();
    }

    fn len(&self) -> usize {
        self.len()
    }

    fn is_empty(&self) -> bool {
        self.is_empty()
    }

    fn is_full(&self) -> bool {
        false
    }

    fn capacity(&self) -> Option<usize> {
        None
    }
}
