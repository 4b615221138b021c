//! Models of the unbounded channel. Here a block has three slots, of which the
//! first block uses the last, and an index has eight bits: the first message
//! brings the first hand-over, the fourth the next, and the words overflow
//! between them.

use crate::support::{Message, Search, explore, recv, send, try_recv};
use loom::alloc::Track;
use loom::cell::UnsafeCell;
use loom::sync::Arc;
use loom::thread;
use queue_core_loom::model::Patience;
use queue_core_loom::{Receiver, TryRecvError, unbounded};

/// Two producers, of whom one hands over to the next block. Breaks without B1 or B6.
/// Explores 175 executions.
#[test]
fn two_producers_hand_over() {
    explore(Search::preemptions(2, 87), || {
        let (sender, receiver) = unbounded();
        let other = sender.clone();
        let producer = thread::spawn(move || send(&other, 1));
        send(&sender, 2);
        producer.join().unwrap();
        let mut received = [try_recv(&receiver), try_recv(&receiver)];
        received.sort_unstable();
        assert_eq!(received, [Some(1), Some(2)]);
        assert_eq!(try_recv(&receiver), None);
    });
}

/// A consumer follows a producer from one block into the next.
/// Explores 49,098 executions.
#[test]
fn a_consumer_follows_into_the_next_block() {
    explore(Search::preemptions(2, 24_549), || {
        let (sender, receiver) = unbounded();
        let producer = thread::spawn(move || {
            send(&sender, 1);
            send(&sender, 2);
        });
        assert_eq!(recv(&receiver), Some(1));
        assert_eq!(recv(&receiver), Some(2));
        assert_eq!(recv(&receiver), None);
        producer.join().unwrap();
    });
}

fn try_until_some(receiver: &Receiver<Message>) -> u32 {
    let patience = Patience::new();
    loop {
        match try_recv(receiver) {
            Some(value) => return value,
            None => patience.wait(),
        }
    }
}

/// Two consumers, of whom one hands over to the next block. Breaks without B2.
/// Explores 268 executions.
#[test]
fn two_consumers_hand_over() {
    explore(Search::preemptions(3, 134), || {
        let (sender, receiver) = unbounded();
        send(&sender, 1);
        send(&sender, 2);
        let other = receiver.clone();
        let consumer = thread::spawn(move || try_until_some(&other));
        let mut received = [try_until_some(&receiver), consumer.join().unwrap()];
        received.sort_unstable();
        assert_eq!(received, [1, 2]);
    });
}

/// Two consumers empty a block of three, which is freed under neither. Breaks without B7.
/// Explores 34 executions.
#[test]
fn a_block_is_freed_after_its_last_reader() {
    explore(Search::preemptions(3, 17), || {
        let (sender, receiver) = unbounded();
        for value in 0..4 {
            send(&sender, value);
        }
        assert_eq!(try_recv(&receiver), Some(0));
        assert_eq!(try_recv(&receiver), Some(1));
        let other = receiver.clone();
        let consumer = thread::spawn(move || try_until_some(&other));
        let mut received = [try_until_some(&receiver), consumer.join().unwrap()];
        received.sort_unstable();
        assert_eq!(received, [2, 3]);
    });
}

/// A block that a consumer has done with is used again by a producer. Breaks without B8.
/// Explores 359 executions.
#[test]
fn a_block_is_used_again() {
    explore(Search::preemptions(3, 179), || {
        let (sender, receiver) = unbounded();
        for value in 0..3 {
            send(&sender, value);
        }
        let reader = receiver.clone();
        let consumer = thread::spawn(move || assert_eq!(try_recv(&reader), Some(0)));
        // The last slot of the second block, and the first of the third, or of the first.
        send(&sender, 3);
        send(&sender, 4);
        consumer.join().unwrap();
        for value in 1..5 {
            assert_eq!(try_recv(&receiver), Some(value));
        }
    });
}

/// A receiver that finds nothing sleeps, and is woken by the one send.
/// Explores 19,952 executions.
#[test]
fn a_parked_receiver_is_woken() {
    explore(Search::preemptions(4, 9_976), || {
        let (sender, receiver) = unbounded();
        let waiter = thread::spawn(move || recv(&receiver));
        send(&sender, 7);
        assert_eq!(waiter.join().unwrap(), Some(7));
    });
}

/// A receiver passes over a message that is still being written, and gets it in the end, from a
/// sender that has claimed again; its sends keep their order.
/// Explores 219,062 executions.
#[test]
fn a_message_that_was_passed_over_is_sent_anew() {
    explore(Search::preemptions(1, 109_531), || {
        let (sender, receiver) = unbounded();
        let other = sender.clone();
        let first = thread::spawn(move || {
            assert!(other.try_send(Track::new(1)).is_ok());
            assert!(other.try_send(Track::new(2)).is_ok());
        });
        let second = thread::spawn(move || assert!(sender.try_send(Track::new(3)).is_ok()));
        let received = [(); 3].map(|()| recv(&receiver).unwrap());
        first.join().unwrap();
        second.join().unwrap();
        let place = |value| received.iter().position(|&other| other == value).unwrap();
        assert!(place(1) < place(2));
        place(3);
        assert_eq!(recv(&receiver), None);
    });
}

