//! Sends that leave the message with the caller unless they have sent it.

use std::time::Duration;

use super::Sender;
use crate::channel::error::{SendError, SendTimeoutError, TrySendError};
use crate::sync::{Instant, deadline_after};

/// The message to send.
#[track_caller]
fn taken<T>(message: &mut Option<T>) -> T {
    message.take().expect("there must be a message to send")
}

/// Puts a message that was not sent back; what remains of the error.
fn put_back<T, E>(place: &mut Option<T>, (refused, message): (E, T)) -> E {
    *place = Some(message);
    refused
}

impl<T> Sender<T> {
    /// Sends as [`try_send`](Self::try_send) does, and leaves the message in its place unless it was sent.
    ///
    /// For a caller that goes on with the message, or must not lose it whatever happens: nothing need be
    /// taken out of the error.
    ///
    /// # Errors
    ///
    /// As `try_send`. The message is where it was.
    ///
    /// # Panics
    ///
    /// Panics if there is no message.
    ///
    /// # Examples
    ///
    /// ```
    /// use queue_core::{TrySendError, bounded};
    ///
    /// let (sender, receiver) = bounded(1);
    /// let (mut first, mut second) = (Some(1), Some(2));
    /// assert_eq!(sender.try_send_from(&mut first), Ok(()));
    /// assert_eq!(sender.try_send_from(&mut second), Err(TrySendError::Full(())));
    /// assert_eq!((first, second), (None, Some(2)));
    /// # drop(receiver);
    /// ```
    #[inline]
    #[track_caller]
    pub fn try_send_from(&self, message: &mut Option<T>) -> Result<(), TrySendError<()>> {
        self.try_send(taken(message))
            .map_err(|refused| put_back(message, refused.split()))
    }

    /// Sends as [`send`](Self::send) does, and leaves the message in its place unless it was sent.
    ///
    /// # Errors
    ///
    /// As `send`. The message is where it was.
    ///
    /// # Panics
    ///
    /// Panics if there is no message.
    ///
    /// # Examples
    ///
    /// ```
    /// use queue_core::{SendError, bounded};
    ///
    /// let (sender, receiver) = bounded(1);
    /// drop(receiver);
    /// let mut message = Some(1);
    /// assert_eq!(sender.send_from(&mut message), Err(SendError(())));
    /// assert_eq!(message, Some(1));
    /// ```
    #[inline]
    #[track_caller]
    pub fn send_from(&self, message: &mut Option<T>) -> Result<(), SendError<()>> {
        self.send_from_until(message, None)
            .map_err(|_| SendError(()))
    }

    /// Sends as [`send_timeout`](Self::send_timeout) does, and leaves the message in its place unless it
    /// was sent.
    ///
    /// # Errors
    ///
    /// As `send_timeout`. The message is where it was.
    ///
    /// # Panics
    ///
    /// Panics if there is no message.
    ///
    /// # Examples
    ///
    /// ```
    /// use std::time::Duration;
    /// use queue_core::{SendTimeoutError, bounded};
    ///
    /// let (sender, _receiver) = bounded(1);
    /// sender.send(1).unwrap();
    /// let mut message = Some(2);
    /// let refused = sender.send_timeout_from(&mut message, Duration::from_millis(1));
    /// assert_eq!(refused, Err(SendTimeoutError::Timeout(())));
    /// assert_eq!(message, Some(2));
    /// ```
    #[track_caller]
    pub fn send_timeout_from(
        &self,
        message: &mut Option<T>,
        timeout: Duration,
    ) -> Result<(), SendTimeoutError<()>> {
        self.send_from_until(message, deadline_after(timeout))
    }

    /// Sends as [`send_deadline`](Self::send_deadline) does, and leaves the message in its place unless it
    /// was sent.
    ///
    /// # Errors
    ///
    /// As `send_deadline`. The message is where it was.
    ///
    /// # Panics
    ///
    /// Panics if there is no message.
    ///
    /// # Examples
    ///
    /// ```
    /// use std::time::Instant;
    ///
    /// let (sender, _receiver) = queue_core::bounded(1);
    /// let mut message = Some(1);
    /// assert_eq!(sender.send_deadline_from(&mut message, Instant::now()), Ok(()));
    /// assert_eq!(message, None);
    /// ```
    #[track_caller]
    pub fn send_deadline_from(
        &self,
        message: &mut Option<T>,
        deadline: Instant,
    ) -> Result<(), SendTimeoutError<()>> {
        self.send_from_until(message, Some(deadline))
    }

    #[inline]
    #[track_caller]
    fn send_from_until(
        &self,
        message: &mut Option<T>,
        deadline: Option<Instant>,
    ) -> Result<(), SendTimeoutError<()>> {
        self.send_until(taken(message), deadline)
            .map_err(|refused| put_back(message, refused.split()))
    }
}
