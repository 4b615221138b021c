//! Messages that say where they come from, and the books kept about them.
//!
//! A message carries its producer in the upper bits and that producer's sequence
//! number in the lower ones. Both sides keep a count and a wrapping sum, which
//! cost an addition each; if they agree in the end, then nothing was lost,
//! duplicated or torn. Where the clock is not running, consumers check the order
//! too.

/// What is sent: a word.
pub type Message = u64;

const SEQUENCE_BITS: u32 = 48;

/// The message of a producer that has sent `sequence` others before.
#[inline]
#[must_use]
pub const fn message(producer: usize, sequence: u64) -> Message {
    (producer as u64) << SEQUENCE_BITS | sequence
}

/// How many messages passed, and their sum.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Tally {
    /// The number of messages.
    pub count: u64,
    /// The wrapping sum of the messages.
    pub sum: u64,
}

impl Tally {
    /// Reads one message.
    #[inline]
    pub fn add(&mut self, message: Message) {
        self.count += 1;
        self.sum = self.sum.wrapping_add(message);
    }

    /// The books of several workers in one.
    #[must_use]
    pub fn total(tallies: impl IntoIterator<Item = Self>) -> Self {
        tallies.into_iter().fold(Self::default(), |a, b| Self {
            count: a.count + b.count,
            sum: a.sum.wrapping_add(b.sum),
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
    pub fn note(&mut self, message: Message) {
        let producer = (message >> SEQUENCE_BITS) as usize;
        let sequence = message & ((1 << SEQUENCE_BITS) - 1);
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

    fn tally(messages: &[Message]) -> Tally {
        let mut tally = Tally::default();
        for &message in messages {
            tally.add(message);
        }
        tally
    }

    #[test]
    fn losing_doubling_and_altering_are_all_noticed() {
        let sent = tally(&[message(0, 0), message(0, 1), message(1, 0)]);
        assert_eq!(Tally::check(sent, sent), Ok(()));
        for wrong in [
            tally(&[message(0, 0), message(0, 1)]),
            tally(&[message(0, 0), message(0, 1), message(1, 0), message(1, 0)]),
            tally(&[message(0, 0), message(0, 0), message(1, 0)]),
        ] {
            assert!(Tally::check(sent, wrong).is_err());
        }
    }

    #[test]
    fn order_is_kept_for_each_producer_alone() {
        let mut ascent = Ascent::new(2, 1);
        for fine in [message(0, 0), message(1, 7), message(0, 3), message(1, 8)] {
            ascent.note(fine);
        }
        assert!(!ascent.is_broken());
        ascent.note(message(0, 2));
        assert!(ascent.is_broken());
    }

    #[test]
    fn with_several_channels_order_is_kept_for_each_of_them_alone() {
        let mut ascent = Ascent::new(2, 4);
        for fine in [message(1, 5), message(1, 0), message(1, 9), message(0, 9)] {
            ascent.note(fine);
        }
        assert!(!ascent.is_broken());
        ascent.note(message(1, 1));
        assert!(ascent.is_broken());
    }

    #[test]
    fn an_unknown_producer_breaks_the_order() {
        let mut ascent = Ascent::new(1, 1);
        ascent.note(message(1, 0));
        assert!(ascent.is_broken());
    }
}
