//! The graceful end of a queue.

use std::convert::Infallible;
use std::pin::pin;
use std::time::Duration;

use futures_util::future::select;
use queue_core::{Receiver, Sender, bounded};

use super::shared::Shared;
use crate::Result;
use crate::clock::sleep_until;
use crate::sync::{Mutex, lock, step};

/// How many messages are left in a queue that takes no more, and who waits until there is none: on a channel without
/// messages, which is closed then.
#[derive(Debug)]
pub(super) struct Draining {
    /// `None` while the queue takes messages: then nobody counts.
    left: Mutex<Option<usize>>,
    over: (Sender<Infallible>, Receiver<Infallible>),
}

impl Draining {
    pub(super) fn new() -> Self {
        Self {
            left: Mutex::new(None),
            over: bounded(1),
        }
    }

    /// Lets no more messages in, unless that was done: `close` does it, and answers how many there are. From then on those
    /// that go are counted, as `close` is called under the lock.
    pub(super) fn begin(&self, close: impl FnOnce() -> usize) {
        self.update(|left| left.unwrap_or_else(close));
    }

    /// A message is gone, after it was begun.
    pub(super) fn one_less(&self) {
        self.update(|left| left.expect("entries are refused only after it was begun") - 1);
    }

    /// Tells those who wait that they need not.
    pub(super) fn give_up(&self) {
        step!(M5, {
            self.over.0.close();
        });
    }

    fn update(&self, change: impl FnOnce(Option<usize>) -> usize) {
        let mut left = lock(&self.left);
        *left = Some(change(*left));
        if *left == Some(0) {
            step!(M4, {
                self.over.0.close();
            });
        }
    }
}

impl Shared {
    pub(super) async fn drain(&self, wait: Duration) -> Result<usize> {
        self.check_open()?;
        self.refuse_sends();
        let end = sleep_until(&self.clock, self.clock.now().checked_add(wait));
        select(pin!(self.draining.over.1.recv_async()), pin!(end)).await;
        let left = lock(&self.draining.left).unwrap_or_default();
        self.close();
        Ok(left)
    }
}
