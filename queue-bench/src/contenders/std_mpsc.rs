//! The standard library's channels: one consumer only.

use std::sync::mpsc::{Receiver, Sender, SyncSender, channel, sync_channel};

use crate::cells::Cell;
use crate::contract::Topology;
use crate::link::{Blocking, Ends, Polling, Queue};
use crate::message::Message;

#[derive(Debug)]
pub(super) struct SyncChannel;

impl Queue for SyncChannel {
    const NAME: &'static str = "std-mpsc";
    const VERSION: &'static str = env!("VERSION_RUSTC");
    const TOPOLOGY: Topology = Topology::Mpsc;
    const NOTES: &'static str = "sync_channel; the version is the compiler's";

    type Sender = SyncSender<Message>;
    type Receiver = Receiver<Message>;

    fn open(cell: &Cell) -> Ends<Self> {
        let (sender, receiver) = sync_channel(cell.slots());
        (vec![sender; cell.producers], vec![receiver])
    }
}

impl Blocking for SyncChannel {
    #[inline]
    fn send(sender: &mut Self::Sender, message: Message) {
        sender
            .send(message)
            .expect("the receiver outlives the senders");
    }

    #[inline]
    fn recv(receiver: &mut Self::Receiver) -> Option<Message> {
        receiver.recv().ok()
    }
}

impl Polling for SyncChannel {
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
pub(super) struct Channel;

impl Queue for Channel {
    const NAME: &'static str = SyncChannel::NAME;
    const VERSION: &'static str = SyncChannel::VERSION;
    const TOPOLOGY: Topology = Topology::Mpsc;
    const NOTES: &'static str = "channel; the version is the compiler's";

    type Sender = Sender<Message>;
    type Receiver = Receiver<Message>;

    fn open(cell: &Cell) -> Ends<Self> {
        let (sender, receiver) = channel();
        (vec![sender; cell.producers], vec![receiver])
    }
}

impl Blocking for Channel {
    #[inline]
    fn send(sender: &mut Self::Sender, message: Message) {
        sender
            .send(message)
            .expect("the receiver outlives the senders");
    }

    #[inline]
    fn recv(receiver: &mut Self::Receiver) -> Option<Message> {
        receiver.recv().ok()
    }
}
