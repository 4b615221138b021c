//! Models of requests and their answers.

use std::pin::pin;
use std::time::Duration;

use futures_util::future::{Either, select};
use loom::future::block_on;
use loom::thread;
use queue_message_loom::{
    IN_REPLY_TO, MemoryMessageQueue, MessageEnvelope, MessageError, MessageQueue, Requester,
};

use crate::queue::{message, poll_once, queue};
use crate::search::{Search, explore};

const TIMEOUT: Duration = Duration::from_secs(1);

fn answer(replies: &MemoryMessageQueue) {
    let answer = MessageEnvelope::builder().header(IN_REPLY_TO, "q").build();
    replies.try_put(answer).unwrap();
}

/// An answer reaches its request, or it is late, and never both or neither.
/// Explores 641 executions.
#[test]
fn an_answer_against_the_end_of_its_request() {
    explore(Search::preemptions(1, 320), || {
        let (requests, clock) = queue(1);
        let (replies, _) = queue(1);
        let (requester, listener) =
            Requester::with_listener(requests.handle(), replies.handle(), clock.clone());
        let mut listener = pin!(listener);
        let mut request = pin!(requester.request(message("q"), TIMEOUT));
        assert!(poll_once(request.as_mut()).is_pending());

        let other = replies.clone();
        let replier = thread::spawn(move || answer(&other));
        let time = thread::spawn(move || clock.advance(TIMEOUT));
        let reply = match block_on(select(request, listener.as_mut())) {
            Either::Left((reply, _)) => reply.unwrap(),
            Either::Right(_) => unreachable!("nobody ends it"),
        };
        replier.join().unwrap();
        time.join().unwrap();
        assert!(poll_once(listener.as_mut()).is_pending());
        assert_eq!(requester.late_replies(), u64::from(reply.is_none()));
    });
}

/// Two threads: one listens, one gives its request up as the answer comes.
/// Explores 261 executions.
#[test]
fn an_answer_against_a_request_that_is_dropped() {
    explore(Search::preemptions(2, 130), || {
        let (requests, clock) = queue(1);
        let (replies, _) = queue(1);
        let (requester, listener) =
            Requester::with_listener(requests.handle(), replies.handle(), clock);
        let mut request = Box::pin(requester.request(message("q"), TIMEOUT));
        assert!(poll_once(request.as_mut()).is_pending());
        answer(&replies);

        let listening = thread::spawn(move || {
            let mut listener = Box::pin(listener);
            assert!(poll_once(listener.as_mut()).is_pending());
            listener
        });
        drop(request);
        let _listener = listening.join().unwrap();
        assert_eq!(requester.late_replies(), 1);
    });
}

/// A request that waits is told of the close.
/// Explores 160 executions.
#[test]
fn a_close_wakes_a_request_that_waits() {
    explore(Search::preemptions(2, 80), || {
        let (requests, clock) = queue(1);
        let (replies, _) = queue(1);
        let (requester, _listener) =
            Requester::with_listener(requests.handle(), replies.handle(), clock);
        let other = requester.clone();
        let closer = thread::spawn(move || other.close());
        let outcome = block_on(requester.request(message("q"), TIMEOUT));
        assert!(matches!(outcome, Err(MessageError::Closed { .. })));
        closer.join().unwrap();
    });
}
