//! Our channels with ends that are alone.
//!
//! They stand among the peers, and are compared with `queue-core` as they are: what one of them and another peer of its
//! contract have in common is that partner.

use std::collections::VecDeque;

use queue_core::{mpsc, spmc, spsc};

use super::vectored::as_vec;
use crate::cells::Cell;
use crate::contract::Topology;
use crate::message::Message;

queue!(
    Spsc,
    "queue-core-spsc-channel",
    "VERSION_QUEUE_CORE",
    Spsc,
    "spsc::bounded",
    spsc::Sender<M>,
    spsc::Receiver<M>,
    |cell| spsc::bounded(cell.slots())
);
queue!(
    Mpsc,
    "queue-core-mpsc",
    "VERSION_QUEUE_CORE",
    Mpsc,
    "mpsc::bounded",
    mpsc::Sender<M>,
    mpsc::Receiver<M>,
    |cell| mpsc::bounded(cell.slots())
);
queue!(
    Spmc,
    "queue-core-spmc",
    "VERSION_QUEUE_CORE",
    Spmc,
    "spmc::bounded",
    spmc::Sender<M>,
    spmc::Receiver<M>,
    |cell| spmc::bounded(cell.slots())
);

blocking!(Spsc, Mpsc, Spmc);
polling!(Spsc, Mpsc, Spmc);

macro_rules! asynchronous_and_batching {
    ($($queue:ident),*) => {$(
        impl crate::link::Async for $queue {
            #[inline]
            async fn send<M: Message>(sender: &mut Self::Sender<M>, message: M) {
                sender
                    .send_async(message)
                    .await
                    .expect("the receivers outlive the senders");
            }

            #[inline]
            async fn recv<M: Message>(receiver: &mut Self::Receiver<M>) -> Option<M> {
                receiver.recv_async().await.ok()
            }
        }

        impl crate::link::Batching for $queue {
            const BATCH_NOTES: &'static str = "send_batch and recv_batch";

            #[inline]
            fn send_batch<M: Message>(sender: &mut Self::Sender<M>, messages: &mut VecDeque<M>) {
                sender
                    .send_batch(messages.drain(..))
                    .expect("the receivers outlive the senders");
            }

            #[inline]
            fn recv_batch<M: Message>(
                receiver: &mut Self::Receiver<M>,
                messages: &mut VecDeque<M>,
                most: usize,
            ) {
                // Its error is the end, where there is nothing to append.
                let _ = as_vec(messages, |vector| receiver.recv_batch(vector, most));
            }
        }
    )*};
}

asynchronous_and_batching!(Spsc, Mpsc, Spmc);
