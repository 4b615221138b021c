//! A send or a receive, as a select sees it.

use super::stash::{AnyPlace, Stash};
use crate::channel::queue::Reservation;
use crate::ring::{Precedence, Refusal};
use crate::sync::Instant;
use crate::wait::{Look, Peer, Side, Stake, Station};

/// What of an operation has been done when it is selected.
pub(crate) enum Selection {
    /// None is selected yet, or what was is completed.
    Nothing,
    /// A receive: its message.
    Message(Stash),
    /// A send: room for its message.
    Room(Reservation),
    /// A send: the receiver that waits for its message.
    Partner(Peer),
    /// The other end is gone.
    Disconnected,
}

/// Where an operation waits, and what it lays out there.
pub(crate) struct Post<'a> {
    pub(crate) station: &'a dyn Station,
    pub(crate) side: Side,
    pub(crate) stake: Stake,
}

/// Who cannot wait does not stand back for those who do.
pub(super) fn precedence(can_wait: bool) -> Precedence {
    if can_wait {
        Precedence::Respected
    } else {
        Precedence::Ignored
    }
}

/// One operation among which a select chooses.
pub(crate) trait Operation {
    /// Selects it, if it need not wait. That the other end is gone is a selection, too. A try waits
    /// for a peer that was suspended in the middle of its operation; otherwise that is `Busy`, or
    /// passed over.
    ///
    /// The selection is written where it stays: a message that is copied with the room around it
    /// costs as much as all the rest.
    fn attempt(&self, is_try: bool, selection: &mut Selection) -> Result<(), Refusal>;

    /// The like, where a glance shows that it is worth it.
    fn attempt_at_a_glance(&self, is_try: bool, selection: &mut Selection) -> bool;

    /// Whether an attempt would select it, or why not; where it is not registered, an attempt that does
    /// not stand back for anybody. Where the select waits already, what it will
    /// be told of is not looked at: it could be its own waiting that is seen.
    fn check(&self, is_registered: bool) -> Result<(), Refusal>;

    /// Whether it looks as if; `false` where one who waits is told.
    fn looks_ready(&self, look: Look) -> bool;

    /// Where to wait, with a place for a message that may be handed over; `None` if nobody ever
    /// comes there.
    fn post(&self, place: &AnyPlace) -> Option<Post<'_>>;

    /// When to try again, whoever comes.
    fn due(&self) -> Option<Instant>;

    /// What a peer that has won the waiting select leaves: a message in the place, or its own
    /// address. [`Selection::Nothing`] if it only gave notice.
    fn accept(&self, place: &AnyPlace, creditor: Option<Peer>) -> Selection;

    /// Undoes a selection. Messages are dropped only where they may be: on a thread that has been
    /// seen to share the handle.
    fn give_up(&self, selection: Selection, may_drop: bool);
}

/// Selects what an attempt has come to; [`Refusal::Closed`] is an operation that is ready, and fails.
pub(crate) fn settle<R>(
    attempted: Result<R, Refusal>,
    selected: impl FnOnce(R) -> Selection,
    selection: &mut Selection,
) -> Result<(), Refusal> {
    *selection = match attempted {
        Ok(done) => selected(done),
        Err(Refusal::Closed) => Selection::Disconnected,
        Err(refusal) => return Err(refusal),
    };
    Ok(())
}
