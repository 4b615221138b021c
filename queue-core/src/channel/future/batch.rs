//! Sends and receives of many messages at once.

use std::fmt;
use std::future::Future;
use std::pin::Pin;
use std::task::{Context, Poll, ready};

use super::Sending;
use crate::batch::Unsent;
use crate::channel::error::{RecvError, SendError};
use crate::channel::receiver::{Receiver, Source};
use crate::channel::sender::{Sender, Target};
use crate::ring::Refusal;
use crate::wait::TaskWait;

/// After so many messages a poll lets other tasks run.
const MOST_IN_A_POLL: usize = 1024;

/// A send of many messages that is awaited. Made by [`Sender::send_batch_async`].
///
/// **Dropped** before it is done, what it has sent stays sent, and the rest is dropped with it, or can be had
/// before by [`take_back`](Self::take_back). For the rest as [`SendFuture`](super::SendFuture).
///
/// # Panics
///
/// A poll panics after the end, and where the iterator does.
///
/// # Examples
///
/// ```
/// use std::pin::pin;
/// use futures::FutureExt;
///
/// let (sender, receiver) = queue_core::bounded(2);
/// let mut sending = pin!(sender.send_batch_async([1, 2, 3]));
/// assert!(sending.as_mut().now_or_never().is_none());
/// let unsent = sending.take_back().unwrap();
/// assert_eq!(unsent.sent(), 2);
/// assert_eq!(unsent.collect::<Vec<_>>(), [3]);
/// # drop(receiver);
/// ```
#[must_use = "a future does nothing unless it is awaited"]
pub struct SendBatchFuture<'a, T, I: Iterator<Item = T>> {
    sender: &'a Sender<T>,
    /// `None` at the end.
    unsent: Option<Unsent<I>>,
    /// The first of what is not sent, while there is no room for it.
    sending: Sending<T>,
    is_waiting: bool,
}

impl<T, I: Iterator<Item = T>> SendBatchFuture<'_, T, I> {
    /// Gives up: what was not sent, in its order. The future is then at its end, as it is where there
    /// is nothing to give back.
    pub fn take_back(self: Pin<&mut Self>) -> Option<Unsent<I>> {
        // SAFETY: `sending` is pinned with its owner, out of which nothing is moved.
        let this = unsafe { self.get_unchecked_mut() };
        // SAFETY: as above.
        let sending = unsafe { Pin::new_unchecked(&mut this.sending) };
        let first = sending.leave_off(this.sender);
        let mut unsent = this.unsent.take()?;
        match first {
            Some(message) => unsent.put_back(message),
            None if this.is_waiting => unsent.sent += 1,
            None => {}
        }
        Some(unsent)
    }
}

impl<T, I: Iterator<Item = T>> Future for SendBatchFuture<'_, T, I> {
    type Output = Result<usize, SendError<Unsent<I>>>;

    fn poll(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Self::Output> {
        // SAFETY: `sending` is pinned with its owner, out of which nothing is moved.
        let this = unsafe { self.get_unchecked_mut() };
        // SAFETY: as above.
        let mut sending = unsafe { Pin::new_unchecked(&mut this.sending) };
        let before = this.unsent.as_ref().map_or(0, |unsent| unsent.sent);
        loop {
            let unsent = this.unsent.as_mut().expect("polled after the end");
            let sent = unsent.sent - before;
            if sent >= MOST_IN_A_POLL {
                context.waker().wake_by_ref();
                return Poll::Pending;
            }
            if this.is_waiting {
                let sent = ready!(sending.as_mut().poll(this.sender, context));
                this.is_waiting = false;
                match sent {
                    Ok(()) => unsent.sent += 1,
                    Err(SendError(message)) => {
                        unsent.put_back(message);
                        return Poll::Ready(
                            this.unsent
                                .take()
                                .map_or(Ok(0), |left| Err(SendError(left))),
                        );
                    }
                }
            }
            let fitted = match &this.sender.channel {
                Target::Bounded(channel) => {
                    channel.send_what_fits_now(unsent, MOST_IN_A_POLL - sent)
                }
                Target::Unbounded(channel) => {
                    channel.send_what_fits_now(unsent, MOST_IN_A_POLL - sent)
                }
                // They are handed over one by one.
                Target::Rendezvous(_) => Err(Refusal::Spent),
            };
            // Why there is no room, and what to do about it, is for the first of them to find out.
            let first = match fitted {
                Ok(true) => None,
                Ok(false) => continue,
                Err(_) => unsent.next(),
            };
            match first {
                Some(message) => {
                    sending.as_mut().load(message);
                    this.is_waiting = true;
                }
                None => {
                    let sent = unsent.sent;
                    this.unsent = None;
                    return Poll::Ready(Ok(sent));
                }
            }
        }
    }
}

impl<T, I: Iterator<Item = T>> Drop for SendBatchFuture<'_, T, I> {
    fn drop(&mut self) {
        // SAFETY: it is not moved any more.
        drop(unsafe { Pin::new_unchecked(self) }.take_back());
    }
}

impl<T, I: Iterator<Item = T>> fmt::Debug for SendBatchFuture<'_, T, I> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad("SendBatchFuture { .. }")
    }
}

