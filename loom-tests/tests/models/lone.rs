//! Models of the channel with one sender and one receiver. Its indices begin one lap before they overflow, so that
//! each of these wraps round.

use std::future::Future;
use std::pin::{Pin, pin};
use std::task::{Context, Poll, Waker};

use crate::support::{Message, Search, explore};
use loom::alloc::Track;
use loom::cell::UnsafeCell;
use loom::future::block_on;
use loom::sync::Arc;
use loom::thread;
use queue_core_loom::model::{Deadline, Patience};
use queue_core_loom::spsc::{Receiver, Sender, bounded};
use queue_core_loom::{RecvTimeoutError, SendTimeoutError, TryRecvError, TrySendError};

fn send(sender: &mut Sender<Message>, value: u32) {
    assert!(sender.send(Track::new(value)).is_ok());
}

fn recv(receiver: &mut Receiver<Message>) -> Option<u32> {
    receiver.recv().ok().map(Track::into_inner)
}

fn send_until_done(sender: &mut Sender<Message>, value: u32) {
    let patience = Patience::new();
    let mut message = Track::new(value);
    while let Err(refused) = sender.try_send(message) {
        message = refused.into_inner();
        patience.wait();
    }
}

fn recv_until_done(receiver: &mut Receiver<Message>) -> u32 {
    let patience = Patience::new();
    loop {
        match receiver.try_recv() {
            Ok(message) => return message.into_inner(),
            Err(_) => patience.wait(),
        }
    }
}

/// The first 60,000 executions of two preemptions.
fn first_executions() -> Search {
    Search {
        at_most: Some(60_000),
        ..Search::preemptions(2, 1)
    }
}

/// Polls on behalf of a task that does not wait to be woken.
fn poll_once<F: Future>(future: Pin<&mut F>) -> Poll<F::Output> {
    future.poll(&mut Context::from_waker(Waker::noop()))
}

/// Three messages arrive in order, over more than one lap, between ends that poll. Three preemptions.
fn three_messages(capacity: usize, at_least: usize) {
    explore(Search::preemptions(3, at_least), move || {
        let (mut sender, mut receiver) = bounded(capacity);
        let sending = thread::spawn(move || {
            (1..=3).for_each(|value| send_until_done(&mut sender, value));
            sender
        });
        let received = [1, 2, 3].map(|_| recv_until_done(&mut receiver));
        assert_eq!(received, [1, 2, 3]);
        assert_eq!(receiver.try_recv().err(), Some(TryRecvError::Empty));
        drop(sending.join().unwrap());
    });
}

/// Capacity 1. Without L1 or L2 a message is read before it is written, without L3 or L4 it is overwritten before
/// it is read.
/// Explores 103,341 executions.
#[test]
fn three_messages_capacity_1() {
    three_messages(1, 1);
}

/// Capacity 2.
/// Explores 198,720 executions.
#[test]
fn three_messages_capacity_2() {
    three_messages(2, 1);
}

/// A receiver that finds nothing sleeps, and is woken by the one send.
/// Two preemptions.
/// Explores 695 executions.
#[test]
fn a_parked_receiver_is_woken() {
    explore(Search::preemptions(2, 347), || {
        let (mut sender, mut receiver) = bounded(1);
        let waiter = thread::spawn(move || recv(&mut receiver));
        send(&mut sender, 7);
        assert_eq!(waiter.join().unwrap(), Some(7));
    });
}

/// A sender that finds no room sleeps, and is woken by the one receive.
/// Two preemptions.
/// Explores 763 executions.
#[test]
fn a_parked_sender_is_woken() {
    explore(Search::preemptions(2, 381), || {
        let (mut sender, mut receiver) = bounded(1);
        send(&mut sender, 1);
        let waiter = thread::spawn(move || send(&mut sender, 2));
        assert_eq!(recv(&mut receiver), Some(1));
        waiter.join().unwrap();
        assert_eq!(recv(&mut receiver), Some(2));
        assert_eq!(recv(&mut receiver), None, "the sender is gone");
    });
}

/// Sender and receiver park in turns, with one message more than there is room for. The first 60,000
/// executions of two preemptions.
fn both_ends_park_in_turn(capacity: usize) {
    explore(first_executions(), move || {
        let (mut sender, mut receiver) = bounded(capacity);
        let messages = 1..=capacity as u32 + 1;
        let theirs = messages.clone();
        let sending = thread::spawn(move || theirs.for_each(|value| send(&mut sender, value)));
        for value in messages {
            assert_eq!(recv(&mut receiver), Some(value));
        }
        assert_eq!(recv(&mut receiver), None);
        sending.join().unwrap();
    });
}

