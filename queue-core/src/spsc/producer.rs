//! The end that pushes.

use core::cell::Cell;
use core::fmt;
use core::panic::{RefUnwindSafe, UnwindSafe};

use super::error::ChunkError;
use super::shared::End;
use super::write_chunk::WriteChunk;
use crate::batch::Unsent;

/// The end of a [`ring`](super::ring) that pushes, of which there is one.
///
/// What it promises, and what becomes of it when it is dropped or forgotten, is said in the
/// [module](super).
///
/// # Examples
///
/// ```
/// let (mut producer, _consumer) = queue_core::spsc::ring(1);
/// assert_eq!(producer.push(10), Ok(()));
/// assert_eq!(producer.push(20), Err(20));
/// ```
pub struct Producer<T> {
    end: End<T>,
    /// The index of the next message; those before it are published.
    tail: usize,
    /// Where the ring is full, as far as is known: the last head that was seen, and the capacity.
    limit: Cell<usize>,
}

// A panic comes out of an iterator or a message's own `Drop`, and finds the ring consistent.
impl<T> UnwindSafe for Producer<T> {}
impl<T> RefUnwindSafe for Producer<T> {}

impl<T> Producer<T> {
    /// So many messages of a batch become visible at once.
    const RUN: usize = 64;

    pub(super) fn new(end: End<T>, begin: usize) -> Self {
        Self {
            limit: Cell::new(begin.wrapping_add(end.capacity())),
            tail: begin,
            end,
        }
    }

    #[inline(always)]
    pub(super) fn end(&self) -> &End<T> {
        &self.end
    }

    #[inline(always)]
    pub(super) fn tail(&self) -> usize {
        self.tail
    }

    /// How many slots are free: those that are known to be, if they are as many as `wanted`; else all.
    #[inline(always)]
    fn free_for(&self, wanted: usize) -> usize {
        let known = self.limit.get().wrapping_sub(self.tail);
        if known >= wanted { known } else { self.free() }
    }

    /// Writes a message so many slots behind the tail.
    ///
    /// # Safety
    ///
    /// That slot must be free, and hold nothing that is still needed.
    #[inline(always)]
    pub(super) unsafe fn write(&mut self, offset: usize, message: T) {
        let index = self.tail.wrapping_add(offset);
        self.end.witness().write(index, 1);
        // SAFETY: the slot is the producer's until it is published.
        unsafe { self.end.slot(index).write(message) };
    }

    /// Publishes so many slots.
    ///
    /// # Safety
    ///
    /// They must be free, and have been written.
    #[inline(always)]
    pub(super) unsafe fn advance(&mut self, length: usize) {
        self.tail = self.tail.wrapping_add(length);
        self.end.publish(self.tail);
    }

    /// Pushes a message, if there is room.
    ///
    /// Wait-free. Also into a ring whose consumer is gone: there the message is dropped with the producer.
    ///
    /// # Errors
    ///
    /// Gives the message back if the ring was full at a moment during the call.
    ///
    /// # Examples
    ///
    /// ```
    /// let (mut producer, mut consumer) = queue_core::spsc::ring(1);
    /// assert_eq!(producer.push("letter"), Ok(()));
    /// assert_eq!(producer.push("parcel"), Err("parcel"));
    /// assert_eq!(consumer.pop(), Some("letter"));
    /// ```
    #[inline]
    pub fn push(&mut self, value: T) -> Result<(), T> {
        if self.free_for(1) == 0 {
            return Err(value);
        }
        // SAFETY: a slot is free, which is written and then published.
        unsafe {
            self.write(0, value);
            self.advance(1);
        }
        Ok(())
    }

    /// Pushes as many messages of an iterator as there is room for: how many they were, if those were all.
    ///
    /// They are written in place, and become visible in runs of up to 64. If the iterator panics, what it has
    /// yielded before is pushed. Wait-free for each message: an iterator without an end goes on as long as the
    /// consumer makes room for it.
    ///
    /// # Errors
    ///
    /// The rest, if there was no room for all.
    ///
    /// # Examples
    ///
    /// ```
    /// let (mut producer, _consumer) = queue_core::spsc::ring(4);
    /// assert_eq!(producer.push_batch(1..=3).unwrap(), 3);
    /// let unsent = producer.push_batch(vec![4, 5, 6]).unwrap_err();
    /// assert_eq!(unsent.sent(), 1);
    /// assert_eq!(unsent.collect::<Vec<_>>(), [5, 6]);
    /// ```
    pub fn push_batch<I>(&mut self, messages: I) -> Result<usize, Unsent<I::IntoIter>>
    where
        I: IntoIterator<Item = T>,
    {
        let mut messages = messages.into_iter();
        let mut sent = 0;
        loop {
            let least = messages.size_hint().0;
            let room = self.free_for(least.clamp(1, Self::RUN)).min(Self::RUN);
            if room > 0 {
                let mut run = Run {
                    chunk: WriteChunk::new(self, room),
                };
                let length = run.chunk.fill_from(&mut messages);
                sent += length;
                if length < room {
                    return Ok(sent);
                }
                continue;
            }
            // What need not be taken out of the iterator, to learn that there is no room for it, is not.
            if least > 0 {
                return Err(Unsent::after(sent, None, messages));
            }
            let Some(message) = messages.next() else {
                return Ok(sent);
            };
            // There may be room meanwhile.
            if let Err(refused) = self.push(message) {
                return Err(Unsent::after(sent, Some(refused), messages));
            }
            sent += 1;
        }
    }

