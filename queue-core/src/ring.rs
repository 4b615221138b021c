//! The ring: slots, claims, and the queue made of them.
//!
//! It knows no thread: nothing here sleeps or wakes anybody. [`Ring`] is what
//! users see of it; channels stand on the same slots and claims.

#[cfg(feature = "alloc")]
mod batch;
mod claim;
mod error;
mod exclusive;
mod grant;
mod hold;
mod queue;
mod raw;
mod read_slot;
#[cfg(feature = "alloc")]
mod run;
mod settle;
mod state;
#[cfg(not(queue_model))]
mod static_ring;
mod storage;
#[cfg(all(test, not(queue_model)))]
mod tests;
mod ticket;
mod write_slot;

pub(crate) use claim::{Claim, Precedence, Refusal};
pub use error::{PopNowError, PushNowError};
pub(crate) use grant::{Ended, Grant};
pub(crate) use hold::Hold;
pub use queue::IntoIter;
#[cfg(feature = "alloc")]
pub use queue::Ring;
pub(crate) use raw::RawRing;
pub use read_slot::ReadSlot;
#[cfg(feature = "alloc")]
pub(crate) use run::Run;
pub(crate) use settle::wait_out;
pub(crate) use state::Turn;
#[cfg(not(queue_model))]
pub use static_ring::StaticRing;
#[cfg(not(queue_model))]
pub(crate) use storage::Inline;
pub use write_slot::WriteSlot;

/// The ring of a channel: on the heap, or over the slots of a static.
#[cfg(feature = "alloc")]
pub(crate) type HeapRing<T> = RawRing<T, crate::word::NativeWord, storage::Allocated<T>>;
