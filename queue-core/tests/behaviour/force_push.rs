//! Overwriting pushes under contention.

use std::iter;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread;

use queue_core::Ring;

use crate::support::{Parcel, Receipts, Watchdog};

const PRODUCERS: usize = 3;
const PER_PRODUCER: usize = 2_000;

/// Displaced, popped and left together are what was pushed, each once. Who
/// displaces takes from the same end as who pops, so its messages are in order too.
fn account(capacity: usize, poppers: usize, forces: fn(usize) -> bool) {
    let ring = Ring::new(capacity);
    let producing = AtomicUsize::new(PRODUCERS);
    let mut receipts: Vec<_> = thread::scope(|scope| {
        let producers: Vec<_> = (0..PRODUCERS)
            .map(|producer| {
                let (ring, producing) = (&ring, &producing);
                scope.spawn(move || {
                    let mut receipts = Receipts::new(PRODUCERS);
                    for number in 0..PER_PRODUCER {
                        let mut parcel = Parcel::new(producer, number);
                        if !forces(number) {
                            match ring.push(parcel) {
                                Ok(()) => continue,
                                Err(refused) => parcel = refused,
                            }
                        }
                        if let Some(displaced) = ring.force_push(parcel) {
                            receipts.note(displaced);
                        }
                    }
                    producing.fetch_sub(1, Ordering::Relaxed);
                    receipts
                })
            })
            .collect();
        let poppers: Vec<_> = (0..poppers)
            .map(|_| {
                scope.spawn(|| {
                    let mut receipts = Receipts::new(PRODUCERS);
                    while producing.load(Ordering::Relaxed) > 0 {
                        iter::from_fn(|| ring.pop()).for_each(|parcel| receipts.note(parcel));
                        thread::yield_now();
                    }
                    receipts
                })
            })
            .collect();
        producers
            .into_iter()
            .chain(poppers)
            .map(|taker| taker.join().unwrap())
            .collect()
    });
    let mut left = Receipts::new(PRODUCERS);
    assert!(ring.len() <= capacity);
    ring.into_iter().for_each(|parcel| left.note(parcel));
    receipts.push(left);
    Receipts::assert_complete(receipts, PER_PRODUCER);
}

#[test]
fn displaced_popped_and_left_are_what_was_pushed() {
    let _limit = Watchdog::new();
    for capacity in [1, 2, 3, 7, 64] {
        for poppers in 0..3 {
            account(capacity, poppers, |_| true);
        }
    }
}

#[test]
fn pushes_that_displace_and_pushes_that_do_not_mix() {
    let _limit = Watchdog::new();
    for capacity in [1, 2, 3, 7, 64] {
        account(capacity, 2, |number| number % 2 == 0);
    }
}

#[test]
fn without_poppers_the_youngest_are_left() {
    let ring = Ring::new(3);
    let displaced: Vec<_> = (0..10)
        .filter_map(|number| ring.force_push(number))
        .collect();
    assert!(displaced.into_iter().eq(0..7));
    assert!(ring.into_iter().eq(7..10));
}
