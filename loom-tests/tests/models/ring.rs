//! Models of the ring: who gets which message, and that its memory is handed
//! over in order. Words have eight bits here and every ring begins one lap
//! before they overflow, so each of these wraps round.

use crate::support::{Search, explore};
use loom::alloc::Track;
use loom::cell::UnsafeCell;
use loom::sync::Arc;
use loom::thread;
use queue_core_loom::Ring;
use queue_core_loom::model::Patience;

fn push_until_done(ring: &Ring<Track<u32>>, value: u32) {
    let patience = Patience::new();
    let mut message = Track::new(value);
    while let Err(refused) = ring.push(message) {
        message = refused;
        patience.wait();
    }
}

fn pop_until_some(ring: &Ring<Track<u32>>) -> u32 {
    let patience = Patience::new();
    loop {
        match ring.pop() {
            Some(message) => return message.into_inner(),
            None => patience.wait(),
        }
    }
}

/// A ring whose next ticket is the last before the word overflows.
fn ring_before_the_overflow(capacity: usize) -> Arc<Ring<Track<u32>>> {
    let ring = Ring::new(capacity);
    for _ in 1..capacity {
        assert!(ring.push(Track::new(0)).is_ok());
        assert!(ring.pop().is_some());
    }
    Arc::new(ring)
}

/// The first 100,000 executions, if there are so many.
fn first_executions(preemptions: usize, at_least: usize) -> Search {
    Search {
        at_most: Some(100_000),
        ..Search::preemptions(preemptions, at_least)
    }
}

/// Two producers, one consumer: each message arrives once.
fn two_producers_one_consumer(capacity: usize, at_least: usize) {
    explore(first_executions(2, at_least), move || {
        let ring = ring_before_the_overflow(capacity);
        let producers: Vec<_> = [1, 2]
            .into_iter()
            .map(|value| {
                let ring = Arc::clone(&ring);
                thread::spawn(move || push_until_done(&ring, value))
            })
            .collect();
        let mut received = [pop_until_some(&ring), pop_until_some(&ring)];
        for producer in producers {
            producer.join().unwrap();
        }
        received.sort_unstable();
        assert_eq!(received, [1, 2]);
        assert!(ring.pop().is_none());
    });
}

/// Capacity 1. Two preemptions.
#[test]
fn two_producers_one_consumer_capacity_1() {
    two_producers_one_consumer(1, 18_928);
}

/// Capacity 2. Two preemptions.
/// Explores 14,091 executions.
#[test]
fn two_producers_one_consumer_capacity_2() {
    two_producers_one_consumer(2, 2_251);
}

/// One producer, two consumers that try once: each message leaves once, the
/// older before the newer.
fn one_producer_two_consumers(capacity: usize, at_least: usize) {
    explore(first_executions(2, at_least), move || {
        let ring = ring_before_the_overflow(capacity);
        let consumers: Vec<_> = (0..2)
            .map(|_| {
                let ring = Arc::clone(&ring);
                thread::spawn(move || ring.pop().map(Track::into_inner))
            })
            .collect();
        let accepted = [1, 2].map(|value| ring.push(Track::new(value)).is_ok());
        assert!(accepted[0]);
        let popped: Vec<_> = consumers
            .into_iter()
            .filter_map(|consumer| consumer.join().unwrap())
            .collect();
        let mut left: Vec<_> = std::iter::from_fn(|| ring.pop().map(Track::into_inner)).collect();
        assert!(left.is_sorted() && (popped.is_empty() || popped.contains(&1)));
        left.extend(popped);
        left.sort_unstable();
        assert_eq!(left, [1, 2][..1 + usize::from(accepted[1])]);
    });
}

/// Capacity 1. Two preemptions.
#[test]
fn one_producer_two_consumers_capacity_1() {
    one_producer_two_consumers(1, 40_030);
}

/// Capacity 2. Two preemptions.
#[test]
fn one_producer_two_consumers_capacity_2() {
    one_producer_two_consumers(2, 18_381);
}

