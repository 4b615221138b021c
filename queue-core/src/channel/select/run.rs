//! The search for an operation that is ready, and the wait for one.
//!
//! A select that waits is one waiter in several lists: the record, the lists and
//! the rules of [`crate::wait`] are those of a plain receive. It is woken once, and
//! leaves all lists; a notification that it does not use goes on to the next.
//!
//! While it is registered it takes nothing by itself, as a peer may be handing it
//! something: it leaves, and tries again as nobody's.

use std::fmt;

use super::operation::{Operation, Selection};
use super::stash::AnyPlace;
use crate::ring::Refusal;
use crate::sync::{Backoff, Instant, earlier, has_passed, random, scaled};
use crate::wait::{Case, Progress, Stage, Stake, Waiting, wait_until};

/// An operation with the number that its user knows it by.
#[derive(Clone, Copy)]
pub struct Arm<'a> {
    pub(crate) operation: &'a dyn Operation,
    pub(crate) index: usize,
    /// The handle's address, by which its user must name it again.
    pub(crate) handle: *const (),
    /// The thread that has added it.
    pub(crate) home: usize,
}

impl fmt::Debug for Arm<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad("Arm { .. }")
    }
}

/// How long to wait.
#[derive(Clone, Copy)]
pub(crate) enum Limit {
    Now,
    Never,
    At(Instant),
}

impl Limit {
    fn deadline(self) -> Option<Instant> {
        match self {
            Self::At(deadline) => Some(deadline),
            Self::Now | Self::Never => None,
        }
    }
}

