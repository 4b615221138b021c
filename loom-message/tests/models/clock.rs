//! Models of the clock that is moved by hand.

use std::future::Future;
use std::pin::pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::task::{Context, Wake, Waker};
use std::time::Duration;

use loom::thread;
use queue_message_loom::clock::{Clock, ManualClock};

use crate::queue::{LOCK, put, queue, take_all};
use crate::search::{Search, explore};

const SECOND: Duration = Duration::from_secs(1);

#[derive(Default)]
struct Rung(AtomicUsize);

impl Rung {
    fn times(&self) -> usize {
        self.0.load(Ordering::Relaxed)
    }
}

impl Wake for Rung {
    fn wake(self: Arc<Self>) {
        self.0.fetch_add(1, Ordering::Relaxed);
    }
}

fn rung() -> (Arc<Rung>, Waker) {
    let rung = Arc::new(Rung::default());
    (rung.clone(), Waker::from(rung))
}

/// An alarm that is set while its moment comes rings, once.
/// Explores 62 executions.
#[test]
fn an_alarm_that_is_set_while_time_passes() {
    explore(Search::unbounded(31), || {
        let clock = ManualClock::new();
        let deadline = clock.now() + SECOND;
        let time = clock.clone();
        let time = thread::spawn(move || time.advance(SECOND));
        let (rung, waker) = rung();
        let _alarm = clock.wake_at(deadline, waker);
        time.join().unwrap();
        assert_eq!(rung.times(), 1);
    });
}

/// Two who let time pass at once: it adds up, and each alarm rings once.
/// Explores 1,986 executions.
#[test]
fn two_advances_at_once() {
    explore(Search::unbounded(993), || {
        let clock = ManualClock::new();
        let start = clock.now();
        let (first, waker) = rung();
        let _first = clock.wake_at(start + SECOND, waker);
        let (second, waker) = rung();
        let _second = clock.wake_at(start + 2 * SECOND, waker);
        let other = clock.clone();
        let time = thread::spawn(move || other.advance(SECOND));
        clock.advance(SECOND);
        time.join().unwrap();
        assert_eq!(clock.now(), start + 2 * SECOND);
        assert_eq!((first.times(), second.times()), (1, 1));
    });
}

/// Two who let time pass at once: locks expire at their moments, and none is passed over.
/// Explores 119 executions.
#[test]
fn two_advances_at_once_of_a_queue() {
    explore(Search::preemptions(2, 59), || {
        let (queue, clock) = queue(2);
        put(&queue, "a");
        put(&queue, "b");
        drop(queue.try_get(LOCK).unwrap().unwrap());
        drop(queue.try_get(2 * LOCK).unwrap().unwrap());
        let other = clock.clone();
        let time = thread::spawn(move || other.advance(LOCK));
        clock.advance(LOCK);
        time.join().unwrap();
        assert_eq!(take_all(&queue), ["a", "b"]);
    });
}

/// A wait that begins while time passes is told of its end, which is counted from when it begins.
/// Explores 324 executions.
#[test]
fn a_wait_that_begins_while_time_passes() {
    explore(Search::unbounded(162), || {
        let (queue, clock) = queue(1);
        let other = clock.clone();
        let time = thread::spawn(move || other.advance(SECOND));
        let (rung, waker) = rung();
        let mut getting = pin!(queue.get(SECOND, LOCK));
        let polled = getting.as_mut().poll(&mut Context::from_waker(&waker));
        time.join().unwrap();
        let is_told = polled.is_ready() || rung.times() > 0;
        assert!(is_told || clock.next_alarm() == Some(SECOND));
    });
}
