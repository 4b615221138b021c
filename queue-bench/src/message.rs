//! Messages that say where they come from, and the books kept about them.
//!
//! A message is made of a word, which carries its producer in the upper bits and that
//! producer's sequence number in the lower ones. Both sides keep a count and what
//! an exclusive or leaves of the digests, an operation or two each; if they agree in the end, then nothing
//! was lost, duplicated or torn. Every byte of a message is written by its producer
//! and read by its consumer. Where the clock is not running, consumers check the
//! order too.

use std::fmt;

use serde::{Deserialize, Serialize};

/// What a message carries: its producer and its number.
pub type Word = u64;

const SEQUENCE_BITS: u32 = 48;

/// The word of a producer that has sent `sequence` others before.
#[inline]
#[must_use]
pub const fn word(producer: usize, sequence: u64) -> Word {
    (producer as u64) << SEQUENCE_BITS | sequence
}

/// The producer that the word names.
#[inline]
#[must_use]
pub const fn producer(word: Word) -> usize {
    (word >> SEQUENCE_BITS) as usize
}

/// How many others its producer had sent before.
#[inline]
#[must_use]
pub const fn sequence(word: Word) -> u64 {
    word & ((1 << SEQUENCE_BITS) - 1)
}

/// What goes through a queue.
pub trait Message: Clone + Default + fmt::Debug + Send + Sync + Unpin + 'static {
    /// Writes the word into all of the message.
    fn of(word: Word) -> Self;

    /// The word it was made of, unless it has been torn.
    fn word(&self) -> Word;

    /// A number that changes if any byte does: of the same word it is always the same.
    fn digest(&self) -> u64;

    /// The [`digest`](Self::digest) of the message that is made of this word.
    fn digest_of(word: Word) -> u64;

    /// Its bytes, for queues that carry nothing else.
    fn as_bytes(&self) -> &[u8];

    /// The message that has these bytes.
    ///
    /// # Panics
    ///
    /// Panics if none has.
    fn from_bytes(bytes: &[u8]) -> Self;
}

/// Odd, with bits of no pattern: a change of one bit changes many.
const SCATTER: u64 = 0x9e37_79b9_7f4a_7c15;

impl Message for u64 {
    #[inline(always)]
    fn of(word: Word) -> Self {
        word
    }

    #[inline(always)]
    fn word(&self) -> Word {
        *self
    }

    #[inline(always)]
    fn digest(&self) -> u64 {
        *self
    }

    #[inline(always)]
    fn digest_of(word: Word) -> u64 {
        word
    }

    fn as_bytes(&self) -> &[u8] {
        bytemuck::bytes_of(self)
    }

    fn from_bytes(bytes: &[u8]) -> Self {
        bytemuck::pod_read_unaligned(bytes)
    }
}

impl<const N: usize> Message for [u64; N]
where
    [u64; N]: Default,
{
    #[inline(always)]
    fn of(word: Word) -> Self {
        [word; N]
    }

    #[inline(always)]
    fn word(&self) -> Word {
        self[0]
    }

    /// All words of a whole message are the same. What differs is added, and never subtracted: two
    /// messages that have exchanged words cannot make up for each other, at whatever places. (A sum
    /// of words would not notice an exchange at the same place, even if each had a weight by place.)
    /// The factors keep the first word and what differs from it apart.
    #[inline(always)]
    fn digest(&self) -> u64 {
        let differing = self.iter().fold(0, |bits, &word| bits | (word ^ self[0]));
        Self::digest_of(self[0]).wrapping_add(differing.wrapping_mul(SCATTER))
    }

    #[inline(always)]
    fn digest_of(word: Word) -> u64 {
        word.wrapping_mul(2)
    }

    #[inline(always)]
    fn as_bytes(&self) -> &[u8] {
        bytemuck::cast_slice(self)
    }

    #[inline(always)]
    fn from_bytes(bytes: &[u8]) -> Self {
        let mut words = [0; N];
        bytemuck::cast_slice_mut(&mut words).copy_from_slice(bytes);
        words
    }
}

/// Ten characters of seven bits hold a word.
fn characters(word: Word) -> impl DoubleEndedIterator<Item = u8> {
    (0..10_u32).map(move |place| (word >> (7 * place)) as u8 & 0x7f)
}

