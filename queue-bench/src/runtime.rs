//! The runtimes whose tasks can be the workers of a cell: tokio's two, without timers and input.
//!
//! Like a [crew](crate::crew), a runtime is started once, its threads bound to cores before the first
//! clock is read, and used by all contenders.

use std::pin::Pin;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::mpsc::{self, Receiver};
use std::thread;

use core_affinity::CoreId;
use tokio::runtime::{Builder, Handle};
use tokio::sync::oneshot;

use crate::crew::{self, Outcome};

/// What a worker is to do.
pub(crate) type Task<R> = Pin<Box<dyn Future<Output = R> + Send>>;

/// Threads that run tasks.
#[derive(Debug)]
pub(crate) struct Runtime {
    handle: Handle,
    pinned: bool,
    /// It ends when this is dropped.
    _life: Life,
}

#[derive(Debug)]
enum Life {
    Pool(Option<tokio::runtime::Runtime>),
    /// The one thread waits for it in the task that it was started with.
    Thread(
        #[expect(dead_code, reason = "that it is dropped is what it tells")] oneshot::Sender<()>,
    ),
}

impl Runtime {
    /// One that moves its tasks among threads, each bound to its core if there is one.
    pub(crate) fn of_threads(cores: &[Option<CoreId>]) -> Self {
        let (report, reports) = mpsc::channel();
        let (places, next) = (cores.to_vec(), AtomicUsize::new(0));
        let runtime = Builder::new_multi_thread()
            .worker_threads(cores.len())
            .thread_name("task-worker")
            .on_thread_start(move || {
                let place = next.fetch_add(1, Ordering::Relaxed) % places.len();
                let _ = report.send(bind(places[place]));
            })
            .build()
            .expect("the system has a thread left");
        Self {
            handle: runtime.handle().clone(),
            pinned: reports.into_iter().take(cores.len()).all(|pinned| pinned),
            _life: Life::Pool(Some(runtime)),
        }
    }

    /// One that has a single thread, bound to its core if there is one.
    pub(crate) fn of_one_thread(core: Option<CoreId>) -> Self {
        let (report, reports) = mpsc::channel();
        let (life, end) = oneshot::channel();
        let run = move || {
            let pinned = bind(core);
            let runtime = Builder::new_current_thread()
                .build()
                .expect("it needs nothing of the system");
            let _ = report.send((runtime.handle().clone(), pinned));
            // Never sent, only dropped.
            let _ = runtime.block_on(end);
        };
        thread::Builder::new()
            .name("task-worker".to_owned())
            .spawn(run)
            .expect("the system has a thread left");
        let (handle, pinned) = reports.recv().expect("the thread tells how it began");
        Self {
            handle,
            pinned,
            _life: Life::Thread(life),
        }
    }

    /// How many threads it has.
    #[cfg(test)]
    pub(crate) fn threads(&self) -> usize {
        self.handle.metrics().num_workers()
    }

    /// Whether each of its threads is bound to its core.
    pub(crate) fn is_pinned(&self) -> bool {
        self.pinned
    }

    /// Starts the tasks; the outcomes arrive in the order in which they end.
    pub(crate) fn start<R: Send + 'static>(&self, tasks: Vec<Task<R>>) -> Receiver<Outcome<R>> {
        let (report, reports) = mpsc::channel();
        for task in tasks {
            let report = report.clone();
            self.handle.spawn(async move {
                let outcome = tokio::spawn(task).await.map_err(|error| {
                    let panic = error.try_into_panic();
                    panic.map_or_else(|other| other.to_string(), |said| crew::text(said.as_ref()))
                });
                // Nobody listens any more once another task has failed.
                let _ = report.send(outcome);
            });
        }
        reports
    }
}

fn bind(core: Option<CoreId>) -> bool {
    core.is_some_and(core_affinity::set_for_current)
}

impl Drop for Life {
    fn drop(&mut self) {
        if let Self::Pool(runtime) = self
            && let Some(runtime) = runtime.take()
        {
            // A task that hangs is not waited for.
            runtime.shutdown_background();
        }
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;
    use std::future;
    use std::sync::Arc;
    use std::time::Duration;

    use tokio::sync::Barrier;

    use super::*;
    use crate::watchdog::Watchdog;

    fn both() -> [Runtime; 2] {
        [
            Runtime::of_threads(&[None, None]),
            Runtime::of_one_thread(None),
        ]
    }

    #[test]
    fn more_tasks_than_threads_meet_again_and_again_even_after_a_panic() {
        let watchdog = Watchdog::for_tests();
        watchdog.watch("a runtime", Duration::ZERO);
        for runtime in both() {
            for _ in 0..3 {
                let meeting = Arc::new(Barrier::new(5));
                let tasks = (0..5).map(|number| -> Task<u32> {
                    let meeting = Arc::clone(&meeting);
                    Box::pin(async move {
                        meeting.wait().await;
                        assert_ne!(number, 4, "no");
                        number
                    })
                });
                let outcomes = runtime.start(tasks.collect()).into_iter();
                let outcomes: BTreeSet<_> = outcomes
                    .map(|outcome| outcome.map_err(|said| said.contains("no")))
                    .collect();
                assert!(
                    outcomes
                        .into_iter()
                        .eq([Ok(0), Ok(1), Ok(2), Ok(3), Err(true)])
                );
            }
        }
    }

    #[test]
    fn the_end_of_a_runtime_waits_for_no_task_and_is_its_end() {
        let watchdog = Watchdog::for_tests();
        watchdog.watch("a runtime", Duration::ZERO);
        for runtime in both() {
            let outcomes = runtime.start(vec![Box::pin(future::pending::<()>())]);
            drop(runtime);
            assert!(!matches!(outcomes.recv(), Ok(Ok(()))));
        }
    }
}