/// A receive of many messages that is awaited. Made by [`Receiver::recv_batch_async`].
///
/// As [`RecvFuture`](super::RecvFuture): dropped before it is done, it has taken no message.
///
/// # Examples
///
/// ```
/// # futures::executor::block_on(async {
/// let (sender, receiver) = queue_core::bounded(4);
/// sender.send_batch(1..=3).unwrap();
/// let mut messages = Vec::new();
/// let receiving: queue_core::RecvBatchFuture<'_, u32> = receiver.recv_batch_async(&mut messages, 10);
/// assert_eq!(receiving.await, Ok(3));
/// assert_eq!(messages, [1, 2, 3]);
/// # });
/// ```
#[must_use = "a future does nothing unless it is awaited"]
pub struct RecvBatchFuture<'a, T> {
    receiver: &'a Receiver<T>,
    into: &'a mut Vec<T>,
    max: usize,
    wait: TaskWait,
    is_done: bool,
}

impl<T> Future for RecvBatchFuture<'_, T> {
    type Output = Result<usize, RecvError>;

    fn poll(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Self::Output> {
        // SAFETY: `wait` is pinned with its owner, out of which nothing is moved.
        let this = unsafe { self.get_unchecked_mut() };
        assert!(!this.is_done, "polled after the end");
        // SAFETY: as above.
        let wait = unsafe { Pin::new_unchecked(&mut this.wait) };
        let (into, max) = (&mut *this.into, this.max);
        let received = match &this.receiver.channel {
            _ if max == 0 => Ok(0),
            Source::Bounded(channel) => ready!(channel.poll_recv_batch(wait, into, max, context)),
            Source::Unbounded(channel) => ready!(channel.poll_recv_batch(wait, into, max, context)),
            _ => {
                // Before there is a message that could be lost with it.
                into.reserve(1);
                ready!(this.receiver.poll_recv(wait, context)).map(|first| {
                    into.push(first);
                    1 + this.receiver.recv_others(into, max - 1)
                })
            }
        };
        this.is_done = true;
        Poll::Ready(received)
    }
}

impl<T> Drop for RecvBatchFuture<'_, T> {
    fn drop(&mut self) {
        if !self.is_done {
            // SAFETY: it is not moved any more.
            let wait = unsafe { Pin::new_unchecked(&mut self.wait) };
            self.receiver.leave_off(wait);
        }
    }
}

impl<T> fmt::Debug for RecvBatchFuture<'_, T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad("RecvBatchFuture { .. }")
    }
}

impl<T> Sender<T> {
    /// Sends all messages of an iterator, awaiting room for as long as it takes: how many they were.
    ///
    /// Runs, order and what the iterator may do are those of [`send_batch`](Self::send_batch); it is
    /// asked within polls, each of which lets other tasks run after about a thousand messages. It waits as [`send_async`](Self::send_async). What it has sent when it is
    /// dropped stays sent.
    ///
    /// # Errors
    ///
    /// If the channel is closed or every receiver gone, also if that happens while it waits: what was not
    /// sent is in the error, in its order, and the rest of the iterator behind it.
    ///
    /// # Examples
    ///
    /// ```
    /// # futures::executor::block_on(async {
    /// let (sender, receiver) = queue_core::bounded(4);
    /// let consumer = std::thread::spawn(move || receiver.iter().sum::<u32>());
    /// assert_eq!(sender.send_batch_async(1..=100).await.unwrap(), 100);
    /// drop(sender);
    /// assert_eq!(consumer.join().unwrap(), 5050);
    /// # });
    /// ```
    pub fn send_batch_async<I>(&self, messages: I) -> SendBatchFuture<'_, T, I::IntoIter>
    where
        I: IntoIterator<Item = T>,
    {
        SendBatchFuture {
            sender: self,
            unsent: Some(Unsent::all(messages.into_iter())),
            sending: Sending::of(None),
            is_waiting: false,
        }
    }
}

impl<T> Receiver<T> {
    /// Receives up to `max` messages onto the end of `into`, awaiting the first one for as long as it takes:
    /// how many they were.
    ///
    /// Order, runs and `max` are those of [`recv_batch`](Self::recv_batch). It waits as
    /// [`recv_async`](Self::recv_async), and is as cancel-safe: dropped, it has taken nothing.
    ///
    /// # Errors
    ///
    /// As `recv_async`.
    ///
    /// # Panics
    ///
    /// As `recv_async`.
    ///
    /// # Examples
    ///
    /// ```
    /// # futures::executor::block_on(async {
    /// let (sender, receiver) = queue_core::bounded(4);
    /// std::thread::spawn(move || sender.send_batch(1..=100));
    /// let mut messages = Vec::new();
    /// while let Ok(length) = receiver.recv_batch_async(&mut messages, 16).await {
    ///     assert!((1..=16).contains(&length));
    /// }
    /// assert_eq!(messages, (1..=100).collect::<Vec<_>>());
    /// # });
    /// ```
    pub fn recv_batch_async<'a>(
        &'a self,
        into: &'a mut Vec<T>,
        max: usize,
    ) -> RecvBatchFuture<'a, T> {
        self.assert_awaitable();
        RecvBatchFuture {
            receiver: self,
            into,
            max,
            wait: TaskWait::default(),
            is_done: false,
        }
    }
}