/// Whatever byte changes, so does the sum, unless two changes cancel out.
fn digest_of_bytes(bytes: impl Iterator<Item = u8>) -> u64 {
    bytes.fold(0, |sum, byte| {
        u64::wrapping_mul(sum, 131).wrapping_add(byte.into())
    })
}

/// A message whose bytes lie elsewhere: allocated by the producer, freed by the consumer.
impl Message for String {
    #[inline]
    fn of(word: Word) -> Self {
        characters(word).map(char::from).collect()
    }

    #[inline]
    fn word(&self) -> Word {
        self.bytes()
            .rev()
            .fold(0, |word, byte| word << 7 | u64::from(byte))
    }

    #[inline]
    fn digest(&self) -> u64 {
        digest_of_bytes(self.bytes())
    }

    #[inline]
    fn digest_of(word: Word) -> u64 {
        digest_of_bytes(characters(word))
    }

    fn as_bytes(&self) -> &[u8] {
        str::as_bytes(self)
    }

    fn from_bytes(bytes: &[u8]) -> Self {
        Self::from_utf8(bytes.to_vec()).expect("its characters are those of ASCII")
    }
}

/// The kinds of messages that there are cells for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Payload {
    /// A word.
    #[serde(rename = "8B")]
    Word,
    /// A cache line.
    #[serde(rename = "64B")]
    Line,
    /// Four cache lines.
    #[serde(rename = "256B")]
    Lines,
    /// A [`String`] of ten bytes.
    String,
}

impl Payload {
    /// Every kind.
    pub const ALL: [Self; 4] = [Self::Word, Self::Line, Self::Lines, Self::String];

    /// How many bytes of it a slot holds.
    #[must_use]
    pub const fn bytes(self) -> usize {
        match self {
            Self::Word => 8,
            Self::Line => 64,
            Self::Lines => 256,
            Self::String => size_of::<String>(),
        }
    }
}

impl fmt::Display for Payload {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Word => "8B",
            Self::Line => "64B",
            Self::Lines => "256B",
            Self::String => "String",
        })
    }
}

/// How many messages passed, and what is left of their digests.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Tally {
    /// The number of messages.
    pub count: u64,
    /// All digests, scattered, one exclusive-or the other. Not added: where the loop has no call in it, both additions
    /// become one of vectors, on the stack, and each message waits for the last one's to be stored. That
    /// bounded every queue whose receive is inlined to 230 million messages per second, and no other.
    pub digests: u64,
}

impl Tally {
    /// Reads one message.
    #[inline]
    pub fn add(&mut self, digest: u64) {
        self.count += 1;
        self.digests ^= digest.wrapping_mul(SCATTER);
    }

    /// The books of several workers in one.
    #[must_use]
    pub fn total(tallies: impl IntoIterator<Item = Self>) -> Self {
        tallies.into_iter().fold(Self::default(), |a, b| Self {
            count: a.count + b.count,
            digests: a.digests ^ b.digests,
        })
    }

    /// Compares what was sent with what was received.
    ///
    /// # Errors
    ///
    /// Says what is missing or too much.
    pub fn check(sent: Self, received: Self) -> Result<(), String> {
        if sent == received {
            return Ok(());
        }
        Err(if sent.count == received.count {
            format!("all {} messages arrived, but not as sent", sent.count)
        } else {
            format!("{} messages sent, {} received", sent.count, received.count)
        })
    }
}

/// One consumer's view of the order: what each producer sent to one channel only ascends.
///
/// Every contract promises at least that. A producer's channels get its messages in
/// turn, so that the sequence number tells which of them a message took.
#[derive(Debug)]
pub struct Ascent {
    next: Vec<u64>,
    channels_per_producer: usize,
    broken: bool,
}

impl Ascent {
    /// Nothing seen yet of that many producers with that many channels each.
    #[must_use]
    pub fn new(producers: usize, channels_per_producer: usize) -> Self {
        Self {
            next: vec![0; producers * channels_per_producer],
            channels_per_producer,
            broken: false,
        }
    }

    /// Notes a message; those between may have gone to other consumers.
    pub fn note(&mut self, word: Word) {
        let (producer, sequence) = (producer(word), sequence(word));
        let turn = (sequence % self.channels_per_producer as u64) as usize;
        let channel = producer * self.channels_per_producer + turn;
        match self.next.get_mut(channel) {
            Some(next) if sequence >= *next => *next = sequence + 1,
            _ => self.broken = true,
        }
    }

