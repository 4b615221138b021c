//! Handles that are alone at their end, and the channels that have some: [`spsc`], [`mpsc`] and [`spmc`].
//!
//! There is one lone sender and one lone receiver, over whichever queue. An end of which there may be many is the
//! usual [`Sender`](super::Sender) or [`Receiver`](super::Receiver).
//!
//! What sends or receives takes the handle by exclusive reference, and the futures borrow it so: no two operations of one
//! end are ever under way at once, whatever threads they are on.

mod receiver;
mod sender;

pub use receiver::LoneReceiver;
pub use sender::LoneSender;

use super::buffered::Buffered;
use super::counters::Setup;
use super::queue::Queue;
use super::receiver::{Receiver, Source};
use super::sender::{Sender, Target};
use super::shared::{self, Handle, RecvEnd, SendEnd};
use crate::lane::Lane;
use crate::ring::HeapRing;
use crate::wait::Side;

type Ends<Q> = (Handle<Buffered<Q>, SendEnd>, Handle<Buffered<Q>, RecvEnd>);

/// The ends of a queue whose sides of one handle are these.
fn ends<Q: Queue>(queue: Q, lone: &'static [Side]) -> Ends<Q> {
    shared::new(Buffered::new(queue, Setup::of_lone(lone)))
}

#[track_caller]
fn refuse_zero(capacity: usize) {
    assert!(
        capacity > 0,
        "capacity must be non-zero: `queue_core::bounded(0)` makes a rendezvous"
    );
}

/// One sender, one receiver.
#[track_caller]
pub(crate) fn spsc<T>(capacity: usize) -> (LoneSender<T, Lane<T>>, LoneReceiver<T, Lane<T>>) {
    refuse_zero(capacity);
    // SAFETY: what pushes, or asks whether it could, is called by the one sender alone, and what pops by the one
    // receiver, each through an exclusive reference, or through a future that has borrowed the handle exclusively; and at the
    // end by the drop of that very handle. To move a handle or such a borrow to another thread makes a happens-before.
    let lane = unsafe { Lane::new(capacity) };
    let (sender, receiver) = ends(lane, &[Side::Senders, Side::Receivers]);
    (LoneSender::new(sender), LoneReceiver::new(receiver))
}

/// Many senders, one receiver.
#[track_caller]
pub(crate) fn mpsc<T>(capacity: usize) -> (Sender<T>, LoneReceiver<T, HeapRing<T>>) {
    refuse_zero(capacity);
    let (senders, receiver) = ends(HeapRing::new(capacity), &[Side::Receivers]);
    (
        Sender::new(Target::Bounded(senders)),
        LoneReceiver::new(receiver),
    )
}

/// One sender, many receivers.
#[track_caller]
pub(crate) fn spmc<T>(capacity: usize) -> (LoneSender<T, HeapRing<T>>, Receiver<T>) {
    refuse_zero(capacity);
    let (sender, receivers) = ends(HeapRing::new(capacity), &[Side::Senders]);
    (
        LoneSender::new(sender),
        Receiver::new(Source::Bounded(receivers)),
    )
}
