//! The end of a channel: who is told, and what becomes of what is in it.

use std::mem;

use super::Buffered;
use crate::channel::queue::Queue;
use crate::channel::shared::Ends;
use crate::ring::Refusal;
use crate::sync::{Backoff, Ordering, step};
use crate::wait::Side;

impl<Q: Queue> Buffered<Q> {
    /// Whether it was open.
    fn close(&self) -> bool {
        let was_open = self.queue.close();
        // ORDERING(relaxed): a hint, which an attempt confirms.
        self.is_closed.store(true, Ordering::Relaxed);
        was_open
    }

    /// Accepts no more messages, and tells all who wait. Whether it was open.
    pub(in crate::channel) fn close_for_all(&self) -> bool {
        let was_open = self.close();
        step!(H8, self.tell_all(Side::Receivers));
        step!(H9, self.tell_all(Side::Senders));
        was_open
    }

    pub(super) fn tell_all(&self, side: Side) {
        let woken = self.list(side).notify_all(&self.parked(side));
        self.setup.counters.note_wakes(woken);
    }

    /// Whether it accepts no more messages.
    pub(in crate::channel) fn is_closed(&self) -> bool {
        self.queue.is_closed()
    }

    /// Drops what is in the channel. Where dropping a message panics, the rest is leaked.
    ///
    /// A send that has claimed its slot is waited for, as it is by `try_recv`, or turned away:
    /// nobody would ever look for its message again, which may itself hold a handle that somebody
    /// waits on.
    pub(super) fn discard(&self) {
        while let Some(message) = self.next_to_discard() {
            let leak_rest = LeakRest(self);
            drop(message);
            mem::forget(leak_rest);
        }
    }

    /// Senders are not woken for it: all have been told.
    fn next_to_discard(&self) -> Option<Q::Message> {
        let backoff = Backoff::new();
        loop {
            match self.queue.pop_first() {
                Ok((message, _)) => return Some(message),
                Err(Refusal::Busy) => backoff.snooze(),
                Err(Refusal::Skipped) => {
                    self.queue.pass_skipped();
                }
                Err(Refusal::Spent | Refusal::Closed) => return None,
            }
        }
    }
}

impl<Q: Queue> Ends for Buffered<Q> {
    /// The last sender is gone: who waits for a message is told that none will come.
    fn close_for_senders(&self) {
        self.close();
        step!(H2, self.tell_all(Side::Receivers));
    }

    /// The last receiver is gone: who waits for room is told that none will
    /// come, and the messages that nobody can receive any more are dropped.
    fn close_for_receivers(&self) {
        // ORDERING(relaxed): the close is an RMW that comes after it, also where the channel has been
        // closed before (C1); who ends a grant does one before it looks (G3).
        self.is_abandoned.store(true, Ordering::Relaxed);
        self.close();
        step!(H3, self.tell_all(Side::Senders));
        self.discard();
    }
}

/// Where dropping a message panics, the rest is leaked: another panic on the
/// way would abort the process.
struct LeakRest<'a, Q: Queue>(&'a Buffered<Q>);

impl<Q: Queue> Drop for LeakRest<'_, Q> {
    fn drop(&mut self) {
        while let Some(message) = self.0.next_to_discard() {
            mem::forget(message);
        }
    }
}
