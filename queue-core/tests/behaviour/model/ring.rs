//! [`Ring`] against the model.

mod slots;

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
    /// Write in place, or not, after so many other steps.
    WriteSlot(usize),
    /// Read in place, after so many other steps.
    ReadSlot(usize),
}

impl Step {
    /// Every pair of bytes is a step.
    pub(crate) fn decode([code, count]: [u8; 2]) -> Self {
        match code % 32 {
            0..5 => Self::Push,
            5 | 6 => Self::WriteSlot(usize::from(count % 12)),
            7..9 => Self::Pop,
            9 | 10 => Self::ReadSlot(usize::from(count % 12)),
            11..14 => Self::ForcePush,
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
    /// The messages, and `None` where a place was given up, which counts until what is before it is gone.
    model: VecDeque<Option<usize>>,
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

    /// The oldest message, which is taken.
    fn oldest(&mut self) -> Option<usize> {
        let oldest = self.model.pop_front().flatten();
        settle(&mut self.model);
        oldest
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
                assert_same(popped, self.oldest());
            }
            Step::PopMut => {
                let popped = self.ring.pop_mut();
                assert_same(popped, self.oldest());
            }
            Step::ForcePush => {
                let (id, message) = self.make();
                let oldest = self.is_full().then(|| self.oldest()).flatten();
                assert_same(self.ring.force_push(message), oldest);
                self.model.push_back(Some(id));
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
                assert_same(popped.ok(), self.oldest());
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
                self.model.extend((first..first + pushed).map(Some));
            }
            Step::PushRest(count) => self.push_rest(count),
            Step::PopBatch(max) => {
                let mut messages = Vec::new();
                let popped = self.ring.pop_batch(&mut messages, max);
                let in_a_row = self.model.iter().take_while(|place| place.is_some());
                assert_eq!(popped, max.min(in_a_row.count()));
                assert_eq!(popped, messages.len());
                for (message, id) in messages.iter().zip(self.model.drain(..popped).flatten()) {
                    message.assert_is(id);
                }
                settle(&mut self.model);
            }
            Step::IntoIter(count) => {
                let mut messages = self.replace().into_iter();
                for _ in 0..count {
                    assert_eq!(messages.len(), self.model.iter().flatten().count());
                    assert_same(messages.next(), self.oldest());
                }
                self.model.clear();
            }
            Step::Renew => {
                drop(self.replace());
                self.model.clear();
            }
            Step::WriteSlot(number) => self.write_slot(number),
            Step::ReadSlot(number) => self.read_slot(number),
        }
    }

    fn push_rest(&mut self, count: usize) {
        let Some((mut rest, mut ids)) = self.rest.take() else {
            let (first, messages) = (self.next_id, self.make_some(count));
            let mut ids: VecDeque<_> = (first..first + count).collect();
            match self.ring.push_batch(messages) {
                Ok(_) => self.model.extend(ids.drain(..).map(Some)),
                Err(rest) => {
                    self.model.extend(ids.drain(..rest.sent()).map(Some));
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
            self.model.extend(ids.drain(..pushed).map(Some));
            assert_eq!(is_all, ids.is_empty());
            self.rest = (!is_all).then_some((rest, ids));
        }
    }

    fn pushed(&mut self, id: usize, result: Result<(), P>) {
        match result {
            Ok(()) => {
                assert!(!self.is_full());
                self.model.push_back(Some(id));
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
        let messages = self.model.iter().flatten().count();
        assert_eq!(payload::alive(), messages + left, "leaked or lost");
    }
}

/// Passes over places that were given up and come first.
fn settle(model: &mut VecDeque<Option<usize>>) {
    while model.front() == Some(&None) {
        model.pop_front();
    }
}

fn assert_same<P: Payload>(message: Option<P>, expected: Option<usize>) {
    match (message, expected) {
        (Some(message), Some(id)) => message.assert_is(id),
        (message, expected) => assert_eq!(message.is_some(), expected.is_some()),
    }
}
