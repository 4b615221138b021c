//! What wakes the owner of a waiter, be it a thread or a task.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::task::Waker;

use crate::sync;

/// Taken while the waiter is known to be there, and sounded when it may be gone.
#[derive(Debug)]
#[must_use = "a waiter that is notified without being woken sleeps on"]
pub(super) enum Alarm {
    Thread(sync::Alarm),
    /// Nothing, where the task has another alarm that has been taken.
    Task(Option<Waker>),
}

impl Alarm {
    /// Wakes the owner.
    ///
    /// A waker is code of somebody else's. It is called with no lock held and nothing claimed, and may
    /// use the channel. Where it panics, that ends here (and has been reported by the panic hook): those who
    /// are to be woken after it, and the caller's own message, have nothing to do with it.
    pub(super) fn sound(self) {
        match self {
            Self::Thread(alarm) => alarm.sound(),
            Self::Task(Some(waker)) => survive(|| waker.wake()),
            Self::Task(None) => {}
        }
    }
}

/// Runs what may be code of a waker's: where that panics, it ends here.
pub(super) fn survive(action: impl FnOnce()) {
    if let Err(panic) = catch_unwind(AssertUnwindSafe(action)) {
        // Its own drop may panic again.
        std::mem::forget(panic);
    }
}
