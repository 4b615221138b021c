//! What a receiver is told of the channel's ends: who is there, and that it is over.

use super::{Receiver, Source};
use crate::channel::counters::Stats;
use crate::channel::shared::{End, RecvEnd, SendEnd};
use crate::channel::weak::WeakReceiver;

impl<T> Receiver<T> {
    /// What has happened in the channel so far; `None` if it was not built
    /// [`with_stats`](crate::Builder::with_stats).
    ///
    /// # Examples
    ///
    /// ```
    /// let (sender, receiver) = queue_core::Builder::new().with_stats().bounded(2);
    /// sender.send(1).unwrap();
    /// receiver.recv().unwrap();
    /// assert_eq!(receiver.stats().unwrap().high_water_mark, 1);
    /// ```
    #[must_use]
    pub fn stats(&self) -> Option<Stats> {
        delegate!(self, channel => channel.stats())
    }

    /// Closes the channel: `true` if it was open.
    ///
    /// As [`Sender::close`](crate::Sender::close): sends fail from now on, and what was accepted is
    /// still received. Receivers of time, and of nothing, are not closed by it.
    ///
    /// # Examples
    ///
    /// ```
    /// let (sender, receiver) = queue_core::bounded(2);
    /// sender.send(1).unwrap();
    /// assert!(receiver.close());
    /// assert!(!receiver.close());
    /// assert!(sender.send(2).is_err());
    /// assert_eq!(receiver.iter().collect::<Vec<_>>(), [1]);
    /// ```
    pub fn close(&self) -> bool {
        delegate!(self, channel => channel.close_for_all())
    }

    /// Whether no message is accepted any more: the channel is closed, or every sender gone. There may
    /// be messages left to receive.
    ///
    /// # Examples
    ///
    /// ```
    /// let (sender, receiver) = queue_core::bounded::<u8>(1);
    /// assert!(!receiver.is_closed());
    /// drop(sender);
    /// assert!(receiver.is_closed());
    /// ```
    #[must_use]
    pub fn is_closed(&self) -> bool {
        delegate!(self, channel => channel.is_closed())
    }

    /// A handle that does not keep this end open.
    ///
    /// # Examples
    ///
    /// ```
    /// let (_sender, receiver) = queue_core::bounded::<u8>(1);
    /// assert!(receiver.downgrade().upgrade().is_some());
    /// ```
    #[must_use]
    pub fn downgrade(&self) -> WeakReceiver<T> {
        WeakReceiver::of(self)
    }

    /// How many senders the channel has, of one moment during the call: none where time sends, or
    /// nobody. It synchronises nothing.
    ///
    /// # Examples
    ///
    /// ```
    /// let (sender, receiver) = queue_core::bounded::<u8>(1);
    /// assert_eq!(receiver.sender_count(), 1);
    /// drop(sender);
    /// assert_eq!(receiver.sender_count(), 0);
    /// ```
    #[must_use]
    pub fn sender_count(&self) -> usize {
        self.count_of::<SendEnd>(0)
    }

    /// How many receivers the channel has, of one moment during the call. It synchronises nothing.
    ///
    /// # Examples
    ///
    /// ```
    /// let (_sender, receiver) = queue_core::bounded::<u8>(1);
    /// let _other = receiver.clone();
    /// assert_eq!(receiver.receiver_count(), 2);
    /// ```
    #[must_use]
    pub fn receiver_count(&self) -> usize {
        self.count_of::<RecvEnd>(1)
    }

    fn count_of<Which: End>(&self, of_never: usize) -> usize {
        match &self.channel {
            Source::Bounded(channel) => channel.count_of::<Which>(),
            Source::Unbounded(channel) => channel.count_of::<Which>(),
            Source::Rendezvous(channel) => channel.count_of::<Which>(),
            Source::Timer(channel, _) => channel.count_of::<Which>(),
            Source::Never(_) => of_never,
        }
    }
}
