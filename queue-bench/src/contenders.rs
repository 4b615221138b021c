//! The contenders: every queue that takes part, each in a file of its own.
//!
//! To add one, write an adapter file (the shortest is `rapidfire.rs`), declare it
//! here, and give it a line in [`all`] for each [kind](Kind) of cell that it can do.

#[macro_use]
mod macros;

mod async_channel;
mod concurrent_queue;
mod contender;
#[cfg(feature = "cpp")]
mod cpp;
mod crossbeam_channel;
mod crossbeam_queue;
mod crossfire;
mod disruptor;
mod fanring;
mod faulty;
mod fibre;
mod flume;
mod gil;
mod heapless;
mod kanal;
mod lfqueue;
mod mutex_condvar;
mod nexus_channel;
mod nexus_queue;
mod omniqueue;
mod planted;
mod queue_core;
mod queue_core_spsc;
mod queue_message;
mod rapidfire;
mod raw_channel;
mod ringbuf;
mod rtrb;
mod std_mpsc;
#[cfg(test)]
mod tests;
mod thingbuf;
mod tokio;
mod vectored;
mod yardsticks;

pub use contender::Contender;
pub(crate) use planted::{DELAYED, SCALED, SLOWER, calibrate};
pub use yardsticks::{
    CHANNEL_CONTROL, CONTROL, MESSAGES_CONTROL, OUR_CHANNEL, OUR_MESSAGES, OUR_SPSC_RING, OURS,
    SPSC_RING_CONTROL, control_of, is_ours,
};
pub(crate) use yardsticks::{our_names, yardstick};

use crate::cells::Kind;
use crate::contract::Mode;
use crate::link::{
    Async, Await, Batch, Batching, Block, Blocking, Polling, Select, Selecting, Try, Windowed,
};

/// The peers of the quick suite: the most used ones, and those that have been fastest somewhere.
/// (The standard library's channel is crossbeam-channel's; flume has been the slowest of those it is
/// compared with; with rtrb, like nexus-queue a ring for one thread at each end and faster still, the
/// quick run would take too long. All have their place in the full suite.)
pub const LEADERS: [&str; 8] = [
    "crossbeam-channel",
    "crossbeam-queue",
    "crossfire",
    "gil",
    "kanal",
    "nexus-queue",
    "nexus-queue-mpsc",
    "rapidfire",
];

