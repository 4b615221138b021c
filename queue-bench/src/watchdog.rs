//! Ends the process when a slice does not.
//!
//! A thread that hangs inside a queue cannot be stopped from outside; only its
//! process can. So the launch tells the watchdog what it is about to do and by
//! when it should be done; if that time passes, the watchdog does what it was
//! given for that case and ends the process: whatever the thread that hangs may hold, it
//! is not waited for.

use std::process;
use std::sync::{Arc, Mutex, PoisonError, mpsc};
use std::thread;
use std::time::{Duration, Instant};

/// How long the process may take to say what hangs: longer than a parent waits, which then reports it
/// and ends the process. This is for a process whose parent is gone.
const TELLING: Duration = Duration::from_secs(10);

/// A thread that waits for a deadline to be missed, until this is dropped.
#[derive(Debug)]
pub struct Watchdog {
    limit: Duration,
    task: Arc<Mutex<Option<Task>>>,
}

#[derive(Debug, Clone)]
struct Task {
    name: String,
    due: Instant,
}

impl Watchdog {
    /// Starts to watch; `hung` is told the name of what was not done in time, and
    /// then the process ends.
    #[must_use]
    pub fn start(limit: Duration, hung: impl FnOnce(&str) + Send + 'static) -> Self {
        let watchdog = Self {
            limit,
            task: Arc::default(),
        };
        let current = Arc::downgrade(&watchdog.task);
        thread::spawn(move || {
            while let Some(current) = current.upgrade() {
                let task = current
                    .lock()
                    .unwrap_or_else(PoisonError::into_inner)
                    .clone();
                drop(current);
                let now = Instant::now();
                match task {
                    Some(task) if task.due <= now => {
                        let (told, is_told) = mpsc::channel();
                        thread::spawn(move || {
                            hung(&task.name);
                            let _ = told.send(());
                        });
                        let _ = is_told.recv_timeout(TELLING);
                        end();
                    }
                    // Deadlines move away, or nearer by less than a task was expected to take, so none is
                    // missed for long by sleeping to this one.
                    Some(task) => thread::sleep(task.due - now),
                    None => thread::sleep(limit),
                }
            }
        });
        watchdog
    }

    /// The task at hand from now on, which may take this long and the limit.
    pub fn watch(&self, name: &str, expected: Duration) {
        let task = Task {
            name: name.to_owned(),
            due: Instant::now() + expected + self.limit,
        };
        *self.task.lock().unwrap_or_else(PoisonError::into_inner) = Some(task);
    }

    /// One for tests of other people's queues, which then fail rather than hang.
    #[cfg(test)]
    pub(crate) fn for_tests() -> Self {
        Self::start(Duration::from_secs(60), |name| eprintln!("{name} hung"))
    }
}

/// Ends the process without its exit handlers, which could wait for what hangs.
fn end() -> ! {
    #[cfg(unix)]
    let _ = nix::sys::signal::raise(nix::sys::signal::Signal::SIGKILL);
    process::exit(1)
}
