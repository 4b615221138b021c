//! Models of messages that are put, got, completed and given back.

use std::time::Duration;

use crate::queue::{
    LOCK, assert_room, delete, message, poll_once, put, queue, release, take, take_all, wait,
};
use crate::search::{Search, explore};
use loom::future::block_on;
use loom::thread;
use queue_message_loom::MessageQueue;

/// A receiver that waits is woken by the message.
/// Explores 986 executions.
#[test]
fn a_put_wakes_a_receiver_that_waits() {
    explore(Search::preemptions(2, 493), || {
        let (queue, _) = queue(1);
        let other = queue.clone();
        let receiver = thread::spawn(move || {
            let (receipt, text) = wait(&other).unwrap();
            assert!(delete(&other, &receipt));
            text
        });
        put(&queue, "a");
        assert_eq!(receiver.join().unwrap(), "a");
        assert_room(&queue, 1);
    });
}

/// A sender that waits for room is woken when a message is completed.
/// Explores 1,039 executions.
#[test]
fn a_complete_wakes_a_sender_that_waits() {
    explore(Search::preemptions(2, 519), || {
        let (queue, _) = queue(1);
        put(&queue, "a");
        let (receipt, _) = take(&queue).unwrap();
        let other = queue.clone();
        let sender = thread::spawn(move || block_on(other.put(message("b"))).is_ok());
        assert!(delete(&queue, &receipt));
        assert!(sender.join().unwrap());
        assert_eq!(take_all(&queue), ["b"]);
        assert_room(&queue, 1);
    });
}

/// What came back is received before what was sent after it, by all who come after it has.
/// Explores 42 executions.
#[test]
fn what_came_back_is_received_first() {
    explore(Search::preemptions(2, 21), || {
        let (queue, _) = queue(3);
        put(&queue, "a");
        put(&queue, "b");
        let (receipt, text) = take(&queue).unwrap();
        assert_eq!(text, "a");
        let other = queue.clone();
        let releaser = thread::spawn(move || assert!(release(&other, &receipt)));
        put(&queue, "c");
        releaser.join().unwrap();
        assert_eq!(take_all(&queue), ["a", "b", "c"]);
    });
}

/// A receiver that waits is woken by a message that comes back.
/// Explores 753 executions.
#[test]
fn a_release_wakes_a_receiver_that_waits() {
    explore(Search::preemptions(2, 376), || {
        let (queue, _) = queue(1);
        put(&queue, "a");
        let (receipt, _) = take(&queue).unwrap();
        let other = queue.clone();
        let receiver = thread::spawn(move || wait(&other).unwrap());
        assert!(release(&queue, &receipt));
        let (again, text) = receiver.join().unwrap();
        assert_eq!(text, "a");
        assert!(!delete(&queue, &receipt));
        assert!(delete(&queue, &again));
        assert_room(&queue, 1);
    });
}

/// Two receivers and a message that comes back while they receive: each message goes to one of them.
/// Explores 2,806 executions.
#[test]
fn receivers_share_what_was_sent_and_what_came_back() {
    explore(Search::preemptions(1, 1_403), || {
        let (queue, _) = queue(2);
        put(&queue, "a");
        put(&queue, "b");
        let (receipt, _) = take(&queue).unwrap();
        let receivers = [(); 2].map(|()| {
            let queue = queue.clone();
            thread::spawn(move || wait(&queue).unwrap().1)
        });
        assert!(release(&queue, &receipt));
        let mut received = receivers.map(|receiver| receiver.join().unwrap());
        received.sort();
        assert_eq!(received, ["a", "b"]);
        assert!(take(&queue).is_none());
    });
}

