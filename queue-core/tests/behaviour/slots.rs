//! Slots of rings and channels that are written and read in place.

use std::cell::Cell;
use std::mem;
use std::panic::{AssertUnwindSafe, catch_unwind, resume_unwind};
use std::sync::Arc;
use std::thread;

use queue_core::{
    Receiver, RecvError, Ring, SendError, Sender, StaticRing, TryRecvError, TrySendError, after,
    bounded, never, unbounded,
};

use crate::support::{Ledger, Parcel, Receipts, Tracked, Watchdog, dawdle};

/// What happens in a ring of that many slots, starting at each of its slots in turn.
fn at_every_place(capacity: usize, test: impl Fn(Ring<Tracked>, &Arc<Ledger>)) {
    for place in 0..2 * capacity {
        let ledger = Ledger::new(20);
        let ring = Ring::new(capacity);
        for _ in 0..place {
            assert!(ring.push(Tracked::new(19, &ledger)).is_ok());
            drop(ring.pop());
        }
        test(ring, &ledger);
    }
}

#[test]
fn slots_are_ended_in_any_order_and_their_messages_come_in_the_order_of_the_slots() {
    at_every_place(3, |ring, ledger| {
        let slots = [(); 3].map(|()| ring.write_slot().unwrap());
        assert!(ring.write_slot().is_none());
        assert_eq!((ring.len(), ring.is_full()), (3, true));
        let [first, second, third] = slots;
        third.write(Tracked::new(3, ledger));
        first.write(Tracked::new(1, ledger));
        assert_eq!(ring.pop().unwrap().id, 1);
        assert!(ring.pop().is_none(), "the second is still being written");
        drop(second);
        assert_eq!(ring.pop().unwrap().id, 3);
        assert!(ring.is_empty());
        assert_eq!([1, 2, 3].map(|id| ledger.drops(id)), [1, 0, 1]);
    });
}

#[test]
fn messages_are_read_in_order_and_released_in_any() {
    at_every_place(3, |ring, ledger| {
        let push = |id| ring.push(Tracked::new(id, ledger)).is_ok();
        assert_eq!([0, 1, 2].map(push), [true; 3]);
        let [first, second, third] = [(); 3].map(|()| ring.read_slot().unwrap());
        assert_eq!([first.id, second.id, third.id], [0, 1, 2]);
        assert!(ring.read_slot().is_none());
        assert_eq!(
            (ring.len(), ring.is_empty(), ring.is_full()),
            (0, true, false)
        );
        drop(second);
        assert_eq!(ledger.drops(1), 1);
        assert!(!push(3), "the slot that is next is still in use");
        assert_eq!(first.take().id, 0);
        assert_eq!([3, 4, 5].map(push), [true, true, false]);
        drop(third);
        assert!(push(6));
        let left: Vec<_> = ring.into_iter().map(|message| message.id).collect();
        assert_eq!(left, [3, 4, 6]);
    });
}

#[test]
fn a_ring_of_one_slot_is_written_and_read_in_place() {
    at_every_place(1, |ring, ledger| {
        for id in 0..5 {
            let slot = ring.write_slot().unwrap();
            assert!(ring.read_slot().is_none() && ring.write_slot().is_none());
            slot.write(Tracked::new(id, ledger));
            let slot = ring.read_slot().unwrap();
            assert!(ring.read_slot().is_none() && ring.write_slot().is_none());
            assert_eq!(slot.id, id);
            drop(slot);
            assert_eq!(ledger.drops(id), 1);
        }
    });
}

#[test]
fn what_never_waits_is_refused_by_slots_in_use_and_not_told_that_a_peer_is_busy() {
    let ring = Ring::new(2);
    let slot = ring.write_slot().unwrap();
    assert!(ring.pop_now().unwrap_err().is_empty());
    assert_eq!(ring.pop_batch(&mut Vec::new(), 2), 0);
    slot.write(1);
    let slot = ring.read_slot().unwrap();
    assert_eq!(ring.push_now(2), Ok(()));
    assert!(ring.push_now(3).unwrap_err().is_full());
    assert_eq!(ring.push_batch([3]).unwrap_err().sent(), 0);
    drop(slot);
    assert_eq!(ring.push_now(3), Ok(()));
}

