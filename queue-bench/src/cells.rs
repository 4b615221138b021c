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

/// One situation: who uses the queue, how large it is, what goes through it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Cell {
    /// What a queue must allow to be used here.
    pub topology: Topology,
    /// The number of producing threads.
    pub producers: usize,
    /// The number of consuming threads.
    pub consumers: usize,
    /// How many messages the queue holds.
    pub capacity: Capacity,
    /// The size of a message.
    pub payload_bytes: usize,
}

impl Cell {
    /// A cell with a bounded queue, whose messages are [`Message`]s.
    #[must_use]
    pub const fn new(topology: Topology, producers: usize, consumers: usize, slots: usize) -> Self {
        Self {
            topology,
            producers,
            consumers,
            capacity: Capacity::Bounded(slots),
            payload_bytes: size_of::<Message>(),
        }
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
        self.capacity.limit().unwrap_or(MOST_AHEAD) as u64
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
        write!(
            f,
            "{}-{}p{}c-{}-{}B",
            self.topology, self.producers, self.consumers, self.capacity, self.payload_bytes
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
}
