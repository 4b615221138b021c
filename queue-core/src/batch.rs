//! Messages in bulk: those on their way from an iterator into a queue, and those that
//! come back.

use alloc::vec::{self, Vec};
use core::fmt;
use core::iter::{self, FusedIterator};
use core::mem::{self, MaybeUninit};
use core::ptr;

/// Messages that have been taken out of an iterator and are not in a queue yet.
///
/// An iterator is code of the user's, which must not run between a claim and its
/// publish: what it yields is kept here meanwhile.
pub(crate) struct Batch<T, const N: usize> {
    /// Initialised from `start` to `end`.
    messages: [MaybeUninit<T>; N],
    start: usize,
    end: usize,
}

impl<T, const N: usize> Batch<T, N> {
    pub(crate) fn new() -> Self {
        Self {
            messages: [const { MaybeUninit::uninit() }; N],
            start: 0,
            end: 0,
        }
    }

    #[inline(always)]
    pub(crate) fn len(&self) -> usize {
        self.end - self.start
    }

    /// Takes up to `limit` messages out of `source`, into an empty batch. `false` where the source
    /// has come to its end. Where it panics, what it yielded before is dropped with the batch.
    #[inline]
    pub(crate) fn refill<I>(&mut self, source: &mut Unsent<I>, limit: usize) -> bool
    where
        I: Iterator<Item = T>,
    {
        debug_assert_eq!(self.len(), 0, "messages would be leaked");
        if source.has_returned() {
            self.fill(limit, || source.next())
        } else if source.is_over {
            (self.start, self.end) = (0, 0);
            false
        } else {
            let has_more = self.fill(limit, || source.rest.next());
            source.is_over = !has_more;
            has_more
        }
    }

    #[inline(always)]
    fn fill(&mut self, limit: usize, mut next: impl FnMut() -> Option<T>) -> bool {
        (self.start, self.end) = (0, 0);
        for place in self.messages.iter_mut().take(limit) {
            let Some(message) = next() else {
                return false;
            };
            place.write(message);
            self.end += 1;
        }
        true
    }

    /// The oldest message.
    #[inline(always)]
    pub(crate) fn take(&mut self) -> Option<T> {
        if self.start == self.end {
            return None;
        }
        let place = &self.messages[self.start];
        self.start += 1;
        // SAFETY: it was initialised, and is no longer counted as such.
        Some(unsafe { place.assume_init_read() })
    }

    /// The oldest messages, `length` of them, which are taken whether they are looked at or not.
    #[inline(always)]
    pub(crate) fn take_run(&mut self, length: usize) -> impl Iterator<Item = T> {
        let run = &self.messages[self.start..self.end][..length];
        self.start += length;
        // SAFETY: they were initialised, and are no longer counted as such; each is read once.
        run.iter().map(|place| unsafe { place.assume_init_read() })
    }

    /// Puts back what was taken last.
    #[inline(always)]
    pub(crate) fn put_back(&mut self, message: T) {
        self.start -= 1;
        self.messages[self.start].write(message);
    }
}

impl<T, const N: usize> Drop for Batch<T, N> {
    fn drop(&mut self) {
        let left = &raw mut self.messages[self.start..self.end];
        // SAFETY: those are initialised, and nobody looks at them again.
        unsafe { ptr::drop_in_place(left as *mut [T]) };
    }
}

/// Sends messages, as many as there is room for, `most` at most: whether those were all; or why there is
/// no room for the next.
pub(crate) fn send_what_fits<I, R, const N: usize>(
    messages: &mut Unsent<I>,
    most: usize,
    looks_free: impl Fn(usize) -> usize,
    check: impl Fn() -> Result<(), R>,
    push: impl Fn(&mut Batch<I::Item, N>) -> Result<usize, R>,
) -> Result<bool, R>
where
    I: Iterator,
{
    let mut batch = Batch::new();
    let before = messages.sent;
    loop {
        let room = looks_free(N);
        // What need not be taken out of the iterator, to learn that there is no room for it, is not.
        if room == 0 && messages.size_hint().0 > 0 {
            check()?;
        }
        let has_more = batch.refill(messages, room.max(1));
        while batch.len() > 0 {
            match push(&mut batch) {
                Ok(length) => messages.sent += length,
                Err(refusal) => {
                    messages.take_back(&mut batch);
                    return Err(refusal);
                }
            }
        }
        if !has_more {
            return Ok(true);
        }
        if messages.sent - before >= most {
            return Ok(false);
        }
    }
}

