//! A clock that is moved by hand.

use std::sync::Arc;
use std::task::Waker;
use std::time::{Duration, Instant, SystemTime};

use super::Clock;
use super::alarms::{Alarm, Alarms};
use crate::sync::{Mutex, lock, step};

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
    time: Mutex<Time>,
    alarms: Arc<Alarms>,
}

#[derive(Clone, Copy, Debug, Default)]
struct Time {
    passed: Duration,
    /// How far it is being moved, by all who are at it.
    target: Duration,
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
            time: Mutex::new(Time::default()),
            alarms: Arc::default(),
        }))
    }

    /// Lets `time` pass. Whoever asked to be woken meanwhile is, in the order of the deadlines, each at its own moment;
    /// when it returns, everything has happened that a queue does by itself (locks have expired, delayed messages have come), but for
    /// what other threads are at in this moment.
    ///
    /// What several threads let pass at once adds up, and so does what a waker lets pass that is called here. A waker's panic
    /// goes on from here; the next advance, of [`Duration::ZERO`] or more, makes up for what was left.
    ///
    /// # Panics
    /// Past the range of [`Duration`], [`Instant`] or [`SystemTime`]: the clock is not moved then.
    pub fn advance(&self, time: Duration) {
        let target = self
            .move_target(time)
            .expect("a clock that far on cannot be represented");
        let end = self.0.start.0 + target;
        while let Some((deadline, waker)) = self.0.alarms.pop_due(end) {
            self.move_to(deadline.saturating_duration_since(self.0.start.0));
            waker.wake();
        }
        self.move_to(target);
        // Who sets an alarm looks at the clock afterwards, and so finds it here, or has it found.
        step!(M12, {
            while let Some((_, waker)) = self.0.alarms.pop_due(end) {
                waker.wake();
            }
        });
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
        lock(&self.0.time).passed
    }

    /// How far it is moved now, where that can be represented.
    fn move_target(&self, time: Duration) -> Option<Duration> {
        let mut now = lock(&self.0.time);
        let target = now.target.checked_add(time)?;
        self.0.start.0.checked_add(target)?;
        self.0.start.1.checked_add(target)?;
        now.target = target;
        Some(target)
    }

    /// Never back: others may be further on.
    fn move_to(&self, passed: Duration) {
        let mut now = lock(&self.0.time);
        now.passed = passed.max(now.passed);
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
        if deadline <= self.now()
            && let Some(waker) = alarm.take()
        {
            waker.wake();
        }
        alarm
    }
}
