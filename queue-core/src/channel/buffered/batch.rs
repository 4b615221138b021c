//! Many messages at once: a claim, and a pass of waking, for each run of slots.
//!
//! Who has to wait waits with one message, as [`send`](Buffered::send) and
//! [`recv`](Buffered::recv) do, and goes on with runs: there is one way to wait.

use super::Buffered;
use crate::batch::{Batch, Unsent, in_batches_of, send_what_fits};
use crate::channel::error::{RecvTimeoutError, SendTimeoutError, TryRecvError, TrySendError};
use crate::channel::queue::Queue;
use crate::ring::{Precedence, Refusal, Run, wait_out};
use crate::sync::{Instant, step};
use crate::wait::Side;

impl<Q: Queue> Buffered<Q> {
    /// Sends as many as there is room for.
    pub(in crate::channel) fn try_send_batch<I>(
        &self,
        messages: I,
    ) -> Result<usize, TrySendError<Unsent<I>>>
    where
        I: Iterator<Item = Q::Message>,
    {
        let mut unsent = Unsent::all(messages);
        match self.try_send_rest(&mut unsent) {
            Ok(()) => Ok(unsent.sent),
            Err(refused) => Err(refused.map(|()| unsent)),
        }
    }

    /// Goes on with what is left of a batch: sends as many as there is room for.
    pub(in crate::channel) fn try_send_rest<I>(
        &self,
        rest: &mut Unsent<I>,
    ) -> Result<(), TrySendError<()>>
    where
        I: Iterator<Item = Q::Message>,
    {
        self.send_what_fits(rest).map_err(|refusal| match refusal {
            Refusal::Closed => TrySendError::Disconnected(()),
            _ => TrySendError::Full(()),
        })
    }

    /// The like, out of what is left of a batch.
    pub(in crate::channel) fn send_what_fits<I>(
        &self,
        unsent: &mut Unsent<I>,
    ) -> Result<(), Refusal>
    where
        I: Iterator<Item = Q::Message>,
    {
        in_batches_of!(Q::Message, N => send_what_fits::<_, _, N>(
            unsent,
            usize::MAX,
            |limit| self.queue.looks_free(limit),
            || wait_out(|| self.pushable(Precedence::Ignored)),
            |batch| self.push_run_by(Q::push_run_exact, batch),
        ))
        .map(|_| ())
    }

    /// The like, about `most` at most, waiting for nobody: a peer in mid-operation is in the way. Whether those
    /// were all.
    pub(in crate::channel) fn send_what_fits_now<I>(
        &self,
        unsent: &mut Unsent<I>,
        most: usize,
    ) -> Result<bool, Refusal>
    where
        I: Iterator<Item = Q::Message>,
    {
        in_batches_of!(Q::Message, N => send_what_fits::<_, _, N>(
            unsent,
            most,
            |limit| self.queue.looks_free(limit),
            || self.pushable(Precedence::Respected),
            |batch| self.push_run_by(Q::push_run, batch),
        ))
    }

    /// Sends all, waiting for room until the deadline.
    pub(in crate::channel) fn send_batch<I>(
        &self,
        messages: I,
        deadline: Option<Instant>,
    ) -> Result<usize, SendTimeoutError<Unsent<I>>>
    where
        I: Iterator<Item = Q::Message>,
    {
        let mut unsent = Unsent::all(messages);
        in_batches_of!(Q::Message, N => self.send_runs::<I, N>(&mut unsent, deadline))
            .map_err(|refused| refused.map(|()| unsent))
    }

