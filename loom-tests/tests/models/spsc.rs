//! Models of the ring for one producer and one consumer. Its indices begin one lap before they overflow, so that
//! each of these wraps round.

use crate::support::{Message, Search, explore};
use loom::alloc::Track;
use loom::cell::UnsafeCell;
use loom::sync::Arc;
use loom::thread;
use queue_core_loom::model::Patience;
use queue_core_loom::spsc::{self, Consumer, Producer};

fn push_until_done(producer: &mut Producer<Message>, value: u32) {
    let patience = Patience::new();
    let mut message = Track::new(value);
    while let Err(refused) = producer.push(message) {
        message = refused;
        patience.wait();
    }
}

fn pop_until_some(consumer: &mut Consumer<Message>) -> u32 {
    let patience = Patience::new();
    loop {
        match consumer.pop() {
            Some(message) => return message.into_inner(),
            None => patience.wait(),
        }
    }
}

/// Three messages arrive in order, over more than one lap.
fn three_messages(capacity: usize, at_least: usize) {
    explore(Search::unbounded(at_least), move || {
        let (mut producer, mut consumer) = spsc::ring(capacity);
        let pushing = thread::spawn(move || {
            (1..=3).for_each(|value| push_until_done(&mut producer, value));
        });
        let received = [1, 2, 3].map(|_| pop_until_some(&mut consumer));
        assert_eq!(received, [1, 2, 3]);
        assert!(consumer.pop().is_none());
        pushing.join().unwrap();
    });
}

/// Capacity 1. Without S1 or S2 a message is read before it is written, without S3 or S4 it is overwritten before
/// it is read.
/// Explores 5,475 executions.
#[test]
fn three_messages_capacity_1() {
    three_messages(1, 2_737);
}

/// Capacity 2.
/// Explores 11,808 executions.
#[test]
fn three_messages_capacity_2() {
    three_messages(2, 5_904);
}

/// Capacity 3, in four slots.
/// Explores 595 executions.
#[test]
fn three_messages_capacity_3() {
    three_messages(3, 297);
}

/// Chunks of two are committed at once, and read in place while the next one is asked for, which needs their
/// slots.
/// Explores 182 executions.
#[test]
fn a_chunk_against_a_chunk() {
    explore(Search::unbounded(91), || {
        let (mut producer, mut consumer) = spsc::ring(2);
        let writing = thread::spawn(move || {
            let mut next = 1;
            for _ in 0..2 {
                match producer.write_chunk(2) {
                    Ok(mut chunk) => {
                        chunk.fill_from([next, next + 1].map(Track::new));
                        next += chunk.commit_all() as u32;
                    }
                    Err(error) => assert_eq!(error.available(), 0, "they are freed at once"),
                }
            }
            next
        });
        let mut received = Vec::new();
        for _ in 0..2 {
            let chunk = consumer.read_chunk_up_to(2);
            assert_ne!(chunk.len(), 1, "they are committed at once");
            let (first, second) = chunk.as_slices();
            received.extend(first.iter().chain(second).map(|message| *message.get_ref()));
            chunk.commit_all();
        }
        let next = writing.join().unwrap();
        received.extend(iter_pops(&mut consumer));
        assert!(received.into_iter().eq(1..next));
    });
}

fn iter_pops(consumer: &mut Consumer<Message>) -> impl Iterator<Item = u32> {
    std::iter::from_fn(|| consumer.pop().map(Track::into_inner))
}

/// A batch against a chunk of which the first message is committed, a peek, and a batch.
/// Explores 110 executions.
#[test]
fn a_batch_against_a_part_of_a_chunk() {
    explore(Search::unbounded(55), || {
        let (mut producer, mut consumer) = spsc::ring(2);
        let pushing = thread::spawn(
            move || match producer.push_batch([1, 2, 3].map(Track::new)) {
                Ok(_) => 3,
                Err(unsent) => {
                    let sent = unsent.sent();
                    assert_eq!(unsent.map(Track::into_inner).count(), 3 - sent);
                    sent
                }
            },
        );
        let chunk = consumer.read_chunk_up_to(2);
        let mut next = 1;
        if !chunk.is_empty() {
            chunk.commit(1);
            next = 2;
        }
        if let Some(message) = consumer.peek() {
            assert_eq!(*message.get_ref(), next);
        }
        let mut messages = Vec::with_capacity(2);
        consumer.pop_batch(&mut messages, 2);
        let pushed = pushing.join().unwrap();
        consumer.pop_batch(&mut messages, 2);
        let received = messages.into_iter().map(Track::into_inner);
        assert!(received.eq(next..=pushed));
    });
}

