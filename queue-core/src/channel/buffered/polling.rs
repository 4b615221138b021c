//! A task waits for room, or for a message.

use std::pin::Pin;
use std::task::{Context, Poll};

use super::Buffered;
use crate::channel::error::{RecvError, SendError};
use crate::channel::packet::Packet;
use crate::channel::queue::Queue;
use crate::wait::{Case, Side, Stake, TaskWait};

impl<Q: Queue> Buffered<Q> {
    pub(super) fn wait_of(&self, side: Side) -> Case<'_> {
        Case::only(self, side, Stake::Notice)
    }

    /// Sends the message in the packet.
    #[inline]
    pub(in crate::channel) fn poll_send(
        &self,
        wait: Pin<&mut TaskWait>,
        packet: &Packet<Q::Message>,
        context: &mut Context<'_>,
    ) -> Poll<Result<(), SendError<Q::Message>>> {
        let message = if wait.is_fresh() {
            // SAFETY: nobody else has the packet, which is not laid out.
            unsafe { packet.take() }
        } else {
            None
        };
        if let Some(message) = message {
            match self.push_at_once(message) {
                Ok(()) => return Poll::Ready(Ok(())),
                // SAFETY: as above.
                Err((_, message)) => unsafe { packet.put(message) },
            }
        }
        self.poll_send_waiting(wait, packet, context)
    }

    #[inline(never)]
    fn poll_send_waiting(
        &self,
        wait: Pin<&mut TaskWait>,
        packet: &Packet<Q::Message>,
        context: &mut Context<'_>,
    ) -> Poll<Result<(), SendError<Q::Message>>> {
        let mut met_no_room = wait.has_waited();
        let sent = wait.poll(
            &self.wait_of(Side::Senders),
            context,
            |look| self.looks_pushable(look),
            |stage| {
                // SAFETY: nobody else has the packet, which is not laid out.
                unsafe { self.send_attempt(packet, &mut met_no_room, stage) }
            },
        );
        sent.map(|()| {
            // SAFETY: as above.
            unsafe { packet.take() }.map_or(Ok(()), |message| Err(SendError(message)))
        })
    }

    #[inline]
    pub(in crate::channel) fn poll_recv(
        &self,
        wait: Pin<&mut TaskWait>,
        context: &mut Context<'_>,
    ) -> Poll<Result<Q::Message, RecvError>> {
        if wait.is_fresh()
            && let Ok(message) = self.pop_at_once()
        {
            return Poll::Ready(Ok(message));
        }
        self.poll_recv_waiting(wait, context)
    }

    #[inline(never)]
    fn poll_recv_waiting(
        &self,
        wait: Pin<&mut TaskWait>,
        context: &mut Context<'_>,
    ) -> Poll<Result<Q::Message, RecvError>> {
        wait.poll(
            &self.wait_of(Side::Receivers),
            context,
            |look| self.looks_poppable(look),
            |stage| self.recv_attempt(stage),
        )
        .map_err(|_| RecvError)
    }

    /// Receives up to `max` messages, which is not zero.
    pub(in crate::channel) fn poll_recv_batch(
        &self,
        wait: Pin<&mut TaskWait>,
        into: &mut Vec<Q::Message>,
        max: usize,
        context: &mut Context<'_>,
    ) -> Poll<Result<usize, RecvError>> {
        wait.poll(
            &self.wait_of(Side::Receivers),
            context,
            |look| self.looks_poppable(look),
            |stage| {
                Self::pop_attempt(stage, |is_first| {
                    if is_first {
                        // Before there is a message that could be lost with it.
                        into.reserve(1);
                        into.push(self.pop_by(Q::pop_first)?);
                        Ok(1)
                    } else {
                        self.pop_run_by(Q::pop_run, into, max)
                    }
                })
            },
        )
        .map_err(|_| RecvError)
    }

    /// Waits no more on this side.
    pub(in crate::channel) fn leave_off(&self, side: Side, wait: Pin<&mut TaskWait>) {
        wait.leave_off(&self.wait_of(side));
    }
}
