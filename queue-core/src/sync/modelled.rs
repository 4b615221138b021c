//! loom behind the door, and the controls that a model has over it.
//!
//! What the models see differently from the real thing:
//! - [`Futex`] is a loom mutex and condvar. It finds lost wake-ups, and adds
//!   happens-before edges that a real futex does not give; orderings must
//!   therefore be shown to be needed on a path that does not sleep.
//! - A wait before a park makes one attempt and no spinning: it would only
//!   repeat itself. Where a thread must wait awake, [`Patience`] bounds the search.
//! - Time stands still. A [`Deadline`] passes when a thread of the model fires
//!   it; a nap of bounded length is a yield.

use std::cell::Cell;
use std::sync::{Arc, OnceLock, PoisonError};
use std::time::Duration;

pub(crate) use loom::sync::MutexGuard;
pub(crate) use loom::sync::atomic::{AtomicBool, AtomicPtr, AtomicUsize, Ordering};
pub(crate) use loom::thread::yield_now;

pub(crate) fn spin_loop() {
    yield_now();
}

/// Reads an atomic through an exclusive reference.
macro_rules! read_exclusive {
    ($atomic:expr) => {
        $atomic.with_mut(|value| *value)
    };
}

/// Writes an atomic through an exclusive reference.
macro_rules! write_exclusive {
    ($atomic:expr, $value:expr) => {{
        let new = $value;
        $atomic.with_mut(|value| *value = new)
    }};
}

pub(crate) use {read_exclusive, write_exclusive};

/// A loom atomic whose loads are scheduled against each other.
///
/// loom 0.7.2 remembers one last access per atomic. Where a thread loads an
/// atomic and then writes it, its own load hides the earlier loads of others, and
/// the schedule in which the write comes before them is never tried: `x.load()`
/// beside `x.load(); x.store(1)` is one execution. An RMW on a gate before every
/// load makes loads conflict, so that their order is tried both ways. It is
/// relaxed and reads nothing, so that it orders nothing else.
macro_rules! atomic {
    ($name:ident, $value:ty) => {
        #[allow(
            unreachable_pub,
            reason = "those that are words belong to a public trait"
        )]
        #[derive(Debug)]
        pub struct $name {
            atomic: loom::sync::atomic::$name,
            gate: loom::sync::atomic::AtomicUsize,
        }

        impl $name {
            pub(crate) fn new(value: $value) -> Self {
                Self {
                    atomic: loom::sync::atomic::$name::new(value),
                    gate: loom::sync::atomic::AtomicUsize::new(0),
                }
            }

            #[track_caller]
            pub(crate) fn load(&self, order: Ordering) -> $value {
                self.gate.fetch_add(0, Ordering::Relaxed);
                self.atomic.load(order)
            }
        }

        impl std::ops::Deref for $name {
            type Target = loom::sync::atomic::$name;

            fn deref(&self) -> &Self::Target {
                &self.atomic
            }
        }

        impl std::ops::DerefMut for $name {
            fn deref_mut(&mut self) -> &mut Self::Target {
                &mut self.atomic
            }
        }
    };
}

atomic!(AtomicU8, u8);
atomic!(AtomicU32, u32);

/// Whether the variable `QUEUE_WEAKEN` names this tag.
pub(crate) fn is_weakened(tag: &str) -> bool {
    static TAG: OnceLock<Option<String>> = OnceLock::new();
    let weakened = TAG.get_or_init(|| std::env::var("QUEUE_WEAKEN").ok());
    weakened.as_deref() == Some(tag)
}

/// `declared`, or `Relaxed` where this run weakens `tag`.
pub(crate) fn unless_weakened(tag: &str, declared: Ordering) -> Ordering {
    if is_weakened(tag) {
        Ordering::Relaxed
    } else {
        declared
    }
}

/// A fence; weakened to `Relaxed` it is none.
pub(crate) fn fence(order: Ordering) {
    if order != Ordering::Relaxed {
        loom::sync::atomic::fence(order);
    }
}

/// Waiting for a peer without sleeping: lets the other threads of the model run.
///
/// Two threads that wait so for a third could take turns for ever without it
/// being scheduled. After a few looks the rest of the execution is therefore
/// run fairly and not branched from: what is cut off are schedules in which a
/// runnable thread starves.
#[derive(Debug, Default)]
pub struct Patience {
    looks: Cell<u32>,
}

impl Patience {
    const LOOKS: u32 = 1;

    /// No look taken yet.
    pub fn new() -> Self {
        Self::default()
    }

