//! Suites: which cells are run, in which modes.

use crate::cells::{Cell, Load};
use crate::contract::{Mode, Topology};
use crate::message::Payload;

/// A choice of cells and modes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Suite {
    /// The six cells that tell most, in a few minutes.
    Quick,
    /// Those, and then one factor varied at a time.
    Full,
    /// Every shape with every capacity, payload and mode.
    Grid,
}

/// The modes in which most cells are run.
const COMMON: [Mode; 2] = [Mode::Block, Mode::Try];

/// The shapes of the grid: producers, consumers.
const SHAPES: [(usize, usize); 7] = [(1, 1), (2, 2), (4, 4), (8, 8), (4, 1), (16, 1), (1, 4)];

/// The capacities of the grid.
const CAPACITIES: [usize; 5] = [1, 2, 64, 1024, 65536];

impl Suite {
    /// Its cells and modes, in the order in which they are shown.
    #[must_use]
    pub fn members(self) -> Vec<(Cell, Mode)> {
        match self {
            Self::Quick => quick(),
            Self::Full => full(),
            Self::Grid => grid(),
        }
    }
}

impl Suite {
    /// Its cells, once each.
    #[must_use]
    pub fn cells(self) -> Vec<Cell> {
        let mut cells = Vec::new();
        for (cell, _) in self.members() {
            if !cells.contains(&cell) {
                cells.push(cell);
            }
        }
        cells
    }
}

fn in_modes(cells: impl IntoIterator<Item = Cell>, modes: &[Mode]) -> Vec<(Cell, Mode)> {
    let pairs = |cell| modes.iter().map(move |&mode| (cell, mode));
    cells.into_iter().flat_map(pairs).collect()
}

fn quick() -> Vec<(Cell, Mode)> {
    let cells = [(1, 1), (4, 1), (2, 2)]
        .into_iter()
        .flat_map(|(producers, consumers)| {
            [1024, 64].map(|slots| Cell::shaped(producers, consumers, slots))
        });
    in_modes(cells, &COMMON)
}

/// 108 cells and modes, so that a machine with two cores is through within an hour and a half.
fn full() -> Vec<(Cell, Mode)> {
    let narrow = [(1, 1), (2, 2)];
    let varied = |slots: &'static [usize]| {
        narrow.into_iter().flat_map(move |(producers, consumers)| {
            slots
                .iter()
                .map(move |&slots| Cell::shaped(producers, consumers, slots))
        })
    };
    let shapes = [(4, 4), (8, 8), (16, 1), (1, 4)]
        .map(|(producers, consumers)| Cell::shaped(producers, consumers, 1024));
    let payloads = varied(&[1024]).flat_map(|cell| {
        [Payload::Line, Payload::Lines, Payload::String].map(|payload| cell.with_payload(payload))
    });
    let batches = [(1, 1), (2, 2), (4, 1)]
        .map(|(producers, consumers)| Cell::shaped(producers, consumers, 1024));
    let bursts =
        [Cell::shaped(1, 1, 64), Cell::shaped(4, 1, 64)].map(|cell| cell.with_load(Load::Bursty));
    let edges = varied(&[1024])
        .flat_map(|cell| [Load::EmptyPoll, Load::FullPoll].map(|load| cell.with_load(load)));
    let alone = Cell::shaped(1, 1, 64).with_load(Load::Alone);
    let beyond = [
        Cell::unbounded(Topology::Spsc, 1, 1).with_load(Load::Alone),
        Cell::shaped(1, 1, 0),
        Cell::shaped(2, 2, 0),
        Cell::unbounded(Topology::Spsc, 1, 1),
        Cell::unbounded(Topology::Mpmc, 2, 2),
        Cell::select(8, 1, 64),
        Cell::select(8, 2, 64),
    ];
    [
        quick(),
        in_modes(shapes, &COMMON),
        in_modes(varied(&[1, 2, 65536]), &COMMON),
        in_modes(payloads, &COMMON),
        in_modes(batches, &[Mode::Async, Mode::Batch16, Mode::Batch64]),
        in_modes(bursts, &COMMON),
        in_modes(edges, &COMMON),
        in_modes([alone], &Mode::OF_THREADS),
        in_modes(beyond, &[Mode::Block]),
        corners(),
        in_modes(tasks(), &Mode::OF_TASKS),
        in_modes(messages([(1, 1), (4, 4)], [1024]), &Mode::OF_MESSAGES),
    ]
    .concat()
}

