//! The one error of the message layer.

use std::any::type_name;
use std::error::Error;
use std::fmt;
use std::str::Utf8Error;

use crate::MessageEnvelope;

/// What an operation of the message layer answers.
pub type Result<T, E = MessageError> = std::result::Result<T, E>;

/// Any error, as receivers and backends give theirs.
pub type BoxError = Box<dyn Error + Send + Sync>;

/// Why an operation on messages was not done. A message that was to be sent comes back
/// ([`into_message`](Self::into_message)), and one that was received stays where it is. Only a
/// [`Backend`](Self::Backend) that failed in a send has it, or not: who would send it again keeps a clone, which copies
/// nothing.
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

    /// The error alone, where the message is still in the queue that it was to be moved from.
    pub(crate) fn without_message(mut self) -> Self {
        if let Self::NotOpen { returned, .. }
        | Self::Closed { returned, .. }
        | Self::Full { returned, .. }
        | Self::Refused { returned, .. } = &mut self
        {
            *returned = None;
        }
        self
    }

    /// [`NotOpen`](Self::NotOpen), with the message if one was to be sent. For backends, as are those that follow.
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

    /// [`NotSupported`](Self::NotSupported).
    #[cold]
    #[must_use]
    pub fn not_supported(queue: &str, operation: &'static str) -> Self {
        Self::NotSupported {
            queue: queue.into(),
            operation,
        }
    }

    /// [`Backend`](Self::Backend), with the backend's own error.
    ///
    /// ```
    /// use queue_message::MessageError;
    ///
    /// let refused = std::io::Error::from(std::io::ErrorKind::ConnectionRefused);
    /// let error = MessageError::backend("orders", refused);
    /// assert_eq!(error.to_string(), "queue `orders`: the backend failed: connection refused");
    /// ```
    #[cold]
    #[must_use]
    pub fn backend(queue: &str, source: impl Into<BoxError>) -> Self {
        Self::Backend {
            queue: queue.into(),
            source: source.into(),
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
/// use queue_message::{Codec, Position, codec::Json};
///
/// let error = Codec::<Vec<u32>>::decode(&Json, b"[1, two]").unwrap_err();
/// assert_eq!(error.content_type, "application/json");
/// assert!(error.type_name.contains("u32"));
/// assert_eq!(error.position, Some(Position::Text { line: 1, column: 6 }));
/// assert_eq!(error.to_string(), "`alloc::vec::Vec<u32>` as application/json at line 1 column 6: expected ident");
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
    /// assert_eq!(error.to_string(), "`u32` as text/plain at byte 2: not a digit");
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

/// Bytes are not text.
impl From<Utf8Error> for CodecError {
    fn from(error: Utf8Error) -> Self {
        let position = Position::Byte(error.valid_up_to() as u64);
        Self::new::<str>("text/plain", Some(position), error)
    }
}

impl From<Utf8Error> for MessageError {
    fn from(error: Utf8Error) -> Self {
        CodecError::from(error).into()
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
        write!(f, "`{}` as {}", self.type_name, self.content_type)?;
        let detail = self.detail.to_string();
        let Some(position) = self.position else {
            return write!(f, ": {detail}");
        };
        // Some libraries end with the place, others leave it out.
        let place = format!(" at {position}");
        let problem = detail.strip_suffix(&place).unwrap_or(&detail);
        write!(f, "{place}: {problem}")
    }
}

impl Error for CodecError {
    fn source(&self) -> Option<&(dyn Error + 'static)> {
        Some(self.detail.as_ref())
    }
}
