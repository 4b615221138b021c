//! `select!` and its message expressions: messages of every size, expressions
//! that panic, leave, take their time, or use the same channel.

use std::hint::black_box;
use std::panic::{AssertUnwindSafe, catch_unwind, resume_unwind};
use std::ptr;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread;
use std::time::Duration;

use queue_core::{
    Receiver, RecvTimeoutError, Select, SendError, Sender, TryRecvError, TrySendError, after,
    bounded, select,
};

use crate::model::channel::open;
use crate::model::payload::{self, Aligned, Boxed, Counted, Nothing, Payload};
use crate::model::select::give_up;
use crate::support::{Ledger, Tracked, Watchdog, Wide};

const BUFFERS: [Option<usize>; 4] = [Some(1), Some(2), Some(3), None];

/// Sends and receives by selects, by halves in plain calls, completed, given back and dropped.
fn pass_through_selects<P: Payload>() {
    payload::begin();
    let mut ids = 0..;
    for capacity in BUFFERS {
        let (sender, receiver) = open(capacity);
        for turn in 0..70 {
            let id = ids.next().unwrap();
            if turn % 3 == 0 {
                assert!(sender.send(P::new(id)).is_ok());
            } else {
                select! {
                    send(sender, P::new(id)) -> sent => assert!(sent.is_ok()),
                }
            }
            let message = if turn % 3 == 1 {
                receiver.recv()
            } else {
                select! {
                    recv(receiver) -> message => message,
                    default => panic!("there is a message"),
                }
            };
            message.unwrap().assert_is(id);
            assert_eq!(payload::alive(), 0);
        }
        let id = ids.next().unwrap();
        select! {
            recv(receiver) -> _ => panic!("nothing was sent"),
            send(sender, P::new(id)) -> sent => assert!(sent.is_ok()),
        }
        drop(receiver);
        assert_eq!(payload::alive(), 0);
        let id = ids.next().unwrap();
        select! {
            send(sender, P::new(id)) -> sent => match sent {
                Ok(()) => panic!("nobody is left"),
                Err(SendError(message)) => message.assert_is(id),
            },
        }
        assert_eq!(payload::alive(), 0);
    }
}

#[test]
fn messages_of_every_size_pass_through_selects() {
    pass_through_selects::<Nothing>();
    pass_through_selects::<Counted>();
    pass_through_selects::<Boxed>();
    pass_through_selects::<Aligned>();
}

/// Over a channel without room: plain to select, select to plain, select to select.
fn meet_by_selects<T: From<usize> + Into<usize> + Send>() {
    const EACH: usize = 100;
    let (sender, receiver) = bounded::<T>(0);
    thread::scope(|scope| {
        scope.spawn(|| {
            for number in 0..3 * EACH {
                if number < EACH {
                    assert!(sender.send(T::from(number)).is_ok());
                } else {
                    select! {
                        send(sender, T::from(number)) -> sent => assert!(sent.is_ok()),
                    }
                }
            }
        });
        for number in 0..3 * EACH {
            let message = if (EACH..2 * EACH).contains(&number) {
                receiver.recv()
            } else {
                select! {
                    recv(receiver) -> message => message,
                }
            };
            assert_eq!(message.ok().map(T::into), Some(number));
        }
    });
}

/// A number in a message of odd size, far more aligned than the words of a stack.
#[repr(C, align(256))]
struct Slab(u8, [usize; 33]);

impl From<usize> for Slab {
    fn from(number: usize) -> Self {
        Self(number as u8, [number; 33])
    }
}

impl From<Slab> for usize {
    fn from(slab: Slab) -> Self {
        assert_eq!((&raw const slab).addr() % 256, 0);
        assert!(slab.1.iter().all(|&copy| copy == slab.1[0]), "torn");
        assert_eq!(slab.0, slab.1[0] as u8);
        slab.1[0]
    }
}

/// A number in a message that is small, and more aligned than the words of a stack.
#[repr(align(32))]
struct Pebble(u16);

impl From<usize> for Pebble {
    fn from(number: usize) -> Self {
        Self(number as u16)
    }
}

impl From<Pebble> for usize {
    fn from(Pebble(number): Pebble) -> Self {
        number.into()
    }
}

