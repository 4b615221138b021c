//! The one error of the message layer.

use std::any::type_name;
use std::error::Error;
use std::fmt;

use crate::MessageEnvelope;

/// What an operation of the message layer answers.
pub type Result<T, E = MessageError> = std::result::Result<T, E>;

/// Any error, as receivers and backends give theirs.
pub type BoxError = Box<dyn Error + Send + Sync>;

/// Why an operation on messages was not done. None of them loses a message: one that was to be sent comes back
/// ([`into_message`](Self::into_message)), and one that was received stays where it is.
///
/// ```
/// use queue_message::{MemoryMessageQueue, MessageEnvelope, MessageError};
///
/// let queue = MemoryMessageQueue::new("orders").blocking();
/// let error = queue.send(MessageEnvelope::new(None, "order", "42")).unwrap_err();
/// assert!(matches!(error, MessageError::NotOpen { .. }));
/// assert_eq!(error.into_message().unwrap().message_as_string().unwrap(), "42");
/// ```
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum MessageError {
    /// The queue has not been opened yet.
    #[error("queue `{queue}` is not open: call `open` first")]
    NotOpen {
        /// The queue's name.
        queue: String,
        /// The message that was to be sent, if it was one.
        returned: Option<Box<MessageEnvelope>>,
    },
    /// The queue was closed, or is being drained.
    #[error("queue `{queue}` is closed")]
    Closed {
        /// The queue's name.
        queue: String,
        /// The message that was to be sent, if it was one.
        returned: Option<Box<MessageEnvelope>>,
    },
    /// The queue holds as many messages as it may.
    #[error("queue `{queue}` is full")]
    Full {
        /// The queue's name.
        queue: String,
        /// The message that was to be sent.
        returned: Option<Box<MessageEnvelope>>,
    },
    /// The backend cannot do this; its [`MessagingCapabilities`](crate::MessagingCapabilities) say so.
    #[error("queue `{queue}` does not support `{operation}`")]
    NotSupported {
        /// The queue's name.
        queue: String,
        /// The operation's name.
        operation: &'static str,
    },
    /// The receipt has expired, was settled before, or was never given. Nothing was changed.
    #[error(
        "the lock on a message of queue `{queue}` is lost: it expired, was settled before, or was never given"
    )]
    LockLost {
        /// The queue's name.
        queue: String,
    },
    /// A connection has no queue of this name.
    #[error("there is no queue `{queue}`")]
    UnknownQueue {
        /// The name that was asked for.
        queue: String,
    },
    /// A connection has a queue of this name already.
    #[error("there is a queue `{queue}` already")]
    QueueExists {
        /// The name that was asked for.
        queue: String,
    },
    /// A message could not be encoded or decoded.
    #[error(transparent)]
    Codec(#[from] CodecError),
    /// A descriptor, a URL or a setting is wrong.
    #[error("{part}: {problem}")]
    Config {
        /// The part that is wrong, as the user wrote or would have written it.
        part: String,
        /// What is wrong about it.
        problem: String,
    },
    /// The message cannot be sent like this, whatever the state of the queue.
    #[error("{part}: {problem}")]
    Refused {
        /// The part of the message that is wrong.
        part: &'static str,
        /// What is wrong about it.
        problem: String,
        /// The message that was to be sent.
        returned: Option<Box<MessageEnvelope>>,
    },
    /// The backend failed.
    #[error("queue `{queue}`: the backend failed: {source}")]
    Backend {
        /// The queue's name.
        queue: String,
        /// Its own error.
        source: BoxError,
    },
}

impl MessageError {
    /// The message that was to be sent, if the operation was a send.
    #[must_use]
    pub fn into_message(self) -> Option<MessageEnvelope> {
        match self {
            Self::NotOpen { returned, .. }
            | Self::Closed { returned, .. }
            | Self::Full { returned, .. }
            | Self::Refused { returned, .. } => returned.map(|message| *message),
            _ => None,
        }
    }

