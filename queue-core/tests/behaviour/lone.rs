//! Channels with ends that are alone, each test for all three: one and one, many and one, one and many.

mod crews;
mod forgotten;
mod model;

use std::cell::RefCell;
use std::future::Future;
use std::mem;
use std::panic::{AssertUnwindSafe, catch_unwind, resume_unwind};
use std::pin::{Pin, pin};
use std::rc::Rc;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::task::{Context, Poll, Wake, Waker};
use std::thread;
use std::time::{Duration, Instant};

use proptest::collection::vec;
use proptest::prelude::*;
use queue_core::{
    RecvError, RecvNowError, RecvTimeoutError, SendError, SendNowError, SendTimeoutError,
    TryRecvError, TrySendError,
};

use crate::model::payload::{Aligned, Boxed, Counted, Nothing};
use crate::model_tests::config;
use crate::support::{Ledger, Parcel, Tracked, Watchdog, Wide, dawdle};

const MESSAGES: usize = 20_000;

/// Counts how often it is woken.
#[derive(Default)]
struct Wakes(AtomicUsize);

impl Wake for Wakes {
    fn wake(self: Arc<Self>) {
        self.0.fetch_add(1, Ordering::SeqCst);
    }
}

/// Polls on behalf of a task that counts.
fn poll<F: Future>(future: Pin<&mut F>, wakes: &Arc<Wakes>) -> Poll<F::Output> {
    let waker = Waker::from(Arc::clone(wakes));
    future.poll(&mut Context::from_waker(&waker))
}

/// A message that notes its drop, and panics in it if it is armed.
struct Bomb {
    id: usize,
    is_armed: bool,
    log: Rc<RefCell<Vec<usize>>>,
}

impl Drop for Bomb {
    fn drop(&mut self) {
        self.log.borrow_mut().push(self.id);
        if self.is_armed && !thread::panicking() {
            // Past the hook: nothing is printed.
            resume_unwind(Box::new(self.id));
        }
    }
}

