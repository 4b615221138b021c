//! Where [`line`](super::line) has its atomics, locks and channels from; the models put others in their place.

pub(super) use std::sync::atomic::{AtomicUsize, Ordering::Relaxed};
pub(super) use std::sync::{Mutex, MutexGuard, PoisonError};

pub(super) use queue_core::{Receiver, Sender, bounded};
