//! A receiver as a stream.

use std::fmt;
use std::pin::Pin;
use std::task::{Context, Poll};

use futures_core::Stream;
use futures_core::stream::FusedStream;

use crate::channel::receiver::Receiver;
use crate::wait::TaskWait;

/// The messages of a channel as a [`Stream`], which ends when the channel is empty, and closed or every sender
/// gone. Made by [`Receiver::stream`] and [`Receiver::into_stream`].
///
/// It is dropped, and forgotten, as a [`RecvFuture`](super::RecvFuture) is. Between a poll that found nothing and the
/// next one it keeps its place in the line, and may hold the word of a message that nobody else is told of: poll it on, or
/// drop it. (Dropping what `next()` gave does not do that.) It must be pinned to be polled
/// (`pin!`, `Box::pin`).
///
/// # Examples
///
/// ```
/// use futures::StreamExt;
///
/// # futures::executor::block_on(async {
/// let (sender, receiver) = queue_core::bounded(4);
/// std::thread::spawn(move || sender.send_batch(1..=100));
/// let stream: queue_core::RecvStream<'static, u32> = receiver.into_stream();
/// assert_eq!(stream.fold(0, async |sum, number| sum + number).await, 5050);
/// # });
/// ```
#[must_use = "a stream does nothing unless it is polled"]
pub struct RecvStream<'a, T> {
    receiver: Held<'a, T>,
    wait: TaskWait,
    is_over: bool,
}

enum Held<'a, T> {
    Own(Receiver<T>),
    Lent(&'a Receiver<T>),
}

impl<T> Held<'_, T> {
    fn receiver(&self) -> &Receiver<T> {
        match self {
            Self::Own(receiver) => receiver,
            Self::Lent(receiver) => receiver,
        }
    }
}

impl<T> Stream for RecvStream<'_, T> {
    type Item = T;

    fn poll_next(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Option<T>> {
        // SAFETY: `wait` is pinned with its owner, out of which nothing is moved.
        let this = unsafe { self.get_unchecked_mut() };
        if this.is_over {
            return Poll::Ready(None);
        }
        // SAFETY: as above.
        let wait = unsafe { Pin::new_unchecked(&mut this.wait) };
        this.receiver
            .receiver()
            .poll_recv(wait, context)
            .map(|received| {
                this.is_over = received.is_err();
                received.ok()
            })
    }
}

impl<T> FusedStream for RecvStream<'_, T> {
    fn is_terminated(&self) -> bool {
        self.is_over
    }
}

impl<T> Drop for RecvStream<'_, T> {
    fn drop(&mut self) {
        // SAFETY: it is not moved any more.
        let wait = unsafe { Pin::new_unchecked(&mut self.wait) };
        self.receiver.receiver().leave_off(wait);
    }
}

impl<T> fmt::Debug for RecvStream<'_, T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad("RecvStream { .. }")
    }
}

impl<T> Receiver<T> {
    /// The messages as a stream, each awaited. Needs the feature `futures`.
    ///
    /// # Panics
    ///
    /// As [`recv_async`](Self::recv_async).
    ///
    /// # Examples
    ///
    /// ```
    /// use futures::StreamExt;
    ///
    /// # futures::executor::block_on(async {
    /// let (sender, receiver) = queue_core::bounded(4);
    /// sender.send_batch([1, 2, 3]).unwrap();
    /// assert_eq!(receiver.stream().take(2).collect::<Vec<_>>().await, [1, 2]);
    /// assert_eq!(receiver.recv(), Ok(3));
    /// # });
    /// ```
    pub fn stream(&self) -> RecvStream<'_, T> {
        self.assert_awaitable();
        RecvStream {
            receiver: Held::Lent(self),
            wait: TaskWait::default(),
            is_over: false,
        }
    }

    /// The messages as a stream with the receiver inside. Needs the feature `futures`.
    ///
    /// # Panics
    ///
    /// As [`recv_async`](Self::recv_async).
    ///
    /// # Examples
    ///
    /// ```
    /// use futures::StreamExt;
    ///
    /// # futures::executor::block_on(async {
    /// let (sender, receiver) = queue_core::bounded(4);
    /// sender.send_batch([1, 2, 3]).unwrap();
    /// drop(sender);
    /// assert_eq!(receiver.into_stream().collect::<Vec<_>>().await, [1, 2, 3]);
    /// # });
    /// ```
    pub fn into_stream(self) -> RecvStream<'static, T> {
        self.assert_awaitable();
        RecvStream {
            receiver: Held::Own(self),
            wait: TaskWait::default(),
            is_over: false,
        }
    }
}
