//! A queue that is as another one, but for one fault.

use std::collections::{HashMap, HashSet};
use std::future::{Future, pending};
use std::mem;
use std::pin::Pin;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use async_trait::async_trait;
use futures_util::FutureExt;
use futures_util::future::BoxFuture;
use queue_message::{
    Listeners, MessageEnvelope, MessageError, MessageId, MessageQueue, MessageStore,
    MessagingCapabilities, Receipt, Result,
};

use super::backends::Fault;
use super::futures::{OnDrop, hop};

type Delivery = (Receipt, MessageEnvelope);

/// A queue with a fault; the faults are in what is not handed on as it is.
#[derive(Clone, Debug)]
pub(super) struct Faulty {
    inner: Arc<dyn MessageQueue>,
    fault: Fault,
    limit: Option<u32>,
    state: Arc<Mutex<State>>,
}

#[derive(Debug, Default)]
struct State {
    counts: HashMap<MessageId, u32>,
    flying: HashMap<Receipt, MessageEnvelope>,
    renewed: HashSet<Receipt>,
    dropped: Vec<MessageEnvelope>,
    delayed: u64,
    is_closed: bool,
}

impl Faulty {
    pub(super) fn new(inner: Arc<dyn MessageQueue>, fault: Fault, limit: Option<u32>) -> Self {
        Self {
            inner,
            fault,
            limit,
            state: Arc::default(),
        }
    }

    fn lock(&self) -> std::sync::MutexGuard<'_, State> {
        self.state.lock().expect("nothing panics under it")
    }

    fn closed<T>(&self, returned: Option<MessageEnvelope>) -> Result<T> {
        Err(MessageError::closed(self.name(), returned))
    }

    fn not_supported<T>(&self, operation: &'static str) -> Result<T> {
        let queue = self.name().to_owned();
        Err(MessageError::NotSupported { queue, operation })
    }

    fn changed(&self, message: MessageEnvelope) -> MessageEnvelope {
        match self.fault {
            Fault::ForgetsDelays if message.deliver_after().is_some() => {
                message.to_builder().deliver_after(Duration::ZERO).build()
            }
            Fault::HurriesWhatCameLater if message.deliver_after() > Some(Duration::ZERO) => {
                let delay = message.deliver_after().expect("it is more than nothing");
                self.lock().delayed += 1;
                let early = Duration::from_micros(self.lock().delayed);
                message.to_builder().deliver_after(delay - early).build()
            }
            Fault::ChangesHeaders => {
                let names = message.headers().keys().cloned();
                let changed = names.fold(message.to_builder(), |builder, name| {
                    builder.header(name, "changed")
                });
                changed.build()
            }
            Fault::FillsInWhatIsMissing => {
                let trace = message.trace_id().unwrap_or("none").to_owned();
                message.to_builder().trace_id(trace).build()
            }
            _ => message,
        }
    }

    async fn deliver(&self, wait: Duration, visibility: Duration) -> Result<Option<Delivery>> {
        let visibility = match self.fault {
            Fault::LocksForTheWait if !wait.is_zero() => wait,
            Fault::LocksForTheLockTimeout => self.lock_timeout(),
            Fault::LocksForever => Duration::MAX,
            _ => visibility,
        };
        match self.fault {
            Fault::NeverWakesReceivers => match self.inner.get(Duration::ZERO, visibility).await? {
                None if !wait.is_zero() => pending().await,
                delivery => Ok(delivery),
            },
            Fault::WaitsTwiceAsLong => self.inner.get(wait.saturating_mul(2), visibility).await,
            Fault::WaitsHalfAsLong if wait != Duration::MAX => {
                self.inner.get(wait / 2, visibility).await
            }
            Fault::WaitsForeverForNothing if wait.is_zero() => {
                self.inner.get(Duration::MAX, visibility).await
            }
            Fault::TakesWhenDropped => {
                let get = self.inner.get(wait, visibility);
                OnDrop::new(get, |get: BoxFuture<'_, _>| drop(get.now_or_never())).await
            }
            Fault::LeaksDroppedReceives => {
                let inner = self.inner.clone();
                let get = async move { inner.get(wait, visibility).await };
                OnDrop::new(get.boxed(), mem::forget).await
            }
            Fault::Hops => {
                hop().await;
                self.inner.get(wait, visibility).await
            }
            _ => self.inner.get(wait, visibility).await,
        }
    }

    /// Sees to dead letters where the queue itself does not.
    async fn bury(&self, (receipt, mut message): Delivery) -> Option<Delivery> {
        let is_wanted = self.fault == Fault::DeadLettersWithoutRoomAreDeleted;
        let is_over = |limit| message.delivery_count() > limit;
        if !(is_wanted && self.limit.is_some_and(is_over)) {
            return Some((receipt, message));
        }
        message.set_reference(Some(receipt));
        let _ = self.move_to_dead_letter(&mut message, "too often").await;
        None
    }

    async fn give(&self, wait: Duration, visibility: Duration) -> Result<Option<Delivery>> {
        loop {
            let Some(delivery) = self.deliver(wait, visibility).await? else {
                return Ok(None);
            };
            let Some((receipt, mut message)) = self.bury(delivery).await else {
                continue;
            };
            let mut state = self.lock();
            let count = state
                .counts
                .entry(message.message_id().clone())
                .or_default();
            *count += 1;
            match self.fault {
                Fault::ForgetsTheCount => message.set_delivery_count(1),
                Fault::ReleasesToTheBack => message.set_delivery_count(*count),
                _ => {}
            }
            state.flying.insert(receipt.clone(), message.clone());
            return Ok(Some((receipt, message)));
        }
    }

    /// What becomes of an operation by a receipt.
    fn settled(&self, result: Result<()>) -> Result<()> {
        match result {
            Err(MessageError::LockLost { .. }) if self.fault == Fault::AcceptsLostLocks => Ok(()),
            result => result,
        }
    }

    fn can_settle(&self, receipt: &Receipt) -> Result<()> {
        let state = self.lock();
        match self.fault {
            Fault::SettlesNothingAfterClose if state.is_closed => self.closed(None),
            Fault::RenewalVoidsTheReceipt if state.renewed.contains(receipt) => {
                Err(MessageError::lock_lost(self.name()))
            }
            _ => Ok(()),
        }
    }
}

