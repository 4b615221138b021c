//! The threads that do the work: started and pinned once, used by all contenders.
//!
//! Starting a thread costs as much as thousands of messages, and on which core
//! it lands decides the result. So a crew is put together before the first clock
//! is read, each worker bound to a core, and each measurement hands every worker
//! a job.

use std::collections::BTreeSet;
use std::panic::{self, AssertUnwindSafe};
use std::sync::mpsc::{self, Receiver, Sender};
use std::sync::{Arc, Barrier};
use std::thread;

use core_affinity::CoreId;

use crate::cells::{self, Cell};
use crate::contract::Mode;
use crate::runtime::Runtime;

type Job = Box<dyn FnOnce() + Send>;

/// What came of one worker's job: its result, or what it panicked with.
pub(crate) type Outcome<R> = Result<R, String>;

/// A set of waiting threads.
#[derive(Debug)]
pub struct Crew {
    letterboxes: Vec<Sender<Job>>,
    /// Which of the cores each worker is bound to.
    places: Vec<usize>,
    pinned: bool,
    /// Where tasks run, if the workers are tasks.
    runtime: Option<Runtime>,
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
        Self::at(pin, |cores| {
            (0..workers).map(|worker| worker % cores).collect()
        })
    }

    /// Starts the workers of a cell, producers first, likewise; but where there are more workers
    /// than cores, and fewer of one side than cores, each of these has a core to itself. (A lone
    /// consumer among its producers would be off its core most of the time, and its neighbours could
    /// then fill the queue once in each of their turns.)
    ///
    /// # Panics
    ///
    /// Panics if the system refuses a thread.
    #[must_use]
    pub fn of(cell: &Cell, pin: bool) -> Self {
        let alone = cell.threads() == 1;
        let consumers = if alone { 0 } else { cell.consumers };
        Self::at(pin, |cores| places(cell.producers, consumers, cores))
    }

    /// Starts the workers of a cell in this mode; if they are tasks, the threads of their runtime too,
    /// one on each core that the threads of the crew use.
    ///
    /// # Panics
    ///
    /// Panics if the system refuses a thread.
    #[must_use]
    pub fn in_mode(cell: &Cell, mode: Mode, pin: bool) -> Self {
        let crew = Self::of(&cell.on_threads(mode), pin);
        let runtime = match mode {
            Mode::Tokio | Mode::Messages => Runtime::of_threads(&crew.seats(pin)),
            Mode::TokioCurrent | Mode::MessagesCurrent => {
                Runtime::of_one_thread(crew.seats(pin)[0])
            }
            _ => return crew,
        };
        Self {
            pinned: crew.pinned && runtime.is_pinned(),
            runtime: Some(runtime),
            ..crew
        }
    }

    /// The cores in use, once each; where workers are not pinned, as many times none as they could use.
    fn seats(&self, pin: bool) -> Vec<Option<CoreId>> {
        let cores = cores(pin);
        if cores.is_empty() {
            return vec![None; self.places.len().min(cells::cores())];
        }
        let places = BTreeSet::from_iter(&self.places);
        places
            .into_iter()
            .map(|&place| Some(cores[place]))
            .collect()
    }

    /// Starts a worker for each of these cores, the first one being 0, starting over when they run
    /// out: workers with the same number share a core.
    pub(crate) fn placed(places: &[usize], pin: bool) -> Self {
        Self::at(pin, |cores| {
            places.iter().map(|place| place % cores).collect()
        })
    }

    /// Starts a worker for each place, a place being one of so many cores.
    fn at(pin: bool, places: impl FnOnce(usize) -> Vec<usize>) -> Self {
        let cores = cores(pin);
        let places = places(cores.len().max(1));
        let (report, reports) = mpsc::channel();
        let letterboxes = places
            .iter()
            .enumerate()
            .map(|(worker, &place)| {
                let core = cores.get(place).copied();
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
            pinned: reports.into_iter().take(places.len()).all(|pinned| pinned),
            letterboxes,
            places,
            runtime: None,
        }
    }

    /// Two workers on different cores, if there are two cores.
    pub(crate) fn two_apart(&self) -> (usize, usize) {
        let elsewhere = self
            .places
            .iter()
            .position(|&place| place != self.places[0]);
        (0, elsewhere.unwrap_or(1))
    }

    /// Whether every worker is bound to its core.
    #[must_use]
    pub fn is_pinned(&self) -> bool {
        self.pinned
    }

    /// Where tasks run.
    ///
    /// # Panics
    ///
    /// Panics if the crew was not started in a mode of tasks.
    pub(crate) fn runtime(&self) -> &Runtime {
        self.runtime.as_ref().expect("the workers are tasks")
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

/// The cores that workers can be bound to; none if they are not to be.
pub(crate) fn cores(pin: bool) -> Vec<CoreId> {
    let cores = pin.then(core_affinity::get_core_ids).flatten();
    cores.unwrap_or_default()
}

/// Which of so many cores each worker is bound to.
fn places(producers: usize, consumers: usize, cores: usize) -> Vec<usize> {
    let fewer = producers.min(consumers);
    if producers + consumers <= cores || fewer == 0 || fewer >= cores {
        return (0..producers + consumers)
            .map(|worker| worker % cores)
            .collect();
    }
    let shared = cores - fewer;
    let side = |workers: usize| {
        (0..workers).map(move |worker| {
            if workers == fewer {
                shared + worker
            } else {
                worker % shared
            }
        })
    };
    side(producers).chain(side(consumers)).collect()
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
    fn few_among_many_have_cores_of_their_own() {
        assert_eq!(places(1, 1, 2), [0, 1]);
        assert_eq!(places(2, 2, 2), [0, 1, 0, 1]);
        assert_eq!(places(4, 1, 8), [0, 1, 2, 3, 4]);
        assert_eq!(places(4, 1, 2), [0, 0, 0, 0, 1]);
        assert_eq!(places(1, 4, 2), [1, 0, 0, 0, 0]);
        assert_eq!(places(4, 2, 4), [0, 1, 0, 1, 2, 3]);
        assert_eq!(places(3, 2, 2), [0, 1, 0, 1, 0]);
        assert_eq!(places(4, 1, 1), [0; 5]);
        assert_eq!(places(1, 0, 2), [0]);
    }

    #[test]
    fn the_same_place_is_the_same_core() {
        let crew = Crew::placed(&[0, 1, 0], true);
        let one_core = cores(true).len() < 2;
        assert_eq!(crew.places, if one_core { [0, 0, 0] } else { [0, 1, 0] });
    }

    #[test]
    fn two_apart_are_on_different_cores_if_there_are_two() {
        for (producers, consumers) in [(1, 1), (4, 1), (1, 4), (2, 2)] {
            let crew = Crew::of(&Cell::shaped(producers, consumers, 64), true);
            let (one, other) = crew.two_apart();
            let cores = core_affinity::get_core_ids().map_or(1, |cores| cores.len());
            assert_ne!(one, other);
            assert_eq!(crew.places[one] != crew.places[other], cores > 1);
        }
    }

    #[test]
    fn tasks_have_a_runtime_with_a_thread_on_each_core_in_use() {
        for pin in [true, false] {
            let cores = if pin {
                cores(pin).len()
            } else {
                cells::cores()
            };
            let crew = |mode| Crew::in_mode(&Cell::shaped(4, 4, 64), mode, pin);
            let many = crew(Mode::Tokio);
            assert_eq!(many.runtime().threads(), cores.clamp(1, 8));
            assert_eq!(many.is_pinned(), pin && cores > 0);
            let one = crew(Mode::TokioCurrent);
            assert_eq!((one.runtime().threads(), one.places.len()), (1, 1));
            assert!(crew(Mode::Async).runtime.is_none());
        }
    }

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
