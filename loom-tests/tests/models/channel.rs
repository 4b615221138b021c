//! Models of the channel's hand-shakes. A lost wake-up is a deadlock, which
//! loom reports; a message lost or dropped twice is found by `Track`.

use crate::support::{Message, Search, explore, recv, send};
use loom::alloc::Track;
use loom::cell::UnsafeCell;
use loom::sync::Arc;
use loom::thread;
use queue_core_loom::model::{Deadline, spurious_returns};
use queue_core_loom::{
    RecvError, RecvTimeoutError, SendTimeoutError, TryRecvError, TrySendError, bounded,
};

/// The first 100,000 executions of so many preemptions.
fn first_executions(preemptions: usize) -> Search {
    Search {
        at_most: Some(100_000),
        ..Search::preemptions(preemptions, 49_999)
    }
}

/// A receiver that finds nothing sleeps, and is woken by the one send. Without
/// H1 it sleeps for ever. Four preemptions.
/// Explores 8,924 executions.
#[test]
fn a_parked_receiver_is_woken() {
    explore(Search::preemptions(4, 4_462), || {
        let (sender, receiver) = bounded(1);
        let waiter = thread::spawn(move || recv(&receiver));
        send(&sender, 7);
        assert_eq!(waiter.join().unwrap(), Some(7));
    });
}

/// The like, with two waits that return for no reason. Three
/// preemptions.
/// Explores 1,686 executions.
#[test]
fn a_parked_receiver_survives_spurious_returns() {
    explore(Search::preemptions(3, 843), || {
        spurious_returns(2);
        let (sender, receiver) = bounded(1);
        let waiter = thread::spawn(move || recv(&receiver));
        send(&sender, 7);
        assert_eq!(waiter.join().unwrap(), Some(7));
    });
}

/// A sender that finds no room sleeps, and is woken by the one receive. Four
/// preemptions.
/// Explores 14,999 executions.
#[test]
fn a_parked_sender_is_woken() {
    explore(Search::preemptions(4, 7_499), || {
        let (sender, receiver) = bounded(1);
        send(&sender, 1);
        let waiter = thread::spawn(move || send(&sender, 2));
        assert_eq!(recv(&receiver), Some(1));
        waiter.join().unwrap();
        assert_eq!(recv(&receiver), Some(2));
        assert_eq!(recv(&receiver), None, "the sender is gone");
    });
}

/// Sender and receiver park in turns over a channel of one. The first 100,000 executions of two preemptions.
#[test]
fn both_ends_park_in_turn() {
    explore(first_executions(2), || {
        let (sender, receiver) = bounded(1);
        let producer = thread::spawn(move || {
            send(&sender, 1);
            send(&sender, 2);
        });
        assert_eq!(recv(&receiver), Some(1));
        assert_eq!(recv(&receiver), Some(2));
        producer.join().unwrap();
    });
}

/// Two receivers, two messages by one sender: both are woken, also where the
/// one that takes the first message has been notified of the second. The first
/// 60,000 executions of two preemptions; the case in which the notification is
/// passed on comes later in the search, and has a test of its own in
/// `wait/blocking.rs`.
#[test]
fn two_receivers_two_messages() {
    let search = Search {
        preemptions: Some(2),
        at_least: 49_999,
        at_most: Some(60_000),
    };
    explore(search, || {
        let (sender, receiver) = bounded(2);
        let other = receiver.clone();
        let waiters = [receiver, other].map(|receiver| thread::spawn(move || recv(&receiver)));
        // The sender lets go between its sends, so that this costs no preemption.
        thread::yield_now();
        send(&sender, 1);
        thread::yield_now();
        send(&sender, 2);
        let mut received = waiters.map(|waiter| waiter.join().unwrap());
        received.sort_unstable();
        assert_eq!(received, [Some(1), Some(2)]);
    });
}

/// Two senders that park, and a receiver that makes room once and goes: each
/// message is received, dropped with the channel, or comes back. One preemption.
/// Explores 9,826 executions.
#[test]
fn two_senders_one_receive_and_disconnect() {
    explore(Search::preemptions(1, 4_913), || {
        let (sender, receiver) = bounded(1);
        send(&sender, 0);
        let other = sender.clone();
        let waiters = [(sender, 1), (other, 2)].map(|(sender, value)| {
            thread::spawn(move || {
                if let Err(refused) = sender.send(Track::new(value)) {
                    assert_eq!(refused.into_inner().into_inner(), value);
                }
            })
        });
        assert_eq!(recv(&receiver), Some(0));
        drop(receiver);
        for waiter in waiters {
            waiter.join().unwrap();
        }
    });
}

