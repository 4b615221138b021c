//! The ring for one producer and one consumer: as a queue, in two threads, and whatever becomes of its ends, its
//! chunks and its messages.

mod model;

use std::cell::RefCell;
use std::iter;
use std::mem::{self, size_of};
use std::panic::{AssertUnwindSafe, RefUnwindSafe, UnwindSafe, catch_unwind, resume_unwind};
use std::rc::Rc;
use std::sync::Arc;
use std::thread;

use proptest::collection::vec;
use proptest::prelude::*;
use queue_core::spsc::{self, ChunkError, Consumer, Producer, ReadChunk, WriteChunk};

use crate::model::payload::{Aligned, Boxed, Counted, Nothing};
use crate::model_tests::config;
use crate::support::{Ledger, Parcel, Receipts, Tracked, Watchdog, dawdle};

fn steps() -> impl Strategy<Value = Vec<model::Step>> {
    vec(any::<[u8; 3]>().prop_map(model::Step::decode), 0..250)
}

/// Small ones, so that all is met often, and one beyond the length of a run.
fn capacities() -> impl Strategy<Value = usize> {
    prop_oneof![9 => 1..10_usize, 1 => Just(64)]
}

proptest! {
    #![proptest_config(config())]

    #[test]
    fn a_ring_of_zero_sized_messages_keeps_count(capacity in capacities(), steps in steps()) {
        let _limit = Watchdog::new();
        model::run::<Nothing>(capacity, steps);
    }

    #[test]
    fn a_ring_is_a_queue_and_drops_each_message_once(capacity in capacities(), steps in steps()) {
        let _limit = Watchdog::new();
        model::run::<Counted>(capacity, steps);
    }

    #[test]
    fn a_ring_of_boxes_frees_each_once(capacity in capacities(), steps in steps()) {
        let _limit = Watchdog::new();
        model::run::<Boxed>(capacity, steps);
    }

    #[test]
    fn a_ring_of_wide_messages_keeps_them_aligned_and_whole(
        capacity in capacities(), steps in steps()
    ) {
        let _limit = Watchdog::new();
        model::run::<Aligned>(capacity, steps);
    }
}

/// Sends single messages, batches and chunks of all sizes.
fn produce(mut producer: Producer<Parcel>, count: usize) {
    let mut parcels = (0..count).map(|number| Parcel::new(0, number)).peekable();
    for turn in 0.. {
        let most = turn * 7 % 100;
        match turn % 4 {
            0 => {
                let Some(mut parcel) = parcels.next() else {
                    return;
                };
                while let Err(refused) = producer.push(parcel) {
                    parcel = refused;
                    thread::yield_now();
                }
            }
            1 => {
                let room = producer.free().min(most);
                let batch = parcels.by_ref().take(room);
                assert!(producer.push_batch(batch).is_ok(), "there was room");
            }
            2 => {
                let mut chunk = producer.write_chunk_up_to(most);
                chunk.fill_from(&mut parcels);
                chunk.commit_all();
            }
            _ => {
                if let Ok(mut chunk) = producer.write_chunk(2) {
                    chunk.fill_from(&mut parcels);
                    chunk.commit_all();
                }
            }
        }
        if parcels.peek().is_none() {
            return;
        }
        if producer.is_full() {
            thread::yield_now();
        }
    }
}

/// Receives in all ways until the producer is gone.
fn consume(mut consumer: Consumer<Parcel>) -> Receipts {
    let mut receipts = Receipts::new(1);
    let mut batch = Vec::new();
    for turn in 0.. {
        let is_last_look = consumer.is_abandoned();
        let most = turn * 5 % 90;
        match turn % 4 {
            0 => {
                let next = consumer.peek().map(Parcel::number);
                let parcel = consumer.pop();
                if next.is_some() {
                    assert_eq!(parcel.as_ref().map(Parcel::number), next);
                }
                parcel.into_iter().for_each(|parcel| receipts.note(parcel));
            }
            1 => {
                consumer.pop_batch(&mut batch, most);
                batch.drain(..).for_each(|parcel| receipts.note(parcel));
            }
            2 => {
                let chunk = consumer.read_chunk_up_to(most);
                let (first, second) = chunk.as_slices();
                let slices = first.iter().chain(second).map(Parcel::number);
                let copies: Vec<_> = slices.map(|number| Parcel::new(0, number)).collect();
                chunk.commit_all();
                copies.into_iter().for_each(|parcel| receipts.note(parcel));
            }
            _ => {
                let chunk = consumer.read_chunk_up_to(most);
                let some = chunk.len().div_ceil(2);
                let taken = chunk.into_iter().take(some);
                taken.for_each(|parcel| receipts.note(parcel));
            }
        }
        if consumer.is_empty() {
            if is_last_look {
                break;
            }
            thread::yield_now();
        }
    }
    receipts
}

