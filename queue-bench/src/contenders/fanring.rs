//! fanring's mpsc channel: a ring for each producer, which one consumer visits in turn.
//!
//! Its mpmc channel promises no order at all, and does not take part.

use fanring::mpsc::{Receiver, Sender, TrySendError, channel};

use crate::cells::Cell;
use crate::contract::{Order, Topology};
use crate::link::{Blocking, Ends, Polling, Queue};
use crate::message::Message;

#[derive(Debug)]
pub(super) struct Mpsc;

impl Queue for Mpsc {
    const NAME: &'static str = "fanring";
    const VERSION: &'static str = env!("VERSION_FANRING");
    const ORDER: Order = Order::PerProducer;
    const TOPOLOGY: Topology = Topology::Mpsc;
    const NOTES: &'static str = "mpsc; the capacity is that of each producer's own ring";

    type Sender<M: Message> = Sender<M>;
    type Receiver<M: Message> = Receiver<M>;

    fn open<M: Message>(cell: &Cell) -> Ends<Self, M> {
        let (first, receiver) = channel(cell.slots());
        let others = (1..cell.producers).map(|_| first.try_clone());
        let mut senders: Vec<_> = others
            .map(|sender| sender.expect("the receiver is there"))
            .collect();
        senders.push(first);
        (senders, vec![receiver])
    }
}

impl Blocking for Mpsc {
    #[inline]
    fn send<M: Message>(sender: &mut Self::Sender<M>, message: M) {
        sender
            .send(message)
            .expect("the receiver outlives the senders");
    }

    #[inline]
    fn recv<M: Message>(receiver: &mut Self::Receiver<M>) -> Option<M> {
        receiver.recv().ok()
    }
}

impl Polling for Mpsc {
    #[inline]
    fn try_send<M: Message>(sender: &mut Self::Sender<M>, message: M) -> Result<(), M> {
        sender.try_send(message).map_err(TrySendError::into_inner)
    }

    #[inline]
    fn try_recv<M: Message>(receiver: &mut Self::Receiver<M>) -> Option<M> {
        receiver.try_recv().ok()
    }
}