/// Two senders write into a channel on which two receivers wait, one of them
/// with a deadline that comes: a message that is ready behind one that is still
/// being written is received by the one who has time. The first 100,000 executions of one preemption.
#[test]
fn a_timeout_behind_an_unfinished_send_passes_the_wake_on() {
    explore(first_executions(1), || {
        let (sender, receiver) = bounded(2);
        let other = receiver.clone();
        let deadline = Deadline::new();
        let until = deadline.instant();
        let hasty = thread::spawn(move || receiver.recv_deadline(until).map(Track::into_inner));
        let patient = thread::spawn(move || recv(&other));
        let second = sender.clone();
        let producer = thread::spawn(move || send(&second, 1));
        deadline.fire();
        producer.join().unwrap();
        match hasty.join().unwrap() {
            Ok(1) => send(&sender, 2),
            Ok(other) => panic!("{other}"),
            Err(error) => assert_eq!(error, RecvTimeoutError::Timeout),
        }
        assert!(patient.join().unwrap().is_some());
    });
}

/// A receive that times out while it is being woken gives the message away
/// or takes it: never neither. Two preemptions.
/// Explores 2,356 executions.
#[test]
fn recv_timeout_against_send() {
    explore(Search::preemptions(2, 1_178), || {
        let (sender, receiver) = bounded(1);
        let deadline = Deadline::new();
        let until = deadline.instant();
        let waiter = thread::spawn(move || {
            let received = receiver.recv_deadline(until).map(Track::into_inner);
            (received, receiver)
        });
        let timer = thread::spawn(move || deadline.fire());
        send(&sender, 7);
        let (received, receiver) = waiter.join().unwrap();
        timer.join().unwrap();
        match received {
            Ok(message) => assert_eq!(message, 7),
            Err(error) => {
                assert_eq!(error, RecvTimeoutError::Timeout);
                assert_eq!(receiver.try_recv().map(Track::into_inner), Ok(7));
            }
        }
    });
}

/// A send that times out while room is made has sent its message or gives it
/// back. Two preemptions.
/// Explores 2,360 executions.
#[test]
fn send_timeout_against_recv() {
    explore(Search::preemptions(2, 1_180), || {
        let (sender, receiver) = bounded(1);
        send(&sender, 1);
        let deadline = Deadline::new();
        let until = deadline.instant();
        let waiter = thread::spawn(move || match sender.send_deadline(Track::new(2), until) {
            Ok(()) => true,
            Err(SendTimeoutError::Timeout(message)) => {
                assert_eq!(message.into_inner(), 2);
                false
            }
            Err(SendTimeoutError::Disconnected(_)) => panic!("the receiver is alive"),
        });
        let timer = thread::spawn(move || deadline.fire());
        assert_eq!(recv(&receiver), Some(1));
        let sent = waiter.join().unwrap();
        timer.join().unwrap();
        assert_eq!(recv(&receiver), sent.then_some(2));
    });
}

/// The last sender goes while a receiver goes to sleep. Without H2 it sleeps for
/// ever.
/// Explores 9,658 executions.
#[test]
fn disconnect_wakes_a_parked_receiver() {
    explore(Search::unbounded(4_829), || {
        let (sender, receiver) = bounded::<Message>(1);
        let waiter = thread::spawn(move || receiver.recv().map(Track::into_inner));
        drop(sender);
        assert_eq!(waiter.join().unwrap(), Err(RecvError));
    });
}

/// Two receivers asleep are both told. Two preemptions.
/// Explores 7,087 executions.
#[test]
fn disconnect_wakes_every_parked_receiver() {
    explore(Search::preemptions(2, 3_543), || {
        let (sender, receiver) = bounded::<Message>(1);
        let other = receiver.clone();
        let waiters = [receiver, other].map(|receiver| thread::spawn(move || recv(&receiver)));
        drop(sender);
        for waiter in waiters {
            assert_eq!(waiter.join().unwrap(), None);
        }
    });
}

/// The last receiver goes while a sender goes to sleep: the sender has its
/// message back, and what was in the channel is dropped. Without H3 the sender
/// sleeps for ever. Three preemptions.
/// Explores 25,036 executions.
#[test]
fn disconnect_wakes_a_parked_sender() {
    explore(Search::preemptions(3, 12_518), || {
        let (sender, receiver) = bounded(1);
        send(&sender, 1);
        let waiter = thread::spawn(move || sender.send(Track::new(2)));
        drop(receiver);
        let refused = waiter.join().unwrap().err().unwrap();
        assert_eq!(refused.into_inner().into_inner(), 2);
    });
}

