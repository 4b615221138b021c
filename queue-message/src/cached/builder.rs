//! A buffer in front of a queue, setting by setting.

use std::sync::Arc;
use std::time::Duration;

use super::buffer::Buffer;
use super::{CachedMessageQueue, Shared};
use crate::clock::{self, Clock};
use crate::listening::Listeners;

/// Makes a [`CachedMessageQueue`].
#[derive(Debug)]
#[must_use]
pub struct CachedMessageQueueBuilder<Q: ?Sized> {
    prefetch: usize,
    at_once: usize,
    hold: Duration,
    clock: Arc<dyn Clock>,
    remote: Arc<Q>,
}

impl<Q: ?Sized> CachedMessageQueueBuilder<Q> {
    pub(super) fn new(remote: Arc<Q>) -> Self {
        Self {
            prefetch: 16,
            at_once: 1,
            hold: Duration::from_secs(1),
            clock: clock::of_the_machine(),
            remote,
        }
    }

    /// How many messages are got ahead, at most, of the one that is received. 16 unless set; with 0 nothing is
    /// buffered.
    pub fn prefetch(mut self, messages: usize) -> Self {
        self.prefetch = messages;
        self
    }

    /// How many gets a receive that prefetches has at the remote at once, at most. 1 unless set, which keeps the
    /// remote's order. More of them take less time, as they wait together for the remote's answers, and the order is
    /// that of the answers' gets: the remote's, if it serves gets in the order in which they were asked.
    ///
    /// A receive begins with one and doubles as long as each brings a message, so that few of them are in vain.
    pub fn at_once(mut self, gets: usize) -> Self {
        self.at_once = gets.max(1);
        self
    }

    /// How much longer than asked for messages are locked, which is how long one may stay in the buffer until its lock
    /// must be renewed when it is handed over. 1 second unless set.
    ///
    /// A renewal is a call of the remote. It does not matter to receivers that are slow, and those that are fast do not
    /// need it. With zero every message is renewed.
    pub fn hold(mut self, hold: Duration) -> Self {
        self.hold = hold;
        self
    }

    /// By which clock locks run out: [`SystemClock`](crate::clock::SystemClock) unless set.
    pub fn clock(mut self, clock: impl Clock + 'static) -> Self {
        self.clock = Arc::new(clock);
        self
    }

    /// The queue with its buffer.
    #[must_use]
    pub fn build(self) -> CachedMessageQueue<Q> {
        CachedMessageQueue(Arc::new(Shared {
            buffer: Buffer::new(self.prefetch),
            at_once: self.at_once,
            hold: self.hold,
            clock: self.clock,
            listeners: Listeners::default(),
            remote: self.remote,
        }))
    }
}

impl<Q: ?Sized> Clone for CachedMessageQueueBuilder<Q> {
    fn clone(&self) -> Self {
        Self {
            clock: self.clock.clone(),
            remote: self.remote.clone(),
            ..*self
        }
    }
}
