//! Models of the ends: close, drain, and the end of listening.

use std::pin::pin;
use std::sync::Arc;
use std::time::Duration;

use crate::queue::{delete, message, poll_once, put, queue, take, wait};
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
