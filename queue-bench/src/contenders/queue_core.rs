//! Our own: [`Ring`] where the caller polls, channels where it waits.

use queue_core::{Receiver, Select, Sender, bounded, unbounded};
use std::collections::VecDeque;
use std::sync::Arc;

use super::OURS;
use super::vectored::as_vec;
use crate::cells::{Capacity, Cell};
use crate::contract::{Form, Topology};
use crate::link::{self, Async, Batching, Ends, Polling, Queue};
use crate::message::Message;

const VERSION: &str = env!("VERSION_QUEUE_CORE");

#[derive(Debug)]
pub(super) struct Ring;

impl Queue for Ring {
    const NAME: &'static str = OURS;
    const VERSION: &'static str = VERSION;
    const TOPOLOGY: Topology = Topology::Mpmc;
    const FORM: Form = Form::Ring;
    const NOTES: &'static str = "Ring";

    type Sender<M: Message> = Arc<queue_core::Ring<M>>;
    type Receiver<M: Message> = Arc<queue_core::Ring<M>>;

    fn open<M: Message>(cell: &Cell) -> Ends<Self, M> {
        let ring = Arc::new(queue_core::Ring::new(cell.slots()));
        link::clones((Arc::clone(&ring), ring), cell)
    }
}

impl Polling for Ring {
    #[inline]
    fn try_send<M: Message>(ring: &mut Self::Sender<M>, message: M) -> Result<(), M> {
        ring.push(message)
    }

    #[inline]
    fn try_recv<M: Message>(ring: &mut Self::Receiver<M>) -> Option<M> {
        ring.pop()
    }
}

#[derive(Debug)]
pub(super) struct Channel;

impl Queue for Channel {
    const NAME: &'static str = OURS;
    const VERSION: &'static str = VERSION;
    const TOPOLOGY: Topology = Topology::Mpmc;
    const NOTES: &'static str = "channel";

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
    const BATCH_NOTES: &'static str = "send_batch and recv_batch";

    #[inline]
    fn send_batch<M: Message>(sender: &mut Self::Sender<M>, messages: &mut VecDeque<M>) {
        sender
            .send_batch(messages.drain(..))
            .expect("the receivers outlive the senders");
    }

    #[inline]
    fn recv_batch<M: Message>(
        receiver: &mut Self::Receiver<M>,
        messages: &mut VecDeque<M>,
        most: usize,
    ) {
        // Its error is the end, where there is nothing to append.
        let _ = as_vec(messages, |vector| receiver.recv_batch(vector, most));
    }
}

selecting!(Channel, Select, Receiver);
