//! A sender as a sink.

#![expect(private_bounds, reason = "the ends are known: the trait is sealed")]

use std::fmt;
use std::pin::Pin;
use std::task::{Context, Poll, ready};

use futures_sink::Sink;

use super::Sending;
use crate::channel::any_end::Sends;
use crate::channel::error::SendError;
use crate::channel::sender::Sender;

/// A sender as a [`Sink`]. Made by [`Sender::sink`] and [`Sender::into_sink`], and the like of a
/// [sender that is alone](crate::LoneSender::sink).
///
/// It takes one message beyond what the channel holds, and holds no room in the channel for it: others
/// may send between its `poll_ready` and its `start_send`. `poll_flush` ends when that message is in the
/// channel. `poll_close` flushes, and gives the sender up if it is the sink's own; it does not
/// [`close`](Sender::close) the channel for others.
///
/// **Cancel safety**: to drop what `SinkExt::send` gave, as a `select!` does, takes nothing back: the message stays in the sink,
/// and is sent when that is polled on, and the sink keeps its place in the line of those who wait for room, and may hold
/// the word of room that nobody else is told of. Poll it on, or drop it; for a send that may be given up
/// there is [`send_async_from`](Sender::send_async_from).
///
/// **Other tasks**: as of [`Receiver::recv_async`](crate::Receiver::recv_async): while there is room it never lets them run.
///
/// **Dropped**, it drops the message that is not in the channel yet. It must be pinned to be polled
/// (`pin!`, `Box::pin`).
///
/// # Errors
///
/// [`SendError`] if the channel is closed or every receiver gone, with the message; `None` where that is
/// known when there is none.
///
/// # Panics
///
/// `start_send` panics without a `poll_ready` before it that was ready, and after `poll_close`.
///
/// # Examples
///
/// ```
/// use std::pin::pin;
/// use futures::SinkExt;
///
/// # futures::executor::block_on(async {
/// let (sender, receiver) = queue_core::bounded(4);
/// let mut sink = pin!(sender.into_sink());
/// sink.send(1).await.unwrap();
/// sink.feed(2).await.unwrap();
/// sink.close().await.unwrap();
/// assert_eq!(receiver.into_iter().collect::<Vec<_>>(), [1, 2]);
/// # });
/// ```
#[must_use = "a sink does nothing unless it is polled"]
pub struct SendSink<'a, T, S: Sends<T> = Sender<T>> {
    sender: Held<'a, T, S>,
    sending: Sending<T>,
    /// There is a message that is not in the channel yet.
    is_loaded: bool,
}

enum Held<'a, T, S: Sends<T>> {
    Own(S),
    Lent(&'a S::Channel),
    /// It has been closed.
    GivenUp,
}

impl<T, S: Sends<T>> Held<'_, T, S> {
    fn channel(&self) -> Option<&S::Channel> {
        match self {
            Self::Own(sender) => Some(sender.channel()),
            Self::Lent(channel) => Some(channel),
            Self::GivenUp => None,
        }
    }
}

impl<'a, T, S: Sends<T>> SendSink<'a, T, S> {
    pub(in crate::channel) fn own(sender: S) -> Self {
        Self::over(Held::Own(sender))
    }

    pub(in crate::channel) fn lent(sender: &'a S::Channel) -> Self {
        Self::over(Held::Lent(sender))
    }

    fn over(sender: Held<'a, T, S>) -> Self {
        Self {
            sender,
            sending: Sending::of(None),
            is_loaded: false,
        }
    }

    /// Sends what is loaded.
    fn flush(&mut self, context: &mut Context<'_>) -> Poll<Result<(), SendError<Option<T>>>> {
        let Some(channel) = self.sender.channel() else {
            return Poll::Ready(Ok(()));
        };
        if !self.is_loaded {
            return Poll::Ready(Ok(()));
        }
        // SAFETY: `self` is pinned: it comes out of a `Pin` in each method that calls this.
        let sending = unsafe { Pin::new_unchecked(&mut self.sending) };
        let sent = ready!(sending.poll::<S>(channel, context));
        self.is_loaded = false;
        Poll::Ready(sent.map_err(|SendError(message)| SendError(Some(message))))
    }

