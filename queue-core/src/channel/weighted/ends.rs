//! The two ends of a channel that is bounded by weight.

use std::fmt;
use std::panic::{RefUnwindSafe, UnwindSafe};
use std::time::Duration;

use super::Weighted;
use crate::channel::error::{RecvError, RecvTimeoutError, TryRecvError, WeightedSendError};
use crate::channel::shared::{Handle, RecvEnd, SendEnd};
use crate::sync::{Instant, deadline_after};

/// The sending end of a channel made by [`weighted`](crate::weighted).
///
/// As a [`Sender`](crate::Sender): clones send into the same channel, and the last one to go tells the receivers.
///
/// # Examples
///
/// ```
/// let (sender, receiver) = queue_core::weighted(2, 10, |number: &usize| *number);
/// let sender: queue_core::WeightedSender<usize> = sender.clone();
/// sender.send(10).unwrap();
/// assert_eq!(receiver.recv(), Ok(10));
/// ```
pub struct WeightedSender<T> {
    channel: Handle<Weighted<T>, SendEnd>,
}

/// The receiving end of a channel made by [`weighted`](crate::weighted).
///
/// As a [`Receiver`](crate::Receiver): each message goes to one of its clones, and when the last one goes, senders
/// are told and the messages dropped.
///
/// # Examples
///
/// ```
/// let (sender, receiver) = queue_core::weighted(2, 10, |number: &usize| *number);
/// let receiver: queue_core::WeightedReceiver<usize> = receiver.clone();
/// sender.send(10).unwrap();
/// assert_eq!(receiver.recv(), Ok(10));
/// ```
pub struct WeightedReceiver<T> {
    channel: Handle<Weighted<T>, RecvEnd>,
}

// A panic comes out of `weigh` or a message's own `Drop`, and finds the channel consistent.
impl<T> UnwindSafe for WeightedSender<T> {}
impl<T> RefUnwindSafe for WeightedSender<T> {}
impl<T> UnwindSafe for WeightedReceiver<T> {}
impl<T> RefUnwindSafe for WeightedReceiver<T> {}

impl<T> WeightedSender<T> {
    pub(super) fn new(channel: Handle<Weighted<T>, SendEnd>) -> Self {
        Self { channel }
    }

    /// Sends, waiting for room and weight for as long as it takes.
    ///
    /// # Errors
    ///
    /// Gives the message back: [`WeightedSendError::TooHeavy`], at once, if it would never fit, and
    /// [`WeightedSendError::Disconnected`] if the channel is closed or every receiver gone, also if that happens
    /// while this call waits.
    ///
    /// # Panics
    ///
    /// Panics if `weigh` does. The message is dropped.
    ///
    /// # Examples
    ///
    /// ```
    /// let (sender, receiver) = queue_core::weighted(8, 10, |number: &usize| *number);
    /// let consumer = std::thread::spawn(move || receiver.iter().sum::<usize>());
    /// for weight in [10, 0, 3, 7, 10] {
    ///     sender.send(weight).unwrap();
    /// }
    /// drop(sender);
    /// assert_eq!(consumer.join().unwrap(), 30);
    /// ```
    pub fn send(&self, message: T) -> Result<(), WeightedSendError<T>> {
        self.channel.send(message, None)
    }

    /// Sends if there is room and weight now, and nobody waits for them.
    ///
    /// # Errors
    ///
    /// Gives the message back: [`WeightedSendError::Full`] if there is not, and as [`send`](Self::send).
    ///
    /// # Panics
    ///
    /// As `send`.
    ///
    /// # Examples
    ///
    /// ```
    /// let (sender, _receiver) = queue_core::weighted(8, 10, |number: &usize| *number);
    /// assert!(sender.try_send(6).is_ok());
    /// assert!(sender.try_send(6).unwrap_err().is_full());
    /// assert!(sender.try_send(4).is_ok());
    /// ```
    pub fn try_send(&self, message: T) -> Result<(), WeightedSendError<T>> {
        self.channel.try_send(message)
    }

    /// Sends, waiting for room and weight for `timeout` at most. A timeout beyond the range of the clock waits
    /// without limit.
    ///
    /// # Errors
    ///
    /// As [`send_deadline`](Self::send_deadline).
    ///
    /// # Panics
    ///
    /// As `send`.
    ///
    /// # Examples
    ///
    /// ```
    /// use std::time::Duration;
    ///
    /// let (sender, _receiver) = queue_core::weighted(8, 10, |number: &usize| *number);
    /// sender.send(6).unwrap();
    /// let refused = sender.send_timeout(5, Duration::from_millis(1)).unwrap_err();
    /// assert!(refused.is_timeout());
    /// assert_eq!(refused.into_inner(), 5);
    /// ```
    pub fn send_timeout(&self, message: T, timeout: Duration) -> Result<(), WeightedSendError<T>> {
        self.channel.send(message, deadline_after(timeout))
    }

