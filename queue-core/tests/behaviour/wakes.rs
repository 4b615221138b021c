//! Wake-ups: each message and each free slot finds the one that can use it.
//! A failure here is a hang, which the watchdog ends.

use std::sync::Barrier;
use std::thread;
use std::time::Duration;

use queue_core::{RecvTimeoutError, bounded};

use crate::model::channel::open;
use crate::support::{Watchdog, Wide, dawdle};

fn micros(number: u64) -> Duration {
    Duration::from_micros(number)
}

#[test]
fn a_wake_that_meets_a_timed_out_receiver_goes_on_to_the_next() {
    let _limit = Watchdog::new();
    for capacity in [Some(0), Some(1), Some(4), None] {
        let (mail, mailbox) = open(capacity);
        let (sign, signed) = bounded(1);
        thread::scope(|scope| {
            let (patient, sign_too) = (mailbox.clone(), sign.clone());
            scope.spawn(move || {
                patient
                    .iter()
                    .for_each(|letter| sign_too.send(letter).unwrap())
            });
            scope.spawn(move || {
                for limit in (0..80).cycle().map(micros) {
                    match mailbox.recv_timeout(limit) {
                        Ok(letter) => sign.send(letter).unwrap(),
                        Err(RecvTimeoutError::Timeout) => {}
                        Err(RecvTimeoutError::Disconnected) => break,
                    }
                }
            });
            // One letter at a time: who is woken and does not come must have sent the other.
            for letter in 0..3_000 {
                mail.send(letter).unwrap();
                assert_eq!(signed.recv(), Ok(letter));
            }
            drop(mail);
        });
    }
}

#[test]
fn a_wake_that_meets_a_timed_out_sender_goes_on_to_the_next() {
    let _limit = Watchdog::new();
    for round in 0..600 {
        let (sender, receiver) = bounded(1);
        sender.send("first").unwrap();
        thread::scope(|scope| {
            scope.spawn(|| {
                // Sent or given up: both are right. It may take the wake with it, or not.
                let _ = sender.send_timeout("hurried", micros(round % 60));
            });
            scope.spawn(|| sender.send("patient").unwrap());
            dawdle(round as usize);
            while receiver.recv().unwrap() != "patient" {}
            // Makes room for one that has only now begun to hurry.
            let _ = receiver.try_recv();
        });
    }
}

#[test]
fn one_pair_hands_over_one_at_a_time() {
    let _limit = Watchdog::new();
    let (ping, pinged) = bounded(1);
    let (pong, ponged) = bounded(1);
    thread::scope(|scope| {
        scope.spawn(move || pinged.iter().for_each(|ball| pong.send(ball).unwrap()));
        for ball in 0..3_000 {
            ping.send(ball).unwrap();
            assert_eq!(ponged.recv(), Ok(ball));
        }
        drop(ping);
    });
}

const SLEEPERS: usize = 3;
const ROUNDS: usize = 1_500;

trait Message: From<usize> + Into<usize> + Send {}
impl<T: From<usize> + Into<usize> + Send> Message for T {}

/// In each round every sleeper receives one message. Who takes the wake of
/// another and does not pass it on leaves that one asleep beside its message.
fn receive_one_each<T: Message>() {
    let _limit = Watchdog::new();
    for capacity in [Some(0), Some(1), Some(2), Some(SLEEPERS), None] {
        let (sender, receiver) = open::<T>(capacity);
        let round_begins = Barrier::new(SLEEPERS + 2);
        thread::scope(|scope| {
            for _ in 0..SLEEPERS {
                scope.spawn(|| {
                    for round in 0..ROUNDS {
                        round_begins.wait();
                        let received: usize = receiver.recv().expect("it is connected").into();
                        assert_eq!(received, round);
                    }
                });
            }
            for share in [1, SLEEPERS - 1] {
                let (sender, round_begins) = (&sender, &round_begins);
                scope.spawn(move || {
                    for round in 0..ROUNDS {
                        round_begins.wait();
                        dawdle(round + share);
                        (0..share).for_each(|_| assert!(sender.send(T::from(round)).is_ok()));
                    }
                });
            }
        });
    }
}

/// The same for senders that wait for room.
fn send_one_each<T: Message>() {
    let _limit = Watchdog::new();
    for capacity in [0, 1, 2, SLEEPERS] {
        let (sender, receiver) = bounded::<T>(capacity);
        (0..capacity).for_each(|_| assert!(sender.send(T::from(0)).is_ok()));
        let round_begins = Barrier::new(SLEEPERS + 2);
        thread::scope(|scope| {
            for _ in 0..SLEEPERS {
                scope.spawn(|| {
                    for round in 0..ROUNDS {
                        round_begins.wait();
                        assert!(sender.send(T::from(round)).is_ok());
                    }
                });
            }
            for share in [1, SLEEPERS - 1] {
                let (receiver, round_begins) = (&receiver, &round_begins);
                scope.spawn(move || {
                    for round in 0..ROUNDS {
                        round_begins.wait();
                        dawdle(round + share);
                        for _ in 0..share {
                            let received: usize = receiver.recv().expect("connected").into();
                            assert!(received <= round);
                        }
                    }
                });
            }
        });
        assert_eq!(receiver.len(), capacity);
    }
}

#[test]
fn as_many_messages_as_sleepers_wake_them_all() {
    receive_one_each::<usize>();
}

#[test]
fn as_many_long_messages_as_sleepers_wake_them_all() {
    receive_one_each::<Wide>();
}

#[test]
fn as_many_free_slots_as_sleepers_wake_them_all() {
    send_one_each::<usize>();
}

#[test]
fn as_many_free_slots_for_long_messages_as_sleepers_wake_them_all() {
    send_one_each::<Wide>();
}

#[test]
fn a_thread_s_own_unpark_token_does_not_end_a_wait() {
    let _limit = Watchdog::new();
    let (sender, receiver) = bounded(1);
    thread::scope(|scope| {
        let waiter = scope.spawn(move || receiver.recv());
        for _ in 0..1_000 {
            waiter.thread().unpark();
            thread::yield_now();
        }
        sender.send("letter").unwrap();
        assert_eq!(waiter.join().unwrap(), Ok("letter"));
    });
}
