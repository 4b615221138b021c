//! crossbeam-channel's bounded channel.

use crossbeam_channel::{Receiver, Sender, bounded};

use crate::cells::Cell;
use crate::contract::Topology;
use crate::link::{self, Blocking, Ends, Polling, Queue};
use crate::message::Message;

#[derive(Debug)]
pub(super) struct Bounded;

impl Queue for Bounded {
    const NAME: &'static str = "crossbeam-channel";
    const VERSION: &'static str = env!("VERSION_CROSSBEAM_CHANNEL");
    const TOPOLOGY: Topology = Topology::Mpmc;

    type Sender = Sender<Message>;
    type Receiver = Receiver<Message>;

    fn open(cell: &Cell) -> Ends<Self> {
        link::clones(bounded(cell.slots()), cell)
    }
}

impl Blocking for Bounded {
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
