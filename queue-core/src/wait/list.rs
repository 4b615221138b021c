//! The waiters of one end of a channel, in the order they came.
//!
//! The lock is held for a few stores; nothing of the user's runs under it, and
//! no thread is woken under it.

use std::pin::Pin;

use super::alarm::Alarm;
use super::links::Links;
use super::waiter::Node;
use crate::sync::{Mutex, step};

/// So many waiters are woken under one lock.
const ALARMS: usize = 8;

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

impl WaitList {
    pub(crate) fn new() -> Self {
        Self {
            links: Mutex::new(Links::new()),
        }
    }

    /// Links `node` at the end and raises the flag.
    ///
    /// # Safety
    ///
    /// As for [`Station::link`](super::Station::link).
    pub(crate) unsafe fn link(&self, node: Pin<&Node>, flag: &impl Announce) {
        let mut links = self.links.lock();
        links.append(&node);
        step!(H1, flag.raise());
    }

    /// Takes `node` out, if no notifier has done so.
    pub(crate) fn unlink(&self, node: Pin<&Node>, flag: &impl Announce) {
        let mut links = self.links.lock();
        if links.remove(&node) && links.is_empty() {
            flag.lower();
        }
    }

    /// Does something under the lock.
    pub(crate) fn exclusively(&self, action: &mut dyn FnMut()) {
        let _links = self.links.lock();
        action();
    }

    /// Wakes the first `count` waiters that nobody has woken. Says how many there were.
    #[cold]
    pub(crate) fn notify_up_to(&self, count: usize, flag: &impl Announce) -> usize {
        let mut all_woken = 0;
        while all_woken < count {
            let woken = self.notify_first(count - all_woken, flag);
            all_woken += woken;
            if woken < ALARMS {
                break;
            }
        }
        all_woken
    }

    /// Wakes the first waiters under one lock, `limit` and [`ALARMS`] of them at most. Says how many there were.
    fn notify_first(&self, limit: usize, flag: &impl Announce) -> usize {
        let mut alarms = [const { None }; ALARMS];
        {
            let mut links = self.links.lock();
            for place in alarms.iter_mut().take(limit) {
                *place = links.notify_first();
                if place.is_none() {
                    break;
                }
            }
            if links.is_empty() {
                flag.lower();
            }
        }
        let woken = alarms.into_iter().flatten();
        woken.map(Alarm::sound).count()
    }

    /// Wakes all that wait now. Says how many there were.
    #[cold]
    pub(crate) fn notify_all(&self, flag: &impl Announce) -> usize {
        // Those woken may come back and wait again, behind the last of this moment: count them
        // first, or a stream of returning waiters would keep this call for ever.
        let waiting = self.links.lock().count();
        self.notify_up_to(waiting, flag)
    }
}

#[cfg(all(test, not(queue_model)))]
mod tests {
    use super::super::station::{Case, Side};
    use super::super::waiter::{Stake, Waiter};
    use super::super::{MeetingPoint, Station};
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

    fn node(waiter: &Waiter, number: usize) -> Node {
        // The station is of no interest here.
        let anywhere = MeetingPoint::new();
        let anywhere: &dyn Station = &anywhere;
        let case = Case::only(anywhere, Side::Receivers, Stake::Notice);
        Node::new(waiter, &Case { number, ..case })
    }

    #[test]
    fn waiters_are_woken_in_the_order_they_came_and_the_flag_follows() {
        let (list, flag) = (WaitList::new(), Flag::default());
        let waiters = [Waiter::new(), Waiter::new(), Waiter::new()];
        let first = pin!(node(&waiters[0], 0));
        let second = pin!(node(&waiters[1], 0));
        let third = pin!(node(&waiters[2], 7));
        for node in [first.as_ref(), second.as_ref(), third.as_ref()] {
            // SAFETY: the nodes and waiters outlive the list's use of them in this function.
            unsafe { list.link(node, &flag) };
        }
        list.notify_up_to(1, &flag);
        assert!(waiters[0].is_notified() && !waiters[1].is_notified());
        list.unlink(second.as_ref(), &flag);
        assert!(flag.0.get(), "one is left");
        list.notify_up_to(1, &flag);
        assert!(waiters[2].is_notified() && !waiters[1].is_notified());
        assert!(!flag.0.get(), "none is left");
        list.unlink(third.as_ref(), &flag);
        list.notify_up_to(1, &flag);
    }

    #[test]
    fn a_cancelled_waiter_is_passed_over_for_the_next() {
        let (list, flag) = (WaitList::new(), Flag::default());
        let waiters = [Waiter::new(), Waiter::new()];
        let first = pin!(node(&waiters[0], 0));
        let second = pin!(node(&waiters[1], 0));
        for node in [first.as_ref(), second.as_ref()] {
            // SAFETY: as above.
            unsafe { list.link(node, &flag) };
        }
        assert_eq!(waiters[0].cancel(), Ok(()));
        list.notify_up_to(1, &flag);
        assert!(!waiters[0].is_notified() && waiters[1].is_notified());
        assert_eq!(waiters[1].cancel(), Err(0), "the notifier was first");
    }

    #[test]
    fn notify_all_wakes_everyone() {
        let (list, flag) = (WaitList::new(), Flag::default());
        let waiters: Vec<_> = (0..5).map(|_| Waiter::new()).collect();
        let nodes: Vec<_> = waiters
            .iter()
            .map(|waiter| Box::pin(node(waiter, 0)))
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
