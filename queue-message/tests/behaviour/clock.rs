//! Clocks of a program's own.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering::Relaxed};
use std::task::Waker;
use std::thread;
use std::time::{Duration, Instant, SystemTime};

use queue_message::clock::{Alarm, Clock, ManualClock};
use queue_message::{MemoryMessageQueue, MessageEnvelope};

/// A clock in front of another one, which counts what it is asked for.
#[derive(Clone, Debug, Default)]
struct Counting {
    clock: ManualClock,
    asked: Arc<AtomicUsize>,
    taken_back: Arc<AtomicUsize>,
}

impl Clock for Counting {
    fn now(&self) -> Instant {
        self.clock.now()
    }

    fn system_time(&self) -> SystemTime {
        self.clock.system_time()
    }

    fn wake_at(&self, deadline: Instant, waker: Waker) -> Alarm {
        self.asked.fetch_add(1, Relaxed);
        let alarm = self.clock.wake_at(deadline, waker);
        let taken_back = self.taken_back.clone();
        Alarm::new(move || {
            taken_back.fetch_add(1, Relaxed);
            drop(alarm);
        })
    }
}

#[test]
fn take_each_alarm_back_once() {
    let clock = Counting::default();
    let queue = MemoryMessageQueue::builder("orders")
        .clock(clock.clone())
        .build()
        .unwrap()
        .blocking();
    queue.open().unwrap();

    let receiver = {
        let queue = queue.clone();
        thread::spawn(move || queue.receive(Duration::from_secs(10)))
    };
    while clock.clock.next_alarm().is_none() {
        thread::yield_now();
    }
    clock.clock.advance(Duration::from_secs(10));
    assert!(receiver.join().unwrap().unwrap().is_none());
    assert_eq!(clock.clock.next_alarm(), None);
    assert_eq!(clock.taken_back.load(Relaxed), clock.asked.load(Relaxed));

    // One that has not rung.
    queue
        .send(MessageEnvelope::new(None, "order", "42"))
        .unwrap();
    assert!(queue.receive(Duration::ZERO).unwrap().is_some());
    let asked = clock.asked.load(Relaxed);
    assert_eq!(clock.taken_back.load(Relaxed), asked - 1);
    assert_eq!(clock.clock.next_alarm(), Some(Duration::from_secs(30)));
    drop(queue);
    assert_eq!(clock.taken_back.load(Relaxed), asked);
    assert_eq!(clock.clock.next_alarm(), None);
}

#[test]
fn may_be_shared_with_others() {
    let clock: Arc<dyn Clock> = Arc::new(Counting::default());
    let queue = MemoryMessageQueue::builder("orders").clock(clock.clone());
    let queue = queue.build().unwrap().blocking();
    queue.open().unwrap();
    queue
        .send(MessageEnvelope::new(None, "order", "42"))
        .unwrap();
    let message = queue.receive(Duration::ZERO).unwrap().unwrap();
    assert_eq!(message.sent_time(), Some(clock.system_time()));
}

#[test]
fn queues_that_go_while_the_machines_clock_rings_leave_it_to_others() {
    let lasting = MemoryMessageQueue::new("lasting").blocking();
    lasting.open().unwrap();
    lasting
        .send(MessageEnvelope::new(None, "test", "a"))
        .unwrap();
    // One alarm that nobody lives to see, and one that ends everything.
    let far = Duration::from_secs(u64::MAX >> 2);
    for round in 0..2_000_u64 {
        let queue = MemoryMessageQueue::new("brief").blocking();
        queue.open().unwrap();
        queue.send(MessageEnvelope::new(None, "test", "a")).unwrap();
        let lock = if round == 7 {
            far
        } else {
            Duration::from_micros(round % 100)
        };
        queue.get(Duration::ZERO, lock).unwrap().unwrap();
    }
    let (_, first) = lasting
        .get(far, Duration::from_micros(10))
        .unwrap()
        .unwrap();
    let (_, second) = lasting.get(far, far).unwrap().expect("its lock expires");
    assert_eq!((first.delivery_count(), second.delivery_count()), (1, 2));
}