#[async_trait]
impl MessageStore for Faulty {
    async fn put(&self, message: MessageEnvelope) -> Result<MessageId> {
        let message = self.changed(message);
        let id = message.message_id().clone();
        match self.fault {
            Fault::SendsTwice => {
                self.inner.put(message.clone()).await?;
                self.inner.put(message).await
            }
            Fault::AnswersAnotherId => self.inner.put(message).await.map(|_| MessageId::random()),
            Fault::RefusesWhatWasReceived if message.reference().is_some() => {
                self.not_supported("put")
            }
            Fault::AcceptsAfterClose if self.lock().is_closed => Ok(id),
            Fault::KeepsWhatItRefuses => {
                self.inner.put(message).await.map_err(|error| match error {
                    MessageError::Closed { queue, .. } => MessageError::Closed {
                        queue,
                        returned: None,
                    },
                    MessageError::NotOpen { queue, .. } => MessageError::NotOpen {
                        queue,
                        returned: None,
                    },
                    error => error,
                })
            }
            Fault::WakesNobodyOnClose if self.lock().is_closed => self.closed(Some(message)),
            Fault::SendsWhatWasDropped => {
                let put = self.inner.put(message.clone());
                OnDrop::new(put, |_| self.lock().dropped.push(message)).await
            }
            Fault::LeaksDroppedSends => {
                let inner = self.inner.clone();
                let put = async move { inner.put(message).await };
                OnDrop::new(put.boxed(), mem::forget).await
            }
            Fault::DoesNotWaitForRoom => match self.inner.put(message.clone()).now_or_never() {
                Some(result) => result,
                None => Err(MessageError::full(self.name(), message)),
            },
            Fault::Hops => {
                hop().await;
                self.inner.put(message).await
            }
            _ => self.inner.put(message).await,
        }
    }

    // As written out, so that it can do something without being polled.
    fn get<'a, 'b>(
        &'a self,
        wait: Duration,
        visibility: Duration,
    ) -> Pin<Box<dyn Future<Output = Result<Option<Delivery>>> + Send + 'b>>
    where
        'a: 'b,
        Self: 'b,
    {
        if self.fault == Fault::TakesWithoutBeingPolled
            && let Some(result @ (Ok(Some(_)) | Err(_))) =
                self.give(Duration::ZERO, visibility).now_or_never()
        {
            return Box::pin(async { result });
        }
        if self.fault == Fault::WakesNobodyOnClose && self.lock().is_closed {
            return Box::pin(async { self.closed(None) });
        }
        Box::pin(self.give(wait, visibility))
    }

    async fn delete(&self, receipt: &Receipt) -> Result<()> {
        self.can_settle(receipt)?;
        if self.fault == Fault::DeletesNothing {
            let is_known = self.lock().flying.remove(receipt).is_some();
            return if is_known {
                Ok(())
            } else {
                self.inner.delete(receipt).await
            };
        }
        let deleted = self.inner.delete(receipt).await;
        self.lock().flying.remove(receipt);
        let dropped = mem::take(&mut self.lock().dropped);
        for message in dropped {
            let _ = self.inner.put(message).now_or_never();
        }
        self.settled(deleted)
    }

    async fn extend(&self, receipt: &Receipt, visibility: Duration) -> Result<()> {
        match self.fault {
            Fault::DoesNotSupportRenewals | Fault::CanDoLittle => self.not_supported("extend"),
            Fault::RenewsForTheLockTimeout => self.inner.extend(receipt, self.lock_timeout()).await,
            Fault::RenewsWithoutEffect => Ok(()),
            Fault::RenewalVoidsTheReceipt => {
                self.inner.extend(receipt, visibility).await?;
                self.lock().renewed.insert(receipt.clone());
                Ok(())
            }
            _ => self.settled(self.inner.extend(receipt, visibility).await),
        }
    }

