//! A buffer in front of a remote queue.

#[path = "cached/dropping.rs"]
mod dropping;
#[path = "cached/ending.rs"]
mod ending;
#[path = "cached/locks.rs"]
mod locks;
#[path = "cached/model.rs"]
mod model;
#[path = "cached/remote.rs"]
mod remote;
#[path = "cached/serving.rs"]
mod serving;

use std::sync::Arc;
use std::time::Duration;

use pollster::block_on;
use queue_message::clock::ManualClock;
use queue_message::{
    CachedMessageQueue, CachedMessageQueueBuilder, MemoryMessageQueue, MessageEnvelope,
    MessageQueue,
};

use remote::Remote;

const SECOND: Duration = Duration::from_secs(1);
/// The remote's lock timeout.
const LOCK: Duration = Duration::from_secs(30);

/// A queue, and what is before it.
struct Setup {
    clock: ManualClock,
    /// The queue itself, for others that use it.
    queue: MemoryMessageQueue,
    remote: Remote,
    cached: CachedMessageQueue<Remote>,
}

impl Setup {
    fn new(
        build: impl FnOnce(CachedMessageQueueBuilder<Remote>) -> CachedMessageQueueBuilder<Remote>,
    ) -> Self {
        Self::without(&[], build)
    }

    fn without(
        without: &[&'static str],
        build: impl FnOnce(CachedMessageQueueBuilder<Remote>) -> CachedMessageQueueBuilder<Remote>,
    ) -> Self {
        let clock = ManualClock::new();
        let queue = MemoryMessageQueue::builder("orders")
            .lock_timeout(LOCK)
            .clock(clock.clone())
            .build()
            .unwrap();
        let remote = Remote::without(&queue, without);
        let builder = CachedMessageQueue::builder(Arc::new(remote.clone())).clock(clock.clone());
        let cached = build(builder).build();
        block_on(cached.open()).unwrap();
        Self {
            clock,
            queue,
            remote,
            cached,
        }
    }

    fn put(&self, count: usize) {
        for number in 1..=count {
            self.queue
                .try_put(MessageEnvelope::new(None, "test", number.to_string()))
                .unwrap();
        }
    }

    /// What a receive through the buffer finds.
    fn receive(&self) -> Option<MessageEnvelope> {
        block_on(self.cached.receive(Duration::ZERO)).unwrap()
    }

    /// What another client of the remote finds.
    fn receive_elsewhere(&self) -> Option<String> {
        let found = self.queue.try_get(LOCK).unwrap();
        found.map(|(_, message)| text(&message))
    }
}

fn text(message: &MessageEnvelope) -> String {
    message.message_as_string().unwrap().to_owned()
}

fn texts(messages: &[MessageEnvelope]) -> Vec<String> {
    messages.iter().map(text).collect()
}
