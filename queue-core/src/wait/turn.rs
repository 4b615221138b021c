//! Whose turn it is: how far one who waits can be overtaken.
//!
//! A notification is permission to try, and a newcomer that has never waited may be faster. Who has been
//! woken in vain comes back to the place in the line that it had. After [`PATIENCE`] times it takes *precedence*:
//! a flag in the index that it claims has newcomers stand back and wait, until it is through.
//!
//! Who cannot wait (`try_`, a forced send) does not stand back. And who has stood back for a while, in front of a
//! message or room that nobody takes, ends it for all: a future may have been forgotten, a thread be stopped.

use super::list::Preferred;
use super::station::Case;
use super::waiter::{Arrival, Node};

/// Who has been woken in vain so often goes first.
#[cfg(not(queue_model))]
pub(super) const PATIENCE: u32 = 16;
#[cfg(queue_model)]
pub(super) const PATIENCE: u32 = 1;

/// So often one that never sleeps finds itself standing back, ...
#[cfg(not(queue_model))]
pub(super) const LOOKS: u32 = 4096;
#[cfg(queue_model)]
pub(super) const LOOKS: u32 = 1;

/// ... so many naps (nearly a millisecond) another thread takes, ...
#[cfg(not(queue_model))]
pub(super) const NAPS: u32 = 4;
#[cfg(queue_model)]
pub(super) const NAPS: u32 = 1;

/// ... and so many polls a task.
#[cfg(not(queue_model))]
pub(super) const POLLS: u32 = 64;
#[cfg(queue_model)]
pub(super) const POLLS: u32 = 1;

/// The standing of a wait at the one station where it waits.
#[derive(Debug, Default)]
pub(super) struct Turn {
    /// When it came, if it has been in the line.
    arrival: Option<Arrival>,
    /// It was woken, and has not found out what for. (A thread's notification that is not used up says that.)
    pub(super) was_told: bool,
    /// How often it was woken and found nothing.
    overtaken: u32,
    preferred: Option<Preferred>,
}

impl Turn {
    /// When it came to the line, if it was there.
    pub(super) fn arrival(&self) -> Option<Arrival> {
        self.arrival
    }

    /// It was in the line, and may come back.
    ///
    /// # Safety
    ///
    /// The node has left the list.
    pub(super) unsafe fn has_left(&mut self, node: &Node) {
        // SAFETY: by the contract it is the caller's.
        self.arrival = Some(unsafe { node.place() }.arrival);
    }

    /// Whether it goes before newcomers.
    pub(super) fn is_first(&self) -> bool {
        self.preferred.is_some()
    }

    /// It was woken, and others have taken what for.
    #[cold]
    pub(super) fn was_overtaken(&mut self, case: &Case<'_>) {
        self.overtaken = self.overtaken.saturating_add(1);
        if self.overtaken >= PATIENCE {
            // It may have been taken away.
            self.step_back(case);
            self.preferred = case.station.prefer(case.side);
        }
    }

    /// The wait is over.
    pub(super) fn end(&mut self, case: &Case<'_>) {
        self.step_back(case);
        *self = Self::default();
    }

    fn step_back(&mut self, case: &Case<'_>) {
        if let Some(preferred) = self.preferred.take() {
            case.station.prefer_no_more(case.side, preferred);
        }
    }
}

/// The turn of a wait that lasts as long as this: it ends with it.
pub(super) struct TurnOf<'c, 's> {
    /// A select has no turn.
    case: Option<&'c Case<'s>>,
    turn: Turn,
}

impl<'c, 's> TurnOf<'c, 's> {
    pub(super) fn new(cases: &'c [Case<'s>]) -> Self {
        Self {
            case: match cases {
                [case] if case.may_go_first => Some(case),
                _ => None,
            },
            turn: Turn::default(),
        }
    }

    pub(super) fn was_overtaken(&mut self) {
        if let Some(case) = self.case {
            self.turn.was_overtaken(case);
        }
    }
}

impl std::ops::Deref for TurnOf<'_, '_> {
    type Target = Turn;

    fn deref(&self) -> &Turn {
        &self.turn
    }
}

impl std::ops::DerefMut for TurnOf<'_, '_> {
    fn deref_mut(&mut self) -> &mut Turn {
        &mut self.turn
    }
}

impl Drop for TurnOf<'_, '_> {
    fn drop(&mut self) {
        if let Some(case) = self.case {
            self.turn.end(case);
        }
    }
}
