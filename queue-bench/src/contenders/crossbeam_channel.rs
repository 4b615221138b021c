//! crossbeam-channel's channels.

use crossbeam_channel::{Receiver, Select, Sender, bounded, unbounded};

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

    type Sender = Sender<Message>;
    type Receiver = Receiver<Message>;

    fn open(cell: &Cell) -> Ends<Self> {
        let ends = match cell.capacity {
            Capacity::Bounded(slots) => bounded(slots),
            Capacity::Unbounded => unbounded(),
        };
        link::clones(ends, cell)
    }
}

impl Blocking for Channel {
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

impl Polling for Channel {
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
    receivers: &'a [Receiver<Message>],
    connected: usize,
}

impl Selecting for Channel {
    const SELECT_NOTES: &'static str = "Select";

    type Selection<'a> = Selection<'a>;

    fn selection(receivers: &[Self::Receiver]) -> Selection<'_> {
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
    fn recv_any(selection: &mut Selection<'_>) -> Option<Message> {
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
