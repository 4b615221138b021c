//! Slots that are written in place.

use core::fmt;
use core::mem::{self, MaybeUninit};
use core::ptr;

use super::producer::Producer;

/// Free slots of a ring, side by side but for one break where the ring's memory ends, to write messages in
/// place.
///
/// They are filled from the first one on: by an iterator ([`fill_from`](Self::fill_from)), from a slice
/// ([`copy_from_slice`](Self::copy_from_slice)), one by one ([`push`](Self::push)), or through the raw slots
/// ([`as_uninit_slices`](Self::as_uninit_slices)). What has been filled can be looked at and changed
/// ([`as_mut_slices`](Self::as_mut_slices)), and is pushed by [`commit_all`](Self::commit_all), all of it at once, or in part
/// by [`commit`](Self::commit).
///
/// **Dropped** without that, the chunk pushes nothing, and drops what it has been filled with. What was
/// written into raw slots, and not declared by [`assume_filled`](Self::assume_filled), is not dropped.
/// **Forgotten**, it pushes nothing either, and what it was filled with leaks; the producer can be used as before.
///
/// # Examples
///
/// ```
/// let (mut producer, mut consumer) = queue_core::spsc::ring(8);
/// let mut chunk = producer.write_chunk(4).unwrap();
/// chunk.fill_from(std::iter::repeat_with(String::new));
/// let (first, second) = chunk.as_mut_slices();
/// for (number, text) in first.iter_mut().chain(second).enumerate() {
///     text.push_str(&number.to_string());
/// }
/// chunk.commit_all();
/// assert_eq!(consumer.pop().as_deref(), Some("0"));
/// assert_eq!(consumer.len(), 3);
/// ```
#[must_use = "nothing is pushed unless it is committed"]
pub struct WriteChunk<'a, T> {
    producer: &'a mut Producer<T>,
    length: usize,
    /// Of those, from the first one on.
    filled: usize,
}

impl<'a, T> WriteChunk<'a, T> {
    /// The next slots of a producer that has so many free ones.
    #[inline(always)]
    pub(super) fn new(producer: &'a mut Producer<T>, length: usize) -> Self {
        Self {
            producer,
            length,
            filled: 0,
        }
    }

    /// How many slots it has.
    ///
    /// # Examples
    ///
    /// ```
    /// let (mut producer, _consumer) = queue_core::spsc::ring::<u8>(8);
    /// assert_eq!(producer.write_chunk(3).unwrap().len(), 3);
    /// ```
    #[inline]
    #[must_use]
    pub fn len(&self) -> usize {
        self.length
    }

