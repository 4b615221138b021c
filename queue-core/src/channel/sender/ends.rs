//! What a sender is told of the channel's ends: who is there, and that it is over.

use super::{Sender, Target};
use crate::channel::counters::Stats;
use crate::channel::shared::{RecvEnd, SendEnd};
use crate::channel::weak::WeakSender;

impl<T> Sender<T> {
    /// What has happened in the channel so far; `None` if it was not built
    /// [`with_stats`](crate::Builder::with_stats).
    ///
    /// # Examples
    ///
    /// ```
    /// let (sender, receiver) = queue_core::Builder::new().with_stats().bounded(2);
    /// sender.send(1).unwrap();
    /// receiver.recv().unwrap();
    /// assert_eq!(sender.stats().unwrap().high_water_mark, 1);
    /// ```
    #[must_use]
    pub fn stats(&self) -> Option<Stats> {
        delegate!(self, channel => channel.stats())
    }

    /// Closes the channel: `true` if it was open.
    ///
    /// From then on sends fail and give their messages back, those that wait, too. Receivers get
    /// what was accepted, and are then told of the end. A send at the same time either is accepted, and its
    /// message will be received, or gives it back. What happened before the close happens
    /// before the returns of those who are told of it, among them that of a second `close`. A place
    /// that is in somebody's hands (of a selected send, a [`WriteSlot`](crate::WriteSlot)) is refused its message from then on;
    /// receivers are told of the end when it has been given back, until then they find nothing and wait, for ever if
    /// it is forgotten.
    ///
    /// # Examples
    ///
    /// ```
    /// use queue_core::{RecvError, SendError, bounded};
    ///
    /// let (sender, receiver) = bounded(2);
    /// sender.send(1).unwrap();
    /// assert!(sender.close());
    /// assert_eq!(sender.send(2), Err(SendError(2)));
    /// assert_eq!(receiver.recv(), Ok(1));
    /// assert_eq!(receiver.recv(), Err(RecvError));
    /// ```
    pub fn close(&self) -> bool {
        delegate!(self, channel => channel.close_for_all())
    }

    /// Whether sends fail for good: the channel is closed, or every receiver gone.
    ///
    /// # Examples
    ///
    /// ```
    /// let (sender, receiver) = queue_core::bounded::<u8>(1);
    /// assert!(!sender.is_closed());
    /// drop(receiver);
    /// assert!(sender.is_closed());
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
    /// let (sender, _receiver) = queue_core::bounded::<u8>(1);
    /// assert!(sender.downgrade().upgrade().is_some());
    /// ```
    #[must_use]
    pub fn downgrade(&self) -> WeakSender<T> {
        WeakSender::of(self)
    }

    /// How many senders the channel has, of one moment during the call. It synchronises nothing.
    ///
    /// # Examples
    ///
    /// ```
    /// let (sender, _receiver) = queue_core::bounded::<u8>(1);
    /// let _other = sender.clone();
    /// assert_eq!(sender.sender_count(), 2);
    /// ```
    #[must_use]
    pub fn sender_count(&self) -> usize {
        delegate!(self, channel => channel.count_of::<SendEnd>())
    }

    /// How many receivers the channel has, of one moment during the call. It synchronises nothing.
    ///
    /// # Examples
    ///
    /// ```
    /// let (sender, receiver) = queue_core::bounded::<u8>(1);
    /// assert_eq!(sender.receiver_count(), 1);
    /// drop(receiver);
    /// assert_eq!(sender.receiver_count(), 0);
    /// ```
    #[must_use]
    pub fn receiver_count(&self) -> usize {
        delegate!(self, channel => channel.count_of::<RecvEnd>())
    }
}
