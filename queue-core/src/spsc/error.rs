//! Why there is no chunk of the size that was asked for.

use core::error::Error;
use core::fmt;

/// Why [`write_chunk`](super::Producer::write_chunk) or [`read_chunk`](super::Consumer::read_chunk) gave
/// no chunk: there are fewer slots, or messages, than it was to have.
///
/// # Examples
///
/// ```
/// use queue_core::spsc::{self, ChunkError};
///
/// let (mut producer, mut consumer) = spsc::ring(4);
/// producer.push_batch([1, 2, 3]).unwrap();
/// let error: ChunkError = consumer.read_chunk(4).unwrap_err();
/// assert_eq!(error.available(), 3);
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ChunkError {
    pub(super) available: usize,
}

impl ChunkError {
    /// How many there were at one moment during the call: free slots for a chunk to write, messages for
    /// one to read. So many can be had until this end itself uses some.
    ///
    /// # Examples
    ///
    /// ```
    /// let (mut producer, _consumer) = queue_core::spsc::ring::<u8>(4);
    /// assert_eq!(producer.write_chunk(5).unwrap_err().available(), 4);
    /// ```
    #[must_use]
    pub fn available(&self) -> usize {
        self.available
    }
}

impl fmt::Display for ChunkError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "asking for a chunk of more than the {} available",
            self.available
        )
    }
}

impl Error for ChunkError {}
