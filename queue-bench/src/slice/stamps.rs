//! How long messages are under way: the times of some of them, noted at both ends.
//!
//! Which ones is decided by a hash of their word alone, so that both ends note the same ones,
//! and so that these stand at no particular place of a burst, a batch, a ring or a window: what
//! happens to every 1024th message happens to as few of those that are noted. An end whose notes
//! are full keeps those with the lower half of the hashes, and goes on at half the rate.

use std::collections::HashMap;
use std::time::Instant;

use crate::message::Word;

/// One in so many messages is noted at first.
const ONE_IN: u64 = 256;

/// The golden ratio's fraction of all words: the upper bits of its multiples are spread most evenly.
const SCATTER: u64 = 0x9E37_79B9_7F4A_7C15;

/// More notes than this are not kept.
const MOST: usize = 4096;

/// When some messages passed this end.
#[derive(Debug)]
pub(crate) struct Stamps {
    notes: Vec<(Word, Instant)>,
    /// Messages with a hash above it are not noted.
    limit: u64,
}

impl Stamps {
    /// None yet; their pages are there before the clock runs.
    pub(crate) fn new() -> Self {
        let mut notes = vec![(0, Instant::now()); MOST];
        notes.clear();
        Self {
            notes,
            limit: u64::MAX / ONE_IN,
        }
    }

    /// A message passes.
    #[inline(always)]
    pub(crate) fn note(&mut self, word: Word) {
        if hash(word) <= self.limit {
            self.add(word);
        }
    }

    #[inline(never)]
    fn add(&mut self, word: Word) {
        if self.notes.len() == MOST {
            self.limit /= 2;
            let limit = self.limit;
            self.notes.retain(|&(word, _)| hash(word) <= limit);
            if hash(word) > limit {
                return;
            }
        }
        self.notes.push((word, Instant::now()));
    }
}

#[inline(always)]
const fn hash(word: Word) -> u64 {
    word.wrapping_mul(SCATTER)
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
    use crate::message::word;

    #[test]
    fn both_ends_keep_the_same_messages_however_many_there_are() {
        let (mut sent, mut received) = (Stamps::new(), Stamps::new());
        let last = 3 * MOST as u64 * ONE_IN;
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
        let noted: Vec<Word> = (0..).filter(|&word| is_noted(word)).take(3).collect();
        sent.note(noted[0]);
        sent.note(noted[1]);
        received.note(noted[1]);
        received.note(noted[2]);
        received.note(noted[2] + 1);
        assert_eq!((sent.notes.len(), received.notes.len()), (2, 2));
        assert_eq!(waits([&sent], [&received]).len(), 1);
    }

    fn is_noted(word: Word) -> bool {
        hash(word) <= u64::MAX / ONE_IN
    }

    #[test]
    fn noted_messages_stand_at_no_particular_place_of_bursts_batches_or_windows() {
        const MESSAGES: u64 = 1 << 22;
        for producer in [0, 1, 15] {
            for period in [2, 8, 16, 64, 100, 1024] {
                let mut noted = vec![0; period];
                for sequence in 0..MESSAGES {
                    if is_noted(word(producer, sequence)) {
                        noted[sequence as usize % period] += 1;
                    }
                }
                let share = (MESSAGES / ONE_IN) as usize / period;
                let fair = share / 2..=2 * share;
                assert!(noted.iter().all(|count| fair.contains(count)), "{noted:?}");
            }
        }
    }
}
