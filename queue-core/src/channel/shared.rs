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

use crate::sync::{AtomicBool, AtomicUsize, Ordering, order};

/// What is at the two ends of a channel.
pub(super) trait Ends {
    /// The last sender is gone.
    fn close_for_senders(&self);
    /// The last receiver is gone.
    fn close_for_receivers(&self);
}

pub(super) struct Shared<C> {
    channel: C,
    senders: AtomicUsize,
    receivers: AtomicUsize,
    /// One end has closed; the other one frees.
    half_closed: AtomicBool,
}

/// An end of a channel: which handles it counts, and what its last one does.
pub(super) trait End {
    fn count<C>(shared: &Shared<C>) -> &AtomicUsize;
    fn close(channel: &impl Ends);
}

#[derive(Debug)]
pub(super) struct SendEnd;

#[derive(Debug)]
pub(super) struct RecvEnd;

impl End for SendEnd {
    fn count<C>(shared: &Shared<C>) -> &AtomicUsize {
        &shared.senders
    }
    fn close(channel: &impl Ends) {
        channel.close_for_senders();
    }
}

impl End for RecvEnd {
    fn count<C>(shared: &Shared<C>) -> &AtomicUsize {
        &shared.receivers
    }
    fn close(channel: &impl Ends) {
        channel.close_for_receivers();
    }
}

/// A counted reference to a channel, by one of its ends.
pub(super) struct Handle<C: Ends, E: End> {
    shared: NonNull<Shared<C>>,
    end: PhantomData<E>,
}

// SAFETY: a handle gives shared access to the channel; the last one drops it on its own thread.
unsafe impl<C: Ends + Send + Sync, E: End> Send for Handle<C, E> {}
// SAFETY: as above.
unsafe impl<C: Ends + Send + Sync, E: End> Sync for Handle<C, E> {}

/// A first handle for each end.
pub(super) fn new<C: Ends>(channel: C) -> (Handle<C, SendEnd>, Handle<C, RecvEnd>) {
    let shared = allocate(channel, false);
    (Handle::counted(shared), Handle::counted(shared))
}

/// A first handle for the receivers of what has no senders.
pub(super) fn receivers_only<C: Ends>(channel: C) -> Handle<C, RecvEnd> {
    Handle::counted(allocate(channel, true))
}

fn allocate<C>(channel: C, half_closed: bool) -> NonNull<Shared<C>> {
    let shared = Box::new(Shared {
        channel,
        senders: AtomicUsize::new(1),
        receivers: AtomicUsize::new(1),
        half_closed: AtomicBool::new(half_closed),
    });
    NonNull::from(Box::leak(shared))
}

impl<C: Ends, E: End> Handle<C, E> {
    fn counted(shared: NonNull<Shared<C>>) -> Self {
        Self {
            shared,
            end: PhantomData,
        }
    }

    #[inline(always)]
    fn shared(&self) -> &Shared<C> {
        // SAFETY: a counted handle exists, so its end has not closed, and nobody has freed.
        unsafe { self.shared.as_ref() }
    }

    pub(super) fn same_channel(&self, other: &Self) -> bool {
        self.shared == other.shared
    }
}

impl<C: Ends, E: End> Deref for Handle<C, E> {
    type Target = C;

    #[inline(always)]
    fn deref(&self) -> &C {
        &self.shared().channel
    }
}

impl<C: Ends, E: End> Clone for Handle<C, E> {
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

impl<C: Ends, E: End> Drop for Handle<C, E> {
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
struct FreeAfter<C>(NonNull<Shared<C>>);

impl<C> Drop for FreeAfter<C> {
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
