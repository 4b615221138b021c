//! Which threads may hold what, and what survives a caught panic: exactly as
//! crossbeam has it.

use std::cell::Cell;
use std::hint::black_box;
use std::iter::FusedIterator;
use std::marker::PhantomData;
use std::panic::{RefUnwindSafe, UnwindSafe};
use std::rc::Rc;
use std::sync::MutexGuard;
use std::time::{Duration, Instant};

use queue_core::{
    IntoIter, Iter, ReadSlot, ReadyTimeoutError, Receiver, RecvBatchFuture, RecvError, RecvFuture,
    RecvTimeoutError, Ring, Select, SelectTimeoutError, SelectedOperation, SendError, SendFuture,
    SendTimeoutError, Sender, TryIter, TryReadyError, TryRecvError, TrySelectError, TrySendError,
    WriteSlot, after, at, bounded, mpsc, never, ring, spmc, spsc, tick, unbounded,
};

struct Probe<T>(PhantomData<T>);

/// What a probe answers where it has no answer of its own.
trait Otherwise {
    const SEND: bool = false;
    const SYNC: bool = false;
    const UNWIND_SAFE: bool = false;
}

impl<T> Otherwise for Probe<T> {}

impl<T: Send> Probe<T> {
    const SEND: bool = true;
}

impl<T: Sync> Probe<T> {
    const SYNC: bool = true;
}

impl<T: UnwindSafe> Probe<T> {
    const UNWIND_SAFE: bool = true;
}

/// Asserts that each type is `Send` and `Sync` as said.
macro_rules! assert_crosses_threads {
    ($send:literal, $sync:literal: $($type:ty),+ $(,)?) => {$(
        const { assert!(Probe::<$type>::SEND == $send) };
        const { assert!(Probe::<$type>::SYNC == $sync) };
    )+};
}

#[test]
fn messages_that_may_move_between_threads_make_shared_queues() {
    assert_crosses_threads!(true, true:
        Ring<Cell<i32>>, ring::IntoIter<Cell<i32>>,
        Sender<Cell<i32>>, Receiver<Cell<i32>>,
        Iter<'static, Cell<i32>>, TryIter<'static, Cell<i32>>, IntoIter<Cell<i32>>,
        Ring<String>, Sender<String>, Receiver<String>,
    );
}

#[test]
fn a_message_read_in_place_is_shared_where_a_reference_to_it_is() {
    assert_crosses_threads!(true, true:
        ReadSlot<'static, String>, ring::ReadSlot<'static, String>,
        WriteSlot<'static, String>, ring::WriteSlot<'static, String>,
    );
    assert_crosses_threads!(true, false:
        ReadSlot<'static, Cell<i32>>, ring::ReadSlot<'static, Cell<i32>>,
    );
    assert_crosses_threads!(false, false:
        ReadSlot<'static, Rc<i32>>, ring::ReadSlot<'static, Rc<i32>>,
        WriteSlot<'static, Rc<i32>>, ring::WriteSlot<'static, Rc<i32>>,
    );
}

#[test]
fn messages_bound_to_their_thread_bind_the_queue() {
    assert_crosses_threads!(false, false:
        Ring<Rc<i32>>, ring::IntoIter<Rc<i32>>,
        Sender<Rc<i32>>, Receiver<Rc<i32>>,
        Iter<'static, Rc<i32>>, TryIter<'static, Rc<i32>>, IntoIter<Rc<i32>>,
        Ring<MutexGuard<'static, i32>>,
        Sender<MutexGuard<'static, i32>>, Receiver<MutexGuard<'static, i32>>,
    );
}

