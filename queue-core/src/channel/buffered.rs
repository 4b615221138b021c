//! A channel that keeps messages between its ends: try, wait, wake.

mod batch;
mod closing;
mod polling;
mod selection;
mod slots;
mod tries;
mod waiters;

use std::mem;

use crossbeam_utils::CachePadded;

use super::counters::{Setup, Stats};
use super::error::{RecvTimeoutError, SendTimeoutError};
use super::packet::Packet;
use super::queue::Queue;
use crate::ring::Refusal;
use crate::sync::{AtomicBool, Instant, Ordering};
use crate::wait::{Look, Progress, Side, Stage, WaitList, wait_until};

/// A queue, and who is parked at its two ends.
pub(super) struct Buffered<Q> {
    pub(super) queue: Q,
    /// It is closed. A hint on a line that is hardly ever written; the index is where it counts.
    is_closed: AtomicBool,
    /// Nobody will receive what is in it.
    is_abandoned: AtomicBool,
    /// Receivers that wait for a message: their flag lies in the index which sends claim.
    receivers: CachePadded<WaitList>,
    /// Senders that wait for room: their flag lies in the index which receives claim.
    senders: CachePadded<WaitList>,
    /// How they wait, and what is counted. Where anything is, the flag of receivers stays up for ever,
    /// so that every send takes the way of one that has to wake somebody, and counts on it: other
    /// channels pay nothing for it.
    setup: Setup,
}

impl<Q: Queue> Buffered<Q> {
    pub(super) fn new(queue: Q, setup: Setup) -> Self {
        if setup.counters.are_kept() {
            queue.announce(Side::Receivers);
        }
        Self {
            setup,
            queue,
            is_closed: AtomicBool::new(false),
            is_abandoned: AtomicBool::new(false),
            receivers: CachePadded::new(WaitList::new()),
            senders: CachePadded::new(WaitList::new()),
        }
    }

    /// Pushes if there is room, and wakes who waits for the message.
    #[inline(always)]
    fn push(&self, message: Q::Message) -> Result<(), (Refusal, Q::Message)> {
        match self.queue.push(message) {
            Ok(false) => Ok(()),
            Ok(true) => {
                self.notify_one(Side::Receivers);
                Ok(())
            }
            Err((Refusal::Skipped, message)) => self.push_past_skipped(message),
            Err(refused) => Err(refused),
        }
    }

    #[cold]
    fn push_past_skipped(&self, message: Q::Message) -> Result<(), (Refusal, Q::Message)> {
        self.push_by(Q::push, message)
    }

    #[inline(always)]
    fn push_by(
        &self,
        push: impl Fn(&Q, Q::Message) -> Result<bool, (Refusal, Q::Message)>,
        mut message: Q::Message,
    ) -> Result<(), (Refusal, Q::Message)> {
        loop {
            match push(&self.queue, message) {
                Ok(receivers_parked) => {
                    if receivers_parked {
                        self.notify_one(Side::Receivers);
                    }
                    return Ok(());
                }
                Err((Refusal::Skipped, back)) => {
                    self.pass_skipped();
                    message = back;
                }
                Err(refused) => return Err(refused),
            }
        }
    }

    /// Pops if there is a message, and wakes who waits for its room.
    #[inline(always)]
    pub(super) fn pop(&self) -> Result<Q::Message, Refusal> {
        match self.queue.pop() {
            Ok((message, false)) => Ok(message),
            Ok((message, true)) => {
                self.made_room();
                Ok(message)
            }
            Err(Refusal::Skipped) => self.pop_past_skipped(),
            Err(refusal) => Err(refusal),
        }
    }

    #[cold]
    fn pop_past_skipped(&self) -> Result<Q::Message, Refusal> {
        self.pop_by(Q::pop)
    }

    /// Wakes a sender for the room that a message has left, and for what was given up behind it.
    #[cold]
    fn made_room(&self) {
        self.notify_one(Side::Senders);
        self.pass_skipped();
    }

    /// The like, waiting for a peer that was suspended in the middle of its operation.
    #[inline(always)]
    pub(super) fn pop_exact(&self) -> Result<Q::Message, Refusal> {
        self.pop_by(Q::pop_exact)
    }

