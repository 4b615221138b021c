//! Atomics and locks, of std or of loom: the one door through which what is shared between threads comes, so that the models
//! of `loom-message` see it.

#[cfg(queue_loom)]
pub(crate) use loom::sync::atomic::{AtomicU8, AtomicU64, AtomicUsize};
#[cfg(queue_loom)]
pub(crate) use loom::sync::{Mutex, MutexGuard};
#[cfg(queue_loom)]
pub(crate) use loom::thread::yield_now;
#[cfg(not(queue_loom))]
pub(crate) use std::sync::atomic::{AtomicU8, AtomicU64, AtomicUsize};
#[cfg(not(queue_loom))]
pub(crate) use std::sync::{Mutex, MutexGuard};
#[cfg(not(queue_loom))]
pub(crate) use std::thread::yield_now;

use std::sync::PoisonError;

/// Locks, whatever became of who held the lock before: no code of the user's runs under one.
pub(crate) fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

/// A step that a model may leave out by its tag, to show that it is needed.
#[cfg(not(queue_model))]
macro_rules! step {
    ($tag:ident, $step:expr) => {
        $step
    };
}

#[cfg(queue_model)]
macro_rules! step {
    ($tag:ident, $step:expr) => {
        if !queue_core::model::is_weakened(stringify!($tag)) {
            $step
        }
    };
}

pub(crate) use step;
