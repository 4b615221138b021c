//! What all handles of a queue share, and how messages come in.

use std::mem;
use std::sync::atomic::Ordering::Relaxed;
use std::sync::{Arc, Weak};
use std::task::{Wake, Waker};
use std::time::Duration;

use super::MemoryMessageQueue;
use super::deadlines::Deadlines;
use super::draining::Draining;
use super::line::Line;
use super::table::{Entry, Locked, State, Table};
use crate::clock::Clock;
use crate::listening::Listeners;
use crate::sync::{AtomicU8, AtomicU64, step};
use crate::{Counters, MessageEnvelope, MessageError, MessageId, Result};

#[derive(Clone, Debug)]
pub(super) struct Settings {
    pub(super) name: String,
    pub(super) lock_timeout: Duration,
    pub(super) max_deliveries: Option<u32>,
    pub(super) dead_letter: Option<MemoryMessageQueue>,
}

/// A queue.
///
/// Its atomics are relaxed: what is in the table goes by the locks of the entries, and what is in line by the channel.
#[derive(Debug)]
pub(super) struct Shared {
    pub(super) settings: Settings,
    pub(super) clock: Arc<dyn Clock>,
    /// What receipts of this queue are told by from those of others.
    pub(super) mark: u64,
    pub(super) table: Table,
    pub(super) line: Line,
    pub(super) deadlines: Deadlines,
    pub(super) listeners: Listeners,
    pub(super) counters: Counters,
    pub(super) draining: Draining,
    phase: AtomicU8,
    /// The sequence of the next message.
    next: AtomicU64,
    /// Messages that were sent with a lower sequence were cleared.
    cleared: AtomicU64,
}

/// What a queue is used for at the moment; it only ever goes on to a later one.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
#[repr(u8)]
enum Phase {
    New,
    Open,
    /// Deliveries, but no sends.
    Draining,
    Closed,
}

impl Shared {
    pub(super) fn new(settings: Settings, capacity: u32, clock: Arc<dyn Clock>) -> Arc<Self> {
        Arc::new_cyclic(|shared| {
            let waker = Waker::from(Arc::new(Due(shared.clone())));
            Self {
                counters: Counters::of(&settings.name),
                settings,
                clock: clock.clone(),
                mark: rand::random(),
                table: Table::new(capacity),
                line: Line::new(capacity as usize),
                deadlines: Deadlines::new(clock, waker),
                listeners: Listeners::default(),
                draining: Draining::new(),
                phase: AtomicU8::new(Phase::New as u8),
                next: AtomicU64::new(1),
                cleared: AtomicU64::new(0),
            }
        })
    }

    pub(super) fn open(&self) -> Result<()> {
        let _ = self
            .phase
            .compare_exchange(Phase::New as u8, Phase::Open as u8, Relaxed, Relaxed);
        if self.phase() == Phase::Closed {
            Err(self.closed(None))
        } else {
            Ok(())
        }
    }

    pub(super) fn close(&self) {
        self.phase.fetch_max(Phase::Closed as u8, Relaxed);
        step!(M6, self.close_table());
        self.line.close();
        self.listeners.end();
        self.draining.give_up();
    }

    /// Refuses sends from now on.
    pub(super) fn refuse_sends(&self) {
        self.phase.fetch_max(Phase::Draining as u8, Relaxed);
        self.close_table();
    }

    fn close_table(&self) {
        self.table.close();
        self.draining.begin(|| self.table.in_use());
    }

    pub(super) fn is_open(&self) -> bool {
        matches!(self.phase(), Phase::Open | Phase::Draining)
    }

    /// Whether messages may be received.
    pub(super) fn check_open(&self) -> Result<()> {
        match self.phase() {
            Phase::New => Err(MessageError::not_open(&self.settings.name, None)),
            Phase::Open | Phase::Draining => Ok(()),
            Phase::Closed => Err(self.closed(None)),
        }
    }

    pub(super) fn closed(&self, returned: Option<MessageEnvelope>) -> MessageError {
        MessageError::closed(&self.settings.name, returned)
    }

    fn phase(&self) -> Phase {
        match self.phase.load(Relaxed) {
            0 => Phase::New,
            1 => Phase::Open,
            2 => Phase::Draining,
            _ => Phase::Closed,
        }
    }

