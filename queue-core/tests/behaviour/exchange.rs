//! Many producers and consumers: every message arrives once, and each
//! consumer gets the messages of each producer in their order.

use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread;
use std::time::Duration;

use queue_core::{
    Receiver, RecvTimeoutError, Ring, Select, SendTimeoutError, Sender, TryRecvError, TrySendError,
    select,
};

use crate::model::channel::open;
use crate::support::{Parcel, Receipts, Watchdog};

const CAPACITIES: [usize; 5] = [1, 2, 3, 7, 64];
/// Those of channels that keep messages; the last has no limit.
const BUFFERS: [Option<usize>; 6] = [Some(1), Some(2), Some(3), Some(7), Some(64), None];
const RENDEZVOUS: [Option<usize>; 1] = [Some(0)];
const CREWS: [(usize, usize); 4] = [(1, 1), (4, 1), (1, 4), (4, 4)];
const PER_PRODUCER: usize = 2_000;

type Send = fn(&Sender<Parcel>, Parcel);
type Recv = fn(&Receiver<Parcel>) -> Option<Parcel>;

fn send(sender: &Sender<Parcel>, parcel: Parcel) {
    sender.send(parcel).unwrap();
}

fn recv(receiver: &Receiver<Parcel>) -> Option<Parcel> {
    receiver.recv().ok()
}

fn try_send(sender: &Sender<Parcel>, mut parcel: Parcel) {
    loop {
        match sender.try_send(parcel) {
            Ok(()) => return,
            Err(TrySendError::Full(refused)) => parcel = refused,
            Err(TrySendError::Disconnected(_)) => panic!("a receiver is left"),
        }
        thread::yield_now();
    }
}

fn try_recv(receiver: &Receiver<Parcel>) -> Option<Parcel> {
    loop {
        match receiver.try_recv() {
            Ok(parcel) => return Some(parcel),
            Err(TryRecvError::Empty) => thread::yield_now(),
            Err(TryRecvError::Disconnected) => return None,
        }
    }
}

/// Limits that are over before, while and after the waiter falls asleep.
fn limits() -> impl Iterator<Item = Duration> {
    (0..100).step_by(9).cycle().map(Duration::from_micros)
}

fn send_in_time(sender: &Sender<Parcel>, mut parcel: Parcel) {
    let number = parcel.number();
    for limit in limits().skip(number % 12) {
        match sender.send_timeout(parcel, limit) {
            Ok(()) => return,
            Err(SendTimeoutError::Timeout(refused)) => parcel = refused,
            Err(SendTimeoutError::Disconnected(_)) => panic!("a receiver is left"),
        }
        assert_eq!(parcel.number(), number, "another message came back");
    }
}

fn recv_in_time(receiver: &Receiver<Parcel>) -> Option<Parcel> {
    for limit in limits() {
        match receiver.recv_timeout(limit) {
            Ok(parcel) => return Some(parcel),
            Err(RecvTimeoutError::Timeout) => {}
            Err(RecvTimeoutError::Disconnected) => return None,
        }
    }
    unreachable!("the limits go round")
}

fn select_send(sender: &Sender<Parcel>, parcel: Parcel) {
    select! {
        send(sender, parcel) -> sent => sent.unwrap(),
    }
}

fn select_recv(receiver: &Receiver<Parcel>) -> Option<Parcel> {
    select! {
        recv(receiver) -> parcel => parcel.ok(),
    }
}

/// Tries whenever it is told that the channel is ready, and somebody else may be faster.
fn ready_send(sender: &Sender<Parcel>, mut parcel: Parcel) {
    let mut select = Select::new();
    select.send(sender);
    loop {
        select.ready();
        match sender.try_send(parcel) {
            Ok(()) => return,
            Err(refused) => parcel = refused.into_inner(),
        }
    }
}

fn ready_recv(receiver: &Receiver<Parcel>) -> Option<Parcel> {
    let mut select = Select::new();
    select.recv(receiver);
    loop {
        select.ready();
        match receiver.try_recv() {
            Ok(parcel) => return Some(parcel),
            Err(TryRecvError::Empty) => {}
            Err(TryRecvError::Disconnected) => return None,
        }
    }
}

/// Has the producers and consumers use the given ways in turn.
fn exchange(
    capacity: Option<usize>,
    (producers, consumers): (usize, usize),
    ways: &[(Send, Recv)],
) {
    let (sender, receiver) = open(capacity);
    let receipts: Vec<_> = thread::scope(|scope| {
        for producer in 0..producers {
            let sender = sender.clone();
            let (send, _) = ways[producer % ways.len()];
            scope.spawn(move || {
                (0..PER_PRODUCER).for_each(|number| send(&sender, Parcel::new(producer, number)));
            });
        }
        let consumers: Vec<_> = (0..consumers)
            .map(|consumer| {
                let receiver = receiver.clone();
                let (_, recv) = ways[consumer % ways.len()];
                scope.spawn(move || {
                    let mut receipts = Receipts::new(producers);
                    while let Some(parcel) = recv(&receiver) {
                        receipts.note(parcel);
                    }
                    receipts
                })
            })
            .collect();
        // Only the threads hold handles now: the producers' end is the consumers'.
        drop((sender, receiver));
        consumers
            .into_iter()
            .map(|consumer| consumer.join().unwrap())
            .collect()
    });
    Receipts::assert_complete(receipts, PER_PRODUCER);
}

