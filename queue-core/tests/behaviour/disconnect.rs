//! One end goes while the other works: no message is lost, doubled or leaked.

use std::sync::{Arc, Barrier};
use std::thread;
use std::time::Duration;

use queue_core::{
    Receiver, RecvError, SendError, SendTimeoutError, Sender, TryRecvError, TrySendError, bounded,
};

use crate::model::channel::open;
use crate::support::{Ledger, Tracked, Watchdog, dawdle};

const SENDERS: usize = 3;
const PER_SENDER: usize = 40;
/// The first keeps nothing, the last has no limit.
const CAPACITIES: [Option<usize>; 6] = [Some(0), Some(1), Some(2), Some(3), Some(7), None];

/// Sends until it succeeds or is turned away for good, which gives the message back.
type Send = fn(&Sender<Tracked>, Tracked) -> Result<(), Tracked>;

fn send(sender: &Sender<Tracked>, message: Tracked) -> Result<(), Tracked> {
    sender.send(message).map_err(SendError::into_inner)
}

fn try_send(sender: &Sender<Tracked>, mut message: Tracked) -> Result<(), Tracked> {
    loop {
        match sender.try_send(message) {
            Ok(()) => return Ok(()),
            Err(TrySendError::Full(refused)) => message = refused,
            Err(TrySendError::Disconnected(refused)) => return Err(refused),
        }
        thread::yield_now();
    }
}

fn send_in_time(sender: &Sender<Tracked>, mut message: Tracked) -> Result<(), Tracked> {
    loop {
        match sender.send_timeout(message, Duration::from_micros(20)) {
            Ok(()) => return Ok(()),
            Err(SendTimeoutError::Timeout(refused)) => message = refused,
            Err(SendTimeoutError::Disconnected(refused)) => return Err(refused),
        }
    }
}

/// The senders meet receivers that go after `quota` messages each.
fn race(capacity: Option<usize>, quota: usize, sends: [Send; SENDERS]) {
    let ledger = Ledger::new(SENDERS * PER_SENDER);
    let (sender, receiver) = open(capacity);
    let start = Barrier::new(SENDERS + 2);
    let (sent, received) = thread::scope(|scope| {
        let mut senders = Vec::new();
        for (index, send) in sends.into_iter().enumerate() {
            let (sender, ledger, start) = (sender.clone(), &ledger, &start);
            senders.push(scope.spawn(move || {
                start.wait();
                let ids = index * PER_SENDER..(index + 1) * PER_SENDER;
                let mut sent = Vec::new();
                for id in ids {
                    match send(&sender, Tracked::new(id, ledger)) {
                        Ok(()) => sent.push(id),
                        Err(refused) => {
                            assert_eq!(refused.id, id, "another message came back");
                            assert_eq!(ledger.drops(id), 0, "it came back dead");
                        }
                    }
                }
                sent
            }));
        }
        let mut receivers = Vec::new();
        for _ in 0..2 {
            let (receiver, start) = (receiver.clone(), &start);
            receivers.push(scope.spawn(move || {
                start.wait();
                let received = receiver.iter().take(quota);
                received.map(|message| message.id).collect::<Vec<_>>()
            }));
        }
        drop((sender, receiver));
        let collect = |threads: Vec<thread::ScopedJoinHandle<'_, Vec<usize>>>| -> Vec<usize> {
            let results = threads.into_iter().map(|thread| thread.join().unwrap());
            results.flatten().collect()
        };
        (collect(senders), collect(receivers))
    });
    for id in &received {
        assert!(
            sent.contains(id),
            "{id} arrived, and its sender was told no"
        );
    }
    for id in 0..SENDERS * PER_SENDER {
        assert_eq!(ledger.drops(id), 1, "message {id}");
    }
    if quota * 2 >= SENDERS * PER_SENDER || capacity == Some(0) {
        assert_eq!(sent.len(), received.len(), "{received:?}");
    }
}

fn race_all(sends: [Send; SENDERS]) {
    let _limit = Watchdog::new();
    for round in 0..120 {
        race(CAPACITIES[round % CAPACITIES.len()], round / 2, sends);
    }
}

#[test]
fn a_send_that_races_the_last_receiver_arrives_or_comes_back() {
    race_all([send; SENDERS]);
}

#[test]
fn a_polled_or_timed_send_that_races_the_last_receiver_arrives_or_comes_back() {
    race_all([try_send, send_in_time, send]);
}

