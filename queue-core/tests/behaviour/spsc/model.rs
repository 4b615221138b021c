//! The ring for one producer and one consumer, against the model.

use std::collections::VecDeque;
use std::mem;

use queue_core::spsc::{self, Consumer, Producer};

use crate::model::payload::{self, Payload};

/// One thing to do to either end.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Step {
    Push,
    Pop,
    Peek,
    PushBatch(usize),
    PopBatch(usize),
    /// A chunk of exactly so many slots, or of up to so many, which is then filled and ended.
    Write(usize, bool, Fill, End),
    /// The like, to read.
    Read(usize, bool, End),
    /// Take so many from a chunk's iterator; and forget that, or drop it.
    Iterate(usize, bool),
    /// Drop one end before the other, with what is inside, and go on with a new ring.
    Renew(bool),
}

/// How a chunk is filled.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Fill {
    Iterator,
    OneByOne,
    Raw,
}

/// How a chunk ends.
#[derive(Clone, Copy, Debug)]
pub(crate) enum End {
    All,
    Part(usize),
    Drop,
}

impl Step {
    /// Every triple of bytes is a step.
    pub(crate) fn decode([code, count, how]: [u8; 3]) -> Self {
        let count = usize::from(count % 12);
        let is_exact = how & 1 == 0;
        let end = match how >> 1 & 3 {
            0 | 1 => End::All,
            2 => End::Part(usize::from(how >> 5)),
            _ => End::Drop,
        };
        let fill = match how >> 3 & 3 {
            0 | 1 => Fill::Iterator,
            2 => Fill::OneByOne,
            _ => Fill::Raw,
        };
        match code % 32 {
            0..6 => Self::Push,
            6..11 => Self::Pop,
            11 => Self::Peek,
            12..15 => Self::PushBatch(count),
            15..18 => Self::PopBatch(count),
            18..23 => Self::Write(count, is_exact, fill, end),
            23..28 => Self::Read(count, is_exact, end),
            28..31 => Self::Iterate(count, is_exact),
            _ => Self::Renew(is_exact),
        }
    }
}

/// Runs the steps on a ring and on the model, comparing after each.
pub(crate) fn run<P: Payload>(capacity: usize, steps: impl IntoIterator<Item = Step>) {
    payload::begin();
    let mut subject = Subject::<P>::new(capacity);
    for step in steps {
        subject.perform(step);
        subject.compare();
    }
    drop(subject);
    assert_eq!(payload::alive(), 0, "leaked");
}

struct Subject<P> {
    producer: Producer<P>,
    consumer: Consumer<P>,
    capacity: usize,
    model: VecDeque<usize>,
    next_id: usize,
}

impl<P: Payload> Subject<P> {
    fn new(capacity: usize) -> Self {
        let (producer, consumer) = spsc::ring(capacity);
        Self {
            producer,
            consumer,
            capacity,
            model: VecDeque::new(),
            next_id: 0,
        }
    }

    fn make_some(&mut self, count: usize) -> Vec<P> {
        let first = self.next_id;
        self.next_id += count;
        (first..self.next_id).map(P::new).collect()
    }

    fn free(&self) -> usize {
        self.capacity - self.model.len()
    }

    fn perform(&mut self, step: Step) {
        match step {
            Step::Push => {
                let id = self.next_id;
                let message = self.make_some(1).remove(0);
                match self.producer.push(message) {
                    Ok(()) => {
                        assert!(self.free() > 0);
                        self.model.push_back(id);
                    }
                    Err(message) => {
                        assert_eq!(self.free(), 0);
                        message.assert_is(id);
                    }
                }
            }
            Step::Pop => assert_same(self.consumer.pop().as_ref(), self.model.pop_front()),
            Step::Peek => assert_same(self.consumer.peek(), self.model.front().copied()),
            Step::PushBatch(count) => {
                let first = self.next_id;
                let messages = self.make_some(count);
                let pushed = match self.producer.push_batch(messages) {
                    Ok(pushed) => pushed,
                    Err(unsent) => {
                        assert!(unsent.len() > 0);
                        let pushed = unsent.sent();
                        for (message, id) in unsent.zip(first + pushed..) {
                            message.assert_is(id);
                        }
                        pushed
                    }
                };
                assert_eq!(pushed, count.min(self.free()));
                self.model.extend(first..first + pushed);
            }
            Step::PopBatch(max) => {
                let mut messages = Vec::new();
                let popped = self.consumer.pop_batch(&mut messages, max);
                assert_eq!(popped, max.min(self.model.len()));
                self.assert_taken(&messages);
            }
            Step::Write(length, is_exact, fill, end) => self.write(length, is_exact, fill, end),
            Step::Read(length, is_exact, end) => self.read(length, is_exact, end),
            Step::Iterate(count, is_forgotten) => {
                let chunk = self.consumer.read_chunk_up_to(usize::MAX);
                assert_eq!(chunk.len(), self.model.len());
                let mut iterator = chunk.into_iter();
                let messages: Vec<_> = iterator.by_ref().take(count).collect();
                assert_eq!(iterator.len(), self.model.len() - messages.len());
                if is_forgotten && count > 0 {
                    mem::forget(iterator);
                    // Whatever comes next releases what was taken.
                    let _ = self.consumer.read_chunk(0).map(|chunk| chunk.commit_all());
                } else {
                    drop(iterator);
                }
                assert_eq!(messages.len(), count.min(self.model.len()));
                self.assert_taken(&messages);
            }
            Step::Renew(producer_first) => {
                let (producer, consumer) = spsc::ring(self.capacity);
                let producer = mem::replace(&mut self.producer, producer);
                let consumer = mem::replace(&mut self.consumer, consumer);
                if producer_first {
                    drop(producer);
                    assert!(consumer.is_abandoned());
                    assert_eq!(payload::alive(), self.model.len(), "dropped too early");
                    assert_eq!(consumer.len(), self.model.len());
                } else {
                    drop(consumer);
                    assert!(producer.is_abandoned());
                    assert_eq!(payload::alive(), self.model.len(), "dropped too early");
                    assert_eq!(producer.len(), self.model.len());
                }
                self.model.clear();
            }
        }
    }

