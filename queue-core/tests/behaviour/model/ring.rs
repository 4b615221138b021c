//! [`Ring`] against the model.

use std::collections::VecDeque;

use queue_core::Unsent;
use queue_core::ring::{PopNowError, PushNowError, Ring};

use super::payload::{self, Payload};

/// One thing to do to a ring.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Step {
    Push,
    Pop,
    ForcePush,
    PushMut,
    PopMut,
    PushNow,
    PopNow,
    PushBatch(usize),
    /// Push a batch in part, or go on with what is left of one; or drop that.
    PushRest(usize),
    PopBatch(usize),
    /// Take so many from the ring's iterator, drop that, and go on with a new ring.
    IntoIter(usize),
    /// Drop the ring with what is inside, and go on with a new one.
    Renew,
}

impl Step {
    /// Every pair of bytes is a step.
    pub(crate) fn decode([code, count]: [u8; 2]) -> Self {
        match code % 32 {
            0..6 => Self::Push,
            6..10 => Self::Pop,
            10..14 => Self::ForcePush,
            14..18 => Self::PushMut,
            18..21 => Self::PopMut,
            21 | 22 => Self::IntoIter(usize::from(count % 12)),
            23 => Self::Renew,
            24 => Self::PushNow,
            25 => Self::PopNow,
            26 | 27 => Self::PushBatch(usize::from(count % 12)),
            28 => Self::PushRest(usize::from(count % 12)),
            _ => Self::PopBatch(usize::from(count % 12)),
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
    ring: Ring<P>,
    capacity: usize,
    model: VecDeque<usize>,
    /// What is left of a batch that was pushed in part, and the model of it.
    rest: Option<(Unsent<std::vec::IntoIter<P>>, VecDeque<usize>)>,
    next_id: usize,
}

impl<P: Payload> Subject<P> {
    fn new(capacity: usize) -> Self {
        Self {
            ring: Ring::new(capacity),
            capacity,
            model: VecDeque::new(),
            rest: None,
            next_id: 0,
        }
    }

    fn make(&mut self) -> (usize, P) {
        let id = self.next_id;
        self.next_id += 1;
        (id, P::new(id))
    }

    fn make_some(&mut self, count: usize) -> Vec<P> {
        (0..count).map(|_| self.make().1).collect()
    }

    fn is_full(&self) -> bool {
        self.model.len() == self.capacity
    }

    fn perform(&mut self, step: Step) {
        match step {
            Step::Push => {
                let (id, message) = self.make();
                let result = self.ring.push(message);
                self.pushed(id, result);
            }
            Step::PushMut => {
                let (id, message) = self.make();
                let result = self.ring.push_mut(message);
                self.pushed(id, result);
            }
            Step::Pop => {
                let popped = self.ring.pop();
                assert_same(popped, self.model.pop_front());
            }
            Step::PopMut => {
                let popped = self.ring.pop_mut();
                assert_same(popped, self.model.pop_front());
            }
            Step::ForcePush => {
                let (id, message) = self.make();
                let oldest = self.is_full().then(|| self.model.pop_front()).flatten();
                assert_same(self.ring.force_push(message), oldest);
                self.model.push_back(id);
            }
            Step::PushNow => {
                let (id, message) = self.make();
                let result = self
                    .ring
                    .push_now(message)
                    .map_err(|refused| match refused {
                        PushNowError::Full(message) => message,
                        PushNowError::Busy(_) => panic!("nobody else is there"),
                    });
                self.pushed(id, result);
            }
            Step::PopNow => {
                let popped = self.ring.pop_now();
                assert_ne!(popped.as_ref().err(), Some(&PopNowError::Busy));
                assert_same(popped.ok(), self.model.pop_front());
            }
            Step::PushBatch(count) => {
                let (first, messages) = (self.next_id, self.make_some(count));
                let room = self.capacity - self.model.len();
                let pushed = match self.ring.push_batch(messages) {
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
                assert_eq!(pushed, count.min(room));
                self.model.extend(first..first + pushed);
            }
            Step::PushRest(count) => self.push_rest(count),
            Step::PopBatch(max) => {
                let mut messages = Vec::new();
                let popped = self.ring.pop_batch(&mut messages, max);
                assert_eq!(popped, max.min(self.model.len()));
                assert_eq!(popped, messages.len());
                for (message, id) in messages.iter().zip(self.model.drain(..popped)) {
                    message.assert_is(id);
                }
            }
            Step::IntoIter(count) => {
                let mut messages = self.replace().into_iter();
                for _ in 0..count {
                    assert_eq!(messages.len(), self.model.len());
                    assert_same(messages.next(), self.model.pop_front());
                }
                self.model.clear();
            }
            Step::Renew => {
                drop(self.replace());
                self.model.clear();
            }
        }
    }

    fn push_rest(&mut self, count: usize) {
        let Some((mut rest, mut ids)) = self.rest.take() else {
            let (first, messages) = (self.next_id, self.make_some(count));
            let mut ids: VecDeque<_> = (first..first + count).collect();
            match self.ring.push_batch(messages) {
                Ok(_) => self.model.append(&mut ids),
                Err(rest) => {
                    self.model.extend(ids.drain(..rest.sent()));
                    self.rest = Some((rest, ids));
                }
            }
            return;
        };
        // Now and then it is dropped, with what is in it.
        if count > 0 {
            let sent = rest.sent();
            let is_all = self.ring.push_rest(&mut rest);
            let pushed = ids.len().min(self.capacity - self.model.len());
            assert_eq!(rest.sent(), sent + pushed);
            self.model.extend(ids.drain(..pushed));
            assert_eq!(is_all, ids.is_empty());
            self.rest = (!is_all).then_some((rest, ids));
        }
    }

    fn pushed(&mut self, id: usize, result: Result<(), P>) {
        match result {
            Ok(()) => {
                assert!(!self.is_full());
                self.model.push_back(id);
            }
            Err(message) => {
                assert!(self.is_full());
                message.assert_is(id);
            }
        }
    }

    fn replace(&mut self) -> Ring<P> {
        std::mem::replace(&mut self.ring, Ring::new(self.capacity))
    }

    fn compare(&self) {
        assert_eq!(self.ring.len(), self.model.len());
        assert_eq!(self.ring.is_empty(), self.model.is_empty());
        assert_eq!(self.ring.is_full(), self.is_full());
        assert_eq!(self.ring.capacity(), self.capacity);
        let left = self.rest.as_ref().map_or(0, |(rest, ids)| {
            assert_eq!(rest.len(), ids.len());
            ids.len()
        });
        assert_eq!(payload::alive(), self.model.len() + left, "leaked or lost");
    }
}

fn assert_same<P: Payload>(message: Option<P>, expected: Option<usize>) {
    match (message, expected) {
        (Some(message), Some(id)) => message.assert_is(id),
        (message, expected) => assert_eq!(message.is_some(), expected.is_some()),
    }
}