    /// Leaves off, and drops what is loaded.
    fn leave_off(&mut self) {
        if let Some(channel) = self.sender.channel() {
            // SAFETY: `self` is pinned, or is dropped and not moved any more.
            let sending = unsafe { Pin::new_unchecked(&mut self.sending) };
            self.is_loaded = false;
            drop(sending.leave_off::<S>(channel));
        }
    }
}

impl<T, S: Sends<T>> Sink<T> for SendSink<'_, T, S> {
    type Error = SendError<Option<T>>;

    fn poll_ready(
        self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<Result<(), Self::Error>> {
        // SAFETY: nothing is moved out of it.
        let this = unsafe { self.get_unchecked_mut() };
        ready!(this.flush(context))?;
        let is_open = this
            .sender
            .channel()
            .is_some_and(|channel| !S::is_closed(channel));
        Poll::Ready(if is_open {
            Ok(())
        } else {
            Err(SendError(None))
        })
    }

    fn start_send(self: Pin<&mut Self>, message: T) -> Result<(), Self::Error> {
        // SAFETY: nothing is moved out of it.
        let this = unsafe { self.get_unchecked_mut() };
        assert!(
            !this.is_loaded && this.sender.channel().is_some(),
            "`start_send` without `poll_ready`, or after `poll_close`"
        );
        // SAFETY: it is pinned with its owner.
        unsafe { Pin::new_unchecked(&mut this.sending) }.load(message);
        this.is_loaded = true;
        Ok(())
    }

    fn poll_flush(
        self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<Result<(), Self::Error>> {
        // SAFETY: nothing is moved out of it.
        unsafe { self.get_unchecked_mut() }.flush(context)
    }

    fn poll_close(
        self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<Result<(), Self::Error>> {
        // SAFETY: nothing is moved out of it but the sender, when the wait is over.
        let this = unsafe { self.get_unchecked_mut() };
        let flushed = ready!(this.flush(context));
        this.leave_off();
        this.sender = Held::GivenUp;
        Poll::Ready(flushed)
    }
}

impl<T, S: Sends<T>> Drop for SendSink<'_, T, S> {
    fn drop(&mut self) {
        self.leave_off();
    }
}

impl<T, S: Sends<T>> fmt::Debug for SendSink<'_, T, S> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad("SendSink { .. }")
    }
}

impl<T> Sender<T> {
    /// This sender as a sink. Needs the feature `futures`.
    ///
    /// # Examples
    ///
    /// ```
    /// use std::pin::pin;
    /// use futures::{SinkExt, stream};
    ///
    /// # futures::executor::block_on(async {
    /// let (sender, receiver) = queue_core::bounded(4);
    /// let mut sink = pin!(sender.sink());
    /// sink.send_all(&mut stream::iter([1, 2, 3].map(Ok))).await.unwrap();
    /// assert_eq!(receiver.try_iter().collect::<Vec<_>>(), [1, 2, 3]);
    /// # });
    /// ```
    pub fn sink(&self) -> SendSink<'_, T> {
        SendSink::lent(self)
    }

    /// A sink with the sender inside. Needs the feature `futures`.
    ///
    /// # Examples
    ///
    /// ```
    /// use std::pin::pin;
    /// use futures::SinkExt;
    ///
    /// # futures::executor::block_on(async {
    /// let (sender, receiver) = queue_core::bounded(4);
    /// pin!(sender.into_sink()).send(1).await.unwrap();
    /// assert_eq!(receiver.recv(), Ok(1));
    /// # });
    /// ```
    pub fn into_sink<'a>(self) -> SendSink<'a, T> {
        SendSink::own(self)
    }
}
