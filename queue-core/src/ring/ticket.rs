//! Tickets and stamps, and the arithmetic on them.
//!
//! ```text
//!            high bits                                    low bits
//! index  { lap … | position … | 0 0   | PARKED PRIORITY CLOSED }
//! stamp  { lap … | position … | state |   0       0        0   }
//!          `---- ticket ----'
//! ```
//!
//! A *ticket* numbers a push (in `tail`) or a pop (in `head`). Lap and position
//! are kept apart: the position counts up to the capacity, whatever it is, and
//! then the lap grows by one. A capacity of one has no position bits at all.
//!
//! Index and stamp hold a ticket in the same bits, and never use the same bits
//! beside it. A producer therefore asks "is this slot free in my lap, and has
//! nobody raised a flag?" with one comparison, `stamp == tail`, and a consumer
//! the like with `stamp == head + PUBLISHED`.
//!
//! All arithmetic is on `u64`, cut to the width of the word at the end. With 64
//! bits a ticket repeats after 2^59 operations where the capacity is a power of
//! two, and never after fewer than 2^58. With 32 (only where the target has no
//! 64-bit atomics) it is 2^27 and 2^26: a thread that is suspended between reading
//! a stamp and its claim, while its peers complete exactly a multiple of that many
//! operations, would be deceived. The tests use 8 and 16 bits and one thread, and
//! wrap all the time.

use crate::word::ticket;

/// The slot awaits the push of its stamp's ticket.
pub(crate) const FREE: u64 = 0;
/// The slot holds the message of its stamp's ticket.
pub(crate) const PUBLISHED: u64 = 1 << 3;
/// The slot is in the hands of user code, for as long as that likes.
pub(crate) const GRANTED: u64 = 2 << 3;
/// A grant was given up: the ticket carries no message.
pub(crate) const SKIPPED: u64 = 3 << 3;

const TICKET_SHIFT: u32 = 5;
/// One position on.
pub(super) const ONE: u64 = 1 << TICKET_SHIFT;

/// How one ring's tickets divide into laps and positions.
#[derive(Clone, Copy, Debug)]
pub struct Geometry {
    capacity: usize,
    /// The bits of the position.
    positions: u64,
    /// One lap on.
    lap: u64,
    /// What the last position of a lap skips beyond one step, to begin the next lap.
    gap: u64,
    /// The bits of the word.
    word: u64,
}

impl Geometry {
    /// # Panics
    ///
    /// Panics where the capacity is zero, or leaves a word of this width fewer
    /// than two laps: a full ring could not be told from an empty one.
    #[track_caller]
    pub(crate) const fn new(capacity: usize, word_bits: u32) -> Self {
        assert!(capacity > 0, "capacity must be non-zero");
        let lap = match (capacity as u64).checked_next_power_of_two() {
            Some(per_lap) if per_lap.ilog2() + TICKET_SHIFT < word_bits => per_lap << TICKET_SHIFT,
            _ => panic!("capacity is too large"),
        };
        Self {
            capacity,
            positions: lap - ONE,
            lap,
            gap: lap - capacity as u64 * ONE,
            word: u64::MAX >> (u64::BITS - word_bits),
        }
    }

    #[inline(always)]
    pub(crate) const fn capacity(&self) -> usize {
        self.capacity
    }

    /// The ticket at which every ring begins: one lap before the word overflows,
    /// so that the wrap-around is the first thing that happens to a ring, not
    /// the last.
    pub(crate) const fn first_ticket(&self) -> u64 {
        self.lap.wrapping_neg() & self.word
    }

    /// The position of an index or stamp: always less than the capacity.
    #[inline(always)]
    pub(crate) const fn position(&self, word: u64) -> usize {
        ((word & self.positions) >> TICKET_SHIFT) as usize
    }

    /// What to add to an index to go one ticket on. Flags are kept.
    #[inline(always)]
    pub(crate) const fn step(&self, index: u64) -> u64 {
        if self.position(index) + 1 == self.capacity {
            ONE + self.gap
        } else {
            ONE
        }
    }

    /// The index one ticket on, with its flags kept.
    #[inline(always)]
    pub(crate) const fn next(&self, index: u64) -> u64 {
        index.wrapping_add(self.step(index)) & self.word
    }

    /// The index so many tickets on, up to a whole lap, with its flags kept.
    #[inline(always)]
    pub(crate) const fn advance(&self, index: u64, tickets: usize) -> u64 {
        let gap = if self.position(index) + tickets >= self.capacity {
            self.gap
        } else {
            0
        };
        let on = (tickets as u64).wrapping_mul(ONE).wrapping_add(gap);
        index.wrapping_add(on) & self.word
    }

