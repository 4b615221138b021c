//! What a channel does, between its handles and the ring: try, wait, wake.

use std::mem;

use crossbeam_utils::CachePadded;

use super::error::{RecvTimeoutError, SendTimeoutError, TryRecvError, TrySendError};
use crate::ring::{Claim, RawRing, Refusal, Turn};
use crate::sync::{Instant, step};
use crate::wait::{Announce, Look, Progress, WaitList, wait_until};

/// A ring, and who is parked at its two ends.
pub(super) struct Channel<T> {
    pub(super) ring: RawRing<T>,
    /// Receivers that wait for a message: their flag lies in `tail`, which sends claim.
    receivers: CachePadded<WaitList>,
    /// Senders that wait for room: their flag lies in `head`, which receives claim.
    senders: CachePadded<WaitList>,
}

struct ReceiversParked<'a, T>(&'a RawRing<T>);

impl<T> Announce for ReceiversParked<'_, T> {
    fn raise(&self) {
        self.0.announce_receivers();
    }
    fn lower(&self) {
        self.0.no_receivers();
    }
}

struct SendersParked<'a, T>(&'a RawRing<T>);

impl<T> Announce for SendersParked<'_, T> {
    fn raise(&self) {
        self.0.announce_senders();
    }
    fn lower(&self) {
        self.0.no_senders();
    }
}

/// Which slot answers a look: the two layers meet here and do not know each other.
impl From<Look> for Turn {
    fn from(look: Look) -> Self {
        match look {
            Look::Ready => Self::Next,
            Look::Streaming => Self::AfterNext,
        }
    }
}

impl<T> Channel<T> {
    pub(super) fn new(capacity: usize) -> Self {
        Self {
            ring: RawRing::new(capacity),
            receivers: CachePadded::new(WaitList::new()),
            senders: CachePadded::new(WaitList::new()),
        }
    }

    /// Sends if there is room, waiting for nobody but a peer in mid-operation.
    #[inline(always)]
    pub(super) fn try_send(&self, message: T) -> Result<(), TrySendError<T>> {
        match self.ring.claim_push_exact() {
            Ok(claim) => {
                self.deliver(claim, message);
                Ok(())
            }
            Err(Refusal::Closed) => Err(TrySendError::Disconnected(message)),
            Err(_) => Err(TrySendError::Full(message)),
        }
    }

    /// Sends, waiting for room until the deadline.
    #[inline(always)]
    pub(super) fn send(
        &self,
        message: T,
        deadline: Option<Instant>,
    ) -> Result<(), SendTimeoutError<T>> {
        match self.ring.claim_push() {
            Ok(claim) => {
                self.deliver(claim, message);
                Ok(())
            }
            Err(Refusal::Closed) => Err(SendTimeoutError::Disconnected(message)),
            Err(_) => self.send_waiting(message, deadline),
        }
    }

    #[cold]
    fn send_waiting(
        &self,
        message: T,
        deadline: Option<Instant>,
    ) -> Result<(), SendTimeoutError<T>> {
        let mut unsent = Some(message);
        let sent = wait_until(
            &self.senders,
            &SendersParked(&self.ring),
            deadline,
            |look| self.ring.looks_pushable(look.into()),
            || match self.ring.claim_push() {
                Ok(claim) => {
                    // The message is there: this branch ends the wait.
                    if let Some(message) = unsent.take() {
                        self.deliver(claim, message);
                    }
                    Progress::Done(())
                }
                Err(Refusal::Closed) => Progress::Done(()),
                Err(Refusal::Spent) => Progress::Sleep,
                Err(Refusal::Busy) => Progress::Busy,
            },
        );
        match (unsent, sent) {
            (None, _) => Ok(()),
            (Some(message), Some(())) => Err(SendTimeoutError::Disconnected(message)),
            (Some(message), None) => Err(SendTimeoutError::Timeout(message)),
        }
    }

    #[inline(always)]
    fn deliver(&self, claim: Claim<'_, T>, message: T) {
        let parked = claim.parked;
        self.ring.publish(claim, message);
        if parked {
            self.receivers.notify_one(&ReceiversParked(&self.ring));
        }
    }

    /// Receives if there is a message, waiting for nobody but a peer in mid-operation.
    #[inline(always)]
    pub(super) fn try_recv(&self) -> Result<T, TryRecvError> {
        match self.ring.claim_pop_exact() {
            Ok(claim) => Ok(self.accept(claim)),
            Err(Refusal::Closed) => Err(TryRecvError::Disconnected),
            Err(_) => Err(TryRecvError::Empty),
        }
    }

    /// Receives, waiting for a message until the deadline.
    #[inline(always)]
    pub(super) fn recv(&self, deadline: Option<Instant>) -> Result<T, RecvTimeoutError> {
        match self.ring.claim_pop() {
            Ok(claim) => Ok(self.accept(claim)),
            Err(Refusal::Closed) => Err(RecvTimeoutError::Disconnected),
            Err(_) => self.recv_waiting(deadline),
        }
    }

    #[cold]
    fn recv_waiting(&self, deadline: Option<Instant>) -> Result<T, RecvTimeoutError> {
        wait_until(
            &self.receivers,
            &ReceiversParked(&self.ring),
            deadline,
            |look| self.ring.looks_poppable(look.into()),
            || match self.ring.claim_pop() {
                Ok(claim) => Progress::Done(Ok(self.accept(claim))),
                Err(Refusal::Closed) => Progress::Done(Err(RecvTimeoutError::Disconnected)),
                Err(Refusal::Spent) => Progress::Sleep,
                Err(Refusal::Busy) => Progress::Busy,
            },
        )
        .unwrap_or(Err(RecvTimeoutError::Timeout))
    }

    #[inline(always)]
    fn accept(&self, claim: Claim<'_, T>) -> T {
        let parked = claim.parked;
        let message = self.ring.take(claim);
        if parked {
            self.senders.notify_one(&SendersParked(&self.ring));
        }
        message
    }

    /// The last sender is gone: who waits for a message is told that none will come.
    pub(super) fn close_for_senders(&self) {
        self.ring.close();
        step!(H2, self.receivers.notify_all(&ReceiversParked(&self.ring)));
    }

    /// The last receiver is gone: who waits for room is told that none will
    /// come, and the messages that nobody can receive any more are dropped.
    ///
    /// A send that has claimed its slot is waited for, as it is by `try_recv`: nobody would ever
    /// look for its message again, which may itself hold a handle that somebody waits on.
    pub(super) fn close_for_receivers(&self) {
        self.ring.close();
        step!(H3, self.senders.notify_all(&SendersParked(&self.ring)));
        while let Ok(claim) = self.ring.claim_pop_exact() {
            let leak_rest = LeakRest(&self.ring);
            drop(self.ring.take(claim));
            mem::forget(leak_rest);
        }
    }
}

/// Where dropping a message panics, the rest is leaked: another panic on the
/// way would abort the process.
struct LeakRest<'a, T>(&'a RawRing<T>);

impl<T> Drop for LeakRest<'_, T> {
    fn drop(&mut self) {
        while let Ok(claim) = self.0.claim_pop_exact() {
            mem::forget(self.0.take(claim));
        }
    }
}
