//! A task waits at a meeting point.
//!
//! A task that sends lays out its packet, as a thread does: whoever wins it takes the message. One that
//! receives only asks to be told that a sender has come, and takes the message at its own poll: given one
//! meanwhile, a future that is dropped would lose it.

use std::pin::Pin;
use std::task::{Context, Poll};

use super::Rendezvous;
use crate::channel::error::{RecvError, SendError, SendTimeoutError, TryRecvError};
use crate::channel::packet::Packet;
use crate::wait::{Case, Progress, Side, Stage, Stake, TaskWait};

impl<T> Rendezvous<T> {
    fn offer(&self, packet: &Packet<T>) -> Case<'_> {
        Case::only(self, Side::Senders, packet.stake())
    }

    fn watch(&self) -> Case<'_> {
        Case::only(self, Side::Receivers, Stake::Notice)
    }

    /// Sends the message in the packet.
    ///
    /// # Safety
    ///
    /// The packet stays where it is until this is done, or [left off](Self::leave_off_send).
    pub(in crate::channel) unsafe fn poll_send(
        &self,
        wait: Pin<&mut TaskWait>,
        packet: &Packet<T>,
        context: &mut Context<'_>,
    ) -> Poll<Result<(), SendError<T>>> {
        let is_new = !wait.has_waited();
        let sent = wait.poll(
            &self.offer(packet),
            context,
            |_| false,
            |stage| {
                // SAFETY: by the contract.
                unsafe { self.send_attempt(packet, stage) }
            },
        );
        if is_new && sent.is_pending() {
            self.setup.counters.note_blocked_send();
        }
        sent.map_err(|refused: SendTimeoutError<T>| SendError(refused.into_inner()))
    }

    /// Sends no more. The message is in the packet, unless it has been taken.
    pub(in crate::channel) fn leave_off_send(&self, wait: Pin<&mut TaskWait>, packet: &Packet<T>) {
        wait.leave_off(&self.offer(packet));
    }

    pub(in crate::channel) fn poll_recv(
        &self,
        wait: Pin<&mut TaskWait>,
        context: &mut Context<'_>,
    ) -> Poll<Result<T, RecvError>> {
        wait.poll(
            &self.watch(),
            context,
            |_| false,
            |stage| match stage {
                // A sender may be here, and is not taken while one is known to peers.
                Stage::Registered { .. } => Progress::Sleep,
                Stage::Free { .. } | Stage::Notified(..) => match self.try_recv() {
                    Ok(message) => Progress::Done(Ok(message), 0),
                    Err(TryRecvError::Empty) => Progress::Sleep,
                    Err(TryRecvError::Disconnected) => Progress::Done(Err(RecvError), 0),
                },
            },
        )
    }

    pub(in crate::channel) fn leave_off_recv(&self, wait: Pin<&mut TaskWait>) {
        wait.leave_off(&self.watch());
    }
}