    fn send_runs<I, const N: usize>(
        &self,
        messages: &mut Unsent<I>,
        deadline: Option<Instant>,
    ) -> Result<usize, SendTimeoutError<()>>
    where
        I: Iterator<Item = Q::Message>,
    {
        let mut batch = Batch::<_, N>::new();
        loop {
            let has_more = batch.refill(messages, N);
            while batch.len() > 0 {
                match self.push_run_by(Q::push_run, &mut batch) {
                    Ok(length) => messages.sent += length,
                    Err(refusal) => {
                        if let Err(refused) = self.wait_with_first(refusal, &mut batch, deadline) {
                            messages.take_back(&mut batch);
                            return Err(refused);
                        }
                        messages.sent += 1;
                    }
                }
            }
            if !has_more {
                return Ok(messages.sent);
            }
        }
    }

    /// Sends the first message of a batch that is not empty, waiting for room until the deadline.
    #[cold]
    fn wait_with_first<const N: usize>(
        &self,
        refusal: Refusal,
        batch: &mut Batch<Q::Message, N>,
        deadline: Option<Instant>,
    ) -> Result<(), SendTimeoutError<()>> {
        if refusal == Refusal::Closed {
            return Err(SendTimeoutError::Disconnected(()));
        }
        let Some(message) = batch.take() else {
            return Ok(());
        };
        self.send_waiting(message, deadline).map_err(|refused| {
            let (refused, message) = refused.split();
            batch.put_back(message);
            refused
        })
    }

    #[inline]
    fn push_run_by<const N: usize>(
        &self,
        push: impl Fn(&Q, &mut Batch<Q::Message, N>) -> Result<Run, Refusal>,
        batch: &mut Batch<Q::Message, N>,
    ) -> Result<usize, Refusal> {
        loop {
            match push(&self.queue, batch) {
                Ok(run) => {
                    if run.parked {
                        step!(H10, self.notify_up_to(Side::Receivers, run.length));
                    }
                    return Ok(run.length);
                }
                Err(Refusal::Skipped) => self.pass_skipped(),
                Err(refusal) => return Err(refusal),
            }
        }
    }

    /// Receives up to `max` messages of those that are there.
    pub(in crate::channel) fn try_recv_batch(
        &self,
        into: &mut Vec<Q::Message>,
        max: usize,
    ) -> Result<usize, TryRecvError> {
        if max == 0 {
            return Ok(0);
        }
        self.pop_run_by(Q::pop_run_exact, into, max)
            .map_err(|refusal| match refusal {
                Refusal::Closed => TryRecvError::Disconnected,
                _ => TryRecvError::Empty,
            })
    }

    /// Receives up to `max` messages, waiting for the first one until the deadline.
    pub(in crate::channel) fn recv_batch(
        &self,
        into: &mut Vec<Q::Message>,
        max: usize,
        deadline: Option<Instant>,
    ) -> Result<usize, RecvTimeoutError> {
        if max == 0 {
            return Ok(0);
        }
        match self.pop_run_by(Q::pop_run, into, max) {
            Ok(length) => Ok(length),
            Err(Refusal::Closed) => Err(RecvTimeoutError::Disconnected),
            Err(_) => {
                // Before there is a message that could be lost with it.
                into.reserve(1);
                into.push(self.recv_waiting(deadline)?);
                let others = if max == 1 {
                    0
                } else {
                    self.pop_run_by(Q::pop_run, into, max - 1).unwrap_or(0)
                };
                Ok(1 + others)
            }
        }
    }

    #[inline]
    pub(super) fn pop_run_by(
        &self,
        pop: impl Fn(&Q, &mut Vec<Q::Message>, usize) -> Result<Run, Refusal>,
        into: &mut Vec<Q::Message>,
        max: usize,
    ) -> Result<usize, Refusal> {
        loop {
            match pop(&self.queue, into, max) {
                // All of them were passed over.
                Ok(run) if run.length == 0 => {}
                Ok(run) => {
                    if run.parked {
                        step!(H11, self.notify_up_to(Side::Senders, run.length));
                        self.pass_skipped();
                    }
                    return Ok(run.length);
                }
                Err(Refusal::Skipped) => self.pass_skipped(),
                Err(refusal) => return Err(refusal),
            }
        }
    }
}
