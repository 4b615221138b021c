//! A queue with everything that is compiled for it.

use std::time::Duration;

use super::is_ours;
use crate::cells::{Cell, Kind, Load};
use crate::contract::{Contract, Mode};
use crate::crew::Crew;
use crate::instructions::{self, Step};
use crate::latency::{self, Scenario};
use crate::link::{Async, Await, Link, Queue};
use crate::message::Payload;
use crate::slice::{self, Failure, Measured};
use crate::transfer;

/// A measurement, compiled for a queue, a mode and a kind of message.
pub(super) type Measure = fn(&Crew, &Cell, Duration) -> Result<Measured, Failure>;

/// What else is compiled for a queue whose workers are threads.
#[derive(Clone, Copy, Debug)]
struct OnThreads {
    delay: fn(&Crew, Scenario, Duration) -> Result<Measured, Failure>,
    transfer: fn(&Crew, &Cell, u64) -> Duration,
    uncontended: fn(&Cell, u64) -> Duration,
    operate: fn(&Cell, Step, u64),
}

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
    /// With which messages; only words in the modes and kinds of cells where no suite
    /// varies the payload, as each costs the compiler its time.
    measure: &'static [(Payload, Measure)],
    holds: fn(usize) -> bool,
    carries: fn(Payload) -> bool,
    threads: Option<OnThreads>,
}

impl Contender {
    pub(super) fn of<L: Link>(kind: Kind) -> Self {
        Self {
            name: L::Queue::NAME,
            version: L::Queue::VERSION,
            kind,
            contract: Contract {
                order: L::ORDER,
                topology: L::Queue::TOPOLOGY,
                mode: L::MODE,
                form: L::Queue::FORM,
            },
            notes: L::NOTES,
            measure: const { &[(Payload::Word, slice::measure::<L, u64>)] },
            holds: L::Queue::holds,
            carries: L::Queue::carries,
            threads: Some(OnThreads {
                delay: latency::measure::<L>,
                transfer: transfer::transfer::<L>,
                uncontended: transfer::uncontended::<L>,
                operate: instructions::carry_out::<L>,
            }),
        }
    }

    /// With tasks of a runtime as its workers: slices only.
    pub(super) fn of_tasks<Q: Async>(mode: Mode) -> Self {
        let own = Self::of::<Await<Q>>(Kind::Buffered);
        Self {
            contract: Contract {
                mode,
                ..own.contract
            },
            measure: const { &[(Payload::Word, slice::measure_tasks::<Q, u64>)] },
            threads: None,
            ..own
        }
    }

    /// The like where messages are completed, whose bytes lie elsewhere.
    pub(super) fn of_messages<Q: Async>(mode: Mode) -> Self {
        Self {
            name: Q::NAME,
            version: Q::VERSION,
            kind: Kind::Buffered,
            contract: Contract {
                order: Q::ORDER,
                topology: Q::TOPOLOGY,
                mode,
                form: Q::FORM,
            },
            notes: Q::NOTES,
            measure: const { &[(Payload::Lines, slice::measure_tasks::<Q, [u64; 32]>)] },
            holds: Q::holds,
            carries: Q::carries,
            threads: None,
        }
    }

    /// The like, with every payload.
    pub(super) fn of_all_payloads<L: Link>(kind: Kind) -> Self {
        Self {
            measure: const {
                &[
                    (Payload::Word, slice::measure::<L, u64>),
                    (Payload::Line, slice::measure::<L, [u64; 8]>),
                    (Payload::Lines, slice::measure::<L, [u64; 32]>),
                    (Payload::String, slice::measure::<L, String>),
                ]
            },
            ..Self::of::<L>(kind)
        }
    }

    /// The same queue under another name.
    pub(super) fn named(self, name: &'static str, notes: &'static str) -> Self {
        Self {
            name,
            notes,
            ..self
        }
    }

    /// The same queue, whose slices something else measures.
    pub(super) fn measured_by(self, measure: &'static [(Payload, Measure)]) -> Self {
        Self { measure, ..self }
    }

    /// The measurement with these messages, if it takes them.
    fn with(&self, payload: Payload) -> Option<Measure> {
        let mut kinds = self.measure.iter();
        kinds
            .find(|(kind, _)| *kind == payload)
            .map(|&(_, measure)| measure)
    }

    /// Whether it is one of our own queues.
    #[must_use]
    pub fn is_ours(&self) -> bool {
        is_ours(self.name)
    }

    /// Whether it takes part in the cell in that mode.
    #[must_use]
    pub fn competes(&self, cell: &Cell, mode: Mode) -> bool {
        let queue = cell.of_one_channel();
        let topology = self.contract.topology;
        let is_for_tasks = cell.load == Load::Steady;
        self.contract.mode == mode
            && (is_for_tasks || !mode.has_runtime())
            && self.kind == cell.kind()
            && topology.serves(queue.producers, queue.consumers)
            && queue.capacity.limit().is_none_or(self.holds)
            && self.with(queue.payload).is_some()
            && (self.carries)(queue.payload)
    }

    fn on_threads(&self) -> &OnThreads {
        let threads = self.threads.as_ref();
        threads.expect("only slices are measured where the workers are tasks")
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
        (self.on_threads().delay)(crew, scenario, length)
    }

    /// Carries out a step that often, to be counted.
    pub(crate) fn operate(&self, cell: &Cell, step: Step, times: u64) {
        (self.on_threads().operate)(cell, step, times);
    }

    /// Moves that many messages through the crew; the time that it took.
    ///
    /// # Panics
    ///
    /// Panics if a worker does, if messages are lost or altered, and where the workers are tasks.
    #[must_use]
    pub fn transfer(&self, crew: &Crew, cell: &Cell, messages: u64) -> Duration {
        (self.on_threads().transfer)(crew, cell, messages)
    }

    /// Sends and receives that many messages one by one on this thread.
    ///
    /// # Panics
    ///
    /// Panics if messages are lost or altered, in a cell of [`Kind::Rendezvous`], in batches, and where
    /// the workers are tasks.
    #[must_use]
    pub fn uncontended(&self, cell: &Cell, messages: u64) -> Duration {
        (self.on_threads().uncontended)(cell, messages)
    }
}
