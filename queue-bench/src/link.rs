//! What a measurement asks of a queue, without a dynamic call in its loops.
//!
//! An adapter implements [`Queue`], which names the queue and opens it, and what
//! it can do: [`Blocking`], [`Polling`] or both. [`Block`] and [`Try`] make each
//! of them a [`Link`], the one interface that the measured loops are compiled
//! against, once for every contender. Another mode is another such wrapper:
//! [`Select`] where one consumer has several channels, [`Windowed`] where a queue
//! would grow without limit.

mod select;
mod windowed;

use std::marker::PhantomData;
use std::sync::atomic::{AtomicUsize, Ordering};

use crossbeam_utils::{Backoff, CachePadded};

use crate::cells::{Capacity, Cell};
use crate::contract::{Mode, Order, Topology};
use crate::message::Message;

pub use select::{Select, Selecting};
pub use windowed::Windowed;

/// The two ends of a queue, one handle for each worker.
pub type Ends<Q> = (Vec<<Q as Queue>::Sender>, Vec<<Q as Queue>::Receiver>);

/// A queue by name, with what it promises.
pub trait Queue: Sized + 'static {
    /// The contender's name.
    const NAME: &'static str;
    /// The version that was built in.
    const VERSION: &'static str;
    /// The order it promises.
    const ORDER: Order = Order::Fifo;
    /// How many threads each end allows.
    const TOPOLOGY: Topology;
    /// What else a reader should know.
    const NOTES: &'static str = "";

    /// What a producer holds.
    type Sender: Send + 'static;
    /// What a consumer holds.
    type Receiver: Send + 'static;

    /// Makes an empty queue for the cell's capacity and threads.
    fn open(cell: &Cell) -> Ends<Self>;
}

/// Clones the two ends of a queue for every worker.
pub fn clones<S: Clone, R: Clone>((sender, receiver): (S, R), cell: &Cell) -> (Vec<S>, Vec<R>) {
    (vec![sender; cell.producers], vec![receiver; cell.consumers])
}

/// Operations that wait.
pub trait Blocking: Queue {
    /// Sends, once there is room.
    fn send(sender: &mut Self::Sender, message: Message);

    /// Receives the next message; `None` once all senders are gone and the queue
    /// is empty.
    fn recv(receiver: &mut Self::Receiver) -> Option<Message>;
}

/// Operations that never wait.
pub trait Polling: Queue {
    /// Sends; `false` if there is no room.
    fn try_send(sender: &mut Self::Sender, message: Message) -> bool;

    /// Receives; `None` if there is nothing.
    fn try_recv(receiver: &mut Self::Receiver) -> Option<Message>;
}

/// Producers that have not finished yet: how a consumer that polls learns of the
/// end, since a bare ring has nobody to disconnect from.
#[derive(Debug)]
pub struct Producers(CachePadded<AtomicUsize>);

impl Producers {
    /// That many, all at work.
    #[must_use]
    pub fn new(count: usize) -> Self {
        Self(CachePadded::new(AtomicUsize::new(count)))
    }

    /// One has sent its last message.
    pub fn leave(&self) {
        self.0.fetch_sub(1, Ordering::Release);
    }

    /// Whether every message that will ever be sent was sent before this call.
    #[inline]
    #[must_use]
    pub fn are_gone(&self) -> bool {
        self.0.load(Ordering::Acquire) == 0
    }
}

/// A queue in one mode.
pub trait Link: 'static {
    /// The queue.
    type Queue: Queue;
    /// The mode.
    const MODE: Mode;
    /// The order that is left of the queue's.
    const ORDER: Order = <Self::Queue as Queue>::ORDER;
    /// What else a reader should know.
    const NOTES: &'static str = <Self::Queue as Queue>::NOTES;

    /// What a producer holds.
    type Sender: Send + 'static;
    /// What a consumer holds.
    type Receiver: Send + 'static;
    /// What a consumer takes from while it works; borrowed from what it holds.
    type Source<'a>;

    /// Makes all that the cell's workers hold, one each.
    fn open(cell: &Cell) -> (Vec<Self::Sender>, Vec<Self::Receiver>);

    /// Gets ready to receive.
    fn source(receiver: &mut Self::Receiver) -> Self::Source<'_>;

    /// Sends, however long it takes.
    fn send(sender: &mut Self::Sender, message: Message);

    /// Receives, however long it takes; `None` at the end.
    fn recv(source: &mut Self::Source<'_>, producers: &Producers) -> Option<Message>;
}

/// The queue waits by its own means.
#[derive(Debug)]
pub struct Block<Q>(PhantomData<Q>);

impl<Q: Blocking> Link for Block<Q> {
    type Queue = Q;
    const MODE: Mode = Mode::Block;

    type Sender = Q::Sender;
    type Receiver = Q::Receiver;
    type Source<'a> = &'a mut Q::Receiver;

    fn open(cell: &Cell) -> Ends<Q> {
        assert_ne!(
            cell.capacity,
            Capacity::Unbounded,
            "nobody would hold back the producers"
        );
        Q::open(cell)
    }

    fn source(receiver: &mut Q::Receiver) -> &mut Q::Receiver {
        receiver
    }

    #[inline(always)]
    fn send(sender: &mut Q::Sender, message: Message) {
        Q::send(sender, message);
    }

    #[inline(always)]
    fn recv(receiver: &mut &mut Q::Receiver, _: &Producers) -> Option<Message> {
        Q::recv(receiver)
    }
}

/// The caller tries again after a [`Backoff::snooze`], the same for every queue.
#[derive(Debug)]
pub struct Try<Q>(PhantomData<Q>);

impl<Q: Polling> Link for Try<Q> {
    type Queue = Q;
    const MODE: Mode = Mode::Try;

    type Sender = Q::Sender;
    type Receiver = Q::Receiver;
    type Source<'a> = &'a mut Q::Receiver;

    fn open(cell: &Cell) -> Ends<Q> {
        Q::open(cell)
    }

    fn source(receiver: &mut Q::Receiver) -> &mut Q::Receiver {
        receiver
    }

    #[inline(always)]
    fn send(sender: &mut Q::Sender, message: Message) {
        let backoff = Backoff::new();
        while !Q::try_send(sender, message) {
            backoff.snooze();
        }
    }

    #[inline(always)]
    fn recv(receiver: &mut &mut Q::Receiver, producers: &Producers) -> Option<Message> {
        let backoff = Backoff::new();
        loop {
            if let Some(message) = Q::try_recv(receiver) {
                return Some(message);
            }
            if producers.are_gone() {
                return last_attempt::<Q>(receiver);
            }
            backoff.snooze();
        }
    }
}

/// Only an attempt that began after the producers left finds the queue empty for
/// good; kept apart, so that the loop above has one attempt to inline.
#[cold]
fn last_attempt<Q: Polling>(receiver: &mut Q::Receiver) -> Option<Message> {
    Q::try_recv(receiver)
}
