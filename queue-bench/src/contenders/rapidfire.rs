//! rapidfire's bounded channel, which waits only in async code.

use rapidfire::{Receiver, Sender, TrySendError, bounded};

use crate::cells::Cell;
use crate::contract::Topology;
use crate::link::{self, Ends, Polling, Queue};
use crate::message::Message;

#[derive(Debug)]
pub(super) struct Bounded;

impl Queue for Bounded {
    const NAME: &'static str = "rapidfire";
    const VERSION: &'static str = env!("VERSION_RAPIDFIRE");
    const TOPOLOGY: Topology = Topology::Mpmc;

    type Sender<M: Message> = Sender<M>;
    type Receiver<M: Message> = Receiver<M>;

    fn open<M: Message>(cell: &Cell) -> Ends<Self, M> {
        link::clones(bounded(cell.slots()), cell)
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