fn exchange_all(capacities: &[Option<usize>], ways: &[(Send, Recv)]) {
    let _limit = Watchdog::new();
    for &capacity in capacities {
        for crew in CREWS {
            exchange(capacity, crew, ways);
        }
    }
}

#[test]
fn blocking_exchange_is_complete_and_in_order() {
    exchange_all(&BUFFERS, &[(send, recv)]);
}

#[test]
fn polling_exchange_is_complete_and_in_order() {
    exchange_all(&BUFFERS, &[(try_send, try_recv)]);
}

#[test]
fn an_exchange_whose_waits_time_out_is_complete_and_in_order() {
    exchange_all(&BUFFERS, &[(send_in_time, recv_in_time)]);
}

/// The first producer and the first consumer wait: alone on either side, they must be found.
const ALL_KINDS: [(Send, Recv); 3] = [
    (send, recv_in_time),
    (send_in_time, try_recv),
    (try_send, recv),
];

#[test]
fn an_exchange_of_all_kinds_at_once_is_complete_and_in_order() {
    exchange_all(&BUFFERS, &ALL_KINDS);
}

#[test]
fn an_exchange_between_polling_and_sleeping_ends_wakes_the_sleepers() {
    exchange_all(&BUFFERS, &[(try_send, recv)]);
    exchange_all(&BUFFERS, &[(send, try_recv)]);
}

#[test]
fn a_rendezvous_between_sleepers_is_complete_and_in_order() {
    exchange_all(&RENDEZVOUS, &[(send, recv)]);
}

#[test]
fn a_rendezvous_of_all_kinds_at_once_is_complete_and_in_order() {
    exchange_all(&RENDEZVOUS, &[(send_in_time, recv_in_time)]);
    exchange_all(&RENDEZVOUS, &ALL_KINDS);
    // Of two that only poll neither is ever found.
    exchange_all(&RENDEZVOUS, &[(try_send, recv)]);
    exchange_all(&RENDEZVOUS, &[(send, try_recv)]);
}

const FEW: [Option<usize>; 4] = [Some(0), Some(1), Some(3), None];

#[test]
fn an_exchange_by_selects_is_complete_and_in_order() {
    exchange_all(&FEW, &[(select_send, select_recv)]);
}

#[test]
fn an_exchange_between_selects_and_plain_operations_is_complete_and_in_order() {
    exchange_all(&FEW, &[(select_send, recv), (send, select_recv)]);
    exchange_all(
        &FEW,
        &[(send_in_time, select_recv), (select_send, recv_in_time)],
    );
}

#[test]
fn an_exchange_by_those_who_are_told_that_it_is_ready_is_complete_and_in_order() {
    exchange_all(&FEW, &[(ready_send, recv), (send, ready_recv)]);
    // Over a channel without room, one of two must offer itself.
    exchange_all(&FEW[1..], &[(ready_send, ready_recv)]);
}

#[test]
fn a_ring_s_exchange_is_complete_and_in_order() {
    let _limit = Watchdog::new();
    for capacity in CAPACITIES {
        for (producers, consumers) in CREWS {
            let ring = Ring::new(capacity);
            let left = AtomicUsize::new(producers * PER_PRODUCER);
            let receipts: Vec<_> = thread::scope(|scope| {
                for producer in 0..producers {
                    let ring = &ring;
                    scope.spawn(move || {
                        for number in 0..PER_PRODUCER {
                            let mut parcel = Parcel::new(producer, number);
                            while let Err(refused) = ring.push(parcel) {
                                parcel = refused;
                                thread::yield_now();
                            }
                        }
                    });
                }
                let consumers: Vec<_> = (0..consumers)
                    .map(|_| {
                        scope.spawn(|| {
                            let mut receipts = Receipts::new(producers);
                            while left.load(Ordering::Relaxed) > 0 {
                                let Some(parcel) = ring.pop() else {
                                    thread::yield_now();
                                    continue;
                                };
                                left.fetch_sub(1, Ordering::Relaxed);
                                receipts.note(parcel);
                            }
                            receipts
                        })
                    })
                    .collect();
                consumers
                    .into_iter()
                    .map(|consumer| consumer.join().unwrap())
                    .collect()
            });
            assert!(ring.is_empty());
            Receipts::assert_complete(receipts, PER_PRODUCER);
        }
    }
}

#[test]
fn the_counts_of_a_busy_channel_stay_within_its_capacity() {
    let _limit = Watchdog::new();
    for capacity in BUFFERS {
        let (sender, receiver) = open(capacity);
        thread::scope(|scope| {
            let producer =
                scope.spawn(move || (0..4_000).for_each(|number| sender.send(number).unwrap()));
            let consumer = receiver.clone();
            scope.spawn(move || assert!(consumer.iter().eq(0..4_000)));
            while !producer.is_finished() {
                assert!(receiver.len() <= capacity.unwrap_or(4_000));
                assert!(capacity.is_some() || !receiver.is_full());
                thread::yield_now();
            }
        });
        assert!(receiver.is_empty() && !receiver.is_full());
    }
}
