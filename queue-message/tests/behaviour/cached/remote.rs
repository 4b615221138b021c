//! A queue that behaves as if it were far away: it takes its time, may fail, and does not support everything.

use std::collections::BTreeMap;
use std::future::poll_fn;
use std::sync::atomic::{AtomicUsize, Ordering::SeqCst};
use std::sync::{Arc, Mutex};
use std::task::Poll;
use std::time::Duration;

use async_trait::async_trait;
use queue_message::{
    Listeners, MemoryMessageQueue, MessageEnvelope, MessageError, MessageId, MessageQueue,
    MessageStore, MessagingCapabilities, Receipt, Result,
};

#[derive(Clone, Debug)]
pub(crate) struct Remote(Arc<Inner>);

#[derive(Debug)]
struct Inner {
    queue: MemoryMessageQueue,
    without: Vec<&'static str>,
    /// How often each operation is pending before it is done.
    pending: AtomicUsize,
    failing: Mutex<Option<&'static str>>,
    calls: Mutex<BTreeMap<&'static str, usize>>,
    /// Gets that have begun and have not ended, and the most that there were.
    getting: (AtomicUsize, AtomicUsize),
}

impl Remote {
    /// A remote that does not support these operations.
    pub(crate) fn without(queue: &MemoryMessageQueue, without: &[&'static str]) -> Self {
        Self(Arc::new(Inner {
            queue: queue.clone(),
            without: without.to_vec(),
            pending: AtomicUsize::new(0),
            failing: Mutex::default(),
            calls: Mutex::default(),
            getting: Default::default(),
        }))
    }

    /// Each operation is pending so often from now on before it is done, and a clear afterwards, too.
    pub(crate) fn be_slow(&self, pending: usize) {
        self.0.pending.store(pending, SeqCst);
    }

    /// This operation fails from now on, and no other.
    pub(crate) fn fail(&self, operation: Option<&'static str>) {
        *self.0.failing.lock().unwrap() = operation;
    }

    /// How often an operation was asked for.
    pub(crate) fn calls(&self, operation: &str) -> usize {
        let calls = self.0.calls.lock().unwrap();
        calls.get(operation).copied().unwrap_or(0)
    }

    /// The most gets that there were at once.
    pub(crate) fn gets_at_once(&self) -> usize {
        self.0.getting.1.load(SeqCst)
    }

    async fn begin(&self, operation: &'static str) -> Result<()> {
        *self.0.calls.lock().unwrap().entry(operation).or_default() += 1;
        self.take_time().await;
        let queue = || self.name().to_owned();
        if self.0.without.contains(&operation) {
            return Err(MessageError::NotSupported {
                queue: queue(),
                operation,
            });
        }
        if *self.0.failing.lock().unwrap() == Some(operation) {
            return Err(MessageError::Backend {
                queue: queue(),
                source: "the line is dead".into(),
            });
        }
        Ok(())
    }

    async fn take_time(&self) {
        let mut left = self.0.pending.load(SeqCst);
        poll_fn(|context| {
            if left == 0 {
                return Poll::Ready(());
            }
            left -= 1;
            context.waker().wake_by_ref();
            Poll::Pending
        })
        .await;
    }

    fn supports(&self, operation: &str) -> bool {
        !self.0.without.contains(&operation)
    }
}

/// Counts a get for as long as it lasts.
struct Getting<'a>(&'a AtomicUsize);

impl Drop for Getting<'_> {
    fn drop(&mut self) {
        self.0.fetch_sub(1, SeqCst);
    }
}

#[async_trait]
impl MessageStore for Remote {
    async fn put(&self, message: MessageEnvelope) -> Result<MessageId> {
        self.begin("put").await?;
        self.0.queue.put(message).await
    }

    async fn get(
        &self,
        wait: Duration,
        visibility: Duration,
    ) -> Result<Option<(Receipt, MessageEnvelope)>> {
        let (now, most) = &self.0.getting;
        most.fetch_max(now.fetch_add(1, SeqCst) + 1, SeqCst);
        let _getting = Getting(now);
        self.begin("get").await?;
        self.0.queue.get(wait, visibility).await
    }

    async fn delete(&self, receipt: &Receipt) -> Result<()> {
        self.begin("delete").await?;
        self.0.queue.delete(receipt).await
    }

    async fn extend(&self, receipt: &Receipt, visibility: Duration) -> Result<()> {
        self.begin("extend").await?;
        self.0.queue.extend(receipt, visibility).await
    }

    async fn release(&self, receipt: &Receipt) -> Result<()> {
        self.begin("release").await?;
        self.0.queue.release(receipt).await
    }
}

#[async_trait]
impl MessageQueue for Remote {
    fn name(&self) -> &str {
        self.0.queue.name()
    }

    fn capabilities(&self) -> MessagingCapabilities {
        MessagingCapabilities {
            message_count: self.supports("count"),
            peek: self.supports("peek"),
            peek_batch: self.supports("peek_batch"),
            renew_lock: self.supports("extend"),
            abandon: self.supports("release"),
            ..self.0.queue.capabilities()
        }
    }

    fn lock_timeout(&self) -> Duration {
        self.0.queue.lock_timeout()
    }

    fn handle(&self) -> Arc<dyn MessageQueue> {
        Arc::new(self.clone())
    }

    fn listeners(&self) -> &Listeners {
        self.0.queue.listeners()
    }

    fn is_open(&self) -> bool {
        self.0.queue.is_open()
    }

    async fn open(&self) -> Result<()> {
        self.begin("open").await?;
        self.0.queue.open().await
    }

    async fn close(&self) -> Result<()> {
        self.begin("close").await?;
        self.0.queue.close().await
    }

    async fn clear(&self) -> Result<()> {
        self.begin("clear").await?;
        self.0.queue.clear().await?;
        self.take_time().await;
        Ok(())
    }

    async fn read_message_count(&self) -> Result<usize> {
        self.begin("count").await?;
        self.0.queue.read_message_count().await
    }

    async fn peek(&self) -> Result<Option<MessageEnvelope>> {
        self.begin("peek").await?;
        self.0.queue.peek().await
    }

    async fn peek_batch(&self, count: usize) -> Result<Vec<MessageEnvelope>> {
        self.begin("peek_batch").await?;
        self.0.queue.peek_batch(count).await
    }

    async fn move_to_dead_letter(&self, message: &mut MessageEnvelope, reason: &str) -> Result<()> {
        self.begin("move_to_dead_letter").await?;
        self.0.queue.move_to_dead_letter(message, reason).await
    }
}
