//! A clock that is moved by hand.

use std::sync::{Arc, Mutex, PoisonError};
use std::task::Waker;
use std::time::{Duration, Instant, SystemTime};

use super::Clock;
use super::alarms::{Alarm, Alarms};

/// A clock that stands still until it is [advanced](Self::advance). Clones are the same clock.
///
/// A wait is counted from when it begins: a test that advances the clock for another thread, or for a task, first waits
/// until that waits by it, which is when there is a [next alarm](Self::next_alarm).
///
/// ```
/// use queue_message::clock::ManualClock;
/// use queue_message::{MemoryMessageQueue, MessageEnvelope};
/// use std::time::Duration;
///
/// let clock = ManualClock::new();
/// let queue = MemoryMessageQueue::builder("orders").lock_timeout(Duration::from_secs(30)).clock(clock.clone()).build()?;
/// let queue = queue.blocking();
/// queue.open()?;
/// queue.send(MessageEnvelope::new(None, "order", "42"))?;
/// let first = queue.receive(Duration::ZERO)?.unwrap();
///
/// clock.advance(Duration::from_secs(30));
/// let again = queue.receive(Duration::ZERO)?.expect("its lock has expired");
/// assert_eq!((first.delivery_count(), again.delivery_count()), (1, 2));
/// # queue_message::Result::<()>::Ok(())
/// ```
#[derive(Clone, Debug)]
pub struct ManualClock(Arc<Shared>);

#[derive(Debug)]
struct Shared {
    start: (Instant, SystemTime),
    passed: Mutex<Duration>,
    alarms: Arc<Alarms>,
}

impl ManualClock {
    /// A clock that stands at the machine's time.
    #[must_use]
    pub fn new() -> Self {
        Self::starting_at(SystemTime::now())
    }

    /// A clock that stands at `time`.
    #[must_use]
    pub fn starting_at(time: SystemTime) -> Self {
        Self(Arc::new(Shared {
            start: (Instant::now(), time),
            passed: Mutex::default(),
            alarms: Arc::default(),
        }))
    }

    /// Lets `time` pass. Whoever asked to be woken meanwhile is, in the order of the deadlines, each at its own moment;
    /// when it returns, everything has happened that a queue does by itself (locks have expired, delayed messages have come).
    ///
    /// # Panics
    /// Past the range of [`Duration`], [`Instant`] or [`SystemTime`].
    pub fn advance(&self, time: Duration) {
        let target = self
            .passed()
            .checked_add(time)
            .expect("a clock that far on cannot be represented");
        let end = self.0.start.0 + target;
        while let Some((deadline, waker)) = self.0.alarms.pop_due(end) {
            self.move_to(deadline.saturating_duration_since(self.0.start.0));
            waker.wake();
        }
        self.move_to(target);
    }

    /// How long until somebody asked to be woken; `None` if nobody did.
    #[must_use]
    pub fn next_alarm(&self) -> Option<Duration> {
        self.0
            .alarms
            .next()
            .map(|deadline| deadline.saturating_duration_since(self.now()))
    }

    fn passed(&self) -> Duration {
        *self.0.passed.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Never back: several threads may advance the clock at once.
    fn move_to(&self, passed: Duration) {
        let mut now = self.0.passed.lock().unwrap_or_else(PoisonError::into_inner);
        *now = passed.max(*now);
    }
}

impl Default for ManualClock {
    fn default() -> Self {
        Self::new()
    }
}

impl Clock for ManualClock {
    fn now(&self) -> Instant {
        self.0.start.0 + self.passed()
    }

    fn system_time(&self) -> SystemTime {
        self.0.start.1 + self.passed()
    }

    fn wake_at(&self, deadline: Instant, waker: Waker) -> Alarm {
        let (alarm, _) = self.0.alarms.add(deadline, waker);
        while let Some((_, waker)) = self.0.alarms.pop_due(self.now()) {
            waker.wake();
        }
        alarm
    }
}
