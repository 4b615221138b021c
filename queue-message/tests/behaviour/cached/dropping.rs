//! Receives that are dropped: they lose nothing.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering::SeqCst};
use std::task::{Context, Poll, Wake, Waker};
use std::time::Duration;

use pollster::block_on;
use queue_message::{MessageQueue, MessageStore};

use super::{LOCK, SECOND, Setup, text};

/// Counts how often it was woken.
#[derive(Default)]
struct Woken(AtomicUsize);

impl Wake for Woken {
    fn wake(self: Arc<Self>) {
        self.0.fetch_add(1, SeqCst);
    }
}

/// All that can be received, and by `complete` is done with.
fn receive_all(setup: &Setup) -> Vec<String> {
    std::iter::from_fn(|| setup.receive())
        .map(|mut message| {
            block_on(setup.cached.complete(&mut message)).unwrap();
            text(&message)
        })
        .collect()
}

#[test]
fn a_receive_that_is_dropped_anywhere_leaves_all_messages_to_be_received_at_once() {
    let expected = ["1", "2", "3", "4", "5", "6"];
    for at_once in [1, 3] {
        let mut polls = 0;
        loop {
            let setup = Setup::new(|cached| cached.prefetch(4).at_once(at_once));
            setup.put(6);
            setup.remote.be_slow(2);
            let mut context = Context::from_waker(Waker::noop());
            let mut receiving = setup.cached.receive(Duration::ZERO);
            let is_done = (0..polls).any(|_| receiving.as_mut().poll(&mut context).is_ready());
            drop(receiving);
            if is_done {
                assert!(polls > 5, "there were awaits to be dropped at");
                break;
            }
            setup.remote.be_slow(0);
            assert_eq!(receive_all(&setup), expected, "dropped after {polls} polls");
            polls += 1;
        }
    }
}

#[test]
fn a_hand_over_that_is_dropped_while_it_renews_leaves_the_message() {
    let setup = Setup::new(|cached| cached.prefetch(4).hold(SECOND));
    setup.put(3);
    setup.receive().unwrap();
    setup.clock.advance(2 * SECOND);
    setup.remote.be_slow(1);
    let mut context = Context::from_waker(Waker::noop());
    let mut receiving = setup.cached.receive(Duration::ZERO);
    assert!(receiving.as_mut().poll(&mut context).is_pending());
    assert_eq!(
        setup.cached.blocking().peek_batch(2).unwrap().len(),
        1,
        "one is in hand"
    );
    drop(receiving);
    setup.remote.be_slow(0);
    assert_eq!(receive_all(&setup), ["2", "3"]);
}

#[test]
fn a_hand_over_that_is_dropped_reckons_with_either_lock() {
    let setup = Setup::new(|cached| cached.prefetch(4).hold(SECOND));
    setup.put(2);
    setup.receive().unwrap();
    setup.remote.be_slow(1);
    let mut context = Context::from_waker(Waker::noop());
    // Whether the remote has shortened the lock to 5 seconds is not known.
    let mut receiving = setup.cached.get(Duration::ZERO, 5 * SECOND);
    assert!(receiving.as_mut().poll(&mut context).is_pending());
    drop(receiving);
    setup.remote.be_slow(0);
    setup.clock.advance(5 * SECOND);
    assert!(setup.receive().is_none());
    setup.clock.advance(LOCK);
    assert_eq!(receive_all(&setup), ["1", "2"]);
}

#[test]
fn what_a_dropped_receive_leaves_wakes_one_that_waits() {
    let setup = Setup::new(|cached| cached.prefetch(1));
    setup.remote.be_slow(1);
    let mut context = Context::from_waker(Waker::noop());
    let mut first = setup.cached.receive(Duration::MAX);
    assert!(first.as_mut().poll(&mut context).is_pending());
    assert!(first.as_mut().poll(&mut context).is_pending());
    let woken = Arc::new(Woken::default());
    let waker = Waker::from(woken.clone());
    let mut waiting = Context::from_waker(&waker);
    let mut second = setup.cached.receive(Duration::MAX);
    assert!(second.as_mut().poll(&mut waiting).is_pending());
    assert!(second.as_mut().poll(&mut waiting).is_pending());

    // The remote gives the message to the first, which is dropped while it prefetches.
    setup.put(1);
    assert!(first.as_mut().poll(&mut context).is_pending());
    assert_eq!(setup.queue.blocking().read_message_count().unwrap(), 0);
    let before = woken.0.load(SeqCst);
    drop(first);
    assert_eq!(woken.0.load(SeqCst), before + 1);
    let Poll::Ready(Ok(Some(message))) = second.as_mut().poll(&mut waiting) else {
        panic!("the message is in the buffer");
    };
    assert_eq!(text(&message), "1");
}

