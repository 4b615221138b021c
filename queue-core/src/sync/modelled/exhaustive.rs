//! loom: every interleaving of a few threads, and every stale read that the orderings allow.

use std::cell::Cell;

pub(super) use loom::cell::UnsafeCell;
pub(crate) use loom::sync::MutexGuard;
pub(crate) use loom::sync::atomic::{AtomicBool, AtomicPtr, AtomicUsize, Ordering};
pub(super) use loom::sync::{Condvar, Mutex};
pub(crate) use loom::thread::yield_now;

/// Reads an atomic through an exclusive reference.
macro_rules! read_exclusive {
    ($atomic:expr) => {
        $atomic.with_mut(|value| *value)
    };
}

/// Writes an atomic through an exclusive reference.
macro_rules! write_exclusive {
    ($atomic:expr, $value:expr) => {{
        let new = $value;
        $atomic.with_mut(|value| *value = new)
    }};
}

pub(crate) use {read_exclusive, write_exclusive};

/// A loom atomic whose loads are scheduled against each other.
///
/// loom 0.7.2 remembers one last access per atomic. Where a thread loads an
/// atomic and then writes it, its own load hides the earlier loads of others, and
/// the schedule in which the write comes before them is never tried: `x.load()`
/// beside `x.load(); x.store(1)` is one execution. An RMW on a gate before every
/// load makes loads conflict, so that their order is tried both ways. It is
/// relaxed and reads nothing, so that it orders nothing else.
macro_rules! atomic {
    ($name:ident, $value:ty) => {
        #[allow(
            unreachable_pub,
            reason = "those that are words belong to a public trait"
        )]
        #[derive(Debug)]
        pub struct $name {
            atomic: loom::sync::atomic::$name,
            gate: loom::sync::atomic::AtomicUsize,
        }

        impl $name {
            pub(crate) fn new(value: $value) -> Self {
                Self {
                    atomic: loom::sync::atomic::$name::new(value),
                    gate: loom::sync::atomic::AtomicUsize::new(0),
                }
            }

            #[track_caller]
            pub(crate) fn load(&self, order: Ordering) -> $value {
                self.gate.fetch_add(0, Ordering::Relaxed);
                self.atomic.load(order)
            }
        }

        impl std::ops::Deref for $name {
            type Target = loom::sync::atomic::$name;

            fn deref(&self) -> &Self::Target {
                &self.atomic
            }
        }

        impl std::ops::DerefMut for $name {
            fn deref_mut(&mut self) -> &mut Self::Target {
                &mut self.atomic
            }
        }
    };
}

atomic!(AtomicU8, u8);
atomic!(AtomicU32, u32);

/// A fence; weakened to `Relaxed` it is none.
pub(crate) fn fence(order: Ordering) {
    if order != Ordering::Relaxed {
        loom::sync::atomic::fence(order);
    }
}

/// The rest of the execution is run fairly, and not branched from.
pub(super) fn be_fair() {
    loom::skip_branch();
}

thread_local! {
    /// All threads of a model run on one thread of the system: this is the model's own.
    static SPURIOUS_RETURNS: Cell<u32> = const { Cell::new(0) };
}

/// Has the next `count` waits of this execution return for no reason. A model
/// calls it first of all.
pub fn spurious_returns(count: u32) {
    SPURIOUS_RETURNS.set(count);
}

pub(super) fn returns_for_no_reason() -> bool {
    let left = SPURIOUS_RETURNS.get();
    SPURIOUS_RETURNS.set(left.saturating_sub(1));
    left > 0
}

loom::thread_local! {
    static LUCK: Cell<u32> = Cell::new(0);
}

/// What [`random`] gives this thread of a model from now on.
pub fn set_luck(luck: u32) {
    LUCK.with(|cell| cell.set(luck));
}

/// A model must be the same each time: selects try their cases in the order they are written,
/// unless the model says otherwise.
pub(crate) fn random() -> u32 {
    LUCK.with(Cell::get)
}
