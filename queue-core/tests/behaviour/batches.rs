//! Batches: order and accounts under contention, and what a batch's iterator may do.

use std::cell::Cell;
use std::iter;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::rc::Rc;
use std::thread;
use std::time::Duration;

use queue_core::{Receiver, Ring, SendTimeoutError, Sender, TrySendError, bounded, unbounded};

use crate::support::{Parcel, Receipts, Watchdog};

const PRODUCERS: usize = 3;
const CONSUMERS: usize = 2;
const PER_PRODUCER: usize = 20_000;

/// Crews that send and receive in batches of all sizes, single messages among them.
fn crews((sender, receiver): (Sender<Parcel>, Receiver<Parcel>)) {
    let _limit = Watchdog::new();
    let receipts: Vec<_> = thread::scope(|scope| {
        for producer in 0..PRODUCERS {
            let sender = sender.clone();
            scope.spawn(move || {
                let mut parcels = (0..PER_PRODUCER).map(|number| Parcel::new(producer, number));
                for size in (0..).map(|turn| turn * 7 % 130) {
                    let sent = sender.send_batch(parcels.by_ref().take(size)).unwrap();
                    let Some(parcel) = parcels.next() else {
                        assert!(sent <= size);
                        return;
                    };
                    sender.send(parcel).unwrap();
                }
            });
        }
        drop(sender);
        let consumers: Vec<_> = (0..CONSUMERS)
            .map(|consumer| {
                let receiver = receiver.clone();
                scope.spawn(move || {
                    let mut receipts = Receipts::new(PRODUCERS);
                    let mut batch = Vec::new();
                    for max in (1..).map(|turn| 1 + (turn + consumer) * 5 % 90) {
                        match receiver.recv_batch(&mut batch, max) {
                            Ok(length) => assert!(length == batch.len() && length <= max),
                            Err(_) => break,
                        }
                        batch.drain(..).for_each(|parcel| receipts.note(parcel));
                        if let Ok(parcel) = receiver.try_recv() {
                            receipts.note(parcel);
                        }
                    }
                    receipts
                })
            })
            .collect();
        let taken = consumers.into_iter();
        taken.map(|consumer| consumer.join().unwrap()).collect()
    });
    Receipts::assert_complete(receipts, PER_PRODUCER);
}

#[test]
fn crews_exchange_batches_at_capacity_1() {
    crews(bounded(1));
}

#[test]
fn crews_exchange_batches_at_capacity_3() {
    crews(bounded(3));
}

#[test]
fn crews_exchange_batches_at_capacity_100() {
    crews(bounded(100));
}

#[test]
fn crews_exchange_batches_without_a_limit() {
    crews(unbounded());
}

#[test]
fn crews_exchange_batches_without_room() {
    crews(bounded(0));
}

/// Where every slot is free, a batch is one run; and as its foremost message is published last, whoever
/// finds that finds all of it.
#[test]
fn a_run_keeps_together() {
    const BATCH: usize = 10;
    const BATCHES: usize = 1_000;
    let _limit = Watchdog::new();
    let (sender, receiver) = bounded(PRODUCERS * BATCHES * BATCH);
    thread::scope(|scope| {
        for producer in 0..PRODUCERS {
            let sender = &sender;
            scope.spawn(move || {
                for batch in 0..BATCHES {
                    let messages = (0..BATCH).map(|offset| (producer, batch, offset));
                    assert_eq!(sender.send_batch(messages).unwrap(), BATCH);
                }
            });
        }
        let mut received = 0;
        let mut messages = Vec::new();
        while received < PRODUCERS * BATCHES * BATCH {
            received += receiver
                .try_recv_batch(&mut messages, 6 * BATCH)
                .unwrap_or(0);
            for run in messages.chunks(BATCH) {
                let (producer, batch, _) = run[0];
                let whole = (0..BATCH).map(|offset| (producer, batch, offset));
                assert!(run.iter().copied().eq(whole), "{run:?}");
            }
            messages.clear();
            thread::yield_now();
        }
    });
}

