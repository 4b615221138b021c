//! A receiver as a stream.

#![expect(private_bounds, reason = "the ends are known: the trait is sealed")]

use std::fmt;
use std::pin::Pin;
use std::task::{Context, Poll};

use futures_core::Stream;
use futures_core::stream::FusedStream;

use crate::channel::any_end::Receives;
use crate::channel::receiver::Receiver;
use crate::wait::TaskWait;

/// The messages of a channel as a [`Stream`], which ends when the channel is empty, and closed or every sender
/// gone. Made by [`Receiver::stream`] and [`Receiver::into_stream`], and the like of a
/// [receiver that is alone](crate::LoneReceiver::stream).
///
/// It is dropped, and forgotten, as a [`RecvFuture`](super::RecvFuture) is. Between a poll that found nothing and the
/// next one it keeps its place in the line, and may hold the word of a message that nobody else is told of: poll it on, or
/// drop it. (Dropping what `next()` gave does not do that.) While there are messages it never lets other tasks of its thread run. It must be pinned to be polled
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
pub struct RecvStream<'a, T, R: Receives<T> = Receiver<T>> {
    receiver: Held<'a, T, R>,
    wait: TaskWait,
    is_over: bool,
}

enum Held<'a, T, R: Receives<T>> {
    Own(R),
    Lent(&'a R::Channel),
}

impl<T, R: Receives<T>> Held<'_, T, R> {
    fn channel(&self) -> &R::Channel {
        match self {
            Self::Own(receiver) => receiver.channel(),
            Self::Lent(channel) => channel,
        }
    }
}

impl<'a, T, R: Receives<T>> RecvStream<'a, T, R> {
    pub(in crate::channel) fn own(receiver: R) -> Self {
        Self::over(Held::Own(receiver))
    }

    pub(in crate::channel) fn lent(receiver: &'a R::Channel) -> Self {
        Self::over(Held::Lent(receiver))
    }

    fn over(receiver: Held<'a, T, R>) -> Self {
        Self {
            receiver,
            wait: TaskWait::default(),
            is_over: false,
        }
    }
}

impl<T, R: Receives<T>> Stream for RecvStream<'_, T, R> {
    type Item = T;

    fn poll_next(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Option<T>> {
        // SAFETY: `wait` is pinned with its owner, out of which nothing is moved.
        let this = unsafe { self.get_unchecked_mut() };
        if this.is_over {
            return Poll::Ready(None);
        }
        // SAFETY: as above.
        let wait = unsafe { Pin::new_unchecked(&mut this.wait) };
        R::poll_recv(this.receiver.channel(), wait, context).map(|received| {
            this.is_over = received.is_err();
            received.ok()
        })
    }
}

impl<T, R: Receives<T>> FusedStream for RecvStream<'_, T, R> {
    fn is_terminated(&self) -> bool {
        self.is_over
    }
}

impl<T, R: Receives<T>> Drop for RecvStream<'_, T, R> {
    fn drop(&mut self) {
        // SAFETY: it is not moved any more.
        let wait = unsafe { Pin::new_unchecked(&mut self.wait) };
        R::leave_off_recv(self.receiver.channel(), wait);
    }
}

impl<T, R: Receives<T>> fmt::Debug for RecvStream<'_, T, R> {
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
    #[track_caller]
    pub fn stream(&self) -> RecvStream<'_, T> {
        self.assert_awaitable();
        RecvStream::lent(self)
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
    #[track_caller]
    pub fn into_stream<'a>(self) -> RecvStream<'a, T> {
        self.assert_awaitable();
        RecvStream::own(self)
    }
}
