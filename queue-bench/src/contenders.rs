//! The contenders: every queue that takes part, each in a file of its own.
//!
//! To add one, write an adapter file (the shortest is `rapidfire.rs`), declare it
//! here, and give it a line in [`all`] for each [kind](Kind) of cell that it can do.

mod async_channel;
mod concurrent_queue;
mod crossbeam_channel;
mod crossbeam_queue;
mod crossfire;
mod fanring;
mod faulty;
mod fibre;
mod flume;
mod gil;
mod heapless;
mod kanal;
mod lfqueue;
mod mutex_condvar;
mod nexus_queue;
mod planted;
mod queue_core;
mod rapidfire;
mod ringbuf;
mod rtrb;
mod std_mpsc;
mod thingbuf;
mod tokio;

use std::time::Duration;

pub(crate) use planted::{DELAYED, SCALED, calibrate};

use crate::cells::{Cell, Kind};
use crate::contract::{Contract, Mode};
use crate::crew::Crew;
use crate::latency::{self, Scenario};
use crate::link::{
    Async, Await, Batch, Batching, Block, Blocking, Link, Polling, Queue, Select, Selecting, Try,
    Windowed,
};
use crate::message::Payload;
use crate::slice::{self, Failure, Measured};
use crate::transfer;

/// The name that our own queues compete under.
pub const OURS: &str = "queue-core";

/// The peers of the quick suite: the most used ones, and those that have been fastest somewhere.
pub const LEADERS: [&str; 8] = [
    "crossbeam-channel",
    "crossbeam-queue",
    "crossfire",
    "flume",
    "kanal",
    "nexus-queue",
    "rapidfire",
    "std-mpsc",
];

/// The name under which they run a second time, as their own peer: what differs between
/// the two is noise.
pub const CONTROL: &str = "control";

/// A measurement, compiled for a queue, a mode and a kind of message.
type Measure = fn(&Crew, &Cell, Duration) -> Result<Measured, Failure>;

/// A queue in one mode and one kind of cell, with its measurements compiled for it.
#[derive(Clone, Copy, Debug)]
pub struct Contender {
    /// The crate, or what else it is known as.
    pub name: &'static str,
    /// The version that was built in.
    pub version: &'static str,
    /// The kind of cells that it takes part in so.
    pub kind: Kind,
    /// What it promises.
    pub contract: Contract,
    /// What else a reader should know.
    pub notes: &'static str,
    /// In the order of [`Payload::ALL`]; only words in the modes and kinds of cells where no suite
    /// varies the payload, as each costs the compiler its time.
    measure: &'static [Measure],
    delay: fn(&Crew, Scenario, Duration) -> Result<Measured, Failure>,
    holds: fn(usize) -> bool,
    transfer: fn(&Crew, &Cell, u64) -> Duration,
    uncontended: fn(&Cell, u64) -> Duration,
}

