//! Opening, closing and clearing.

use std::pin::pin;
use std::sync::Arc;
use std::task::{Context, Poll, Waker};
use std::time::Duration;

use pollster::block_on;
use queue_message::{
    CachedMessageQueue, CallbackMessageReceiver, MemoryMessageQueue, MessageEnvelope, MessageError,
    MessageQueue, MessageStore,
};

use super::{LOCK, SECOND, Setup, text};

fn message() -> MessageEnvelope {
    MessageEnvelope::new(None, "test", "new")
}

#[test]
fn closing_gives_back_what_is_in_the_buffer() {
    let setup = Setup::new(|cached| cached.prefetch(3));
    setup.put(5);
    let mut first = setup.receive().unwrap();
    // A remote that goes on when its client is gone.
    setup.remote.fail(Some("close"));
    block_on(setup.cached.close()).unwrap_err();
    assert_eq!(setup.remote.calls("release"), 3);
    for expected in ["2", "3", "4", "5"] {
        assert_eq!(setup.receive_elsewhere().unwrap(), expected);
    }
    block_on(setup.cached.complete(&mut first)).unwrap();

    setup.remote.fail(None);
    block_on(setup.cached.close()).unwrap();
    assert!(!setup.queue.is_open());
    block_on(setup.cached.close()).unwrap();
    assert_eq!(setup.remote.calls("release"), 3);
}

#[test]
fn closing_goes_on_when_something_cannot_be_given_back() {
    let setup = Setup::new(|cached| cached.prefetch(3));
    setup.put(4);
    setup.receive().unwrap();
    setup.remote.fail(Some("release"));
    block_on(setup.cached.close()).unwrap();
    assert_eq!(setup.remote.calls("release"), 3);
    assert!(!setup.queue.is_open());

    let setup = Setup::without(&["release"], |cached| cached.prefetch(3));
    setup.put(4);
    setup.receive().unwrap();
    block_on(setup.cached.close()).unwrap();
    assert_eq!(setup.remote.calls("release"), 0);
}

#[test]
fn a_close_that_is_dropped_is_done_by_another() {
    let setup = Setup::new(|cached| cached.prefetch(3));
    setup.put(4);
    setup.receive().unwrap();
    setup.remote.be_slow(1);
    let mut context = Context::from_waker(Waker::noop());
    {
        let mut closing = setup.cached.close();
        assert!(closing.as_mut().poll(&mut context).is_pending());
        assert!(closing.as_mut().poll(&mut context).is_pending());
    }
    assert_eq!(
        setup.receive_elsewhere().unwrap(),
        "4",
        "it was given back, and 3 is in the buffer"
    );
    assert!(!setup.cached.is_open());
    assert!(matches!(
        block_on(setup.cached.receive(Duration::ZERO)),
        Err(MessageError::Closed { .. })
    ));

    setup.remote.fail(Some("close"));
    block_on(setup.cached.close()).unwrap_err();
    assert_eq!(setup.receive_elsewhere().unwrap(), "2");
    assert_eq!(setup.receive_elsewhere().unwrap(), "3");
}

#[test]
fn closing_wakes_whoever_waits() {
    let setup = Setup::new(|cached| cached);
    // Its client cannot be closed, so that it is the buffer that tells.
    setup.remote.fail(Some("close"));
    let mut context = Context::from_waker(Waker::noop());
    let mut receiving = [
        setup.cached.receive(Duration::MAX),
        setup.cached.receive(SECOND),
    ];
    for receiving in &mut receiving {
        assert!(receiving.as_mut().poll(&mut context).is_pending());
    }
    block_on(setup.cached.close()).unwrap_err();
    for receiving in &mut receiving {
        let Poll::Ready(Err(MessageError::Closed { .. })) = receiving.as_mut().poll(&mut context)
        else {
            panic!("a receiver was not told");
        };
    }
}

#[test]
fn closing_ends_listening() {
    let setup = Setup::new(|cached| cached);
    let receiver = Arc::new(CallbackMessageReceiver::new(|_, _| Ok(())));
    let mut listening = setup.cached.listen(receiver);
    let mut context = Context::from_waker(Waker::noop());
    assert!(listening.as_mut().poll(&mut context).is_pending());
    block_on(setup.cached.close()).unwrap();
    assert!(matches!(
        listening.as_mut().poll(&mut context),
        Poll::Ready(Ok(()))
    ));
}

#[test]
fn closing_ends_a_listener_that_is_busy_though_it_is_opened_again() {
    let setup = Setup::new(|cached| cached);
    setup.put(2);
    setup.remote.fail(Some("close"));
    let receiver = async |_: MessageEnvelope, queue: Arc<dyn MessageQueue>| {
        queue.close().await.unwrap_err();
        queue.open().await?;
        Ok(())
    };
    let mut listening = setup.cached.listen(Arc::new(receiver));
    let mut context = Context::from_waker(Waker::noop());
    assert!(matches!(
        listening.as_mut().poll(&mut context),
        Poll::Ready(Ok(()))
    ));
    assert_eq!(text(&setup.receive().unwrap()), "2");
}

