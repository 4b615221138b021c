//! gil: channels without an end, so that a receiver that waits never learns that the senders
//! are gone; only its tries take part.

use std::num::NonZeroUsize;

use gil::{mpmc, spsc};

use crate::cells::Cell;
use crate::contract::Topology;
use crate::link::{self, Ends, Polling, Queue};
use crate::message::Message;

const VERSION: &str = env!("VERSION_GIL");

fn capacity(cell: &Cell) -> NonZeroUsize {
    NonZeroUsize::new(cell.slots()).expect("it has slots")
}

#[derive(Debug)]
pub(super) struct Spsc;

impl Queue for Spsc {
    const NAME: &'static str = "gil-spsc";
    const VERSION: &'static str = VERSION;
    const TOPOLOGY: Topology = Topology::Spsc;

    type Sender<M: Message> = spsc::Sender<M>;
    type Receiver<M: Message> = spsc::Receiver<M>;

    fn open<M: Message>(cell: &Cell) -> Ends<Self, M> {
        let (sender, receiver) = spsc::channel(capacity(cell));
        (vec![sender], vec![receiver])
    }
}

impl Polling for Spsc {
    #[inline]
    fn try_send<M: Message>(sender: &mut Self::Sender<M>, message: M) -> Result<(), M> {
        sender.try_send(message)
    }

    #[inline]
    fn try_recv<M: Message>(receiver: &mut Self::Receiver<M>) -> Option<M> {
        receiver.try_recv()
    }
}

#[derive(Debug)]
pub(super) struct Mpmc;

impl Queue for Mpmc {
    const NAME: &'static str = "gil";
    const VERSION: &'static str = VERSION;
    const TOPOLOGY: Topology = Topology::Mpmc;
    const NOTES: &'static str =
        "a try waits for ever at capacity 1, which it does not take part in";

    type Sender<M: Message> = mpmc::Sender<M>;
    type Receiver<M: Message> = mpmc::Receiver<M>;

    fn holds(slots: usize) -> bool {
        slots > 1
    }

    fn open<M: Message>(cell: &Cell) -> Ends<Self, M> {
        link::clones(mpmc::channel(capacity(cell)), cell)
    }
}

impl Polling for Mpmc {
    #[inline]
    fn try_send<M: Message>(sender: &mut Self::Sender<M>, message: M) -> Result<(), M> {
        sender.try_send(message)
    }

    #[inline]
    fn try_recv<M: Message>(receiver: &mut Self::Receiver<M>) -> Option<M> {
        receiver.try_recv()
    }
}