/// The last sender goes while a receiver goes to sleep.
/// Explores 600 executions.
#[test]
fn disconnect_wakes_a_parked_receiver() {
    explore(Search::preemptions(3, 300), || {
        let (sender, receiver) = unbounded::<Message>();
        let waiter = thread::spawn(move || recv(&receiver));
        drop(sender);
        assert_eq!(waiter.join().unwrap(), None);
    });
}

/// A send that races with the last receiver's going: the message comes back, or is dropped with the
/// channel, once.
/// Explores 1,327 executions.
#[test]
fn send_against_the_last_receiver() {
    explore(Search::preemptions(4, 663), || {
        let (sender, receiver) = unbounded();
        send(&sender, 1);
        let producer = thread::spawn(move || {
            if let Err(refused) = sender.send(Track::new(7)) {
                assert_eq!(refused.into_inner().into_inner(), 7);
            }
        });
        drop(receiver);
        producer.join().unwrap();
    });
}

/// A request that carries the way to reply, sent while the last server goes: if it was accepted,
/// it is dropped, and who waits for the reply is told.
/// Explores 256 executions.
#[test]
fn a_request_accepted_while_the_last_server_goes_is_dropped() {
    explore(Search::preemptions(2, 128), || {
        let (requests, server) = unbounded();
        let client = thread::spawn(move || {
            let (answer, reply) = unbounded::<Message>();
            if requests.send(answer).is_ok() {
                assert!(recv(&reply).is_none());
            }
        });
        drop(server);
        client.join().unwrap();
    });
}

/// Messages left in two blocks are dropped with the channel, once.
/// Explores 38,595 executions.
#[test]
fn drop_with_messages_inside() {
    explore(Search::unbounded(19_297), || {
        let (sender, receiver) = unbounded();
        let producer = thread::spawn(move || {
            send(&sender, 1);
            send(&sender, 2);
        });
        assert!(try_recv(&receiver).is_none_or(|value| value == 1));
        producer.join().unwrap();
    });
}

/// Who is told that every sender is gone sees what they did before. Breaks without B5.
/// Explores 17 executions.
#[test]
fn the_end_synchronises_with_the_senders() {
    explore(Search::unbounded(8), || {
        let (sender, receiver) = unbounded::<Message>();
        let done = Arc::new(UnsafeCell::new(0));
        let theirs = Arc::clone(&done);
        let producer = thread::spawn(move || {
            // SAFETY: the receiver reads the cell after the sender is gone.
            theirs.with_mut(|cell| unsafe { *cell = 7 });
            drop(sender);
        });
        if receiver.try_recv().map(Track::into_inner) == Err(TryRecvError::Disconnected) {
            // SAFETY: the sender is gone, which the verdict synchronises with.
            assert_eq!(done.with(|cell| unsafe { *cell }), 7);
        }
        producer.join().unwrap();
    });
}

/// Two threads send into one channel each and then look into the other's: not both may find it
/// empty. Breaks without V3.
/// Explores 4,678 executions.
#[test]
fn of_two_empty_verdicts_one_is_wrong() {
    explore(Search::preemptions(2, 2_339), || {
        let (one, other) = (unbounded(), unbounded());
        let theirs = (other.0.clone(), one.1.clone());
        let peer = thread::spawn(move || {
            send(&theirs.0, 1);
            try_recv(&theirs.1)
        });
        send(&one.0, 0);
        let mine = try_recv(&other.1);
        assert!(mine.is_some() || peer.join().unwrap().is_some());
    });
}

/// A channel with one message, into which another thread sends and from which it then receives, is
/// never empty, nor without one or two. Breaks without B4.
/// Explores 5,376 executions.
#[test]
fn a_channel_that_is_never_empty_is_never_found_so() {
    explore(Search::preemptions(3, 2_688), || {
        let (sender, receiver) = unbounded();
        send(&sender, 1);
        let other = (sender.clone(), receiver.clone());
        let peer = thread::spawn(move || {
            send(&other.0, 2);
            try_recv(&other.1)
        });
        assert!(!receiver.is_empty());
        assert!((1..=2).contains(&receiver.len()));
        assert!(try_recv(&receiver).is_some());
        assert!(peer.join().unwrap().is_some());
    });
}

/// The like for one that receives and then sends: there are never two. Breaks without B3.
/// Explores 176 executions.
#[test]
fn a_message_is_never_counted_twice() {
    explore(Search::preemptions(3, 88), || {
        let (sender, receiver) = unbounded();
        send(&sender, 1);
        let other = (sender.clone(), receiver.clone());
        let peer = thread::spawn(move || {
            assert_eq!(try_recv(&other.1), Some(1));
            send(&other.0, 2);
        });
        assert!(receiver.len() <= 1);
        peer.join().unwrap();
    });
}
