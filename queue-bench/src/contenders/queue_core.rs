//! Our own: [`Ring`] where the caller polls, channels where it waits.

use queue_core::{Receiver, Select, Sender, bounded, unbounded};
use std::sync::Arc;

use super::OURS;
use crate::cells::{Capacity, Cell};
use crate::contract::Topology;
use crate::link::{self, Blocking, Ends, Polling, Queue, Selecting};
use crate::message::Message;

const VERSION: &str = env!("VERSION_QUEUE_CORE");

#[derive(Debug)]
pub(super) struct Ring;

impl Queue for Ring {
    const NAME: &'static str = OURS;
    const VERSION: &'static str = VERSION;
    const TOPOLOGY: Topology = Topology::Mpmc;
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

impl Blocking for Channel {
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

#[derive(Debug)]
pub(super) struct Selection<'a, M> {
    select: Select<'a>,
    receivers: &'a [Receiver<M>],
    connected: usize,
}

impl Selecting for Channel {
    const SELECT_NOTES: &'static str = "Select";

    type Selection<'a, M: Message> = Selection<'a, M>;

    fn selection<M: Message>(receivers: &[Self::Receiver<M>]) -> Selection<'_, M> {
        let mut select = Select::new();
        for receiver in receivers {
            select.recv(receiver);
        }
        Selection {
            select,
            receivers,
            connected: receivers.len(),
        }
    }

    #[inline]
    fn recv_any<M: Message>(selection: &mut Selection<'_, M>) -> Option<M> {
        while selection.connected > 0 {
            let operation = selection.select.select();
            let index = operation.index();
            if let Ok(message) = operation.recv(&selection.receivers[index]) {
                return Some(message);
            }
            selection.select.remove(index);
            selection.connected -= 1;
        }
        None
    }
}
