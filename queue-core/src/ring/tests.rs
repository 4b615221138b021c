//! The raw ring on words so narrow that they wrap all the time, against a
//! `VecDeque`: what the public types, on 64 bits, could not show in a lifetime.

use std::collections::VecDeque;
use std::rc::Rc;

use proptest::prelude::*;

use super::claim::Refusal;
use super::raw::RawRing;
use super::storage::Allocated;
use crate::word::{W8, W16, W32, Word};

/// A message that can be told from all others, and is counted while it lives.
#[derive(Clone)]
struct Message {
    identity: Rc<()>,
    _alive: Rc<()>,
}

impl Message {
    fn is(&self, other: &Self) -> bool {
        Rc::ptr_eq(&self.identity, &other.identity)
    }
}

#[derive(Clone, Copy, Debug)]
enum Step {
    Push,
    Pop,
    PushExclusive,
    PopExclusive,
    Displace,
    ParkReceiver,
    UnparkReceiver,
    ParkSender,
    UnparkSender,
    Close,
}

fn steps() -> impl Strategy<Value = Vec<Step>> {
    let step = prop_oneof![
        8 => Just(Step::Push),
        8 => Just(Step::Pop),
        2 => Just(Step::PushExclusive),
        2 => Just(Step::PopExclusive),
        2 => Just(Step::Displace),
        1 => Just(Step::ParkReceiver),
        1 => Just(Step::UnparkReceiver),
        1 => Just(Step::ParkSender),
        1 => Just(Step::UnparkSender),
    ];
    (
        prop::collection::vec(step, 0..600),
        prop::option::of(Just(Step::Close)),
        prop::collection::vec(prop_oneof![Just(Step::Push), Just(Step::Pop)], 0..20),
    )
        .prop_map(|(open, close, after)| open.into_iter().chain(close).chain(after).collect())
}

/// Runs the steps on ring and model, and compares them after each.
fn check<W: Word>(capacity: usize, steps: &[Step]) {
    let mut ring = RawRing::<Message, W, Allocated<Message, W>>::new(capacity);
    let mut model = VecDeque::new();
    let (mut receiver_parked, mut sender_parked, mut closed) = (false, false, false);
    let alive = Rc::new(());
    for step in steps {
        let message = Message {
            identity: Rc::new(()),
            _alive: Rc::clone(&alive),
        };
        match step {
            Step::Push => match ring.claim_push() {
                Ok(claim) => {
                    assert_eq!(claim.parked, receiver_parked);
                    ring.publish(claim, message.clone());
                    model.push_back(message.clone());
                }
                Err(refusal) => {
                    let full = model.len() == capacity;
                    assert!(full || closed);
                    let why = if closed {
                        Refusal::Closed
                    } else {
                        Refusal::Spent
                    };
                    assert_eq!(refusal, why);
                }
            },
            Step::Pop => match ring.claim_pop() {
                Ok(claim) => {
                    assert_eq!(claim.parked, sender_parked);
                    let popped = ring.take(claim);
                    assert!(popped.is(&model.pop_front().unwrap()));
                }
                Err(refusal) => {
                    assert!(model.is_empty());
                    let why = if closed {
                        Refusal::Closed
                    } else {
                        Refusal::Spent
                    };
                    assert_eq!(refusal, why);
                }
            },
            Step::PushExclusive => {
                let refused = ring.push_exclusive(message.clone()).is_err();
                assert_eq!(refused, closed || model.len() == capacity);
                if !refused {
                    model.push_back(message.clone());
                }
            }
            Step::PopExclusive => {
                assert_eq!(ring.pop_exclusive().is_some(), model.pop_front().is_some());
            }
            Step::Displace => match ring.displace(message.clone()) {
                Ok(displaced) => {
                    assert_eq!(model.len(), capacity);
                    assert!(displaced.is(&model.pop_front().unwrap()));
                    model.push_back(message.clone());
                }
                Err(_) => assert!(model.len() < capacity),
            },
            Step::ParkReceiver => {
                ring.announce_receivers();
                receiver_parked = true;
            }
            Step::UnparkReceiver => {
                ring.no_receivers();
                receiver_parked = false;
            }
            Step::ParkSender => {
                ring.announce_senders();
                sender_parked = true;
            }
            Step::UnparkSender => {
                ring.no_senders();
                sender_parked = false;
            }
            Step::Close => {
                ring.close();
                closed = true;
            }
        }
        drop(message);
        assert_eq!(ring.len(), model.len());
        assert_eq!(ring.is_empty(), model.is_empty());
        assert_eq!(ring.is_full(), model.len() == capacity);
        assert_eq!(
            Rc::strong_count(&alive),
            1 + 2 * model.len(),
            "none lost, none doubled"
        );
    }
    drop(ring);
    assert_eq!(
        Rc::strong_count(&alive),
        1 + model.len(),
        "what was left is dropped once"
    );
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::with_cases(96) })]

    #[test]
    fn eight_bits(capacity in 1_usize..=4, steps in steps()) {
        check::<W8>(capacity, &steps);
    }

    #[test]
    fn sixteen_bits(capacity in 1_usize..=9, steps in steps()) {
        check::<W16>(capacity, &steps);
    }

    #[test]
    fn thirty_two_bits(capacity in 1_usize..=9, steps in steps()) {
        check::<W32>(capacity, &steps);
    }
}