/// Every contender, in each of its modes and each kind of cell that it can do.
#[must_use]
pub fn all() -> Vec<Contender> {
    [
        vec![
            block::<queue_core::Channel>(),
            poll::<queue_core::Ring>(),
            rendezvous::<queue_core::Channel>(),
            unbounded::<queue_core::Channel>(),
            select::<queue_core::Channel>(),
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
            rendezvous::<flume::Channel>(),
            unbounded::<flume::Channel>(),
            select::<flume::Channel>(),
        ],
        vec![
            block::<kanal::Channel>(),
            poll::<kanal::Channel>(),
            rendezvous::<kanal::Channel>(),
            unbounded::<kanal::Channel>(),
        ],
        vec![
            block::<crossfire::Bounded>(),
            poll::<crossfire::Bounded>(),
            unbounded::<crossfire::Unbounded>(),
            select::<crossfire::Bounded>(),
        ],
        vec![poll::<rapidfire::Bounded>()],
        vec![
            block::<async_channel::Channel>(),
            poll::<async_channel::Channel>(),
            awaiting::<async_channel::Channel>(),
            unbounded::<async_channel::Channel>(),
        ],
        vec![poll::<concurrent_queue::Bounded>()],
        vec![
            block::<tokio::Bounded>(),
            poll::<tokio::Bounded>(),
            awaiting::<tokio::Bounded>(),
            batch16::<tokio::Bounded>(),
            batch64::<tokio::Bounded>(),
            unbounded::<tokio::Unbounded>(),
        ],
        vec![
            block::<thingbuf::Threads>(),
            poll::<thingbuf::Threads>(),
            awaiting::<thingbuf::Tasks>(),
        ],
        vec![
            block::<fibre::Threads>(),
            poll::<fibre::Threads>(),
            awaiting::<fibre::Tasks>(),
            batch16::<fibre::Threads>(),
            batch64::<fibre::Threads>(),
        ],
        vec![block::<fanring::Mpsc>(), poll::<fanring::Mpsc>()],
        vec![poll::<lfqueue::Bounded>()],
        vec![poll::<heapless::Mpmc>()],
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
            poll::<nexus_queue::Spsc>(),
            poll::<nexus_queue::Mpsc>(),
            poll::<nexus_queue::Spmc>(),
        ],
        vec![poll::<gil::Spsc>(), poll::<gil::Mpmc>()],
        vec![
            block::<mutex_condvar::Bounded>(),
            poll::<mutex_condvar::Bounded>(),
        ],
    ]
    .concat()
}

/// Copies of ours that are a tenth slower.
#[must_use]
pub(crate) fn planted() -> Vec<Contender> {
    planted::all()
}

/// Contenders that do wrong on purpose: one hangs, one panics, one loses a message.
#[must_use]
pub fn faulty() -> Vec<Contender> {
    vec![
        block::<faulty::Hanging>(),
        block::<faulty::Panicking>(),
        block::<faulty::Losing>(),
    ]
}

impl Contender {
    fn of<L: Link>(kind: Kind) -> Self {
        Self {
            name: L::Queue::NAME,
            version: L::Queue::VERSION,
            kind,
            contract: Contract {
                order: L::ORDER,
                topology: L::Queue::TOPOLOGY,
                mode: L::MODE,
            },
            notes: L::NOTES,
            measure: const { &[slice::measure::<L, u64>] },
            delay: latency::measure::<L>,
            holds: L::Queue::holds,
            transfer: transfer::transfer::<L>,
            uncontended: transfer::uncontended::<L>,
        }
    }

    /// The like, with every payload.
    fn of_all_payloads<L: Link>(kind: Kind) -> Self {
        Self {
            measure: const {
                &[
                    slice::measure::<L, u64>,
                    slice::measure::<L, [u64; 8]>,
                    slice::measure::<L, [u64; 32]>,
                    slice::measure::<L, String>,
                ]
            },
            ..Self::of::<L>(kind)
        }
    }

    /// The measurement with these messages, if it takes them.
    fn with(&self, payload: Payload) -> Option<Measure> {
        let place = Payload::ALL.iter().position(|&kind| kind == payload)?;
        self.measure.get(place).copied()
    }

    /// Whether it is one of our own queues.
    #[must_use]
    pub fn is_ours(&self) -> bool {
        self.name == OURS
    }

    /// Whether it takes part in the cell in that mode.
    #[must_use]
    pub fn competes(&self, cell: &Cell, mode: Mode) -> bool {
        let queue = cell.of_one_channel();
        let topology = self.contract.topology;
        self.contract.mode == mode
            && self.kind == cell.kind()
            && topology.serves(queue.producers, queue.consumers)
            && queue.capacity.limit().is_none_or(self.holds)
            && self.with(queue.payload).is_some()
    }

    /// Measures one slice of that length.
    pub(crate) fn measure(
        &self,
        crew: &Crew,
        cell: &Cell,
        length: Duration,
    ) -> Result<Measured, Failure> {
        let measure = self.with(cell.payload).expect("it competes here");
        measure(crew, cell, length)
    }

