//! fanring's MPSC channel: a ring for each producer.
//!
//! Fairness: where others keep one order for all producers, it keeps each producer's
//! alone, and each producer has its share of the slots. Its MPMC channel keeps no order at all and does
//! not take part; neither do its futures, whose feature slows down the rest of it.

use std::collections::VecDeque;

use fanring::mpsc::{Receiver, Sender, channel};

use super::vectored::as_vec;
use crate::cells::Cell;
use crate::contract::{Order, Topology};
use crate::link::{Batching, Blocking, Ends, Queue};
use crate::message::Message;

#[derive(Debug)]
pub(super) struct Lanes;

impl Queue for Lanes {
    const NAME: &'static str = "fanring";
    const VERSION: &'static str = env!("VERSION_FANRING");
    const ORDER: Order = Order::PerProducer;
    const TOPOLOGY: Topology = Topology::Mpsc;
    const NOTES: &'static str = "mpsc::channel: each producer has its share of the slots, rounded \
        up to a power of two";

    type Sender<M: Message> = Sender<M>;
    type Receiver<M: Message> = Receiver<M>;

    fn open<M: Message>(cell: &Cell) -> Ends<Self, M> {
        let (sender, receiver) = channel(cell.slots().div_ceil(cell.producers));
        let mut senders: Vec<_> = (1..cell.producers)
            .map(|_| sender.try_clone().expect("the receiver is there"))
            .collect();
        senders.push(sender);
        (senders, vec![receiver])
    }
}

blocking!(Lanes);

polling!(Lanes);

impl Batching for Lanes {
    const BATCH_NOTES: &'static str = "sent one by one, received by recv_batch_into";

    #[inline]
    fn send_batch<M: Message>(sender: &mut Self::Sender<M>, messages: &mut VecDeque<M>) {
        for message in messages.drain(..) {
            <Self as Blocking>::send(sender, message);
        }
    }

    #[inline]
    fn recv_batch<M: Message>(
        receiver: &mut Self::Receiver<M>,
        messages: &mut VecDeque<M>,
        most: usize,
    ) {
        // Its error is the end, where there is nothing to append.
        let _ = as_vec(messages, |vector| receiver.recv_batch_into(vector, most));
    }
}
