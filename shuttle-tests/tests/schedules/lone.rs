//! Channels with ends that are alone, in a row: a task that gives up now and then, threads, and batches.

use std::pin::pin;

use queue_core_shuttle::{mpsc, spmc, spsc};
use shuttle::future::block_on;
use shuttle::thread;

use crate::awaiting::abandoned;
use crate::support::{Message, Mint, Receipts, all_of, finish, sample, union};

const EACH: u32 = 5;

/// What one task sends to another, that one deals out to two threads, and a third one gathers: five threads, and
/// nothing is lost, doubled, or left.
#[test]
fn from_one_to_one_to_many_to_one() {
    sample(5_000, || {
        let mint = Mint::default();
        let (mut first, mut ones) = spsc::bounded::<Message>(1);
        let (mut dealer, workers) = spmc::bounded(2);
        let (gather, mut gathered) = mpsc::bounded(1);
        let theirs = mint.clone();
        let sending = thread::spawn(move || {
            block_on(async move {
                for message in theirs.messages(0, EACH) {
                    let mut left = Some(message);
                    while let Some(message) = left.take() {
                        let mut sending = pin!(first.send_async(message));
                        match abandoned(sending.as_mut()).await {
                            Some(sent) => sent.unwrap(),
                            None => left = sending.take_back(),
                        }
                    }
                }
            });
        });
        let dealing = thread::spawn(move || {
            block_on(async move {
                loop {
                    let received = abandoned(pin!(ones.recv_async())).await;
                    match received {
                        Some(Ok(message)) => dealer.send(message).unwrap(),
                        Some(Err(_)) => break,
                        None => {}
                    }
                }
            });
        });
        let working = [workers.clone(), workers].map(|worker| {
            let gather = gather.clone();
            thread::spawn(move || {
                let mut messages = Vec::new();
                while worker.recv_batch(&mut messages, 2).is_ok() {
                    assert!(gather.send_batch(messages.drain(..)).is_ok());
                }
            })
        });
        drop(gather);
        let mut seen = Vec::new();
        while gathered.recv_batch(&mut seen, 3).is_ok() {}
        // The two workers change their order.
        let receipts = seen
            .into_iter()
            .map(|message| Receipts::noted([message]))
            .fold(Receipts::default(), Receipts::and);
        assert_eq!(receipts.count(), EACH);
        assert_eq!(union([receipts]), all_of(1, EACH));
        finish([sending, dealing]);
        finish(working);
        mint.assert_all_gone();
    });
}

/// Either end of a channel of one and one goes, or closes, while the other one sends or receives.
#[test]
fn one_and_one_to_the_end() {
    for closes in [false, true] {
        sample(5_000, move || {
            let mint = Mint::default();
            let (mut sender, mut receiver) = spsc::bounded::<Message>(2);
            let theirs = mint.clone();
            let sending = thread::spawn(move || {
                let mut count = 0;
                for message in theirs.messages(0, EACH) {
                    count += u32::from(sender.send(message).is_ok());
                }
                count
            });
            let mut receipts = Receipts::default();
            for _ in 0..2 {
                receipts.note(receiver.recv().unwrap());
            }
            if closes {
                receiver.close();
            } else {
                drop(receiver);
                assert!((2..=EACH).contains(&sending.join().unwrap()));
                mint.assert_all_gone();
                return;
            }
            // It is woken by the close, as nobody receives before it has gone.
            let sent = sending.join().unwrap();
            receiver.iter().for_each(|message| receipts.note(message));
            assert_eq!(receipts.count(), sent);
            drop(receiver);
            mint.assert_all_gone();
        });
    }
}
