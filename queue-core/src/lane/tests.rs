//! The lane in one thread.

use super::*;
use crate::word::{W8, W16};
use std::collections::VecDeque;

/// Pushes and pops by turns, one by one and in runs, so that the lane is full and empty again and again, and its
/// word overflows many times.
fn wraps_round<W: Word>(capacity: usize) {
    // SAFETY: there is one thread.
    let lane = unsafe { Lane::<_, W>::new(capacity) };
    let mut model = VecDeque::new();
    let mut next = 0_u64..;
    for turn in 0..2_000 {
        let count = turn * 7 % (capacity + 3);
        if turn % 2 == 0 {
            for number in next.by_ref().take(count) {
                let is_full = model.len() == capacity;
                assert_eq!(lane.push(Box::new(number)).is_err(), is_full);
                if !is_full {
                    model.push_back(number);
                }
            }
        } else {
            let mut taken = Vec::new();
            while taken.len() < count
                && let limit = count - taken.len()
                && let Ok(run) = lane.pop_run(&mut taken, limit)
            {
                assert!(run.length > 0);
            }
            for number in taken {
                assert_eq!(Some(*number), model.pop_front());
            }
        }
        assert_eq!(lane.len(), model.len());
        assert_eq!(lane.looks_free(1), model.len() < capacity);
        assert_eq!(lane.looks_ready(2), model.len() >= 2);
    }
    assert!(lane.close());
    assert!(matches!(lane.push(Box::new(0)), Err((Refusal::Closed, _))));
    while let Some(number) = model.pop_front() {
        assert_eq!(lane.pop().map(|(message, _)| *message), Ok(number));
    }
    assert_eq!(lane.pop().err(), Some(Refusal::Closed));
}

#[test]
fn every_capacity_that_fits_wraps_round() {
    (1..=16).for_each(wraps_round::<W8>);
    (1..=40).for_each(wraps_round::<W16>);
    [1, 3, 64].into_iter().for_each(wraps_round::<NativeWord>);
}

#[test]
#[should_panic(expected = "capacity is too large")]
fn more_slots_than_tickets_are_refused() {
    // SAFETY: nobody uses it.
    drop(unsafe { Lane::<u8, W8>::new(17) });
}

#[test]
fn a_flag_is_kept_and_told_once_it_is_met() {
    // SAFETY: there is one thread.
    let lane = unsafe { Lane::<u8, W8>::new(2) };
    lane.announce_receiver();
    lane.announce_sender();
    for _ in 0..100 {
        assert_eq!(lane.push(1), Ok(true));
        assert_eq!(lane.pop(), Ok((1, true)));
    }
    lane.no_receiver();
    lane.no_sender();
    assert_eq!(lane.push(1), Ok(false));
    assert_eq!(lane.pop(), Ok((1, false)));
}

#[test]
fn a_run_that_meets_the_close_comes_back_in_order() {
    // SAFETY: there is one thread.
    let lane = unsafe { Lane::<_, W8>::new(3) };
    let mut batch = Batch::<_, 4>::new();
    let mut messages =
        crate::batch::Unsent::all(["a", "b", "c", "d"].map(String::from).into_iter());
    assert!(batch.refill(&mut messages, 4));
    lane.close();
    assert_eq!(lane.push_run(&mut batch), Err(Refusal::Closed));
    let back: Vec<_> = std::iter::from_fn(|| batch.take()).collect();
    assert_eq!(back, ["a", "b", "c", "d"]);
}