#[test]
fn given_up_slots_are_passed_over_by_every_operation() {
    type Take = fn(&mut Ring<u32>) -> Option<u32>;
    let takes: [Take; 7] = [
        |ring| ring.pop(),
        |ring| ring.pop_now().ok(),
        |ring| ring.pop_mut(),
        |ring| ring.read_slot().map(|slot| *slot),
        |ring| {
            let mut into = Vec::new();
            (ring.pop_batch(&mut into, 9) > 0).then(|| into.remove(0))
        },
        |ring| ring.force_push(9).or_else(|| ring.pop()),
        |ring| mem::replace(ring, Ring::new(1)).into_iter().next(),
    ];
    type Put = fn(&mut Ring<u32>) -> bool;
    let puts: [Put; 6] = [
        |ring| ring.push(9).is_ok(),
        |ring| ring.push_now(9).is_ok(),
        |ring| ring.push_mut(9).is_ok(),
        |ring| ring.write_slot().is_some(),
        |ring| ring.push_batch([9]).is_ok(),
        |ring| ring.force_push(9).is_none(),
    ];
    /// The first message is gone, then comes a slot that was given up.
    fn ring_of(capacity: usize) -> Ring<u32> {
        let ring = Ring::new(capacity);
        ring.push(1).unwrap();
        let given_up = ring.write_slot();
        (2..capacity as u32).for_each(|value| ring.push(value).unwrap());
        drop(given_up);
        assert!(ring.is_full());
        assert_eq!(ring.pop(), Some(1));
        ring
    }
    for take in takes {
        assert_eq!(take(&mut ring_of(4)), Some(2));
    }
    for put in puts {
        let mut ring = ring_of(2);
        assert!(ring.push(8).is_ok());
        assert!(put(&mut ring));
        assert!(ring.is_full());
        assert_eq!(ring.pop(), Some(8));
    }
    for looked_at in [4, 2] {
        let ring = ring_of(looked_at);
        assert_eq!(ring.len(), looked_at - 2);
        assert_eq!(ring.into_iter().len(), looked_at - 2);
    }
}

#[test]
fn a_forgotten_write_slot_stalls_pops_and_what_is_behind_it_is_dropped_once() {
    at_every_place(3, |mut ring, ledger| {
        let push = |ring: &Ring<Tracked>, id| ring.push(Tracked::new(id, ledger)).is_ok();
        assert!(push(&ring, 0));
        let mut slot = ring.write_slot().unwrap();
        slot.as_uninit().write(Tracked::new(1, ledger));
        mem::forget(slot);
        assert!(push(&ring, 2));
        assert_eq!(ring.pop().unwrap().id, 0);
        assert!(ring.pop().is_none());
        assert!(push(&ring, 3));
        assert!(!push(&ring, 4), "full");
        assert!(ring.pop().is_none());
        assert_eq!(ring.pop_mut().unwrap().id, 2);
        assert_eq!(ring.pop().unwrap().id, 3);
        drop(ring);
        assert_eq!([0, 1, 2, 3].map(|id| ledger.drops(id)), [1, 0, 1, 1]);
    });
}

#[test]
fn a_forgotten_read_slot_stalls_pushes_when_its_turn_comes_and_its_message_leaks() {
    at_every_place(3, |mut ring, ledger| {
        let push = |ring: &Ring<Tracked>, id| ring.push(Tracked::new(id, ledger)).is_ok();
        assert!(push(&ring, 0));
        mem::forget(ring.read_slot());
        assert_eq!([1, 2, 3].map(|id| push(&ring, id)), [true, true, false]);
        assert_eq!(ring.pop().unwrap().id, 1);
        assert_eq!(ring.pop().unwrap().id, 2);
        assert!(ring.pop().is_none() && ring.is_empty());
        assert!(!push(&ring, 4));
        assert!(ring.push_mut(Tracked::new(5, ledger)).is_ok());
        assert!(push(&ring, 6));
        assert_eq!(ring.pop().unwrap().id, 5);
        drop(ring);
        let drops = [0, 1, 2, 5, 6].map(|id| ledger.drops(id));
        assert_eq!(drops, [0, 1, 1, 1, 1]);
    });
}

