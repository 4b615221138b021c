//! Closing from either end, and what races it; overwriting; weak handles.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::thread;
use std::time::Duration;

use queue_core::{
    Builder, Receiver, RecvError, Select, SelectedOperation, SendError, Sender, StaticChannel,
    StaticRing, Waiting, after, bounded, select, unbounded,
};

use crate::support::{Parcel, Receipts, Watchdog, dawdle};

/// What was accepted before the close is received, and the rest comes back.
fn sends_race_the_close((sender, receiver): (Sender<Parcel>, Receiver<Parcel>), round: usize) {
    const PRODUCERS: usize = 2;
    let (accepted, receipts) = thread::scope(|scope| {
        let producers = [0, 1].map(|producer| {
            let sender = sender.clone();
            scope.spawn(move || {
                for number in 0.. {
                    if let Err(SendError(back)) = sender.send(Parcel::new(producer, number)) {
                        assert_eq!(back, Parcel::new(producer, number));
                        return number;
                    }
                }
                unreachable!("it is closed some time")
            })
        });
        let consumer = scope.spawn(|| {
            let mut receipts = Receipts::new(PRODUCERS);
            receiver.iter().for_each(|parcel| receipts.note(parcel));
            receipts
        });
        dawdle(round);
        if round.is_multiple_of(2) {
            assert!(sender.close());
        } else {
            assert!(receiver.close());
        }
        let accepted = producers.map(|producer| producer.join().unwrap());
        (accepted, consumer.join().unwrap())
    });
    Receipts::assert_counts([receipts], accepted);
}

#[test]
fn a_send_that_races_the_close_arrives_or_comes_back() {
    let _limit = Watchdog::new();
    for round in 0..20 {
        sends_race_the_close(bounded(1), round);
        sends_race_the_close(bounded(10), round);
        sends_race_the_close(unbounded(), round);
        sends_race_the_close(bounded(0), round);
    }
}

#[test]
fn close_wakes_those_who_wait_at_both_ends_and_in_selects() {
    let _limit = Watchdog::new();
    for capacity in [0, 1, 3] {
        let (sender, receiver) = bounded(capacity);
        thread::scope(|scope| {
            for _ in 0..2 {
                scope.spawn(|| assert_eq!(receiver.recv(), Err(RecvError)));
                scope.spawn(|| {
                    let mut selection = Select::new();
                    let index = selection.recv(&receiver);
                    let ready = selection.select();
                    assert_eq!(ready.index(), index);
                    assert_eq!(ready.recv(&receiver), Err(RecvError));
                });
            }
            dawdle(9);
            assert!(receiver.close());
        });
        assert_eq!(sender.send(1), Err(SendError(1)));
    }
    let (sender, receiver) = bounded(1);
    sender.send(0).unwrap();
    thread::scope(|scope| {
        scope.spawn(|| assert_eq!(sender.send(1), Err(SendError(1))));
        scope.spawn(|| {
            select! {
                send(sender, 2) -> sent => assert_eq!(sent, Err(SendError(2))),
            }
        });
        dawdle(9);
        assert!(sender.close());
    });
    assert_eq!(receiver.recv(), Ok(0), "what was accepted is received");
    assert_eq!(receiver.recv(), Err(RecvError));
}

/// A selected send whose channel is closed while its message is made gives it back, and the receivers, who are
/// still there, get what was accepted.
#[test]
fn a_grant_that_ends_after_the_close_drops_nobodys_message() {
    let (sender, receiver) = bounded(3);
    sender.send("before").unwrap();
    let mut selection = Select::new();
    selection.send(&sender);
    let selected = selection.select();
    let other = sender.clone();
    other.send("behind").unwrap();
    assert!(receiver.close());
    assert_eq!(selected.send(&sender, "late"), Err(SendError("late")));
    assert_eq!(receiver.iter().collect::<Vec<_>>(), ["before", "behind"]);
}

/// To drop a selected operation that was not completed is a mistake, and panics; its slot is given up.
fn give_up(selected: SelectedOperation<'_>) {
    assert!(catch_unwind(AssertUnwindSafe(|| drop(selected))).is_err());
}

/// Receivers that are told of the close while a slot is granted find nothing yet, and sleep again: all of them are
/// told when the grant ends, one way or the other.
#[test]
fn a_grant_that_ends_after_the_close_wakes_every_receiver() {
    const RECEIVERS: usize = 3;
    let _limit = Watchdog::new();
    for completes in [true, false] {
        let (sender, receiver) = Builder::new().with_stats().bounded::<u8>(4);
        let asleep = |times: usize| {
            while sender.stats().unwrap().receiver_parks < times * RECEIVERS {
                thread::yield_now();
            }
        };
        let mut selection = Select::new();
        selection.send(&sender);
        let selected = selection.select();
        thread::scope(|scope| {
            for _ in 0..RECEIVERS {
                scope.spawn(|| assert_eq!(receiver.recv(), Err(RecvError)));
            }
            asleep(1);
            assert!(sender.close());
            asleep(2);
            if completes {
                assert_eq!(selected.send(&sender, 1), Err(SendError(1)));
            } else {
                give_up(selected);
            }
        });
    }
}

