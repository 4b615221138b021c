//! Sends and receives that are awaited.
//!
//! A future attempts when it is polled, and while there is nothing to attempt it has a place in
//! the list in which threads wait, too: there is one population of waiters, and either end of a channel
//! may await or block. The place lies in the future, which must therefore stay where it is ([`Pin`]), and
//! allocates nothing.

mod batch;
mod recv;
mod send;
mod send_from;
#[cfg(feature = "futures")]
mod sink;
#[cfg(feature = "futures")]
mod stream;

use std::pin::Pin;
use std::task::{Context, Poll};

pub use batch::{RecvBatchFuture, SendBatchFuture};
pub use recv::RecvFuture;
pub use send::SendFuture;
pub use send_from::SendFromFuture;
#[cfg(feature = "futures")]
pub use sink::SendSink;
#[cfg(feature = "futures")]
pub use stream::RecvStream;

use super::any_end::{Receives, Sends};
use super::error::{RecvError, SendError, TryRecvError};
use super::packet::Packet;
use super::receiver::{Receiver, Source};
use super::sender::{Sender, Target};
use crate::batch::Unsent;
use crate::ring::Refusal;
use crate::wait::{Side, TaskWait};

/// A message on its way, and the wait for its room.
struct Sending<T> {
    packet: Packet<T>,
    wait: TaskWait,
}

impl<T> Sending<T> {
    #[inline]
    fn of(message: Option<T>) -> Self {
        Self {
            packet: Packet::new(message),
            wait: TaskWait::default(),
        }
    }

    /// The wait, and the packet, which stays where it is.
    #[inline]
    fn parts(self: Pin<&mut Self>) -> (Pin<&mut TaskWait>, &Packet<T>) {
        // SAFETY: the wait is pinned with its owner, out of which nothing is moved.
        let this = unsafe { self.get_unchecked_mut() };
        // SAFETY: as above.
        (unsafe { Pin::new_unchecked(&mut this.wait) }, &this.packet)
    }

    /// Sends the message in the packet; there must be one.
    #[inline]
    fn poll<S: Sends<T>>(
        self: Pin<&mut Self>,
        channel: &S::Channel,
        context: &mut Context<'_>,
    ) -> Poll<Result<(), SendError<T>>> {
        let (wait, packet) = self.parts();
        // SAFETY: it is pinned, and its owner leaves off before it is gone.
        unsafe { S::poll_send(channel, wait, packet, context) }
    }

    /// Sends no more. The message, if it was not sent.
    fn leave_off<S: Sends<T>>(self: Pin<&mut Self>, channel: &S::Channel) -> Option<T> {
        let (wait, packet) = self.parts();
        S::leave_off_send(channel, wait, packet);
        // SAFETY: nobody knows of the wait any more.
        unsafe { packet.take() }
    }

    /// Puts a message into the packet, in which there is none.
    fn load(self: Pin<&mut Self>, message: T) {
        // SAFETY: a packet that is laid out has its message.
        unsafe { self.parts().1.put(message) };
    }

    /// The message, unless it has to stay in the packet to be found by receivers.
    fn unload<S: Sends<T>>(self: Pin<&mut Self>, channel: &S::Channel) -> Option<T> {
        if S::lays_out(channel) {
            return None;
        }
        // SAFETY: it is not laid out.
        unsafe { self.parts().1.take() }
    }
}

impl<T> Sends<T> for Sender<T> {
    type Channel = Self;

    #[cfg(feature = "futures")]
    fn channel(&self) -> &Self {
        self
    }

    #[inline]
    unsafe fn poll_send(
        sender: &Self,
        wait: Pin<&mut TaskWait>,
        packet: &Packet<T>,
        context: &mut Context<'_>,
    ) -> Poll<Result<(), SendError<T>>> {
        match &sender.channel {
            Target::Bounded(channel) => channel.poll_send(wait, packet, context),
            Target::Unbounded(channel) => channel.poll_send(wait, packet, context),
            // SAFETY: by the contract.
            Target::Rendezvous(channel) => unsafe { channel.poll_send(wait, packet, context) },
        }
    }

    fn leave_off_send(sender: &Self, wait: Pin<&mut TaskWait>, packet: &Packet<T>) {
        match &sender.channel {
            Target::Bounded(channel) => channel.leave_off(Side::Senders, wait),
            Target::Unbounded(channel) => channel.leave_off(Side::Senders, wait),
            Target::Rendezvous(channel) => channel.leave_off_send(wait, packet),
        }
    }

    fn lays_out(sender: &Self) -> bool {
        matches!(sender.channel, Target::Rendezvous(_))
    }

    fn send_what_fits_now<I: Iterator<Item = T>>(
        sender: &Self,
        unsent: &mut Unsent<I>,
        most: usize,
    ) -> Result<bool, Refusal> {
        match &sender.channel {
            Target::Bounded(channel) => channel.send_what_fits_now(unsent, most),
            Target::Unbounded(channel) => channel.send_what_fits_now(unsent, most),
            // They are handed over one by one.
            Target::Rendezvous(_) => Err(Refusal::Spent),
        }
    }

    #[cfg(feature = "futures")]
    fn is_closed(sender: &Self) -> bool {
        sender.is_closed()
    }
}

impl<T> Receives<T> for Receiver<T> {
    type Channel = Self;

    fn channel(&self) -> &Self {
        self
    }

    fn recv(receiver: &Self) -> Result<T, RecvError> {
        receiver.recv()
    }

    fn try_recv(receiver: &Self) -> Result<T, TryRecvError> {
        receiver.try_recv()
    }

    #[inline]
    fn poll_recv(
        receiver: &Self,
        wait: Pin<&mut TaskWait>,
        context: &mut Context<'_>,
    ) -> Poll<Result<T, RecvError>> {
        match &receiver.channel {
            Source::Bounded(channel) => channel.poll_recv(wait, context),
            Source::Unbounded(channel) => channel.poll_recv(wait, context),
            Source::Rendezvous(channel) => channel.poll_recv(wait, context),
            // `assert_awaitable` has seen to it that it is no timer.
            Source::Timer(..) | Source::Never(_) => Poll::Pending,
        }
    }

    fn poll_recv_batch(
        receiver: &Self,
        wait: Pin<&mut TaskWait>,
        into: &mut Vec<T>,
        max: usize,
        context: &mut Context<'_>,
    ) -> Poll<Result<usize, RecvError>> {
        match &receiver.channel {
            Source::Bounded(channel) => channel.poll_recv_batch(wait, into, max, context),
            Source::Unbounded(channel) => channel.poll_recv_batch(wait, into, max, context),
            _ => {
                // Before there is a message that could be lost with it.
                into.reserve(1);
                Self::poll_recv(receiver, wait, context).map_ok(|first| {
                    into.push(first);
                    1 + receiver.recv_others(into, max - 1)
                })
            }
        }
    }

    fn leave_off_recv(receiver: &Self, wait: Pin<&mut TaskWait>) {
        match &receiver.channel {
            Source::Bounded(channel) => channel.leave_off(Side::Receivers, wait),
            Source::Unbounded(channel) => channel.leave_off(Side::Receivers, wait),
            Source::Rendezvous(channel) => channel.leave_off_recv(wait),
            Source::Timer(..) | Source::Never(_) => {}
        }
    }
}

impl<T> Receiver<T> {
    /// # Panics
    ///
    /// Panics if it is time that sends: nobody would wake the task.
    #[track_caller]
    fn assert_awaitable(&self) {
        assert!(
            !matches!(self.channel, Source::Timer(..)),
            "a receiver of time cannot be awaited: use a timer of the runtime"
        );
    }
}
