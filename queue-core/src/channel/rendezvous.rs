//! A channel that keeps nothing: a send and a receive meet, or wait for each other.
//!
//! The one who waits lays out a [`Packet`] on its own frame: a sender with the
//! message in it, a receiver an empty one. Whoever comes second wins that one
//! (see [`MeetingPoint`]) and takes the message out of the packet, or puts it in.
//! Nothing is allocated, and nothing lies between the ends.
//!
//! A select that offers to send has no message yet. Where a receiver wins it, the
//! receiver lays out a packet and waits, and the select, woken, makes the message
//! and puts it there; or gives up, and the receiver looks for another partner.

mod polling;

use std::marker::PhantomData;
use std::pin::Pin;

use super::counters::{Setup, Stats};
use super::error::{RecvNowError, RecvTimeoutError, SendTimeoutError, TryRecvError, TrySendError};
use super::packet::Packet;
use super::select::AnyPlace;
use super::shared::Ends;
use crate::ring::Refusal;
use crate::sync::Instant;
use crate::wait::{
    Case, Meeting, MeetingPoint, Node, Peer, Progress, Side, Stage, Stake, Station, Waiter,
    wait_until,
};

/// A channel without room.
pub(super) struct Rendezvous<T> {
    pub(super) point: MeetingPoint,
    setup: Setup,
    /// It hands over messages of one type, from thread to thread.
    messages: PhantomData<fn(T) -> T>,
}

// SAFETY: messages go from thread to thread, and no references to them.
unsafe impl<T: Send> Send for Rendezvous<T> {}
// SAFETY: as above.
unsafe impl<T: Send> Sync for Rendezvous<T> {}

impl<T> Rendezvous<T> {
    pub(super) fn new(setup: Setup) -> Self {
        Self {
            point: MeetingPoint::new(),
            setup,
            messages: PhantomData,
        }
    }

    /// Gives the message to a receiver that has been won.
    ///
    /// # Safety
    ///
    /// The receiver was won at this channel.
    pub(super) unsafe fn give(receiver: Peer, message: T) {
        match receiver.stake {
            Stake::Packet(packet) => {
                // SAFETY: receivers of this channel lay out packets of this type, keep them until they
                // are notified, and leave them alone meanwhile.
                unsafe { packet.cast::<Packet<T>>().as_ref().put(message) };
            }
            Stake::AnyPlace(place) => {
                // SAFETY: as above; selects lay out places.
                unsafe { place.cast::<AnyPlace>().as_ref().put(message) };
            }
            Stake::Notice | Stake::Promise | Stake::Weight(_) => {
                debug_assert!(false, "a receiver lays out where to put the message");
            }
        }
        receiver.notify();
    }

    /// Takes the message of a sender that has been won. `None` if it was a select that gave up.
    ///
    /// # Safety
    ///
    /// The sender was won at this channel.
    unsafe fn take_from(sender: Peer) -> Option<T> {
        if let Stake::Packet(packet) = sender.stake {
            // SAFETY: senders of this channel lay out packets of this type, keep them until they are
            // notified, and leave them alone meanwhile.
            let message = unsafe { packet.cast::<Packet<T>>().as_ref().take() };
            sender.notify();
            return message;
        }
        let (waiter, packet) = (Waiter::claimed(), Packet::new(None));
        sender.collect(Peer::new(&waiter, 0, packet.stake()));
        waiter.wait_for_claimant();
        // SAFETY: the sender has notified us, and touches the packet no more.
        unsafe { packet.take() }
    }

    /// Whether one of `side` would not have to wait; who is in the list already will be told.
    pub(super) fn check(&self, side: Side, is_registered: bool) -> Result<(), Refusal> {
        if !is_registered && self.point.is_ready(side) {
            Ok(())
        } else {
            Err(Refusal::Spent)
        }
    }

    /// Sends if a receiver waits.
    pub(super) fn try_send(&self, message: T) -> Result<(), TrySendError<T>> {
        match self.point.meet(Side::Senders) {
            Meeting::Partner(receiver) => {
                // SAFETY: it was won here.
                unsafe { Self::give(receiver, message) };
                self.setup.counters.note_wakes(1);
                Ok(())
            }
            Meeting::Nobody => Err(TrySendError::Full(message)),
            Meeting::Closed => Err(TrySendError::Disconnected(message)),
        }
    }

    /// Sends, waiting for a receiver until the deadline.
    pub(super) fn send(
        &self,
        message: T,
        deadline: Option<Instant>,
    ) -> Result<(), SendTimeoutError<T>> {
        match self.try_send(message) {
            Ok(()) => Ok(()),
            Err(TrySendError::Full(message)) => self.send_waiting(message, deadline),
            Err(TrySendError::Disconnected(message)) => {
                Err(SendTimeoutError::Disconnected(message))
            }
        }
    }

    #[cold]
    fn send_waiting(
        &self,
        message: T,
        deadline: Option<Instant>,
    ) -> Result<(), SendTimeoutError<T>> {
        self.setup.counters.note_blocked_send();
        let packet = Packet::new(Some(message));
        let sent = wait_until(
            &[Case::only(self, Side::Senders, packet.stake())],
            self.setup.senders,
            deadline,
            |_| false,
            // SAFETY: the packet outlives the wait.
            |stage| unsafe { self.send_attempt(&packet, stage) },
        );
        // SAFETY: the wait is over, so that no peer has the packet.
        match (sent, unsafe { packet.take() }) {
            (Some(sent), _) => sent,
            (None, Some(message)) => Err(SendTimeoutError::Timeout(message)),
            (None, None) => Ok(()),
        }
    }

