//! What becomes of messages in flight: by their receipts, or as time passes.

use std::time::{Duration, Instant};

use super::shared::Shared;
use super::table::{Entry, Locked, State};
use crate::sync::step;
use crate::{
    DEAD_LETTER_REASON, DEAD_LETTER_SOURCE, MessageEnvelope, MessageError, MessageId, Receipt,
    Result,
};

impl Shared {
    pub(super) fn delete(&self, receipt: Option<&Receipt>) -> Result<()> {
        let (id, entry) = self.held(receipt)?;
        drop(self.free(id, entry));
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
        let Err((mut entry, error)) = self.bury(id, entry, reason) else {
            return Ok(());
        };
        step!(M13, {
            if self.was_cleared(&entry) {
                drop(self.free(id, entry));
                return Err(self.lock_lost());
            }
        });
        entry.state = State::InFlight(until);
        // What was due while it was moving has been passed over.
        self.arm(entry, id, until);
        Err(error)
    }

    /// Does what is due: what is due at one moment in the order of sequences.
    pub(super) fn pass_deadlines(&self) {
        let sequence_of = |id| self.table.existing(id).sequence;
        self.deadlines
            .pass(sequence_of, |deadline, id| self.pass_deadline(deadline, id));
    }

    /// Does what is due with one entry.
    fn pass_deadline(&self, deadline: Instant, id: u32) {
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
                let message_id = message_id(&entry);
                self.come_back(id, entry);
                tracing::debug!(
                    queue = self.settings.name,
                    message_id = message_id.as_ref().map(display),
                    "the lock on a message has expired"
                );
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
        held().ok_or_else(|| self.lock_lost())
    }

    fn lock_lost(&self) -> MessageError {
        MessageError::lock_lost(&self.settings.name)
    }

    /// Puts a message in flight back in line, or, when it has been delivered often enough, to the dead letters.
    fn come_back<'a>(&'a self, id: u32, mut entry: Locked<'a>) {
        let mut refused = None;
        if let Some(reason) = self.reason_to_bury(&entry) {
            match self.bury(id, entry, &reason) {
                Ok(()) => return,
                Err((there, error)) => {
                    entry = there;
                    refused = Some(error);
                }
            }
        }
        // Also while it was on its way.
        step!(M14, {
            if self.was_cleared(&entry) {
                return drop(self.free(id, entry));
            }
        });
        entry.state = State::Ready;
        let sequence = entry.sequence;
        let refused = refused.map(|error| (error, message_id(&entry)));
        drop(entry);
        // A closed queue delivers nothing.
        let _ = self.line.put_back(sequence, id);
        if let Some((error, message_id)) = refused {
            tracing::warn!(
                queue = self.settings.name,
                message_id = message_id.as_ref().map(display),
                %error,
                "the dead letters do not take a message: it comes back"
            );
        }
    }

    /// Why a message is not delivered any more.
    fn reason_to_bury(&self, entry: &Entry) -> Option<String> {
        let limit = self.settings.max_deliveries?;
        let deliveries = entry.message.as_ref()?.delivery_count();
        (deliveries >= limit && !self.was_cleared(entry))
            .then(|| format!("delivered {deliveries} times without being completed"))
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
                drop(self.free(id, self.table.existing(id)));
                self.counters.dead();
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

/// The id of the message in an entry, for what is logged when the entry is let go: no code of others runs under its lock.
fn message_id(entry: &Entry) -> Option<MessageId> {
    let message = entry.message.as_ref();
    message.map(|message| message.message_id().clone())
}
