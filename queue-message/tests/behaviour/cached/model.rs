//! Whatever is done in whatever order: each message is delivered, to one receiver at a time, until it is completed.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;
use std::task::{Context, Poll, Waker};
use std::time::Duration;

use pollster::block_on;
use proptest::prelude::*;
use queue_message::{MessageEnvelope, MessageError, MessageQueue, MessageStore, Receipt};

use super::{LOCK, SECOND, Setup, text};

#[derive(Clone, Debug)]
enum Step {
    Put,
    /// A get that is dropped after so many polls.
    Get {
        polls: usize,
        visibility: Duration,
    },
    Complete(prop::sample::Index),
    Abandon(prop::sample::Index),
    Renew(prop::sample::Index),
    Advance(Duration),
    BeSlow(usize),
}

fn step() -> impl Strategy<Value = Step> {
    let seconds = |range: std::ops::Range<u64>| range.prop_map(Duration::from_secs);
    prop_oneof![
        4 => Just(Step::Put),
        6 => (1..40_usize, seconds(1..60)).prop_map(|(polls, visibility)| Step::Get { polls, visibility }),
        2 => any::<prop::sample::Index>().prop_map(Step::Complete),
        1 => any::<prop::sample::Index>().prop_map(Step::Abandon),
        1 => any::<prop::sample::Index>().prop_map(Step::Renew),
        2 => seconds(0..20).prop_map(Step::Advance),
        1 => (0..4_usize).prop_map(Step::BeSlow),
    ]
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn no_message_is_lost_and_none_is_delivered_to_two(
        steps in prop::collection::vec(step(), 1..60),
        prefetch in 0..5_usize,
        at_once in 1..4_usize,
        hold in 0..10_u32,
    ) {
        let setup = Setup::new(|cached| cached.prefetch(prefetch).at_once(at_once).hold(hold * SECOND));
        let mut context = Context::from_waker(Waker::noop());
        let (mut sent, mut open) = (0, BTreeSet::new());
        // What is in the hands of receivers, and until when at least.
        let mut held: Vec<(String, Receipt)> = Vec::new();
        let mut until = BTreeMap::new();
        let mut now = Duration::ZERO;
        for step in steps {
            match step {
                Step::Put => {
                    sent += 1;
                    open.insert(sent.to_string());
                    setup.queue.try_put(MessageEnvelope::new(None, "test", sent.to_string())).unwrap();
                }
                Step::Get { polls, visibility } => {
                    let mut getting = setup.cached.get(Duration::ZERO, visibility);
                    let got = (0..polls).find_map(|_| match getting.as_mut().poll(&mut context) {
                        Poll::Ready(got) => Some(got.unwrap()),
                        Poll::Pending => None,
                    });
                    if let Some((receipt, message)) = got.flatten() {
                        let text = text(&message);
                        prop_assert!(open.contains(&text), "{} was completed", text);
                        let before = until.insert(text.clone(), now + visibility);
                        prop_assert!(before.is_none_or(|before| before <= now), "{} is in other hands", text);
                        held.retain(|(other, _)| *other != text);
                        held.push((text, receipt));
                    }
                }
                Step::Complete(index) if !held.is_empty() => {
                    let (text, receipt) = held.swap_remove(index.index(held.len()));
                    let is_locked = until.remove(&text).is_some_and(|until| until > now);
                    match block_on(setup.cached.delete(&receipt)) {
                        Ok(()) => prop_assert!(open.remove(&text)),
                        Err(MessageError::LockLost { .. }) => prop_assert!(!is_locked, "{} lost its lock", text),
                        Err(error) => panic!("{error}"),
                    }
                }
                Step::Abandon(index) if !held.is_empty() => {
                    let (text, receipt) = held.swap_remove(index.index(held.len()));
                    until.remove(&text);
                    let _ = block_on(setup.cached.release(&receipt));
                }
                Step::Renew(index) if !held.is_empty() => {
                    let (text, receipt) = &held[index.index(held.len())];
                    if block_on(setup.cached.extend(receipt, LOCK)).is_ok() {
                        until.insert(text.clone(), now + LOCK);
                    }
                }
                Step::Advance(time) => {
                    setup.clock.advance(time);
                    now += time;
                }
                Step::BeSlow(pending) => setup.remote.be_slow(pending),
                Step::Complete(_) | Step::Abandon(_) | Step::Renew(_) => {}
            }
        }

        // Every lock has run out by then.
        setup.remote.be_slow(0);
        setup.clock.advance(100 * LOCK);
        let mut left = BTreeSet::new();
        while let Some(mut message) = setup.receive() {
            block_on(setup.cached.complete(&mut message)).unwrap();
            prop_assert!(left.insert(text(&message)), "{} came twice", text(&message));
        }
        prop_assert_eq!(left, open);
        let handle: Arc<dyn MessageQueue> = setup.cached.handle();
        prop_assert_eq!(block_on(handle.read_message_count()).unwrap(), 0);
    }
}