fn exchange(capacity: usize) {
    const COUNT: usize = 100_000;
    let _limit = Watchdog::new();
    let (producer, consumer) = spsc::ring(capacity);
    let consuming = thread::spawn(move || consume(consumer));
    produce(producer, COUNT);
    Receipts::assert_complete([consuming.join().unwrap()], COUNT);
}

#[test]
fn two_threads_exchange_everything_in_order_at_capacity_1() {
    exchange(1);
}

#[test]
fn two_threads_exchange_everything_in_order_at_capacity_2() {
    exchange(2);
}

#[test]
fn two_threads_exchange_everything_in_order_at_capacity_3() {
    exchange(3);
}

#[test]
fn two_threads_exchange_everything_in_order_at_capacity_5() {
    exchange(5);
}

#[test]
fn two_threads_exchange_everything_in_order_at_capacity_64() {
    exchange(64);
}

#[test]
fn two_threads_exchange_as_many_messages_without_a_size() {
    const COUNT: usize = 100_000;
    let _limit = Watchdog::new();
    let (mut producer, mut consumer) = spsc::ring(3);
    let consuming = thread::spawn(move || {
        let mut count = 0;
        loop {
            let is_last_look = consumer.is_abandoned();
            count += iter::from_fn(|| consumer.pop()).count();
            if is_last_look {
                return count;
            }
            thread::yield_now();
        }
    });
    for _ in 0..COUNT {
        while producer.push(()).is_err() {
            thread::yield_now();
        }
    }
    drop(producer);
    assert_eq!(consuming.join().unwrap(), COUNT);
}

#[test]
fn both_ends_go_at_the_same_time_and_what_is_left_is_dropped_once() {
    const ROUNDS: usize = 300;
    let _limit = Watchdog::new();
    for round in 0..ROUNDS {
        let ledger = Ledger::new(3);
        let (mut producer, mut consumer) = spsc::ring(3);
        let pushing = {
            let ledger = Arc::clone(&ledger);
            thread::spawn(move || {
                for id in 0..3 {
                    assert!(producer.push(Tracked::new(id, &ledger)).is_ok());
                }
                dawdle(round);
            })
        };
        dawdle(round + 1);
        drop(consumer.pop());
        drop(consumer);
        pushing.join().unwrap();
        assert_eq!(
            [0, 1, 2].map(|id| ledger.drops(id)),
            [1; 3],
            "round {round}"
        );
    }
}

#[test]
fn the_capacity_is_not_rounded() {
    for capacity in [1, 2, 3, 5, 6, 7, 64, 1000] {
        let (mut producer, mut consumer) = spsc::ring(capacity);
        // Over the end of the memory and of the index several times.
        for lap in 0..5 {
            for number in 0..capacity {
                assert_eq!(producer.push((lap, number)), Ok(()));
            }
            assert_eq!(producer.push((lap, capacity)), Err((lap, capacity)));
            assert_eq!(producer.write_chunk(1).unwrap_err().available(), 0);
            assert!(producer.write_chunk_up_to(1).is_empty());
            assert_eq!(consumer.pop(), Some((lap, 0)));
            assert_eq!(producer.push((lap, capacity)), Ok(()));
            assert!(producer.is_full() && consumer.is_full());
            let chunk = consumer.read_chunk(capacity).unwrap();
            assert!(
                chunk
                    .into_iter()
                    .eq((1..=capacity).map(|number| (lap, number)))
            );
            assert!(producer.is_empty() && consumer.is_empty());
            assert_eq!(
                consumer.read_chunk(1).err().map(|error| error.available()),
                Some(0)
            );
        }
    }
}

