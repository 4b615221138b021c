//! Sends and receives of many messages at once.

#![expect(private_bounds, reason = "the ends are known: the trait is sealed")]

use std::fmt;
use std::future::Future;
use std::pin::Pin;
use std::task::{Context, Poll, ready};

use super::Sending;
use crate::batch::Unsent;
use crate::channel::any_end::{Receives, Sends};
use crate::channel::error::{RecvError, SendError};
use crate::channel::receiver::Receiver;
use crate::channel::sender::Sender;
use crate::wait::TaskWait;

/// After so many messages a poll lets other tasks run.
const MOST_IN_A_POLL: usize = 1024;

/// A send of many messages that is awaited. Made by [`Sender::send_batch_async`], and the like of
/// a [sender that is alone](crate::LoneSender::send_batch_async).
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
pub struct SendBatchFuture<'a, T, I: Iterator<Item = T>, S: Sends<T> = Sender<T>> {
    sender: &'a S::Channel,
    /// `None` at the end.
    unsent: Option<Unsent<I>>,
    /// The first of what is not sent, while there is no room for it.
    sending: Sending<T>,
    is_waiting: bool,
}

impl<'a, T, I: Iterator<Item = T>, S: Sends<T>> SendBatchFuture<'a, T, I, S> {
    pub(in crate::channel) fn new(sender: &'a S::Channel, messages: I) -> Self {
        Self {
            sender,
            unsent: Some(Unsent::all(messages)),
            sending: Sending::of(None),
            is_waiting: false,
        }
    }

    /// Gives up: what was not sent, in its order. The future is then at its end, as it is where there
    /// is nothing to give back.
    ///
    /// # Examples
    ///
    /// ```
    /// use std::pin::pin;
    ///
    /// let (sender, _receiver) = queue_core::bounded(1);
    /// sender.send(1).unwrap();
    /// let mut sending = pin!(sender.send_batch_async([2, 3]));
    /// let unsent = sending.as_mut().take_back().unwrap();
    /// assert_eq!(unsent.collect::<Vec<_>>(), [2, 3]);
    /// ```
    pub fn take_back(self: Pin<&mut Self>) -> Option<Unsent<I>> {
        // SAFETY: `sending` is pinned with its owner, out of which nothing is moved.
        let this = unsafe { self.get_unchecked_mut() };
        // SAFETY: as above.
        let sending = unsafe { Pin::new_unchecked(&mut this.sending) };
        let first = sending.leave_off::<S>(this.sender);
        let mut unsent = this.unsent.take()?;
        match first {
            Some(message) => unsent.put_back(message),
            None if this.is_waiting => unsent.sent += 1,
            None => {}
        }
        Some(unsent)
    }
}

impl<T, I: Iterator<Item = T>, S: Sends<T>> Future for SendBatchFuture<'_, T, I, S> {
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
                let sent = ready!(sending.as_mut().poll::<S>(this.sender, context));
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
            let fitted = S::send_what_fits_now(this.sender, unsent, MOST_IN_A_POLL - sent);
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

impl<T, I: Iterator<Item = T>, S: Sends<T>> Drop for SendBatchFuture<'_, T, I, S> {
    fn drop(&mut self) {
        // SAFETY: it is not moved any more.
        drop(unsafe { Pin::new_unchecked(self) }.take_back());
    }
}

impl<T, I: Iterator<Item = T>, S: Sends<T>> fmt::Debug for SendBatchFuture<'_, T, I, S> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad("SendBatchFuture { .. }")
    }
}

/// A receive of many messages that is awaited. Made by [`Receiver::recv_batch_async`], and the like
/// of a [receiver that is alone](crate::LoneReceiver::recv_batch_async).
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
pub struct RecvBatchFuture<'a, T, R: Receives<T> = Receiver<T>> {
    receiver: &'a R::Channel,
    into: &'a mut Vec<T>,
    max: usize,
    wait: TaskWait,
    is_done: bool,
}

impl<T, R: Receives<T>> Future for RecvBatchFuture<'_, T, R> {
    type Output = Result<usize, RecvError>;

    fn poll(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Self::Output> {
        // SAFETY: `wait` is pinned with its owner, out of which nothing is moved.
        let this = unsafe { self.get_unchecked_mut() };
        assert!(!this.is_done, "polled after the end");
        // SAFETY: as above.
        let wait = unsafe { Pin::new_unchecked(&mut this.wait) };
        let received = if this.max == 0 {
            Ok(0)
        } else {
            let into = &mut *this.into;
            ready!(R::poll_recv_batch(
                this.receiver,
                wait,
                into,
                this.max,
                context
            ))
        };
        this.is_done = true;
        Poll::Ready(received)
    }
}

impl<T, R: Receives<T>> Drop for RecvBatchFuture<'_, T, R> {
    fn drop(&mut self) {
        if !self.is_done {
            // SAFETY: it is not moved any more.
            let wait = unsafe { Pin::new_unchecked(&mut self.wait) };
            R::leave_off_recv(self.receiver, wait);
        }
    }
}

impl<T, R: Receives<T>> fmt::Debug for RecvBatchFuture<'_, T, R> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad("RecvBatchFuture { .. }")
    }
}

impl<'a, T, R: Receives<T>> RecvBatchFuture<'a, T, R> {
    pub(in crate::channel) fn new(
        receiver: &'a R::Channel,
        into: &'a mut Vec<T>,
        max: usize,
    ) -> Self {
        Self {
            receiver,
            into,
            max,
            wait: TaskWait::default(),
            is_done: false,
        }
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
        SendBatchFuture::new(self, messages.into_iter())
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
    #[track_caller]
    pub fn recv_batch_async<'a>(
        &'a self,
        into: &'a mut Vec<T>,
        max: usize,
    ) -> RecvBatchFuture<'a, T> {
        self.assert_awaitable();
        RecvBatchFuture::new(self, into, max)
    }
}
