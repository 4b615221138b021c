//! Messages in flight by the thousand, of which some at random are settled, renewed, or forgotten until they come back.
//!
//! A cycle does the same to any number of them: so many are completed and replaced by new ones, as many are abandoned and received
//! again, as many have their locks renewed until a random time. Then time passes, in proportion to the part of all
//! that this was: a lock that nobody renews lasts as many operations on its message, however many others there are.
//! Those whose locks have expired are received again.
//!
//! Whoever settles a message has just read it, so each is read before the clock runs. What is due, and which message comes back, is known
//! here, and the queue is held to it.

use std::time::Duration;

use queue_message::clock::ManualClock;
use queue_message::{MemoryMessageQueue, MessageEnvelope, MessageQueue};
use rand::rngs::StdRng;
use rand::{RngExt, SeedableRng};

use super::{Operation, Spent, work};
use crate::link::at_once;
use crate::message::{Message, Word};

/// How many messages each step of a cycle is about.
pub(crate) const BATCH: usize = 50;

/// How long a received message is locked; renewed, for up to half of it more or less.
const LOCK: Duration = Duration::from_secs(30);

/// How much time passes while every message is completed once, as a part of the lock's: about one in six locks expires.
const PACE: u32 = 2;

/// The messages in flight, each with the number that is its content.
#[derive(Debug)]
pub(super) struct Crowd {
    queue: MemoryMessageQueue,
    clock: ManualClock,
    random: StdRng,
    /// By number; what is being settled is missing.
    held: Vec<Option<Held>>,
    /// How much time has passed.
    now: Duration,
    /// What is at work: the messages, ...
    batch: Vec<MessageEnvelope>,
    /// ... and the numbers of those that were chosen.
    numbers: Vec<Word>,
}

#[derive(Debug)]
struct Held {
    message: MessageEnvelope,
    /// When its lock expires.
    until: Duration,
}

impl Crowd {
    /// So many, after so many cycles that a lock's time has passed twice.
    pub(super) fn gather(size: usize, seed: u64, spent: &mut Spent) -> Self {
        let clock = ManualClock::new();
        let queue = MemoryMessageQueue::builder("in flight")
            .capacity(size)
            .lock_timeout(LOCK)
            .clock(clock.clone())
            .build()
            .expect("it has room for a message");
        at_once(queue.open()).expect("it is new");
        let mut crowd = Self {
            queue,
            clock,
            random: StdRng::seed_from_u64(seed),
            held: (0..size).map(|_| None).collect(),
            now: Duration::ZERO,
            batch: Vec::with_capacity(2 * BATCH),
            numbers: Vec::with_capacity(BATCH),
        };
        let all: Vec<Word> = (0..size as Word).collect();
        for numbers in all.chunks(BATCH) {
            crowd.numbers.clear();
            crowd.numbers.extend(numbers);
            crowd.send_new(spent);
        }
        crowd.go_on(2, spent);
        crowd
    }

    /// Goes on until the time of so many locks has passed.
    pub(super) fn go_on(&mut self, locks: u32, spent: &mut Spent) {
        let end = self.now + locks * LOCK;
        while self.now < end {
            self.cycle(spent);
        }
    }

    /// Goes through all operations once, with a batch each.
    pub(super) fn cycle(&mut self, spent: &mut Spent) {
        let queue = self.queue.clone();

        let count = self.choose();
        let batch = &mut self.batch;
        spent.time(Operation::Complete, count, || work::complete(&queue, batch));
        spent.time(Operation::Free, count, || work::free(batch));
        self.send_new(spent);

        let count = self.choose();
        let batch = &mut self.batch;
        spent.time(Operation::Abandon, count, || work::abandon(&queue, batch));
        batch.clear();
        let again = self.receive_again(spent);
        assert_eq!(again, count, "as many as were abandoned");

        let count = self.choose();
        let random = &mut self.random;
        let times = (0..count).map(|_| LOCK.mul_f64(random.random_range(0.5..1.5)));
        let times: Vec<Duration> = times.collect();
        let batch = &self.batch;
        spent.time(Operation::Renew, count, || {
            work::renew(&queue, batch, &times)
        });
        for (message, time) in self.batch.drain(..).zip(times) {
            let (number, until) = (number(&message), self.now + time);
            self.held[number as usize] = Some(Held { message, until });
        }

        let passing = PACE * LOCK * BATCH as u32 / self.held.len() as u32;
        self.now += passing;
        spent.time(Operation::Expire, 0, || work::expire(&self.clock, passing));
        let expired = self.receive_again(spent);
        spent.add(Operation::Expire, expired, Duration::ZERO);
    }

    /// Makes messages of the chosen numbers, and has them in flight.
    fn send_new(&mut self, spent: &mut Spent) {
        let Self {
            queue,
            batch,
            numbers,
            ..
        } = self;
        let count = numbers.len();
        spent.time(Operation::Make, count, || work::make(numbers, batch));
        spent.time(Operation::Send, count, || work::send(queue, batch));
        spent.time(Operation::Receive, count, || {
            work::receive(queue, count, batch)
        });
        self.keep(|deliveries| deliveries == 1);
    }

    /// Receives what has come back, and keeps it; how many there were.
    fn receive_again(&mut self, spent: &mut Spent) -> usize {
        let Self { queue, batch, .. } = self;
        spent.time(Operation::ReceiveAgain, 0, || {
            work::receive_again(queue, batch)
        });
        let count = batch.len();
        spent.add(Operation::ReceiveAgain, count, Duration::ZERO);
        self.keep(|deliveries| deliveries > 1);
        count
    }

    /// Takes a batch out, each of which is there and whole; how many these are.
    fn choose(&mut self) -> usize {
        self.numbers.clear();
        while self.batch.len() < BATCH {
            let number = self.random.random_range(0..self.held.len());
            if let Some(held) = self.held[number].take() {
                let content = <[u64; 32]>::from_bytes(held.message.message());
                assert_eq!(content.digest(), <[u64; 32]>::digest_of(number as Word));
                self.batch.push(held.message);
                self.numbers.push(number as Word);
            }
        }
        self.batch.len()
    }

    /// Keeps the batch, which was just received, each in place of its delivery that has expired, if one has.
    fn keep(&mut self, is_right: impl Fn(u32) -> bool) {
        let until = self.now + LOCK;
        for message in self.batch.drain(..) {
            assert!(is_right(message.delivery_count()), "{message:?}");
            let number = number(&message) as usize;
            let before = self.held[number].replace(Held { message, until });
            assert!(
                before
                    .as_ref()
                    .is_none_or(|before| before.until <= self.now),
                "it came back before its time: {before:?}"
            );
        }
    }

    /// Looks whether all are in flight and none is overdue.
    pub(super) fn check(&self) {
        for held in &self.held {
            let held = held.as_ref().expect("it was put back");
            assert!(held.until > self.now, "it has not come back: {held:?}");
        }
        assert_eq!(at_once(self.queue.read_message_count()).ok(), Some(0));
    }
}

fn number(message: &MessageEnvelope) -> Word {
    Word::from_bytes(&message.message()[..size_of::<Word>()])
}
