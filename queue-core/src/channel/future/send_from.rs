//! The send of a message that stays with the caller unless it was sent.

#![expect(private_bounds, reason = "the ends are known: the trait is sealed")]

use std::fmt;
use std::future::Future;
use std::pin::Pin;
use std::task::{Context, Poll};

use super::Sending;
use crate::channel::any_end::Sends;
use crate::channel::error::SendError;
use crate::channel::sender::Sender;

/// A send that is awaited and leaves the message in its place unless it has sent it. Made by
/// [`Sender::send_async_from`], and the like of a [sender that is alone](crate::LoneSender::send_async_from).
///
/// **Dropped** before it is done, it has not sent the message, which is in its place. **Forgotten**
/// while it waits, likewise, but at capacity 0: there the message lies in the future meanwhile, where a receiver
/// may still take it.
///
/// # Examples
///
/// ```
/// # futures::executor::block_on(async {
/// let (sender, _receiver) = queue_core::bounded(1);
/// let mut message = Some(1);
/// let sending: queue_core::SendFromFuture<'_, u32> = sender.send_async_from(&mut message);
/// sending.await.unwrap();
/// assert_eq!(message, None);
/// # });
/// ```
#[must_use = "a future does nothing unless it is awaited"]
pub struct SendFromFuture<'a, T, S: Sends<T> = Sender<T>> {
    sender: &'a S::Channel,
    place: &'a mut Option<T>,
    sending: Sending<T>,
    is_done: bool,
}

impl<'a, T, S: Sends<T>> SendFromFuture<'a, T, S> {
    /// # Panics
    ///
    /// Panics if there is no message.
    #[track_caller]
    pub(in crate::channel) fn new(sender: &'a S::Channel, message: &'a mut Option<T>) -> Self {
        assert!(message.is_some(), "there must be a message to send");
        Self {
            sender,
            place: message,
            sending: Sending::of(None),
            is_done: false,
        }
    }

    /// Polls; the message is in its place afterwards, or sent, or laid out for receivers to be found.
    fn attempt(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Result<(), SendError<()>>> {
        // SAFETY: `sending` is pinned with its owner, out of which nothing is moved.
        let this = unsafe { self.get_unchecked_mut() };
        // SAFETY: as above.
        let mut sending = unsafe { Pin::new_unchecked(&mut this.sending) };
        if let Some(message) = this.place.take() {
            sending.as_mut().load(message);
        }
        match sending.as_mut().poll::<S>(this.sender, context) {
            Poll::Pending => {
                *this.place = sending.unload::<S>(this.sender);
                Poll::Pending
            }
            Poll::Ready(sent) => {
                this.is_done = true;
                Poll::Ready(sent.map_err(|SendError(message)| {
                    *this.place = Some(message);
                    SendError(())
                }))
            }
        }
    }
}

impl<T, S: Sends<T>> Future for SendFromFuture<'_, T, S> {
    type Output = Result<(), SendError<()>>;

    fn poll(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Self::Output> {
        assert!(!self.is_done, "polled after the end");
        self.attempt(context)
    }
}

impl<T, S: Sends<T>> Drop for SendFromFuture<'_, T, S> {
    fn drop(&mut self) {
        if !self.is_done {
            // SAFETY: it is not moved any more.
            let sending = unsafe { Pin::new_unchecked(&mut self.sending) };
            if let Some(message) = sending.leave_off::<S>(self.sender) {
                *self.place = Some(message);
            }
        }
    }
}

impl<T, S: Sends<T>> fmt::Debug for SendFromFuture<'_, T, S> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad("SendFromFuture { .. }")
    }
}

impl<T> Sender<T> {
    /// Sends as [`send_async`](Self::send_async) does, and leaves the message in its place unless it was
    /// sent.
    ///
    /// # Errors
    ///
    /// As `send_async`. The message is where it was, as it is where the future is dropped.
    ///
    /// # Panics
    ///
    /// Panics if there is no message.
    ///
    /// # Examples
    ///
    /// ```
    /// use futures::FutureExt;
    ///
    /// let (sender, _receiver) = queue_core::bounded(1);
    /// sender.send(1).unwrap();
    /// let mut message = Some(2);
    /// assert!(sender.send_async_from(&mut message).now_or_never().is_none());
    /// assert_eq!(message, Some(2));
    /// ```
    #[track_caller]
    pub fn send_async_from<'a>(&'a self, message: &'a mut Option<T>) -> SendFromFuture<'a, T> {
        SendFromFuture::new(self, message)
    }
}
