//! The machine's clock, and the one thread that wakes by it.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::{Arc, LazyLock};
use std::task::Waker;
use std::thread;
use std::time::{Instant, SystemTime};

use queue_core::{Receiver, RecvTimeoutError, Sender, bounded};

use super::Clock;
use super::alarms::{Alarm, Alarms};
use crate::panics;

/// The machine's clock. One thread, begun with the first alarm, wakes everybody; it sleeps until the next alarm, and while there
/// is none. Where that thread cannot be started, the operation that needed the alarm panics.
#[derive(Clone, Copy, Debug, Default)]
pub struct SystemClock;

struct Timer {
    alarms: Arc<Alarms>,
    /// Says that there is a new next alarm. It holds one such word, as that is as good as many.
    changed: Sender<()>,
}

static TIMER: LazyLock<Timer> = LazyLock::new(|| {
    let alarms = Arc::<Alarms>::default();
    let (changed, changes) = bounded(1);
    let timer = Timer {
        alarms: alarms.clone(),
        changed,
    };
    thread::Builder::new()
        .name("message timer".into())
        .spawn(move || run(&alarms, &changes))
        .expect("a thread for timers cannot be started");
    timer
});

fn run(alarms: &Alarms, changes: &Receiver<()>) {
    loop {
        while let Some((_, waker)) = alarms.pop_due(Instant::now()) {
            // A waker is foreign code; the timer outlives its panic.
            if let Err(panic) = catch_unwind(AssertUnwindSafe(|| waker.wake())) {
                panics::discard(panic);
            }
        }
        let word = match alarms.next() {
            Some(next) => changes.recv_deadline(next),
            None => changes.recv().map_err(|_| RecvTimeoutError::Disconnected),
        };
        if word == Err(RecvTimeoutError::Disconnected) {
            return;
        }
    }
}

impl Clock for SystemClock {
    fn now(&self) -> Instant {
        Instant::now()
    }

    fn system_time(&self) -> SystemTime {
        SystemTime::now()
    }

    fn wake_at(&self, deadline: Instant, waker: Waker) -> Alarm {
        let (alarm, is_next) = TIMER.alarms.add(deadline, waker);
        if is_next {
            let _ = TIMER.changed.try_send(());
        }
        alarm
    }
}
