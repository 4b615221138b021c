//! Messages whose own `Drop` panics: the panic reaches whoever dropped them,
//! nothing is dropped twice, and what goes on living stays usable.

use std::cell::RefCell;
use std::panic::{AssertUnwindSafe, catch_unwind, resume_unwind};
use std::rc::Rc;
use std::thread;

use proptest::collection::vec;
use proptest::prelude::*;
use queue_core::{Receiver, Ring, Select, Sender, bounded};

use crate::model::channel::open;
use crate::model_tests::config;

/// Who was dropped, in order.
type Log = Rc<RefCell<Vec<usize>>>;

/// A message that notes its drop, and then panics if it is armed.
struct Bomb {
    id: usize,
    armed: bool,
    log: Log,
}

impl Drop for Bomb {
    fn drop(&mut self) {
        self.log.borrow_mut().push(self.id);
        // A second panic would abort before the log, with one drop too many, could be read.
        if self.armed && !thread::panicking() {
            // Past the hook: nothing is printed.
            resume_unwind(Box::new(self.id));
        }
    }
}

/// Bombs numbered from zero, armed as said.
fn bombs(armed: &[bool], log: &Log) -> impl Iterator<Item = Bomb> {
    armed.iter().enumerate().map(|(id, &armed)| Bomb {
        id,
        armed,
        log: Rc::clone(log),
    })
}

/// The number of the bomb that went off, if one did.
fn goes_off<R>(action: impl FnOnce() -> R) -> Option<usize> {
    let panic = catch_unwind(AssertUnwindSafe(action)).err()?;
    Some(*panic.downcast().expect("a bomb's own panic"))
}

fn ring_of(messages: impl Iterator<Item = Bomb>) -> Ring<Bomb> {
    let ring = Ring::new(9);
    messages.for_each(|bomb| assert!(ring.push(bomb).is_ok()));
    ring
}

fn channel_of(
    capacity: Option<usize>,
    messages: impl Iterator<Item = Bomb>,
) -> (Sender<Bomb>, Receiver<Bomb>) {
    let (sender, receiver) = open(capacity);
    messages.for_each(|bomb| assert!(sender.send(bomb).is_ok()));
    (sender, receiver)
}

/// Drops a queue in which these bombs lie: those up to the first armed one are
/// dropped, it goes off, and the rest is leaked.
fn assert_first_goes_off_and_the_rest_leaks(armed: &[bool], log: &Log, drop_it: impl FnOnce()) {
    let first = armed.iter().position(|&armed| armed);
    assert_eq!(goes_off(drop_it), first);
    assert_dropped_to_the_first(armed, log);
}

fn assert_dropped_to_the_first(armed: &[bool], log: &Log) {
    let first = armed.iter().position(|&armed| armed);
    let last = first.map_or(armed.len(), |first| first + 1);
    assert!(log.borrow().iter().copied().eq(0..last), "{log:?}");
}

fn any_bombs() -> impl Strategy<Value = Vec<bool>> {
    vec(proptest::bool::weighted(0.3), 0..10)
}

/// A capacity, and bombs that find room there. Without a limit they fill some blocks.
fn any_channel() -> impl Strategy<Value = (Option<usize>, Vec<bool>)> {
    prop_oneof![
        any_bombs().prop_map(|armed| (Some(9), armed)),
        vec(proptest::bool::weighted(0.02), 0..100).prop_map(|armed| (None, armed)),
    ]
}

proptest! {
    #![proptest_config(config())]

    #[test]
    fn a_ring_dropped_with_bombs_inside_drops_none_twice(armed in any_bombs()) {
        let log = Log::default();
        let ring = ring_of(bombs(&armed, &log));
        assert_first_goes_off_and_the_rest_leaks(&armed, &log, || drop(ring));
    }

    #[test]
    fn a_ring_s_iterator_dropped_half_way_drops_none_twice(
        armed in any_bombs(), taken in 0..10_usize
    ) {
        let log = Log::default();
        let mut messages = ring_of(bombs(&armed, &log)).into_iter();
        let taken: Vec<_> = messages.by_ref().take(taken).collect();
        let left = armed.iter().skip(taken.len()).position(|&armed| armed);
        let expected = left.map(|first| taken.len() + first);
        prop_assert_eq!(goes_off(|| drop(messages)), expected);
        let last = expected.map_or(armed.len(), |first| first + 1);
        prop_assert!(log.borrow().iter().copied().eq(taken.len()..last));
        taken.into_iter().for_each(std::mem::forget);
    }

    #[test]
    fn the_last_receiver_s_drop_with_bombs_inside_leaves_senders_usable(
        (capacity, armed) in any_channel()
    ) {
        let log = Log::default();
        let (sender, receiver) = channel_of(capacity, bombs(&armed, &log));
        assert_first_goes_off_and_the_rest_leaks(&armed, &log, || drop(receiver));
        let late = Bomb { id: 99, armed: false, log: Log::default() };
        let refused = sender.try_send(late);
        let came_back = refused.map_err(|refused| (refused.is_disconnected(), refused.into_inner().id));
        prop_assert_eq!(came_back, Err((true, 99)));
        prop_assert!(sender.is_empty());
        drop(sender);
        assert_dropped_to_the_first(&armed, &log);
    }

    #[test]
    fn the_last_handle_s_drop_with_bombs_inside_drops_none_twice(
        (capacity, armed) in any_channel()
    ) {
        let log = Log::default();
        let (sender, receiver) = channel_of(capacity, bombs(&armed, &log));
        drop(sender);
        let clone = receiver.clone();
        drop(receiver);
        assert_first_goes_off_and_the_rest_leaks(&armed, &log, || drop(clone));
    }

    #[test]
    fn bombs_that_go_off_in_the_receiver_s_hands_leave_the_channel_usable(
        (capacity, armed) in any_channel()
    ) {
        let log = Log::default();
        let (sender, receiver) = channel_of(capacity, bombs(&armed, &log));
        drop(sender);
        let mut off = 0;
        for _ in 0..armed.len() {
            off += usize::from(goes_off(|| receiver.recv().map(drop)).is_some());
        }
        prop_assert_eq!(off, armed.iter().filter(|&&armed| armed).count());
        prop_assert!(receiver.recv().is_err());
        prop_assert!(log.borrow().iter().copied().eq(0..armed.len()));
    }

    #[test]
    fn bombs_that_are_displaced_and_go_off_leave_the_ring_usable(armed in any_bombs()) {
        let log = Log::default();
        let ring = Ring::new(1);
        for bomb in bombs(&armed, &log) {
            let before = bomb.id.checked_sub(1);
            let expected = before.filter(|&before| armed[before]);
            prop_assert_eq!(goes_off(|| ring.force_push(bomb).map(drop)), expected);
            prop_assert_eq!(ring.len(), 1);
        }
        let last = armed.len().checked_sub(1).filter(|&last| armed[last]);
        prop_assert_eq!(goes_off(|| ring.pop().map(drop)), last);
        prop_assert!(log.borrow().iter().copied().eq(0..armed.len()));
    }
}