/// Over a channel of one.
#[test]
fn both_ends_park_in_turn_capacity_1() {
    both_ends_park_in_turn(1);
}

/// Over a channel of two.
#[test]
fn both_ends_park_in_turn_capacity_2() {
    both_ends_park_in_turn(2);
}

/// A task that awaits messages is woken by a thread that blocks for room.
/// The first 60,000 executions of two preemptions.
#[test]
fn a_task_receives_from_a_thread() {
    explore(first_executions(), || {
        let (mut sender, mut receiver) = bounded(1);
        let waiter = thread::spawn(move || {
            [(); 2].map(|()| block_on(receiver.recv_async()).ok().map(Track::into_inner))
        });
        send(&mut sender, 1);
        send(&mut sender, 2);
        assert_eq!(waiter.join().unwrap(), [Some(1), Some(2)]);
    });
}

/// A task that awaits room is woken by a thread that blocks for messages.
/// The first 60,000 executions of two preemptions.
#[test]
fn a_thread_receives_from_a_task() {
    explore(first_executions(), || {
        let (mut sender, mut receiver) = bounded(1);
        let waiter = thread::spawn(move || {
            for value in 1..=2 {
                assert!(block_on(sender.send_async(Track::new(value))).is_ok());
            }
        });
        assert_eq!(recv(&mut receiver), Some(1));
        assert_eq!(recv(&mut receiver), Some(2));
        waiter.join().unwrap();
    });
}

/// A receive that is given up after a poll, and one that blocks after it, against a send: the message is received
/// once, and the second is woken.
/// The first 60,000 executions of two preemptions.
/// Explores 5,669 executions.
#[test]
fn a_receive_given_up_against_a_send() {
    explore(first_executions(), || {
        let (mut sender, mut receiver) = bounded(1);
        let sending = thread::spawn(move || send(&mut sender, 7));
        let polled = poll_once(pin!(receiver.recv_async()));
        let received = match polled {
            Poll::Ready(received) => received.ok().map(Track::into_inner),
            Poll::Pending => recv(&mut receiver),
        };
        assert_eq!(received, Some(7));
        sending.join().unwrap();
    });
}

/// A send that is given up after a poll, against a receive: the message is sent, or comes back.
/// The first 60,000 executions of two preemptions.
#[test]
fn a_send_given_up_against_a_receive() {
    explore(first_executions(), || {
        let (mut sender, mut receiver) = bounded(1);
        send(&mut sender, 1);
        let sending = thread::spawn(move || {
            let back = {
                let mut sending = pin!(sender.send_async(Track::new(2)));
                match poll_once(sending.as_mut()) {
                    Poll::Ready(sent) => {
                        assert!(sent.is_ok());
                        None
                    }
                    Poll::Pending => sending.take_back(),
                }
            };
            if let Some(back) = back {
                assert_eq!(back.get_ref(), &2);
                assert!(sender.send(back).is_ok());
            }
        });
        assert_eq!(recv(&mut receiver), Some(1));
        assert_eq!(recv(&mut receiver), Some(2));
        sending.join().unwrap();
    });
}

/// A receive that was forgotten while it waited, and one that blocks behind it, against a send: the word goes to
/// both. Breaks without H25. Two preemptions.
/// Explores 3,307 executions.
#[test]
fn a_receive_behind_one_that_was_forgotten() {
    explore(Search::preemptions(2, 1_653), || {
        let (mut sender, mut receiver) = bounded(1);
        let sending = thread::spawn(move || {
            send(&mut sender, 7);
            // It stays, so that only the word of its message wakes the receiver.
            sender
        });
        let mut receiving = Box::pin(receiver.recv_async());
        let received = match poll_once(receiving.as_mut()) {
            Poll::Ready(received) => {
                drop(receiving);
                received.ok().map(Track::into_inner)
            }
            Poll::Pending => {
                std::mem::forget(receiving);
                recv(&mut receiver)
            }
        };
        assert_eq!(received, Some(7));
        drop(sending.join().unwrap());
    });
}

