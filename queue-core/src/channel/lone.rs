//! Handles that are alone at their end, and the channels that have some: [`spsc`], [`mpsc`] and [`spmc`].
//!
//! There is one lone sender and one lone receiver. An end of which there may be many is the
//! usual [`Sender`](super::Sender) or [`Receiver`](super::Receiver).
//!
//! What sends or receives takes the handle by exclusive reference, and the futures borrow it so: no two operations of one
//! end are ever under way at once, whatever threads they are on.

mod receiver;
mod sender;

use std::panic::RefUnwindSafe;

pub use receiver::LoneReceiver;
pub use sender::LoneSender;

use super::buffered::Buffered;
use super::counters::Setup;
use super::receiver::{Receiver, Source};
use super::sender::{Sender, Target};
use super::shared::{self, Handle, RecvEnd, SendEnd};
use crate::ring::HeapRing;
use crate::wait::Side;

// What iterators of a lone end refer to. A panic comes out of an iterator or a message's own `Drop`, and finds the
// channel consistent.
impl<Q> RefUnwindSafe for Buffered<Q> {}

type Ends<T> = (
    Handle<Buffered<HeapRing<T>>, SendEnd>,
    Handle<Buffered<HeapRing<T>>, RecvEnd>,
);

/// The ends of a ring whose sides of one handle are these.
#[track_caller]
fn ends<T>(capacity: usize, lone: &'static [Side]) -> Ends<T> {
    assert!(
        capacity > 0,
        "capacity must be non-zero: `queue_core::bounded(0)` makes a rendezvous"
    );
    shared::new(Buffered::new(HeapRing::new(capacity), Setup::of_lone(lone)))
}

/// One sender, one receiver.
#[track_caller]
pub(crate) fn spsc<T>(capacity: usize) -> (LoneSender<T>, LoneReceiver<T>) {
    let (sender, receiver) = ends(capacity, &[Side::Senders, Side::Receivers]);
    (LoneSender::new(sender), LoneReceiver::new(receiver))
}

/// Many senders, one receiver.
#[track_caller]
pub(crate) fn mpsc<T>(capacity: usize) -> (Sender<T>, LoneReceiver<T>) {
    let (senders, receiver) = ends(capacity, &[Side::Receivers]);
    (
        Sender::new(Target::Bounded(senders)),
        LoneReceiver::new(receiver),
    )
}

/// One sender, many receivers.
#[track_caller]
pub(crate) fn spmc<T>(capacity: usize) -> (LoneSender<T>, Receiver<T>) {
    let (sender, receivers) = ends(capacity, &[Side::Senders]);
    (
        LoneSender::new(sender),
        Receiver::new(Source::Bounded(receivers)),
    )
}