#[test]
fn news_that_a_dropped_receive_was_told_reach_another() {
    let setup = Setup::new(|cached| cached.prefetch(3));
    let mut context = Context::from_waker(Waker::noop());
    let mut waiting: Vec<_> = (0..3)
        .map(|_| setup.cached.receive(Duration::MAX))
        .collect();
    for receiving in &mut waiting {
        assert!(receiving.as_mut().poll(&mut context).is_pending());
    }
    // One gets the first, and takes the others along for those who wait at the remote.
    setup.put(3);
    setup.remote.be_slow(1);
    let mut first = waiting.remove(0);
    while setup.queue.blocking().read_message_count().unwrap() > 0 {
        let _ = first.as_mut().poll(&mut context);
    }
    drop(first);
    drop(waiting.remove(0));
    setup.remote.be_slow(0);
    let mut received = Vec::new();
    let Poll::Ready(Ok(Some(message))) = waiting[0].as_mut().poll(&mut context) else {
        panic!("the messages are in the buffer");
    };
    received.push(text(&message));
    block_on(setup.cached.delete(message.reference().unwrap())).unwrap();
    received.extend(receive_all(&setup));
    received.sort();
    assert_eq!(received, ["1", "2", "3"]);
}

#[test]
fn old_news_do_not_ask_the_remote_twice() {
    let setup = Setup::new(|cached| cached.prefetch(3));
    setup.put(3);
    for _ in 0..3 {
        setup.receive().unwrap();
    }
    let gets = setup.remote.calls("get");
    setup.remote.be_slow(2);
    assert!(setup.receive().is_none());
    assert_eq!(setup.remote.calls("get"), gets + 1);
}

#[test]
fn two_that_wait_are_both_woken_for_two_messages() {
    let setup = Setup::new(|cached| cached.prefetch(2));
    let mut context = Context::from_waker(Waker::noop());
    let woken: [Arc<Woken>; 2] = Default::default();
    let wakers = woken.clone().map(Waker::from);
    let mut first = setup.cached.receive(Duration::MAX);
    assert!(first.as_mut().poll(&mut context).is_pending());
    let mut waiting = [
        setup.cached.receive(Duration::MAX),
        setup.cached.receive(Duration::MAX),
    ];
    for (waiting, waker) in waiting.iter_mut().zip(&wakers) {
        assert!(
            waiting
                .as_mut()
                .poll(&mut Context::from_waker(waker))
                .is_pending()
        );
    }
    // The first gets both messages, and is dropped.
    setup.put(2);
    setup.remote.be_slow(1);
    assert!(first.as_mut().poll(&mut context).is_pending());
    for woken in &woken {
        woken.0.store(0, SeqCst);
    }
    assert!(first.as_mut().poll(&mut context).is_pending());
    drop(first);

    let mut received = Vec::new();
    for index in [0, 1, 0, 1] {
        let mut context = Context::from_waker(&wakers[index]);
        if woken[index].0.swap(0, SeqCst) > 0
            && let Poll::Ready(message) = waiting[index].as_mut().poll(&mut context)
        {
            received.push(text(&message.unwrap().unwrap()));
        }
    }
    assert_eq!(received, ["1", "2"]);
}

#[test]
fn news_do_not_make_a_wait_longer() {
    let setup = Setup::new(|cached| cached.prefetch(1));
    let mut context = Context::from_waker(Waker::noop());
    let mut waiting = setup.cached.receive(5 * SECOND);
    let mut first = setup.cached.receive(Duration::MAX);
    assert!(first.as_mut().poll(&mut context).is_pending());
    assert!(waiting.as_mut().poll(&mut context).is_pending());
    setup.clock.advance(3 * SECOND);

    // There is a message in the buffer, of which it is told, and which another receives.
    setup.put(1);
    setup.remote.be_slow(1);
    assert!(first.as_mut().poll(&mut context).is_pending());
    drop(first);
    assert!(setup.receive().is_some());
    setup.remote.be_slow(0);
    assert!(waiting.as_mut().poll(&mut context).is_pending());
    setup.clock.advance(2 * SECOND);
    assert!(matches!(
        waiting.as_mut().poll(&mut context),
        Poll::Ready(Ok(None))
    ));
}

#[test]
fn a_receive_is_done_however_fast_others_empty_the_buffer() {
    let setup = Setup::new(|cached| cached.prefetch(3));
    setup.put(100);
    setup.remote.be_slow(1);
    let mut context = Context::from_waker(Waker::noop());
    let mut receiving = setup.cached.receive(Duration::ZERO);
    let mut taken = 0;
    let received = loop {
        if let Poll::Ready(received) = receiving.as_mut().poll(&mut context) {
            break received.unwrap().unwrap();
        }
        while setup
            .cached
            .blocking()
            .peek()
            .unwrap()
            .is_some_and(|next| next.delivery_count() > 0)
        {
            setup.receive().unwrap();
            taken += 1;
        }
    };
    assert_eq!((text(&received).as_str(), taken), ("1", 2));
    assert_eq!(setup.remote.calls("get"), 4);
}
