//! Sends and receives that do not wait for the other end.

use super::Buffered;
use crate::channel::error::{RecvNowError, SendError, SendNowError, TryRecvError, TrySendError};
use crate::channel::queue::Queue;
use crate::ring::{Precedence, Refusal};
use crate::sync::{Backoff, step};

impl<Q: Queue> Buffered<Q> {
    /// Sends if there is room, waiting for nobody but a peer in mid-operation.
    #[inline(always)]
    pub(in crate::channel) fn try_send(
        &self,
        message: Q::Message,
    ) -> Result<(), TrySendError<Q::Message>> {
        self.push_by(Q::push_exact, message)
            .map_err(|(refusal, message)| match refusal {
                Refusal::Closed => TrySendError::Disconnected(message),
                _ => TrySendError::Full(message),
            })
    }

    /// Whether a send would be done now, or why not.
    pub(in crate::channel) fn pushable(&self, precedence: Precedence) -> Result<(), Refusal> {
        self.past_skipped(|| self.queue.pushable(precedence))
    }

    /// Sends if that takes no waiting at all.
    #[inline(always)]
    pub(in crate::channel) fn try_send_now(
        &self,
        message: Q::Message,
    ) -> Result<(), SendNowError<Q::Message>> {
        let pushed = match self.push(message) {
            Err((Refusal::Busy, message)) => self.push_before_others(message),
            settled => settled,
        };
        pushed.map_err(|(refusal, message)| match refusal {
            Refusal::Closed => SendNowError::Disconnected(message),
            Refusal::Busy => SendNowError::Busy(message),
            Refusal::Spent | Refusal::Skipped => SendNowError::Full(message),
        })
    }

    #[cold]
    fn push_before_others(&self, message: Q::Message) -> Result<(), (Refusal, Q::Message)> {
        self.push_by(Q::push_first, message)
    }

    /// Receives if that takes no waiting at all.
    #[inline(always)]
    pub(in crate::channel) fn try_recv_now(&self) -> Result<Q::Message, RecvNowError> {
        let popped = match self.pop() {
            Err(Refusal::Busy) => self.pop_before_others(),
            settled => settled,
        };
        popped.map_err(|refusal| match refusal {
            Refusal::Closed => RecvNowError::Disconnected,
            Refusal::Busy => RecvNowError::Busy,
            Refusal::Spent | Refusal::Skipped => RecvNowError::Empty,
        })
    }

    #[cold]
    fn pop_before_others(&self) -> Result<Q::Message, Refusal> {
        self.pop_by(Q::pop_first)
    }

    /// Receives if there is a message, waiting for nobody but a peer in mid-operation.
    #[inline(always)]
    pub(in crate::channel) fn try_recv(&self) -> Result<Q::Message, TryRecvError> {
        self.pop_exact().map_err(|refusal| match refusal {
            Refusal::Closed => TryRecvError::Disconnected,
            _ => TryRecvError::Empty,
        })
    }

    /// [`try_send`](Self::try_send), as a call.
    #[inline(never)]
    pub(in crate::channel) fn try_send_outlined(
        &self,
        message: Q::Message,
    ) -> Result<(), TrySendError<Q::Message>> {
        self.try_send(message)
    }

    /// [`try_recv`](Self::try_recv), as a call.
    #[inline(never)]
    pub(in crate::channel) fn try_recv_outlined(&self) -> Result<Q::Message, TryRecvError> {
        self.try_recv()
    }
}

impl<Q: Queue> Buffered<Q> {
    /// Sends, in place of the oldest message if there is no room: that one.
    pub(in crate::channel) fn force_send(
        &self,
        mut message: Q::Message,
    ) -> Result<Option<Q::Message>, SendError<Q::Message>> {
        let backoff = Backoff::new();
        loop {
            let refused = match self.try_send(message) {
                Ok(()) => return Ok(None),
                Err(TrySendError::Disconnected(message)) => return Err(SendError(message)),
                Err(TrySendError::Full(message)) => message,
            };
            message = match self.queue.displace(refused) {
                // There are as many messages as before, and so as many wakes under way: nobody sleeps
                // beside this one. But what was given up behind the displaced one is now the oldest.
                Ok(displaced) => {
                    step!(H16, self.pass_skipped());
                    return Ok(Some(displaced));
                }
                Err(refused) => refused,
            };
            backoff.snooze();
        }
    }
}
