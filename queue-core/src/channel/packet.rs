//! Where a message lies whose sender waits, or for which a receiver does.

use std::ptr::NonNull;

use crate::sync::UnsafeCell;
use crate::wait::Stake;

/// A place for one message. Laid out ([`stake`](Self::stake)), it belongs to the peer that wins its owner's
/// wait, until the owner is notified; else to the owner.
pub(super) struct Packet<T>(UnsafeCell<Option<T>>);

impl<T> Packet<T> {
    pub(super) fn new(message: Option<T>) -> Self {
        Self(UnsafeCell::new(message))
    }

    /// Lays it out.
    pub(super) fn stake(&self) -> Stake {
        Stake::Packet(NonNull::from(self).cast())
    }

    /// # Safety
    ///
    /// Nobody else has the packet at this moment.
    pub(super) unsafe fn put(&self, message: T) {
        self.0.with_mut(|cell| {
            // SAFETY: by the contract. What is overwritten is `None`.
            unsafe { *cell = Some(message) };
        });
    }

    /// # Safety
    ///
    /// Nobody else has the packet at this moment.
    pub(super) unsafe fn take(&self) -> Option<T> {
        self.0.with_mut(|cell| {
            // SAFETY: by the contract.
            unsafe { (*cell).take() }
        })
    }
}
