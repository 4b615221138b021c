//! A queue that is as another one, but for a fault in how it is listened to.

use std::panic::AssertUnwindSafe;
use std::pin::pin;
use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use futures_util::FutureExt;
use futures_util::future::{Either, select};
use queue_core::{Receiver, Sender, bounded};
use queue_message::{
    Listeners, MessageEnvelope, MessageId, MessageQueue, MessageReceiver, MessageStore,
    MessagingCapabilities, Receipt, Result,
};

use super::backends::Fault;

#[derive(Debug)]
pub(crate) struct FaultyListening {
    inner: Arc<dyn MessageQueue>,
    fault: Fault,
    end: Sender<()>,
    ended: Receiver<()>,
}

impl FaultyListening {
    pub(crate) fn new(inner: Arc<dyn MessageQueue>, fault: Fault) -> Self {
        let (end, ended) = bounded(16);
        Self {
            inner,
            fault,
            end,
            ended,
        }
    }
}

#[async_trait]
impl MessageStore for FaultyListening {
    async fn put(&self, message: MessageEnvelope) -> Result<MessageId> {
        self.inner.put(message).await
    }

    async fn get(
        &self,
        wait: Duration,
        visibility: Duration,
    ) -> Result<Option<(Receipt, MessageEnvelope)>> {
        self.inner.get(wait, visibility).await
    }

    async fn delete(&self, receipt: &Receipt) -> Result<()> {
        self.inner.delete(receipt).await
    }

    async fn extend(&self, receipt: &Receipt, visibility: Duration) -> Result<()> {
        self.inner.extend(receipt, visibility).await
    }

    async fn release(&self, receipt: &Receipt) -> Result<()> {
        self.inner.release(receipt).await
    }
}

#[async_trait]
impl MessageQueue for FaultyListening {
    fn name(&self) -> &str {
        self.inner.name()
    }

    fn capabilities(&self) -> MessagingCapabilities {
        self.inner.capabilities()
    }

    fn lock_timeout(&self) -> Duration {
        self.inner.lock_timeout()
    }

    fn handle(&self) -> Arc<dyn MessageQueue> {
        self.inner.handle()
    }

    fn listeners(&self) -> &Listeners {
        self.inner.listeners()
    }

    fn is_open(&self) -> bool {
        self.inner.is_open()
    }

    async fn open(&self) -> Result<()> {
        self.inner.open().await
    }

    async fn close(&self) -> Result<()> {
        self.inner.close().await
    }

    async fn clear(&self) -> Result<()> {
        self.inner.clear().await
    }

    async fn read_message_count(&self) -> Result<usize> {
        self.inner.read_message_count().await
    }

    async fn peek_batch(&self, count: usize) -> Result<Vec<MessageEnvelope>> {
        self.inner.peek_batch(count).await
    }

    async fn move_to_dead_letter(&self, message: &mut MessageEnvelope, reason: &str) -> Result<()> {
        self.inner.move_to_dead_letter(message, reason).await
    }

    async fn listen(&self, receiver: Arc<dyn MessageReceiver>) -> Result<()> {
        // What an earlier end has left.
        while self.ended.try_recv().is_ok() {}
        let mut ended = pin!(self.ended.recv_async());
        match self.fault {
            Fault::InterruptsReceivers => match select(self.inner.listen(receiver), ended).await {
                Either::Left((result, _)) => result,
                Either::Right(_) => Ok(()),
            },
            Fault::HogsItsThread => {
                let was_open = self.is_open();
                loop {
                    let next = self.inner.receive(Duration::MAX);
                    let mut message = match select(next, ended.as_mut()).await {
                        Either::Left((Ok(message), _)) => message.expect("it waits for ever"),
                        Either::Left((Err(_), _)) if was_open => return Ok(()),
                        Either::Left((Err(error), _)) => return Err(error),
                        Either::Right(_) => return Ok(()),
                    };
                    let receives = receiver.receive_message(message.clone(), self.handle());
                    let settled = match AssertUnwindSafe(receives).catch_unwind().await {
                        Ok(Ok(())) => self.inner.complete(&mut message).await,
                        _ => self.inner.abandon(&mut message).await,
                    };
                    // It was settled by its receiver.
                    drop(settled);
                }
            }
            _ => self.inner.listen(receiver).await,
        }
    }

    fn begin_listen(&self, receiver: Arc<dyn MessageReceiver>) -> Result<()> {
        if self.fault == Fault::BeginsNoListener {
            // The receiver is kept, as by a thread that never comes to it.
            std::mem::forget(receiver);
            return Ok(());
        }
        self.inner.begin_listen(receiver)
    }

    fn end_listen(&self) {
        while self.end.try_send(()).is_ok() {}
        self.inner.end_listen();
    }
}
