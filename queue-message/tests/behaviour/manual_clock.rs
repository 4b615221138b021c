//! The clock that is moved by hand, moved by several, and asked while it moves.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::task::{Wake, Waker};
use std::thread;
use std::time::{Duration, SystemTime};

use pollster::block_on;
use queue_message::clock::{Clock, ManualClock};
use queue_message::{MemoryMessageQueue, MessageEnvelope, MessageQueue};

const SECOND: Duration = Duration::from_secs(1);

struct Counted<F>(AtomicUsize, F);

impl<F: Fn() + Send + Sync + 'static> Wake for Counted<F> {
    fn wake(self: Arc<Self>) {
        self.0.fetch_add(1, Ordering::Relaxed);
        (self.1)();
    }
}

fn counted<F: Fn() + Send + Sync + 'static>(code: F) -> (Arc<Counted<F>>, Waker) {
    let counted = Arc::new(Counted(AtomicUsize::new(0), code));
    (counted.clone(), Waker::from(counted))
}

#[test]
fn what_several_advance_at_once_adds_up() {
    let clock = ManualClock::new();
    let start = clock.now();
    thread::scope(|scope| {
        for _ in 0..4 {
            scope.spawn(|| (0..500).for_each(|_| clock.advance(SECOND)));
        }
    });
    assert_eq!(clock.now() - start, 2000 * SECOND);
}

#[test]
fn a_waker_may_advance_the_clock_that_calls_it() {
    let clock = ManualClock::new();
    let start = clock.now();
    let other = clock.clone();
    let (first, waker) = counted(move || other.advance(3 * SECOND));
    let _first = clock.wake_at(start + SECOND, waker);
    let (second, waker) = counted(|| ());
    let _second = clock.wake_at(start + 5 * SECOND, waker);
    clock.advance(2 * SECOND);
    assert_eq!(first.0.load(Ordering::Relaxed), 1);
    assert_eq!(clock.now() - start, 5 * SECOND);
    assert_eq!(second.0.load(Ordering::Relaxed), 1);
}

#[test]
fn a_waker_that_panics_costs_no_time() {
    let clock = ManualClock::new();
    let start = clock.now();
    let (_, waker) = counted(|| panic!("a waker panics"));
    let _alarm = clock.wake_at(start + SECOND, waker);
    let (rung, waker) = counted(|| ());
    let _other = clock.wake_at(start + 2 * SECOND, waker);
    catch_unwind(AssertUnwindSafe(|| clock.advance(2 * SECOND))).unwrap_err();
    clock.advance(Duration::ZERO);
    assert_eq!(clock.now() - start, 2 * SECOND);
    assert_eq!(rung.0.load(Ordering::Relaxed), 1);
}

#[test]
fn a_clock_is_not_moved_past_what_it_can_show() {
    let late = SystemTime::UNIX_EPOCH + Duration::from_secs(i64::MAX as u64 - 10);
    let clock = ManualClock::starting_at(late);
    let queue = MemoryMessageQueue::builder("late").clock(clock.clone());
    let queue = queue.build().unwrap();
    block_on(queue.open()).unwrap();
    for too_far in [11 * SECOND, Duration::MAX] {
        catch_unwind(AssertUnwindSafe(|| clock.advance(too_far))).unwrap_err();
        assert_eq!(clock.system_time(), late);
    }
    clock.advance(10 * SECOND);
    queue
        .try_put(MessageEnvelope::new(None, "test", "a"))
        .unwrap();
}

#[test]
fn who_sets_an_alarm_rings_no_other() {
    let clock = ManualClock::new();
    let start = clock.now();
    // Sets one that has passed, while one of the same moment is still to ring.
    let other = clock.clone();
    let rung = Arc::new(AtomicUsize::new(0));
    let log = rung.clone();
    let (_, first) = counted(move || {
        let (own, waker) = counted(|| ());
        let _alarm = other.wake_at(start, waker);
        assert_eq!(own.0.load(Ordering::Relaxed), 1);
        log.fetch_add(1, Ordering::Relaxed);
    });
    let seen = rung.clone();
    let (second, waker) = counted(move || assert_eq!(seen.load(Ordering::Relaxed), 1));
    let _first = clock.wake_at(start + SECOND, first);
    let _second = clock.wake_at(start + SECOND, waker);
    clock.advance(SECOND);
    assert_eq!(second.0.load(Ordering::Relaxed), 1);
}
