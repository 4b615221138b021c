//! Models of slots in the hands of user code: written, or read, where they lie.

use crate::support::{Message, Search, explore, recv, send, try_recv};
use loom::alloc::Track;
use loom::sync::Arc;
use loom::thread;
use queue_core_loom::model::Patience;
use queue_core_loom::{Receiver, RecvError, Ring, TryRecvError, TrySendError, bounded};

/// A ring with messages from 1 on.
fn ring_of(capacity: usize, messages: u32) -> Arc<Ring<Message>> {
    let ring = Ring::new(capacity);
    (1..=messages).for_each(|value| assert!(ring.push(Track::new(value)).is_ok()));
    Arc::new(ring)
}

fn push_until_done(ring: &Ring<Message>, value: u32) {
    let patience = Patience::new();
    let mut message = Track::new(value);
    while let Err(refused) = ring.push(message) {
        message = refused;
        patience.wait();
    }
}

fn pop_until_some(ring: &Ring<Message>) -> u32 {
    let patience = Patience::new();
    loop {
        match ring.pop() {
            Some(message) => return message.into_inner(),
            None => patience.wait(),
        }
    }
}

/// Holds the oldest message.
fn read(receiver: &Receiver<Message>, expected: u32) -> queue_core_loom::ReadSlot<'_, Message> {
    let slot = receiver.read_slot().unwrap();
    assert_eq!(*slot.get_ref(), expected);
    slot
}

/// What is written in place is popped, once, before what was pushed behind it.
/// Explores 3,472 executions.
#[test]
fn a_slot_that_is_written_against_pops() {
    explore(Search::preemptions(3, 1_736), || {
        let ring = ring_of(2, 0);
        let other = Arc::clone(&ring);
        let producer = thread::spawn(move || {
            let slot = other.write_slot().unwrap();
            assert!(other.push(Track::new(2)).is_ok());
            slot.write(Track::new(1));
        });
        assert_eq!(pop_until_some(&ring), 1);
        assert_eq!(pop_until_some(&ring), 2);
        producer.join().unwrap();
    });
}

/// A slot that is given up is passed over.
fn a_slot_that_is_given_up_against_pops(capacity: usize, search: Search) {
    explore(search, move || {
        let ring = ring_of(capacity, 0);
        let other = Arc::clone(&ring);
        let producer = thread::spawn(move || {
            drop(other.write_slot());
            push_until_done(&other, 1);
        });
        assert_eq!(pop_until_some(&ring), 1);
        producer.join().unwrap();
        assert!(ring.is_empty());
    });
}

/// Capacity 1.
/// Explores 19,027 executions.
#[test]
fn a_slot_that_is_given_up_against_pops_capacity_1() {
    a_slot_that_is_given_up_against_pops(1, Search::preemptions(1, 9_513));
}

/// Capacity 2.
/// Explores 7,314 executions.
#[test]
fn a_slot_that_is_given_up_against_pops_capacity_2() {
    a_slot_that_is_given_up_against_pops(2, Search::preemptions(3, 3_657));
}

/// A push into a ring with room never fails because another writes the slot before it. Without G7 it
/// takes that slot for one that is being read.
/// Explores 331 executions.
#[test]
fn a_push_beside_a_slot_that_is_written() {
    explore(Search::unbounded(165), || {
        let ring = ring_of(2, 0);
        let other = Arc::clone(&ring);
        let writer = thread::spawn(move || other.write_slot().unwrap().write(Track::new(1)));
        assert!(ring.push(Track::new(2)).is_ok());
        writer.join().unwrap();
        let mut popped = [pop_until_some(&ring), pop_until_some(&ring)];
        popped.sort_unstable();
        assert_eq!(popped, [1, 2]);
    });
}

/// A message that is read in place is not overwritten by the push that waits for its slot. Breaks
/// without G8.
/// Explores 1,311 executions.
#[test]
fn a_slot_that_is_read_against_the_push_that_waits_for_it() {
    explore(Search::preemptions(3, 655), || {
        let ring = ring_of(1, 1);
        let other = Arc::clone(&ring);
        let reader = thread::spawn(move || {
            let slot = other.read_slot().unwrap();
            assert_eq!(*slot.get_ref(), 1);
            drop(slot);
        });
        push_until_done(&ring, 2);
        reader.join().unwrap();
        assert_eq!(pop_until_some(&ring), 2);
    });
}

