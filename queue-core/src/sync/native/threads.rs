//! What asks for an operating system: locks, clocks, threads.

pub(crate) use std::sync::OnceLock;
pub(crate) use std::thread::yield_now;
pub(crate) use std::time::Instant;

use std::cell::Cell;
use std::ptr;
use std::sync::PoisonError;
use std::time::Duration;

use super::{AtomicUsize, Futex, Ordering};

/// A mutex without poisoning: nothing but this crate's own code runs under it.
#[derive(Debug, Default)]
pub(crate) struct Mutex<T>(std::sync::Mutex<T>);

pub(crate) type MutexGuard<'a, T> = std::sync::MutexGuard<'a, T>;

impl<T> Mutex<T> {
    pub(crate) const fn new(value: T) -> Self {
        Self(std::sync::Mutex::new(value))
    }

    #[inline]
    pub(crate) fn lock(&self) -> MutexGuard<'_, T> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// The moment `timeout` from now; `None` where the clock cannot express it,
/// which is a wait without end.
pub(crate) fn deadline_after(timeout: Duration) -> Option<Instant> {
    Instant::now().checked_add(timeout)
}

/// The moment `period` after `moment`, or after now if that is later; `None` as in [`deadline_after`].
pub(crate) fn later_than(moment: Instant, period: Duration) -> Option<Instant> {
    moment.max(Instant::now()).checked_add(period)
}

/// The earlier of two moments, of which `None` never comes.
pub(crate) fn earlier(one: Option<Instant>, other: Option<Instant>) -> Option<Instant> {
    one.into_iter().chain(other).min()
}

/// Sleeps on `futex` while it is `expected`, for `nap` at most and until the deadline at the latest.
pub(crate) fn nap(futex: &Futex, expected: u32, nap: Duration, deadline: Option<Instant>) {
    futex.wait(expected, earlier(deadline_after(nap), deadline));
}

/// A number that is hard to foresee, for fairness and nothing else.
pub(crate) fn random() -> u32 {
    thread_local! {
        /// No destructor: it can be used while the thread's others run.
        static STATE: Cell<u32> = const { Cell::new(0) };
    }
    STATE.with(|state| {
        let mut word = state.get();
        if word == 0 {
            // The address tells threads apart. Zero would stay zero.
            word = (ptr::from_ref(state).addr() >> 4) as u32 | 1;
        }
        // Marsaglia, "Xorshift RNGs", 2003.
        word ^= word << 13;
        word ^= word >> 17;
        word ^= word << 5;
        state.set(word);
        word
    })
}

/// A number that no other thread has, nor had, nor will have.
pub(crate) fn thread_mark() -> usize {
    static THREADS: AtomicUsize = AtomicUsize::new(0);
    thread_local! {
        /// No destructor: it can be used while the thread's others run.
        static MARK: Cell<usize> = const { Cell::new(0) };
    }
    MARK.with(|mark| {
        if mark.get() == 0 {
            let threads_before = THREADS.fetch_add(1, Ordering::Relaxed);
            // Only in years, on 32 bits.
            if threads_before > isize::MAX as usize {
                std::process::abort();
            }
            mark.set(threads_before + 1);
        }
        mark.get()
    })
}

/// How often this thread has looked in vain for what its task waits for, changed so: the count before.
pub(crate) fn in_vain(change: impl FnOnce(u32) -> u32) -> u32 {
    thread_local! {
        /// No destructor: it can be used while the thread's others run.
        static IN_VAIN: Cell<u32> = const { Cell::new(0) };
    }
    IN_VAIN.with(|count| count.replace(change(count.get())))
}

/// Whether a panic is on its way through this thread.
pub(crate) fn panicking() -> bool {
    std::thread::panicking()
}

/// Whether `deadline` has been reached.
pub(crate) fn has_passed(deadline: Instant) -> bool {
    Instant::now() >= deadline
}
