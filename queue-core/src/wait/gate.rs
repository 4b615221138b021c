//! A semaphore that lets in first come first served, each with a weight.
//!
//! Who does not fit waits in line, and who comes later waits behind, however little it weighs: a heavy
//! one is not overtaken for ever. Whoever gives weight back hands it on under the lock to those
//! at the front whom it suffices for, so that a notification is the weight itself, and never lost:
//! a wait that was notified ends well, whatever its deadline says.

use std::pin::Pin;

use super::links::Links;
use super::station::{Side, Station};
use super::waiter::{Node, Stake};
use crate::sync::{Mutex, step};

/// How much may be inside, and who waits to be let in.
#[derive(Debug)]
pub(crate) struct Gate {
    state: Mutex<State>,
    limit: usize,
}

#[derive(Debug)]
struct State {
    /// How much more fits.
    free: usize,
    /// How much has been let in out of the line, and does not know it yet.
    coming: usize,
    line: Links,
    closed: bool,
}

/// What becomes of one who wants to be let in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Admission {
    Inside,
    /// Others wait, or there is too much inside.
    Wait,
    Closed,
    /// It would not fit if there were nothing else.
    TooHeavy,
}

impl State {
    fn admit(&mut self, weight: usize) -> Admission {
        if self.closed {
            Admission::Closed
        } else if self.line.is_empty() && weight <= self.free {
            self.free -= weight;
            Admission::Inside
        } else {
            Admission::Wait
        }
    }
}

impl Gate {
    pub(crate) fn new(limit: usize) -> Self {
        Self {
            state: Mutex::new(State {
                free: limit,
                coming: 0,
                line: Links::new(),
                closed: false,
            }),
            limit,
        }
    }

    /// Lets it in if that takes no waiting.
    pub(crate) fn enter(&self, weight: usize) -> Admission {
        if weight > self.limit {
            return Admission::TooHeavy;
        }
        self.state.lock().admit(weight)
    }

    /// What became of one who waited in line and has been notified.
    pub(crate) fn after_notification(&self, weight: usize) -> Admission {
        let mut state = self.state.lock();
        if state.closed {
            // The close has given back what it may have been let in with.
            Admission::Closed
        } else {
            state.coming -= weight;
            Admission::Inside
        }
    }

    /// Gives weight back, and lets in whom it suffices for.
    pub(crate) fn leave(&self, weight: usize) {
        self.state.lock().free += weight;
        step!(H12, self.let_in());
    }

    /// Lets in those at the front who fit.
    fn let_in(&self) {
        loop {
            let alarm = {
                let mut state = self.state.lock();
                if state.closed {
                    // Whoever closes tells them.
                    return;
                }
                let State {
                    free, coming, line, ..
                } = &mut *state;
                let next = line.notify_first_if(|stake| match stake {
                    Stake::Weight(weight) => weight <= *free,
                    _ => true,
                });
                let Some((alarm, stake)) = next else {
                    return;
                };
                if let Stake::Weight(weight) = stake {
                    *free -= weight;
                    *coming += weight;
                }
                alarm
            };
            alarm.sound();
        }
    }

    /// Nobody is let in any more. All who wait are told.
    pub(crate) fn close(&self) {
        {
            let mut state = self.state.lock();
            state.closed = true;
            state.free += std::mem::take(&mut state.coming);
        }
        // After the close nobody is linked any more, so that this comes to an end.
        loop {
            let alarm = self.state.lock().line.notify_first();
            match alarm {
                Some(alarm) => step!(H14, alarm.sound()),
                None => return,
            }
        }
    }

    /// How much is inside.
    pub(crate) fn weight(&self) -> usize {
        self.limit - self.state.lock().free
    }

    /// How much may be.
    pub(crate) fn limit(&self) -> usize {
        self.limit
    }
}

impl Station for Gate {
    unsafe fn link(&self, _side: Side, node: Pin<&Node>) -> bool {
        let mut state = self.state.lock();
        let fits = match node.stake {
            Stake::Weight(weight) => state.line.is_empty() && weight <= state.free,
            _ => false,
        };
        if state.closed || fits {
            return false;
        }
        state.line.append(&node);
        true
    }

    fn unlink(&self, _side: Side, node: Pin<&Node>) {
        let was_in_line = self.state.lock().line.remove(&node);
        if was_in_line {
            // It may have been the one that those behind had to wait for.
            step!(H13, self.let_in());
        }
    }

    fn exclusively(&self, _side: Side, action: &mut dyn FnMut()) {
        let _state = self.state.lock();
        action();
    }

    /// Nothing: who was notified is inside, or one of all that were told.
    fn pass_on(&self, _side: Side) {}

    fn must_be_seen(&self) -> bool {
        true
    }
}
