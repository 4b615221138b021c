//! A task waits: attempts, registers, attempts again, and leaves it to its waker.
//!
//! What [`wait_until`](super::wait_until) is to a thread. A future has a [`TaskWait`] in itself, which
//! lies where it lies as long as a list knows of it, and so allocates nothing. It holds
//! no lock and no claim between two polls, and a poll never waits: where a peer is in the middle of
//! something, the task has itself woken again.
//!
//! **Given up.** A future may be dropped at any time. Then its wait leaves the list, and a notification that it
//! has not used up goes on to the next ([`TaskWait::leave_off`]). One that is forgotten instead stays
//! in the list, in memory that is never used again; a notification that it gets is lost.

use std::marker::PhantomPinned;
use std::mem;
use std::pin::Pin;
use std::task::{Context, Poll, Waker};

use super::alarm::survive;
use super::awake::{Look, glance, look_in_poll};
use super::blocking::{Progress, Stage};
use super::station::Case;
use super::turn::{POLLS, Turn};
use super::waiter::{Node, Waiter};
use crate::sync::{Backoff, step};

/// How often one poll registers where that turns out to be in vain each time, before it lets others run.
const ROUNDS: usize = 4;

/// The wait of a future, which keeps it pinned.
#[derive(Debug, Default)]
pub(crate) struct TaskWait {
    /// Nothing until it is found that there is something to wait for: most futures never have to, and are moved about.
    begun: Option<Begun>,
    _pinned: PhantomPinned,
}

/// One that has been polled in vain.
#[derive(Debug, Default)]
struct Begun {
    waiter: Option<Waiter>,
    /// There while it is registered: then the waiter is there, too, and neither is moved.
    node: Option<Node>,
    /// A notification of which nothing has come yet.
    has_unused: bool,
    turn: Turn,
    /// In so many polls it stood back in front of something that nobody took.
    stood_back: u32,
    /// While peers are in the middle of something.
    backoff: Backoff,
}

// SAFETY: the pointers in the node belong to the list, which follows them under its lock; everything else
// is atomic, or goes by the rules of `Waiter`. Nothing is of the thread that polls.
unsafe impl Send for TaskWait {}
// SAFETY: a shared reference gives access to nothing.
unsafe impl Sync for TaskWait {}

/// What a registered wait finds when it is polled again.
enum Found {
    Waiting,
    /// A peer is handing over at this moment.
    Claimed,
    Notified,
}

impl TaskWait {
    /// Whether it has never been polled in vain, or come to an end since.
    #[inline]
    pub(crate) fn is_fresh(&self) -> bool {
        self.begun.is_none()
    }

    /// Whether it has been registered, and not come to an end since.
    pub(crate) fn has_waited(&self) -> bool {
        self.begun
            .as_ref()
            .is_some_and(|begun| begun.waiter.is_some())
    }

    /// Attempts until it is done; while there is nothing to attempt the task sleeps.
    ///
    /// The case is the same at every call, until it is done or left off.
    pub(crate) fn poll<R>(
        self: Pin<&mut Self>,
        case: &Case<'_>,
        context: &mut Context<'_>,
        look: impl Fn(Look) -> bool,
        attempt: impl FnMut(Stage) -> Progress<R>,
    ) -> Poll<R> {
        // SAFETY: what has begun stays where it is until it is over.
        let this = unsafe { self.get_unchecked_mut() };
        let begun = this.begun.get_or_insert_default();
        let polled = begun.poll(case, context, look, attempt);
        if polled.is_ready() {
            // A waker goes with it, whose drop may panic: what came of the wait must not be lost with that.
            survive(|| this.begun = None);
        }
        polled
    }

    /// Leaves the list, for good or until the next poll; a notification that it has not used up goes
    /// on to the next. A peer that is handing over at this moment is waited for.
    pub(crate) fn leave_off(self: Pin<&mut Self>, case: &Case<'_>) {
        // SAFETY: as in `poll`.
        let this = unsafe { self.get_unchecked_mut() };
        if let Some(begun) = &mut this.begun {
            begun.leave_off(case);
        }
        this.begun = None;
    }
}

