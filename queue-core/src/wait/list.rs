//! The waiters of one end of a channel, in the order they came.
//!
//! An intrusive list: a node lies on its sleeper's frame, so that waiting
//! allocates nothing, and leaving from the middle costs the same as from an end.
//! The lock is held for a few stores; nothing of the user's runs under it, and
//! no thread is woken under it.

use std::pin::Pin;
use std::ptr;

use super::waiter::{Node, Place};
use crate::sync::{Alarm, Mutex, step};

/// The flag by which an index tells its claimants that somebody is parked.
pub(crate) trait Announce {
    /// Raises the flag, by an RMW on the index.
    fn raise(&self);
    /// Lowers it, by an RMW on the index.
    fn lower(&self);
}

/// The waiters of one end of a channel, first come first woken.
#[derive(Debug)]
pub(crate) struct WaitList {
    links: Mutex<Links>,
}

#[derive(Debug)]
struct Links {
    first: *const Node,
    last: *const Node,
}

// SAFETY: the pointers are followed only under the lock that holds them, and a node is unlinked
// under that lock before it is given up (`wait_until` sees to it).
unsafe impl Send for Links {}

impl WaitList {
    pub(crate) fn new() -> Self {
        Self {
            links: Mutex::new(Links {
                first: ptr::null(),
                last: ptr::null(),
            }),
        }
    }

    /// Links `node` at the end and raises the flag.
    ///
    /// # Safety
    ///
    /// The node is in no list. It and its waiter stay where they are until it has been unlinked:
    /// by [`unlink`](Self::unlink), or by a notification that the owner has seen.
    pub(super) unsafe fn link(&self, node: Pin<&Node>, flag: &impl Announce) {
        let mut links = self.links.lock();
        links.append(&node);
        step!(H1, flag.raise());
    }

    /// Takes `node` out, if no notifier has done so.
    pub(super) fn unlink(&self, node: Pin<&Node>, flag: &impl Announce) {
        let mut links = self.links.lock();
        // SAFETY: under the lock.
        if unsafe { node.place() }.linked {
            links.remove(&node);
            links.lower_if_empty(flag);
        }
    }

    /// Wakes the first waiter that nobody has woken, if there is one.
    #[cold]
    pub(crate) fn notify_one(&self, flag: &impl Announce) {
        let alarm = {
            let mut links = self.links.lock();
            let alarm = links.win_first();
            links.lower_if_empty(flag);
            alarm
        };
        if let Some(alarm) = alarm {
            alarm.sound();
        }
    }

    /// Wakes all that wait now.
    #[cold]
    pub(crate) fn notify_all(&self, flag: &impl Announce) {
        // Those woken may come back and wait again, behind the last of this moment: count them
        // first, or a stream of returning waiters would keep this call for ever.
        let waiting = self.links.lock().count();
        for _ in 0..waiting {
            self.notify_one(flag);
        }
    }
}

impl Links {
    /// What a link points to.
    fn node<'a>(&self, link: *const Node) -> Option<&'a Node> {
        // SAFETY: links are null or point to linked nodes, which are alive until they are unlinked
        // under the lock that the caller holds; callers use the reference only under it.
        unsafe { link.as_ref() }
    }

    fn count(&self) -> usize {
        let mut count = 0;
        let mut link = self.first;
        while let Some(node) = self.node(link) {
            count += 1;
            // SAFETY: under the lock, as `self` lies in it.
            link = unsafe { node.place() }.next;
        }
        count
    }

    fn append(&mut self, node: &Node) {
        let previous = self.last;
        // SAFETY: under the lock, as `self` lies in it.
        unsafe {
            node.set_place(|place| {
                *place = Place {
                    previous,
                    next: ptr::null(),
                    linked: true,
                };
            });
        }
        match self.node(previous) {
            // SAFETY: as above.
            Some(previous) => unsafe { previous.set_place(|place| place.next = node) },
            None => self.first = node,
        }
        self.last = node;
    }

    fn remove(&mut self, node: &Node) {
        // SAFETY: under the lock, as `self` lies in it.
        let Place { previous, next, .. } = unsafe { node.place() };
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
    }

    /// Unlinks nodes from the front until it has won a waiter.
    fn win_first(&mut self) -> Option<Alarm> {
        while let Some(node) = self.node(self.first) {
            self.remove(node);
            // SAFETY: a waiter outlives its linked nodes; its owner cannot have given this one up,
            // as it would first have to unlink the node under the lock that we hold, or to see the
            // notification that we have not given.
            let waiter = unsafe { node.waiter.as_ref() };
            let (alarm, case) = (waiter.alarm(), node.case);
            if waiter.notify(case) {
                // From here on, waiter and node may be gone.
                return Some(alarm);
            }
        }
        None
    }

    fn lower_if_empty(&self, flag: &impl Announce) {
        if self.first.is_null() {
            flag.lower();
        }
    }
}

#[cfg(all(test, not(queue_loom)))]
mod tests {
    use super::super::waiter::Waiter;
    use super::*;
    use std::cell::Cell;
    use std::pin::pin;

    #[derive(Default)]
    struct Flag(Cell<bool>);

    impl Announce for Flag {
        fn raise(&self) {
            self.0.set(true);
        }
        fn lower(&self) {
            self.0.set(false);
        }
    }

    #[test]
    fn waiters_are_woken_in_the_order_they_came_and_the_flag_follows() {
        let (list, flag) = (WaitList::new(), Flag::default());
        let waiters = [Waiter::new(), Waiter::new(), Waiter::new()];
        let first = pin!(Node::new(&waiters[0], 0));
        let second = pin!(Node::new(&waiters[1], 0));
        let third = pin!(Node::new(&waiters[2], 7));
        for node in [first.as_ref(), second.as_ref(), third.as_ref()] {
            // SAFETY: the nodes and waiters outlive the list's use of them in this function.
            unsafe { list.link(node, &flag) };
        }
        list.notify_one(&flag);
        assert!(waiters[0].is_notified() && !waiters[1].is_notified());
        list.unlink(second.as_ref(), &flag);
        assert!(flag.0.get(), "one is left");
        list.notify_one(&flag);
        assert!(waiters[2].is_notified() && !waiters[1].is_notified());
        assert!(!flag.0.get(), "none is left");
        list.unlink(third.as_ref(), &flag);
        list.notify_one(&flag);
    }

    #[test]
    fn a_cancelled_waiter_is_passed_over_for_the_next() {
        let (list, flag) = (WaitList::new(), Flag::default());
        let waiters = [Waiter::new(), Waiter::new()];
        let first = pin!(Node::new(&waiters[0], 0));
        let second = pin!(Node::new(&waiters[1], 0));
        for node in [first.as_ref(), second.as_ref()] {
            // SAFETY: as above.
            unsafe { list.link(node, &flag) };
        }
        assert!(waiters[0].cancel());
        list.notify_one(&flag);
        assert!(!waiters[0].is_notified() && waiters[1].is_notified());
        assert!(!waiters[1].cancel(), "the notifier was first");
    }

    #[test]
    fn notify_all_wakes_everyone() {
        let (list, flag) = (WaitList::new(), Flag::default());
        let waiters: Vec<_> = (0..5).map(|_| Waiter::new()).collect();
        let nodes: Vec<_> = waiters
            .iter()
            .map(|waiter| Box::pin(Node::new(waiter, 0)))
            .collect();
        for node in &nodes {
            // SAFETY: as above.
            unsafe { list.link(node.as_ref(), &flag) };
        }
        list.notify_all(&flag);
        assert!(waiters.iter().all(Waiter::is_notified));
        assert!(!flag.0.get());
    }
}
