//! The graceful end of a queue.

use std::convert::Infallible;
use std::pin::pin;
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use futures_util::future::select;
use queue_core::{Receiver, Sender, bounded};

use super::shared::Shared;
use crate::Result;
use crate::clock::sleep_until;

/// How many messages are left in a queue that takes no more, and who waits until there is none: on a channel without
/// messages, which is closed then.
#[derive(Debug)]
pub(super) struct Draining {
    left: Mutex<Left>,
    over: (Sender<Infallible>, Receiver<Infallible>),
}

/// Messages may go before it is known how many there are.
#[derive(Clone, Copy, Debug)]
enum Left {
    GoneBefore(usize),
    Known(usize),
}

impl Draining {
    fn new() -> Self {
        Self {
            left: Mutex::new(Left::GoneBefore(0)),
            over: bounded(1),
        }
    }

    fn begin(&self, there: usize) {
        self.update(|left| match left {
            Left::GoneBefore(gone) => Left::Known(there - gone),
            known @ Left::Known(_) => known,
        });
    }

    /// A message is gone.
    pub(super) fn one_less(&self) {
        self.update(|left| match left {
            Left::GoneBefore(gone) => Left::GoneBefore(gone + 1),
            Left::Known(left) => Left::Known(left - 1),
        });
    }

    /// Tells those who wait that they need not.
    pub(super) fn give_up(&self) {
        self.over.0.close();
    }

    fn update(&self, change: impl FnOnce(Left) -> Left) {
        let mut left = self.left.lock().unwrap_or_else(PoisonError::into_inner);
        *left = change(*left);
        if let Left::Known(0) = *left {
            self.over.0.close();
        }
    }

    fn left(&self) -> usize {
        match *self.left.lock().unwrap_or_else(PoisonError::into_inner) {
            Left::GoneBefore(_) => unreachable!("it begins before anybody waits"),
            Left::Known(left) => left,
        }
    }
}

impl Shared {
    pub(super) async fn drain(&self, wait: Duration) -> Result<usize> {
        self.check_open()?;
        self.refuse_sends();
        let mut is_first = false;
        let draining = self.draining.get_or_init(|| {
            is_first = true;
            Draining::new()
        });
        if is_first {
            // Who gives an entry back from here on finds the table closed, and `draining` there.
            draining.begin(self.table.close());
        }
        let end = sleep_until(&self.clock, self.clock.now().checked_add(wait));
        select(pin!(draining.over.1.recv_async()), pin!(end)).await;
        let left = draining.left();
        self.close();
        Ok(left)
    }
}
