//! The standard library behind the door; or what there is of it without an operating system.

#[cfg(feature = "std")]
mod cores;
#[cfg(feature = "std")]
mod futex;
#[cfg(feature = "std")]
mod threads;

pub(crate) use core::hint::spin_loop;
#[cfg(feature = "std")]
pub(crate) use core::sync::atomic::AtomicPtr;
#[cfg(any(feature = "std", test))]
pub(crate) use core::sync::atomic::AtomicU8;
#[cfg(test)]
pub(crate) use core::sync::atomic::AtomicU16;
#[cfg(any(feature = "std", test, not(target_has_atomic = "64")))]
pub(crate) use core::sync::atomic::AtomicU32;
#[cfg(target_has_atomic = "64")]
pub(crate) use core::sync::atomic::AtomicU64;
#[cfg(feature = "alloc")]
pub(crate) use core::sync::atomic::{AtomicBool, AtomicUsize};
pub(crate) use core::sync::atomic::{Ordering, fence};
#[cfg(feature = "std")]
pub(crate) use cores::{ask_for_cores, has_cores};
#[cfg(feature = "std")]
pub(crate) use futex::{Alarm, Futex};
#[cfg(feature = "std")]
pub(crate) use threads::*;

/// Reads an atomic through an exclusive reference, with no atomic operation.
macro_rules! read_exclusive {
    ($atomic:expr) => {
        *$atomic.get_mut()
    };
}

/// Writes an atomic through an exclusive reference, with no atomic operation.
macro_rules! write_exclusive {
    ($atomic:expr, $value:expr) => {
        *$atomic.get_mut() = $value
    };
}

pub(crate) use {read_exclusive, write_exclusive};

/// crossbeam's, which spins only where somebody else can run meanwhile.
#[derive(Debug, Default)]
pub(crate) struct Backoff(crossbeam_utils::Backoff);

impl Backoff {
    #[inline(always)]
    pub(crate) fn new() -> Self {
        Self(crossbeam_utils::Backoff::new())
    }

    /// After a race that was lost. No system call, and no allocation.
    pub(crate) fn spin(&self) {
        if has_cores() {
            self.0.spin();
        }
    }

    /// While a peer must move on.
    pub(crate) fn snooze(&self) {
        if ask_for_cores() {
            self.0.snooze();
        } else {
            yield_now();
        }
    }
}

#[cfg(not(feature = "std"))]
fn has_cores() -> bool {
    true
}

/// There is nobody to ask.
#[cfg(not(feature = "std"))]
fn ask_for_cores() -> bool {
    true
}

/// There is nobody to yield to.
#[cfg(not(feature = "std"))]
fn yield_now() {
    spin_loop();
}

/// `std::cell::UnsafeCell` with loom's closure-shaped access.
#[derive(Debug)]
pub(crate) struct UnsafeCell<T>(core::cell::UnsafeCell<T>);

impl<T> UnsafeCell<T> {
    #[inline(always)]
    pub(crate) const fn new(value: T) -> Self {
        Self(core::cell::UnsafeCell::new(value))
    }

    /// Gives a pointer to read through. The caller keeps writers away.
    #[inline(always)]
    pub(crate) fn with<R>(&self, read: impl FnOnce(*const T) -> R) -> R {
        read(self.0.get())
    }

    /// Gives a pointer to write through. The caller keeps everyone else away.
    #[inline(always)]
    pub(crate) fn with_mut<R>(&self, write: impl FnOnce(*mut T) -> R) -> R {
        write(self.0.get())
    }
}

/// What the models see of slots that lie in plain memory, as slices need them; here nothing.
#[cfg(feature = "alloc")]
#[derive(Debug)]
pub(crate) struct Witness;

#[cfg(feature = "alloc")]
impl Witness {
    /// Of so many slots, a power of two.
    pub(crate) fn new(_slots: usize) -> Self {
        Self
    }

    /// The slots of so many indices from `first` on are read now.
    #[inline(always)]
    pub(crate) fn read(&self, _first: usize, _length: usize) {}

    /// The like, written or moved out of.
    #[inline(always)]
    pub(crate) fn write(&self, _first: usize, _length: usize) {}
}
