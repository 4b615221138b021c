//! crossbeam-queue's `ArrayQueue`.

use crossbeam_queue::ArrayQueue;
use std::sync::Arc;

use crate::cells::Cell;
use crate::contract::{Form, Topology};
use crate::link::{self, Ends, Polling, Queue};
use crate::message::Message;

#[derive(Debug)]
pub(super) struct Array;

impl Queue for Array {
    const NAME: &'static str = "crossbeam-queue";
    const VERSION: &'static str = env!("VERSION_CROSSBEAM_QUEUE");
    const TOPOLOGY: Topology = Topology::Mpmc;
    const FORM: Form = Form::Ring;
    const NOTES: &'static str = "ArrayQueue";

    type Sender<M: Message> = Arc<ArrayQueue<M>>;
    type Receiver<M: Message> = Arc<ArrayQueue<M>>;

    fn open<M: Message>(cell: &Cell) -> Ends<Self, M> {
        let queue = Arc::new(ArrayQueue::new(cell.slots()));
        link::clones((Arc::clone(&queue), queue), cell)
    }
}

impl Polling for Array {
    #[inline]
    fn try_send<M: Message>(queue: &mut Self::Sender<M>, message: M) -> Result<(), M> {
        queue.push(message)
    }

    #[inline]
    fn try_recv<M: Message>(queue: &mut Self::Receiver<M>) -> Option<M> {
        queue.pop()
    }
}
