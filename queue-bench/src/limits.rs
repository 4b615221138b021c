//! What the machine itself allows, measured in every launch with the same workers.
//!
//! No queue can be judged without it: a rate of 30 million messages is poor where two
//! cores exchange a cache line in 50 ns, and very good where they need 300. Virtual
//! cores are moved about by their host, so yesterday's limit is not today's.

use std::hint;
use std::sync::atomic::{AtomicBool, AtomicU8, AtomicU64, AtomicUsize, Ordering};
use std::sync::mpsc::Receiver;
use std::sync::{Arc, Mutex, PoisonError};
use std::thread;
use std::time::{Duration, Instant};

use crossbeam_utils::CachePadded;
use serde::{Deserialize, Serialize};

use crate::cells::Cell;
use crate::crew::{Crew, Outcome};

/// How long each limit is measured.
const LENGTH: Duration = Duration::from_millis(5);

/// How long words are contended for where threads outnumber cores: several turns of the scheduler, so
/// that each side has its share of the time.
const OVERSUBSCRIBED_LENGTH: Duration = Duration::from_millis(30);

/// How many operations are done between two looks at the clock or the signal.
const STRIDE: u64 = 64;

/// How often the coordinator looks whether all have begun.
const GLANCE: Duration = Duration::from_micros(100);

/// The size of the shared buffer's halves.
const HALF: usize = 4096;

/// How often one looks for the other before it offers its core to others.
const LOOKS: u32 = 1000;

/// The limits of one launch; nothing where a cell has only one thread.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize, Deserialize)]
pub(crate) struct Limits {
    /// One cache line from one worker to another on another core and back, in nanoseconds.
    pub(crate) line_rtt_ns: Option<f64>,
    /// Messages per second if each cost its producer and its consumer one compare-and-swap, on
    /// one word for each side.
    pub(crate) cas: Option<f64>,
    /// The same with a fetch-and-add.
    pub(crate) fetch_add: Option<f64>,
    /// Messages per second if one thread copied them into a buffer and another one out of it.
    pub(crate) memcpy: Option<f64>,
}

impl Limits {
    /// Measures them with the workers of this cell.
    pub(crate) fn measure(crew: &Crew, cell: &Cell) -> Self {
        let cas = |word: &AtomicU64| {
            let seen = word.load(Ordering::Relaxed);
            let swapped =
                word.compare_exchange_weak(seen, seen + 1, Ordering::AcqRel, Ordering::Relaxed);
            u64::from(swapped.is_ok())
        };
        let fetch_add = |word: &AtomicU64| {
            word.fetch_add(1, Ordering::AcqRel);
            1
        };
        if cell.threads() == 1 {
            return Self {
                cas: Some(contended(crew, cell, cas)),
                fetch_add: Some(contended(crew, cell, fetch_add)),
                ..Self::default()
            };
        }
        Self {
            line_rtt_ns: Some(line_rtt(crew, cell)),
            cas: Some(contended(crew, cell, cas)),
            fetch_add: Some(contended(crew, cell, fetch_add)),
            memcpy: Some(memcpy(crew, cell)),
        }
    }

    /// The lower one of those that a message through a shared queue cannot do without.
    pub(crate) fn lowest(&self) -> Option<f64> {
        [self.fetch_add, self.memcpy]
            .into_iter()
            .flatten()
            .min_by(f64::total_cmp)
    }
}

type Job<R> = Box<dyn FnOnce() -> R + Send>;

/// Jobs for two workers on different cores, if there are two; the larger result.
fn pair(crew: &Crew, cell: &Cell, first: Job<f64>, second: Job<f64>) -> f64 {
    let idle = || -> Job<f64> { Box::new(|| 0.0) };
    let mut jobs: Vec<_> = (0..cell.threads()).map(|_| idle()).collect();
    let (one, other) = crew.two_apart();
    (jobs[one], jobs[other]) = (first, second);
    finished(crew.start(jobs)).fold(0.0, f64::max)
}

fn finished<R>(outcomes: Receiver<Outcome<R>>) -> impl Iterator<Item = R> {
    outcomes
        .into_iter()
        .map(|outcome| outcome.expect("a limit does not panic"))
}

/// Waits for the other one awake.
fn wait_until(condition: impl Fn() -> bool) {
    let mut looks = 0;
    while !condition() {
        looks += 1;
        if looks % LOOKS == 0 {
            thread::yield_now();
        } else {
            hint::spin_loop();
        }
    }
}

