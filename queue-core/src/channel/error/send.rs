//! Why a send was not done.

use std::error::Error;
use std::fmt;

/// The message could not be sent: the channel is closed, or every receiver gone. It is inside.
///
/// # Examples
///
/// ```
/// use queue_core::{SendError, bounded};
///
/// let (sender, receiver) = bounded(1);
/// drop(receiver);
/// assert_eq!(sender.send("letter"), Err(SendError("letter")));
/// ```
#[derive(PartialEq, Eq, Clone, Copy)]
pub struct SendError<T>(pub T);

/// Why [`try_send`](crate::Sender::try_send) did not send. The message is inside.
///
/// # Examples
///
/// ```
/// use queue_core::{TrySendError, bounded};
///
/// let (sender, _receiver) = bounded(1);
/// sender.send(1).unwrap();
/// assert_eq!(sender.try_send(2), Err(TrySendError::Full(2)));
/// ```
#[derive(PartialEq, Eq, Clone, Copy)]
pub enum TrySendError<T> {
    /// The channel was full, or its next place in somebody's hands.
    Full(T),
    /// The channel is closed, or every receiver gone.
    Disconnected(T),
}

/// Why [`try_send_now`](crate::Sender::try_send_now) did not send. The message is inside.
///
/// # Examples
///
/// ```
/// use queue_core::{SendNowError, bounded};
///
/// let (sender, _receiver) = bounded(1);
/// sender.send(1).unwrap();
/// assert_eq!(sender.try_send_now(2), Err(SendNowError::Full(2)));
/// ```
#[derive(PartialEq, Eq, Clone, Copy)]
pub enum SendNowError<T> {
    /// The channel was full, or its next place in somebody's hands.
    Full(T),
    /// A peer is in the way: a receiver in the middle of taking a message out of the slot that is next; in an
    /// unbounded channel, another sender that is moving on to the next block. It may be through in a moment, or
    /// have been suspended. At capacity 0 nobody ever is.
    Busy(T),
    /// The channel is closed, or every receiver gone.
    Disconnected(T),
}

/// Why a send with a time limit did not send. The message is inside.
///
/// # Examples
///
/// ```
/// use std::time::Duration;
/// use queue_core::{SendTimeoutError, bounded};
///
/// let (sender, _receiver) = bounded(0);
/// let refused = sender.send_timeout(1, Duration::ZERO);
/// assert_eq!(refused, Err(SendTimeoutError::Timeout(1)));
/// ```
#[derive(PartialEq, Eq, Clone, Copy)]
pub enum SendTimeoutError<T> {
    /// There was no room until the time was up; or a receiver was suspended in the
    /// middle of making it.
    Timeout(T),
    /// The channel is closed, or every receiver gone.
    Disconnected(T),
}

impl<T> SendError<T> {
    /// The message.
    ///
    /// # Examples
    ///
    /// ```
    /// let (sender, receiver) = queue_core::bounded(1);
    /// drop(receiver);
    /// assert_eq!(sender.send("letter").unwrap_err().into_inner(), "letter");
    /// ```
    pub fn into_inner(self) -> T {
        self.0
    }
}

impl<T> TrySendError<T> {
    /// The message, and the error without it.
    pub(in crate::channel) fn split(self) -> (TrySendError<()>, T) {
        match self {
            Self::Full(message) => (TrySendError::Full(()), message),
            Self::Disconnected(message) => (TrySendError::Disconnected(()), message),
        }
    }

    /// The error with another message.
    pub(in crate::channel) fn map<U>(self, change: impl FnOnce(T) -> U) -> TrySendError<U> {
        match self {
            Self::Full(message) => TrySendError::Full(change(message)),
            Self::Disconnected(message) => TrySendError::Disconnected(change(message)),
        }
    }

    /// The message.
    ///
    /// # Examples
    ///
    /// ```
    /// let (sender, _receiver) = queue_core::bounded(1);
    /// sender.send("first").unwrap();
    /// assert_eq!(sender.try_send("second").unwrap_err().into_inner(), "second");
    /// ```
    pub fn into_inner(self) -> T {
        match self {
            Self::Full(message) | Self::Disconnected(message) => message,
        }
    }

    /// Whether the channel was full.
    ///
    /// # Examples
    ///
    /// ```
    /// assert!(queue_core::TrySendError::Full(1).is_full());
    /// ```
    pub fn is_full(&self) -> bool {
        matches!(self, Self::Full(_))
    }

    /// Whether the channel is closed, or every receiver gone.
    ///
    /// # Examples
    ///
    /// ```
    /// assert!(queue_core::TrySendError::Disconnected(1).is_disconnected());
    /// ```
    pub fn is_disconnected(&self) -> bool {
        matches!(self, Self::Disconnected(_))
    }
}

impl<T> SendNowError<T> {
    /// The message.
    ///
    /// # Examples
    ///
    /// ```
    /// assert_eq!(queue_core::SendNowError::Busy("letter").into_inner(), "letter");
    /// ```
    pub fn into_inner(self) -> T {
        match self {
            Self::Full(message) | Self::Busy(message) | Self::Disconnected(message) => message,
        }
    }

