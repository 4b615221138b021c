//! crossbeam-channel's channels.

use crossbeam_channel::{Receiver, Select, Sender, bounded, unbounded};

use crate::cells::{Capacity, Cell};
use crate::contract::Topology;
use crate::link::{self, Ends, Queue};
use crate::message::Message;

#[derive(Debug)]
pub(super) struct Channel;

impl Queue for Channel {
    const NAME: &'static str = "crossbeam-channel";
    const VERSION: &'static str = env!("VERSION_CROSSBEAM_CHANNEL");
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

blocking!(Channel);

polling!(Channel);

selecting!(Channel, Select, Receiver);
