//! rtrb's ring, which never waits.

use std::collections::VecDeque;

use rtrb::chunks::ChunkError;
use rtrb::{Consumer, Producer, PushError, RingBuffer};

use crate::cells::Cell;
use crate::contract::{Form, Topology};
use crate::link::{Batching, Ends, Polling, Queue};
use crate::message::Message;

#[derive(Debug)]
pub(super) struct Ring;

impl Queue for Ring {
    const NAME: &'static str = "rtrb";
    const VERSION: &'static str = env!("VERSION_RTRB");
    const TOPOLOGY: Topology = Topology::Spsc;
    const FORM: Form = Form::Ring;

    type Sender<M: Message> = Producer<M>;
    type Receiver<M: Message> = Consumer<M>;

    fn open<M: Message>(cell: &Cell) -> Ends<Self, M> {
        let (producer, consumer) = RingBuffer::new(cell.slots());
        (vec![producer], vec![consumer])
    }
}

impl Polling for Ring {
    #[inline]
    fn try_send<M: Message>(producer: &mut Producer<M>, message: M) -> Result<(), M> {
        producer
            .push(message)
            .map_err(|PushError::Full(message)| message)
    }

    #[inline]
    fn try_recv<M: Message>(consumer: &mut Consumer<M>) -> Option<M> {
        consumer.pop().ok()
    }
}

impl Batching for Ring {
    const BATCH_NOTES: &'static str = "write and read chunks";

    #[inline]
    fn send_batch<M: Message>(producer: &mut Producer<M>, messages: &mut VecDeque<M>) {
        let count = match producer.write_chunk_uninit(messages.len()) {
            Ok(chunk) => chunk.len(),
            Err(ChunkError::TooFewSlots(free)) => free,
        };
        if count > 0
            && let Ok(chunk) = producer.write_chunk_uninit(count)
        {
            chunk.fill_from_iter(messages.drain(..count));
        }
    }

    #[inline]
    fn recv_batch<M: Message>(consumer: &mut Consumer<M>, messages: &mut VecDeque<M>, most: usize) {
        let count = match consumer.read_chunk(most) {
            Ok(chunk) => chunk.len(),
            Err(ChunkError::TooFewSlots(filled)) => filled,
        };
        if count > 0
            && let Ok(chunk) = consumer.read_chunk(count)
        {
            messages.extend(chunk);
        }
    }
}
