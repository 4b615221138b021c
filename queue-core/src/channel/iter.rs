//! A receiver's messages as iterators.

#![expect(private_bounds, reason = "the ends are known: the trait is sealed")]

use std::fmt;
use std::iter::FusedIterator;
use std::marker::PhantomData;
use std::vec;

use super::any_end::Receives;
use super::receiver::Receiver;

/// The messages of a channel as they come. Made by [`Receiver::iter`].
///
/// # Examples
///
/// ```
/// let (sender, receiver) = queue_core::bounded(2);
/// sender.send(1).unwrap();
/// let mut messages: queue_core::Iter<'_, u32> = receiver.iter();
/// assert_eq!(messages.next(), Some(1));
/// drop(sender);
/// assert_eq!(messages.next(), None);
/// ```
pub struct Iter<'a, T, R: Receives<T> = Receiver<T>> {
    receiver: &'a R::Channel,
}

/// The messages that are there now. Made by [`Receiver::try_iter`].
///
/// # Examples
///
/// ```
/// let (sender, receiver) = queue_core::bounded(2);
/// sender.send(1).unwrap();
/// let mut messages: queue_core::TryIter<'_, u32> = receiver.try_iter();
/// assert_eq!(messages.next(), Some(1));
/// assert_eq!(messages.next(), None);
/// ```
pub struct TryIter<'a, T, R: Receives<T> = Receiver<T>> {
    receiver: &'a R::Channel,
}

/// The messages of a channel as they come, with the receiver inside. Made by
/// [`Receiver::into_iter`](IntoIterator::into_iter).
///
/// # Examples
///
/// ```
/// let (sender, receiver) = queue_core::bounded(2);
/// sender.send(1).unwrap();
/// drop(sender);
/// let messages: queue_core::IntoIter<u32> = receiver.into_iter();
/// assert_eq!(messages.collect::<Vec<_>>(), [1]);
/// ```
pub struct IntoIter<T, R: Receives<T> = Receiver<T>> {
    receiver: R,
    message: PhantomData<fn() -> T>,
}

/// The messages that were there at one moment, and are received. Made by [`Receiver::drain`].
///
/// # Examples
///
/// ```
/// let (sender, receiver) = queue_core::bounded(2);
/// sender.send(1).unwrap();
/// let messages: queue_core::Drain<u32> = receiver.drain();
/// assert_eq!(messages.collect::<Vec<_>>(), [1]);
/// ```
#[must_use = "the messages are dropped"]
pub struct Drain<T> {
    messages: vec::IntoIter<T>,
}

impl<T> Drain<T> {
    pub(super) fn new(messages: Vec<T>) -> Self {
        Self {
            messages: messages.into_iter(),
        }
    }
}

impl<T> Iterator for Drain<T> {
    type Item = T;

    fn next(&mut self) -> Option<T> {
        self.messages.next()
    }

    fn size_hint(&self) -> (usize, Option<usize>) {
        self.messages.size_hint()
    }
}

impl<T> ExactSizeIterator for Drain<T> {}
impl<T> FusedIterator for Drain<T> {}

impl<T> fmt::Debug for Drain<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Drain")
            .field("left", &self.messages.len())
            .finish_non_exhaustive()
    }
}

impl<'a, T, R: Receives<T>> Iter<'a, T, R> {
    pub(super) fn new(receiver: &'a R::Channel) -> Self {
        Self { receiver }
    }
}

impl<'a, T, R: Receives<T>> TryIter<'a, T, R> {
    pub(super) fn new(receiver: &'a R::Channel) -> Self {
        Self { receiver }
    }
}

impl<T, R: Receives<T>> IntoIter<T, R> {
    pub(super) fn new(receiver: R) -> Self {
        Self {
            receiver,
            message: PhantomData,
        }
    }
}

impl<T, R: Receives<T>> Iterator for Iter<'_, T, R> {
    type Item = T;

    fn next(&mut self) -> Option<T> {
        R::recv(self.receiver).ok()
    }
}

impl<T, R: Receives<T>> Iterator for TryIter<'_, T, R> {
    type Item = T;

    fn next(&mut self) -> Option<T> {
        R::try_recv(self.receiver).ok()
    }
}

impl<T, R: Receives<T>> Iterator for IntoIter<T, R> {
    type Item = T;

    fn next(&mut self) -> Option<T> {
        R::recv(self.receiver.channel()).ok()
    }
}

// A disconnected channel stays so. `TryIter` may go on after its end.
impl<T, R: Receives<T>> FusedIterator for Iter<'_, T, R> {}
impl<T, R: Receives<T>> FusedIterator for IntoIter<T, R> {}

impl<T, R: Receives<T>> fmt::Debug for Iter<'_, T, R> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad("Iter { .. }")
    }
}

impl<T, R: Receives<T>> fmt::Debug for TryIter<'_, T, R> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad("TryIter { .. }")
    }
}

impl<T, R: Receives<T>> fmt::Debug for IntoIter<T, R> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad("IntoIter { .. }")
    }
}