/// Every contender, in each of its modes and each kind of cell that it can do.
#[must_use]
pub fn all() -> Vec<Contender> {
    [
        vec![
            block::<queue_core::Channel>(),
            poll::<queue_core::Ring>(),
            poll::<queue_core::Channel>().named(OUR_CHANNEL, "channel"),
            awaiting::<queue_core::Channel>(),
            on_tokio::<queue_core::Channel>(),
            on_tokio_current::<queue_core::Channel>(),
            batch16::<queue_core::Channel>(),
            batch64::<queue_core::Channel>(),
            rendezvous::<queue_core::Channel>(),
            unbounded::<queue_core::Channel>(),
            select::<queue_core::Channel>(),
        ],
        vec![
            poll::<queue_core_spsc::Ring>(),
            batch16::<queue_core_spsc::Ring>(),
            batch64::<queue_core_spsc::Ring>(),
        ],
        vec![poll::<crossbeam_queue::Array>()],
        vec![
            block::<crossbeam_channel::Channel>(),
            poll::<crossbeam_channel::Channel>(),
            rendezvous::<crossbeam_channel::Channel>(),
            unbounded::<crossbeam_channel::Channel>(),
            select::<crossbeam_channel::Channel>(),
        ],
        vec![
            block::<std_mpsc::SyncChannel>(),
            poll::<std_mpsc::SyncChannel>(),
            rendezvous::<std_mpsc::SyncChannel>(),
            unbounded::<std_mpsc::Channel>(),
        ],
        vec![
            block::<flume::Channel>(),
            poll::<flume::Channel>(),
            awaiting::<flume::Channel>(),
            on_tokio::<flume::Channel>(),
            on_tokio_current::<flume::Channel>(),
            batch16::<flume::Channel>(),
            batch64::<flume::Channel>(),
            rendezvous::<flume::Channel>(),
            unbounded::<flume::Channel>(),
            select::<flume::Channel>(),
        ],
        vec![
            block::<kanal::Channel>(),
            poll::<kanal::Channel>(),
            awaiting::<kanal::Channel>(),
            on_tokio::<kanal::Channel>(),
            on_tokio_current::<kanal::Channel>(),
            batch16::<kanal::Channel>(),
            batch64::<kanal::Channel>(),
            rendezvous::<kanal::Channel>(),
            unbounded::<kanal::Channel>(),
        ],
        vec![
            block::<crossfire::Bounded>(),
            poll::<crossfire::Bounded>(),
            awaiting::<crossfire::BoundedTasks>(),
            on_tokio::<crossfire::BoundedTasks>(),
            on_tokio_current::<crossfire::BoundedTasks>(),
            unbounded::<crossfire::Unbounded>(),
            select::<crossfire::Bounded>(),
        ],
        vec![
            block::<crossfire::Mpsc>(),
            poll::<crossfire::Mpsc>(),
            awaiting::<crossfire::MpscTasks>(),
            on_tokio::<crossfire::MpscTasks>(),
            on_tokio_current::<crossfire::MpscTasks>(),
            unbounded::<crossfire::MpscUnbounded>(),
        ],
        vec![
            block::<crossfire::Spsc>(),
            poll::<crossfire::Spsc>(),
            awaiting::<crossfire::SpscTasks>(),
            on_tokio::<crossfire::SpscTasks>(),
            on_tokio_current::<crossfire::SpscTasks>(),
            unbounded::<crossfire::SpscUnbounded>(),
            select::<crossfire::Spsc>(),
        ],
        vec![
            poll::<rapidfire::Bounded>(),
            awaiting::<rapidfire::Bounded>(),
            on_tokio::<rapidfire::Bounded>(),
            on_tokio_current::<rapidfire::Bounded>(),
        ],
        vec![
            block::<async_channel::Channel>(),
            poll::<async_channel::Channel>(),
            awaiting::<async_channel::Channel>(),
            on_tokio::<async_channel::Channel>(),
            on_tokio_current::<async_channel::Channel>(),
            unbounded::<async_channel::Channel>(),
        ],
        vec![poll::<concurrent_queue::Bounded>()],
        vec![
            block::<tokio::Bounded>(),
            poll::<tokio::Bounded>(),
            awaiting::<tokio::Bounded>(),
            on_tokio::<tokio::Bounded>(),
            on_tokio_current::<tokio::Bounded>(),
            batch16::<tokio::Bounded>(),
            batch64::<tokio::Bounded>(),
            unbounded::<tokio::Unbounded>(),
        ],
        vec![
            block::<thingbuf::Threads>(),
            poll::<thingbuf::Threads>(),
            awaiting::<thingbuf::Tasks>(),
            on_tokio::<thingbuf::Tasks>(),
            on_tokio_current::<thingbuf::Tasks>(),
        ],
        vec![
            block::<fibre::Mpmc>(),
            poll::<fibre::Mpmc>(),
            awaiting::<fibre::MpmcTasks>(),
            on_tokio::<fibre::MpmcTasks>(),
            on_tokio_current::<fibre::MpmcTasks>(),
            batch16::<fibre::Mpmc>(),
            batch64::<fibre::Mpmc>(),
            rendezvous::<fibre::MpmcRendezvous>(),
            unbounded::<fibre::MpmcUnbounded>(),
        ],
        vec![
            block::<fibre::Mpsc>(),
            poll::<fibre::Mpsc>(),
            awaiting::<fibre::MpscTasks>(),
            on_tokio::<fibre::MpscTasks>(),
            on_tokio_current::<fibre::MpscTasks>(),
            batch16::<fibre::Mpsc>(),
            batch64::<fibre::Mpsc>(),
            rendezvous::<fibre::MpscRendezvous>(),
            unbounded::<fibre::MpscUnbounded>(),
        ],
        vec![
            block::<fibre::Spsc>(),
            poll::<fibre::Spsc>(),
            awaiting::<fibre::SpscTasks>(),
            on_tokio::<fibre::SpscTasks>(),
            on_tokio_current::<fibre::SpscTasks>(),
            batch16::<fibre::Spsc>(),
            batch64::<fibre::Spsc>(),
            rendezvous::<fibre::SpscRendezvous>(),
        ],
        vec![poll::<gil::Mpmc>()],
        vec![poll::<gil::Mpsc>()],
        vec![poll::<gil::Spmc>()],
        vec![
            poll::<gil::Spsc>(),
            batch16::<gil::Spsc>(),
            batch64::<gil::Spsc>(),
        ],
        vec![
            poll::<gil::Sharded>(),
            batch16::<gil::Sharded>(),
            batch64::<gil::Sharded>(),
        ],
        vec![
            block::<fanring::Lanes>(),
            poll::<fanring::Lanes>(),
            batch16::<fanring::Lanes>(),
            batch64::<fanring::Lanes>(),
        ],
        vec![poll::<lfqueue::Scq>()],
        vec![
            poll::<rtrb::Ring>(),
            batch16::<rtrb::Ring>(),
            batch64::<rtrb::Ring>(),
        ],
        vec![
            poll::<ringbuf::Ring>(),
            batch16::<ringbuf::Ring>(),
            batch64::<ringbuf::Ring>(),
        ],
        vec![
            block::<nexus_channel::Spsc>(),
            poll::<nexus_channel::Spsc>(),
        ],
        vec![
            poll::<nexus_queue::Spsc>(),
            poll::<nexus_queue::Mpsc>(),
            poll::<nexus_queue::Spmc>(),
        ],
        vec![poll::<heapless::Spsc>(), poll::<heapless::Mpmc>()],
        vec![
            poll::<disruptor::Single>(),
            batch16::<disruptor::Single>(),
            batch64::<disruptor::Single>(),
        ],
        vec![
            block::<mutex_condvar::Bounded>(),
            poll::<mutex_condvar::Bounded>(),
        ],
        messages::<queue_message::Memory>().to_vec(),
        messages::<omniqueue::Shared>().to_vec(),
        messages::<omniqueue::FannedOut>().to_vec(),
        messages::<raw_channel::Raw>().to_vec(),
        #[cfg(feature = "cpp")]
        cpp::all(),
    ]
    .concat()
}

