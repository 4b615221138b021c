//! The errors of the channels, in the names and shapes of crossbeam-channel.

use std::error::Error;
use std::fmt;

/// The message could not be sent: every receiver is gone. It is inside.
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
    /// The channel was full.
    Full(T),
    /// Every receiver is gone.
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
    /// Every receiver is gone.
    Disconnected(T),
}

/// There is nothing to receive and never will be: the channel is empty and
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
    /// The channel was empty.
    Empty,
    /// The channel is empty and every sender gone.
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
    /// The channel is empty and every sender gone.
    Disconnected,
}

/// None of the operations that [`try_select`](crate::Select::try_select) had was ready.
///
/// # Examples
///
/// ```
/// use queue_core::{Select, TrySelectError};
///
/// assert_eq!(Select::new().try_select().unwrap_err(), TrySelectError);
/// ```
#[derive(PartialEq, Eq, Clone, Copy, Debug)]
pub struct TrySelectError;

/// None of the operations of a [`Select`](crate::Select) was ready in time.
///
/// # Examples
///
/// ```
/// use std::time::Duration;
/// use queue_core::{Select, SelectTimeoutError};
///
/// let nothing = Select::new().select_timeout(Duration::from_millis(1));
/// assert_eq!(nothing.unwrap_err(), SelectTimeoutError);
/// ```
#[derive(PartialEq, Eq, Clone, Copy, Debug)]
pub struct SelectTimeoutError;

/// None of the operations that [`try_ready`](crate::Select::try_ready) had was ready.
///
/// # Examples
///
/// ```
/// use queue_core::{Select, TryReadyError};
///
/// assert_eq!(Select::new().try_ready(), Err(TryReadyError));
/// ```
#[derive(PartialEq, Eq, Clone, Copy, Debug)]
pub struct TryReadyError;

/// None of the operations of a [`Select`](crate::Select) was ready in time.
///
/// # Examples
///
/// ```
/// use std::time::Duration;
/// use queue_core::{ReadyTimeoutError, Select};
///
/// let nothing = Select::new().ready_timeout(Duration::from_millis(1));
/// assert_eq!(nothing, Err(ReadyTimeoutError));
/// ```
#[derive(PartialEq, Eq, Clone, Copy, Debug)]
pub struct ReadyTimeoutError;

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

    /// Whether every receiver is gone.
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

impl<T> SendTimeoutError<T> {
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

    /// Whether every receiver is gone.
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

    /// Whether every sender is gone, and the channel drained.
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

    /// Whether every sender is gone, and the channel drained.
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

impl<T> From<SendError<T>> for TrySendError<T> {
    fn from(SendError(message): SendError<T>) -> Self {
        Self::Disconnected(message)
    }
}

impl<T> From<SendError<T>> for SendTimeoutError<T> {
    fn from(SendError(message): SendError<T>) -> Self {
        Self::Disconnected(message)
    }
}

impl From<RecvError> for TryRecvError {
    fn from(RecvError: RecvError) -> Self {
        Self::Disconnected
    }
}

impl From<RecvError> for RecvTimeoutError {
    fn from(RecvError: RecvError) -> Self {
        Self::Disconnected
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

impl<T> fmt::Debug for SendTimeoutError<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(match self {
            Self::Timeout(_) => "Timeout(..)",
            Self::Disconnected(_) => "Disconnected(..)",
        })
    }
}

const NO_RECEIVER: &str = "sending on a disconnected channel";
const NO_SENDER: &str = "receiving on an empty and disconnected channel";

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

impl<T> fmt::Display for SendTimeoutError<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(match self {
            Self::Timeout(_) => "timed out waiting on send operation",
            Self::Disconnected(_) => NO_RECEIVER,
        })
    }
}

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

impl fmt::Display for RecvTimeoutError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(match self {
            Self::Timeout => "timed out waiting on receive operation",
            Self::Disconnected => NO_SENDER,
        })
    }
}

impl fmt::Display for TrySelectError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad("no operation of the select was ready")
    }
}

impl fmt::Display for SelectTimeoutError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad("timed out waiting on select")
    }
}

impl fmt::Display for TryReadyError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad("no operation was ready")
    }
}

impl fmt::Display for ReadyTimeoutError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad("timed out waiting for an operation to be ready")
    }
}

impl Error for TrySelectError {}
impl Error for SelectTimeoutError {}
impl Error for TryReadyError {}
impl Error for ReadyTimeoutError {}
impl<T> Error for SendError<T> {}
impl<T> Error for TrySendError<T> {}
impl<T> Error for SendTimeoutError<T> {}
impl Error for RecvError {}
impl Error for TryRecvError {}
impl Error for RecvTimeoutError {}
