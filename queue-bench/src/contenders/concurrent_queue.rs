//! concurrent-queue's bounded queue, the one within async-channel.
//!
//! Fairness: it never waits, so it takes part in `try` alone.

use concurrent_queue::{ConcurrentQueue, PushError};
use std::sync::Arc;

use crate::cells::Cell;
use crate::contract::{Form, Topology};
use crate::link::{self, Ends, Polling, Queue};
use crate::message::Message;

#[derive(Debug)]
pub(super) struct Bounded;

impl Queue for Bounded {
    const NAME: &'static str = "concurrent-queue";
    const VERSION: &'static str = env!("VERSION_CONCURRENT_QUEUE");
    const TOPOLOGY: Topology = Topology::Mpmc;
    const FORM: Form = Form::Ring;
    const NOTES: &'static str = "ConcurrentQueue::bounded";

    type Sender<M: Message> = Arc<ConcurrentQueue<M>>;
    type Receiver<M: Message> = Arc<ConcurrentQueue<M>>;

    fn open<M: Message>(cell: &Cell) -> Ends<Self, M> {
        let queue = Arc::new(ConcurrentQueue::bounded(cell.slots()));
        link::clones((Arc::clone(&queue), queue), cell)
    }
}

impl Polling for Bounded {
    #[inline]
    fn try_send<M: Message>(queue: &mut Self::Sender<M>, message: M) -> Result<(), M> {
        queue.push(message).map_err(PushError::into_inner)
    }

    #[inline]
    fn try_recv<M: Message>(queue: &mut Self::Receiver<M>) -> Option<M> {
        queue.pop().ok()
    }
}
