//! Channels bounded by weight.

use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread;
use std::time::{Duration, Instant};

use queue_core::{WeightedSendError, weighted};

use crate::support::Watchdog;

#[test]
fn crews_never_exceed_the_weight_and_lose_nothing() {
    let _limit = Watchdog::new();
    const MAX: usize = 50;
    let (sender, receiver) = weighted(8, MAX, |message: &(usize, usize)| message.0);
    let received = AtomicUsize::new(0);
    thread::scope(|scope| {
        for producer in 0..3 {
            let sender = sender.clone();
            scope.spawn(move || {
                for number in 0..5_000 {
                    let weight = (number * 13 + producer * 7) % (MAX + 1);
                    sender.send((weight, number)).unwrap();
                    assert!(sender.weight() <= MAX);
                }
            });
        }
        drop(sender);
        for _ in 0..2 {
            scope.spawn(|| {
                for (weight, _) in receiver.iter() {
                    assert!(weight <= MAX);
                    received.fetch_add(1, Ordering::Relaxed);
                }
            });
        }
    });
    assert_eq!(received.into_inner(), 15_000);
    assert_eq!((receiver.weight(), receiver.len()), (0, 0));
}

#[test]
fn a_light_message_does_not_overtake_a_heavy_one_that_waits() {
    let _limit = Watchdog::new();
    let (sender, receiver) = weighted(8, 10, |message: &usize| *message);
    sender.send(6).unwrap();
    let heavy = sender.clone();
    let waiting = thread::spawn(move || heavy.send(10).unwrap());
    // It waits in line as soon as nobody else is let in.
    while sender.try_send(0).is_ok() {
        assert_eq!(receiver.len(), 2);
        assert_eq!(receiver.recv(), Ok(6));
        assert_eq!(receiver.recv(), Ok(0));
        if sender.try_send(6).is_err() {
            // The heavy one has come in between.
            break;
        }
    }
    for message in receiver.iter() {
        if message == 10 {
            break;
        }
    }
    waiting.join().unwrap();
    assert!(sender.try_send(10).is_ok());
}

#[test]
fn weight_comes_back_from_every_send_that_fails() {
    let (sender, receiver) = weighted(1, 10, |message: &usize| *message);
    sender.send(3).unwrap();
    // There is weight, and no room.
    assert_eq!(sender.try_send(3), Err(WeightedSendError::Full(3)));
    let soon = Instant::now() + Duration::from_millis(1);
    assert_eq!(
        sender.send_deadline(4, soon),
        Err(WeightedSendError::Timeout(4))
    );
    assert_eq!(sender.weight(), 3);
    assert_eq!(sender.send(11), Err(WeightedSendError::TooHeavy(11)));
    assert_eq!(sender.try_send(11), Err(WeightedSendError::TooHeavy(11)));
    assert_eq!(receiver.recv(), Ok(3));
    assert_eq!(sender.weight(), 0);
    sender.send(10).unwrap();
    // There is room only when there is weight; one that weighs nothing needs none.
    assert_eq!(sender.try_send(0), Err(WeightedSendError::Full(0)));
    drop(receiver);
    assert_eq!(sender.send(0), Err(WeightedSendError::Disconnected(0)));
    assert_eq!(sender.send(5), Err(WeightedSendError::Disconnected(5)));
}

#[test]
fn who_waits_for_weight_is_told_of_the_end() {
    let _limit = Watchdog::new();
    for closes in [true, false] {
        let (sender, receiver) = weighted(8, 10, |message: &usize| *message);
        sender.send(10).unwrap();
        let waiting = thread::spawn(move || sender.send(7));
        if closes {
            assert!(receiver.close());
            assert_eq!(receiver.recv(), Ok(10));
        }
        drop(receiver);
        assert_eq!(
            waiting.join().unwrap(),
            Err(WeightedSendError::Disconnected(7))
        );
    }
}

#[test]
fn a_weighing_that_panics_leaves_the_channel_as_it_was() {
    let (sender, receiver) = weighted(8, 10, |message: &usize| {
        assert_ne!(*message, 4, "as planned");
        *message
    });
    assert!(std::panic::catch_unwind(|| sender.send(4)).is_err());
    assert_eq!((sender.weight(), sender.len()), (0, 0));
    sender.send(10).unwrap();
    assert_eq!(receiver.recv(), Ok(10));
}

#[test]
fn messages_left_inside_are_dropped_with_the_last_receiver() {
    let message = std::rc::Rc::new(());
    let (sender, receiver) = weighted(8, 10, |_: &std::rc::Rc<()>| 1);
    sender.send(message.clone()).unwrap();
    drop(receiver);
    assert_eq!(std::rc::Rc::strong_count(&message), 1);
    drop(sender);
}

#[test]
fn both_ends_know_whether_anybody_is_left_and_whether_it_is_over() {
    let (sender, receiver) = weighted(8, 10, |message: &usize| *message);
    let weigh_nothing: fn(&usize) -> usize = |_| 0;
    let (stranger, _behind) = weighted(8, 10, weigh_nothing);
    let (other, another) = (sender.clone(), receiver.clone());
    assert!(sender.same_channel(&other) && receiver.same_channel(&another));
    assert!(!sender.same_channel(&stranger));
    assert_eq!((sender.capacity(), receiver.capacity()), (8, 8));
    assert_eq!((sender.sender_count(), sender.receiver_count()), (2, 2));
    assert_eq!((receiver.sender_count(), receiver.receiver_count()), (2, 2));
    sender.send(1).unwrap();
    drop((other, another));
    assert!(!sender.is_closed() && !receiver.is_closed());
    drop(sender);
    assert_eq!((receiver.sender_count(), receiver.is_closed()), (0, true));
    assert_eq!(receiver.recv(), Ok(1), "what is left is still received");

    assert!(!stranger.is_closed());
    stranger.close();
    assert!(stranger.is_closed() && stranger.sender_count() == 1);
}
