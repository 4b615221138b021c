//! Selections that are given up amid others: what they held finds its way, and
//! every message that was made is dropped once.

use std::sync::Arc;
use std::thread;
use std::time::Duration;

use queue_core::{Receiver, Select, SelectedOperation, SendError, Sender};

use crate::model::channel::open;
use crate::model::select::give_up;
use crate::support::{Ledger, Tracked, Watchdog, dawdle};

/// The last has no limit.
const KINDS: [Option<usize>; 5] = [Some(0), Some(1), Some(2), Some(3), None];
const CREW: usize = 3;
const EACH: usize = 400;

/// A list of the one operation.
fn send_arm<T>(sender: &Sender<T>) -> Select<'_> {
    let mut list = Select::new();
    list.send(sender);
    list
}

fn recv_arm<T>(receiver: &Receiver<T>) -> Select<'_> {
    let mut list = Select::new();
    list.recv(receiver);
    list
}

/// Selects the operation, and gives it up where that need not wait for long.
fn select_in_vain(mut list: Select<'_>, turn: usize) {
    let chosen: Option<SelectedOperation<'_>> = match turn % 3 {
        0 => list.try_select().ok(),
        1 => list.select_timeout(Duration::from_micros(30)).ok(),
        _ => list.select_timeout(Duration::from_millis(1)).ok(),
    };
    if let Some(chosen) = chosen {
        dawdle(turn % 3);
        give_up(chosen);
    }
}

/// Sends the message, one way or another, after some selections for nothing.
fn send(sender: &Sender<Tracked>, message: Tracked, turn: usize) -> Result<(), Tracked> {
    if turn.is_multiple_of(2) {
        select_in_vain(send_arm(sender), turn / 2);
    }
    if turn.is_multiple_of(3) {
        return sender.send(message).map_err(SendError::into_inner);
    }
    let chosen = send_arm(sender).select();
    // While it takes its time, others wait behind it.
    dawdle(turn % 3);
    chosen.send(sender, message).map_err(SendError::into_inner)
}

/// The number of a message, or `None` at the end.
fn recv(receiver: &Receiver<Tracked>, turn: usize) -> Option<usize> {
    let received = match turn % 3 {
        0 => receiver.recv(),
        1 => recv_arm(receiver).select().recv(receiver),
        _ => {
            let chosen = recv_arm(receiver).select();
            dawdle(turn % 3);
            chosen.recv(receiver)
        }
    };
    received.ok().map(|message| message.id)
}

fn assert_each_dropped_once(ledger: &Ledger) {
    for id in 0..CREW * EACH {
        assert_eq!(ledger.drops(id), 1, "message {id}");
    }
}

#[test]
fn sends_that_are_given_up_keep_no_room_and_no_receiver() {
    let _limit = Watchdog::new();
    for capacity in KINDS {
        let ledger = Ledger::new(CREW * EACH);
        let (sender, receiver) = open(capacity);
        let mut received = thread::scope(|scope| {
            for producer in 0..CREW {
                let (sender, ledger) = (sender.clone(), &ledger);
                scope.spawn(move || {
                    for turn in 0..EACH {
                        let message = Tracked::new(producer * EACH + turn, ledger);
                        assert!(send(&sender, message, turn).is_ok());
                    }
                });
            }
            let receivers = [0, 1, 2].map(|seed| {
                let receiver = receiver.clone();
                scope.spawn(move || {
                    let mut turns = seed..;
                    let received: Vec<_> =
                        std::iter::from_fn(|| recv(&receiver, turns.next()?)).collect();
                    received
                })
            });
            drop((sender, receiver));
            let received = receivers.map(|receiver| receiver.join().unwrap());
            for of_one in &received {
                for producer in 0..CREW {
                    let own = producer * EACH..(producer + 1) * EACH;
                    let ids = of_one.iter().filter(|&id| own.contains(id));
                    assert!(ids.is_sorted(), "out of order");
                }
            }
            received.concat()
        });
        received.sort_unstable();
        assert!(received.into_iter().eq(0..CREW * EACH));
        assert_each_dropped_once(&ledger);
    }
}

#[test]
fn receives_that_are_given_up_drop_their_messages_and_no_others() {
    let _limit = Watchdog::new();
    for capacity in KINDS {
        let ledger = Ledger::new(CREW * EACH);
        let (sender, receiver) = open(capacity);
        let received: usize = thread::scope(|scope| {
            for producer in 0..CREW {
                let (sender, ledger) = (sender.clone(), &ledger);
                scope.spawn(move || {
                    for turn in 0..EACH {
                        let message = Tracked::new(producer * EACH + turn, ledger);
                        assert!(sender.send(message).is_ok());
                    }
                });
            }
            let receivers = [0, 1, 2].map(|seed| {
                let receiver = receiver.clone();
                scope.spawn(move || {
                    let mut turns = seed..;
                    std::iter::from_fn(|| {
                        let turn = turns.next()?;
                        select_in_vain(recv_arm(&receiver), turn);
                        recv(&receiver, turn)
                    })
                    .count()
                })
            });
            drop((sender, receiver));
            receivers
                .map(|receiver| receiver.join().unwrap())
                .iter()
                .sum()
        });
        assert!((1..=CREW * EACH).contains(&received));
        assert_each_dropped_once(&ledger);
    }
}

/// Selected sends meet receivers that go after some messages each.
#[test]
fn selected_sends_that_race_the_last_receiver_arrive_or_come_back() {
    let _limit = Watchdog::new();
    for round in 0..80 {
        let ledger = Ledger::new(CREW * 40);
        let (sender, receiver) = open(KINDS[round % KINDS.len()]);
        let (mut sent, received) = thread::scope(|scope| {
            let senders = [0, 1, 2].map(|producer| {
                let (sender, ledger): (_, &Arc<Ledger>) = (sender.clone(), &ledger);
                scope.spawn(move || {
                    let ids = producer * 40..(producer + 1) * 40;
                    let accepted = ids.filter(|&id| {
                        match send(&sender, Tracked::new(id, ledger), id + round) {
                            Ok(()) => true,
                            Err(back) => {
                                assert_eq!((back.id, ledger.drops(id)), (id, 0));
                                false
                            }
                        }
                    });
                    accepted.collect::<Vec<_>>()
                })
            });
            let receivers = [0, 1].map(|seed| {
                let receiver = receiver.clone();
                scope.spawn(move || {
                    let turns = seed..seed + round / 2;
                    turns
                        .map_while(|turn| recv(&receiver, turn))
                        .collect::<Vec<_>>()
                })
            });
            drop((sender, receiver));
            (
                senders.map(|sender| sender.join().unwrap()).concat(),
                receivers.map(|receiver| receiver.join().unwrap()).concat(),
            )
        });
        sent.sort_unstable();
        for id in received {
            assert!(
                sent.binary_search(&id).is_ok(),
                "{id} arrived, and came back"
            );
        }
        assert!(
            (0..CREW * 40).all(|id| ledger.drops(id) == 1),
            "round {round}"
        );
    }
}
