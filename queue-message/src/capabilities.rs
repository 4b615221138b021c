//! What a backend can do.

/// Which operations a backend supports; those that it does not answer [`NotSupported`](crate::MessageError::NotSupported).
///
/// ```
/// use queue_message::{MemoryMessageQueue, MessageQueue};
///
/// let queue = MemoryMessageQueue::new("orders");
/// assert!(queue.capabilities().peek && !queue.capabilities().dead_letter);
/// ```
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct MessagingCapabilities {
    /// [`read_message_count`](crate::MessageQueue::read_message_count).
    pub message_count: bool,
    /// [`send`](crate::MessageQueue::send).
    pub send: bool,
    /// [`receive`](crate::MessageQueue::receive) and [`listen`](crate::MessageQueue::listen).
    pub receive: bool,
    /// [`peek`](crate::MessageQueue::peek).
    pub peek: bool,
    /// [`peek_batch`](crate::MessageQueue::peek_batch).
    pub peek_batch: bool,
    /// [`renew_lock`](crate::MessageQueue::renew_lock).
    pub renew_lock: bool,
    /// [`abandon`](crate::MessageQueue::abandon).
    pub abandon: bool,
    /// [`move_to_dead_letter`](crate::MessageQueue::move_to_dead_letter).
    pub dead_letter: bool,
    /// [`clear`](crate::MessageQueue::clear).
    pub clear: bool,
}