    #[inline(always)]
    fn pop_by(
        &self,
        pop: impl Fn(&Q) -> Result<(Q::Message, bool), Refusal>,
    ) -> Result<Q::Message, Refusal> {
        let (message, senders_parked) = self.past_skipped(|| pop(&self.queue))?;
        if senders_parked {
            self.made_room();
        }
        Ok(message)
    }

    /// Attempts, and again while what comes first was given up.
    #[inline(always)]
    fn past_skipped<R>(
        &self,
        mut attempt: impl FnMut() -> Result<R, Refusal>,
    ) -> Result<R, Refusal> {
        loop {
            match attempt() {
                Err(Refusal::Skipped) => self.pass_skipped(),
                settled => return settled,
            }
        }
    }

    /// Passes over what was given up, and wakes who waits for its room.
    #[cold]
    fn pass_skipped(&self) {
        self.notify_up_to(Side::Senders, self.queue.pass_skipped());
    }

    /// Sends, waiting for room until the deadline.
    #[inline(always)]
    pub(super) fn send(
        &self,
        message: Q::Message,
        deadline: Option<Instant>,
    ) -> Result<(), SendTimeoutError<Q::Message>> {
        match self.push_at_once(message) {
            Ok(()) => Ok(()),
            Err((Refusal::Closed, message)) => Err(SendTimeoutError::Disconnected(message)),
            Err((_, message)) => self.send_waiting(message, deadline),
        }
    }

    /// Pushes where that is seen at a glance; else says `Busy`, and may not have looked why.
    #[inline(always)]
    fn push_at_once(&self, message: Q::Message) -> Result<(), (Refusal, Q::Message)> {
        if self.queue.push_at_once(message)? {
            self.notify_one(Side::Receivers);
        }
        Ok(())
    }

    /// The like to pop.
    #[inline(always)]
    fn pop_at_once(&self) -> Result<Q::Message, Refusal> {
        let (message, senders_parked) = self.queue.pop_at_once()?;
        if senders_parked {
            self.made_room();
        }
        Ok(message)
    }

    #[cold]
    fn send_waiting(
        &self,
        message: Q::Message,
        deadline: Option<Instant>,
    ) -> Result<(), SendTimeoutError<Q::Message>> {
        let packet = Packet::new(Some(message));
        let mut met_no_room = false;
        let settled = wait_until(
            &[self.wait_of(Side::Senders)],
            self.setup.senders,
            deadline,
            |look| self.looks_pushable(look),
            // SAFETY: nobody else has the packet, which is not laid out.
            |stage| unsafe { self.send_attempt(&packet, &mut met_no_room, stage) },
        );
        // SAFETY: as above.
        match (unsafe { packet.take() }, settled) {
            (None, _) => Ok(()),
            (Some(message), Some(())) => Err(SendTimeoutError::Disconnected(message)),
            (Some(message), None) => Err(SendTimeoutError::Timeout(message)),
        }
    }

    /// Sends the message in the packet, if there is room. It stays there where the channel is closed.
    ///
    /// # Safety
    ///
    /// Nobody else has the packet.
    unsafe fn send_attempt(
        &self,
        packet: &Packet<Q::Message>,
        met_no_room: &mut bool,
        stage: Stage,
    ) -> Progress<()> {
        let push = match stage.goes_first() {
            None => return Progress::Sleep,
            Some(true) => Q::push_first,
            Some(false) => Q::push,
        };
        // SAFETY: by the contract.
        let Some(message) = (unsafe { packet.take() }) else {
            return Progress::Done((), 0);
        };
        let Err((refusal, message)) = self.push_by(push, message) else {
            return Progress::Done((), 0);
        };
        // SAFETY: by the contract.
        unsafe { packet.put(message) };
        self.refused(refusal, met_no_room, ())
    }

