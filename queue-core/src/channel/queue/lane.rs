//! The queue of a channel with one handle at each end. Nobody is ever in the middle of an operation, and
//! what is exact costs nothing more.

use super::Queue;
use crate::batch::Batch;
use crate::lane::Lane;
use crate::ring::{Precedence, Refusal, Run};
use crate::wait::{Look, Side};

impl<T> Queue for Lane<T> {
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
        self.push(message)
    }

    #[inline(always)]
    fn pop_at_once(&self) -> Result<(T, bool), Refusal> {
        self.pop()
    }

    #[inline(always)]
    fn pop(&self) -> Result<(T, bool), Refusal> {
        self.pop()
    }

    fn pop_first(&self) -> Result<(T, bool), Refusal> {
        self.pop()
    }

    #[inline(always)]
    fn pop_exact(&self) -> Result<(T, bool), Refusal> {
        self.pop()
    }

    fn looks_free(&self, limit: usize) -> usize {
        self.free(limit)
    }

    fn push_run<const N: usize>(&self, batch: &mut Batch<T, N>) -> Result<Run, Refusal> {
        self.push_run(batch)
    }

    fn push_run_exact<const N: usize>(&self, batch: &mut Batch<T, N>) -> Result<Run, Refusal> {
        self.push_run(batch)
    }

    fn pop_run(&self, into: &mut Vec<T>, limit: usize) -> Result<Run, Refusal> {
        self.pop_run(into, limit)
    }

    fn pop_run_exact(&self, into: &mut Vec<T>, limit: usize) -> Result<Run, Refusal> {
        self.pop_run(into, limit)
    }

    fn pushable(&self, _: Precedence) -> Result<(), Refusal> {
        self.pushable()
    }

    fn looks_pushable(&self, look: Look) -> bool {
        match look {
            Look::Ready => self.looks_free(1),
            Look::Streaming => self.looks_free(2),
        }
    }

    fn looks_poppable(&self, look: Look) -> bool {
        match look {
            Look::Ready => self.looks_ready(1),
            Look::Streaming => self.looks_ready(2),
        }
    }

    fn announce(&self, side: Side) {
        match side {
            Side::Senders => self.announce_sender(),
            Side::Receivers => self.announce_receiver(),
        }
    }

    fn recant(&self, side: Side) {
        match side {
            Side::Senders => self.no_sender(),
            Side::Receivers => self.no_receiver(),
        }
    }

    /// Nobody overtakes one who is alone.
    fn prefer_waiter(&self, _: Side, _: bool) {}

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
        self.len() == 0
    }

    fn is_full(&self) -> bool {
        self.len() == self.capacity()
    }

    fn capacity(&self) -> Option<usize> {
        Some(self.capacity())
    }
}
