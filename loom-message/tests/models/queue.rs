//! What the models do with queues.

use std::future::Future;
use std::pin::Pin;
use std::task::{Context, Poll, Waker};
use std::time::Duration;

use loom::future::block_on;
use queue_message_loom::clock::ManualClock;
use queue_message_loom::{MemoryMessageQueue, MessageEnvelope, MessageQueue, Receipt};

pub(crate) const LOCK: Duration = Duration::from_secs(30);

/// An open queue with a clock of its own.
pub(crate) fn queue(capacity: usize) -> (MemoryMessageQueue, ManualClock) {
    let clock = ManualClock::new();
    let queue = MemoryMessageQueue::builder("q")
        .capacity(capacity)
        .lock_timeout(LOCK)
        .clock(clock.clone());
    let queue = queue.build().unwrap();
    block_on(queue.open()).unwrap();
    (queue, clock)
}

pub(crate) fn message(text: &'static str) -> MessageEnvelope {
    MessageEnvelope::builder()
        .message_id(text)
        .message(text)
        .build()
}

pub(crate) fn put(queue: &MemoryMessageQueue, text: &'static str) {
    queue.try_put(message(text)).unwrap();
}

/// What is there, locked.
pub(crate) fn take(queue: &MemoryMessageQueue) -> Option<(Receipt, String)> {
    let (receipt, message) = queue.try_get(LOCK).unwrap()?;
    Some((receipt, message.message_as_string().unwrap().to_owned()))
}

/// Waits for a message, for ever.
pub(crate) fn wait(queue: &MemoryMessageQueue) -> Option<(Receipt, String)> {
    let (receipt, message) = block_on(queue.get(Duration::MAX, LOCK))
        .ok()?
        .expect("it waits for ever");
    Some((receipt, message.message_as_string().unwrap().to_owned()))
}

pub(crate) fn delete(queue: &MemoryMessageQueue, receipt: &Receipt) -> bool {
    block_on(queue.delete(receipt)).is_ok()
}

pub(crate) fn release(queue: &MemoryMessageQueue, receipt: &Receipt) -> bool {
    block_on(queue.release(receipt)).is_ok()
}

/// Everything that is there, completed.
pub(crate) fn take_all(queue: &MemoryMessageQueue) -> Vec<String> {
    std::iter::from_fn(|| take(queue))
        .map(|(receipt, text)| {
            assert!(delete(queue, &receipt));
            text
        })
        .collect()
}

/// The queue has room for just so many.
pub(crate) fn assert_room(queue: &MemoryMessageQueue, room: usize) {
    let fits = std::iter::from_fn(|| queue.try_put(message("filler")).ok())
        .take(room + 1)
        .count();
    assert_eq!(fits, room);
}

/// Polls on behalf of a task that does not wait to be woken.
pub(crate) fn poll_once<F: Future + ?Sized>(future: Pin<&mut F>) -> Poll<F::Output> {
    future.poll(&mut Context::from_waker(Waker::noop()))
}