    /// [`NotOpen`](Self::NotOpen), with the message if one was to be sent. For backends, as are the next three.
    #[cold]
    #[must_use]
    pub fn not_open(queue: &str, returned: impl Into<Option<MessageEnvelope>>) -> Self {
        Self::NotOpen {
            queue: queue.into(),
            returned: returned.into().map(Box::new),
        }
    }

    /// [`Closed`](Self::Closed), with the message if one was to be sent.
    #[cold]
    #[must_use]
    pub fn closed(queue: &str, returned: impl Into<Option<MessageEnvelope>>) -> Self {
        Self::Closed {
            queue: queue.into(),
            returned: returned.into().map(Box::new),
        }
    }

    /// [`Full`](Self::Full), with the message that was to be sent.
    #[cold]
    #[must_use]
    pub fn full(queue: &str, returned: impl Into<Option<MessageEnvelope>>) -> Self {
        Self::Full {
            queue: queue.into(),
            returned: returned.into().map(Box::new),
        }
    }

    /// [`LockLost`](Self::LockLost).
    #[cold]
    #[must_use]
    pub fn lock_lost(queue: &str) -> Self {
        Self::LockLost {
            queue: queue.into(),
        }
    }

    /// A setting, or a part of a descriptor or a URL, that is wrong.
    pub(crate) fn config(part: impl Into<String>, problem: impl Into<String>) -> Self {
        Self::Config {
            part: part.into(),
            problem: problem.into(),
        }
    }
}

/// Why bytes are not a value of a type, or a value cannot be bytes: which format, which type, and where.
///
/// ```
/// use queue_message::{Codec, codec::Json};
///
/// let error = Codec::<Vec<u32>>::decode(&Json, b"[1, two]").unwrap_err();
/// assert_eq!(error.content_type, "application/json");
/// assert!(error.type_name.contains("u32"));
/// assert!(error.to_string().contains("column 6"), "{error}");
/// ```
#[derive(Debug)]
#[non_exhaustive]
pub struct CodecError {
    /// The format, as its content type.
    pub content_type: &'static str,
    /// The Rust type of the value.
    pub type_name: &'static str,
    /// Where in the input, in the units of the format; `None` while encoding, and where the format's library does not say.
    pub position: Option<Position>,
    /// What was wrong, in the words of the format's library.
    pub detail: BoxError,
}

impl CodecError {
    /// An error of a format at a value of type `T`, as a [`Codec`](crate::Codec) reports it.
    ///
    /// ```
    /// use queue_message::{CodecError, Position};
    ///
    /// let error = CodecError::new::<u32>("text/plain", Some(Position::Byte(2)), "not a digit");
    /// assert_eq!(error.to_string(), "text/plain and `u32` at byte 2: not a digit");
    /// ```
    #[must_use]
    pub fn new<T: ?Sized>(
        content_type: &'static str,
        position: Option<Position>,
        detail: impl Into<BoxError>,
    ) -> Self {
        Self {
            content_type,
            type_name: type_name::<T>(),
            position,
            detail: detail.into(),
        }
    }
}

/// Where an input is wrong.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Position {
    /// Bytes from the beginning.
    Byte(u64),
    /// Line and column, from 1; a column is a byte.
    Text {
        /// The line.
        line: usize,
        /// The column.
        column: usize,
    },
}

impl fmt::Display for Position {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Byte(byte) => write!(f, "byte {byte}"),
            Self::Text { line, column } => write!(f, "line {line} column {column}"),
        }
    }
}

impl fmt::Display for CodecError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} and `{}`", self.content_type, self.type_name)?;
        if let Some(position) = self.position {
            write!(f, " at {position}")?;
        }
        write!(f, ": {}", self.detail)
    }
}

impl Error for CodecError {
    fn source(&self) -> Option<&(dyn Error + 'static)> {
        Some(self.detail.as_ref())
    }
}