#[test]
fn a_refused_bomb_goes_off_outside_and_leaves_the_channel_usable() {
    let log = Log::default();
    let (sender, receiver) = bounded(1);
    let mut bombs = bombs(&[false, true, false], &log);
    let mut next = || bombs.next().unwrap();
    assert!(sender.send(next()).is_ok());
    assert_eq!(goes_off(|| drop(sender.try_send(next()))), Some(1));
    assert_eq!(receiver.recv().unwrap().id, 0);
    assert!(sender.send(next()).is_ok());
    assert_eq!(receiver.recv().unwrap().id, 2);
    assert_eq!(*log.borrow(), [1, 0, 2]);
}

#[test]
fn a_loop_over_the_messages_that_panics_leaves_the_rest_in_the_channel() {
    let log = Log::default();
    let (sender, receiver) = channel_of(Some(9), bombs(&[false, true, false], &log));
    drop(sender);
    assert_eq!(goes_off(|| receiver.iter().for_each(drop)), Some(1));
    assert_eq!(receiver.len(), 1);
    assert_eq!(receiver.recv().unwrap().id, 2);
    assert!(receiver.recv().is_err());
}

#[test]
fn a_bomb_in_a_selection_that_is_dropped_goes_off_once_and_leaves_the_channel_usable() {
    for capacity in [Some(1), Some(3), None] {
        let log = Log::default();
        let mut bombs = bombs(&[true, false], &log);
        let (sender, receiver) = channel_of(capacity, bombs.by_ref().take(1));
        let mut select = Select::new();
        select.recv(&receiver);
        let chosen = select.select();
        assert_eq!(goes_off(|| drop(chosen)), Some(0));
        assert!(sender.try_send(bombs.next().unwrap()).is_ok());
        assert_eq!(receiver.recv().unwrap().id, 1);
        assert_eq!(*log.borrow(), [0, 1]);
    }
}

#[test]
fn bombs_behind_a_selected_send_go_off_where_it_ends_after_the_receivers() {
    // The second one is dropped while the panic of the first is on its way, or is leaked.
    for armed in [
        [true, false, false],
        [false, true, false],
        [false, false, false],
    ] {
        for completes in [false, true] {
            let log = Log::default();
            let mut bombs = bombs(&armed, &log);
            let (sender, receiver) = bounded(3);
            let mut select = Select::new();
            select.send(&sender);
            let chosen = select.select();
            (0..2).for_each(|_| assert!(sender.try_send(bombs.next().unwrap()).is_ok()));
            drop(receiver);
            assert!(log.borrow().is_empty(), "the selected send is before them");
            let last = bombs.next().unwrap();
            let went_off = catch_unwind(AssertUnwindSafe(|| {
                if completes {
                    let back = chosen.send(&sender, last).unwrap_err();
                    assert_eq!(back.0.id, 2);
                } else {
                    drop(chosen);
                }
            }));
            let expected = armed.iter().position(|&armed| armed);
            let panic = went_off.err();
            let bomb = panic.as_ref().and_then(|panic| panic.downcast_ref());
            assert_eq!(bomb, expected.as_ref());
            assert!(expected.is_some() || panic.is_some() != completes);
            assert!(sender.is_empty());
            drop(sender);
            let mut dropped = log.borrow().clone();
            dropped.sort_unstable();
            dropped.dedup();
            assert_eq!(dropped.len(), log.borrow().len(), "{log:?}");
            assert_eq!(dropped.contains(&1), !armed[0], "{log:?}");
            assert!(dropped.contains(&0), "{log:?}");
            // The message that comes back would be dropped on the way out of a panic, where a second one
            // would abort: it leaks.
            let leaks = completes && expected.is_some();
            assert_eq!(dropped.contains(&2), !leaks, "{log:?}");
        }
    }
}

#[test]
fn a_bomb_that_comes_back_from_a_rendezvous_goes_off_outside() {
    let log = Log::default();
    let mut bombs = bombs(&[true, true], &log);
    let (sender, receiver) = bounded(0);
    assert_eq!(
        goes_off(|| drop(sender.try_send(bombs.next().unwrap()))),
        Some(0)
    );
    drop(receiver);
    assert_eq!(
        goes_off(|| drop(sender.send(bombs.next().unwrap()))),
        Some(1)
    );
    assert_eq!(*log.borrow(), [0, 1]);
}
