//! tokio's `mpsc` channels.
//!
//! Fairness: its tasks have a cooperative budget on its own runtimes, and none in `async`; its blocking
//! calls park the thread.

use std::collections::VecDeque;

use tokio::sync::mpsc::{
    Receiver, Sender, UnboundedReceiver, UnboundedSender, channel, unbounded_channel,
};

use super::vectored::as_vec;
use crate::cells::Cell;
use crate::contract::Topology;
use crate::link::{Async, Batching, Blocking, Ends, Queue};
use crate::message::Message;

#[derive(Debug)]
pub(super) struct Bounded;

impl Queue for Bounded {
    const NAME: &'static str = "tokio";
    const VERSION: &'static str = env!("VERSION_TOKIO");
    const TOPOLOGY: Topology = Topology::Mpsc;
    const NOTES: &'static str = "sync::mpsc::channel";

    type Sender<M: Message> = Sender<M>;
    type Receiver<M: Message> = Receiver<M>;

    fn open<M: Message>(cell: &Cell) -> Ends<Self, M> {
        let (sender, receiver) = channel(cell.slots());
        (vec![sender; cell.producers], vec![receiver])
    }
}

impl Blocking for Bounded {
    #[inline]
    fn send<M: Message>(sender: &mut Self::Sender<M>, message: M) {
        sender
            .blocking_send(message)
            .expect("the receiver outlives the senders");
    }

    #[inline]
    fn recv<M: Message>(receiver: &mut Self::Receiver<M>) -> Option<M> {
        receiver.blocking_recv()
    }
}

polling!(Bounded);

impl Async for Bounded {
    #[inline]
    async fn send<M: Message>(sender: &mut Self::Sender<M>, message: M) {
        sender
            .send(message)
            .await
            .expect("the receiver outlives the senders");
    }

    #[inline]
    async fn recv<M: Message>(receiver: &mut Self::Receiver<M>) -> Option<M> {
        receiver.recv().await
    }
}

impl Batching for Bounded {
    const BATCH_NOTES: &'static str =
        "try_reserve_many, or blocking_send where nothing is free; blocking_recv_many";

    #[inline]
    fn send_batch<M: Message>(sender: &mut Self::Sender<M>, messages: &mut VecDeque<M>) {
        let free = sender.capacity().min(messages.len());
        if free == 0 {
            if let Some(first) = messages.pop_front() {
                <Self as Blocking>::send(sender, first);
            }
        } else if let Ok(permits) = sender.try_reserve_many(free) {
            for (permit, message) in permits.zip(messages.drain(..free)) {
                permit.send(message);
            }
        }
    }

    #[inline]
    fn recv_batch<M: Message>(
        receiver: &mut Self::Receiver<M>,
        messages: &mut VecDeque<M>,
        most: usize,
    ) {
        as_vec(messages, |vector| receiver.blocking_recv_many(vector, most));
    }
}

#[derive(Debug)]
pub(super) struct Unbounded;

impl Queue for Unbounded {
    const NAME: &'static str = Bounded::NAME;
    const VERSION: &'static str = Bounded::VERSION;
    const TOPOLOGY: Topology = Topology::Mpsc;
    const NOTES: &'static str = "sync::mpsc::unbounded_channel";

    type Sender<M: Message> = UnboundedSender<M>;
    type Receiver<M: Message> = UnboundedReceiver<M>;

    fn open<M: Message>(cell: &Cell) -> Ends<Self, M> {
        let (sender, receiver) = unbounded_channel();
        (vec![sender; cell.producers], vec![receiver])
    }
}

impl Blocking for Unbounded {
    #[inline]
    fn send<M: Message>(sender: &mut Self::Sender<M>, message: M) {
        sender
            .send(message)
            .expect("the receiver outlives the senders");
    }

    #[inline]
    fn recv<M: Message>(receiver: &mut Self::Receiver<M>) -> Option<M> {
        receiver.blocking_recv()
    }
}
