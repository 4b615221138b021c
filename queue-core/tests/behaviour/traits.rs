//! Which threads may hold what, and what survives a caught panic: exactly as
//! crossbeam has it.

use std::cell::Cell;
use std::iter::FusedIterator;
use std::marker::PhantomData;
use std::panic::{RefUnwindSafe, UnwindSafe};
use std::rc::Rc;
use std::sync::MutexGuard;

use queue_core::{
    IntoIter, Iter, Receiver, RecvError, RecvTimeoutError, Ring, SendError, SendTimeoutError,
    Sender, TryIter, TryRecvError, TrySendError, ring,
};

struct Probe<T>(PhantomData<T>);

/// What a probe answers where it has no answer of its own.
trait Otherwise {
    const SEND: bool = false;
    const SYNC: bool = false;
}

impl<T> Otherwise for Probe<T> {}

impl<T: Send> Probe<T> {
    const SEND: bool = true;
}

impl<T: Sync> Probe<T> {
    const SYNC: bool = true;
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
}

#[test]
fn iterators_that_cannot_go_on_are_fused() {
    fn assert_fused<T: FusedIterator>() {}
    assert_fused::<ring::IntoIter<i32>>();
    assert_fused::<Iter<'static, i32>>();
    assert_fused::<IntoIter<i32>>();
}
