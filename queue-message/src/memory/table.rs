//! The table in which messages lie while they are in the queue.
//!
//! It grows by segments, each twice the size of the one before, as there is nothing free in it, up to the capacity, and never moves or shrinks: an
//! entry is found by its id without a lock, and has a lock of its own.

use std::sync::OnceLock;
use std::time::Instant;

use queue_core::{Receiver, Sender, TrySendError, bounded};

use crate::MessageEnvelope;
use crate::sync::{Mutex, MutexGuard, lock};

/// The size of the first segment: in models one that is soon full.
const FIRST: u32 = if cfg!(queue_model) { 2 } else { 64 };
const SEGMENTS: usize = (u32::BITS - FIRST.ilog2()) as usize;

/// An entry of the table, and the message in it.
#[derive(Debug, Default)]
pub(super) struct Entry {
    pub(super) state: State,
    /// The place of the message in the order of all.
    pub(super) sequence: u64,
    /// The place that it was given when it was sent: another one, if it was delayed.
    pub(super) sent: u64,
    /// How many deliveries were made from this entry, of all messages that were in it: what a receipt is known by.
    pub(super) deliveries: u64,
    /// The deadline under which the entry stands in [`Deadlines`](super::deadlines::Deadlines), if it does.
    pub(super) armed: Option<Instant>,
    /// The message, unless the entry is free.
    pub(super) message: Option<MessageEnvelope>,
}

/// An entry that nobody else can look at.
pub(super) type Locked<'a> = MutexGuard<'a, Entry>;

impl Entry {
    /// Takes the message out; the entry then is free.
    pub(super) fn take(&mut self) -> Option<MessageEnvelope> {
        self.state = State::Free;
        self.message.take()
    }
}

/// Where a message is.
///
/// ```text
/// Free ──put──► Ready ──get──► InFlight ──delete──► Free
///   └──put──► Delayed ─due─▲    │  ▲  └─move─► Moving ──moved──► Free
///                          └────┘  └──────────────┘ the other queue is full
///                     release, expiry
/// ```
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) enum State {
    /// There is none.
    #[default]
    Free,
    /// It stands in line.
    Ready,
    /// It is not to be delivered before that, or never.
    Delayed(Option<Instant>),
    /// Somebody has it, until that time or for ever.
    InFlight(Option<Instant>),
    /// It is being moved to the dead letters.
    Moving,
}

/// The entries, and the ids of those that are free.
#[derive(Debug)]
pub(super) struct Table {
    segments: [OnceLock<Box<[Mutex<Entry>]>>; SEGMENTS],
    capacity: u32,
    /// How many entries there are so far.
    len: Mutex<u32>,
    free: (Sender<u32>, Receiver<u32>),
}

impl Table {
    pub(super) fn new(capacity: u32) -> Self {
        let table = Self {
            segments: [const { OnceLock::new() }; SEGMENTS],
            capacity,
            len: Mutex::new(0),
            free: bounded(capacity as usize),
        };
        table.grow();
        table
    }

    pub(super) const fn capacity(&self) -> u32 {
        self.capacity
    }