    /// Sends, waiting for room and weight until `deadline`.
    ///
    /// # Errors
    ///
    /// Gives the message back: [`WeightedSendError::Timeout`] if there was none in time, and as
    /// [`send`](Self::send).
    ///
    /// # Panics
    ///
    /// As `send`.
    ///
    /// # Examples
    ///
    /// ```
    /// use std::time::Instant;
    ///
    /// let (sender, _receiver) = queue_core::weighted(8, 10, |number: &usize| *number);
    /// assert!(sender.send_deadline(10, Instant::now()).is_ok());
    /// assert!(sender.send_deadline(1, Instant::now()).is_err());
    /// ```
    pub fn send_deadline(&self, message: T, deadline: Instant) -> Result<(), WeightedSendError<T>> {
        self.channel.send(message, Some(deadline))
    }
}

impl<T> WeightedReceiver<T> {
    pub(super) fn new(channel: Handle<Weighted<T>, RecvEnd>) -> Self {
        Self { channel }
    }

    /// Receives, waiting for a message for as long as it takes.
    ///
    /// # Errors
    ///
    /// If the channel is empty, and closed or every sender gone.
    ///
    /// # Examples
    ///
    /// ```
    /// let (sender, receiver) = queue_core::weighted(8, 10, |number: &usize| *number);
    /// sender.send(1).unwrap();
    /// drop(sender);
    /// assert_eq!(receiver.recv(), Ok(1));
    /// assert!(receiver.recv().is_err());
    /// ```
    pub fn recv(&self) -> Result<T, RecvError> {
        self.channel.recv(None).map_err(|_| RecvError)
    }

    /// Receives if there is a message now.
    ///
    /// # Errors
    ///
    /// As [`Receiver::try_recv`](crate::Receiver::try_recv).
    ///
    /// # Examples
    ///
    /// ```
    /// let (sender, receiver) = queue_core::weighted(8, 10, |number: &usize| *number);
    /// assert!(receiver.try_recv().unwrap_err().is_empty());
    /// sender.send(1).unwrap();
    /// assert_eq!(receiver.try_recv(), Ok(1));
    /// ```
    pub fn try_recv(&self) -> Result<T, TryRecvError> {
        let weighed = self.channel.channel.try_recv()?;
        Ok(self.channel.received(weighed))
    }

    /// Receives, waiting for a message for `timeout` at most. A timeout beyond the range of the clock waits
    /// without limit.
    ///
    /// # Errors
    ///
    /// As [`Receiver::recv_timeout`](crate::Receiver::recv_timeout).
    ///
    /// # Examples
    ///
    /// ```
    /// use std::time::Duration;
    ///
    /// let (_sender, receiver) = queue_core::weighted(8, 10, |number: &usize| *number);
    /// assert!(receiver.recv_timeout(Duration::from_millis(1)).unwrap_err().is_timeout());
    /// ```
    pub fn recv_timeout(&self, timeout: Duration) -> Result<T, RecvTimeoutError> {
        self.channel.recv(deadline_after(timeout))
    }

    /// Receives, waiting for a message until `deadline`.
    ///
    /// # Errors
    ///
    /// As [`Receiver::recv_deadline`](crate::Receiver::recv_deadline).
    ///
    /// # Examples
    ///
    /// ```
    /// use std::time::Instant;
    ///
    /// let (sender, receiver) = queue_core::weighted(8, 10, |number: &usize| *number);
    /// sender.send(1).unwrap();
    /// assert_eq!(receiver.recv_deadline(Instant::now()), Ok(1));
    /// ```
    pub fn recv_deadline(&self, deadline: Instant) -> Result<T, RecvTimeoutError> {
        self.channel.recv(Some(deadline))
    }

    /// The messages as they come, waiting for each, until the channel is empty, and closed or every sender
    /// gone.
    ///
    /// # Examples
    ///
    /// ```
    /// let (sender, receiver) = queue_core::weighted(8, 10, |number: &usize| *number);
    /// sender.send(1).unwrap();
    /// sender.send(2).unwrap();
    /// drop(sender);
    /// assert_eq!(receiver.iter().collect::<Vec<_>>(), [1, 2]);
    /// ```
    pub fn iter(&self) -> impl Iterator<Item = T> + '_ {
        std::iter::from_fn(|| self.recv().ok())
    }
}

