//! What an operation on messages takes, whether that depends on how many are in flight, and what it takes more than the channel
//! under the queue.
//!
//! One thread does it all, by a clock that it moves itself. Every size has its crowd of messages all the time, and a round goes through
//! all of them, in alternating order, so that sizes are compared within a round: what drifts over a run favours none of them.

mod crowd;
mod reference;

use std::fmt::{self, Write};
use std::time::{Duration, Instant};

use crate::crew;
use crate::report::digits;
use crate::statistics::Estimate;
use crowd::{BATCH, Crowd};
use reference::Raw;

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
    /// Not inlined, so that a profile has each operation by itself.
    #[inline(never)]
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
        .map(|(seed, &size)| Crowd::gather(size, seed))
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

/// One figure of every round.
type Figure<'a> = &'a dyn Fn(&Spent) -> Option<f64>;

impl Times {
    /// The tables, as a document has them.
    pub(crate) fn tables(&self) -> String {
        format!("{}\n{}", self.by_size(), self.over_the_channel())
    }

    /// What each operation takes by how many are in flight, and the ratios to the fewest.
    fn by_size(&self) -> String {
        let few = grouped(self.sizes[0]);
        let mut text = "| ns an operation |".to_owned();
        for &size in &self.sizes {
            let _ = write!(text, " {} in flight |", grouped(size));
        }
        for &size in &self.sizes[1..] {
            let _ = write!(text, " {} / {few} |", grouped(size));
        }
        text.push_str("\n|---|");
        text.push_str(&"--:|".repeat(2 * self.sizes.len() - 1));
        text.push('\n');
        for operation in Operation::ALL {
            let figure = move |spent: &Spent| spent.each(operation);
            text.push_str(&self.line(&operation.to_string(), &figure));
        }
        text.push_str(&self.line("mean of all", &Spent::mean));
        text
    }

    fn line(&self, name: &str, figure: Figure<'_>) -> String {
        let mut line = format!("| {name} |");
        for place in 0..self.sizes.len() {
            let each = |(times, _): &(Vec<Spent>, Spent)| figure(&times[place]);
            let _ = write!(line, " {} |", self.estimate(each, false));
        }
        for place in 1..self.sizes.len() {
            let ratio = |(times, _): &(Vec<Spent>, Spent)| {
                Some(figure(&times[place])? / figure(&times[0])?)
            };
            let _ = write!(line, " {} |", self.estimate(ratio, true));
        }
        line + "\n"
    }

    /// What each operation takes, beside the channel, where the fewest messages are in flight.
    fn over_the_channel(&self) -> String {
        let few = grouped(self.sizes[0]);
        let mut text = format!(
            "| ns an operation | channel | queue, {few} in flight | difference |\n|---|--:|--:|--:|\n"
        );
        let mut line = |name: &str, figure: Figure<'_>| {
            let channel = |(_, channel): &(Vec<Spent>, Spent)| figure(channel);
            let queue = |(times, _): &(Vec<Spent>, Spent)| figure(&times[0]);
            // What the channel does not do, it does at once.
            let difference = |(times, channel): &(Vec<Spent>, Spent)| {
                Some(figure(&times[0])? - figure(channel).unwrap_or(0.0))
            };
            let _ = writeln!(
                text,
                "| {name} | {} | {} | {} |",
                self.estimate(channel, false),
                self.estimate(queue, false),
                self.estimate(difference, true)
            );
        };
        for operation in [
            Operation::Make,
            Operation::Send,
            Operation::Receive,
            Operation::Complete,
            Operation::Free,
        ] {
            let figure = move |spent: &Spent| spent.each(operation);
            line(&operation.to_string(), &figure);
        }
        line("all of it", &Spent::passage);
        text
    }

    /// The median of the rounds, and its interval if that is asked for.
    fn estimate(
        &self,
        figure: impl Fn(&(Vec<Spent>, Spent)) -> Option<f64>,
        with_interval: bool,
    ) -> String {
        let values: Vec<f64> = self.rounds.iter().filter_map(figure).collect();
        let Some(estimate) = Estimate::of(&values) else {
            return "-".to_owned();
        };
        let median = digits(estimate.median);
        match estimate.interval.filter(|_| with_interval) {
            Some((lo, hi)) => format!("{median} ({} to {})", digits(lo), digits(hi)),
            None => median,
        }
    }
}

/// `10,000`
fn grouped(number: usize) -> String {
    let digits = number.to_string();
    let mut text = String::new();
    for (place, digit) in digits.chars().enumerate() {
        if place > 0 && (digits.len() - place).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    text
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

    #[test]
    fn figures_are_medians_of_the_rounds_and_ratios_are_taken_within_each() {
        let spent = |nanoseconds| {
            let mut spent = Spent::default();
            spent.add(Operation::Send, 2, Duration::from_nanos(nanoseconds));
            spent
        };
        let round = |few, many, channel| (vec![spent(few), spent(many)], spent(channel));
        let times = Times {
            sizes: vec![1000, 100_000],
            rounds: vec![
                round(200, 220, 40),
                round(400, 440, 60),
                round(600, 720, 80),
            ],
        };
        let tables = times.tables();
        for line in [
            "| send | 200 | 220 | 1.10 |\n",
            "| renew | - | - | - |\n",
            "| mean of all | 200 | 220 | 1.10 |\n",
            "| send | 30.0 | 200 | 170 |\n",
        ] {
            assert!(tables.contains(line), "{line} in {tables}");
        }
    }

    #[test]
    fn numbers_are_grouped_by_thousands() {
        let written = [7, 1000, 23_456, 1_000_000].map(grouped);
        assert_eq!(written, ["7", "1,000", "23,456", "1,000,000"]);
    }
}