#[test]
#[should_panic(expected = "capacity must be non-zero")]
fn a_capacity_of_zero_is_refused() {
    let _ = spsc::ring::<u8>(0);
}

#[test]
fn capacities_beyond_the_address_space_are_refused() {
    fn assert_refused<T>(capacity: usize) {
        let panic = catch_unwind(|| drop(spsc::ring::<T>(capacity))).unwrap_err();
        assert_eq!(panic.downcast_ref(), Some(&"capacity is too large"));
    }
    assert_refused::<u64>(usize::MAX);
    assert_refused::<u64>(isize::MAX as usize / 8);
    assert_refused::<()>(usize::MAX);
    assert_refused::<()>(isize::MAX as usize);
    let (mut producer, _consumer) = spsc::ring(isize::MAX as usize / 2);
    assert_eq!(producer.push(()), Ok(()));
    assert_eq!(producer.free(), isize::MAX as usize / 2 - 1);
}

#[test]
fn ends_are_small_and_send_and_survive_panics() {
    fn check<T: Send + UnwindSafe + RefUnwindSafe>() {}
    check::<Producer<std::cell::Cell<u8>>>();
    check::<Consumer<std::cell::Cell<u8>>>();
    fn is_send<T: Send>() {}
    is_send::<WriteChunk<'_, u8>>();
    is_send::<ReadChunk<'_, u8>>();
    is_send::<spsc::IntoIter<'_, u8>>();
    assert_eq!(size_of::<Producer<u8>>(), 6 * size_of::<usize>());
    assert_eq!(size_of::<Option<Consumer<u8>>>(), 7 * size_of::<usize>());
}

#[test]
fn what_they_print_names_them() {
    let (mut producer, mut consumer) = spsc::ring(4);
    producer.push(1).unwrap();
    assert_eq!(
        format!("{producer:?}"),
        "Producer { len: 1, capacity: 4, .. }"
    );
    assert_eq!(
        format!("{consumer:?}"),
        "Consumer { len: 1, capacity: 4, .. }"
    );
    let mut chunk = producer.write_chunk(2).unwrap();
    chunk.push(2).unwrap();
    assert_eq!(format!("{chunk:?}"), "WriteChunk { len: 2, filled: 1, .. }");
    drop(chunk);
    let chunk = consumer.read_chunk(1).unwrap();
    assert_eq!(format!("{chunk:?}"), "ReadChunk { len: 1, .. }");
    assert_eq!(
        format!("{:?}", chunk.into_iter()),
        "IntoIter { left: 1, .. }"
    );
    let error: ChunkError = consumer.read_chunk(2).unwrap_err();
    assert_eq!(
        error.to_string(),
        "asking for a chunk of more than the 1 available"
    );
}

/// A ring in whose memory the next message but two is the last before the end.
fn before_the_break<T>(capacity: usize, filling: impl Fn() -> T) -> (Producer<T>, Consumer<T>) {
    let (mut producer, mut consumer) = spsc::ring(capacity);
    for _ in 0..capacity.next_power_of_two() - 3 {
        assert!(producer.push(filling()).is_ok());
        drop(consumer.pop());
    }
    (producer, consumer)
}

#[test]
fn slices_are_whole_but_for_one_break() {
    let (mut producer, mut consumer) = before_the_break(8, || 0);
    let mut chunk = producer.write_chunk(7).unwrap();
    let (first, second) = chunk.as_uninit_slices();
    assert_eq!((first.len(), second.len()), (3, 4));
    assert_eq!(chunk.copy_from_slice(&[1, 2]), 2);
    assert_eq!(chunk.copy_from_slice(&[3, 4, 5, 6, 7, 8]), 5);
    assert_eq!(chunk.copy_from_slice(&[8]), 0);
    assert_eq!(chunk.push(8), Err(8));
    assert_eq!(
        chunk.as_mut_slices(),
        (&mut [1, 2, 3][..], &mut [4, 5, 6, 7][..])
    );
    assert_eq!(chunk.commit_all(), 7);
    let chunk = consumer.read_chunk(5).unwrap();
    assert_eq!(chunk.as_slices(), (&[1, 2, 3][..], &[4, 5][..]));
    chunk.commit(3);
    let chunk = consumer.read_chunk(4).unwrap();
    assert_eq!(chunk.as_slices(), (&[4, 5, 6, 7][..], &[][..]));
}