    async fn release(&self, receipt: &Receipt) -> Result<()> {
        self.can_settle(receipt)?;
        match self.fault {
            Fault::CanDoLittle => self.not_supported("release"),
            Fault::IsLostWhenReleased => self.inner.delete(receipt).await,
            Fault::ReleasesNothing => Ok(()),
            Fault::ReleasesToTheBack => {
                self.inner.delete(receipt).await?;
                let message = self
                    .lock()
                    .flying
                    .remove(receipt)
                    .expect("it was in flight");
                // A closed queue has no back.
                let _ = self.inner.put(message).await;
                Ok(())
            }
            _ => self.settled(self.inner.release(receipt).await),
        }
    }
}

#[async_trait]
impl MessageQueue for Faulty {
    fn name(&self) -> &str {
        self.inner.name()
    }

    fn capabilities(&self) -> MessagingCapabilities {
        match self.fault {
            Fault::CanDoLittle | Fault::SaysThatItCanDoLittle => MessagingCapabilities {
                send: true,
                receive: true,
                ..MessagingCapabilities::default()
            },
            _ => self.inner.capabilities(),
        }
    }

    fn lock_timeout(&self) -> Duration {
        self.inner.lock_timeout()
    }

    fn handle(&self) -> Arc<dyn MessageQueue> {
        Arc::new(self.clone())
    }

    fn listeners(&self) -> &Listeners {
        self.inner.listeners()
    }

    fn is_open(&self) -> bool {
        self.inner.is_open() && !self.lock().is_closed
    }

    async fn open(&self) -> Result<()> {
        self.inner.open().await?;
        if self.fault == Fault::OpenClears {
            self.inner.clear().await?;
        }
        Ok(())
    }

    async fn close(&self) -> Result<()> {
        let was_closed = match self.fault {
            Fault::ClosesNothing => return Ok(()),
            _ => mem::replace(&mut self.lock().is_closed, true),
        };
        match self.fault {
            Fault::ClosesOnce if was_closed => self.closed(None),
            Fault::WakesNobodyOnClose => Ok(()),
            _ => self.inner.close().await,
        }
    }

    async fn clear(&self) -> Result<()> {
        match self.fault {
            Fault::CanDoLittle => self.not_supported("clear"),
            Fault::WakesNobodyOnClose if !self.is_open() && self.inner.is_open() => {
                self.closed(None)
            }
            Fault::ClearsNothing => self.inner.read_message_count().await.map(drop),
            Fault::ClearsWhatIsReady => {
                while let Some((receipt, _)) = self.inner.get(Duration::ZERO, Duration::MAX).await?
                {
                    self.inner.delete(&receipt).await?;
                }
                Ok(())
            }
            _ => self.inner.clear().await,
        }
    }

    async fn read_message_count(&self) -> Result<usize> {
        let count = self.inner.read_message_count().await?;
        match self.fault {
            Fault::CanDoLittle => self.not_supported("read_message_count"),
            Fault::WakesNobodyOnClose if !self.is_open() => self.closed(None),
            Fault::CountsWhatIsLocked => Ok(count + self.lock().flying.len()),
            _ => Ok(count),
        }
    }

    async fn peek_batch(&self, count: usize) -> Result<Vec<MessageEnvelope>> {
        let mut shown = self.inner.peek_batch(count).await?;
        match self.fault {
            Fault::CanDoLittle => return self.not_supported("peek_batch"),
            Fault::WakesNobodyOnClose if !self.is_open() => return self.closed(None),
            Fault::PeekTakes => drop(self.inner.receive(Duration::ZERO).await?),
            Fault::ShowsTheLastFirst => shown.reverse(),
            Fault::PeekPanics => std::panic::resume_unwind(Box::new("peek panics")),
            _ => {}
        }
        Ok(shown)
    }

    async fn complete(&self, message: &mut MessageEnvelope) -> Result<()> {
        let reference = message.reference().cloned();
        match &reference {
            Some(receipt) => self.delete(receipt).await?,
            None => return self.inner.complete(message).await,
        }
        message.set_reference(reference.filter(|_| self.fault == Fault::KeepsTheReference));
        Ok(())
    }

    async fn move_to_dead_letter(&self, message: &mut MessageEnvelope, reason: &str) -> Result<()> {
        let can = self.capabilities().dead_letter;
        let reason = match self.fault {
            Fault::CanDoLittle => return self.not_supported("move_to_dead_letter"),
            Fault::DeadLettersAreDeleted if can => return self.inner.complete(message).await,
            Fault::DeadLettersStay if can => return self.inner.abandon(message).await,
            Fault::DeadLettersHaveNoReason => "",
            _ => reason,
        };
        match self.inner.move_to_dead_letter(message, reason).await {
            Err(MessageError::Full { .. })
                if self.fault == Fault::DeadLettersWithoutRoomAreDeleted =>
            {
                self.inner.complete(message).await
            }
            result => result,
        }
    }

    fn end_listen(&self) {
        if self.fault != Fault::ForgetsToEndListeners {
            self.inner.end_listen();
        }
    }
}
