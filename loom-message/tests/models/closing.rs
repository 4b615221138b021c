//! Models of the ends: close, drain, and the end of listening.

use std::pin::pin;
use std::sync::Arc;
use std::task::Poll;
use std::time::Duration;

use crate::queue::{delete, message, poll_once, put, queue, take, take_all, wait};
use crate::search::{Search, explore};
use loom::future::block_on;
use loom::thread;
use queue_message_loom::{CallbackMessageReceiver, MessageError, MessageQueue};

/// A receiver that waits is told of the close.
/// Explores 181 executions.
#[test]
fn a_close_wakes_a_receiver_that_waits() {
    explore(Search::preemptions(3, 90), || {
        let (queue, _) = queue(1);
        let other = queue.clone();
        let receiver = thread::spawn(move || wait(&other).is_none());
        block_on(queue.close()).unwrap();
        assert!(receiver.join().unwrap());
    });
}

/// A sender that waits for room is told of the close, and gets its message back.
/// Explores 2,835 executions.
#[test]
fn a_close_wakes_a_sender_that_waits() {
    explore(Search::preemptions(3, 1_417), || {
        let (queue, _) = queue(1);
        put(&queue, "a");
        let other = queue.clone();
        let sender = thread::spawn(move || {
            block_on(other.put(message("b")))
                .unwrap_err()
                .into_message()
                .is_some()
        });
        block_on(queue.close()).unwrap();
        assert!(sender.join().unwrap());
    });
}

/// A send against a close: refused, with the message, or accepted.
/// Explores 3,662 executions.
#[test]
fn a_close_against_a_put() {
    explore(Search::preemptions(3, 1_831), || {
        let (queue, _) = queue(1);
        let other = queue.clone();
        let sender = thread::spawn(move || match other.try_put(message("a")) {
            Ok(_) => true,
            Err(refused) => refused.into_message().is_none(),
        });
        block_on(queue.close()).unwrap();
        sender.join().unwrap();
        assert!(queue.try_put(message("b")).is_err());
    });
}

/// A drain ends with the last message.
/// Explores 3,252 executions.
#[test]
fn a_drain_against_the_last_complete() {
    explore(Search::preemptions(3, 1_626), || {
        let (queue, _) = queue(2);
        put(&queue, "a");
        let (receipt, _) = take(&queue).unwrap();
        let other = queue.clone();
        let completer = thread::spawn(move || assert!(delete(&other, &receipt)));
        assert_eq!(block_on(queue.drain(Duration::MAX)).unwrap(), 0);
        completer.join().unwrap();
    });
}

/// A drain against a send: it is refused, or the drain waits for its message.
/// Explores 4,986 executions.
#[test]
fn a_drain_against_a_put_and_its_receiver() {
    explore(Search::preemptions(1, 2_493), || {
        let (queue, _) = queue(1);
        let sender = queue.clone();
        let sender = thread::spawn(move || sender.try_put(message("a")).is_ok());
        let receiver = queue.clone();
        let receiver = thread::spawn(move || {
            wait(&receiver).map(|(receipt, _)| assert!(delete(&receiver, &receipt)))
        });
        assert_eq!(block_on(queue.drain(Duration::MAX)).unwrap(), 0);
        assert_eq!(receiver.join().unwrap().is_some(), sender.join().unwrap());
    });
}

/// A drain that waits is told of the close.
/// Explores 1,933 executions.
#[test]
fn a_close_wakes_a_drain() {
    explore(Search::preemptions(3, 966), || {
        let (queue, _) = queue(1);
        put(&queue, "a");
        let other = queue.clone();
        let drainer = thread::spawn(move || block_on(other.drain(Duration::MAX)));
        block_on(queue.close()).unwrap();
        // It came after the close, or was told of it.
        let drained = drainer.join().unwrap();
        assert!(
            matches!(drained, Ok(1) | Err(MessageError::Closed { .. })),
            "{drained:?}"
        );
    });
}

/// A drain that is dropped leaves the count to another, whatever went meanwhile.
/// Explores 2,599 executions.
#[test]
fn a_drain_that_is_dropped_leaves_it_to_another() {
    explore(Search::preemptions(2, 1_299), || {
        let (queue, _) = queue(1);
        put(&queue, "a");
        let (receipt, _) = take(&queue).unwrap();
        let mut draining = Box::pin(queue.drain(Duration::MAX));
        assert!(poll_once(draining.as_mut()).is_pending());
        let other = queue.clone();
        let completer = thread::spawn(move || assert!(delete(&other, &receipt)));
        let other = queue.clone();
        let drainer = thread::spawn(move || block_on(other.drain(Duration::MAX)).unwrap());
        drop(draining);
        completer.join().unwrap();
        assert_eq!(drainer.join().unwrap(), 0);
    });
}

/// Two drains that begin at once count the same messages, beside one that goes.
/// Explores 2,747 executions.
#[test]
fn two_drains_against_a_complete() {
    explore(Search::preemptions(1, 1_373), || {
        let (queue, _) = queue(2);
        put(&queue, "a");
        put(&queue, "b");
        let (receipt, _) = take(&queue).unwrap();
        let other = queue.clone();
        let completer = thread::spawn(move || assert!(delete(&other, &receipt)));
        let other = queue.clone();
        let drainer = thread::spawn(move || block_on(other.drain(Duration::ZERO)));
        let own = block_on(queue.drain(Duration::ZERO));
        let other = drainer.join().unwrap();
        completer.join().unwrap();
        for drained in [own, other] {
            // The other one has closed it, before it began.
            assert!(
                matches!(drained, Ok(1 | 2) | Err(MessageError::Closed { .. })),
                "{drained:?}"
            );
        }
    });
}

/// A table that grows as it is closed: a message has its entry and is counted, or comes back.
/// Explores 202 executions.
#[test]
fn a_table_that_grows_against_a_drain() {
    explore(Search::preemptions(2, 101), || {
        let (queue, _) = queue(4);
        put(&queue, "a");
        put(&queue, "b");
        let other = queue.clone();
        let sender = thread::spawn(move || other.try_put(message("c")).is_ok());
        let mut draining = pin!(queue.drain(Duration::MAX));
        assert!(poll_once(draining.as_mut()).is_pending());
        let was_sent = sender.join().unwrap();
        assert_eq!(take_all(&queue).len(), 2 + usize::from(was_sent));
        assert!(matches!(poll_once(draining.as_mut()), Poll::Ready(Ok(0))));
    });
}

/// An idle listener ends when it is told to, and leaves the queue as it was.
/// Explores 132 executions.
#[test]
fn the_end_of_listening_wakes_an_idle_listener() {
    explore(Search::preemptions(2, 66), || {
        let (queue, _) = queue(1);
        let other = queue.clone();
        let mut listening =
            pin!(queue.listen(Arc::new(CallbackMessageReceiver::new(|_, _| Ok(())))));
        assert!(poll_once(listening.as_mut()).is_pending());
        let ender = thread::spawn(move || other.end_listen());
        assert!(block_on(listening).is_ok());
        ender.join().unwrap();
        put(&queue, "a");
        assert!(take(&queue).is_some());
    });
}