/// A message sent before the last sender goes is received before the end is
/// reported.
/// Explores 38,758 executions.
#[test]
fn the_end_is_reported_after_the_last_message() {
    explore(Search::preemptions(3, 19_379), || {
        let (sender, receiver) = bounded(1);
        let producer = thread::spawn(move || send(&sender, 7));
        match receiver.try_recv().map(Track::into_inner) {
            Ok(message) => assert_eq!(message, 7),
            Err(error) => {
                assert_eq!(error, TryRecvError::Empty);
                assert_eq!(recv(&receiver), Some(7));
            }
        }
        assert_eq!(recv(&receiver), None);
        producer.join().unwrap();
    });
}

/// A send that races with the last receiver's going: the message comes back,
/// or is dropped with the channel, once. Without D2 the channel is freed in use.
/// Explores 6,624 executions.
#[test]
fn send_against_the_last_receiver() {
    explore(Search::unbounded(3_312), || {
        let (sender, receiver) = bounded(1);
        let producer = thread::spawn(move || {
            if let Err(refused) = sender.send(Track::new(7)) {
                assert_eq!(refused.into_inner().into_inner(), 7);
            }
        });
        drop(receiver);
        producer.join().unwrap();
    });
}

/// A request that carries the way to reply, sent while the last server goes: if
/// it was accepted, it is dropped, and who waits for the reply is told. Sleeps for
/// ever where the server does not wait for a send that is being finished.
/// Explores 1,080 executions.
#[test]
fn a_request_accepted_while_the_last_server_goes_is_dropped() {
    explore(Search::preemptions(3, 540), || {
        let (requests, server) = bounded(1);
        let client = thread::spawn(move || {
            let (answer, reply) = bounded::<Message>(1);
            if requests.send(answer).is_ok() {
                assert_eq!(reply.recv().err(), Some(RecvError));
            }
        });
        drop(server);
        client.join().unwrap();
    });
}

/// Handles of one end go on two threads, with a message inside: the last one
/// sees what the other one did, and the channel is freed once. Breaks without D1.
/// Explores 14 executions.
#[test]
fn the_last_of_two_senders_closes_after_both_have_sent() {
    explore(Search::unbounded(7), || {
        let (sender, receiver) = bounded(2);
        let done = Arc::new(UnsafeCell::new(0));
        let other = sender.clone();
        let theirs = Arc::clone(&done);
        let producer = thread::spawn(move || {
            // SAFETY: the receiver reads the cell after both senders are gone.
            theirs.with_mut(|cell| unsafe { *cell = 7 });
            drop(other);
        });
        drop(sender);
        if receiver.try_recv().map(Track::<u32>::into_inner) == Err(TryRecvError::Disconnected) {
            // SAFETY: both senders are gone, which the verdict synchronises with.
            assert_eq!(done.with(|cell| unsafe { *cell }), 7);
        }
        producer.join().unwrap();
    });
}

/// Who is told that every sender is gone sees what they did before. Breaks
/// without C1 or C3.
/// Explores 6 executions.
#[test]
fn the_end_synchronises_with_the_senders() {
    explore(Search::unbounded(3), || {
        let (sender, receiver) = bounded::<Message>(1);
        let done = Arc::new(UnsafeCell::new(0));
        let theirs = Arc::clone(&done);
        let producer = thread::spawn(move || {
            // SAFETY: the receiver reads the cell after the sender is gone.
            theirs.with_mut(|cell| unsafe { *cell = 7 });
            drop(sender);
        });
        if receiver
            .try_recv()
            .is_err_and(|error| error.is_disconnected())
        {
            // SAFETY: the sender is gone, which the verdict synchronises with.
            assert_eq!(done.with(|cell| unsafe { *cell }), 7);
        }
        producer.join().unwrap();
    });
}

/// Who is told that every receiver is gone sees what they did before. Breaks
/// without C1 or C2.
/// Explores 261 executions.
#[test]
fn a_refused_send_synchronises_with_the_receivers() {
    explore(Search::unbounded(130), || {
        let (sender, receiver) = bounded(1);
        let done = Arc::new(UnsafeCell::new(0));
        let theirs = Arc::clone(&done);
        let consumer = thread::spawn(move || {
            // SAFETY: the sender reads the cell after the receiver is gone.
            theirs.with_mut(|cell| unsafe { *cell = 7 });
            drop(receiver);
        });
        if let Err(TrySendError::Disconnected(_)) = sender.try_send(Track::new(1)) {
            // SAFETY: the receiver is gone, which the verdict synchronises with.
            assert_eq!(done.with(|cell| unsafe { *cell }), 7);
        }
        consumer.join().unwrap();
    });
}