/// The tests, in a module for each kind of channel.
macro_rules! for_each_kind {
    ($($kind:ident),+) => {$(
        #[allow(unused_mut, reason = "an end of which there may be many is not borrowed exclusively")]
        mod $kind {
            use super::*;
            use queue_core::$kind::bounded;

            /// One thread at each end, in batches of so many or one by one.
            fn exchange(capacity: usize, sent: usize, received: usize) {
                let _limit = Watchdog::new();
                let (mut sender, mut receiver) = bounded(capacity);
                let sending = thread::spawn(move || {
                    let mut left = 0..MESSAGES;
                    while !left.is_empty() {
                        let parcels = left.by_ref().take(sent).map(|number| Parcel::new(0, number));
                        if sent == 1 {
                            parcels.for_each(|parcel| sender.send(parcel).unwrap());
                        } else {
                            assert!(sender.send_batch(parcels).is_ok());
                        }
                    }
                });
                let mut next = 0..MESSAGES;
                let mut parcels = Vec::new();
                loop {
                    let more = if received == 1 {
                        receiver.recv().map(|parcel| parcels.push(parcel)).is_ok()
                    } else {
                        receiver.recv_batch(&mut parcels, received).is_ok()
                    };
                    for parcel in parcels.drain(..) {
                        assert_eq!(Some(parcel.number()), next.next());
                    }
                    if !more {
                        break;
                    }
                }
                assert!(next.is_empty());
                sending.join().unwrap();
            }

            #[test]
            fn what_is_sent_arrives_in_order() {
                for capacity in [1, 2, 3, 64] {
                    exchange(capacity, 1, 1);
                    exchange(capacity, 7, 1);
                    exchange(capacity, 1, 7);
                    exchange(capacity, 100, 70);
                }
            }

            #[test]
            fn long_messages_are_never_torn() {
                let _limit = Watchdog::new();
                let (mut sender, mut receiver) = bounded(2);
                let sending = thread::spawn(move || {
                    (0..500_usize).for_each(|number| sender.send(Wide::from(number)).unwrap());
                });
                for number in 0..500 {
                    assert_eq!(usize::from(receiver.recv().unwrap()), number);
                }
                sending.join().unwrap();
            }

            #[test]
            fn who_waits_is_told_when_the_other_end_goes_or_closes() {
                let _limit = Watchdog::new();
                for round in 0..100 {
                    let (mut sender, mut receiver) = bounded::<u8>(1);
                    let waiter = thread::spawn(move || receiver.recv());
                    dawdle(round);
                    if round % 2 == 0 {
                        assert!(sender.close());
                    } else {
                        drop(sender);
                    }
                    assert_eq!(waiter.join().unwrap(), Err(RecvError));

                    let (mut sender, mut receiver) = bounded(1);
                    sender.send(1).unwrap();
                    let waiter = thread::spawn(move || sender.send(2));
                    dawdle(round);
                    if round % 2 == 0 {
                        assert!(receiver.close());
                        assert_eq!(waiter.join().unwrap(), Err(SendError(2)));
                        assert_eq!(receiver.recv(), Ok(1));
                        assert_eq!(receiver.recv(), Err(RecvError));
                    } else {
                        drop(receiver);
                        assert_eq!(waiter.join().unwrap(), Err(SendError(2)));
                    }
                }
            }

            #[test]
            fn what_is_inside_when_the_receiver_goes_is_dropped_then() {
                for sent in 0..=3 {
                    let ledger = Ledger::new(sent);
                    let (mut sender, receiver) = bounded(3);
                    for id in 0..sent {
                        assert!(sender.send(Tracked::new(id, &ledger)).is_ok());
                    }
                    drop(receiver);
                    assert!((0..sent).all(|id| ledger.drops(id) == 1));
                    assert!(sender.is_closed());
                    drop(sender);
                    assert!((0..sent).all(|id| ledger.drops(id) == 1));
                }
            }

            #[test]
            fn what_was_sent_is_received_after_the_sender_has_gone() {
                let (mut sender, mut receiver) = bounded(3);
                sender.send_batch([1, 2, 3]).unwrap();
                drop(sender);
                assert!(receiver.is_closed());
                assert_eq!(receiver.try_iter().collect::<Vec<_>>(), [1, 2, 3]);
                assert_eq!(receiver.try_recv(), Err(TryRecvError::Disconnected));
                assert_eq!(receiver.try_recv_now(), Err(RecvNowError::Disconnected));
            }

            #[test]
            fn everything_is_dropped_once_in_races_of_the_ends() {
                let _limit = Watchdog::new();
                for round in 0..300 {
                    let ledger = Ledger::new(8);
                    let (mut sender, mut receiver) = bounded(3);
                    let theirs = Arc::clone(&ledger);
                    let sending = thread::spawn(move || {
                        for id in 0..8 {
                            // What comes back is dropped here.
                            let _ = sender.send(Tracked::new(id, &theirs));
                        }
                    });
                    dawdle(round);
                    let received: Vec<_> = receiver.try_iter().take(round % 9).collect();
                    assert!(received.iter().map(|tracked| tracked.id).eq(0..received.len()));
                    drop((receiver, received));
                    sending.join().unwrap();
                    assert!((0..8).all(|id| ledger.drops(id) == 1));
                }
            }

            #[test]
            fn a_timeout_gives_the_message_back() {
                let (mut sender, mut receiver) = bounded(1);
                let now = Instant::now();
                let patience = Duration::from_millis(5);
                assert_eq!(receiver.recv_timeout(patience), Err(RecvTimeoutError::Timeout));
                assert!(now.elapsed() >= patience);
                assert_eq!(sender.send_deadline(1, now), Ok(()));
                let refused = Err(SendTimeoutError::Timeout(2));
                assert_eq!(sender.send_deadline(2, now), refused);
                assert_eq!(sender.send_timeout(2, patience), refused);
                let Err(SendTimeoutError::Timeout(unsent)) = sender.send_batch_timeout(2..5, patience)
                else {
                    panic!("it is full");
                };
                assert_eq!(unsent.sent(), 0);
                assert!(unsent.eq(2..5));
                assert_eq!(receiver.recv_deadline(now), Ok(1));
                assert_eq!(receiver.recv_deadline(now), Err(RecvTimeoutError::Timeout));
                let mut messages = Vec::new();
                let received = receiver.recv_batch_deadline(&mut messages, 4, now);
                assert_eq!(received, Err(RecvTimeoutError::Timeout));
                drop(receiver);
                let refused = sender.send_timeout(2, patience);
                assert_eq!(refused, Err(SendTimeoutError::Disconnected(2)));
            }

            #[test]
            fn a_full_and_a_closed_channel_say_so() {
                let (mut sender, receiver) = bounded(2);
                assert_eq!(sender.try_send_now(1), Ok(()));
                assert_eq!(sender.try_send(2), Ok(()));
                assert_eq!(sender.try_send(3), Err(TrySendError::Full(3)));
                assert_eq!(sender.try_send_now(3), Err(SendNowError::Full(3)));
                assert!(receiver.close());
                assert!(!sender.close());
                assert_eq!(sender.try_send(3), Err(TrySendError::Disconnected(3)));
                assert_eq!(sender.try_send_now(3), Err(SendNowError::Disconnected(3)));
                let Err(TrySendError::Disconnected(unsent)) = sender.try_send_batch([3, 4]) else {
                    panic!("it is closed");
                };
                assert!(unsent.eq([3, 4]));
                assert_eq!((sender.len(), receiver.capacity()), (2, Some(2)));
            }

            #[test]
            fn a_drop_that_panics_leaks_the_rest_and_drops_nothing_twice() {
                for armed in 0..3 {
                    let log = Rc::default();
                    let (mut sender, receiver) = bounded(3);
                    for id in 0..3 {
                        let is_armed = id == armed;
                        let log = Rc::clone(&log);
                        assert!(sender.try_send(Bomb { id, is_armed, log }).is_ok());
                    }
                    let panic = catch_unwind(AssertUnwindSafe(|| drop(receiver))).unwrap_err();
                    assert_eq!(panic.downcast_ref(), Some(&armed));
                    assert!(sender.is_closed());
                    drop(sender);
                    assert!(log.borrow().iter().copied().eq(0..=armed));
                }
            }

            #[test]
            fn an_iterator_that_panics_leaves_what_was_sent() {
                let (mut sender, mut receiver) = bounded(200);
                let numbers = (0..150).inspect(|&number| {
                    if number == 100 {
                        resume_unwind(Box::new(()));
                    }
                });
                let sent = catch_unwind(AssertUnwindSafe(|| sender.send_batch(numbers).is_ok()));
                assert!(sent.is_err());
                assert_eq!(receiver.drain().collect::<Vec<_>>(), (0..64).collect::<Vec<_>>());
                sender.send(7).unwrap();
                assert_eq!(receiver.recv(), Ok(7));
            }

            #[test]
            fn messages_without_a_size_are_counted() {
                let (mut sender, mut receiver) = bounded(5);
                assert_eq!(sender.try_send_batch([(); 5]).unwrap(), 5);
                assert_eq!(sender.try_send(()), Err(TrySendError::Full(())));
                let mut messages = Vec::new();
                assert_eq!(receiver.recv_batch(&mut messages, 3), Ok(3));
                assert_eq!(receiver.drain().len(), 2);
            }

            #[test]
            fn futures_that_are_given_up_give_back_what_they_have() {
                let wakes = Arc::<Wakes>::default();
                let (mut sender, mut receiver) = bounded(2);
                let mut messages = Vec::new();
                {
                    let mut receiving = pin!(receiver.recv_batch_async(&mut messages, 4));
                    assert!(poll(receiving.as_mut(), &wakes).is_pending());
                }
                assert!(messages.is_empty());
                {
                    let mut sending = pin!(sender.send_batch_async(1..=4));
                    assert!(poll(sending.as_mut(), &wakes).is_pending());
                    let unsent = sending.take_back().unwrap();
                    assert_eq!(unsent.sent(), 2);
                    assert!(unsent.eq(3..=4));
                }
                let mut message = Some(5);
                {
                    let mut sending = pin!(sender.send_async_from(&mut message));
                    assert!(poll(sending.as_mut(), &wakes).is_pending());
                }
                assert_eq!(message, Some(5));
                assert_eq!(receiver.try_iter().collect::<Vec<_>>(), [1, 2]);
            }

            /// An end that is forgotten counts as alive.
            #[test]
            fn an_end_that_is_forgotten_is_waited_for() {
                let (mut sender, receiver) = bounded(1);
                mem::forget(receiver);
                assert_eq!(sender.try_send(1), Ok(()));
                assert_eq!(sender.try_send(2), Err(TrySendError::Full(2)));
                let (sender, mut receiver) = bounded::<u8>(1);
                mem::forget(sender);
                assert_eq!(receiver.try_recv(), Err(TryRecvError::Empty));
            }

            #[test]
            #[should_panic(expected = "capacity must be non-zero")]
            fn a_capacity_of_zero_is_refused() {
                drop(bounded::<u8>(0));
            }

            #[test]
            #[should_panic(expected = "capacity is too large")]
            fn a_capacity_beyond_all_memory_is_refused() {
                drop(bounded::<u8>(usize::MAX));
            }

            proptest! {
                #![proptest_config(config())]

                #[test]
                fn it_is_a_queue_and_drops_each_message_once(
                    capacity in 1..10_usize, steps in vec(any::<[u8; 2]>(), 0..250)
                ) {
                    let _limit = Watchdog::new();
                    model::$kind::run::<Counted>(capacity, &steps);
                    model::$kind::run::<Boxed>(capacity, &steps);
                    model::$kind::run::<Nothing>(capacity, &steps);
                    model::$kind::run::<Aligned>(capacity, &steps);
                }
            }
        }
    )+};
}

for_each_kind!(spsc, mpsc, spmc);
