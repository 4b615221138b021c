//! rapidfire's bounded channel, which waits only in async code.

use rapidfire::{Receiver, Sender, bounded};

use crate::cells::Cell;
use crate::contract::Topology;
use crate::link::{self, Ends, Queue};
use crate::message::Message;

#[derive(Debug)]
pub(super) struct Bounded;

impl Queue for Bounded {
    const NAME: &'static str = "rapidfire";
    const VERSION: &'static str = env!("VERSION_RAPIDFIRE");
    const TOPOLOGY: Topology = Topology::Mpmc;

    type Sender<M: Message> = Sender<M>;
    type Receiver<M: Message> = Receiver<M>;

    fn open<M: Message>(cell: &Cell) -> Ends<Self, M> {
        link::clones(bounded(cell.slots()), cell)
    }
}

polling!(Bounded);

asynchronous!(Bounded);
