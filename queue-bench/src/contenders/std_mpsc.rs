//! The standard library's channels: one consumer only.

use std::sync::mpsc::{Receiver, Sender, SyncSender, TrySendError, channel, sync_channel};

use crate::cells::Cell;
use crate::contract::Topology;
use crate::link::{Ends, Polling, Queue};
use crate::message::Message;

#[derive(Debug)]
pub(super) struct SyncChannel;

impl Queue for SyncChannel {
    const NAME: &'static str = "std-mpsc";
    const VERSION: &'static str = env!("VERSION_RUSTC");
    const TOPOLOGY: Topology = Topology::Mpsc;
    const NOTES: &'static str = "sync_channel; the version is the compiler's";

    type Sender<M: Message> = SyncSender<M>;
    type Receiver<M: Message> = Receiver<M>;

    fn open<M: Message>(cell: &Cell) -> Ends<Self, M> {
        let (sender, receiver) = sync_channel(cell.slots());
        (vec![sender; cell.producers], vec![receiver])
    }
}

blocking!(SyncChannel);

impl Polling for SyncChannel {
    #[inline]
    fn try_send<M: Message>(sender: &mut Self::Sender<M>, message: M) -> Result<(), M> {
        sender.try_send(message).map_err(|refused| match refused {
            TrySendError::Full(message) | TrySendError::Disconnected(message) => message,
        })
    }

    #[inline]
    fn try_recv<M: Message>(receiver: &mut Self::Receiver<M>) -> Option<M> {
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

    type Sender<M: Message> = Sender<M>;
    type Receiver<M: Message> = Receiver<M>;

    fn open<M: Message>(cell: &Cell) -> Ends<Self, M> {
        let (sender, receiver) = channel();
        (vec![sender; cell.producers], vec![receiver])
    }
}

blocking!(Channel);
