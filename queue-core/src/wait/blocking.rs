//! A thread waits: looks around awake, registers, attempts, sleeps.

use super::awake::{Look, glance, look_awake};
use super::registration::{first_case, leave, nodes_for, register};
use super::station::Case;
use super::strategy::Waiting;
use super::turn::{LOOKS, NAPS, TurnOf};
use super::waiter::{Node, Peer, Waiter};
use crate::sync::{Instant, has_passed, step};

/// What an attempt came to.
pub(crate) enum Progress<R> {
    /// It is over, well or badly, and has used up a notification of this case.
    Done(R, usize),
    /// It is over without having taken anything: a notification goes on to the next.
    Seen(R),
    /// Nothing to do until a peer notifies.
    Sleep,
    /// A peer is in the middle of it and may not wake anybody when it is through.
    Busy,
    /// There is something to do which must not be done while registered.
    Withdraw,
}

impl<R> Progress<R> {
    pub(super) fn is_over(&self) -> bool {
        matches!(self, Self::Done(..) | Self::Seen(_))
    }
}

/// When an attempt is made.
pub(crate) enum Stage {
    /// While no peer knows of the wait; and whether it goes before newcomers.
    Free { is_first: bool },
    /// While it is registered: whatever the attempt takes, a peer may hand over something as well,
    /// unless all cases are of a kind that never does. And whether it goes before newcomers.
    Registered { is_first: bool },
    /// When a peer has notified this case; and whom the owner of a promise owes its message.
    Notified(usize, Option<Peer>),
}

impl Stage {
    /// Whether it goes before newcomers; `None` where it has only been told, and is to attempt later.
    pub(crate) fn goes_first(&self) -> Option<bool> {
        match self {
            Self::Free { is_first } | Self::Registered { is_first } => Some(*is_first),
            Self::Notified(..) => None,
        }
    }
}

/// Attempts until it is done, `None` when the deadline comes first.
///
/// There is at least one attempt, however late it is. Whoever waits by [`Waiting::Yield`] or
/// [`Spin`](Waiting::Spin) does not register, so that no peer has to wake anybody, unless it is found only
/// when it is registered.
///
/// **Passing on.** A notification is used up only by an attempt of its case that is made
/// *after* it and comes to something. Otherwise it goes on to the next waiter:
/// - where it arrives after the attempt that ended the wait: that attempt may have
///   taken what was there before, and the notification be for what came since;
/// - where another case ended the wait;
/// - where another one comes, and no attempt since the first has found out what it was for;
/// - where time runs out before such an attempt: a message may lie ready behind one
///   that is still being written ([`Progress::Busy`]).
#[cold]
pub(crate) fn wait_until<R>(
    cases: &[Case<'_>],
    waiting: Waiting,
    deadline: Option<Instant>,
    look: impl Fn(Look) -> bool,
    mut attempt: impl FnMut(Stage) -> Progress<R>,
) -> Option<R> {
    let must_be_seen = cases.iter().any(|case| case.station.must_be_seen());
    let mut unused = Unused {
        cases,
        number: None,
    };
    let mut turn = TurnOf::new(cases);
    let mut steps_back = 0_u32;
    loop {
        let looks_awake = !must_be_seen && !cases.is_empty();
        let progress = if looks_awake {
            attempt_awake(cases, waiting, deadline, &turn, &look, &mut attempt)
        } else {
            attempt(Stage::Free {
                is_first: turn.is_first(),
            })
        };
        if matches!(progress, Progress::Sleep) && unused.was_in_vain() {
            turn.was_overtaken();
        }
        let is_busy = matches!(progress, Progress::Busy);
        if let Some(result) = unused.result_of(progress) {
            return Some(result);
        }
        if deadline.is_some_and(has_passed) {
            if is_busy && !turn.is_first() {
                // Who can wait no longer does not stand back.
                return unused.result_of(attempt(Stage::Free { is_first: true }));
            }
            return None;
        }
        let waiter = Waiter::new();
        let first = first_case(cases, steps_back);
        let (one, many);
        // A plain wait registers in one place and allocates nothing.
        let nodes: &[Node] = match cases {
            [case] => {
                one = [Node::returning(&waiter, case, turn.arrival())];
                &one
            }
            _ => {
                many = nodes_for(cases, first, &waiter);
                &many
            }
        };
        // SAFETY: the nodes are new and lie still: they are not moved out of `one` or `many`, which
        // outlive their use and are dropped before the waiter. `attempt` belongs to this crate and
        // does not panic, and every way out of this round goes through `leave`.
        let registered = unsafe { register(cases, first, nodes) };
        let mut outcome = Progress::Withdraw;
        if registered < cases.len() {
            steps_back = steps_back.saturating_add(1);
        } else {
            if must_be_seen {
                look_awake(
                    Waiting::Park,
                    0,
                    |which| matches!(which, Look::Ready) && waiter.is_settled() || look(which),
                    |ready| ready || deadline.is_some_and(has_passed),
                );
            }
            outcome = sleep_registered(
                cases,
                &waiter,
                waiting,
                deadline,
                &turn,
                &look,
                &mut attempt,
            );
        }
        let notified = leave(cases, first, &nodes[..registered], &waiter);
        if let [node] = nodes {
            // SAFETY: it has just left.
            unsafe { turn.has_left(node) };
        }
        let result = unused.result_of(outcome);
        if let Some(case) = notified {
            // If there is a result, the notification may have come after the attempt.
            unused.add(case);
        }
        if result.is_some() {
            return result;
        }
        if let Some(case) = notified
            && let Some(result) =
                unused.result_of(attempt(Stage::Notified(case, waiter.creditor())))
        {
            return Some(result);
        }
    }
}

/// A notification of which nothing has come yet: passed on when dropped.
struct Unused<'c, 's> {
    cases: &'c [Case<'s>],
    number: Option<usize>,
}

