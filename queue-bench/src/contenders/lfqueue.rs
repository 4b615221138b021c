//! lfqueue's `AllocBoundedQueue`, the SCQ ring.
//!
//! Fairness: it never waits, so it takes part in `try` alone.

use lfqueue::AllocBoundedQueue;
use std::sync::Arc;

use crate::cells::Cell;
use crate::contract::{Form, Topology};
use crate::link::{self, Ends, Polling, Queue};
use crate::message::Message;

#[derive(Debug)]
pub(super) struct Scq;

impl Queue for Scq {
    const NAME: &'static str = "lfqueue";
    const VERSION: &'static str = env!("VERSION_LFQUEUE");
    const TOPOLOGY: Topology = Topology::Mpmc;
    const FORM: Form = Form::Ring;
    const NOTES: &'static str = "AllocBoundedQueue; capacity rounded up to a power of two";

    type Sender<M: Message> = Arc<AllocBoundedQueue<M>>;
    type Receiver<M: Message> = Arc<AllocBoundedQueue<M>>;

    fn open<M: Message>(cell: &Cell) -> Ends<Self, M> {
        let queue = Arc::new(AllocBoundedQueue::new(cell.slots().next_power_of_two()));
        link::clones((Arc::clone(&queue), queue), cell)
    }
}

impl Polling for Scq {
    #[inline]
    fn try_send<M: Message>(queue: &mut Self::Sender<M>, message: M) -> Result<(), M> {
        queue.enqueue(message)
    }

    #[inline]
    fn try_recv<M: Message>(queue: &mut Self::Receiver<M>) -> Option<M> {
        queue.dequeue()
    }
}
