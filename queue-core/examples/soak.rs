//! Eight senders, eight receivers, a million messages, a hundred times.
//!
//! ```text
//! cargo run --release -p queue-core --example soak -- [ROUNDS]
//! ```
//!
//! After every round the number and the sum of what arrived must be exact.
//! Exits with 1 if they are not, or if nothing arrives for a minute.

use std::fmt;
use std::io::{self, Write};
use std::process;
use std::sync::atomic::{AtomicU64, Ordering};
use std::thread;
use std::time::{Duration, Instant};

use crossbeam_utils::CachePadded;
use queue_core::{Receiver, bounded};

const SENDERS: u64 = 8;
const RECEIVERS: usize = 8;
const PER_SENDER: u64 = 125_000;
const MESSAGES: u64 = SENDERS * PER_SENDER;
/// The sum of the numbers from zero, each sent once.
const SUM: u64 = MESSAGES * (MESSAGES - 1) / 2;
/// One per round, in turn.
const CAPACITIES: [usize; 5] = [1, 2, 3, 64, 1024];
const PATIENCE: Duration = Duration::from_secs(60);

/// A count with one writer, for the watchdog to see.
struct Progress(AtomicU64);

impl Progress {
    const fn new() -> Self {
        Self(AtomicU64::new(0))
    }

    fn set(&self, value: u64) {
        self.0.store(value, Ordering::Relaxed);
    }

    fn get(&self) -> u64 {
        self.0.load(Ordering::Relaxed)
    }
}

/// Where the soak is. Statics, as the watchdog outlives every round.
static ROUND: Progress = Progress::new();
static RECEIVED: [CachePadded<Progress>; RECEIVERS] =
    [const { CachePadded::new(Progress::new()) }; RECEIVERS];

fn main() {
    let rounds = match rounds() {
        Ok(rounds) => rounds,
        Err(message) => finish(2, format_args!("soak: {message}")),
    };
    thread::spawn(watch);
    let begin = Instant::now();
    for round in 1..=rounds {
        ROUND.set(round);
        let capacity = capacity(round);
        let (count, sum) = soak(capacity);
        if (count, sum) != (MESSAGES, SUM) {
            finish(
                1,
                format_args!(
                    "soak: round {round}, capacity {capacity}: {count} messages of {MESSAGES} \
                     arrived, their sum is {sum} and should be {SUM}"
                ),
            );
        }
        if round.is_multiple_of(10) {
            println!("{round} rounds exact after {:.1?}", begin.elapsed());
        }
    }
    println!(
        "soak: {rounds} rounds of {MESSAGES} messages, {SENDERS} senders, {RECEIVERS} receivers: \
         all exact, in {:.1?}",
        begin.elapsed()
    );
}

fn rounds() -> Result<u64, &'static str> {
    let mut arguments = std::env::args().skip(1);
    let rounds = match arguments.next() {
        None => 100,
        Some(argument) => argument.parse().unwrap_or(0),
    };
    match (rounds, arguments.next()) {
        (1.., None) => Ok(rounds),
        _ => Err("give the number of rounds, one at least, or nothing for 100"),
    }
}

fn capacity(round: u64) -> usize {
    CAPACITIES[(round as usize - 1) % CAPACITIES.len()]
}

/// One round: the number of messages that arrived, and their sum.
fn soak(capacity: usize) -> (u64, u64) {
    let (sender, receiver) = bounded(capacity);
    thread::scope(|scope| {
        for number in 0..SENDERS {
            let sender = sender.clone();
            scope.spawn(move || {
                for message in number * PER_SENDER..(number + 1) * PER_SENDER {
                    sender
                        .send(message)
                        .expect("the receivers wait for the end");
                }
            });
        }
        drop(sender);
        let receivers: Vec<_> = RECEIVED
            .iter()
            .map(|progress| {
                let receiver = receiver.clone();
                scope.spawn(move || receive(&receiver, progress))
            })
            .collect();
        drop(receiver);
        receivers
            .into_iter()
            .map(|receiver| receiver.join().expect("a receiver does not panic"))
            .fold((0, 0), |(count, sum), (more, other)| {
                (count + more, sum + other)
            })
    })
}

fn receive(receiver: &Receiver<u64>, progress: &Progress) -> (u64, u64) {
    let (mut count, mut sum) = (0, 0_u64);
    progress.set(count);
    for message in receiver {
        count += 1;
        // A doubled message may make it large; the comparison tells.
        sum = sum.wrapping_add(message);
        progress.set(count);
    }
    (count, sum)
}

/// Ends the process when nothing has moved for long.
fn watch() {
    let look = || (ROUND.get(), RECEIVED.each_ref().map(|count| count.get()));
    let (mut seen, mut since) = (look(), Instant::now());
    loop {
        thread::sleep(Duration::from_secs(1));
        let now = look();
        if now != seen {
            (seen, since) = (now, Instant::now());
        } else if since.elapsed() >= PATIENCE {
            let (round, counts) = now;
            finish(
                1,
                format_args!(
                    "soak: no progress for {PATIENCE:?} in round {round}, capacity {}: \
                     {} of {MESSAGES} messages arrived, by receiver {counts:?}",
                    capacity(round),
                    counts.iter().sum::<u64>()
                ),
            );
        }
    }
}

fn finish(code: i32, message: fmt::Arguments<'_>) -> ! {
    // There is nobody left to tell if this fails.
    let _ = writeln!(io::stderr(), "{message}");
    process::exit(code)
}
