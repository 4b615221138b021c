//! Where two sides meet that keep nothing between them: whoever comes second
//! wins the one who waits, and hands over, or takes.
//!
//! Both sides wait under one lock. To come, to look whether a partner is there,
//! and to wait are therefore one step: of two that could be partners, the later
//! one sees the earlier.
//!
//! A partner is won by a claim of its waiter, so that a select that waits in
//! several places is won in one. What was won is unlinked; its owner stays where
//! it is, whatever its deadline says, until it is notified ([`Peer`]).

use std::mem;
use std::pin::Pin;

use super::links::Links;
use super::station::{Side, Station};
use super::waiter::{Node, Peer, Stake};
use crate::sync::{Mutex, step};

/// Who waits for a partner, on either side.
#[derive(Debug)]
pub(crate) struct MeetingPoint {
    sides: Mutex<Sides>,
}

#[derive(Debug)]
struct Sides {
    senders: Links,
    receivers: Links,
    closed: bool,
}

impl Sides {
    fn of(&mut self, side: Side) -> &mut Links {
        match side {
            Side::Senders => &mut self.senders,
            Side::Receivers => &mut self.receivers,
        }
    }
}

/// Whom one meets.
pub(crate) enum Meeting {
    /// A partner, who has been waiting and is now ours.
    Partner(Peer),
    /// Nobody is there.
    Nobody,
    /// Nobody is there, and nobody will come: the other end is gone.
    Closed,
}

impl MeetingPoint {
    pub(crate) fn new() -> Self {
        Self {
            sides: Mutex::new(Sides {
                senders: Links::new(),
                receivers: Links::new(),
                closed: false,
            }),
        }
    }

    /// Wins the partner that has waited longest for one of `side`.
    pub(crate) fn meet(&self, side: Side) -> Meeting {
        self.meet_one(side, |_| true)
    }

    /// The like, but none that has given its word and must be waited for.
    pub(crate) fn meet_now(&self, side: Side) -> Meeting {
        self.meet_one(side, |stake| !matches!(stake, Stake::Promise))
    }

    fn meet_one(&self, side: Side, is_right: impl Fn(Stake) -> bool) -> Meeting {
        let mut sides = self.sides.lock();
        match sides.of(side.opposite()).claim_first(is_right) {
            Some(partner) => Meeting::Partner(partner),
            None if sides.closed => Meeting::Closed,
            None => Meeting::Nobody,
        }
    }

    /// Whether one of `side` would not have to wait.
    pub(crate) fn is_ready(&self, side: Side) -> bool {
        let mut sides = self.sides.lock();
        sides.closed || sides.of(side.opposite()).has_partner(None)
    }

    /// Nobody will come any more: who waits is told. Whether it was open.
    pub(crate) fn close(&self) -> bool {
        let was_closed = mem::replace(&mut self.sides.lock().closed, true);
        step!(H6, {
            self.notify_all(Side::Senders);
            self.notify_all(Side::Receivers);
        });
        !was_closed
    }

    /// Whether it is closed.
    pub(crate) fn is_closed(&self) -> bool {
        self.sides.lock().closed
    }

    fn notify_all(&self, side: Side) {
        // After the close nobody is linked any more, so that this comes to an end.
        loop {
            let alarm = self.sides.lock().of(side).notify_first();
            match alarm {
                Some(alarm) => alarm.sound(),
                None => return,
            }
        }
    }

    /// Tells those who only watch `side` that a partner has come.
    fn notify_observers(&self, side: Side, count: usize) {
        for _ in 0..count {
            let alarm = self.sides.lock().of(side).notify_first_observer();
            if let Some(alarm) = alarm {
                alarm.sound();
            }
        }
    }
}

impl Station for MeetingPoint {
    unsafe fn link(&self, side: Side, node: Pin<&Node>) -> bool {
        let watching = {
            let mut sides = self.sides.lock();
            let myself = Some(node.waiter.as_ptr().cast_const());
            let opposite = sides.of(side.opposite());
            let (partner, watching) = (opposite.has_partner(myself), opposite.observers());
            // Of two that would wait on both sides, the second must not be in either, or both
            // would see the other, and step back.
            let twin = node.is_of_both_sides && sides.of(side).has_partner(myself);
            if sides.closed || partner || twin {
                return false;
            }
            sides.of(side).append(&node);
            if matches!(node.stake, Stake::Notice) {
                0
            } else {
                watching
            }
        };
        step!(H7, self.notify_observers(side.opposite(), watching));
        true
    }

    fn unlink(&self, side: Side, node: Pin<&Node>) {
        self.sides.lock().of(side).remove(&node);
    }

    fn exclusively(&self, _side: Side, action: &mut dyn FnMut()) {
        let _sides = self.sides.lock();
        action();
    }

    /// Nothing: who is notified here was either handed something, or is one of all that were told.
    fn pass_on(&self, _side: Side) {}

    fn must_be_seen(&self) -> bool {
        true
    }
}
