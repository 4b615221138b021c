//! kanal's channels, synchronous or asynchronous at both ends.

use std::collections::VecDeque;

use kanal::{Receiver, Sender, bounded, unbounded};

use super::vectored::as_vec;
use crate::cells::{Capacity, Cell};
use crate::contract::Topology;
use crate::link::{self, Async, Batching, Blocking, Ends, Polling, Queue};
use crate::message::Message;

#[derive(Debug)]
pub(super) struct Channel;

impl Queue for Channel {
    const NAME: &'static str = "kanal";
    const VERSION: &'static str = env!("VERSION_KANAL");
    const TOPOLOGY: Topology = Topology::Mpmc;

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

blocking!(Channel);

impl Polling for Channel {
    #[inline]
    fn try_send<M: Message>(sender: &mut Self::Sender<M>, message: M) -> Result<(), M> {
        let mut message = Some(message);
        match sender.try_send_option(&mut message) {
            Ok(true) => Ok(()),
            _ => Err(message.expect("what was not sent is still there")),
        }
    }

    #[inline]
    fn try_recv<M: Message>(receiver: &mut Self::Receiver<M>) -> Option<M> {
        receiver.try_recv().ok().flatten()
    }
}

impl Async for Channel {
    #[inline]
    async fn send<M: Message>(sender: &mut Self::Sender<M>, message: M) {
        sender
            .as_async()
            .send(message)
            .await
            .expect("the receivers outlive the senders");
    }

    #[inline]
    async fn recv<M: Message>(receiver: &mut Self::Receiver<M>) -> Option<M> {
        receiver.as_async().recv().await.ok()
    }
}

impl Batching for Channel {
    const BATCH_NOTES: &'static str =
        "sent one by one; received by drain_into, which takes all there is, or recv";

    #[inline]
    fn send_batch<M: Message>(sender: &mut Self::Sender<M>, messages: &mut VecDeque<M>) {
        for message in messages.drain(..) {
            <Self as Blocking>::send(sender, message);
        }
    }

    #[inline]
    fn recv_batch<M: Message>(
        receiver: &mut Self::Receiver<M>,
        messages: &mut VecDeque<M>,
        _most: usize,
    ) {
        let drained = as_vec(messages, |vector| receiver.drain_into(vector));
        if drained.is_ok_and(|count| count == 0) {
            messages.extend(receiver.recv());
        }
    }
}