    /// The next `length` slots, to write messages in place.
    ///
    /// Wait-free. Nothing is pushed before the chunk is [committed](WriteChunk::commit_all); meanwhile the producer
    /// does nothing else.
    ///
    /// # Errors
    ///
    /// If there were not so many free slots at a moment during the call. That is always so where `length` is
    /// more than the capacity.
    ///
    /// # Examples
    ///
    /// ```
    /// let (mut producer, mut consumer) = queue_core::spsc::ring(4);
    /// let mut chunk = producer.write_chunk(3).unwrap();
    /// chunk.fill_from(1..=3);
    /// chunk.commit_all();
    /// assert_eq!(producer.write_chunk(2).unwrap_err().available(), 1);
    /// assert_eq!(consumer.pop(), Some(1));
    /// ```
    #[inline]
    pub fn write_chunk(&mut self, length: usize) -> Result<WriteChunk<'_, T>, ChunkError> {
        let available = self.free_for(length);
        if available < length {
            return Err(ChunkError { available });
        }
        Ok(WriteChunk::new(self, length))
    }

    /// The like, of as many slots as are free, and no more than `most`; none of them, where the ring was full at
    /// a moment during the call.
    ///
    /// # Examples
    ///
    /// ```
    /// let (mut producer, _consumer) = queue_core::spsc::ring(4);
    /// let mut chunk = producer.write_chunk_up_to(10);
    /// assert_eq!(chunk.len(), 4);
    /// chunk.fill_from(1..=3);
    /// assert_eq!(chunk.commit_all(), 3);
    /// assert_eq!(producer.write_chunk_up_to(10).len(), 1);
    /// ```
    #[inline]
    pub fn write_chunk_up_to(&mut self, most: usize) -> WriteChunk<'_, T> {
        let length = self.free_for(most).min(most);
        WriteChunk::new(self, length)
    }

    /// Whether the consumer is gone, for good. Then nobody takes what is pushed.
    ///
    /// Everything that the consumer did happens before this call, once it says so.
    ///
    /// # Examples
    ///
    /// ```
    /// let (mut producer, consumer) = queue_core::spsc::ring(1);
    /// assert!(!producer.is_abandoned());
    /// drop(consumer);
    /// assert!(producer.is_abandoned());
    /// assert_eq!(producer.push(10), Ok(()));
    /// assert_eq!(producer.push(20), Err(20));
    /// ```
    #[must_use]
    pub fn is_abandoned(&self) -> bool {
        self.end.is_abandoned()
    }

    /// How many messages the ring can hold.
    ///
    /// # Examples
    ///
    /// ```
    /// assert_eq!(queue_core::spsc::ring::<i32>(3).0.capacity(), 3);
    /// ```
    #[inline]
    #[must_use]
    pub fn capacity(&self) -> usize {
        self.end.capacity()
    }

    /// How many slots are free.
    ///
    /// The count of one moment during the call. It has only grown since, until this end pushes: so many pushes
    /// will find room.
    ///
    /// # Examples
    ///
    /// ```
    /// let (mut producer, _consumer) = queue_core::spsc::ring(3);
    /// producer.push("message").unwrap();
    /// assert_eq!(producer.free(), 2);
    /// ```
    #[inline]
    #[must_use]
    pub fn free(&self) -> usize {
        let limit = self.end.released().wrapping_add(self.end.capacity());
        self.limit.set(limit);
        limit.wrapping_sub(self.tail)
    }

    /// How many messages are in the ring.
    ///
    /// The count of one moment during the call, which the consumer may have diminished since.
    ///
    /// # Examples
    ///
    /// ```
    /// let (mut producer, _consumer) = queue_core::spsc::ring(3);
    /// producer.push("message").unwrap();
    /// assert_eq!(producer.len(), 1);
    /// ```
    #[inline]
    #[must_use]
    pub fn len(&self) -> usize {
        self.end.capacity() - self.free()
    }

    /// Whether the ring was empty at one moment during the call. It still is, until this end pushes.
    ///
    /// # Examples
    ///
    /// ```
    /// let (mut producer, _consumer) = queue_core::spsc::ring(3);
    /// assert!(producer.is_empty());
    /// producer.push("message").unwrap();
    /// assert!(!producer.is_empty());
    /// ```
    #[inline]
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// Whether the ring was full at one moment during the call.
    ///
    /// # Examples
    ///
    /// ```
    /// let (mut producer, _consumer) = queue_core::spsc::ring(1);
    /// assert!(!producer.is_full());
    /// producer.push("message").unwrap();
    /// assert!(producer.is_full());
    /// ```
    #[inline]
    #[must_use]
    pub fn is_full(&self) -> bool {
        self.free() == 0
    }
}

impl<T> fmt::Debug for Producer<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Producer")
            .field("len", &self.len())
            .field("capacity", &self.capacity())
            .finish_non_exhaustive()
    }
}

/// A run of a batch, which is published also where the iterator panics.
struct Run<'a, T> {
    chunk: WriteChunk<'a, T>,
}

impl<T> Drop for Run<'_, T> {
    #[inline(always)]
    fn drop(&mut self) {
        self.chunk.publish();
    }
}
