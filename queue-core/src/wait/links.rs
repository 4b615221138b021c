//! A queue of waiters: an intrusive list under somebody's lock.
//!
//! A node lies on its sleeper's frame, so that waiting allocates nothing, and
//! leaving from the middle costs the same as from an end.

use std::ptr;

use super::alarm::Alarm;
use super::waiter::{Arrival, Node, Peer, Place, Stake, Waiter};

/// The nodes of one list, in the order they came. Its owner keeps it under a lock.
#[derive(Debug)]
pub(super) struct Links {
    first: *const Node,
    last: *const Node,
}

// SAFETY: the pointers are followed only under the lock that holds them, and a node is unlinked
// under that lock before it is given up (`wait_until` sees to it).
unsafe impl Send for Links {}

impl Links {
    pub(super) fn new() -> Self {
        Self {
            first: ptr::null(),
            last: ptr::null(),
        }
    }

    pub(super) fn is_empty(&self) -> bool {
        self.first.is_null()
    }

    /// What a link points to.
    fn node<'a>(&self, link: *const Node) -> Option<&'a Node> {
        // SAFETY: links are null or point to linked nodes, which are alive until they are unlinked
        // under the lock that the caller holds; callers use the reference only under it.
        unsafe { link.as_ref() }
    }

    fn next(&self, node: &Node) -> *const Node {
        // SAFETY: under the lock, as `self` lies in it.
        unsafe { node.place() }.next
    }

    fn nodes(&self) -> impl Iterator<Item = &Node> {
        let mut link = self.first;
        std::iter::from_fn(move || {
            let node = self.node(link)?;
            link = self.next(node);
            Some(node)
        })
    }

    fn waiter(node: &Node) -> &Waiter {
        // SAFETY: a waiter outlives its linked nodes; its owner cannot have given this one up, as
        // it would first have to unlink the node under the lock that the caller holds, or to see a
        // notification that the caller has not given.
        unsafe { node.waiter.as_ref() }
    }

    pub(super) fn count(&self) -> usize {
        self.nodes().count()
    }

    pub(super) fn append(&mut self, node: &Node) {
        self.insert(node, 0, ptr::null());
    }

    /// Puts `node` behind those that arrived before it.
    pub(super) fn insert_by_arrival(&mut self, node: &Node, arrival: Arrival) {
        // SAFETY: under the lock, as `self` lies in it.
        let arrival_of = |node: &Node| unsafe { node.place() }.arrival;
        let is_newest = self
            .node(self.last)
            .is_none_or(|last| arrival_of(last) < arrival);
        let next = if is_newest {
            ptr::null()
        } else {
            // Who comes back has few before it.
            self.nodes()
                .find(|node| arrival_of(node) > arrival)
                .map_or(ptr::null(), ptr::from_ref)
        };
        self.insert(node, arrival, next);
    }

    /// Puts `node` before `next`, or at the end.
    fn insert(&mut self, node: &Node, arrival: Arrival, next: *const Node) {
        let previous = match self.node(next) {
            // SAFETY: under the lock, as `self` lies in it.
            Some(next) => unsafe { next.place() }.previous,
            None => self.last,
        };
        // SAFETY: as above.
        unsafe {
            node.set_place(|place| {
                *place = Place {
                    previous,
                    next,
                    arrival,
                    linked: true,
                };
            });
        }
        match self.node(previous) {
            // SAFETY: as above.
            Some(previous) => unsafe { previous.set_place(|place| place.next = node) },
            None => self.first = node,
        }
        match self.node(next) {
            // SAFETY: as above.
            Some(next) => unsafe { next.set_place(|place| place.previous = node) },
            None => self.last = node,
        }
    }

    /// Takes `node` out, if nobody has done so. Says whether it was in.
    pub(super) fn remove(&mut self, node: &Node) -> bool {
        // SAFETY: under the lock, as `self` lies in it.
        let Place {
            previous,
            next,
            linked,
            ..
        } = unsafe { node.place() };
        if !linked {
            return false;
        }
        match self.node(previous) {
            // SAFETY: as above.
            Some(previous) => unsafe { previous.set_place(|place| place.next = next) },
            None => self.first = next,
        }
        match self.node(next) {
            // SAFETY: as above.
            Some(next) => unsafe { next.set_place(|place| place.previous = previous) },
            None => self.last = previous,
        }
        // SAFETY: as above.
        unsafe { node.set_place(|place| place.linked = false) };
        true
    }

    /// Unlinks nodes from the front until it has notified a waiter: how to wake it.
    pub(super) fn notify_first(&mut self) -> Option<Alarm> {
        self.notify_first_if(|_| true).map(|(alarm, _)| alarm)
    }

    /// The like, unless the first one that waits still is not to be: how to wake it, and what it has
    /// laid out.
    pub(super) fn notify_first_if(
        &mut self,
        is_due: impl Fn(Stake) -> bool,
    ) -> Option<(Alarm, Stake)> {
        while let Some(node) = self.node(self.first) {
            let waiter = Self::waiter(node);
            let stake = node.stake;
            if !waiter.is_settled() && !is_due(stake) {
                return None;
            }
            if let Some(alarm) = self.notify(node) {
                return Some((alarm, stake));
            }
        }
        None
    }

    /// Unlinks a node and notifies its waiter, if that is not settled: how to wake it.
    fn notify(&mut self, node: &Node) -> Option<Alarm> {
        self.remove(node);
        let (waiter, case) = (Self::waiter(node), node.case);
        // SAFETY: under the lock, as `self` lies in it.
        let alarm = unsafe { waiter.alarm() };
        if waiter.notify(case) {
            // From here on, waiter and node may be gone.
            return Some(alarm);
        }
        // SAFETY: as above: the owner has still to look into the list.
        unsafe { waiter.put_back(alarm) };
        None
    }

    /// The like, among those that want no more than to be told.
    pub(super) fn notify_first_observer(&mut self) -> Option<Alarm> {
        let mut link = self.first;
        while let Some(node) = self.node(link) {
            link = self.next(node);
            if matches!(node.stake, Stake::Notice)
                && let Some(alarm) = self.notify(node)
            {
                return Some(alarm);
            }
        }
        None
    }

    /// Claims and unlinks the first waiter that has something to exchange, of which `is_right`.
    pub(super) fn claim_first(&mut self, is_right: impl Fn(Stake) -> bool) -> Option<Peer> {
        let mut link = self.first;
        while let Some(node) = self.node(link) {
            link = self.next(node);
            if !matches!(node.stake, Stake::Notice) && is_right(node.stake) {
                // In the list or not, it can be won no more.
                self.remove(node);
                let waiter = Self::waiter(node);
                if waiter.claim(node.case) {
                    return Some(Peer::new(waiter, node.case, node.stake));
                }
            }
        }
        None
    }

    pub(super) fn observers(&self) -> usize {
        self.nodes()
            .filter(|node| matches!(node.stake, Stake::Notice))
            .count()
    }

    /// Whether a waiter other than `but` has something to exchange, and has not been won.
    pub(super) fn has_partner(&self, but: Option<*const Waiter>) -> bool {
        self.nodes().any(|node| {
            !matches!(node.stake, Stake::Notice)
                && but != Some(node.waiter.as_ptr().cast_const())
                && !Self::waiter(node).is_settled()
        })
    }
}