/// Two threads that each hold a message have different ones, and the older one comes first. What is pushed
/// meanwhile is neither.
/// Explores 174,930 executions.
#[test]
fn two_readers() {
    explore(Search::preemptions(2, 87_465), || {
        let ring = ring_of(2, 2);
        let readers = [(); 2].map(|()| {
            let ring = Arc::clone(&ring);
            thread::spawn(move || {
                let slot = ring.read_slot().unwrap();
                slot.take().into_inner()
            })
        });
        push_until_done(&ring, 3);
        let mut read = readers.map(|reader| reader.join().unwrap());
        read.sort_unstable();
        assert_eq!(read, [1, 2]);
        assert_eq!(pop_until_some(&ring), 3);
        assert!(ring.pop().is_none());
    });
}

/// A message held in a ring of one, and `force_push`: it takes the slot when the message is gone.
/// Explores 3,026 executions.
#[test]
fn force_push_against_a_slot_that_is_read() {
    explore(Search::preemptions(3, 1_513), || {
        let ring = ring_of(1, 1);
        let other = Arc::clone(&ring);
        let reader = thread::spawn(move || {
            let slot = other.read_slot();
            slot.map(|slot| *slot.get_ref())
        });
        let displaced = ring.force_push(Track::new(2)).map(Track::into_inner);
        let read = reader.join().unwrap().unwrap();
        match displaced {
            Some(displaced) => assert_eq!((displaced, read), (1, 2)),
            None => {
                assert_eq!(read, 1);
                assert_eq!(pop_until_some(&ring), 2);
            }
        }
    });
}

/// Two threads that each release a slot of one ring and then push into the other's cannot both find it
/// still in use.
/// Explores 23,497 executions.
#[test]
fn of_two_verdicts_on_slots_that_are_read_one_is_wrong() {
    explore(Search::preemptions(3, 11_748), || {
        let rings = Arc::new([1, 2].map(|value| {
            let ring = Ring::new(1);
            ring.push(value).unwrap();
            ring
        }));
        let visit = |rings: &[Ring<u32>; 2], mine: usize| {
            drop(rings[mine].read_slot());
            rings[1 - mine].push(0).is_ok()
        };
        let others = Arc::clone(&rings);
        let peer = thread::spawn(move || visit(&others, 1));
        let was_let_in = visit(&rings, 0);
        assert!(peer.join().unwrap() || was_let_in);
    });
}

/// The like for slots that are written, and pops.
/// Explores 22,044 executions.
#[test]
fn of_two_verdicts_on_slots_that_are_written_one_is_wrong() {
    explore(Search::preemptions(3, 11_022), || {
        let rings = Arc::new([Ring::new(1), Ring::new(1)]);
        let visit = |rings: &[Ring<u32>; 2], mine: usize| {
            rings[mine].write_slot().unwrap().write(0);
            rings[1 - mine].pop().is_some()
        };
        let others = Arc::clone(&rings);
        let peer = thread::spawn(move || visit(&others, 1));
        let has_found = visit(&rings, 0);
        assert!(peer.join().unwrap() || has_found);
    });
}

/// A slot that was forgotten while it was read: the ring is full when its turn comes, whatever the peers
/// do, and what was pushed before comes out.
/// Explores 879 executions.
#[test]
fn a_slot_that_was_read_and_forgotten() {
    explore(Search::preemptions(3, 439), || {
        let ring = Arc::new(Ring::new(2));
        ring.push(1).unwrap();
        std::mem::forget(ring.read_slot());
        let other = Arc::clone(&ring);
        let producer = thread::spawn(move || [2, 3].map(|value| other.push(value)));
        let popped = ring.pop();
        assert_eq!(producer.join().unwrap(), [Ok(()), Err(3)]);
        assert_eq!(popped.or_else(|| ring.pop()), Some(2));
        assert_eq!(ring.push(3), Err(3));
        assert_eq!(ring.pop(), None);
    });
}

