//! The record of one sleeping operation, and its place in a list.

use std::marker::PhantomPinned;
use std::mem;
use std::ptr::{self, NonNull};
use std::task::Waker;
use std::time::Duration;

use super::alarm::Alarm;
use super::awake::{Look, look_awake};
use super::station::Case;
use super::strategy::Waiting;
use crate::sync::{self, Backoff, Futex, Instant, Ordering, UnsafeCell, has_passed, order};

const WAITING: u32 = 0;
const CANCELLED: u32 = 1;
/// A peer has won the waiter and is about to hand over; the case is added, twice.
const CLAIMED: u32 = 2;
/// The waiter may go on; the case is added, twice.
const NOTIFIED: u32 = 3;

const fn with_case(state: u32, case: usize) -> u32 {
    state + 2 * case as u32
}

const fn is_notification(state: u32) -> bool {
    state >= NOTIFIED && (state - NOTIFIED).is_multiple_of(2)
}

/// How long a waiter sleeps on a peer that may not wake it: at first, ...
const FIRST_NAP: Duration = Duration::from_micros(60);
/// ... and how often that is doubled, up to a millisecond.
const NAP_DOUBLINGS: u32 = 4;

/// One sleeping operation: its state, which is also the word it sleeps on.
#[derive(Debug)]
pub(crate) struct Waiter {
    state: Futex,
    owner: Owner,
    /// Who is owed a message by this waiter's owner: written by the peer that has claimed it.
    creditor: UnsafeCell<Option<Peer>>,
    _pinned: PhantomPinned,
}

/// Who sleeps.
#[derive(Debug)]
enum Owner {
    /// A thread, on the futex.
    Thread,
    /// A task. Its waker is the owner's, but while the waiter can be won: then it belongs to who has the lock
    /// of the list (there is one list), and to who has claimed it, until the notification.
    Task(UnsafeCell<Option<Waker>>),
}

impl Waiter {
    /// A waiter that anybody may win.
    pub(super) fn new() -> Self {
        Self::in_state(WAITING, Owner::Thread)
    }

    /// The like, of a task.
    pub(super) fn of_task(waker: Waker) -> Self {
        Self::in_state(WAITING, Owner::Task(UnsafeCell::new(Some(waker))))
    }

    /// A waiter that belongs to one peer from the start, and waits for its [`Peer::notify`].
    pub(crate) fn claimed() -> Self {
        Self::in_state(CLAIMED, Owner::Thread)
    }

    fn in_state(state: u32, owner: Owner) -> Self {
        Self {
            state: Futex::new(state),
            owner,
            creditor: UnsafeCell::new(None),
            _pinned: PhantomPinned,
        }
    }

    /// The notifier's move. `true` if the waiter was still waiting; it may be
    /// gone right after.
    pub(super) fn notify(&self, case: usize) -> bool {
        self.state
            // ORDERING(W1): pairs with W2; without it the owner may give its frame up, and the
            // notifier's last writes to the node land in somebody else's. A lost race reads nothing.
            .compare_exchange(
                WAITING,
                with_case(NOTIFIED, case),
                order!(W1, Release),
                Ordering::Relaxed,
            )
            .is_ok()
    }

    /// The move of a peer that hands over: `true` if it has won, and the waiter stays where it is
    /// until [`notify_claimed`](Self::notify_claimed).
    pub(super) fn claim(&self, case: usize) -> bool {
        self.state
            // ORDERING(relaxed): what the winner reads, the owner has written before it linked the
            // node, under the lock that the winner holds.
            .compare_exchange(
                WAITING,
                with_case(CLAIMED, case),
                Ordering::Relaxed,
                Ordering::Relaxed,
            )
            .is_ok()
    }

    /// Ends a claim. The waiter may be gone right after.
    ///
    /// # Safety
    ///
    /// The caller has won the waiter by [`claim`](Self::claim) for that case, or the waiter was
    /// [`claimed`](Self::claimed) for it from the start, with case 0.
    unsafe fn notify_claimed(&self, case: usize) {
        let ended = self.state.compare_exchange(
            with_case(CLAIMED, case),
            with_case(NOTIFIED, case),
            // ORDERING(W3): pairs with W2; without it the owner may look for the message before it
            // is there, or give its frame up while it is being written.
            order!(W3, Release),
            Ordering::Relaxed,
        );
        debug_assert!(ended.is_ok(), "nobody else changes a claimed waiter");
    }

