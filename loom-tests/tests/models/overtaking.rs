//! Models of those who go first, after they have been overtaken (here: once), and of newcomers that stand back.

use std::future::Future;
use std::pin::{Pin, pin};
use std::task::{Context, Poll, Waker};

use crate::support::{Message, Search, explore, recv, send, try_recv};
use loom::alloc::Track;
use loom::future::block_on;
use loom::thread;
use queue_core_loom::{Receiver, Select, Sender, bounded};

fn poll_once<F: Future>(future: Pin<&mut F>) -> Poll<F::Output> {
    future.poll(&mut Context::from_waker(Waker::noop()))
}

/// The first 30,000 executions of two preemptions.
fn first_executions() -> Search {
    Search {
        at_most: Some(30_000),
        ..Search::preemptions(2, 1)
    }
}

/// Has a receive that waits overtaken, so that it goes first.
fn overtake<F: Future>(
    sender: &Sender<Message>,
    receiver: &Receiver<Message>,
    mut waiting: Pin<&mut F>,
) {
    assert!(poll_once(waiting.as_mut()).is_pending());
    send(sender, 1);
    assert_eq!(try_recv(receiver), Some(1));
    assert!(poll_once(waiting).is_pending());
}

/// One that goes first and a thread that stands back get a message each.
#[test]
fn who_goes_first_and_a_newcomer_both_receive() {
    explore(first_executions(), || {
        let (sender, receiver) = bounded(2);
        let other = receiver.clone();
        let mut first = pin!(receiver.recv_async());
        overtake(&sender, &receiver, first.as_mut());
        let newcomer = thread::spawn(move || recv(&other).unwrap());
        send(&sender, 2);
        send(&sender, 3);
        let received = block_on(first).unwrap().into_inner();
        assert_eq!(received + newcomer.join().unwrap(), 5);
    });
}

/// The like for room.
#[test]
fn who_goes_first_and_a_newcomer_both_send() {
    explore(first_executions(), || {
        let (sender, receiver) = bounded(1);
        let other = sender.clone();
        send(&sender, 0);
        let mut first = pin!(sender.send_async(Track::new(1)));
        assert!(poll_once(first.as_mut()).is_pending());
        assert_eq!(recv(&receiver), Some(0));
        assert!(sender.try_send(Track::new(2)).is_ok());
        assert!(poll_once(first.as_mut()).is_pending());
        let newcomer = thread::spawn(move || send(&other, 3));
        assert_eq!(recv(&receiver), Some(2));
        assert!(block_on(first).is_ok());
        let received = [(); 2].map(|()| recv(&receiver).unwrap());
        assert_eq!(received[0] + received[1], 4);
        newcomer.join().unwrap();
    });
}

/// One that goes first is given up while a thread stands back for it: that one receives.
#[test]
fn a_newcomer_stands_back_for_one_that_is_given_up() {
    explore(first_executions(), || {
        let (sender, receiver) = bounded(1);
        let other = receiver.clone();
        let newcomer = {
            let mut first = pin!(receiver.recv_async());
            overtake(&sender, &receiver, first.as_mut());
            let newcomer = thread::spawn(move || recv(&other));
            send(&sender, 2);
            newcomer
        };
        assert_eq!(newcomer.join().unwrap(), Some(2));
    });
}

/// Where one that went first has been given up, newcomers stand back no more. Without H20 they do.
/// Explores 1 executions.
#[test]
fn newcomers_go_on_where_nobody_goes_first() {
    explore(Search::unbounded(1), || {
        let (sender, receiver) = bounded(1);
        {
            let mut first = pin!(receiver.recv_async());
            overtake(&sender, &receiver, first.as_mut());
            send(&sender, 2);
            assert!(poll_once(pin!(receiver.recv_async())).is_pending());
        }
        assert!(poll_once(pin!(receiver.recv_async())).is_ready());
    });
}

/// Nobody stands back for long for one that was forgotten. Without H21 they do for ever.
/// Explores 1 executions.
#[test]
fn newcomers_go_on_where_one_that_goes_first_was_forgotten() {
    explore(first_executions(), || {
        let (sender, receiver) = bounded(1);
        let mut first = Box::pin(receiver.recv_async());
        overtake(&sender, &receiver, first.as_mut());
        // In time it comes all the same: loom wants its memory back.
        let late = thread::spawn(move || send(&sender, 2));
        late.join().unwrap();
        let mut task = pin!(receiver.recv_async());
        let in_vain = (0..3).take_while(|_| poll_once(task.as_mut()).is_pending());
        assert!(in_vain.count() < 3, "it stands back for ever");
    });
}

/// Two threads stand back for one that goes first and does not come, until one of them has enough of it.
/// Explores 6,444 executions.
#[test]
fn two_newcomers_against_one_that_does_not_come() {
    explore(first_executions(), || {
        let (sender, receiver) = bounded(2);
        let others = [receiver.clone(), receiver.clone()];
        let mut first = pin!(receiver.recv_async());
        overtake(&sender, &receiver, first.as_mut());
        send(&sender, 2);
        send(&sender, 3);
        let newcomers = others.map(|other| thread::spawn(move || recv(&other).unwrap()));
        let received = newcomers.map(|newcomer| newcomer.join().unwrap());
        assert_eq!(received[0] + received[1], 5);
    });
}

/// The end comes while one goes first and another stands back: both are told.
#[test]
fn the_end_against_one_that_goes_first_and_a_newcomer() {
    explore(first_executions(), || {
        let (sender, receiver) = bounded(2);
        let other = receiver.clone();
        let mut first = pin!(receiver.recv_async());
        overtake(&sender, &receiver, first.as_mut());
        let newcomer = thread::spawn(move || recv(&other));
        send(&sender, 2);
        drop(sender);
        let received = block_on(first).ok().map(Track::into_inner);
        let newly = newcomer.join().unwrap();
        assert_eq!(received.or(newly), Some(2));
        assert!(received.is_none() || newly.is_none());
    });
}

/// A thread that stands back is told of one message after the other: of those that it does not take others are
/// told. Without H24 one of them sleeps for ever.
/// Explores 16,807 executions.
#[test]
fn who_stands_back_keeps_no_words_from_others() {
    explore(Search::preemptions(2, 8_403), || {
        let (sender, receiver) = bounded(3);
        let other = receiver.clone();
        let mut first = pin!(receiver.recv_async());
        overtake(&sender, &receiver, first.as_mut());
        let newcomer = thread::spawn(move || recv(&other).unwrap());
        let mut behind = pin!(receiver.recv_async());
        assert!(poll_once(behind.as_mut()).is_pending());
        (2..=4).for_each(|number| send(&sender, number));
        newcomer.join().unwrap();
        assert!(poll_once(first).is_ready());
        assert!(poll_once(behind).is_ready(), "it has not been told");
    });
}

/// A select of one never goes first, and so does not stand back for itself.
#[test]
fn a_select_of_one_against_one_that_overtakes_it() {
    explore(first_executions(), || {
        let (sender, receiver) = bounded::<Message>(1);
        let other = receiver.clone();
        let overtaker = thread::spawn(move || {
            for _ in 0..2 {
                send(&sender, 1);
                if try_recv(&other).is_none() {
                    return;
                }
            }
            send(&sender, 1);
        });
        let mut select = Select::new();
        select.recv(&receiver);
        let message = select.select().recv(&receiver).unwrap();
        assert_eq!(message.into_inner(), 1);
        overtaker.join().unwrap();
    });
}
