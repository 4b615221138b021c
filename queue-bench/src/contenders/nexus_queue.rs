//! nexus-queue's rings, one for each topology that it has; none of them waits.

use nexus_queue::{Full, mpsc, spmc, spsc};

use crate::cells::Cell;
use crate::contract::Topology;
use crate::link::Polling;
use crate::message::Message;

macro_rules! ring {
    ($queue:ident, $name:literal, $topology:ident, $module:ident) => {
        queue!(
            $queue,
            $name,
            "VERSION_NEXUS_QUEUE",
            $topology Ring,
            "rounds the capacity up to a power of two",
            $module::Producer<M>,
            $module::Consumer<M>,
            |cell| $module::ring_buffer(cell.slots())
        );

        impl Polling for $queue {
            #[inline]
            fn try_send<M: Message>(producer: &mut Self::Sender<M>, message: M) -> Result<(), M> {
                producer.push(message).map_err(Full::into_inner)
            }

            #[inline]
            fn try_recv<M: Message>(consumer: &mut Self::Receiver<M>) -> Option<M> {
                consumer.pop()
            }
        }
    };
}

ring!(Spsc, "nexus-queue", Spsc, spsc);
ring!(Mpsc, "nexus-queue-mpsc", Mpsc, mpsc);
ring!(Spmc, "nexus-queue-spmc", Spmc, spmc);
