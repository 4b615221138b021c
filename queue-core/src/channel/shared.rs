//! Who still holds a channel: two counts, and who frees it.
//!
//! Each end counts its handles. The last handle of an end runs that end's
//! closing; of the two ends, the one that finishes closing last frees the
//! memory. The counts are decremented with acquire and release in one, not
//! released with an acquire fence at the end as `std::sync::Arc` does it:
//! ThreadSanitizer does not understand fences.

use std::marker::PhantomData;
use std::ops::Deref;
use std::process;
use std::ptr::NonNull;

use super::core::Channel;
use crate::sync::{AtomicBool, AtomicUsize, Ordering, order};

pub(super) struct Shared<T> {
    channel: Channel<T>,
    senders: AtomicUsize,
    receivers: AtomicUsize,
    /// One end has closed; the other one frees.
    half_closed: AtomicBool,
}

/// An end of a channel: which handles it counts, and what its last one does.
pub(super) trait End {
    fn count<T>(shared: &Shared<T>) -> &AtomicUsize;
    fn close<T>(channel: &Channel<T>);
}

#[derive(Debug)]
pub(super) struct SendEnd;

#[derive(Debug)]
pub(super) struct RecvEnd;

impl End for SendEnd {
    fn count<T>(shared: &Shared<T>) -> &AtomicUsize {
        &shared.senders
    }
    fn close<T>(channel: &Channel<T>) {
        channel.close_for_senders();
    }
}

impl End for RecvEnd {
    fn count<T>(shared: &Shared<T>) -> &AtomicUsize {
        &shared.receivers
    }
    fn close<T>(channel: &Channel<T>) {
        channel.close_for_receivers();
    }
}

/// A counted reference to a channel, by one of its ends.
pub(super) struct Handle<T, E: End> {
    shared: NonNull<Shared<T>>,
    end: PhantomData<E>,
}

// SAFETY: a handle gives shared access to the channel, which sends messages between threads and
// gives out no references to them; the last handle may drop messages on its own thread.
unsafe impl<T: Send, E: End> Send for Handle<T, E> {}
// SAFETY: as above.
unsafe impl<T: Send, E: End> Sync for Handle<T, E> {}

/// A first handle for each end.
pub(super) fn new<T>(channel: Channel<T>) -> (Handle<T, SendEnd>, Handle<T, RecvEnd>) {
    let shared = Box::new(Shared {
        channel,
        senders: AtomicUsize::new(1),
        receivers: AtomicUsize::new(1),
        half_closed: AtomicBool::new(false),
    });
    let shared = NonNull::from(Box::leak(shared));
    (Handle::counted(shared), Handle::counted(shared))
}

impl<T, E: End> Handle<T, E> {
    fn counted(shared: NonNull<Shared<T>>) -> Self {
        Self {
            shared,
            end: PhantomData,
        }
    }

    #[inline(always)]
    fn shared(&self) -> &Shared<T> {
        // SAFETY: a counted handle exists, so its end has not closed, and nobody has freed.
        unsafe { self.shared.as_ref() }
    }

    pub(super) fn same_channel(&self, other: &Self) -> bool {
        self.shared == other.shared
    }
}

impl<T, E: End> Deref for Handle<T, E> {
    type Target = Channel<T>;

    #[inline(always)]
    fn deref(&self) -> &Channel<T> {
        &self.shared().channel
    }
}

impl<T, E: End> Clone for Handle<T, E> {
    fn clone(&self) -> Self {
        // ORDERING(relaxed): the handle that is cloned keeps the channel alive meanwhile.
        let before = E::count(self.shared()).fetch_add(1, Ordering::Relaxed);
        // Only forgotten handles get here. Going on would let the count wrap round to zero.
        if before > isize::MAX as usize {
            process::abort();
        }
        Self::counted(self.shared)
    }
}

impl<T, E: End> Drop for Handle<T, E> {
    fn drop(&mut self) {
        // ORDERING(D1): pairs with itself; without it what other handles of this end did may not be
        // seen when the last one closes, and frees.
        if E::count(self.shared()).fetch_sub(1, order!(D1, AcqRel)) == 1 {
            let free_after = FreeAfter(self.shared);
            E::close(&self.shared().channel);
            drop(free_after);
        }
    }
}

/// Frees the channel if the other end has closed before, even where closing
/// this one has dropped a message that panicked.
struct FreeAfter<T>(NonNull<Shared<T>>);

impl<T> Drop for FreeAfter<T> {
    fn drop(&mut self) {
        // SAFETY: of the two ends, only the later one frees; this one has not told yet.
        let shared = unsafe { self.0.as_ref() };
        // ORDERING(D2): pairs with itself; without it one end may free what the other still uses.
        if shared.half_closed.swap(true, order!(D2, AcqRel)) {
            // SAFETY: it was made by `Box::leak`, both ends have closed, and no handle is left.
            drop(unsafe { Box::from_raw(self.0.as_ptr()) });
        }
    }
}
