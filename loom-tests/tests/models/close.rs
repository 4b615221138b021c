//! Models of closing, of overwriting, and of tries that never wait.

use std::sync::atomic::{AtomicBool, Ordering};

use crate::support::{Message, Search, explore, recv, send, try_recv};
use loom::alloc::Track;
use loom::cell::UnsafeCell;
use loom::sync::Arc;
use loom::thread;
use queue_core_loom::{Receiver, RecvNowError, Select, SendNowError, Sender, bounded, unbounded};

/// A receiver that sleeps is told of the close. Without H8 it sleeps for ever. Three preemptions.
/// Explores 211 executions.
#[test]
fn close_wakes_a_parked_receiver() {
    explore(Search::preemptions(3, 105), || {
        let (sender, receiver) = bounded(1);
        let waiter = thread::spawn(move || recv(&receiver));
        assert!(sender.close());
        assert_eq!(waiter.join().unwrap(), None);
        assert!(sender.send(Track::new(1)).is_err());
    });
}

/// A sender that sleeps is told of the close, and gets its message back; what was there is received.
/// Without H9 it sleeps for ever. Three preemptions.
/// Explores 565 executions.
#[test]
fn close_wakes_a_parked_sender() {
    explore(Search::preemptions(3, 282), || {
        let (sender, receiver) = bounded(1);
        send(&sender, 1);
        let waiter = thread::spawn(move || {
            let refused = sender.send(Track::new(2)).map_err(|back| back.into_inner());
            refused.map_err(Track::into_inner)
        });
        assert!(receiver.close());
        assert_eq!(waiter.join().unwrap(), Err(2));
        assert_eq!(recv(&receiver), Some(1));
        assert_eq!(recv(&receiver), None);
    });
}

/// A send that races the close either is received, or gives its message back. Three preemptions.
/// Explores 1,786 executions.
#[test]
fn close_against_send() {
    explore(Search::preemptions(3, 893), || {
        let (sender, receiver) = bounded(1);
        let producer = thread::spawn(move || sender.send(Track::new(1)).is_ok());
        // The sender may have gone, which closes it, too.
        receiver.close();
        let received = recv(&receiver);
        assert_eq!(recv(&receiver), None);
        assert_eq!(producer.join().unwrap(), received.is_some());
    });
}

/// Two who close: one of them finds it open, and the other one sees what that one did before. Unbounded.
/// Explores 212 executions.
#[test]
fn close_against_close() {
    explore(Search::unbounded(106), || two_who_close(bounded(1)));
}

/// The like, of a channel without a limit. Breaks without B5.
/// Explores 212 executions.
#[test]
fn close_against_close_of_blocks() {
    explore(Search::unbounded(106), || two_who_close(unbounded()));
}

fn two_who_close((sender, receiver): (Sender<u8>, Receiver<u8>)) {
    let done = Arc::new([UnsafeCell::new(0), UnsafeCell::new(0)]);
    let close = |me: usize, close: &dyn Fn() -> bool, done: &[UnsafeCell<u8>; 2]| {
        // SAFETY: the other one reads this cell after it has seen the close that comes now.
        done[me].with_mut(|cell| unsafe { *cell = 7 });
        let found_open = close();
        if !found_open {
            // SAFETY: the other one has closed, and writes no more.
            assert_eq!(done[1 - me].with(|cell| unsafe { *cell }), 7);
        }
        found_open
    };
    let theirs = Arc::clone(&done);
    let other = thread::spawn(move || close(0, &|| sender.close(), &theirs));
    let found_open = close(1, &|| receiver.close(), &done);
    assert_ne!(found_open, other.join().unwrap());
}

/// A message that displaces another against a receive: of the two, each goes to one. Three preemptions.
/// Explores 25,276 executions.
#[test]
fn force_send_against_recv() {
    explore(Search::preemptions(3, 12_638), || {
        let (sender, receiver) = bounded(1);
        send(&sender, 1);
        let consumer = thread::spawn(move || (recv(&receiver), receiver));
        let displaced = sender
            .force_send(Track::new(2))
            .unwrap()
            .map(Track::into_inner);
        let (received, receiver) = consumer.join().unwrap();
        match displaced {
            Some(displaced) => assert_eq!((displaced, received), (1, Some(2))),
            None => {
                assert_eq!(received, Some(1));
                assert_eq!(try_recv(&receiver), Some(2));
            }
        }
    });
}

/// A receiver that sleeps is woken by an overwriting send. Two preemptions.
/// Explores 189,116 executions.
#[test]
fn force_send_wakes_a_parked_receiver() {
    explore(Search::preemptions(2, 94_558), || {
        let (sender, receiver) = bounded(1);
        let waiter = thread::spawn(move || (recv(&receiver), receiver));
        let first = sender
            .force_send(Track::new(1))
            .unwrap()
            .map(Track::into_inner);
        let second = sender
            .force_send(Track::new(2))
            .unwrap()
            .map(Track::into_inner);
        assert_eq!(first, None);
        let expected = if second == Some(1) { 2 } else { 1 };
        assert_eq!(waiter.join().unwrap().0, Some(expected));
    });
}