/// A ball goes back and forth, each side writing a line of its own.
fn line_rtt(crew: &Crew, cell: &Cell) -> f64 {
    const LAST: u64 = u64::MAX;
    let lines = Arc::new([0, 0].map(|_| CachePadded::new(AtomicU64::new(0))));
    let [serving, returning] = [Arc::clone(&lines), lines];
    let serve = move || {
        let begin = Instant::now();
        let mut rounds = 0;
        while begin.elapsed() < LENGTH {
            for _ in 0..STRIDE {
                rounds += 1;
                serving[0].store(rounds, Ordering::Release);
                wait_until(|| serving[1].load(Ordering::Acquire) == rounds);
            }
        }
        let took = begin.elapsed();
        serving[0].store(LAST, Ordering::Release);
        took.as_nanos() as f64 / rounds as f64
    };
    let give_back = move || {
        let mut seen = 0;
        loop {
            wait_until(|| returning[0].load(Ordering::Acquire) != seen);
            seen = returning[0].load(Ordering::Acquire);
            if seen == LAST {
                return 0.0;
            }
            returning[1].store(seen, Ordering::Release);
        }
    };
    pair(crew, cell, Box::new(serve), Box::new(give_back))
}

const WAIT: u8 = 0;
const COUNT: u8 = 1;
const STOP: u8 = 2;

/// What the workers of both sides share while words are contended for.
#[derive(Default)]
struct Contest {
    words: [CachePadded<AtomicU64>; 2],
    begun: CachePadded<AtomicUsize>,
    signal: CachePadded<AtomicU8>,
}

impl Contest {
    // Relaxed: the signal carries no data; the counts are handed over by the outcomes.
    fn signal(&self) -> u8 {
        self.signal.load(Ordering::Relaxed)
    }

    fn raise(&self, signal: u8) {
        self.signal.store(signal, Ordering::Relaxed);
    }
}

/// All producers work on one word and all consumers on another: what the slower side does.
fn contended(crew: &Crew, cell: &Cell, operation: fn(&AtomicU64) -> u64) -> f64 {
    let length = if cell.is_oversubscribed() {
        OVERSUBSCRIBED_LENGTH
    } else {
        LENGTH
    };
    // One thread alone does both.
    let at_work = if cell.threads() == 1 { 1 } else { 2 };
    let (sides, took) = contend(crew, cell, operation, |contest| {
        thread::sleep(length);
        // On a busy machine a side may have had no turn yet.
        let idle = |word: &CachePadded<AtomicU64>| word.load(Ordering::Relaxed) == 0;
        while contest.words[..at_work].iter().any(idle) {
            thread::sleep(GLANCE);
        }
    });
    let slower = if at_work == 1 {
        sides[0] / 2
    } else {
        sides[0].min(sides[1])
    };
    slower as f64 / took.as_secs_f64()
}

/// What each side does for as long as `last` does, and how long that is.
///
/// Nobody counts before all have begun, or stops before all are told: who is off its core then
/// takes nothing from the time, which is the same for both sides.
fn contend(
    crew: &Crew,
    cell: &Cell,
    operation: fn(&AtomicU64) -> u64,
    last: impl FnOnce(&Contest),
) -> ([u64; 2], Duration) {
    let contest = Arc::new(Contest::default());
    let jobs = (0..cell.threads()).map(|worker| -> Job<(usize, u64)> {
        let contest = Arc::clone(&contest);
        let side = usize::from(worker >= cell.producers);
        Box::new(move || {
            contest.begun.fetch_add(1, Ordering::Relaxed);
            wait_until(|| contest.signal() != WAIT);
            let mut done = 0;
            while contest.signal() == COUNT {
                for _ in 0..STRIDE {
                    done += operation(&contest.words[side]);
                }
            }
            (side, done)
        })
    });
    let outcomes = crew.start(jobs.collect());
    while contest.begun.load(Ordering::Relaxed) < cell.threads() {
        thread::sleep(GLANCE);
    }
    let begin = Instant::now();
    contest.raise(COUNT);
    last(&contest);
    contest.raise(STOP);
    let took = begin.elapsed();

    let mut sides = [0, 0];
    for (side, done) in finished(outcomes) {
        sides[side] += done;
    }
    (sides, took)
}

/// Two halves of a buffer, of which one is written while the other is read.
struct Buffer {
    halves: [CachePadded<Half>; 2],
    is_over: CachePadded<AtomicBool>,
}

