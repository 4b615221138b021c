//! Where a ring has its slots: on the heap, in the ring itself, or in somebody's static.

use core::fmt;
use core::mem::MaybeUninit;
#[cfg(feature = "alloc")]
use core::ptr::NonNull;

#[cfg(feature = "alloc")]
use alloc::boxed::Box;

use super::ticket::{FREE, Geometry};
use crate::sync::UnsafeCell;
use crate::word::Word;
#[cfg(not(queue_model))]
use crate::word::{NativeAtomic, NativeWord};

/// A place for one message, and whose turn it is.
pub struct Slot<T, W: Word> {
    pub(super) stamp: W::Atomic,
    /// Initialised while the stamp is PUBLISHED, or a push has claimed and written it.
    pub(super) value: UnsafeCell<MaybeUninit<T>>,
}

/// Slots, as many as the geometry says.
pub trait Storage<T, W: Word> {
    #[doc(hidden)]
    fn geometry(&self) -> &Geometry;
    #[doc(hidden)]
    fn slots(&self) -> &[Slot<T, W>];
    #[doc(hidden)]
    fn slots_mut(&mut self) -> &mut [Slot<T, W>];
}

/// Slots on the heap, or lent for ever by a static.
#[cfg(feature = "alloc")]
pub struct Allocated<T, W: Word = crate::word::NativeWord> {
    geometry: Geometry,
    slots: NonNull<[Slot<T, W>]>,
    is_lent: bool,
}

/// What a ring has by default.
#[cfg(feature = "alloc")]
pub(super) type DefaultStorage<T> = Allocated<T>;
/// What a ring has by default; without an allocator, nothing that can be made.
#[cfg(not(feature = "alloc"))]
pub(super) type DefaultStorage<T> = Inline<T, 1>;

#[cfg(feature = "alloc")]
impl<T, W: Word> Allocated<T, W> {
    /// # Panics
    ///
    /// Panics where the capacity is zero or too large.
    #[track_caller]
    pub(super) fn new(capacity: usize) -> Self {
        let geometry = Geometry::new(capacity, W::BITS);
        let mut at = geometry.first_ticket();
        let slots: Box<[Slot<T, W>]> = (0..capacity)
            .map(|_| {
                let stamp = W::new(at | FREE);
                at = geometry.next(at);
                Slot {
                    stamp,
                    value: UnsafeCell::new(MaybeUninit::uninit()),
                }
            })
            .collect();
        Self {
            geometry,
            slots: NonNull::from(Box::leak(slots)),
            is_lent: false,
        }
    }
}

#[cfg(all(feature = "alloc", not(queue_model)))]
impl<T> Allocated<T> {
    /// Slots of a static, which nobody else uses.
    pub(super) fn lent<const N: usize>(inline: &'static Inline<T, N>) -> Self {
        Self {
            geometry: Inline::<T, N>::GEOMETRY,
            slots: NonNull::from(&inline.0[..]),
            is_lent: true,
        }
    }
}

#[cfg(feature = "alloc")]
impl<T, W: Word> Storage<T, W> for Allocated<T, W> {
    #[inline(always)]
    fn geometry(&self) -> &Geometry {
        &self.geometry
    }

    #[inline(always)]
    fn slots(&self) -> &[Slot<T, W>] {
        // SAFETY: they are there as long as this is.
        unsafe { self.slots.as_ref() }
    }

    fn slots_mut(&mut self) -> &mut [Slot<T, W>] {
        // SAFETY: as above; and nobody else has them. (Those of a static are lent once, and its ring is
        // never in one pair of hands.)
        unsafe { self.slots.as_mut() }
    }
}

#[cfg(feature = "alloc")]
impl<T, W: Word> Drop for Allocated<T, W> {
    fn drop(&mut self) {
        if !self.is_lent {
            // SAFETY: they came out of a box, and nobody has them any more. Messages that are still in
            // them are the ring's, which has dropped them.
            drop(unsafe { Box::from_raw(self.slots.as_ptr()) });
        }
    }
}

/// Slots in the ring itself.
#[cfg(not(queue_model))]
pub struct Inline<T, const N: usize>([Slot<T, NativeWord>; N]);

// SAFETY: nobody but a ring touches them, which hands each message from one thread to exactly one other.
#[cfg(not(queue_model))]
unsafe impl<T: Send, const N: usize> Sync for Inline<T, N> {}

#[cfg(not(queue_model))]
impl<T, const N: usize> Inline<T, N> {
    pub(super) const GEOMETRY: Geometry = Geometry::new(N, NativeWord::BITS);

    pub(crate) const fn new() -> Self {
        let mut slots = [const { MaybeUninit::<Slot<T, NativeWord>>::uninit() }; N];
        let mut at = Self::GEOMETRY.first_ticket();
        let mut place = 0;
        while place < N {
            slots[place] = MaybeUninit::new(Slot {
                stamp: NativeAtomic::new((at | FREE) as _),
                value: UnsafeCell::new(MaybeUninit::uninit()),
            });
            at = Self::GEOMETRY.next(at);
            place += 1;
        }
        // SAFETY: all of them have just been written, and are read once.
        Self(unsafe { (&raw const slots).cast::<[Slot<T, NativeWord>; N]>().read() })
    }
}

#[cfg(not(queue_model))]
impl<T, const N: usize> Storage<T, NativeWord> for Inline<T, N> {
    #[inline(always)]
    fn geometry(&self) -> &Geometry {
        &Self::GEOMETRY
    }

    #[inline(always)]
    fn slots(&self) -> &[Slot<T, NativeWord>] {
        &self.0
    }

    fn slots_mut(&mut self) -> &mut [Slot<T, NativeWord>] {
        &mut self.0
    }
}

impl<T, W: Word> fmt::Debug for Slot<T, W> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad("Slot { .. }")
    }
}

#[cfg(feature = "alloc")]
impl<T, W: Word> fmt::Debug for Allocated<T, W> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad("Allocated { .. }")
    }
}

#[cfg(not(queue_model))]
impl<T, const N: usize> fmt::Debug for Inline<T, N> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad("Inline { .. }")
    }
}
