//! The threads that do the work: started and pinned once, used by all contenders.
//!
//! Starting a thread costs as much as thousands of messages, and on which core
//! it lands decides the result. So a crew is put together before the first clock
//! is read, one worker to a core in turn, and each measurement hands every worker
//! a job.

use std::panic::{self, AssertUnwindSafe};
use std::sync::mpsc::{self, Receiver, Sender};
use std::sync::{Arc, Barrier};
use std::thread;

type Job = Box<dyn FnOnce() + Send>;

/// What came of one worker's job: its result, or what it panicked with.
pub(crate) type Outcome<R> = Result<R, String>;

/// A set of waiting threads.
#[derive(Debug)]
pub struct Crew {
    letterboxes: Vec<Sender<Job>>,
    pinned: bool,
}

impl Crew {
    /// Starts the workers and, if wanted, pins worker *n* to the *n*-th core that
    /// this process may use, starting over when they run out.
    ///
    /// # Panics
    ///
    /// Panics if the system refuses a thread.
    #[must_use]
    pub fn assemble(workers: usize, pin: bool) -> Self {
        let cores = if pin {
            core_affinity::get_core_ids().unwrap_or_default()
        } else {
            Vec::new()
        };
        let (report, reports) = mpsc::channel();
        let letterboxes = (0..workers)
            .map(|worker| {
                let core = cores.get(worker % cores.len().max(1)).copied();
                let report = report.clone();
                let (letterbox, jobs) = mpsc::channel::<Job>();
                thread::Builder::new()
                    .name(format!("worker-{worker}"))
                    .spawn(move || {
                        let pinned = core.is_some_and(core_affinity::set_for_current);
                        let _ = report.send(pinned);
                        jobs.into_iter().for_each(|job| job());
                    })
                    .expect("the system has a thread left");
                letterbox
            })
            .collect();
        drop(report);
        Self {
            letterboxes,
            pinned: reports.into_iter().take(workers).all(|pinned| pinned),
        }
    }

    /// Whether every worker is bound to its core.
    #[must_use]
    pub fn is_pinned(&self) -> bool {
        self.pinned
    }

    /// Gives job *n* to worker *n*; they begin together, once all are awake.
    ///
    /// The outcomes arrive in the order in which the workers finish.
    pub(crate) fn start<R: Send + 'static>(
        &self,
        jobs: Vec<Box<dyn FnOnce() -> R + Send>>,
    ) -> Receiver<Outcome<R>> {
        assert_eq!(jobs.len(), self.letterboxes.len(), "a job for each worker");
        let gate = Arc::new(Barrier::new(jobs.len()));
        let (report, reports) = mpsc::channel();
        for (letterbox, job) in self.letterboxes.iter().zip(jobs) {
            let gate = Arc::clone(&gate);
            let report = report.clone();
            let job = move || {
                gate.wait();
                let outcome = panic::catch_unwind(AssertUnwindSafe(job));
                // Nobody listens any more once another worker has failed.
                let _ = report.send(outcome.map_err(|payload| text(payload.as_ref())));
            };
            letterbox
                .send(Box::new(job))
                .expect("a worker outlives its jobs");
        }
        reports
    }
}

/// What a panic said.
pub(crate) fn text(payload: &(dyn std::any::Any + Send)) -> String {
    payload
        .downcast_ref::<&str>()
        .map(ToString::to_string)
        .or_else(|| payload.downcast_ref::<String>().cloned())
        .unwrap_or_else(|| "a panic without words".to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_crew_works_together_again_and_again_even_after_a_panic() {
        let crew = Crew::assemble(2, true);
        let tasks = || -> Vec<Box<dyn FnOnce() -> u32 + Send>> {
            vec![Box::new(|| 1), Box::new(|| panic!("no"))]
        };
        for _ in 0..3 {
            let mut outcomes: Vec<_> = crew.start(tasks()).into_iter().collect();
            outcomes.sort();
            assert_eq!(outcomes, [Ok(1), Err("no".to_owned())]);
        }
    }
}
