//! Selects that sleep: each is woken when there is something for it, or the
//! other end goes; and takes nobody else's wake. A failure here is a hang,
//! which the watchdog ends.

use std::fs;
use std::hint::spin_loop;
use std::sync::Barrier;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread;
use std::time::Duration;

use queue_core::{Receiver, RecvError, Select, SendError, Sender, after, bounded, never, select};

use crate::model::channel::open;
use crate::support::{Watchdog, dawdle};

/// The last has no limit.
const KINDS: [Option<usize>; 4] = [Some(0), Some(1), Some(3), None];

/// Waits to receive, along with something that never comes, in one of several ways.
fn wait_for_the_end(receiver: &Receiver<usize>, way: usize) {
    let idle = never::<usize>();
    let mut list = Select::new();
    list.recv(&idle);
    let index = list.recv(receiver);
    match way % 4 {
        0 => {
            let chosen = list.select();
            assert_eq!(chosen.index(), index);
            assert_eq!(chosen.recv(receiver), Err(RecvError));
        }
        1 => assert_eq!(list.ready(), index),
        2 => select! {
            recv(idle) -> _ => panic!("nothing ever comes"),
            recv(receiver) -> end => assert_eq!(end, Err(RecvError)),
        },
        _ => {
            let chosen = list.select_timeout(Duration::MAX).unwrap();
            assert_eq!(chosen.recv(receiver), Err(RecvError));
        }
    }
}

#[test]
fn selects_that_wait_to_receive_are_all_told_when_the_last_sender_goes() {
    let _limit = Watchdog::new();
    for round in 0..160 {
        let (sender, receiver) = open(KINDS[round % KINDS.len()]);
        thread::scope(|scope| {
            for way in 0..4 {
                let receiver = &receiver;
                scope.spawn(move || wait_for_the_end(receiver, way));
            }
            scope.spawn(|| assert_eq!(receiver.recv(), Err(RecvError)));
            dawdle(round);
            drop(sender);
        });
    }
}

/// Waits for room, along with something that never comes.
fn wait_to_be_turned_away(sender: &Sender<usize>, way: usize) {
    let idle = never::<usize>();
    let mut list = Select::new();
    let index = list.send(sender);
    list.recv(&idle);
    match way % 3 {
        0 => assert_eq!(list.select().send(sender, way), Err(SendError(way))),
        1 => assert_eq!(list.ready(), index),
        _ => select! {
            send(sender, way) -> sent => assert_eq!(sent, Err(SendError(way))),
            recv(idle) -> _ => panic!("nothing ever comes"),
        },
    }
}

#[test]
fn selects_that_wait_to_send_are_all_told_when_the_last_receiver_goes() {
    let _limit = Watchdog::new();
    for round in 0..120 {
        let capacity = round % 3;
        let (sender, receiver) = bounded(capacity);
        (0..capacity).for_each(|number| sender.send(number).unwrap());
        thread::scope(|scope| {
            for way in 0..3 {
                let sender = &sender;
                scope.spawn(move || wait_to_be_turned_away(sender, way));
            }
            scope.spawn(|| assert_eq!(sender.send(7), Err(SendError(7))));
            dawdle(round);
            drop(receiver);
        });
    }
}

const SLEEPERS: usize = 3;

/// As many messages as receivers, and as many observers, who take nothing and look again until all
/// is over.
#[test]
fn those_who_only_watch_receives_take_no_receiver_s_wake() {
    let _limit = Watchdog::new();
    for round in 0..240 {
        let (sender, receiver) = open(KINDS[round % KINDS.len()]);
        let (over, is_over) = bounded::<()>(0);
        thread::scope(|scope| {
            let watch = || {
                let mut list = Select::new();
                list.recv(&receiver);
                let end = list.recv(&is_over);
                // Now and then with others before it in the list, now and then behind them.
                while list.ready() != end {
                    thread::yield_now();
                }
            };
            (0..SLEEPERS / 2).for_each(|_| drop(scope.spawn(watch)));
            let receivers = [(); SLEEPERS].map(|()| scope.spawn(|| receiver.recv()));
            (SLEEPERS / 2..SLEEPERS).for_each(|_| drop(scope.spawn(watch)));
            dawdle(round);
            for _ in 0..SLEEPERS {
                sender.send(round).unwrap();
                dawdle(round / 7);
            }
            for receiver in receivers {
                assert_eq!(receiver.join().unwrap(), Ok(round));
            }
            drop(over);
        });
    }
}

