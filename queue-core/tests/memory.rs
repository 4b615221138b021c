//! What is allocated is freed, in whatever order the ends go, and waiting
//! allocates nothing. A binary of its own, as it counts in the allocator.

use std::alloc::{GlobalAlloc, Layout, System};
use std::cell::Cell;
use std::panic::{AssertUnwindSafe, catch_unwind, resume_unwind};
use std::time::Duration;

use queue_core::{Ring, bounded};

thread_local! {
    /// Allocations and releases of this thread.
    static COUNTS: Cell<(usize, usize)> = const { Cell::new((0, 0)) };
}

struct Counting;

// SAFETY: everything is left to the system's allocator.
unsafe impl GlobalAlloc for Counting {
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        let (allocated, freed) = COUNTS.get();
        COUNTS.set((allocated + 1, freed));
        // SAFETY: the caller's promises are passed on.
        unsafe { System.alloc(layout) }
    }

    unsafe fn dealloc(&self, pointer: *mut u8, layout: Layout) {
        let (allocated, freed) = COUNTS.get();
        COUNTS.set((allocated, freed + 1));
        // SAFETY: as above.
        unsafe { System.dealloc(pointer, layout) }
    }
}

#[global_allocator]
static ALLOCATOR: Counting = Counting;

/// How often the action allocates, all of which it must free itself.
fn balanced(action: impl FnOnce()) -> usize {
    let (allocated, freed) = COUNTS.get();
    action();
    let after = COUNTS.get();
    assert_eq!(after.0 - allocated, after.1 - freed, "leaked");
    after.0 - allocated
}

#[test]
fn a_ring_allocates_once() {
    let allocations = balanced(|| {
        let mut ring = Ring::new(5);
        assert_eq!(
            (0..20).filter_map(|number| ring.force_push(number)).count(),
            15
        );
        assert_eq!(ring.pop_mut(), Some(15));
        drop(ring.into_iter());
    });
    assert_eq!(allocations, 1);
}

#[test]
fn a_channel_is_freed_whichever_end_goes_last() {
    for sender_goes_first in [false, true] {
        balanced(|| {
            let (sender, receiver) = bounded(3);
            let clones = (sender.clone(), receiver.clone());
            sender.send(Box::new(1)).unwrap();
            sender.send(Box::new(2)).unwrap();
            assert_eq!(receiver.recv().as_deref(), Ok(&1));
            drop(clones);
            if sender_goes_first {
                drop(sender);
                drop(receiver);
            } else {
                drop(receiver);
                drop(sender);
            }
        });
    }
}

struct Bomb;

impl Drop for Bomb {
    fn drop(&mut self) {
        // Past the hook: nothing is printed.
        resume_unwind(Box::new(()));
    }
}

#[test]
fn a_message_that_panics_does_not_keep_the_queue_s_memory() {
    for sender_goes_first in [false, true] {
        balanced(|| {
            let (sender, receiver) = bounded(3);
            (0..2).for_each(|_| assert!(sender.send(Bomb).is_ok()));
            let mut sender = Some(sender);
            if sender_goes_first {
                sender = None;
            }
            assert!(catch_unwind(AssertUnwindSafe(|| drop(receiver))).is_err());
            drop(sender);
        });
    }
    balanced(|| {
        let ring = Ring::new(3);
        (0..2).for_each(|_| assert!(ring.push(Bomb).is_ok()));
        assert!(catch_unwind(AssertUnwindSafe(|| drop(ring))).is_err());
    });
}

#[test]
fn sending_receiving_and_waiting_allocate_nothing() {
    let (sender, receiver) = bounded(1);
    let exchange = || {
        sender.send(1).unwrap();
        let a_moment = Duration::from_millis(1);
        assert!(sender.send_timeout(2, a_moment).is_err());
        assert_eq!(receiver.recv(), Ok(1));
        assert!(receiver.recv_timeout(a_moment).is_err());
    };
    // The first wait of a thread may set the thread up.
    exchange();
    assert_eq!(balanced(exchange), 0);
}
