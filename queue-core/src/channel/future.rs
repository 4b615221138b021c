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

use super::error::{RecvError, SendError};
use super::packet::Packet;
use super::receiver::{Receiver, Source};
use super::sender::{Sender, Target};
use crate::wait::{Side, TaskWait};

/// A message on its way, and the wait for its room.
struct Sending<T> {
    packet: Packet<T>,
    wait: TaskWait,
}

impl<T> Sending<T> {
    fn of(message: Option<T>) -> Self {
        Self {
            packet: Packet::new(message),
            wait: TaskWait::default(),
        }
    }

    /// The wait, and the packet, which stays where it is.
    fn parts(self: Pin<&mut Self>) -> (Pin<&mut TaskWait>, &Packet<T>) {
        // SAFETY: the wait is pinned with its owner, out of which nothing is moved.
        let this = unsafe { self.get_unchecked_mut() };
        // SAFETY: as above.
        (unsafe { Pin::new_unchecked(&mut this.wait) }, &this.packet)
    }

    /// Sends the message in the packet; there must be one.
    fn poll(
        self: Pin<&mut Self>,
        sender: &Sender<T>,
        context: &mut Context<'_>,
    ) -> Poll<Result<(), SendError<T>>> {
        let (wait, packet) = self.parts();
        match &sender.channel {
            Target::Bounded(channel) => channel.poll_send(wait, packet, context),
            Target::Unbounded(channel) => channel.poll_send(wait, packet, context),
            // SAFETY: it is pinned, and its owner leaves off before it is gone.
            Target::Rendezvous(channel) => unsafe { channel.poll_send(wait, packet, context) },
        }
    }

    /// Sends no more. The message, if it was not sent.
    fn leave_off(self: Pin<&mut Self>, sender: &Sender<T>) -> Option<T> {
        let (wait, packet) = self.parts();
        match &sender.channel {
            Target::Bounded(channel) => channel.leave_off(Side::Senders, wait),
            Target::Unbounded(channel) => channel.leave_off(Side::Senders, wait),
            Target::Rendezvous(channel) => channel.leave_off_send(wait, packet),
        }
        // SAFETY: nobody knows of the wait any more.
        unsafe { packet.take() }
    }

    /// Puts a message into the packet, in which there is none.
    fn load(self: Pin<&mut Self>, message: T) {
        // SAFETY: a packet that is laid out has its message.
        unsafe { self.parts().1.put(message) };
    }

    /// The message, unless it has to stay in the packet to be found by receivers.
    fn unload(self: Pin<&mut Self>, sender: &Sender<T>) -> Option<T> {
        match &sender.channel {
            Target::Rendezvous(_) => None,
            // SAFETY: it is not laid out there.
            _ => unsafe { self.parts().1.take() },
        }
    }
}

/// What a receiver's futures do with their waits.
impl<T> Receiver<T> {
    fn poll_recv(
        &self,
        wait: Pin<&mut TaskWait>,
        context: &mut Context<'_>,
    ) -> Poll<Result<T, RecvError>> {
        match &self.channel {
            Source::Bounded(channel) => channel.poll_recv(wait, context),
            Source::Unbounded(channel) => channel.poll_recv(wait, context),
            Source::Rendezvous(channel) => channel.poll_recv(wait, context),
            // `assert_awaitable` has seen to it that it is no timer.
            Source::Timer(..) | Source::Never(_) => Poll::Pending,
        }
    }

    fn leave_off(&self, wait: Pin<&mut TaskWait>) {
        match &self.channel {
            Source::Bounded(channel) => channel.leave_off(Side::Receivers, wait),
            Source::Unbounded(channel) => channel.leave_off(Side::Receivers, wait),
            Source::Rendezvous(channel) => channel.leave_off_recv(wait),
            Source::Timer(..) | Source::Never(_) => {}
        }
    }

    /// # Panics
    ///
    /// Panics if it is time that sends: nobody would wake the task.
    fn assert_awaitable(&self) {
        assert!(
            !matches!(self.channel, Source::Timer(..)),
            "a receiver of time cannot be awaited: use a timer of the runtime"
        );
    }
}
