//! crossfire's MPMC channels, blocking at both ends.

use crossfire::mpmc::{Array, List, bounded_blocking, unbounded_blocking};
use crossfire::select::Select;
use crossfire::{MRx, MTx, TrySendError, detect_backoff_cfg};

use crate::cells::Cell;
use crate::contract::Topology;
use crate::link::{self, Blocking, Ends, Polling, Queue, Selecting};
use crate::message::Message;

#[derive(Debug)]
pub(super) struct Bounded;

impl Queue for Bounded {
    const NAME: &'static str = "crossfire";
    const VERSION: &'static str = env!("VERSION_CROSSFIRE");
    const TOPOLOGY: Topology = Topology::Mpmc;
    const NOTES: &'static str = "mpmc::bounded_blocking";

    type Sender<M: Message> = MTx<Array<M>>;
    type Receiver<M: Message> = MRx<Array<M>>;

    fn open<M: Message>(cell: &Cell) -> Ends<Self, M> {
        // Its documentation asks for this call; it looks at the machine only once.
        detect_backoff_cfg();
        link::clones(bounded_blocking(cell.slots()), cell)
    }
}

impl Blocking for Bounded {
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

impl Polling for Bounded {
    #[inline]
    fn try_send<M: Message>(sender: &mut Self::Sender<M>, message: M) -> Result<(), M> {
        sender.try_send(message).map_err(TrySendError::into_inner)
    }

    #[inline]
    fn try_recv<M: Message>(receiver: &mut Self::Receiver<M>) -> Option<M> {
        receiver.try_recv().ok()
    }
}

#[derive(Debug)]
pub(super) struct Selection<'a, M: 'static> {
    select: Select<'a>,
    receivers: &'a [MRx<Array<M>>],
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

#[derive(Debug)]
pub(super) struct Unbounded;

impl Queue for Unbounded {
    const NAME: &'static str = Bounded::NAME;
    const VERSION: &'static str = Bounded::VERSION;
    const TOPOLOGY: Topology = Topology::Mpmc;
    const NOTES: &'static str = "mpmc::unbounded_blocking";

    type Sender<M: Message> = MTx<List<M>>;
    type Receiver<M: Message> = MRx<List<M>>;

    fn open<M: Message>(cell: &Cell) -> Ends<Self, M> {
        detect_backoff_cfg();
        link::clones(unbounded_blocking(), cell)
    }
}

impl Blocking for Unbounded {
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
