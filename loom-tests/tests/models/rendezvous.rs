//! Models of the channel without room: two meet, or one waits for the other.

use crate::support::{Message, Search, explore, recv, send, try_recv};
use loom::alloc::Track;
use loom::cell::UnsafeCell;
use loom::sync::Arc;
use loom::thread;
use queue_core_loom::model::{Deadline, Patience, set_luck, spurious_returns};
use queue_core_loom::{
    Receiver, RecvTimeoutError, Select, SendTimeoutError, Sender, TrySendError, bounded,
};

/// A send and a receive meet, whoever comes first. Breaks without W3.
/// Explores 955 executions.
#[test]
fn send_meets_recv() {
    explore(Search::preemptions(4, 477), || {
        let (sender, receiver) = bounded(0);
        let waiter = thread::spawn(move || recv(&receiver));
        send(&sender, 7);
        assert_eq!(waiter.join().unwrap(), Some(7));
    });
}

/// The like, with two waits that return for no reason.
/// Explores 268 executions.
#[test]
fn send_meets_recv_with_spurious_returns() {
    explore(Search::preemptions(3, 134), || {
        spurious_returns(2);
        let (sender, receiver) = bounded(0);
        let waiter = thread::spawn(move || recv(&receiver));
        send(&sender, 7);
        assert_eq!(waiter.join().unwrap(), Some(7));
    });
}

/// What either did before they met, the other sees after it.
/// Explores 318 executions.
#[test]
fn both_sides_synchronise() {
    explore(Search::preemptions(3, 159), || {
        let (sender, receiver) = bounded(0);
        let cells = Arc::new((UnsafeCell::new(0), UnsafeCell::new(0)));
        let theirs = Arc::clone(&cells);
        let peer = thread::spawn(move || {
            // SAFETY: the other thread reads this cell after the message has been received.
            theirs.1.with_mut(|cell| unsafe { *cell = 2 });
            assert_eq!(recv(&receiver), Some(7));
            // SAFETY: it was written before the message was sent.
            assert_eq!(theirs.0.with(|cell| unsafe { *cell }), 1);
        });
        // SAFETY: as above, the other way round.
        cells.0.with_mut(|cell| unsafe { *cell = 1 });
        send(&sender, 7);
        // SAFETY: as above.
        assert_eq!(cells.1.with(|cell| unsafe { *cell }), 2);
        peer.join().unwrap();
    });
}

/// Two senders and a receiver that takes one message and goes: one is received, the other comes
/// back.
/// Explores 72 executions.
#[test]
fn two_senders_one_receive_and_disconnect() {
    explore(Search::preemptions(1, 36), || {
        let (sender, receiver) = bounded(0);
        let other = sender.clone();
        let waiters = [(sender, 1), (other, 2)].map(|(sender, value)| {
            thread::spawn(move || match sender.send(Track::new(value)) {
                Ok(()) => value,
                Err(refused) => {
                    assert_eq!(refused.into_inner().into_inner(), value);
                    0
                }
            })
        });
        let received = recv(&receiver).unwrap();
        drop(receiver);
        let sent: u32 = waiters.map(|waiter| waiter.join().unwrap()).iter().sum();
        assert_eq!(sent, received);
    });
}

/// A receive that times out while a message is handed over has it, or the sender has it back.
/// Explores 726 executions.
#[test]
fn recv_timeout_against_try_send() {
    explore(Search::preemptions(3, 363), || {
        let (sender, receiver) = bounded(0);
        let deadline = Deadline::new();
        let until = deadline.instant();
        let waiter = thread::spawn(move || receiver.recv_deadline(until).map(Track::into_inner));
        let timer = thread::spawn(move || deadline.fire());
        let sent = match sender.try_send(Track::new(7)) {
            Ok(()) => true,
            Err(TrySendError::Full(message) | TrySendError::Disconnected(message)) => {
                assert_eq!(message.into_inner(), 7);
                false
            }
        };
        match waiter.join().unwrap() {
            Ok(message) => assert!(sent && message == 7),
            Err(error) => assert!(!sent && error == RecvTimeoutError::Timeout),
        }
        timer.join().unwrap();
    });
}

