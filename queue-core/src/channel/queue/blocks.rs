//! The queue of a channel without a limit.

use super::{Queue, Reservation};
use crate::batch::Batch;
use crate::blocks::{Blocks, Suspended};
use crate::ring::{Ended, Precedence, Refusal, Run, wait_out};
use crate::sync::Backoff;
use crate::wait::{Look, Side};

/// Pushes after the hand-over of another push.
#[cold]
fn push_waiting<T>(blocks: &Blocks<T>, mut message: T) -> Result<bool, (Refusal, T)> {
    let backoff = Backoff::new();
    loop {
        match blocks.push(message) {
            Err((Refusal::Busy, back)) => message = back,
            settled => return settled,
        }
        backoff.snooze();
    }
}

impl<T> Queue for Blocks<T> {
    type Message = T;

    #[inline(always)]
    fn push_at_once(&self, message: T) -> Result<bool, (Refusal, T)> {
        self.push(message)
    }

    #[inline(always)]
    fn push(&self, message: T) -> Result<bool, (Refusal, T)> {
        self.push(message)
    }

    fn push_first(&self, message: T) -> Result<bool, (Refusal, T)> {
        self.push(message)
    }

    #[inline(always)]
    fn push_exact(&self, message: T) -> Result<bool, (Refusal, T)> {
        match self.push(message) {
            Err((Refusal::Busy, message)) => push_waiting(self, message),
            settled => settled,
        }
    }

    #[inline(always)]
    fn pop_at_once(&self) -> Result<(T, bool), Refusal> {
        Queue::pop(self)
    }

    #[inline(always)]
    fn pop(&self) -> Result<(T, bool), Refusal> {
        // Nobody ever waits for room.
        Ok((self.pop(Suspended::PassOver)?, false))
    }

    fn pop_first(&self) -> Result<(T, bool), Refusal> {
        Queue::pop(self)
    }

    #[inline(always)]
    fn pop_exact(&self) -> Result<(T, bool), Refusal> {
        let popped = match self.pop(Suspended::WaitOut) {
            Err(Refusal::Busy) => wait_out(|| self.pop(Suspended::WaitOut)),
            settled => settled,
        };
        Ok((popped?, false))
    }

    fn looks_free(&self, limit: usize) -> usize {
        limit
    }

    fn push_run<const N: usize>(&self, batch: &mut Batch<T, N>) -> Result<Run, Refusal> {
        self.push_run(batch)
    }

    fn push_run_exact<const N: usize>(&self, batch: &mut Batch<T, N>) -> Result<Run, Refusal> {
        wait_out(|| self.push_run(batch))
    }

    fn pop_run(&self, into: &mut Vec<T>, limit: usize) -> Result<Run, Refusal> {
        self.pop_run(into, limit, Suspended::PassOver)
    }

    fn pop_run_exact(&self, into: &mut Vec<T>, limit: usize) -> Result<Run, Refusal> {
        wait_out(|| self.pop_run(into, limit, Suspended::WaitOut))
    }

    fn pushable(&self, _: Precedence) -> Result<(), Refusal> {
        self.pushable()
    }

    /// Only a hand-over is ever waited for.
    fn looks_pushable(&self, look: Look) -> bool {
        matches!(look, Look::Ready) && self.looks_pushable()
    }

    fn looks_poppable(&self, look: Look) -> bool {
        match look {
            Look::Ready => self.looks_poppable(1),
            Look::Streaming => self.looks_poppable(2),
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

    /// Its indices have no room for the flag.
    fn prefer_waiter(&self, _: Side, _: bool) {}

    fn close(&self) -> bool {
        self.close()
    }

    fn is_closed(&self) -> bool {
        matches!(self.pushable(), Err(Refusal::Closed))
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

    fn poppable(&self, _: Precedence) -> Result<(), Refusal> {
        self.poppable()
    }

    fn displace(&self, message: T) -> Result<T, T> {
        // It is never full.
        Err(message)
    }

    fn reserve(&self, _: Precedence) -> Result<Reservation, Refusal> {
        match self.pushable() {
            Err(Refusal::Closed) => Err(Refusal::Closed),
            // The hand-over is waited for when there is a message.
            _ => Ok(Reservation::None),
        }
    }

    unsafe fn commit(&self, _reservation: Reservation, message: T) -> (Ended, Option<T>) {
        match self.push_exact(message) {
            Ok(parked) => (
                Ended {
                    receivers: usize::from(parked),
                    ..Ended::nothing()
                },
                None,
            ),
            Err((_, message)) => (Ended::nothing(), Some(message)),
        }
    }

    unsafe fn abort(&self, _reservation: Reservation) -> Ended {
        Ended::nothing()
    }
}