    /// The owner's move. The case, if a notifier was first; if a peer has claimed the waiter, waits
    /// until it has handed over.
    pub(super) fn cancel(&self) -> Result<(), usize> {
        self.state
            // ORDERING(W2): pairs with W1 and W3; see there. A race that was won is settled under the
            // list's lock, which orders the rest.
            .compare_exchange(WAITING, CANCELLED, Ordering::Relaxed, order!(W2, Acquire))
            .map(drop)
            .map_err(|_| self.wait_for_claimant())
    }

    /// Waits while a peer that has won this waiter hands over, which is soon over unless user code
    /// has a hand in it: the case.
    pub(crate) fn wait_for_claimant(&self) -> usize {
        // ORDERING(relaxed): a hint; the load below confirms it.
        let is_over = || is_notification(self.state.load(Ordering::Relaxed));
        look_awake(
            Waiting::Park,
            0,
            |look| matches!(look, Look::Ready) && is_over(),
            |over| over,
        );
        let backoff = Backoff::new();
        loop {
            // ORDERING(W2): pairs with W1 and W3; see there.
            let state = self.state.load(order!(W2, Acquire));
            if is_notification(state) {
                return (state - NOTIFIED) as usize / 2;
            }
            match self.owner {
                Owner::Thread => self.state.wait(state, None),
                // It is not by the futex that its peer wakes it, and the peer runs nobody's code.
                Owner::Task(_) => backoff.snooze(),
            }
        }
    }

    /// Whether a notifier or claimant is through with it, so that it may be given up.
    pub(super) fn is_notified(&self) -> bool {
        // ORDERING(W2): pairs with W1 and W3; see there.
        is_notification(self.state.load(order!(W2, Acquire)))
    }

    /// Whether somebody has won it, or its owner given it up.
    pub(super) fn is_settled(&self) -> bool {
        // ORDERING(relaxed): a hint; who acts on it looks again.
        self.state.load(Ordering::Relaxed) != WAITING
    }

    /// Sleeps, or stays awake, until notified, until the deadline, or for no reason.
    pub(super) fn rest(&self, waiting: Waiting, deadline: Option<Instant>) {
        match waiting {
            Waiting::Park => self.state.wait(WAITING, deadline),
            Waiting::Yield | Waiting::Spin => look_awake(
                waiting,
                0,
                |look| matches!(look, Look::Ready) && self.is_settled(),
                |settled| settled || deadline.is_some_and(has_passed),
            ),
        }
    }

    /// Sleeps until notified, for a bounded time, which grows with the naps taken before.
    pub(super) fn nap(&self, taken: u32, deadline: Option<Instant>) {
        let nap = FIRST_NAP * (1 << taken.min(NAP_DOUBLINGS));
        sync::nap(&self.state, WAITING, nap, deadline);
    }

    /// What wakes the owner; to be taken before the state is changed.
    ///
    /// # Safety
    ///
    /// The caller has the lock of the list in which the waiter is linked, or has claimed it.
    pub(super) unsafe fn alarm(&self) -> Alarm {
        match &self.owner {
            Owner::Thread => Alarm::Thread(self.state.alarm()),
            // SAFETY: by the contract nobody else has it.
            Owner::Task(waker) => Alarm::Task(waker.with_mut(|waker| unsafe { (*waker).take() })),
        }
    }

    /// Puts back what was taken for a notification that came too late: nothing of a waker's runs under the
    /// lock.
    ///
    /// # Safety
    ///
    /// As for [`alarm`](Self::alarm).
    pub(super) unsafe fn put_back(&self, alarm: Alarm) {
        if let (Owner::Task(place), Alarm::Task(waker)) = (&self.owner, alarm) {
            // SAFETY: by the contract nobody else has it. What is overwritten is `None`.
            place.with_mut(|place| unsafe { *place = waker });
        }
    }

    /// Whether it is `waker` that would wake the task.
    ///
    /// # Safety
    ///
    /// The caller has the lock of the list in which the waiter is linked, and it can still be won.
    pub(super) unsafe fn has_waker(&self, waker: &Waker) -> bool {
        match &self.owner {
            Owner::Thread => false,
            Owner::Task(mine) => mine.with(|mine| {
                // SAFETY: by the contract nobody else has it.
                unsafe { &*mine }
                    .as_ref()
                    .is_some_and(|mine| mine.will_wake(waker))
            }),
        }
    }

