//! Receives that are awaited.

use std::pin::Pin;
use std::task::{Context, Poll};

use super::LoneReceiver;
use crate::channel::any_end::Receives;
use crate::channel::buffered::Buffered;
use crate::channel::error::{RecvError, TryRecvError};
#[cfg(feature = "futures")]
use crate::channel::future::RecvStream;
use crate::channel::future::{RecvBatchFuture, RecvFuture};
use crate::ring::HeapRing;
use crate::wait::{Side, TaskWait};

impl<T> Receives<T> for LoneReceiver<T> {
    type Channel = Buffered<HeapRing<T>>;

    fn channel(&self) -> &Buffered<HeapRing<T>> {
        &self.channel
    }

    #[inline]
    fn recv(channel: &Buffered<HeapRing<T>>) -> Result<T, RecvError> {
        Self::recv_from(channel)
    }

    #[inline]
    fn try_recv(channel: &Buffered<HeapRing<T>>) -> Result<T, TryRecvError> {
        channel.try_recv()
    }

    #[inline]
    fn poll_recv(
        channel: &Buffered<HeapRing<T>>,
        wait: Pin<&mut TaskWait>,
        context: &mut Context<'_>,
    ) -> Poll<Result<T, RecvError>> {
        channel.poll_recv(wait, context)
    }

    fn poll_recv_batch(
        channel: &Buffered<HeapRing<T>>,
        wait: Pin<&mut TaskWait>,
        into: &mut Vec<T>,
        max: usize,
        context: &mut Context<'_>,
    ) -> Poll<Result<usize, RecvError>> {
        channel.poll_recv_batch(wait, into, max, context)
    }

    fn leave_off_recv(channel: &Buffered<HeapRing<T>>, wait: Pin<&mut TaskWait>) {
        channel.leave_off(Side::Receivers, wait);
    }
}

impl<T> LoneReceiver<T> {
    /// Receives, awaiting a message for as long as it takes.
    ///
    /// As [`Receiver::recv_async`](crate::Receiver::recv_async), which also says how long it keeps other tasks waiting; the
    /// other end may block its thread. The future has the receiver to itself, can be sent to another thread, and is as
    /// cancel-safe: dropped, it has taken nothing, and may stand in any `select!`. One that is forgotten while it waits
    /// leaks, and is in nobody's way.
    ///
    /// # Errors
    ///
    /// If the channel is empty, and closed or every sender gone, also if that happens while it waits.
    ///
    /// # Examples
    ///
    /// ```
    /// # futures::executor::block_on(async {
    /// let (mut sender, mut receiver) = queue_core::spsc::bounded(4);
    /// std::thread::spawn(move || sender.send_batch(1..=100));
    /// let mut sum = 0;
    /// while let Ok(number) = receiver.recv_async().await {
    ///     sum += number;
    /// }
    /// assert_eq!(sum, 5050);
    /// # });
    /// ```
    #[inline]
    pub fn recv_async(&mut self) -> RecvFuture<'_, T, Self> {
        RecvFuture::new(&*self.channel)
    }

    /// Receives up to `max` messages onto the end of `into`, awaiting the first one for as long as it takes: how many they
    /// were.
    ///
    /// Order, runs and `max` are those of [`recv_batch`](Self::recv_batch). It waits as [`recv_async`](Self::recv_async), and
    /// is as cancel-safe: dropped, it has taken nothing.
    ///
    /// # Errors
    ///
    /// As `recv_async`.
    ///
    /// # Examples
    ///
    /// ```
    /// # futures::executor::block_on(async {
    /// let (mut sender, mut receiver) = queue_core::spsc::bounded(4);
    /// std::thread::spawn(move || sender.send_batch(1..=100));
    /// let mut messages = Vec::new();
    /// while let Ok(length) = receiver.recv_batch_async(&mut messages, 16).await {
    ///     assert!((1..=16).contains(&length));
    /// }
    /// assert_eq!(messages, (1..=100).collect::<Vec<_>>());
    /// # });
    /// ```
    pub fn recv_batch_async<'a>(
        &'a mut self,
        into: &'a mut Vec<T>,
        max: usize,
    ) -> RecvBatchFuture<'a, T, Self> {
        RecvBatchFuture::new(&*self.channel, into, max)
    }

    /// The messages as a stream, each awaited. Needs the feature `futures`.
    ///
    /// # Examples
    ///
    /// ```
    /// use futures::StreamExt;
    ///
    /// # futures::executor::block_on(async {
    /// let (mut sender, mut receiver) = queue_core::spsc::bounded(4);
    /// sender.send_batch([1, 2, 3]).unwrap();
    /// assert_eq!(receiver.stream().take(2).collect::<Vec<_>>().await, [1, 2]);
    /// assert_eq!(receiver.recv(), Ok(3));
    /// # });
    /// ```
    #[cfg(feature = "futures")]
    pub fn stream(&mut self) -> RecvStream<'_, T, Self> {
        RecvStream::lent(&*self.channel)
    }

    /// The messages as a stream with the receiver inside. Needs the feature `futures`.
    ///
    /// # Examples
    ///
    /// ```
    /// use futures::StreamExt;
    ///
    /// # futures::executor::block_on(async {
    /// let (mut sender, receiver) = queue_core::spsc::bounded(4);
    /// sender.send_batch([1, 2, 3]).unwrap();
    /// drop(sender);
    /// assert_eq!(receiver.into_stream().collect::<Vec<_>>().await, [1, 2, 3]);
    /// # });
    /// ```
    #[cfg(feature = "futures")]
    pub fn into_stream<'a>(self) -> RecvStream<'a, T, Self> {
        RecvStream::own(self)
    }
}
