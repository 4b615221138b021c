//! The loop that hands messages to a receiver, and how it is ended.

use std::convert::Infallible;
use std::future::poll_fn;
use std::panic::AssertUnwindSafe;
use std::pin::pin;
use std::sync::Arc;
use std::task::Poll;
use std::thread;
use std::time::Duration;

use futures_util::FutureExt;
use futures_util::future::{Either, select};
use queue_core::{Receiver, Sender, bounded};
use tracing::Instrument;

use crate::sync::{Mutex, lock, step};
use crate::{MessageEnvelope, MessageError, MessageQueue, MessageReceiver, Result, panics};

/// How many messages a listener hands over before it lets others run.
const TURN: u32 = 32;

/// Those who listen to a queue, as far as they must be told to end: a channel without messages, whose sender goes.
///
/// Each backend keeps one (`Listeners::default()`) in what the handles of a queue share, and
/// [shows](MessageQueue::listeners) it; the rest is done by what has a default in [`MessageQueue`]. A `close` whose
/// waiting receives do not answer [`Closed`](MessageError::Closed) at once [ends](Self::end) the listeners itself.
#[derive(Debug)]
pub struct Listeners(Mutex<Ends>);

type Ends = (Sender<Infallible>, Receiver<Infallible>);

/// Whether a listener is still wanted.
#[derive(Debug)]
pub(crate) struct Membership {
    ended: Receiver<Infallible>,
    /// A close then is the end of listening, and no error.
    was_open: bool,
}

impl Default for Listeners {
    fn default() -> Self {
        Self(Mutex::new(bounded(1)))
    }
}

impl Listeners {
    /// One more that listens, from now on, to a queue that is open or not.
    pub(crate) fn join(&self, was_open: bool) -> Membership {
        let ended = lock(&self.0).1.clone();
        Membership { ended, was_open }
    }

    /// Ends the listening of all who have joined.
    pub fn end(&self) {
        step!(M8, {
            let ended = std::mem::replace(&mut *lock(&self.0), bounded(1));
            drop(ended);
        });
    }
}

/// Hands the messages of `queue` to `receiver` until its membership ends.
pub(crate) async fn listen(
    queue: Arc<dyn MessageQueue>,
    receiver: Arc<dyn MessageReceiver>,
    membership: Membership,
) -> Result<()> {
    let mut ended = pin!(membership.ended.recv_async());
    let mut handed_over = 0_u32;
    loop {
        let next = queue.receive(Duration::MAX);
        let message = match select(ended.as_mut(), next).await {
            Either::Left(_) => return Ok(()),
            Either::Right((Ok(Some(message)), _)) => message,
            Either::Right((Ok(None), _)) => continue,
            Either::Right((Err(MessageError::Closed { .. }), _)) if membership.was_open => {
                return Ok(());
            }
            Either::Right((Err(error), _)) => return Err(error),
        };
        process(&queue, receiver.as_ref(), message).await;
        handed_over = handed_over.wrapping_add(1);
        if handed_over.is_multiple_of(TURN) {
            yield_now().await;
        }
    }
}

/// Lets others run that share the thread: where messages and receivers are ready at once, nothing else does.
async fn yield_now() {
    let mut has_yielded = false;
    poll_fn(|context| {
        if std::mem::replace(&mut has_yielded, true) {
            return Poll::Ready(());
        }
        context.waker().wake_by_ref();
        Poll::Pending
    })
    .await;
}

/// [`listen`] on a thread of its own.
pub(crate) fn begin(
    queue: Arc<dyn MessageQueue>,
    receiver: Arc<dyn MessageReceiver>,
    membership: Membership,
) -> Result<()> {
    let name = queue.name().to_owned();
    let listener = move || {
        let name = queue.name().to_owned();
        if let Err(error) = pollster::block_on(listen(queue, receiver, membership)) {
            tracing::error!(queue = name, %error, "listening ended");
        }
    };
    match thread::Builder::new()
        .name(format!("listen {name}"))
        .spawn(listener)
    {
        Ok(_) => Ok(()),
        Err(error) => Err(MessageError::Backend {
            queue: name,
            source: error.into(),
        }),
    }
}

/// Hands one message over, and settles it by what becomes of it.
async fn process(
    queue: &Arc<dyn MessageQueue>,
    receiver: &dyn MessageReceiver,
    mut message: MessageEnvelope,
) {
    let span = tracing::info_span!(
        "receive_message",
        queue = queue.name(),
        trace_id = message.trace_id(),
        message_id = %message.message_id(),
        delivery = message.delivery_count(),
    );
    let handed = (message.clone(), queue.clone());
    let processing = AssertUnwindSafe(async {
        let outcome = receiver.receive_message(handed.0, handed.1).await;
        // The error is the receiver's, and may panic, too.
        if let Err(error) = &outcome {
            tracing::warn!(%error, "the receiver failed: the message is abandoned");
        }
        outcome.is_ok()
    })
    .catch_unwind();
    let settled = async {
        let was_processed = processing.await.unwrap_or_else(|panic| {
            tracing::error!(
                panic = panics::words(&panic),
                "the receiver panicked: the message is abandoned"
            );
            panics::discard(panic);
            false
        });
        if was_processed {
            queue.complete(&mut message).await
        } else {
            queue.abandon(&mut message).await
        }
    };
    async {
        match settled.await {
            Ok(()) => {}
            Err(MessageError::LockLost { .. }) => tracing::debug!("the message was settled by its receiver, or its lock expired"),
            Err(error) => tracing::error!(%error, "the message could not be settled: it comes back when its lock expires"),
        }
    }
    .instrument(span)
    .await;
}