#[test]
fn what_comes_after_the_close_is_given_back() {
    let setup = Setup::new(|cached| cached.prefetch(3));
    setup.put(3);
    setup.remote.be_slow(1);
    setup.remote.fail(Some("close"));
    let mut context = Context::from_waker(Waker::noop());
    let mut receiving = setup.cached.receive(Duration::ZERO);
    assert!(receiving.as_mut().poll(&mut context).is_pending());
    assert!(receiving.as_mut().poll(&mut context).is_pending());
    block_on(setup.cached.close()).unwrap_err();
    let received = block_on(receiving).unwrap().unwrap();
    assert_eq!(text(&received), "1", "it was received before the close");
    assert_eq!(setup.receive_elsewhere().unwrap(), "2");
    assert_eq!(setup.receive_elsewhere().unwrap(), "3");
}

#[test]
fn a_closed_queue_refuses() {
    let setup = Setup::new(|cached| cached);
    block_on(setup.cached.close()).unwrap();
    let queue = setup.cached.blocking();
    let is_closed = |error: MessageError| matches!(error, MessageError::Closed { queue, .. } if queue == "orders");
    assert!(is_closed(queue.receive(Duration::MAX).unwrap_err()));
    assert!(is_closed(queue.peek().unwrap_err()));
    assert!(is_closed(queue.read_message_count().unwrap_err()));
    assert!(is_closed(queue.clear().unwrap_err()));
    assert!(
        is_closed(queue.open().unwrap_err()),
        "the remote cannot be opened again"
    );
    let error = queue.send(message()).unwrap_err();
    assert_eq!(text(&error.into_message().unwrap()), "new");
    assert!(!queue.is_open());
}

#[test]
fn a_queue_that_is_not_open_yet_refuses() {
    let remote = Arc::new(MemoryMessageQueue::new("orders"));
    for prefetch in [0, 4] {
        let queue = CachedMessageQueue::builder(remote.clone())
            .prefetch(prefetch)
            .build()
            .blocking();
        let is_not_open = |error: MessageError| matches!(error, MessageError::NotOpen { queue, .. } if queue == "orders");
        assert!(is_not_open(queue.receive(Duration::MAX).unwrap_err()));
        assert!(is_not_open(queue.peek().unwrap_err()));
        assert!(is_not_open(queue.read_message_count().unwrap_err()));
        assert!(is_not_open(queue.clear().unwrap_err()));
        let error = queue.send(message()).unwrap_err();
        assert!(matches!(error, MessageError::NotOpen { .. }));
        assert!(error.into_message().is_some());
    }
}

#[test]
fn a_remote_that_is_open_needs_no_opening() {
    let remote = MemoryMessageQueue::new("orders");
    remote.blocking().open().unwrap();
    let queue = CachedMessageQueue::new(Arc::new(remote)).blocking();
    assert!(queue.is_open());
    queue.send(message()).unwrap();
    assert!(queue.receive(Duration::ZERO).unwrap().is_some());
}

#[test]
fn a_remote_that_was_closed_by_others_delivers_nothing_more() {
    let setup = Setup::new(|cached| cached);
    setup.put(2);
    let mut first = setup.receive().unwrap();
    setup.queue.blocking().close().unwrap();
    assert!(matches!(
        block_on(setup.cached.receive(Duration::ZERO)),
        Err(MessageError::Closed { .. })
    ));
    block_on(setup.cached.complete(&mut first)).unwrap();
}

#[test]
fn a_remote_that_can_be_opened_again_serves_again() {
    let setup = Setup::new(|cached| cached.prefetch(2));
    setup.put(3);
    setup.receive().unwrap();
    setup.remote.fail(Some("close"));
    block_on(setup.cached.close()).unwrap_err();
    assert!(setup.queue.is_open() && !setup.cached.is_open());

    block_on(setup.cached.open()).unwrap();
    assert!(setup.cached.is_open());
    assert_eq!(text(&setup.receive().unwrap()), "2");
    let mut waiting = pin!(async {
        setup.receive().unwrap();
        setup.cached.receive(Duration::MAX).await
    });
    let mut context = Context::from_waker(Waker::noop());
    assert!(waiting.as_mut().poll(&mut context).is_pending());
    setup.put(1);
    assert!(waiting.as_mut().poll(&mut context).is_ready());
}

#[test]
fn clearing_clears_both() {
    let setup = Setup::new(|cached| cached.prefetch(2));
    setup.put(5);
    setup.receive().unwrap();
    let queue = setup.cached.blocking();
    queue.clear().unwrap();
    assert_eq!(queue.read_message_count().unwrap(), 0);
    assert!(setup.receive().is_none());
    setup.clock.advance(2 * LOCK);
    assert!(setup.receive().is_none());
    queue.send(message()).unwrap();
    assert_eq!(text(&setup.receive().unwrap()), "new");
}

