//! crossbeam-channel's channels.

use crossbeam_channel::{Receiver, Select, Sender, TrySendError, bounded, unbounded};

use crate::cells::{Capacity, Cell};
use crate::contract::Topology;
use crate::link::{self, Blocking, Ends, Polling, Queue, Selecting};
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
        sender.try_send(message).map_err(TrySendError::into_inner)
    }

    #[inline]
    fn try_recv<M: Message>(receiver: &mut Self::Receiver<M>) -> Option<M> {
        receiver.try_recv().ok()
    }
}

#[derive(Debug)]
pub(super) struct Selection<'a, M> {
    select: Select<'a>,
    receivers: &'a [Receiver<M>],
    connected: usize,
}

impl Selecting for Channel {
    const SELECT_NOTES: &'static str = "Select";

    type Selection<'a, M: Message> = Selection<'a, M>;

    fn selection<M: Message>(receivers: &[Self::Receiver<M>]) -> Selection<'_, M> {
        let mut select = Select::new();
        for receiver in receivers {
            select.recv(receiver);
        }
        Selection {
            select,
            receivers,
            connected: receivers.len(),
        }
    }

    #[inline]
    fn recv_any<M: Message>(selection: &mut Selection<'_, M>) -> Option<M> {
        while selection.connected > 0 {
            let operation = selection.select.select();
            let index = operation.index();
            if let Ok(message) = operation.recv(&selection.receivers[index]) {
                return Some(message);
            }
            selection.select.remove(index);
            selection.connected -= 1;
        }
        None
    }
}
