//! "Empty", "full" and "timed out" are said only where they are true.

use std::fmt::Debug;
use std::thread;
use std::time::{Duration, Instant};

use queue_core::{RecvTimeoutError, Ring, Select, SendTimeoutError, at, bounded, never, unbounded};

use crate::model::channel::open;
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
    for capacity in [Some(THREADS), None] {
        let (sender, receiver) = open::<T>(capacity);
        take_turns(
            turns,
            |message| sender.try_send(message),
            || receiver.try_recv(),
        );
        assert!(receiver.is_empty());
        assert_eq!(receiver.len(), 0);
    }
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
    let ((one, one_end), (many, many_end)) = (bounded::<usize>(1), unbounded());
    let ((filled, filled_end), (_sender, met)) = (bounded(1), bounded(0));
    let (meets, _receiver) = bounded(0);
    filled.send(0).unwrap();
    let (receivers, senders) = ([&one_end, &many_end, &met, &never()], [&filled, &meets]);
    for limit in [0, 1, 10, 100, 1_000, 10_000].map(Duration::from_micros) {
        for receiver in receivers {
            let begin = Instant::now();
            assert_eq!(receiver.recv_timeout(limit), Err(RecvTimeoutError::Timeout));
            assert!(begin.elapsed() >= limit);
            let deadline = Instant::now() + limit;
            assert!(receiver.recv_deadline(deadline).is_err());
            assert!(Instant::now() >= deadline);
        }
        for sender in senders {
            let begin = Instant::now();
            let refused = sender.send_timeout(1, limit);
            assert_eq!(refused, Err(SendTimeoutError::Timeout(1)));
            assert!(begin.elapsed() >= limit);
            let deadline = Instant::now() + limit;
            assert!(sender.send_deadline(1, deadline).is_err());
            assert!(Instant::now() >= deadline);
        }
        let mut select = Select::new();
        for receiver in receivers {
            select.recv(receiver);
        }
        for sender in senders {
            select.send(sender);
        }
        let begin = Instant::now();
        assert!(select.select_timeout(limit).is_err());
        assert!(begin.elapsed() >= limit);
        let deadline = Instant::now() + limit;
        assert!(select.ready_deadline(deadline).is_err());
        assert!(Instant::now() >= deadline);
    }
    one.send(7).unwrap();
    many.send(8).unwrap();
    let left = [one_end.recv(), many_end.recv(), filled_end.recv()];
    assert_eq!(
        left,
        [Ok(7), Ok(8), Ok(0)],
        "nothing is left of those waits"
    );
    assert!(met.try_recv().is_err() && meets.try_send(9).is_err());
}

#[test]
fn what_is_there_is_taken_however_late_it_is() {
    let past = Instant::now();
    for capacity in [Some(1), None] {
        let (sender, receiver) = open(capacity);
        for number in 0..100 {
            assert_eq!(sender.send_deadline(number, past), Ok(()));
            assert_eq!(receiver.recv_deadline(past), Ok(number));
            let mut select = Select::new();
            select.send(&sender);
            let chosen = select.select_deadline(past).expect("there is room");
            assert_eq!(chosen.send(&sender, number), Ok(()));
            let mut select = Select::new();
            select.recv(&receiver);
            let chosen = select.select_deadline(past).expect("there is a message");
            assert_eq!(chosen.recv(&receiver), Ok(number));
        }
    }
    let due = at(past);
    assert_eq!(due.recv_deadline(past), Ok(past));
}