    /// The entry with this id, locked; `None` if there is none.
    pub(super) fn entry(&self, id: u32) -> Option<Locked<'_>> {
        let (segment, offset) = place(id)?;
        let entry = self.segments[segment].get()?.get(offset)?;
        Some(lock(entry))
    }

    /// An entry that is in the table, locked.
    pub(super) fn existing(&self, id: u32) -> Locked<'_> {
        self.entry(id)
            .expect("ids in the queue are those of entries")
    }

    /// The ids of all entries.
    pub(super) fn ids(&self) -> std::ops::Range<u32> {
        0..*lock(&self.len)
    }

    /// The id of an entry that was free, if there is one, or can be.
    pub(super) fn try_take(&self) -> Option<u32> {
        loop {
            if let Ok(id) = self.free.1.try_recv() {
                return Some(id);
            }
            if !self.grow() {
                return None;
            }
        }
    }

    /// Waits for an entry to become free; `None` when the table is closed. Dropped while it waits, it has taken nothing.
    pub(super) async fn take(&self) -> Option<u32> {
        self.free.1.recv_async().await.ok()
    }

    /// Gives an entry back that is free; once the table is closed, to nobody.
    pub(super) fn give(&self, id: u32) -> Result<(), Closed> {
        self.free.0.try_send(id).map_err(|refused| {
            debug_assert!(
                matches!(refused, TrySendError::Disconnected(_)),
                "more ids than entries"
            );
            Closed
        })
    }

    /// Lets nobody have an entry any more, and sends those home who wait for one: code of others may run, and come back here.
    pub(super) fn close(&self) {
        self.free.0.close();
    }

    /// How many entries are in use, of a table that was closed. It is asked once, as the others are taken out of it.
    pub(super) fn in_use(&self) -> usize {
        let len = lock(&self.len);
        *len as usize - std::iter::from_fn(|| self.free.1.try_recv().ok()).count()
    }

    /// Adds a segment, unless there is something free by now; answers whether that is so, or may be.
    fn grow(&self) -> bool {
        let mut len = lock(&self.len);
        if !self.free.1.is_empty() {
            return true;
        }
        if *len == self.capacity || self.free.0.is_closed() {
            return false;
        }
        let (segment, offset) = place(*len).expect("it is less than the capacity");
        debug_assert_eq!(offset, 0);
        let end = (*len + (FIRST << segment)).min(self.capacity);
        let entries = (*len..end).map(|_| Mutex::new(Entry::default())).collect();
        self.segments[segment]
            .set(entries)
            .expect("segments are added under the lock");
        while *len < end {
            // There is room for all ids, unless it was closed meanwhile. Nobody waits for one yet.
            if self.free.0.try_send(*len).is_err() {
                break;
            }
            *len += 1;
        }
        true
    }
}

/// The table was closed.
#[derive(Debug)]
pub(super) struct Closed;

/// The segment of an id, and its place in that.
fn place(id: u32) -> Option<(usize, usize)> {
    let shifted = id.checked_add(FIRST)?;
    let segment = shifted.ilog2() - FIRST.ilog2();
    Some((segment as usize, (shifted - (FIRST << segment)) as usize))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ids_fill_segments_one_after_the_other() {
        let mut expected = (0, 0);
        for id in 0..100_000 {
            assert_eq!(place(id), Some(expected));
            expected.1 += 1;
            if expected.1 == (FIRST as usize) << expected.0 {
                expected = (expected.0 + 1, 0);
            }
        }
        assert_eq!(place(u32::MAX), None);
        assert_eq!(
            place(u32::MAX - FIRST).map(|(segment, _)| segment),
            Some(SEGMENTS - 1)
        );
    }

    #[test]
    fn it_has_as_many_entries_as_its_capacity_and_each_is_given_once() {
        for capacity in [1, 2, 63, 64, 65, 1000] {
            let table = Table::new(capacity);
            let mut ids: Vec<u32> = std::iter::from_fn(|| table.try_take()).collect();
            assert!(ids.iter().all(|id| table.entry(*id).is_some()));
            ids.sort_unstable();
            assert_eq!(ids, (0..capacity).collect::<Vec<_>>());
            assert!(table.entry(capacity).is_none());
            assert!(table.entry(u32::MAX).is_none());
            table.close();
            assert_eq!(table.in_use(), capacity as usize);
        }
    }

    #[test]
    fn a_closed_table_gives_and_takes_nothing() {
        let table = Table::new(100);
        let id = table.try_take().unwrap();
        table.close();
        assert_eq!(table.in_use(), 1);
        assert!(table.give(id).is_err());
        assert_eq!(table.try_take(), None);
    }
}
