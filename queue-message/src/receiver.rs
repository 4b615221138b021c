//! Who is handed messages.

use std::fmt;
use std::future::Future;
use std::sync::Arc;

use async_trait::async_trait;

use crate::{BoxError, MessageEnvelope, MessageQueue};

/// Who is handed the messages of a queue that is [listened](MessageQueue::listen) to.
///
/// It is a type that implements this, or a closure that answers a future; a closure that answers at once is one as a
/// [`CallbackMessageReceiver`].
///
/// ```
/// use async_trait::async_trait;
/// use queue_message::{BoxError, MessageEnvelope, MessageQueue, MessageReceiver};
/// use std::sync::{Arc, Mutex};
///
/// #[derive(Debug)]
/// struct MyMessageReceiver;
///
/// #[async_trait]
/// impl MessageReceiver for MyMessageReceiver {
///     async fn receive_message(&self, message: MessageEnvelope, _: Arc<dyn MessageQueue>) -> Result<(), BoxError> {
///         println!("Received message: {}", message.message_as_string()?);
///         Ok(())
///     }
/// }
///
/// fn receivers(log: Arc<Mutex<Vec<String>>>) -> [Arc<dyn MessageReceiver>; 3] {
///     let printing = async |message: MessageEnvelope, _: Arc<dyn MessageQueue>| {
///         println!("Received message: {}", message.message_as_string()?);
///         Ok(())
///     };
///     // What a closure has captured, each of its futures has as a clone.
///     let logging = move |message: MessageEnvelope, _: Arc<dyn MessageQueue>| {
///         let log = log.clone();
///         async move {
///             log.lock().unwrap().push(message.to_string());
///             Ok(())
///         }
///     };
///     [Arc::new(MyMessageReceiver), Arc::new(printing), Arc::new(logging)]
/// }
/// ```
#[doc(alias = "IMessageReceiver")]
#[async_trait]
pub trait MessageReceiver: Send + Sync {
    /// Processes a message, locked meanwhile, of `queue`. `Ok` completes it, `Err` and a panic abandon it, unless it
    /// was settled meanwhile.
    ///
    /// # Errors
    /// Whatever keeps the message from being processed.
    async fn receive_message(
        &self,
        message: MessageEnvelope,
        queue: Arc<dyn MessageQueue>,
    ) -> Result<(), BoxError>;
}

#[async_trait]
impl<F, R> MessageReceiver for F
where
    F: Fn(MessageEnvelope, Arc<dyn MessageQueue>) -> R + Send + Sync,
    R: Future<Output = Result<(), BoxError>> + Send,
{
    async fn receive_message(
        &self,
        message: MessageEnvelope,
        queue: Arc<dyn MessageQueue>,
    ) -> Result<(), BoxError> {
        self(message, queue).await
    }
}

/// A receiver that is a function. It may block: then it holds up who awaits [`listen`](MessageQueue::listen), and is best
/// [listened with on a thread](MessageQueue::begin_listen).
///
/// ```
/// use queue_message::CallbackMessageReceiver;
///
/// let receiver = CallbackMessageReceiver::new(|message, _queue| {
///     println!("Received message: {}", message.message_as_string()?);
///     Ok(())
/// });
/// ```
pub struct CallbackMessageReceiver<F>(F);

impl<F> CallbackMessageReceiver<F>
where
    F: Fn(MessageEnvelope, Arc<dyn MessageQueue>) -> Result<(), BoxError> + Send + Sync,
{
    /// A receiver that calls `callback` with every message and its queue.
    pub const fn new(callback: F) -> Self {
        Self(callback)
    }
}

#[async_trait]
impl<F> MessageReceiver for CallbackMessageReceiver<F>
where
    F: Fn(MessageEnvelope, Arc<dyn MessageQueue>) -> Result<(), BoxError> + Send + Sync,
{
    async fn receive_message(
        &self,
        message: MessageEnvelope,
        queue: Arc<dyn MessageQueue>,
    ) -> Result<(), BoxError> {
        self.0(message, queue)
    }
}

impl<F> fmt::Debug for CallbackMessageReceiver<F> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("CallbackMessageReceiver")
            .finish_non_exhaustive()
    }
}
