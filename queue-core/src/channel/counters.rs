//! What a channel counts, where it was asked to.

use crate::sync::{AtomicUsize, Ordering};
use crate::wait::{Side, Waiting};

/// What has happened in a channel. Made by [`Sender::stats`](crate::Sender::stats) and
/// [`Receiver::stats`](crate::Receiver::stats), for channels that were built
/// [`with_stats`](crate::Builder::with_stats).
///
/// Each is a count of one moment; together they need not be of the same one.
///
/// # Examples
///
/// ```
/// let (sender, receiver) = queue_core::Builder::new().with_stats().bounded(4);
/// sender.send_batch([1, 2, 3]).unwrap();
/// receiver.recv().unwrap();
/// let stats: queue_core::Stats = sender.stats().unwrap();
/// assert_eq!(stats.high_water_mark, 3);
/// assert_eq!(stats.receiver_parks, 0);
/// ```
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct Stats {
    /// How often a thread went to sleep because there was no room.
    pub sender_parks: usize,
    /// How often a thread went to sleep because there was no message.
    pub receiver_parks: usize,
    /// How many waiting threads were woken: by a message, by room, or by the end; at capacity 0, by a
    /// partner.
    pub wakes: usize,
    /// How often a send found no room at once, and waited. A batch may do so several times; one that is
    /// awaited, or a sink, counts once.
    pub blocked_sends: usize,
    /// The most messages that were in the channel, counted after each send. 0 at capacity 0.
    pub high_water_mark: usize,
}

#[derive(Debug, Default)]
struct Counts {
    sender_parks: AtomicUsize,
    receiver_parks: AtomicUsize,
    wakes: AtomicUsize,
    blocked_sends: AtomicUsize,
    high_water_mark: AtomicUsize,
}

/// The counts of a channel, or none. All are relaxed: they synchronise nothing.
#[derive(Debug)]
pub(super) struct Counters(Option<Box<Counts>>);

impl Counters {
    pub(super) const fn none() -> Self {
        Self(None)
    }

    pub(super) fn new() -> Self {
        Self(Some(Box::default()))
    }

    pub(super) fn are_kept(&self) -> bool {
        self.0.is_some()
    }

    fn add(&self, count: impl Fn(&Counts) -> &AtomicUsize, number: usize) {
        if let Some(counts) = &self.0 {
            // ORDERING(relaxed): a count.
            count(counts).fetch_add(number, Ordering::Relaxed);
        }
    }

    pub(super) fn note_park(&self, side: Side) {
        match side {
            Side::Senders => self.add(|counts| &counts.sender_parks, 1),
            Side::Receivers => self.add(|counts| &counts.receiver_parks, 1),
        }
    }

    pub(super) fn note_wakes(&self, number: usize) {
        self.add(|counts| &counts.wakes, number);
    }

    pub(super) fn note_blocked_send(&self) {
        self.add(|counts| &counts.blocked_sends, 1);
    }

    pub(super) fn note_length(&self, length: impl Fn() -> usize) {
        if let Some(counts) = &self.0 {
            // ORDERING(relaxed): a count.
            counts
                .high_water_mark
                .fetch_max(length(), Ordering::Relaxed);
        }
    }

    pub(super) fn stats(&self) -> Option<Stats> {
        let counts = self.0.as_ref()?;
        // ORDERING(relaxed): counts.
        let read = |count: &AtomicUsize| count.load(Ordering::Relaxed);
        Some(Stats {
            sender_parks: read(&counts.sender_parks),
            receiver_parks: read(&counts.receiver_parks),
            wakes: read(&counts.wakes),
            blocked_sends: read(&counts.blocked_sends),
            high_water_mark: read(&counts.high_water_mark),
        })
    }
}

/// How a channel was asked to be.
#[derive(Debug)]
pub(super) struct Setup {
    pub(super) senders: Waiting,
    pub(super) receivers: Waiting,
    pub(super) counters: Counters,
    /// The sides that have one handle, which is alone.
    pub(super) lone: &'static [Side],
}

impl Setup {
    /// As most are.
    pub(super) const fn usual() -> Self {
        Self {
            senders: Waiting::Park,
            receivers: Waiting::Park,
            counters: Counters::none(),
            lone: &[],
        }
    }

    /// The like, with one handle at these sides.
    pub(super) fn of_lone(sides: &'static [Side]) -> Self {
        Self {
            lone: sides,
            ..Self::usual()
        }
    }
}