/// The like over channels that keep them, one at a time.
fn pass_by_selects<T: From<usize> + Into<usize>>() {
    for capacity in BUFFERS {
        let (sender, receiver) = open::<T>(capacity);
        for number in 0..40 {
            select! {
                send(sender, T::from(number)) -> sent => assert!(sent.is_ok()),
            }
            select! {
                recv(receiver) -> message => assert_eq!(message.ok().map(T::into), Some(number)),
            }
        }
    }
}

#[test]
fn messages_of_every_size_meet_by_selects() {
    let _limit = Watchdog::new();
    meet_by_selects::<usize>();
    meet_by_selects::<Wide>();
    meet_by_selects::<Slab>();
    meet_by_selects::<Pebble>();
    pass_by_selects::<Slab>();
    pass_by_selects::<Pebble>();
    let (sender, receiver) = bounded(0);
    thread::scope(|scope| {
        scope.spawn(|| (0..100).for_each(|_| select! { send(sender, ()) -> _ => {} }));
        (0..100).for_each(|_| select! { recv(receiver) -> unit => assert_eq!(unit, Ok(())) });
    });
    assert_eq!(receiver.try_recv(), Err(TryRecvError::Empty));
}

/// A message that looks where it is when it is dropped.
#[repr(align(32))]
struct Picky(Arc<AtomicUsize>);

impl Drop for Picky {
    fn drop(&mut self) {
        // The compiler takes it for granted, and would not look.
        let place = black_box(ptr::from_ref(self)).addr();
        self.0.fetch_max(place % 32, Ordering::Relaxed);
    }
}

/// Acts so much further up the stack.
fn higher_up(steps: usize, action: &mut dyn FnMut()) {
    match black_box(steps).checked_sub(1) {
        Some(steps) => higher_up(steps, action),
        None => action(),
    }
}

#[test]
fn a_selected_message_is_dropped_where_its_alignment_allows() {
    let worst = Arc::new(AtomicUsize::new(0));
    let (sender, receiver) = bounded(1);
    for steps in 0..16 {
        higher_up(steps, &mut || {
            assert!(sender.send(Picky(Arc::clone(&worst))).is_ok());
            let mut list = Select::new();
            list.recv(&receiver);
            give_up(list.select());
        });
    }
    assert_eq!(Arc::strong_count(&worst), 1);
    assert_eq!(worst.load(Ordering::Relaxed), 0, "misaligned");
}

/// An expression that panics, unprinted.
fn no_message<T>() -> T {
    resume_unwind(Box::new("no message"))
}

fn unwinds_for_want_of_a_message(action: impl FnOnce()) {
    let unwound = catch_unwind(AssertUnwindSafe(action)).expect_err("it unwinds");
    assert_eq!(unwound.downcast_ref(), Some(&"no message"));
}

#[test]
fn a_message_expression_that_panics_leaves_the_channel_as_it_was() {
    for capacity in BUFFERS {
        let (sender, receiver) = open(capacity);
        for number in 0..10 {
            unwinds_for_want_of_a_message(|| {
                select! {
                    send(sender, no_message()) -> _ => {},
                }
            });
            assert_eq!((sender.len(), sender.is_empty()), (0, true));
            let room = capacity.unwrap_or(40);
            (0..room).for_each(|offset| sender.try_send(number + offset).unwrap());
            assert_eq!(sender.is_full(), capacity.is_some());
            assert!(receiver.try_iter().eq(number..number + room));
        }
    }
}

#[test]
fn a_message_expression_that_panics_does_not_keep_the_receiver_it_was_meant_for() {
    let _limit = Watchdog::new();
    let (sender, receiver) = bounded(0);
    for number in 0..100 {
        thread::scope(|scope| {
            let met = scope.spawn(|| receiver.recv());
            unwinds_for_want_of_a_message(|| {
                select! {
                    send(sender, no_message()) -> _ => {},
                }
            });
            sender.send(number).unwrap();
            assert_eq!(met.join().unwrap(), Ok(number));
        });
    }
}

