//! A thread waits: attempt, pause, attempt, yield, attempt, register, sleep.

use std::pin::pin;

use super::list::{Announce, WaitList};
use super::waiter::{Node, Waiter};
use crate::sync::{Instant, PAUSED_ATTEMPTS, YIELDED_ATTEMPTS, has_passed, spin_loop, yield_now};

/// What an attempt came to.
pub(crate) enum Progress<R> {
    /// It is over, well or badly.
    Done(R),
    /// Nothing to do until a peer moves the index on which the list's flag lies.
    Sleep,
    /// A peer is in the middle of it and may not wake anybody when it is through.
    Busy,
}

/// Attempts until it is done, `None` when the deadline comes first.
///
/// There is at least one attempt, however late it is.
///
/// **Passing on.** A notification is used up only by an attempt that is made
/// *after* it and comes to something. In two cases it goes on to the next waiter:
/// - it arrives after the attempt that ended the wait: that attempt may have
///   taken what was there before, and the notification be for what came since;
/// - time runs out before such an attempt: a message may lie ready behind one
///   that is still being written ([`Progress::Busy`]).
#[cold]
pub(crate) fn wait_until<R>(
    list: &WaitList,
    flag: &impl Announce,
    deadline: Option<Instant>,
    mut attempt: impl FnMut() -> Progress<R>,
) -> Option<R> {
    let mut notified = false;
    loop {
        if let Some(result) = attempt_awake(deadline, &mut attempt) {
            return Some(result);
        }
        if deadline.is_some_and(has_passed) {
            if notified {
                list.notify_one(flag);
            }
            return None;
        }
        let waiter = Waiter::new();
        let node = pin!(Node::new(&waiter, 0));
        // SAFETY: the node is new, pinned here and dropped before its waiter; `attempt` belongs to
        // this crate and does not panic, and every way out of this round has unlinked the node or
        // seen the notification whose sender did.
        unsafe { list.link(node.as_ref(), flag) };
        let done = loop {
            let progress = attempt();
            if let Progress::Done(result) = progress {
                break Some(result);
            }
            if waiter.is_notified() {
                break None;
            }
            match progress {
                Progress::Sleep => waiter.sleep(deadline),
                _ => waiter.nap(),
            }
            if waiter.is_notified() || deadline.is_some_and(has_passed) {
                break None;
            }
        };
        if waiter.cancel() {
            list.unlink(node.as_ref(), flag);
        } else {
            // SAFETY: `cancel` has just seen the notification.
            let place = unsafe { node.place() };
            debug_assert!(!place.linked, "a notifier unlinks before it notifies");
            notified = true;
            if done.is_some() {
                list.notify_one(flag);
            }
        }
        if done.is_some() {
            return done;
        }
    }
}

/// Attempts while it is cheaper to stay awake than to sleep, and while there is time.
fn attempt_awake<R>(
    deadline: Option<Instant>,
    attempt: &mut impl FnMut() -> Progress<R>,
) -> Option<R> {
    for turn in 0..=PAUSED_ATTEMPTS + YIELDED_ATTEMPTS {
        if let Progress::Done(result) = attempt() {
            return Some(result);
        }
        if deadline.is_some_and(has_passed) {
            break;
        }
        if turn < PAUSED_ATTEMPTS {
            (0..1 << turn).for_each(|_| spin_loop());
        } else {
            yield_now();
        }
    }
    None
}
