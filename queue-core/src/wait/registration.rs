//! The entries of one wait in the lists of its cases: in which order they come, and
//! that they all go again.

use std::pin::Pin;

use super::station::Case;
use super::waiter::{Node, Waiter};
use crate::sync::{random, scaled};

/// How often a wait that had to step back registers in an order of its own, see [`first_case`].
const STEPS_BACK: u32 = 4;

/// Where to begin to register. The case that is registered first is found more often, so chance
/// chooses it. But of some that register in different orders each may see the next one, and step
/// back, for ever: who has stepped back a few times keeps the order that all have in common.
pub(super) fn first_case(cases: &[Case<'_>], steps_back: u32) -> usize {
    if cases.len() > 1 && steps_back < STEPS_BACK {
        scaled(random(), cases.len())
    } else {
        0
    }
}

/// The cases in the order in which they are registered.
fn in_turn<'c, 's>(cases: &'c [Case<'s>], first: usize) -> impl Iterator<Item = &'c Case<'s>> {
    let (later, sooner) = cases.split_at(first);
    sooner.iter().chain(later)
}

pub(super) fn nodes_for(cases: &[Case<'_>], first: usize, waiter: &Waiter) -> Box<[Node]> {
    in_turn(cases, first)
        .map(|case| Node::new(waiter, case))
        .collect()
}

/// Registers case by case, until one finds that there is no need to wait: how many it are.
///
/// # Safety
///
/// The nodes are in no list, and stay where they are until [`leave`].
pub(super) unsafe fn register(cases: &[Case<'_>], first: usize, nodes: &[Node]) -> usize {
    in_turn(cases, first)
        .zip(nodes)
        .take_while(|(case, node)| {
            // SAFETY: by the contract, which has them pinned.
            unsafe { case.station.link(case.side, Pin::new_unchecked(node)) }
        })
        .count()
}

/// Takes the nodes out again. The case that was notified, if one was; from here on none can be.
pub(super) fn leave(
    cases: &[Case<'_>],
    first: usize,
    nodes: &[Node],
    waiter: &Waiter,
) -> Option<usize> {
    let notified = waiter.cancel().err();
    for (case, node) in in_turn(cases, first).zip(nodes) {
        if notified == Some(case.number) {
            // SAFETY: `cancel` has just seen the notification.
            let place = unsafe { node.place() };
            debug_assert!(!place.linked, "a notifier unlinks before it notifies");
        } else {
            // SAFETY: they are pinned: see `register`.
            let node = unsafe { Pin::new_unchecked(node) };
            case.station.unlink(case.side, node);
        }
    }
    notified
}

#[cfg(all(test, not(queue_model)))]
mod tests {
    use super::super::meeting::MeetingPoint;
    use super::super::station::Side;
    use super::super::waiter::Stake;
    use super::*;

    #[test]
    fn who_has_stepped_back_registers_in_the_common_order() {
        let station = MeetingPoint::new();
        let cases = [0, 1, 2].map(|number| Case {
            number,
            ..Case::only(&station, Side::Receivers, Stake::Notice)
        });
        let mut seen = [0; 3];
        for round in 0..300 {
            seen[first_case(&cases, round % STEPS_BACK)] += 1;
            assert_eq!(first_case(&cases, STEPS_BACK + round), 0);
        }
        assert!(seen.iter().all(|&count| count > 50), "{seen:?}");
        for first in 0..3 {
            let mut numbers: Vec<_> = in_turn(&cases, first).map(|case| case.number).collect();
            assert_eq!(numbers[0], first);
            numbers.sort_unstable();
            assert_eq!(numbers, [0, 1, 2]);
        }
    }
}
