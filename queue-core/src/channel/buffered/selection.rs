//! What a select asks of a buffered channel: looks, and sends in two steps.

use std::mem::ManuallyDrop;

use super::Buffered;
use crate::channel::queue::{Queue, Reservation};
use crate::ring::{Ended, Precedence, Refusal};
use crate::sync::{Ordering, step};
use crate::wait::Side;

impl<Q: Queue> Buffered<Q> {
    /// Whether a receive would be done now, or why not.
    pub(in crate::channel) fn poppable(&self, precedence: Precedence) -> Result<(), Refusal> {
        self.past_skipped(|| self.queue.poppable(precedence))
    }

    /// Reserves room for a message that user code is going to make.
    pub(in crate::channel) fn reserve(
        &self,
        precedence: Precedence,
    ) -> Result<Reservation, Refusal> {
        self.past_skipped(|| self.queue.reserve(precedence))
    }

    /// Sends the message that room was reserved for.
    ///
    /// # Safety
    ///
    /// The reservation is of this channel.
    pub(in crate::channel) unsafe fn fulfil(
        &self,
        reservation: Reservation,
        message: Q::Message,
    ) -> Result<(), Q::Message> {
        // SAFETY: by the contract.
        let (ended, back) = unsafe { self.queue.commit(reservation, message) };
        // Other messages may be dropped now. If that panics this one leaks with the rest: it must not
        // be dropped on the way out, where a second panic would abort.
        let back = ManuallyDrop::new(back);
        self.after(ended, true);
        ManuallyDrop::into_inner(back).map_or(Ok(()), Err)
    }

    /// Gives up what was reserved.
    ///
    /// # Safety
    ///
    /// The reservation is of this channel.
    pub(in crate::channel) unsafe fn give_up(&self, reservation: Reservation, may_drop: bool) {
        // SAFETY: by the contract.
        self.after(unsafe { self.queue.abort(reservation) }, may_drop);
    }

    /// Wakes whom the end of a reservation concerns.
    pub(super) fn after(&self, ended: Ended, may_drop: bool) {
        if ended.closed {
            // Whoever closed has told them all, and they slept again, as the grant was still open; who
            // wakes now uses its wake up on the end, and nobody sends any more.
            step!(H15, self.tell_all(Side::Receivers));
        }
        step!(H4, self.notify_up_to(Side::Receivers, ended.receivers));
        step!(H5, self.notify_up_to(Side::Senders, ended.senders));
        // ORDERING(relaxed): the look at the index that found it closed came before (G3).
        if ended.closed && may_drop && self.is_abandoned.load(Ordering::Relaxed) {
            // The last receiver could not get past the grant.
            self.discard();
        }
    }
}
