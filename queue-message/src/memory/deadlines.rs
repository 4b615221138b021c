//! When something is to happen to an entry: a heap of deadlines, and one alarm for the first of them.
//!
//! An entry stands in the heap at most once in force: `Entry::armed` has that deadline. A lock that is settled in time
//! leaves it there, and so does one that is renewed, so that most deliveries have nothing to do here: the next message in
//! the entry has a later deadline as a rule, and is looked at when the old one has come. A deadline that comes before is added, and
//! voids the other.

use std::cmp::Reverse;
use std::collections::BinaryHeap;
use std::collections::binary_heap::PeekMut;
use std::mem;
use std::panic::{AssertUnwindSafe, catch_unwind, resume_unwind};
use std::sync::Arc;
use std::task::Waker;
use std::time::Instant;

use crate::clock::{Alarm, Clock};
use crate::panics;
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
    /// How many are passing what is due at this moment: the last of them sets the alarm.
    passing: usize,
    /// When the clock was asked to wake us.
    alarmed: Option<Instant>,
    /// How often it was asked.
    asked: u64,
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
            // One that was void, and is set again, stands there twice.
            let mut deadlines = mem::take(&mut heap.deadlines).into_vec();
            deadlines.sort_unstable();
            deadlines.dedup();
            deadlines.retain(|Reverse((deadline, id))| in_force(*deadline, *id));
            heap.deadlines = deadlines.into();
        }
        step!(M9, self.set_alarm(heap));
    }

    /// Does `each` for every deadline that has come, of those of one moment in the order of `sequence_of`, and then sees to
    /// being called for the next one.
    ///
    /// A panic in one of them goes on when the others are done.
    pub(super) fn pass(
        &self,
        sequence_of: impl Fn(u32) -> u64,
        mut each: impl FnMut(Instant, u32),
    ) {
        let mut heap = lock(&self.heap);
        heap.passing += 1;
        heap.alarmed = None;
        drop(heap);
        let mut panicked = None;
        while let Some((deadline, mut ids)) = self.pop_due() {
            if ids.len() > 1 {
                ids.sort_by_cached_key(|id| sequence_of(*id));
            }
            for id in ids {
                let done = catch_unwind(AssertUnwindSafe(|| each(deadline, id)));
                match (done, &panicked) {
                    (Err(panic), None) => panicked = Some(panic),
                    (Err(panic), Some(_)) => panics::discard(panic),
                    (Ok(()), _) => {}
                }
            }
        }
        let mut heap = lock(&self.heap);
        heap.passing -= 1;
        step!(M10, self.set_alarm(heap));
        if let Some(panic) = panicked {
            resume_unwind(panic);
        }
    }

    /// Takes out the first deadline, if it has come, and all that are of the same moment.
    fn pop_due(&self) -> Option<(Instant, Vec<u32>)> {
        let now = self.clock.now();
        let mut heap = lock(&self.heap);
        let Reverse((first, _)) = *heap.deadlines.peek()?;
        if first > now {
            return None;
        }
        let mut ids = Vec::new();
        while let Some(next) = heap.deadlines.peek_mut().filter(|next| next.0.0 == first) {
            ids.push(PeekMut::pop(next).0.1);
        }
        Some((first, ids))
    }

    /// Asks the clock to call at the first deadline, unless it will, or somebody passes it. Clocks may call at once, so no
    /// lock is held.
    fn set_alarm(&self, mut heap: MutexGuard<'_, Heap>) {
        let Some(Reverse((first, _))) = heap.deadlines.peek().copied() else {
            return;
        };
        if heap.passing > 0 || heap.alarmed.is_some_and(|alarmed| alarmed <= first) {
            return;
        }
        heap.alarmed = Some(first);
        heap.asked += 1;
        let asked = heap.asked;
        drop(heap);
        let alarm = self.clock.wake_at(first, self.waker.clone());
        let mut heap = lock(&self.heap);
        // Who has asked since has asked for an earlier one, or when this one had rung.
        let unneeded = if heap.asked == asked {
            heap.alarm.replace(alarm)
        } else {
            Some(alarm)
        };
        drop(heap);
        drop(unneeded);
    }
}
