use std::time::Duration;

use super::*;
use crate::cells::{Cell, Load};
use crate::contract::{Form, Mode, Topology};
use crate::crew::Crew;
use crate::message::Payload;
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
            let is_held = match mode {
                Mode::Block => true,
                Mode::Try => cell.kind() == Kind::Buffered,
                Mode::Tokio | Mode::TokioCurrent => {
                    cell.kind() == Kind::Buffered
                        && cell.load == Load::Steady
                        && cell.payload == Payload::Word
                }
                _ => false,
            };
            if is_held {
                assert!(names.contains(&OURS), "{cell} {mode}");
                assert!(names.len() > 1, "{cell} {mode}");
            }
            names.sort_unstable();
            let count = names.len();
            names.dedup();
            assert_eq!(names.len(), count, "{cell} {mode}");
        }
    }
}

#[test]
fn whoever_can_be_slept_on_is_no_ring() {
    for contender in all() {
        let mode = contender.contract.mode;
        if matches!(mode, Mode::Block | Mode::Async) || mode.has_runtime() {
            let all = all();
            let mut same = all.iter().filter(|other| other.name == contender.name);
            // Ours has its name in common: a ring where the caller polls, a channel elsewhere.
            let is_channel = |other: &Contender| other.contract.form == Form::Channel;
            assert!(
                contender.is_ours() || same.all(is_channel),
                "{}",
                contender.name
            );
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
        for mode in Mode::OF_THREADS {
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
        for mode in Mode::OF_THREADS
            .into_iter()
            .filter(|mode| mode.batch() == 1)
        {
            for contender in all().iter().filter(|c| c.competes(&cell, mode)) {
                let _ = contender.uncontended(&cell, 100);
            }
        }
    }
}
