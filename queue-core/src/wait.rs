//! Waiting: who sleeps, who wakes. It knows no message and no slot.
//!
//! # The hand-shake: the sleeper pays
//!
//! A thread that may sleep until an index moves does, in this order:
//!
//! 1. **register**: under the list's lock, link itself and raise `PARKED` *in
//!    that index*, by an RMW;
//! 2. **attempt again**;
//! 3. **sleep**, only if that attempt found the exact end of the queue.
//!
//! The peer that moves the index does it by a CAS of the whole word. If the CAS
//! comes after the RMW, it meets the flag: the peer locks the list afterwards
//! and wakes a sleeper. If it comes before, the RMW has read the moved index,
//! and so does the attempt. There is no third case and no fence: both sides use
//! one word. A peer pays nothing, not even a load, while nobody is parked.
//!
//! A peer that claimed before the RMW and has not published is not coming back
//! to wake anybody; the attempt reports it ([`Progress::Busy`]), and the sleeper
//! naps for a bounded time instead of sleeping.
//!
//! # One wake, one waiter
//!
//! ```text
//!             ┌──── notifier's CAS ───────────────────────▶ NOTIFIED(case)   the owner looks again
//!   WAITING ──┼──── partner's CAS ──▶ CLAIMED(case) ──────────────▲          something was handed over
//!             └──── owner's CAS ──────────────────────────▶ CANCELLED        timed out, or done without help
//! ```
//!
//! One [`Waiter`] per sleeping operation; a [`Node`] links it into a list, and a select
//! has a node in each of several lists, with the number of the case. The notifier takes
//! the first node whose waiter it can win, so that "wake one" is one that nobody else has
//! woken. It takes the alarm before it changes the state and touches neither waiter nor
//! node after that: they may be gone.
//!
//! Those who wait are woken first come first served; who comes and does not have to wait may be faster. How far one
//! can be overtaken so is bounded: see `wait/turn.rs`.
//!
//! A notification is permission to try again, never a message. Whoever gets one
//! and does not *afterwards* try must pass it on: see [`wait_until`]. Where nothing
//! lies between the two ends there is nothing to try, and they hand over: a
//! [`MeetingPoint`] claims its waiters, and whoever is claimed stays until that is over.

mod alarm;
mod awake;
#[cfg(all(test, not(queue_loom)))]
mod bench;
mod blocking;
mod gate;
mod links;
mod list;
mod meeting;
mod registration;
mod station;
mod strategy;
mod task;
mod turn;
mod waiter;

pub(crate) use awake::Look;
pub(crate) use blocking::{Progress, Stage, wait_until};
pub(crate) use gate::{Admission, Gate};
pub(crate) use list::{Announce, Preferred, WaitList};
pub(crate) use meeting::{Meeting, MeetingPoint};
pub(crate) use station::{Case, Side, Station};
pub use strategy::Waiting;
pub(crate) use task::TaskWait;
pub(crate) use waiter::{Node, Peer, Stake, Waiter};
