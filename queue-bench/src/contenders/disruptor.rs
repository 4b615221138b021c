//! A disruptor with one producer and one event poller, which never waits.
//!
//! It hands each event to every consumer, so that only one consumer makes it a queue.
//! With many producers, a poller would look through all that is published for each
//! message that it takes, so that has no place here either.

use std::collections::VecDeque;

use disruptor::{
    BusySpin, EventPoller, MissingFreeSlots, Producer, SingleConsumerBarrier, SingleProducer,
    SingleProducerBarrier, build_single_producer,
};

use crate::cells::Cell;
use crate::contract::{Form, Topology};
use crate::link::{Batching, Ends, Polling, Queue};
use crate::message::Message;

#[derive(Debug)]
pub(super) struct Single;

impl Queue for Single {
    const NAME: &'static str = "disruptor";
    const VERSION: &'static str = env!("VERSION_DISRUPTOR");
    const TOPOLOGY: Topology = Topology::Spsc;
    const FORM: Form = Form::Ring;
    const NOTES: &'static str = "EventPoller; rounds the capacity up to a power of two; \
        the consumer clones each message, which stays until it is overwritten";

    type Sender<M: Message> = SingleProducer<M, SingleConsumerBarrier>;
    type Receiver<M: Message> = EventPoller<M, SingleProducerBarrier>;

    fn open<M: Message>(cell: &Cell) -> Ends<Self, M> {
        // Nobody waits in the way that is named here: a poller does not wait.
        let size = cell.slots().next_power_of_two();
        let (poller, builder) =
            build_single_producer(size, M::default, BusySpin).new_event_poller();
        (vec![builder.build()], vec![poller])
    }
}

impl Polling for Single {
    #[inline]
    fn try_send<M: Message>(producer: &mut Self::Sender<M>, message: M) -> Result<(), M> {
        let mut message = Some(message);
        let published = producer.try_publish(|event| {
            if let Some(message) = message.take() {
                *event = message;
            }
        });
        debug_assert_eq!(published.is_ok(), message.is_none());
        message.map_or(Ok(()), Err)
    }

    #[inline]
    fn try_recv<M: Message>(poller: &mut Self::Receiver<M>) -> Option<M> {
        let mut events = poller.take(1).ok()?;
        (&mut events).next().cloned()
    }
}

impl Batching for Single {
    const BATCH_NOTES: &'static str = "try_batch_publish of what there is room for";

    #[inline]
    fn send_batch<M: Message>(producer: &mut Self::Sender<M>, messages: &mut VecDeque<M>) {
        if let Err(MissingFreeSlots(missing)) = publish(producer, messages, messages.len()) {
            let free = messages.len() - missing as usize;
            if free > 0 {
                publish(producer, messages, free).expect("the room that it spoke of");
            }
        }
    }

    #[inline]
    fn recv_batch<M: Message>(
        poller: &mut Self::Receiver<M>,
        messages: &mut VecDeque<M>,
        most: usize,
    ) {
        if let Ok(mut events) = poller.take(most as u64) {
            messages.extend((&mut events).cloned());
        }
    }
}

/// Publishes that many messages at once, or none.
#[inline]
fn publish<M: Message>(
    producer: &mut <Single as Queue>::Sender<M>,
    messages: &mut VecDeque<M>,
    count: usize,
) -> Result<(), MissingFreeSlots> {
    producer.try_batch_publish(count, |events| {
        for (event, message) in events.zip(messages.drain(..count)) {
            *event = message;
        }
    })?;
    Ok(())
}