impl Begun {
    fn poll<R>(
        &mut self,
        case: &Case<'_>,
        context: &mut Context<'_>,
        look: impl Fn(Look) -> bool,
        mut attempt: impl FnMut(Stage) -> Progress<R>,
    ) -> Poll<R> {
        // Waiter and node are replaced only where they are not registered.
        let this = self;
        if this.node.is_some() {
            match this.look_again(case, context.waker()) {
                Found::Waiting => return Poll::Pending,
                Found::Claimed => return this.again(context),
                Found::Notified => {
                    this.forget_node();
                    this.turn.was_told = true;
                    step!(H19, this.has_unused = true);
                    let progress = attempt(Stage::Notified(0, None));
                    if let Some(result) = this.result_of(case, progress) {
                        return Poll::Ready(result);
                    }
                }
            }
        }
        for round in 0..ROUNDS {
            let looks_first = round == 0 && !case.station.must_be_seen();
            let mut progress = if !looks_first || glance(&look) {
                attempt(Stage::Free {
                    is_first: this.turn.is_first(),
                })
            } else {
                Progress::Sleep
            };
            if looks_first && !progress.is_over() {
                look_in_poll(case.station.lead(), &look, |ready| {
                    if ready {
                        progress = attempt(Stage::Free {
                            is_first: this.turn.is_first(),
                        });
                    }
                    progress.is_over()
                });
            }
            if matches!(progress, Progress::Busy) {
                break;
            }
            if matches!(progress, Progress::Sleep) && mem::take(&mut this.turn.was_told) {
                this.turn.was_overtaken(case);
            }
            if let Some(result) = this.result_of(case, progress) {
                return Poll::Ready(result);
            }
            if !this.register(case, context.waker()) {
                continue;
            }
            let progress = attempt(Stage::Registered {
                is_first: this.turn.is_first(),
            });
            if matches!(progress, Progress::Sleep) {
                case.station.note_park(case.side);
                this.stood_back = 0;
                return Poll::Pending;
            }
            let was_notified = this.leave(case);
            let is_busy = matches!(progress, Progress::Busy);
            let result = this.result_of(case, progress);
            // It may have come after the attempt.
            this.has_unused |= was_notified;
            if let Some(result) = result {
                this.pass_on(case);
                return Poll::Ready(result);
            }
            if is_busy {
                break;
            }
        }
        this.stand_back(case, look);
        this.again(context)
    }

    /// A peer was in the way, or one who goes first.
    fn stand_back(&mut self, case: &Case<'_>, look: impl Fn(Look) -> bool) {
        if self.turn.is_first() || !look(Look::Ready) {
            return;
        }
        if self.stood_back >= POLLS {
            case.station.prefer_nobody(case.side);
            self.stood_back = 0;
        } else {
            self.stood_back += 1;
        }
    }

    fn leave_off(&mut self, case: &Case<'_>) {
        if self.node.is_some() {
            self.has_unused |= self.leave(case);
        }
        self.pass_on(case);
        self.turn.end(case);
    }

    /// Puts itself into the list. `false` where there is no need to wait.
    fn register(&mut self, case: &Case<'_>, waker: &Waker) -> bool {
        // Code of somebody else's runs before anything is registered.
        let waiter = &*self.waiter.insert(Waiter::of_task(waker.clone()));
        let node = &*self
            .node
            .insert(Node::returning(waiter, case, self.turn.arrival()));
        // SAFETY: the node is new. Both are pinned with their owner, who replaces neither before `leave`, or
        // before it has seen the notification, and does so at the latest when it is dropped.
        let is_linked = unsafe { case.station.link(case.side, Pin::new_unchecked(node)) };
        if !is_linked {
            self.node = None;
        }
        is_linked
    }

    /// Leaves the list. Whether it has been notified.
    fn leave(&mut self, case: &Case<'_>) -> bool {
        let (Some(waiter), Some(node)) = (&self.waiter, &self.node) else {
            return false;
        };
        let was_notified = waiter.cancel().is_err();
        if !was_notified {
            // SAFETY: it has been pinned since `register`.
            case.station
                .unlink(case.side, unsafe { Pin::new_unchecked(node) });
        }
        self.forget_node();
        was_notified
    }

    /// It has left the list.
    fn forget_node(&mut self) {
        if let Some(node) = &self.node {
            // SAFETY: nobody else has it any more.
            unsafe { self.turn.has_left(node) };
        }
        self.node = None;
    }