#[test]
fn a_clear_that_fails_clears_nothing() {
    let setup = Setup::new(|cached| cached.prefetch(2));
    setup.put(5);
    setup.receive().unwrap();
    setup.remote.fail(Some("clear"));
    let queue = setup.cached.blocking();
    queue.clear().unwrap_err();
    assert_eq!(queue.read_message_count().unwrap(), 4);
    assert_eq!(text(&setup.receive().unwrap()), "2");
}

#[test]
fn what_was_in_hand_when_it_was_cleared_does_not_come_back() {
    let setup = Setup::new(|cached| cached.prefetch(2));
    setup.put(2);
    let mut context = Context::from_waker(Waker::noop());
    setup.remote.be_slow(1);
    let mut receiving = setup.cached.receive(Duration::ZERO);
    assert!(receiving.as_mut().poll(&mut context).is_pending());
    assert!(receiving.as_mut().poll(&mut context).is_pending());
    let queue = setup.cached.blocking();
    queue.clear().unwrap();
    drop(receiving);
    assert_eq!(queue.read_message_count().unwrap(), 0);
    assert!(setup.receive().is_none());
}

#[test]
fn what_was_got_while_it_was_cleared_is_not_handed_over() {
    let setup = Setup::new(|cached| cached.prefetch(2));
    setup.put(3);
    setup.remote.be_slow(1);
    let mut context = Context::from_waker(Waker::noop());
    let mut clearing = setup.cached.clear();
    assert!(clearing.as_mut().poll(&mut context).is_pending());
    setup.remote.be_slow(0);
    assert_eq!(text(&setup.receive().unwrap()), "1", "before the clear");
    assert!(block_on(clearing).is_ok());
    assert!(setup.receive().is_none());
}

#[test]
fn what_was_asked_for_before_a_clear_and_comes_after_it_is_not_handed_over() {
    let setup = Setup::new(|cached| cached.prefetch(2));
    setup.put(3);
    setup.remote.be_slow(1);
    let mut context = Context::from_waker(Waker::noop());
    let mut receiving = setup.cached.receive(Duration::ZERO);
    assert!(receiving.as_mut().poll(&mut context).is_pending());
    let mut clearing = setup.cached.clear();
    assert!(clearing.as_mut().poll(&mut context).is_pending());
    // It has the first, and is dropped while it gets the second.
    assert!(receiving.as_mut().poll(&mut context).is_pending());
    assert!(block_on(clearing).is_ok());
    drop(receiving);
    setup.remote.be_slow(0);
    assert!(setup.receive().is_none());
}

#[test]
fn what_was_sent_after_a_clear_outlives_it() {
    let setup = Setup::new(|cached| cached.prefetch(2).hold(SECOND));
    setup.remote.be_slow(2);
    setup.put(2);
    let mut context = Context::from_waker(Waker::noop());
    // It has the first, and has asked for the second.
    let mut receiving = setup.cached.receive(Duration::ZERO);
    for _ in 0..3 {
        assert!(receiving.as_mut().poll(&mut context).is_pending());
    }
    block_on(setup.cached.clear()).unwrap();
    setup.put(2);
    let mut first = block_on(receiving).unwrap().unwrap();
    assert_eq!((text(&first).as_str(), first.delivery_count()), ("1", 1));
    block_on(setup.cached.complete(&mut first)).unwrap();

    // Even if it is in hand once more.
    setup.clock.advance(2 * SECOND);
    let mut renewing = setup.cached.receive(Duration::ZERO);
    assert!(renewing.as_mut().poll(&mut context).is_pending());
    drop(renewing);
    setup.remote.be_slow(0);
    let received = setup.receive().unwrap();
    assert_eq!(
        (text(&received).as_str(), received.delivery_count()),
        ("2", 1)
    );
    block_on(setup.cached.delete(received.reference().unwrap())).unwrap();
}

#[test]
fn what_comes_while_the_remote_is_cleared_outlives_it() {
    let setup = Setup::new(|cached| cached.prefetch(2));
    setup.put(3);
    setup.receive().unwrap();
    setup.remote.be_slow(1);
    let mut context = Context::from_waker(Waker::noop());
    let mut clearing = setup.cached.clear();
    assert!(clearing.as_mut().poll(&mut context).is_pending());
    assert!(clearing.as_mut().poll(&mut context).is_pending());
    assert_eq!(
        setup.cached.blocking().peek_batch(9).unwrap().len(),
        2,
        "the remote is clear"
    );

    setup.remote.be_slow(0);
    for expected in ["2", "3"] {
        assert_eq!(text(&setup.receive().unwrap()), expected);
    }
    setup.put(2);
    assert_eq!(text(&setup.receive().unwrap()), "1");
    assert!(clearing.as_mut().poll(&mut context).is_ready());
    let received = setup.receive().unwrap();
    assert_eq!(
        (text(&received).as_str(), received.delivery_count()),
        ("2", 1)
    );
}