/// Messages that an iterator takes out of a chunk, whose slots are free when it ends.
/// Explores 10 executions.
#[test]
fn an_iterator_over_a_chunk_against_the_pushes_that_wait_for_its_slots() {
    explore(Search::unbounded(5), || {
        let (mut producer, mut consumer) = spsc::ring(2);
        (1..=2).for_each(|value| push_until_done(&mut producer, value));
        let pushing = thread::spawn(move || {
            let first = producer.push(Track::new(3)).is_ok();
            // Given up: what it was filled with is dropped.
            let mut chunk = producer.write_chunk_up_to(1);
            chunk.fill_from([Track::new(0)]);
            drop(chunk);
            first
        });
        let chunk = consumer.read_chunk(2).unwrap();
        assert!(chunk.into_iter().map(Track::into_inner).eq([1, 2]));
        let pushed = pushing.join().unwrap();
        assert!(iter_pops(&mut consumer).eq(pushed.then_some(3)));
    });
}

/// Both ends go at the same time, with a message inside or on its way: it is dropped once, by the one that goes
/// last. Breaks without S5.
/// Explores 31 executions.
#[test]
fn both_ends_go_with_messages_inside() {
    explore(Search::unbounded(15), || {
        let (mut producer, mut consumer) = spsc::ring(2);
        let pushing = thread::spawn(move || {
            (1..=2).for_each(|value| assert!(producer.push(Track::new(value)).is_ok()));
        });
        let popped = consumer.pop().map(Track::into_inner);
        assert!(matches!(popped, None | Some(1)));
        drop(consumer);
        pushing.join().unwrap();
    });
}

/// Who sees that the other end is gone sees what it did before: a consumer the last message, which nothing follows, and
/// what else the producer has written. Breaks without S6.
/// Explores 6 executions.
#[test]
fn what_an_end_did_before_it_went_is_seen() {
    explore(Search::unbounded(3), || {
        let cell = Arc::new(UnsafeCell::new(0));
        let (mut producer, mut consumer) = spsc::ring(1);
        let pushing = {
            let cell = Arc::clone(&cell);
            thread::spawn(move || {
                // SAFETY: the other thread looks after this end is gone.
                cell.with_mut(|cell| unsafe { *cell = 7 });
                push_until_done(&mut producer, 1);
            })
        };
        if consumer.is_abandoned() {
            // SAFETY: the producer is gone.
            assert_eq!(cell.with(|cell| unsafe { *cell }), 7);
            assert!(iter_pops(&mut consumer).eq([1]));
        }
        pushing.join().unwrap();
    });
}

/// The k-th pop happens before the (k + capacity)-th push.
/// Explores 37 executions.
#[test]
fn a_pop_happens_before_the_push_that_it_makes_room_for() {
    explore(Search::unbounded(18), || {
        let cell = Arc::new(UnsafeCell::new(0));
        let (mut producer, mut consumer) = spsc::ring(1);
        push_until_done(&mut producer, 0);
        let popping = {
            let cell = Arc::clone(&cell);
            thread::spawn(move || {
                // SAFETY: the other thread touches the cell after its push was let in.
                cell.with_mut(|cell| unsafe { *cell = 7 });
                pop_until_some(&mut consumer);
            })
        };
        push_until_done(&mut producer, 1);
        // SAFETY: the pop that made room came after the write.
        assert_eq!(cell.with(|cell| unsafe { *cell }), 7);
        popping.join().unwrap();
    });
}
