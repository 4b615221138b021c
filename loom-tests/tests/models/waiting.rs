//! Models of ends that wait awake, and of channels that count: their peers have nobody to wake, or always look.

use crate::support::{Search, explore, recv, send};
use loom::thread;
use queue_core_loom::{Builder, Waiting};

/// A receiver that never sleeps needs no wake. Two preemptions.
/// Explores 47 executions.
#[test]
fn a_spinning_receiver_gets_the_message() {
    explore(Search::preemptions(2, 23), || {
        let (sender, receiver) = Builder::new().receivers_wait(Waiting::Spin).bounded(1);
        let waiter = thread::spawn(move || recv(&receiver));
        send(&sender, 7);
        assert_eq!(waiter.join().unwrap(), Some(7));
    });
}

/// A sender that never sleeps sees the room. Two preemptions.
/// Explores 47 executions.
#[test]
fn a_yielding_sender_gets_the_room() {
    explore(Search::preemptions(2, 23), || {
        let (sender, receiver) = Builder::new().senders_wait(Waiting::Yield).bounded(1);
        send(&sender, 1);
        let waiter = thread::spawn(move || send(&sender, 2));
        assert_eq!(recv(&receiver), Some(1));
        waiter.join().unwrap();
        assert_eq!(recv(&receiver), Some(2));
    });
}

/// A receiver that never sleeps sees the end. Two preemptions.
/// Explores 32 executions.
#[test]
fn a_spinning_receiver_sees_the_end() {
    explore(Search::preemptions(2, 16), || {
        let (sender, receiver) = Builder::new().receivers_wait(Waiting::Spin).bounded(1);
        let waiter = thread::spawn(move || recv(&receiver));
        drop(sender);
        assert_eq!(waiter.join().unwrap(), None);
    });
}

/// Both sides of a rendezvous that never sleep meet. Two preemptions.
/// Explores 113 executions.
#[test]
fn spinning_partners_meet() {
    explore(Search::preemptions(2, 56), || {
        let (sender, receiver) = Builder::new()
            .senders_wait(Waiting::Spin)
            .receivers_wait(Waiting::Yield)
            .bounded(0);
        let waiter = thread::spawn(move || recv(&receiver));
        send(&sender, 7);
        assert_eq!(waiter.join().unwrap(), Some(7));
    });
}

/// Where the flag of receivers stays up, one that sleeps is still woken, and counted. Three preemptions.
/// Explores 16,577 executions.
#[test]
fn a_parked_receiver_of_a_counting_channel_is_woken() {
    explore(Search::preemptions(3, 8_288), || {
        let (sender, receiver) = Builder::new().with_stats().bounded(1);
        let waiter = thread::spawn(move || (recv(&receiver), receiver));
        send(&sender, 7);
        let (received, receiver) = waiter.join().unwrap();
        assert_eq!(received, Some(7));
        let stats = receiver.stats().unwrap();
        assert!(stats.wakes <= stats.receiver_parks.max(1) && stats.high_water_mark <= 1);
    });
}