/// The like of a send, against a receive. Breaks without H25. Two preemptions.
/// Explores 6,871 executions.
#[test]
fn a_send_behind_one_that_was_forgotten() {
    explore(Search::preemptions(2, 3_435), || {
        // What is forgotten leaks, which is no fault here: the messages are not tracked.
        let (mut sender, mut receiver) = bounded(1);
        assert_eq!(sender.send(1), Ok(()));
        let receiving = thread::spawn(move || {
            assert_eq!(receiver.recv(), Ok(1));
            receiver
        });
        let mut sending = Box::pin(sender.send_async(2));
        match poll_once(sending.as_mut()) {
            Poll::Ready(sent) => {
                drop(sending);
                assert_eq!(sent, Ok(()));
            }
            Poll::Pending => {
                std::mem::forget(sending);
                assert_eq!(sender.send(2), Ok(()));
            }
        }
        let mut receiver = receiving.join().unwrap();
        assert_eq!(receiver.recv(), Ok(2));
    });
}

/// The sender goes while the receiver goes to sleep.
/// The first 60,000 executions of two preemptions.
/// Explores 2,492 executions.
#[test]
fn disconnect_wakes_a_parked_receiver() {
    explore(first_executions(), || {
        let (mut sender, mut receiver) = bounded::<Message>(1);
        let waiter = thread::spawn(move || [recv(&mut receiver), recv(&mut receiver)]);
        send(&mut sender, 1);
        drop(sender);
        assert_eq!(waiter.join().unwrap(), [Some(1), None]);
    });
}

/// The receiver goes while the sender goes to sleep: the sender has its message back, and what was in the channel is
/// dropped.
/// The first 60,000 executions of two preemptions.
/// Explores 2,337 executions.
#[test]
fn disconnect_wakes_a_parked_sender() {
    explore(first_executions(), || {
        let (mut sender, receiver) = bounded(1);
        send(&mut sender, 1);
        let waiter = thread::spawn(move || sender.send(Track::new(2)));
        drop(receiver);
        let refused = waiter.join().unwrap().err().unwrap();
        assert_eq!(refused.into_inner().into_inner(), 2);
    });
}

/// The receiver closes while a sender sends, and sleeps: what was accepted is received, and the rest comes back.
/// Two preemptions.
/// Explores 65 executions.
#[test]
fn close_by_the_receiver_against_a_send() {
    explore(Search::preemptions(2, 32), || {
        let (mut sender, mut receiver) = bounded(1);
        let sending = thread::spawn(move || {
            (1..=2)
                .take_while(|&value| match sender.send(Track::new(value)) {
                    Ok(()) => true,
                    Err(refused) => {
                        assert_eq!(refused.into_inner().into_inner(), value);
                        false
                    }
                })
                .count()
        });
        assert!(receiver.close());
        // It is woken by the close, as nobody receives before it has gone.
        let sent = sending.join().unwrap();
        let received = std::iter::from_fn(|| recv(&mut receiver)).count();
        assert_eq!(sent, received);
    });
}

/// The sender closes while the receiver goes to sleep, and stays.
/// The first 60,000 executions of two preemptions.
/// Explores 2,078 executions.
#[test]
fn close_by_the_sender_against_a_receive() {
    explore(first_executions(), || {
        let (mut sender, mut receiver) = bounded(2);
        let waiter = thread::spawn(move || {
            let received = [recv(&mut receiver), recv(&mut receiver)];
            (received, receiver)
        });
        send(&mut sender, 1);
        sender.close();
        let (received, receiver) = waiter.join().unwrap();
        assert_eq!(received, [Some(1), None]);
        assert!(!receiver.close());
    });
}

