//! Sends of many messages at once.

use std::time::Duration;

use super::LoneSender;
use crate::batch::Unsent;
use crate::channel::error::{SendError, SendTimeoutError, TrySendError};
use crate::sync::{Instant, deadline_after};

impl<T> LoneSender<T> {
    /// Sends all messages of an iterator, waiting for room for as long as it takes: how many they were.
    ///
    /// Runs, order and what the iterator may do are those of [`Sender::send_batch`](crate::Sender::send_batch). As nobody else
    /// sends, the messages stay side by side, also between runs.
    ///
    /// # Errors
    ///
    /// If the channel is closed or every receiver gone, also if that happens while this call waits: what was not sent is in
    /// the error, in its order, and the rest of the iterator behind it.
    ///
    /// # Examples
    ///
    /// ```
    /// let (mut sender, mut receiver) = queue_core::spsc::bounded(4);
    /// let consumer = std::thread::spawn(move || receiver.iter().sum::<u32>());
    /// assert_eq!(sender.send_batch(1..=100).unwrap(), 100);
    /// drop(sender);
    /// assert_eq!(consumer.join().unwrap(), 5050);
    /// ```
    pub fn send_batch<I>(&mut self, messages: I) -> Result<usize, SendError<Unsent<I::IntoIter>>>
    where
        I: IntoIterator<Item = T>,
    {
        self.channel
            .send_batch(messages.into_iter(), None)
            .map_err(|refused| SendError(refused.into_inner()))
    }

    /// Sends as many messages of an iterator as there is room for now: how many they were, if those were all.
    ///
    /// Waits like [`try_send`](Self::try_send); otherwise as [`send_batch`](Self::send_batch).
    ///
    /// # Errors
    ///
    /// If there was no room for all, in [`TrySendError::Full`]; if the channel is closed or every receiver gone, in
    /// [`TrySendError::Disconnected`]. The rest is inside, and how many were sent before.
    ///
    /// # Examples
    ///
    /// ```
    /// use queue_core::{TrySendError, spsc};
    ///
    /// let (mut sender, mut receiver) = spsc::bounded(3);
    /// let Err(TrySendError::Full(unsent)) = sender.try_send_batch(1..=5) else { panic!() };
    /// assert_eq!(unsent.sent(), 3);
    /// assert_eq!(unsent.collect::<Vec<_>>(), [4, 5]);
    /// assert_eq!(receiver.try_iter().collect::<Vec<_>>(), [1, 2, 3]);
    /// ```
    pub fn try_send_batch<I>(
        &mut self,
        messages: I,
    ) -> Result<usize, TrySendError<Unsent<I::IntoIter>>>
    where
        I: IntoIterator<Item = T>,
    {
        self.channel.try_send_batch(messages.into_iter())
    }

    /// Goes on with a batch that was sent in part: sends as many of what is left as there is room for now.
    ///
    /// As [`Sender::try_send_rest`](crate::Sender::try_send_rest).
    ///
    /// # Errors
    ///
    /// As [`try_send_batch`](Self::try_send_batch). The messages are in `rest`.
    ///
    /// # Examples
    ///
    /// ```
    /// use queue_core::{TrySendError, spsc};
    ///
    /// let (mut sender, mut receiver) = spsc::bounded(3);
    /// let mut received = Vec::new();
    /// if let Err(TrySendError::Full(mut rest)) = sender.try_send_batch(1..=10) {
    ///     while let Err(TrySendError::Full(())) = sender.try_send_rest(&mut rest) {
    ///         received.extend(receiver.try_iter());
    ///     }
    /// }
    /// received.extend(receiver.try_iter());
    /// assert!(received.into_iter().eq(1..=10));
    /// ```
    pub fn try_send_rest<I>(&mut self, rest: &mut Unsent<I>) -> Result<(), TrySendError<()>>
    where
        I: Iterator<Item = T>,
    {
        self.channel.try_send_rest(rest)
    }

    /// Sends all messages of an iterator, waiting for room for `timeout` at most: how many they were.
    ///
    /// Otherwise as [`send_batch`](Self::send_batch). A timeout beyond the range of the clock waits without limit.
    ///
    /// # Errors
    ///
    /// As [`send_batch_deadline`](Self::send_batch_deadline).
    ///
    /// # Examples
    ///
    /// ```
    /// use std::time::Duration;
    /// use queue_core::{SendTimeoutError, spsc};
    ///
    /// let (mut sender, _receiver) = spsc::bounded(2);
    /// let refused = sender.send_batch_timeout([1, 2, 3], Duration::from_millis(1));
    /// let Err(SendTimeoutError::Timeout(unsent)) = refused else { panic!() };
    /// assert_eq!(unsent.collect::<Vec<_>>(), [3]);
    /// ```
    pub fn send_batch_timeout<I>(
        &mut self,
        messages: I,
        timeout: Duration,
    ) -> Result<usize, SendTimeoutError<Unsent<I::IntoIter>>>
    where
        I: IntoIterator<Item = T>,
    {
        self.channel
            .send_batch(messages.into_iter(), deadline_after(timeout))
    }

    /// Sends all messages of an iterator, waiting for room until `deadline`: how many they were.
    ///
    /// What there is room for at once is sent even where the deadline has passed. Otherwise as
    /// [`send_batch`](Self::send_batch).
    ///
    /// # Errors
    ///
    /// If there was no room in time, in [`SendTimeoutError::Timeout`]; if the channel is closed or every receiver gone, in
    /// [`SendTimeoutError::Disconnected`]. The rest is inside, and how many were sent before.
    ///
    /// # Examples
    ///
    /// ```
    /// use std::time::Instant;
    ///
    /// let (mut sender, _receiver) = queue_core::spsc::bounded(2);
    /// assert_eq!(sender.send_batch_deadline([1, 2], Instant::now()).unwrap(), 2);
    /// ```
    pub fn send_batch_deadline<I>(
        &mut self,
        messages: I,
        deadline: Instant,
    ) -> Result<usize, SendTimeoutError<Unsent<I::IntoIter>>>
    where
        I: IntoIterator<Item = T>,
    {
        self.channel
            .send_batch(messages.into_iter(), Some(deadline))
    }
}
