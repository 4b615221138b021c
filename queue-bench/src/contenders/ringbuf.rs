//! ringbuf: one producer, one consumer.

use std::collections::VecDeque;

use ringbuf::traits::{Consumer, Producer, Split};
use ringbuf::{HeapCons, HeapProd, HeapRb};

use crate::cells::Cell;
use crate::contract::Topology;
use crate::link::{Batching, Ends, Polling, Queue};
use crate::message::Message;

#[derive(Debug)]
pub(super) struct Ring;

impl Queue for Ring {
    const NAME: &'static str = "ringbuf";
    const VERSION: &'static str = env!("VERSION_RINGBUF");
    const TOPOLOGY: Topology = Topology::Spsc;
    const NOTES: &'static str = "HeapRb; batches by push_iter and pop_iter";

    type Sender<M: Message> = HeapProd<M>;
    type Receiver<M: Message> = HeapCons<M>;

    fn open<M: Message>(cell: &Cell) -> Ends<Self, M> {
        let (sender, receiver) = HeapRb::new(cell.slots()).split();
        (vec![sender], vec![receiver])
    }
}

impl Polling for Ring {
    #[inline]
    fn try_send<M: Message>(sender: &mut Self::Sender<M>, message: M) -> Result<(), M> {
        sender.try_push(message)
    }

    #[inline]
    fn try_recv<M: Message>(receiver: &mut Self::Receiver<M>) -> Option<M> {
        receiver.try_pop()
    }
}

impl Batching for Ring {
    #[inline]
    fn send_batch<M: Message>(sender: &mut Self::Sender<M>, messages: &mut VecDeque<M>) {
        // It takes no more from the iterator than it has room for.
        sender.push_iter(std::iter::from_fn(|| messages.pop_front()));
    }

    #[inline]
    fn recv_batch<M: Message>(
        receiver: &mut Self::Receiver<M>,
        messages: &mut VecDeque<M>,
        most: usize,
    ) {
        messages.extend(receiver.pop_iter().take(most));
    }
}
