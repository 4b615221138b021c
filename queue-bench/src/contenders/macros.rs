//! What the adapters have in common: calls with the same name that return the same, and the
//! several forms in which a crate has its queue.
//!
//! Where a queue differs from these, its adapter says how.

/// One form of a crate's queue: its type here, the contender's name, its version, for how many
/// threads it is (and whether it is a ring), what to know about it, the types of its ends, and what opens a pair of them.
macro_rules! queue {
    ($queue:ident, $name:literal, $version:literal, $topology:ident $($form:ident)?, $notes:literal,
     $sender:ty, $receiver:ty, |$cell:ident| $open:expr) => {
        #[derive(Debug)]
        pub(super) struct $queue;

        impl $crate::link::Queue for $queue {
            const NAME: &'static str = $name;
            const VERSION: &'static str = env!($version);
            const TOPOLOGY: Topology = Topology::$topology;
            $(const FORM: $crate::contract::Form = $crate::contract::Form::$form;)?
            const NOTES: &'static str = $notes;

            type Sender<M: Message> = $sender;
            type Receiver<M: Message> = $receiver;

            fn open<M: Message>($cell: &Cell) -> $crate::link::Ends<Self, M> {
                let (sender, receiver) = $open;
                ends!($topology, $cell, sender, receiver)
            }
        }
    };
}

/// A handle for each worker, by cloning the ends that may be cloned.
macro_rules! ends {
    (Mpmc, $cell:ident, $sender:ident, $receiver:ident) => {
        $crate::link::clones(($sender, $receiver), $cell)
    };
    (Mpsc, $cell:ident, $sender:ident, $receiver:ident) => {
        (vec![$sender; $cell.producers], vec![$receiver])
    };
    (Spmc, $cell:ident, $sender:ident, $receiver:ident) => {
        (vec![$sender], vec![$receiver; $cell.consumers])
    };
    (Spsc, $cell:ident, $sender:ident, $receiver:ident) => {
        (vec![$sender], vec![$receiver])
    };
}

/// `send` that fails without receivers, `recv` that fails at the end.
macro_rules! blocking {
    ($($queue:ident),*) => {$(
        impl $crate::link::Blocking for $queue {
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

/// `try_send` that gives the message back in its error, `try_recv` that fails.
macro_rules! polling {
    ($($queue:ident),*) => {$(
        impl $crate::link::Polling for $queue {
            #[inline]
            fn try_send<M: Message>(sender: &mut Self::Sender<M>, message: M) -> Result<(), M> {
                sender
                    .try_send(message)
                    .map_err(|refused| refused.into_inner())
            }

            #[inline]
            fn try_recv<M: Message>(receiver: &mut Self::Receiver<M>) -> Option<M> {
                receiver.try_recv().ok()
            }
        }
    )*};
}

/// Like `blocking`, with an `await`.
macro_rules! asynchronous {
    ($($queue:ident),*) => {$(
        impl $crate::link::Async for $queue {
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

/// A `Select` to which each receiver is added once, and taken off at its end.
macro_rules! selecting {
    ($queue:ident, $select:ident, $receiver:ident) => {
        #[derive(Debug)]
        pub(super) struct Selection<'a, M> {
            select: $select<'a>,
            receivers: &'a [$receiver<M>],
            connected: usize,
        }

        impl $crate::link::Selecting for $queue {
            const SELECT_NOTES: &'static str = "Select";

            type Selection<'a, M: Message> = Selection<'a, M>;

            fn selection<M: Message>(receivers: &[Self::Receiver<M>]) -> Selection<'_, M> {
                let mut select = $select::new();
                for receiver in receivers {
                    select.recv(receiver);
                }
                Selection {
                    select,
                    receivers,
                    connected: receivers.len(),
                }
            }

            #[inline]
            fn recv_any<M: Message>(selection: &mut Selection<'_, M>) -> Option<M> {
                while selection.connected > 0 {
                    let operation = selection.select.select();
                    let index = operation.index();
                    if let Ok(message) = operation.recv(&selection.receivers[index]) {
                        return Some(message);
                    }
                    selection.select.remove(index);
                    selection.connected -= 1;
                }
                None
            }
        }
    };
}
