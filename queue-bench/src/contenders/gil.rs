//! gil's queues, one for each topology, and its sharded MPMC.
//!
//! Fairness: its blocking and asynchronous receives never learn that the producers are
//! gone, so it takes part where the caller polls. Only its MPMC channel's tries wake anybody.

use std::collections::VecDeque;
use std::num::NonZeroUsize;

use gil::{mpmc, mpsc, spmc, spsc};

use super::vectored::as_vec;
use crate::cells::Cell;
use crate::contract::{Form, Order, Topology};
use crate::link::{self, Batching, Ends, Polling, Queue};
use crate::message::Message;

fn at_least_one(slots: usize) -> NonZeroUsize {
    NonZeroUsize::new(slots).expect("a buffered cell has slots")
}

macro_rules! queue {
    ($queue:ident, $name:literal, $topology:ident $form:ident, $order:ident, $least:literal, $notes:literal,
     $sender:ty, $receiver:ty, |$cell:ident| $ends:expr) => {
        #[derive(Debug)]
        pub(super) struct $queue;

        impl Queue for $queue {
            const NAME: &'static str = $name;
            const VERSION: &'static str = env!("VERSION_GIL");
            const ORDER: Order = Order::$order;
            const TOPOLOGY: Topology = Topology::$topology;
            const FORM: Form = Form::$form;
            const NOTES: &'static str = $notes;

            type Sender<M: Message> = $sender;
            type Receiver<M: Message> = $receiver;

            fn holds(slots: usize) -> bool {
                slots >= $least
            }

            fn open<M: Message>($cell: &Cell) -> Ends<Self, M> {
                $ends
            }
        }

        impl Polling for $queue {
            #[inline]
            fn try_send<M: Message>(sender: &mut Self::Sender<M>, message: M) -> Result<(), M> {
                sender.try_send(message)
            }

            #[inline]
            fn try_recv<M: Message>(receiver: &mut Self::Receiver<M>) -> Option<M> {
                receiver.try_recv()
            }
        }
    };
}

queue!(
    Mpmc,
    "gil",
    Mpmc Channel,
    Fifo,
    2,
    "mpmc::channel; a try waits for ever at capacity 1, which it does not take part in",
    mpmc::Sender<M>,
    mpmc::Receiver<M>,
    |cell| link::clones(mpmc::channel(at_least_one(cell.slots())), cell)
);

queue!(
    Mpsc,
    "gil-mpsc",
    Mpsc Ring,
    Fifo,
    2,
    "mpsc::channel; a try waits for ever at capacity 1, which it does not take part in",
    mpsc::Sender<M>,
    mpsc::Receiver<M>,
    |cell| {
        let (sender, receiver) = mpsc::channel(at_least_one(cell.slots()));
        (vec![sender; cell.producers], vec![receiver])
    }
);

queue!(
    Spmc,
    "gil-spmc",
    Spmc Ring,
    Fifo,
    2,
    "spmc::channel; a try waits for ever at capacity 1, which it does not take part in",
    spmc::Sender<M>,
    spmc::Receiver<M>,
    |cell| {
        let (sender, receiver) = spmc::channel(at_least_one(cell.slots()));
        (vec![sender], vec![receiver; cell.consumers])
    }
);

queue!(
    Spsc,
    "gil-spsc",
    Spsc Ring,
    Fifo,
    1,
    "spsc::channel",
    spsc::Sender<M>,
    spsc::Receiver<M>,
    |cell| {
        let (sender, receiver) = spsc::channel(at_least_one(cell.slots()));
        (vec![sender], vec![receiver])
    }
);

queue!(
    Sharded,
    "gil-sharded",
    Mpmc Ring,
    PerProducer,
    1,
    "mpmc::sharded::channel: each producer has its share of the slots",
    mpmc::sharded::Sender<M>,
    mpmc::sharded::Receiver<M>,
    |cell| {
        // It allows no more handles at either end than there are shards, a power of two.
        let shards = cell.producers.max(cell.consumers).next_power_of_two();
        let share = cell.slots().div_ceil(cell.producers);
        let (sender, receiver) = mpmc::sharded::channel(at_least_one(shards), at_least_one(share));
        let mut senders: Vec<_> = (1..cell.producers)
            .map(|_| sender.try_clone().expect("a shard is free"))
            .collect();
        let mut receivers: Vec<_> = (1..cell.consumers)
            .map(|_| receiver.try_clone().expect("there are as many shards"))
            .collect();
        senders.push(sender);
        receivers.push(receiver);
        (senders, receivers)
    }
);

macro_rules! guarded {
    ($queue:ident) => {
        impl Batching for $queue {
            const BATCH_NOTES: &'static str =
                "sent one by one (its batch call is unsafe); a read guard takes all there is";

            #[inline]
            fn send_batch<M: Message>(sender: &mut Self::Sender<M>, messages: &mut VecDeque<M>) {
                while let Some(message) = messages.pop_front() {
                    if let Err(refused) = sender.try_send(message) {
                        messages.push_front(refused);
                        return;
                    }
                }
            }

            #[inline]
            fn recv_batch<M: Message>(
                receiver: &mut Self::Receiver<M>,
                messages: &mut VecDeque<M>,
                _most: usize,
            ) {
                as_vec(messages, |vector| receiver.read_guard().drain_into(vector));
            }
        }
    };
}

guarded!(Spsc);
guarded!(Sharded);
