//! [`Ring`]: the ring as a queue of its own, which never parks anybody.

use core::fmt;
use core::iter::FusedIterator;
use core::panic::{RefUnwindSafe, UnwindSafe};

use super::claim::Refusal;
use super::error::{PopNowError, PushNowError};
use super::raw::RawRing;
#[cfg(not(queue_model))]
use super::storage::Inline;
use super::storage::{DefaultStorage, Storage};
use crate::sync::Backoff;
use crate::word::NativeWord;

/// A bounded multi-producer multi-consumer queue on a ring of slots.
///
/// Allocates once, when it is made, and holds up to its capacity, which is not
/// rounded. Whoever has a reference may push and
/// pop.
///
/// **Order**: exact FIFO over all producers and consumers. The push that claims
/// first is popped first.
///
/// **Synchronisation**: a push happens before the pop that takes its message,
/// and the *k*-th pop happens before the (*k* + capacity)-th push. A push that
/// finds the ring full and a pop that finds it empty execute a sequentially
/// consistent fence: where two threads each change one ring and then ask the
/// other's, they cannot both find it unchanged. [`len`](Self::len),
/// [`is_empty`](Self::is_empty) and [`is_full`](Self::is_full) synchronise
/// nothing.
///
/// **Progress**: no locks, no system calls but `yield`. A `push` or `pop` waits
/// (spins, then yields, without a time limit) only for a peer that was suspended
/// inside its own operation, between claiming a slot and finishing with it, and
/// only if that very slot is next.
///
/// A slot in a user's hands ([`write_slot`](Self::write_slot), [`read_slot`](Self::read_slot)) is not waited
/// for: it makes the ring look empty to pops that have come as far, or full to pushes.
///
/// **Memory**: one slot is a `T` and a word (eight bytes where the target has
/// 64-bit atomics), padded to the alignment of both; head and tail have
/// cache lines of their own.
///
/// The algorithm is Dmitry Vyukov's [bounded MPMC queue].
///
/// [bounded MPMC queue]: https://www.1024cores.net/home/lock-free-algorithms/queues/bounded-mpmc-queue
///
/// # Examples
///
/// ```
/// use queue_core::Ring;
///
/// let ring = Ring::new(2);
/// assert_eq!(ring.push('a'), Ok(()));
/// assert_eq!(ring.push('b'), Ok(()));
/// assert_eq!(ring.push('c'), Err('c'));
/// assert_eq!(ring.pop(), Some('a'));
/// ```
pub struct Ring<T, S: Storage<T, NativeWord> = DefaultStorage<T>> {
    pub(super) raw: RawRing<T, NativeWord, S>,
}

// A panic comes out of a message's own `Drop` or an allocation, and finds the ring consistent.
impl<T, S: Storage<T, NativeWord>> UnwindSafe for Ring<T, S> {}
impl<T, S: Storage<T, NativeWord>> RefUnwindSafe for Ring<T, S> {}

#[cfg(feature = "alloc")]
impl<T> Ring<T> {
    /// Makes an empty ring that can hold `capacity` messages.
    ///
    /// # Panics
    ///
    /// Panics if the capacity is zero, or too large for the address space. Where
    /// the memory cannot be had, the process aborts, as with a `Vec`.
    ///
    /// # Examples
    ///
    /// ```
    /// let ring = queue_core::Ring::<i32>::new(100);
    /// assert_eq!(ring.capacity(), 100);
    /// ```
    #[must_use]
    #[track_caller]
    pub fn new(capacity: usize) -> Self {
        Self {
            raw: RawRing::new(capacity),
        }
    }
}

#[cfg(not(queue_model))]
impl<T, const N: usize> Ring<T, Inline<T, N>> {
    pub(super) const fn in_place() -> Self {
        Self {
            raw: RawRing::in_place(),
        }
    }
}

impl<T, S: Storage<T, NativeWord>> Ring<T, S> {
    /// Pushes a message, if there is room.
    ///
    /// # Errors
    ///
    /// Gives the message back if the ring was full at a moment during the call, or the slot that is next
    /// [read in place](Self::read_slot).
    ///
    /// # Examples
    ///
    /// ```
    /// let ring = queue_core::Ring::new(1);
    /// assert_eq!(ring.push(10), Ok(()));
    /// assert_eq!(ring.push(20), Err(20));
    /// ```
    #[inline]
    pub fn push(&self, value: T) -> Result<(), T> {
        match self.raw.claim_push_settled() {
            Ok(claim) => {
                self.raw.publish(claim, value);
                Ok(())
            }
            Err(_) => Err(value),
        }
    }

