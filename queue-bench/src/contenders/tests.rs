use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use super::*;
use crate::cells::{Cell, Load};
use crate::contract::{Form, Mode, Topology};
use crate::crew::Crew;
use crate::message::{Message, Payload, producer, sequence, word};
use crate::runtime::{Runtime, Task};
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
                Mode::Messages | Mode::MessagesCurrent => cell.payload == Payload::Lines,
                _ => false,
            };
            if is_held {
                let ours = if mode.is_of_messages() {
                    OUR_MESSAGES
                } else {
                    OURS
                };
                assert!(names.contains(&ours), "{cell} {mode}");
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
            let is_no_ring = |other: &Contender| other.contract.form != Form::Ring;
            assert!(
                contender.is_ours() || same.all(is_no_ring),
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

/// Sends that many messages of 256 bytes from four tasks to four others, which see each of them once.
fn pass_each_once<Q: Async>(messages: u64) {
    type Lines = [u64; 32];
    let cell = Cell::shaped(4, 4, 1024);
    let (senders, receivers) = Q::open::<Lines>(&cell);
    let share = messages / cell.producers as u64;
    let seen: Arc<[AtomicU64]> = (0..messages.div_ceil(64))
        .map(|_| AtomicU64::new(0))
        .collect();

    let sending = senders
        .into_iter()
        .enumerate()
        .map(|(index, mut sender)| -> Task<u64> {
            Box::pin(async move {
                for number in 0..share {
                    Q::send(&mut sender, Lines::of(word(index, number))).await;
                }
                Q::hang_up::<Lines>(sender).await;
                0
            })
        });
    let receiving = receivers.into_iter().map(|mut receiver| -> Task<u64> {
        let seen = Arc::clone(&seen);
        Box::pin(async move {
            let mut received = 0;
            while let Some(message) = Q::recv::<Lines>(&mut receiver).await {
                let word = message.word();
                assert_eq!(message.digest(), Lines::digest_of(word), "{word:x} is torn");
                let number = producer(word) as u64 * share + sequence(word);
                let bit = 1 << (number % 64);
                let before = seen[(number / 64) as usize].fetch_or(bit, Ordering::Relaxed);
                assert_eq!(before & bit, 0, "message {number} came twice");
                received += 1;
            }
            received
        })
    });
    let runtime = Runtime::of_threads(&[None, None]);
    let outcomes = runtime.start(sending.chain(receiving).collect());
    let received: u64 = outcomes.into_iter().map(Result::unwrap).sum();
    assert_eq!(received, messages, "{}", Q::NAME);
}

#[test]
fn who_completes_messages_receives_each_once() {
    let watchdog = Watchdog::for_tests();
    watchdog.watch("messages", Duration::ZERO);
    pass_each_once::<queue_message::Memory>(100_000);
    pass_each_once::<raw_channel::Raw>(100_000);
    pass_each_once::<omniqueue::Shared>(100_000);
    pass_each_once::<omniqueue::FannedOut>(100_000);
}
