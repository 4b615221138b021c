//! ringbuf's ring on the heap, which never waits.

use std::collections::VecDeque;

use ringbuf::traits::{Consumer, Observer, Producer, Split};
use ringbuf::{HeapCons, HeapProd, HeapRb};

use crate::cells::Cell;
use crate::contract::{Form, Topology};
use crate::link::{Batching, Ends, Polling, Queue};
use crate::message::Message;

#[derive(Debug)]
pub(super) struct Ring;

impl Queue for Ring {
    const NAME: &'static str = "ringbuf";
    const VERSION: &'static str = env!("VERSION_RINGBUF");
    const TOPOLOGY: Topology = Topology::Spsc;
    const FORM: Form = Form::Ring;
    const NOTES: &'static str = "HeapRb";

    type Sender<M: Message> = HeapProd<M>;
    type Receiver<M: Message> = HeapCons<M>;

    fn open<M: Message>(cell: &Cell) -> Ends<Self, M> {
        let (producer, consumer) = HeapRb::new(cell.slots()).split();
        (vec![producer], vec![consumer])
    }
}

impl Polling for Ring {
    #[inline]
    fn try_send<M: Message>(producer: &mut HeapProd<M>, message: M) -> Result<(), M> {
        producer.try_push(message)
    }

    #[inline]
    fn try_recv<M: Message>(consumer: &mut HeapCons<M>) -> Option<M> {
        consumer.try_pop()
    }
}

impl Batching for Ring {
    const BATCH_NOTES: &'static str = "HeapRb by push_iter and pop_iter";

    #[inline]
    fn send_batch<M: Message>(producer: &mut HeapProd<M>, messages: &mut VecDeque<M>) {
        let count = messages.len().min(producer.vacant_len());
        if count > 0 {
            producer.push_iter(messages.drain(..count));
        }
    }

    #[inline]
    fn recv_batch<M: Message>(consumer: &mut HeapCons<M>, messages: &mut VecDeque<M>, most: usize) {
        messages.extend(consumer.pop_iter().take(most));
    }
}