#[test]
fn senders_that_wait_on_a_full_channel_get_their_own_message_back() {
    let _limit = Watchdog::new();
    for round in 0..150 {
        let capacity = round % 10;
        let ledger = Ledger::new(capacity + SENDERS);
        let (sender, receiver) = bounded(capacity);
        for id in 0..capacity {
            assert!(sender.try_send(Tracked::new(id, &ledger)).is_ok());
        }
        thread::scope(|scope| {
            for id in capacity..capacity + SENDERS {
                let (sender, ledger) = (&sender, &ledger);
                scope.spawn(move || {
                    let SendError(refused) = sender.send(Tracked::new(id, ledger)).unwrap_err();
                    assert_eq!(refused.id, id);
                    assert_eq!(ledger.drops(id), 0);
                });
            }
            dawdle(round);
            drop(receiver);
        });
        assert!((0..capacity + SENDERS).all(|id| ledger.drops(id) == 1));
    }
}

#[test]
fn receivers_that_wait_are_all_told_when_the_last_sender_goes() {
    let _limit = Watchdog::new();
    for round in 0..150 {
        let (sender, receiver) = open::<u8>(CAPACITIES[round % CAPACITIES.len()]);
        thread::scope(|scope| {
            for _ in 0..6 {
                let receiver = receiver.clone();
                scope.spawn(move || assert_eq!(receiver.recv(), Err(RecvError)));
            }
            dawdle(round);
            drop(sender);
        });
    }
}

#[test]
fn what_was_sent_is_received_before_the_end_is_told() {
    let _limit = Watchdog::new();
    let drain: [fn(&Receiver<usize>) -> usize; 3] = [
        |receiver| receiver.iter().count(),
        |receiver| {
            let mut count = 0;
            loop {
                match receiver.try_recv() {
                    Ok(_) => count += 1,
                    Err(TryRecvError::Empty) => thread::yield_now(),
                    Err(TryRecvError::Disconnected) => return count,
                }
            }
        },
        |receiver| receiver.clone().into_iter().count(),
    ];
    for round in 0..150 {
        let (sender, receiver) = open(CAPACITIES[round % CAPACITIES.len()]);
        let drain = drain[round / CAPACITIES.len() % 3];
        thread::scope(|scope| {
            let counts: Vec<_> = (0..2)
                .map(|_| {
                    let receiver = receiver.clone();
                    scope.spawn(move || drain(&receiver))
                })
                .collect();
            for _ in 0..2 {
                let sender = sender.clone();
                scope.spawn(move || (0..round).for_each(|number| sender.send(number).unwrap()));
            }
            drop(sender);
            let total: usize = counts.into_iter().map(|count| count.join().unwrap()).sum();
            assert_eq!(total, 2 * round);
        });
        assert_eq!(receiver.try_recv(), Err(TryRecvError::Disconnected));
    }
}

#[test]
fn both_ends_going_at_once_free_the_channel_once() {
    let _limit = Watchdog::new();
    for round in 0..500 {
        // Of the unbounded, as many as fill a block or two.
        let (capacity, messages) = [(Some(4), round % 5), (None, round % 70)][round % 2];
        let (sender, receiver) = open(capacity);
        let alive = Arc::new(());
        for _ in 0..messages {
            sender.send(Arc::clone(&alive)).unwrap();
        }
        let start = Barrier::new(2);
        thread::scope(|scope| {
            scope.spawn(|| {
                start.wait();
                drop(sender);
            });
            scope.spawn(|| {
                start.wait();
                drop(receiver);
            });
        });
        assert_eq!(Arc::strong_count(&alive), 1);
    }
}

/// A request large enough that the last server goes while it is being written.
struct Request<const SIZE: usize> {
    _bulk: [u8; SIZE],
    _reply: Sender<()>,
}

fn ask_servers_that_go<const SIZE: usize>(capacity: Option<usize>) {
    for _ in 0..200 {
        let (requests, server) = open(capacity);
        let start = Barrier::new(2);
        thread::scope(|scope| {
            let go = &start;
            scope.spawn(move || {
                go.wait();
                drop(server);
            });
            start.wait();
            let (answer, reply) = bounded(1);
            let request = Request {
                _bulk: [0; SIZE],
                _reply: answer,
            };
            if requests.send(request).is_ok() {
                assert_eq!(reply.recv(), Err(RecvError));
            }
        });
    }
}

#[test]
fn a_client_whose_request_was_accepted_does_not_wait_for_servers_that_are_gone() {
    let _limit = Watchdog::new();
    ask_servers_that_go::<{ 16 * 1024 }>(Some(4));
    // Unoptimised, the longer ways have dozens of copies on the stack.
    ask_servers_that_go::<{ 8 * 1024 }>(None);
    ask_servers_that_go::<{ 8 * 1024 }>(Some(0));
}