    /// What has become of a registered wait; where nothing has, it will be `waker` that is woken.
    fn look_again(&self, case: &Case<'_>, waker: &Waker) -> Found {
        let Some(waiter) = &self.waiter else {
            return Found::Notified;
        };
        if waiter.is_notified() {
            return Found::Notified;
        }
        let mut has_waker = false;
        if self.with_waiting(case, |waiter| {
            // SAFETY: under the lock, and it can still be won.
            has_waker = unsafe { waiter.has_waker(waker) };
        }) && has_waker
        {
            return Found::Waiting;
        }
        // Outside the lock: it is code of somebody else's. So is the drop of the one before.
        let mut waker = Some(waker.clone());
        if self.with_waiting(case, |waiter| {
            // SAFETY: as above.
            step!(H17, unsafe { waiter.exchange_waker(&mut waker) });
        }) {
            Found::Waiting
        } else if waiter.is_notified() {
            Found::Notified
        } else {
            Found::Claimed
        }
    }

    /// Does something to the waiter, under the lock of its list, if it can still be won.
    fn with_waiting(&self, case: &Case<'_>, action: impl FnOnce(&Waiter)) -> bool {
        let mut action = Some(action);
        case.station.exclusively(case.side, &mut || {
            if let Some(waiter) = &self.waiter
                && !waiter.is_settled()
                && let Some(action) = action.take()
            {
                action(waiter);
            }
        });
        action.is_none()
    }

    /// The result of an attempt that was made after the notification, which it uses up.
    fn result_of<R>(&mut self, case: &Case<'_>, progress: Progress<R>) -> Option<R> {
        match progress {
            Progress::Done(result, _) => {
                self.has_unused = false;
                self.turn.end(case);
                Some(result)
            }
            Progress::Seen(result) => {
                self.pass_on(case);
                self.turn.end(case);
                Some(result)
            }
            Progress::Sleep | Progress::Busy | Progress::Withdraw => None,
        }
    }

    /// Has the task polled again, when others have run.
    fn again<R>(&self, context: &Context<'_>) -> Poll<R> {
        self.backoff.spin();
        context.waker().wake_by_ref();
        Poll::Pending
    }

    fn pass_on(&mut self, case: &Case<'_>) {
        if mem::take(&mut self.has_unused) {
            step!(H18, case.station.pass_on(case.side));
        }
    }
}

#[cfg(all(test, not(queue_loom)))]
mod tests {
    use super::super::bench::{Bench, NoFlag};
    use super::super::station::Side;
    use super::super::waiter::Stake;
    use super::*;
    use std::pin::pin;

    fn case(bench: &Bench) -> Case<'_> {
        Case::only(bench, Side::Receivers, Stake::Notice)
    }

    /// Polls once by `script`, which is asked when the wait is registered, with another waiter behind it. Says
    /// what came out, and whether the other one has been woken then, and when the wait has been left off.
    fn poll_before_another(script: impl Fn(&Bench) -> Progress<u32>) -> (Poll<u32>, bool, bool) {
        let bench = Bench::new();
        let case = case(&bench);
        let other = Waiter::new();
        let behind = pin!(Node::new(&other, &case));
        let mut wait = pin!(TaskWait::default());
        let mut context = Context::from_waker(Waker::noop());
        let polled = wait.as_mut().poll(
            &case,
            &mut context,
            |_| false,
            |stage| {
                if !matches!(stage, Stage::Registered { .. }) {
                    return Progress::Sleep;
                }
                // SAFETY: node and waiter outlive the list's use of them in this function.
                unsafe { bench.list.link(behind.as_ref(), &NoFlag) };
                script(&bench)
            },
        );
        let after_poll = other.is_notified();
        wait.leave_off(&case);
        let in_the_end = other.is_notified();
        bench.list.unlink(behind.as_ref(), &NoFlag);
        (polled, after_poll, in_the_end)
    }

    #[test]
    fn a_notification_after_the_last_attempt_is_passed_on() {
        let seen = poll_before_another(|bench| {
            // A peer notifies the first waiter, this one, when its attempt is as good as done.
            bench.notify();
            Progress::Done(7, 0)
        });
        assert_eq!(seen, (Poll::Ready(7), true, true));
    }

    #[test]
    fn a_result_without_a_notification_wakes_nobody() {
        let seen = poll_before_another(|_| Progress::Done(7, 0));
        assert_eq!(seen, (Poll::Ready(7), false, false));
    }

    #[test]
    fn a_notification_beside_a_busy_peer_is_kept_and_passed_on_when_it_is_left_off() {
        let seen = poll_before_another(|bench| {
            bench.notify();
            Progress::Busy
        });
        assert_eq!(seen, (Poll::Pending, false, true));
    }

    #[test]
    fn a_wait_that_is_left_off_leaves_the_list() {
        let seen = poll_before_another(|_| Progress::Sleep);
        assert_eq!(seen, (Poll::Pending, false, false));
    }
}