#[test]
fn an_end_that_is_alone_moves_between_threads_and_is_not_shared() {
    type Message = Cell<i32>;
    assert_crosses_threads!(true, false:
        spsc::Sender<Message>, spsc::Receiver<Message>, mpsc::Receiver<Message>, spmc::Sender<Message>,
        SendFuture<'static, Message, spsc::Sender<Message>>, IntoIter<Message, spsc::Receiver<Message>>,
        RecvBatchFuture<'static, Message, mpsc::Receiver<Message>>,
    );
    // A reference to these gives access to nothing.
    assert_crosses_threads!(true, true:
        Iter<'static, Message, spsc::Receiver<Message>>, TryIter<'static, Message, mpsc::Receiver<Message>>,
        RecvFuture<'static, Message, spsc::Receiver<Message>>,
    );
    assert_crosses_threads!(false, false:
        spsc::Sender<Rc<i32>>, spsc::Receiver<Rc<i32>>, mpsc::Receiver<Rc<i32>>, spmc::Sender<Rc<i32>>,
        Iter<'static, Rc<i32>, spsc::Receiver<Rc<i32>>>, IntoIter<Rc<i32>, mpsc::Receiver<Rc<i32>>>,
        RecvFuture<'static, Rc<i32>, spsc::Receiver<Rc<i32>>>,
        SendFuture<'static, Rc<i32>, spmc::Sender<Rc<i32>>>,
        RecvBatchFuture<'static, Rc<i32>, spsc::Receiver<Rc<i32>>>,
    );
}

