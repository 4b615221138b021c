//! A thread waits: looks around awake, registers, attempts, sleeps.

use std::pin::pin;

use super::awake::{Look, look_awake};
use super::list::{Announce, WaitList};
use super::waiter::{Node, Waiter};
use crate::sync::{Instant, has_passed};

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
    look: impl Fn(Look) -> bool,
    mut attempt: impl FnMut() -> Progress<R>,
) -> Option<R> {
    let (mut notified, mut naps) = (false, 0_u32);
    loop {
        if let Some(result) = attempt_awake(deadline, &look, &mut attempt) {
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
                _ => {
                    waiter.nap(naps, deadline);
                    naps = naps.saturating_add(1);
                }
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

/// Attempts while it is cheaper to stay awake than to sleep, and while there is
/// time; the last time however things look.
fn attempt_awake<R>(
    deadline: Option<Instant>,
    look: impl Fn(Look) -> bool,
    attempt: &mut impl FnMut() -> Progress<R>,
) -> Option<R> {
    let mut done = None;
    look_awake(look, |ready| {
        if ready && let Progress::Done(result) = attempt() {
            done = Some(result);
        }
        done.is_some() || deadline.is_some_and(has_passed)
    });
    if done.is_none()
        && let Progress::Done(result) = attempt()
    {
        done = Some(result);
    }
    done
}

#[cfg(all(test, not(queue_loom)))]
mod tests {
    use super::*;
    use crate::sync::deadline_after;
    use std::cell::Cell;
    use std::time::Duration;

    /// The first attempt that is made with the waiter registered: one was made awake.
    const REGISTERED: u32 = 1;

    struct NoFlag;

    impl Announce for NoFlag {
        fn raise(&self) {}
        fn lower(&self) {}
    }

    /// Waits by `script`, which gets the attempt's number counted from [`REGISTERED`], with another
    /// waiter behind. Says what came out, whether the script was ever asked, and whether the other
    /// one was woken.
    fn wait_before_another(
        deadline: Option<Instant>,
        script: impl Fn(u32, &WaitList) -> Progress<u32>,
    ) -> (Option<u32>, bool, bool) {
        let list = WaitList::new();
        let other = Waiter::new();
        let behind = pin!(Node::new(&other, 0));
        let attempts = Cell::new(0);
        let result = wait_until(
            &list,
            &NoFlag,
            deadline,
            |_| false,
            || {
                let attempt = attempts.replace(attempts.get() + 1);
                if attempt < REGISTERED {
                    return Progress::Sleep;
                }
                if attempt == REGISTERED {
                    // SAFETY: node and waiter outlive the list's use of them in this function.
                    unsafe { list.link(behind.as_ref(), &NoFlag) };
                }
                script(attempt - REGISTERED, &list)
            },
        );
        let asked = attempts.get() > REGISTERED;
        let woken = other.is_notified();
        if asked {
            list.unlink(behind.as_ref(), &NoFlag);
        }
        (result, asked, woken)
    }

    #[test]
    fn a_notification_after_the_last_attempt_is_passed_on() {
        let (result, _, other_woken) = wait_before_another(None, |_, list| {
            // A peer notifies the first waiter, this one, when its attempt is as good as done.
            list.notify_one(&NoFlag);
            Progress::Done(7)
        });
        assert_eq!(result, Some(7));
        assert!(other_woken);
    }

    #[test]
    fn a_notification_before_the_attempt_that_is_done_is_used_up() {
        let (result, _, other_woken) = wait_before_another(None, |attempt, list| {
            if attempt == 0 {
                list.notify_one(&NoFlag);
                return Progress::Sleep;
            }
            Progress::Done(attempt)
        });
        assert_eq!(result, Some(1));
        assert!(!other_woken);
    }

    #[test]
    fn a_notification_that_time_leaves_unused_is_passed_on() {
        loop {
            let deadline = deadline_after(Duration::from_millis(20));
            let (result, asked, other_woken) =
                wait_before_another(deadline, |attempt, list| match attempt {
                    0 => {
                        list.notify_one(&NoFlag);
                        while !deadline.is_some_and(has_passed) {}
                        Progress::Sleep
                    }
                    _ => Progress::Busy,
                });
            assert_eq!(result, None);
            // On a machine so busy that the time was up before it was registered: again.
            if asked {
                assert!(other_woken);
                break;
            }
        }
    }
}
