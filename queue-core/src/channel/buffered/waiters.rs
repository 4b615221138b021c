//! Who waits at a buffered channel: its two lists, their flags in the queue, and who is woken.

use std::pin::Pin;

use super::Buffered;
use crate::channel::queue::Queue;
use crate::sync::step;
use crate::wait::{Announce, Look, Node, Preferred, Side, Station, WaitList};

/// The flag of one side.
pub(super) struct Parked<'a, Q> {
    queue: &'a Q,
    side: Side,
    /// It is never lowered.
    stays: bool,
}

impl<Q: Queue> Announce for Parked<'_, Q> {
    fn raise(&self) {
        self.queue.announce(self.side);
    }
    fn lower(&self) {
        if !self.stays {
            self.queue.recant(self.side);
        }
    }
    fn prefer_waiter(&self, is_preferred: bool) {
        self.queue.prefer_waiter(self.side, is_preferred);
    }
}

impl<Q: Queue> Station for Buffered<Q> {
    unsafe fn link(&self, side: Side, node: Pin<&Node>) -> bool {
        // SAFETY: the contract is the same.
        unsafe { self.list(side).link(node, &self.parked(side)) };
        true
    }

    fn unlink(&self, side: Side, node: Pin<&Node>) {
        self.list(side).unlink(node, &self.parked(side));
    }

    fn exclusively(&self, side: Side, action: &mut dyn FnMut()) {
        self.list(side).exclusively(action);
    }

    fn prefer(&self, side: Side) -> Option<Preferred> {
        // One who is alone is overtaken by nobody, and would leave it behind if it were forgotten.
        (!self.is_lone(side)).then(|| self.list(side).prefer(&self.parked(side)))
    }

    fn prefer_no_more(&self, side: Side, preferred: Preferred) {
        let may_go_on = self
            .list(side)
            .prefer_no_more(&preferred, &self.parked(side));
        let looks_ready = match side {
            Side::Senders => self.looks_pushable(Look::Ready),
            Side::Receivers => self.looks_poppable(Look::Ready),
        };
        // Who has stood back is awake, and comes in its own time; this is quicker.
        if may_go_on && looks_ready {
            self.notify_one(side);
        }
    }

    fn prefer_nobody(&self, side: Side) {
        self.list(side).prefer_nobody(&self.parked(side));
    }

    fn note_park(&self, side: Side) {
        self.setup.counters.note_park(side);
    }

    fn pass_on(&self, side: Side) {
        self.notify_one(side);
    }

    fn lead(&self) -> usize {
        self.queue.capacity().unwrap_or(usize::MAX)
    }

    fn must_be_seen(&self) -> bool {
        false
    }
}

impl<Q: Queue> Buffered<Q> {
    pub(super) fn list(&self, side: Side) -> &WaitList {
        match side {
            Side::Senders => &self.senders,
            Side::Receivers => &self.receivers,
        }
    }

    /// Whether one handle is all that there is at this side.
    pub(super) fn is_lone(&self, side: Side) -> bool {
        self.setup.lone.contains(&side)
    }

    pub(super) fn parked(&self, side: Side) -> Parked<'_, Q> {
        Parked {
            queue: &self.queue,
            side,
            stays: side == Side::Receivers && self.setup.counters.are_kept(),
        }
    }

    #[cold]
    pub(super) fn notify_one(&self, side: Side) {
        self.notify_up_to(side, 1);
    }

    #[cold]
    pub(super) fn notify_up_to(&self, side: Side, count: usize) {
        if side == Side::Receivers {
            self.setup.counters.note_length(|| self.queue.len());
        }
        // At a side with one handle one operation waits, behind those that have been forgotten: a word
        // that goes to one of them must not be lost to it.
        let mut up_to = count;
        if count > 0 && self.is_lone(side) {
            step!(H25, up_to = usize::MAX);
        }
        let woken = self.list(side).notify_up_to(up_to, &self.parked(side));
        self.setup.counters.note_wakes(woken);
    }
}