#[test]
fn a_list_of_operations_crosses_threads_and_a_selected_one_does_not() {
    // Whatever the messages, which its type does not tell.
    assert_crosses_threads!(true, true: Select<'static>);
    assert_crosses_threads!(false, false: SelectedOperation<'static>);
    // Nor is a list carried over a caught panic unsaid, as its handles are.
    const { assert!(!Probe::<Select<'static>>::UNWIND_SAFE) };
    const { assert!(Probe::<(Sender<Cell<u8>>, Receiver<Cell<u8>>)>::UNWIND_SAFE) };
}

#[test]
fn a_selected_operation_may_be_completed_where_panics_are_caught() {
    // At run time, so that it fails by itself.
    assert!(black_box(Probe::<SelectedOperation<'static>>::UNWIND_SAFE));
}

#[test]
fn timers_cross_threads_and_survive_panics() {
    fn assert_shared<T: Send + Sync + UnwindSafe + RefUnwindSafe>(_: T) {}
    let now = Instant::now();
    let timers = [
        after(Duration::ZERO),
        at(now),
        tick(Duration::ZERO),
        never(),
    ];
    timers.into_iter().for_each(assert_shared);
    // Which messages they never carry is of no interest, but to the type.
    assert_crosses_threads!(false, false: Receiver<*const u8>);
}

#[test]
fn a_caught_panic_leaves_everything_usable() {
    fn assert_survives<T: UnwindSafe + RefUnwindSafe>() {}
    type Message = Cell<*mut i32>;
    assert_survives::<Ring<Message>>();
    assert_survives::<ring::IntoIter<Message>>();
    assert_survives::<Sender<Message>>();
    assert_survives::<Receiver<Message>>();
    assert_survives::<Iter<'static, Message>>();
    assert_survives::<TryIter<'static, Message>>();
    assert_survives::<IntoIter<Message>>();
    assert_survives::<(spsc::Sender<Message>, spsc::Receiver<Message>)>();
    assert_survives::<Iter<'static, Message, spsc::Receiver<Message>>>();
    assert_survives::<TryIter<'static, Message, mpsc::Receiver<Message>>>();
    assert_survives::<IntoIter<Message, mpsc::Receiver<Message>>>();
}

#[test]
fn errors_are_values() {
    fn assert_value<T: Copy + Eq + std::fmt::Debug + std::error::Error + Send + Sync + 'static>() {}
    assert_value::<SendError<i32>>();
    assert_value::<TrySendError<i32>>();
    assert_value::<SendTimeoutError<i32>>();
    assert_value::<RecvError>();
    assert_value::<TryRecvError>();
    assert_value::<RecvTimeoutError>();
    assert_value::<TrySelectError>();
    assert_value::<SelectTimeoutError>();
    assert_value::<TryReadyError>();
    assert_value::<ReadyTimeoutError>();
}

#[test]
fn an_error_becomes_that_of_a_call_which_can_fail_in_more_ways() {
    use queue_core::{RecvNowError, SendNowError, WeightedSendError};
    assert_eq!(
        WeightedSendError::from(SendError(1)),
        WeightedSendError::Disconnected(1)
    );
    assert_eq!(
        SendNowError::from(SendError(1)),
        SendNowError::Disconnected(1)
    );
    assert_eq!(
        SendNowError::from(TrySendError::Full(1)),
        SendNowError::Full(1)
    );
    assert_eq!(
        SendNowError::from(TrySendError::Disconnected(1)),
        SendNowError::Disconnected(1)
    );
    assert_eq!(RecvNowError::from(TryRecvError::Empty), RecvNowError::Empty);
    assert_eq!(
        RecvNowError::from(TryRecvError::Disconnected),
        RecvNowError::Disconnected
    );
}

#[test]
fn iterators_that_cannot_go_on_are_fused() {
    fn assert_fused<T: FusedIterator>() {}
    assert_fused::<ring::IntoIter<i32>>();
    assert_fused::<Iter<'static, i32>>();
    assert_fused::<IntoIter<i32>>();
}

/// What an end of a channel says of it: how many messages, whether that is none, or all that
/// it holds, and how many that is.
type Counts = (usize, bool, bool, Option<usize>);

fn of_sender<T>(sender: &Sender<T>) -> Counts {
    let (empty, full) = (sender.is_empty(), sender.is_full());
    (sender.len(), empty, full, sender.capacity())
}

fn of_receiver<T>(receiver: &Receiver<T>) -> Counts {
    let (empty, full) = (receiver.is_empty(), receiver.is_full());
    (receiver.len(), empty, full, receiver.capacity())
}

#[test]
fn each_kind_counts_as_crossbeam_does() {
    fn both<T>((sender, receiver): &(Sender<T>, Receiver<T>)) -> Counts {
        assert_eq!(of_sender(sender), of_receiver(receiver));
        of_sender(sender)
    }
    let (ring, blocks, meeting) = (bounded(2), unbounded(), bounded::<u8>(0));
    assert_eq!(both(&ring), (0, true, false, Some(2)));
    assert_eq!(both(&blocks), (0, true, false, None));
    // Without room it is empty and full.
    assert_eq!(both(&meeting), (0, true, true, Some(0)));
    for number in 0..2 {
        ring.0.send(number).unwrap();
        blocks.0.send(number).unwrap();
    }
    assert_eq!(both(&ring), (2, false, true, Some(2)));
    assert_eq!(both(&blocks), (2, false, false, None));
    let (due, idle) = (at(Instant::now()), after(Duration::from_secs(3_600)));
    assert_eq!(of_receiver(&due), (1, false, true, Some(1)));
    assert_eq!(of_receiver(&idle), (0, true, false, Some(1)));
    let ticks = tick(Duration::ZERO);
    assert_eq!(of_receiver(&ticks), (1, false, true, Some(1)));
    assert_eq!(of_receiver(&never::<u8>()), (0, true, true, Some(0)));
}

#[test]
fn handles_know_their_own_channel_among_those_of_all_kinds() {
    let open = || {
        let (ring, blocks, meeting) = (bounded(1), unbounded(), bounded(0));
        ([ring.0, blocks.0, meeting.0], [ring.1, blocks.1, meeting.1])
    };
    let (senders, receivers): (Vec<_>, Vec<_>) = [open(), open()].into_iter().unzip();
    let (senders, receivers) = (senders.concat(), receivers.concat());
    let now = Instant::now();
    let timers = [
        at(now),
        at(now),
        after(Duration::ZERO),
        tick(Duration::ZERO),
    ];
    let timers: Vec<Receiver<Instant>> = receivers.into_iter().chain(timers).collect();
    for (one, sender) in senders.iter().enumerate() {
        for (other, clone) in senders.clone().iter().enumerate() {
            assert_eq!(sender.same_channel(clone), one == other);
        }
    }
    for (one, receiver) in timers.iter().enumerate() {
        for (other, clone) in timers.clone().iter().enumerate() {
            assert_eq!(receiver.same_channel(clone), one == other);
        }
        assert!(!receiver.same_channel(&never()));
    }
    assert!(never::<u8>().same_channel(&never()));
}
