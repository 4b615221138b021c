//! Models of runs of slots, claimed at once.

use std::sync::atomic::{AtomicBool, Ordering};

use crate::support::{Search, explore, recv, send, try_recv};
use loom::alloc::Track;
use loom::sync::Arc;
use loom::thread;
use queue_core_loom::model::Patience;
use queue_core_loom::{Ring, bounded, unbounded};

fn pair(first: u32) -> [Track<u32>; 2] {
    [Track::new(first), Track::new(first + 1)]
}

fn pop_batch(ring: &Ring<Track<u32>>, max: usize) -> Vec<u32> {
    let mut messages = Vec::with_capacity(max);
    ring.pop_batch(&mut messages, max);
    messages.into_iter().map(Track::into_inner).collect()
}

/// A batch of two into a ring of two that is just being emptied, whose messages are read before they are
/// overwritten. Without R5 the second is not. Three preemptions.
/// Explores 586 executions.
#[test]
fn a_batch_against_the_pops_that_make_room_for_it() {
    explore(Search::preemptions(3, 293), || {
        let ring = Arc::new(Ring::new(2));
        assert_eq!(ring.push_batch(pair(1)).unwrap(), 2);
        let consumer = {
            let ring = Arc::clone(&ring);
            thread::spawn(move || {
                [ring.pop(), ring.pop()].map(|message| message.map(Track::into_inner))
            })
        };
        let (pushed, back) = match ring.push_batch(pair(3)) {
            Ok(pushed) => (pushed, Vec::new()),
            Err(unsent) => (unsent.sent(), unsent.map(Track::into_inner).collect()),
        };
        assert_eq!(consumer.join().unwrap(), [Some(1), Some(2)]);
        let left = pop_batch(&ring, 2);
        assert_eq!(left.len(), pushed);
        assert_eq!([left, back].concat(), [3, 4]);
    });
}

/// Two pushes against a pop of up to two: none, or the first, or both. Without R6 the second is read before
/// it is written. Unbounded.
/// Explores 1,775 executions.
#[test]
fn two_pushes_against_a_batch() {
    explore(Search::unbounded(887), || {
        let ring = Arc::new(Ring::new(2));
        let producer = {
            let ring = Arc::clone(&ring);
            thread::spawn(move || {
                for message in pair(1) {
                    assert!(ring.push(message).is_ok());
                }
            })
        };
        let mut received = pop_batch(&ring, 2);
        producer.join().unwrap();
        received.extend(pop_batch(&ring, 2));
        assert_eq!(received, [1, 2]);
    });
}

/// A batch of two against a pop of up to two: none, or both. Unbounded.
/// Explores 1,740 executions.
#[test]
fn a_batch_against_a_batch() {
    explore(Search::unbounded(870), || {
        let ring = Arc::new(Ring::new(2));
        let producer = {
            let ring = Arc::clone(&ring);
            thread::spawn(move || assert_eq!(ring.push_batch(pair(1)).unwrap(), 2))
        };
        let mut received = pop_batch(&ring, 2);
        assert_ne!(received.len(), 1, "the foremost is published last");
        producer.join().unwrap();
        received.extend(pop_batch(&ring, 2));
        assert_eq!(received, [1, 2]);
    });
}

/// A batch of two beside a single push into a ring of three, across the overflow of the word: a run keeps
/// together. Three preemptions.
/// Explores 265 executions.
#[test]
fn a_batch_against_a_single_push() {
    explore(Search::preemptions(3, 132), || {
        let ring = Arc::new(Ring::new(3));
        assert!(ring.push(Track::new(0)).is_ok());
        assert!(ring.pop().is_some());
        let producer = {
            let ring = Arc::clone(&ring);
            thread::spawn(move || assert_eq!(ring.push_batch(pair(1)).unwrap(), 2))
        };
        assert!(ring.push(Track::new(9)).is_ok());
        producer.join().unwrap();
        let received = pop_batch(&ring, 3);
        assert!([[1, 2, 9], [9, 1, 2]].contains(&[received[0], received[1], received[2]]));
    });
}

/// Two batches of two and one consumer that takes batches, in a ring of two: each batch in its order.
/// Two preemption.
/// Explores 108,988 executions.
#[test]
fn two_batches_one_consumer() {
    explore(Search::preemptions(2, 54_494), || {
        let ring = Arc::new(Ring::new(2));
        let producers = [1, 11].map(|first| {
            let ring = Arc::clone(&ring);
            thread::spawn(move || {
                let patience = Patience::new();
                let mut messages = Vec::from(pair(first));
                while let Err(unsent) = ring.push_batch(std::mem::take(&mut messages)) {
                    messages = unsent.collect();
                    patience.wait();
                }
            })
        });
        let patience = Patience::new();
        let mut received = Vec::new();
        while received.len() < 4 {
            received.extend(pop_batch(&ring, 2));
            if received.len() < 4 {
                patience.wait();
            }
        }
        for producer in producers {
            producer.join().unwrap();
        }
        for batch in [[1, 2], [11, 12]] {
            let of_batch: Vec<_> = received.iter().filter(|n| batch.contains(n)).collect();
            assert_eq!(of_batch, batch.iter().collect::<Vec<_>>());
        }
    });
}

