//! crossfire's MPMC channels, blocking at both ends.

use crossfire::mpmc::{Array, List, bounded_blocking, unbounded_blocking};
use crossfire::select::Select;
use crossfire::{MRx, MTx, detect_backoff_cfg};

use crate::cells::Cell;
use crate::contract::Topology;
use crate::link::{self, Blocking, Ends, Polling, Queue, Selecting};
use crate::message::Message;

#[derive(Debug)]
pub(super) struct Bounded;

impl Queue for Bounded {
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

#[derive(Debug)]
pub(super) struct Selection<'a> {
    select: Select<'a>,
    receivers: &'a [MRx<Array<Message>>],
}

impl Selecting for Bounded {
    const SELECT_NOTES: &'static str = "Select over mpmc::bounded_blocking";

    type Selection<'a> = Selection<'a>;

    fn selection(receivers: &[Self::Receiver]) -> Selection<'_> {
        let mut select = Select::new();
        for receiver in receivers {
            select.add(receiver);
        }
        Selection { select, receivers }
    }

    #[inline]
    fn recv_any(Selection { select, receivers }: &mut Selection<'_>) -> Option<Message> {
        while let Ok(ready) = select.select() {
            let receiver = receivers
                .iter()
                .find(|receiver| ready.is_from(*receiver))
                .expect("what is ready is one of those that were added");
            if let Ok(message) = receiver.read_select(ready) {
                return Some(message);
            }
            select.remove(receiver);
        }
        None
    }
}

#[derive(Debug)]
pub(super) struct Unbounded;

impl Queue for Unbounded {
    const NAME: &'static str = Bounded::NAME;
    const VERSION: &'static str = Bounded::VERSION;
    const TOPOLOGY: Topology = Topology::Mpmc;
    const NOTES: &'static str = "mpmc::unbounded_blocking";

    type Sender = MTx<List<Message>>;
    type Receiver = MRx<List<Message>>;

    fn open(cell: &Cell) -> Ends<Self> {
        detect_backoff_cfg();
        link::clones(unbounded_blocking(), cell)
    }
}

impl Blocking for Unbounded {
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
