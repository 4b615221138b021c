//! What an operation on messages takes, whether that depends on how many are in flight, and what it takes more than the channel
//! under the queue.
//!
//! One thread does it all, by a clock that it moves itself. Every size has its crowd of messages all the time, and a round goes through
//! all of them, in alternating order, so that sizes are compared within a round: what drifts over a run favours none of them.

mod counts;
mod crowd;
mod reference;
mod tables;
mod work;

use std::fmt;
use std::time::{Duration, Instant};

use crate::crew;
use crowd::{BATCH, Crowd};
use reference::Raw;

pub(crate) use counts::{SUBCOMMAND, carry_out, count, processes};

/// The fewest that there can be: a batch at work is a small part of them.
pub(crate) const FEWEST: usize = 10 * BATCH;

/// How often a round goes through all operations, ...
const CYCLES: usize = 100;

/// ... and how often before that, to have its messages at hand.
const WARM_UP: usize = 20;

/// What there is to do, and how often.
#[derive(Clone, Debug)]
pub(crate) struct Settings {
    /// How many messages are in flight, fewest first.
    pub(crate) sizes: Vec<usize>,
    pub(crate) rounds: usize,
    pub(crate) seed: u64,
}

/// What is timed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Operation {
    Make,
    Send,
    Receive,
    Complete,
    Free,
    Abandon,
    ReceiveAgain,
    Renew,
    Expire,
}

impl Operation {
    const ALL: [Self; 9] = [
        Self::Make,
        Self::Send,
        Self::Receive,
        Self::Complete,
        Self::Free,
        Self::Abandon,
        Self::ReceiveAgain,
        Self::Renew,
        Self::Expire,
    ];
}

impl fmt::Display for Operation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Make => "make",
            Self::Send => "send",
            Self::Receive => "receive",
            Self::Complete => "complete",
            Self::Free => "free",
            Self::Abandon => "abandon",
            Self::ReceiveAgain => "receive again",
            Self::Renew => "renew",
            Self::Expire => "expire",
        })
    }
}

/// How long operations have taken, and how many they were.
#[derive(Clone, Debug, Default)]
struct Spent([(Duration, usize); Operation::ALL.len()]);

impl Spent {
    fn time(&mut self, operation: Operation, count: usize, work: impl FnOnce()) {
        let begin = Instant::now();
        work();
        self.add(operation, count, begin.elapsed());
    }

    fn add(&mut self, operation: Operation, count: usize, time: Duration) {
        let (spent, done) = &mut self.0[operation as usize];
        *spent += time;
        *done += count;
    }

    /// Nanoseconds for one, if any was done.
    fn each(&self, operation: Operation) -> Option<f64> {
        per_one([self.0[operation as usize]])
    }

    /// Nanoseconds for one of all.
    fn mean(&self) -> Option<f64> {
        per_one(self.0)
    }

    /// Nanoseconds for a message from its making until it is freed.
    fn passage(&self) -> Option<f64> {
        let of = |operation| self.each(operation);
        let completed = of(Operation::Complete).unwrap_or(0.0);
        let moved = of(Operation::Send)? + of(Operation::Receive)?;
        Some(of(Operation::Make)? + moved + completed + of(Operation::Free)?)
    }
}

fn per_one(spent: impl IntoIterator<Item = (Duration, usize)>) -> Option<f64> {
    let sum = |(time, count), (more, others)| (time + more, count + others);
    let (time, count) = spent.into_iter().fold((Duration::ZERO, 0), sum);
    (count > 0).then(|| time.as_nanos() as f64 / count as f64)
}

/// What a run has measured: of each round, each size's times in their order, and the channel's.
#[derive(Debug)]
pub(crate) struct Times {
    sizes: Vec<usize>,
    rounds: Vec<(Vec<Spent>, Spent)>,
}

/// Goes through the rounds; `progress` hears of each.
///
/// # Panics
///
/// Panics if the queue loses a message, or delivers one twice or before its time.
pub(crate) fn run(settings: &Settings, progress: impl Fn()) -> Times {
    // On one core all the time, if the system allows it.
    if let Some(&core) = crew::cores(true).first() {
        core_affinity::set_for_current(core);
    }
    let mut crowds: Vec<Crowd> = (settings.seed..)
        .zip(&settings.sizes)
        .map(|(seed, &size)| Crowd::gather(size, seed, &mut Spent::default()))
        .collect();
    let mut raw = Raw::open();
    let round = |number| {
        let mut times = vec![Spent::default(); crowds.len()];
        let mut each = |place: usize| {
            let crowd: &mut Crowd = &mut crowds[place];
            (0..WARM_UP).for_each(|_| crowd.cycle(&mut Spent::default()));
            (0..CYCLES).for_each(|_| crowd.cycle(&mut times[place]));
            crowd.check();
        };
        let places = 0..settings.sizes.len();
        if number % 2 == 0 {
            places.for_each(&mut each);
        } else {
            places.rev().for_each(&mut each);
        }
        let mut channel = Spent::default();
        (0..WARM_UP).for_each(|_| raw.cycle(&mut Spent::default()));
        (0..CYCLES).for_each(|_| raw.cycle(&mut channel));
        progress();
        (times, channel)
    };
    Times {
        sizes: settings.sizes.clone(),
        rounds: (0..settings.rounds).map(round).collect(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_operation_is_done_at_every_size_and_no_message_goes_astray() {
        let settings = Settings {
            sizes: vec![FEWEST, 2 * FEWEST],
            rounds: 1,
            seed: 7,
        };
        let times = run(&settings, || {});
        let (of_sizes, channel) = &times.rounds[0];
        for spent in of_sizes {
            for operation in Operation::ALL {
                assert!(
                    spent.each(operation).is_some_and(|each| each > 0.0),
                    "{operation}"
                );
            }
            let [expired, again] = [Operation::Expire, Operation::ReceiveAgain]
                .map(|operation| spent.0[operation as usize].1);
            assert_eq!(expired + CYCLES * BATCH, again);
        }
        assert!(channel.passage().is_some() && channel.each(Operation::Complete).is_none());

        let tables = times.tables();
        for line in ["| receive again |", "| mean of all |", "| all of it |"] {
            assert!(tables.contains(line), "{tables}");
        }
        assert!(
            tables.contains("500 in flight | 1,000 in flight | 1,000 / 500 |"),
            "{tables}"
        );
    }
}
