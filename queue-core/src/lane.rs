//! A queue for one producer and one consumer who may park on it.
//!
//! ```text
//!   head { ticket | PARKED }   the consumer's          tail { ticket | PARKED CLOSED }   the producer's
//!             ▼                                           ▼
//!   ┌────────┬────────┬────────┬────────┬────────┬────────┬────────┬────────┐
//!   │        │ message│ message│ message│ message│ message│        │        │   values, and nothing between them
//!   └────────┴────────┴────────┴────────┴────────┴────────┴────────┴────────┘
//!   producer { tail, limit }   a line that nobody else reads: how far it knows that it can go
//!   consumer { head, limit }   the like
//! ```
//!
//! The protocol of [`spsc::ring`](crate::spsc), on words with flags. Each end knows its own index by heart, and a
//! limit, which it looks up in the other one's index only where it has come to it. A push writes, and moves `tail`
//! on by a CAS *from the ticket that it knows, without a flag*. So it fails only where a flag is up: where that is CLOSED, nothing
//! was published and the message is read back; where it is PARKED, the next CAS keeps it, and tells that a receiver is to
//! be woken. A pop reads, and moves `head` on in the same way. One CAS serves a whole run.
//!
//! **Where an operation takes effect**: at its CAS.
//!
//! **Before sleeping** the sleeper pays ([`crate::wait`]): it raises PARKED in the index that the other end moves, and
//! tries again, which looks that very index up. Either the CAS came before, and is seen, or it meets the flag.
//!
//! **Orderings.** A message is handed over by `tail` (L1 to L2), and its slot back by `head` (L3 to L4). Who raises or lowers a
//! flag does it by an RMW, which stands in the release sequence of the CAS before it.
//!
//! **Progress**: no call waits for the other end. A CAS is repeated where a flag has changed under it, which takes a peer that
//! goes to sleep, is woken, or closes.

#[cfg(all(test, not(queue_model)))]
mod tests;

use std::fmt;
use std::marker::PhantomData;
use std::mem;
use std::ptr;

use crossbeam_utils::CachePadded;

use crate::batch::Batch;
use crate::ring::{Refusal, Run};
use crate::spsc::Slots;
use crate::sync::{Ordering, UnsafeCell, order};
use crate::word::{CLOSED, FLAG_BITS, FLAGS, NativeWord, PARKED, Word, ticket};

/// The queue of a channel with one sender and one receiver.
pub struct Lane<T, W: Word = NativeWord> {
    /// Before this ticket everything has been published. With `CLOSED`, and `PARKED` for the receiver.
    tail: CachePadded<W::Atomic>,
    /// Before this ticket everything has been taken. With `PARKED` for the sender.
    head: CachePadded<W::Atomic>,
    producer: CachePadded<UnsafeCell<Known>>,
    consumer: CachePadded<UnsafeCell<Known>>,
    slots: Slots<T>,
    capacity: usize,
    messages: PhantomData<UnsafeCell<T>>,
}

/// What an end knows.
struct Known {
    /// Its own index, without flags.
    own: u64,
    /// How far it can go: as it was at the last look at the other end's index.
    limit: u64,
}

// SAFETY: by the contract of `new` each end is in one pair of hands; the lane hands each message from the one to the other,
// ordered by the indices, and gives out no references to messages.
unsafe impl<T: Send, W: Word> Sync for Lane<T, W> {}
// SAFETY: as above; an owned lane owns its messages.
unsafe impl<T: Send, W: Word> Send for Lane<T, W> {}

impl<T, W: Word> Lane<T, W> {
    /// An empty lane. Its tickets begin one lap before they overflow, so that the wrap-around is the first thing
    /// that happens to it, not the last.
    ///
    /// # Safety
    ///
    /// The calls of the producer (those that push, or say whether a push is possible) are made one after the other,
    /// each after the end of the one before, in the sense of happens-before; the calls of the consumer likewise.
    ///
    /// # Panics
    ///
    /// Panics where the capacity is zero or too large.
    #[track_caller]
    pub(crate) unsafe fn new(capacity: usize) -> Self {
        let slots = Slots::new(capacity);
        assert!(
            slots.count().ilog2() + FLAG_BITS < W::BITS,
            "capacity is too large"
        );
        let first = ticket_of::<W>(slots.count().wrapping_neg());
        let known = |limit| CachePadded::new(UnsafeCell::new(Known { own: first, limit }));
        Self {
            tail: CachePadded::new(W::new(first)),
            head: CachePadded::new(W::new(first)),
            producer: known(advance::<W>(first, capacity)),
            consumer: known(first),
            slots,
            capacity,
            messages: PhantomData,
        }
    }