#[test]
fn a_batch_takes_no_more_out_of_its_iterator_than_there_is_room_for() {
    let (mut producer, mut consumer) = spsc::ring(100);
    let mut numbers = 0..1000;
    let unsent = producer.push_batch(numbers.by_ref()).unwrap_err();
    assert_eq!(unsent.sent(), 100);
    drop(unsent);
    assert_eq!(numbers.next(), Some(100), "its length is known");

    // Where it is not, one has to be taken out, and comes back.
    consumer.read_chunk(10).unwrap().commit_all();
    let mut numbers = (200..220).filter(|_| true);
    let unsent = producer.push_batch(&mut numbers).unwrap_err();
    assert_eq!((unsent.sent(), unsent.collect::<Vec<_>>().len()), (10, 10));
    assert_eq!(producer.push_batch((0..20).filter(|_| false)).unwrap(), 0);
    assert_eq!(producer.push_batch(iter::empty()).unwrap(), 0);
    assert_eq!(consumer.pop_batch(&mut Vec::new(), 0), 0);
}

#[test]
fn an_iterator_that_panics_leaves_a_batch_pushed_and_a_chunk_filled_as_far_as_it_came() {
    let ledger = Ledger::new(10);
    let failing = |first: usize| {
        let ledger = Arc::clone(&ledger);
        (first..).map(move |id| {
            assert!(id < first + 3, "as planned");
            Tracked::new(id, &ledger)
        })
    };
    let (mut producer, mut consumer) = spsc::ring(8);
    assert!(catch_unwind(AssertUnwindSafe(|| producer.push_batch(failing(0)).is_ok())).is_err());
    assert_eq!(consumer.len(), 3);
    let mut chunk = producer.write_chunk(5).unwrap();
    let filling = catch_unwind(AssertUnwindSafe(|| chunk.fill_from(failing(3))));
    assert!(filling.is_err());
    assert_eq!(chunk.filled(), 3);
    chunk.commit(2);
    assert_eq!(ledger.drops(5), 1, "not committed");
    let chunk = consumer.read_chunk(5).unwrap();
    assert!(chunk.into_iter().map(|message| message.id).eq(0..5));
    drop((producer, consumer));
    assert!((0..6).all(|id| ledger.drops(id) == 1));
}

#[test]
#[should_panic(expected = "a commit of 2, more than the 1 that were filled")]
fn a_chunk_does_not_push_what_was_not_filled() {
    let (mut producer, _consumer) = spsc::ring(8);
    let mut chunk = producer.write_chunk(2).unwrap();
    chunk.push(1).unwrap();
    chunk.commit(2);
}

#[test]
#[should_panic(expected = "a commit of 2, more than the 1 that the chunk has")]
fn a_chunk_does_not_take_what_it_does_not_have() {
    let (mut producer, mut consumer) = spsc::ring(8);
    producer.push_batch([1, 2]).unwrap();
    consumer.read_chunk(1).unwrap().commit(2);
}

/// A ring of five with three messages across the break, the first of them number 0.
fn tracked(ledger: &Arc<Ledger>) -> (Producer<Tracked>, Consumer<Tracked>) {
    let spare = Ledger::new(1);
    let (mut producer, consumer) = before_the_break(5, || Tracked::new(0, &spare));
    let messages = (0..5).map(|id| Tracked::new(id, ledger));
    assert!(producer.push_batch(messages).is_ok());
    (producer, consumer)
}

fn drops(ledger: &Ledger) -> [u32; 5] {
    [0, 1, 2, 3, 4].map(|id| ledger.drops(id))
}

#[test]
fn forgotten_ends_leak_the_ring_and_nothing_else() {
    let ledger = Ledger::new(5);
    let (producer, mut consumer) = tracked(&ledger);
    mem::forget(producer);
    assert!(!consumer.is_abandoned());
    drop(consumer.pop());
    drop(consumer);
    assert_eq!(drops(&ledger), [1, 0, 0, 0, 0]);

    let ledger = Ledger::new(5);
    let (mut producer, consumer) = tracked(&ledger);
    mem::forget(consumer);
    assert!(!producer.is_abandoned());
    assert!(producer.push(Tracked::new(0, &ledger)).is_err());
    drop(producer);
    assert_eq!(drops(&ledger), [1, 0, 0, 0, 0]);
}

