//! How far a model looks, and what it says of it.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Instant;

/// How far a model looks.
pub(crate) struct Search {
    /// How often a running thread may be interrupted in one execution; `None` is as often as it likes.
    pub(crate) preemptions: Option<usize>,
    /// Fewer executions than this mean that the model no longer models what it says.
    pub(crate) at_least: usize,
    /// After so many executions the search ends; `None` is when it has seen all.
    pub(crate) at_most: Option<usize>,
}

impl Search {
    /// Everything that at most `preemptions` interruptions in one execution reach.
    pub(crate) fn preemptions(preemptions: usize, at_least: usize) -> Self {
        Self {
            preemptions: Some(preemptions),
            at_least,
            at_most: None,
        }
    }

    /// Everything.
    pub(crate) fn unbounded(at_least: usize) -> Self {
        Self {
            preemptions: None,
            at_least,
            at_most: None,
        }
    }
}

/// What a search says that has seen too little.
pub(crate) const TOO_FEW: &str = "executions, fewer than";

/// Says how many executions there were, also where the last one failed.
struct Report {
    executions: AtomicUsize,
    preemptions: Option<usize>,
    start: Instant,
}

impl Drop for Report {
    fn drop(&mut self) {
        println!(
            "{}: {} executions, preemptions {}, {:.1} s",
            std::thread::current().name().unwrap_or("model"),
            self.executions.load(Ordering::Relaxed),
            self.preemptions
                .map_or("unbounded".into(), |bound| bound.to_string()),
            self.start.elapsed().as_secs_f64(),
        );
    }
}

/// Runs `model` once for every interleaving, and every stale read, that the
/// bound admits.
pub(crate) fn explore(search: Search, model: impl Fn() + Send + Sync + 'static) {
    let report = Arc::new(Report {
        executions: AtomicUsize::new(0),
        preemptions: search.preemptions,
        start: Instant::now(),
    });
    let mut builder = loom::model::Builder::new();
    builder.preemption_bound = search.preemptions;
    builder.max_branches = 10_000;
    builder.max_permutations = search.at_most;
    let counted = Arc::clone(&report);
    builder.check(move || {
        counted.executions.fetch_add(1, Ordering::Relaxed);
        model();
    });
    let executions = report.executions.load(Ordering::Relaxed);
    assert!(
        executions >= search.at_least,
        "{executions} {TOO_FEW} {}",
        search.at_least
    );
}
