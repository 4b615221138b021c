//! Our own: [`Ring`] where the caller polls, [`bounded`](fn@bounded) where it waits.

use queue_core::{Receiver, Sender, bounded};
use std::sync::Arc;

use super::OURS;
use crate::cells::Cell;
use crate::contract::Topology;
use crate::link::{self, Blocking, Ends, Polling, Queue};
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
    const NOTES: &'static str = "bounded";

    type Sender = Sender<Message>;
    type Receiver = Receiver<Message>;

    fn open(cell: &Cell) -> Ends<Self> {
        link::clones(bounded(cell.slots()), cell)
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