    /// The messages of the model's front were taken.
    fn assert_taken(&mut self, messages: &[P]) {
        for (message, id) in messages.iter().zip(self.model.drain(..messages.len())) {
            message.assert_is(id);
        }
    }

    fn write(&mut self, length: usize, is_exact: bool, fill: Fill, end: End) {
        let free = self.free();
        let first = self.next_id;
        let mut messages = self.make_some(length.min(free)).into_iter();
        let chunk = if is_exact {
            self.producer.write_chunk(length)
        } else {
            Ok(self.producer.write_chunk_up_to(length))
        };
        let mut chunk = match chunk {
            Ok(chunk) => chunk,
            Err(error) => {
                assert!(error.available() == free && length > free);
                return;
            }
        };
        let count = chunk.len();
        assert_eq!(count, length.min(free));
        // The first one by itself, so that the others go on behind it.
        if let Some(message) = messages.next() {
            assert!(chunk.push(message).is_ok());
        }
        match fill {
            Fill::Iterator => {
                chunk.fill_from(messages);
            }
            Fill::OneByOne => messages.for_each(|message| assert!(chunk.push(message).is_ok())),
            Fill::Raw => {
                let left = messages.len();
                let (ahead, behind) = chunk.as_uninit_slices();
                assert_eq!(ahead.len() + behind.len(), left);
                for (slot, message) in ahead.iter_mut().chain(behind).zip(messages) {
                    slot.write(message);
                }
                // SAFETY: so many have just been written.
                unsafe { chunk.assume_filled(left) };
            }
        }
        assert_eq!((chunk.filled(), chunk.len()), (count, count));
        let (ahead, behind) = chunk.as_mut_slices();
        let filled = ahead.iter().chain(&*behind);
        filled
            .zip(first..)
            .for_each(|(message, id)| message.assert_is(id));
        assert_eq!(self.consumer.len(), self.model.len(), "not yet pushed");
        let pushed = match end {
            End::All => chunk.commit_all(),
            End::Part(part) => {
                chunk.commit(part.min(count));
                part.min(count)
            }
            End::Drop => {
                drop(chunk);
                0
            }
        };
        self.model.extend(first..first + pushed);
    }

    fn read(&mut self, length: usize, is_exact: bool, end: End) {
        let chunk = if is_exact {
            self.consumer.read_chunk(length)
        } else {
            Ok(self.consumer.read_chunk_up_to(length))
        };
        let chunk = match chunk {
            Ok(chunk) => chunk,
            Err(error) => {
                let there = self.model.len();
                assert!(error.available() == there && length > there);
                return;
            }
        };
        let count = chunk.len();
        assert_eq!(count, length.min(self.model.len()));
        let (ahead, behind) = chunk.as_slices();
        assert_eq!(ahead.len() + behind.len(), count);
        for (message, &id) in ahead.iter().chain(behind).zip(&self.model) {
            message.assert_is(id);
        }
        let taken = match end {
            End::All => {
                chunk.commit_all();
                count
            }
            End::Part(part) => {
                chunk.commit(part.min(count));
                part.min(count)
            }
            End::Drop => {
                drop(chunk);
                0
            }
        };
        self.model.drain(..taken);
    }

    fn compare(&self) {
        let (length, free) = (self.model.len(), self.free());
        assert_eq!((self.producer.len(), self.consumer.len()), (length, length));
        assert_eq!((self.producer.free(), self.consumer.free()), (free, free));
        for (is_empty, is_full, capacity) in [
            (
                self.producer.is_empty(),
                self.producer.is_full(),
                self.producer.capacity(),
            ),
            (
                self.consumer.is_empty(),
                self.consumer.is_full(),
                self.consumer.capacity(),
            ),
        ] {
            assert_eq!((is_empty, is_full), (length == 0, free == 0));
            assert_eq!(capacity, self.capacity);
        }
        assert!(!self.producer.is_abandoned() && !self.consumer.is_abandoned());
        assert_eq!(payload::alive(), length, "leaked or lost");
    }
}

fn assert_same<P: Payload>(message: Option<&P>, expected: Option<usize>) {
    match (message, expected) {
        (Some(message), Some(id)) => message.assert_is(id),
        (message, expected) => assert_eq!(message.is_some(), expected.is_some()),
    }
}
