//! Models of locks that expire, delays and waits that end.

use std::pin::pin;
use std::time::Duration;

use crate::queue::{LOCK, assert_room, delete, poll_once, put, queue, take, take_all, wait};
use crate::search::{Search, explore};
use loom::future::block_on;
use loom::thread;
use queue_message_loom::{MemoryMessageQueue, MessageEnvelope, MessageQueue};

/// A message is completed, or it comes back, and never both.
/// Explores 4 executions.
#[test]
fn an_expiry_against_a_complete() {
    explore(Search::unbounded(2), || {
        let (queue, clock) = queue(1);
        put(&queue, "a");
        let (receipt, _) = take(&queue).unwrap();
        let time = thread::spawn(move || clock.advance(LOCK));
        let completed = delete(&queue, &receipt);
        time.join().unwrap();
        assert_eq!(take_all(&queue).len(), usize::from(!completed));
        assert_room(&queue, 1);
    });
}

/// A lock that is renewed in time does not expire; one that is renewed too late has.
/// Explores 17 executions.
#[test]
fn an_expiry_against_a_renewal() {
    explore(Search::unbounded(8), || {
        let (queue, clock) = queue(1);
        put(&queue, "a");
        let (receipt, _) = take(&queue).unwrap();
        let time = clock.clone();
        let time = thread::spawn(move || time.advance(LOCK));
        let renewed = block_on(queue.extend(&receipt, 2 * LOCK)).is_ok();
        time.join().unwrap();
        assert_eq!(take(&queue).is_none(), renewed);
        clock.advance(2 * LOCK);
        assert_eq!(take_all(&queue), ["a"]);
    });
}

/// A receiver that waits is woken by a lock that expires.
/// Explores 1,497 executions.
#[test]
fn an_expiry_wakes_a_receiver_that_waits() {
    explore(Search::preemptions(2, 748), || {
        let (queue, clock) = queue(1);
        put(&queue, "a");
        let (first, _) = take(&queue).unwrap();
        let other = queue.clone();
        let receiver = thread::spawn(move || wait(&other).unwrap().0);
        clock.advance(LOCK);
        let second = receiver.join().unwrap();
        assert!(!delete(&queue, &first));
        assert!(delete(&queue, &second));
    });
}

/// A receiver that waits is woken by a delay that ends.
/// Explores 1,497 executions.
#[test]
fn a_delay_that_ends_wakes_a_receiver_that_waits() {
    explore(Search::preemptions(2, 748), || {
        let (queue, clock) = queue(1);
        queue
            .try_put(
                MessageEnvelope::builder()
                    .message("a")
                    .deliver_after(LOCK)
                    .build(),
            )
            .unwrap();
        let other = queue.clone();
        let receiver = thread::spawn(move || wait(&other).unwrap().1);
        clock.advance(LOCK);
        assert_eq!(receiver.join().unwrap(), "a");
    });
}

/// Two deadlines that are set at once, the later one first or last, are both kept.
/// Explores 180 executions.
#[test]
fn two_deadlines_set_at_once_are_both_kept() {
    explore(Search::preemptions(2, 90), || {
        let (queue, clock) = queue(2);
        put(&queue, "a");
        put(&queue, "b");
        let other = queue.clone();
        let long = thread::spawn(move || drop(other.try_get(2 * LOCK).unwrap().unwrap()));
        drop(queue.try_get(LOCK).unwrap().unwrap());
        long.join().unwrap();
        for back in [1, 2] {
            clock.advance(LOCK);
            assert_eq!(block_on(queue.read_message_count()).unwrap(), back);
        }
    });
}

/// A wait ends with its time, or with a message, which is there otherwise.
/// Explores 4,349 executions.
#[test]
fn the_end_of_a_wait_against_a_put() {
    explore(Search::preemptions(2, 2_174), || {
        let (queue, clock) = queue(1);
        let mut getting = pin!(queue.get(Duration::from_secs(1), LOCK));
        assert!(poll_once(getting.as_mut()).is_pending());
        let sender = queue.clone();
        let sender = thread::spawn(move || put(&sender, "a"));
        let time = thread::spawn(move || clock.advance(Duration::from_secs(1)));
        let received = block_on(getting).unwrap();
        sender.join().unwrap();
        time.join().unwrap();
        assert_eq!(take(&queue).is_none(), received.is_some());
    });
}