/// What is left of a batch that was not sent, or not all of it, in its order.
///
/// An iterator over what was taken out of the batch's iterator and not sent, and then over the rest of
/// that. Nothing is lost: to drop it is what drops the messages. To send them after all there is
#[cfg_attr(
    feature = "std",
    doc = "[`Sender::try_send_rest`](crate::Sender::try_send_rest) and"
)]
/// [`Ring::push_rest`](crate::ring::Ring::push_rest).
///
/// It cannot be compared, as iterators cannot: compare what is in it.
///
/// # Examples
///
/// ```
/// let ring = queue_core::Ring::new(2);
/// let unsent = ring.push_batch([1, 2, 3, 4]).unwrap_err();
/// assert_eq!(unsent.sent(), 2);
/// assert_eq!(unsent.collect::<Vec<_>>(), [3, 4]);
/// ```
#[must_use = "the messages are dropped"]
pub struct Unsent<I: Iterator> {
    pub(crate) sent: usize,
    first: Option<I::Item>,
    pulled: vec::IntoIter<I::Item>,
    rest: I,
    /// The rest has said so, and is not asked again.
    is_over: bool,
}

impl<I: Iterator> Unsent<I> {
    /// Nothing has been taken out of the iterator.
    pub(crate) fn all(messages: I) -> Self {
        Self::after(0, None, messages)
    }

    /// So many have been sent, and one taken out that was not.
    pub(crate) fn after(sent: usize, first: Option<I::Item>, rest: I) -> Self {
        Self {
            sent,
            first,
            pulled: Vec::new().into_iter(),
            rest,
            is_over: false,
        }
    }

    /// Whether there is something that came back.
    #[inline]
    fn has_returned(&self) -> bool {
        self.first.is_some() || !self.pulled.as_slice().is_empty()
    }

    /// Puts the message that was taken last back.
    pub(crate) fn put_back(&mut self, message: I::Item) {
        if let Some(second) = self.first.replace(message) {
            let pulled = mem::take(&mut self.pulled);
            self.pulled = iter::once(second)
                .chain(pulled)
                .collect::<Vec<_>>()
                .into_iter();
        }
    }

    /// Puts the messages that were taken last back.
    pub(crate) fn take_back<const N: usize>(&mut self, batch: &mut Batch<I::Item, N>) {
        let first = batch.take();
        let others = iter::from_fn(|| batch.take()).chain(self.first.take());
        let pulled = mem::take(&mut self.pulled);
        self.pulled = others.chain(pulled).collect::<Vec<_>>().into_iter();
        self.first = first;
    }

    /// How many messages of the batch were sent, before these; in several calls, where it was gone on with.
    ///
    /// # Examples
    ///
    /// ```
    /// use queue_core::{TrySendError, bounded};
    ///
    /// let (sender, _receiver) = bounded(2);
    /// match sender.try_send_batch(["a", "b", "c"]) {
    ///     Err(TrySendError::Full(unsent)) => assert_eq!(unsent.sent(), 2),
    ///     other => panic!("{other:?}"),
    /// }
    /// ```
    #[must_use]
    pub fn sent(&self) -> usize {
        self.sent
    }
}

impl<I: Iterator> Iterator for Unsent<I> {
    type Item = I::Item;

    fn next(&mut self) -> Option<I::Item> {
        if let Some(returned) = self.first.take().or_else(|| self.pulled.next()) {
            return Some(returned);
        }
        if self.is_over {
            return None;
        }
        let message = self.rest.next();
        self.is_over = message.is_none();
        message
    }

    fn size_hint(&self) -> (usize, Option<usize>) {
        let pulled = usize::from(self.first.is_some()) + self.pulled.len();
        let (least, most) = if self.is_over {
            (0, Some(0))
        } else {
            self.rest.size_hint()
        };
        (
            least.saturating_add(pulled),
            most.and_then(|most| most.checked_add(pulled)),
        )
    }
}

impl<I: ExactSizeIterator> ExactSizeIterator for Unsent<I> {}
impl<I: Iterator> FusedIterator for Unsent<I> {}

impl<I: Iterator> fmt::Debug for Unsent<I> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Unsent")
            .field("sent", &self.sent)
            .finish_non_exhaustive()
    }
}

/// Calls a method that has the size of a [`Batch`] as its last parameter, with one that
/// keeps the frame small: 4 KiB at most, and large messages one by one.
macro_rules! in_batches_of {
    ($message:ty, $size:ident => $call:expr) => {
        match core::mem::size_of::<$message>() {
            0..=64 => {
                const $size: usize = 64;
                $call
            }
            65..=512 => {
                const $size: usize = 8;
                $call
            }
            _ => {
                const $size: usize = 1;
                $call
            }
        }
    };
}

pub(crate) use in_batches_of;
