//! Models of the buffer in front of a queue: who receives what another has left in it.

use std::sync::Arc;
use std::time::Duration;

use futures_util::future::join;
use loom::future::block_on;
use loom::thread;
use queue_message_loom::{
    CachedMessageQueue, MemoryMessageQueue, MessageEnvelope, MessageQueue, MessageStore, Receipt,
};

use crate::queue::{LOCK, poll_once, put, queue};
use crate::search::{Search, explore};

type Cached = CachedMessageQueue<MemoryMessageQueue>;

/// A queue for three messages, and a buffer for two in front of it.
fn cached() -> (Cached, MemoryMessageQueue) {
    let (remote, clock) = queue(3);
    let builder = CachedMessageQueue::builder(Arc::new(remote.clone()));
    let cached = builder.prefetch(2).clock(clock).build();
    block_on(cached.open()).unwrap();
    (cached, remote)
}

fn get(cached: &Cached, wait: Duration) -> Option<String> {
    block_on(cached.get(wait, LOCK)).unwrap().map(text)
}

fn text((_, message): (Receipt, MessageEnvelope)) -> String {
    message.message_as_string().unwrap().to_owned()
}

/// A receiver that waits is told of what another has got ahead.
/// Explores 2,264 executions.
#[test]
fn what_one_gets_ahead_reaches_another_that_waits() {
    explore(Search::preemptions(2, 1_132), || {
        let (cached, remote) = cached();
        let other = cached.clone();
        let mut waiting = other.get(Duration::MAX, LOCK);
        assert!(poll_once(waiting.as_mut()).is_pending());
        put(&remote, "a");
        put(&remote, "b");
        let other = cached.clone();
        let getter = thread::spawn(move || get(&other, Duration::ZERO));
        let first = text(block_on(waiting).unwrap().unwrap());
        let received = getter.join().unwrap();
        assert!(matches!(
            (&*first, received.as_deref()),
            ("a", None | Some("b")) | ("b", Some("a"))
        ));
    });
}

/// Two receivers that wait share what a third has got ahead, though there may be one word of it only.
/// Explores 135 executions.
#[test]
fn one_word_of_news_is_as_good_as_two() {
    explore(Search::preemptions(1, 67), || {
        let (cached, remote) = cached();
        let handles = [cached.clone(), cached.clone()];
        let [mut one, mut other] = handles
            .each_ref()
            .map(|cached| cached.get(Duration::MAX, LOCK));
        assert!(poll_once(one.as_mut()).is_pending());
        assert!(poll_once(other.as_mut()).is_pending());
        for text in ["a", "b", "c"] {
            put(&remote, text);
        }
        let getter = thread::spawn(move || get(&cached, Duration::MAX).unwrap());
        let (one, other) = block_on(join(one, other));
        let mut received = [
            getter.join().unwrap(),
            text(one.unwrap().unwrap()),
            text(other.unwrap().unwrap()),
        ];
        received.sort();
        assert_eq!(received, ["a", "b", "c"]);
    });
}