    #[inline(always)]
    fn producing<R>(&self, act: impl FnOnce(&mut Known) -> R) -> R {
        self.producer.with_mut(|known| {
            // SAFETY: only the producer's calls come here, one after the other, and none of them twice.
            act(unsafe { &mut *known })
        })
    }

    #[inline(always)]
    fn consuming<R>(&self, act: impl FnOnce(&mut Known) -> R) -> R {
        self.consumer.with_mut(|known| {
            // SAFETY: only the consumer's calls come here, one after the other, and none of them twice.
            act(unsafe { &mut *known })
        })
    }

    /// How many slots are free: those that are known to be, if they are as many as `wanted`, which is not zero; else all,
    /// or why there is none.
    #[inline(always)]
    fn free_for(&self, known: &mut Known, wanted: usize) -> Result<usize, Refusal> {
        let free = distance::<W>(known.own, known.limit);
        if free >= wanted {
            return Ok(free);
        }
        // ORDERING(L4): pairs with L3; without it a slot may be overwritten before it is read.
        let head = ticket(W::load(&self.head, order!(L4, Acquire)));
        known.limit = advance::<W>(head, self.capacity);
        match distance::<W>(known.own, known.limit) {
            0 if self.is_closed() => Err(Refusal::Closed),
            0 => Err(Refusal::Spent),
            free => Ok(free),
        }
    }

    /// The like, of messages to take.
    #[inline(always)]
    fn ready_for(&self, known: &mut Known, wanted: usize) -> Result<usize, Refusal> {
        let ready = distance::<W>(known.own, known.limit);
        if ready >= wanted {
            return Ok(ready);
        }
        // ORDERING(L2): pairs with L1 and L5; without it a message may be read before it is written, and
        // who is told of the end may not see what the closer did before.
        let tail = W::load(&self.tail, order!(L2, Acquire));
        known.limit = ticket(tail);
        match distance::<W>(known.own, known.limit) {
            0 if tail & CLOSED != 0 => Err(Refusal::Closed),
            0 => Err(Refusal::Spent),
            ready => Ok(ready),
        }
    }

    /// Hands over so many messages from `known.own` on: whether a receiver is parked. `None`, and nothing has been handed over,
    /// where the lane has been closed.
    #[inline(always)]
    fn publish(&self, known: &mut Known, length: usize) -> Option<bool> {
        let to = advance::<W>(known.own, length);
        // ORDERING(L1): pairs with L2; without it a message may be read before it is written.
        let published = W::compare_exchange_weak(
            &self.tail,
            known.own,
            to,
            order!(L1, Release),
            Ordering::Relaxed,
        );
        let parked = match published {
            Ok(_) => false,
            Err(_) => self.publish_flagged(to)?,
        };
        known.own = to;
        Some(parked)
    }

    #[cold]
    fn publish_flagged(&self, to: u64) -> Option<bool> {
        loop {
            // ORDERING(L6): pairs with L5; without it the sender that is turned away may not see what
            // the closer did before.
            let tail = W::load(&self.tail, order!(L6, Acquire));
            if tail & CLOSED != 0 {
                return None;
            }
            // ORDERING(L1): as in `publish`.
            let published = W::compare_exchange_weak(
                &self.tail,
                tail,
                to | tail & FLAGS,
                order!(L1, Release),
                Ordering::Relaxed,
            );
            if published.is_ok() {
                return Some(tail & PARKED != 0);
            }
        }
    }

    /// Gives so many slots from `known.own` on back: whether a sender is parked.
    #[inline(always)]
    fn release(&self, known: &mut Known, length: usize) -> bool {
        let to = advance::<W>(known.own, length);
        // ORDERING(L3): pairs with L4; without it a slot may be overwritten before it is read.
        let released = W::compare_exchange_weak(
            &self.head,
            known.own,
            to,
            order!(L3, Release),
            Ordering::Relaxed,
        );
        known.own = to;
        released.is_err() && self.release_flagged(to)
    }

    #[cold]
    fn release_flagged(&self, to: u64) -> bool {
        loop {
            // ORDERING(relaxed): a guess, which the CAS confirms.
            let head = W::load(&self.head, Ordering::Relaxed);
            // ORDERING(L3): as in `release`.
            let released = W::compare_exchange_weak(
                &self.head,
                head,
                to | head & FLAGS,
                order!(L3, Release),
                Ordering::Relaxed,
            );
            if released.is_ok() {
                return head & PARKED != 0;
            }
        }
    }

