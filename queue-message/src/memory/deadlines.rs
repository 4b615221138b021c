//! When something is to happen to an entry: a heap of deadlines, and one alarm for the first of them.
//!
//! An entry stands in the heap at most once in force: `Entry::armed` has that deadline. A lock that is settled in time
//! leaves it there, and so does one that is renewed, so that most deliveries have nothing to do here: the next message in
//! the entry has a later deadline as a rule, and is looked at when the old one has come. A deadline that comes before is added, and
//! voids the other.

use std::cmp::Reverse;
use std::collections::BinaryHeap;
use std::collections::binary_heap::PeekMut;
use std::sync::Arc;
use std::task::Waker;
use std::time::Instant;

use crate::clock::{Alarm, Clock};
use crate::sync::{Mutex, MutexGuard, lock, step};

/// Void deadlines that are kept whatever else there is.
const SPARE: usize = 64;

#[derive(Debug)]
pub(super) struct Deadlines {
    clock: Arc<dyn Clock>,
    /// Called when the first deadline has come.
    waker: Waker,
    heap: Mutex<Heap>,
}

#[derive(Debug, Default)]
struct Heap {
    deadlines: BinaryHeap<Reverse<(Instant, u32)>>,
    /// When the clock was asked to wake us.
    alarmed: Option<Instant>,
    alarm: Option<Alarm>,
}

impl Deadlines {
    pub(super) fn new(clock: Arc<dyn Clock>, waker: Waker) -> Self {
        Self {
            clock,
            waker,
            heap: Mutex::new(Heap::default()),
        }
    }

    /// Adds a deadline of an entry. `in_force` says, of the deadlines that are there, which are not void, and is asked when
    /// more than twice `entries` are there.
    pub(super) fn add(
        &self,
        deadline: Instant,
        id: u32,
        entries: usize,
        in_force: impl Fn(Instant, u32) -> bool,
    ) {
        let mut heap = lock(&self.heap);
        heap.deadlines.push(Reverse((deadline, id)));
        if heap.deadlines.len() > 2 * entries + SPARE {
            heap.deadlines
                .retain(|Reverse((deadline, id))| in_force(*deadline, *id));
        }
        step!(M9, self.set_alarm(heap));
    }

    /// Takes out the first deadline that is not after `now`. When there is none left, sees to being called for the next one:
    /// whoever takes out one goes on until then.
    pub(super) fn pop_due(&self, now: Instant) -> Option<(Instant, u32)> {
        let mut heap = lock(&self.heap);
        let due = heap
            .deadlines
            .peek()
            .is_some_and(|Reverse((first, _))| *first <= now);
        if due {
            let Reverse((deadline, id)) = heap.deadlines.pop()?;
            // No call is asked for meanwhile: it would come at once, within this one.
            heap.alarmed = Some(deadline);
            return Some((deadline, id));
        }
        if heap.alarmed.is_some_and(|alarmed| alarmed <= now) {
            heap.alarmed = None;
        }
        step!(M10, self.set_alarm(heap));
        None
    }

    /// Takes out one more that is due at the same moment as the last one.
    pub(super) fn pop_at(&self, deadline: Instant) -> Option<u32> {
        let mut heap = lock(&self.heap);
        let next = heap.deadlines.peek_mut()?;
        let is_due = next.0.0 == deadline;
        is_due.then(|| PeekMut::pop(next).0.1)
    }

    /// Asks the clock to call at the first deadline, unless it will. Clocks may call at once, so no lock is held.
    fn set_alarm(&self, mut heap: MutexGuard<'_, Heap>) {
        let Some(Reverse((first, _))) = heap.deadlines.peek().copied() else {
            return;
        };
        if heap.alarmed.is_some_and(|alarmed| alarmed <= first) {
            return;
        }
        heap.alarmed = Some(first);
        drop(heap);
        let alarm = self.clock.wake_at(first, self.waker.clone());
        let mut heap = lock(&self.heap);
        let unneeded = if heap.alarmed == Some(first) {
            heap.alarm.replace(alarm)
        } else {
            Some(alarm)
        };
        drop(heap);
        drop(unneeded);
    }
}