#[test]
#[expect(
    clippy::forget_non_drop,
    reason = "that it is forgotten is what is tested"
)]
fn a_forgotten_chunk_to_read_takes_nothing() {
    let ledger = Ledger::new(5);
    let (producer, mut consumer) = tracked(&ledger);
    mem::forget(consumer.read_chunk(5).unwrap());
    assert_eq!(consumer.pop().map(|message| message.id), Some(0));
    drop((producer, consumer));
    assert_eq!(drops(&ledger), [1; 5]);
}

#[test]
fn a_forgotten_chunk_to_write_pushes_nothing_and_leaks_what_is_in_it() {
    let ledger = Ledger::new(5);
    let (mut producer, mut consumer) = spsc::ring(4);
    let mut chunk = producer.write_chunk(3).unwrap();
    chunk.fill_from((0..2).map(|id| Tracked::new(id, &ledger)));
    mem::forget(chunk);
    assert!(consumer.is_empty());
    assert!(producer.push(Tracked::new(2, &ledger)).is_ok());
    assert_eq!(consumer.pop().map(|message| message.id), Some(2));
    drop((producer, consumer));
    assert_eq!(drops(&ledger), [0, 0, 1, 0, 0]);
}

#[test]
fn what_a_forgotten_iterator_has_yielded_is_not_taken_again() {
    // Whether a pop follows, or nothing.
    for pops in [true, false] {
        let ledger = Ledger::new(5);
        let (producer, mut consumer) = tracked(&ledger);
        let mut iterator = consumer.read_chunk(4).unwrap().into_iter();
        assert_eq!(iterator.next().map(|message| message.id), Some(0));
        assert_eq!(iterator.next().map(|message| message.id), Some(1));
        mem::forget(iterator);
        assert_eq!(consumer.len(), 3);
        assert!(producer.is_full(), "its slots are not free yet");
        if pops {
            assert_eq!(consumer.pop().map(|message| message.id), Some(2));
            assert_eq!(producer.free(), 3);
        }
        drop(consumer);
        assert_eq!(producer.len(), 3 - usize::from(pops));
        drop(producer);
        assert_eq!(drops(&ledger), [1; 5]);
    }
}

#[test]
fn an_abandoned_ring_is_a_buffer_that_its_producer_drops() {
    let ledger = Ledger::new(5);
    let (mut producer, consumer) = spsc::ring(2);
    drop(consumer);
    assert!(producer.is_abandoned());
    let messages = (0..3).map(|id| Tracked::new(id, &ledger));
    let unsent = producer.push_batch(messages).err().unwrap();
    assert_eq!((unsent.sent(), unsent.count()), (2, 1));
    assert_eq!(drops(&ledger), [0, 0, 1, 0, 0]);
    drop(producer);
    assert_eq!(drops(&ledger), [1, 1, 1, 0, 0]);
}

/// Who was dropped, in order.
type Log = Rc<RefCell<Vec<usize>>>;

/// A message that notes its drop, and then panics if it is armed.
struct Bomb {
    id: usize,
    armed: bool,
    log: Log,
}

impl Drop for Bomb {
    fn drop(&mut self) {
        self.log.borrow_mut().push(self.id);
        if self.armed && !thread::panicking() {
            resume_unwind(Box::new(self.id));
        }
    }
}

/// Five, of which the third goes off.
fn bombs(log: &Log) -> impl Iterator<Item = Bomb> {
    (0..5).map(|id| Bomb {
        id,
        armed: id == 2,
        log: Rc::clone(log),
    })
}

/// A ring with bombs in it, across the break or not.
fn ring_of_bombs(log: &Log, across: bool) -> (Producer<Bomb>, Consumer<Bomb>) {
    let harmless = || Bomb {
        id: 0,
        armed: false,
        log: Log::default(),
    };
    let (mut producer, mut consumer) = if across {
        before_the_break(5, harmless)
    } else {
        spsc::ring(5)
    };
    assert!(producer.push_batch(bombs(log)).is_ok());
    assert_eq!(consumer.read_chunk_up_to(9).len(), 5);
    (producer, consumer)
}

