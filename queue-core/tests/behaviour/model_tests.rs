//! Properties of one thread: what the ring and the channel do, they do as a
//! `VecDeque` with a limit does, and every message dies exactly once.

use proptest::collection::vec;
use proptest::prelude::*;
use proptest::test_runner::FileFailurePersistence;

use crate::model::payload::{Aligned, Boxed, Counted, Nothing};
use crate::model::{channel, ring};
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
}
