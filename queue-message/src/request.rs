//! Request and reply: how a sender learns that its message was processed.

mod awaited;
mod reply;

use std::fmt;
use std::future::Future;
use std::pin::pin;
use std::sync::Arc;
use std::time::Duration;

use futures_util::future::{Either, select};

use crate::clock::{self, sleep_until};
use crate::listening::{self, Listeners};
use crate::{Blocking, Clock, MessageEnvelope, MessageError, MessageQueue, Result};
use awaited::Desk;

pub(crate) use reply::{reply, reply_by_name};

/// Sends requests to one queue, and hands to each the answer that comes on another one. Clones are handles of
/// one requester.
///
/// A queue parts the sender from the receiver, so that the sender does not see what becomes of its message. A
/// request names a queue for the answer ([`reply_to`](MessageEnvelope::reply_to)); its receiver
/// [replies](MessageQueue::reply) there, with the request's id in the header
/// [`IN_REPLY_TO`](crate::IN_REPLY_TO).
///
/// Any number of requests may wait at once, and be answered in any order. The queue for the answers belongs to
/// one requester: two would take each other's answers. An answer is completed when it is handed over. One that
/// nobody awaits (it comes too late, or twice, or answers nothing that was asked here) is logged,
/// [counted](Self::late_replies) and dropped, and holds up nobody.
///
/// Answers are taken off their queue by a *listener*: a thread that [`new`](Self::new) starts, or a future that
/// [`with_listener`](Self::with_listener) gives out. It ends at once when the requester is
/// [closed](Self::close), when its last handle is dropped, and when the queue for the answers is closed or its
/// backend fails. Requests that wait are told that the requester is closed.
///
/// ```
/// use queue_message::{MemoryMessageQueue, MessageEnvelope, MessageQueue, Requester};
/// use std::{sync::Arc, thread, time::Duration};
///
/// let prices = MemoryMessageQueue::new("prices").blocking();
/// let answers = MemoryMessageQueue::new("prices.answers").blocking();
/// prices.open()?;
/// answers.open()?;
/// let requester = Requester::new(prices.queue().clone(), answers.queue().clone())?.blocking();
///
/// let service = thread::spawn(move || {
///     let mut request = prices.receive(Duration::MAX)?.expect("it waits for one");
///     answers.reply(&request, MessageEnvelope::new(None, "price", "12.50"))?;
///     prices.complete(&mut request)
/// });
/// let answer = requester.request(MessageEnvelope::new(None, "price of", "hat"), Duration::from_secs(10))?;
/// assert_eq!(answer.expect("it comes in time").message_as_string().unwrap(), "12.50");
/// service.join().unwrap()?;
/// # queue_message::Result::<()>::Ok(())
/// ```
#[derive(Clone)]
pub struct Requester(Arc<Shared>);

struct Shared {
    requests: Arc<dyn MessageQueue>,
    replies: Arc<dyn MessageQueue>,
    clock: Arc<dyn Clock>,
    /// Shared with the listener, which keeps no requester alive.
    desk: Arc<Desk>,
    /// The listener, and nobody else who listens to the queue for the answers. It ends when this is dropped.
    listeners: Listeners,
}

impl Requester {
    /// A requester with the machine's clock, and a thread that takes the answers. Both queues are opened before,
    /// and closed by whoever opened them.
    ///
    /// The thread is outside any runtime. A backend whose futures need one is served by
    /// [`with_listener`](Self::with_listener).
    ///
    /// # Errors
    /// [`NotOpen`](MessageError::NotOpen) if `replies` is not open; [`Backend`](MessageError::Backend) if the
    /// thread cannot be started.
    pub fn new(requests: Arc<dyn MessageQueue>, replies: Arc<dyn MessageQueue>) -> Result<Self> {
        Self::with_clock(requests, replies, clock::of_the_machine())
    }

    /// As [`new`](Self::new), with a clock for the timeouts.
    ///
    /// # Errors
    /// As of [`new`](Self::new).
    pub fn with_clock(
        requests: Arc<dyn MessageQueue>,
        replies: Arc<dyn MessageQueue>,
        clock: impl Clock + 'static,
    ) -> Result<Self> {
        if !replies.is_open() {
            return Err(MessageError::not_open(replies.name(), None));
        }
        let requester = Self::of(requests, replies, clock);
        let Shared {
            replies,
            desk,
            listeners,
            ..
        } = &*requester.0;
        listening::begin(
            replies.clone(),
            Desk::receiver(desk),
            listeners.join(replies.is_open()),
        )?;
        Ok(requester)
    }