/// Two producers and two consumers that try once: what was accepted was popped
/// or is left.
fn two_producers_two_consumers(capacity: usize, at_least: usize) {
    explore(first_executions(1, at_least), move || {
        let ring = ring_before_the_overflow(capacity);
        let producers: Vec<_> = [1, 2]
            .into_iter()
            .map(|value| {
                let ring = Arc::clone(&ring);
                thread::spawn(move || ring.push(Track::new(value)).is_ok().then_some(value))
            })
            .collect();
        let consumer = {
            let ring = Arc::clone(&ring);
            thread::spawn(move || ring.pop().map(Track::into_inner))
        };
        let mine = ring.pop().map(Track::into_inner);
        let other = consumer.join().unwrap();
        let mut accepted: Vec<_> = producers
            .into_iter()
            .filter_map(|producer| producer.join().unwrap())
            .collect();
        let left = std::iter::from_fn(|| ring.pop().map(Track::into_inner));
        let mut seen: Vec<_> = left.chain(mine).chain(other).collect();
        seen.sort_unstable();
        accepted.sort_unstable();
        assert_eq!(seen, accepted);
    });
}

/// Capacity 1. One preemption.
#[test]
fn two_producers_two_consumers_capacity_1() {
    two_producers_two_consumers(1, 6_257);
}

/// Capacity 2. One preemption.
/// Explores 34,394 executions.
#[test]
fn two_producers_two_consumers_capacity_2() {
    two_producers_two_consumers(2, 1_341);
}

/// `force_push` against a pop on a full ring: each message leaves once, as
/// displaced, popped or left, and what is left is the newest.
/// Explores 2,978 executions.
#[test]
fn force_push_against_pop() {
    explore(Search::unbounded(1_489), || {
        let ring = Arc::new(Ring::new(2));
        assert!(ring.push(Track::new(0)).is_ok());
        assert!(ring.push(Track::new(1)).is_ok());
        let popper = {
            let ring = Arc::clone(&ring);
            thread::spawn(move || ring.pop().map(Track::into_inner))
        };
        let displaced = ring.force_push(Track::new(2)).map(Track::into_inner);
        let popped = popper.join().unwrap();
        match (displaced, popped) {
            (None, Some(0)) => assert_eq!(pop_until_some(&ring), 1),
            (Some(0), Some(1)) => {}
            other => panic!("{other:?}"),
        }
        assert_eq!(pop_until_some(&ring), 2);
    });
}

/// Two `force_push` on a ring of one: exactly one message stays.
/// Explores 956 executions.
#[test]
fn force_push_against_force_push() {
    explore(Search::unbounded(478), || {
        let ring = Arc::new(Ring::new(1));
        let pusher = {
            let ring = Arc::clone(&ring);
            thread::spawn(move || ring.force_push(Track::new(1)).map(Track::into_inner))
        };
        let mine = ring.force_push(Track::new(2)).map(Track::into_inner);
        let other = pusher.join().unwrap();
        match pop_until_some(&ring) {
            1 => assert_eq!((mine, other), (None, Some(2))),
            left => assert_eq!((left, mine, other), (2, Some(1), None)),
        }
    });
}

/// A ring dropped with messages inside, pushed by another thread, drops each once.
/// Explores 8,952 executions.
#[test]
fn drop_with_messages_inside() {
    explore(Search::unbounded(4_476), || {
        let ring = Arc::new(Ring::new(2));
        let pusher = {
            let ring = Arc::clone(&ring);
            thread::spawn(move || {
                assert!(ring.push(Track::new(1)).is_ok());
                assert!(ring.push(Track::new(2)).is_ok());
            })
        };
        drop(ring.pop());
        pusher.join().unwrap();
    });
}

/// Two threads push one ring each and then look into the other's: not both
/// may find it empty. Breaks without V2.
/// Explores 90,971 executions.
#[test]
fn of_two_empty_verdicts_one_is_wrong() {
    explore(Search::unbounded(45_485), || {
        let rings = Arc::new([Ring::new(1), Ring::new(1)]);
        let other = {
            let rings = Arc::clone(&rings);
            thread::spawn(move || {
                rings[1].push(1).unwrap();
                rings[0].pop()
            })
        };
        rings[0].push(0).unwrap();
        let mine = rings[1].pop();
        assert!(mine.is_some() || other.join().unwrap().is_some());
    });
}

