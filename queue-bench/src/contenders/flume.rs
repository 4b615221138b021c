//! flume's channels.

use flume::{Receiver, Selector, Sender, bounded, unbounded};

use crate::cells::{Capacity, Cell};
use crate::contract::Topology;
use crate::link::{self, Blocking, Ends, Polling, Queue, Selecting};
use crate::message::Message;

#[derive(Debug)]
pub(super) struct Channel;

impl Queue for Channel {
    const NAME: &'static str = "flume";
    const VERSION: &'static str = env!("VERSION_FLUME");
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

impl Selecting for Channel {
    const SELECT_NOTES: &'static str = "a Selector for each message, since waiting consumes it";

    type Selection<'a> = Vec<&'a Receiver<Message>>;

    fn selection(receivers: &[Self::Receiver]) -> Self::Selection<'_> {
        receivers.iter().collect()
    }

    #[inline]
    fn recv_any(connected: &mut Self::Selection<'_>) -> Option<Message> {
        while !connected.is_empty() {
            let mut selector = Selector::new();
            for (index, receiver) in connected.iter().enumerate() {
                selector = selector.recv(receiver, move |outcome| outcome.map_err(|_| index));
            }
            match selector.wait() {
                Ok(message) => return Some(message),
                Err(disconnected) => connected.remove(disconnected),
            };
        }
        None
    }
}