/// Selects an operation: its place among the arms; what was done of it is in `selection`. The arms
/// are put into an order by chance, unless the search is biased.
#[inline]
pub(crate) fn run(
    arms: &mut [Arm<'_>],
    limit: Limit,
    is_biased: bool,
    selection: &mut Selection,
) -> Option<usize> {
    let is_try = matches!(limit, Limit::Now);
    let mut chance = Chance::new(is_biased);
    for place in 0..arms.len() {
        chance.draw(arms, place);
        let operation = arms[place].operation;
        if operation.attempt_at_a_glance(is_try, selection) {
            return Some(place);
        }
    }
    run_waiting(arms, limit, selection)
}

/// [`run`], where no arm is ready at a glance.
#[inline(never)]
fn run_waiting(arms: &[Arm<'_>], limit: Limit, selection: &mut Selection) -> Option<usize> {
    let is_try = matches!(limit, Limit::Now);
    if is_try {
        return waiting_out_busy(|| attempt_each(arms, is_try, selection));
    }
    let place = AnyPlace::empty();
    let cases = cases(arms, &place, |stake| stake);
    wait(arms, &cases, limit, |stage| match stage {
        Stage::Free { is_first: true } => match attempt_before_others(arms, selection) {
            Ok(number) => Progress::Done(number, number),
            Err(refusal) => waits_on(refusal),
        },
        Stage::Free { .. } => match attempt_each(arms, is_try, selection) {
            Ok(number) => Progress::Done(number, number),
            Err(refusal) => waits_on(refusal),
        },
        Stage::Registered { .. } => match check_each(arms, true) {
            Ok(_) => Progress::Withdraw,
            Err(refusal) => waits_on(refusal),
        },
        Stage::Notified(number, creditor) => {
            *selection = arms[number].operation.accept(&place, creditor);
            match selection {
                Selection::Nothing => Progress::Sleep,
                _ => Progress::Done(number, number),
            }
        }
    })
}

/// Finds an operation that is ready, and leaves it so: its place among the arms.
pub(crate) fn run_ready(arms: &mut [Arm<'_>], limit: Limit, is_biased: bool) -> Option<usize> {
    let mut chance = Chance::new(is_biased);
    for place in 0..arms.len() {
        chance.draw(arms, place);
    }
    if let Limit::Now = limit {
        return waiting_out_busy(|| check_each(arms, false));
    }
    let place = AnyPlace::empty();
    let cases = cases(arms, &place, |_| Stake::Notice);
    wait(arms, &cases, limit, |stage| match stage {
        Stage::Notified(..) => Progress::Sleep,
        stage => match check_each(arms, matches!(stage, Stage::Registered { .. })) {
            Ok(number) => Progress::Seen(number),
            Err(refusal) => waits_on(refusal),
        },
    })
}

/// Fisher and Yates's shuffle, one draw at a time: who is ready early saves the rest.
struct Chance(Option<u32>);

impl Chance {
    fn new(is_biased: bool) -> Self {
        Self((!is_biased).then(random))
    }

    /// Puts one of the arms from `place` on in this place.
    #[inline]
    fn draw(&mut self, arms: &mut [Arm<'_>], place: usize) {
        if let Some(number) = &mut self.0 {
            arms.swap(place, place + scaled(*number, arms.len() - place));
            // A step of Knuth's linear congruential generator, of which the high bits are used.
            *number = number.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
        }
    }
}

/// Repeats a search until no peer is in the way.
fn waiting_out_busy<R>(mut search: impl FnMut() -> Result<R, Refusal>) -> Option<R> {
    let backoff = Backoff::new();
    loop {
        match search() {
            Ok(found) => return Some(found),
            Err(Refusal::Busy) => backoff.snooze(),
            Err(_) => return None,
        }
    }
}

/// Attempts one after the other. If none is ready, whether one of them is [`Refusal::Busy`].
fn attempt_each(
    arms: &[Arm<'_>],
    is_try: bool,
    selection: &mut Selection,
) -> Result<usize, Refusal> {
    first_of(arms, |operation| operation.attempt(is_try, selection))
}

/// The like, where no time is left: stands back for nobody, and waits for no peer that it finds in the way.
fn attempt_before_others(arms: &[Arm<'_>], selection: &mut Selection) -> Result<usize, Refusal> {
    let number = check_each(arms, false)?;
    arms[number].operation.attempt(true, selection)?;
    Ok(number)
}

/// Looks at one after the other. If none is ready, whether one of them is [`Refusal::Busy`].
fn check_each(arms: &[Arm<'_>], is_registered: bool) -> Result<usize, Refusal> {
    first_of(arms, |operation| match operation.check(is_registered) {
        Err(Refusal::Closed) => Ok(()),
        settled => settled,
    })
}

fn first_of(
    arms: &[Arm<'_>],
    mut search: impl FnMut(&dyn Operation) -> Result<(), Refusal>,
) -> Result<usize, Refusal> {
    let mut refusal = Refusal::Spent;
    for (number, arm) in arms.iter().enumerate() {
        match search(arm.operation) {
            Ok(()) => return Ok(number),
            Err(Refusal::Busy) => refusal = Refusal::Busy,
            Err(_) => {}
        }
    }
    Err(refusal)
}

fn waits_on<R>(refusal: Refusal) -> Progress<R> {
    match refusal {
        Refusal::Busy => Progress::Busy,
        _ => Progress::Sleep,
    }
}

/// Where to wait. Where partners are met, in the order that all have in common; see
/// [`wait_until`]'s registration.
fn cases<'a>(arms: &[Arm<'a>], place: &AnyPlace, stake: impl Fn(Stake) -> Stake) -> Vec<Case<'a>> {
    let mut cases: Vec<_> = arms
        .iter()
        .enumerate()
        .filter_map(|(number, arm)| {
            let post = arm.operation.post(place)?;
            Some(Case {
                station: post.station,
                side: post.side,
                number,
                stake: stake(post.stake),
                is_of_both_sides: false,
                // Also where it is the only one.
                may_go_first: false,
            })
        })
        .collect();
    if cases.iter().any(|case| case.station.must_be_seen()) {
        let address = |case: &Case<'_>| std::ptr::from_ref(case.station).addr();
        cases.sort_by_key(address);
        for place in 0..cases.len() {
            let here = cases[place];
            let is_across =
                |case: &Case<'_>| address(case) == address(&here) && case.side != here.side;
            cases[place].is_of_both_sides = cases.iter().any(is_across);
        }
    }
    cases
}

/// Waits until an attempt is done, or the limit comes; and attempts again when time alone has made
/// an arm ready.
fn wait<R>(
    arms: &[Arm<'_>],
    cases: &[Case<'_>],
    limit: Limit,
    mut attempt: impl FnMut(Stage) -> Progress<R>,
) -> Option<R> {
    loop {
        let due = arms
            .iter()
            .fold(None, |due, arm| earlier(due, arm.operation.due()));
        let found = wait_until(
            cases,
            Waiting::Park,
            earlier(limit.deadline(), due),
            |look| arms.iter().any(|arm| arm.operation.looks_ready(look)),
            &mut attempt,
        );
        if found.is_some() || limit.deadline().is_some_and(has_passed) {
            return found;
        }
    }
}
