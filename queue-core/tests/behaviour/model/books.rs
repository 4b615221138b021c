//! What the model of `Select` knows of the channels.

use std::collections::VecDeque;
use std::time::Instant;

use super::payload::Payload;

/// The channels with two ends. The first has no room, the last no limit.
pub(super) const CAPACITIES: [Option<usize>; 4] = [Some(0), Some(1), Some(3), None];
/// After those in number, the channels on which time sends, or nobody.
pub(super) const CLOCKS: usize = 4;

/// A send or a receive, by the number of its channel.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) enum Op {
    Send(usize),
    Recv(usize),
}

impl Op {
    /// Every number is one.
    pub(super) fn decode(number: u8) -> Self {
        let number = usize::from(number) % (2 * CAPACITIES.len() + CLOCKS);
        match number.checked_sub(CAPACITIES.len()) {
            None => Self::Send(number),
            Some(channel) => Self::Recv(channel),
        }
    }
}

/// What is in a channel.
#[derive(Default)]
pub(super) struct Model {
    /// Oldest first. `None` is room that a send was given and gave up: it is free again when it is
    /// the oldest.
    pub(super) slots: VecDeque<Option<usize>>,
    pub(super) sender_gone: bool,
    pub(super) receiver_gone: bool,
}

impl Model {
    pub(super) fn is_full(&self, capacity: Option<usize>) -> bool {
        capacity == Some(self.slots.len())
    }

    fn settle(&mut self) {
        while self.slots.front() == Some(&None) {
            self.slots.pop_front();
        }
    }

    fn pop(&mut self) -> Option<usize> {
        let oldest = self.slots.pop_front().flatten();
        self.settle();
        oldest
    }

    pub(super) fn messages(&self) -> usize {
        self.slots.iter().flatten().count()
    }
}

/// When a timer sends.
#[derive(Clone, Copy)]
pub(super) enum Clock {
    /// Once, and that is due.
    Due(Instant),
    /// It has sent.
    Over,
    /// Whenever it is asked.
    Always,
    /// Not during this run.
    Later,
}

impl Clock {
    pub(super) fn is_due(self) -> bool {
        matches!(self, Self::Due(_) | Self::Always)
    }
}

/// The models of all channels.
pub(super) struct Books {
    pub(super) channels: [Model; CAPACITIES.len()],
    pub(super) clocks: [Clock; CLOCKS],
    next_id: usize,
}

impl Books {
    pub(super) fn new(clocks: [Clock; CLOCKS]) -> Self {
        Self {
            channels: Default::default(),
            clocks,
            next_id: 0,
        }
    }

    /// Whether an operation need not wait.
    pub(super) fn is_ready(&self, op: Op) -> bool {
        match op {
            Op::Send(channel) => {
                let model = &self.channels[channel];
                model.receiver_gone || !model.is_full(CAPACITIES[channel])
            }
            Op::Recv(channel) => match self.channels.get(channel) {
                Some(model) => model.sender_gone || !model.slots.is_empty(),
                None => self.clocks[channel - CAPACITIES.len()].is_due(),
            },
        }
    }

    pub(super) fn make<P: Payload>(&mut self) -> (usize, P) {
        let id = self.next_id;
        self.next_id += 1;
        (id, P::new(id))
    }

    /// A message was received, or the end of its channel.
    pub(super) fn received<P: Payload>(&mut self, channel: usize, message: Option<P>) {
        let model = &mut self.channels[channel];
        match (message, model.pop()) {
            (Some(message), Some(id)) => message.assert_is(id),
            (None, None) => assert!(model.sender_gone, "disconnected, with a sender left"),
            (message, expected) => {
                panic!("a message: {}, expected: {expected:?}", message.is_some())
            }
        }
    }

    /// A message was sent, or came back for good.
    pub(super) fn sent<P: Payload>(&mut self, channel: usize, id: usize, back: Option<P>) {
        let model = &mut self.channels[channel];
        assert_eq!(back.is_some(), model.receiver_gone);
        match back {
            Some(message) => message.assert_is(id),
            None => {
                assert!(!model.is_full(CAPACITIES[channel]));
                model.slots.push_back(Some(id));
            }
        }
    }

    /// A timer has sent.
    pub(super) fn rang(&mut self, clock: usize, when: Instant) {
        match self.clocks[clock] {
            Clock::Due(due) => {
                assert_eq!(when, due);
                self.clocks[clock] = Clock::Over;
            }
            Clock::Always => assert!(when <= Instant::now()),
            Clock::Over | Clock::Later => panic!("it rings out of time"),
        }
    }

    /// An operation was chosen, and given up.
    pub(super) fn gave_up(&mut self, op: Op) {
        match op {
            Op::Send(channel) => {
                let model = &mut self.channels[channel];
                if CAPACITIES[channel].is_some() && !model.receiver_gone {
                    model.slots.push_back(None);
                    model.settle();
                }
            }
            Op::Recv(channel) => match self.channels.get_mut(channel) {
                Some(model) => drop(model.pop()),
                None => {
                    let clock = &mut self.clocks[channel - CAPACITIES.len()];
                    if let Clock::Due(_) = clock {
                        *clock = Clock::Over;
                    }
                }
            },
        }
    }
}