    /// Has the task woken by another waker, and gives back the one before.
    ///
    /// # Safety
    ///
    /// As for [`has_waker`](Self::has_waker).
    pub(super) unsafe fn exchange_waker(&self, waker: &mut Option<Waker>) {
        if let Owner::Task(mine) = &self.owner {
            // SAFETY: by the contract nobody else has it.
            mine.with_mut(|mine| mem::swap(unsafe { &mut *mine }, waker));
        }
    }

    /// Who is owed a message by the owner, who has been notified.
    pub(super) fn creditor(&self) -> Option<Peer> {
        self.creditor.with_mut(|creditor| {
            // SAFETY: the claimant wrote it before it notified, and touches it no more.
            unsafe { (*creditor).take() }
        })
    }
}

/// Another operation that has been won, and waits until it is notified.
///
/// It must be notified: until then its owner waits, whatever its deadline says.
#[derive(Debug)]
#[must_use = "a peer that is never notified waits for ever"]
pub(crate) struct Peer {
    waiter: NonNull<Waiter>,
    case: usize,
    /// What it has laid out.
    pub(crate) stake: Stake,
}

/// What a waiter lays out for the peer that wins it.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Stake {
    /// Nothing: it wants to be told, and then tries.
    Notice,
    /// A packet of the channel's message type: full, or to be filled.
    Packet(NonNull<()>),
    /// A place for a message of any type.
    AnyPlace(NonNull<()>),
    /// Its word: it will bring the message when it has been chosen.
    Promise,
    /// How much it weighs.
    Weight(usize),
}

impl Peer {
    /// A peer that has been won by [`Waiter::claim`], or was claimed from the start with case 0.
    pub(crate) fn new(waiter: &Waiter, case: usize, stake: Stake) -> Self {
        Self {
            waiter: NonNull::from(waiter),
            case,
            stake,
        }
    }

    fn waiter(&self) -> &Waiter {
        // SAFETY: the owner of a claimed waiter keeps it until the notification, which consumes us.
        unsafe { self.waiter.as_ref() }
    }

    /// Tells the owner to look what it has got.
    pub(crate) fn notify(self) {
        let waiter = self.waiter();
        // SAFETY: a peer is made for a claimed waiter.
        let alarm = unsafe { waiter.alarm() };
        // SAFETY: a peer is made for a claimed waiter, and notifies it once.
        unsafe { waiter.notify_claimed(self.case) };
        alarm.sound();
    }

    /// Tells the owner, who has given its word, whom it owes the message.
    pub(crate) fn collect(self, creditor: Peer) {
        self.waiter().creditor.with_mut(|place| {
            // SAFETY: the waiter is claimed by us, and its owner looks after the notification.
            unsafe { *place = Some(creditor) };
        });
        self.notify();
    }
}

/// A waiter's place in one list.
#[derive(Debug)]
pub(crate) struct Node {
    pub(super) waiter: NonNull<Waiter>,
    /// Which of the waiter's cases this list stands for.
    pub(super) case: usize,
    pub(super) stake: Stake,
    /// Whether its waiter waits on the other side of the same channel, too.
    pub(super) is_of_both_sides: bool,
    /// When its wait first came to this list, if it has been here before.
    pub(super) arrival: Option<Arrival>,
    place: UnsafeCell<Place>,
    _pinned: PhantomPinned,
}

/// Where a node stands: the list's, under its lock, while it is linked.
#[derive(Clone, Copy, Debug)]
pub(super) struct Place {
    pub(super) previous: *const Node,
    pub(super) next: *const Node,
    pub(super) arrival: Arrival,
    pub(super) linked: bool,
}

/// The how-manieth of all waits that have come to a list one is.
pub(super) type Arrival = u64;

impl Node {
    /// A node that is in no list, for a waiter that outlives its stay in one.
    pub(super) fn new(waiter: &Waiter, case: &Case<'_>) -> Self {
        Self {
            waiter: NonNull::from(waiter),
            case: case.number,
            stake: case.stake,
            is_of_both_sides: case.is_of_both_sides,
            arrival: None,
            place: UnsafeCell::new(Place {
                previous: ptr::null(),
                next: ptr::null(),
                arrival: 0,
                linked: false,
            }),
            _pinned: PhantomPinned,
        }
    }

    /// A node of a wait that has been in this list before.
    pub(super) fn returning(waiter: &Waiter, case: &Case<'_>, arrival: Option<Arrival>) -> Self {
        Self {
            arrival,
            ..Self::new(waiter, case)
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
