//! Cells: the situations in which queues are compared.

use std::fmt;
use std::thread;

use serde::{Deserialize, Serialize};

use crate::contract::Topology;
use crate::message::Message;

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
    /// The size of a message.
    pub payload_bytes: usize,
}

impl Cell {
    /// A cell with one bounded queue, whose messages are [`Message`]s.
    #[must_use]
    pub const fn new(topology: Topology, producers: usize, consumers: usize, slots: usize) -> Self {
        Self {
            topology,
            producers,
            consumers,
            channels: 1,
            capacity: Capacity::Bounded(slots),
            payload_bytes: size_of::<Message>(),
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

    /// Every cell that can be asked for: the quick ones, then rendezvous, unbounded, select.
    #[must_use]
    pub fn all() -> Vec<Self> {
        let shapes = [(Topology::Spsc, 1, 1), (Topology::Mpmc, 2, 2)];
        let rendezvous = shapes
            .map(|(topology, producers, consumers)| Self::new(topology, producers, consumers, 0));
        let unbounded = shapes.map(|(topology, producers, consumers)| {
            Self::unbounded(topology, producers, consumers)
        });
        let select = [1, 2].map(|producers| Self::select(8, producers, 64));
        [&Self::quick()[..], &rendezvous, &unbounded, &select].concat()
    }

    /// The cells of the quick comparison.
    #[must_use]
    pub fn quick() -> Vec<Self> {
        [
            (Topology::Spsc, 1, 1),
            (Topology::Mpsc, 4, 1),
            (Topology::Mpmc, 2, 2),
        ]
        .into_iter()
        .flat_map(|(topology, producers, consumers)| {
            [1024, 64].map(|capacity| Self::new(topology, producers, consumers, capacity))
        })
        .collect()
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
        self.producers + self.consumers
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
            "-{}p{}c-{}-{}B",
            self.producers, self.consumers, self.capacity, self.payload_bytes
        )
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn quick_cells_have_their_published_names() {
        let names: Vec<_> = Cell::quick().iter().map(Cell::to_string).collect();
        assert_eq!(
            names,
            [
                "spsc-1p1c-cap1024-8B",
                "spsc-1p1c-cap64-8B",
                "mpsc-4p1c-cap1024-8B",
                "mpsc-4p1c-cap64-8B",
                "mpmc-2p2c-cap1024-8B",
                "mpmc-2p2c-cap64-8B",
            ]
        );
    }

    #[test]
    fn the_cells_beyond_the_quick_ones_have_their_published_names_and_kinds() {
        let beyond: Vec<_> = Cell::all()
            .iter()
            .filter(|cell| !Cell::quick().contains(cell))
            .map(|cell| (cell.to_string(), cell.kind()))
            .collect();
        assert_eq!(
            beyond,
            [
                ("spsc-1p1c-cap0-8B", Kind::Rendezvous),
                ("mpmc-2p2c-cap0-8B", Kind::Rendezvous),
                ("spsc-1p1c-unbounded-8B", Kind::Unbounded),
                ("mpmc-2p2c-unbounded-8B", Kind::Unbounded),
                ("select8-1p1c-cap64-8B", Kind::Select),
                ("select8-2p1c-cap64-8B", Kind::Select),
            ]
            .map(|(name, kind)| (name.to_owned(), kind))
        );
        assert!(Cell::quick().iter().all(|c| c.kind() == Kind::Buffered));
        assert_eq!(Cell::all().len(), Cell::quick().len() + beyond.len());
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
