//! [`StaticRing`]: a ring with its slots in itself.

use core::fmt;
use core::ops::{Deref, DerefMut};

use super::queue::{IntoIter, Ring};
use super::storage::Inline;

/// A [`Ring`] of `N` messages with its slots in itself: it allocates nothing, and can be made in a `static`,
/// without the standard library and without an allocator.
///
/// It has the methods of a `Ring`, with the same guarantees; those for batches under the feature `alloc`. The capacity is
/// a constant, which saves some instructions. As for memory, the slots and two cache lines: move it only while it
/// is small.
///
/// On a system without threads' `yield` (without the feature `std`), a `push` or `pop` that has to wait for a
/// suspended peer spins: an interrupt handler uses [`push_now`](Ring::push_now) and [`pop_now`](Ring::pop_now),
/// which never wait.
///
/// # Examples
///
/// ```
/// use queue_core::StaticRing;
///
/// static READINGS: StaticRing<u16, 64> = StaticRing::new();
///
/// READINGS.push(230).unwrap();
/// READINGS.push(231).unwrap();
/// assert_eq!(READINGS.pop(), Some(230));
/// assert_eq!(READINGS.capacity(), 64);
/// ```
///
/// Without room for any message it does not compile:
///
/// ```compile_fail
/// static NOTHING: queue_core::StaticRing<u16, 0> = queue_core::StaticRing::new();
/// ```
pub struct StaticRing<T, const N: usize> {
    ring: Ring<T, Inline<T, N>>,
}

impl<T, const N: usize> StaticRing<T, N> {
    /// Makes an empty ring. It does not compile where `N` is zero, or too large.
    ///
    /// # Examples
    ///
    /// ```
    /// let ring = queue_core::StaticRing::<_, 2>::new();
    /// assert_eq!(ring.push('a'), Ok(()));
    /// assert_eq!(ring.push('b'), Ok(()));
    /// assert_eq!(ring.push('c'), Err('c'));
    /// assert_eq!(ring.pop(), Some('a'));
    /// ```
    #[must_use]
    pub const fn new() -> Self {
        Self {
            ring: Ring::in_place(),
        }
    }
}

impl<T, const N: usize> Deref for StaticRing<T, N> {
    type Target = Ring<T, Inline<T, N>>;

    #[inline(always)]
    fn deref(&self) -> &Self::Target {
        &self.ring
    }
}

impl<T, const N: usize> DerefMut for StaticRing<T, N> {
    #[inline(always)]
    fn deref_mut(&mut self) -> &mut Self::Target {
        &mut self.ring
    }
}

impl<T, const N: usize> Default for StaticRing<T, N> {
    fn default() -> Self {
        Self::new()
    }
}

impl<T, const N: usize> fmt::Debug for StaticRing<T, N> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.ring.fmt(f)
    }
}

impl<T, const N: usize> IntoIterator for StaticRing<T, N> {
    type Item = T;
    type IntoIter = IntoIter<T, Inline<T, N>>;

    fn into_iter(self) -> Self::IntoIter {
        self.ring.into_iter()
    }
}