/// A slot that was forgotten while it was to be written: the ring is empty when its turn comes, whatever the
/// peers do.
/// Explores 851 executions.
#[test]
fn a_slot_that_was_to_be_written_and_was_forgotten() {
    explore(Search::preemptions(3, 425), || {
        let ring = ring_of(2, 1);
        std::mem::forget(ring.write_slot());
        let other = Arc::clone(&ring);
        let consumer = thread::spawn(move || [(); 2].map(|()| other.pop().map(Track::into_inner)));
        let pushed = ring.push(Track::new(2)).is_ok();
        assert_eq!(consumer.join().unwrap(), [Some(1), None]);
        assert!(pushed != ring.push(Track::new(3)).is_ok());
        assert!(ring.pop().is_none());
    });
}

/// A receiver that sleeps on a slot that is being written is woken by the commit.
/// Explores 25,530 executions.
#[test]
fn a_parked_receiver_is_woken_by_a_commit() {
    explore(Search::preemptions(3, 12_765), || {
        let (sender, receiver) = bounded(1);
        let waiter = thread::spawn(move || recv(&receiver));
        assert!(sender.write_slot().unwrap().write(Track::new(7)).is_ok());
        assert_eq!(waiter.join().unwrap(), Some(7));
    });
}

/// A receiver that sleeps on a slot which is given up gets what comes after it, and then the end.
/// Explores 182,210 executions.
#[test]
fn a_parked_receiver_survives_a_slot_that_is_given_up() {
    explore(Search::preemptions(1, 91_105), || {
        let (sender, receiver) = bounded(2);
        let waiter = thread::spawn(move || (recv(&receiver), receiver.recv().err()));
        let slot = sender.write_slot().unwrap();
        send(&sender, 7);
        drop(slot);
        drop(sender);
        assert_eq!(waiter.join().unwrap(), (Some(7), Some(RecvError)));
    });
}

/// A sender that waits for a slot of its own is woken by a receive.
/// Explores 2,375 executions.
#[test]
fn a_sender_that_waits_to_write_is_woken_by_a_receive() {
    explore(Search::preemptions(3, 1_187), || {
        let (sender, receiver) = bounded(1);
        send(&sender, 1);
        let waiter = thread::spawn(move || {
            assert!(sender.write_slot().unwrap().write(Track::new(2)).is_ok());
        });
        assert_eq!(recv(&receiver), Some(1));
        waiter.join().unwrap();
        assert_eq!(try_recv(&receiver), Some(2));
    });
}

/// A receiver that waits for a message to read in place is woken by its send.
/// Explores 1,003 executions.
#[test]
fn a_receiver_that_waits_to_read_is_woken_by_a_send() {
    explore(Search::preemptions(3, 501), || {
        let (sender, receiver) = bounded(1);
        let waiter = thread::spawn(move || drop(read(&receiver, 7)));
        send(&sender, 7);
        waiter.join().unwrap();
    });
}

/// A sender that sleeps as the slot that is next is read is woken by its release. Without H22 or G6 it
/// sleeps for ever.
/// Explores 1,627 executions.
#[test]
fn a_parked_sender_is_woken_by_a_release() {
    explore(Search::preemptions(3, 813), || {
        let (sender, receiver) = bounded(1);
        send(&sender, 1);
        let slot = read(&receiver, 1);
        let waiter = thread::spawn(move || send(&sender, 2));
        drop(slot);
        waiter.join().unwrap();
        assert_eq!(try_recv(&receiver), Some(2));
    });
}

/// Two senders that sleep as the slot that is next is read, while the one behind it is free, are both woken
/// by its release.
/// Explores the first 59,999 executions.
#[test]
fn the_release_of_a_slot_wakes_for_what_is_free_behind_it() {
    let search = Search {
        preemptions: Some(1),
        at_least: 49_999,
        at_most: Some(60_000),
    };
    explore(search, || {
        let (sender, receiver) = bounded(2);
        send(&sender, 1);
        send(&sender, 2);
        let waiters = [3, 4].map(|value| {
            let sender = sender.clone();
            thread::spawn(move || send(&sender, value))
        });
        let slot = read(&receiver, 1);
        thread::yield_now();
        assert_eq!(recv(&receiver), Some(2));
        thread::yield_now();
        drop(slot);
        for waiter in waiters {
            waiter.join().unwrap();
        }
        assert_eq!(receiver.len(), 2);
    });
}

