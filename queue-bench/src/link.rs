//! What a measurement asks of a queue, without a dynamic call in its loops.
//!
//! An adapter implements [`Queue`], which names the queue and opens it, and what
//! it can do: [`Blocking`], [`Polling`], [`Async`], [`Batching`]. [`Block`], [`Try`],
//! [`Await`] and [`Batch`] make each of them a [`Link`], the one interface that the
//! measured loops are compiled against, once for every contender and kind of
//! message. (Where the workers are tasks themselves, a slice uses [`Async`] as it is.) Another way to use a queue is another such wrapper: [`Select`] where one
//! consumer has several channels, [`Windowed`] where a queue would grow without limit.

mod asynchronous;
mod batch;
mod select;
mod windowed;

use std::marker::PhantomData;
use std::sync::atomic::{AtomicUsize, Ordering};

use crossbeam_utils::{Backoff, CachePadded};

use crate::cells::{Capacity, Cell};
use crate::contract::{Form, Mode, Order, Topology};
use crate::message::{Message, Payload};

pub(crate) use asynchronous::at_once;
pub use asynchronous::{Async, Await};
pub use batch::{Batch, Batching};
pub use select::{Select, Selecting};
pub use windowed::Windowed;

/// The two ends of a queue, one handle for each worker.
pub type Ends<Q, M> = (Vec<<Q as Queue>::Sender<M>>, Vec<<Q as Queue>::Receiver<M>>);

/// What all workers of a cell hold, one each.
pub type Held<L, M> = (Vec<<L as Link>::Sender<M>>, Vec<<L as Link>::Receiver<M>>);

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
    /// Whether others may sleep on it while a caller polls.
    const FORM: Form = Form::Channel;
    /// What else a reader should know.
    const NOTES: &'static str = "";

    /// What a producer holds.
    type Sender<M: Message>: Send + 'static;
    /// What a consumer holds.
    type Receiver<M: Message>: Send + 'static;

    /// Whether it can be had with that many slots, exactly or rounded up to the next power of two.
    fn holds(_slots: usize) -> bool {
        true
    }

    /// Whether messages of that kind can go through it.
    fn carries(_payload: Payload) -> bool {
        true
    }

    /// Makes an empty queue for the cell's capacity and threads.
    fn open<M: Message>(cell: &Cell) -> Ends<Self, M>;
}

/// Clones the two ends of a queue for every worker.
pub fn clones<S: Clone, R: Clone>((sender, receiver): (S, R), cell: &Cell) -> (Vec<S>, Vec<R>) {
    (vec![sender; cell.producers], vec![receiver; cell.consumers])
}

/// Operations that wait.
pub trait Blocking: Queue {
    /// Sends, once there is room.
    fn send<M: Message>(sender: &mut Self::Sender<M>, message: M);

    /// Receives the next message; `None` once all senders are gone and the queue
    /// is empty.
    fn recv<M: Message>(receiver: &mut Self::Receiver<M>) -> Option<M>;
}

/// Operations that never wait.
pub trait Polling: Queue {
    /// Sends.
    ///
    /// # Errors
    ///
    /// Gives the message back if there is no room.
    fn try_send<M: Message>(sender: &mut Self::Sender<M>, message: M) -> Result<(), M>;

    /// Receives; `None` if there is nothing.
    fn try_recv<M: Message>(receiver: &mut Self::Receiver<M>) -> Option<M>;
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
pub trait Link: Sized + 'static {
    /// The queue.
    type Queue: Queue;
    /// The mode.
    const MODE: Mode;
    /// The order that is left of the queue's.
    const ORDER: Order = <Self::Queue as Queue>::ORDER;
    /// What else a reader should know.
    const NOTES: &'static str = <Self::Queue as Queue>::NOTES;

    /// What a producer holds.
    type Sender<M: Message>: Send + 'static;
    /// What a consumer holds.
    type Receiver<M: Message>: Send + 'static;
    /// What a consumer takes from while it works; borrowed from what it holds.
    type Source<'a, M: Message>;

