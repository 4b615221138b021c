//! fibre's channels for one or many at each end.
//!
//! Fairness: what is for threads and what is for tasks are different types over the same
//! queue; its MPMC is a ring behind a mutex, its MPSC and SPSC are not.

use std::collections::VecDeque;

use fibre::{mpmc, mpsc, spsc};

use super::vectored::as_vec;
use crate::cells::Cell;
use crate::contract::Topology;
use crate::link::Batching;
use crate::message::Message;

macro_rules! batching {
    ($($queue:ident),*) => {$(
        impl Batching for $queue {
            const BATCH_NOTES: &'static str = "send_batch_mut and recv_batch_mut";

            #[inline]
            fn send_batch<M: Message>(sender: &mut Self::Sender<M>, messages: &mut VecDeque<M>) {
                as_vec(messages, |vector| sender.send_batch_mut(vector))
                    .expect("the receivers outlive the senders");
            }

            #[inline]
            fn recv_batch<M: Message>(
                receiver: &mut Self::Receiver<M>,
                messages: &mut VecDeque<M>,
                most: usize,
            ) {
                // Its error is the end, where there is nothing to append.
                let _ = as_vec(messages, |vector| receiver.recv_batch_mut(vector, most));
            }
        }
    )*};
}

queue!(
    Mpmc,
    "fibre",
    "VERSION_FIBRE",
    Mpmc,
    "mpmc::bounded",
    mpmc::Sender<M>,
    mpmc::Receiver<M>,
    |cell| mpmc::bounded(cell.slots())
);
queue!(
    MpmcTasks,
    "fibre",
    "VERSION_FIBRE",
    Mpmc,
    "mpmc::bounded_async",
    mpmc::AsyncSender<M>,
    mpmc::AsyncReceiver<M>,
    |cell| mpmc::bounded_async(cell.slots())
);
queue!(
    MpmcRendezvous,
    "fibre",
    "VERSION_FIBRE",
    Mpmc,
    "mpmc::rendezvous",
    mpmc::RendezvousSyncSender<M>,
    mpmc::RendezvousSyncReceiver<M>,
    |cell| mpmc::rendezvous::rendezvous()
);
queue!(
    MpmcUnbounded,
    "fibre",
    "VERSION_FIBRE",
    Mpmc,
    "mpmc::unbounded",
    mpmc::UnboundedSyncSender<M>,
    mpmc::UnboundedSyncReceiver<M>,
    |cell| mpmc::unbounded()
);
queue!(
    Mpsc,
    "fibre-mpsc",
    "VERSION_FIBRE",
    Mpsc,
    "mpsc::bounded",
    mpsc::BoundedSyncSender<M>,
    mpsc::BoundedSyncReceiver<M>,
    |cell| mpsc::bounded(cell.slots())
);
queue!(
    MpscTasks,
    "fibre-mpsc",
    "VERSION_FIBRE",
    Mpsc,
    "mpsc::bounded_async",
    mpsc::BoundedAsyncSender<M>,
    mpsc::BoundedAsyncReceiver<M>,
    |cell| mpsc::bounded_async(cell.slots())
);
queue!(
    MpscRendezvous,
    "fibre-mpsc",
    "VERSION_FIBRE",
    Mpsc,
    "mpsc::rendezvous",
    mpsc::RendezvousSyncSender<M>,
    mpsc::RendezvousSyncReceiver<M>,
    |cell| mpsc::rendezvous::rendezvous()
);
queue!(
    MpscUnbounded,
    "fibre-mpsc",
    "VERSION_FIBRE",
    Mpsc,
    "mpsc::unbounded",
    mpsc::UnboundedSyncSender<M>,
    mpsc::UnboundedSyncReceiver<M>,
    |cell| mpsc::unbounded()
);
queue!(
    Spsc,
    "fibre-spsc",
    "VERSION_FIBRE",
    Spsc,
    "spsc::bounded_sync",
    spsc::BoundedSyncSender<M>,
    spsc::BoundedSyncReceiver<M>,
    |cell| spsc::bounded_sync(cell.slots())
);
queue!(
    SpscTasks,
    "fibre-spsc",
    "VERSION_FIBRE",
    Spsc,
    "spsc::bounded_async",
    spsc::BoundedAsyncSender<M>,
    spsc::BoundedAsyncReceiver<M>,
    |cell| spsc::bounded_async(cell.slots())
);
queue!(
    SpscRendezvous,
    "fibre-spsc",
    "VERSION_FIBRE",
    Spsc,
    "spsc::rendezvous",
    spsc::RendezvousSyncSender<M>,
    spsc::RendezvousSyncReceiver<M>,
    |_cell| spsc::rendezvous::rendezvous()
);

blocking!(Mpmc, Mpsc, Spsc);
blocking!(MpmcRendezvous, MpscRendezvous, SpscRendezvous);
blocking!(MpmcUnbounded, MpscUnbounded);
polling!(Mpmc, Mpsc, Spsc);
batching!(Mpmc, Mpsc, Spsc);
asynchronous!(MpmcTasks, MpscTasks, SpscTasks);
