//! The waiters of one end of a channel, in the order they came.
//!
//! The lock is held for a few stores; nothing of the user's runs under it, and
//! no thread is woken under it.

use std::pin::Pin;

use super::alarm::Alarm;
use super::links::Links;
use super::waiter::{Arrival, Node};
use crate::sync::{Mutex, step};

/// So many waiters are woken under one lock.
const ALARMS: usize = 8;

/// The flag by which an index tells its claimants that somebody is parked.
pub(crate) trait Announce {
    /// Raises the flag, by an RMW on the index.
    fn raise(&self);
    /// Lowers it, by an RMW on the index.
    fn lower(&self);
    /// Tells those who claim as these waiters do, in the index that they claim, to stand back for one of
    /// them, or no more.
    fn prefer_waiter(&self, is_preferred: bool);
}

/// The waiters of one end of a channel, first come first woken.
#[derive(Debug)]
pub(crate) struct WaitList {
    line: Mutex<Line>,
}

/// Those who wait, and those of them, asleep or not, that go before newcomers.
#[derive(Debug)]
struct Line {
    links: Links,
    arrivals: Arrival,
    /// So many have precedence.
    preferred: usize,
    /// How often all of that was taken away.
    revocations: u32,
}

/// That a waiter goes before newcomers, until it says that it has ended, or it is taken away.
#[derive(Debug)]
pub(crate) struct Preferred {
    revocations: u32,
}

impl WaitList {
    pub(crate) fn new() -> Self {
        Self {
            line: Mutex::new(Line {
                links: Links::new(),
                arrivals: 0,
                preferred: 0,
                revocations: 0,
            }),
        }
    }

    /// Links `node` at the end, or where its wait stood when it was here before, and raises the flag.
    ///
    /// # Safety
    ///
    /// As for [`Station::link`](super::Station::link).
    pub(crate) unsafe fn link(&self, node: Pin<&Node>, flag: &impl Announce) {
        let mut line = self.line.lock();
        let arrival = node.arrival.unwrap_or_else(|| {
            line.arrivals += 1;
            line.arrivals
        });
        line.links.insert_by_arrival(&node, arrival);
        step!(H1, flag.raise());
    }

    /// Takes `node` out, if no notifier has done so.
    pub(crate) fn unlink(&self, node: Pin<&Node>, flag: &impl Announce) {
        let mut line = self.line.lock();
        if line.links.remove(&node) && line.links.is_empty() {
            flag.lower();
        }
    }

    /// Lets a waiter of this list go before newcomers.
    pub(crate) fn prefer(&self, flag: &impl Announce) -> Preferred {
        let mut line = self.line.lock();
        line.preferred += 1;
        flag.prefer_waiter(true);
        Preferred {
            revocations: line.revocations,
        }
    }

    /// Ends that. Whether newcomers may go on now.
    pub(crate) fn prefer_no_more(&self, preferred: &Preferred, flag: &impl Announce) -> bool {
        let mut line = self.line.lock();
        if line.revocations != preferred.revocations {
            return false;
        }
        line.preferred -= 1;
        if line.preferred == 0 {
            step!(H20, flag.prefer_waiter(false));
        }
        line.preferred == 0
    }

    /// Takes it away from all who have it: they do not come.
    #[cold]
    pub(crate) fn prefer_nobody(&self, flag: &impl Announce) {
        let mut line = self.line.lock();
        if line.preferred > 0 {
            line.preferred = 0;
            line.revocations = line.revocations.wrapping_add(1);
            step!(H21, flag.prefer_waiter(false));
        }
    }

    /// Does something under the lock.
    pub(crate) fn exclusively(&self, action: &mut dyn FnMut()) {
        let _line = self.line.lock();
        action();
    }

    /// Wakes the first `count` waiters that nobody has woken. Says how many there were.
    #[cold]
    pub(crate) fn notify_up_to(&self, count: usize, flag: &impl Announce) -> usize {
        if count == 1 {
            return self.notify_one(flag);
        }
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

    fn notify_one(&self, flag: &impl Announce) -> usize {
        let woken = {
            let mut line = self.line.lock();
            let woken = line.links.notify_first();
            if line.links.is_empty() {
                flag.lower();
            }
            woken
        };
        woken.map_or(0, |alarm| {
            alarm.sound();
            1
        })
    }

    /// Wakes the first waiters under one lock, `limit` and [`ALARMS`] of them at most. Says how many there were.
    fn notify_first(&self, limit: usize, flag: &impl Announce) -> usize {
        let mut alarms = [const { None }; ALARMS];
        {
            let mut line = self.line.lock();
            for place in alarms.iter_mut().take(limit) {
                *place = line.links.notify_first();
                if place.is_none() {
                    break;
                }
            }
            if line.links.is_empty() {
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
        let waiting = self.line.lock().links.count();
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
    struct Flag(Cell<bool>, Cell<bool>);

    impl Announce for Flag {
        fn raise(&self) {
            self.0.set(true);
        }
        fn lower(&self) {
            self.0.set(false);
        }
        fn prefer_waiter(&self, is_preferred: bool) {
            self.1.set(is_preferred);
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
    fn who_comes_back_has_the_place_that_it_had() {
        let (list, flag) = (WaitList::new(), Flag::default());
        let waiters: Vec<_> = (0..4).map(|_| Waiter::new()).collect();
        let nodes: Vec<_> = waiters[..3]
            .iter()
            .map(|waiter| Box::pin(node(waiter, 0)))
            .collect();
        for node in &nodes {
            // SAFETY: as above.
            unsafe { list.link(node.as_ref(), &flag) };
        }
        list.notify_up_to(2, &flag);
        // SAFETY: the second has been notified, and so is in no list.
        let arrival = unsafe { nodes[1].place() }.arrival;
        let mut back = node(&waiters[3], 0);
        back.arrival = Some(arrival);
        let back = pin!(back);
        // SAFETY: as above.
        unsafe { list.link(back.as_ref(), &flag) };
        list.notify_up_to(1, &flag);
        assert!(waiters[3].is_notified() && !waiters[2].is_notified());
        list.notify_all(&flag);
        assert!(waiters[2].is_notified());
    }

    #[test]
    fn newcomers_stand_back_until_the_last_one_is_through_or_all_is_taken_away() {
        let (list, flag) = (WaitList::new(), Flag::default());
        let [one, other] = [list.prefer(&flag), list.prefer(&flag)];
        assert!(!list.prefer_no_more(&one, &flag) && flag.1.get());
        list.prefer_nobody(&flag);
        assert!(!flag.1.get());
        let third = list.prefer(&flag);
        assert!(!list.prefer_no_more(&other, &flag), "it was taken away");
        assert!(flag.1.get());
        assert!(list.prefer_no_more(&third, &flag) && !flag.1.get());
        list.prefer_nobody(&flag);
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
