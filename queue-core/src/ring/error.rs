//! Why a push or a pop that never waits was not done.

use core::error::Error;
use core::fmt;

/// Why [`Ring::push_now`](super::Ring::push_now) did not push. The message is inside.
///
/// # Examples
///
/// ```
/// use queue_core::{PushNowError, Ring};
///
/// let ring = Ring::new(1);
/// ring.push(1).unwrap();
/// assert_eq!(ring.push_now(2), Err(PushNowError::Full(2)));
/// ```
#[derive(PartialEq, Eq, Clone, Copy)]
pub enum PushNowError<T> {
    /// The ring was full.
    Full(T),
    /// A pop is in the middle of taking a message out of the slot that is next. It may be through in
    /// a moment, or have been suspended.
    Busy(T),
}

/// Why [`Ring::pop_now`](super::Ring::pop_now) did not pop.
///
/// # Examples
///
/// ```
/// use queue_core::{PopNowError, Ring};
///
/// assert_eq!(Ring::<u8>::new(1).pop_now(), Err(PopNowError::Empty));
/// ```
#[derive(PartialEq, Eq, Clone, Copy, Debug)]
pub enum PopNowError {
    /// The ring was empty.
    Empty,
    /// A push is in the middle of writing the message that is next. It may be through in a moment, or
    /// have been suspended.
    Busy,
}

impl<T> PushNowError<T> {
    /// The message.
    ///
    /// # Examples
    ///
    /// ```
    /// assert_eq!(queue_core::PushNowError::Busy("letter").into_inner(), "letter");
    /// ```
    pub fn into_inner(self) -> T {
        match self {
            Self::Full(message) | Self::Busy(message) => message,
        }
    }

    /// Whether the ring was full.
    ///
    /// # Examples
    ///
    /// ```
    /// assert!(queue_core::PushNowError::Full(1).is_full());
    /// ```
    pub fn is_full(&self) -> bool {
        matches!(self, Self::Full(_))
    }

    /// Whether a pop was in the way.
    ///
    /// # Examples
    ///
    /// ```
    /// assert!(queue_core::PushNowError::Busy(1).is_busy());
    /// ```
    pub fn is_busy(&self) -> bool {
        matches!(self, Self::Busy(_))
    }
}

impl PopNowError {
    /// Whether the ring was empty.
    ///
    /// # Examples
    ///
    /// ```
    /// assert!(queue_core::PopNowError::Empty.is_empty());
    /// ```
    pub fn is_empty(&self) -> bool {
        matches!(self, Self::Empty)
    }

    /// Whether a push was in the way.
    ///
    /// # Examples
    ///
    /// ```
    /// assert!(queue_core::PopNowError::Busy.is_busy());
    /// ```
    pub fn is_busy(&self) -> bool {
        matches!(self, Self::Busy)
    }
}

impl<T> fmt::Debug for PushNowError<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(match self {
            Self::Full(_) => "Full(..)",
            Self::Busy(_) => "Busy(..)",
        })
    }
}

impl<T> fmt::Display for PushNowError<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(match self {
            Self::Full(_) => "pushing into a full ring",
            Self::Busy(_) => "pushing into a ring while a pop is in the way",
        })
    }
}

impl fmt::Display for PopNowError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(match self {
            Self::Empty => "popping from an empty ring",
            Self::Busy => "popping from a ring while a push is in the way",
        })
    }
}

impl<T> Error for PushNowError<T> {}
impl Error for PopNowError {}
