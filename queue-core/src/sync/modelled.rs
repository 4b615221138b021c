//! What the two kinds of models share, and the controls that a model has.
//!
//! Two engines run models: loom ([`exhaustive`]), which tries everything that the orderings allow, and shuttle
//! (`sampled`), which tries schedules by chance, of more threads. What both see differently from
//! the real thing:
//! - [`Futex`] is a mutex and a condvar of the engine. It finds lost wake-ups, and adds
//!   happens-before edges that a real futex does not give; orderings must
//!   therefore be shown to be needed on a path that does not sleep.
//! - A wait before a park makes one attempt and no spinning: it would only
//!   repeat itself. Where a thread must wait awake, [`Patience`] bounds the search.
//! - Time stands still. A [`Deadline`] passes when a thread of the model fires
//!   it; a nap of bounded length is a yield.

#[cfg(queue_loom)]
mod exhaustive;
#[cfg(queue_loom)]
use exhaustive as engine;
#[cfg(queue_loom)]
pub use exhaustive::{set_luck, spurious_returns};
#[cfg(queue_shuttle)]
mod sampled;
#[cfg(queue_shuttle)]
use sampled as engine;

use std::cell::Cell;
use std::sync::{Arc, OnceLock, PoisonError};
use std::time::Duration;

#[cfg(queue_shuttle)]
pub(crate) use engine::AtomicU16;
pub(crate) use engine::{
    AtomicBool, AtomicPtr, AtomicU8, AtomicU32, AtomicUsize, MutexGuard, fence, random,
    read_exclusive, write_exclusive, yield_now,
};
pub(crate) use std::sync::atomic::Ordering;

pub(crate) fn spin_loop() {
    yield_now();
}

/// Whether the variable `QUEUE_WEAKEN` names this tag.
pub fn is_weakened(tag: &str) -> bool {
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

/// Waiting for a peer without sleeping: lets the other threads of the model run.
///
/// Two threads that wait so for a third could take turns for ever without it
/// being scheduled. After a few looks the engine is therefore asked to be fair: what
/// is cut off are schedules in which a runnable thread starves.
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
            engine::be_fair();
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

/// The engine's cell, which reports accesses that must not be.
#[derive(Debug)]
pub(crate) struct UnsafeCell<T>(engine::UnsafeCell<T>);

impl<T> UnsafeCell<T> {
    pub(crate) fn new(value: T) -> Self {
        Self(engine::UnsafeCell::new(value))
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
/// says so, and the engine reports what must not be.
#[derive(Debug)]
pub(crate) struct Witness(Box<[engine::UnsafeCell<()>]>);

impl Witness {
    pub(crate) fn new(slots: usize) -> Self {
        let cells = (0..slots).map(|_| engine::UnsafeCell::new(()));
        Self(cells.collect())
    }

    fn cells(&self, first: usize, length: usize) -> impl Iterator<Item = &engine::UnsafeCell<()>> {
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

/// The engine's mutex.
#[derive(Debug)]
pub(crate) struct Mutex<T>(engine::Mutex<T>);

impl<T> Mutex<T> {
    pub(crate) fn new(value: T) -> Self {
        Self(engine::Mutex::new(value))
    }

    pub(crate) fn lock(&self) -> MutexGuard<'_, T> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Where a sleeper lies: it outlives the futex, as the kernel's queue does.
#[derive(Debug)]
struct Bed {
    lock: engine::Mutex<()>,
    woken: engine::Condvar,
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

/// A futex word whose sleepers lie in a condvar of the engine.
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
                lock: engine::Mutex::new(()),
                woken: engine::Condvar::new(),
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
        if engine::returns_for_no_reason() {
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
    fired: AtomicUsize,
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
    #[expect(clippy::new_without_default, reason = "it registers with the engine")]
    pub fn new() -> Self {
        Self {
            trigger: Box::leak(Box::new(Trigger {
                fired: AtomicUsize::new(0),
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

/// What happened in other executions must not count.
pub(crate) fn in_vain(_change: impl FnOnce(u32) -> u32) -> u32 {
    0
}

/// As [`has_cores`].
pub(crate) fn ask_for_cores() -> bool {
    true
}

/// Durations are not modelled: a wait with a timeout never times out.
pub(crate) fn deadline_after(_timeout: Duration) -> Option<Instant> {
    None
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