#[test]
fn a_message_is_changed_where_it_lies() {
    static RING: StaticRing<[u64; 512], 2> = StaticRing::new();
    let mut slot = RING.write_slot().unwrap();
    let place: *const _ = slot.as_uninit().write([7; 512]);
    // SAFETY: it has just been written.
    unsafe { slot.commit() };
    let mut slot = RING.read_slot().unwrap();
    slot[511] += 1;
    assert!(std::ptr::eq(place, &raw const *slot));
    assert_eq!((slot[0], slot.take()[511]), (7, 8));
}

/// A message that panics when it is dropped.
struct Bomb<'a>(&'a Cell<u32>);

impl Drop for Bomb<'_> {
    fn drop(&mut self) {
        self.0.set(self.0.get() + 1);
        // Past the hook: nothing is printed.
        resume_unwind(Box::new(()));
    }
}

#[test]
fn a_message_that_panics_when_it_is_dropped_in_place_frees_its_slot() {
    let drops = Cell::new(0);
    let ring = Ring::new(1);
    let (sender, receiver) = bounded(1);
    for round in 1..4 {
        assert!(ring.push(Bomb(&drops)).is_ok());
        assert!(catch_unwind(AssertUnwindSafe(|| drop(ring.read_slot()))).is_err());
        assert_eq!(drops.get(), 2 * round - 1);
        assert!(sender.try_send(Bomb(&drops)).is_ok());
        assert!(catch_unwind(AssertUnwindSafe(|| drop(receiver.read_slot()))).is_err());
        assert_eq!(drops.get(), 2 * round);
    }
}

#[test]
fn a_writer_that_panics_gives_its_slot_up() {
    let (sender, receiver) = bounded(1);
    let unfinished = catch_unwind(AssertUnwindSafe(|| {
        let _slot = sender.write_slot().unwrap();
        resume_unwind(Box::new(()));
    }));
    assert!(unfinished.is_err());
    assert!(receiver.is_empty());
    assert_eq!(sender.try_send(1), Ok(()));
    assert_eq!(receiver.recv(), Ok(1));
}

#[test]
fn messages_of_no_size_have_slots() {
    let (sender, receiver) = bounded(3);
    for _ in 0..10 {
        let slots = [(); 3].map(|()| sender.try_write_slot().unwrap());
        assert!(sender.try_write_slot().is_err());
        slots.into_iter().for_each(|slot| slot.write(()).unwrap());
        let slots = [(); 3].map(|()| receiver.try_read_slot().unwrap());
        assert_eq!(sender.try_send(()), Err(TrySendError::Full(())));
        slots.into_iter().for_each(drop);
    }
}

#[test]
fn a_close_gives_back_what_is_committed_later_and_releases_go_on() {
    let ledger = Ledger::new(3);
    let (sender, receiver) = bounded(3);
    assert!(sender.send(Tracked::new(0, &ledger)).is_ok());
    let (mut first, second) = (sender.write_slot().unwrap(), sender.write_slot().unwrap());
    let read = receiver.read_slot().unwrap();
    assert!(receiver.close());
    assert_eq!(receiver.try_read_slot().err(), Some(TryRecvError::Empty));
    first.as_uninit().write(Tracked::new(1, &ledger));
    // SAFETY: it has just been written.
    let back = unsafe { first.commit() }.unwrap_err();
    assert_eq!((back.0.id, ledger.drops(1)), (1, 0));
    let back = second.write(Tracked::new(2, &ledger)).unwrap_err();
    assert_eq!(back.0.id, 2);
    assert_eq!(receiver.read_slot().err(), Some(RecvError));
    drop(read);
    assert_eq!(sender.write_slot().err(), Some(SendError(())));
    drop(back);
    assert_eq!(ledger.drops(0), 1);
}

