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

    type Sender = Arc<queue_core::Ring<Message>>;
    type Receiver = Arc<queue_core::Ring<Message>>;

    fn open(cell: &Cell) -> Ends<Self> {
        let ring = Arc::new(queue_core::Ring::new(cell.slots()));
        link::clones((Arc::clone(&ring), ring), cell)
    }
}

impl Polling for Ring {
    #[inline]
    fn try_send(ring: &mut Self::Sender, message: Message) -> bool {
        ring.push(message).is_ok()
    }

    #[inline]
    fn try_recv(ring: &mut Self::Receiver) -> Option<Message> {
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

    type Sender = Sender<Message>;
    type Receiver = Receiver<Message>;

    fn open(cell: &Cell) -> Ends<Self> {
        let ends = match cell.capacity {
            Capacity::Bounded(slots) => bounded(slots),
            Capacity::Unbounded => unbounded(),
        };
        link::clones(ends, cell)
    }
}

impl Blocking for Channel {
    #[inline]
    fn send(sender: &mut Self::Sender, message: Message) {
        sender
            .send(message)
            .expect("the receivers outlive the senders");
    }

    #[inline]
    fn recv(receiver: &mut Self::Receiver) -> Option<Message> {
        receiver.recv().ok()
    }
}

#[derive(Debug)]
pub(super) struct Selection<'a> {
    select: Select<'a>,
    receivers: &'a [Receiver<Message>],
    connected: usize,
}

impl Selecting for Channel {
    const SELECT_NOTES: &'static str = "Select";

    type Selection<'a> = Selection<'a>;

    fn selection(receivers: &[Self::Receiver]) -> Selection<'_> {
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
    fn recv_any(selection: &mut Selection<'_>) -> Option<Message> {
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
