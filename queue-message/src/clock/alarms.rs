//! Who is to be woken when.

use std::collections::BTreeMap;
use std::fmt;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError, Weak};
use std::task::Waker;
use std::time::Instant;

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
        (
            Alarm {
                alarms: Arc::downgrade(self),
                key: Some(key),
            },
            is_next,
        )
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
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// A waker that a [`Clock`](super::Clock) will wake. Dropped, it is taken back.
#[must_use = "dropped, it wakes nobody"]
pub struct Alarm {
    alarms: Weak<Alarms>,
    /// `None`: there is nothing to take back.
    key: Option<(Instant, u64)>,
}

impl Alarm {
    /// An alarm that has rung. For clocks that wake at once.
    pub const fn rung() -> Self {
        Self {
            alarms: Weak::new(),
            key: None,
        }
    }
}

impl Drop for Alarm {
    fn drop(&mut self) {
        let (Some(key), Some(alarms)) = (self.key, self.alarms.upgrade()) else {
            return;
        };
        let waker = alarms.lock().wakers.remove(&key);
        drop(waker);
    }
}

impl fmt::Debug for Alarm {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Alarm")
            .field("deadline", &self.key.map(|(deadline, _)| deadline))
            .finish_non_exhaustive()
    }
}
