//! How messages go out: deliveries, and what looks at those that are ready.

use std::collections::BinaryHeap;
use std::pin::pin;
use std::time::{Duration, Instant};

use futures_util::future::{Either, select};

use super::line::Word;
use super::shared::Shared;
use super::table::{Locked, State};
use crate::clock::sleep_until;
use crate::sync::{step, yield_now};
use crate::{MessageEnvelope, Receipt, Result, panics};

impl Shared {
    pub(super) fn try_receive(&self, visibility: Duration) -> Result<Option<MessageEnvelope>> {
        self.check_open()?;
        while let Some(word) = self.line.try_take() {
            if let Some(message) = self.deliver(word, visibility) {
                return Ok(Some(message));
            }
        }
        Ok(None)
    }

    #[inline]
    pub(super) async fn receive(
        &self,
        wait: Duration,
        visibility: Duration,
    ) -> Result<Option<MessageEnvelope>> {
        match self.try_receive(visibility) {
            Ok(None) if !wait.is_zero() => self.wait(wait, visibility).await,
            at_once => at_once,
        }
    }

    async fn wait(&self, wait: Duration, visibility: Duration) -> Result<Option<MessageEnvelope>> {
        let mut end = pin!(sleep_until(&self.clock, self.clock.now().checked_add(wait)));
        loop {
            let word = match select(pin!(self.line.take()), end.as_mut()).await {
                Either::Left((Some(word), _)) => word,
                Either::Left((None, _)) => return Err(self.closed(None)),
                Either::Right(_) => return self.check_open().map(|()| None),
            };
            if let Some(message) = self.deliver(word, visibility) {
                return Ok(Some(message));
            }
        }
    }

    /// Takes the message for a word out of line and locks it; `None` if it was cleared meanwhile. Its reference is the receipt.
    fn deliver(&self, word: Word, visibility: Duration) -> Option<MessageEnvelope> {
        let id = self
            .line
            .choose(word, |id| self.table.existing(id).sequence);
        let until = self.clock.now().checked_add(visibility);
        let mut entry = self.table.existing(id);
        debug_assert_eq!(entry.state, State::Ready);
        if self.was_cleared(&entry) {
            drop(self.free(id, entry));
            return None;
        }
        entry.state = State::InFlight(until);
        entry.deliveries += 1;
        let receipt = Receipt::from_words([self.mark, u64::from(id), entry.deliveries]);
        let kept = entry
            .message
            .as_mut()
            .expect("there is one in every entry that is not free");
        kept.set_delivery_count(kept.delivery_count().saturating_add(1));
        let mut message = kept.clone();
        message.set_reference(Some(receipt));
        self.arm(entry, id, until);
        self.counters.received();
        tracing::trace!(
            queue = self.settings.name,
            trace_id = message.trace_id(),
            message_id = %message.message_id(),
            delivery = message.delivery_count(),
            "received"
        );
        Some(message)
    }

    pub(super) fn count(&self) -> Result<usize> {
        self.check_open()?;
        Ok(self.line.len())
    }

    /// The first ready messages, in order.
    pub(super) fn peek(&self, count: usize) -> Result<Vec<MessageEnvelope>> {
        self.check_open()?;
        let mut first = BinaryHeap::new();
        for id in self.table.ids() {
            let entry = self.table.existing(id);
            if entry.state != State::Ready || self.was_cleared(&entry) {
                continue;
            }
            if first.len() < count {
                first.push((entry.sequence, id));
            } else if let Some(mut last) = first.peek_mut().filter(|last| entry.sequence < last.0) {
                *last = (entry.sequence, id);
            }
        }
        let first = first.into_sorted_vec().into_iter();
        // What was taken since then is left out.
        Ok(first
            .filter_map(|(sequence, id)| {
                let entry = self.table.existing(id);
                let is_there = entry.state == State::Ready && entry.sequence == sequence;
                entry.message.clone().filter(|_| is_there)
            })
            .collect())
    }

    /// Removes all messages that were sent before.
    pub(super) fn clear(&self) -> Result<()> {
        self.check_open()?;
        // From here on nobody gets one of them, and those in flight do not come back.
        self.void_all();
        let mut removed = Vec::new();
        let cleared = self.clear_all(&mut removed);
        // In the end, as each may panic.
        let mut panicked = panics::First::default();
        for message in removed {
            panicked.act(|| drop(message));
        }
        panicked.go_on();
        cleared
    }

    fn clear_all(&self, removed: &mut Vec<MessageEnvelope>) -> Result<()> {
        let left = self.clear_table(removed);
        // They are the first in line, but for what receivers take meanwhile.
        self.clear_line(removed, left);
        // What is left has a word that somebody is about to put in line, or has just taken.
        step!(M11, {
            while self.clear_table(removed) > 0 {
                self.check_open()?;
                self.clear_line(removed, self.line.len());
                yield_now();
            }
        });
        Ok(())
    }

    /// Removes what was cleared and is not ready; answers how much is left then.
    fn clear_table(&self, removed: &mut Vec<MessageEnvelope>) -> usize {
        let mut left = 0;
        for id in self.table.ids() {
            let entry = self.table.existing(id);
            match entry.state {
                _ if !self.was_cleared(&entry) => {}
                State::InFlight(_) | State::Delayed(_) => removed.extend(self.free(id, entry)),
                State::Ready => left += 1,
                // Who moves it will look.
                State::Moving | State::Free => {}
            }
        }
        left
    }

    /// Takes so many messages out of line; those that were sent later go back to their places.
    fn clear_line(&self, removed: &mut Vec<MessageEnvelope>, most: usize) {
        for _ in 0..most {
            let Some(word) = self.line.try_take() else {
                return;
            };
            let id = self
                .line
                .choose(word, |id| self.table.existing(id).sequence);
            let entry = self.table.existing(id);
            if self.was_cleared(&entry) {
                removed.extend(self.free(id, entry));
                continue;
            }
            let sequence = entry.sequence;
            drop(entry);
            let _ = self.line.put_back(sequence, id);
        }
    }

    /// Sees to it that something is done about an entry at `deadline`.
    pub(super) fn arm(&self, mut entry: Locked<'_>, id: u32, deadline: Option<Instant>) {
        let Some(deadline) = deadline else { return };
        if entry.armed.is_some_and(|armed| armed <= deadline) {
            return;
        }
        entry.armed = Some(deadline);
        drop(entry);
        let in_force = |deadline, id| self.table.existing(id).armed == Some(deadline);
        self.deadlines
            .add(deadline, id, self.table.ids().len(), in_force);
    }
}
