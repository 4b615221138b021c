//! crossfire's bounded MPMC channel, blocking at both ends.

use crossfire::mpmc::{Array, bounded_blocking};
use crossfire::{MRx, MTx, detect_backoff_cfg};

use crate::cells::Cell;
use crate::contract::Topology;
use crate::link::{self, Blocking, Ends, Polling, Queue};
use crate::message::Message;

#[derive(Debug)]
pub(super) struct MpmcBlocking;

impl Queue for MpmcBlocking {
    const NAME: &'static str = "crossfire";
    const VERSION: &'static str = env!("VERSION_CROSSFIRE");
    const TOPOLOGY: Topology = Topology::Mpmc;
    const NOTES: &'static str = "mpmc::bounded_blocking";

    type Sender = MTx<Array<Message>>;
    type Receiver = MRx<Array<Message>>;

    fn open(cell: &Cell) -> Ends<Self> {
        // Its documentation asks for this call; it looks at the machine only once.
        detect_backoff_cfg();
        link::clones(bounded_blocking(cell.slots()), cell)
    }
}

impl Blocking for MpmcBlocking {
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

impl Polling for MpmcBlocking {
    #[inline]
    fn try_send(sender: &mut Self::Sender, message: Message) -> bool {
        sender.try_send(message).is_ok()
    }

    #[inline]
    fn try_recv(receiver: &mut Self::Receiver) -> Option<Message> {
        receiver.try_recv().ok()
    }
}