    /// Sends the message in the packet if a receiver waits, or looks whether it has been taken.
    ///
    /// # Safety
    ///
    /// The wait that the stage is one of is the owner of the packet, which it has laid out.
    unsafe fn send_attempt(
        &self,
        packet: &Packet<T>,
        stage: Stage,
    ) -> Progress<Result<(), SendTimeoutError<T>>> {
        if let Stage::Registered { .. } = stage {
            return Progress::Sleep;
        }
        // SAFETY: no peer has the packet: it is not in the list, or its owner has been notified.
        let Some(message) = (unsafe { packet.take() }) else {
            return Progress::Done(Ok(()), 0);
        };
        let message = match stage {
            Stage::Free { .. } => match self.try_send(message) {
                Ok(()) => return Progress::Done(Ok(()), 0),
                Err(TrySendError::Disconnected(message)) => {
                    return Progress::Done(Err(SendTimeoutError::Disconnected(message)), 0);
                }
                Err(TrySendError::Full(message)) => message,
            },
            Stage::Registered { .. } | Stage::Notified(..) => message,
        };
        // SAFETY: as above.
        unsafe { packet.put(message) };
        Progress::Sleep
    }

    /// Receives if a sender waits.
    pub(super) fn try_recv(&self) -> Result<T, TryRecvError> {
        loop {
            match self.point.meet(Side::Receivers) {
                Meeting::Partner(sender) => {
                    // SAFETY: it was won here.
                    if let Some(message) = unsafe { Self::take_from(sender) } {
                        self.setup.counters.note_wakes(1);
                        return Ok(message);
                    }
                }
                Meeting::Nobody => return Err(TryRecvError::Empty),
                Meeting::Closed => return Err(TryRecvError::Disconnected),
            }
        }
    }

    /// Receives if a sender waits with its message in hand.
    pub(super) fn try_recv_now(&self) -> Result<T, RecvNowError> {
        match self.point.meet_now(Side::Receivers) {
            Meeting::Partner(sender) => {
                // SAFETY: it was won here.
                let taken = unsafe { Self::take_from(sender) }.ok_or(RecvNowError::Busy);
                self.setup.counters.note_wakes(usize::from(taken.is_ok()));
                taken
            }
            Meeting::Nobody if self.point.is_ready(Side::Receivers) => Err(RecvNowError::Busy),
            Meeting::Nobody => Err(RecvNowError::Empty),
            Meeting::Closed => Err(RecvNowError::Disconnected),
        }
    }

    /// Receives, waiting for a sender until the deadline.
    pub(super) fn recv(&self, deadline: Option<Instant>) -> Result<T, RecvTimeoutError> {
        match self.try_recv() {
            Ok(message) => Ok(message),
            Err(TryRecvError::Empty) => self.recv_waiting(deadline),
            Err(TryRecvError::Disconnected) => Err(RecvTimeoutError::Disconnected),
        }
    }

    #[cold]
    fn recv_waiting(&self, deadline: Option<Instant>) -> Result<T, RecvTimeoutError> {
        let packet = Packet::new(None);
        wait_until(
            &[Case::only(self, Side::Receivers, packet.stake())],
            self.setup.receivers,
            deadline,
            |_| false,
            |stage| match stage {
                Stage::Registered { .. } => Progress::Sleep,
                Stage::Free { .. } => match self.try_recv() {
                    Ok(message) => Progress::Done(Ok(message), 0),
                    Err(TryRecvError::Empty) => Progress::Sleep,
                    Err(TryRecvError::Disconnected) => {
                        Progress::Done(Err(RecvTimeoutError::Disconnected), 0)
                    }
                },
                // SAFETY: we are notified, and no peer has the packet any more.
                Stage::Notified(..) => match unsafe { packet.take() } {
                    Some(message) => Progress::Done(Ok(message), 0),
                    None => Progress::Sleep,
                },
            },
        )
        .unwrap_or(Err(RecvTimeoutError::Timeout))
    }
}

/// It never holds anything, and has no room.
impl<T> Rendezvous<T> {
    pub(super) fn len(&self) -> usize {
        0
    }

    pub(super) fn is_empty(&self) -> bool {
        true
    }

    pub(super) fn is_full(&self) -> bool {
        true
    }

    pub(super) fn capacity(&self) -> Option<usize> {
        Some(0)
    }

    pub(super) fn close_for_all(&self) -> bool {
        self.point.close()
    }

    pub(super) fn is_closed(&self) -> bool {
        self.point.is_closed()
    }

    pub(super) fn stats(&self) -> Option<Stats> {
        self.setup.counters.stats()
    }
}

impl<T> Station for Rendezvous<T> {
    unsafe fn link(&self, side: Side, node: Pin<&Node>) -> bool {
        // SAFETY: the contract is the same.
        unsafe { self.point.link(side, node) }
    }

    fn unlink(&self, side: Side, node: Pin<&Node>) {
        self.point.unlink(side, node);
    }

    fn exclusively(&self, side: Side, action: &mut dyn FnMut()) {
        self.point.exclusively(side, action);
    }

    fn pass_on(&self, side: Side) {
        self.point.pass_on(side);
    }

    fn note_park(&self, side: Side) {
        self.setup.counters.note_park(side);
    }

    fn must_be_seen(&self) -> bool {
        true
    }
}

impl<T> Ends for Rendezvous<T> {
    fn close_for_senders(&self) {
        self.point.close();
    }

    fn close_for_receivers(&self) {
        self.point.close();
    }
}
