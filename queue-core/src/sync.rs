//! The one door to atomics, cells, fences, locks, clocks and the ways to
//! sleep.
//!
//! Everything else in the crate asks this module, so that the same source is
//! built three times: against the standard library ([`native`]), and (`modelled`) against loom, which explores
//! the interleavings and the stale reads that the orderings allow, and against shuttle, which
//! samples the schedules of more threads.
//!
//! ```text
//!                         AtomicU64 …  UnsafeCell  Mutex    fence  Backoff    Instant  Futex
//! native                  std          std         std      std    crossbeam  std      futex(2), or park
//! modelled, queue_loom    loom         loom        loom     loom   yields     fired    Mutex + Condvar
//! modelled, queue_shuttle shuttle      counts      shuttle  none   yields     fired    Mutex + Condvar
//! ```
//!
//! An ordering that a proof leans on is written `order!(R1, Acquire)`. Natively
//! that is `Ordering::Acquire` and nothing else. In the models the tag is a
//! handle: the variable `QUEUE_WEAKEN=R1` turns that one access to `Relaxed`,
//! and the model that VERIFICATION.md names for the tag must then fail. A step of
//! a hand-shake is written `step!(H1, …)`, and left out under its tag likewise.

#[cfg(not(queue_model))]
mod native;
#[cfg(not(queue_model))]
pub(crate) use native::*;

#[cfg(queue_model)]
mod modelled;
#[cfg(queue_model)]
pub(crate) use modelled::*;
#[cfg(queue_model)]
pub use modelled::{Deadline, Instant, Patience, is_weakened};
#[cfg(queue_loom)]
pub use modelled::{set_luck, spurious_returns};

/// An [`Ordering`] with the tag under which VERIFICATION.md argues for it.
#[cfg(not(queue_model))]
macro_rules! order {
    ($tag:ident, $ordering:ident) => {
        $crate::sync::Ordering::$ordering
    };
}

#[cfg(queue_model)]
macro_rules! order {
    ($tag:ident, $ordering:ident) => {
        $crate::sync::unless_weakened(stringify!($tag), $crate::sync::Ordering::$ordering)
    };
}

/// A statement of a hand-shake, with the tag under which a run can leave it out.
#[cfg(not(queue_model))]
macro_rules! step {
    ($tag:ident, $step:expr) => {
        $step
    };
}

#[cfg(queue_model)]
macro_rules! step {
    ($tag:ident, $step:expr) => {
        if !$crate::sync::is_weakened(stringify!($tag)) {
            $step
        }
    };
}

/// A number below `bound`, as evenly as `number` is spread over all that it can be.
pub(crate) fn scaled(number: u32, bound: usize) -> usize {
    // The high half of the product of two 32-bit numbers.
    ((u64::from(number) * bound as u64) >> 32) as usize
}

pub(crate) use {order, step};