    /// # Safety
    ///
    /// The slot of this ticket is the producer's, and holds nothing.
    #[inline(always)]
    unsafe fn write(&self, at: u64, message: T) {
        let index = index_of(at);
        self.slots.witness().write(index, 1);
        // SAFETY: by the contract.
        unsafe { self.slots.slot(index).write(message) };
    }

    /// # Safety
    ///
    /// The slot of this ticket is the caller's, and holds a message, which is read once.
    #[inline(always)]
    unsafe fn read(&self, at: u64) -> T {
        let index = index_of(at);
        self.slots.witness().write(index, 1);
        // SAFETY: by the contract.
        unsafe { self.slots.slot(index).read() }
    }

    /// Pushes if there is room: whether a receiver is parked. The producer's.
    #[inline(always)]
    pub(crate) fn push(&self, message: T) -> Result<bool, (Refusal, T)> {
        self.producing(|known| {
            if let Err(refusal) = self.free_for(known, 1) {
                return Err((refusal, message));
            }
            // SAFETY: it is free, and the producer's until it is published.
            unsafe { self.write(known.own, message) };
            self.publish(known, 1).ok_or_else(|| {
                // SAFETY: it has just been written, and was not published.
                (Refusal::Closed, unsafe { self.read(known.own) })
            })
        })
    }

    /// Pushes from the front of a batch that is not empty, as many as there is room for. The producer's.
    pub(crate) fn push_run<const N: usize>(&self, batch: &mut Batch<T, N>) -> Result<Run, Refusal> {
        self.producing(|known| {
            let length = self.free_for(known, batch.len())?.min(batch.len());
            let tickets = (0..length).map(|offset| advance::<W>(known.own, offset));
            for (at, message) in tickets.clone().zip(batch.take_run(length)) {
                // SAFETY: so many are free, and the producer's until they are published.
                unsafe { self.write(at, message) };
            }
            let first = known.own;
            match self.publish(known, length) {
                Some(parked) => Ok(Run { length, parked }),
                None => {
                    for offset in (0..length).rev() {
                        // SAFETY: they have just been written, and were not published.
                        batch.put_back(unsafe { self.read(advance::<W>(first, offset)) });
                    }
                    Err(Refusal::Closed)
                }
            }
        })
    }

    /// Pops if there is a message: it, and whether a sender is parked. The consumer's.
    #[inline(always)]
    pub(crate) fn pop(&self) -> Result<(T, bool), Refusal> {
        self.consuming(|known| {
            self.ready_for(known, 1)?;
            // SAFETY: it has been published, and is the consumer's until it is given back.
            let message = unsafe { self.read(known.own) };
            Ok((message, self.release(known, 1)))
        })
    }

    /// Pops up to `limit` messages, which is not zero, onto the end of `into`. The consumer's.
    ///
    /// # Panics
    ///
    /// Panics where `into` cannot grow, before anything is taken.
    pub(crate) fn pop_run(&self, into: &mut Vec<T>, limit: usize) -> Result<Run, Refusal> {
        self.consuming(|known| {
            let length = self.ready_for(known, limit)?.min(limit);
            into.reserve(length);
            let first = index_of(known.own);
            let ahead = length.min(self.slots.count() - (first & (self.slots.count() - 1)));
            self.slots.witness().write(first, length);
            // SAFETY: so many have been published from the first on, in two pieces, of which the second begins the next lap; and
            // so many places behind the end of `into` are free, by the `reserve`.
            unsafe {
                let end = into.as_mut_ptr().add(into.len());
                ptr::copy_nonoverlapping(self.slots.slot(first), end, ahead);
                ptr::copy_nonoverlapping(self.slots.slot(0), end.add(ahead), length - ahead);
                into.set_len(into.len() + length);
            }
            let parked = self.release(known, length);
            Ok(Run { length, parked })
        })
    }

    /// How many slots are free, up to `limit`, which is not zero. The producer's.
    pub(crate) fn free(&self, limit: usize) -> usize {
        let free = self.producing(|known| self.free_for(known, limit));
        free.unwrap_or(0).min(limit)
    }

    /// Whether a push would be done, or why not. The producer's.
    pub(crate) fn pushable(&self) -> Result<(), Refusal> {
        if self.is_closed() {
            return Err(Refusal::Closed);
        }
        self.producing(|known| self.free_for(known, 1)).map(drop)
    }

