//! How much memory a message takes while it is in flight, allocated byte by allocated byte.
//!
//! It is a program of its own, as it counts what its allocator does. `--nocapture` shows the table.

use std::time::Duration;

use allocation_counter::measure;
use bytes::Bytes;
use pollster::block_on;
use queue_message::clock::ManualClock;
use queue_message::{MemoryMessageQueue, MessageEnvelope, MessageQueue};

const CONTENT: usize = 256;

/// What the queue may take for a message, beside the message: the entry, two places for its id, and its deadline.
const MOST: f64 = 256.0;

/// Allocated bytes for each message.
struct Row {
    messages: usize,
    /// The queue's own.
    queue: f64,
    /// The envelope's, without the content.
    envelope: f64,
    /// All of it together.
    total: f64,
    allocations: f64,
}

fn message() -> MessageEnvelope {
    MessageEnvelope::new(None, "bench", Bytes::copy_from_slice(&[7; CONTENT]))
}

/// Sends and receives so many, and keeps them.
fn row(messages: usize) -> Row {
    let mut held = Vec::with_capacity(messages);
    let made = measure(|| held.extend((0..messages).map(|_| message())));
    held.clear();

    let mut queue = None;
    let in_flight = measure(|| {
        let new = MemoryMessageQueue::builder("memory")
            .capacity(messages)
            .clock(ManualClock::new())
            .build()
            .unwrap();
        block_on(new.open()).unwrap();
        (0..messages).for_each(|_| block_on(new.send(message())).unwrap());
        let received =
            (0..messages).map(|_| block_on(new.receive(Duration::ZERO)).unwrap().unwrap());
        held.extend(received);
        queue = Some(new);
    });
    assert_eq!(held.len(), messages);
    let each = |count: i64| count as f64 / messages as f64;
    Row {
        messages,
        queue: each(in_flight.bytes_current - made.bytes_current),
        envelope: each(made.bytes_current) - CONTENT as f64,
        total: each(in_flight.bytes_current),
        allocations: each(in_flight.count_current),
    }
}

#[test]
fn a_message_in_flight_takes_no_more_than_its_part_however_many_there_are() {
    println!(
        "| in flight | queue | envelope | content | bytes a message | allocations a message |"
    );
    println!("|--:|--:|--:|--:|--:|--:|");
    for messages in [1_000, 10_000, 100_000] {
        let row = row(messages);
        println!(
            "| {} | {:.0} | {:.0} | {CONTENT} | {:.0} | {:.2} |",
            row.messages, row.queue, row.envelope, row.total, row.allocations
        );
        assert!(row.queue <= MOST, "{} bytes for {messages}", row.queue);
        assert!(
            row.allocations < 2.1,
            "the envelope and its content: {}",
            row.allocations
        );
    }
}

#[test]
fn an_empty_queue_takes_what_its_capacity_says() {
    const ROOM: usize = 100_000;
    let mut queue = None;
    let empty = measure(|| {
        let builder = MemoryMessageQueue::builder("empty").capacity(ROOM);
        queue = Some(builder.clock(ManualClock::new()).build().unwrap());
    });
    let each = empty.bytes_current as f64 / ROOM as f64;
    assert!((32.0..33.0).contains(&each), "{each} bytes");
}
