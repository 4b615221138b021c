//! Messages in flight by the thousand, of which some at random are settled, renewed, or forgotten until they come back.
//!
//! A cycle does the same to any number of them: so many are completed and replaced by new ones, as many are abandoned and received
//! again, as many have their locks renewed until a random time. Then time passes, in proportion to the part of all
//! that this was: a lock that nobody renews lasts as many operations on its message, however many others there are.
//! Those whose locks have expired are received again.
//!
//! Whoever settles a message has just read it, so each is read before the clock runs. What is due, and which message comes back, is known
//! here, and the queue is held to it.

use std::mem;
use std::time::{Duration, Instant};

use bytes::Bytes;
use queue_message::clock::ManualClock;
use queue_message::{MemoryMessageQueue, MessageEnvelope, MessageQueue};
use rand::rngs::StdRng;
use rand::{RngExt, SeedableRng};

use super::{Operation, Spent};
use crate::link::at_once;
use crate::message::{Message, Word};

/// How many messages each step of a cycle is about.
pub(crate) const BATCH: usize = 50;

/// How long a received message is locked; renewed, for up to half of it more or less.
const LOCK: Duration = Duration::from_secs(30);

/// How much time passes while every message is completed once, as a part of the lock's: about one in six locks expires.
const PACE: u32 = 2;

/// What goes through the queue.
type Content = [u64; 32];

/// The messages in flight, each with the number that is its content.
#[derive(Debug)]
pub(super) struct Crowd {
    queue: MemoryMessageQueue,
    clock: ManualClock,
    random: StdRng,
    /// By number; what is being settled is missing.
    held: Vec<Option<Held>>,
    /// What is being settled, ...
    batch: Vec<Held>,
    /// ... and what was received and is not yet kept.
    received: Vec<MessageEnvelope>,
    /// How much time has passed.
    now: Duration,
}

#[derive(Debug)]
struct Held {
    number: Word,
    message: MessageEnvelope,
    /// When its lock expires.
    until: Duration,
}

impl Crowd {
    /// So many, after so many cycles that a lock's time has passed twice.
    pub(super) fn gather(size: usize, seed: u64) -> Self {
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
            batch: Vec::with_capacity(BATCH),
            received: Vec::with_capacity(2 * BATCH),
            now: Duration::ZERO,
        };
        for number in 0..size {
            crowd.send(make(number as Word));
            let received = crowd.receive().expect("it was just sent");
            crowd.keep(received);
        }
        while crowd.now < 2 * LOCK {
            crowd.cycle(&mut Spent::default());
        }
        crowd
    }

    /// Goes through all operations once, with a batch each.
    pub(super) fn cycle(&mut self, spent: &mut Spent) {
        self.replace(spent);
        self.abandon(spent);
        self.renew(spent);
        self.pass_time(spent);
    }

    fn replace(&mut self, spent: &mut Spent) {
        let mut batch = self.choose();
        let numbers: Vec<Word> = batch.iter().map(|held| held.number).collect();
        spent.time(Operation::Complete, BATCH, || {
            for held in &mut batch {
                let completed = at_once(self.queue.complete(&mut held.message));
                completed.expect("it is locked");
            }
        });
        spent.time(Operation::Free, BATCH, || batch.clear());
        let mut fresh = Vec::with_capacity(BATCH);
        spent.time(Operation::Make, BATCH, || {
            fresh.extend(numbers.into_iter().map(make));
        });
        spent.time(Operation::Send, BATCH, || {
            fresh.drain(..).for_each(|message| self.send(message));
        });
        self.batch = batch;
        let received = self.receive_some(BATCH, Operation::Receive, spent);
        assert_eq!(received, BATCH, "as many as were sent");
    }

    fn abandon(&mut self, spent: &mut Spent) {
        let mut batch = self.choose();
        spent.time(Operation::Abandon, BATCH, || {
            for held in &mut batch {
                let abandoned = at_once(self.queue.abandon(&mut held.message));
                abandoned.expect("it is locked");
            }
        });
        batch.clear();
        self.batch = batch;
        let received = self.receive_some(BATCH, Operation::ReceiveAgain, spent);
        assert_eq!(received, BATCH, "as many as were abandoned");
    }

    fn renew(&mut self, spent: &mut Spent) {
        let mut batch = self.choose();
        let times: Vec<Duration> = (0..BATCH)
            .map(|_| LOCK.mul_f64(self.random.random_range(0.5..1.5)))
            .collect();
        spent.time(Operation::Renew, BATCH, || {
            for (held, &time) in batch.iter().zip(&times) {
                let renewed = at_once(self.queue.renew_lock(&held.message, time));
                renewed.expect("it is locked");
            }
        });
        for (mut held, time) in batch.drain(..).zip(times) {
            held.until = self.now + time;
            let number = held.number as usize;
            self.held[number] = Some(held);
        }
        self.batch = batch;
    }

    fn pass_time(&mut self, spent: &mut Spent) {
        let passing = PACE * LOCK * BATCH as u32 / self.held.len() as u32;
        self.now += passing;
        let begin = Instant::now();
        self.clock.advance(passing);
        let took = begin.elapsed();
        let expired = self.receive_some(usize::MAX, Operation::ReceiveAgain, spent);
        spent.add(Operation::Expire, expired, took);
    }

    /// Receives up to so many, until there is nothing, and keeps them; how many there were.
    fn receive_some(&mut self, most: usize, operation: Operation, spent: &mut Spent) -> usize {
        let mut received = mem::take(&mut self.received);
        let begin = Instant::now();
        received.extend(std::iter::from_fn(|| self.receive()).take(most));
        let took = begin.elapsed();
        let count = received.len();
        spent.add(operation, count, took);
        for message in received.drain(..) {
            let is_first = message.delivery_count() == 1;
            assert_eq!(is_first, operation == Operation::Receive, "{message:?}");
            self.keep(message);
        }
        self.received = received;
        count
    }

    /// Takes a batch out, each of which is there and whole.
    fn choose(&mut self) -> Vec<Held> {
        let mut batch = mem::take(&mut self.batch);
        while batch.len() < BATCH {
            let number = self.random.random_range(0..self.held.len());
            if let Some(held) = self.held[number].take() {
                let content = Content::from_bytes(held.message.message());
                assert_eq!(content.digest(), Content::digest_of(number as Word));
                batch.push(held);
            }
        }
        batch
    }

    /// Keeps a message that was just received, in place of the delivery that has expired, if one has.
    fn keep(&mut self, message: MessageEnvelope) {
        let number = number(&message);
        let held = Held {
            number,
            message,
            until: self.now + LOCK,
        };
        let before = self.held[number as usize].replace(held);
        assert!(
            before
                .as_ref()
                .is_none_or(|before| before.until <= self.now),
            "it came back before its time: {before:?}"
        );
    }

    fn send(&self, message: MessageEnvelope) {
        at_once(self.queue.send(message)).expect("there is room");
    }

    fn receive(&self) -> Option<MessageEnvelope> {
        at_once(self.queue.receive(Duration::ZERO)).expect("it is open")
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

fn make(number: Word) -> MessageEnvelope {
    let content = Bytes::copy_from_slice(Content::of(number).as_bytes());
    MessageEnvelope::new(None, "bench", content)
}

fn number(message: &MessageEnvelope) -> Word {
    Word::from_bytes(&message.message()[..size_of::<Word>()])
}