    /// Whether a message came after a later one, or from nobody.
    #[must_use]
    pub fn is_broken(&self) -> bool {
        self.broken
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn tally(words: &[Word]) -> Tally {
        let mut tally = Tally::default();
        for &word in words {
            tally.add(word);
        }
        tally
    }

    #[test]
    fn losing_doubling_and_altering_are_all_noticed() {
        let sent = tally(&[word(0, 0), word(0, 1), word(1, 0)]);
        assert_eq!(Tally::check(sent, sent), Ok(()));
        for wrong in [
            tally(&[word(0, 0), word(0, 1)]),
            tally(&[word(0, 0), word(0, 1), word(1, 0), word(1, 0)]),
            tally(&[word(0, 0), word(0, 0), word(1, 0)]),
        ] {
            assert!(Tally::check(sent, wrong).is_err());
        }
    }

    #[test]
    fn every_kind_of_message_gives_its_word_back_and_notices_a_changed_byte() {
        fn check<M: Message>(bytes: usize, alter: impl Fn(&mut M)) {
            for word in [0, 1, word(3, 77), Word::MAX] {
                let mut message = M::of(word);
                assert_eq!(message.word(), word);
                assert_eq!(message.digest(), M::digest_of(word));
                let copy = M::from_bytes(message.as_bytes());
                assert_eq!(copy.word(), word);
                assert_eq!(copy.digest(), M::digest_of(word));
                alter(&mut message);
                assert_ne!(message.digest(), M::digest_of(word));
            }
            assert_eq!(size_of::<M>(), bytes);
        }
        check::<u64>(Payload::Word.bytes(), |word| *word ^= 1 << 40);
        check::<[u64; 8]>(Payload::Line.bytes(), |words| words[7] ^= 1 << 40);
        check::<[u64; 8]>(Payload::Line.bytes(), |words| words[0] ^= 1 << 40);
        check::<[u64; 8]>(Payload::Line.bytes(), |words| words[0] ^= 1 << 63);
        check::<[u64; 32]>(Payload::Lines.bytes(), |words| words[31] ^= 1 << 40);
        check::<String>(Payload::String.bytes(), |text| {
            let last = text.pop().expect("ten characters");
            text.push(if last == 'a' { 'b' } else { 'a' });
        });
    }

    #[test]
    fn two_messages_that_have_exchanged_words_are_noticed() {
        fn check<const N: usize>()
        where
            [u64; N]: Message,
        {
            for (one, other) in [(0, 1), (word(0, 7), word(0, 39)), (word(2, 9), word(3, 9))] {
                let whole = [<[u64; N]>::of(one), <[u64; N]>::of(other)];
                let sent = tally(&whole.each_ref().map(Message::digest));
                for (here, there) in (0..N).flat_map(|here| (0..N).map(move |there| (here, there)))
                {
                    let [mut first, mut second] = whole;
                    (first[here], second[there]) = (other, one);
                    let received = tally(&[first.digest(), second.digest()]);
                    assert!(Tally::check(sent, received).is_err(), "{here} {there}");
                }
                for torn in 1..N {
                    let [mut first, mut second] = whole;
                    first[torn..].swap_with_slice(&mut second[torn..]);
                    let received = tally(&[first.digest(), second.digest()]);
                    assert!(Tally::check(sent, received).is_err(), "from {torn}");
                }
            }
        }
        check::<8>();
        check::<32>();
    }

    #[test]
    fn order_is_kept_for_each_producer_alone() {
        let mut ascent = Ascent::new(2, 1);
        for fine in [word(0, 0), word(1, 7), word(0, 3), word(1, 8)] {
            ascent.note(fine);
        }
        assert!(!ascent.is_broken());
        ascent.note(word(0, 2));
        assert!(ascent.is_broken());
    }

    #[test]
    fn with_several_channels_order_is_kept_for_each_of_them_alone() {
        let mut ascent = Ascent::new(2, 4);
        for fine in [word(1, 5), word(1, 0), word(1, 9), word(0, 9)] {
            ascent.note(fine);
        }
        assert!(!ascent.is_broken());
        ascent.note(word(1, 1));
        assert!(ascent.is_broken());
    }

    #[test]
    fn an_unknown_producer_breaks_the_order() {
        let mut ascent = Ascent::new(1, 1);
        ascent.note(word(1, 0));
        assert!(ascent.is_broken());
    }
}