struct Half {
    is_full: AtomicBool,
    bytes: Mutex<Box<[u8]>>,
}

impl Half {
    fn lock(&self) -> std::sync::MutexGuard<'_, Box<[u8]>> {
        self.bytes.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

fn memcpy(crew: &Crew, cell: &Cell) -> f64 {
    let half = |_| {
        CachePadded::new(Half {
            is_full: AtomicBool::new(false),
            bytes: Mutex::new(vec![1; HALF].into()),
        })
    };
    let buffer = Arc::new(Buffer {
        halves: [0, 1].map(half),
        is_over: CachePadded::new(AtomicBool::new(false)),
    });
    let [writing, reading] = [Arc::clone(&buffer), buffer];
    let write = move || {
        let messages = vec![2_u8; HALF];
        let begin = Instant::now();
        let mut copied = 0;
        while begin.elapsed() < LENGTH {
            for half in &writing.halves {
                wait_until(|| !half.is_full.load(Ordering::Acquire));
                half.lock().copy_from_slice(&messages);
                half.is_full.store(true, Ordering::Release);
                copied += HALF;
            }
        }
        let took = begin.elapsed();
        writing.is_over.store(true, Ordering::Release);
        copied as f64 / took.as_secs_f64()
    };
    let read = move || {
        let mut messages = vec![3_u8; HALF];
        for half in reading.halves.iter().cycle() {
            let is_full = || half.is_full.load(Ordering::Acquire);
            wait_until(|| is_full() || reading.is_over.load(Ordering::Acquire));
            if !is_full() {
                break;
            }
            messages.copy_from_slice(&half.lock());
            half.is_full.store(false, Ordering::Release);
        }
        hint::black_box(&messages);
        0.0
    };
    pair(crew, cell, Box::new(write), Box::new(read)) / cell.payload.bytes() as f64
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::cells::Load;
    use crate::watchdog::Watchdog;

    /// Rates that a machine can have, even one on which a side has a single turn in all the time.
    const POSSIBLE: std::ops::Range<f64> = 1e2..1e11;

    #[test]
    fn every_shape_has_limits_that_can_be_true() {
        let watchdog = Watchdog::for_tests();
        watchdog.watch("limits", Duration::ZERO);
        for (producers, consumers) in [(1, 1), (2, 2), (4, 1)] {
            let cell = Cell::shaped(producers, consumers, 64);
            let limits = Limits::measure(&Crew::of(&cell, true), &cell);
            let rtt = limits.line_rtt_ns.expect("there are two threads");
            // From one cache to another and back, or over a system call on one core.
            assert!((5.0..10_000_000.0).contains(&rtt), "{limits:?}");
            for rate in [limits.cas, limits.fetch_add, limits.memcpy] {
                let rate = rate.expect("there are two threads");
                assert!(POSSIBLE.contains(&rate), "{limits:?}");
            }
        }
        let alone = Cell::shaped(1, 1, 64).with_load(Load::Alone);
        let limits = Limits::measure(&Crew::of(&alone, true), &alone);
        assert_eq!((limits.line_rtt_ns, limits.memcpy), (None, None));
        for rate in [limits.cas, limits.fetch_add] {
            let rate = rate.expect("one thread does both");
            assert!(POSSIBLE.contains(&rate), "{limits:?}");
        }
        assert_eq!(limits.lowest(), limits.fetch_add);
    }

    #[test]
    fn both_sides_count_until_they_are_told_to_stop_however_late_that_is() {
        let watchdog = Watchdog::for_tests();
        watchdog.watch("limits", Duration::ZERO);
        for (producers, consumers) in [(1, 1), (4, 1), (8, 8)] {
            let cell = Cell::shaped(producers, consumers, 64);
            let crew = Crew::of(&cell, true);
            let add = |word: &AtomicU64| {
                word.fetch_add(1, Ordering::Relaxed);
                1
            };
            let mut seen = [0, 0];
            let (sides, _) = contend(&crew, &cell, add, |contest| {
                let read = || [0, 1].map(|side| contest.words[side].load(Ordering::Relaxed));
                for _ in 0..3 {
                    thread::sleep(LENGTH);
                    seen = read();
                    while (0..2).any(|side| read()[side] == seen[side]) {
                        thread::sleep(GLANCE);
                    }
                }
            });
            // What is done is what is counted, by those too who were away from time to time.
            assert!(
                sides[0] > seen[0] && sides[1] > seen[1],
                "{sides:?} {seen:?}"
            );
        }
    }
}
