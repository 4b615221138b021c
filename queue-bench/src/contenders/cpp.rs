//! Queues of C++, each message through a C function that is not inlined.
//!
//! They carry words only. What `cpp/shim.cpp` exports is called in this file and
//! nowhere else; [`queues`] says what each queue promises.
#![allow(unsafe_code)]

mod queues;

use std::ffi::c_void;
use std::marker::PhantomData;
use std::ptr::NonNull;
use std::sync::Arc;

use super::{Contender, block, poll};
use crate::cells::Cell;
use crate::message::Word;

use queues::{BoostQueue, BoostSpsc, Moodycamel, MoodycamelLarge, OneTbb, OneTbbWaiting};

/// Each of them, in each of its modes.
pub(super) fn all() -> Vec<Contender> {
    vec![
        poll::<Moodycamel>(),
        poll::<MoodycamelLarge>(),
        poll::<BoostQueue>(),
        poll::<BoostSpsc>(),
        block::<OneTbbWaiting>(),
        poll::<OneTbb>(),
    ]
}

/// The functions of a queue.
///
/// # Safety
///
/// They must be those of one type, and `try_push` and `try_pop` may be called at the same
/// time by as many producers and consumers as `new` was told.
unsafe trait Shim: 'static {
    const NEW: unsafe extern "C" fn(usize, usize, usize) -> *mut c_void;
    const FREE: unsafe extern "C" fn(*mut c_void);
    const TRY_PUSH: unsafe extern "C" fn(*mut c_void, Word) -> bool;
    const TRY_POP: unsafe extern "C" fn(*mut c_void, usize, *mut Word) -> bool;
}

macro_rules! shim {
    ($type:ident: $new:ident, $free:ident, $try_push:ident, $try_pop:ident) => {
        unsafe extern "C" {
            fn $new(slots: usize, producers: usize, consumers: usize) -> *mut c_void;
            fn $free(queue: *mut c_void);
            fn $try_push(queue: *mut c_void, word: Word) -> bool;
            fn $try_pop(queue: *mut c_void, consumer: usize, word: *mut Word) -> bool;
        }

        // SAFETY: `EXPORT` makes all of them for one type, and whoever has one producer or
        // consumer only says so in its topology.
        unsafe impl Shim for $type {
            const NEW: unsafe extern "C" fn(usize, usize, usize) -> *mut c_void = $new;
            const FREE: unsafe extern "C" fn(*mut c_void) = $free;
            const TRY_PUSH: unsafe extern "C" fn(*mut c_void, Word) -> bool = $try_push;
            const TRY_POP: unsafe extern "C" fn(*mut c_void, usize, *mut Word) -> bool = $try_pop;
        }
    };
}

shim!(Moodycamel: qb_moodycamel_new, qb_moodycamel_free,
    qb_moodycamel_try_push, qb_moodycamel_try_pop);
shim!(MoodycamelLarge: qb_moodycamel_large_new, qb_moodycamel_large_free,
    qb_moodycamel_large_try_push, qb_moodycamel_large_try_pop);
shim!(BoostQueue: qb_boost_queue_new, qb_boost_queue_free,
    qb_boost_queue_try_push, qb_boost_queue_try_pop);
shim!(BoostSpsc: qb_boost_spsc_new, qb_boost_spsc_free,
    qb_boost_spsc_try_push, qb_boost_spsc_try_pop);
shim!(OneTbb: qb_onetbb_new, qb_onetbb_free, qb_onetbb_try_push, qb_onetbb_try_pop);

unsafe extern "C" {
    fn qb_onetbb_push(queue: *mut c_void, word: Word);
    fn qb_onetbb_pop(queue: *mut c_void) -> Word;
}

/// The queue, until all its ends are gone.
struct Owner<S: Shim>(NonNull<c_void>, PhantomData<S>);

impl<S: Shim> Drop for Owner<S> {
    fn drop(&mut self) {
        // SAFETY: it came from `NEW`, and nobody has it any more.
        unsafe { S::FREE(self.0.as_ptr()) };
    }
}

// SAFETY: a queue of words may be freed by any thread, and the owner does nothing else.
unsafe impl<S: Shim> Send for Owner<S> {}
// SAFETY: as above.
unsafe impl<S: Shim> Sync for Owner<S> {}

/// One end of a queue, held by one producer or one consumer.
struct End<S: Shim> {
    queue: NonNull<c_void>,
    /// Which of those at its end it is.
    index: usize,
    _owner: Arc<Owner<S>>,
}

// SAFETY: each producer and consumer may be on a thread of its own.
unsafe impl<S: Shim> Send for End<S> {}

/// Makes a queue for the cell: what its producers hold, and its consumers.
fn open<S: Shim>(cell: &Cell) -> (Vec<End<S>>, Vec<End<S>>) {
    // SAFETY: it may be called with any numbers.
    let queue = unsafe { S::NEW(cell.slots(), cell.producers, cell.consumers) };
    let queue = NonNull::new(queue).expect("`new` does not return null");
    let owner = Arc::new(Owner::<S>(queue, PhantomData));
    let end = |index| End {
        queue,
        index,
        _owner: Arc::clone(&owner),
    };
    (
        (0..cell.producers).map(end).collect(),
        (0..cell.consumers).map(end).collect(),
    )
}

/// A producer's.
impl<S: Shim> End<S> {
    #[inline]
    fn try_push(&mut self, word: Word) -> bool {
        // SAFETY: the queue lives as long as its ends, of which there are as many producers
        // as it was made for.
        unsafe { S::TRY_PUSH(self.queue.as_ptr(), word) }
    }
}

/// A consumer's.
impl<S: Shim> End<S> {
    #[inline]
    fn try_pop(&mut self) -> Option<Word> {
        let mut word = 0;
        // SAFETY: the queue lives as long as its ends, of which there are as many consumers
        // as it was made for, each with its own index; the word may be written.
        let popped = unsafe { S::TRY_POP(self.queue.as_ptr(), self.index, &raw mut word) };
        popped.then_some(word)
    }
}

impl End<OneTbb> {
    #[inline]
    fn push(&mut self, word: Word) {
        // SAFETY: the queue lives as long as its ends.
        unsafe { qb_onetbb_push(self.queue.as_ptr(), word) };
    }

    #[inline]
    fn pop(&mut self) -> Word {
        // SAFETY: the queue lives as long as its ends.
        unsafe { qb_onetbb_pop(self.queue.as_ptr()) }
    }
}