    /// Lets others run, then returns to look again.
    pub fn wait(&self) {
        self.looks.set(self.looks.get() + 1);
        if self.looks.get() > Self::LOOKS {
            loom::skip_branch();
        }
        yield_now();
    }

    pub(crate) fn spin(&self) {
        self.wait();
    }

    pub(crate) fn snooze(&self) {
        self.wait();
    }
}

pub(crate) use Patience as Backoff;

/// loom's cell, which reports every unordered access.
#[derive(Debug)]
pub(crate) struct UnsafeCell<T>(loom::cell::UnsafeCell<T>);

impl<T> UnsafeCell<T> {
    pub(crate) fn new(value: T) -> Self {
        Self(loom::cell::UnsafeCell::new(value))
    }

    #[track_caller]
    pub(crate) fn with<R>(&self, read: impl FnOnce(*const T) -> R) -> R {
        self.0.with(read)
    }

    #[track_caller]
    pub(crate) fn with_mut<R>(&self, write: impl FnOnce(*mut T) -> R) -> R {
        self.0.with_mut(write)
    }
}

/// Slots that lie in plain memory, as slices need them, each with a cell beside it: who touches a slot
/// says so, and loom reports every unordered access.
#[derive(Debug)]
pub(crate) struct Witness(Box<[loom::cell::UnsafeCell<()>]>);

impl Witness {
    pub(crate) fn new(slots: usize) -> Self {
        let cells = (0..slots).map(|_| loom::cell::UnsafeCell::new(()));
        Self(cells.collect())
    }

    fn cells(
        &self,
        first: usize,
        length: usize,
    ) -> impl Iterator<Item = &loom::cell::UnsafeCell<()>> {
        let mask = self.0.len() - 1;
        (0..length).map(move |offset| &self.0[first.wrapping_add(offset) & mask])
    }

    #[track_caller]
    pub(crate) fn read(&self, first: usize, length: usize) {
        for cell in self.cells(first, length) {
            cell.with(|_| ());
        }
    }

    #[track_caller]
    pub(crate) fn write(&self, first: usize, length: usize) {
        for cell in self.cells(first, length) {
            cell.with_mut(|_| ());
        }
    }
}

/// loom's mutex.
#[derive(Debug)]
pub(crate) struct Mutex<T>(loom::sync::Mutex<T>);

impl<T> Mutex<T> {
    pub(crate) fn new(value: T) -> Self {
        Self(loom::sync::Mutex::new(value))
    }

    pub(crate) fn lock(&self) -> MutexGuard<'_, T> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Where a sleeper lies: it outlives the futex, as the kernel's queue does.
#[derive(Debug)]
struct Bed {
    lock: loom::sync::Mutex<()>,
    woken: loom::sync::Condvar,
}

impl Bed {
    /// Models drop things on the way of a panic, which poisons.
    fn lock(&self) -> MutexGuard<'_, ()> {
        self.lock.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn wake(&self) {
        drop(self.lock());
        self.woken.notify_all();
    }
}

/// A futex word whose sleepers lie in a loom condvar.
#[derive(Debug)]
pub(crate) struct Futex {
    word: AtomicU32,
    bed: Arc<Bed>,
    naps: Patience,
}

impl Futex {
    pub(crate) fn new(value: u32) -> Self {
        Self {
            word: AtomicU32::new(value),
            bed: Arc::new(Bed {
                lock: loom::sync::Mutex::new(()),
                woken: loom::sync::Condvar::new(),
            }),
            naps: Patience::new(),
        }
    }

    #[track_caller]
    pub(crate) fn load(&self, order: Ordering) -> u32 {
        self.word.load(order)
    }

    #[track_caller]
    pub(crate) fn compare_exchange(
        &self,
        current: u32,
        new: u32,
        success: Ordering,
        failure: Ordering,
    ) -> Result<u32, u32> {
        self.word.compare_exchange(current, new, success, failure)
    }

    pub(crate) fn wait(&self, expected: u32, deadline: Option<Instant>) {
        if let Some(deadline) = deadline {
            deadline.trigger.wakes(&self.bed);
        }
        if take_spurious_return() {
            return yield_now();
        }
        let guard = self.bed.lock();
        let fired = deadline.is_some_and(has_passed);
        // ORDERING(relaxed): the bed's lock orders this load, as the kernel's own does.
        if self.word.load(Ordering::Relaxed) == expected && !fired {
            drop(
                self.bed
                    .woken
                    .wait(guard)
                    .unwrap_or_else(PoisonError::into_inner),
            );
        }
    }

