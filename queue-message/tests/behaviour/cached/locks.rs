//! For how long messages are locked that come from the buffer.

use std::time::Duration;

use pollster::block_on;
use queue_message::{MessageEnvelope, MessageError, MessageQueue, MessageStore, Receipt};

use super::{LOCK, SECOND, Setup, text};

fn get_from(setup: &Setup, visibility: Duration) -> (Receipt, MessageEnvelope) {
    let got = block_on(setup.cached.get(Duration::ZERO, visibility));
    got.unwrap().expect("there is one")
}

const MILLI: Duration = Duration::from_millis(1);

#[test]
fn a_message_whose_lock_ran_out_in_the_buffer_is_dropped_unseen() {
    let setup = Setup::new(|cached| cached.prefetch(1).hold(SECOND));
    setup.put(2);
    setup.receive().unwrap();
    setup.clock.advance(LOCK + SECOND);
    assert_eq!(
        setup.cached.blocking().peek_batch(9).unwrap().len(),
        2,
        "both are at the remote"
    );
    let first = setup.receive().unwrap();
    assert_eq!((text(&first).as_str(), first.delivery_count()), ("1", 2));
    let second = setup.receive().unwrap();
    assert_eq!((text(&second).as_str(), second.delivery_count()), ("2", 2));
    assert_eq!(setup.remote.calls("extend"), 0);
}

#[test]
fn what_has_run_out_is_not_looked_at() {
    let setup = Setup::without(&["peek_batch", "peek", "count"], |cached| {
        cached.hold(SECOND)
    });
    setup.put(3);
    setup.receive().unwrap();
    let queue = setup.cached.blocking();
    setup.clock.advance(LOCK + SECOND - MILLI);
    assert_eq!(queue.read_message_count().unwrap(), 2);
    assert_eq!(queue.peek_batch(9).unwrap().len(), 2);
    setup.clock.advance(MILLI);
    assert_eq!(queue.read_message_count().unwrap(), 0);
    assert!(queue.peek_batch(9).unwrap().is_empty());
}

#[test]
fn a_message_is_locked_for_as_long_as_asked_from_its_hand_over() {
    let setup = Setup::new(|cached| cached.prefetch(3).hold(5 * SECOND));
    setup.put(3);
    setup.receive().unwrap();

    setup.clock.advance(5 * SECOND);
    let mut second = setup.receive().unwrap();
    assert_eq!(setup.remote.calls("extend"), 0, "30 seconds are left of 35");
    setup.clock.advance(MILLI);
    let mut third = setup.receive().unwrap();
    assert_eq!(setup.remote.calls("extend"), 1, "there was less");

    setup.clock.advance(LOCK - 2 * MILLI);
    assert_eq!(setup.receive_elsewhere(), None, "35 seconds are not over");
    let queue = setup.cached.blocking();
    queue.complete(&mut second).unwrap();
    queue.complete(&mut third).unwrap();
    setup.clock.advance(MILLI);
    assert_eq!(setup.receive_elsewhere().unwrap(), "1");
}

#[test]
fn a_message_is_not_locked_for_longer_than_the_hold_lets_it() {
    let setup = Setup::new(|cached| cached.prefetch(2).hold(SECOND));
    setup.put(3);
    setup.receive().unwrap();
    let get = |visibility| get_from(&setup, visibility);

    let (_, second) = get(5 * SECOND);
    assert_eq!(
        setup.remote.calls("extend"),
        1,
        "31 seconds are more than 5 and 1"
    );
    setup.clock.advance(5 * SECOND);
    assert_eq!(setup.receive_elsewhere(), Some(text(&second)));

    let (receipt, _) = get(10 * LOCK);
    assert_eq!(
        setup.remote.calls("extend"),
        2,
        "26 seconds are less than 300"
    );
    setup.clock.advance(10 * LOCK - MILLI);
    block_on(setup.cached.delete(&receipt)).unwrap();
}

#[test]
fn without_hold_locks_are_exact() {
    let setup = Setup::new(|cached| cached.hold(Duration::ZERO));
    setup.put(2);
    setup.receive().unwrap();
    setup.clock.advance(SECOND);
    setup.receive().unwrap();
    assert_eq!(setup.remote.calls("extend"), 1);
    setup.clock.advance(LOCK - SECOND);
    assert_eq!(setup.receive_elsewhere().unwrap(), "1");
    setup.clock.advance(SECOND - MILLI);
    assert_eq!(setup.receive_elsewhere(), None);
    setup.clock.advance(MILLI);
    assert_eq!(setup.receive_elsewhere().unwrap(), "2");
}