/// A send that times out while its message is taken has sent it, or has it back.
/// Explores 726 executions.
#[test]
fn send_timeout_against_try_recv() {
    explore(Search::preemptions(3, 363), || {
        let (sender, receiver) = bounded(0);
        let deadline = Deadline::new();
        let until = deadline.instant();
        let waiter = thread::spawn(move || match sender.send_deadline(Track::new(7), until) {
            Ok(()) => true,
            Err(SendTimeoutError::Timeout(message) | SendTimeoutError::Disconnected(message)) => {
                assert_eq!(message.into_inner(), 7);
                false
            }
        });
        let timer = thread::spawn(move || deadline.fire());
        let received = try_recv(&receiver);
        assert_eq!(received.is_some(), waiter.join().unwrap());
        timer.join().unwrap();
    });
}

/// Both sides have a deadline, and one comes: they agree on whether they have met.
/// Explores 919 executions.
#[test]
fn send_timeout_against_recv_timeout() {
    explore(Search::preemptions(2, 459), || {
        let (sender, receiver) = bounded(0);
        let (first, second) = (Deadline::new(), Deadline::new());
        let (until_first, until_second) = (first.instant(), second.instant());
        let peer = thread::spawn(move || sender.send_deadline(Track::new(7), until_first).is_ok());
        let timer = thread::spawn(move || {
            first.fire();
            second.fire();
        });
        let received = receiver.recv_deadline(until_second).is_ok();
        assert_eq!(peer.join().unwrap(), received);
        timer.join().unwrap();
    });
}

/// The last sender goes while a receiver waits. Without H6 it waits for ever.
/// Explores 2,425 executions.
#[test]
fn disconnect_wakes_a_receiver() {
    explore(Search::unbounded(1_212), || {
        let (sender, receiver) = bounded::<Message>(0);
        let waiter = thread::spawn(move || recv(&receiver));
        drop(sender);
        assert_eq!(waiter.join().unwrap(), None);
    });
}

/// The last receiver goes while a sender waits: it has its message back.
/// Explores 6,660 executions.
#[test]
fn disconnect_wakes_a_sender() {
    explore(Search::unbounded(3_330), || {
        let (sender, receiver) = bounded(0);
        let waiter = thread::spawn(move || sender.send(Track::new(7)));
        drop(receiver);
        let refused = waiter.join().unwrap().err().unwrap();
        assert_eq!(refused.into_inner().into_inner(), 7);
    });
}

/// A select that offers to send is met by a receive, which waits for its message.
/// Explores 2,397 executions.
#[test]
fn a_selected_send_meets_recv() {
    explore(Search::preemptions(4, 1_198), || {
        let (sender, receiver) = bounded(0);
        let waiter = thread::spawn(move || recv(&receiver));
        let mut select = Select::new();
        select.send(&sender);
        let chosen = select.select();
        assert!(chosen.send(&sender, Track::new(7)).is_ok());
        assert_eq!(waiter.join().unwrap(), Some(7));
    });
}

/// A select that waits to send is found by one that only tries.
/// Explores 697 executions.
#[test]
fn a_waiting_selected_send_meets_try_recv() {
    explore(Search::preemptions(3, 348), || {
        let (sender, receiver) = bounded(0);
        let offer = thread::spawn(move || {
            let mut select = Select::new();
            select.send(&sender);
            select.select().send(&sender, Track::new(7)).is_ok()
        });
        let patience = Patience::new();
        let received = loop {
            match try_recv(&receiver) {
                Some(value) => break value,
                None => patience.wait(),
            }
        };
        assert_eq!(received, 7);
        assert!(offer.join().unwrap());
    });
}

