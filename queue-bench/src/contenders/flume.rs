//! flume's channels.

use std::collections::VecDeque;

use flume::{Receiver, Selector, Sender, bounded, unbounded};

use crate::cells::{Capacity, Cell};
use crate::contract::Topology;
use crate::link::{self, Async, Batching, Blocking, Ends, Queue, Selecting};
use crate::message::Message;

#[derive(Debug)]
pub(super) struct Channel;

impl Queue for Channel {
    const NAME: &'static str = "flume";
    const VERSION: &'static str = env!("VERSION_FLUME");
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

polling!(Channel);

impl Async for Channel {
    #[inline]
    async fn send<M: Message>(sender: &mut Self::Sender<M>, message: M) {
        sender
            .send_async(message)
            .await
            .expect("the receivers outlive the senders");
    }

    #[inline]
    async fn recv<M: Message>(receiver: &mut Self::Receiver<M>) -> Option<M> {
        receiver.recv_async().await.ok()
    }
}

impl Batching for Channel {
    const BATCH_NOTES: &'static str =
        "sent one by one; received by drain, which takes all there is, or recv";

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
        messages.extend(receiver.drain());
        if messages.is_empty() {
            messages.extend(receiver.recv());
        }
    }
}

impl Selecting for Channel {
    const SELECT_NOTES: &'static str = "a Selector for each message, since waiting consumes it";

    type Selection<'a, M: Message> = Vec<&'a Receiver<M>>;

    fn selection<M: Message>(receivers: &[Self::Receiver<M>]) -> Self::Selection<'_, M> {
        receivers.iter().collect()
    }

    #[inline]
    fn recv_any<M: Message>(connected: &mut Self::Selection<'_, M>) -> Option<M> {
        while !connected.is_empty() {
            let mut selector = Selector::new();
            for (index, receiver) in connected.iter().enumerate() {
                selector = selector.recv(receiver, move |outcome| outcome.map_err(|_| index));
            }
            match selector.wait() {
                Ok(message) => return Some(message),
                Err(disconnected) => connected.remove(disconnected),
            };
        }
        None
    }
}
