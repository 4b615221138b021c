//! What the queues of C++ promise.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread;

use super::{End, open};
use crate::cells::Cell;
use crate::contract::{Form, Order, Topology};
use crate::link::{Blocking, Ends, Polling, Queue};
use crate::message::{Message, Payload, Word};

macro_rules! queue {
    (
        $(#[$attribute:meta])* $type:ident: $name:literal $version:literal,
        $order:ident, $topology:ident $form:ident, $notes:literal, $slots:pat
    ) => {
        $(#[$attribute])*
        #[derive(Debug)]
        pub(super) struct $type;

        impl Queue for $type {
            const NAME: &'static str = $name;
            const VERSION: &'static str = env!($version);
            const ORDER: Order = Order::$order;
            const TOPOLOGY: Topology = Topology::$topology;
            const FORM: Form = Form::$form;
            const NOTES: &'static str = $notes;

            type Sender<M: Message> = End<Self>;
            type Receiver<M: Message> = End<Self>;

            fn holds(slots: usize) -> bool {
                matches!(slots, $slots)
            }

            fn carries(payload: Payload) -> bool {
                payload == Payload::Word
            }

            fn open<M: Message>(cell: &Cell) -> Ends<Self, M> {
                assert!(Self::TOPOLOGY.serves(cell.producers, cell.consumers));
                open(cell)
            }
        }

        impl Polling for $type {
            #[inline]
            fn try_send<M: Message>(end: &mut End<Self>, message: M) -> Result<(), M> {
                if end.try_push(message.word()) {
                    Ok(())
                } else {
                    Err(message)
                }
            }

            #[inline]
            fn try_recv<M: Message>(end: &mut End<Self>) -> Option<M> {
                end.try_pop().map(M::of)
            }
        }
    };
}

queue!(
    /// It holds `slots` rounded up to blocks of 32 messages, and two blocks less one more
    /// for each producer: a block serves one producer, until it is full and emptied.
    Moodycamel: "moodycamel" "VERSION_MOODYCAMEL", PerProducer, Mpmc Ring,
    "ConcurrentQueue::try_enqueue, with tokens for consumers only (a producer with one would keep \
     its emptied blocks from the others) and blocks for 32 (2 p - 1) more messages from p producers",
    64..=1024
);
queue!(
    /// The same with a larger index of blocks, which would otherwise have to grow.
    MoodycamelLarge: "moodycamel" "VERSION_MOODYCAMEL", PerProducer, Mpmc Ring,
    "ConcurrentQueue::try_enqueue with IMPLICIT_INITIAL_INDEX_SIZE = 4096, with tokens for \
     consumers only (a producer with one would keep its emptied blocks from the others) and blocks \
     for 32 (2 p - 1) more messages from p producers",
    1025..=65536
);
queue!(
    /// The index of a node has sixteen bits.
    BoostQueue: "boost-lockfree" "VERSION_BOOST", Fifo, Mpmc Ring,
    "queue with fixed_sized, which holds 65534 messages at most",
    1..=65534
);
queue!(
    BoostSpsc: "boost-spsc" "VERSION_BOOST", Fifo, Spsc Ring,
    "spsc_queue",
    1..
);
queue!(
    OneTbb: "onetbb" "VERSION_ONETBB", PerProducer, Mpmc Channel,
    "concurrent_bounded_queue",
    1..
);

/// [`OneTbb`] where it waits. Nobody tells a consumer that waits of the end, so that the
/// last producer to leave sends each of them [`END`].
#[derive(Debug)]
pub(super) struct OneTbbWaiting;

/// A word that no producer sends, since none has that number.
const END: Word = Word::MAX;

pub(super) struct Producer {
    end: End<OneTbb>,
    present: Arc<Present>,
}

pub(super) struct Consumer {
    end: End<OneTbb>,
    present: Arc<Present>,
    is_over: bool,
}

/// Who has not left.
struct Present {
    producers: AtomicUsize,
    consumers: AtomicUsize,
}

impl Drop for Producer {
    fn drop(&mut self) {
        if self.present.producers.fetch_sub(1, Ordering::AcqRel) > 1 {
            return;
        }
        // Messages and pops are numbered and meet by number: these come after all others.
        for _ in 0..self.present.consumers.load(Ordering::Acquire) {
            // There is room once they have received what is there, unless they are gone.
            while !self.end.try_push(END) && self.present.consumers.load(Ordering::Acquire) > 0 {
                thread::yield_now();
            }
        }
    }
}

impl Drop for Consumer {
    fn drop(&mut self) {
        self.present.consumers.fetch_sub(1, Ordering::AcqRel);
    }
}

impl Queue for OneTbbWaiting {
    const NAME: &'static str = OneTbb::NAME;
    const VERSION: &'static str = OneTbb::VERSION;
    const ORDER: Order = OneTbb::ORDER;
    const TOPOLOGY: Topology = OneTbb::TOPOLOGY;
    const NOTES: &'static str = "concurrent_bounded_queue, with a word for the end";

    type Sender<M: Message> = Producer;
    type Receiver<M: Message> = Consumer;

    fn holds(slots: usize) -> bool {
        OneTbb::holds(slots)
    }

    fn carries(payload: Payload) -> bool {
        OneTbb::carries(payload)
    }

    fn open<M: Message>(cell: &Cell) -> Ends<Self, M> {
        let present = Arc::new(Present {
            producers: AtomicUsize::new(cell.producers),
            consumers: AtomicUsize::new(cell.consumers),
        });
        let (producers, consumers) = open(cell);
        let producer = |end| Producer {
            end,
            present: Arc::clone(&present),
        };
        let consumer = |end| Consumer {
            end,
            present: Arc::clone(&present),
            is_over: false,
        };
        (
            producers.into_iter().map(producer).collect(),
            consumers.into_iter().map(consumer).collect(),
        )
    }
}

impl Blocking for OneTbbWaiting {
    #[inline]
    fn send<M: Message>(producer: &mut Producer, message: M) {
        producer.end.push(message.word());
    }

    #[inline]
    fn recv<M: Message>(consumer: &mut Consumer) -> Option<M> {
        if consumer.is_over {
            return None;
        }
        let word = consumer.end.pop();
        consumer.is_over = word == END;
        (!consumer.is_over).then(|| M::of(word))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::watchdog::Watchdog;
    use std::time::Duration;

    #[test]
    fn each_consumer_that_waits_hears_of_the_end_once_and_for_all() {
        let watchdog = Watchdog::for_tests();
        watchdog.watch("onetbb", Duration::ZERO);
        let (mut producers, consumers) = OneTbbWaiting::open::<u64>(&Cell::shaped(2, 3, 1));
        let consumers: Vec<_> = consumers
            .into_iter()
            .map(|mut consumer| {
                thread::spawn(move || {
                    let mut received = Vec::new();
                    while let Some(word) = OneTbbWaiting::recv::<u64>(&mut consumer) {
                        received.push(word);
                    }
                    assert_eq!(OneTbbWaiting::recv::<u64>(&mut consumer), None);
                    received
                })
            })
            .collect();
        for word in 0..1000 {
            OneTbbWaiting::send(&mut producers[word as usize % 2], word);
        }
        drop(producers);
        let mut received: Vec<_> = consumers
            .into_iter()
            .flat_map(|consumer| consumer.join().unwrap())
            .collect();
        received.sort_unstable();
        assert_eq!(received, (0..1000).collect::<Vec<_>>());
    }

    #[test]
    fn the_last_producer_does_not_wait_for_consumers_that_are_gone() {
        let watchdog = Watchdog::for_tests();
        watchdog.watch("onetbb", Duration::ZERO);
        let (mut producers, consumers) = OneTbbWaiting::open::<u64>(&Cell::shaped(1, 2, 1));
        OneTbbWaiting::send(&mut producers[0], 7_u64);
        drop(consumers);
        drop(producers);
    }

    #[test]
    fn every_queue_has_room_for_what_it_was_asked_and_not_without_limit() {
        fn room<Q: Polling>(slots: usize, producers: usize) -> usize {
            let cell = Cell::shaped(producers, 1, slots);
            let (mut producers, _consumers) = Q::open::<u64>(&cell);
            (0..)
                .find(|&word| Q::try_send(&mut producers[0], word).is_err())
                .expect("it fills up") as usize
        }
        for slots in [1, 2, 64, 1024, 65534] {
            assert_eq!(room::<BoostQueue>(slots, 1), slots);
            assert_eq!(room::<BoostSpsc>(slots, 1), slots);
            assert_eq!(room::<OneTbb>(slots, 1), slots);
        }
        for producers in [1, 4, 16] {
            let beyond = 32 * (2 * producers - 1);
            for slots in [64, 1024, 65536] {
                let room = if slots > 1024 {
                    room::<MoodycamelLarge>(slots, producers)
                } else {
                    room::<Moodycamel>(slots, producers)
                };
                assert!((slots..=slots + beyond).contains(&room), "{slots}: {room}");
            }
        }
    }
}