    /// Takes the oldest message.
    ///
    /// `None` means that the ring was empty at a moment during the call: no
    /// push had claimed a slot that was not popped; or that the oldest such slot is being
    /// [written in place](Self::write_slot). A push that happened before the
    /// call, with none before it unfinished, is never missed.
    ///
    /// # Examples
    ///
    /// ```
    /// let ring = queue_core::Ring::new(1);
    /// assert_eq!(ring.push(10), Ok(()));
    /// assert_eq!(ring.pop(), Some(10));
    /// assert_eq!(ring.pop(), None);
    /// ```
    #[inline]
    #[must_use = "the message is dropped"]
    pub fn pop(&self) -> Option<T> {
        let claim = self.raw.claim_pop_settled().ok()?;
        Some(self.raw.take(claim))
    }

    /// Pushes a message, in place of the oldest one if the ring is full.
    ///
    /// Gives back the message that was displaced, if one was. The order of the
    /// others is kept. Displacing is a pop and then a push: between the two,
    /// [`len`](Self::len) and its kin may count one message fewer. It waits like
    /// `push`, and for a push of the oldest message that is not finished. Where a slot that it needs is
    /// [written](Self::write_slot) or [read](Self::read_slot) in place, it waits, spinning and yielding, until that ends: for
    /// ever, if the slot was forgotten, or is in the hands of the caller.
    ///
    /// # Examples
    ///
    /// ```
    /// let ring = queue_core::Ring::new(2);
    /// assert_eq!(ring.force_push(10), None);
    /// assert_eq!(ring.force_push(20), None);
    /// assert_eq!(ring.force_push(30), Some(10));
    /// assert_eq!(ring.pop(), Some(20));
    /// ```
    pub fn force_push(&self, mut value: T) -> Option<T> {
        let backoff = Backoff::new();
        loop {
            value = match self.push(value) {
                Ok(()) => return None,
                Err(refused) => match self.raw.displace(refused) {
                    Ok(displaced) => return Some(displaced),
                    Err(refused) => refused,
                },
            };
            backoff.snooze();
        }
    }

    /// Pushes a message if there is room and no peer is in the way.
    ///
    /// Lock-free, and never waits: where [`push`](Self::push) would wait for a suspended peer, this says
    /// `Busy`.
    ///
    /// # Errors
    ///
    /// Gives the message back.
    ///
    /// # Examples
    ///
    /// ```
    /// use queue_core::{PushNowError, Ring};
    ///
    /// let ring = Ring::new(1);
    /// assert_eq!(ring.push_now(10), Ok(()));
    /// assert_eq!(ring.push_now(20), Err(PushNowError::Full(20)));
    /// ```
    #[inline]
    pub fn push_now(&self, value: T) -> Result<(), PushNowError<T>> {
        match self.raw.claim_push_now() {
            Ok(claim) => {
                self.raw.publish(claim, value);
                Ok(())
            }
            Err(Refusal::Busy) => Err(PushNowError::Busy(value)),
            Err(_) => Err(PushNowError::Full(value)),
        }
    }

    /// Takes the oldest message if there is one and no peer is in the way.
    ///
    /// Lock-free, and never waits: where [`pop`](Self::pop) would wait for a suspended peer, this says
    /// `Busy`.
    ///
    /// # Errors
    ///
    /// [`PopNowError::Empty`] where `pop` would say `None`, [`PopNowError::Busy`] where it would wait.
    ///
    /// # Examples
    ///
    /// ```
    /// use queue_core::{PopNowError, Ring};
    ///
    /// let ring = Ring::new(1);
    /// assert_eq!(ring.pop_now(), Err(PopNowError::Empty));
    /// ring.push(10).unwrap();
    /// assert_eq!(ring.pop_now(), Ok(10));
    /// ```
    #[inline]
    pub fn pop_now(&self) -> Result<T, PopNowError> {
        match self.raw.claim_pop_now() {
            Ok(claim) => Ok(self.raw.take(claim)),
            Err(Refusal::Busy) => Err(PopNowError::Busy),
            Err(_) => Err(PopNowError::Empty),
        }
    }

