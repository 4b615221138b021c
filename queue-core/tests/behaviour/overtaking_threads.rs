//! Threads that are overtaken, or stand back, and what becomes of the words they get.

use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread;
use std::time::{Duration, Instant};

use crate::support::Watchdog;
use queue_core::{Select, bounded};

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
