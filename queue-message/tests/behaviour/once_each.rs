//! A million messages through a queue in memory.

use std::sync::atomic::{AtomicU64, Ordering};
use std::thread;
use std::time::Duration;

use bytes::Bytes;
use queue_message::{MemoryMessageQueue, MessageEnvelope};

const MESSAGES: u64 = 1_000_000;
const SENDERS: u64 = 4;
const RECEIVERS: u64 = 4;

/// 256 bytes, of which each eight are the number.
fn content(number: u64) -> Bytes {
    Bytes::from(number.to_le_bytes().repeat(32))
}

/// The number, of content that is whole.
fn number(content: &[u8]) -> u64 {
    let (words, rest) = content.as_chunks();
    assert_eq!((words.len(), rest.len()), (32, 0));
    assert!(
        words.iter().all(|word| word == &words[0]),
        "torn: {content:?}"
    );
    u64::from_le_bytes(words[0])
}

#[test]
fn a_million_messages_are_received_and_completed_once_each() {
    let queue = MemoryMessageQueue::new("million").blocking();
    queue.open().unwrap();
    let seen: Vec<AtomicU64> = (0..MESSAGES.div_ceil(64))
        .map(|_| AtomicU64::new(0))
        .collect();

    let receive_all = || {
        let mut received = 0;
        while let Ok(message) = queue.receive(Duration::MAX) {
            let mut message = message.expect("it waits for ever");
            assert_eq!(message.delivery_count(), 1, "no lock has expired");
            let number = number(message.message());
            let bit = 1 << (number % 64);
            let before = seen[(number / 64) as usize].fetch_or(bit, Ordering::Relaxed);
            assert_eq!(before & bit, 0, "{number} came twice");
            queue.complete(&mut message).unwrap();
            received += 1;
        }
        received
    };
    let send_some = |sender| {
        for number in (sender..MESSAGES).step_by(SENDERS as usize) {
            queue
                .send(MessageEnvelope::new(None, "number", content(number)))
                .unwrap();
        }
    };
    thread::scope(|scope| {
        let receivers = [(); RECEIVERS as usize].map(|()| scope.spawn(receive_all));
        let senders: Vec<_> = (0..SENDERS)
            .map(|sender| scope.spawn(move || send_some(sender)))
            .collect();
        senders
            .into_iter()
            .for_each(|sender| sender.join().unwrap());
        let left = queue.drain(Duration::MAX);
        assert_eq!(left.ok(), Some(0), "all are completed");
        let received: u64 = receivers
            .into_iter()
            .map(|receiver| receiver.join().unwrap())
            .sum();
        assert_eq!(received, MESSAGES, "as many as were sent");
    });
}
