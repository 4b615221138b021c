//! Why a receive was not done.

use std::error::Error;
use std::fmt;

/// There is nothing to receive and never will be: the channel is empty, and closed or
/// every sender gone.
///
/// # Examples
///
/// ```
/// use queue_core::{RecvError, bounded};
///
/// let (sender, receiver) = bounded::<u8>(1);
/// drop(sender);
/// assert_eq!(receiver.recv(), Err(RecvError));
/// ```
#[derive(PartialEq, Eq, Clone, Copy, Debug)]
pub struct RecvError;

/// Why [`try_recv`](crate::Receiver::try_recv) did not receive.
///
/// # Examples
///
/// ```
/// use queue_core::{TryRecvError, bounded};
///
/// let (_sender, receiver) = bounded::<u8>(1);
/// assert_eq!(receiver.try_recv(), Err(TryRecvError::Empty));
/// ```
#[derive(PartialEq, Eq, Clone, Copy, Debug)]
pub enum TryRecvError {
    /// The channel was empty, or its next place in somebody's hands.
    Empty,
    /// The channel is empty, and closed or every sender gone.
    Disconnected,
}

/// Why [`try_recv_now`](crate::Receiver::try_recv_now) did not receive.
///
/// # Examples
///
/// ```
/// use queue_core::{RecvNowError, bounded};
///
/// let (_sender, receiver) = bounded::<u8>(1);
/// assert_eq!(receiver.try_recv_now(), Err(RecvNowError::Empty));
/// ```
#[derive(PartialEq, Eq, Clone, Copy, Debug)]
pub enum RecvNowError {
    /// The channel was empty, or its next place in somebody's hands.
    Empty,
    /// A peer is in the way: a sender in the middle of writing the message that is next; in an unbounded channel,
    /// one that is moving on to the next block. It may be through in a moment, or have been suspended. At capacity
    /// 0 it is a select that offers to send, and makes its message when that has been accepted.
    Busy,
    /// The channel is empty, and closed or every sender gone.
    Disconnected,
}

/// Why a receive with a time limit did not receive.
///
/// # Examples
///
/// ```
/// use std::time::Duration;
/// use queue_core::{RecvTimeoutError, bounded};
///
/// let (_sender, receiver) = bounded::<u8>(1);
/// assert_eq!(receiver.recv_timeout(Duration::ZERO), Err(RecvTimeoutError::Timeout));
/// ```
#[derive(PartialEq, Eq, Clone, Copy, Debug)]
pub enum RecvTimeoutError {
    /// There was no message until the time was up; or a sender was suspended in the
    /// middle of writing the one that is next.
    Timeout,
    /// The channel is empty, and closed or every sender gone.
    Disconnected,
}

impl TryRecvError {
    /// Whether the channel was empty.
    ///
    /// # Examples
    ///
    /// ```
    /// assert!(queue_core::TryRecvError::Empty.is_empty());
    /// ```
    pub fn is_empty(&self) -> bool {
        matches!(self, Self::Empty)
    }

    /// Whether the channel is closed or every sender gone, and it is drained.
    ///
    /// # Examples
    ///
    /// ```
    /// assert!(queue_core::TryRecvError::Disconnected.is_disconnected());
    /// ```
    pub fn is_disconnected(&self) -> bool {
        matches!(self, Self::Disconnected)
    }
}

impl RecvNowError {
    /// Whether the channel was empty.
    ///
    /// # Examples
    ///
    /// ```
    /// assert!(queue_core::RecvNowError::Empty.is_empty());
    /// ```
    pub fn is_empty(&self) -> bool {
        matches!(self, Self::Empty)
    }

    /// Whether a peer was in the way.
    ///
    /// # Examples
    ///
    /// ```
    /// assert!(queue_core::RecvNowError::Busy.is_busy());
    /// ```
    pub fn is_busy(&self) -> bool {
        matches!(self, Self::Busy)
    }

    /// Whether the channel is closed or every sender gone, and it is drained.
    ///
    /// # Examples
    ///
    /// ```
    /// assert!(queue_core::RecvNowError::Disconnected.is_disconnected());
    /// ```
    pub fn is_disconnected(&self) -> bool {
        matches!(self, Self::Disconnected)
    }
}

impl RecvTimeoutError {
    /// Whether the time was up.
    ///
    /// # Examples
    ///
    /// ```
    /// assert!(queue_core::RecvTimeoutError::Timeout.is_timeout());
    /// ```
    pub fn is_timeout(&self) -> bool {
        matches!(self, Self::Timeout)
    }

    /// Whether the channel is closed or every sender gone, and it is drained.
    ///
    /// # Examples
    ///
    /// ```
    /// assert!(queue_core::RecvTimeoutError::Disconnected.is_disconnected());
    /// ```
    pub fn is_disconnected(&self) -> bool {
        matches!(self, Self::Disconnected)
    }
}

impl From<RecvError> for TryRecvError {
    fn from(RecvError: RecvError) -> Self {
        Self::Disconnected
    }
}

impl From<RecvError> for RecvNowError {
    fn from(RecvError: RecvError) -> Self {
        Self::Disconnected
    }
}

impl From<TryRecvError> for RecvNowError {
    fn from(refused: TryRecvError) -> Self {
        match refused {
            TryRecvError::Empty => Self::Empty,
            TryRecvError::Disconnected => Self::Disconnected,
        }
    }
}

impl From<RecvError> for RecvTimeoutError {
    fn from(RecvError: RecvError) -> Self {
        Self::Disconnected
    }
}

const NO_SENDER: &str = "receiving on an empty and disconnected channel";

impl fmt::Display for RecvError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(NO_SENDER)
    }
}

impl fmt::Display for TryRecvError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(match self {
            Self::Empty => "receiving on an empty channel",
            Self::Disconnected => NO_SENDER,
        })
    }
}

impl fmt::Display for RecvNowError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(match self {
            Self::Empty => "receiving on an empty channel",
            Self::Busy => "receiving on a channel while a peer is in the way",
            Self::Disconnected => NO_SENDER,
        })
    }
}

impl fmt::Display for RecvTimeoutError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(match self {
            Self::Timeout => "timed out waiting on receive operation",
            Self::Disconnected => NO_SENDER,
        })
    }
}

impl Error for RecvError {}
impl Error for TryRecvError {}
impl Error for RecvNowError {}
impl Error for RecvTimeoutError {}
