//! The record of one sleeping operation, and its place in a list.

use std::marker::PhantomPinned;
use std::ptr::{self, NonNull};
use std::time::Duration;

use crate::sync::{self, Alarm, Futex, Instant, Ordering, UnsafeCell, order};

const WAITING: u32 = 0;
const CANCELLED: u32 = 1;
/// Notified, with the case of the node that the notifier found added.
const NOTIFIED: u32 = 2;

/// How long a waiter sleeps on a peer that may not wake it: at first, ...
const FIRST_NAP: Duration = Duration::from_micros(60);
/// ... and how often that is doubled, up to a millisecond.
const NAP_DOUBLINGS: u32 = 4;

/// One sleeping operation: its state, which is also the word it sleeps on.
#[derive(Debug)]
pub(super) struct Waiter {
    state: Futex,
}

impl Waiter {
    pub(super) fn new() -> Self {
        Self {
            state: Futex::new(WAITING),
        }
    }

    /// The notifier's move. `true` if the waiter was still waiting; it may be
    /// gone right after.
    pub(super) fn notify(&self, case: u32) -> bool {
        self.state
            // ORDERING(W1): pairs with W2; without it the owner may give its frame up, and the
            // notifier's last writes to the node land in somebody else's. A lost race reads nothing.
            .compare_exchange(
                WAITING,
                NOTIFIED + case,
                order!(W1, Release),
                Ordering::Relaxed,
            )
            .is_ok()
    }

    /// The owner's move. `false` if a notifier was first.
    pub(super) fn cancel(&self) -> bool {
        self.state
            // ORDERING(W2): pairs with W1; see there. A race that was won is settled under the
            // list's lock, which orders the rest.
            .compare_exchange(WAITING, CANCELLED, Ordering::Relaxed, order!(W2, Acquire))
            .is_ok()
    }

    pub(super) fn is_notified(&self) -> bool {
        // ORDERING(W2): pairs with W1; see there.
        self.state.load(order!(W2, Acquire)) >= NOTIFIED
    }

    /// Sleeps until notified, until the deadline, or for no reason.
    pub(super) fn sleep(&self, deadline: Option<Instant>) {
        self.state.wait(WAITING, deadline);
    }

    /// Sleeps until notified, for a bounded time, which grows with the naps taken before.
    pub(super) fn nap(&self, taken: u32, deadline: Option<Instant>) {
        let nap = FIRST_NAP * (1 << taken.min(NAP_DOUBLINGS));
        sync::nap(&self.state, WAITING, nap, deadline);
    }

    /// What wakes the sleeper; to be taken before the state is changed.
    pub(super) fn alarm(&self) -> Alarm {
        self.state.alarm()
    }
}

/// A waiter's place in one list.
#[derive(Debug)]
pub(super) struct Node {
    pub(super) waiter: NonNull<Waiter>,
    /// Which of the waiter's cases this list stands for.
    pub(super) case: u32,
    place: UnsafeCell<Place>,
    _pinned: PhantomPinned,
}

/// Where a node stands: the list's, under its lock, while it is linked.
#[derive(Clone, Copy, Debug)]
pub(super) struct Place {
    pub(super) previous: *const Node,
    pub(super) next: *const Node,
    pub(super) linked: bool,
}

impl Node {
    /// A node that is in no list, for a waiter that outlives its stay in one.
    pub(super) fn new(waiter: &Waiter, case: u32) -> Self {
        Self {
            waiter: NonNull::from(waiter),
            case,
            place: UnsafeCell::new(Place {
                previous: ptr::null(),
                next: ptr::null(),
                linked: false,
            }),
            _pinned: PhantomPinned,
        }
    }

    /// Where the node stands.
    ///
    /// # Safety
    ///
    /// The caller holds the list's lock, or is the owner and has seen the notification.
    pub(super) unsafe fn place(&self) -> Place {
        self.place.with(|place| {
            // SAFETY: by the contract nobody writes meanwhile.
            unsafe { *place }
        })
    }

    /// Changes where the node stands.
    ///
    /// # Safety
    ///
    /// The caller holds the list's lock.
    pub(super) unsafe fn set_place(&self, change: impl FnOnce(&mut Place)) {
        self.place.with_mut(|place| {
            // SAFETY: by the contract nobody else reads or writes meanwhile.
            change(unsafe { &mut *place });
        });
    }
}
