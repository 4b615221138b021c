//! shuttle: schedules by chance, of more threads than loom can run. Every access is sequentially consistent.
//!
//! Chance also draws for [`random`], and has weak compare-exchanges fail, and waits return, for no reason.
//! shuttle hands it out, and hands it out again when a schedule is replayed.

use std::ops::{Deref, DerefMut};

use shuttle::rand::{RngCore, thread_rng};
pub(crate) use shuttle::sync::MutexGuard;
use shuttle::sync::atomic::AtomicIsize;
pub(crate) use shuttle::sync::atomic::{AtomicBool, AtomicPtr, AtomicU8, AtomicU32, AtomicUsize};
pub(super) use shuttle::sync::{Condvar, Mutex};
pub(crate) use shuttle::thread::yield_now;

use super::Ordering;

/// Reads an atomic through an exclusive reference.
macro_rules! read_exclusive {
    ($atomic:expr) => {
        *$atomic.get_mut()
    };
}

/// Writes an atomic through an exclusive reference.
macro_rules! write_exclusive {
    ($atomic:expr, $value:expr) => {
        *$atomic.get_mut() = $value
    };
}

pub(crate) use {read_exclusive, write_exclusive};

/// A number that a replay draws again.
pub(crate) fn random() -> u32 {
    thread_rng().next_u32()
}

/// One of so many times something happens for no reason.
const SELDOM: u32 = 16;

fn happens() -> bool {
    random().is_multiple_of(SELDOM)
}

/// Whether a wait is not to sleep.
pub(super) fn returns_for_no_reason() -> bool {
    happens()
}

/// The atomic of a word: its weak compare-exchange sometimes fails although the value is right.
#[allow(unreachable_pub, reason = "it belongs to a public trait")]
#[derive(Debug)]
pub struct AtomicU16(shuttle::sync::atomic::AtomicU16);

impl AtomicU16 {
    pub(crate) fn new(value: u16) -> Self {
        Self(shuttle::sync::atomic::AtomicU16::new(value))
    }

    pub(crate) fn compare_exchange_weak(
        &self,
        current: u16,
        new: u16,
        success: Ordering,
        failure: Ordering,
    ) -> Result<u16, u16> {
        if happens() {
            Err(self.0.load(failure))
        } else {
            self.0.compare_exchange(current, new, success, failure)
        }
    }
}

impl Deref for AtomicU16 {
    type Target = shuttle::sync::atomic::AtomicU16;

    fn deref(&self) -> &Self::Target {
        &self.0
    }
}

impl DerefMut for AtomicU16 {
    fn deref_mut(&mut self) -> &mut Self::Target {
        &mut self.0
    }
}

/// Nothing: every access is in one order with all others.
pub(crate) fn fence(_order: Ordering) {}

/// Nothing: both schedulers let a thread that yields wait for others.
pub(super) fn be_fair() {}

/// A cell that counts who is inside, while others run.
#[derive(Debug)]
pub(super) struct UnsafeCell<T> {
    /// How many read; less than zero is that one writes.
    inside: AtomicIsize,
    value: std::cell::UnsafeCell<T>,
}

const WRITES: isize = -1_000_000;

impl<T> UnsafeCell<T> {
    pub(super) fn new(value: T) -> Self {
        Self {
            inside: AtomicIsize::new(0),
            value: std::cell::UnsafeCell::new(value),
        }
    }

    #[track_caller]
    pub(super) fn with<R>(&self, read: impl FnOnce(*const T) -> R) -> R {
        // ORDERING(relaxed): shuttle makes no difference.
        let inside = self.inside.fetch_add(1, Ordering::Relaxed);
        assert!(inside >= 0, "read while it is written");
        let result = read(self.value.get());
        self.inside.fetch_sub(1, Ordering::Relaxed);
        result
    }

    #[track_caller]
    pub(super) fn with_mut<R>(&self, write: impl FnOnce(*mut T) -> R) -> R {
        // ORDERING(relaxed): shuttle makes no difference.
        let inside = self.inside.fetch_add(WRITES, Ordering::Relaxed);
        assert!(inside == 0, "written while others are inside");
        let result = write(self.value.get());
        self.inside.fetch_sub(WRITES, Ordering::Relaxed);
        result
    }
}
