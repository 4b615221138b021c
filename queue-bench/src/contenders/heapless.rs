//! heapless's queues, whose capacities are part of their types; none of them waits.

use std::thread;

use heapless::mpmc::QueueView;
use heapless::spsc::{Consumer, Producer};
use heapless::{mpmc, spsc};

use crate::cells::Cell;
use crate::contract::{Form, Topology};
use crate::link::{self, Ends, Polling, Queue};
use crate::message::Message;

const VERSION: &str = env!("VERSION_HEAPLESS");

/// The capacities that the cells have, and what small ones of the tests are rounded up to.
const CAPACITIES: [usize; 7] = [1, 2, 4, 8, 64, 1024, 65536];

/// Makes a queue and leaks it, since what its ends hold is a reference.
fn leak<Q: Default + Send>() -> &'static mut Q {
    // It begins as a local value however large it is, and without optimisations as
    // several copies: that needs a stack of its own.
    let size = 8 * size_of::<Q>() + (1 << 20);
    thread::scope(|scope| {
        thread::Builder::new()
            .stack_size(size)
            .spawn_scoped(scope, || Box::leak(Box::<Q>::default()))
            .expect("there is memory")
            .join()
            .expect("nothing to panic about")
    })
}

#[derive(Debug)]
pub(super) struct Spsc;

/// One slot of `N` stays empty.
fn split<M: Message, const N: usize>() -> (Producer<'static, M>, Consumer<'static, M>) {
    leak::<spsc::Queue<M, N>>().split()
}

impl Queue for Spsc {
    const NAME: &'static str = "heapless";
    const VERSION: &'static str = VERSION;
    const TOPOLOGY: Topology = Topology::Spsc;
    const FORM: Form = Form::Ring;
    const NOTES: &'static str = "spsc::Queue, leaked, since its ends borrow it";

    type Sender<M: Message> = Producer<'static, M>;
    type Receiver<M: Message> = Consumer<'static, M>;

    fn holds(slots: usize) -> bool {
        CAPACITIES.contains(&slots.next_power_of_two())
    }

    fn open<M: Message>(cell: &Cell) -> Ends<Self, M> {
        let (producer, consumer) = match cell.slots().next_power_of_two() {
            1 => split::<M, 2>(),
            2 => split::<M, 3>(),
            4 => split::<M, 5>(),
            8 => split::<M, 9>(),
            64 => split::<M, 65>(),
            1024 => split::<M, 1025>(),
            65536 => split::<M, 65537>(),
            slots => unreachable!("{slots} slots are not held"),
        };
        (vec![producer], vec![consumer])
    }
}

impl Polling for Spsc {
    #[inline]
    fn try_send<M: Message>(producer: &mut Producer<'static, M>, message: M) -> Result<(), M> {
        producer.enqueue(message)
    }

    #[inline]
    fn try_recv<M: Message>(consumer: &mut Consumer<'static, M>) -> Option<M> {
        consumer.dequeue()
    }
}

#[derive(Debug)]
pub(super) struct Mpmc;

/// All slots are used.
fn view<M: Message, const N: usize>() -> &'static QueueView<M> {
    leak::<mpmc::Queue<M, N>>().as_view()
}

impl Queue for Mpmc {
    const NAME: &'static str = "heapless-mpmc";
    const VERSION: &'static str = VERSION;
    const TOPOLOGY: Topology = Topology::Mpmc;
    const FORM: Form = Form::Ring;
    const NOTES: &'static str = "mpmc::Queue with the feature mpmc_large, leaked";

    type Sender<M: Message> = &'static QueueView<M>;
    type Receiver<M: Message> = &'static QueueView<M>;

    fn holds(slots: usize) -> bool {
        slots > 1 && CAPACITIES.contains(&slots.next_power_of_two())
    }

    fn open<M: Message>(cell: &Cell) -> Ends<Self, M> {
        let queue = match cell.slots().next_power_of_two() {
            2 => view::<M, 2>(),
            4 => view::<M, 4>(),
            8 => view::<M, 8>(),
            64 => view::<M, 64>(),
            1024 => view::<M, 1024>(),
            65536 => view::<M, 65536>(),
            slots => unreachable!("{slots} slots are not held"),
        };
        link::clones((queue, queue), cell)
    }
}

impl Polling for Mpmc {
    #[inline]
    fn try_send<M: Message>(queue: &mut &'static QueueView<M>, message: M) -> Result<(), M> {
        queue.enqueue(message)
    }

    #[inline]
    fn try_recv<M: Message>(queue: &mut &'static QueueView<M>) -> Option<M> {
        queue.dequeue()
    }
}
