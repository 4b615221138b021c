//! fibre's channels for one or many at each end.
//!
//! Fairness: what is for threads and what is for tasks are different types over the same
//! queue; its MPMC is a ring behind a mutex, its MPSC and SPSC are not.

use std::collections::VecDeque;

use fibre::{TrySendError, mpmc, mpsc, spsc};

use super::vectored::as_vec;
use crate::cells::Cell;
use crate::contract::Topology;
use crate::link::{Async, Batching, Blocking, Ends, Polling, Queue};
use crate::message::Message;

macro_rules! queue {
    ($queue:ident, $name:literal, $topology:ident, $notes:literal,
     $sender:ty, $receiver:ty, |$cell:ident| $open:expr) => {
        #[derive(Debug)]
        pub(super) struct $queue;

        impl Queue for $queue {
            const NAME: &'static str = $name;
            const VERSION: &'static str = env!("VERSION_FIBRE");
            const TOPOLOGY: Topology = Topology::$topology;
            const NOTES: &'static str = $notes;

            type Sender<M: Message> = $sender;
            type Receiver<M: Message> = $receiver;

            fn open<M: Message>($cell: &Cell) -> Ends<Self, M> {
                let (sender, receiver) = $open;
                ends!($topology, $cell, sender, receiver)
            }
        }
    };
}

macro_rules! ends {
    (Mpmc, $cell:ident, $sender:ident, $receiver:ident) => {
        crate::link::clones(($sender, $receiver), $cell)
    };
    (Mpsc, $cell:ident, $sender:ident, $receiver:ident) => {
        (vec![$sender; $cell.producers], vec![$receiver])
    };
    (Spsc, $cell:ident, $sender:ident, $receiver:ident) => {
        (vec![$sender], vec![$receiver])
    };
}

macro_rules! blocking {
    ($($queue:ident),*) => {$(
        impl Blocking for $queue {
            #[inline]
            fn send<M: Message>(sender: &mut Self::Sender<M>, message: M) {
                sender
                    .send(message)
                    .expect("the receivers outlive the senders");
            }

            #[inline]
            fn recv<M: Message>(receiver: &mut Self::Receiver<M>) -> Option<M> {
                receiver.recv().ok()
            }
        }
    )*};
}

macro_rules! polling_and_batching {
    ($($queue:ident),*) => {$(
        impl Polling for $queue {
            #[inline]
            fn try_send<M: Message>(sender: &mut Self::Sender<M>, message: M) -> Result<(), M> {
                sender.try_send(message).map_err(TrySendError::into_inner)
            }

            #[inline]
            fn try_recv<M: Message>(receiver: &mut Self::Receiver<M>) -> Option<M> {
                receiver.try_recv().ok()
            }
        }

        impl Batching for $queue {
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

macro_rules! asynchronous {
    ($($queue:ident),*) => {$(
        impl Async for $queue {
            #[inline]
            async fn send<M: Message>(sender: &mut Self::Sender<M>, message: M) {
                sender
                    .send(message)
                    .await
                    .expect("the receivers outlive the senders");
            }

            #[inline]
            async fn recv<M: Message>(receiver: &mut Self::Receiver<M>) -> Option<M> {
                receiver.recv().await.ok()
            }
        }
    )*};
}

queue!(
    Mpmc,
    "fibre",
    Mpmc,
    "mpmc::bounded",
    mpmc::Sender<M>,
    mpmc::Receiver<M>,
    |cell| mpmc::bounded(cell.slots())
);
queue!(
    MpmcTasks,
    "fibre",
    Mpmc,
    "mpmc::bounded_async",
    mpmc::AsyncSender<M>,
    mpmc::AsyncReceiver<M>,
    |cell| mpmc::bounded_async(cell.slots())
);
queue!(
    MpmcRendezvous,
    "fibre",
    Mpmc,
    "mpmc::rendezvous",
    mpmc::RendezvousSyncSender<M>,
    mpmc::RendezvousSyncReceiver<M>,
    |cell| mpmc::rendezvous::rendezvous()
);
queue!(
    MpmcUnbounded,
    "fibre",
    Mpmc,
    "mpmc::unbounded",
    mpmc::UnboundedSyncSender<M>,
    mpmc::UnboundedSyncReceiver<M>,
    |cell| mpmc::unbounded()
);
queue!(
    Mpsc,
    "fibre-mpsc",
    Mpsc,
    "mpsc::bounded",
    mpsc::BoundedSyncSender<M>,
    mpsc::BoundedSyncReceiver<M>,
    |cell| mpsc::bounded(cell.slots())
);
queue!(
    MpscTasks,
    "fibre-mpsc",
    Mpsc,
    "mpsc::bounded_async",
    mpsc::BoundedAsyncSender<M>,
    mpsc::BoundedAsyncReceiver<M>,
    |cell| mpsc::bounded_async(cell.slots())
);
queue!(
    MpscRendezvous,
    "fibre-mpsc",
    Mpsc,
    "mpsc::rendezvous",
    mpsc::RendezvousSyncSender<M>,
    mpsc::RendezvousSyncReceiver<M>,
    |cell| mpsc::rendezvous::rendezvous()
);
queue!(
    MpscUnbounded,
    "fibre-mpsc",
    Mpsc,
    "mpsc::unbounded",
    mpsc::UnboundedSyncSender<M>,
    mpsc::UnboundedSyncReceiver<M>,
    |cell| mpsc::unbounded()
);
queue!(
    Spsc,
    "fibre-spsc",
    Spsc,
    "spsc::bounded_sync",
    spsc::BoundedSyncSender<M>,
    spsc::BoundedSyncReceiver<M>,
    |cell| spsc::bounded_sync(cell.slots())
);
queue!(
    SpscTasks,
    "fibre-spsc",
    Spsc,
    "spsc::bounded_async",
    spsc::BoundedAsyncSender<M>,
    spsc::BoundedAsyncReceiver<M>,
    |cell| spsc::bounded_async(cell.slots())
);
queue!(
    SpscRendezvous,
    "fibre-spsc",
    Spsc,
    "spsc::rendezvous",
    spsc::RendezvousSyncSender<M>,
    spsc::RendezvousSyncReceiver<M>,
    |_cell| spsc::rendezvous::rendezvous()
);

blocking!(Mpmc, Mpsc, Spsc);
blocking!(MpmcRendezvous, MpscRendezvous, SpscRendezvous);
blocking!(MpmcUnbounded, MpscUnbounded);
polling_and_batching!(Mpmc, Mpsc, Spsc);
asynchronous!(MpmcTasks, MpscTasks, SpscTasks);
