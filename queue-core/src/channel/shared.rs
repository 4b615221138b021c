//! Who still holds a channel: two counts, and who frees it.
//!
//! Each end counts its handles. The last handle of an end runs that end's
//! closing; of the two ends, the one that finishes closing last drops the channel, and
//! lets go of the memory, which weak handles may keep for a while: for the counts in it, by
//! which they learn that an end is gone. An end that has closed does not come back.
//!
//! The counts are decremented with acquire and release in one, not
//! released with an acquire fence at the end as `std::sync::Arc` does it:
//! ThreadSanitizer does not understand fences.

use std::marker::PhantomData;
use std::mem::ManuallyDrop;
use std::ops::Deref;
use std::process;
use std::ptr::NonNull;

use crate::sync::{AtomicBool, AtomicUsize, Ordering, order, read_exclusive};

/// What is at the two ends of a channel.
pub(super) trait Ends {
    /// The last sender is gone.
    fn close_for_senders(&self);
    /// The last receiver is gone.
    fn close_for_receivers(&self);
}

#[derive(Debug)]
pub(super) struct Shared<C> {
    channel: ManuallyDrop<C>,
    counts: Counts,
}

#[derive(Debug)]
pub(super) struct Counts {
    senders: AtomicUsize,
    receivers: AtomicUsize,
    /// Weak handles, and one for both ends together.
    weak: AtomicUsize,
    /// One end has closed; the other one drops the channel.
    half_closed: AtomicBool,
}

/// An end of a channel: which handles it counts, and what its last one does.
pub(super) trait End {
    fn count(counts: &Counts) -> &AtomicUsize;
    fn close(channel: &impl Ends);
}

#[derive(Debug)]
pub(super) struct SendEnd;

#[derive(Debug)]
pub(super) struct RecvEnd;

impl End for SendEnd {
    fn count(counts: &Counts) -> &AtomicUsize {
        &counts.senders
    }
    fn close(channel: &impl Ends) {
        channel.close_for_senders();
    }
}

impl End for RecvEnd {
    fn count(counts: &Counts) -> &AtomicUsize {
        &counts.receivers
    }
    fn close(channel: &impl Ends) {
        channel.close_for_receivers();
    }
}

/// Ends the process where a count has got so far that it might wrap round to zero, which takes
/// forgotten handles.
fn check(before: usize) {
    if before > isize::MAX as usize {
        process::abort();
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
    let shared = Box::new(Shared::new(channel, half_closed));
    NonNull::from(Box::leak(shared))
}

impl<C> Shared<C> {
    /// A channel that one handle of each end has, but of those there are none where half of it is closed.
    pub(super) fn new(channel: C, half_closed: bool) -> Self {
        Self {
            channel: ManuallyDrop::new(channel),
            counts: Counts {
                senders: AtomicUsize::new(usize::from(!half_closed)),
                receivers: AtomicUsize::new(1),
                weak: AtomicUsize::new(1),
                half_closed: AtomicBool::new(half_closed),
            },
        }
    }
}

impl<C: Ends> Shared<C> {
    /// One more handle of an end, of a channel in a static: the static itself counts as one of each end for ever,
    /// so that neither closes by itself and nothing is freed.
    #[cfg(not(queue_model))]
    pub(super) fn handle<E: End>(&'static self) -> Handle<C, E> {
        let first = ManuallyDrop::new(Handle::counted(NonNull::from(self)));
        (*first).clone()
    }
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
        // SAFETY: a counted handle exists, so its end has not closed, and nobody has dropped or freed.
        unsafe { self.shared.as_ref() }
    }

    pub(super) fn same_channel(&self, other: &Self) -> bool {
        self.shared == other.shared
    }

    /// How many handles of an end there are, of this or the other one.
    pub(super) fn count_of<Which: End>(&self) -> usize {
        // ORDERING(relaxed): a count of one moment, which synchronises nothing.
        Which::count(&self.shared().counts).load(Ordering::Relaxed)
    }

    /// A handle that keeps nothing alive.
    pub(super) fn downgrade(&self) -> WeakHandle<C, E> {
        WeakHandle::counted(self.shared)
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
        check(E::count(&self.shared().counts).fetch_add(1, Ordering::Relaxed));
        Self::counted(self.shared)
    }
}

