//! Sends of many messages at once.

use std::time::Duration;

use super::{Sender, Target};
use crate::batch::Unsent;
use crate::channel::error::{SendError, SendTimeoutError, TrySendError};
use crate::sync::{Instant, deadline_after};

impl<T> Sender<T> {
    /// Sends all messages of an iterator (a `Vec`, an array, a `drain(..)`), waiting for room for as
    /// long as it takes: how many they were.
    ///
    /// They are claimed for and published in runs: as many as there is room for, and 64 at most (8
    /// where one takes more than 64 bytes, 1 where more than 512), at the cost of one claim, and of one pass of
    /// waking. More messages than the channel can hold go through it in several runs.
    ///
    /// **Order**: the messages keep their order. Within a run no other message comes between two of
    /// them; between runs others may.
    ///
    /// **The iterator** is asked while nothing is claimed: it may use the channel, and panic. If it
    /// panics, what it has yielded and was not sent, up to 64 messages, is dropped, and what was sent
    /// before stays sent. As it is asked for a whole run before any of that is sent, one that yields
    /// slowly holds messages back, and one that waits for what it has yielded to be received waits for ever:
    /// for those there is `for_each` and [`send`](Self::send).
    ///
    /// At capacity 0 they are handed over one by one.
    ///
    /// # Errors
    ///
    /// If the channel is closed or every receiver gone, also if that happens while this call waits: what
    /// was not sent is in the error, in its order, and the rest of the iterator behind it. (So the error of a
    /// `send_batch(messages.drain(..))` borrows `messages`.) A batch of nothing is `Ok(0)` everywhere.
    ///
    /// The result has an iterator in it, and cannot be compared as a whole: compare what
    /// [`unwrap`](Result::unwrap) gives, or what a pattern finds.
    ///
    /// # Examples
    ///
    /// ```
    /// let (sender, receiver) = queue_core::bounded(4);
    /// let consumer = std::thread::spawn(move || receiver.iter().sum::<u32>());
    /// assert_eq!(sender.send_batch(1..=100).unwrap(), 100);
    /// let mut messages = vec![1, 2, 3];
    /// assert_eq!(sender.send_batch(messages.drain(..)).unwrap(), 3);
    /// drop(sender);
    /// assert_eq!(consumer.join().unwrap(), 5056);
    /// ```
    pub fn send_batch<I>(&self, messages: I) -> Result<usize, SendError<Unsent<I::IntoIter>>>
    where
        I: IntoIterator<Item = T>,
    {
        self.send_batch_until(messages.into_iter(), None)
            .map_err(|refused| SendError(refused.into_inner()))
    }

    /// Sends as many messages of an iterator as there is room for now: how many they were, if those were
    /// all.
    ///
    /// Waits like [`try_send`](Self::try_send). Order, runs and what the iterator may do are those of
    /// [`send_batch`](Self::send_batch). An unbounded channel has room for all: there it ends when the
    /// iterator does.
    ///
    /// # Errors
    ///
    /// If there was no room for all, in [`TrySendError::Full`]; if the channel is closed or every receiver
    /// gone, in [`TrySendError::Disconnected`]. The rest is inside, and how many were sent before.
    ///
    /// # Examples
    ///
    /// ```
    /// use queue_core::{TrySendError, bounded};
    ///
    /// let (sender, receiver) = bounded(3);
    /// let Err(TrySendError::Full(unsent)) = sender.try_send_batch(1..=5) else { panic!() };
    /// assert_eq!(unsent.sent(), 3);
    /// assert_eq!(unsent.collect::<Vec<_>>(), [4, 5]);
    /// assert_eq!(receiver.try_iter().collect::<Vec<_>>(), [1, 2, 3]);
    /// ```
    pub fn try_send_batch<I>(&self, messages: I) -> Result<usize, TrySendError<Unsent<I::IntoIter>>>
    where
        I: IntoIterator<Item = T>,
    {
        let messages = messages.into_iter();
        match &self.channel {
            Target::Bounded(channel) => channel.try_send_batch(messages),
            Target::Unbounded(channel) => channel.try_send_batch(messages),
            Target::Rendezvous(_) => {
                let mut unsent = Unsent::all(messages);
                match self.try_send_rest(&mut unsent) {
                    Ok(()) => Ok(unsent.sent),
                    Err(refused) => Err(refused.map(|()| unsent)),
                }
            }
        }
    }

