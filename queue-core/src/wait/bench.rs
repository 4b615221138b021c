//! A list that is a whole channel, for the tests of those who wait.

use std::pin::Pin;

use super::list::{Announce, WaitList};
use super::station::{Side, Station};
use super::waiter::Node;

pub(super) struct NoFlag;

impl Announce for NoFlag {
    fn raise(&self) {}
    fn lower(&self) {}
    fn prefer_waiter(&self, _: bool) {}
}

pub(super) struct Bench {
    pub(super) list: WaitList,
}

impl Bench {
    pub(super) fn new() -> Self {
        Self {
            list: WaitList::new(),
        }
    }

    pub(super) fn notify(&self) {
        self.list.notify_up_to(1, &NoFlag);
    }
}

impl Station for Bench {
    unsafe fn link(&self, _: Side, node: Pin<&Node>) -> bool {
        // SAFETY: the contract is the same.
        unsafe { self.list.link(node, &NoFlag) };
        true
    }
    fn unlink(&self, _: Side, node: Pin<&Node>) {
        self.list.unlink(node, &NoFlag);
    }
    fn exclusively(&self, _: Side, action: &mut dyn FnMut()) {
        self.list.exclusively(action);
    }
    fn pass_on(&self, _: Side) {
        self.notify();
    }
    fn must_be_seen(&self) -> bool {
        false
    }
}
