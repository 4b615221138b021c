//! lfqueue's bounded queue: the SCQ ring of Nikolaev, lock-free in the strict sense.

use std::sync::Arc;

use lfqueue::AllocBoundedQueue;

use crate::cells::Cell;
use crate::contract::Topology;
use crate::link::{self, Ends, Polling, Queue};
use crate::message::Message;

#[derive(Debug)]
pub(super) struct Bounded;

impl Queue for Bounded {
    const NAME: &'static str = "lfqueue";
    const VERSION: &'static str = env!("VERSION_LFQUEUE");
    const TOPOLOGY: Topology = Topology::Mpmc;
    const NOTES: &'static str = "AllocBoundedQueue; capacities are powers of two from two on";

    type Sender<M: Message> = Arc<AllocBoundedQueue<M>>;
    type Receiver<M: Message> = Arc<AllocBoundedQueue<M>>;

    fn holds(slots: usize) -> bool {
        slots >= 2
    }

    fn open<M: Message>(cell: &Cell) -> Ends<Self, M> {
        let queue = Arc::new(AllocBoundedQueue::new(cell.slots().next_power_of_two()));
        link::clones((Arc::clone(&queue), queue), cell)
    }
}

impl Polling for Bounded {
    #[inline]
    fn try_send<M: Message>(queue: &mut Self::Sender<M>, message: M) -> Result<(), M> {
        queue.enqueue(message)
    }

    #[inline]
    fn try_recv<M: Message>(queue: &mut Self::Receiver<M>) -> Option<M> {
        queue.dequeue()
    }
}
