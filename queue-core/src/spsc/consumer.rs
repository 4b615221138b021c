//! The end that pops.

use alloc::vec::Vec;
use core::cell::Cell;
use core::fmt;
use core::mem;
use core::panic::{RefUnwindSafe, UnwindSafe};
use core::ptr;

use super::error::ChunkError;
use super::read_chunk::ReadChunk;
use super::shared::End;

/// The end of a [`ring`](super::ring) that pops, of which there is one.
///
/// What it promises, and what becomes of it when it is dropped or forgotten, is said in the
/// [module](super).
///
/// # Examples
///
/// ```
/// let (mut producer, mut consumer) = queue_core::spsc::ring(1);
/// producer.push(10).unwrap();
/// assert_eq!(consumer.pop(), Some(10));
/// assert_eq!(consumer.pop(), None);
/// ```
pub struct Consumer<T> {
    end: End<T>,
    /// The index of the oldest message. Those before it have been taken; that their slots are free, the producer
    /// may have to be told yet.
    head: usize,
    /// Where the ring is empty, as far as is known: the last tail that was seen.
    limit: Cell<usize>,
    /// An iterator over a chunk is at work, or was forgotten: the producer has to be told what it has taken.
    is_behind: Cell<bool>,
}

// A panic comes out of a message's own `Drop` or an allocation, and finds the ring consistent.
impl<T> UnwindSafe for Consumer<T> {}
impl<T> RefUnwindSafe for Consumer<T> {}

impl<T> Consumer<T> {
    pub(super) fn new(end: End<T>, begin: usize) -> Self {
        Self {
            end,
            head: begin,
            limit: Cell::new(begin),
            is_behind: Cell::new(false),
        }
    }

    #[inline(always)]
    pub(super) fn end(&self) -> &End<T> {
        &self.end
    }

    #[inline(always)]
    pub(super) fn head(&self) -> usize {
        self.head
    }

    /// How many messages there are: those that are known, if they are as many as `wanted`; else all.
    #[inline(always)]
    fn ready_for(&self, wanted: usize) -> usize {
        let known = self.limit.get().wrapping_sub(self.head);
        if known >= wanted {
            return known;
        }
        if self.is_behind.get() {
            // Before it says that there is nothing: the producer may be waiting for those slots.
            self.catch_up();
        }
        self.len()
    }

    /// Takes the oldest message. Its slot stays the consumer's until the [`release`](Self::release).
    ///
    /// # Safety
    ///
    /// There must be one.
    #[inline(always)]
    pub(super) unsafe fn take(&mut self) -> T {
        let head = self.head;
        self.end.witness().write(head, 1);
        // The index goes on before anybody else has the message: it is taken once, whatever becomes of it.
        self.head = head.wrapping_add(1);
        // SAFETY: it has been published, and not been taken before.
        unsafe { self.end.slot(head).read() }
    }

    /// Gives the producer the slots of what has been taken.
    #[inline(always)]
    pub(super) fn release(&self) {
        self.end.release(self.head);
    }

    /// Messages are going to be taken and their slots not released at once.
    #[inline(always)]
    pub(super) fn fall_behind(&mut self) {
        self.is_behind.set(true);
    }

    /// Hands back the slots of what has been taken meanwhile.
    #[inline(always)]
    pub(super) fn catch_up(&self) {
        self.is_behind.set(false);
        self.release();
    }

    /// Drops the oldest messages, so many. If one of them panics, the younger ones are still there.
    ///
    /// # Safety
    ///
    /// There must be so many.
    #[inline(always)]
    pub(super) unsafe fn discard(&mut self, count: usize) {
        self.end.witness().write(self.head, count);
        let consumer = Releasing(self);
        let last = consumer.0.head.wrapping_add(count);
        if !mem::needs_drop::<T>() {
            consumer.0.head = last;
        }
        while consumer.0.head != last {
            let message = consumer.0.end.slot(consumer.0.head);
            consumer.0.head = consumer.0.head.wrapping_add(1);
            // SAFETY: it has been published, and not been taken before.
            unsafe { ptr::drop_in_place(message) };
        }
    }

