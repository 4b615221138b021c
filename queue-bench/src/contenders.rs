//! The contenders: every queue that takes part, each in a file of its own.
//!
//! To add one, write an adapter file (the shortest is `rapidfire.rs`), declare it
//! here, and give it a line in [`all`] for each [kind](Kind) of cell that it can do.

mod crossbeam_channel;
mod crossbeam_queue;
mod crossfire;
mod faulty;
mod flume;
mod kanal;
mod mutex_condvar;
mod queue_core;
mod rapidfire;
mod std_mpsc;

use std::time::Duration;

use crate::cells::{Cell, Kind};
use crate::contract::{Contract, Mode};
use crate::crew::Crew;
use crate::link::{Block, Blocking, Link, Polling, Queue, Select, Selecting, Try, Windowed};
use crate::slice::{self, Failure};
use crate::transfer;

/// The name that our own queues compete under.
pub const OURS: &str = "queue-core";

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
    pub(crate) measure: fn(&Crew, &Cell, Duration) -> Result<f64, Failure>,
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
            block::<mutex_condvar::Bounded>(),
            poll::<mutex_condvar::Bounded>(),
        ],
    ]
    .concat()
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
            measure: slice::measure::<L>,
            transfer: transfer::transfer::<L>,
            uncontended: transfer::uncontended::<L>,
        }
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
    /// Panics if messages are lost or altered, and in a cell of [`Kind::Rendezvous`].
    #[must_use]
    pub fn uncontended(&self, cell: &Cell, messages: u64) -> Duration {
        (self.uncontended)(cell, messages)
    }
}

fn block<Q: Blocking>() -> Contender {
    Contender::of::<Block<Q>>(Kind::Buffered)
}

fn poll<Q: Polling>() -> Contender {
    Contender::of::<Try<Q>>(Kind::Buffered)
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
    use crate::watchdog::Watchdog;

    #[test]
    fn each_name_stands_once_in_each_cell_and_mode() {
        for cell in Cell::all() {
            for mode in Mode::ALL {
                let mut names: Vec<_> = all()
                    .iter()
                    .filter(|contender| contender.competes(&cell, mode))
                    .map(|contender| contender.name)
                    .collect();
                // The other kinds are there to wait.
                let is_held = cell.kind() == Kind::Buffered || mode == Mode::Block;
                assert_eq!(names.contains(&OURS), is_held, "{cell} {mode}");
                assert_eq!(names.len() > 1, is_held, "{cell} {mode}");
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
            for mode in Mode::ALL {
                for contender in all().iter().filter(|c| c.competes(&cell, mode)) {
                    let _ = contender.uncontended(&cell, 100);
                }
            }
        }
    }
}