    /// An entry that was free, or the phase in which there is none.
    fn admit(&self) -> Result<Vacant<'_>, Phase> {
        match self.phase() {
            Phase::Open => self.table.try_take().ok_or_else(|| self.phase()),
            other => Err(other),
        }
        .map(|id| Vacant(self, id))
    }

    /// Why a message may not be sent in this phase.
    #[cold]
    fn refuse(&self, phase: Phase, message: MessageEnvelope) -> MessageError {
        match phase {
            Phase::New => MessageError::not_open(&self.settings.name, message),
            Phase::Open => MessageError::full(&self.settings.name, message),
            Phase::Draining | Phase::Closed => self.closed(Some(message)),
        }
    }

    pub(super) fn try_put(&self, message: MessageEnvelope) -> Result<MessageId> {
        match self.admit() {
            Ok(vacant) => self.place(vacant, message),
            Err(phase) => Err(self.refuse(phase, message)),
        }
    }

    pub(super) async fn put(&self, message: MessageEnvelope) -> Result<MessageId> {
        let admitted = match self.admit() {
            Err(Phase::Open) => {
                let id = self.table.take().await;
                id.map(|id| Vacant(self, id)).ok_or(Phase::Closed)
            }
            admitted => admitted,
        };
        match admitted {
            Ok(vacant) => self.place(vacant, message),
            Err(phase) => Err(self.refuse(phase, message)),
        }
    }

    /// Puts a message into an entry that was free.
    fn place(&self, vacant: Vacant<'_>, mut message: MessageEnvelope) -> Result<MessageId> {
        message.set_sent_time(self.clock.system_time());
        let delay = message.deliver_after().filter(|delay| !delay.is_zero());
        let message_id = self.place_as_sent(vacant, message, delay)?;
        self.counters.sent();
        Ok(message_id)
    }

    /// As [`place`](Self::place), of a message that says itself when it was sent.
    fn place_as_sent(
        &self,
        vacant: Vacant<'_>,
        mut message: MessageEnvelope,
        delay: Option<Duration>,
    ) -> Result<MessageId> {
        message.set_reference(None);
        message.set_delivery_count(0);
        let message_id = message.message_id().clone();
        tracing::trace!(queue = self.settings.name, trace_id = message.trace_id(), %message_id, "sent");
        let due = delay.map(|delay| self.clock.now().checked_add(delay));

        let id = vacant.fill();
        let mut entry = self.table.existing(id);
        debug_assert_eq!(entry.state, State::Free);
        entry.message = Some(message);
        entry.sequence = self.next_sequence();
        entry.sent = entry.sequence;
        match due {
            None => {
                entry.state = State::Ready;
                drop(entry);
                if self.line.push_back(id).is_err() {
                    return Err(self.closed(self.free(id, self.table.existing(id))));
                }
            }
            Some(due) => {
                entry.state = State::Delayed(due);
                self.arm(entry, id, due);
            }
        }
        Ok(message_id)
    }

    /// Takes a message out of its entry, which is free then. What is returned is dropped outside the lock: code of the user's may run.
    pub(super) fn free(&self, id: u32, mut entry: Locked<'_>) -> Option<MessageEnvelope> {
        let message = entry.take();
        drop(entry);
        self.give(id);
        message
    }

    /// Lets others have an entry that is free, or tells who drains the queue.
    fn give(&self, id: u32) {
        if self.table.give(id).is_err() {
            step!(M7, self.draining.one_less());
        }
    }

    /// A sequence that is higher than all before.
    pub(super) fn next_sequence(&self) -> u64 {
        self.next.fetch_add(1, Relaxed)
    }

    pub(super) fn was_cleared(&self, entry: &Entry) -> bool {
        entry.sent < self.cleared.load(Relaxed)
    }

    /// Voids all messages that there are.
    pub(super) fn void_all(&self) {
        self.cleared.fetch_max(self.next.load(Relaxed), Relaxed);
    }

    /// Takes a dead letter from another queue.
    pub(super) fn try_put_letter(&self, letter: MessageEnvelope) -> Result<()> {
        match self.admit() {
            Ok(vacant) => self.place_as_sent(vacant, letter, None).map(drop),
            Err(phase) => Err(self.refuse(phase, letter)),
        }
    }
}

/// An entry that was free, and has no message yet. Dropped, it is given back.
struct Vacant<'a>(&'a Shared, u32);

impl Vacant<'_> {
    /// The entry's id, for who puts a message there.
    fn fill(self) -> u32 {
        let id = self.1;
        mem::forget(self);
        id
    }
}

impl Drop for Vacant<'_> {
    fn drop(&mut self) {
        self.0.give(self.1);
    }
}

/// Called when a deadline has come.
struct Due(Weak<Shared>);

impl Wake for Due {
    fn wake(self: Arc<Self>) {
        if let Some(shared) = self.0.upgrade() {
            shared.pass_deadlines();
        }
    }
}