/// A receive that is given up takes no message, and no wake-up, from another.
/// Explores 2,098 executions.
#[test]
fn a_receive_that_is_given_up_takes_nothing() {
    explore(Search::preemptions(1, 1_049), || {
        let (queue, _) = queue(1);
        let mut getting = Box::pin(queue.get(Duration::MAX, LOCK));
        assert!(poll_once(getting.as_mut()).is_pending());
        let other = queue.clone();
        let receiver = thread::spawn(move || wait(&other).unwrap().1);
        let other = queue.clone();
        let sender = thread::spawn(move || put(&other, "a"));
        drop(getting);
        sender.join().unwrap();
        assert_eq!(receiver.join().unwrap(), "a");
    });
}

/// A send that is given up while it waits leaves the room to another.
/// Explores 3,670 executions.
#[test]
fn a_send_that_is_given_up_leaves_its_room() {
    explore(Search::preemptions(1, 1_835), || {
        let (queue, _) = queue(1);
        put(&queue, "a");
        let (receipt, _) = take(&queue).unwrap();
        let mut putting = Box::pin(queue.put(message("b")));
        assert!(poll_once(putting.as_mut()).is_pending());
        let other = queue.clone();
        let sender = thread::spawn(move || block_on(other.put(message("c"))).is_ok());
        let other = queue.clone();
        let completer = thread::spawn(move || assert!(delete(&other, &receipt)));
        drop(putting);
        completer.join().unwrap();
        assert!(sender.join().unwrap());
        assert_eq!(take_all(&queue), ["c"]);
        assert_room(&queue, 1);
    });
}

/// Whatever a clear meets, nothing that was sent before it is there afterwards, and its room is free.
/// Explores 2,462 executions.
#[test]
fn a_clear_against_a_release_and_a_receive() {
    explore(Search::preemptions(1, 1_231), || {
        let (queue, _) = queue(2);
        put(&queue, "a");
        put(&queue, "b");
        let (receipt, _) = take(&queue).unwrap();
        let other = queue.clone();
        let releaser = thread::spawn(move || release(&other, &receipt));
        let other = queue.clone();
        let receiver =
            thread::spawn(move || take(&other).map(|(receipt, _)| release(&other, &receipt)));
        block_on(queue.clear()).unwrap();
        releaser.join().unwrap();
        receiver.join().unwrap();
        assert!(take(&queue).is_none());
        assert_room(&queue, 2);
    });
}

/// When a clear has returned, there is room for all that it has cleared, whoever was about to put it back.
/// Explores 108 executions.
#[test]
fn a_clear_makes_room_of_what_comes_back_meanwhile() {
    explore(Search::preemptions(2, 54), || {
        let (queue, _) = queue(1);
        put(&queue, "a");
        let (receipt, _) = take(&queue).unwrap();
        let other = queue.clone();
        let releaser = thread::spawn(move || release(&other, &receipt));
        block_on(queue.clear()).unwrap();
        releaser.join().unwrap();
        assert_room(&queue, 1);
    });
}

/// A put beside a clear is before it, and then its room is free, or after it, and then it is received.
/// Explores 353 executions.
#[test]
fn a_clear_against_a_put() {
    explore(Search::preemptions(3, 176), || {
        let (queue, _) = queue(1);
        let other = queue.clone();
        let sender = thread::spawn(move || put(&other, "a"));
        block_on(queue.clear()).unwrap();
        sender.join().unwrap();
        let count = block_on(queue.read_message_count()).unwrap();
        assert_eq!(take_all(&queue).len(), count);
        assert_room(&queue, 1);
    });
}

/// What was sent after a clear stays in order, whoever clears.
/// Explores 1,159 executions.
#[test]
fn a_clear_against_puts_leaves_those_behind_it_in_order() {
    explore(Search::preemptions(2, 579), || {
        let (queue, _) = queue(3);
        put(&queue, "a");
        let other = queue.clone();
        let sender = thread::spawn(move || {
            put(&other, "b");
            put(&other, "c");
        });
        block_on(queue.clear()).unwrap();
        sender.join().unwrap();
        let left = take_all(&queue);
        assert!(
            ["b", "c"].ends_with(&left.iter().map(String::as_str).collect::<Vec<_>>()),
            "{left:?}"
        );
        assert_room(&queue, 3);
    });
}
