//! The contenders: every queue that takes part, each in a file of its own.
//!
//! To add one, write an adapter file (the shortest is `kanal.rs`), declare it
//! here, and give it a line in [`all`].

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

use crate::cells::Cell;
use crate::contract::{Contract, Mode};
use crate::crew::Crew;
use crate::link::{Block, Blocking, Link, Polling, Queue, Try};
use crate::slice::{self, Failure};
use crate::transfer;

/// The name that our own queues compete under.
pub const OURS: &str = "queue-core";

/// A queue in one mode, with its measurements compiled for it.
#[derive(Clone, Copy, Debug)]
pub struct Contender {
    /// The crate, or what else it is known as.
    pub name: &'static str,
    /// The version that was built in.
    pub version: &'static str,
    /// What it promises.
    pub contract: Contract,
    /// What else a reader should know.
    pub notes: &'static str,
    pub(crate) measure: fn(&Crew, &Cell, Duration) -> Result<f64, Failure>,
    transfer: fn(&Crew, &Cell, u64) -> Duration,
    uncontended: fn(&Cell, u64) -> Duration,
}

/// Every contender, in each of its modes.
#[must_use]
pub fn all() -> Vec<Contender> {
    [
        vec![block::<queue_core::Channel>(), poll::<queue_core::Ring>()],
        vec![poll::<crossbeam_queue::Array>()],
        both::<crossbeam_channel::Bounded>(),
        both::<std_mpsc::SyncChannel>(),
        both::<flume::Bounded>(),
        both::<kanal::Bounded>(),
        both::<crossfire::MpmcBlocking>(),
        vec![poll::<rapidfire::Bounded>()],
        both::<mutex_condvar::Bounded>(),
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
    fn of<L: Link>() -> Self {
        Self {
            name: L::Queue::NAME,
            version: L::Queue::VERSION,
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
        self.contract.mode == mode
            && self
                .contract
                .topology
                .serves(cell.producers, cell.consumers)
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
    /// Panics if messages are lost or altered.
    #[must_use]
    pub fn uncontended(&self, cell: &Cell, messages: u64) -> Duration {
        (self.uncontended)(cell, messages)
    }
}

fn block<Q: Blocking>() -> Contender {
    Contender::of::<Block<Q>>()
}

fn poll<Q: Polling>() -> Contender {
    Contender::of::<Try<Q>>()
}

fn both<Q: Blocking + Polling>() -> Vec<Contender> {
    vec![block::<Q>(), poll::<Q>()]
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::contract::Topology;
    use crate::watchdog::Watchdog;

    #[test]
    fn each_name_stands_once_in_each_mode() {
        for mode in Mode::ALL {
            let mut names: Vec<_> = all()
                .iter()
                .filter(|contender| contender.contract.mode == mode)
                .map(|contender| contender.name)
                .collect();
            assert!(names.contains(&OURS));
            names.sort_unstable();
            let count = names.len();
            names.dedup();
            assert_eq!(names.len(), count);
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
        for (producers, consumers) in [(1, 1), (3, 1), (1, 3), (2, 2)] {
            let cell = Cell::new(Topology::Mpmc, producers, consumers, 3);
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
        let cell = Cell::new(Topology::Spsc, 1, 1, 4);
        for contender in all() {
            let _ = contender.uncontended(&cell, 100);
        }
    }
}