    /// Whether the channel was full.
    ///
    /// # Examples
    ///
    /// ```
    /// assert!(queue_core::SendNowError::Full(1).is_full());
    /// ```
    pub fn is_full(&self) -> bool {
        matches!(self, Self::Full(_))
    }

    /// Whether a peer was in the way.
    ///
    /// # Examples
    ///
    /// ```
    /// assert!(queue_core::SendNowError::Busy(1).is_busy());
    /// ```
    pub fn is_busy(&self) -> bool {
        matches!(self, Self::Busy(_))
    }

    /// Whether the channel is closed, or every receiver gone.
    ///
    /// # Examples
    ///
    /// ```
    /// assert!(queue_core::SendNowError::Disconnected(1).is_disconnected());
    /// ```
    pub fn is_disconnected(&self) -> bool {
        matches!(self, Self::Disconnected(_))
    }
}

impl<T> SendTimeoutError<T> {
    /// The message, and the error without it.
    pub(in crate::channel) fn split(self) -> (SendTimeoutError<()>, T) {
        match self {
            Self::Timeout(message) => (SendTimeoutError::Timeout(()), message),
            Self::Disconnected(message) => (SendTimeoutError::Disconnected(()), message),
        }
    }

    /// The error with another message.
    pub(in crate::channel) fn map<U>(self, change: impl FnOnce(T) -> U) -> SendTimeoutError<U> {
        match self {
            Self::Timeout(message) => SendTimeoutError::Timeout(change(message)),
            Self::Disconnected(message) => SendTimeoutError::Disconnected(change(message)),
        }
    }

    /// The message.
    ///
    /// # Examples
    ///
    /// ```
    /// use std::time::Duration;
    ///
    /// let (sender, _receiver) = queue_core::bounded(1);
    /// sender.send("first").unwrap();
    /// let refused = sender.send_timeout("second", Duration::ZERO).unwrap_err();
    /// assert_eq!(refused.into_inner(), "second");
    /// ```
    pub fn into_inner(self) -> T {
        match self {
            Self::Timeout(message) | Self::Disconnected(message) => message,
        }
    }

    /// Whether the time was up.
    ///
    /// # Examples
    ///
    /// ```
    /// assert!(queue_core::SendTimeoutError::Timeout(1).is_timeout());
    /// ```
    pub fn is_timeout(&self) -> bool {
        matches!(self, Self::Timeout(_))
    }

    /// Whether the channel is closed, or every receiver gone.
    ///
    /// # Examples
    ///
    /// ```
    /// assert!(queue_core::SendTimeoutError::Disconnected(1).is_disconnected());
    /// ```
    pub fn is_disconnected(&self) -> bool {
        matches!(self, Self::Disconnected(_))
    }
}

impl<T> From<SendError<T>> for TrySendError<T> {
    fn from(SendError(message): SendError<T>) -> Self {
        Self::Disconnected(message)
    }
}

impl<T> From<SendError<T>> for SendNowError<T> {
    fn from(SendError(message): SendError<T>) -> Self {
        Self::Disconnected(message)
    }
}

impl<T> From<TrySendError<T>> for SendNowError<T> {
    fn from(refused: TrySendError<T>) -> Self {
        match refused {
            TrySendError::Full(message) => Self::Full(message),
            TrySendError::Disconnected(message) => Self::Disconnected(message),
        }
    }
}

impl<T> From<SendError<T>> for SendTimeoutError<T> {
    fn from(SendError(message): SendError<T>) -> Self {
        Self::Disconnected(message)
    }
}

impl<T> fmt::Debug for SendError<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad("SendError(..)")
    }
}

impl<T> fmt::Debug for TrySendError<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(match self {
            Self::Full(_) => "Full(..)",
            Self::Disconnected(_) => "Disconnected(..)",
        })
    }
}

impl<T> fmt::Debug for SendNowError<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(match self {
            Self::Full(_) => "Full(..)",
            Self::Busy(_) => "Busy(..)",
            Self::Disconnected(_) => "Disconnected(..)",
        })
    }
}

impl<T> fmt::Debug for SendTimeoutError<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(match self {
            Self::Timeout(_) => "Timeout(..)",
            Self::Disconnected(_) => "Disconnected(..)",
        })
    }
}

pub(super) const NO_RECEIVER: &str = "sending on a disconnected channel";

impl<T> fmt::Display for SendError<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(NO_RECEIVER)
    }
}

impl<T> fmt::Display for TrySendError<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(match self {
            Self::Full(_) => "sending on a full channel",
            Self::Disconnected(_) => NO_RECEIVER,
        })
    }
}

impl<T> fmt::Display for SendNowError<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(match self {
            Self::Full(_) => "sending on a full channel",
            Self::Busy(_) => "sending on a channel while a peer is in the way",
            Self::Disconnected(_) => NO_RECEIVER,
        })
    }
}

impl<T> fmt::Display for SendTimeoutError<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(match self {
            Self::Timeout(_) => "timed out waiting on send operation",
            Self::Disconnected(_) => NO_RECEIVER,
        })
    }
}

impl<T> Error for SendError<T> {}
impl<T> Error for TrySendError<T> {}
impl<T> Error for SendNowError<T> {}
impl<T> Error for SendTimeoutError<T> {}
