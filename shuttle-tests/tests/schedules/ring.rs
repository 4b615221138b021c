//! The ring, whose operations never sleep.

use std::sync::Arc;

use queue_core_shuttle::Ring;
use queue_core_shuttle::model::Patience;
use shuttle::thread;

use crate::support::{Mint, Receipts, all_of, finish, joined, sample, union};

/// Three threads push and three pop, each what it must.
#[test]
fn three_by_three() {
    sample(1_500, || {
        for capacity in [1, 2, 3] {
            let ring = Arc::new(Ring::new(capacity));
            let mint = Mint::default();
            let producers = [0, 1, 2].map(|producer| {
                let (ring, mint) = (Arc::clone(&ring), mint.clone());
                thread::spawn(move || {
                    let patience = Patience::new();
                    for mut message in mint.messages(producer, 2) {
                        while let Err(back) = ring.push(message) {
                            message = back;
                            patience.wait();
                        }
                    }
                })
            });
            let consumers = [(); 3].map(|()| {
                let ring = Arc::clone(&ring);
                thread::spawn(move || {
                    let patience = Patience::new();
                    let mut receipts = Receipts::default();
                    while receipts.count() < 2 {
                        match ring.pop() {
                            Some(message) => receipts.note(message),
                            None => patience.wait(),
                        }
                    }
                    receipts
                })
            });
            assert_eq!(joined(consumers), all_of(3, 2));
            finish(producers);
            drop(ring);
            mint.assert_all_gone();
        }
    });
}

/// Two threads overwrite, two push and two pop: each message is popped, displaced, or refused, and that once.
#[test]
fn overwriting_beside_pushes() {
    sample(1_500, || {
        for capacity in [1, 2] {
            let ring = Arc::new(Ring::new(capacity));
            let mint = Mint::default();
            let producers = [0, 1, 2, 3].map(|producer| {
                let (ring, mint) = (Arc::clone(&ring), mint.clone());
                thread::spawn(move || {
                    let messages = mint.messages(producer, 2);
                    let back: Vec<_> = if producer < 2 {
                        messages
                            .filter_map(|message| ring.force_push(message))
                            .collect()
                    } else {
                        messages
                            .filter_map(|message| ring.push(message).err())
                            .collect()
                    };
                    Receipts::noted(back)
                })
            });
            let consumers = [(); 2].map(|()| {
                let ring = Arc::clone(&ring);
                thread::spawn(move || Receipts::noted((0..2).filter_map(|_| ring.pop())))
            });
            let crew = producers.into_iter().chain(consumers);
            let received: Vec<_> = crew.map(|thread| thread.join().unwrap()).collect();
            let left = Receipts::noted(std::iter::from_fn(|| ring.pop()));
            assert_eq!(union(received.into_iter().chain([left])), all_of(4, 2));
            mint.assert_all_gone();
        }
    });
}