#[test]
fn a_message_expression_that_leaves_the_select_panics_and_gives_the_room_back() {
    fn leaves(sender: &Sender<Tracked>) -> Option<()> {
        select! {
            send(sender, None?) -> _ => {},
        }
        Some(())
    }
    let (sender, receiver) = bounded(1);
    assert!(catch_unwind(AssertUnwindSafe(|| leaves(&sender))).is_err());
    let ledger = Ledger::new(1);
    assert!(sender.try_send(Tracked::new(0, &ledger)).is_ok());
    drop(receiver);
    assert_eq!(ledger.drops(0), 1);
}

#[test]
fn receivers_that_vanish_while_the_message_is_made_give_it_back() {
    for capacity in BUFFERS {
        let ledger = Ledger::new(2);
        let (sender, receiver) = open(capacity);
        let mut receiver = Some(receiver);
        // Something else to drop, where there is room for it.
        let inside = capacity != Some(1);
        assert!(!inside || sender.try_send(Tracked::new(0, &ledger)).is_ok());
        select! {
            send(sender, {
                drop(receiver.take());
                assert_eq!(ledger.drops(0), u32::from(inside));
                Tracked::new(1, &ledger)
            }) -> sent => {
                let SendError(back) = sent.unwrap_err();
                assert_eq!((back.id, ledger.drops(1)), (1, 0));
            },
        }
        assert_eq!(ledger.drops(1), 1);
    }
}

#[test]
fn a_message_expression_may_receive_from_its_own_channel() {
    for capacity in [Some(2), Some(3), None] {
        let (sender, receiver) = open(capacity);
        sender.send(1).unwrap();
        for number in 1..200 {
            select! {
                send(sender, receiver.recv().unwrap() + 1) -> sent => assert_eq!(sent, Ok(())),
            }
            assert_eq!(receiver.len(), 1);
            assert!(number < 199 || receiver.recv() == Ok(200));
        }
    }
}

fn finds_nothing(receiver: &Receiver<u32>) -> u32 {
    assert_eq!(receiver.try_recv(), Err(TryRecvError::Empty));
    let a_moment = Duration::from_millis(1);
    let late = receiver.recv_timeout(a_moment);
    assert_eq!(late, Err(RecvTimeoutError::Timeout));
    select! {
        recv(receiver) -> _ => panic!("nothing was sent"),
        recv(after(a_moment)) -> _ => {},
    }
    7
}

#[test]
fn a_message_expression_does_not_receive_the_message_it_makes() {
    let _limit = Watchdog::new();
    for capacity in BUFFERS {
        let (sender, receiver) = open(capacity);
        for _ in 0..5 {
            select! {
                send(sender, finds_nothing(&receiver)) -> sent => assert_eq!(sent, Ok(())),
            }
            assert_eq!(receiver.try_recv(), Ok(7));
        }
    }
    let (sender, receiver) = bounded(0);
    thread::scope(|scope| {
        scope.spawn(|| assert_eq!(receiver.recv(), Ok(7)));
        select! {
            send(sender, finds_nothing(&receiver)) -> sent => assert_eq!(sent, Ok(())),
        }
    });
}

#[test]
fn a_message_expression_may_send_into_its_own_channel() {
    // The room was given first, and so its message comes first.
    for (capacity, order) in [(Some(2), [1, 2]), (Some(3), [1, 2]), (None, [2, 1])] {
        let (sender, receiver) = open(capacity);
        for _ in 0..40 {
            select! {
                send(sender, { sender.try_send(2).unwrap(); 1 }) -> sent => sent.unwrap(),
            }
            assert!(receiver.try_iter().eq(order));
        }
    }
    let (sender, receiver) = bounded(1);
    select! {
        send(sender, {
            assert_eq!(sender.try_send(2), Err(TrySendError::Full(2)));
            1
        }) -> sent => sent.unwrap(),
    }
    assert!(receiver.try_iter().eq([1]));
}

#[test]
fn a_message_expression_may_select_on_its_own_channel() {
    let (sender, receiver) = bounded(2);
    select! {
        send(sender, {
            select! {
                send(sender, 2) -> sent => sent.unwrap(),
                recv(receiver) -> _ => panic!("nothing was sent"),
            }
            1
        }) -> sent => sent.unwrap(),
    }
    assert!(receiver.try_iter().eq([1, 2]));
}