#[test]
fn those_who_only_watch_sends_take_no_sender_s_wake() {
    let _limit = Watchdog::new();
    for round in 0..180 {
        let capacity = [0, 1, 3][round % 3];
        let (sender, receiver) = bounded(capacity);
        (0..capacity).for_each(|_| sender.send(round).unwrap());
        let (over, is_over) = bounded::<()>(0);
        thread::scope(|scope| {
            let watch = || {
                let mut list = Select::new();
                list.send(&sender);
                let end = list.recv(&is_over);
                while list.ready() != end {
                    thread::yield_now();
                }
            };
            (0..SLEEPERS / 2).for_each(|_| drop(scope.spawn(watch)));
            let senders = [(); SLEEPERS].map(|()| scope.spawn(|| sender.send(round)));
            (SLEEPERS / 2..SLEEPERS).for_each(|_| drop(scope.spawn(watch)));
            dawdle(round);
            for _ in 0..SLEEPERS {
                assert_eq!(receiver.recv(), Ok(round));
                dawdle(round / 7);
            }
            for sender in senders {
                assert_eq!(sender.join().unwrap(), Ok(()));
            }
            drop(over);
        });
        assert_eq!(receiver.len(), capacity);
    }
}

#[test]
fn one_who_watches_is_told_of_a_partner_that_comes_later() {
    let _limit = Watchdog::new();
    for round in 0..200 {
        let capacity = [Some(0), Some(1), None][round % 3];
        let (sender, receiver) = open(capacity);
        thread::scope(|scope| {
            let watcher = scope.spawn(|| {
                let mut list = Select::new();
                list.recv(&receiver);
                assert_eq!(list.ready(), 0);
                // Nobody else is there to be faster.
                receiver.try_recv()
            });
            dawdle(round);
            sender.send(round).unwrap();
            assert_eq!(watcher.join().unwrap(), Ok(round));
        });
        if capacity == Some(0) {
            thread::scope(|scope| {
                let watcher = scope.spawn(|| {
                    let mut list = Select::new();
                    list.send(&sender);
                    assert_eq!(list.ready(), 0);
                    sender.try_send(round)
                });
                dawdle(round);
                assert_eq!(receiver.recv(), Ok(round));
                assert_eq!(watcher.join().unwrap(), Ok(()));
            });
        }
    }
}

/// In each round every select receives one message, from either channel. Who is woken by one and
/// takes from the other must pass the wake on.
#[test]
fn as_many_messages_in_two_channels_as_selects_wake_them_all() {
    const ROUNDS: usize = 400;
    let _limit = Watchdog::new();
    for capacity in KINDS {
        let ((left, left_end), (right, right_end)) = (open(capacity), open(capacity));
        let round_begins = Barrier::new(SLEEPERS + 2);
        thread::scope(|scope| {
            for sleeper in 0..SLEEPERS {
                let (left, right, round_begins) = (&left_end, &right_end, &round_begins);
                scope.spawn(move || {
                    for round in 0..ROUNDS {
                        round_begins.wait();
                        let received = if sleeper == 0 {
                            select! {
                                recv(left) -> message => message,
                                recv(right) -> message => message,
                                default(Duration::MAX) => panic!("no limit was set"),
                            }
                        } else {
                            select! {
                                recv(right) -> message => message,
                                recv(left) -> message => message,
                            }
                        };
                        assert_eq!(received, Ok(round));
                    }
                });
            }
            for (share, sender) in [(1, &left), (SLEEPERS - 1, &right)] {
                let round_begins = &round_begins;
                scope.spawn(move || {
                    for round in 0..ROUNDS {
                        round_begins.wait();
                        dawdle(round + share);
                        (0..share).for_each(|_| sender.send(round).unwrap());
                    }
                });
            }
        });
    }
}

/// The like for selects that wait for room in either of two channels.
#[test]
fn as_many_free_slots_in_two_channels_as_selects_wake_them_all() {
    const ROUNDS: usize = 400;
    let _limit = Watchdog::new();
    for capacity in [0, 1, 3] {
        let ((left, left_end), (right, right_end)) = (bounded(capacity), bounded(capacity));
        for sender in [&left, &right] {
            (0..capacity).for_each(|_| sender.send(0).unwrap());
        }
        let round_begins = Barrier::new(SLEEPERS + 2);
        thread::scope(|scope| {
            for _ in 0..SLEEPERS {
                scope.spawn(|| {
                    for round in 0..ROUNDS {
                        round_begins.wait();
                        select! {
                            send(left, round) -> sent => sent.unwrap(),
                            send(right, round) -> sent => sent.unwrap(),
                        }
                    }
                });
            }
            for (share, receiver) in [(1, &left_end), (SLEEPERS - 1, &right_end)] {
                let round_begins = &round_begins;
                scope.spawn(move || {
                    for round in 0..ROUNDS {
                        round_begins.wait();
                        dawdle(round + share);
                        (0..share).for_each(|_| assert!(receiver.recv().unwrap() <= round));
                    }
                });
            }
        });
        assert_eq!((left.len(), right.len()), (capacity, capacity));
    }
}

