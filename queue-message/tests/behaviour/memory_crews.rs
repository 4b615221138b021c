//! Several threads at a queue in memory, each doing whatever it likes, and an account of every message.

use std::collections::BTreeSet;
use std::pin::pin;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering::SeqCst};
use std::task::{Context, Poll, Waker};
use std::thread::{self, ScopedJoinHandle};
use std::time::Duration;

use pollster::block_on;
use queue_message::clock::ManualClock;
use queue_message::{
    MemoryMessageQueue, MemoryMessageQueueBuilder, MessageEnvelope, MessageQueue, Receipt,
};

const LOCK: Duration = Duration::from_secs(30);

/// Chance that repeats itself.
struct Chance(u64);

impl Chance {
    fn below(&mut self, bound: u64) -> u64 {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        self.0 % bound
    }

    fn is_one_in(&mut self, count: u64) -> bool {
        self.below(count) == 0
    }
}

fn queue(
    capacity: usize,
    build: impl FnOnce(MemoryMessageQueueBuilder) -> MemoryMessageQueueBuilder,
) -> (MemoryMessageQueue, ManualClock) {
    let clock = ManualClock::new();
    let builder = MemoryMessageQueue::builder("crews").capacity(capacity);
    let queue = build(builder.lock_timeout(LOCK).clock(clock.clone()))
        .build()
        .unwrap();
    block_on(queue.open()).unwrap();
    (queue, clock)
}

fn numbered(number: usize, delay: Option<Duration>) -> MessageEnvelope {
    let message = MessageEnvelope::builder().message(number.to_string());
    match delay {
        Some(delay) => message.deliver_after(delay).build(),
        None => message.build(),
    }
}

fn number(message: &MessageEnvelope) -> usize {
    message.message_as_string().unwrap().parse().unwrap()
}

fn get(queue: &MemoryMessageQueue, wait: Duration) -> Option<(Receipt, MessageEnvelope)> {
    block_on(queue.get(wait, LOCK)).ok().flatten()
}

/// Closes the queue where a thread panics, so that the others end, too.
struct EndOnPanic<'a>(&'a MemoryMessageQueue);

impl Drop for EndOnPanic<'_> {
    fn drop(&mut self) {
        if thread::panicking() {
            block_on(self.0.close()).unwrap();
        }
    }
}

