//! Threads that are overtaken, or stand back, and what becomes of the words they get.

use std::future::Future;
use std::pin::Pin;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::task::{Context, Waker};
use std::thread;
use std::time::{Duration, Instant};

use crate::support::Watchdog;
use queue_core::{Receiver, Select, Sender, bounded};

const PATIENCE: usize = 16;

fn is_pending<F: Future>(future: Pin<&mut F>) -> bool {
    future
        .poll(&mut Context::from_waker(Waker::noop()))
        .is_pending()
}

fn overtake<F: Future>(
    sender: &Sender<usize>,
    receiver: &Receiver<usize>,
    mut waiting: Pin<&mut F>,
) {
    assert!(is_pending(waiting.as_mut()));
    for number in 0..PATIENCE {
        sender.send(number).unwrap();
        assert_eq!(receiver.try_recv(), Ok(number));
        assert!(is_pending(waiting.as_mut()));
    }
}

#[test]
fn a_select_of_one_that_is_overtaken_does_not_stand_back_for_itself() {
    let _watchdog = Watchdog::new();
    let (sender, receiver) = bounded(1);
    let received = AtomicUsize::new(0);
    thread::scope(|scope| {
        scope.spawn(|| {
            loop {
                let mut select = Select::new();
                select.recv(&receiver);
                if select.select().recv(&receiver).is_err() {
                    break;
                }
                received.fetch_add(1, Ordering::SeqCst);
            }
        });
        let mut sent = 0;
        for round in 0..2000 {
            thread::sleep(Duration::from_micros(300));
            sender.send(round).unwrap();
            sent += usize::from(receiver.try_recv().is_err());
        }
        sender.send(0).unwrap();
        sent += 1;
        let start = Instant::now();
        while received.load(Ordering::SeqCst) < sent && start.elapsed() < Duration::from_secs(2) {
            thread::yield_now();
        }
        let got = received.load(Ordering::SeqCst);
        // Lets it go on.
        let _ = receiver.try_recv();
        sender.close();
        assert_eq!(got, sent);
    });
}

#[test]
fn who_stands_back_keeps_no_words_from_others() {
    let _watchdog = Watchdog::new();
    for round in 0..300_u64 {
        let (sender, receiver) = bounded(8);
        let mut first = Box::pin(receiver.recv_async());
        overtake(&sender, &receiver, first.as_mut());
        let received = AtomicUsize::new(0);
        thread::scope(|scope| {
            for _ in 0..3 {
                scope.spawn(|| {
                    if receiver.recv().is_ok() {
                        received.fetch_add(1, Ordering::SeqCst);
                    }
                });
            }
            thread::sleep(Duration::from_millis(3));
            for number in 0..4 {
                sender.send(number).unwrap();
                thread::sleep(Duration::from_micros(100 + round % 100));
            }
            let start = Instant::now();
            while received.load(Ordering::SeqCst) < 3 && start.elapsed() < Duration::from_secs(1) {
                thread::yield_now();
            }
            let got = received.load(Ordering::SeqCst);
            let left = receiver.len();
            sender.close();
            assert_eq!(got, 3, "round {round}: {left} are left");
        });
        drop(first);
    }
}
