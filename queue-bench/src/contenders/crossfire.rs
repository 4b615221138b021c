//! crossfire's channels, for one or many at each end, blocking or asynchronous at both.
//!
//! Fairness: it is told beforehand to fit its backoff to the machine, as it asks for.

use crossfire::select::Select;
use crossfire::{
    AsyncRx, AsyncTx, MAsyncRx, MAsyncTx, MRx, MTx, Rx, Tx, detect_backoff_cfg, mpmc, mpsc, spsc,
};

use crate::cells::Cell;
use crate::contract::Topology;
use crate::link::Selecting;
use crate::message::Message;

queue!(
    Bounded,
    "crossfire",
    "VERSION_CROSSFIRE",
    Mpmc,
    "mpmc::bounded_blocking",
    MTx<mpmc::Array<M>>,
    MRx<mpmc::Array<M>>,
    |cell| fitted(|| mpmc::bounded_blocking(cell.slots()))
);
queue!(
    BoundedTasks,
    "crossfire",
    "VERSION_CROSSFIRE",
    Mpmc,
    "mpmc::bounded_async",
    MAsyncTx<mpmc::Array<M>>,
    MAsyncRx<mpmc::Array<M>>,
    |cell| fitted(|| mpmc::bounded_async(cell.slots()))
);
queue!(
    Unbounded,
    "crossfire",
    "VERSION_CROSSFIRE",
    Mpmc,
    "mpmc::unbounded_blocking",
    MTx<mpmc::List<M>>,
    MRx<mpmc::List<M>>,
    |cell| fitted(|| mpmc::unbounded_blocking())
);
queue!(
    Mpsc,
    "crossfire-mpsc",
    "VERSION_CROSSFIRE",
    Mpsc,
    "mpsc::bounded_blocking",
    MTx<mpsc::Array<M>>,
    Rx<mpsc::Array<M>>,
    |cell| fitted(|| mpsc::bounded_blocking(cell.slots()))
);
queue!(
    MpscTasks,
    "crossfire-mpsc",
    "VERSION_CROSSFIRE",
    Mpsc,
    "mpsc::bounded_async",
    MAsyncTx<mpsc::Array<M>>,
    AsyncRx<mpsc::Array<M>>,
    |cell| fitted(|| mpsc::bounded_async(cell.slots()))
);
queue!(
    MpscUnbounded,
    "crossfire-mpsc",
    "VERSION_CROSSFIRE",
    Mpsc,
    "mpsc::unbounded_blocking",
    MTx<mpsc::List<M>>,
    Rx<mpsc::List<M>>,
    |cell| fitted(|| mpsc::unbounded_blocking())
);
queue!(
    Spsc,
    "crossfire-spsc",
    "VERSION_CROSSFIRE",
    Spsc,
    "spsc::bounded_blocking",
    Tx<spsc::Array<M>>,
    Rx<spsc::Array<M>>,
    |cell| fitted(|| spsc::bounded_blocking(cell.slots()))
);
queue!(
    SpscTasks,
    "crossfire-spsc",
    "VERSION_CROSSFIRE",
    Spsc,
    "spsc::bounded_async",
    AsyncTx<spsc::Array<M>>,
    AsyncRx<spsc::Array<M>>,
    |cell| fitted(|| spsc::bounded_async(cell.slots()))
);
queue!(
    SpscUnbounded,
    "crossfire-spsc",
    "VERSION_CROSSFIRE",
    Spsc,
    "spsc::unbounded_blocking",
    Tx<spsc::List<M>>,
    Rx<spsc::List<M>>,
    |_cell| fitted(|| spsc::unbounded_blocking())
);

/// Opened after a look at the machine, which it takes only once.
fn fitted<E>(open: impl FnOnce() -> E) -> E {
    detect_backoff_cfg();
    open()
}

blocking!(Bounded, Mpsc, Spsc);
blocking!(Unbounded, MpscUnbounded, SpscUnbounded);
polling!(Bounded, Mpsc, Spsc);
asynchronous!(BoundedTasks, MpscTasks, SpscTasks);

/// Its `Select` takes receivers of every flavour.
#[derive(Debug)]
pub(super) struct Selection<'a, R> {
    select: Select<'a>,
    receivers: &'a [R],
}

macro_rules! selecting_over {
    ($($queue:ident, $notes:literal;)*) => {$(
        impl Selecting for $queue {
            const SELECT_NOTES: &'static str = $notes;

            type Selection<'a, M: Message> = Selection<'a, Self::Receiver<M>>;

            fn selection<M: Message>(
                receivers: &[Self::Receiver<M>],
            ) -> Selection<'_, Self::Receiver<M>> {
                let mut select = Select::new();
                for receiver in receivers {
                    select.add(receiver);
                }
                Selection { select, receivers }
            }

            #[inline]
            fn recv_any<M: Message>(
                Selection { select, receivers }: &mut Selection<'_, Self::Receiver<M>>,
            ) -> Option<M> {
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
    )*};
}

selecting_over! {
    Bounded, "Select over mpmc::bounded_blocking";
    Spsc, "Select over spsc::bounded_blocking";
}
