//! The unbounded channel's blocks: wherever in them it begins and ends, every
//! message is received in order or dropped, once.

use std::sync::Barrier;
use std::thread;

use queue_core::{Receiver, Sender, TryRecvError, unbounded};

use crate::support::{Ledger, Parcel, Receipts, Tracked, Watchdog, Wide};

/// The messages in a block.
const BLOCK: usize = 31;
/// More than three blocks.
const MANY: usize = 100;

/// A channel in which `inside` messages lie, numbered from zero; `start` others came and went.
fn channel_of(
    start: usize,
    inside: usize,
    make: impl Fn(usize) -> Tracked,
) -> (Sender<Tracked>, Receiver<Tracked>) {
    let (sender, receiver) = unbounded();
    for id in inside..inside + start {
        assert!(sender.send(make(id)).is_ok());
        assert_eq!(receiver.recv().map(|message| message.id), Ok(id));
    }
    for id in 0..inside {
        assert_eq!(sender.len(), id);
        assert!(sender.send(make(id)).is_ok());
    }
    (sender, receiver)
}

/// For every place in a block to begin at, and every number of messages inside.
fn at_every_place(end: impl Fn(Sender<Tracked>, Receiver<Tracked>, usize)) {
    for start in 0..=BLOCK + 1 {
        for inside in 0..=MANY {
            let ledger = Ledger::new(start + inside);
            let (sender, receiver) = channel_of(start, inside, |id| Tracked::new(id, &ledger));
            assert!((0..inside).all(|id| ledger.drops(id) == 0));
            end(sender, receiver, inside);
            let once = (0..start + inside).all(|id| ledger.drops(id) == 1);
            assert!(once, "{inside} messages, {start} after the begin");
        }
    }
}

#[test]
fn what_is_inside_is_received_in_order_from_every_place() {
    at_every_place(|sender, receiver, inside| {
        for id in 0..inside {
            assert_eq!((receiver.len(), receiver.is_empty()), (inside - id, false));
            assert_eq!(receiver.try_recv().map(|message| message.id), Ok(id));
        }
        assert!(receiver.is_empty() && sender.is_empty() && !sender.is_full());
        assert_eq!(receiver.try_recv().err(), Some(TryRecvError::Empty));
        drop(sender);
        assert_eq!(receiver.try_recv().err(), Some(TryRecvError::Disconnected));
    });
}

#[test]
fn what_is_inside_goes_with_the_last_receiver_at_every_place() {
    at_every_place(|sender, receiver, inside| {
        drop(receiver.clone());
        assert_eq!(sender.len(), inside);
        drop(receiver);
        assert!(sender.is_empty());
    });
}

#[test]
fn what_is_inside_goes_with_the_last_handle_at_every_place() {
    at_every_place(|sender, receiver, inside| {
        drop(sender);
        assert_eq!(receiver.len(), inside);
        drop(receiver);
    });
}

#[test]
fn what_is_left_of_some_blocks_goes_with_the_last_receiver() {
    for taken in 0..=MANY {
        let ledger = Ledger::new(MANY);
        let (sender, receiver) = channel_of(0, MANY, |id| Tracked::new(id, &ledger));
        assert!(
            receiver
                .iter()
                .take(taken)
                .map(|message| message.id)
                .eq(0..taken)
        );
        drop(receiver);
        assert!((0..MANY).all(|id| ledger.drops(id) == 1));
        drop(sender);
        assert!((0..MANY).all(|id| ledger.drops(id) == 1));
    }
}

#[test]
fn messages_behind_a_forgotten_receiver_are_leaked_and_dropped_by_nobody() {
    let ledger = Ledger::new(MANY);
    let (sender, receiver) = channel_of(0, MANY, |id| Tracked::new(id, &ledger));
    std::mem::forget(receiver);
    drop(sender);
    assert!((0..MANY).all(|id| ledger.drops(id) == 0));
}

/// Two senders meet two receivers of which each goes after some messages, in the midst of it.
#[test]
fn receivers_that_go_in_mid_stream_leave_nothing_behind() {
    const EACH: usize = 200;
    let _limit = Watchdog::new();
    for round in 0..150 {
        let ledger = Ledger::new(2 * EACH);
        let (sender, receiver) = unbounded();
        let start = Barrier::new(4);
        let accepted: usize = thread::scope(|scope| {
            for quota in [round, 2 * round] {
                let (receiver, start) = (receiver.clone(), &start);
                scope.spawn(move || {
                    start.wait();
                    receiver.iter().take(quota).for_each(drop);
                });
            }
            drop(receiver);
            let senders = [0, EACH].map(|first| {
                let (sender, ledger, start) = (sender.clone(), &ledger, &start);
                scope.spawn(move || {
                    start.wait();
                    (first..first + EACH)
                        .filter(|&id| match sender.send(Tracked::new(id, ledger)) {
                            Ok(()) => true,
                            Err(refused) => {
                                assert_eq!(ledger.drops(id), 0, "it came back dead");
                                assert_eq!(refused.into_inner().id, id);
                                false
                            }
                        })
                        .count()
                })
            });
            // The threads' senders must be all that is left, or a receiver would wait for more.
            drop(sender);
            senders.map(|sender| sender.join().unwrap()).iter().sum()
        });
        assert!(
            accepted >= (3 * round).min(2 * EACH),
            "{accepted} were received"
        );
        let once = (0..2 * EACH).all(|id| ledger.drops(id) == 1);
        assert!(once, "round {round}");
    }
}

/// So long that receivers meet them half-written, and pass over them.
#[test]
fn long_messages_arrive_once_and_in_order() {
    const CREW: usize = 3;
    const EACH: usize = 700;
    let _limit = Watchdog::new();
    let (sender, receiver) = unbounded();
    let receipts: Vec<_> = thread::scope(|scope| {
        for producer in 0..CREW {
            let sender = sender.clone();
            scope.spawn(move || {
                for number in 0..EACH {
                    assert!(sender.send(Wide::from(producer * EACH + number)).is_ok());
                    // Not too far ahead, for the memory's sake.
                    while sender.len() > 100 {
                        thread::yield_now();
                    }
                }
            });
        }
        let consumers = [(); CREW].map(|()| {
            let receiver = receiver.clone();
            scope.spawn(move || {
                let mut receipts = Receipts::new(CREW);
                for message in receiver {
                    let number = usize::from(message);
                    receipts.note(Parcel::new(number / EACH, number % EACH));
                }
                receipts
            })
        });
        drop((sender, receiver));
        consumers
            .into_iter()
            .map(|consumer| consumer.join().unwrap())
            .collect()
    });
    Receipts::assert_complete(receipts, EACH);
}