/// A message that is counted while it lives.
#[derive(Clone)]
struct Counted(#[expect(dead_code, reason = "its count is what matters")] Rc<()>);

/// Panics after so many messages.
fn failing(count: usize, alive: &Rc<()>) -> impl Iterator<Item = Counted> {
    let mut made = 0;
    iter::from_fn(move || {
        assert!(made < count, "as planned");
        made += 1;
        Some(Counted(Rc::clone(alive)))
    })
}

#[test]
fn an_iterator_that_panics_half_way_loses_nothing_that_was_sent_and_leaks_nothing() {
    for (capacity, before) in [(200, 0), (200, 5), (200, 100), (3, 2), (1, 0)] {
        let alive = Rc::new(());
        let (sender, receiver) = bounded(capacity);
        let outcome = catch_unwind(AssertUnwindSafe(|| {
            sender.try_send_batch(failing(before, &alive)).unwrap()
        }));
        assert!(outcome.is_err());
        let sent = receiver.len();
        assert!(sent <= before);
        assert_eq!(
            Rc::strong_count(&alive),
            1 + sent,
            "those sent, and no others"
        );
        // The channel goes on.
        sender.try_send(Counted(Rc::clone(&alive))).unwrap();
        drop((sender, receiver));
        assert_eq!(Rc::strong_count(&alive), 1);
    }
}

#[test]
fn an_iterator_may_use_the_channel() {
    let (sender, receiver) = bounded(100);
    let mut left = 10;
    let messages = iter::from_fn(|| {
        left -= 1;
        sender.send(1_000 + left).unwrap();
        (left > 0).then_some(left)
    });
    assert_eq!(sender.send_batch(messages).unwrap(), 9);
    let mut received: Vec<_> = receiver.try_iter().collect();
    received.sort_unstable();
    let expected: Vec<_> = (1..10).chain(1_000..1_010).collect();
    assert_eq!(received, expected);
}

#[test]
fn what_is_not_sent_stays_in_the_iterator_or_comes_back() {
    let (sender, receiver) = bounded(3);
    let taken = Cell::new(0);
    let counting = (0..10).inspect(|_| taken.set(taken.get() + 1));
    let Err(TrySendError::Full(unsent)) = sender.try_send_batch(counting) else {
        panic!("there is not so much room");
    };
    assert_eq!(
        (unsent.sent(), taken.get()),
        (3, 3),
        "no more than there was room for"
    );
    assert_eq!(
        (unsent.len(), unsent.collect::<Vec<_>>()),
        (7, (3..10).collect())
    );

    let refused = sender.send_batch_timeout(10..20, Duration::from_millis(1));
    let Err(SendTimeoutError::Timeout(unsent)) = refused else {
        panic!("there is no room");
    };
    assert_eq!(
        (unsent.sent(), unsent.collect::<Vec<_>>()),
        (0, (10..20).collect())
    );

    drop(receiver);
    let unsent = sender
        .send_batch(vec!["a"; 0].into_iter().map(|_| 0))
        .unwrap();
    assert_eq!(unsent, 0, "nothing to send is no failure");
    let unsent = sender.send_batch(20..90).unwrap_err().into_inner();
    assert_eq!(unsent.size_hint(), (70, Some(70)));
    assert_eq!(unsent.collect::<Vec<_>>(), (20..90).collect::<Vec<_>>());
}

#[test]
fn a_batch_that_waits_is_given_back_when_the_last_receiver_goes() {
    let _limit = Watchdog::new();
    let (sender, receiver) = bounded(2);
    let waiting = thread::spawn(move || {
        let unsent = sender.send_batch(0..100).unwrap_err().into_inner();
        (unsent.sent(), unsent.collect::<Vec<_>>())
    });
    assert_eq!(receiver.recv(), Ok(0));
    drop(receiver);
    let (sent, unsent) = waiting.join().unwrap();
    assert!((1..=3).contains(&sent));
    assert!(unsent.into_iter().eq(sent as i32..100));
}

#[test]
fn messages_of_every_size_go_in_batches() {
    fn exchange<const SIZE: usize>() {
        let (sender, receiver) = bounded(40);
        let messages = (0..40).map(|number| [number as u8; SIZE]);
        assert_eq!(sender.send_batch(messages.clone()).unwrap(), 40);
        let mut received = Vec::new();
        assert_eq!(receiver.recv_batch(&mut received, usize::MAX), Ok(40));
        assert!(received.into_iter().eq(messages));
    }
    exchange::<0>();
    exchange::<1>();
    exchange::<64>();
    exchange::<65>();
    exchange::<512>();
    exchange::<513>();
    exchange::<5_000>();
}

#[test]
fn a_batch_of_nothing_asks_for_nothing() {
    let (sender, receiver) = bounded::<u8>(1);
    let mut into = vec![7];
    assert_eq!(receiver.recv_batch(&mut into, 0), Ok(0));
    assert_eq!(receiver.try_recv_batch(&mut into, 0), Ok(0));
    drop(sender);
    assert_eq!(receiver.recv_batch(&mut into, 0), Ok(0));
    assert_eq!(into, [7]);
}

/// Sends by `try_send_batch` and `try_send_rest` alone, however little room there is.
fn send_bit_by_bit<I: Iterator>(sender: &Sender<I::Item>, messages: I) -> usize {
    let mut rest = match sender.try_send_batch(messages) {
        Ok(sent) => return sent,
        Err(TrySendError::Full(rest)) => rest,
        Err(TrySendError::Disconnected(_)) => panic!("a receiver is there"),
    };
    while let Err(refused) = sender.try_send_rest(&mut rest) {
        assert!(refused.is_full());
        thread::yield_now();
    }
    rest.sent()
}

#[test]
fn a_batch_that_is_gone_on_with_arrives_whole_and_in_order() {
    const MESSAGES: usize = 2_000;
    let _limit = Watchdog::new();
    for capacity in [Some(0), Some(1), Some(3), Some(100), None] {
        let (sender, receiver) = capacity.map_or_else(unbounded, bounded);
        let receiving = thread::spawn(move || receiver.iter().eq(0..MESSAGES));
        // Of an iterator that says how many are left, and of one that does not.
        assert_eq!(
            send_bit_by_bit(&sender, 0..MESSAGES / 2),
            MESSAGES / 2,
            "{capacity:?}"
        );
        let others = (0..MESSAGES).filter(|number| *number >= MESSAGES / 2);
        assert_eq!(send_bit_by_bit(&sender, others), MESSAGES / 2);
        drop(sender);
        assert!(receiving.join().unwrap(), "{capacity:?}");
    }
}

#[test]
fn what_is_left_of_a_batch_stays_until_it_is_sent_or_dropped() {
    let alive = Rc::new(());
    let messages = vec![Counted(Rc::clone(&alive)); 10];
    let (sender, receiver) = bounded(3);
    let Err(TrySendError::Full(mut rest)) = sender.try_send_batch(messages) else {
        panic!("there is not so much room");
    };
    assert_eq!(sender.try_send_rest(&mut rest), Err(TrySendError::Full(())));
    assert_eq!((rest.sent(), rest.len()), (3, 7));
    receiver.try_iter().take(2).for_each(drop);
    assert_eq!(sender.try_send_rest(&mut rest), Err(TrySendError::Full(())));
    assert_eq!((rest.sent(), rest.len()), (5, 5));

    // Closed, nothing more is sent; elsewhere the rest still is.
    receiver.close();
    let refused = sender.try_send_rest(&mut rest);
    assert_eq!(refused, Err(TrySendError::Disconnected(())));
    assert_eq!((rest.sent(), rest.len()), (5, 5));
    let (elsewhere, behind) = bounded(4);
    let refused = elsewhere.try_send_rest(&mut rest);
    assert_eq!(refused, Err(TrySendError::Full(())));
    assert_eq!((rest.sent(), rest.len(), behind.len()), (9, 1, 4));
    drop((sender, receiver, elsewhere, behind));
    assert_eq!(Rc::strong_count(&alive), 2, "one is left");
    drop(rest);
    assert_eq!(Rc::strong_count(&alive), 1);
}

#[test]
fn with_nothing_left_to_go_on_with_nothing_fails() {
    let (sender, receiver) = bounded(1);
    let Err(TrySendError::Full(mut rest)) = sender.try_send_batch([1, 2]) else {
        panic!("there is not so much room");
    };
    assert_eq!(receiver.recv(), Ok(1));
    assert_eq!(sender.try_send_rest(&mut rest), Ok(()));
    assert_eq!(sender.try_send_rest(&mut rest), Ok(()), "full");
    drop(receiver);
    assert_eq!(sender.try_send_rest(&mut rest), Ok(()), "disconnected");
    assert_eq!((rest.sent(), rest.next()), (2, None));
}

#[test]
fn an_iterator_that_panics_while_it_is_gone_on_with_leaks_nothing() {
    let alive = Rc::new(());
    let (sender, receiver) = bounded(3);
    let Err(TrySendError::Full(mut rest)) = sender.try_send_batch(failing(5, &alive)) else {
        panic!("there is not so much room");
    };
    drop(receiver.drain());
    let outcome = catch_unwind(AssertUnwindSafe(|| sender.try_send_rest(&mut rest)));
    assert!(outcome.is_err());
    let sent = receiver.len();
    assert_eq!(rest.sent(), 3 + sent, "it counts what was sent");
    drop(rest);
    assert_eq!(Rc::strong_count(&alive), 1 + sent, "those, and no others");
    drop((sender, receiver));
    assert_eq!(Rc::strong_count(&alive), 1);
}

#[test]
fn a_ring_goes_on_with_a_batch() {
    let ring = Ring::new(3);
    let mut popped = Vec::new();
    let mut rest = ring.push_batch(0..100).unwrap_err();
    while !ring.push_rest(&mut rest) {
        assert_eq!(ring.pop_batch(&mut popped, 2), 2);
    }
    assert_eq!((rest.sent(), rest.next()), (100, None));
    assert!(ring.push_rest(&mut rest), "nothing is left");
    ring.pop_batch(&mut popped, 3);
    assert!(popped.into_iter().eq(0..100));
}