/// A message that displaces another against the close and the drain after it: none is left behind. Three
/// preemptions. (The drain must not take the moment for the end at which `head` has been moved and
/// `tail` has not.)
/// Explores 130,127 executions.
#[test]
fn force_send_against_close() {
    explore(Search::preemptions(3, 65_063), || {
        let (sender, receiver) = bounded(1);
        send(&sender, 1);
        let producer = thread::spawn(move || match sender.force_send(Track::new(2)) {
            Ok(displaced) => displaced.map(Track::into_inner),
            Err(refused) => Some(refused.into_inner().into_inner()),
        });
        receiver.close();
        let mut seen: Vec<_> = std::iter::from_fn(|| recv(&receiver)).collect();
        assert_eq!(try_recv(&receiver), None);
        seen.extend(producer.join().unwrap());
        assert_eq!(try_recv(&receiver), None, "after the end");
        seen.sort_unstable();
        assert_eq!(seen, [1, 2]);
    });
}

/// A try that never waits, against a receive that is suspended in the middle: it says so, in some
/// execution, and never spins (loom would report it). Unbounded.
/// Explores 773 executions.
#[test]
fn a_send_that_never_waits_against_a_suspended_receive() {
    static BUSY: AtomicBool = AtomicBool::new(false);
    explore(Search::unbounded(386), || {
        let (sender, receiver) = bounded(1);
        send(&sender, 1);
        let consumer = thread::spawn(move || (try_recv(&receiver), receiver));
        match sender.try_send_now(Track::new(2)) {
            Ok(()) => {}
            Err(SendNowError::Full(back)) => assert_eq!(back.into_inner(), 2),
            Err(SendNowError::Busy(back)) => {
                assert_eq!(back.into_inner(), 2);
                BUSY.store(true, Ordering::Relaxed);
            }
            Err(SendNowError::Disconnected(_)) => panic!("there is a receiver"),
        }
        assert_eq!(consumer.join().unwrap().0, Some(1));
    });
    assert!(BUSY.load(Ordering::Relaxed), "no execution was in the way");
}

/// The like, of a receive against a send that is suspended in the middle. Unbounded.
/// Explores 773 executions.
#[test]
fn a_receive_that_never_waits_against_a_suspended_send() {
    static BUSY: AtomicBool = AtomicBool::new(false);
    explore(Search::unbounded(386), || {
        let (sender, receiver) = bounded(1);
        let producer = thread::spawn(move || {
            send(&sender, 1);
            sender
        });
        match receiver.try_recv_now().map(Track::into_inner) {
            Ok(message) => assert_eq!(message, 1),
            Err(RecvNowError::Empty) => {}
            Err(RecvNowError::Busy) => BUSY.store(true, Ordering::Relaxed),
            Err(RecvNowError::Disconnected) => panic!("there is a sender"),
        }
        drop(producer.join().unwrap());
    });
    assert!(BUSY.load(Ordering::Relaxed), "no execution was in the way");
}

/// A try that never waits, against a send that is bringing the next block: it says so, in some execution.
/// Unbounded.
/// Explores 2,141 executions.
#[test]
fn a_send_that_never_waits_against_a_hand_over() {
    static BUSY: AtomicBool = AtomicBool::new(false);
    explore(Search::unbounded(1_070), || {
        let (sender, receiver) = unbounded();
        let other = sender.clone();
        let producer = thread::spawn(move || send(&other, 1));
        let mut expected = match sender.try_send_now(Track::new(2)) {
            Ok(()) => vec![1, 2],
            Err(SendNowError::Busy(_)) => {
                BUSY.store(true, Ordering::Relaxed);
                vec![1]
            }
            Err(refused) => panic!("{refused:?}"),
        };
        producer.join().unwrap();
        while let Some(message) = try_recv(&receiver) {
            expected.retain(|&other| other != message);
        }
        assert_eq!(expected, []);
    });
    assert!(BUSY.load(Ordering::Relaxed), "no execution was in the way");
}

/// Two receivers that are told of the close while a slot is granted, and sleep again: both are told when the
/// grant is given up. Without H15 one sleeps for ever. The first 60,000 executions of
/// one preemption.
#[test]
fn the_end_of_a_grant_after_the_close_wakes_everyone() {
    let search = Search {
        preemptions: Some(1),
        at_least: 29_999,
        at_most: Some(60_000),
    };
    explore(search, || {
        let (sender, receiver) = bounded::<Message>(1);
        let mut select = Select::new();
        select.send(&sender);
        let chosen = select.select();
        let other = receiver.clone();
        let waiters = [receiver, other].map(|receiver| thread::spawn(move || recv(&receiver)));
        // Lets them go to sleep, twice, so that this costs no preemption.
        thread::yield_now();
        assert!(sender.close());
        thread::yield_now();
        chosen.give_up();
        assert_eq!(waiters.map(|waiter| waiter.join().unwrap()), [None, None]);
    });
}

/// A sender that sleeps behind a slot that was given up is woken by the message that displaces the one before
/// it. Without H16 it sleeps beside free room. One preemption.
/// Explores 15,923 executions.
#[test]
fn force_send_uncovers_a_slot_given_up() {
    explore(Search::preemptions(1, 7_961), || {
        let (sender, receiver) = bounded(2);
        send(&sender, 1);
        let mut select = Select::new();
        select.send(&sender);
        let chosen = select.select();
        let other = sender.clone();
        let waiter = thread::spawn(move || send(&other, 3));
        // Lets it go to sleep, so that this costs no preemption.
        thread::yield_now();
        chosen.give_up();
        let displaced = sender.force_send(Track::new(2)).unwrap();
        let oldest = displaced.map(Track::into_inner);
        waiter.join().unwrap();
        assert_eq!(oldest, Some(1));
        let mut left = [recv(&receiver), recv(&receiver)];
        left.sort_unstable();
        assert_eq!(left, [Some(2), Some(3)]);
    });
}
