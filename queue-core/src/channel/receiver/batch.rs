//! Receives of many messages at once.

use std::time::Duration;

use super::{Receiver, Source};
use crate::channel::error::{RecvError, RecvTimeoutError, TryRecvError};
use crate::channel::iter::Drain;
use crate::sync::{Instant, deadline_after};

impl<T> Receiver<T> {
    /// Receives up to `max` messages onto the end of `into`, waiting for the first one for as long as it
    /// takes: how many they were.
    ///
    /// What is ready in a row is taken by one claim, and its senders are woken in one pass. The call
    /// does not wait for more than one message, and may return fewer than there are: only an error says
    /// that there are none. Of an unbounded channel one claim takes 31 messages at most, as many as a block of its
    /// memory holds. With `max` 0 it returns 0 at once, whatever the channel's state.
    ///
    /// **Order**: `into` gets the messages in the order of the channel. What one claim takes lies side by side in
    /// it: nothing from in between goes to another receiver. (In an unbounded channel one that is still being
    /// sent may be passed over for those behind it. It then comes later, as if sent later.)
    ///
    /// `into` grows before anything is claimed, so that no message is lost where it cannot.
    ///
    /// # Errors
    ///
    /// If the channel is empty, and closed or every sender gone, also if that happens while this call
    /// waits.
    ///
    /// # Examples
    ///
    /// ```
    /// let (sender, receiver) = queue_core::bounded(8);
    /// sender.send_batch(1..=5).unwrap();
    /// drop(sender);
    /// let mut messages = Vec::new();
    /// assert_eq!(receiver.recv_batch(&mut messages, 3), Ok(3));
    /// assert_eq!(receiver.recv_batch(&mut messages, 3), Ok(2));
    /// assert_eq!(messages, [1, 2, 3, 4, 5]);
    /// assert!(receiver.recv_batch(&mut messages, 3).is_err());
    /// ```
    pub fn recv_batch(&self, into: &mut Vec<T>, max: usize) -> Result<usize, RecvError> {
        self.recv_batch_until(into, max, None)
            .map_err(|_| RecvError)
    }

    /// Receives up to `max` messages of those that are there, onto the end of `into`: how many they were.
    ///
    /// Waits like [`try_recv`](Self::try_recv), and that only for the first message. It may return
    /// fewer messages than there are, as [`recv_batch`](Self::recv_batch).
    ///
    /// # Errors
    ///
    /// As `try_recv`.
    ///
    /// # Examples
    ///
    /// ```
    /// use queue_core::{TryRecvError, bounded};
    ///
    /// let (sender, receiver) = bounded(8);
    /// let mut messages = Vec::new();
    /// assert_eq!(receiver.try_recv_batch(&mut messages, 8), Err(TryRecvError::Empty));
    /// sender.send_batch([1, 2]).unwrap();
    /// assert_eq!(receiver.try_recv_batch(&mut messages, 8), Ok(2));
    /// assert_eq!(messages, [1, 2]);
    /// ```
    pub fn try_recv_batch(&self, into: &mut Vec<T>, max: usize) -> Result<usize, TryRecvError> {
        match &self.channel {
            Source::Bounded(channel) => channel.try_recv_batch(into, max),
            Source::Unbounded(channel) => channel.try_recv_batch(into, max),
            _ if max == 0 => Ok(0),
            _ => {
                into.reserve(1);
                into.push(self.try_recv()?);
                Ok(1 + self.recv_others(into, max - 1))
            }
        }
    }

    /// Receives up to `max` messages onto the end of `into`, waiting for the first one for `timeout` at
    /// most: how many they were.
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
    /// use queue_core::{RecvTimeoutError, bounded};
    ///
    /// let (_sender, receiver) = bounded::<u8>(8);
    /// let patience = Duration::from_millis(1);
    /// let received = receiver.recv_batch_timeout(&mut Vec::new(), 8, patience);
    /// assert_eq!(received, Err(RecvTimeoutError::Timeout));
    /// ```
    pub fn recv_batch_timeout(
        &self,
        into: &mut Vec<T>,
        max: usize,
        timeout: Duration,
    ) -> Result<usize, RecvTimeoutError> {
        self.recv_batch_until(into, max, deadline_after(timeout))
    }

    /// Receives up to `max` messages onto the end of `into`, waiting for the first one until `deadline`:
    /// how many they were.
    ///
    /// As [`recv_batch`](Self::recv_batch). What is there at once is received even where the deadline
    /// has passed.
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
    /// let (sender, receiver) = queue_core::bounded(8);
    /// sender.send_batch([1, 2]).unwrap();
    /// let mut messages = Vec::new();
    /// assert_eq!(receiver.recv_batch_deadline(&mut messages, 8, Instant::now()), Ok(2));
    /// ```
    pub fn recv_batch_deadline(
        &self,
        into: &mut Vec<T>,
        max: usize,
        deadline: Instant,
    ) -> Result<usize, RecvTimeoutError> {
        self.recv_batch_until(into, max, Some(deadline))
    }

    /// Receives the messages that are there now, in one go, without waiting for any: as many as
    /// [`len`](Self::len) counts at the beginning, at most, so that it ends however fast senders are.
    ///
    /// At capacity 0 it gives nothing, as nothing lies between the ends.
    ///
    /// The messages have left the channel when it returns. Those that are not taken out of the iterator
    /// are dropped with it.
    ///
    /// # Examples
    ///
    /// ```
    /// let (sender, receiver) = queue_core::bounded(8);
    /// sender.send_batch(1..=3).unwrap();
    /// let messages = receiver.drain();
    /// assert_eq!(messages.len(), 3);
    /// assert!(receiver.is_empty());
    /// assert_eq!(messages.sum::<u32>(), 6);
    /// ```
    pub fn drain(&self) -> Drain<T> {
        let mut messages = Vec::new();
        let mut left = self.len();
        while left > 0
            && let Ok(length) = self.try_recv_batch(&mut messages, left)
        {
            left -= length;
        }
        Drain::new(messages)
    }

    fn recv_batch_until(
        &self,
        into: &mut Vec<T>,
        max: usize,
        deadline: Option<Instant>,
    ) -> Result<usize, RecvTimeoutError> {
        match &self.channel {
            Source::Bounded(channel) => channel.recv_batch(into, max, deadline),
            Source::Unbounded(channel) => channel.recv_batch(into, max, deadline),
            _ if max == 0 => Ok(0),
            _ => {
                into.reserve(1);
                into.push(self.recv_until(deadline)?);
                Ok(1 + self.recv_others(into, max - 1))
            }
        }
    }

    /// Receives those that are there, one by one, where there are no slots to claim.
    pub(in crate::channel) fn recv_others(&self, into: &mut Vec<T>, max: usize) -> usize {
        let before = into.len();
        for _ in 0..max {
            into.reserve(1);
            match self.try_recv() {
                Ok(message) => into.push(message),
                Err(_) => break,
            }
        }
        into.len() - before
    }
}