impl Unused<'_, '_> {
    /// Another one. The one before was for something else: while a peer is in the way, or one who goes
    /// first, one that waits is told again and again, as it is the first in the line.
    fn add(&mut self, number: usize) {
        step!(H24, self.pass_on());
        self.number = Some(number);
    }

    /// An attempt made after it found nothing: others have taken what it was for. Whether there was one.
    fn was_in_vain(&mut self) -> bool {
        self.number.take().is_some()
    }

    /// The result of an attempt made after it, which uses it up if it was of its case.
    fn result_of<R>(&mut self, progress: Progress<R>) -> Option<R> {
        match progress {
            Progress::Done(result, number) => {
                if self.number == Some(number) {
                    self.number = None;
                }
                Some(result)
            }
            Progress::Seen(result) => Some(result),
            Progress::Sleep | Progress::Busy | Progress::Withdraw => None,
        }
    }

    fn pass_on(&mut self) {
        if let Some(number) = self.number.take()
            && let Some(case) = self.cases.iter().find(|case| case.number == number)
        {
            case.station.pass_on(case.side);
        }
    }
}

impl Drop for Unused<'_, '_> {
    fn drop(&mut self) {
        self.pass_on();
    }
}

/// Attempts and sleeps until it is done, notified, late, or there is something to do unregistered.
fn sleep_registered<R>(
    cases: &[Case<'_>],
    waiter: &Waiter,
    waiting: Waiting,
    deadline: Option<Instant>,
    turn: &TurnOf<'_, '_>,
    look: impl Fn(Look) -> bool,
    attempt: &mut impl FnMut(Stage) -> Progress<R>,
) -> Progress<R> {
    let mut naps = 0_u32;
    loop {
        let progress = attempt(Stage::Registered {
            is_first: turn.is_first(),
        });
        match progress {
            Progress::Sleep | Progress::Busy if waiter.is_settled() => return progress,
            Progress::Sleep => {
                if waiting == Waiting::Park {
                    for case in cases {
                        case.station.note_park(case.side);
                    }
                }
                waiter.rest(waiting, deadline);
            }
            Progress::Busy if naps >= NAPS && !turn.is_first() && look(Look::Ready) => {
                prefer_nobody(cases);
                naps = 0;
                continue;
            }
            Progress::Busy => {
                waiter.nap(naps, deadline);
                naps = naps.saturating_add(1);
            }
            Progress::Done(..) | Progress::Seen(_) | Progress::Withdraw => return progress,
        }
        if waiter.is_settled() || deadline.is_some_and(has_passed) {
            return Progress::Withdraw;
        }
    }
}

/// Attempts while it is cheaper to stay awake than to sleep, and while there is
/// time; the last time however things look.
fn attempt_awake<R>(
    cases: &[Case<'_>],
    waiting: Waiting,
    deadline: Option<Instant>,
    turn: &TurnOf<'_, '_>,
    look: impl Fn(Look) -> bool,
    attempt: &mut impl FnMut(Stage) -> Progress<R>,
) -> Progress<R> {
    let mut attempt = || {
        attempt(Stage::Free {
            is_first: turn.is_first(),
        })
    };
    let mut last = if glance(&look) {
        attempt()
    } else {
        Progress::Sleep
    };
    if last.is_over() {
        return last;
    }
    let mut stood_back = 0;
    let lead = cases.iter().map(|case| case.station.lead()).min();
    look_awake(waiting, lead.unwrap_or(0), look, |ready| {
        if ready {
            last = attempt();
            stood_back += u32::from(matches!(last, Progress::Busy) && !turn.is_first());
            if stood_back >= LOOKS {
                prefer_nobody(cases);
                stood_back = 0;
            }
        }
        last.is_over() || deadline.is_some_and(has_passed)
    });
    if last.is_over() { last } else { attempt() }
}

/// Stands back no more.
#[cold]
fn prefer_nobody(cases: &[Case<'_>]) {
    for case in cases {
        case.station.prefer_nobody(case.side);
    }
}

#[cfg(all(test, not(queue_model)))]
mod tests {
    use super::super::bench::{Bench, NoFlag};
    use super::super::station::Side;
    use super::super::waiter::Stake;
    use super::*;
    use crate::sync::deadline_after;
    use std::cell::Cell;
    use std::pin::pin;
    use std::time::Duration;

    /// Waits at two benches by `script`, which gets the number of the attempt, counted from the
    /// first that is made registered, with another waiter behind at the first bench. Says what
    /// came out, whether the script was ever asked, and whether the other one was woken.
    fn wait_before_another(
        deadline: Option<Instant>,
        script: impl Fn(u32, &Bench) -> Progress<u32>,
    ) -> (Option<u32>, bool, bool) {
        let (bench, elsewhere) = (Bench::new(), Bench::new());
        let cases = [(0, &bench), (1, &elsewhere)].map(|(number, station)| Case {
            number,
            ..Case::only(station, Side::Receivers, Stake::Notice)
        });
        let other = Waiter::new();
        let behind = pin!(Node::new(&other, &cases[0]));
        let attempts = Cell::new(0);
        let result = wait_until(
            &cases,
            Waiting::Park,
            deadline,
            |_| false,
            |stage| {
                let attempt = attempts.get();
                if attempt == 0 {
                    if !matches!(stage, Stage::Registered { .. }) {
                        return Progress::Sleep;
                    }
                    // SAFETY: node and waiter outlive the list's use of them in this function.
                    unsafe { bench.list.link(behind.as_ref(), &NoFlag) };
                }
                attempts.set(attempt + 1);
                script(attempt, &bench)
            },
        );
        let asked = attempts.get() > 0;
        let woken = other.is_notified();
        if asked {
            bench.list.unlink(behind.as_ref(), &NoFlag);
        }
        (result, asked, woken)
    }

    #[test]
    fn a_notification_after_the_last_attempt_is_passed_on() {
        let (result, _, other_woken) = wait_before_another(None, |_, bench| {
            // A peer notifies the first waiter, this one, when its attempt is as good as done.
            bench.notify();
            Progress::Done(7, 0)
        });
        assert_eq!(result, Some(7));
        assert!(other_woken);
    }

    #[test]
    fn a_notification_before_the_attempt_that_is_done_is_used_up() {
        let (result, _, other_woken) = wait_before_another(None, |attempt, bench| {
            if attempt == 0 {
                bench.notify();
                return Progress::Sleep;
            }
            Progress::Done(attempt, 0)
        });
        assert_eq!(result, Some(1));
        assert!(!other_woken);
    }

    #[test]
    fn a_notification_is_passed_on_where_another_case_ends_the_wait() {
        let (result, _, other_woken) = wait_before_another(None, |attempt, bench| {
            if attempt == 0 {
                bench.notify();
                return Progress::Sleep;
            }
            Progress::Done(attempt, 1)
        });
        assert_eq!(result, Some(1));
        assert!(other_woken);
    }

    #[test]
    fn a_notification_is_passed_on_where_nothing_is_taken() {
        let (result, _, other_woken) = wait_before_another(None, |attempt, bench| {
            if attempt == 0 {
                bench.notify();
                return Progress::Sleep;
            }
            Progress::Seen(attempt)
        });
        assert_eq!(result, Some(1));
        assert!(other_woken);
    }

    #[test]
    fn a_notification_that_time_leaves_unused_is_passed_on() {
        loop {
            let deadline = deadline_after(Duration::from_millis(20));
            let (result, asked, other_woken) =
                wait_before_another(deadline, |attempt, bench| match attempt {
                    0 => {
                        bench.notify();
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
