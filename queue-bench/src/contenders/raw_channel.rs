//! The channel under our queue of messages, with the same bytes and nothing around them: what the rest of it costs.

use bytes::Bytes;
use queue_core::{Receiver, Sender, bounded};

use crate::cells::Cell;
use crate::contract::{Form, Topology};
use crate::link::{self, Async, Ends, Queue};
use crate::message::Message;

#[derive(Debug)]
pub(super) struct Raw;

impl Queue for Raw {
    const NAME: &'static str = "raw-channel";
    const VERSION: &'static str = env!("VERSION_QUEUE_CORE");
    const TOPOLOGY: Topology = Topology::Mpmc;
    const FORM: Form = Form::Raw;
    const NOTES: &'static str = "queue-core's channel of Bytes: nothing is completed";

    type Sender<M: Message> = Sender<Bytes>;
    type Receiver<M: Message> = Receiver<Bytes>;

    fn open<M: Message>(cell: &Cell) -> Ends<Self, M> {
        link::clones(bounded(cell.slots()), cell)
    }
}

impl Async for Raw {
    async fn send<M: Message>(sender: &mut Sender<Bytes>, message: M) {
        sender
            .send_async(Bytes::copy_from_slice(message.as_bytes()))
            .await
            .expect("the receivers outlive the senders");
    }

    async fn recv<M: Message>(receiver: &mut Receiver<Bytes>) -> Option<M> {
        let bytes = receiver.recv_async().await.ok()?;
        Some(M::from_bytes(&bytes))
    }
}