    /// The same position one lap on.
    #[inline(always)]
    pub(crate) const fn next_lap(&self, word: u64) -> u64 {
        word.wrapping_add(self.lap) & self.word
    }

    /// How many tickets `tail` is ahead of `head`; `None` where they cannot be
    /// of one moment.
    pub(crate) const fn distance(&self, head: u64, tail: u64) -> Option<usize> {
        let (from, to) = (self.position(head), self.position(tail));
        let laps = (ticket(tail) & !self.positions).wrapping_sub(ticket(head) & !self.positions)
            & self.word;
        if laps == 0 && to >= from {
            Some(to - from)
        } else if laps == self.lap && to <= from {
            Some(self.capacity - from + to)
        } else {
            None
        }
    }
}

#[cfg(all(test, not(queue_model)))]
mod tests {
    use super::*;
    use crate::word::{CLOSED, FLAGS, NativeWord, PARKED, PRIORITY, W8, W16, W32, Word};

    fn every_capacity<W: Word>() -> impl Iterator<Item = Geometry> {
        (1..=64).map_while(|capacity: usize| {
            let fits = capacity.next_power_of_two().ilog2() + TICKET_SHIFT < W::BITS;
            fits.then(|| Geometry::new(capacity, W::BITS))
        })
    }

    fn walks_all_positions<W: Word>() {
        for geometry in every_capacity::<W>() {
            let mut at = geometry.first_ticket();
            for turn in 0..600 {
                assert_eq!(geometry.position(at), turn % geometry.capacity());
                let next = geometry.next(at | CLOSED | PARKED);
                assert_eq!(next & FLAGS, CLOSED | PARKED, "flags are kept");
                at = ticket(next);
            }
        }
    }

    #[test]
    fn tickets_visit_the_positions_in_turn_and_wrap() {
        walks_all_positions::<W8>();
        walks_all_positions::<W16>();
        walks_all_positions::<W32>();
        walks_all_positions::<NativeWord>();
    }

    #[test]
    fn a_lap_is_capacity_tickets() {
        for geometry in every_capacity::<W8>().chain(every_capacity::<W16>()) {
            let start = geometry.first_ticket();
            let end = (0..geometry.capacity()).fold(start, |at, _| geometry.next(at));
            assert_eq!(end, geometry.next_lap(start));
            assert_ne!(end, start, "full and empty differ");
        }
    }

    #[test]
    fn to_advance_is_to_take_so_many_steps() {
        for geometry in every_capacity::<W8>().chain(every_capacity::<W16>()) {
            let mut start = geometry.first_ticket() | PARKED;
            for _ in 0..=geometry.capacity() {
                let mut at = start;
                for tickets in 0..=geometry.capacity() {
                    assert_eq!(geometry.advance(start, tickets), at);
                    at = geometry.next(at);
                }
                start = geometry.next(start);
            }
        }
    }

    #[test]
    fn distance_counts_and_rejects_what_no_moment_had() {
        for geometry in every_capacity::<W16>().chain(every_capacity::<W8>()) {
            let mut head = geometry.first_ticket();
            for _ in 0..200 {
                let mut tail = head;
                for ahead in 0..=geometry.capacity() {
                    assert_eq!(geometry.distance(head, tail | CLOSED), Some(ahead));
                    tail = geometry.next(tail);
                }
                if geometry.lap.wrapping_mul(4) & geometry.word != 0 {
                    assert_eq!(geometry.distance(head, tail), None, "beyond the capacity");
                }
                head = geometry.next(head);
            }
        }
    }

    #[test]
    fn a_flag_or_a_foreign_state_spoils_the_comparison() {
        let geometry = Geometry::new(3, W16::BITS);
        let stamp = geometry.first_ticket();
        for flag in [CLOSED, PRIORITY, PARKED] {
            for state in [FREE, PUBLISHED, GRANTED, SKIPPED] {
                assert_ne!(stamp | state, stamp | flag);
                assert_ne!(stamp | state, (stamp | flag) + PUBLISHED);
            }
        }
    }

    #[test]
    #[should_panic(expected = "capacity is too large")]
    fn too_few_laps_are_refused() {
        Geometry::new(5, W8::BITS);
    }

    #[test]
    #[should_panic(expected = "capacity is too large")]
    fn a_capacity_beyond_every_power_of_two_is_refused() {
        Geometry::new(usize::MAX, NativeWord::BITS);
    }
}
