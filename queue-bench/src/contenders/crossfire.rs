//! crossfire's channels, for one or many at each end, blocking or asynchronous at both.
//!
//! Fairness: it is told beforehand to fit its backoff to the machine, as it asks for.

use crossfire::select::Select;
use crossfire::{
    AsyncRx, AsyncTx, MAsyncRx, MAsyncTx, MRx, MTx, Rx, TrySendError, Tx, detect_backoff_cfg, mpmc,
    mpsc, spsc,
};

use crate::cells::Cell;
use crate::contract::Topology;
use crate::link::{Async, Blocking, Ends, Polling, Queue, Selecting};
use crate::message::Message;

macro_rules! queue {
    ($queue:ident, $name:literal, $topology:ident, $notes:literal,
     $sender:ty, $receiver:ty, |$cell:ident| $open:expr) => {
        #[derive(Debug)]
        pub(super) struct $queue;

        impl Queue for $queue {
            const NAME: &'static str = $name;
            const VERSION: &'static str = env!("VERSION_CROSSFIRE");
            const TOPOLOGY: Topology = Topology::$topology;
            const NOTES: &'static str = $notes;

            type Sender<M: Message> = $sender;
            type Receiver<M: Message> = $receiver;

            fn open<M: Message>($cell: &Cell) -> Ends<Self, M> {
                // It looks at the machine only once.
                detect_backoff_cfg();
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

macro_rules! polling {
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
    Bounded,
    "crossfire",
    Mpmc,
    "mpmc::bounded_blocking",
    MTx<mpmc::Array<M>>,
    MRx<mpmc::Array<M>>,
    |cell| mpmc::bounded_blocking(cell.slots())
);
queue!(
    BoundedTasks,
    "crossfire",
    Mpmc,
    "mpmc::bounded_async",
    MAsyncTx<mpmc::Array<M>>,
    MAsyncRx<mpmc::Array<M>>,
    |cell| mpmc::bounded_async(cell.slots())
);
queue!(
    Unbounded,
    "crossfire",
    Mpmc,
    "mpmc::unbounded_blocking",
    MTx<mpmc::List<M>>,
    MRx<mpmc::List<M>>,
    |cell| mpmc::unbounded_blocking()
);
queue!(
    Mpsc,
    "crossfire-mpsc",
    Mpsc,
    "mpsc::bounded_blocking",
    MTx<mpsc::Array<M>>,
    Rx<mpsc::Array<M>>,
    |cell| mpsc::bounded_blocking(cell.slots())
);
queue!(
    MpscTasks,
    "crossfire-mpsc",
    Mpsc,
    "mpsc::bounded_async",
    MAsyncTx<mpsc::Array<M>>,
    AsyncRx<mpsc::Array<M>>,
    |cell| mpsc::bounded_async(cell.slots())
);
queue!(
    MpscUnbounded,
    "crossfire-mpsc",
    Mpsc,
    "mpsc::unbounded_blocking",
    MTx<mpsc::List<M>>,
    Rx<mpsc::List<M>>,
    |cell| mpsc::unbounded_blocking()
);
queue!(
    Spsc,
    "crossfire-spsc",
    Spsc,
    "spsc::bounded_blocking",
    Tx<spsc::Array<M>>,
    Rx<spsc::Array<M>>,
    |cell| spsc::bounded_blocking(cell.slots())
);
queue!(
    SpscTasks,
    "crossfire-spsc",
    Spsc,
    "spsc::bounded_async",
    AsyncTx<spsc::Array<M>>,
    AsyncRx<spsc::Array<M>>,
    |cell| spsc::bounded_async(cell.slots())
);
queue!(
    SpscUnbounded,
    "crossfire-spsc",
    Spsc,
    "spsc::unbounded_blocking",
    Tx<spsc::List<M>>,
    Rx<spsc::List<M>>,
    |_cell| spsc::unbounded_blocking()
);

blocking!(Bounded, Mpsc, Spsc);
blocking!(Unbounded, MpscUnbounded, SpscUnbounded);
polling!(Bounded, Mpsc, Spsc);
asynchronous!(BoundedTasks, MpscTasks, SpscTasks);

#[derive(Debug)]
pub(super) struct Selection<'a, M: 'static> {
    select: Select<'a>,
    receivers: &'a [MRx<mpmc::Array<M>>],
}

impl Selecting for Bounded {
    const SELECT_NOTES: &'static str = "Select over mpmc::bounded_blocking";

    type Selection<'a, M: Message> = Selection<'a, M>;

    fn selection<M: Message>(receivers: &[Self::Receiver<M>]) -> Selection<'_, M> {
        let mut select = Select::new();
        for receiver in receivers {
            select.add(receiver);
        }
        Selection { select, receivers }
    }

    #[inline]
    fn recv_any<M: Message>(Selection { select, receivers }: &mut Selection<'_, M>) -> Option<M> {
        while let Ok(ready) = select.select() {
            let receiver = receivers
                .iter()
                .find(|receiver| ready.is_from(*receiver))
                .expect("what is ready is one of those that were added");
            if let Ok(message) = receiver.read_select(ready) {
                return Some(message);
            }
            select.remove(receiver);
        }
        None
    }
}