/// The number of the bomb that went off, if one did.
fn goes_off(action: impl FnOnce()) -> Option<usize> {
    let panic = catch_unwind(AssertUnwindSafe(action)).err()?;
    Some(*panic.downcast().expect("a bomb's own panic"))
}

#[test]
fn a_ring_dropped_with_a_bomb_inside_drops_none_twice() {
    for across in [false, true] {
        for producer_last in [false, true] {
            let log = Log::default();
            let (producer, consumer) = ring_of_bombs(&log, across);
            let off = if producer_last {
                drop(consumer);
                goes_off(|| drop(producer))
            } else {
                drop(producer);
                goes_off(|| drop(consumer))
            };
            assert_eq!((off, &log.borrow()[..]), (Some(2), &[0, 1, 2][..]));
        }
    }
}

#[test]
fn a_bomb_in_a_chunk_that_is_committed_leaves_those_behind_it_in_the_ring() {
    for across in [false, true] {
        let log = Log::default();
        let (producer, mut consumer) = ring_of_bombs(&log, across);
        let chunk = consumer.read_chunk(4).unwrap();
        assert_eq!(goes_off(|| chunk.commit_all()), Some(2));
        assert_eq!(log.borrow()[..], [0, 1, 2]);
        assert_eq!((producer.free(), consumer.len()), (3, 2));
        assert_eq!(consumer.pop().map(|bomb| bomb.id), Some(3));
        drop((producer, consumer));
        assert_eq!(log.borrow()[..], [0, 1, 2, 3, 4]);
    }
}

#[test]
fn a_bomb_that_an_iterator_yields_leaves_those_behind_it_in_the_ring() {
    let log = Log::default();
    let (producer, mut consumer) = ring_of_bombs(&log, true);
    let chunk = consumer.read_chunk(4).unwrap();
    assert_eq!(goes_off(|| chunk.into_iter().for_each(drop)), Some(2));
    assert_eq!(consumer.len(), 2);
    drop((producer, consumer));
    assert_eq!(log.borrow()[..], [0, 1, 2, 3, 4]);
}

#[test]
fn a_bomb_in_a_chunk_that_is_given_up_leaks_those_behind_it_and_leaves_the_ring_usable() {
    for commits in [0, 1] {
        let log = Log::default();
        let (mut producer, mut consumer) = spsc::ring(8);
        let mut chunk = producer.write_chunk(5).unwrap();
        chunk.fill_from(bombs(&log));
        assert_eq!(goes_off(|| chunk.commit(commits)), Some(2));
        assert_eq!(log.borrow()[..], [0, 1, 2][commits..]);
        assert_eq!(consumer.len(), commits);
        let late = Bomb {
            id: 9,
            armed: false,
            log: Log::default(),
        };
        assert!(producer.push(late).is_ok());
        let ids = consumer.read_chunk_up_to(9).into_iter().map(|bomb| bomb.id);
        assert!(ids.eq((0..commits).chain([9])));
    }
}

#[test]
fn a_bomb_that_is_refused_goes_off_outside() {
    let log = Log::default();
    let (mut producer, consumer) = spsc::ring(2);
    let unsent = producer.push_batch(bombs(&log)).err().unwrap();
    assert_eq!(goes_off(|| drop(unsent.collect::<Vec<_>>())), Some(2));
    assert_eq!(consumer.len(), 2);
}

#[test]
fn what_a_forgotten_iterator_has_taken_is_free_when_the_consumer_looks_again() {
    let (mut producer, mut consumer) = spsc::ring(2);
    producer.push_batch([1, 2]).unwrap();
    let mut all = consumer.read_chunk(2).unwrap().into_iter();
    assert_eq!((all.next(), all.next()), (Some(1), Some(2)));
    mem::forget(all);
    assert_eq!(producer.push(3), Err(3));
    assert_eq!(consumer.pop(), None);
    assert_eq!(producer.push(3), Ok(()));
    assert_eq!(consumer.pop(), Some(3));
}
