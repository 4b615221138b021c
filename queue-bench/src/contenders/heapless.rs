//! heapless' mpmc queue, made for machines without an allocator: its capacity is a constant.

use std::sync::Arc;

use heapless::mpmc::Queue as Slots;

use crate::cells::Cell;
use crate::contract::Topology;
use crate::link::{self, Ends, Polling, Queue};
use crate::message::Message;

#[derive(Debug)]
pub(super) struct Mpmc;

/// Those that the cells ask for.
pub(super) enum Sizes<M> {
    Two(Slots<M, 2>),
    Small(Slots<M, 64>),
    Large(Slots<M, 1024>),
}

impl Queue for Mpmc {
    const NAME: &'static str = "heapless";
    const VERSION: &'static str = env!("VERSION_HEAPLESS");
    const TOPOLOGY: Topology = Topology::Mpmc;
    const NOTES: &'static str = "mpmc::Queue with 2, 64 or 1024 slots";

    type Sender<M: Message> = Arc<Sizes<M>>;
    type Receiver<M: Message> = Arc<Sizes<M>>;

    fn holds(slots: usize) -> bool {
        [2, 64, 1024].contains(&slots)
    }

    fn open<M: Message>(cell: &Cell) -> Ends<Self, M> {
        let queue = Arc::new(match cell.slots() {
            2 => Sizes::Two(Slots::default()),
            64 => Sizes::Small(Slots::default()),
            1024 => Sizes::Large(Slots::default()),
            slots => unreachable!("it does not hold {slots}"),
        });
        link::clones((Arc::clone(&queue), queue), cell)
    }
}

impl Polling for Mpmc {
    #[inline]
    fn try_send<M: Message>(queue: &mut Self::Sender<M>, message: M) -> Result<(), M> {
        match &**queue {
            Sizes::Two(slots) => slots.enqueue(message),
            Sizes::Small(slots) => slots.enqueue(message),
            Sizes::Large(slots) => slots.enqueue(message),
        }
    }

    #[inline]
    fn try_recv<M: Message>(queue: &mut Self::Receiver<M>) -> Option<M> {
        match &**queue {
            Sizes::Two(slots) => slots.dequeue(),
            Sizes::Small(slots) => slots.dequeue(),
            Sizes::Large(slots) => slots.dequeue(),
        }
    }
}