    /// Makes all that the cell's workers hold, one each.
    fn open<M: Message>(cell: &Cell) -> Held<Self, M>;

    /// Gets ready to receive.
    fn source<M: Message>(receiver: &mut Self::Receiver<M>) -> Self::Source<'_, M>;

    /// Waits as long as the harness, not the queue, keeps it from sending; `send` does so too, unless
    /// this was called before.
    #[inline(always)]
    fn hold_back<M: Message>(_sender: &mut Self::Sender<M>) {}

    /// Sends, however long it takes.
    fn send<M: Message>(sender: &mut Self::Sender<M>, message: M);

    /// Sends what was kept back, if messages are gathered before they are sent.
    fn flush<M: Message>(_sender: &mut Self::Sender<M>) {}

    /// Receives, however long it takes; `None` at the end.
    fn recv<M: Message>(source: &mut Self::Source<'_, M>, producers: &Producers) -> Option<M>;
}

/// The queue waits by its own means.
#[derive(Debug)]
pub struct Block<Q>(PhantomData<Q>);

impl<Q: Blocking> Link for Block<Q> {
    type Queue = Q;
    const MODE: Mode = Mode::Block;

    type Sender<M: Message> = Q::Sender<M>;
    type Receiver<M: Message> = Q::Receiver<M>;
    type Source<'a, M: Message> = &'a mut Q::Receiver<M>;

    fn open<M: Message>(cell: &Cell) -> Ends<Q, M> {
        assert_ne!(
            cell.capacity,
            Capacity::Unbounded,
            "nobody would hold back the producers"
        );
        Q::open(cell)
    }

    fn source<M: Message>(receiver: &mut Q::Receiver<M>) -> &mut Q::Receiver<M> {
        receiver
    }

    #[inline(always)]
    fn send<M: Message>(sender: &mut Q::Sender<M>, message: M) {
        Q::send(sender, message);
    }

    #[inline(always)]
    fn recv<M: Message>(receiver: &mut &mut Q::Receiver<M>, _: &Producers) -> Option<M> {
        Q::recv(receiver)
    }
}

/// The caller tries again after a [`Backoff::snooze`], the same for every queue.
#[derive(Debug)]
pub struct Try<Q>(PhantomData<Q>);

impl<Q: Polling> Link for Try<Q> {
    type Queue = Q;
    const MODE: Mode = Mode::Try;

    type Sender<M: Message> = Q::Sender<M>;
    type Receiver<M: Message> = Q::Receiver<M>;
    type Source<'a, M: Message> = &'a mut Q::Receiver<M>;

    fn open<M: Message>(cell: &Cell) -> Ends<Q, M> {
        Q::open(cell)
    }

    fn source<M: Message>(receiver: &mut Q::Receiver<M>) -> &mut Q::Receiver<M> {
        receiver
    }

    #[inline(always)]
    fn send<M: Message>(sender: &mut Q::Sender<M>, mut message: M) {
        let backoff = Backoff::new();
        while let Err(refused) = Q::try_send(sender, message) {
            message = refused;
            backoff.snooze();
        }
    }

    #[inline(always)]
    fn recv<M: Message>(receiver: &mut &mut Q::Receiver<M>, producers: &Producers) -> Option<M> {
        let backoff = Backoff::new();
        loop {
            if let Some(message) = Q::try_recv(receiver) {
                return Some(message);
            }
            if producers.are_gone() {
                return last_attempt::<Q, M>(receiver);
            }
            backoff.snooze();
        }
    }
}

/// Only an attempt that began after the producers left finds the queue empty for
/// good; kept apart, so that the loop above has one attempt to inline.
#[cold]
fn last_attempt<Q: Polling, M: Message>(receiver: &mut Q::Receiver<M>) -> Option<M> {
    Q::try_recv(receiver)
}
