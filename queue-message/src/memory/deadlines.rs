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
        let mut panicked = panics::First::default();
        while let Some((deadline, mut ids)) = self.pop_due() {
            if ids.len() > 1 {
                ids.sort_by_cached_key(|id| sequence_of(*id));
            }
            for id in ids {
                panicked.act(|| each(deadline, id));
            }
        }
        let mut heap = lock(&self.heap);
        heap.passing -= 1;
        step!(M10, self.set_alarm(heap));
        panicked.go_on();
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

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;
    use std::fmt;
    use std::sync::OnceLock;
    use std::sync::atomic::Ordering;
    use std::task::Wake;
    use std::time::SystemTime;

    use super::*;
    use crate::clock::ManualClock;
    use crate::sync::AtomicU64;

    /// A clock with coarse steps, whose alarms ring when it is told to, however late.
    #[derive(Clone)]
    struct Late(Arc<LateInner>);

    struct LateInner {
        now: Instant,
        wakers: Mutex<BTreeMap<u64, Waker>>,
        asked: AtomicU64,
        /// What happens while it is asked for the first alarm.
        meanwhile: Mutex<Option<Box<dyn FnOnce() + Send>>>,
    }

    impl Late {
        fn ring(&self) {
            let wakers = mem::take(&mut *lock(&self.0.wakers));
            wakers.into_values().for_each(Waker::wake);
        }
    }

    impl fmt::Debug for Late {
        fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
            f.write_str("Late")
        }
    }

    impl Clock for Late {
        fn now(&self) -> Instant {
            self.0.now
        }

        fn system_time(&self) -> SystemTime {
            SystemTime::UNIX_EPOCH
        }

        fn wake_at(&self, _: Instant, waker: Waker) -> Alarm {
            let key = self.0.asked.fetch_add(1, Ordering::Relaxed);
            lock(&self.0.wakers).insert(key, waker);
            let meanwhile = lock(&self.0.meanwhile).take();
            meanwhile.into_iter().for_each(|meanwhile| meanwhile());
            let clock = self.clone();
            Alarm::new(move || drop(lock(&clock.0.wakers).remove(&key)))
        }
    }

    /// Passes what is due, and keeps in mind what that was.
    struct Passer {
        deadlines: OnceLock<Deadlines>,
        passed: Mutex<Vec<u32>>,
    }

    impl Passer {
        fn deadlines(&self) -> &Deadlines {
            self.deadlines.get().unwrap()
        }
    }

    impl Wake for Passer {
        fn wake(self: Arc<Self>) {
            self.deadlines()
                .pass(u64::from, |_, id| lock(&self.passed).push(id));
        }
    }

    #[test]
    fn one_of_the_same_moment_is_not_passed_over_for_an_alarm_that_has_rung() {
        let clock = Late(Arc::new(LateInner {
            now: Instant::now(),
            wakers: Mutex::default(),
            asked: AtomicU64::default(),
            meanwhile: Mutex::default(),
        }));
        let now = clock.now();
        let passer = Arc::new(Passer {
            deadlines: OnceLock::new(),
            passed: Mutex::default(),
        });
        let deadlines = Deadlines::new(Arc::new(clock.clone()), passer.clone().into());
        passer.deadlines.set(deadlines).unwrap();

        let (other, late) = (passer.clone(), clock.clone());
        *lock(&clock.0.meanwhile) = Some(Box::new(move || {
            late.ring();
            assert_eq!(*lock(&other.passed), [1]);
            other.deadlines().add(now, 2, 2, |_, _| true);
        }));
        passer.deadlines().add(now, 1, 2, |_, _| true);
        clock.ring();
        assert_eq!(*lock(&passer.passed), [1, 2]);
    }

    #[test]
    fn deadlines_that_are_set_again_and_again_take_no_more_room() {
        let clock = ManualClock::new();
        let now = clock.now();
        let deadlines = Deadlines::new(Arc::new(clock), Waker::noop().clone());
        let mut most = 0;
        for _ in 0..1_000 {
            deadlines.add(now, 7, 1, |_, _| true);
            most = most.max(lock(&deadlines.heap).deadlines.len());
        }
        assert!(most <= SPARE + 2);
    }
}
