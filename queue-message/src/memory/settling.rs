//! What becomes of messages in flight: by their receipts, or as time passes.

use std::time::{Duration, Instant};

use tracing::field::{DisplayValue, display};

use super::shared::Shared;
use super::table::{Entry, Locked, State};
use crate::{
    DEAD_LETTER_REASON, DEAD_LETTER_SOURCE, MessageEnvelope, MessageError, MessageId, Receipt,
    Result,
};

impl Shared {
    pub(super) fn delete(&self, receipt: Option<&Receipt>) -> Result<()> {
        let (id, mut entry) = self.held(receipt)?;
        let message = entry.take();
        drop(entry);
        self.give(id);
        drop(message);
        Ok(())
    }

    pub(super) fn extend(&self, receipt: Option<&Receipt>, visibility: Duration) -> Result<()> {
        let (id, mut entry) = self.held(receipt)?;
        let until = self.clock.now().checked_add(visibility);
        entry.state = State::InFlight(until);
        self.arm(entry, id, until);
        Ok(())
    }

    pub(super) fn release(&self, receipt: Option<&Receipt>) -> Result<()> {
        let (id, entry) = self.held(receipt)?;
        self.come_back(id, entry);
        Ok(())
    }

    pub(super) fn move_to_dead_letter(
        &self,
        receipt: Option<&Receipt>,
        reason: &str,
    ) -> Result<()> {
        if self.settings.dead_letter.is_none() {
            let queue = self.settings.name.clone();
            return Err(MessageError::NotSupported {
                queue,
                operation: "move_to_dead_letter",
            });
        }
        let (id, entry) = self.held(receipt)?;
        let State::InFlight(until) = entry.state else {
            unreachable!("it is held")
        };
        self.bury(id, entry, reason).map_err(|(mut entry, error)| {
            entry.state = State::InFlight(until);
            // What was due while it was moving has been passed over.
            self.arm(entry, id, until);
            error
        })
    }

    /// Does what is due: what is due at one moment in the order of sequences.
    pub(super) fn pass_deadlines(&self) {
        while let Some((deadline, first)) = self.deadlines.pop_due(self.clock.now()) {
            let mut ids = vec![first];
            ids.extend(std::iter::from_fn(|| self.deadlines.pop_at(deadline)));
            if ids.len() > 1 {
                ids.sort_by_cached_key(|id| self.table.existing(*id).sequence);
            }
            for id in ids {
                self.pass(deadline, id);
            }
        }
    }

    /// Does what is due with one entry.
    fn pass(&self, deadline: Instant, id: u32) {
        let mut entry = self.table.existing(id);
        if entry.armed != Some(deadline) {
            return;
        }
        entry.armed = None;
        match entry.state {
            State::InFlight(Some(later)) | State::Delayed(Some(later)) if later > deadline => {
                self.arm(entry, id, Some(later));
            }
            State::InFlight(Some(_)) => {
                tracing::debug!(
                    queue = self.settings.name,
                    message_id = message_id(&entry),
                    "the lock on a message has expired"
                );
                self.come_back(id, entry);
            }
            State::Delayed(Some(_)) => {
                entry.state = State::Ready;
                entry.sequence = self.next_sequence();
                drop(entry);
                // A closed queue delivers nothing.
                let _ = self.line.push_back(id);
            }
            State::Free
            | State::Ready
            | State::Moving
            | State::InFlight(None)
            | State::Delayed(None) => {}
        }
    }

    /// The entry of a message in flight, if the receipt is good.
    fn held(&self, receipt: Option<&Receipt>) -> Result<(u32, Locked<'_>)> {
        let held = || {
            let [mark, id, deliveries] = receipt?.words()?;
            let id = u32::try_from(id).ok().filter(|_| mark == self.mark)?;
            let entry = self.table.entry(id)?;
            let is_held =
                matches!(entry.state, State::InFlight(_)) && entry.deliveries == deliveries;
            is_held.then_some((id, entry))
        };
        held().ok_or_else(|| MessageError::lock_lost(&self.settings.name))
    }

    /// Puts a message in flight back in line, or, when it has been delivered often enough, to the dead letters.
    fn come_back<'a>(&'a self, id: u32, mut entry: Locked<'a>) {
        if self.was_cleared(&entry) {
            let message = entry.take();
            drop(entry);
            self.give(id);
            return drop(message);
        }
        let deliveries = entry
            .message
            .as_ref()
            .map_or(0, MessageEnvelope::delivery_count);
        if self
            .settings
            .max_deliveries
            .is_some_and(|limit| deliveries >= limit)
        {
            let reason = format!("delivered {deliveries} times without being completed");
            match self.bury(id, entry, &reason) {
                Ok(()) => return,
                Err((there, error)) => {
                    entry = there;
                    tracing::warn!(
                        queue = self.settings.name,
                        message_id = message_id(&entry),
                        %error,
                        "the dead letters do not take a message: it comes back"
                    );
                }
            }
        }
        entry.state = State::Ready;
        let sequence = entry.sequence;
        drop(entry);
        // A closed queue delivers nothing.
        let _ = self.line.put_back(sequence, id);
    }

    /// Moves a message to the dead letters. No lock is held meanwhile, as the other queue has its own, so that the entry comes back `Moving`
    /// if it could not be moved.
    fn bury<'a>(
        &'a self,
        id: u32,
        mut entry: Locked<'a>,
        reason: &str,
    ) -> Result<(), (Locked<'a>, MessageError)> {
        entry.state = State::Moving;
        let letter = self.letter(&entry, reason);
        drop(entry);
        let letters = self
            .settings
            .dead_letter
            .as_ref()
            .expect("asked for before, or needed by the limit");
        match letters.0.try_put_letter(letter.clone()) {
            Ok(()) => {
                self.counters.dead();
                drop(self.free(id));
                tracing::warn!(
                    queue = self.settings.name,
                    dead_letter = letters.0.settings.name,
                    trace_id = letter.trace_id(),
                    message_id = %letter.message_id(),
                    reason,
                    "a message was moved to the dead letters"
                );
                Ok(())
            }
            Err(error) => Err((self.table.existing(id), error.without_message())),
        }
    }

    fn letter(&self, entry: &Entry, reason: &str) -> MessageEnvelope {
        let message = entry
            .message
            .as_ref()
            .expect("there is one in every entry that is not free");
        message
            .to_builder()
            .header(DEAD_LETTER_REASON, reason)
            .header(DEAD_LETTER_SOURCE, &*self.settings.name)
            .build()
    }
}

/// The id of the message in an entry, as it is logged.
fn message_id(entry: &Entry) -> Option<DisplayValue<&MessageId>> {
    let message = entry.message.as_ref();
    message.map(|message| display(message.message_id()))
}
