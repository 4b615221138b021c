//! omniqueue's queue in memory.
//!
//! Fairness:
//! - It has one consumer, which takes `&mut self`. Where there are several, they share it by a lock of tokio's
//!   ([`Shared`]), or a task of its own hands its deliveries on through async-channel ([`FannedOut`]). One alone has it to itself.
//! - The delivery of many at once (`receive_all`) needs a runtime with timers, and so takes no part.
//! - It is unbounded. Its senders are held back as soon as there are as many messages as others have room for, at the cost of a
//!   count for a message, and a [permit](Room) for a few dozen.
//! - The lock and the consumer each take one from the task's budget, so that a task is suspended after 64 messages instead of 128.
//! - It never says that its senders are gone, as it is one itself: who sends last sends an empty message to each consumer.

use std::sync::Arc;

use async_channel::bounded;
use omniqueue::Delivery;
use omniqueue::backends::{InMemoryBackend, InMemoryConsumer, InMemoryProducer};
use tokio::sync::{Mutex, Semaphore};

use crate::cells::Cell;
use crate::contract::Topology;
use crate::link::{Async, Ends, Queue, at_once};
use crate::message::Message;

/// Consumers that wait for each other.
#[derive(Debug)]
pub(super) struct Shared;

/// Consumers that are served by another task.
#[derive(Debug)]
pub(super) struct FannedOut;

/// How far senders may be ahead, in strides of messages.
struct Room {
    strides: Semaphore,
    stride: usize,
}

pub(super) struct Sender {
    producer: Arc<InMemoryProducer>,
    room: Arc<Room>,
    /// What is left of its stride.
    left: usize,
    /// How many messages end it all.
    ends: usize,
}

pub(super) struct Receiver<S> {
    source: S,
    room: Arc<Room>,
    /// What it has received of a stride.
    received: usize,
    /// It was told so once.
    is_over: bool,
}

/// What a consumer has its deliveries from.
pub(super) trait Source: Send + 'static {
    fn next(&mut self) -> impl Future<Output = Option<Delivery>> + Send;
}

pub(super) enum Consumer {
    Alone(InMemoryConsumer),
    Shared(Arc<Mutex<InMemoryConsumer>>),
}

/// The consumer, and where its deliveries go.
type Inlet = (InMemoryConsumer, async_channel::Sender<Delivery>);

pub(super) struct Outlet {
    deliveries: async_channel::Receiver<Delivery>,
    /// Until the task runs, which takes a runtime; with the first consumer.
    inlet: Option<Inlet>,
}

impl Source for Consumer {
    async fn next(&mut self) -> Option<Delivery> {
        let delivery = match self {
            Self::Alone(consumer) => consumer.receive().await,
            Self::Shared(consumer) => consumer.lock().await.receive().await,
        };
        Some(delivery.expect("it sends to itself, and so is never closed"))
    }
}

impl Source for Outlet {
    async fn next(&mut self) -> Option<Delivery> {
        if let Some(inlet) = self.inlet.take() {
            tokio::spawn(hand_on(inlet));
        }
        self.deliveries.recv().await.ok()
    }
}

async fn hand_on((mut consumer, deliveries): Inlet) {
    loop {
        let delivery = consumer.receive().await;
        let delivery = delivery.expect("it sends to itself, and so is never closed");
        let is_last = content(&delivery).is_empty();
        if is_last || deliveries.send(delivery).await.is_err() {
            break;
        }
    }
}

fn content(delivery: &Delivery) -> &[u8] {
    delivery.borrow_payload().expect("nobody has taken it")
}

fn senders(producer: InMemoryProducer, room: &Arc<Room>, cell: &Cell, ends: usize) -> Vec<Sender> {
    let producer = Arc::new(producer);
    let sender = || Sender {
        producer: Arc::clone(&producer),
        room: Arc::clone(room),
        left: 0,
        ends,
    };
    (0..cell.producers).map(|_| sender()).collect()
}

fn receiver<S>(source: S, room: &Arc<Room>) -> Receiver<S> {
    Receiver {
        source,
        room: Arc::clone(room),
        received: 0,
        is_over: false,
    }
}

impl Room {
    /// As much as others have. Half of it, at most, is for strides that are not yet sent, or not yet received as a whole.
    fn of(cell: &Cell) -> Arc<Self> {
        let stride = cell.slots() / (2 * (cell.threads() + 1));
        let stride = stride.clamp(1, 64);
        Arc::new(Self {
            strides: Semaphore::new(cell.slots() / stride),
            stride,
        })
    }
}