/// Who is told of the end sees what was done before the close.
/// Two preemptions.
/// Explores 6 executions.
#[test]
fn the_end_synchronises_with_the_close() {
    explore(Search::preemptions(2, 3), || {
        let (sender, mut receiver) = bounded::<Message>(1);
        let done = Arc::new(UnsafeCell::new(0));
        let theirs = Arc::clone(&done);
        let sending = thread::spawn(move || {
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
        sending.join().unwrap();
    });
}

/// A sender that is turned away sees what the receiver did before it went.
/// Two preemptions.
/// Explores 46 executions.
#[test]
fn a_refused_send_synchronises_with_the_receiver() {
    explore(Search::preemptions(2, 23), || {
        let (mut sender, receiver) = bounded(1);
        let done = Arc::new(UnsafeCell::new(0));
        let theirs = Arc::clone(&done);
        let receiving = thread::spawn(move || {
            // SAFETY: the sender reads the cell after the receiver is gone.
            theirs.with_mut(|cell| unsafe { *cell = 7 });
            drop(receiver);
        });
        if let Err(TrySendError::Disconnected(_)) = sender.try_send(Track::new(1)) {
            // SAFETY: the receiver is gone, which the verdict synchronises with.
            assert_eq!(done.with(|cell| unsafe { *cell }), 7);
        }
        receiving.join().unwrap();
    });
}

/// Both ends go at the same time, with messages inside: each is dropped once.
/// The first 60,000 executions of two preemptions.
/// Explores 593 executions.
#[test]
fn both_ends_go_with_messages_inside() {
    explore(first_executions(), || {
        let (mut sender, mut receiver) = bounded(2);
        let sending = thread::spawn(move || {
            for value in 1..=2 {
                if let Err(refused) = sender.try_send(Track::new(value)) {
                    assert_eq!(refused.into_inner().into_inner(), value);
                }
            }
        });
        let received = receiver.try_recv().map(Track::into_inner);
        assert!(matches!(received, Ok(1) | Err(TryRecvError::Empty)));
        drop(receiver);
        sending.join().unwrap();
    });
}

/// Batches of two and three, against each other, where either side has to sleep.
/// The first 60,000 executions of two preemptions.
#[test]
fn a_batch_against_a_batch() {
    explore(first_executions(), || {
        let (mut sender, mut receiver) = bounded(2);
        let sending = thread::spawn(move || {
            assert_eq!(sender.send_batch([1, 2, 3].map(Track::new)).ok(), Some(3));
        });
        let mut received = Vec::new();
        while receiver.recv_batch(&mut received, 2).is_ok() {}
        assert!(received.into_iter().map(Track::into_inner).eq(1..=3));
        sending.join().unwrap();
    });
}

/// A batch against the receiver's going: what is not accepted comes back, in order.
/// Two preemptions.
/// Explores 909 executions.
#[test]
fn a_batch_against_the_close() {
    explore(Search::preemptions(2, 454), || {
        let (mut sender, receiver) = bounded(2);
        let sending =
            thread::spawn(
                move || match sender.try_send_batch([1, 2, 3].map(Track::new)) {
                    Ok(_) => panic!("there is room for two"),
                    Err(refused) => {
                        let unsent = refused.into_inner();
                        let sent = unsent.sent();
                        assert!(sent == 0 || sent == 2, "a run is accepted as a whole");
                        assert!(unsent.map(Track::into_inner).eq(sent as u32 + 1..=3));
                    }
                },
            );
        receiver.close();
        drop(receiver);
        sending.join().unwrap();
    });
}

/// A receive, and a send, that time out while the other end comes: the message is received, or still there; sent, or
/// given back.
/// The first 60,000 executions of two preemptions.
#[test]
fn timeouts_against_the_other_end() {
    explore(first_executions(), || {
        let (mut sender, mut receiver) = bounded(1);
        let deadline = Deadline::new();
        let until = deadline.instant();
        let waiter = thread::spawn(move || {
            let received = receiver.recv_deadline(until).map(Track::into_inner);
            (received, receiver)
        });
        let timer = thread::spawn(move || deadline.fire());
        send(&mut sender, 1);
        let (received, mut receiver) = waiter.join().unwrap();
        timer.join().unwrap();
        match received {
            Ok(message) => assert_eq!(message, 1),
            Err(error) => {
                assert_eq!(error, RecvTimeoutError::Timeout);
                assert_eq!(recv(&mut receiver), Some(1));
            }
        }
        send(&mut sender, 2);
        let deadline = Deadline::new();
        let until = deadline.instant();
        let waiter = thread::spawn(move || match sender.send_deadline(Track::new(3), until) {
            Ok(()) => true,
            Err(SendTimeoutError::Timeout(message)) => message.into_inner() != 3,
            Err(SendTimeoutError::Disconnected(_)) => panic!("the receiver is alive"),
        });
        let timer = thread::spawn(move || deadline.fire());
        assert_eq!(recv(&mut receiver), Some(2));
        let sent = waiter.join().unwrap();
        timer.join().unwrap();
        assert_eq!(recv(&mut receiver), sent.then_some(3));
    });
}
