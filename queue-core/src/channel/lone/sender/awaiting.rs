//! Sends that are awaited.

use std::pin::Pin;
use std::task::{Context, Poll};

use super::LoneSender;
use crate::batch::Unsent;
use crate::channel::any_end::Sends;
use crate::channel::buffered::Buffered;
use crate::channel::error::SendError;
#[cfg(feature = "futures")]
use crate::channel::future::SendSink;
use crate::channel::future::{SendBatchFuture, SendFromFuture, SendFuture};
use crate::channel::packet::Packet;
use crate::ring::{HeapRing, Refusal};
use crate::wait::{Side, TaskWait};

impl<T> Sends<T> for LoneSender<T> {
    type Channel = Buffered<HeapRing<T>>;

    #[cfg(feature = "futures")]
    fn channel(&self) -> &Buffered<HeapRing<T>> {
        &self.channel
    }

    #[inline]
    unsafe fn poll_send(
        channel: &Buffered<HeapRing<T>>,
        wait: Pin<&mut TaskWait>,
        packet: &Packet<T>,
        context: &mut Context<'_>,
    ) -> Poll<Result<(), SendError<T>>> {
        channel.poll_send(wait, packet, context)
    }

    fn leave_off_send(
        channel: &Buffered<HeapRing<T>>,
        wait: Pin<&mut TaskWait>,
        _packet: &Packet<T>,
    ) {
        channel.leave_off(Side::Senders, wait);
    }

    fn lays_out(_channel: &Buffered<HeapRing<T>>) -> bool {
        false
    }

    fn send_what_fits_now<I: Iterator<Item = T>>(
        channel: &Buffered<HeapRing<T>>,
        unsent: &mut Unsent<I>,
        most: usize,
    ) -> Result<bool, Refusal> {
        channel.send_what_fits_now(unsent, most)
    }

    #[cfg(feature = "futures")]
    fn is_closed(channel: &Buffered<HeapRing<T>>) -> bool {
        channel.is_closed()
    }
}

impl<T> LoneSender<T> {
    /// Sends, awaiting room for as long as it takes.
    ///
    /// As [`Sender::send_async`](crate::Sender::send_async), which also says what wakers may do; the other end may block its
    /// thread. The future has the sender to itself, can be sent to another thread, and is as cancel-safe: dropped, it has
    /// sent its message, or not and drops it; [`SendFuture::take_back`] and [`send_async_from`](Self::send_async_from) give
    /// it back. One that is forgotten while it waits leaks, and is in nobody's way.
    ///
    /// # Errors
    ///
    /// Gives the message back if the channel is closed or every receiver gone, also if that happens while it waits.
    ///
    /// # Examples
    ///
    /// ```
    /// # futures::executor::block_on(async {
    /// let (mut sender, mut receiver) = queue_core::spsc::bounded(1);
    /// let consumer = std::thread::spawn(move || receiver.iter().sum::<u32>());
    /// for number in 1..=100 {
    ///     sender.send_async(number).await.unwrap();
    /// }
    /// drop(sender);
    /// assert_eq!(consumer.join().unwrap(), 5050);
    /// # });
    /// ```
    #[inline]
    pub fn send_async(&mut self, message: T) -> SendFuture<'_, T, Self> {
        SendFuture::new(&*self.channel, message)
    }

    /// Sends as [`send_async`](Self::send_async) does, and leaves the message in its place unless it was sent.
    ///
    /// # Errors
    ///
    /// As `send_async`. The message is where it was, as it is where the future is dropped.
    ///
    /// # Panics
    ///
    /// Panics if there is no message.
    ///
    /// # Examples
    ///
    /// ```
    /// use futures::FutureExt;
    ///
    /// let (mut sender, _receiver) = queue_core::spsc::bounded(1);
    /// sender.send(1).unwrap();
    /// let mut message = Some(2);
    /// assert!(sender.send_async_from(&mut message).now_or_never().is_none());
    /// assert_eq!(message, Some(2));
    /// ```
    #[track_caller]
    pub fn send_async_from<'a>(
        &'a mut self,
        message: &'a mut Option<T>,
    ) -> SendFromFuture<'a, T, Self> {
        SendFromFuture::new(&*self.channel, message)
    }

    /// Sends all messages of an iterator, awaiting room for as long as it takes: how many they were.
    ///
    /// Runs, order and what the iterator may do are those of [`send_batch`](Self::send_batch); it is asked within polls, each
    /// of which lets other tasks run after about a thousand messages. What it has sent when it is dropped stays sent.
    ///
    /// # Errors
    ///
    /// If the channel is closed or every receiver gone, also if that happens while it waits: what was not sent is in the
    /// error, in its order, and the rest of the iterator behind it.
    ///
    /// # Examples
    ///
    /// ```
    /// # futures::executor::block_on(async {
    /// let (mut sender, mut receiver) = queue_core::spsc::bounded(4);
    /// let consumer = std::thread::spawn(move || receiver.iter().sum::<u32>());
    /// assert_eq!(sender.send_batch_async(1..=100).await.unwrap(), 100);
    /// drop(sender);
    /// assert_eq!(consumer.join().unwrap(), 5050);
    /// # });
    /// ```
    pub fn send_batch_async<I>(&mut self, messages: I) -> SendBatchFuture<'_, T, I::IntoIter, Self>
    where
        I: IntoIterator<Item = T>,
    {
        SendBatchFuture::new(&*self.channel, messages.into_iter())
    }

    /// This sender as a sink. Needs the feature `futures`.
    ///
    /// # Examples
    ///
    /// ```
    /// use std::pin::pin;
    /// use futures::SinkExt;
    ///
    /// # futures::executor::block_on(async {
    /// let (mut sender, mut receiver) = queue_core::spsc::bounded(4);
    /// pin!(sender.sink()).send(1).await.unwrap();
    /// assert_eq!(receiver.recv(), Ok(1));
    /// # });
    /// ```
    #[cfg(feature = "futures")]
    pub fn sink(&mut self) -> SendSink<'_, T, Self> {
        SendSink::lent(&*self.channel)
    }

    /// A sink with the sender inside. Needs the feature `futures`.
    ///
    /// # Examples
    ///
    /// ```
    /// use std::pin::pin;
    /// use futures::{SinkExt, StreamExt};
    ///
    /// # futures::executor::block_on(async {
    /// let (sender, receiver) = queue_core::spsc::bounded(4);
    /// let mut sink = pin!(sender.into_sink());
    /// sink.send(1).await.unwrap();
    /// sink.close().await.unwrap();
    /// assert_eq!(receiver.into_stream().collect::<Vec<_>>().await, [1]);
    /// # });
    /// ```
    #[cfg(feature = "futures")]
    pub fn into_sink<'a>(self) -> SendSink<'a, T, Self> {
        SendSink::own(self)
    }
}
