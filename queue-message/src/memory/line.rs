//! The line in which the ids of deliverable messages stand.
//!
//! A channel carries a word for each of them. The word of a message that was sent is its id. A message that comes *back* goes into a
//! small ordered list, and its word only says that there is one in the list:
//!
//! ```text
//! channel   …  7  BACK  5  4  ──►  receivers        list   {(sequence 12, id 9)}
//! ```
//!
//! Whoever takes a word looks at the list first. If it holds something, its first is delivered; an id that came as the word takes that one's
//! place in the list. So there are always as many words in the channel, or in hands, as there are messages to deliver; the list has as
//! many as there are words that say `BACK`; and receivers wait in one place, whatever they wait for.
//!
//! What came back stands before what was sent after it, in the order of sequences. Nothing here is stronger than relaxed: the
//! channel's word is what hands a message over, the lock is what hands the list over, and the count only has to be seen by those who
//! come after its change.

use std::collections::BTreeSet;
use std::sync::atomic::Ordering::Relaxed;

use queue_core::{Receiver, Sender, bounded};

use crate::sync::{AtomicUsize, Mutex, lock, step};

/// Instead of an id: the message is in the list.
const BACK: u32 = u32::MAX;

/// The deliverable messages, by their ids, of which each stands in it once at most.
#[derive(Debug)]
pub(super) struct Line {
    sender: Sender<u32>,
    receiver: Receiver<u32>,
    /// What came back, by sequence.
    list: Mutex<BTreeSet<(u64, u32)>>,
    /// How many are in the list, for those who find none.
    listed: AtomicUsize,
}

/// What was taken from the channel, and stands for one message that is not yet chosen. Dropped, it loses one.
#[derive(Debug)]
#[must_use]
pub(super) struct Word(u32);

/// The queue was closed.
#[derive(Debug)]
pub(super) struct Closed;

impl Line {
    /// A line for so many messages at most.
    pub(super) fn new(capacity: usize) -> Self {
        let (sender, receiver) = bounded(capacity);
        Self {
            sender,
            receiver,
            list: Mutex::new(BTreeSet::new()),
            listed: AtomicUsize::new(0),
        }
    }

    /// Puts a message at the end.
    pub(super) fn push_back(&self, id: u32) -> Result<(), Closed> {
        debug_assert_ne!(id, BACK);
        self.sender.try_send(id).map_err(|_| Closed)
    }

    /// Puts a message before all with a higher sequence.
    pub(super) fn put_back(&self, sequence: u64, id: u32) -> Result<(), Closed> {
        let mut list = lock(&self.list);
        list.insert((sequence, id));
        step!(M1, self.listed.store(list.len(), Relaxed));
        drop(list);
        self.sender.try_send(BACK).map_err(|_| Closed)
    }

    /// A word, if there is one.
    pub(super) fn try_take(&self) -> Option<Word> {
        self.receiver.try_recv().ok().map(Word)
    }

    /// Waits for a word; `None` when the line is closed and empty. Dropped while it waits, it has taken nothing.
    pub(super) async fn take(&self) -> Option<Word> {
        self.receiver.recv_async().await.ok().map(Word)
    }

    /// The message to be delivered for a word. `sequence_of` is asked for the sequence of an id that came as the word, and never under the list's lock.
    pub(super) fn choose(&self, word: Word, sequence_of: impl FnOnce(u32) -> u64) -> u32 {
        let Word(word) = word;
        if word != BACK && self.listed.load(Relaxed) == 0 {
            return word;
        }
        let own = (word != BACK).then(|| (sequence_of(word), word));
        let mut list = lock(&self.list);
        // Who holds an id may find the list empty: others were faster.
        step!(M2, list.extend(own));
        let (_, first) = list
            .pop_first()
            .expect("each word that says so has a message in the list");
        self.listed.store(list.len(), Relaxed);
        first
    }

    /// How many messages stand in line.
    pub(super) fn len(&self) -> usize {
        self.receiver.len()
    }

    /// Lets nobody in any more, and sends those home who wait.
    pub(super) fn close(&self) {
        step!(M3, {
            self.sender.close();
        });
    }
}
