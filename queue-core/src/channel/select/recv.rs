//! A receive, as an operation of a select: its message comes with the selection.

use super::operation::{Operation, Post, Selection, precedence, settle};
use super::stash::{AnyPlace, Stash};
use crate::channel::error::TryRecvError;
use crate::channel::receiver::{Receiver, Source};
use crate::ring::Refusal;
use crate::sync::Instant;
use crate::wait::{Look, Peer, Side, Stake};

fn refusal(error: TryRecvError) -> Refusal {
    match error {
        TryRecvError::Empty => Refusal::Spent,
        TryRecvError::Disconnected => Refusal::Closed,
    }
}

impl<T> Receiver<T> {
    fn take_now(&self, is_try: bool) -> Result<T, Refusal> {
        match &self.channel {
            Source::Bounded(channel) if is_try => channel.pop_exact(),
            Source::Bounded(channel) => channel.pop(),
            Source::Unbounded(channel) if is_try => channel.pop_exact(),
            Source::Unbounded(channel) => channel.pop(),
            Source::Rendezvous(channel) => channel.try_recv().map_err(refusal),
            Source::Timer(channel, of_instant) => {
                channel.try_recv().map(of_instant).map_err(refusal)
            }
            Source::Never(_) => Err(Refusal::Spent),
        }
    }
}

impl<T> Operation for Receiver<T> {
    fn attempt(&self, is_try: bool, selection: &mut Selection) -> Result<(), Refusal> {
        settle(
            self.take_now(is_try),
            |message| Selection::Message(Stash::new(message)),
            selection,
        )
    }

    fn attempt_at_a_glance(&self, is_try: bool, selection: &mut Selection) -> bool {
        let is_worth_it = match &self.channel {
            Source::Bounded(channel) => channel.looks_poppable(Look::Ready),
            Source::Unbounded(channel) => channel.looks_poppable(Look::Ready),
            Source::Rendezvous(_) | Source::Timer(..) => true,
            Source::Never(_) => false,
        };
        is_worth_it && self.attempt(is_try, selection).is_ok()
    }

    fn check(&self, is_registered: bool) -> Result<(), Refusal> {
        let is_ready = match &self.channel {
            Source::Bounded(channel) => return channel.poppable(precedence(is_registered)),
            Source::Unbounded(channel) => return channel.poppable(precedence(is_registered)),
            Source::Rendezvous(channel) => return channel.check(Side::Receivers, is_registered),
            Source::Timer(channel, _) => !channel.is_empty(),
            Source::Never(_) => false,
        };
        if is_ready {
            Ok(())
        } else {
            Err(Refusal::Spent)
        }
    }

    fn looks_ready(&self, look: Look) -> bool {
        match &self.channel {
            Source::Bounded(channel) => channel.looks_poppable(look),
            Source::Unbounded(channel) => channel.looks_poppable(look),
            Source::Rendezvous(_) | Source::Timer(..) | Source::Never(_) => false,
        }
    }

    fn post(&self, place: &AnyPlace) -> Option<Post<'_>> {
        let side = Side::Receivers;
        match &self.channel {
            Source::Bounded(channel) => Some(Post {
                station: &**channel,
                side,
                stake: Stake::Notice,
            }),
            Source::Unbounded(channel) => Some(Post {
                station: &**channel,
                side,
                stake: Stake::Notice,
            }),
            Source::Rendezvous(channel) => Some(Post {
                station: &**channel,
                side,
                stake: place.stake(),
            }),
            Source::Timer(..) | Source::Never(_) => None,
        }
    }

    fn due(&self) -> Option<Instant> {
        match &self.channel {
            Source::Timer(channel, _) => channel.due(),
            _ => None,
        }
    }

    fn accept(&self, place: &AnyPlace, _creditor: Option<Peer>) -> Selection {
        // SAFETY: we have been notified, and no peer has the place any more.
        unsafe { place.take() }.map_or(Selection::Nothing, Selection::Message)
    }

    fn give_up(&self, selection: Selection, may_drop: bool) {
        if may_drop {
            drop(selection);
        } else {
            std::mem::forget(selection);
        }
    }
}