    pub(crate) fn alarm(&self) -> Alarm {
        Alarm {
            bed: Arc::clone(&self.bed),
        }
    }
}

/// What wakes the sleeper of one futex.
#[derive(Debug)]
pub(crate) struct Alarm {
    bed: Arc<Bed>,
}

impl Alarm {
    pub(crate) fn sound(self) {
        self.bed.wake();
    }
}

thread_local! {
    /// All threads of a model run on one thread of the system: this is the model's own.
    static SPURIOUS_RETURNS: Cell<u32> = const { Cell::new(0) };
}

/// Has the next `count` waits of this execution return for no reason. A model
/// calls it first of all.
pub fn spurious_returns(count: u32) {
    SPURIOUS_RETURNS.set(count);
}

fn take_spurious_return() -> bool {
    let left = SPURIOUS_RETURNS.get();
    SPURIOUS_RETURNS.set(left.saturating_sub(1));
    left > 0
}

/// A moment that a model decides upon.
#[derive(Debug)]
pub struct Deadline {
    trigger: &'static Trigger,
}

/// The point in time of a [`Deadline`].
#[derive(Clone, Copy, Debug)]
pub struct Instant {
    trigger: &'static Trigger,
}

#[derive(Debug)]
struct Trigger {
    fired: loom::sync::atomic::AtomicUsize,
    beds: std::sync::Mutex<Vec<Arc<Bed>>>,
}

impl Trigger {
    fn wakes(&self, bed: &Arc<Bed>) {
        self.beds.lock().unwrap().push(Arc::clone(bed));
    }

    fn has_fired(&self) -> bool {
        // ORDERING(relaxed): an RMW reads the newest value, as a clock does, and orders nothing.
        self.fired.fetch_add(0, Ordering::Relaxed) != 0
    }
}

impl Deadline {
    /// A moment that has not come. It leaks a few bytes, so that an `Instant` stays `Copy`.
    #[expect(clippy::new_without_default, reason = "it registers with loom")]
    pub fn new() -> Self {
        Self {
            trigger: Box::leak(Box::new(Trigger {
                fired: loom::sync::atomic::AtomicUsize::new(0),
                beds: std::sync::Mutex::new(Vec::new()),
            })),
        }
    }

    /// The moment, to wait until.
    pub fn instant(&self) -> Instant {
        Instant {
            trigger: self.trigger,
        }
    }

    /// The moment comes.
    pub fn fire(self) {
        // ORDERING(relaxed): see `has_fired`.
        self.trigger.fired.fetch_add(1, Ordering::Relaxed);
        let beds = std::mem::take(&mut *self.trigger.beds.lock().unwrap());
        for bed in beds {
            bed.wake();
        }
    }
}

/// A wait awake is a yield.
pub(crate) fn has_cores() -> bool {
    true
}

/// As [`has_cores`].
pub(crate) fn ask_for_cores() -> bool {
    true
}

/// Durations are not modelled: a wait with a timeout never times out.
pub(crate) fn deadline_after(_timeout: Duration) -> Option<Instant> {
    None
}

loom::thread_local! {
    static LUCK: Cell<u32> = Cell::new(0);
}

/// What [`random`] gives this thread of a model from now on.
pub fn set_luck(luck: u32) {
    LUCK.with(|cell| cell.set(luck));
}

/// A model must be the same each time: selects try their cases in the order they are written,
/// unless the model says otherwise.
pub(crate) fn random() -> u32 {
    LUCK.with(Cell::get)
}

/// All threads of a model run on one thread of the system.
pub(crate) fn thread_mark() -> usize {
    0
}

/// A panic ends the model.
pub(crate) fn panicking() -> bool {
    std::thread::panicking()
}

/// Periods are not modelled: a tick comes once.
pub(crate) fn later_than(_moment: Instant, _period: Duration) -> Option<Instant> {
    None
}

/// A wait of a model ends at one moment.
pub(crate) fn earlier(one: Option<Instant>, other: Option<Instant>) -> Option<Instant> {
    assert!(one.is_none() || other.is_none(), "two moments in one wait");
    one.or(other)
}

pub(crate) fn nap(futex: &Futex, _expected: u32, _nap: Duration, _deadline: Option<Instant>) {
    futex.naps.wait();
}

pub(crate) fn has_passed(deadline: Instant) -> bool {
    deadline.trigger.has_fired()
}
