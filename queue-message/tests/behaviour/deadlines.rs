//! Locks that end together.

use std::time::Duration;

use queue_message::clock::ManualClock;
use queue_message::{MemoryMessageQueue, MessageEnvelope};

const SECOND: Duration = Duration::from_secs(1);

#[test]
fn renewed_locks_that_were_to_end_together_take_no_stack() {
    const MESSAGES: usize = 20_000;
    let clock = ManualClock::new();
    let queue = MemoryMessageQueue::builder("together")
        .capacity(MESSAGES)
        .lock_timeout(30 * SECOND)
        .clock(clock.clone())
        .build()
        .unwrap()
        .blocking();
    queue.open().unwrap();
    for _ in 0..MESSAGES {
        queue
            .send(MessageEnvelope::new(None, "message", ""))
            .unwrap();
        let message = queue.receive(Duration::ZERO).unwrap().unwrap();
        queue.renew_lock(&message, 60 * SECOND).unwrap();
    }
    clock.advance(59 * SECOND);
    assert_eq!(queue.read_message_count().unwrap(), 0);
    assert_eq!(clock.next_alarm(), Some(SECOND));
    clock.advance(SECOND);
    assert_eq!(queue.read_message_count().unwrap(), MESSAGES);
}
