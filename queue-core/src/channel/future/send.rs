//! The send of one message.

#![expect(private_bounds, reason = "the ends are known: the trait is sealed")]

use std::fmt;
use std::future::Future;
use std::pin::Pin;
use std::task::{Context, Poll, ready};

use super::Sending;
use crate::channel::any_end::Sends;
use crate::channel::error::SendError;
use crate::channel::sender::Sender;

/// A send that is awaited. Made by [`Sender::send_async`], and the like of a
/// [sender that is alone](crate::LoneSender::send_async).
///
/// **Dropped** before it is done, it has not sent its message, which is dropped with it, or can be had
/// before by [`take_back`](Self::take_back). Dropped after it was told that there is room, it tells the next
/// sender. At capacity 0 the drop waits for a receiver that is taking the message at that moment; it has then
/// been sent. **Forgotten** while it waits, it keeps its place in the line; the word that there is room
/// may come to it, and is then lost to the others.
///
/// # Panics
///
/// A poll panics after the end.
///
/// # Examples
///
/// ```
/// # futures::executor::block_on(async {
/// let (sender, receiver) = queue_core::bounded(1);
/// let sending: queue_core::SendFuture<'_, u32> = sender.send_async(1);
/// sending.await.unwrap();
/// assert_eq!(receiver.recv_async().await, Ok(1));
/// # });
/// ```
#[must_use = "a future does nothing unless it is awaited"]
pub struct SendFuture<'a, T, S: Sends<T> = Sender<T>> {
    sender: &'a S::Channel,
    sending: Sending<T>,
    is_done: bool,
}

impl<'a, T, S: Sends<T>> SendFuture<'a, T, S> {
    #[inline]
    pub(in crate::channel) fn new(sender: &'a S::Channel, message: T) -> Self {
        Self {
            sender,
            sending: Sending::of(Some(message)),
            is_done: false,
        }
    }

    /// Gives up: the message, if it was not sent. The future is then at its end.
    ///
    /// # Examples
    ///
    /// ```
    /// use std::pin::pin;
    ///
    /// let (sender, _receiver) = queue_core::bounded(1);
    /// sender.send(1).unwrap();
    /// let mut sending = pin!(sender.send_async(2));
    /// assert_eq!(sending.as_mut().take_back(), Some(2));
    /// assert_eq!(sending.take_back(), None);
    /// ```
    pub fn take_back(self: Pin<&mut Self>) -> Option<T> {
        let (sender, sending, is_done) = self.parts();
        *is_done = true;
        sending.leave_off::<S>(sender)
    }

    #[inline]
    fn parts(self: Pin<&mut Self>) -> (&'a S::Channel, Pin<&mut Sending<T>>, &mut bool) {
        // SAFETY: `sending` is pinned with its owner, out of which nothing is moved.
        let this = unsafe { self.get_unchecked_mut() };
        // SAFETY: as above.
        let sending = unsafe { Pin::new_unchecked(&mut this.sending) };
        (this.sender, sending, &mut this.is_done)
    }
}

impl<T, S: Sends<T>> Future for SendFuture<'_, T, S> {
    type Output = Result<(), SendError<T>>;

    #[inline]
    fn poll(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Self::Output> {
        let (sender, sending, is_done) = self.parts();
        assert!(!*is_done, "polled after the end");
        let sent = ready!(sending.poll::<S>(sender, context));
        *is_done = true;
        Poll::Ready(sent)
    }
}

impl<T, S: Sends<T>> Drop for SendFuture<'_, T, S> {
    #[inline]
    fn drop(&mut self) {
        if !self.is_done {
            // SAFETY: it is not moved any more.
            drop(unsafe { Pin::new_unchecked(self) }.take_back());
        }
    }
}

impl<T, S: Sends<T>> fmt::Debug for SendFuture<'_, T, S> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad("SendFuture { .. }")
    }
}

impl<T> Sender<T> {
    /// Sends, awaiting room for as long as it takes.
    ///
    /// As [`send`](Self::send) with a task in the place of the thread; any executor will do. Nothing
    /// happens before the first poll. A poll never waits, but
    /// wakes its own task again where a receiver is in the middle of its operation.
    ///
    /// **Cancel safety**: a future that is dropped has sent its message, or not and drops it:
    /// [`SendFuture::take_back`] and [`send_async_from`](Self::send_async_from) give it back.
    ///
    /// **Wakers** are called with nothing held, may use the channel, and may panic. They must not drop the
    /// very future that they wake: what it was told it passes on in that drop, to the next one's waker, and so on, on one
    /// stack.
    ///
    /// **Order**: the message takes its place when there is room for it. Those who wait are woken first come
    /// first served, threads and tasks in one line; one that just arrives may be faster, within bounds (see
    /// [`bounded`](crate::bounded)).
    ///
    /// # Errors
    ///
    /// Gives the message back if the channel is closed or every receiver gone, also if that happens while it
    /// waits.
    ///
    /// # Examples
    ///
    /// ```
    /// # futures::executor::block_on(async {
    /// let (sender, receiver) = queue_core::bounded(1);
    /// // One end may await while the other one blocks its thread.
    /// let consumer = std::thread::spawn(move || receiver.iter().sum::<u32>());
    /// for number in 1..=100 {
    ///     sender.send_async(number).await.unwrap();
    /// }
    /// drop(sender);
    /// assert_eq!(consumer.join().unwrap(), 5050);
    /// # });
    /// ```
    #[inline]
    pub fn send_async(&self, message: T) -> SendFuture<'_, T> {
        SendFuture::new(self, message)
    }
}