/// Both ends of a new queue.
fn pair() -> (InMemoryProducer, InMemoryConsumer) {
    let pair = at_once(InMemoryBackend::builder().build_pair());
    pair.expect("it needs nothing but memory")
}

async fn send(sender: &mut Sender, bytes: &[u8]) {
    if sender.left == 0 {
        let stride = sender.room.strides.acquire().await;
        stride.expect("it is never closed").forget();
        sender.left = sender.room.stride;
    }
    sender.left -= 1;
    let sent = sender.producer.send_raw(bytes).await;
    sent.expect("its consumer outlives its senders");
}

async fn recv<S: Source, M: Message>(receiver: &mut Receiver<S>) -> Option<M> {
    if receiver.is_over {
        return None;
    }
    let delivery = receiver.source.next().await;
    let received = delivery
        .as_ref()
        .map(content)
        .filter(|bytes| !bytes.is_empty());
    let received = received.map(M::from_bytes);
    receiver.is_over = received.is_none();
    if let Some(delivery) = delivery {
        let acknowledged = delivery.ack().await.map_err(|(error, _)| error);
        acknowledged.expect("it is the first time");
    }
    receiver.received += 1;
    if receiver.received == receiver.room.stride {
        receiver.received = 0;
        receiver.room.strides.add_permits(1);
    }
    received
}

async fn hang_up(Sender { producer, ends, .. }: Sender) {
    if let Some(producer) = Arc::into_inner(producer) {
        for _ in 0..ends {
            let sent = producer.send_raw(&[]).await;
            sent.expect("its consumer outlives its senders");
        }
    }
}

const VERSION: &str = env!("VERSION_OMNIQUEUE");

impl Queue for Shared {
    const NAME: &'static str = "omniqueue";
    const VERSION: &'static str = VERSION;
    const TOPOLOGY: Topology = Topology::Mpmc;
    const NOTES: &'static str = "InMemoryBackend, its consumer in a tokio::sync::Mutex";

    type Sender<M: Message> = Sender;
    type Receiver<M: Message> = Receiver<Consumer>;

    fn open<M: Message>(cell: &Cell) -> Ends<Self, M> {
        let ((producer, consumer), room) = (pair(), Room::of(cell));
        let senders = senders(producer, &room, cell, cell.consumers);
        let receivers = if cell.consumers == 1 {
            vec![receiver(Consumer::Alone(consumer), &room)]
        } else {
            let consumer = Arc::new(Mutex::new(consumer));
            let shared = || Consumer::Shared(Arc::clone(&consumer));
            (0..cell.consumers)
                .map(|_| receiver(shared(), &room))
                .collect()
        };
        (senders, receivers)
    }
}

impl Queue for FannedOut {
    const NAME: &'static str = "omniqueue-fan-out";
    const VERSION: &'static str = VERSION;
    const TOPOLOGY: Topology = Topology::Mpmc;
    const NOTES: &'static str = "InMemoryBackend, its consumer in a task that feeds async-channel";

    type Sender<M: Message> = Sender;
    type Receiver<M: Message> = Receiver<Outlet>;

    fn open<M: Message>(cell: &Cell) -> Ends<Self, M> {
        let ((producer, consumer), room) = (pair(), Room::of(cell));
        let (inlet, deliveries) = bounded(cell.slots());
        let mut inlet = Some((consumer, inlet));
        let receivers = (0..cell.consumers).map(|_| {
            let source = Outlet {
                deliveries: deliveries.clone(),
                inlet: inlet.take(),
            };
            receiver(source, &room)
        });
        (senders(producer, &room, cell, 1), receivers.collect())
    }
}

impl Async for Shared {
    async fn send<M: Message>(sender: &mut Sender, message: M) {
        send(sender, message.as_bytes()).await;
    }

    async fn recv<M: Message>(receiver: &mut Receiver<Consumer>) -> Option<M> {
        recv(receiver).await
    }

    async fn hang_up<M: Message>(sender: Sender) {
        hang_up(sender).await;
    }
}

impl Async for FannedOut {
    async fn send<M: Message>(sender: &mut Sender, message: M) {
        send(sender, message.as_bytes()).await;
    }

    async fn recv<M: Message>(receiver: &mut Receiver<Outlet>) -> Option<M> {
        recv(receiver).await
    }

    async fn hang_up<M: Message>(sender: Sender) {
        hang_up(sender).await;
    }
}