/// What was given up behind the oldest message is free room as soon as that is displaced.
#[test]
fn an_overwriting_send_wakes_a_sender_for_a_slot_given_up() {
    let _limit = Watchdog::new();
    let (sender, receiver) = Builder::new().with_stats().bounded(2);
    sender.send(1).unwrap();
    let mut selection = Select::new();
    selection.send(&sender);
    let selected = selection.select();
    thread::scope(|scope| {
        scope.spawn(|| sender.send(3).unwrap());
        while sender.stats().unwrap().sender_parks == 0 {
            thread::yield_now();
        }
        give_up(selected);
        assert_eq!(sender.force_send(2), Ok(Some(1)));
    });
    let mut left: Vec<_> = receiver.try_iter().collect();
    left.sort_unstable();
    assert_eq!(left, [2, 3]);
}

#[test]
fn receivers_of_time_and_of_nothing_are_not_closed() {
    let timer = after(Duration::ZERO);
    assert!(!timer.close() && !timer.is_closed());
    assert!(timer.recv().is_ok());
    let never = queue_core::never::<u8>();
    assert!(!never.close() && never.downgrade().upgrade().is_some());
    assert_eq!((timer.sender_count(), timer.receiver_count()), (0, 1));
}

#[test]
fn displaced_received_and_left_are_what_was_sent() {
    let _limit = Watchdog::new();
    for capacity in [1, 2, 7] {
        const PRODUCERS: usize = 3;
        let (sender, receiver) = bounded(capacity);
        let receipts: Vec<_> = thread::scope(|scope| {
            let producers: Vec<_> = (0..PRODUCERS)
                .map(|producer| {
                    let sender = sender.clone();
                    scope.spawn(move || {
                        let mut displaced = Receipts::new(PRODUCERS);
                        for number in 0..5_000 {
                            let parcel = Parcel::new(producer, number);
                            if let Some(older) = sender.force_send(parcel).unwrap() {
                                displaced.note(older);
                            }
                        }
                        displaced
                    })
                })
                .collect();
            drop(sender);
            let consumer = scope.spawn(|| {
                let mut receipts = Receipts::new(PRODUCERS);
                receiver.iter().for_each(|parcel| receipts.note(parcel));
                receipts
            });
            let takers = producers.into_iter().chain([consumer]);
            takers.map(|taker| taker.join().unwrap()).collect()
        });
        Receipts::assert_complete(receipts, 5_000);
    }
}

#[test]
fn weak_handles_keep_no_end_open_and_no_message_alive() {
    let (sender, receiver) = bounded(2);
    let (weak_sender, weak_receiver) = (sender.downgrade(), receiver.downgrade());
    let message = std::rc::Rc::new(());
    sender.send(message.clone()).unwrap();
    assert_eq!((sender.sender_count(), receiver.receiver_count()), (1, 1));
    drop(receiver);
    assert!(weak_receiver.upgrade().is_none());
    assert_eq!(
        std::rc::Rc::strong_count(&message),
        1,
        "dropped with the last receiver"
    );
    assert!(weak_sender.upgrade().unwrap().send(message).is_err());
    drop(sender);
    assert!(weak_sender.upgrade().is_none());
    assert!(weak_sender.clone().upgrade().is_none());
}

#[test]
fn upgrades_race_the_last_drop() {
    let _limit = Watchdog::new();
    for round in 0..500 {
        let (sender, receiver) = bounded::<usize>(1);
        let weak = sender.downgrade();
        let sent = thread::scope(|scope| {
            let upgrader = scope.spawn(|| {
                dawdle(round);
                weak.upgrade().map(|sender| sender.send(round).unwrap())
            });
            dawdle(round / 3);
            drop(sender);
            upgrader.join().unwrap().is_some()
        });
        assert_eq!(receiver.recv().ok(), sent.then_some(round));
        assert_eq!(receiver.recv(), Err(RecvError));
        assert!(weak.upgrade().is_none());
    }
}