/// Copies of ours that are a tenth slower.
#[must_use]
pub(crate) fn planted() -> Vec<Contender> {
    planted::all()
}

/// Contenders that do wrong on purpose.
#[must_use]
pub fn faulty() -> Vec<Contender> {
    [
        wrong::<faulty::Hanging>().to_vec(),
        wrong::<faulty::Muting>().to_vec(),
        wrong::<faulty::Panicking>().to_vec(),
        wrong::<faulty::Losing>().to_vec(),
        wrong::<faulty::Aborting>().to_vec(),
        wrong::<faulty::Babbling>().to_vec(),
        // Only a task can miss its wake-up by this fault.
        wrong::<faulty::Oversleeping>()[1..].to_vec(),
    ]
    .concat()
}

/// On threads, and on either runtime.
fn wrong<Q: Blocking + Async>() -> [Contender; 3] {
    [block::<Q>(), on_tokio::<Q>(), on_tokio_current::<Q>()]
}

fn block<Q: Blocking>() -> Contender {
    Contender::of_all_payloads::<Block<Q>>(Kind::Buffered)
}

fn poll<Q: Polling>() -> Contender {
    Contender::of_all_payloads::<Try<Q>>(Kind::Buffered)
}

fn awaiting<Q: Async>() -> Contender {
    Contender::of::<Await<Q>>(Kind::Buffered)
}

fn on_tokio<Q: Async>() -> Contender {
    Contender::of_tasks::<Q>(Mode::Tokio)
}

fn on_tokio_current<Q: Async>() -> Contender {
    Contender::of_tasks::<Q>(Mode::TokioCurrent)
}

/// On either runtime, with messages that are completed.
fn messages<Q: Async>() -> [Contender; 2] {
    Mode::OF_MESSAGES.map(Contender::of_messages::<Q>)
}

fn batch16<Q: Batching>() -> Contender {
    Contender::of::<Batch<Q, 16>>(Kind::Buffered)
}

fn batch64<Q: Batching>() -> Contender {
    Contender::of::<Batch<Q, 64>>(Kind::Buffered)
}

/// Where capacity zero means that a send waits until its message is received.
fn rendezvous<Q: Blocking>() -> Contender {
    Contender::of::<Block<Q>>(Kind::Rendezvous)
}

fn unbounded<Q: Blocking>() -> Contender {
    Contender::of::<Windowed<Q>>(Kind::Unbounded)
}

fn select<Q: Selecting>() -> Contender {
    Contender::of::<Select<Q>>(Kind::Select)
}
