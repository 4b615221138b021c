//! What a claim is, and why one may not be given.

use super::storage::Slot;
use crate::word::{NativeWord, PRIORITY, Word};

/// Why a claim was not given.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Refusal {
    /// There was a moment during the call when the ring was full (to a push)
    /// or empty (to a pop); or user code had the slot in its hands.
    Spent,
    /// The ring is closed: to a push at once, to a pop when all is drained.
    Closed,
    /// A peer is between its claim and its publish or release, or a waiter is to go first.
    Busy,
    /// The oldest ticket is of a grant that was given up:
    /// [`RawRing::pass_skipped`], and again.
    Skipped,
}

/// Whether a claim stands back, as [`Refusal::Busy`], where a waiter has been overtaken too often.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Precedence {
    /// It does: who makes it can wait.
    Respected,
    /// It does not: who makes it cannot wait, or is that waiter.
    Ignored,
}

impl Precedence {
    /// Whether a claim by this index is to stand back.
    #[inline]
    pub(super) fn forbids(self, index: u64) -> bool {
        self == Self::Respected && index & PRIORITY != 0
    }
}

/// The exclusive right to one slot, for one push or one pop.
///
/// It must be used up by [`RawRing::publish`] or [`RawRing::take`], and nothing
/// of the user's may run before that: peers wait for it.
#[must_use = "a claimed slot that is never published or taken stalls the ring"]
pub(crate) struct Claim<'a, T, W: Word = NativeWord> {
    pub(super) slot: &'a Slot<T, W>,
    pub(super) ticket: u64,
    /// Peers were parked on the index when it was claimed: after using the
    /// claim, wake one of them.
    pub(crate) parked: bool,
}
