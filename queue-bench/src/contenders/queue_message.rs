//! Our queue of messages in memory, by its trait: send, receive and complete.
//!
//! A receive locks its message for 30 seconds, so that none comes a second time. Who sends last drains
//! the queue, which ends it when all is completed.

use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use queue_message::{MemoryMessageQueue, MessageEnvelope, MessageError, MessageQueue};

use super::OUR_MESSAGES;
use crate::cells::Cell;
use crate::contract::Topology;
use crate::link::{Async, Ends, Queue, at_once};
use crate::message::Message;

#[derive(Debug)]
pub(super) struct Memory;

/// A handle of the queue, and what all senders have a part of.
#[derive(Clone, Debug)]
pub(super) struct Sender {
    queue: MemoryMessageQueue,
    part: Arc<()>,
}

impl Queue for Memory {
    const NAME: &'static str = OUR_MESSAGES;
    const VERSION: &'static str = env!("VERSION_QUEUE_MESSAGE");
    const TOPOLOGY: Topology = Topology::Mpmc;
    const NOTES: &'static str = "MemoryMessageQueue";

    type Sender<M: Message> = Sender;
    type Receiver<M: Message> = MemoryMessageQueue;

    fn open<M: Message>(cell: &Cell) -> Ends<Self, M> {
        let queue = MemoryMessageQueue::builder("bench")
            .capacity(cell.slots())
            .build()
            .expect("it has room for a message");
        at_once(queue.open()).expect("it is new");
        let sender = Sender {
            queue: queue.clone(),
            part: Arc::new(()),
        };
        (vec![sender; cell.producers], vec![queue; cell.consumers])
    }
}

impl Async for Memory {
    async fn send<M: Message>(sender: &mut Sender, message: M) {
        let content = Bytes::copy_from_slice(message.as_bytes());
        sender
            .queue
            .send(MessageEnvelope::new(None, "bench", content))
            .await
            .expect("it is drained by the last sender");
    }

    async fn recv<M: Message>(queue: &mut MemoryMessageQueue) -> Option<M> {
        let mut message = match queue.receive(Duration::MAX).await {
            Ok(message) => message.expect("it waits for ever"),
            Err(MessageError::Closed { .. }) => return None,
            Err(error) => panic!("{error}"),
        };
        assert_eq!(message.delivery_count(), 1, "no lock has expired");
        let received = M::from_bytes(message.message());
        let completed = queue.complete(&mut message).await;
        completed.expect("it is still locked");
        Some(received)
    }

    async fn hang_up<M: Message>(Sender { queue, part }: Sender) {
        if Arc::into_inner(part).is_some() {
            let left = queue.drain(Duration::MAX).await;
            assert_eq!(left.ok(), Some(0), "all is completed");
        }
    }
}
