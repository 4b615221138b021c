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
/// messages, which is closed then. It is not closed under the lock, as those who wait are woken by it.
#[derive(Debug)]
pub(super) struct Draining {
    left: Mutex<Left>,
    over: (Sender<Infallible>, Receiver<Infallible>),
}

#[derive(Debug, Default)]
struct Left {
    /// How many there were when the table was closed; `None` before that was counted.
    there: Option<usize>,
    /// How many have gone since it was closed.
    gone: usize,
}

impl Left {
    /// `None` while the queue takes messages: then nobody counts.
    fn left(&self) -> Option<usize> {
        self.there.map(|there| there - self.gone)
    }
}

impl Draining {
    pub(super) fn new() -> Self {
        Self {
            left: Mutex::new(Left::default()),
            over: bounded(1),
        }
    }

    /// The table was closed; `count` says how many messages there are, and is asked once.
    pub(super) fn begin(&self, count: impl FnOnce() -> usize) {
        self.update(|left| left.there = Some(left.there.unwrap_or_else(count)));
    }

    /// A message is gone, after the table was closed.
    pub(super) fn one_less(&self) {
        self.update(|left| left.gone += 1);
    }

    /// Tells those who wait that they need not.
    pub(super) fn give_up(&self) {
        step!(M5, {
            self.over.0.close();
        });
    }

    /// How many messages are left, of a queue that takes no more.
    pub(super) fn left(&self) -> usize {
        lock(&self.left).left().unwrap_or_default()
    }

    fn update(&self, change: impl FnOnce(&mut Left)) {
        let mut left = lock(&self.left);
        change(&mut left);
        let is_over = left.left() == Some(0);
        drop(left);
        if is_over {
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
        let left = self.draining.left();
        self.close();
        Ok(left)
    }
}
