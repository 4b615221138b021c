//! Messages that are read in place.

use core::fmt;
use core::iter::FusedIterator;

use super::consumer::Consumer;

/// The oldest messages of a ring, side by side but for one break where the ring's memory ends, to read them in
/// place.
///
/// They are looked at as [slices](Self::as_slices), and then dropped by [`commit_all`](Self::commit_all), or the
/// first of them by [`commit`](Self::commit); or else taken one by one, by the chunk's [iterator](IntoIter).
///
/// **Dropped** or forgotten without that, the chunk leaves everything unread.
///
/// # Examples
///
/// ```
/// let (mut producer, mut consumer) = queue_core::spsc::ring(8);
/// producer.push_batch(*b"one two").unwrap();
/// let chunk = consumer.read_chunk_up_to(8);
/// let (first, second) = chunk.as_slices();
/// let word = first.iter().chain(second).take_while(|byte| **byte != b' ').count();
/// chunk.commit(word + 1);
/// assert_eq!(consumer.read_chunk(3).unwrap().into_iter().collect::<Vec<_>>(), b"two");
/// ```
#[must_use = "nothing is taken unless it is committed or iterated over"]
pub struct ReadChunk<'a, T> {
    consumer: &'a mut Consumer<T>,
    length: usize,
}

impl<'a, T> ReadChunk<'a, T> {
    /// The oldest messages of a consumer for which there are so many.
    #[inline(always)]
    pub(super) fn new(consumer: &'a mut Consumer<T>, length: usize) -> Self {
        Self { consumer, length }
    }

    /// How many messages it has.
    ///
    /// # Examples
    ///
    /// ```
    /// let (mut producer, mut consumer) = queue_core::spsc::ring(8);
    /// producer.push_batch([1, 2, 3]).unwrap();
    /// assert_eq!(consumer.read_chunk(2).unwrap().len(), 2);
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
    /// let (_producer, mut consumer) = queue_core::spsc::ring::<u8>(8);
    /// assert!(consumer.read_chunk_up_to(8).is_empty());
    /// ```
    #[inline]
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.length == 0
    }

    /// The messages, oldest first: the second slice goes on where the first one ends.
    ///
    /// # Examples
    ///
    /// ```
    /// let (mut producer, mut consumer) = queue_core::spsc::ring(8);
    /// producer.push_batch([1, 2, 3]).unwrap();
    /// let chunk = consumer.read_chunk(3).unwrap();
    /// let (first, second) = chunk.as_slices();
    /// assert_eq!([first, second].concat(), [1, 2, 3]);
    /// ```
    #[inline]
    #[must_use]
    pub fn as_slices(&self) -> (&[T], &[T]) {
        let head = self.consumer.head();
        self.consumer.end().witness().read(head, self.length);
        let [first, second] = self.consumer.end().pieces(head, self.length);
        // SAFETY: they have been published, and are not taken while the chunk is borrowed.
        unsafe { (&*first, &*second) }
    }

    /// Drops all its messages, oldest first, and then frees their slots at once.
    ///
    /// If the drop of one panics, those before it and it are taken, and the others stay in the ring.
    ///
    /// # Examples
    ///
    /// ```
    /// let (mut producer, mut consumer) = queue_core::spsc::ring(8);
    /// producer.push_batch([1, 2, 3]).unwrap();
    /// consumer.read_chunk(2).unwrap().commit_all();
    /// assert_eq!(consumer.pop(), Some(3));
    /// ```
    #[inline]
    pub fn commit_all(self) {
        let length = self.length;
        self.commit(length);
    }

    /// The like, of the first `count`; the others stay in the ring.
    ///
    /// # Panics
    ///
    /// Panics if it has fewer; then all of them stay.
    ///
    /// # Examples
    ///
    /// ```
    /// let (mut producer, mut consumer) = queue_core::spsc::ring(8);
    /// producer.push_batch([1, 2, 3]).unwrap();
    /// consumer.read_chunk(3).unwrap().commit(1);
    /// assert_eq!(consumer.pop(), Some(2));
    /// ```
    #[inline]
    #[track_caller]
    pub fn commit(self, count: usize) {
        assert!(
            count <= self.length,
            "a commit of {count}, more than the {} that the chunk has",
            self.length
        );
        // SAFETY: so many there are.
        unsafe { self.consumer.discard(count) };
    }
}

impl<T> fmt::Debug for ReadChunk<'_, T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ReadChunk")
            .field("len", &self.length)
            .finish_non_exhaustive()
    }
}

impl<'a, T> IntoIterator for ReadChunk<'a, T> {
    type Item = T;
    type IntoIter = IntoIter<'a, T>;

    #[inline]
    fn into_iter(self) -> IntoIter<'a, T> {
        self.consumer.fall_behind();
        IntoIter {
            consumer: self.consumer,
            left: self.length,
        }
    }
}

/// Takes the messages of a [`ReadChunk`], oldest first.
///
/// Dropped half-way, it leaves the others in the ring. The slots of those it has yielded become free when it is dropped.
/// Forgotten, it leaves them to the next pop, or whatever else takes messages, which frees them, too.
///
/// # Examples
///
/// ```
/// let (mut producer, mut consumer) = queue_core::spsc::ring(8);
/// producer.push_batch(1..=4).unwrap();
/// let chunk = consumer.read_chunk(3).unwrap();
/// let messages: queue_core::spsc::IntoIter<i32> = chunk.into_iter();
/// assert_eq!(messages.take(2).collect::<Vec<_>>(), [1, 2]);
/// assert_eq!(consumer.pop(), Some(3));
/// ```
pub struct IntoIter<'a, T> {
    consumer: &'a mut Consumer<T>,
    left: usize,
}

impl<T> Iterator for IntoIter<'_, T> {
    type Item = T;

    #[inline]
    fn next(&mut self) -> Option<T> {
        self.left = self.left.checked_sub(1)?;
        // SAFETY: one of those in the chunk is left.
        Some(unsafe { self.consumer.take() })
    }

    #[inline]
    fn size_hint(&self) -> (usize, Option<usize>) {
        (self.left, Some(self.left))
    }
}

impl<T> ExactSizeIterator for IntoIter<'_, T> {}
impl<T> FusedIterator for IntoIter<'_, T> {}

impl<T> Drop for IntoIter<'_, T> {
    #[inline]
    fn drop(&mut self) {
        self.consumer.catch_up();
    }
}

impl<T> fmt::Debug for IntoIter<'_, T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("IntoIter")
            .field("left", &self.left)
            .finish_non_exhaustive()
    }
}
