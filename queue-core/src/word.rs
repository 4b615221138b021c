//! The words that indices are made of: their widths, and the flags in their low bits.
//!
//! ```text
//! index  { ticket … | PARKED PRIORITY CLOSED }
//! ```
//!
//! What tells a claimant that something is unusual lies in the very word that it
//! claims: the claim's CAS compares it at no cost.

use crate::sync::{Ordering, read_exclusive, write_exclusive};

/// In `tail`: no push is accepted any more.
pub(crate) const CLOSED: u64 = 1;
/// In either index: a waiter that claims there has been overtaken too often, and newcomers stand back.
pub(crate) const PRIORITY: u64 = 1 << 1;
/// In `tail` receivers are parked, in `head` senders: the next claim of the
/// index wakes one of them.
pub(crate) const PARKED: u64 = 1 << 2;
pub(crate) const FLAG_BITS: u32 = 3;
pub(crate) const FLAGS: u64 = (1 << FLAG_BITS) - 1;

/// The ticket of an index, its flags put aside.
#[inline(always)]
pub(crate) const fn ticket(index: u64) -> u64 {
    index & !FLAGS
}

/// A width of index and stamp.
pub trait Word: 'static {
    /// The atomic that holds one.
    type Atomic: Send + Sync;
    /// Its width.
    const BITS: u32;
    /// The bits of a `u64` that it holds.
    const MASK: u64 = u64::MAX >> (u64::BITS - Self::BITS);
    fn new(value: u64) -> Self::Atomic;
    fn load(atomic: &Self::Atomic, order: Ordering) -> u64;
    fn store(atomic: &Self::Atomic, value: u64, order: Ordering);
    fn compare_exchange_weak(
        atomic: &Self::Atomic,
        current: u64,
        new: u64,
        success: Ordering,
        failure: Ordering,
    ) -> Result<u64, u64>;
    fn fetch_add(atomic: &Self::Atomic, value: u64, order: Ordering) -> u64;
    fn fetch_or(atomic: &Self::Atomic, value: u64, order: Ordering) -> u64;
    fn fetch_and(atomic: &Self::Atomic, value: u64, order: Ordering) -> u64;
    fn read_exclusive(atomic: &mut Self::Atomic) -> u64;
    fn write_exclusive(atomic: &mut Self::Atomic, value: u64);
}

macro_rules! word {
    ($(#[$attribute:meta])* $name:ident, $atomic:ident, $integer:ty) => {
        $(#[$attribute])*
        #[derive(Debug)]
        #[allow(unreachable_pub, reason = "the one in use belongs to a public type")]
        pub struct $name;

        $(#[$attribute])*
        impl Word for $name {
            type Atomic = crate::sync::$atomic;
            const BITS: u32 = <$integer>::BITS;

            #[inline(always)]
            fn new(value: u64) -> Self::Atomic {
                Self::Atomic::new(value as $integer)
            }

            #[inline(always)]
            fn load(atomic: &Self::Atomic, order: Ordering) -> u64 {
                atomic.load(order) as u64
            }

            #[inline(always)]
            fn store(atomic: &Self::Atomic, value: u64, order: Ordering) {
                atomic.store(value as $integer, order);
            }

            #[inline(always)]
            fn compare_exchange_weak(
                atomic: &Self::Atomic,
                current: u64,
                new: u64,
                success: Ordering,
                failure: Ordering,
            ) -> Result<u64, u64> {
                match atomic.compare_exchange_weak(
                    current as $integer,
                    new as $integer,
                    success,
                    failure,
                ) {
                    Ok(previous) => Ok(previous as u64),
                    Err(actual) => Err(actual as u64),
                }
            }

            #[inline(always)]
            fn fetch_add(atomic: &Self::Atomic, value: u64, order: Ordering) -> u64 {
                atomic.fetch_add(value as $integer, order) as u64
            }

            #[inline(always)]
            fn fetch_or(atomic: &Self::Atomic, value: u64, order: Ordering) -> u64 {
                atomic.fetch_or(value as $integer, order) as u64
            }

            #[inline(always)]
            fn fetch_and(atomic: &Self::Atomic, value: u64, order: Ordering) -> u64 {
                atomic.fetch_and(value as $integer, order) as u64
            }

            #[inline(always)]
            fn read_exclusive(atomic: &mut Self::Atomic) -> u64 {
                read_exclusive!(atomic) as u64
            }

            #[inline(always)]
            fn write_exclusive(atomic: &mut Self::Atomic, value: u64) {
                write_exclusive!(atomic, value as $integer);
            }
        }
    };
}

word!(
    #[cfg(any(all(test, not(queue_shuttle)), queue_loom))]
    W8,
    AtomicU8,
    u8
);
word!(
    #[cfg(any(all(test, not(queue_loom)), queue_shuttle))]
    W16,
    AtomicU16,
    u16
);
word!(
    #[cfg(all(not(queue_model), any(test, not(target_has_atomic = "64"))))]
    W32,
    AtomicU32,
    u32
);
word!(
    #[cfg(all(not(queue_model), target_has_atomic = "64"))]
    W64,
    AtomicU64,
    u64
);

#[cfg(all(not(queue_model), not(target_has_atomic = "64")))]
pub(crate) use crate::sync::AtomicU32 as NativeAtomic;
/// The atomic of the width in use, which a `const` can make.
#[cfg(all(not(queue_model), target_has_atomic = "64"))]
pub(crate) use crate::sync::AtomicU64 as NativeAtomic;

/// The width in use: the widest that the target has; in the models one that overflows soon, eight bits, and
/// sixteen where many threads pass more messages than eight bits have tickets.
#[cfg(queue_loom)]
pub(crate) type NativeWord = W8;
#[cfg(queue_shuttle)]
pub(crate) type NativeWord = W16;
#[cfg(all(not(queue_model), target_has_atomic = "64"))]
pub(crate) type NativeWord = W64;
#[cfg(all(not(queue_model), not(target_has_atomic = "64")))]
pub(crate) type NativeWord = W32;
