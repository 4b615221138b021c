//! The channel that keeps nothing: a message goes from hand to hand, or comes back.

use std::sync::Barrier;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread;
use std::time::{Duration, Instant};

use queue_core::{
    Receiver, RecvError, RecvTimeoutError, Select, SendError, SendTimeoutError, Sender,
    TryRecvError, TrySendError, bounded, select,
};

use crate::support::{Ledger, Tracked, Watchdog, dawdle};

#[test]
fn a_send_that_nobody_meets_gives_its_message_back_alive() {
    let ledger = Ledger::new(4);
    let (sender, receiver) = bounded(0);
    let message = |id| Tracked::new(id, &ledger);
    let a_moment = Duration::from_millis(1);
    let refused = [
        sender
            .try_send(message(0))
            .map_err(TrySendError::into_inner),
        sender
            .send_timeout(message(1), Duration::ZERO)
            .map_err(SendTimeoutError::into_inner),
        sender
            .send_timeout(message(2), a_moment)
            .map_err(SendTimeoutError::into_inner),
        sender
            .send_deadline(message(3), Instant::now())
            .map_err(SendTimeoutError::into_inner),
    ];
    for (id, refused) in refused.into_iter().enumerate() {
        let message = refused.expect_err("nobody receives");
        assert_eq!((message.id, ledger.drops(id)), (id, 0));
        drop(message);
        assert_eq!(ledger.drops(id), 1);
    }
    assert_eq!(receiver.try_recv().err(), Some(TryRecvError::Empty));
}

#[test]
fn a_send_returns_no_sooner_than_its_message_is_asked_for() {
    let _limit = Watchdog::new();
    let (sender, receiver) = bounded(0);
    let asked = AtomicUsize::new(0);
    thread::scope(|scope| {
        scope.spawn(|| {
            for number in 0..2_000 {
                dawdle(number);
                asked.store(number + 1, Ordering::Relaxed);
                assert_eq!(receiver.recv(), Ok(number));
            }
        });
        for number in 0..2_000 {
            sender.send(number).unwrap();
            // Relaxed: the receive must order it.
            assert!(asked.load(Ordering::Relaxed) > number, "nobody had it");
            dawdle(number * 3);
        }
    });
}

#[test]
fn a_try_finds_a_partner_that_waits_and_nobody_else() {
    let _limit = Watchdog::new();
    let (sender, receiver) = bounded(0);
    for number in 0..200 {
        thread::scope(|scope| {
            let partner = scope.spawn(|| receiver.recv());
            while sender.try_send(number).is_err() {
                thread::yield_now();
            }
            assert_eq!(partner.join().unwrap(), Ok(number));
            let partner = scope.spawn(|| sender.send(number));
            let received = loop {
                match receiver.try_recv() {
                    Err(TryRecvError::Empty) => thread::yield_now(),
                    settled => break settled,
                }
            };
            assert_eq!(received, Ok(number));
            assert_eq!(partner.join().unwrap(), Ok(()));
        });
        assert_eq!(sender.try_send(number), Err(TrySendError::Full(number)));
    }
}

const CREW: usize = 4;
const EACH: usize = 2_500;

/// Tries once, with a limit that may be over before, while or after a partner comes.
fn send_once(sender: &Sender<Tracked>, message: Tracked, turn: usize) -> Result<(), Tracked> {
    let limit = Duration::from_micros(turn as u64 * 7 % 50);
    if turn % 8 == 7 {
        return sender.try_send(message).map_err(TrySendError::into_inner);
    }
    if turn % 8 > 4 {
        let mut list = Select::new();
        list.send(sender);
        let Ok(chosen) = list.select_timeout(limit) else {
            return Err(message);
        };
        return chosen.send(sender, message).map_err(SendError::into_inner);
    }
    match sender.send_timeout(message, limit) {
        Ok(()) => Ok(()),
        Err(SendTimeoutError::Timeout(message)) => Err(message),
        Err(SendTimeoutError::Disconnected(_)) => panic!("receivers are left"),
    }
}

fn receive_all(receiver: &Receiver<Tracked>, seed: usize) -> Vec<usize> {
    let mut received = Vec::new();
    for turn in seed.. {
        let limit = Duration::from_micros(turn as u64 * 11 % 80);
        dawdle(turn % 4);
        let result = if turn % 3 == 0 {
            select! {
                recv(receiver) -> message => {
                    message.map_err(|RecvError| RecvTimeoutError::Disconnected)
                }
                default(limit) => Err(RecvTimeoutError::Timeout),
            }
        } else {
            receiver.recv_timeout(limit)
        };
        match result {
            Ok(message) => received.push(message.id),
            Err(RecvTimeoutError::Timeout) => {}
            Err(RecvTimeoutError::Disconnected) => break,
        }
    }
    received
}