/// At its limit a message goes to the dead letters, once, or was completed.
/// Explores 5 executions.
#[test]
fn the_last_expiry_against_a_complete() {
    explore(Search::unbounded(2), || {
        let (letters, clock) = queue(1);
        let queue = MemoryMessageQueue::builder("w")
            .lock_timeout(LOCK)
            .clock(clock.clone());
        let queue = queue
            .capacity(1)
            .max_deliveries(1)
            .dead_letter(&letters)
            .build()
            .unwrap();
        block_on(queue.open()).unwrap();
        put(&queue, "a");
        let (receipt, _) = take(&queue).unwrap();
        let time = thread::spawn(move || clock.advance(LOCK));
        let completed = delete(&queue, &receipt);
        time.join().unwrap();
        assert!(take(&queue).is_none());
        assert_eq!(take_all(&letters).len(), usize::from(!completed));
        assert_room(&queue, 1);
    });
}

/// Who moves a message that its lock's end finds on the way still has it, or has moved it.
/// Explores 12 executions.
#[test]
fn a_move_to_full_dead_letters_against_the_expiry() {
    explore(Search::preemptions(2, 6), || {
        let (letters, clock) = queue(1);
        let queue = MemoryMessageQueue::builder("w")
            .lock_timeout(LOCK)
            .clock(clock.clone());
        let queue = queue.capacity(1).dead_letter(&letters).build().unwrap();
        block_on(queue.open()).unwrap();
        put(&queue, "a");
        put(&letters, "x");
        let mut held = block_on(queue.receive(Duration::ZERO)).unwrap().unwrap();
        let time = clock.clone();
        let time = thread::spawn(move || time.advance(LOCK));
        assert!(block_on(queue.move_to_dead_letter(&mut held, "full")).is_err());
        time.join().unwrap();
        assert_eq!(take_all(&queue), ["a"]);
        assert_eq!(take_all(&letters), ["x"]);
    });
}

/// Nothing that was sent before a clear outlives it, in flight or delayed, though its time comes beside it.
/// Explores 438 executions.
#[test]
fn a_clear_against_an_expiry_and_a_delay_that_ends() {
    explore(Search::preemptions(2, 219), || {
        let (queue, clock) = queue(2);
        put(&queue, "a");
        drop(take(&queue).unwrap());
        let delayed = MessageEnvelope::builder().message("b").deliver_after(LOCK);
        queue.try_put(delayed.build()).unwrap();
        let time = thread::spawn(move || clock.advance(LOCK));
        block_on(queue.clear()).unwrap();
        time.join().unwrap();
        assert!(take(&queue).is_none());
        assert_room(&queue, 2);
    });
}

/// What was cleared on its way to full dead letters does not come back.
/// Explores 26 executions.
#[test]
fn a_clear_against_a_move_to_full_dead_letters() {
    explore(Search::preemptions(3, 13), || {
        let (letters, clock) = queue(1);
        put(&letters, "x");
        let builder = MemoryMessageQueue::builder("w").lock_timeout(LOCK);
        let builder = builder.capacity(1).dead_letter(&letters).clock(clock);
        let queue = builder.build().unwrap();
        block_on(queue.open()).unwrap();
        put(&queue, "a");
        let mut held = block_on(queue.receive(Duration::ZERO)).unwrap().unwrap();
        let other = queue.clone();
        let mover = thread::spawn(move || {
            assert!(block_on(other.move_to_dead_letter(&mut held, "full")).is_err());
        });
        block_on(queue.clear()).unwrap();
        mover.join().unwrap();
        assert_room(&queue, 1);
        assert_eq!(take_all(&letters), ["x"]);
    });
}

/// The like, where its last delivery ends by itself.
/// Explores 810 executions.
#[test]
fn a_clear_against_the_last_expiry_beside_full_dead_letters() {
    explore(Search::preemptions(3, 405), || {
        let (letters, clock) = queue(1);
        put(&letters, "x");
        let builder = MemoryMessageQueue::builder("w").lock_timeout(LOCK);
        let builder = builder.capacity(1).max_deliveries(1).dead_letter(&letters);
        let queue = builder.clock(clock.clone()).build().unwrap();
        block_on(queue.open()).unwrap();
        put(&queue, "a");
        drop(take(&queue).unwrap());
        let time = thread::spawn(move || clock.advance(LOCK));
        block_on(queue.clear()).unwrap();
        time.join().unwrap();
        assert_room(&queue, 1);
        assert_eq!(take_all(&letters), ["x"]);
    });
}