    /// What comes of a send that was refused, at whatever stage of its wait: `closed` where that is for good.
    fn refused<R>(&self, refusal: Refusal, met_no_room: &mut bool, closed: R) -> Progress<R> {
        match refusal {
            Refusal::Closed => Progress::Done(closed, 0),
            Refusal::Spent => {
                if !mem::replace(met_no_room, true) {
                    self.setup.counters.note_blocked_send();
                }
                Progress::Sleep
            }
            Refusal::Busy | Refusal::Skipped => Progress::Busy,
        }
    }

    /// Receives, waiting for a message until the deadline.
    #[inline(always)]
    pub(super) fn recv(&self, deadline: Option<Instant>) -> Result<Q::Message, RecvTimeoutError> {
        match self.pop_at_once() {
            Ok(message) => Ok(message),
            Err(Refusal::Closed) => Err(RecvTimeoutError::Disconnected),
            Err(_) => self.recv_waiting(deadline),
        }
    }

    #[cold]
    fn recv_waiting(&self, deadline: Option<Instant>) -> Result<Q::Message, RecvTimeoutError> {
        wait_until(
            &[self.wait_of(Side::Receivers)],
            self.setup.receivers,
            deadline,
            |look| self.looks_poppable(look),
            |stage| self.recv_attempt(stage),
        )
        .unwrap_or(Err(RecvTimeoutError::Timeout))
    }

    fn recv_attempt(&self, stage: Stage) -> Progress<Result<Q::Message, RecvTimeoutError>> {
        Self::pop_attempt(stage, |is_first| {
            if is_first {
                self.pop_by(Q::pop_first)
            } else {
                self.pop()
            }
        })
    }

    /// What comes of a pop, before others or not, at that stage of a wait.
    fn pop_attempt<R>(
        stage: Stage,
        pop: impl FnOnce(bool) -> Result<R, Refusal>,
    ) -> Progress<Result<R, RecvTimeoutError>> {
        let Some(is_first) = stage.goes_first() else {
            return Progress::Sleep;
        };
        match pop(is_first) {
            Ok(popped) => Progress::Done(Ok(popped), 0),
            Err(Refusal::Closed) => Progress::Done(Err(RecvTimeoutError::Disconnected), 0),
            Err(Refusal::Spent) => Progress::Sleep,
            Err(Refusal::Busy | Refusal::Skipped) => Progress::Busy,
        }
    }

    /// [`send`](Self::send), as a call.
    #[inline(never)]
    pub(super) fn send_outlined(
        &self,
        message: Q::Message,
        deadline: Option<Instant>,
    ) -> Result<(), SendTimeoutError<Q::Message>> {
        self.send(message, deadline)
    }

    /// [`recv`](Self::recv), as a call.
    #[inline(never)]
    pub(super) fn recv_outlined(
        &self,
        deadline: Option<Instant>,
    ) -> Result<Q::Message, RecvTimeoutError> {
        self.recv(deadline)
    }

    /// Whether a send looks possible, or as if it would fail for good.
    pub(super) fn looks_pushable(&self, look: Look) -> bool {
        self.queue.looks_pushable(look) || self.looks_closed(look)
    }

    /// Whether a receive looks possible, or as if it would fail for good.
    pub(super) fn looks_poppable(&self, look: Look) -> bool {
        self.queue.looks_poppable(look) || self.looks_closed(look)
    }

    fn looks_closed(&self, look: Look) -> bool {
        // ORDERING(relaxed): a hint, which an attempt confirms.
        matches!(look, Look::Ready) && self.is_closed.load(Ordering::Relaxed)
    }

    pub(super) fn stats(&self) -> Option<Stats> {
        self.setup.counters.stats()
    }

    pub(super) fn capacity(&self) -> Option<usize> {
        self.queue.capacity()
    }

    pub(super) fn len(&self) -> usize {
        self.settle_skipped();
        self.queue.len()
    }

    pub(super) fn is_empty(&self) -> bool {
        self.settle_skipped();
        self.queue.is_empty()
    }

    pub(super) fn is_full(&self) -> bool {
        self.settle_skipped();
        self.queue.is_full()
    }

    /// What was given up and comes first is not counted.
    fn settle_skipped(&self) {
        if self.queue.starts_skipped() {
            self.pass_skipped();
        }
    }
}
