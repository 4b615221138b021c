//! nexus-queue's rings, one for each topology that it has; none of them waits.

use nexus_queue::{Full, mpsc, spmc, spsc};

use crate::cells::Cell;
use crate::contract::Topology;
use crate::link::{Ends, Polling, Queue};
use crate::message::Message;

const VERSION: &str = env!("VERSION_NEXUS_QUEUE");
const NOTES: &str = "rounds the capacity up to a power of two";

#[derive(Debug)]
pub(super) struct Spsc;

impl Queue for Spsc {
    const NAME: &'static str = "nexus-queue";
    const VERSION: &'static str = VERSION;
    const TOPOLOGY: Topology = Topology::Spsc;
    const NOTES: &'static str = NOTES;

    type Sender<M: Message> = spsc::Producer<M>;
    type Receiver<M: Message> = spsc::Consumer<M>;

    fn open<M: Message>(cell: &Cell) -> Ends<Self, M> {
        let (producer, consumer) = spsc::ring_buffer(cell.slots());
        (vec![producer], vec![consumer])
    }
}

impl Polling for Spsc {
    #[inline]
    fn try_send<M: Message>(producer: &mut Self::Sender<M>, message: M) -> Result<(), M> {
        producer.push(message).map_err(Full::into_inner)
    }

    #[inline]
    fn try_recv<M: Message>(consumer: &mut Self::Receiver<M>) -> Option<M> {
        consumer.pop()
    }
}

#[derive(Debug)]
pub(super) struct Mpsc;

impl Queue for Mpsc {
    const NAME: &'static str = "nexus-queue-mpsc";
    const VERSION: &'static str = VERSION;
    const TOPOLOGY: Topology = Topology::Mpsc;
    const NOTES: &'static str = NOTES;

    type Sender<M: Message> = mpsc::Producer<M>;
    type Receiver<M: Message> = mpsc::Consumer<M>;

    fn open<M: Message>(cell: &Cell) -> Ends<Self, M> {
        let (producer, consumer) = mpsc::ring_buffer(cell.slots());
        (vec![producer; cell.producers], vec![consumer])
    }
}

impl Polling for Mpsc {
    #[inline]
    fn try_send<M: Message>(producer: &mut Self::Sender<M>, message: M) -> Result<(), M> {
        producer.push(message).map_err(Full::into_inner)
    }

    #[inline]
    fn try_recv<M: Message>(consumer: &mut Self::Receiver<M>) -> Option<M> {
        consumer.pop()
    }
}

#[derive(Debug)]
pub(super) struct Spmc;

impl Queue for Spmc {
    const NAME: &'static str = "nexus-queue-spmc";
    const VERSION: &'static str = VERSION;
    const TOPOLOGY: Topology = Topology::Spmc;
    const NOTES: &'static str = NOTES;

    type Sender<M: Message> = spmc::Producer<M>;
    type Receiver<M: Message> = spmc::Consumer<M>;

    fn open<M: Message>(cell: &Cell) -> Ends<Self, M> {
        let (producer, consumer) = spmc::ring_buffer(cell.slots());
        (vec![producer], vec![consumer; cell.consumers])
    }
}

impl Polling for Spmc {
    #[inline]
    fn try_send<M: Message>(producer: &mut Self::Sender<M>, message: M) -> Result<(), M> {
        producer.push(message).map_err(Full::into_inner)
    }

    #[inline]
    fn try_recv<M: Message>(consumer: &mut Self::Receiver<M>) -> Option<M> {
        consumer.pop()
    }
}
