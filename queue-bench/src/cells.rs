//! Cells: the situations in which queues are compared.

use std::fmt;
use std::thread;

use serde::{Deserialize, Serialize};

use crate::contract::Topology;
use crate::message::Message;

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
    pub capacity: usize,
    /// The size of a message.
    pub payload_bytes: usize,
}

impl Cell {
    /// A cell whose messages are [`Message`]s.
    #[must_use]
    pub const fn new(
        topology: Topology,
        producers: usize,
        consumers: usize,
        capacity: usize,
    ) -> Self {
        Self {
            topology,
            producers,
            consumers,
            capacity,
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

impl fmt::Display for Cell {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "{}-{}p{}c-cap{}-{}B",
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