    /// Whether so many pushes look possible: a hint. The producer's.
    pub(crate) fn looks_free(&self, wanted: usize) -> bool {
        // ORDERING(relaxed): a hint, which an attempt confirms.
        let head = ticket(W::load(&self.head, Ordering::Relaxed));
        let limit = advance::<W>(head, self.capacity);
        self.producing(|known| distance::<W>(known.own, limit)) >= wanted
    }

    /// Whether so many pops look possible: a hint. The consumer's.
    pub(crate) fn looks_ready(&self, wanted: usize) -> bool {
        // ORDERING(relaxed): a hint, which an attempt confirms.
        let tail = ticket(W::load(&self.tail, Ordering::Relaxed));
        self.consuming(|known| distance::<W>(known.own, tail)) >= wanted
    }

    /// Accepts no more pushes. Whether it was open.
    pub(crate) fn close(&self) -> bool {
        // ORDERING(L5): pairs with L2, L6 and itself; without it who is told "closed" may not see what the
        // closer did before.
        W::fetch_or(&self.tail, CLOSED, order!(L5, AcqRel)) & CLOSED == 0
    }

    pub(crate) fn is_closed(&self) -> bool {
        // ORDERING(L6): as in `publish_flagged`.
        W::load(&self.tail, order!(L6, Acquire)) & CLOSED != 0
    }

    /// Raises the flag that the receiver is parked: the next push tells.
    pub(crate) fn announce_receiver(&self) {
        // ORDERING(relaxed): the flag and the ticket are one word, which an RMW reads at its newest.
        W::fetch_or(&self.tail, PARKED, Ordering::Relaxed);
    }

    /// Lowers the flag of [`announce_receiver`](Self::announce_receiver).
    pub(crate) fn no_receiver(&self) {
        // ORDERING(relaxed): under the lock of the list that has become empty.
        W::fetch_and(&self.tail, !PARKED, Ordering::Relaxed);
    }

    /// Raises the flag that the sender is parked: the next pop tells.
    pub(crate) fn announce_sender(&self) {
        // ORDERING(relaxed): as in `announce_receiver`.
        W::fetch_or(&self.head, PARKED, Ordering::Relaxed);
    }

    /// Lowers the flag of [`announce_sender`](Self::announce_sender).
    pub(crate) fn no_sender(&self) {
        // ORDERING(relaxed): as in `no_receiver`.
        W::fetch_and(&self.head, !PARKED, Ordering::Relaxed);
    }

    pub(crate) fn capacity(&self) -> usize {
        self.capacity
    }

    /// How many messages are in it. One of the ends asks: its own index is as it knows it, and the other one is never more
    /// than a lap away, however old.
    pub(crate) fn len(&self) -> usize {
        // ORDERING(relaxed): a count, which synchronises nothing.
        let tail = ticket(W::load(&self.tail, Ordering::Relaxed));
        // ORDERING(relaxed): as above.
        let head = ticket(W::load(&self.head, Ordering::Relaxed));
        distance::<W>(head, tail)
    }
}

/// The ticket with this number.
#[inline(always)]
fn ticket_of<W: Word>(number: usize) -> u64 {
    ((number as u64) << FLAG_BITS) & W::MASK
}

/// The number of a ticket, as far as it tells its slot.
#[inline(always)]
fn index_of(at: u64) -> usize {
    (at >> FLAG_BITS) as usize
}

#[inline(always)]
fn advance<W: Word>(at: u64, tickets: usize) -> u64 {
    at.wrapping_add((tickets as u64) << FLAG_BITS) & W::MASK
}

/// How many tickets `to` is ahead of `from`.
#[inline(always)]
fn distance<W: Word>(from: u64, to: u64) -> usize {
    index_of(to.wrapping_sub(from) & W::MASK)
}

impl<T, W: Word> Drop for Lane<T, W> {
    /// Drops what is left, oldest first, each once. Where such a drop panics, the rest is leaked, and the memory
    /// freed all the same.
    fn drop(&mut self) {
        if mem::needs_drop::<T>() {
            let mut at = ticket(W::read_exclusive(&mut self.head));
            let end = ticket(W::read_exclusive(&mut self.tail));
            while at != end {
                // SAFETY: between the indices lie the messages, and both ends are gone.
                let message = unsafe { self.read(at) };
                at = advance::<W>(at, 1);
                drop(message);
            }
        }
    }
}

impl<T, W: Word> fmt::Debug for Lane<T, W> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad("Lane { .. }")
    }
}