#[test]
fn every_way_to_wait_delivers_times_out_and_ends() {
    let _limit = Watchdog::new();
    for waiting in [Waiting::Park, Waiting::Yield, Waiting::Spin] {
        let builder = Builder::new()
            .senders_wait(waiting)
            .receivers_wait(waiting)
            .with_stats();
        for (sender, receiver) in [builder.bounded(0), builder.bounded(1), builder.bounded(64)] {
            let stats = receiver.clone();
            let limit = Duration::from_millis(1);
            assert!(receiver.recv_timeout(limit).unwrap_err().is_timeout());
            thread::scope(|scope| {
                scope.spawn(move || (0..2_000).for_each(|number| sender.send(number).unwrap()));
                scope.spawn(move || assert!(receiver.iter().eq(0..2_000)));
            });
            let stats = stats.stats().unwrap();
            if waiting != Waiting::Park {
                assert_eq!((stats.sender_parks, stats.receiver_parks), (0, 0));
            }
        }
        let (sender, receiver) = builder.unbounded();
        assert!(receiver.recv_timeout(Duration::from_millis(1)).is_err());
        sender.send(1).unwrap();
        drop(sender);
        assert_eq!(receiver.iter().collect::<Vec<_>>(), [1]);
    }
}

#[test]
fn counts_are_what_has_happened() {
    let _limit = Watchdog::new();
    let (sender, receiver) = Builder::new().with_stats().bounded(4);
    sender.send_batch(0..3).unwrap();
    receiver.try_iter().for_each(drop);
    sender.send(3).unwrap();
    let stats = sender.stats().unwrap();
    assert_eq!(stats, receiver.stats().unwrap());
    assert_eq!((stats.high_water_mark, stats.blocked_sends), (3, 0));
    assert_eq!(
        (stats.wakes, stats.sender_parks, stats.receiver_parks),
        (0, 0, 0)
    );

    sender.send_batch(4..7).unwrap();
    let waiting = sender.clone();
    let blocked = thread::spawn(move || waiting.send(7).unwrap());
    // Until it sleeps, so that it must be woken.
    while sender.stats().unwrap().sender_parks == 0 {
        thread::yield_now();
    }
    assert_eq!(receiver.recv(), Ok(3));
    blocked.join().unwrap();
    let stats = sender.stats().unwrap();
    assert_eq!((stats.high_water_mark, stats.blocked_sends), (4, 1));
    assert!(stats.wakes >= 1 && stats.sender_parks >= 1);

    let (sender, _receiver) = bounded::<u8>(1);
    assert_eq!(sender.stats(), None);
    let (sender, receiver) = Builder::new().with_stats().unbounded();
    sender.send_batch(0..100).unwrap();
    assert_eq!(receiver.stats().unwrap().high_water_mark, 100);
}

#[test]
fn a_static_channel_is_shared_by_crews() {
    static CHANNEL: StaticChannel<Parcel, 5> = StaticChannel::new();
    let _limit = Watchdog::new();
    let receipts: Vec<_> = thread::scope(|scope| {
        let consumers = [(); 2].map(|()| {
            scope.spawn(|| {
                let mut receipts = Receipts::new(2);
                CHANNEL
                    .receiver()
                    .iter()
                    .for_each(|parcel| receipts.note(parcel));
                receipts
            })
        });
        let producers = [0, 1].map(|producer| {
            scope.spawn(move || {
                let sender = CHANNEL.sender();
                (0..5_000).for_each(|number| sender.send(Parcel::new(producer, number)).unwrap());
            })
        });
        producers
            .into_iter()
            .for_each(|producer| producer.join().unwrap());
        assert!(CHANNEL.sender().close());
        consumers
            .into_iter()
            .map(|consumer| consumer.join().unwrap())
            .collect()
    });
    Receipts::assert_complete(receipts, 5_000);
    assert_eq!(CHANNEL.sender().capacity(), Some(5));
}

#[test]
fn a_static_ring_is_a_ring_and_drops_what_is_left() {
    static RING: StaticRing<u32, 3> = StaticRing::new();
    for lap in 0..100 {
        assert_eq!(RING.push_batch(lap..lap + 3).unwrap(), 3);
        assert_eq!(RING.push(9), Err(9));
        let mut popped = Vec::new();
        assert_eq!(RING.pop_batch(&mut popped, 9), 3);
        assert!(popped.into_iter().eq(lap..lap + 3));
    }
    let message = std::rc::Rc::new(());
    let mut ring = StaticRing::<_, 4>::default();
    ring.push_mut(message.clone()).unwrap();
    ring.push(message.clone()).unwrap();
    assert!(ring.pop_mut().is_some());
    drop(ring);
    assert_eq!(std::rc::Rc::strong_count(&message), 1);
    let ring = StaticRing::<_, 4>::new();
    ring.push(1).unwrap();
    assert_eq!(ring.into_iter().collect::<Vec<_>>(), [1]);
}
