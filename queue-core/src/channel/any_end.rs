//! What futures and iterators ask of an end, whichever kind it is: shared by many, or alone.

use std::pin::Pin;
use std::task::{Context, Poll};

use super::error::{RecvError, SendError, TryRecvError};
use super::packet::Packet;
use crate::batch::Unsent;
use crate::ring::Refusal;
use crate::wait::TaskWait;

/// An end that sends.
pub(super) trait Sends<T> {
    /// What its futures refer to. Of a sender that is alone they borrow the handle exclusively, and keep what
    /// threads may share: so they can be sent to other threads though a reference to the handle cannot.
    type Channel;

    #[cfg(feature = "futures")]
    fn channel(&self) -> &Self::Channel;

    /// Sends the message in the packet; there must be one.
    ///
    /// # Safety
    ///
    /// The packet is pinned as the wait is, and its owner [leaves off](Self::leave_off_send) before it is gone.
    unsafe fn poll_send(
        channel: &Self::Channel,
        wait: Pin<&mut TaskWait>,
        packet: &Packet<T>,
        context: &mut Context<'_>,
    ) -> Poll<Result<(), SendError<T>>>;

    /// Sends no more.
    fn leave_off_send(channel: &Self::Channel, wait: Pin<&mut TaskWait>, packet: &Packet<T>);

    /// Whether a message stays in its packet while its sender waits, to be found by receivers.
    fn lays_out(channel: &Self::Channel) -> bool;

    /// Sends what there is room for, about `most` at most: whether those were all.
    fn send_what_fits_now<I: Iterator<Item = T>>(
        channel: &Self::Channel,
        unsent: &mut Unsent<I>,
        most: usize,
    ) -> Result<bool, Refusal>;

    #[cfg(feature = "futures")]
    fn is_closed(channel: &Self::Channel) -> bool;
}

/// An end that receives.
pub(super) trait Receives<T> {
    /// As [`Sends::Channel`].
    type Channel;

    fn channel(&self) -> &Self::Channel;

    fn recv(channel: &Self::Channel) -> Result<T, RecvError>;

    fn try_recv(channel: &Self::Channel) -> Result<T, TryRecvError>;

    fn poll_recv(
        channel: &Self::Channel,
        wait: Pin<&mut TaskWait>,
        context: &mut Context<'_>,
    ) -> Poll<Result<T, RecvError>>;

    /// Receives up to `max` messages, which is not zero.
    fn poll_recv_batch(
        channel: &Self::Channel,
        wait: Pin<&mut TaskWait>,
        into: &mut Vec<T>,
        max: usize,
        context: &mut Context<'_>,
    ) -> Poll<Result<usize, RecvError>>;

    /// Receives no more.
    fn leave_off_recv(channel: &Self::Channel, wait: Pin<&mut TaskWait>);
}
