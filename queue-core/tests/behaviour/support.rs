//! What the tests with several threads share: a time limit, accounts of what
//! arrived, and messages that record their end.

use std::io::{Write, stderr};
use std::iter;
use std::process;
use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};
use std::sync::mpsc::{self, RecvTimeoutError};
use std::thread;
use std::time::Duration;

/// Ends the process where a test hangs: a lost wake-up must fail, not stall.
pub(crate) struct Watchdog {
    _alive: mpsc::Sender<()>,
}

impl Watchdog {
    const PATIENCE: Duration = Duration::from_secs(120);

    pub(crate) fn new() -> Self {
        let test = thread::current().name().unwrap_or("a test").to_owned();
        let (alive, test_ends) = mpsc::channel::<()>();
        thread::spawn(move || {
            if test_ends.recv_timeout(Self::PATIENCE) == Err(RecvTimeoutError::Timeout) {
                // Not by `eprintln!`, which is captured and would be lost.
                let _ = writeln!(stderr(), "{test} hangs: no end after {:?}", Self::PATIENCE);
                process::abort();
            }
        });
        Self { _alive: alive }
    }
}

/// Takes a while, from no time to some ten microseconds alone on a core, and
/// lets others run meanwhile: a race that is repeated with it is not always won
/// by the same side. No test depends on how long it takes.
pub(crate) fn dawdle(round: usize) {
    (0..round * 7 % 150).for_each(|_| thread::yield_now());
}

/// A message that tells who sent it and as which of theirs. On the heap, where
/// a sanitizer sees every misuse.
#[derive(Debug, PartialEq)]
pub(crate) struct Parcel(Box<(usize, usize)>);

impl Parcel {
    pub(crate) fn new(producer: usize, number: usize) -> Self {
        Self(Box::new((producer, number)))
    }

    pub(crate) fn number(&self) -> usize {
        self.0.1
    }
}

/// A number in a message so long that its writing and reading take a while:
/// peers often meet it half-way.
#[derive(Debug)]
pub(crate) struct Wide([usize; 2_048]);

impl From<usize> for Wide {
    fn from(number: usize) -> Self {
        Self([number; 2_048])
    }
}

impl From<Wide> for usize {
    fn from(Wide(copies): Wide) -> Self {
        assert!(copies.iter().all(|&copy| copy == copies[0]), "torn");
        copies[0]
    }
}

/// What one taker got, by producer.
pub(crate) struct Receipts {
    numbers: Vec<Vec<usize>>,
}

impl Receipts {
    pub(crate) fn new(producers: usize) -> Self {
        Self {
            numbers: vec![Vec::new(); producers],
        }
    }

    /// Notes a message, which must be younger than all that this taker had of
    /// the same producer.
    pub(crate) fn note(&mut self, Parcel(parcel): Parcel) {
        let (producer, number) = *parcel;
        let before = self.numbers[producer].last();
        assert!(
            before.is_none_or(|&before| before < number),
            "{number} of producer {producer} came after {before:?}"
        );
        self.numbers[producer].push(number);
    }

    /// Asserts that all takers together got every message of every producer, once.
    pub(crate) fn assert_complete(all: impl IntoIterator<Item = Self>, per_producer: usize) {
        Self::assert_counts(all, iter::repeat(per_producer));
    }

    /// The like, where each producer has sent as many as said.
    pub(crate) fn assert_counts(
        all: impl IntoIterator<Item = Self>,
        by_producer: impl IntoIterator<Item = usize>,
    ) {
        let mut everything = all.into_iter().map(|receipts| receipts.numbers);
        let mut merged = everything.next().expect("at least one taker");
        for numbers in everything {
            for (of_all, more) in merged.iter_mut().zip(numbers) {
                of_all.extend(more);
            }
        }
        for ((producer, mut numbers), sent) in merged.into_iter().enumerate().zip(by_producer) {
            numbers.sort_unstable();
            assert!(
                numbers.iter().copied().eq(0..sent),
                "messages of producer {producer} are missing or doubled"
            );
        }
    }
}

/// How often each of a number of messages was dropped, by whatever thread.
pub(crate) struct Ledger {
    drops: Vec<AtomicU32>,
}

impl Ledger {
    pub(crate) fn new(messages: usize) -> Arc<Self> {
        Arc::new(Self {
            drops: (0..messages).map(|_| AtomicU32::new(0)).collect(),
        })
    }

    pub(crate) fn drops(&self, id: usize) -> u32 {
        self.drops[id].load(Ordering::SeqCst)
    }
}

/// A message that notes its drop.
pub(crate) struct Tracked {
    pub(crate) id: usize,
    ledger: Arc<Ledger>,
}

impl Tracked {
    pub(crate) fn new(id: usize, ledger: &Arc<Ledger>) -> Self {
        Self {
            id,
            ledger: Arc::clone(ledger),
        }
    }
}

impl Drop for Tracked {
    fn drop(&mut self) {
        self.ledger.drops[self.id].fetch_add(1, Ordering::SeqCst);
    }
}
