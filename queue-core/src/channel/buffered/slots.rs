//! Slots of the ring in the hands of user code: written, or read, where they lie.

use std::mem::ManuallyDrop;

use super::Buffered;
use crate::channel::error::{RecvTimeoutError, SendTimeoutError, TryRecvError, TrySendError};
use crate::channel::queue::Reservation;
use crate::ring::{Grant, HeapRing, Hold, Precedence, Refusal};
use crate::sync::{Instant, step};
use crate::wait::{Progress, Side, Stage, wait_until};

impl<T> Buffered<HeapRing<T>> {
    /// Grants a slot if there is room now.
    #[inline]
    pub(in crate::channel) fn try_grant(&self) -> Result<Grant, TrySendError<()>> {
        match self.past_skipped(|| self.queue.claim_push_exact()) {
            Ok(claim) => Ok(self.queue.grant(claim)),
            Err(Refusal::Closed) => Err(TrySendError::Disconnected(())),
            Err(_) => Err(TrySendError::Full(())),
        }
    }

    /// Grants a slot, waiting for room until the deadline.
    pub(in crate::channel) fn grant(
        &self,
        deadline: Option<Instant>,
    ) -> Result<Grant, SendTimeoutError<()>> {
        let mut met_no_room = false;
        wait_until(
            &[self.wait_of(Side::Senders)],
            self.setup.senders,
            deadline,
            |look| self.looks_pushable(look),
            |stage| self.grant_attempt(&mut met_no_room, stage),
        )
        .unwrap_or(Err(SendTimeoutError::Timeout(())))
    }

    fn grant_attempt(
        &self,
        met_no_room: &mut bool,
        stage: Stage,
    ) -> Progress<Result<Grant, SendTimeoutError<()>>> {
        let Some(is_first) = stage.goes_first() else {
            return Progress::Sleep;
        };
        let claimed = self.past_skipped(|| {
            if is_first {
                self.queue.claim_push_contended(Precedence::Ignored)
            } else {
                self.queue.claim_push()
            }
        });
        match claimed {
            Ok(claim) => Progress::Done(Ok(self.queue.grant(claim)), 0),
            Err(refusal) => {
                let closed = Err(SendTimeoutError::Disconnected(()));
                self.refused(refusal, met_no_room, closed)
            }
        }
    }

    /// Sends the message that has been written into a granted slot; gives it back if the channel has been
    /// closed.
    ///
    /// # Safety
    ///
    /// The grant is of this channel, and its slot has been written.
    pub(in crate::channel) unsafe fn fulfil_written(&self, grant: Grant) -> Result<(), T> {
        if self.queue.is_closed() {
            // SAFETY: by the contract. It is read once, as a slot that is given up is not looked into.
            let message = unsafe { self.queue.granted(&grant).cast::<T>().read() };
            // As in `fulfil`.
            let message = ManuallyDrop::new(message);
            // SAFETY: by the contract.
            unsafe { self.give_up(Reservation::Slot(grant), true) };
            return Err(ManuallyDrop::into_inner(message));
        }
        // SAFETY: by the contract.
        let ended = unsafe { self.queue.commit_written(grant) };
        self.after(ended, true);
        Ok(())
    }

    /// Takes the oldest message, if there is one now, and leaves it in its slot.
    #[inline]
    pub(in crate::channel) fn try_hold(&self) -> Result<Hold, TryRecvError> {
        match self.past_skipped(|| self.queue.claim_pop_exact()) {
            Ok(claim) => Ok(self.queue.hold(claim)),
            Err(Refusal::Closed) => Err(TryRecvError::Disconnected),
            Err(_) => Err(TryRecvError::Empty),
        }
    }

    /// Takes the oldest message, waiting for one until the deadline, and leaves it in its slot.
    pub(in crate::channel) fn hold(
        &self,
        deadline: Option<Instant>,
    ) -> Result<Hold, RecvTimeoutError> {
        wait_until(
            &[self.wait_of(Side::Receivers)],
            self.setup.receivers,
            deadline,
            |look| self.looks_poppable(look),
            |stage| {
                Self::pop_attempt(stage, |is_first| {
                    let claim = self.past_skipped(|| {
                        if is_first {
                            self.queue.claim_pop_contended(Precedence::Ignored)
                        } else {
                            self.queue.claim_pop()
                        }
                    });
                    claim.map(|claim| self.queue.hold(claim))
                })
            },
        )
        .unwrap_or(Err(RecvTimeoutError::Timeout))
    }

    /// Frees the slot of a message that was held, and wakes who waits for its room.
    ///
    /// # Safety
    ///
    /// The hold is of this channel, and its message has been dropped or moved out.
    pub(in crate::channel) unsafe fn release(&self, hold: Hold) {
        // SAFETY: by the contract.
        let senders = unsafe { self.queue.release(hold) };
        if senders > 0 {
            step!(H22, self.notify_up_to(Side::Senders, senders));
            // Who claimed the message has left this to the end, as there was no room before.
            step!(H23, self.pass_skipped());
        }
    }
}
