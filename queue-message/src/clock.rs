//! Time, as far as the message layer reads it: injected, so that it can be moved by hand.

mod alarms;
mod manual;
#[cfg(not(queue_model))]
mod system;

use std::fmt;
use std::sync::Arc;
use std::task::Waker;
use std::time::{Instant, SystemTime};

pub use alarms::Alarm;
pub use manual::ManualClock;
#[cfg(not(queue_model))]
pub use system::SystemClock;

/// Where a queue has the time from, and who wakes it when a moment comes.
///
/// [`SystemClock`] is the machine's; [`ManualClock`] moves only when it is told to, for tests. [`Alarm::new`] shows one
/// of a program's own.
pub trait Clock: fmt::Debug + Send + Sync {
    /// This moment, by a clock that never goes back. It is asked under locks, and so asks no queue for anything.
    fn now(&self) -> Instant;

    /// This moment, as it is written on messages.
    fn system_time(&self) -> SystemTime;

    /// Wakes `waker` once, at `deadline` or soon after it; at once if that has passed. Dropping what is returned takes it back.
    ///
    /// The waker is called outside locks, on whatever thread lets the time pass.
    fn wake_at(&self, deadline: Instant, waker: Waker) -> Alarm;
}

/// The machine's clock; in models one that nobody moves.
pub(crate) fn of_the_machine() -> Arc<dyn Clock> {
    #[cfg(not(queue_model))]
    return Arc::new(SystemClock);
    #[cfg(queue_model)]
    return Arc::new(ManualClock::new());
}

impl<C: Clock + ?Sized> Clock for Arc<C> {
    fn now(&self) -> Instant {
        (**self).now()
    }

    fn system_time(&self) -> SystemTime {
        (**self).system_time()
    }

    fn wake_at(&self, deadline: Instant, waker: Waker) -> Alarm {
        (**self).wake_at(deadline, waker)
    }
}

/// Waits for `deadline`; for ever without one.
pub(crate) async fn sleep_until(clock: &Arc<dyn Clock>, deadline: Option<Instant>) {
    let Some(deadline) = deadline else {
        return std::future::pending().await;
    };
    let mut alarm = None;
    std::future::poll_fn(|context| {
        if clock.now() >= deadline {
            return std::task::Poll::Ready(());
        }
        alarm = Some(clock.wake_at(deadline, context.waker().clone()));
        std::task::Poll::Pending
    })
    .await
}
