//! kanal's channels, synchronous at both ends.

use kanal::{Receiver, Sender, bounded, unbounded};

use crate::cells::{Capacity, Cell};
use crate::contract::Topology;
use crate::link::{self, Blocking, Ends, Polling, Queue};
use crate::message::Message;

#[derive(Debug)]
pub(super) struct Channel;

impl Queue for Channel {
    const NAME: &'static str = "kanal";
    const VERSION: &'static str = env!("VERSION_KANAL");
    const TOPOLOGY: Topology = Topology::Mpmc;

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

impl Polling for Channel {
    #[inline]
    fn try_send<M: Message>(sender: &mut Self::Sender<M>, message: M) -> Result<(), M> {
        let mut message = Some(message);
        match sender.try_send_option(&mut message) {
            Ok(true) => Ok(()),
            _ => Err(message.expect("what was not sent is still there")),
        }
    }

    #[inline]
    fn try_recv<M: Message>(receiver: &mut Self::Receiver<M>) -> Option<M> {
        receiver.try_recv().ok().flatten()
    }
}