#[test]
fn locks_may_last_for_ever_or_not_at_all() {
    let setup = Setup::new(|cached| cached.prefetch(2));
    setup.put(3);
    let get = |visibility| get_from(&setup, visibility);
    get(Duration::MAX);
    setup.clock.advance(1000 * LOCK);
    assert_eq!(text(&get(Duration::MAX).1), "2");
    assert_eq!(setup.remote.calls("extend"), 0);
    assert_eq!(text(&get(SECOND).1), "3");
    assert_eq!(
        setup.remote.calls("extend"),
        1,
        "for ever is longer than asked"
    );
    setup.clock.advance(SECOND);
    assert_eq!(setup.receive_elsewhere().unwrap(), "3");

    let setup = Setup::new(|cached| cached.prefetch(2).hold(Duration::ZERO));
    setup.put(2);
    for deliveries in 1..=3 {
        let (_, message) = get_from(&setup, Duration::ZERO);
        assert_eq!(
            (text(&message).as_str(), message.delivery_count()),
            ("1", deliveries)
        );
    }
    assert_eq!(
        setup.remote.calls("get"),
        3,
        "what is not locked is not buffered"
    );
}

#[test]
fn a_message_whose_lock_the_remote_has_taken_is_passed_over() {
    let setup = Setup::new(|cached| cached.prefetch(2).hold(SECOND));
    setup.put(2);
    setup.receive().unwrap();
    setup.queue.blocking().clear().unwrap();
    setup.put(1);
    setup.clock.advance(2 * SECOND);
    let received = setup.receive().unwrap();
    assert_eq!(
        (text(&received).as_str(), received.delivery_count()),
        ("1", 1)
    );
    assert_eq!(setup.remote.calls("extend"), 1, "of what was cleared");
    assert!(setup.receive().is_none());
}

#[test]
fn a_message_that_cannot_be_renewed_now_stays_in_the_buffer() {
    let setup = Setup::new(|cached| cached.prefetch(2).hold(SECOND));
    setup.put(2);
    setup.receive().unwrap();
    setup.clock.advance(2 * SECOND);
    setup.remote.fail(Some("extend"));
    let error = block_on(setup.cached.receive(Duration::ZERO)).unwrap_err();
    assert!(matches!(error, MessageError::Backend { .. }), "{error}");
    setup.remote.fail(None);
    let received = setup.receive().unwrap();
    assert_eq!(
        (text(&received).as_str(), received.delivery_count()),
        ("2", 1)
    );
}

#[test]
fn a_remote_that_cannot_renew_hands_over_what_is_left() {
    let setup = Setup::without(&["extend"], |cached| cached.prefetch(2).hold(SECOND));
    setup.put(2);
    setup.receive().unwrap();
    setup.clock.advance(21 * SECOND);
    assert_eq!(text(&setup.receive().unwrap()), "2");
    setup.clock.advance(10 * SECOND - MILLI);
    assert_eq!(setup.receive_elsewhere(), None);
    setup.clock.advance(MILLI);
    assert_eq!(setup.receive_elsewhere().unwrap(), "1");
    assert_eq!(setup.receive_elsewhere().unwrap(), "2");
}

#[test]
fn a_failed_prefetch_does_not_lose_the_message() {
    let setup = Setup::new(|cached| cached.prefetch(4));
    setup.put(2);
    let cached = setup.cached.clone();
    // The first get comes back, and the line is dead from then on.
    setup.remote.be_slow(1);
    let mut receiving = Box::pin(async move { cached.receive(Duration::ZERO).await });
    let mut context = std::task::Context::from_waker(std::task::Waker::noop());
    assert!(receiving.as_mut().poll(&mut context).is_pending());
    assert!(receiving.as_mut().poll(&mut context).is_pending());
    setup.remote.fail(Some("get"));
    let received = block_on(receiving).unwrap().unwrap();
    assert_eq!(text(&received), "1");
    assert!(
        block_on(setup.cached.receive(Duration::ZERO)).is_err(),
        "who asks next is told"
    );
    setup.remote.fail(None);
    assert_eq!(text(&setup.receive().unwrap()), "2");
}
