//! What is allocated is freed, in whatever order the ends go, and waiting
//! allocates nothing. A binary of its own, as it counts in the allocator.

use std::alloc::{GlobalAlloc, Layout, System};
use std::cell::Cell;
use std::mem;
use std::panic::{AssertUnwindSafe, catch_unwind, resume_unwind};
use std::thread;
use std::time::Duration;

use queue_core::{Receiver, Ring, Select, Sender, after, bounded, select, spsc, unbounded};

thread_local! {
    /// Allocations and releases of this thread.
    static COUNTS: Cell<(usize, usize)> = const { Cell::new((0, 0)) };
    /// The bytes that it has allocated and not released.
    static BYTES: Cell<usize> = const { Cell::new(0) };
}

struct Counting;

// SAFETY: everything is left to the system's allocator.
unsafe impl GlobalAlloc for Counting {
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        let (allocated, freed) = COUNTS.get();
        COUNTS.set((allocated + 1, freed));
        BYTES.set(BYTES.get().wrapping_add(layout.size()));
        // SAFETY: the caller's promises are passed on.
        unsafe { System.alloc(layout) }
    }

    unsafe fn dealloc(&self, pointer: *mut u8, layout: Layout) {
        let (allocated, freed) = COUNTS.get();
        COUNTS.set((allocated, freed + 1));
        BYTES.set(BYTES.get().wrapping_sub(layout.size()));
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

/// The channel itself, and its slots; nothing by waiting, or by the end.
#[test]
fn a_channel_of_one_and_one_allocates_twice() {
    let live = |sender_goes_first| {
        let (mut sender, mut receiver) = spsc::bounded(3);
        let a_moment = Duration::from_millis(1);
        assert!(receiver.recv_timeout(a_moment).is_err());
        (0..3).for_each(|number| sender.send(number).unwrap());
        assert!(sender.send_timeout(3, a_moment).is_err());
        assert_eq!(receiver.recv(), Ok(0));
        if sender_goes_first {
            drop(sender);
            drop(receiver);
        } else {
            drop(receiver);
            drop(sender);
        }
    };
    // The first wait of a thread may set the thread up.
    live(true);
    assert_eq!(balanced(|| live(false)), 2);
    assert_eq!(balanced(|| live(true)), 2);
}

/// Capacities, with so many messages that find room. Without a limit they fill three blocks.
const FILLED: [(Option<usize>, usize); 4] = [(Some(0), 0), (Some(1), 1), (Some(3), 3), (None, 93)];

fn open<T>(capacity: Option<usize>) -> (Sender<T>, Receiver<T>) {
    capacity.map_or_else(unbounded, bounded)
}

/// Frees what lies between the two.
fn drop_both<T>(sender: Sender<T>, receiver: Receiver<T>, sender_goes_first: bool) {
    if sender_goes_first {
        drop(sender);
        drop(receiver);
    } else {
        drop(receiver);
        drop(sender);
    }
}

#[test]
fn a_channel_is_freed_whichever_end_goes_last() {
    for (capacity, messages) in FILLED {
        for received in 0..=messages {
            for sender_goes_first in [false, true] {
                balanced(|| {
                    let (sender, receiver) = open(capacity);
                    let clones = (sender.clone(), receiver.clone());
                    for number in 0..messages {
                        sender.try_send(Box::new(number)).unwrap();
                    }
                    for number in 0..received {
                        assert_eq!(receiver.recv().as_deref(), Ok(&number));
                    }
                    drop(clones);
                    drop_both(sender, receiver, sender_goes_first);
                });
            }
        }
    }
}

#[test]
fn a_channel_with_selected_operations_forgotten_is_freed() {
    for (capacity, messages) in FILLED.into_iter().skip(1) {
        for sender_goes_first in [false, true] {
            balanced(|| {
                let (sender, receiver) = open(capacity);
                for forgets in 0..messages {
                    let mut list = Select::new();
                    list.send(&sender);
                    let chosen = list.select();
                    if forgets == messages / 2 {
                        mem::forget(chosen);
                    } else {
                        chosen.send(&sender, Box::new(forgets)).unwrap();
                    }
                }
                drop_both(sender, receiver, sender_goes_first);
            });
        }
    }
}

#[test]
fn timers_are_freed() {
    balanced(|| {
        let timer = after(Duration::ZERO);
        let clone = timer.clone();
        drop(timer);
        select! {
            recv(clone) -> due => assert!(due.is_ok()),
        }
    });
}

#[test]
fn an_unbounded_channel_gives_its_memory_back_as_it_drains() {
    const MESSAGES: usize = 10_000;
    const BLOCK: usize = 31;
    let (sender, receiver) = unbounded();
    let empty = BYTES.get();
    // One block is there from the start, and the next one comes with its last slot.
    (0..BLOCK).for_each(|number| sender.send([number; 4]).unwrap());
    let block = BYTES.get() - empty;
    assert!(block >= BLOCK * size_of::<[usize; 4]>());
    (BLOCK..MESSAGES).for_each(|number| sender.send([number; 4]).unwrap());
    let full = BYTES.get() - empty;
    assert!(
        full <= (MESSAGES / BLOCK + 1) * block,
        "{full} in blocks of {block}"
    );
    for number in 0..MESSAGES {
        assert_eq!(receiver.recv(), Ok([number; 4]));
        // One that is not used up yet, and one that comes next.
        let blocks = (MESSAGES - number) / BLOCK + 2;
        assert!(
            BYTES.get() - empty <= blocks * block,
            "{number} are received"
        );
    }
    assert!(
        BYTES.get() <= empty + block,
        "two blocks are left, of which one was there"
    );
    // However many go through it.
    for number in 0..MESSAGES {
        sender.send([number; 4]).unwrap();
        assert_eq!(receiver.recv(), Ok([number; 4]));
        assert!(BYTES.get() <= empty + block);
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
    for (capacity, messages) in FILLED.into_iter().skip(1) {
        for sender_goes_first in [false, true] {
            balanced(|| {
                let (sender, receiver) = open(capacity);
                (0..messages).for_each(|_| assert!(sender.send(Bomb).is_ok()));
                let mut sender = Some(sender);
                if sender_goes_first {
                    sender = None;
                }
                assert!(catch_unwind(AssertUnwindSafe(|| drop(receiver))).is_err());
                drop(sender);
            });
        }
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

#[test]
fn meeting_and_waiting_to_meet_allocate_nothing() {
    const MESSAGES: usize = 100;
    let (sender, receiver) = bounded(0);
    let a_moment = Duration::from_millis(1);
    let send = || (0..MESSAGES).for_each(|number| sender.send(number).unwrap());
    let recv = || (0..MESSAGES).for_each(|number| assert_eq!(receiver.recv(), Ok(number)));
    thread::scope(|scope| {
        scope.spawn(|| {
            // The first wait of a thread may set the thread up.
            send();
            assert_eq!(balanced(send), 0);
        });
        recv();
        assert_eq!(balanced(recv), 0);
    });
    let nobody_comes = || {
        assert!(sender.try_send(0).is_err() && receiver.try_recv().is_err());
        assert!(sender.send_timeout(0, a_moment).is_err());
        assert!(receiver.recv_timeout(a_moment).is_err());
    };
    assert_eq!(balanced(nobody_comes), 0);
}

#[test]
fn a_large_message_that_a_select_receives_is_freed_whoever_gets_it() {
    for completes in [false, true] {
        balanced(|| {
            let (sender, receiver) = bounded(1);
            sender.send([7_u64; 100]).unwrap();
            let mut list = Select::new();
            list.recv(&receiver);
            let chosen = list.select();
            if completes {
                assert_eq!(chosen.recv(&receiver), Ok([7; 100]));
            } else {
                // On the way of another panic it is dropped without one of its own, and unprinted.
                let dropped = catch_unwind(AssertUnwindSafe(|| {
                    let _chosen = chosen;
                    resume_unwind(Box::new(()));
                }));
                assert!(dropped.is_err());
            }
        });
    }
}
