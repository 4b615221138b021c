//! thingbuf's channels, blocking and asynchronous.
//!
//! Fairness: its slots are made to be reused by reference; here messages are moved in
//! and out by value, as through every other queue.

use thingbuf::mpsc::{self, blocking};

use crate::cells::Cell;
use crate::contract::Topology;
use crate::link::{Async, Blocking, Ends, Queue};
use crate::message::Message;

#[derive(Debug)]
pub(super) struct Threads;

impl Queue for Threads {
    const NAME: &'static str = "thingbuf";
    const VERSION: &'static str = env!("VERSION_THINGBUF");
    const TOPOLOGY: Topology = Topology::Mpsc;
    const NOTES: &'static str = "mpsc::blocking::channel, messages by value";

    type Sender<M: Message> = blocking::Sender<M>;
    type Receiver<M: Message> = blocking::Receiver<M>;

    fn open<M: Message>(cell: &Cell) -> Ends<Self, M> {
        let (sender, receiver) = blocking::channel(cell.slots());
        (vec![sender; cell.producers], vec![receiver])
    }
}

impl Blocking for Threads {
    #[inline]
    fn send<M: Message>(sender: &mut Self::Sender<M>, message: M) {
        sender
            .send(message)
            .expect("the receiver outlives the senders");
    }

    #[inline]
    fn recv<M: Message>(receiver: &mut Self::Receiver<M>) -> Option<M> {
        receiver.recv()
    }
}

polling!(Threads);

#[derive(Debug)]
pub(super) struct Tasks;

impl Queue for Tasks {
    const NAME: &'static str = Threads::NAME;
    const VERSION: &'static str = Threads::VERSION;
    const TOPOLOGY: Topology = Topology::Mpsc;
    const NOTES: &'static str = "mpsc::channel, messages by value";

    type Sender<M: Message> = mpsc::Sender<M>;
    type Receiver<M: Message> = mpsc::Receiver<M>;

    fn open<M: Message>(cell: &Cell) -> Ends<Self, M> {
        let (sender, receiver) = mpsc::channel(cell.slots());
        (vec![sender; cell.producers], vec![receiver])
    }
}

impl Async for Tasks {
    #[inline]
    async fn send<M: Message>(sender: &mut Self::Sender<M>, message: M) {
        sender
            .send(message)
            .await
            .expect("the receiver outlives the senders");
    }

    #[inline]
    async fn recv<M: Message>(receiver: &mut Self::Receiver<M>) -> Option<M> {
        receiver.recv().await
    }
}
