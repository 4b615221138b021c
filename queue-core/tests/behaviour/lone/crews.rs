//! The end of many, in many hands; and handles that go from thread to thread.

use std::cell::Cell;
use std::thread;

use queue_core::{mpsc, spmc, spsc};

use super::MESSAGES;
use crate::support::{Parcel, Receipts, Watchdog};

#[test]
fn many_senders_and_one_receiver() {
    let _limit = Watchdog::new();
    for capacity in [1, 3, 64] {
        let (sender, mut receiver) = mpsc::bounded(capacity);
        let producers: Vec<_> = (0..4)
            .map(|producer| {
                let sender = sender.clone();
                thread::spawn(move || {
                    for number in 0..MESSAGES / 4 {
                        sender.send(Parcel::new(producer, number)).unwrap();
                    }
                })
            })
            .collect();
        assert_eq!(receiver.sender_count(), 5);
        drop(sender);
        let mut receipts = Receipts::new(4);
        for parcel in &mut receiver {
            receipts.note(parcel);
        }
        Receipts::assert_complete([receipts], MESSAGES / 4);
        producers.into_iter().for_each(|p| p.join().unwrap());
    }
}

#[test]
fn one_sender_and_many_receivers() {
    let _limit = Watchdog::new();
    for capacity in [1, 3, 64] {
        let (mut sender, receiver) = spmc::bounded(capacity);
        let consumers: Vec<_> = (0..3)
            .map(|_| {
                let receiver = receiver.clone();
                thread::spawn(move || {
                    let mut receipts = Receipts::new(1);
                    receiver.iter().for_each(|parcel| receipts.note(parcel));
                    receipts
                })
            })
            .collect();
        assert_eq!(sender.receiver_count(), 4);
        drop(receiver);
        for number in 0..MESSAGES {
            sender.send(Parcel::new(0, number)).unwrap();
        }
        drop(sender);
        let receipts = consumers.into_iter().map(|c| c.join().unwrap());
        Receipts::assert_complete(receipts, MESSAGES);
    }
}

/// Handles and futures go from thread to thread with messages that do.
#[test]
fn handles_and_futures_can_be_sent() {
    fn is_send<T: Send>(value: T) -> T {
        value
    }
    let (sender, receiver) = spsc::bounded::<Cell<u8>>(1);
    let (mut sender, mut receiver) = (is_send(sender), is_send(receiver));
    drop(is_send(sender.send_async(Cell::new(1))));
    drop(is_send(sender.send_batch_async([])));
    drop(is_send(receiver.recv_async()));
    drop(is_send(receiver.recv_batch_async(&mut Vec::new(), 1)));
    let (mut sender, _receiver) = spmc::bounded::<u8>(1);
    drop(is_send(sender.send_async_from(&mut Some(1))));
    let (_sender, receiver) = mpsc::bounded::<u8>(1);
    drop(is_send(receiver.into_iter()));
}