impl<C: Ends, E: End> Drop for Handle<C, E> {
    fn drop(&mut self) {
        // ORDERING(D1): pairs with itself; without it what other handles of this end did may not be
        // seen when the last one closes, and drops.
        if E::count(&self.shared().counts).fetch_sub(1, order!(D1, AcqRel)) == 1 {
            let drop_after = DropAfter(self.shared);
            E::close(&*self.shared().channel);
            drop(drop_after);
        }
    }
}

/// Drops the channel if the other end has closed before, even where closing
/// this one has dropped a message that panicked.
struct DropAfter<C>(NonNull<Shared<C>>);

impl<C> Drop for DropAfter<C> {
    fn drop(&mut self) {
        // SAFETY: of the two ends, only the later one lets go of the memory; this one has not told yet.
        let counts = unsafe { &(*self.0.as_ptr()).counts };
        // ORDERING(D2): pairs with itself; without it one end may drop what the other still uses.
        if counts.half_closed.swap(true, order!(D2, AcqRel)) {
            let _let_go_after = LetGo(self.0);
            // SAFETY: both ends have closed, no handle is left, and weak ones do not look at it; the
            // memory is there until `LetGo`.
            unsafe { ManuallyDrop::drop(&mut (*self.0.as_ptr()).channel) };
        }
    }
}

/// Frees the memory, where nobody else has it.
struct LetGo<C>(NonNull<Shared<C>>);

impl<C> Drop for LetGo<C> {
    fn drop(&mut self) {
        let counts = {
            // SAFETY: what is counted in `weak` has not let go yet; nobody refers to all of it.
            unsafe { &(*self.0.as_ptr()).counts }
        };
        // ORDERING(D3): pairs with itself; without it the memory may be freed while others still look at
        // its counts.
        if counts.weak.fetch_sub(1, order!(D3, AcqRel)) == 1 {
            // SAFETY: it was made by `Box::leak`, and nobody is left. The channel has been dropped, and
            // is not again.
            let mut shared = unsafe { Box::from_raw(self.0.as_ptr()) };
            debug_assert_eq!(read_exclusive!(shared.counts.senders), 0);
        }
    }
}

/// A reference to a channel that keeps neither end open.
pub(super) struct WeakHandle<C, E> {
    shared: NonNull<Shared<C>>,
    end: PhantomData<E>,
}

// SAFETY: it gives access to the counts, and to what a handle made of it gives access to. It never
// drops the channel.
unsafe impl<C: Send + Sync, E> Send for WeakHandle<C, E> {}
// SAFETY: as above.
unsafe impl<C: Send + Sync, E> Sync for WeakHandle<C, E> {}

impl<C, E> WeakHandle<C, E> {
    fn counts(&self) -> &Counts {
        // SAFETY: it is counted in `weak`, so that the memory is there. The channel in it may be
        // gone: no reference is made to that.
        unsafe { &(*self.shared.as_ptr()).counts }
    }

    /// One more of them. Who makes it is counted somewhere.
    fn counted(shared: NonNull<Shared<C>>) -> Self {
        let weak = Self {
            shared,
            end: PhantomData,
        };
        // ORDERING(relaxed): who makes it keeps the memory meanwhile.
        check(weak.counts().weak.fetch_add(1, Ordering::Relaxed));
        weak
    }

    pub(super) fn same_channel(&self, other: &Self) -> bool {
        self.shared == other.shared
    }
}

impl<C: Ends, E: End> WeakHandle<C, E> {
    /// A handle of its end, unless that has closed, or is about to.
    pub(super) fn upgrade(&self) -> Option<Handle<C, E>> {
        let count = E::count(self.counts());
        // ORDERING(relaxed): a guess, which the exchange confirms.
        let mut before = count.load(Ordering::Relaxed);
        while before > 0 {
            check(before);
            let raised = count.compare_exchange_weak(
                before,
                before + 1,
                // ORDERING(relaxed): what it leads to was made before this weak handle. Who counts the
                // last handle down sees what all did (D1).
                Ordering::Relaxed,
                Ordering::Relaxed,
            );
            match raised {
                Ok(_) => return Some(Handle::counted(self.shared)),
                Err(actual) => before = actual,
            }
        }
        None
    }
}

impl<C, E> Clone for WeakHandle<C, E> {
    fn clone(&self) -> Self {
        Self::counted(self.shared)
    }
}

impl<C, E> Drop for WeakHandle<C, E> {
    fn drop(&mut self) {
        drop(LetGo(self.shared));
    }
}
