//! Where an operation can wait.

use std::pin::Pin;

use super::list::Preferred;
use super::waiter::{Node, Stake};

/// The two kinds that wait at a channel.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Side {
    Senders,
    Receivers,
}

impl Side {
    pub(crate) fn opposite(self) -> Self {
        match self {
            Self::Senders => Self::Receivers,
            Self::Receivers => Self::Senders,
        }
    }
}

/// A channel, as one who waits sees it.
pub(crate) trait Station {
    /// Puts `node` into the list of its side. `false`, and it is in none, where a look under the
    /// lock shows that there is no need to wait.
    ///
    /// # Safety
    ///
    /// The node is in no list. It and its waiter stay where they are until it has been unlinked:
    /// by [`unlink`](Self::unlink), or by a notification that the owner has seen.
    unsafe fn link(&self, side: Side, node: Pin<&Node>) -> bool;

    /// Takes `node` out, if no notifier has done so.
    fn unlink(&self, side: Side, node: Pin<&Node>);

    /// Does something which must not come between a notifier's look at a waiter of this side and its notification.
    fn exclusively(&self, side: Side, action: &mut dyn FnMut());

    /// Gives a notification that its owner has not used up to the next.
    fn pass_on(&self, side: Side);

    /// Has newcomers stand back for one who waits on this side. `None` where they do not.
    fn prefer(&self, _side: Side) -> Option<Preferred> {
        None
    }

    /// Has them stand back no more for that one.
    fn prefer_no_more(&self, _side: Side, _preferred: Preferred) {}

    /// Has them stand back for nobody.
    fn prefer_nobody(&self, _side: Side) {}

    /// Somebody goes to sleep here; for a channel that counts.
    fn note_park(&self, _side: Side) {}

    /// How far one side can run ahead of the other.
    fn lead(&self) -> usize {
        0
    }

    /// Whether peers find only those who are in the list: then there is no use in staying awake
    /// outside it.
    fn must_be_seen(&self) -> bool;
}

/// One way in which a wait can end: where, and with what in hand.
#[derive(Clone, Copy)]
pub(crate) struct Case<'a> {
    pub(crate) station: &'a dyn Station,
    pub(crate) side: Side,
    /// What its notification is known by. Cases of one wait have different numbers.
    pub(crate) number: usize,
    pub(crate) stake: Stake,
    /// Whether the wait has a case for each side of this station.
    pub(crate) is_of_both_sides: bool,
    /// Whether it goes first when it has been overtaken too often: then its attempts do not stand back.
    pub(crate) may_go_first: bool,
}

impl<'a> Case<'a> {
    /// The only case of a wait.
    pub(crate) fn only(station: &'a dyn Station, side: Side, stake: Stake) -> Self {
        Self {
            station,
            side,
            number: 0,
            stake,
            is_of_both_sides: false,
            may_go_first: true,
        }
    }
}
