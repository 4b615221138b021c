//! Why a send into a channel bounded by weight was not done.

use std::error::Error;
use std::fmt;

use super::send::{NO_RECEIVER, SendError};

/// Why a send into a channel bounded by weight did not send. The message is inside.
///
/// # Examples
///
/// ```
/// use queue_core::WeightedSendError;
///
/// let (sender, _receiver) = queue_core::weighted(8, 10, |number: &usize| *number);
/// assert_eq!(sender.send(11), Err(WeightedSendError::TooHeavy(11)));
/// ```
#[derive(PartialEq, Eq, Clone, Copy)]
pub enum WeightedSendError<T> {
    /// There was no room, or not enough weight left, or others waited for it.
    Full(T),
    /// The like, until the time was up.
    Timeout(T),
    /// The channel is closed, or every receiver gone.
    Disconnected(T),
    /// It weighs more than all that the channel may hold.
    TooHeavy(T),
}

impl<T> WeightedSendError<T> {
    /// The message.
    ///
    /// # Examples
    ///
    /// ```
    /// assert_eq!(queue_core::WeightedSendError::TooHeavy("anvil").into_inner(), "anvil");
    /// ```
    pub fn into_inner(self) -> T {
        match self {
            Self::Full(message)
            | Self::Timeout(message)
            | Self::Disconnected(message)
            | Self::TooHeavy(message) => message,
        }
    }

    /// Whether there was no room, or not enough weight left.
    ///
    /// # Examples
    ///
    /// ```
    /// assert!(queue_core::WeightedSendError::Full(1).is_full());
    /// ```
    pub fn is_full(&self) -> bool {
        matches!(self, Self::Full(_))
    }

    /// Whether the time was up.
    ///
    /// # Examples
    ///
    /// ```
    /// assert!(queue_core::WeightedSendError::Timeout(1).is_timeout());
    /// ```
    pub fn is_timeout(&self) -> bool {
        matches!(self, Self::Timeout(_))
    }

    /// Whether the channel is closed, or every receiver gone.
    ///
    /// # Examples
    ///
    /// ```
    /// assert!(queue_core::WeightedSendError::Disconnected(1).is_disconnected());
    /// ```
    pub fn is_disconnected(&self) -> bool {
        matches!(self, Self::Disconnected(_))
    }

    /// Whether it can never be sent.
    ///
    /// # Examples
    ///
    /// ```
    /// assert!(queue_core::WeightedSendError::TooHeavy(1).is_too_heavy());
    /// ```
    pub fn is_too_heavy(&self) -> bool {
        matches!(self, Self::TooHeavy(_))
    }
}

impl<T> From<SendError<T>> for WeightedSendError<T> {
    fn from(SendError(message): SendError<T>) -> Self {
        Self::Disconnected(message)
    }
}

impl<T> fmt::Debug for WeightedSendError<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(match self {
            Self::Full(_) => "Full(..)",
            Self::Timeout(_) => "Timeout(..)",
            Self::Disconnected(_) => "Disconnected(..)",
            Self::TooHeavy(_) => "TooHeavy(..)",
        })
    }
}

impl<T> fmt::Display for WeightedSendError<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(match self {
            Self::Full(_) => "sending on a channel without room or weight for the message",
            Self::Timeout(_) => "timed out waiting on send operation",
            Self::Disconnected(_) => NO_RECEIVER,
            Self::TooHeavy(_) => "sending a message that weighs more than the channel may hold",
        })
    }
}

impl<T> Error for WeightedSendError<T> {}