#[test]
fn where_both_sides_lose_patience_each_message_is_delivered_or_comes_back() {
    let _limit = Watchdog::new();
    let ledger = Ledger::new(CREW * EACH);
    let (sender, receiver) = bounded(0);
    let (mut sent, mut received) = thread::scope(|scope| {
        let senders = [0, 1, 2, 3].map(|index| {
            let (sender, ledger) = (sender.clone(), &ledger);
            scope.spawn(move || {
                let mut sent = Vec::new();
                for id in index * EACH..(index + 1) * EACH {
                    match send_once(&sender, Tracked::new(id, ledger), id) {
                        Ok(()) => sent.push(id),
                        Err(back) => assert_eq!((back.id, ledger.drops(id)), (id, 0)),
                    }
                }
                sent
            })
        });
        let receivers = [0, 1, 2, 3].map(|index| {
            let receiver = receiver.clone();
            scope.spawn(move || receive_all(&receiver, index))
        });
        drop((sender, receiver));
        (
            senders.map(|sender| sender.join().unwrap()).concat(),
            receivers.map(|receiver| receiver.join().unwrap()).concat(),
        )
    });
    sent.sort_unstable();
    received.sort_unstable();
    assert_eq!(sent, received);
    assert!((0..CREW * EACH).all(|id| ledger.drops(id) == 1));
}

#[test]
fn both_sides_that_wait_are_told_when_the_other_end_goes() {
    let _limit = Watchdog::new();
    for round in 0..200 {
        let ledger = Ledger::new(3);
        let (sender, receiver) = bounded(0);
        thread::scope(|scope| {
            for id in 0..3 {
                let (sender, ledger) = (sender.clone(), &ledger);
                scope.spawn(move || {
                    let refused = sender.send(Tracked::new(id, ledger)).unwrap_err();
                    assert_eq!((refused.0.id, ledger.drops(id)), (id, 0));
                });
            }
            dawdle(round);
            drop(receiver);
        });
        assert!((0..3).all(|id| ledger.drops(id) == 1));
        let (sender, receiver) = bounded::<Tracked>(0);
        thread::scope(|scope| {
            for _ in 0..3 {
                let receiver = receiver.clone();
                scope.spawn(move || assert!(receiver.recv().is_err()));
            }
            dawdle(round);
            drop(sender);
        });
    }
}

/// As many senders as receivers, in rounds: nobody is left over.
#[test]
fn as_many_on_either_side_all_find_a_partner() {
    let _limit = Watchdog::new();
    let (sender, receiver) = bounded(0);
    let round_begins = Barrier::new(2 * CREW);
    thread::scope(|scope| {
        for index in 0..CREW {
            let (sender, receiver, round_begins) = (&sender, &receiver, &round_begins);
            scope.spawn(move || {
                for round in 0..500 {
                    round_begins.wait();
                    dawdle(round * index);
                    sender.send(round).unwrap();
                }
            });
            scope.spawn(move || {
                for round in 0..500 {
                    round_begins.wait();
                    dawdle(round + index);
                    assert_eq!(receiver.recv(), Ok(round));
                }
            });
        }
    });
}

/// How many messages of no size live, which can hold no account of their own.
static UNITS: AtomicUsize = AtomicUsize::new(0);

struct Unit(());

impl Unit {
    fn new() -> Self {
        UNITS.fetch_add(1, Ordering::Relaxed);
        Self(())
    }
}

impl Drop for Unit {
    fn drop(&mut self) {
        UNITS.fetch_sub(1, Ordering::Relaxed);
    }
}

#[test]
fn messages_of_no_size_are_handed_over_and_come_back() {
    let _limit = Watchdog::new();
    let (sender, receiver) = bounded(0);
    thread::scope(|scope| {
        scope.spawn(|| {
            for turn in 0..600 {
                match turn % 3 {
                    0 => assert!(sender.send(Unit::new()).is_ok()),
                    1 => select! {
                        send(sender, Unit::new()) -> sent => assert!(sent.is_ok()),
                    },
                    _ => {
                        let mut unsent = Some(Unit::new());
                        while let Some(unit) = unsent.take() {
                            let a_moment = Duration::from_micros(20);
                            let sent = sender.send_timeout(unit, a_moment);
                            unsent = sent.err().map(SendTimeoutError::into_inner);
                        }
                    }
                }
            }
        });
        for turn in 0..600 {
            dawdle(turn % 5);
            let received = if turn % 2 == 0 {
                receiver.recv()
            } else {
                select! {
                    recv(receiver) -> unit => unit,
                }
            };
            assert!(received.is_ok());
        }
    });
    drop(receiver);
    assert!(sender.send(Unit::new()).is_err());
    assert_eq!(UNITS.load(Ordering::Relaxed), 0);
}