/// A receiver of batches that finds nothing sleeps, and is woken by a batch. Without H10 it sleeps for
/// ever. Three preemptions.
/// Explores 1,449 executions.
#[test]
fn a_parked_receiver_is_woken_by_a_batch() {
    explore(Search::preemptions(3, 724), || {
        let (sender, receiver) = bounded(2);
        let waiter = thread::spawn(move || {
            let mut messages = Vec::with_capacity(2);
            while messages.len() < 2 {
                receiver.recv_batch(&mut messages, 2).unwrap();
            }
            messages
                .into_iter()
                .map(Track::into_inner)
                .collect::<Vec<_>>()
        });
        assert_eq!(sender.send_batch(pair(1)).unwrap(), 2);
        assert_eq!(waiter.join().unwrap(), [1, 2]);
    });
}

/// Two receivers that sleep, and one batch of two: both are woken. The first 60,000 executions of two
/// preemptions.
#[test]
fn a_batch_wakes_as_many_as_it_has_messages() {
    let search = Search {
        preemptions: Some(2),
        at_least: 29_999,
        at_most: Some(60_000),
    };
    explore(search, || {
        let (sender, receiver) = bounded(2);
        let other = receiver.clone();
        let waiters = [receiver, other].map(|receiver| thread::spawn(move || recv(&receiver)));
        // The sender lets go before it sends, so that this costs no preemption.
        thread::yield_now();
        assert_eq!(sender.send_batch(pair(1)).unwrap(), 2);
        let mut received = waiters.map(|waiter| waiter.join().unwrap());
        received.sort_unstable();
        assert_eq!(received, [Some(1), Some(2)]);
    });
}

/// A sender that finds no room sleeps, and is woken by the batch that makes it. Without H11 it sleeps for
/// ever. Three preemptions.
/// Explores 1,859 executions.
#[test]
fn a_parked_sender_is_woken_by_a_batch() {
    explore(Search::preemptions(3, 929), || {
        let (sender, receiver) = bounded(1);
        assert_eq!(sender.send_batch([Track::new(1)]).unwrap(), 1);
        let waiter =
            thread::spawn(move || assert_eq!(sender.send_batch([Track::new(2)]).unwrap(), 1));
        let mut messages = Vec::with_capacity(2);
        assert_eq!(receiver.recv_batch(&mut messages, 1), Ok(1));
        waiter.join().unwrap();
        assert_eq!(receiver.recv_batch(&mut messages, 1), Ok(1));
        let messages: Vec<_> = messages.into_iter().map(Track::into_inner).collect();
        assert_eq!(messages, [1, 2]);
    });
}

/// A batch of two through a channel of one: its sender sleeps between the two. One preemptions.
/// Explores 18,723 executions.
#[test]
fn a_batch_larger_than_the_channel() {
    explore(Search::preemptions(1, 9_361), || {
        let (sender, receiver) = bounded(1);
        let producer = thread::spawn(move || assert_eq!(sender.send_batch(pair(1)).unwrap(), 2));
        assert_eq!(recv(&receiver), Some(1));
        assert_eq!(recv(&receiver), Some(2));
        producer.join().unwrap();
    });
}

/// A batch against the last receiver: what is not received is dropped with the channel, or comes back.
/// One preemptions.
/// Explores 1,821 executions.
#[test]
fn a_batch_against_the_last_receiver() {
    explore(Search::preemptions(1, 910), || {
        let (sender, receiver) = bounded(1);
        let consumer = thread::spawn(move || recv(&receiver));
        let sent = match sender.send_batch(pair(1)) {
            Ok(sent) => sent,
            Err(refused) => {
                let unsent = refused.into_inner();
                let sent = unsent.sent();
                assert_eq!(sent + unsent.map(Track::into_inner).count(), 2);
                sent
            }
        };
        assert!(sent > 0, "the receiver waits for the first one");
        assert_eq!(consumer.join().unwrap(), Some(1));
    });
}

/// A batch over the end of a block of three, against a receive of batches. One preemptions.
/// Explores 8,513 executions.
#[test]
fn an_unbounded_batch_against_a_batch() {
    explore(Search::preemptions(1, 4_256), || {
        let (sender, receiver) = unbounded();
        let producer = thread::spawn(move || {
            let batch = [1, 2, 3].map(Track::new);
            assert_eq!(sender.send_batch(batch).unwrap(), 3);
        });
        let mut messages = Vec::with_capacity(3);
        while messages.len() < 3 {
            let missing = 3 - messages.len();
            receiver.recv_batch(&mut messages, missing).unwrap();
        }
        producer.join().unwrap();
        let messages: Vec<_> = messages.into_iter().map(Track::into_inner).collect();
        assert_eq!(messages, [1, 2, 3]);
    });
}

/// A batch of receives takes the first message of two that are being sent, and does not wait for the second, in
/// some execution: that one is sent anew. Two preemptions.
/// Explores 1,952 executions.
#[test]
fn a_batch_waits_for_its_first_message_only() {
    static ALONE: AtomicBool = AtomicBool::new(false);
    explore(Search::preemptions(2, 976), || {
        let (sender, receiver) = unbounded();
        // The next two have their slots in one block.
        send(&sender, 0);
        assert_eq!(recv(&receiver), Some(0));
        let producers = [1, 2].map(|value| {
            let sender = sender.clone();
            thread::spawn(move || send(&sender, value))
        });
        let mut received = Vec::new();
        let claimed = receiver.len();
        if let Ok(length) = receiver.try_recv_batch(&mut received, 2)
            && length < claimed
        {
            ALONE.store(true, Ordering::Relaxed);
        }
        for producer in producers {
            producer.join().unwrap();
        }
        let mut received: Vec<_> = received.into_iter().map(Track::into_inner).collect();
        received.extend(std::iter::from_fn(|| try_recv(&receiver)));
        received.sort_unstable();
        assert_eq!(received, [1, 2]);
    });
    assert!(ALONE.load(Ordering::Relaxed), "every batch waited");
}