    /// Whether it has none.
    ///
    /// # Examples
    ///
    /// ```
    /// let (mut producer, _consumer) = queue_core::spsc::ring(1);
    /// producer.push(1).unwrap();
    /// assert!(producer.write_chunk_up_to(3).is_empty());
    /// ```
    #[inline]
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.length == 0
    }

    /// How many of its slots have been filled.
    ///
    /// # Examples
    ///
    /// ```
    /// let (mut producer, _consumer) = queue_core::spsc::ring(8);
    /// let mut chunk = producer.write_chunk(3).unwrap();
    /// chunk.push('a').unwrap();
    /// assert_eq!(chunk.filled(), 1);
    /// ```
    #[inline]
    #[must_use]
    pub fn filled(&self) -> usize {
        self.filled
    }

    /// Fills the next slot.
    ///
    /// # Errors
    ///
    /// Gives the message back if all slots are filled.
    ///
    /// # Examples
    ///
    /// ```
    /// let (mut producer, mut consumer) = queue_core::spsc::ring(8);
    /// let mut chunk = producer.write_chunk(1).unwrap();
    /// assert_eq!(chunk.push('a'), Ok(()));
    /// assert_eq!(chunk.push('b'), Err('b'));
    /// chunk.commit_all();
    /// assert_eq!(consumer.pop(), Some('a'));
    /// ```
    #[inline]
    pub fn push(&mut self, message: T) -> Result<(), T> {
        if self.filled == self.length {
            return Err(message);
        }
        // SAFETY: the slots of the chunk are free, and from here on nothing is in them.
        unsafe { self.producer.write(self.filled, message) };
        self.filled += 1;
        Ok(())
    }

    /// Fills slots with what an iterator yields, until it or they come to an end: how many.
    ///
    /// No more is taken out of the iterator than there are slots for. If it panics, what it has yielded before
    /// is in the chunk.
    ///
    /// # Examples
    ///
    /// ```
    /// let (mut producer, _consumer) = queue_core::spsc::ring(8);
    /// let mut chunk = producer.write_chunk(4).unwrap();
    /// let mut source = 0..;
    /// assert_eq!(chunk.fill_from([10, 20]), 2);
    /// assert_eq!(chunk.fill_from(&mut source), 2);
    /// assert_eq!(source.next(), Some(2));
    /// ```
    #[inline]
    pub fn fill_from(&mut self, messages: impl IntoIterator<Item = T>) -> usize {
        let before = self.filled;
        let messages = messages.into_iter().take(self.length - before);
        for message in messages {
            // SAFETY: as in `push`: there are no more messages than unfilled slots.
            unsafe { self.producer.write(self.filled, message) };
            self.filled += 1;
        }
        self.filled - before
    }

    /// Fills slots with copies of the messages of a slice, as many as there are slots for: how many.
    ///
    /// # Examples
    ///
    /// ```
    /// let (mut producer, _consumer) = queue_core::spsc::ring(8);
    /// let mut chunk = producer.write_chunk(4).unwrap();
    /// assert_eq!(chunk.copy_from_slice(b"abc"), 3);
    /// assert_eq!(chunk.copy_from_slice(b"def"), 1);
    /// ```
    #[inline]
    pub fn copy_from_slice(&mut self, messages: &[T]) -> usize
    where
        T: Copy,
    {
        let count = messages.len().min(self.length - self.filled);
        let (first, second) = self.as_uninit_slices();
        let (ahead, behind) = messages[..count].split_at(count.min(first.len()));
        for (slots, messages) in [(first, ahead), (second, behind)] {
            // SAFETY: so many slots there are; they are free, and so apart from the slice.
            unsafe {
                let slots = slots.as_mut_ptr().cast::<T>();
                ptr::copy_nonoverlapping(messages.as_ptr(), slots, messages.len());
            }
        }
        self.filled += count;
        count
    }

    /// What has been filled.
    ///
    /// # Examples
    ///
    /// ```
    /// let (mut producer, mut consumer) = queue_core::spsc::ring(8);
    /// let mut chunk = producer.write_chunk(2).unwrap();
    /// chunk.fill_from([1, 2]);
    /// let (first, second) = chunk.as_mut_slices();
    /// first.iter_mut().chain(second).for_each(|number| *number *= 10);
    /// chunk.commit_all();
    /// assert_eq!([consumer.pop(), consumer.pop()], [Some(10), Some(20)]);
    /// ```
    #[inline]
    pub fn as_mut_slices(&mut self) -> (&mut [T], &mut [T]) {
        let tail = self.producer.tail();
        self.producer.end().witness().write(tail, self.filled);
        let [first, second] = self.producer.end().pieces(tail, self.filled);
        // SAFETY: they are filled, and the chunk's, which is borrowed as long as the slices are.
        unsafe { (&mut *first, &mut *second) }
    }

    /// The slots that have not been filled, to be written by whatever means.
    ///
    /// What is in them is not known. Those that have been written, from the first one on, are declared by
    /// [`assume_filled`](Self::assume_filled).
    ///
    /// # Examples
    ///
    /// ```
    /// let (mut producer, mut consumer) = queue_core::spsc::ring(8);
    /// let mut chunk = producer.write_chunk(2).unwrap();
    /// let (first, second) = chunk.as_uninit_slices();
    /// for slot in first.iter_mut().chain(second) {
    ///     slot.write(7);
    /// }
    /// // SAFETY: both have just been written.
    /// unsafe { chunk.assume_filled(2) };
    /// chunk.commit_all();
    /// assert_eq!(consumer.pop(), Some(7));
    /// ```
    #[inline]
    pub fn as_uninit_slices(&mut self) -> (&mut [MaybeUninit<T>], &mut [MaybeUninit<T>]) {
        let next = self.producer.tail().wrapping_add(self.filled);
        let left = self.length - self.filled;
        self.producer.end().witness().write(next, left);
        let [first, second] = self.producer.end().pieces(next, left);
        // SAFETY: they are free, and the chunk's, which is borrowed as long as the slices are.
        unsafe {
            (
                &mut *(first as *mut [MaybeUninit<T>]),
                &mut *(second as *mut [MaybeUninit<T>]),
            )
        }
    }

    /// Counts the next `count` slots as filled.
    ///
    /// # Safety
    ///
    /// There must be so many that had not been filled, and they must have been written, through
    /// [`as_uninit_slices`](Self::as_uninit_slices).
    ///
    /// # Examples
    ///
    /// ```
    /// let (mut producer, _consumer) = queue_core::spsc::ring(8);
    /// let mut chunk = producer.write_chunk(2).unwrap();
    /// chunk.as_uninit_slices().0[0].write(7);
    /// // SAFETY: one has just been written.
    /// unsafe { chunk.assume_filled(1) };
    /// assert_eq!(chunk.commit_all(), 1);
    /// ```
    #[inline]
    pub unsafe fn assume_filled(&mut self, count: usize) {
        debug_assert!(count <= self.length - self.filled);
        self.filled += count;
    }

    /// Pushes what has been filled: how many messages. They become visible at once.
    ///
    /// Slots that have not been filled stay free.
    ///
    /// # Examples
    ///
    /// ```
    /// let (mut producer, mut consumer) = queue_core::spsc::ring(8);
    /// let mut chunk = producer.write_chunk(4).unwrap();
    /// chunk.fill_from(["a", "b"]);
    /// assert_eq!(chunk.commit_all(), 2);
    /// assert_eq!(consumer.len(), 2);
    /// ```
    #[inline]
    pub fn commit_all(mut self) -> usize {
        self.publish()
    }

    /// Pushes the first `count` of what has been filled, and drops the others.
    ///
    /// # Panics
    ///
    /// Panics if fewer have been filled; then nothing is pushed, and all of them are dropped.
    ///
    /// # Examples
    ///
    /// ```
    /// let (mut producer, mut consumer) = queue_core::spsc::ring(8);
    /// let mut chunk = producer.write_chunk(3).unwrap();
    /// chunk.fill_from(["a", "b", "c"]);
    /// chunk.commit(1);
    /// assert_eq!([consumer.pop(), consumer.pop()], [Some("a"), None]);
    /// ```
    #[inline]
    #[track_caller]
    pub fn commit(mut self, count: usize) {
        assert!(
            count <= self.filled,
            "a commit of {count}, more than the {} that were filled",
            self.filled
        );
        self.publish_some(count);
    }

    #[inline(always)]
    pub(super) fn publish(&mut self) -> usize {
        let count = self.filled;
        self.publish_some(count);
        count
    }

    /// Publishes so many of the filled slots, which are then no more the chunk's.
    #[inline(always)]
    fn publish_some(&mut self, count: usize) {
        self.length -= count;
        self.filled -= count;
        if count > 0 {
            // SAFETY: they were filled.
            unsafe { self.producer.advance(count) };
        }
    }
}

impl<T> Drop for WriteChunk<'_, T> {
    /// Drops what was filled and not committed, oldest first. Where such a drop panics, the rest is leaked.
    #[inline]
    fn drop(&mut self) {
        if mem::needs_drop::<T>() {
            let tail = self.producer.tail();
            for offset in 0..self.filled {
                let message = self.producer.end().slot(tail.wrapping_add(offset));
                // SAFETY: it is filled, and nobody sees it again.
                unsafe { ptr::drop_in_place(message) };
            }
        }
    }
}

impl<T> fmt::Debug for WriteChunk<'_, T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("WriteChunk")
            .field("len", &self.length)
            .field("filled", &self.filled)
            .finish_non_exhaustive()
    }
}
