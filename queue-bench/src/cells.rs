//! Cells: the situations in which queues are compared.

use std::fmt;
use std::thread;

use serde::{Deserialize, Serialize};

use crate::contract::{Mode, Topology};
use crate::message::Payload;

/// How many messages producers may be ahead of the consumers where the queue never
/// makes them wait; the consumers tell how far they are only now and then.
pub const MOST_AHEAD: usize = 64 * 1024;

/// How many messages a queue holds before a sender has to wait.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Capacity {
    /// That many; if zero, a send waits until its message is received.
    Bounded(usize),
    /// As many as there is memory for.
    Unbounded,
}

/// What the workers do beside passing messages.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Load {
    /// Nothing: both ends go as fast as they can.
    Steady,
    /// Producers send 64 messages at once and then pause for 20 microseconds.
    Bursty,
    /// Producers work beside each message, so that consumers mostly find the queue empty.
    EmptyPoll,
    /// Consumers work beside each message, so that producers mostly find it full.
    FullPoll,
    /// One thread at both ends sends and receives in turn.
    Alone,
}

/// What a cell asks of a queue beside its topology.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// Messages wait in a number of slots.
    Buffered,
    /// Messages go from hand to hand: a send waits until its message is received.
    Rendezvous,
    /// A send never waits for room.
    Unbounded,
    /// One consumer takes from several buffered channels whichever message is there.
    Select,
}

/// One situation: who uses the queue, how large it is, what goes through it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Cell {
    /// What a queue must allow to be used here.
    pub topology: Topology,
    /// The number of producing threads.
    pub producers: usize,
    /// The number of consuming threads.
    pub consumers: usize,
    /// How many queues there are: one, or several that one consumer selects over,
    /// each used by one producer only.
    pub channels: usize,
    /// How many messages each queue holds.
    pub capacity: Capacity,
    /// What the messages are.
    pub payload: Payload,
    /// What the workers do otherwise.
    pub load: Load,
}

impl Cell {
    /// A cell with one bounded queue, messages of one word and a steady load.
    #[must_use]
    pub const fn new(topology: Topology, producers: usize, consumers: usize, slots: usize) -> Self {
        Self {
            topology,
            producers,
            consumers,
            channels: 1,
            capacity: Capacity::Bounded(slots),
            payload: Payload::Word,
            load: Load::Steady,
        }
    }

    /// The same with an unbounded queue, whose producers are held back all the same:
    /// they are at most [`MOST_AHEAD`] messages ahead of what consumers have reported.
    #[must_use]
    pub const fn unbounded(topology: Topology, producers: usize, consumers: usize) -> Self {
        Self {
            capacity: Capacity::Unbounded,
            ..Self::new(topology, producers, consumers, 0)
        }
    }

    /// One consumer that selects over that many channels, of which each producer has an
    /// equal part to itself and sends to them in turn.
    #[must_use]
    pub const fn select(channels: usize, producers: usize, slots: usize) -> Self {
        assert!(
            channels > 1 && channels.is_multiple_of(producers),
            "equal parts of several channels"
        );
        Self {
            channels,
            ..Self::new(Topology::Spsc, producers, 1, slots)
        }
    }

    /// A cell with one bounded queue between that many threads.
    #[must_use]
    pub const fn shaped(producers: usize, consumers: usize, slots: usize) -> Self {
        let topology = match (producers, consumers) {
            (1, 1) => Topology::Spsc,
            (_, 1) => Topology::Mpsc,
            (1, _) => Topology::Spmc,
            _ => Topology::Mpmc,
        };
        Self::new(topology, producers, consumers, slots)
    }

    /// The same with other messages.
    #[must_use]
    pub const fn with_payload(self, payload: Payload) -> Self {
        Self { payload, ..self }
    }

    /// The same under another load.
    #[must_use]
    pub const fn with_load(self, load: Load) -> Self {
        Self { load, ..self }
    }

    /// What it asks of a queue.
    #[must_use]
    pub const fn kind(&self) -> Kind {
        match self.capacity {
            _ if self.channels > 1 => Kind::Select,
            Capacity::Bounded(0) => Kind::Rendezvous,
            Capacity::Bounded(_) => Kind::Buffered,
            Capacity::Unbounded => Kind::Unbounded,
        }
    }

    /// How many channels each producer sends to in turn.
    #[must_use]
    pub const fn channels_per_producer(&self) -> usize {
        if self.channels > 1 {
            self.channels / self.producers
        } else {
            1
        }
    }

    /// The cell as one of its queues sees it.
    #[must_use]
    pub const fn of_one_channel(self) -> Self {
        if self.channels > 1 {
            Self {
                producers: 1,
                channels: 1,
                ..self
            }
        } else {
            self
        }
    }

    /// How many slots a bounded queue has here.
    ///
    /// # Panics
    ///
    /// Panics if the cell is for unbounded queues.
    #[must_use]
    pub fn slots(&self) -> usize {
        self.capacity
            .limit()
            .expect("bounded queues compete only in bounded cells")
    }

    /// How many messages may be under way at the same time.
    #[must_use]
    pub fn backlog(&self) -> u64 {
        (self.channels * self.capacity.limit().unwrap_or(MOST_AHEAD)) as u64
    }

