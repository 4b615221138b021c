//! rapidfire's bounded channel, which waits only in async code.

use rapidfire::{Receiver, Sender, bounded};

use crate::cells::Cell;
use crate::contract::Topology;
use crate::link::{self, Ends, Polling, Queue};
use crate::message::Message;

#[derive(Debug)]
pub(super) struct Bounded;

impl Queue for Bounded {
    const NAME: &'static str = "rapidfire";
    const VERSION: &'static str = env!("VERSION_RAPIDFIRE");
    const TOPOLOGY: Topology = Topology::Mpmc;

    type Sender = Sender<Message>;
    type Receiver = Receiver<Message>;

    fn open(cell: &Cell) -> Ends<Self> {
        link::clones(bounded(cell.slots()), cell)
    }
}

impl Polling for Bounded {
    #[inline]
    fn try_send(sender: &mut Self::Sender, message: Message) -> bool {
        sender.try_send(message).is_ok()
    }

    #[inline]
    fn try_recv(receiver: &mut Self::Receiver) -> Option<Message> {
        receiver.try_recv().ok()
    }
}
