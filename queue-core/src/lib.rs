//! A bounded MPMC ring without locks, and channels that park on it.
//!
//! - [`Ring`]: a queue that never parks anybody, for hot paths that poll.
//! - [`spsc::ring`]: the like for one producer and one consumer, wait-free, with messages that can be
//!   written and read in place.
//! - [`bounded`] and [`unbounded`]: channels whose two ends wait for each other, first
//!   spinning briefly, then asleep on a futex. Capacity zero is a rendezvous.
//! - [`select!`], [`select_biased!`], [`Select`]: waiting for several of them at once; with
//!   [`after`], [`at`], [`tick`] and [`never()`] for time.
//!
//! What the calls of other channel crates are called here is said in [`migration`].
//!
//! ```
//! use queue_core::bounded;
//! use std::thread;
//!
//! let (sender, receiver) = bounded(1024);
//! let consumer = thread::spawn(move || receiver.iter().map(u64::from).sum::<u64>());
//! for reading in 0..10_000_u32 {
//!     sender.send(reading).unwrap();
//! }
//! drop(sender);
//! assert_eq!(consumer.join().unwrap(), 49_995_000);
//! ```
//!
//! # Features
//!
//! - `std`, on by default: the channels. Without it the crate is `no_std`.
//! - `alloc`, part of `std`: [`Ring`], [`spsc`], and batches of rings. Without it there is
//!   [`StaticRing`], which allocates nothing.
//! - `portable-park`: wait with [`std::thread::park`] instead of the futex, as
//!   is done anyway where there is none (elsewhere than on 64-bit Linux). A blocking
//!   call may then use up a token that was meant for the thread's own `park`, or
//!   leave one behind.

#![cfg_attr(not(feature = "std"), no_std)]
#![cfg_attr(
    not(feature = "std"),
    allow(
        dead_code,
        unused_imports,
        unused_macros,
        reason = "what only channels ask of a ring is idle without them"
    )
)]

#[cfg(feature = "alloc")]
extern crate alloc;

#[cfg(feature = "alloc")]
mod batch;
#[cfg(feature = "std")]
mod blocks;
#[cfg(feature = "std")]
mod channel;
#[cfg(feature = "std")]
pub mod migration;
pub mod ring;
#[cfg(feature = "alloc")]
pub mod spsc;
mod sync;
#[cfg(feature = "std")]
mod wait;
mod word;

#[cfg(feature = "alloc")]
pub use batch::Unsent;
#[cfg(all(feature = "std", not(queue_loom)))]
pub use channel::StaticChannel;
#[cfg(feature = "std")]
#[doc(hidden)]
pub use channel::internal;
#[cfg(feature = "std")]
pub use channel::{
    Builder, Drain, IntoIter, Iter, ReadyTimeoutError, Receiver, RecvError, RecvNowError,
    RecvTimeoutError, Select, SelectTimeoutError, SelectedOperation, SendError, SendNowError,
    SendTimeoutError, Sender, Stats, TryIter, TryReadyError, TryRecvError, TrySelectError,
    TrySendError, WeakReceiver, WeakSender, WeightedReceiver, WeightedSendError, WeightedSender,
    after, at, bounded, never, tick, unbounded, weighted,
};
#[cfg(feature = "alloc")]
pub use ring::Ring;
#[cfg(not(queue_loom))]
pub use ring::StaticRing;
#[cfg(feature = "std")]
pub use wait::Waiting;

/// What a model controls: deadlines, chance, waits that return for no reason, and
/// how long it waits awake.
#[cfg(queue_loom)]
pub mod model {
    pub use crate::sync::{Deadline, Instant, Patience, set_luck, spurious_returns};
}

#[cfg(doctest)]
#[doc = include_str!("../../README.md")]
struct ReadmeExamples;
