//! A message of any type, between its selection and the call that says its type.

use std::mem::{self, MaybeUninit};
use std::ptr::{self, NonNull};

use crate::sync::UnsafeCell;
use crate::wait::Stake;

/// Room for most messages; larger ones go on the heap.
type Words = [usize; 4];

/// A message whose type is not known here; or none.
pub(crate) struct Stash {
    words: MaybeUninit<Words>,
    /// How to drop what is in `words`; `None` while nothing is.
    drop: Option<unsafe fn(*mut Words)>,
}

/// Whether a message lies in the words themselves, and not in a box.
const fn fits<T>() -> bool {
    size_of::<T>() <= size_of::<Words>() && align_of::<T>() <= align_of::<Words>()
}

impl Stash {
    pub(crate) const fn empty() -> Self {
        Self {
            words: MaybeUninit::uninit(),
            drop: None,
        }
    }

    pub(crate) fn new<T>(message: T) -> Self {
        if fits::<T>() {
            Self::of(message)
        } else {
            Self::of(Box::new(message))
        }
    }

    fn of<U>(message: U) -> Self {
        let mut words = MaybeUninit::<Words>::uninit();
        debug_assert!(fits::<U>());
        // SAFETY: it fits, by size and by alignment.
        unsafe { words.as_mut_ptr().cast::<U>().write(message) };
        Self {
            words,
            // SAFETY: the words then hold a `U`, which nobody uses again.
            drop: Some(|words| unsafe { ptr::drop_in_place(words.cast::<U>()) }),
        }
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.drop.is_none()
    }

    /// Moves the message out, if there is one.
    ///
    /// # Safety
    ///
    /// It was put in as a `T`.
    pub(crate) unsafe fn take<T>(&mut self) -> Option<T> {
        self.drop.take()?;
        let words = self.words.as_mut_ptr();
        Some(if fits::<T>() {
            // SAFETY: they hold a `T`, and no longer say so.
            unsafe { words.cast::<T>().read() }
        } else {
            // SAFETY: they hold a box of a `T`, and no longer say so.
            *unsafe { words.cast::<Box<T>>().read() }
        })
    }
}

impl Drop for Stash {
    fn drop(&mut self) {
        if let Some(drop) = self.drop.take() {
            // SAFETY: the words hold what this function was made for, and no longer say so.
            unsafe { drop(self.words.as_mut_ptr()) };
        }
    }
}

/// Where a waiting select has a message put, of whatever type.
pub(crate) struct AnyPlace(UnsafeCell<Stash>);

impl AnyPlace {
    pub(crate) fn empty() -> Self {
        Self(UnsafeCell::new(Stash::empty()))
    }

    /// What a waiting select lays out.
    pub(crate) fn stake(&self) -> Stake {
        Stake::AnyPlace(NonNull::from(self).cast())
    }

    /// # Safety
    ///
    /// Nobody else has the place at this moment.
    pub(crate) unsafe fn put<T>(&self, message: T) {
        let full = Stash::new(message);
        self.0.with_mut(|stash| {
            // SAFETY: by the contract. What is overwritten is empty.
            unsafe { *stash = full };
        });
    }

    /// # Safety
    ///
    /// Nobody else has the place at this moment.
    pub(crate) unsafe fn take(&self) -> Option<Stash> {
        let stash = self.0.with_mut(|stash| {
            // SAFETY: by the contract.
            mem::replace(unsafe { &mut *stash }, Stash::empty())
        });
        (!stash.is_empty()).then_some(stash)
    }
}

#[cfg(all(test, not(queue_model)))]
mod tests {
    use super::*;
    use std::rc::Rc;

    #[repr(align(64))]
    #[derive(Debug, PartialEq)]
    struct Aligned(u8);

    fn comes_back<T: PartialEq + std::fmt::Debug + Clone>(message: T) {
        let mut stash = Stash::new(message.clone());
        // SAFETY: it was put in as a `T`.
        assert_eq!(unsafe { stash.take::<T>() }, Some(message));
    }

    #[test]
    fn messages_of_every_size_come_back() {
        comes_back(());
        comes_back(7_u8);
        comes_back(String::from("on the heap"));
        comes_back([1_usize; 4]);
        comes_back([1_usize; 5]);
        // SAFETY: it was put in so.
        let aligned = unsafe { Stash::new(Aligned(3)).take::<Aligned>() };
        assert_eq!(aligned, Some(Aligned(3)));
    }

    #[test]
    fn what_is_not_taken_is_dropped_once() {
        let alive = Rc::new(());
        drop(Stash::new(Rc::clone(&alive)));
        drop(Stash::new([(); 5].map(|()| Rc::clone(&alive))));
        assert_eq!(Rc::strong_count(&alive), 1);
        // SAFETY: it was put in so.
        let taken = unsafe { Stash::new(Rc::clone(&alive)).take::<Rc<()>>() };
        assert_eq!(Rc::strong_count(&alive), 2);
        drop(taken);
        assert_eq!(Rc::strong_count(&alive), 1);
    }
}
