//! Who is to be woken when.

use std::collections::BTreeMap;
use std::fmt;
use std::sync::{Arc, Weak};
use std::task::Waker;
use std::time::Instant;

use crate::sync::{Mutex, MutexGuard, lock};

/// Wakers by their deadlines; those of one deadline in the order in which they came.
#[derive(Debug, Default)]
pub(super) struct Alarms(Mutex<Pending>);

#[derive(Debug, Default)]
struct Pending {
    wakers: BTreeMap<(Instant, u64), Waker>,
    count: u64,
}

impl Alarms {
    /// Adds one, and says whether it is the next of all.
    pub(super) fn add(self: &Arc<Self>, deadline: Instant, waker: Waker) -> (Alarm, bool) {
        let mut pending = self.lock();
        pending.count += 1;
        let key = (deadline, pending.count);
        pending.wakers.insert(key, waker);
        let is_next = pending
            .wakers
            .first_key_value()
            .is_some_and(|(first, _)| *first == key);
        (Alarm::listed(Arc::downgrade(self), key), is_next)
    }

    /// The next deadline.
    pub(super) fn next(&self) -> Option<Instant> {
        self.lock()
            .wakers
            .first_key_value()
            .map(|((deadline, _), _)| *deadline)
    }

    /// Takes out the first waker whose deadline is not after `now`.
    pub(super) fn pop_due(&self, now: Instant) -> Option<(Instant, Waker)> {
        let mut pending = self.lock();
        let due = pending
            .wakers
            .first_entry()
            .filter(|first| first.key().0 <= now)?;
        let ((deadline, _), waker) = due.remove_entry();
        Some((deadline, waker))
    }

    fn lock(&self) -> MutexGuard<'_, Pending> {
        lock(&self.0)
    }
}

/// A waker that a [`Clock`](super::Clock) will wake. Dropped, it is taken back.
#[must_use = "dropped, it wakes nobody"]
pub struct Alarm(Kind);

enum Kind {
    Listed {
        alarms: Weak<Alarms>,
        key: (Instant, u64),
    },
    Foreign(Box<dyn FnOnce() + Send + Sync>),
    /// There is nothing to take back.
    Rung,
}

impl Alarm {
    /// An alarm of a clock of one's own. `take_back` is called when it is dropped, also after it has rung.
    ///
    /// ```
    /// use queue_message::clock::{Alarm, Clock};
    /// use queue_message::{MemoryMessageQueue, MessageQueue};
    /// use std::sync::mpsc::{RecvTimeoutError, channel};
    /// use std::task::Waker;
    /// use std::thread;
    /// use std::time::{Duration, Instant, SystemTime};
    ///
    /// /// A clock with a thread for each alarm.
    /// #[derive(Debug)]
    /// struct Threads;
    ///
    /// impl Clock for Threads {
    ///     fn now(&self) -> Instant {
    ///         Instant::now()
    ///     }
    ///
    ///     fn system_time(&self) -> SystemTime {
    ///         SystemTime::now()
    ///     }
    ///
    ///     fn wake_at(&self, deadline: Instant, waker: Waker) -> Alarm {
    ///         let (kept, dropped) = channel::<()>();
    ///         thread::spawn(move || {
    ///             let left = deadline.saturating_duration_since(Instant::now());
    ///             if dropped.recv_timeout(left) == Err(RecvTimeoutError::Timeout) {
    ///                 waker.wake();
    ///             }
    ///         });
    ///         Alarm::new(move || drop(kept))
    ///     }
    /// }
    ///
    /// let queue = MemoryMessageQueue::builder("orders").clock(Threads).build()?.blocking();
    /// queue.open()?;
    /// assert!(queue.receive(Duration::from_millis(1))?.is_none());
    /// # queue_message::Result::<()>::Ok(())
    /// ```
    pub fn new(take_back: impl FnOnce() + Send + Sync + 'static) -> Self {
        Self(Kind::Foreign(Box::new(take_back)))
    }

    /// An alarm that has rung. For clocks that wake at once.
    pub const fn rung() -> Self {
        Self(Kind::Rung)
    }

    const fn listed(alarms: Weak<Alarms>, key: (Instant, u64)) -> Self {
        Self(Kind::Listed { alarms, key })
    }

    /// Takes the waker back, unless it was woken.
    pub(super) fn take(&self) -> Option<Waker> {
        match &self.0 {
            Kind::Listed { alarms, key } => take(alarms, *key),
            Kind::Foreign(_) | Kind::Rung => None,
        }
    }
}

fn take(alarms: &Weak<Alarms>, key: (Instant, u64)) -> Option<Waker> {
    let alarms = alarms.upgrade()?;
    let mut pending = alarms.lock();
    pending.wakers.remove(&key)
}

impl Drop for Alarm {
    fn drop(&mut self) {
        match std::mem::replace(&mut self.0, Kind::Rung) {
            Kind::Listed { alarms, key } => drop(take(&alarms, key)),
            Kind::Foreign(take_back) => take_back(),
            Kind::Rung => {}
        }
    }
}

impl fmt::Debug for Alarm {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let deadline = match &self.0 {
            Kind::Listed { key, .. } => Some(key.0),
            Kind::Foreign(_) | Kind::Rung => None,
        };
        f.debug_struct("Alarm")
            .field("deadline", &deadline)
            .finish_non_exhaustive()
    }
}