    /// Takes the oldest message.
    ///
    /// Wait-free. `None` means that the ring was empty at a moment during the call. A push that happened before the
    /// call is never missed.
    ///
    /// # Examples
    ///
    /// ```
    /// let (mut producer, mut consumer) = queue_core::spsc::ring(1);
    /// producer.push(10).unwrap();
    /// assert_eq!(consumer.pop(), Some(10));
    /// assert_eq!(consumer.pop(), None);
    /// ```
    #[inline]
    #[must_use = "the message is dropped"]
    pub fn pop(&mut self) -> Option<T> {
        if self.ready_for(1) == 0 {
            return None;
        }
        // SAFETY: there is one.
        let message = unsafe { self.take() };
        self.release();
        Some(message)
    }

    /// The oldest message, which stays where it is.
    ///
    /// Wait-free. `None` as for [`pop`](Self::pop).
    ///
    /// # Examples
    ///
    /// ```
    /// let (mut producer, mut consumer) = queue_core::spsc::ring(1);
    /// assert_eq!(consumer.peek(), None);
    /// producer.push(10).unwrap();
    /// assert_eq!(consumer.peek(), Some(&10));
    /// assert_eq!(consumer.pop(), Some(10));
    /// ```
    #[inline]
    #[must_use]
    pub fn peek(&self) -> Option<&T> {
        if self.ready_for(1) == 0 {
            return None;
        }
        self.end.witness().read(self.head, 1);
        // SAFETY: it has been published, and is not taken while the consumer is borrowed.
        Some(unsafe { &*self.end.slot(self.head) })
    }

    /// Takes up to `max` of the oldest messages onto the end of `into`: how many they were.
    ///
    /// Wait-free, but for the memory that `into` may have to ask for; it grows before anything is taken. 0 means that
    /// the ring was empty at a moment during the call, or `max` is 0. The slots become free at once.
    ///
    /// # Panics
    ///
    /// Panics where `into` cannot grow. Then nothing is taken.
    ///
    /// # Examples
    ///
    /// ```
    /// let (mut producer, mut consumer) = queue_core::spsc::ring(4);
    /// producer.push_batch(1..=4).unwrap();
    /// let mut messages = Vec::new();
    /// assert_eq!(consumer.pop_batch(&mut messages, 3), 3);
    /// assert_eq!(consumer.pop_batch(&mut messages, 3), 1);
    /// assert_eq!(messages, [1, 2, 3, 4]);
    /// ```
    pub fn pop_batch(&mut self, into: &mut Vec<T>, max: usize) -> usize {
        let count = self.ready_for(max).min(max);
        if count == 0 {
            return 0;
        }
        into.reserve(count);
        self.end.witness().write(self.head, count);
        for piece in self.end.pieces(self.head, count) {
            // SAFETY: so many messages there are, and so much room is in the vector. They are moved: the index
            // goes on before anything else happens.
            unsafe {
                let place = into.as_mut_ptr().add(into.len());
                ptr::copy_nonoverlapping(piece.cast::<T>(), place, piece.len());
                into.set_len(into.len() + piece.len());
            }
        }
        self.head = self.head.wrapping_add(count);
        self.release();
        count
    }

