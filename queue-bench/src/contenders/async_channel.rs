//! async-channel's channels, whose blocking calls await on the thread.
//!
//! Fairness: it is made for tasks, and in `block` it waits by the calls it has for threads.

use async_channel::{Receiver, Sender, TrySendError, bounded, unbounded};

use crate::cells::{Capacity, Cell};
use crate::contract::Topology;
use crate::link::{self, Async, Blocking, Ends, Polling, Queue};
use crate::message::Message;

#[derive(Debug)]
pub(super) struct Channel;

impl Queue for Channel {
    const NAME: &'static str = "async-channel";
    const VERSION: &'static str = env!("VERSION_ASYNC_CHANNEL");
    const TOPOLOGY: Topology = Topology::Mpmc;
    const NOTES: &'static str = "send_blocking and recv_blocking where it blocks";

    type Sender<M: Message> = Sender<M>;
    type Receiver<M: Message> = Receiver<M>;

    fn open<M: Message>(cell: &Cell) -> Ends<Self, M> {
        let ends = match cell.capacity {
            Capacity::Bounded(slots) => bounded(slots),
            Capacity::Unbounded => unbounded(),
        };
        link::clones(ends, cell)
    }
}

impl Blocking for Channel {
    #[inline]
    fn send<M: Message>(sender: &mut Self::Sender<M>, message: M) {
        sender
            .send_blocking(message)
            .expect("the receivers outlive the senders");
    }

    #[inline]
    fn recv<M: Message>(receiver: &mut Self::Receiver<M>) -> Option<M> {
        receiver.recv_blocking().ok()
    }
}

impl Polling for Channel {
    #[inline]
    fn try_send<M: Message>(sender: &mut Self::Sender<M>, message: M) -> Result<(), M> {
        sender.try_send(message).map_err(TrySendError::into_inner)
    }

    #[inline]
    fn try_recv<M: Message>(receiver: &mut Self::Receiver<M>) -> Option<M> {
        receiver.try_recv().ok()
    }
}

impl Async for Channel {
    #[inline]
    async fn send<M: Message>(sender: &mut Self::Sender<M>, message: M) {
        sender
            .send(message)
            .await
            .expect("the receivers outlive the senders");
    }

    #[inline]
    async fn recv<M: Message>(receiver: &mut Self::Receiver<M>) -> Option<M> {
        receiver.recv().await.ok()
    }
}
