//! Many messages at once into and out of a [`Ring`].

use alloc::vec::Vec;

use super::claim::Precedence;
use super::queue::Ring;
use super::storage::Storage;
use crate::batch::{Unsent, in_batches_of};
use crate::word::NativeWord;

impl<T, S: Storage<T, NativeWord>> Ring<T, S> {
    /// Pushes as many messages of an iterator as there is room for: how many they were, if those were all.
    ///
    /// They are claimed for in runs of up to 64 (8 where one takes more than 64 bytes, 1 where more
    /// than 512), which keep together in the order of the ring. The iterator is asked while nothing is
    /// claimed. If it panics, what it has yielded and was not pushed is dropped. Waits like
    /// [`push`](Self::push).
    ///
    /// # Errors
    ///
    /// The rest, if there was no room for all.
    ///
    /// # Examples
    ///
    /// ```
    /// let ring = queue_core::Ring::new(4);
    /// assert_eq!(ring.push_batch(1..=3).unwrap(), 3);
    /// let unsent = ring.push_batch(vec![4, 5, 6]).unwrap_err();
    /// assert_eq!(unsent.sent(), 1);
    /// assert_eq!(unsent.collect::<Vec<_>>(), [5, 6]);
    /// ```
    pub fn push_batch<I>(&self, messages: I) -> Result<usize, Unsent<I::IntoIter>>
    where
        I: IntoIterator<Item = T>,
    {
        let mut unsent = Unsent::all(messages.into_iter());
        if self.push_rest(&mut unsent) {
            Ok(unsent.sent)
        } else {
            Err(unsent)
        }
    }

    /// Goes on with a batch that was pushed in part: pushes as many of what is left as there is room for.
    /// Whether those were all.
    ///
    /// What is pushed leaves `rest`, and [`rest.sent()`](Unsent::sent) counts on. What is not stays in it, in its
    /// order. Otherwise as [`push_batch`](Self::push_batch).
    ///
    /// # Examples
    ///
    /// ```
    /// let ring = queue_core::Ring::new(4);
    /// let mut popped = Vec::new();
    /// if let Err(mut rest) = ring.push_batch(1..=10) {
    ///     while !ring.push_rest(&mut rest) {
    ///         ring.pop_batch(&mut popped, 4);
    ///     }
    ///     assert_eq!(rest.sent(), 10);
    /// }
    /// ring.pop_batch(&mut popped, 4);
    /// assert!(popped.into_iter().eq(1..=10));
    /// ```
    #[must_use = "there may be some left"]
    pub fn push_rest<I>(&self, rest: &mut Unsent<I>) -> bool
    where
        I: Iterator<Item = T>,
    {
        in_batches_of!(T, N => self.raw.push_what_fits::<_, N>(rest)).is_ok()
    }

    /// Takes up to `max` of the oldest messages onto the end of `into`, as many as are ready in a row, by
    /// one claim: how many they were.
    ///
    /// Waits like [`pop`](Self::pop), for the first one only. 0 means that the ring was empty at a moment
    /// during the call, or `max` is 0. `into` grows before anything is claimed.
    ///
    /// # Examples
    ///
    /// ```
    /// let ring = queue_core::Ring::new(4);
    /// ring.push_batch(1..=4).unwrap();
    /// let mut messages = Vec::new();
    /// assert_eq!(ring.pop_batch(&mut messages, 3), 3);
    /// assert_eq!(ring.pop_batch(&mut messages, 3), 1);
    /// assert_eq!(messages, [1, 2, 3, 4]);
    /// ```
    pub fn pop_batch(&self, into: &mut Vec<T>, max: usize) -> usize {
        if max == 0 {
            return 0;
        }
        self.raw
            .settle(|| self.raw.pop_run(into, max, Precedence::Ignored))
            .map_or(0, |run| run.length)
    }
}
