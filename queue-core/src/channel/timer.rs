//! Channels on which time sends: `after`, `at`, `tick`; and `never`.

use std::convert::Infallible;
use std::time::Duration;

use super::counters::Stats;
use super::error::{RecvTimeoutError, TryRecvError};
use super::shared::Ends;
use crate::sync::{Instant, Mutex, earlier, has_passed, later_than};
use crate::wait::{Progress, Waiting, wait_until};

/// When messages come.
pub(super) struct Timer {
    /// When the next one is due; `None` if none is any more.
    due: Mutex<Option<Instant>>,
    /// How far apart they are; `None` if there is one.
    period: Option<Duration>,
}

impl Timer {
    /// One message, at `due`.
    pub(super) fn once(due: Instant) -> Self {
        Self {
            due: Mutex::new(Some(due)),
            period: None,
        }
    }

    /// A message at `first`, and every `period` from then on.
    pub(super) fn every(first: Instant, period: Duration) -> Self {
        Self {
            due: Mutex::new(Some(first)),
            period: Some(period),
        }
    }

    /// The time for which a message is due, which is thereby received.
    pub(super) fn try_recv(&self) -> Result<Instant, TryRecvError> {
        let mut due = self.due.lock();
        let arrived = due
            .filter(|&due| has_passed(due))
            .ok_or(TryRecvError::Empty)?;
        // Who comes late gets one message for all that it has missed.
        *due = self.period.and_then(|period| later_than(arrived, period));
        Ok(arrived)
    }

    /// When the next message is due, if ever.
    pub(super) fn due(&self) -> Option<Instant> {
        *self.due.lock()
    }

    /// Receives, waiting until a message is due, and until the deadline at most.
    pub(super) fn recv(&self, deadline: Option<Instant>) -> Result<Instant, RecvTimeoutError> {
        loop {
            let received = sleep_until(earlier(deadline, self.due()), || self.try_recv().ok());
            match received {
                Some(instant) => return Ok(instant),
                None if deadline.is_some_and(has_passed) => return Err(RecvTimeoutError::Timeout),
                // Somebody else had it.
                None => {}
            }
        }
    }

    pub(super) fn is_empty(&self) -> bool {
        !self.due().is_some_and(has_passed)
    }

    pub(super) fn is_full(&self) -> bool {
        !self.is_empty()
    }

    pub(super) fn len(&self) -> usize {
        usize::from(!self.is_empty())
    }

    pub(super) fn capacity(&self) -> Option<usize> {
        Some(1)
    }

    /// Time goes on.
    pub(super) fn close_for_all(&self) -> bool {
        false
    }

    pub(super) fn is_closed(&self) -> bool {
        false
    }

    pub(super) fn stats(&self) -> Option<Stats> {
        None
    }
}

/// Sleeps where nobody comes to wake, and looks before and after.
fn sleep_until<R>(deadline: Option<Instant>, look: impl Fn() -> Option<R>) -> Option<R> {
    wait_until(
        &[],
        Waiting::Park,
        deadline,
        |_| false,
        |_| look().map_or(Progress::Sleep, |seen| Progress::Done(seen, 0)),
    )
}

/// A channel on which nothing is ever sent.
#[derive(Clone, Copy)]
pub(super) struct Never;

impl Never {
    /// Waits until the deadline.
    pub(super) fn recv(self, deadline: Option<Instant>) -> RecvTimeoutError {
        match sleep_until(deadline, || None::<Infallible>) {
            Some(never) => match never {},
            None => RecvTimeoutError::Timeout,
        }
    }

    pub(super) fn is_empty(self) -> bool {
        true
    }

    pub(super) fn is_full(self) -> bool {
        true
    }

    pub(super) fn len(self) -> usize {
        0
    }

    pub(super) fn capacity(self) -> Option<usize> {
        Some(0)
    }

    pub(super) fn close_for_all(self) -> bool {
        false
    }

    pub(super) fn is_closed(self) -> bool {
        false
    }

    pub(super) fn stats(self) -> Option<Stats> {
        None
    }
}

impl Ends for Timer {
    fn close_for_senders(&self) {}
    fn close_for_receivers(&self) {}
}
