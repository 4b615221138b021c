//! rtrb: one producer, one consumer, and chunks in place.

use std::collections::VecDeque;

use rtrb::{Consumer, Producer, PushError, RingBuffer};

use crate::cells::Cell;
use crate::contract::Topology;
use crate::link::{Batching, Ends, Polling, Queue};
use crate::message::Message;

#[derive(Debug)]
pub(super) struct Ring;

impl Queue for Ring {
    const NAME: &'static str = "rtrb";
    const VERSION: &'static str = env!("VERSION_RTRB");
    const TOPOLOGY: Topology = Topology::Spsc;
    const NOTES: &'static str = "batches are chunks filled from an iterator and read by one";

    type Sender<M: Message> = Producer<M>;
    type Receiver<M: Message> = Consumer<M>;

    fn open<M: Message>(cell: &Cell) -> Ends<Self, M> {
        let (sender, receiver) = RingBuffer::new(cell.slots());
        (vec![sender], vec![receiver])
    }
}

impl Polling for Ring {
    #[inline]
    fn try_send<M: Message>(sender: &mut Self::Sender<M>, message: M) -> Result<(), M> {
        sender
            .push(message)
            .map_err(|PushError::Full(message)| message)
    }

    #[inline]
    fn try_recv<M: Message>(receiver: &mut Self::Receiver<M>) -> Option<M> {
        receiver.pop().ok()
    }
}

impl Batching for Ring {
    #[inline]
    fn send_batch<M: Message>(sender: &mut Self::Sender<M>, messages: &mut VecDeque<M>) {
        let count = messages.len().min(sender.slots());
        if let Ok(chunk) = sender.write_chunk_uninit(count) {
            chunk.fill_from_iter(messages.drain(..count));
        }
    }

    #[inline]
    fn recv_batch<M: Message>(
        receiver: &mut Self::Receiver<M>,
        messages: &mut VecDeque<M>,
        most: usize,
    ) {
        let count = most.min(receiver.slots());
        if let Ok(chunk) = receiver.read_chunk(count) {
            messages.extend(chunk);
        }
    }
}