/// A slot is given up behind a message that is read in place: whoever ends second passes over it, and both
/// senders that wait for the room are woken. Without H23 one may sleep for ever.
/// Explores the first 59,999 executions.
#[test]
fn a_slot_given_up_behind_one_that_is_read() {
    let search = Search {
        preemptions: Some(1),
        at_least: 49_999,
        at_most: Some(60_000),
    };
    explore(search, || {
        let (sender, receiver) = bounded(2);
        send(&sender, 1);
        let slot = sender.write_slot().unwrap();
        let waiters = [2, 3].map(|value| {
            let sender = sender.clone();
            thread::spawn(move || send(&sender, value))
        });
        let reader = thread::spawn(move || {
            thread::yield_now();
            drop(read(&receiver, 1));
            receiver
        });
        thread::yield_now();
        drop(slot);
        let receiver = reader.join().unwrap();
        for waiter in waiters {
            waiter.join().unwrap();
        }
        assert_eq!(receiver.len(), 2);
    });
}

/// The last sender goes while a message is read in place: another receiver is told of the end, and does not
/// wait for the slot.
/// Explores 105 executions.
#[test]
fn the_end_beside_a_slot_that_is_read() {
    explore(Search::preemptions(3, 52), || {
        let (sender, receiver) = bounded(1);
        send(&sender, 1);
        let other = receiver.clone();
        let slot = read(&receiver, 1);
        let waiter = thread::spawn(move || other.recv().err());
        drop(sender);
        assert_eq!(waiter.join().unwrap(), Some(RecvError));
        assert_eq!(slot.take().into_inner(), 1);
        assert_eq!(receiver.try_recv().err(), Some(TryRecvError::Disconnected));
    });
}

/// Somebody closes while a message is read in place: a sender that waits for its slot is turned away, or got
/// in before.
/// Explores 3,993 executions.
#[test]
fn close_beside_a_slot_that_is_read() {
    explore(Search::preemptions(3, 1_996), || {
        let (sender, receiver) = bounded(1);
        send(&sender, 1);
        let slot = read(&receiver, 1);
        let waiter = thread::spawn(move || sender.send(Track::new(2)).is_ok());
        receiver.close();
        drop(slot);
        let was_sent = waiter.join().unwrap();
        assert_eq!(try_recv(&receiver), was_sent.then_some(2));
    });
}

/// The last receiver goes while a slot is written: the message comes back, or is dropped there and then, and so
/// is the one behind it.
/// Explores 13,056 executions.
#[test]
fn the_last_receiver_goes_beside_a_slot_that_is_written() {
    explore(Search::preemptions(3, 6_528), || {
        let (sender, receiver) = bounded(2);
        let client = thread::spawn(move || {
            let (answer, reply) = bounded::<Message>(1);
            let (other, second) = bounded::<Message>(1);
            let slot = sender.write_slot();
            drop(sender.try_send(other));
            if let Ok(mut slot) = slot {
                slot.as_uninit().write(answer);
                // SAFETY: it has just been written.
                drop(unsafe { slot.commit() });
            } else {
                drop(answer);
            }
            assert_eq!(reply.recv().err(), Some(RecvError));
            assert_eq!(second.recv().err(), Some(RecvError));
        });
        drop(receiver);
        client.join().unwrap();
    });
}

/// A channel is closed while a slot is written: the message is sent, or comes back, and the receiver gets it or the
/// end.
/// Explores 2,290 executions.
#[test]
fn close_beside_a_slot_that_is_written() {
    explore(Search::preemptions(1, 1_145), || {
        let (sender, receiver) = bounded(1);
        let slot = sender.write_slot().unwrap();
        let closing = sender.clone();
        let waiter = thread::spawn(move || recv(&receiver));
        let closer = thread::spawn(move || closing.close());
        let was_sent = slot.write(Track::new(7)).is_ok();
        assert_eq!(waiter.join().unwrap(), was_sent.then_some(7));
        closer.join().unwrap();
        let refused = sender.try_write_slot().err();
        assert_eq!(refused, Some(TrySendError::Disconnected(())));
    });
}
