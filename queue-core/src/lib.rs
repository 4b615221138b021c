//! A bounded MPMC ring without locks, and channels that park on it.
//!
//! - [`Ring`]: a queue that never parks anybody, for hot paths that poll. [`StaticRing`]: the like in a
//!   `static`, without an allocator. [`spsc::ring`]: the like for one producer and one consumer, wait-free,
//!   with messages that can be written and read in place.
//! - [`bounded`] and [`unbounded`]: channels whose two ends wait for each other, first
//!   spinning briefly, then asleep on a futex. Capacity zero is a rendezvous. [`StaticChannel`] lies in a
//!   `static`.
//! - [`spsc::bounded`], [`mpsc::bounded`], [`spmc::bounded`]: channels that know that an end is alone. Its handle is neither
//!   cloned nor shared, and a second one, or two operations at once, do not compile.
//! - [`select!`], [`select_biased!`], [`Select`]: waiting for several of them at once; with
//!   [`after`], [`at`], [`tick`] and [`never()`] for time.
//! - Batches: [`send_batch`](Sender::send_batch), [`try_send_rest`](Sender::try_send_rest),
//!   [`recv_batch`](Receiver::recv_batch), [`drain`](Receiver::drain); of rings [`push_batch`](Ring::push_batch),
//!   [`pop_batch`](Ring::pop_batch).
//! - In place, by any number of threads: [`write_slot`](Sender::write_slot) and [`read_slot`](Receiver::read_slot) of
//!   bounded channels, and [of rings](Ring::write_slot).
//! - Tries that never wait: [`try_send_now`](Sender::try_send_now), [`try_recv_now`](Receiver::try_recv_now),
//!   [`push_now`](Ring::push_now), [`pop_now`](Ring::pop_now).
//! - [`force_send`](Sender::force_send) overwrites the oldest message; [`send_from`](Sender::send_from) leaves
//!   the message in its place unless it was sent; [`close`](Sender::close) ends a channel from either end; [`WeakSender`] and
//!   [`WeakReceiver`] keep none open.
//! - [`Builder`]: how each end waits, and counters. [`weighted`]: channels bounded by what their messages weigh.
//! - Awaiting, in one line with threads (at capacity 0, behind them): [`send_async`](Sender::send_async),
//!   [`recv_async`](Receiver::recv_async); with the feature `futures` a `Stream` and a `Sink`.
//!
//! # Which one
//!
//! | | at both ends many | one receiver | one sender | one of each |
//! |---|---|---|---|---|
//! | ends that wait, block or await | [`bounded`], [`unbounded`] | [`mpsc::bounded`] | [`spmc::bounded`] | [`spsc::bounded`] |
//! | ends that poll | [`Ring`], [`StaticRing`] | | | [`spsc::ring`] |
//!
//! [`bounded`] does everything. [`mpsc`], [`spmc`] and [`spsc::bounded`] are the same ring with an end that is neither cloned
//! nor shared: for the compiler's sake, not for speed. [`spsc::ring`] is another queue, and the fastest.
//!
//! | | [`bounded`] | an end that is alone | [`unbounded`] |
//! |---|---|---|---|
//! | block, try, await, batches, `Stream`, `Sink`, close | yes | yes | yes |
//! | [`select!`], weak handles, [`send_from`](Sender::send_from), counts | yes | no (`send_async_from` yes) | yes |
//! | slots in place, [`force_send`](Sender::force_send) | yes | no | no slots |
//! | capacity 0, [`Builder`] with ways to wait and [`Stats`] | yes | no | ways to wait, stats |
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
//! - `futures`: `Stream` and `Sink`.
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
#[cfg(feature = "std")]
pub mod mpsc;
pub mod ring;
#[cfg(feature = "std")]
pub mod spmc;
#[cfg(feature = "alloc")]
pub mod spsc;
mod sync;
#[cfg(feature = "std")]
mod wait;
mod word;

#[cfg(feature = "alloc")]
pub use batch::Unsent;
#[cfg(all(feature = "std", not(queue_model)))]
pub use channel::StaticChannel;
#[cfg(feature = "std")]
#[doc(hidden)]
pub use channel::internal;
#[cfg(feature = "std")]
pub use channel::{
    Builder, Drain, IntoIter, Iter, LoneReceiver, LoneSender, ReadSlot, ReadyTimeoutError,
    Receiver, RecvBatchFuture, RecvError, RecvFuture, RecvNowError, RecvTimeoutError, Select,
    SelectTimeoutError, SelectedOperation, SendBatchFuture, SendError, SendFromFuture, SendFuture,
    SendNowError, SendTimeoutError, Sender, Stats, TryIter, TryReadyError, TryRecvError,
    TrySelectError, TrySendError, WeakReceiver, WeakSender, WeightedReceiver, WeightedSendError,
    WeightedSender, WriteSlot, after, at, bounded, never, tick, unbounded, weighted,
};
#[cfg(feature = "futures")]
pub use channel::{RecvStream, SendSink};
#[cfg(feature = "alloc")]
#[doc(inline)]
pub use ring::Ring;
#[cfg(not(queue_model))]
#[doc(inline)]
pub use ring::StaticRing;
#[doc(inline)]
pub use ring::{PopNowError, PushNowError};
#[cfg(feature = "std")]
pub use wait::Waiting;

/// What a model controls: deadlines, and how long it waits awake; under loom, too, chance and waits that
/// return for no reason.
#[cfg(queue_model)]
pub mod model {
    pub use crate::sync::{Deadline, Instant, Patience, is_weakened};
    #[cfg(queue_loom)]
    pub use crate::sync::{set_luck, spurious_returns};
}
