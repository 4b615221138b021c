//! "Empty", "full" and "timed out" are said only where they are true.

use std::fmt::Debug;
use std::thread;
use std::time::{Duration, Instant};

use queue_core::{RecvTimeoutError, Ring, SendTimeoutError, bounded};

use crate::support::{Watchdog, Wide};

const THREADS: usize = 4;

/// Each thread puts one in and takes one out, again and again. As many slots as
/// threads are enough, and whoever has put one in finds one to take out, even
/// while a peer is half-way through either.
fn take_turns<T: From<usize> + Send, E: Debug, F: Debug>(
    turns: usize,
    put: impl Fn(T) -> Result<(), E> + Sync,
    take: impl Fn() -> Result<T, F> + Sync,
) {
    thread::scope(|scope| {
        for _ in 0..THREADS {
            scope.spawn(|| {
                for turn in 0..turns {
                    put(T::from(turn)).expect("a slot for each thread");
                    take().expect("one message for each thread that has put one in");
                }
            });
        }
    });
}

fn turns_on_a_ring<T: From<usize> + Send + Debug>(turns: usize) {
    let _limit = Watchdog::new();
    let ring = Ring::<T>::new(THREADS);
    take_turns(
        turns,
        |message| ring.push(message),
        || ring.pop().ok_or("empty"),
    );
    assert!(ring.is_empty());
}

fn turns_on_a_channel<T: From<usize> + Send + Debug>(turns: usize) {
    let _limit = Watchdog::new();
    let (sender, receiver) = bounded::<T>(THREADS);
    take_turns(
        turns,
        |message| sender.try_send(message),
        || receiver.try_recv(),
    );
    assert!(receiver.is_empty());
}

#[test]
fn a_completed_push_is_never_missed() {
    turns_on_a_ring::<usize>(50_000);
}

#[test]
fn a_completed_push_behind_an_unfinished_one_is_never_missed() {
    turns_on_a_ring::<Wide>(5_000);
}

#[test]
fn a_completed_send_is_never_missed() {
    turns_on_a_channel::<usize>(50_000);
}

#[test]
fn a_completed_send_behind_an_unfinished_one_is_never_missed() {
    turns_on_a_channel::<Wide>(5_000);
}

#[test]
fn a_wait_that_nobody_ends_lasts_its_time_and_no_longer() {
    let _limit = Watchdog::new();
    let (sender, receiver) = bounded::<usize>(1);
    let (filled, _kept) = bounded(1);
    filled.send(0).unwrap();
    for limit in [0, 1, 10, 100, 1_000, 10_000].map(Duration::from_micros) {
        let begin = Instant::now();
        assert_eq!(receiver.recv_timeout(limit), Err(RecvTimeoutError::Timeout));
        assert!(begin.elapsed() >= limit);
        let begin = Instant::now();
        let refused = filled.send_timeout(1, limit);
        assert_eq!(refused, Err(SendTimeoutError::Timeout(1)));
        assert!(begin.elapsed() >= limit);
        let deadline = Instant::now() + limit;
        assert!(receiver.recv_deadline(deadline).is_err());
        assert!(filled.send_deadline(1, deadline).is_err());
        assert!(Instant::now() >= deadline);
    }
    sender.send(7).unwrap();
    assert_eq!(receiver.recv(), Ok(7), "nothing is left of those waits");
}

#[test]
fn what_is_there_is_taken_however_late_it_is() {
    let (sender, receiver) = bounded(1);
    let past = Instant::now();
    for number in 0..10 {
        assert_eq!(sender.send_deadline(number, past), Ok(()));
        assert_eq!(receiver.recv_deadline(past), Ok(number));
    }
}
