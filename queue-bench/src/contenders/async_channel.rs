//! async-channel's channels, whose blocking calls await on the thread.
//!
//! Fairness: it is made for tasks, and in `block` it waits by the calls it has for threads.

use async_channel::{Receiver, Sender, bounded, unbounded};

use crate::cells::{Capacity, Cell};
use crate::contract::Topology;
use crate::link::{self, Blocking, Ends, Queue};
use crate::message::Message;

#[derive(Debug)]
pub(super) struct Channel;

impl Queue for Channel {
    const NAME: &'static str = "async-channel";
    const VERSION: &'static str = env!("VERSION_ASYNC_CHANNEL");
    const TOPOLOGY: Topology = Topology::Mpmc;
    const NOTES: &'static str = "send_blocking and recv_blocking where it blocks";

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
            .send_blocking(message)
            .expect("the receivers outlive the senders");
    }

    #[inline]
    fn recv<M: Message>(receiver: &mut Self::Receiver<M>) -> Option<M> {
        receiver.recv_blocking().ok()
    }
}

polling!(Channel);

asynchronous!(Channel);