/// Where queues have been seen to fall apart.
fn corners() -> Vec<(Cell, Mode)> {
    vec![
        // Everybody wants the only slot.
        (Cell::shaped(4, 4, 1), Mode::Block),
        (Cell::shaped(4, 4, 1), Mode::Try),
        // Large messages, many producers, little room.
        (
            Cell::shaped(16, 1, 64).with_payload(Payload::Lines),
            Mode::Block,
        ),
    ]
}

/// Where tasks share a runtime: from nobody beside them to four times as many as threads, from a
/// suspension at each message to hardly any.
fn tasks() -> impl Iterator<Item = Cell> {
    [(1, 1), (4, 1), (2, 2), (4, 4)]
        .into_iter()
        .flat_map(|(producers, consumers)| {
            [1, 64, 1024].map(|slots| Cell::shaped(producers, consumers, slots))
        })
}

/// Where messages are completed: each of 256 bytes.
fn messages(
    shapes: impl IntoIterator<Item = (usize, usize)>,
    capacities: impl IntoIterator<Item = usize> + Clone,
) -> impl Iterator<Item = Cell> {
    shapes.into_iter().flat_map(move |(producers, consumers)| {
        let capacities = capacities.clone().into_iter();
        capacities.map(move |slots| {
            Cell::shaped(producers, consumers, slots).with_payload(Payload::Lines)
        })
    })
}

fn grid() -> Vec<(Cell, Mode)> {
    let cells = SHAPES.into_iter().flat_map(|(producers, consumers)| {
        CAPACITIES.into_iter().flat_map(move |slots| {
            Payload::ALL
                .map(|payload| Cell::shaped(producers, consumers, slots).with_payload(payload))
        })
    });
    let modes = [&Mode::OF_THREADS[..], &Mode::OF_TASKS].concat();
    let messages = in_modes(messages(SHAPES, CAPACITIES), &Mode::OF_MESSAGES);
    [in_modes(cells, &modes), messages].concat()
}

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use super::*;

    #[test]
    fn no_cell_stands_twice_in_a_suite() {
        for (suite, size) in [(Suite::Quick, 12), (Suite::Full, 108), (Suite::Grid, 1050)] {
            let members = suite.members();
            let names: HashSet<_> = members
                .iter()
                .map(|(cell, mode)| format!("{cell} {mode}"))
                .collect();
            assert_eq!((members.len(), names.len()), (size, size), "{suite:?}");
        }
    }

    #[test]
    fn the_full_suite_begins_with_the_quick_one() {
        assert!(Suite::Full.members().starts_with(&Suite::Quick.members()));
    }

    #[test]
    fn messages_are_of_256_bytes_and_not_in_the_quick_suite() {
        for (suite, count) in [(Suite::Quick, 0), (Suite::Full, 4), (Suite::Grid, 70)] {
            let members = suite.members();
            let messages = members.iter().filter(|(_, mode)| mode.is_of_messages());
            assert!(
                messages
                    .clone()
                    .all(|(cell, _)| cell.payload == Payload::Lines)
            );
            assert_eq!(messages.count(), count, "{suite:?}");
        }
    }

    #[test]
    fn quick_cells_have_their_published_names() {
        let mut names: Vec<_> = Suite::Quick
            .members()
            .iter()
            .map(|(cell, _)| cell.to_string())
            .collect();
        names.dedup();
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
