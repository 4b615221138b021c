//! Batches against single messages.

use shuttle::future::{self, block_on};
use shuttle::thread;

use crate::support::{Mint, Receipts, all_of, finish, joined, open, sample, union};

const EACH: u32 = 4;

/// A batch larger than the channel and single messages, to one who receives batches and one who does not.
#[test]
fn batches_against_singles() {
    sample(1_200, || {
        for capacity in [Some(1), Some(3), None] {
            let (sender, receiver) = open(capacity);
            let mint = Mint::default();
            let in_batches = {
                let receiver = receiver.clone();
                thread::spawn(move || {
                    let mut receipts = Receipts::default();
                    let mut batch = Vec::new();
                    while let Ok(received) = receiver.recv_batch(&mut batch, 3) {
                        assert_eq!(received, batch.len());
                        batch.drain(..).for_each(|message| receipts.note(message));
                    }
                    receipts
                })
            };
            let one_by_one = thread::spawn(move || Receipts::noted(receiver.iter()));
            let senders = [0, 1].map(|producer| {
                let (sender, mint) = (sender.clone(), mint.clone());
                thread::spawn(move || {
                    let sent = sender.send_batch(mint.messages(producer, EACH));
                    assert_eq!(sent.unwrap() as u32, EACH);
                })
            });
            let single = {
                let mint = mint.clone();
                thread::spawn(move || {
                    for message in mint.messages(2, EACH) {
                        sender.send(message).unwrap();
                    }
                })
            };
            assert_eq!(joined([in_batches, one_by_one]), all_of(3, EACH));
            finish(senders);
            single.join().unwrap();
            mint.assert_all_gone();
        }
    });
}

/// The like, all of it awaited.
#[test]
fn batches_are_awaited() {
    sample(1_200, || {
        for capacity in [Some(1), Some(3), None] {
            let (sender, receiver) = open(capacity);
            let mint = Mint::default();
            let receivers = [1, 3].map(|most| {
                let receiver = receiver.clone();
                future::spawn(async move {
                    let mut receipts = Receipts::default();
                    let mut batch = Vec::new();
                    while receiver.recv_batch_async(&mut batch, most).await.is_ok() {
                        batch.drain(..).for_each(|message| receipts.note(message));
                    }
                    receipts
                })
            });
            drop(receiver);
            let senders = [0, 1, 2].map(|producer| {
                let (sender, mint) = (sender.clone(), mint.clone());
                future::spawn(async move {
                    let sent = sender.send_batch_async(mint.messages(producer, EACH)).await;
                    assert_eq!(sent.unwrap() as u32, EACH);
                })
            });
            drop(sender);
            let receipts = receivers.map(|receiver| block_on(receiver).unwrap());
            assert_eq!(union(receipts), all_of(3, EACH));
            for sender in senders {
                block_on(sender).unwrap();
            }
            mint.assert_all_gone();
        }
    });
}

/// Batches in flight when somebody closes: the part that was accepted is received.
#[test]
fn a_close_against_batches() {
    sample(1_200, || {
        for capacity in [Some(1), Some(3), None] {
            let (sender, receiver) = open(capacity);
            let mint = Mint::default();
            let receivers = [receiver.clone(), receiver.clone()]
                .map(|receiver| thread::spawn(move || Receipts::noted(receiver.iter())));
            let senders = [0, 1].map(|producer| {
                let (sender, mint) = (sender.clone(), mint.clone());
                thread::spawn(move || {
                    let sent = sender.send_batch(mint.messages(producer, EACH));
                    sent.unwrap_or_else(|refused| refused.into_inner().sent()) as u32
                })
            });
            let closer = thread::spawn(move || receiver.close());
            let accepted = senders.map(|sender| sender.join().unwrap());
            drop(sender);
            let second = all_of(2, accepted[1]) & !all_of(1, 8);
            assert_eq!(joined(receivers), all_of(1, accepted[0]) | second);
            closer.join().unwrap();
            mint.assert_all_gone();
        }
    });
}
