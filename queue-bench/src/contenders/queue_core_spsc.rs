//! Our ring for one producer and one consumer.
//!
//! Rings of that contract are compared with it.

use std::collections::VecDeque;

use queue_core::spsc::{self, Consumer, Producer};

use crate::cells::Cell;
use crate::contract::Topology;
use crate::link::{Batching, Polling};
use crate::message::Message;

queue!(
    Ring,
    "queue-core-spsc",
    "VERSION_QUEUE_CORE",
    Spsc Ring,
    "spsc::ring",
    Producer<M>,
    Consumer<M>,
    |cell| spsc::ring(cell.slots())
);

impl Polling for Ring {
    #[inline]
    fn try_send<M: Message>(producer: &mut Producer<M>, message: M) -> Result<(), M> {
        producer.push(message)
    }

    #[inline]
    fn try_recv<M: Message>(consumer: &mut Consumer<M>) -> Option<M> {
        consumer.pop()
    }
}

impl Batching for Ring {
    const BATCH_NOTES: &'static str = "write and read chunks";

    #[inline]
    fn send_batch<M: Message>(producer: &mut Producer<M>, messages: &mut VecDeque<M>) {
        let mut chunk = producer.write_chunk_up_to(messages.len());
        let count = chunk.len();
        chunk.fill_from(messages.drain(..count));
        chunk.commit_all();
    }

    #[inline]
    fn recv_batch<M: Message>(consumer: &mut Consumer<M>, messages: &mut VecDeque<M>, most: usize) {
        messages.extend(consumer.read_chunk_up_to(most));
    }
}
