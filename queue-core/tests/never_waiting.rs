//! What never waits asks the allocator for nothing, also where it is the first that loses a race in its
//! process. A binary of its own, as it counts in the allocator, and as nothing here may wait: who waits asks
//! for the number of CPUs, once in a process, which allocates.

use std::alloc::{GlobalAlloc, Layout, System};
use std::cell::Cell;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread;

use queue_core::{Builder, Ring};

thread_local! {
    /// Allocations of this thread.
    static ALLOCATIONS: Cell<usize> = const { Cell::new(0) };
}

struct Counting;

// SAFETY: everything is left to the system's allocator.
unsafe impl GlobalAlloc for Counting {
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        ALLOCATIONS.set(ALLOCATIONS.get() + 1);
        // SAFETY: the caller's promises are passed on.
        unsafe { System.alloc(layout) }
    }

    unsafe fn dealloc(&self, pointer: *mut u8, layout: Layout) {
        // SAFETY: as above.
        unsafe { System.dealloc(pointer, layout) }
    }
}

#[global_allocator]
static ALLOCATOR: Counting = Counting;

const THREADS: usize = 3;
const ROUNDS: usize = 500_000;

/// Has several threads do the same at the same time, again and again: none of them may allocate.
fn contend(action: impl Fn(usize) + Sync) {
    let ready = AtomicUsize::new(0);
    thread::scope(|scope| {
        let contend = || {
            let before = ALLOCATIONS.get();
            ready.fetch_add(1, Ordering::AcqRel);
            while ready.load(Ordering::Acquire) < THREADS {
                thread::yield_now();
            }
            (0..ROUNDS).for_each(&action);
            ALLOCATIONS.get() - before
        };
        let crew: Vec<_> = (0..THREADS).map(|_| scope.spawn(contend)).collect();
        for worker in crew {
            assert_eq!(worker.join().unwrap(), 0, "allocations");
        }
    });
}

#[test]
fn a_lost_race_for_a_ring_allocates_nothing() {
    let ring = Ring::new(64);
    contend(|round| {
        let _ = ring.push_now(round);
        let _ = ring.pop_now();
    });
}

/// The counts take every send past the first quick try, so that one lost race makes it pause; elsewhere it takes two
/// in a row, which a busy machine hardly comes to.
#[test]
fn a_lost_race_for_a_channel_allocates_nothing() {
    let (sender, receiver) = Builder::new().with_stats().bounded(64);
    contend(|round| {
        let _ = sender.try_send_now(round);
        let _ = receiver.try_recv_now();
    });
}
