//! Properties of one thread: what the ring, the channels and selects do, they do as
//! `VecDeque`s with a limit or without do, and every message dies exactly once.

use proptest::collection::vec;
use proptest::prelude::*;
use proptest::test_runner::FileFailurePersistence;

use crate::model::payload::{Aligned, Boxed, Counted, Nothing};
use crate::model::{channel, ring, select};
use crate::support::Watchdog;

/// One file for the seeds of failures, written only when there is one: commit it.
pub(crate) fn config() -> ProptestConfig {
    ProptestConfig {
        failure_persistence: Some(Box::new(FileFailurePersistence::Direct(concat!(
            env!("CARGO_MANIFEST_DIR"),
            "/tests/behaviour/failures.txt"
        )))),
        ..ProptestConfig::default()
    }
}

fn steps<S: std::fmt::Debug>(decode: fn([u8; 2]) -> S) -> impl Strategy<Value = Vec<S>> {
    vec(any::<[u8; 2]>().prop_map(decode), 0..250)
}

/// The like, of which all but a few send and receive, and enough to use up some blocks.
fn steps_of_a_long_life() -> impl Strategy<Value = Vec<channel::Step>> {
    let step = prop_oneof![
        30 => (0..23_u8, any::<u8>()).prop_map(<[u8; 2]>::from),
        1 => any::<[u8; 2]>(),
    ];
    vec(step.prop_map(channel::Step::decode), 0..500)
}

fn choices() -> impl Strategy<Value = Vec<select::Step>> {
    vec(any::<[u8; 8]>().prop_map(select::Step::decode), 0..100)
}

proptest! {
    #![proptest_config(config())]

    #[test]
    fn a_ring_of_zero_sized_messages_keeps_count(
        capacity in 1..10_usize, steps in steps(ring::Step::decode)
    ) {
        let _limit = Watchdog::new();
        ring::run::<Nothing>(capacity, steps);
    }

    #[test]
    fn a_ring_is_a_queue_and_drops_each_message_once(
        capacity in 1..10_usize, steps in steps(ring::Step::decode)
    ) {
        let _limit = Watchdog::new();
        ring::run::<Counted>(capacity, steps);
    }

    #[test]
    fn a_ring_of_boxes_frees_each_once(
        capacity in 1..10_usize, steps in steps(ring::Step::decode)
    ) {
        let _limit = Watchdog::new();
        ring::run::<Boxed>(capacity, steps);
    }

    #[test]
    fn a_ring_of_wide_messages_keeps_them_aligned_and_whole(
        capacity in 1..10_usize, steps in steps(ring::Step::decode)
    ) {
        let _limit = Watchdog::new();
        ring::run::<Aligned>(capacity, steps);
    }

    #[test]
    fn a_channel_of_zero_sized_messages_keeps_count(
        capacity in 1..10_usize, steps in steps(channel::Step::decode)
    ) {
        let _limit = Watchdog::new();
        channel::run::<Nothing>(capacity, steps);
    }

    #[test]
    fn a_channel_is_a_queue_and_drops_each_message_once(
        capacity in 1..10_usize, steps in steps(channel::Step::decode)
    ) {
        let _limit = Watchdog::new();
        channel::run::<Counted>(capacity, steps);
    }

    #[test]
    fn a_channel_of_boxes_frees_each_once(
        capacity in 1..10_usize, steps in steps(channel::Step::decode)
    ) {
        let _limit = Watchdog::new();
        channel::run::<Boxed>(capacity, steps);
    }

    #[test]
    fn a_channel_of_wide_messages_keeps_them_aligned_and_whole(
        capacity in 1..10_usize, steps in steps(channel::Step::decode)
    ) {
        let _limit = Watchdog::new();
        channel::run::<Aligned>(capacity, steps);
    }

    #[test]
    fn an_unbounded_channel_of_zero_sized_messages_keeps_count(steps in steps_of_a_long_life()) {
        let _limit = Watchdog::new();
        channel::run::<Nothing>(None, steps);
    }

    #[test]
    fn an_unbounded_channel_is_a_queue_and_drops_each_message_once(steps in steps_of_a_long_life()) {
        let _limit = Watchdog::new();
        channel::run::<Counted>(None, steps);
    }

    #[test]
    fn an_unbounded_channel_of_boxes_frees_each_once(steps in steps_of_a_long_life()) {
        let _limit = Watchdog::new();
        channel::run::<Boxed>(None, steps);
    }

    #[test]
    fn an_unbounded_channel_of_wide_messages_keeps_them_aligned_and_whole(
        steps in steps_of_a_long_life()
    ) {
        let _limit = Watchdog::new();
        channel::run::<Aligned>(None, steps);
    }

    #[test]
    fn a_channel_without_room_gives_each_message_back_where_nobody_comes(
        steps in steps(channel::Step::decode)
    ) {
        let _limit = Watchdog::new();
        channel::run::<Boxed>(0, steps);
    }

    #[test]
    fn a_select_of_zero_sized_messages_keeps_count(steps in choices()) {
        let _limit = Watchdog::new();
        select::run::<Nothing>(steps);
    }

    #[test]
    fn a_select_chooses_what_is_ready_and_drops_each_message_once(steps in choices()) {
        let _limit = Watchdog::new();
        select::run::<Counted>(steps);
    }

    #[test]
    fn a_select_of_boxes_frees_each_once(steps in choices()) {
        let _limit = Watchdog::new();
        select::run::<Boxed>(steps);
    }

    #[test]
    fn a_select_of_wide_messages_keeps_them_aligned_and_whole(steps in choices()) {
        let _limit = Watchdog::new();
        select::run::<Aligned>(steps);
    }
}