    /// A requester without a thread, and the listener, which is to be polled by a task of the caller's. While
    /// that is not polled, no answer arrives; when it is dropped, the requester is closed.
    ///
    /// The listener's outcome is that of [`listen`](MessageQueue::listen).
    ///
    /// ```
    /// use futures_util::future::try_join;
    /// use queue_message::clock::SystemClock;
    /// use queue_message::{MemoryMessageQueue, MessageEnvelope, MessageQueue, Requester};
    /// use std::time::Duration;
    ///
    /// # pollster::block_on(async {
    /// let (prices, answers) = (MemoryMessageQueue::new("prices"), MemoryMessageQueue::new("prices.answers"));
    /// prices.open().await?;
    /// answers.open().await?;
    /// let queues = (prices.handle(), answers.handle());
    /// let (requester, listener) = Requester::with_listener(queues.0, queues.1, SystemClock);
    ///
    /// let ask = async {
    ///     let answer = requester.request(MessageEnvelope::new(None, "price of", "hat"), Duration::from_secs(10)).await?;
    ///     assert!(answer.is_some());
    ///     requester.close();
    ///     Ok(())
    /// };
    /// let serve = async {
    ///     let request = prices.receive(Duration::MAX).await?.expect("it waits for one");
    ///     answers.reply(&request, MessageEnvelope::new(None, "price", "12.50")).await
    /// };
    /// try_join(listener, try_join(ask, serve)).await?;
    /// # queue_message::Result::<()>::Ok(())
    /// # }).unwrap();
    /// ```
    pub fn with_listener<C: Clock + 'static>(
        requests: Arc<dyn MessageQueue>,
        replies: Arc<dyn MessageQueue>,
        clock: C,
    ) -> (Self, impl Future<Output = Result<()>> + Send + use<C>) {
        let requester = Self::of(requests, replies, clock);
        let Shared {
            replies,
            desk,
            listeners,
            ..
        } = &*requester.0;
        let listener = listening::listen(
            replies.clone(),
            Desk::receiver(desk),
            listeners.join(replies.is_open()),
        );
        (requester, listener)
    }

    fn of(
        requests: Arc<dyn MessageQueue>,
        replies: Arc<dyn MessageQueue>,
        clock: impl Clock + 'static,
    ) -> Self {
        Self(Arc::new(Shared {
            desk: Arc::new(Desk::new(replies.name())),
            requests,
            replies,
            clock: Arc::new(clock),
            listeners: Listeners::default(),
        }))
    }

    /// This requester for threads.
    #[must_use]
    pub fn blocking(&self) -> Blocking<Self> {
        Blocking::over(Arc::new(self.clone()))
    }

    /// Sends a request, and waits for its answer; `None`: there was none within `timeout` ([`Duration::MAX`]:
    /// wait for ever). The message keeps its id; its [`reply_to`](MessageEnvelope::reply_to) is set here.
    ///
    /// The timeout runs from the first poll, and covers the wait for room as well as that for the answer. `None`
    /// does not say whether the request was processed, or will be. A request that is sent again under its id
    /// takes the first answer to either.
    ///
    /// The future may be dropped at any await. It then awaits nothing any more; whether the request was sent is as of
    /// [`send`](MessageQueue::send).
    ///
    /// # Errors
    /// - [`Full`](MessageError::Full), with the message: there was no room within `timeout`. A backend across a network
    ///   may have taken the request all the same.
    /// - [`Closed`](MessageError::Closed): this requester is closed. With the message, unless it was sent.
    /// - [`Refused`](MessageError::Refused), with the message: another request of this id waits for its answer now.
    /// - Those of [`send`](MessageQueue::send).
    pub async fn request(
        &self,
        message: MessageEnvelope,
        timeout: Duration,
    ) -> Result<Option<MessageEnvelope>> {
        let Shared {
            requests,
            replies,
            clock,
            desk,
            ..
        } = &*self.0;
        let deadline = clock.now().checked_add(timeout);
        let message = message.to_builder().reply_to(replies.name()).build();
        // Before the request is sent, so that no answer comes before it is awaited.
        let awaited = desk.enter(&message)?;

        let unsent = {
            let sending = requests.send(message.clone());
            let answer = pin!(awaited.answer());
            let expiry = pin!(sleep_until(clock, deadline));
            let (end, unsent) = match select(sending, select(answer, expiry)).await {
                Either::Left((sent, end)) => {
                    sent?;
                    (end.await, None)
                }
                Either::Right((end, _)) => (end, Some(message)),
            };
            match end {
                Either::Left((Some(reply), _)) => return Ok(Some(reply)),
                Either::Left((None, _)) => return Err(desk.closed(unsent)),
                Either::Right(_) => unsent,
            }
        };
        match (awaited.give_up(), unsent) {
            // It came while we gave up.
            (Some(reply), _) => Ok(Some(reply)),
            (None, None) => Ok(None),
            (None, returned) => Err(MessageError::full(requests.name(), returned)),
        }
    }

    /// How many messages came on the queue for the answers that nobody awaited: after the timeout, a second
    /// time, or without the id of a request from here.
    #[must_use]
    pub fn late_replies(&self) -> u64 {
        self.0.desk.late_replies()
    }

    /// Ends the listener, and tells the requests that wait, and all from now on, that the requester is
    /// [`Closed`](MessageError::Closed). Closing a closed requester does nothing.
    ///
    /// The queues stay open. Answers that are still to come stay on theirs: who closes that one tells the repliers.
    pub fn close(&self) {
        self.0.listeners.end();
        self.0.desk.close();
    }
}

#[allow(
    missing_docs,
    clippy::missing_errors_doc,
    reason = "each is documented in `Requester`, under the same name"
)]
impl Blocking<Requester> {
    /// The requester itself.
    #[must_use]
    pub fn requester(&self) -> &Requester {
        self.inner()
    }

    pub fn request(
        &self,
        message: MessageEnvelope,
        timeout: Duration,
    ) -> Result<Option<MessageEnvelope>> {
        pollster::block_on(self.inner().request(message, timeout))
    }

    #[must_use]
    pub fn late_replies(&self) -> u64 {
        self.inner().late_replies()
    }

    pub fn close(&self) {
        self.inner().close();
    }
}

impl fmt::Debug for Requester {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Requester")
            .field("requests", &self.0.requests.name())
            .field("replies", &self.0.replies.name())
            .field("late_replies", &self.late_replies())
            .finish_non_exhaustive()
    }
}