/// What both ends can be asked.
macro_rules! both_ends {
    ($name:ident, $text:literal) => {
        impl<T> $name<T> {
            /// What the messages weigh together: those in the channel, and those being sent or received. The
            /// weight of one moment during the call.
            ///
            /// # Examples
            ///
            /// ```
            /// let (sender, receiver) = queue_core::weighted(8, 10, |number: &usize| *number);
            /// sender.send(4).unwrap();
            /// assert_eq!((sender.weight(), receiver.max_weight()), (4, 10));
            /// ```
            #[must_use]
            pub fn weight(&self) -> usize {
                self.channel.gate.weight()
            }

            /// What the messages may weigh together.
            ///
            /// # Examples
            ///
            /// ```
            /// let (sender, _receiver) = queue_core::weighted(8, 10, |number: &usize| *number);
            /// assert_eq!(sender.max_weight(), 10);
            /// ```
            #[must_use]
            pub fn max_weight(&self) -> usize {
                self.channel.gate.limit()
            }

            /// How many messages are in the channel, of one moment during the call.
            ///
            /// # Examples
            ///
            /// ```
            /// let (sender, receiver) = queue_core::weighted(8, 10, |number: &usize| *number);
            /// sender.send(4).unwrap();
            /// assert_eq!((sender.len(), receiver.is_empty()), (1, false));
            /// ```
            #[must_use]
            pub fn len(&self) -> usize {
                self.channel.channel.len()
            }

            /// Whether no message is in the channel, at one moment during the call.
            ///
            /// # Examples
            ///
            /// ```
            /// let (sender, _receiver) = queue_core::weighted(8, 10, |number: &usize| *number);
            /// assert!(sender.is_empty());
            /// ```
            #[must_use]
            pub fn is_empty(&self) -> bool {
                self.channel.channel.is_empty()
            }

            /// How many messages the channel can hold, whatever they weigh.
            ///
            /// # Examples
            ///
            /// ```
            /// let (sender, _receiver) = queue_core::weighted(8, 10, |number: &usize| *number);
            /// assert_eq!(sender.capacity(), 8);
            /// ```
            #[must_use]
            pub fn capacity(&self) -> usize {
                self.channel.capacity
            }

            /// Closes the channel: `true` if it was open. As [`Sender::close`](crate::Sender::close).
            ///
            /// # Examples
            ///
            /// ```
            /// let (sender, receiver) = queue_core::weighted(8, 10, |number: &usize| *number);
            /// assert!(receiver.close());
            /// assert!(sender.send(1).unwrap_err().is_disconnected());
            /// ```
            pub fn close(&self) -> bool {
                self.channel.close()
            }

            /// Whether no message is accepted any more: the channel is closed, or one of its ends gone. There may
            /// be messages left to receive.
            ///
            /// # Examples
            ///
            /// ```
            /// let (sender, receiver) = queue_core::weighted(8, 10, |number: &usize| *number);
            /// assert!(!receiver.is_closed());
            /// drop(sender);
            /// assert!(receiver.is_closed());
            /// ```
            #[must_use]
            pub fn is_closed(&self) -> bool {
                self.channel.channel.is_closed()
            }

            /// How many senders the channel has, of one moment during the call. It synchronises nothing.
            ///
            /// # Examples
            ///
            /// ```
            /// let (sender, receiver) = queue_core::weighted(8, 10, |number: &usize| *number);
            /// let _other = sender.clone();
            /// assert_eq!(receiver.sender_count(), 2);
            /// ```
            #[must_use]
            pub fn sender_count(&self) -> usize {
                self.channel.count_of::<SendEnd>()
            }

            /// How many receivers the channel has, of one moment during the call. It synchronises nothing.
            ///
            /// # Examples
            ///
            /// ```
            /// let (sender, receiver) = queue_core::weighted(8, 10, |number: &usize| *number);
            /// assert_eq!(sender.receiver_count(), 1);
            /// drop(receiver);
            /// assert_eq!(sender.receiver_count(), 0);
            /// ```
            #[must_use]
            pub fn receiver_count(&self) -> usize {
                self.channel.count_of::<RecvEnd>()
            }

            /// Whether both belong to the same channel.
            ///
            /// # Examples
            ///
            /// ```
            /// let (sender, _receiver) = queue_core::weighted(8, 10, |number: &usize| *number);
            /// let (other, _receiver) = queue_core::weighted(8, 10, |number: &usize| *number);
            /// assert!(sender.same_channel(&sender.clone()));
            /// assert!(!sender.same_channel(&other));
            /// ```
            #[must_use]
            pub fn same_channel(&self, other: &Self) -> bool {
                self.channel.same_channel(&other.channel)
            }
        }

        impl<T> Clone for $name<T> {
            fn clone(&self) -> Self {
                Self {
                    channel: self.channel.clone(),
                }
            }
        }

        impl<T> fmt::Debug for $name<T> {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.pad($text)
            }
        }
    };
}

both_ends!(WeightedSender, "WeightedSender { .. }");
both_ends!(WeightedReceiver, "WeightedReceiver { .. }");