    /// Pushes through an exclusive reference, without atomic operations.
    ///
    /// # Errors
    ///
    /// Gives the message back if the ring is full.
    ///
    /// # Examples
    ///
    /// ```
    /// let mut ring = queue_core::Ring::new(1);
    /// assert_eq!(ring.push_mut(10), Ok(()));
    /// assert_eq!(ring.push_mut(20), Err(20));
    /// ```
    pub fn push_mut(&mut self, value: T) -> Result<(), T> {
        self.raw.push_exclusive(value)
    }

    /// Takes the oldest message through an exclusive reference, without atomic
    /// operations.
    ///
    /// # Examples
    ///
    /// ```
    /// let mut ring = queue_core::Ring::new(1);
    /// assert_eq!(ring.push(10), Ok(()));
    /// assert_eq!(ring.pop_mut(), Some(10));
    /// assert_eq!(ring.pop_mut(), None);
    /// ```
    #[must_use = "the message is dropped"]
    pub fn pop_mut(&mut self) -> Option<T> {
        self.raw.pop_exclusive()
    }

    /// How many messages the ring can hold.
    ///
    /// # Examples
    ///
    /// ```
    /// assert_eq!(queue_core::Ring::<i32>::new(3).capacity(), 3);
    /// ```
    #[inline]
    #[must_use]
    pub fn capacity(&self) -> usize {
        self.raw.capacity()
    }

    /// How many messages are in the ring, those just being pushed included, and those being written in
    /// place; not those being read in place. A place that was given up counts while there are messages before it.
    ///
    /// The count of one moment during the call, which others may have changed
    /// since. Never more than the capacity.
    ///
    /// # Examples
    ///
    /// ```
    /// let ring = queue_core::Ring::new(100);
    /// ring.push("message").unwrap();
    /// assert_eq!(ring.len(), 1);
    /// ```
    #[must_use]
    pub fn len(&self) -> usize {
        self.raw.settle_skipped();
        self.raw.len()
    }

    /// Whether the ring was empty, in the sense of [`len`](Self::len), at one moment during the call.
    ///
    /// # Examples
    ///
    /// ```
    /// let ring = queue_core::Ring::new(100);
    /// assert!(ring.is_empty());
    /// ring.push(1).unwrap();
    /// assert!(!ring.is_empty());
    /// ```
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.raw.settle_skipped();
        self.raw.is_empty()
    }

    /// Whether the ring was full, in the sense of [`len`](Self::len), at one moment during the call.
    ///
    /// # Examples
    ///
    /// ```
    /// let ring = queue_core::Ring::new(1);
    /// assert!(!ring.is_full());
    /// ring.push(1).unwrap();
    /// assert!(ring.is_full());
    /// ```
    #[must_use]
    pub fn is_full(&self) -> bool {
        self.raw.settle_skipped();
        self.raw.is_full()
    }
}

impl<T, S: Storage<T, NativeWord>> fmt::Debug for Ring<T, S> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Ring")
            .field("len", &self.len())
            .field("capacity", &self.capacity())
            .finish_non_exhaustive()
    }
}

impl<T, S: Storage<T, NativeWord>> IntoIterator for Ring<T, S> {
    type Item = T;
    type IntoIter = IntoIter<T, S>;

    fn into_iter(mut self) -> IntoIter<T, S> {
        IntoIter {
            left: self.raw.len_exclusive(),
            ring: self,
        }
    }
}

/// The messages of a [`Ring`], oldest first.
///
/// Dropping it drops those that are left.
///
/// # Examples
///
/// ```
/// let ring = queue_core::Ring::new(2);
/// ring.push(1).unwrap();
/// let messages: queue_core::ring::IntoIter<u32> = ring.into_iter();
/// assert_eq!(messages.collect::<Vec<_>>(), [1]);
/// ```
#[derive(Debug)]
pub struct IntoIter<T, S: Storage<T, NativeWord> = DefaultStorage<T>> {
    ring: Ring<T, S>,
    left: usize,
}

impl<T, S: Storage<T, NativeWord>> Iterator for IntoIter<T, S> {
    type Item = T;

    fn next(&mut self) -> Option<T> {
        let message = self.ring.pop_mut();
        self.left -= usize::from(message.is_some());
        message
    }

    fn size_hint(&self) -> (usize, Option<usize>) {
        (self.left, Some(self.left))
    }
}

impl<T, S: Storage<T, NativeWord>> ExactSizeIterator for IntoIter<T, S> {}
impl<T, S: Storage<T, NativeWord>> FusedIterator for IntoIter<T, S> {}
