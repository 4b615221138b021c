//! How long messages are under way: the times of some of them, noted at both ends.
//!
//! Which ones is decided by their number alone, so that both ends note the same ones.
//! An end whose notes are full keeps every second one, and goes on at half the rate.

use std::collections::HashMap;
use std::time::Instant;

use crate::message::Word;

/// One in so many messages is noted at first.
const STRIDE: u64 = 256;

/// More notes than this are not kept.
const MOST: usize = 4096;

/// When some messages passed this end.
#[derive(Debug)]
pub(crate) struct Stamps {
    notes: Vec<(Word, Instant)>,
    stride: u64,
}

impl Stamps {
    /// None yet; their pages are there before the clock runs.
    pub(crate) fn new() -> Self {
        let mut notes = vec![(0, Instant::now()); MOST];
        notes.clear();
        Self {
            notes,
            stride: STRIDE,
        }
    }

    /// A message passes.
    #[inline(always)]
    pub(crate) fn note(&mut self, word: Word) {
        // The stride is a power of two.
        if word & (self.stride - 1) == 0 {
            self.add(word);
        }
    }

    #[inline(never)]
    fn add(&mut self, word: Word) {
        if self.notes.len() == MOST {
            self.stride *= 2;
            let stride = self.stride;
            self.notes.retain(|(word, _)| word.is_multiple_of(stride));
            if !word.is_multiple_of(stride) {
                return;
            }
        }
        self.notes.push((word, Instant::now()));
    }
}

/// The nanoseconds between both ends, of every message that both have noted.
pub(crate) fn waits<'a>(
    sent: impl IntoIterator<Item = &'a Stamps>,
    received: impl IntoIterator<Item = &'a Stamps>,
) -> Vec<u64> {
    let sent: HashMap<Word, Instant> = sent
        .into_iter()
        .flat_map(|stamps| stamps.notes.iter().copied())
        .collect();
    received
        .into_iter()
        .flat_map(|stamps| &stamps.notes)
        .filter_map(|(word, arrived)| {
            let wait = arrived.saturating_duration_since(*sent.get(word)?);
            Some(wait.as_nanos() as u64)
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn both_ends_keep_the_same_messages_however_many_there_are() {
        let (mut sent, mut received) = (Stamps::new(), Stamps::new());
        let last = 3 * MOST as u64 * STRIDE;
        // The end that sees fewer messages is full later.
        (0..last).for_each(|word| sent.note(word));
        (0..last / 8).for_each(|word| received.note(word));
        assert!(sent.notes.len() > MOST / 2 && sent.notes.len() <= MOST);
        let waits = waits([&sent], [&received]);
        let kept = sent.notes.iter().filter(|(word, _)| *word < last / 8);
        assert_eq!(waits.len(), kept.count());
        assert!(waits.len() > 100);
    }

    #[test]
    fn what_only_one_end_has_noted_does_not_count() {
        let (mut sent, mut received) = (Stamps::new(), Stamps::new());
        sent.note(0);
        sent.note(STRIDE);
        received.note(STRIDE);
        received.note(2 * STRIDE);
        received.note(2 * STRIDE + 1);
        assert_eq!(waits([&sent], [&received]).len(), 1);
    }
}
