//! What queues count, under which names.

use std::collections::BTreeMap;

use metrics::with_local_recorder;
use metrics_util::debugging::{DebugValue, DebuggingRecorder};
use queue_message::Counters;

/// All counters that `run` counted into, by name.
pub(crate) fn counted(run: impl FnOnce()) -> BTreeMap<String, u64> {
    let recorder = DebuggingRecorder::new();
    let snapshotter = recorder.snapshotter();
    with_local_recorder(&recorder, run);
    let counts = snapshotter.snapshot().into_vec().into_iter();
    counts
        .map(|(key, _, _, value)| match value {
            DebugValue::Counter(count) => (key.key().name().to_owned(), count),
            other => panic!("{key:?} is {other:?}"),
        })
        .collect()
}

#[test]
fn have_the_names_of_the_family() {
    let counts = counted(|| {
        let counters = Counters::of("orders");
        counters.sent();
        counters.sent();
        counters.sent();
        counters.received();
        counters.received();
        counters.dead();
    });
    let expected = [
        ("queue.orders.dead_messages", 1),
        ("queue.orders.received_messages", 2),
        ("queue.orders.sent_messages", 3),
    ];
    assert_eq!(counts.len(), 3);
    for (name, count) in expected {
        assert_eq!(counts.get(name), Some(&count), "{name}");
    }
}

#[test]
fn are_there_from_the_beginning_at_zero() {
    let counts = counted(|| drop(Counters::of("orders")));
    assert_eq!(counts.into_values().collect::<Vec<_>>(), [0, 0, 0]);
}

#[test]
fn of_one_name_are_the_same() {
    let counts = counted(|| {
        let first = Counters::of("orders");
        let second = Counters::of("orders");
        first.sent();
        first.clone().sent();
        second.sent();
        Counters::of("invoices").sent();
    });
    assert_eq!(counts["queue.orders.sent_messages"], 3);
    assert_eq!(counts["queue.invoices.sent_messages"], 1);
}

#[test]
fn keep_the_recorder_that_they_were_made_with() {
    let mut kept = None;
    let counts = counted(|| kept = Some(Counters::of("orders")));
    assert_eq!(counts["queue.orders.sent_messages"], 0);
    let elsewhere = counted(|| kept.expect("it was made").sent());
    assert!(elsewhere.is_empty(), "{elsewhere:?}");
}
