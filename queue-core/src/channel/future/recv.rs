//! The receive of one message.

#![expect(private_bounds, reason = "the ends are known: the trait is sealed")]

use std::fmt;
use std::future::Future;
use std::pin::Pin;
use std::task::{Context, Poll, ready};

use crate::channel::any_end::Receives;
use crate::channel::error::RecvError;
use crate::channel::receiver::Receiver;
use crate::wait::TaskWait;

/// A receive that is awaited. Made by [`Receiver::recv_async`], and the like of a
/// [receiver that is alone](crate::LoneReceiver::recv_async).
///
/// **Dropped** before it is done, it has taken no message; if it was told of one, it tells the next
/// receiver. **Forgotten** while it waits, it keeps its place in the line; the word of a message may
/// come to it, and is then lost to the others, the message itself is not.
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
/// sender.send(1).unwrap();
/// let receiving: queue_core::RecvFuture<'_, u32> = receiver.recv_async();
/// assert_eq!(receiving.await, Ok(1));
/// # });
/// ```
#[must_use = "a future does nothing unless it is awaited"]
pub struct RecvFuture<'a, T, R: Receives<T> = Receiver<T>> {
    receiver: &'a R::Channel,
    wait: TaskWait,
    is_done: bool,
}

impl<T, R: Receives<T>> Future for RecvFuture<'_, T, R> {
    type Output = Result<T, RecvError>;

    #[inline]
    fn poll(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Self::Output> {
        // SAFETY: `wait` is pinned with its owner, out of which nothing is moved.
        let this = unsafe { self.get_unchecked_mut() };
        assert!(!this.is_done, "polled after the end");
        // SAFETY: as above.
        let wait = unsafe { Pin::new_unchecked(&mut this.wait) };
        let received = ready!(R::poll_recv(this.receiver, wait, context));
        this.is_done = true;
        Poll::Ready(received)
    }
}

impl<T, R: Receives<T>> Drop for RecvFuture<'_, T, R> {
    #[inline]
    fn drop(&mut self) {
        if !self.is_done {
            // SAFETY: it is not moved any more.
            let wait = unsafe { Pin::new_unchecked(&mut self.wait) };
            R::leave_off_recv(self.receiver, wait);
        }
    }
}

impl<T, R: Receives<T>> fmt::Debug for RecvFuture<'_, T, R> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad("RecvFuture { .. }")
    }
}

impl<'a, T, R: Receives<T>> RecvFuture<'a, T, R> {
    #[inline]
    pub(in crate::channel) fn new(receiver: &'a R::Channel) -> Self {
        Self {
            receiver,
            wait: TaskWait::default(),
            is_done: false,
        }
    }
}

impl<T> Receiver<T> {
    /// Receives, awaiting a message for as long as it takes.
    ///
    /// As [`recv`](Self::recv) with a task in the place of the thread; any executor will do. Nothing
    /// happens before the first poll. A poll never waits, but wakes its own task again where a sender is in
    /// the middle of its operation; at capacity 0, where that is a select, it waits for its message
    /// to be made.
    ///
    /// **Cancel safety**: a future that is dropped has taken nothing, and passes on what it was told. It may
    /// stand in any `select!`.
    ///
    /// **Other tasks**: as long as there are messages it is ready at once, and a loop over it does not let other tasks
    /// of its thread run: where senders may be faster for long, yield to the runtime now and then.
    ///
    /// **Order**: those who wait are woken first come first served, threads and tasks in one line; one that
    /// just arrives may be faster, within bounds (see [`bounded`](crate::bounded)). At capacity 0 a task is not handed a message, which would be lost if
    /// it were dropped, but told that a sender waits, as are all tasks at once: threads that wait are served before it, and
    /// [`try_send`](crate::Sender::try_send) does not find it.
    ///
    /// # Errors
    ///
    /// If the channel is empty, and closed or every sender gone, also if that happens while it waits.
    ///
    /// # Panics
    ///
    /// Panics if it is time that sends ([`after`](crate::after), [`at`](crate::at),
    /// [`tick`](crate::tick)): every runtime has timers of its own.
    ///
    /// # Examples
    ///
    /// ```
    /// # futures::executor::block_on(async {
    /// let (sender, receiver) = queue_core::bounded(4);
    /// std::thread::spawn(move || sender.send_batch(1..=100));
    /// let mut sum = 0;
    /// while let Ok(number) = receiver.recv_async().await {
    ///     sum += number;
    /// }
    /// assert_eq!(sum, 5050);
    /// # });
    /// ```
    #[track_caller]
    #[inline]
    pub fn recv_async(&self) -> RecvFuture<'_, T> {
        self.assert_awaitable();
        RecvFuture::new(self)
    }
}