    /// Measures the delays of one slice of that length.
    pub(crate) fn delay(
        &self,
        crew: &Crew,
        scenario: Scenario,
        length: Duration,
    ) -> Result<Measured, Failure> {
        (self.delay)(crew, scenario, length)
    }

    /// Moves that many messages through the crew; the time that it took.
    ///
    /// # Panics
    ///
    /// Panics if a worker does, or if messages are lost or altered.
    #[must_use]
    pub fn transfer(&self, crew: &Crew, cell: &Cell, messages: u64) -> Duration {
        (self.transfer)(crew, cell, messages)
    }

    /// Sends and receives that many messages one by one on this thread.
    ///
    /// # Panics
    ///
    /// Panics if messages are lost or altered, in a cell of [`Kind::Rendezvous`], and in batches.
    #[must_use]
    pub fn uncontended(&self, cell: &Cell, messages: u64) -> Duration {
        (self.uncontended)(cell, messages)
    }
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::contract::Topology;
    use crate::suites::Suite;
    use crate::watchdog::Watchdog;

    #[test]
    fn each_name_stands_once_in_each_cell_and_mode() {
        for cell in Suite::Full.cells() {
            for mode in Mode::ALL {
                let mut names: Vec<_> = all()
                    .iter()
                    .filter(|contender| contender.competes(&cell, mode))
                    .map(|contender| contender.name)
                    .collect();
                // The other kinds are there to wait.
                let is_common = [Mode::Block, Mode::Try].contains(&mode);
                let is_held = match cell.kind() {
                    Kind::Buffered => is_common || cell.payload == Payload::Word,
                    _ => mode == Mode::Block,
                };
                let is_ours = is_held && is_common;
                assert_eq!(names.contains(&OURS), is_ours, "{cell} {mode}");
                assert_eq!(!names.is_empty(), is_held, "{cell} {mode}");
                names.sort_unstable();
                let count = names.len();
                names.dedup();
                assert_eq!(names.len(), count);
            }
        }
    }

    #[test]
    fn versions_are_those_that_were_locked() {
        for contender in all() {
            assert!(
                contender.version.starts_with(|c: char| c.is_ascii_digit()),
                "{}: {}",
                contender.name,
                contender.version
            );
        }
        let ours = all().into_iter().find(Contender::is_ours).unwrap();
        assert_eq!(ours.version, env!("CARGO_PKG_VERSION"));
    }

    #[test]
    fn every_contender_moves_messages_in_every_shape_it_allows() {
        let watchdog = Watchdog::for_tests();
        let shapes = [(1, 1), (3, 1), (1, 3), (2, 2)];
        let queues = shapes.into_iter().flat_map(|(producers, consumers)| {
            [
                Cell::new(Topology::Mpmc, producers, consumers, 3),
                Cell::new(Topology::Mpmc, producers, consumers, 0),
                Cell::unbounded(Topology::Mpmc, producers, consumers),
            ]
        });
        let selects = [1, 2, 3].map(|producers| Cell::select(6, producers, 3));
        for cell in queues.chain(selects) {
            let crew = Crew::assemble(cell.threads(), false);
            for mode in Mode::ALL {
                for contender in all().iter().filter(|c| c.competes(&cell, mode)) {
                    watchdog.watch(contender.name, Duration::ZERO);
                    let _ = contender.transfer(&crew, &cell, 1_000);
                }
            }
        }
    }

    #[test]
    fn every_contender_moves_messages_on_one_thread() {
        for cell in [
            Cell::new(Topology::Spsc, 1, 1, 4),
            Cell::unbounded(Topology::Spsc, 1, 1),
            Cell::select(4, 1, 4),
        ] {
            for mode in Mode::ALL.into_iter().filter(|mode| mode.batch() == 1) {
                for contender in all().iter().filter(|c| c.competes(&cell, mode)) {
                    let _ = contender.uncontended(&cell, 100);
                }
            }
        }
    }
}
