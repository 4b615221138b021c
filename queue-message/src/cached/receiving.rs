//! How messages come into the buffer, and go out of it.

use std::pin::pin;
use std::time::Duration;

use futures_util::future::{Either, join_all, select};

use super::Shared;
use super::buffer::{Buffered, Found, Held, Place};
use crate::{MessageEnvelope, MessageError, MessageQueue, Receipt, Result};

type Delivery = (Receipt, MessageEnvelope);

impl<Q: MessageQueue + ?Sized> Shared<Q> {
    pub(super) async fn get(
        &self,
        wait: Duration,
        visibility: Duration,
    ) -> Result<Option<Delivery>> {
        if self.buffer.limit() == 0 {
            self.check_open()?;
            return self.remote.get(wait, visibility).await;
        }
        let end = self.clock.now().checked_add(wait);
        let lock = visibility.saturating_add(self.hold);
        loop {
            self.check_open()?;
            let held = match self.buffer.first(self.clock.now()) {
                Found::First(held) => Some(held),
                Found::Nothing(news) => {
                    let left = end.map_or(Duration::MAX, |end| {
                        end.saturating_duration_since(self.clock.now())
                    });
                    let asked = self.buffer.next();
                    let got = self.remote.get(left, lock);
                    // Nobody waits for news any more when this is over: they would not reach others.
                    let got = match select(got, pin!(news.recv_async())).await {
                        Either::Left((got, _)) => Some(got?),
                        Either::Right(_) => None,
                    };
                    match got {
                        Some(Some(delivery)) => Some(self.keep(delivery, asked, lock).await),
                        Some(None) => return Ok(None),
                        None => None,
                    }
                }
            };
            if let Some(held) = held
                && let Some(delivery) = self.hand_over(held, visibility).await?
            {
                return Ok(Some(delivery));
            }
        }
    }

    /// Holds what has just come, while it gets what else is there.
    async fn keep(&self, (receipt, message): Delivery, asked: u64, lock: Duration) -> Held<'_> {
        let until = self.clock.now().checked_add(lock);
        let held = self.buffer.hold(Buffered {
            receipt,
            message,
            until,
            asked,
        });
        self.prefetch(lock).await;
        held
    }

    /// Gets what is there, as far as there is room. An error is left to who asks next.
    ///
    /// As others may take what is got meanwhile, it ends after as many messages as there is room for.
    async fn prefetch(&self, lock: Duration) {
        let (mut asked, mut budget) = (1, self.buffer.limit());
        while budget > 0 && !lock.is_zero() {
            let places = self.buffer.reserve(asked.min(budget));
            let count = places.len();
            let gets = places.into_iter().map(|place| self.fill(place, lock));
            let all_came = join_all(gets).await.into_iter().all(|came| came);
            if count == 0 || !all_came {
                return;
            }
            budget -= count;
            asked = (2 * asked).min(self.at_once);
        }
    }

    /// Gets one message, if there is one.
    async fn fill(&self, place: Place<'_>, lock: Duration) -> bool {
        // The remote counts from later on.
        let until = self.clock.now().checked_add(lock);
        match self.remote.get(Duration::ZERO, lock).await {
            Ok(Some((receipt, message))) => {
                let buffered = Buffered {
                    receipt,
                    message,
                    until,
                    asked: place.number(),
                };
                let Err(refused) = place.fill(buffered) else {
                    return true;
                };
                if let Err(error) = self.remote.release(&refused.receipt).await {
                    self.warn_of_lock(&error);
                }
                false
            }
            Ok(None) => false,
            Err(error) => {
                tracing::debug!(queue = self.remote.name(), %error, "prefetching ended");
                false
            }
        }
    }

    /// The message, locked for `visibility` from now on; `None` if its lock is lost, as it is where the message was cleared.
    async fn hand_over(
        &self,
        mut held: Held<'_>,
        visibility: Duration,
    ) -> Result<Option<Delivery>> {
        let now = self.clock.now();
        let left = held
            .until
            .map_or(Duration::MAX, |until| until.saturating_duration_since(now));
        let is_long_enough = left >= visibility && left <= visibility.saturating_add(self.hold);
        if !is_long_enough || held.is_doubted() {
            // Whichever of the two is in force if this ends here.
            let until = now.checked_add(visibility);
            held.until = match (held.until, until) {
                (Some(before), Some(after)) => Some(before.min(after)),
                (before, after) => before.or(after),
            };
            match self.remote.extend(&held.receipt, visibility).await {
                Ok(()) | Err(MessageError::NotSupported { .. }) => {}
                Err(MessageError::LockLost { .. }) => {
                    held.discard();
                    return Ok(None);
                }
                Err(error) => return Err(error),
            }
        }
        Ok(Some(held.hand_over()))
    }
}