/// The like with two full rings and `push`. Breaks without V1.
/// Explores 90,971 executions.
#[test]
fn of_two_full_verdicts_one_is_wrong() {
    explore(Search::unbounded(45_485), || {
        let rings = Arc::new([Ring::new(1), Ring::new(1)]);
        for ring in &*rings {
            ring.push(0).unwrap();
        }
        let other = {
            let rings = Arc::clone(&rings);
            thread::spawn(move || {
                assert!(rings[1].pop().is_some());
                rings[0].push(1)
            })
        };
        assert!(rings[0].pop().is_some());
        let mine = rings[1].push(1);
        assert!(mine.is_ok() || other.join().unwrap().is_ok());
    });
}

/// The k-th pop happens before the (k + capacity)-th push: what a consumer did
/// before it popped is seen by the producer whose push its room let in.
/// Explores 2,599 executions.
#[test]
fn a_pop_happens_before_the_push_that_it_makes_room_for() {
    explore(Search::unbounded(1_299), || {
        let shared = Arc::new((Ring::new(1), UnsafeCell::new(0)));
        shared.0.push(Track::new(0)).ok().unwrap();
        let consumer = {
            let shared = Arc::clone(&shared);
            thread::spawn(move || {
                // SAFETY: the other thread touches the cell after its push was let in.
                shared.1.with_mut(|cell| unsafe { *cell = 7 });
                pop_until_some(&shared.0);
            })
        };
        push_until_done(&shared.0, 1);
        // SAFETY: the pop that made room came after the write.
        assert_eq!(shared.1.with(|cell| unsafe { *cell }), 7);
        consumer.join().unwrap();
    });
}

/// A ring with one message, into which another thread pushes and then pops, is
/// never empty. Breaks without E2.
/// Explores 311 executions.
#[test]
fn a_ring_that_is_never_empty_is_never_found_so() {
    explore(Search::unbounded(155), || {
        let ring = Arc::new(Ring::new(3));
        ring.push(1).unwrap();
        let other = Arc::clone(&ring);
        let peer = thread::spawn(move || {
            other.push(2).unwrap();
            other.pop()
        });
        assert!(ring.pop().is_some());
        assert!(peer.join().unwrap().is_some());
    });
}

/// A ring with room, out of which another thread pops and into which it then
/// pushes, is never full. Breaks without E1.
/// Explores 233 executions.
#[test]
fn a_ring_that_is_never_full_is_never_found_so() {
    explore(Search::unbounded(116), || {
        let ring = Arc::new(Ring::new(2));
        ring.push(1).unwrap();
        let other = Arc::clone(&ring);
        let peer = thread::spawn(move || {
            other.pop().unwrap();
            other.push(2).is_ok()
        });
        assert!(ring.push(3).is_ok());
        assert!(peer.join().unwrap());
    });
}

/// The like for `is_empty`, `is_full` and `len`, of a ring that holds one message
/// or two of three. Breaks without E3. Three preemptions.
/// Explores 10,383 executions.
#[test]
fn counts_are_of_one_moment() {
    explore(Search::preemptions(3, 5_191), || {
        let ring = Arc::new(Ring::new(3));
        ring.push(1).unwrap();
        let other = Arc::clone(&ring);
        let peer = thread::spawn(move || {
            other.push(2).unwrap();
            other.pop().unwrap();
        });
        assert!(!ring.is_empty());
        assert!(!ring.is_full());
        assert!((1..=2).contains(&ring.len()));
        peer.join().unwrap();
    });
}

/// A ring of one in which `force_push` replaces the message always has one to pop.
/// Explores 27,480 executions.
#[test]
fn force_push_never_makes_a_ring_of_one_empty() {
    explore(Search::unbounded(13_740), || {
        let ring = Arc::new(Ring::new(1));
        ring.push(1).unwrap();
        let other = Arc::clone(&ring);
        let pusher = thread::spawn(move || other.force_push(2));
        assert!(ring.pop().is_some());
        pusher.join().unwrap();
    });
}