/// Two selects meet, one to send and one to receive.
/// Explores 2,397 executions.
#[test]
fn two_selects_meet() {
    explore(Search::preemptions(4, 1_198), || {
        let (sender, receiver) = bounded(0);
        let peer = thread::spawn(move || {
            let mut select = Select::new();
            select.recv(&receiver);
            select.select().recv(&receiver).ok().map(Track::into_inner)
        });
        let mut select = Select::new();
        select.send(&sender);
        assert!(select.select().send(&sender, Track::new(7)).is_ok());
        assert_eq!(peer.join().unwrap(), Some(7));
    });
}

/// Two selects that each would send or receive on one channel meet, and not themselves.
/// Explores 18 executions.
#[test]
fn two_selects_of_both_kinds_meet() {
    fn exchange(sender: &Sender<Message>, receiver: &Receiver<Message>) -> Option<u32> {
        let mut select = Select::new();
        let send = select.send(sender);
        select.recv(receiver);
        let chosen = select.select();
        if chosen.index() == send {
            assert!(chosen.send(sender, Track::new(7)).is_ok());
            None
        } else {
            chosen.recv(receiver).ok().map(Track::into_inner)
        }
    }
    explore(Search::preemptions(1, 9), || {
        let (sender, receiver) = bounded(0);
        let theirs = (sender.clone(), receiver.clone());
        let peer = thread::spawn(move || exchange(&theirs.0, &theirs.1));
        let mine = exchange(&sender, &receiver);
        let other = peer.join().unwrap();
        assert_eq!([mine.min(other), mine.max(other)], [None, Some(7)]);
    });
}

/// Two selects over two channels, in opposite directions: they meet in one.
fn meet_over_two_channels(luck_of_one: u32) {
    fn exchange(sender: &Sender<Message>, value: u32, receiver: &Receiver<Message>) -> Option<u32> {
        let mut select = Select::new();
        let recv = select.recv(receiver);
        select.send(sender);
        let chosen = select.select();
        if chosen.index() == recv {
            Some(chosen.recv(receiver).unwrap().into_inner())
        } else {
            assert!(chosen.send(sender, Track::new(value)).is_ok());
            None
        }
    }
    let (mut one, mut other) = (bounded(0), bounded(0));
    if one.0.address() > other.0.address() {
        std::mem::swap(&mut one, &mut other);
    }
    let peer = thread::spawn(move || {
        set_luck(luck_of_one);
        exchange(&other.0, 2, &one.1)
    });
    let mine = exchange(&one.0, 1, &other.1);
    let theirs = peer.join().unwrap();
    assert!(matches!((mine, theirs), (None, Some(1)) | (Some(2), None)));
}

/// They register in the same order.
/// Explores 24 executions.
#[test]
fn two_selects_over_two_channels_meet() {
    explore(Search::preemptions(1, 12), || meet_over_two_channels(0));
}

/// They register in opposite orders at first, so that each may see the other and step back.
/// Explores 2,138 executions.
#[test]
fn two_selects_in_opposite_orders_meet() {
    explore(Search::preemptions(3, 1_069), || {
        meet_over_two_channels(u32::MAX);
    });
}

/// A select that only watches is told that a partner has come. Without H7 it waits for ever.
/// Explores 663 executions.
#[test]
fn an_observer_sees_a_sender() {
    explore(Search::preemptions(3, 331), || {
        let (sender, receiver) = bounded(0);
        let producer = thread::spawn(move || send(&sender, 7));
        let mut select = Select::new();
        select.recv(&receiver);
        assert_eq!(select.ready(), 0);
        assert_eq!(try_recv(&receiver), Some(7));
        producer.join().unwrap();
    });
}

/// A selected send that is given up lets the receiver that waits for it go, to another sender.
/// Explores 489 executions.
#[test]
fn a_receiver_outlives_a_selected_send_that_is_given_up() {
    explore(Search::preemptions(2, 244), || {
        let (sender, receiver) = bounded(0);
        let waiter = thread::spawn(move || recv(&receiver));
        let mut select = Select::new();
        select.send(&sender);
        let chosen = select.select();
        chosen.give_up();
        send(&sender, 8);
        assert_eq!(waiter.join().unwrap(), Some(8));
    });
}
