//! crossbeam-queue's `ArrayQueue`.

use crossbeam_queue::ArrayQueue;
use std::sync::Arc;

use crate::cells::Cell;
use crate::contract::Topology;
use crate::link::{self, Ends, Polling, Queue};
use crate::message::Message;

#[derive(Debug)]
pub(super) struct Array;

impl Queue for Array {
    const NAME: &'static str = "crossbeam-queue";
    const VERSION: &'static str = env!("VERSION_CROSSBEAM_QUEUE");
    const TOPOLOGY: Topology = Topology::Mpmc;
    const NOTES: &'static str = "ArrayQueue";

    type Sender = Arc<ArrayQueue<Message>>;
    type Receiver = Arc<ArrayQueue<Message>>;

    fn open(cell: &Cell) -> Ends<Self> {
        let queue = Arc::new(ArrayQueue::new(cell.slots()));
        link::clones((Arc::clone(&queue), queue), cell)
    }
}

impl Polling for Array {
    #[inline]
    fn try_send(queue: &mut Self::Sender, message: Message) -> bool {
        queue.push(message).is_ok()
    }

    #[inline]
    fn try_recv(queue: &mut Self::Receiver) -> Option<Message> {
        queue.pop()
    }
}
