//! What the machine itself allows, measured in every launch with the same workers.
//!
//! No queue can be judged without it: a rate of 30 million messages is poor where two
//! cores exchange a cache line in 50 ns, and very good where they need 300. Virtual
//! cores are moved about by their host, so yesterday's limit is not today's.

use std::hint;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread;
use std::time::{Duration, Instant};

use crossbeam_utils::CachePadded;
use serde::{Deserialize, Serialize};

use crate::cells::Cell;
use crate::crew::Crew;

/// How long each limit is measured.
const LENGTH: Duration = Duration::from_millis(5);

/// How many operations are done between two looks at the clock.
const STRIDE: u64 = 64;

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
    outcomes(crew, jobs).into_iter().fold(0.0, f64::max)
}

fn outcomes<R: Send + 'static>(crew: &Crew, jobs: Vec<Job<R>>) -> Vec<R> {
    crew.start(jobs)
        .into_iter()
        .map(|outcome| outcome.expect("a limit does not panic"))
        .collect()
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

/// All producers work on one word and all consumers on another: what the slower side does.
fn contended(crew: &Crew, cell: &Cell, operation: fn(&AtomicU64) -> u64) -> f64 {
    let words = Arc::new([0, 0].map(|_| CachePadded::new(AtomicU64::new(0))));
    let jobs = (0..cell.threads()).map(|worker| -> Job<(usize, u64)> {
        let words = Arc::clone(&words);
        let side = usize::from(worker >= cell.producers);
        Box::new(move || {
            let begin = Instant::now();
            let mut done = 0;
            while begin.elapsed() < LENGTH {
                for _ in 0..STRIDE {
                    done += operation(&words[side]);
                }
            }
            (side, done)
        })
    });
    let mut sides = [0, 0];
    let begin = Instant::now();
    for (side, done) in outcomes(crew, jobs.collect()) {
        sides[side] += done;
    }
    // With more threads than cores they do not run at the same time.
    let took = begin.elapsed().max(LENGTH).as_secs_f64();
    let slower = if cell.threads() == 1 {
        // One thread does both.
        sides[0] / 2
    } else {
        sides[0].min(sides[1])
    };
    slower as f64 / took
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
                assert!((1e2..1e11).contains(&rate), "{limits:?}");
            }
        }
        let alone = Cell::shaped(1, 1, 64).with_load(Load::Alone);
        let limits = Limits::measure(&Crew::of(&alone, true), &alone);
        assert_eq!((limits.line_rtt_ns, limits.memcpy), (None, None));
        assert!(limits.lowest().is_some_and(|rate| rate > 1e6));
    }
}
