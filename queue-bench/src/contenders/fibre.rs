//! fibre's mpmc channel, which passes batches too.

use std::collections::VecDeque;
use std::mem;

use fibre::TrySendError;
use fibre::mpmc::{AsyncReceiver, AsyncSender, Receiver, Sender, bounded, bounded_async};

use crate::cells::Cell;
use crate::contract::Topology;
use crate::link::{self, Async, Batching, Blocking, Ends, Polling, Queue};
use crate::message::Message;

#[derive(Debug)]
pub(super) struct Threads;

impl Queue for Threads {
    const NAME: &'static str = "fibre";
    const VERSION: &'static str = env!("VERSION_FIBRE");
    const TOPOLOGY: Topology = Topology::Mpmc;
    const NOTES: &'static str = "mpmc::bounded; batches by send_batch_mut and recv_batch_mut";

    type Sender<M: Message> = Sender<M>;
    type Receiver<M: Message> = Receiver<M>;

    fn open<M: Message>(cell: &Cell) -> Ends<Self, M> {
        link::clones(bounded(cell.slots()), cell)
    }
}

impl Blocking for Threads {
    #[inline]
    fn send<M: Message>(sender: &mut Self::Sender<M>, message: M) {
        sender
            .send(message)
            .expect("the receivers outlive the senders");
    }

    #[inline]
    fn recv<M: Message>(receiver: &mut Self::Receiver<M>) -> Option<M> {
        receiver.recv().ok()
    }
}

impl Polling for Threads {
    #[inline]
    fn try_send<M: Message>(sender: &mut Self::Sender<M>, message: M) -> Result<(), M> {
        sender.try_send(message).map_err(TrySendError::into_inner)
    }

    #[inline]
    fn try_recv<M: Message>(receiver: &mut Self::Receiver<M>) -> Option<M> {
        receiver.try_recv().ok()
    }
}

/// The queue takes vectors; a deque becomes one, and one becomes a deque, in place.
impl Batching for Threads {
    #[inline]
    fn send_batch<M: Message>(sender: &mut Self::Sender<M>, messages: &mut VecDeque<M>) {
        let mut batch = Vec::from(mem::take(messages));
        sender
            .send_batch_mut(&mut batch)
            .expect("the receivers outlive the senders");
        *messages = VecDeque::from(batch);
    }

    #[inline]
    fn recv_batch<M: Message>(
        receiver: &mut Self::Receiver<M>,
        messages: &mut VecDeque<M>,
        most: usize,
    ) {
        let mut batch = Vec::from(mem::take(messages));
        // At the end there is nothing to append.
        let _ = receiver.recv_batch_mut(&mut batch, most);
        *messages = VecDeque::from(batch);
    }
}

#[derive(Debug)]
pub(super) struct Tasks;

impl Queue for Tasks {
    const NAME: &'static str = Threads::NAME;
    const VERSION: &'static str = Threads::VERSION;
    const TOPOLOGY: Topology = Topology::Mpmc;
    const NOTES: &'static str = "mpmc::bounded_async";

    type Sender<M: Message> = AsyncSender<M>;
    type Receiver<M: Message> = AsyncReceiver<M>;

    fn open<M: Message>(cell: &Cell) -> Ends<Self, M> {
        link::clones(bounded_async(cell.slots()), cell)
    }
}

impl Async for Tasks {
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