#[test]
fn a_wake_that_meets_a_timed_out_select_goes_on_to_the_next() {
    let _limit = Watchdog::new();
    for capacity in KINDS {
        let ((mail, mailbox), (sign, signed)) = (open(capacity), bounded(1));
        thread::scope(|scope| {
            let (patient, sign_too) = (mailbox.clone(), sign.clone());
            scope.spawn(move || {
                patient
                    .iter()
                    .for_each(|letter| sign_too.send(letter).unwrap());
            });
            scope.spawn(move || {
                for limit in (0..80).cycle().map(Duration::from_micros) {
                    let mut list = Select::new();
                    list.recv(&mailbox);
                    let Ok(chosen) = list.select_timeout(limit) else {
                        continue;
                    };
                    match chosen.recv(&mailbox) {
                        Ok(letter) => sign.send(letter).unwrap(),
                        Err(RecvError) => break,
                    }
                }
            });
            // One letter at a time: who is woken and does not come must have sent the other.
            for letter in 0..1_500 {
                mail.send(letter).unwrap();
                assert_eq!(signed.recv(), Ok(letter));
            }
            drop(mail);
        });
    }
}

/// One message at a time in one channel of many, sent so long after the other side begins to wait
/// that it is now awake, now asleep, and now and then just falling asleep, which takes its time
/// where there are many. It must not sleep beside its message.
#[test]
fn a_message_that_comes_as_its_receiver_falls_asleep_is_not_missed() {
    const CHANNELS: usize = 40;
    const ROUNDS: usize = 3_000;
    let _limit = Watchdog::new();
    let (senders, receivers): (Vec<_>, Vec<_>) = (0..CHANNELS)
        .map(|channel| open::<usize>(KINDS[channel % KINDS.len()]))
        .unzip();
    let (begun, answered) = (AtomicUsize::new(0), AtomicUsize::new(0));
    let reaches = |counter: &AtomicUsize, round| {
        while counter.load(Ordering::Acquire) < round {
            thread::yield_now();
        }
    };
    thread::scope(|scope| {
        scope.spawn(|| {
            let mut list = Select::new();
            for receiver in &receivers {
                list.recv(receiver);
            }
            for round in 1..=ROUNDS {
                let channel = round * 7 % CHANNELS;
                begun.store(round, Ordering::Release);
                let received = if round % 4 == 0 {
                    assert_eq!(list.ready(), channel);
                    receivers[channel].recv()
                } else {
                    let chosen = list.select();
                    assert_eq!(chosen.index(), channel);
                    chosen.recv(&receivers[channel])
                };
                assert_eq!(received, Ok(round));
                answered.store(round, Ordering::Release);
            }
        });
        for round in 1..=ROUNDS {
            reaches(&begun, round);
            // Up to some hundred microseconds.
            (0..round).for_each(|_| spin_loop());
            senders[round * 7 % CHANNELS].send(round).unwrap();
            reaches(&answered, round);
        }
    });
}

/// The processor time of this thread so far, where the system tells.
fn used() -> Option<Duration> {
    let numbers = fs::read_to_string("/proc/thread-self/schedstat").ok()?;
    let nanos = numbers.split_whitespace().next()?.parse().ok()?;
    Some(Duration::from_nanos(nanos))
}

#[test]
fn a_select_that_waits_sleeps() {
    const WAIT: Duration = Duration::from_millis(40);
    let _limit = Watchdog::new();
    let ((meets, met), (sender, receiver)) = (bounded::<u8>(0), open(None));
    let (filled, _kept) = bounded(1);
    filled.send(0).unwrap();
    let later = after(Duration::from_secs(3_600));
    let idle = never::<u8>();
    // In both directions of one channel, of all kinds, and of those alone where nobody ever comes.
    let lists: [fn(&mut Select<'_>) -> bool; 2] = [
        |list| list.select_timeout(WAIT).is_ok(),
        |list| list.ready_timeout(WAIT).is_ok(),
    ];
    for wait in lists {
        let mut both = Select::new();
        both.send(&meets);
        both.recv(&met);
        let mut all = both.clone();
        all.recv(&receiver);
        all.send(&filled);
        all.recv(&later);
        let mut nobody = Select::new();
        nobody.recv(&later);
        nobody.recv(&idle);
        for mut list in [both, all, nobody] {
            let before = used();
            assert!(!wait(&mut list));
            if let (Some(before), Some(after)) = (before, used()) {
                let awake = after - before;
                assert!(awake < WAIT / 2, "{awake:?} of {WAIT:?}");
            }
        }
    }
    sender.send(1).unwrap();
    assert_eq!(receiver.recv(), Ok(1));
}