fn join<const COUNT: usize>(threads: [ScopedJoinHandle<'_, ()>; COUNT]) {
    for thread in threads {
        thread.join().unwrap();
    }
}

/// Lets time pass until that is over, or the queue is closed.
fn pass_time(clock: &ManualClock, queue: &MemoryMessageQueue, is_over: impl Fn() -> bool) {
    while !is_over() && queue.is_open() {
        clock.advance(LOCK / 4);
        thread::yield_now();
    }
}

/// Polls once, and drops.
fn poll_once<F: Future>(future: F) -> Poll<F::Output> {
    pin!(future).poll(&mut Context::from_waker(Waker::noop()))
}

/// Sends, and gives up some of the sends that wait.
fn put(queue: &MemoryMessageQueue, message: MessageEnvelope, chance: &mut Chance) {
    while chance.is_one_in(4) {
        if let Poll::Ready(sent) = poll_once(queue.put(message.clone())) {
            return drop(sent.unwrap());
        }
    }
    block_on(queue.put(message)).unwrap();
}

/// Messages by their numbers, each of which may be settled once.
struct Account {
    settled: Vec<AtomicBool>,
    /// Those before it were sent before a clear that is over.
    cleared: AtomicUsize,
}

impl Account {
    fn new(messages: usize) -> Self {
        Self {
            settled: (0..messages).map(|_| AtomicBool::new(false)).collect(),
            cleared: AtomicUsize::new(0),
        }
    }

    fn settle(&self, number: usize) {
        let before = self.settled[number].swap(true, SeqCst);
        assert!(!before, "{number} was settled twice");
    }

    fn settled(&self) -> usize {
        let settled = self.settled.iter().filter(|settled| settled.load(SeqCst));
        settled.count()
    }
}

/// Gets and settles in all ways, until that is over.
fn settle_at_random(
    queue: &MemoryMessageQueue,
    is_over: impl Fn() -> bool,
    account: &Account,
    mut chance: Chance,
) {
    let _end = EndOnPanic(queue);
    while !is_over() && queue.is_open() {
        if chance.is_one_in(8) {
            // One that waits is given up; one that does not has a message, whose lock expires.
            let _ = poll_once(queue.get(Duration::MAX, LOCK));
            continue;
        }
        let wait = if chance.is_one_in(2) { LOCK } else { LOCK / 8 };
        let cleared = account.cleared.load(SeqCst);
        let Some((receipt, mut message)) = get(queue, wait) else {
            continue;
        };
        let number = number(&message);
        assert!(number >= cleared, "{number} was cleared before");
        let _ = match chance.below(9) {
            0 => block_on(queue.release(&receipt)),
            // Its lock expires, or is changed and expires then.
            1 => Ok(()),
            2 => block_on(queue.extend(&receipt, LOCK / 2)),
            3 => block_on(queue.extend(&receipt, Duration::ZERO)),
            4 => {
                message.set_reference(Some(receipt));
                block_on(queue.move_to_dead_letter(&mut message, "by hand"))
            }
            _ => {
                let outcome = block_on(queue.delete(&receipt));
                if outcome.is_ok() {
                    account.settle(number);
                }
                outcome
            }
        };
    }
}

#[test]
fn each_message_is_completed_once_whatever_else_is_done_with_it() {
    const SENDERS: usize = 3;
    const EACH: usize = 10_000;
    let (queue, clock) = queue(100, |builder| builder);
    let account = Account::new(SENDERS * EACH);
    thread::scope(|scope| {
        let _end = EndOnPanic(&queue);
        scope.spawn(|| pass_time(&clock, &queue, || false));
        for receiver in 0..4 {
            let (queue, account) = (&queue, &account);
            let chance = Chance(100 + receiver);
            scope.spawn(move || settle_at_random(queue, || false, account, chance));
        }
        let senders = [0, 1, 2].map(|sender| {
            let queue = &queue;
            scope.spawn(move || {
                let mut chance = Chance(1 + sender as u64);
                for number in sender * EACH..(sender + 1) * EACH {
                    let delay = chance.is_one_in(10).then_some(LOCK / 3);
                    put(queue, numbered(number, delay), &mut chance);
                }
            })
        });
        join(senders);
        assert_eq!(block_on(queue.drain(Duration::MAX)).unwrap(), 0);
    });
    assert_eq!(account.settled(), SENDERS * EACH);
}

#[test]
fn each_message_is_completed_or_a_dead_letter_or_cleared_and_leaves_its_room() {
    const MESSAGES: usize = 30_000;
    let (letters, _) = queue(3, |builder| builder);
    let (queue, clock) = queue(20, |builder| {
        builder.max_deliveries(2).dead_letter(&letters)
    });
    let account = Account::new(MESSAGES);
    let (is_sent, is_over) = (AtomicBool::new(false), AtomicBool::new(false));
    thread::scope(|scope| {
        let _end = (EndOnPanic(&queue), EndOnPanic(&letters));
        let time = scope.spawn(|| pass_time(&clock, &queue, || is_over.load(SeqCst)));
        scope.spawn(|| {
            while let Some((receipt, letter)) = get(&letters, Duration::MAX) {
                account.settle(number(&letter));
                block_on(letters.delete(&receipt)).unwrap();
            }
        });
        let receivers = [0, 1, 2].map(|receiver| {
            let (queue, account, is_sent) = (&queue, &account, &is_sent);
            let chance = Chance(200 + receiver);
            scope.spawn(move || {
                settle_at_random(queue, || is_sent.load(SeqCst), account, chance);
            })
        });
        let mut chance = Chance(7);
        for number in 0..MESSAGES {
            let delay = chance.is_one_in(4).then_some(LOCK / 3);
            put(&queue, numbered(number, delay), &mut chance);
            if chance.is_one_in(50) {
                block_on(queue.clear()).unwrap();
                account.cleared.store(number + 1, SeqCst);
            }
        }
        is_sent.store(true, SeqCst);
        join(receivers);
        is_over.store(true, SeqCst);
        // One that it moves to the dead letters takes room until it is there.
        time.join().unwrap();

        block_on(queue.clear()).unwrap();
        assert_eq!(block_on(queue.read_message_count()).unwrap(), 0);
        let fits = std::iter::from_fn(|| queue.try_put(numbered(0, None)).ok());
        assert_eq!(fits.count(), queue.capacity());
        block_on(queue.close()).unwrap();
        block_on(letters.close()).unwrap();
    });
    let settled = account.settled();
    assert!(settled > MESSAGES / 4, "{settled} are too few");
}

#[test]
fn what_comes_back_stands_before_what_was_sent_after_it() {
    const SENDERS: usize = 3;
    const EACH: usize = 10_000;
    let (queue, clock) = queue(50, |builder| builder);
    thread::scope(|scope| {
        let _end = EndOnPanic(&queue);
        for sender in 0..SENDERS {
            let queue = &queue;
            scope.spawn(move || {
                for number in sender * EACH..(sender + 1) * EACH {
                    block_on(queue.put(numbered(number, None))).unwrap();
                }
            });
        }
        // Of each sender: what is neither in hand nor completed, and so is to come in this order.
        let mut to_come: Vec<BTreeSet<usize>> = (0..SENDERS)
            .map(|sender| (sender * EACH..(sender + 1) * EACH).collect())
            .collect();
        let mut chance = Chance(3);
        let mut held: Vec<(Receipt, usize)> = Vec::new();
        while to_come.iter().any(|numbers| !numbers.is_empty()) || !held.is_empty() {
            let Some((receipt, message)) = get(&queue, Duration::ZERO) else {
                // All locks expire.
                clock.advance(LOCK);
                for (_, number) in held.drain(..) {
                    to_come[number / EACH].insert(number);
                }
                continue;
            };
            let number = number(&message);
            assert_eq!(to_come[number / EACH].pop_first(), Some(number));
            held.push((receipt, number));
            let (receipt, number) = held.swap_remove(chance.below(held.len() as u64) as usize);
            match chance.below(4) {
                0 => {
                    block_on(queue.release(&receipt)).unwrap();
                    to_come[number / EACH].insert(number);
                }
                1 if held.len() < 20 => held.push((receipt, number)),
                _ => block_on(queue.delete(&receipt)).unwrap(),
            }
        }
    });
}

#[test]
fn an_end_in_the_middle_of_everything_leaves_nobody_behind() {
    for round in 0..200 {
        let (queue, clock) = queue(4, |builder| builder);
        let account = Account::new(1_000);
        let accepted = AtomicUsize::new(0);
        thread::scope(|scope| {
            let _end = EndOnPanic(&queue);
            scope.spawn(|| pass_time(&clock, &queue, || false));
            let receivers = [0, 1].map(|receiver| {
                let (queue, account) = (&queue, &account);
                let chance = Chance(1 + 2 * round + receiver);
                scope.spawn(move || settle_at_random(queue, || false, account, chance))
            });
            let senders = [0, 1].map(|sender| {
                let (queue, accepted) = (&queue, &accepted);
                scope.spawn(move || {
                    for number in sender * 500..(sender + 1) * 500 {
                        match block_on(queue.put(numbered(number, None))) {
                            Ok(_) => accepted.fetch_add(1, SeqCst),
                            Err(error) => return assert!(error.into_message().is_some()),
                        };
                    }
                })
            });
            while accepted.load(SeqCst) < 1 + round as usize % 50 {
                thread::yield_now();
            }
            let left = if round % 2 == 0 {
                block_on(queue.drain(Duration::MAX)).unwrap()
            } else {
                block_on(queue.close()).unwrap();
                queue.capacity()
            };
            join(senders);
            join(receivers);
            let lost = accepted.load(SeqCst) - account.settled();
            assert!(lost <= left, "{lost} lost, {left} left");
        });
    }
}
