//! Models of the gate in front of a channel that is bounded by weight.

use crate::support::{Search, explore};
use loom::alloc::Track;
use loom::thread;
use queue_core_loom::model::Deadline;
use queue_core_loom::{WeightedReceiver, WeightedSendError, WeightedSender, weighted};

type Message = (usize, Track<()>);

fn open(max_weight: usize) -> (WeightedSender<Message>, WeightedReceiver<Message>) {
    weighted(2, max_weight, |message: &Message| message.0)
}

fn heavy(weight: usize) -> Message {
    (weight, Track::new(()))
}

fn recv(receiver: &WeightedReceiver<Message>) -> Option<usize> {
    receiver.recv().ok().map(|(weight, _)| weight)
}

/// A sender that does not fit waits, and is let in by the receive that makes it fit. Without H12 it sleeps for
/// ever. Three preemptions.
/// Explores 38 executions.
#[test]
fn a_receive_lets_a_sender_in() {
    explore(Search::preemptions(3, 19), || {
        let (sender, receiver) = open(2);
        assert!(sender.send(heavy(2)).is_ok());
        let waiter = thread::spawn(move || assert!(sender.send(heavy(1)).is_ok()));
        assert_eq!(recv(&receiver), Some(2));
        waiter.join().unwrap();
        assert_eq!(recv(&receiver), Some(1));
        assert_eq!(receiver.weight(), 0);
    });
}

/// A heavy sender waits in front of a light one, which would fit, and gives up: the light one is let in. Without
/// H13 it sleeps for ever. Two preemptions.
/// Explores 82 executions.
#[test]
fn one_who_gives_up_lets_those_behind_in() {
    explore(Search::preemptions(2, 41), || {
        let (sender, receiver) = open(2);
        assert!(sender.send(heavy(1)).is_ok());
        let deadline = Deadline::new();
        let until = deadline.instant();
        let other = sender.clone();
        let hasty = thread::spawn(move || other.send_deadline(heavy(2), until).is_ok());
        let light = thread::spawn(move || sender.send(heavy(1)).is_ok());
        deadline.fire();
        assert!(!hasty.join().unwrap(), "nobody has received");
        assert!(light.join().unwrap());
        assert_eq!([recv(&receiver), recv(&receiver)], [Some(1), Some(1)]);
        assert_eq!(recv(&receiver), None);
    });
}

/// A sender whose time is up while it is let in sends, or gives its message and its weight back. Two preemptions.
/// Explores 69 executions.
#[test]
fn a_timeout_against_being_let_in() {
    explore(Search::preemptions(2, 34), || {
        let (sender, receiver) = open(2);
        assert!(sender.send(heavy(2)).is_ok());
        let deadline = Deadline::new();
        let until = deadline.instant();
        let hasty = thread::spawn(move || match sender.send_deadline(heavy(1), until) {
            Ok(()) => true,
            Err(WeightedSendError::Timeout((1, _))) => false,
            Err(other) => panic!("{other}"),
        });
        let firing = thread::spawn(move || deadline.fire());
        assert_eq!(recv(&receiver), Some(2));
        let sent = hasty.join().unwrap();
        firing.join().unwrap();
        assert_eq!(receiver.weight(), usize::from(sent));
        assert_eq!(recv(&receiver), sent.then_some(1));
    });
}

/// A sender that waits is told when the last receiver goes. Without H14 it sleeps for ever. Three preemptions.
/// Explores 38 executions.
#[test]
fn the_last_receiver_wakes_a_sender() {
    explore(Search::preemptions(3, 19), || {
        let (sender, receiver) = open(2);
        assert!(sender.send(heavy(2)).is_ok());
        let other = sender.clone();
        let waiter = thread::spawn(move || other.send(heavy(1)).is_err());
        drop(receiver);
        assert!(waiter.join().unwrap());
        assert!(sender.send(heavy(0)).is_err());
    });
}

/// A close against a receive that lets a sender in: it sends, or not, and no weight is left over. Two
/// preemptions.
/// Explores 159 executions.
#[test]
fn close_against_being_let_in() {
    explore(Search::preemptions(2, 79), || {
        let (sender, receiver) = open(2);
        assert!(sender.send(heavy(2)).is_ok());
        let closer = sender.clone();
        let waiter = thread::spawn(move || sender.send(heavy(1)).is_ok());
        let closing = thread::spawn(move || closer.close());
        assert_eq!(recv(&receiver), Some(2));
        let sent = waiter.join().unwrap();
        closing.join().unwrap();
        assert_eq!(recv(&receiver), sent.then_some(1));
        assert_eq!(receiver.weight(), 0);
    });
}
