//! The work that is timed and counted: a batch of each operation. None is inlined, so that whoever counts its instructions, or
//! profiles it, finds each by its name.

use std::time::Duration;

use bytes::Bytes;
use queue_message::clock::ManualClock;
use queue_message::{MemoryMessageQueue, MessageEnvelope};

use crate::link::at_once;
use crate::message::{Message, Word};

/// Where those who count find these.
pub(super) const MODULE: &str = "queue_bench::in_flight::work";

#[inline(never)]
pub(super) fn make(numbers: &[Word], messages: &mut Vec<MessageEnvelope>) {
    let message = |&number: &Word| {
        let content = Bytes::copy_from_slice(<[u64; 32]>::of(number).as_bytes());
        MessageEnvelope::new(None, "bench", content)
    };
    messages.extend(numbers.iter().map(message));
}

#[inline(never)]
pub(super) fn send(queue: &MemoryMessageQueue, messages: &mut Vec<MessageEnvelope>) {
    for message in messages.drain(..) {
        at_once(queue.send(message)).expect("there is room");
    }
}

#[inline(never)]
pub(super) fn receive(queue: &MemoryMessageQueue, count: usize, into: &mut Vec<MessageEnvelope>) {
    for _ in 0..count {
        let message = at_once(queue.receive(Duration::ZERO)).expect("it is open");
        into.push(message.expect("as many as were sent"));
    }
}

/// Until there is nothing.
#[inline(never)]
pub(super) fn receive_again(queue: &MemoryMessageQueue, into: &mut Vec<MessageEnvelope>) {
    while let Some(message) = at_once(queue.receive(Duration::ZERO)).expect("it is open") {
        into.push(message);
    }
}

#[inline(never)]
pub(super) fn complete(queue: &MemoryMessageQueue, messages: &mut [MessageEnvelope]) {
    for message in messages {
        at_once(queue.complete(message)).expect("it is locked");
    }
}

#[inline(never)]
pub(super) fn free(messages: &mut Vec<MessageEnvelope>) {
    messages.clear();
}

#[inline(never)]
pub(super) fn abandon(queue: &MemoryMessageQueue, messages: &mut [MessageEnvelope]) {
    for message in messages {
        at_once(queue.abandon(message)).expect("it is locked");
    }
}

#[inline(never)]
pub(super) fn renew(queue: &MemoryMessageQueue, messages: &[MessageEnvelope], times: &[Duration]) {
    for (message, &time) in messages.iter().zip(times) {
        at_once(queue.renew_lock(message, time)).expect("it is locked");
    }
}

#[inline(never)]
pub(super) fn expire(clock: &ManualClock, time: Duration) {
    clock.advance(time);
}
