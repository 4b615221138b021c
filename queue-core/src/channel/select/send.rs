//! A send, as an operation of a select: it gets room, or a receiver, and then its message.

use super::operation::{Operation, Post, Selection, precedence, settle};
use super::stash::AnyPlace;
use crate::channel::rendezvous::Rendezvous;
use crate::channel::sender::{Sender, Target};
use crate::ring::Refusal;
use crate::sync::Instant;
use crate::wait::{Look, Meeting, Peer, Side, Stake};

impl<T> Sender<T> {
    /// Completes a selected send; gives the message back where there is nothing to complete.
    ///
    /// # Safety
    ///
    /// The selection was made by this sender.
    pub(in crate::channel) unsafe fn complete(
        &self,
        selection: Selection,
        message: T,
    ) -> Result<(), T> {
        match (selection, &self.channel) {
            (Selection::Room(room), Target::Bounded(channel)) => {
                // SAFETY: by the contract.
                unsafe { channel.fulfil(room, message) }
            }
            (Selection::Room(room), Target::Unbounded(channel)) => {
                // SAFETY: by the contract.
                unsafe { channel.fulfil(room, message) }
            }
            (Selection::Partner(receiver), Target::Rendezvous(_)) => {
                // SAFETY: by the contract.
                unsafe { Rendezvous::give(receiver, message) };
                Ok(())
            }
            _ => Err(message),
        }
    }
}

impl<T> Operation for Sender<T> {
    fn attempt(&self, is_try: bool, selection: &mut Selection) -> Result<(), Refusal> {
        let precedence = precedence(!is_try);
        match &self.channel {
            Target::Bounded(channel) => {
                settle(channel.reserve(precedence), Selection::Room, selection)
            }
            Target::Unbounded(channel) => {
                settle(channel.reserve(precedence), Selection::Room, selection)
            }
            Target::Rendezvous(channel) => {
                let met = match channel.point.meet(Side::Senders) {
                    Meeting::Partner(receiver) => Ok(receiver),
                    Meeting::Nobody => Err(Refusal::Spent),
                    Meeting::Closed => Err(Refusal::Closed),
                };
                settle(met, Selection::Partner, selection)
            }
        }
    }

    fn attempt_at_a_glance(&self, is_try: bool, selection: &mut Selection) -> bool {
        let is_worth_it = match &self.channel {
            Target::Bounded(channel) => channel.looks_pushable(Look::Ready),
            Target::Unbounded(_) | Target::Rendezvous(_) => true,
        };
        is_worth_it && self.attempt(is_try, selection).is_ok()
    }

    fn check(&self, is_registered: bool) -> Result<(), Refusal> {
        match &self.channel {
            Target::Bounded(channel) => channel.pushable(precedence(is_registered)),
            Target::Unbounded(channel) => channel.pushable(precedence(is_registered)),
            Target::Rendezvous(channel) => channel.check(Side::Senders, is_registered),
        }
    }

    fn looks_ready(&self, look: Look) -> bool {
        match &self.channel {
            Target::Bounded(channel) => channel.looks_pushable(look),
            Target::Unbounded(channel) => channel.looks_pushable(look),
            Target::Rendezvous(_) => false,
        }
    }

    fn post(&self, _place: &AnyPlace) -> Option<Post<'_>> {
        let side = Side::Senders;
        Some(match &self.channel {
            Target::Bounded(channel) => Post {
                station: &**channel,
                side,
                stake: Stake::Notice,
            },
            Target::Unbounded(channel) => Post {
                station: &**channel,
                side,
                stake: Stake::Notice,
            },
            Target::Rendezvous(channel) => Post {
                station: &**channel,
                side,
                stake: Stake::Promise,
            },
        })
    }

    fn due(&self) -> Option<Instant> {
        None
    }

    fn accept(&self, _place: &AnyPlace, creditor: Option<Peer>) -> Selection {
        creditor.map_or(Selection::Nothing, Selection::Partner)
    }

    fn give_up(&self, selection: Selection, may_drop: bool) {
        match (selection, &self.channel) {
            (Selection::Room(room), Target::Bounded(channel)) => {
                // SAFETY: a selection is given up to the operation that has made it.
                unsafe { channel.give_up(room, may_drop) };
            }
            // It finds nothing where it has waited, and looks for another partner.
            (Selection::Partner(receiver), _) => receiver.notify(),
            _ => {}
        }
    }
}