    /// The number of threads at work.
    #[must_use]
    pub fn threads(&self) -> usize {
        match self.load {
            Load::Alone => 1,
            _ => self.producers + self.consumers,
        }
    }

    /// The cell as the threads see it that carry it out in this mode: tasks are as many as the cell
    /// says, but their runtime has no more threads than there are cores.
    #[must_use]
    pub fn on_threads(self, mode: Mode) -> Self {
        match mode {
            Mode::Tokio | Mode::Messages => self.within(cores()),
            Mode::TokioCurrent | Mode::MessagesCurrent => self.within(0).with_load(Load::Alone),
            _ => self,
        }
    }

    /// The same with fewer threads, if there are fewer cores, but one at each end at least.
    fn within(self, cores: usize) -> Self {
        let fewer = self.producers.min(self.consumers).min(cores / 2).max(1);
        let others = |side: usize| side.min(cores.saturating_sub(fewer)).max(1);
        let (producers, consumers) = if self.producers > self.consumers {
            (others(self.producers), fewer)
        } else {
            (fewer, others(self.consumers))
        };
        Self {
            producers,
            consumers,
            ..self
        }
    }

    /// Whether there are more threads than cores to run them.
    #[must_use]
    pub fn is_oversubscribed(&self) -> bool {
        self.threads() > cores()
    }
}

/// The cores that this process may use.
#[must_use]
pub fn cores() -> usize {
    thread::available_parallelism().map_or(1, usize::from)
}

impl Capacity {
    /// The number of messages beyond which a sender waits, if there is one.
    #[must_use]
    pub const fn limit(self) -> Option<usize> {
        match self {
            Self::Bounded(slots) => Some(slots),
            Self::Unbounded => None,
        }
    }
}

impl fmt::Display for Capacity {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Bounded(slots) => write!(f, "cap{slots}"),
            Self::Unbounded => f.write_str("unbounded"),
        }
    }
}

impl fmt::Display for Cell {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.channels > 1 {
            write!(f, "select{}", self.channels)?;
        } else {
            write!(f, "{}", self.topology)?;
        }
        write!(
            f,
            "-{}p{}c-{}-{}",
            self.producers, self.consumers, self.capacity, self.payload
        )?;
        match self.load {
            Load::Steady => Ok(()),
            load => write!(f, "-{load}"),
        }
    }
}

impl fmt::Display for Load {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Steady => "steady",
            Self::Bursty => "bursty",
            Self::EmptyPoll => "empty-poll",
            Self::FullPoll => "full-poll",
            Self::Alone => "alone",
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_say_what_a_cell_is() {
        for (cell, name, kind) in [
            (Cell::shaped(1, 1, 64), "spsc-1p1c-cap64-8B", Kind::Buffered),
            (Cell::shaped(1, 4, 1), "spmc-1p4c-cap1-8B", Kind::Buffered),
            (Cell::shaped(2, 2, 0), "mpmc-2p2c-cap0-8B", Kind::Rendezvous),
            (
                Cell::unbounded(Topology::Spsc, 1, 1),
                "spsc-1p1c-unbounded-8B",
                Kind::Unbounded,
            ),
            (
                Cell::select(8, 2, 64),
                "select8-2p1c-cap64-8B",
                Kind::Select,
            ),
            (
                Cell::shaped(4, 1, 64)
                    .with_payload(Payload::String)
                    .with_load(Load::Bursty),
                "mpsc-4p1c-cap64-String-bursty",
                Kind::Buffered,
            ),
        ] {
            assert_eq!((cell.to_string().as_str(), cell.kind()), (name, kind));
        }
    }

    #[test]
    fn one_thread_is_enough_alone() {
        let cell = Cell::shaped(1, 1, 64);
        assert_eq!(cell.threads(), 2);
        assert_eq!(cell.with_load(Load::Alone).threads(), 1);
    }

    #[test]
    fn a_runtime_has_a_thread_for_each_core_and_none_beyond() {
        let sides = |(producers, consumers), cores| {
            let threads = Cell::shaped(producers, consumers, 64).within(cores);
            (threads.producers, threads.consumers)
        };
        assert_eq!(sides((4, 4), 2), (1, 1));
        assert_eq!(sides((4, 4), 5), (2, 3));
        assert_eq!(sides((4, 1), 4), (3, 1));
        assert_eq!(sides((1, 4), 4), (1, 3));
        assert_eq!(sides((4, 2), 16), (4, 2));
        assert_eq!(sides((2, 2), 1), (1, 1));

        let cell = Cell::shaped(4, 4, 64);
        assert_eq!(cell.on_threads(Mode::TokioCurrent).threads(), 1);
        assert!(cell.on_threads(Mode::Tokio).threads() <= cores().max(2));
        assert_eq!(cell.on_threads(Mode::Async), cell);
    }

    #[test]
    fn the_channels_of_a_select_are_dealt_out_evenly() {
        let cell = Cell::select(8, 2, 64);
        assert_eq!(cell.channels_per_producer(), 4);
        assert_eq!(cell.backlog(), 512);
        let one = cell.of_one_channel();
        assert_eq!(
            (one.producers, one.consumers, one.kind()),
            (1, 1, Kind::Buffered)
        );

        let queue = Cell::new(Topology::Mpmc, 2, 2, 64);
        assert_eq!(queue.channels_per_producer(), 1);
        assert_eq!(queue.of_one_channel(), queue);
    }
}
