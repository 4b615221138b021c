//! A fixed number of checked messages, for the criterion benches.
//!
//! Here the count is fixed and the time is measured, as criterion wants it. The
//! clock runs from the first worker that begins to the last that ends; both are
//! read by the workers, after all of them are awake.

use std::hint::black_box;
use std::sync::Arc;
use std::time::{Duration, Instant};

use crate::cells::{Cell, Kind};
use crate::crew::Crew;
use crate::link::{Link, Producers, Queue};
use crate::message::{Tally, word};

struct Stint {
    begun: Instant,
    ended: Instant,
    sent: Tally,
    received: Tally,
}

/// Moves that many messages from the cell's producers to its consumers.
pub(crate) fn transfer<L: Link>(crew: &Crew, cell: &Cell, messages: u64) -> Duration {
    let (senders, receivers) = L::open::<u64>(cell);
    let active = Arc::new(Producers::new(cell.producers));
    let mut jobs: Vec<Box<dyn FnOnce() -> Stint + Send>> = Vec::new();
    for (producer, mut sender) in senders.into_iter().enumerate() {
        let active = Arc::clone(&active);
        let share = share(messages, producer, cell.producers);
        jobs.push(Box::new(move || {
            let begun = Instant::now();
            let mut sent = Tally::default();
            while sent.count < share {
                let message = word(producer, sent.count);
                L::send(&mut sender, message);
                sent.add(message);
            }
            L::flush(&mut sender);
            drop(sender);
            active.leave();
            Stint::new(begun, sent, Tally::default())
        }));
    }
    for mut receiver in receivers {
        let active = Arc::clone(&active);
        jobs.push(Box::new(move || {
            let begun = Instant::now();
            let mut source = L::source(&mut receiver);
            let mut received = Tally::default();
            while let Some(message) = L::recv::<u64>(&mut source, &active) {
                received.add(message);
            }
            Stint::new(begun, Tally::default(), received)
        }));
    }

    let stints: Vec<Stint> = crew
        .start(jobs)
        .into_iter()
        .map(|stint| stint.unwrap_or_else(|panic| panic!("{}: {panic}", L::Queue::NAME)))
        .collect();
    check::<L>(
        Tally::total(stints.iter().map(|stint| stint.sent)),
        Tally::total(stints.iter().map(|stint| stint.received)),
    );
    let begun = stints.iter().map(|stint| stint.begun).min();
    let ended = stints.iter().map(|stint| stint.ended).max();
    begun
        .zip(ended)
        .map_or(Duration::ZERO, |(begun, ended)| ended - begun)
}

/// Sends and receives that many messages in turn, on this thread alone, which
/// cannot meet itself: not for rendezvous.
pub(crate) fn uncontended<L: Link>(cell: &Cell, messages: u64) -> Duration {
    assert_ne!(
        cell.kind(),
        Kind::Rendezvous,
        "the send would wait for ever"
    );
    assert_eq!(L::MODE.batch(), 1, "one message at a time");
    let (mut senders, mut receivers) = L::open::<u64>(cell);
    let sender = &mut senders[0];
    let mut source = L::source(&mut receivers[0]);
    let active = Producers::new(1);
    let mut pass = |message: u64| {
        L::send(sender, black_box(message));
        L::recv::<u64>(&mut source, &active)
    };

    // One lap, so that every slot's page is there.
    for sequence in 0..cell.backlog() {
        pass(sequence);
    }
    let (mut sent, mut received) = (Tally::default(), Tally::default());
    let begun = Instant::now();
    for sequence in 0..messages {
        sent.add(sequence);
        if let Some(message) = pass(sequence) {
            received.add(message);
        }
    }
    let taken = begun.elapsed();
    check::<L>(sent, received);
    taken
}

fn check<L: Link>(sent: Tally, received: Tally) {
    if let Err(difference) = Tally::check(sent, received) {
        panic!("{}: {difference}", L::Queue::NAME);
    }
}

/// What falls to one of several when all share evenly.
fn share(messages: u64, index: usize, of: usize) -> u64 {
    messages / of as u64 + u64::from((index as u64) < messages % of as u64)
}

impl Stint {
    fn new(begun: Instant, sent: Tally, received: Tally) -> Self {
        Self {
            begun,
            ended: Instant::now(),
            sent,
            received,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn shares_differ_by_one_at_most_and_add_up() {
        assert_eq!([0, 1, 2, 3].map(|index| share(10, index, 4)), [3, 3, 2, 2]);
        assert_eq!([0, 1].map(|index| share(1, index, 2)), [1, 0]);
    }
}