#[test]
fn forgotten_slots_of_a_channel_leak_at_most_their_messages() {
    let ledger = Ledger::new(5);
    let (sender, receiver) = bounded(3);
    let send = |id| sender.try_send(Tracked::new(id, &ledger)).is_ok();
    assert_eq!([0, 1].map(send), [true; 2]);
    mem::forget(receiver.read_slot());
    mem::forget(sender.write_slot());
    assert!(!send(2), "the slot that is next is lost");
    assert_eq!(receiver.try_recv().unwrap().id, 1);
    assert!(receiver.try_recv().is_err());
    assert!(!send(2));
    drop(receiver);
    drop(sender);
    let drops = [0, 1, 2].map(|id| ledger.drops(id));
    assert_eq!(drops, [0, 1, 2]);
}

#[test]
fn what_has_no_slots_says_so() {
    fn says<R>(action: impl FnOnce() -> R) -> &'static str {
        let panic = catch_unwind(AssertUnwindSafe(action)).err().unwrap();
        panic.downcast_ref::<&str>().unwrap()
    }
    let channels: [(Sender<u8>, Receiver<u8>); 2] = [unbounded(), bounded(0)];
    for (sender, receiver) in &channels {
        for said in [
            says(|| drop(sender.write_slot())),
            says(|| drop(sender.try_write_slot())),
            says(|| drop(receiver.read_slot())),
            says(|| drop(receiver.try_read_slot())),
        ] {
            assert!(said.ends_with("has no slots"), "{said}");
        }
    }
    for receiver in [after(std::time::Duration::ZERO), never()] {
        assert!(says(|| drop(receiver.try_read_slot())).ends_with("has no slots"));
    }
}

/// Crews that write and read in place, beside others that do not.
fn exchange(capacity: usize) {
    const CREW: usize = 3;
    const EACH: usize = 2_000;
    let _limit = Watchdog::new();
    let (sender, receiver) = bounded(capacity);
    let receipts: Vec<_> = thread::scope(|scope| {
        for producer in 0..CREW {
            let sender = sender.clone();
            scope.spawn(move || {
                for number in 0..EACH {
                    let message = Parcel::new(producer, number);
                    match number % 4 {
                        0 => {
                            let mut slot = sender.write_slot().unwrap();
                            dawdle(number % 3);
                            slot.as_uninit().write(message);
                            // SAFETY: it has just been written.
                            unsafe { slot.commit() }.unwrap();
                        }
                        1 => {
                            let given_up = sender.try_write_slot();
                            dawdle(number % 2);
                            drop(given_up);
                            sender.write_slot().unwrap().write(message).unwrap();
                        }
                        _ => sender.send(message).unwrap(),
                    }
                }
            });
        }
        drop(sender);
        let consumers: Vec<_> = (0..CREW)
            .map(|consumer| {
                let receiver = &receiver;
                scope.spawn(move || {
                    let mut receipts = Receipts::new(CREW);
                    for turn in consumer.. {
                        let message = if turn % 3 == 0 {
                            receiver.recv()
                        } else {
                            receiver.read_slot().map(|slot| {
                                dawdle(turn % 2);
                                slot.take()
                            })
                        };
                        match message {
                            Ok(message) => receipts.note(message),
                            Err(RecvError) => break,
                        }
                    }
                    receipts
                })
            })
            .collect();
        let joined = consumers.into_iter().map(|consumer| consumer.join());
        joined.map(|receipts| receipts.unwrap()).collect()
    });
    Receipts::assert_complete(receipts, EACH);
}

#[test]
fn crews_write_and_read_in_place_capacity_1() {
    exchange(1);
}

#[test]
fn crews_write_and_read_in_place_capacity_3() {
    exchange(3);
}