    /// The `length` oldest messages, to read them in place.
    ///
    /// Wait-free. They are taken when the chunk is [committed](ReadChunk::commit_all), or one by one when it is
    /// iterated over; meanwhile the consumer does nothing else.
    ///
    /// # Errors
    ///
    /// If there were not so many at a moment during the call. That is always so where `length` is more than the
    /// capacity.
    ///
    /// # Examples
    ///
    /// ```
    /// let (mut producer, mut consumer) = queue_core::spsc::ring(4);
    /// producer.push_batch(1..=3).unwrap();
    /// assert_eq!(consumer.read_chunk(4).unwrap_err().available(), 3);
    /// let chunk = consumer.read_chunk(2).unwrap();
    /// let (first, second) = chunk.as_slices();
    /// assert_eq!(first.iter().chain(second).sum::<i32>(), 3);
    /// chunk.commit_all();
    /// assert_eq!(consumer.pop(), Some(3));
    /// ```
    #[inline]
    pub fn read_chunk(&mut self, length: usize) -> Result<ReadChunk<'_, T>, ChunkError> {
        let available = self.ready_for(length);
        if available < length {
            return Err(ChunkError { available });
        }
        Ok(ReadChunk::new(self, length))
    }

    /// The like, of as many messages as there are, and no more than `most`; none of them, where the ring was empty at
    /// a moment during the call.
    ///
    /// # Examples
    ///
    /// ```
    /// let (mut producer, mut consumer) = queue_core::spsc::ring(4);
    /// producer.push_batch(1..=3).unwrap();
    /// assert_eq!(consumer.read_chunk_up_to(2).len(), 2);
    /// assert_eq!(consumer.read_chunk_up_to(10).len(), 3);
    /// ```
    #[inline]
    pub fn read_chunk_up_to(&mut self, most: usize) -> ReadChunk<'_, T> {
        let length = self.ready_for(most).min(most);
        ReadChunk::new(self, length)
    }

    /// Whether the producer is gone, for good. Then nothing is pushed any more.
    ///
    /// Everything that the producer did happens before this call, once it says so: an empty ring that is looked at after
    /// it stays empty. One that was looked at before may have got its last messages in between.
    ///
    /// # Examples
    ///
    /// ```
    /// let (mut producer, mut consumer) = queue_core::spsc::ring(1);
    /// producer.push(10).unwrap();
    /// assert!(!consumer.is_abandoned());
    /// drop(producer);
    /// assert!(consumer.is_abandoned());
    /// assert_eq!(consumer.pop(), Some(10));
    /// assert_eq!(consumer.pop(), None);
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
    /// assert_eq!(queue_core::spsc::ring::<i32>(3).1.capacity(), 3);
    /// ```
    #[inline]
    #[must_use]
    pub fn capacity(&self) -> usize {
        self.end.capacity()
    }

    /// How many messages are in the ring.
    ///
    /// The count of one moment during the call. It has only grown since, until this end pops: so many pops will find
    /// a message.
    ///
    /// # Examples
    ///
    /// ```
    /// let (mut producer, consumer) = queue_core::spsc::ring(3);
    /// producer.push("message").unwrap();
    /// assert_eq!(consumer.len(), 1);
    /// ```
    #[inline]
    #[must_use]
    pub fn len(&self) -> usize {
        let limit = self.end.published();
        self.limit.set(limit);
        limit.wrapping_sub(self.head)
    }

    /// How many slots are free.
    ///
    /// The count of one moment during the call, which the producer may have diminished since.
    ///
    /// # Examples
    ///
    /// ```
    /// let (mut producer, consumer) = queue_core::spsc::ring(3);
    /// producer.push("message").unwrap();
    /// assert_eq!(consumer.free(), 2);
    /// ```
    #[inline]
    #[must_use]
    pub fn free(&self) -> usize {
        self.end.capacity() - self.len()
    }

    /// Whether the ring was empty at one moment during the call.
    ///
    /// # Examples
    ///
    /// ```
    /// let (mut producer, consumer) = queue_core::spsc::ring(3);
    /// assert!(consumer.is_empty());
    /// producer.push("message").unwrap();
    /// assert!(!consumer.is_empty());
    /// ```
    #[inline]
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// Whether the ring was full at one moment during the call. It still is, until this end pops.
    ///
    /// # Examples
    ///
    /// ```
    /// let (mut producer, consumer) = queue_core::spsc::ring(1);
    /// assert!(!consumer.is_full());
    /// producer.push("message").unwrap();
    /// assert!(consumer.is_full());
    /// ```
    #[inline]
    #[must_use]
    pub fn is_full(&self) -> bool {
        self.free() == 0
    }
}

impl<T> Drop for Consumer<T> {
    fn drop(&mut self) {
        // Where an iterator over a chunk was forgotten, its messages have been taken and their slots not released.
        self.release();
    }
}

impl<T> fmt::Debug for Consumer<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Consumer")
            .field("len", &self.len())
            .field("capacity", &self.capacity())
            .finish_non_exhaustive()
    }
}

/// Releases what has been taken, also where a message's `Drop` panics.
struct Releasing<'a, T>(&'a mut Consumer<T>);

impl<T> Drop for Releasing<'_, T> {
    #[inline(always)]
    fn drop(&mut self) {
        self.0.release();
    }
}