    /// Goes on with a batch that was sent in part: sends as many of what is left as there is room for now.
    ///
    /// What is sent leaves `rest`, and [`rest.sent()`](Unsent::sent) counts on. What is not sent stays in it, in
    /// its order. Into which channel what came before was sent does not matter. Otherwise as
    /// [`try_send_batch`](Self::try_send_batch), which also says where the iterator may panic.
    ///
    /// # Errors
    ///
    /// As `try_send_batch`. The messages are in `rest`.
    ///
    /// # Examples
    ///
    /// A batch that is sent bit by bit, with something else to do where there is no room:
    ///
    /// ```
    /// use queue_core::{TrySendError, bounded};
    ///
    /// let (sender, receiver) = bounded(3);
    /// let mut received = Vec::new();
    /// if let Err(TrySendError::Full(mut rest)) = sender.try_send_batch(1..=10) {
    ///     while let Err(TrySendError::Full(())) = sender.try_send_rest(&mut rest) {
    ///         received.extend(receiver.try_iter());
    ///     }
    ///     assert_eq!(rest.sent(), 10);
    /// }
    /// received.extend(receiver.try_iter());
    /// assert!(received.into_iter().eq(1..=10));
    /// ```
    pub fn try_send_rest<I>(&self, rest: &mut Unsent<I>) -> Result<(), TrySendError<()>>
    where
        I: Iterator<Item = T>,
    {
        match &self.channel {
            Target::Bounded(channel) => channel.try_send_rest(rest),
            Target::Unbounded(channel) => channel.try_send_rest(rest),
            Target::Rendezvous(channel) => send_each(rest, |message| {
                channel.try_send(message).map_err(TrySendError::split)
            }),
        }
    }

    /// Sends all messages of an iterator, waiting for room for `timeout` at most: how many they were.
    ///
    /// Order, runs and what the iterator may do are those of [`send_batch`](Self::send_batch). A
    /// timeout beyond the range of the clock waits without limit.
    ///
    /// # Errors
    ///
    /// As [`send_batch_deadline`](Self::send_batch_deadline).
    ///
    /// # Examples
    ///
    /// ```
    /// use std::time::Duration;
    /// use queue_core::{SendTimeoutError, bounded};
    ///
    /// let (sender, _receiver) = bounded(2);
    /// let patience = Duration::from_millis(1);
    /// let refused = sender.send_batch_timeout([1, 2, 3], patience);
    /// let Err(SendTimeoutError::Timeout(unsent)) = refused else { panic!() };
    /// assert_eq!(unsent.collect::<Vec<_>>(), [3]);
    /// ```
    pub fn send_batch_timeout<I>(
        &self,
        messages: I,
        timeout: Duration,
    ) -> Result<usize, SendTimeoutError<Unsent<I::IntoIter>>>
    where
        I: IntoIterator<Item = T>,
    {
        self.send_batch_until(messages.into_iter(), deadline_after(timeout))
    }

    /// Sends all messages of an iterator, waiting for room until `deadline`: how many they were.
    ///
    /// What there is room for at once is sent even where the deadline has passed. Order, runs and
    /// what the iterator may do are those of [`send_batch`](Self::send_batch).
    ///
    /// # Errors
    ///
    /// If there was no room in time, in [`SendTimeoutError::Timeout`]; if the channel is closed or every
    /// receiver gone, in [`SendTimeoutError::Disconnected`]. The rest is inside, and how many were
    /// sent before.
    ///
    /// # Examples
    ///
    /// ```
    /// use std::time::Instant;
    ///
    /// let (sender, _receiver) = queue_core::bounded(2);
    /// assert_eq!(sender.send_batch_deadline([1, 2], Instant::now()).unwrap(), 2);
    /// ```
    pub fn send_batch_deadline<I>(
        &self,
        messages: I,
        deadline: Instant,
    ) -> Result<usize, SendTimeoutError<Unsent<I::IntoIter>>>
    where
        I: IntoIterator<Item = T>,
    {
        self.send_batch_until(messages.into_iter(), Some(deadline))
    }

    fn send_batch_until<I>(
        &self,
        messages: I,
        deadline: Option<Instant>,
    ) -> Result<usize, SendTimeoutError<Unsent<I>>>
    where
        I: Iterator<Item = T>,
    {
        match &self.channel {
            Target::Bounded(channel) => channel.send_batch(messages, deadline),
            Target::Unbounded(channel) => channel.send_batch(messages, deadline),
            Target::Rendezvous(channel) => {
                let mut unsent = Unsent::all(messages);
                let sent = send_each(&mut unsent, |message| {
                    channel
                        .send(message, deadline)
                        .map_err(SendTimeoutError::split)
                });
                match sent {
                    Ok(()) => Ok(unsent.sent),
                    Err(refused) => Err(refused.map(|()| unsent)),
                }
            }
        }
    }
}

/// Sends one by one, where there are no slots to claim.
fn send_each<I: Iterator, E>(
    messages: &mut Unsent<I>,
    send: impl Fn(I::Item) -> Result<(), (E, I::Item)>,
) -> Result<(), E> {
    while let Some(message) = messages.next() {
        if let Err((refused, message)) = send(message) {
            messages.put_back(message);
            return Err(refused);
        }
        messages.sent += 1;
    }
    Ok(())
}
