//! Receives of many messages at once.

use std::time::Duration;

use super::LoneReceiver;
use crate::channel::error::{RecvError, RecvTimeoutError, TryRecvError};
use crate::channel::iter::Drain;
use crate::sync::{Instant, deadline_after};

impl<T> LoneReceiver<T> {
    /// Receives up to `max` messages onto the end of `into`, waiting for the first one for as long as it takes: how many
    /// they were.
    ///
    /// As [`Receiver::recv_batch`](crate::Receiver::recv_batch). As nobody else receives, the messages follow each other also
    /// from one call to the next.
    ///
    /// # Errors
    ///
    /// If the channel is empty, and closed or every sender gone, also if that happens while this call waits.
    ///
    /// # Examples
    ///
    /// ```
    /// let (mut sender, mut receiver) = queue_core::spsc::bounded(8);
    /// sender.send_batch(1..=5).unwrap();
    /// drop(sender);
    /// let mut messages = Vec::new();
    /// assert_eq!(receiver.recv_batch(&mut messages, 3), Ok(3));
    /// assert_eq!(receiver.recv_batch(&mut messages, 3), Ok(2));
    /// assert_eq!(messages, [1, 2, 3, 4, 5]);
    /// assert!(receiver.recv_batch(&mut messages, 3).is_err());
    /// ```
    pub fn recv_batch(&mut self, into: &mut Vec<T>, max: usize) -> Result<usize, RecvError> {
        self.channel
            .recv_batch(into, max, None)
            .map_err(|_| RecvError)
    }

    /// Receives up to `max` messages of those that are there, onto the end of `into`: how many they were.
    ///
    /// Waits like [`try_recv`](Self::try_recv), and that only for the first message.
    ///
    /// # Errors
    ///
    /// As `try_recv`.
    ///
    /// # Examples
    ///
    /// ```
    /// use queue_core::{TryRecvError, spsc};
    ///
    /// let (mut sender, mut receiver) = spsc::bounded(8);
    /// let mut messages = Vec::new();
    /// assert_eq!(receiver.try_recv_batch(&mut messages, 8), Err(TryRecvError::Empty));
    /// sender.send_batch([1, 2]).unwrap();
    /// assert_eq!(receiver.try_recv_batch(&mut messages, 8), Ok(2));
    /// assert_eq!(messages, [1, 2]);
    /// ```
    pub fn try_recv_batch(&mut self, into: &mut Vec<T>, max: usize) -> Result<usize, TryRecvError> {
        self.channel.try_recv_batch(into, max)
    }

    /// Receives up to `max` messages onto the end of `into`, waiting for the first one for `timeout` at most: how many they
    /// were.
    ///
    /// As [`recv_batch`](Self::recv_batch). A timeout beyond the range of the clock waits without limit.
    ///
    /// # Errors
    ///
    /// As [`recv_batch_deadline`](Self::recv_batch_deadline).
    ///
    /// # Examples
    ///
    /// ```
    /// use std::time::Duration;
    /// use queue_core::{RecvTimeoutError, spsc};
    ///
    /// let (_sender, mut receiver) = spsc::bounded::<u8>(8);
    /// let patience = Duration::from_millis(1);
    /// let received = receiver.recv_batch_timeout(&mut Vec::new(), 8, patience);
    /// assert_eq!(received, Err(RecvTimeoutError::Timeout));
    /// ```
    pub fn recv_batch_timeout(
        &mut self,
        into: &mut Vec<T>,
        max: usize,
        timeout: Duration,
    ) -> Result<usize, RecvTimeoutError> {
        self.channel.recv_batch(into, max, deadline_after(timeout))
    }

    /// Receives up to `max` messages onto the end of `into`, waiting for the first one until `deadline`: how many they were.
    ///
    /// As [`recv_batch`](Self::recv_batch). What is there at once is received even where the deadline has passed.
    ///
    /// # Errors
    ///
    /// As [`recv_deadline`](Self::recv_deadline).
    ///
    /// # Examples
    ///
    /// ```
    /// use std::time::Instant;
    ///
    /// let (mut sender, mut receiver) = queue_core::spsc::bounded(8);
    /// sender.send_batch([1, 2]).unwrap();
    /// let mut messages = Vec::new();
    /// assert_eq!(receiver.recv_batch_deadline(&mut messages, 8, Instant::now()), Ok(2));
    /// ```
    pub fn recv_batch_deadline(
        &mut self,
        into: &mut Vec<T>,
        max: usize,
        deadline: Instant,
    ) -> Result<usize, RecvTimeoutError> {
        self.channel.recv_batch(into, max, Some(deadline))
    }

    /// Receives the messages that are there now, in one go, without waiting for any: as many as [`len`](Self::len) counts at
    /// the beginning, at most, so that it ends however fast senders are.
    ///
    /// The messages have left the channel when it returns. Those that are not taken out of the iterator are dropped with
    /// it.
    ///
    /// # Examples
    ///
    /// ```
    /// let (mut sender, mut receiver) = queue_core::spsc::bounded(8);
    /// sender.send_batch(1..=3).unwrap();
    /// let messages = receiver.drain();
    /// assert_eq!(messages.len(), 3);
    /// assert!(receiver.is_empty());
    /// assert_eq!(messages.sum::<u32>(), 6);
    /// ```
    pub fn drain(&mut self) -> Drain<T> {
        let mut messages = Vec::new();
        let mut left = self.len();
        while left > 0
            && let Ok(length) = self.try_recv_batch(&mut messages, left)
        {
            left -= length;
        }
        Drain::new(messages)
    }
}
