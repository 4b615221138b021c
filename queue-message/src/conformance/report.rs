//! What came out of a run.

use std::fmt;

/// What came of one check.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Checked {
    /// The check's name.
    pub name: &'static str,
    /// What it demands.
    pub demand: &'static str,
    /// Whether that was met.
    pub verdict: Verdict,
}

/// Whether a demand was met.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Verdict {
    /// It was.
    Passed,
    /// It was not: what was expected, and what came.
    Failed(String),
    /// The backend does not claim what it takes: which is that.
    Skipped(String),
}

/// What came of all checks. [`Display`](fmt::Display) lists them.
#[derive(Clone, Debug, PartialEq, Eq)]
#[must_use = "a report that nobody reads proves nothing"]
pub struct Report {
    checks: Vec<Checked>,
}

impl Report {
    pub(super) const fn new(checks: Vec<Checked>) -> Self {
        Self { checks }
    }

    /// All checks, in the order in which they ran.
    #[must_use]
    pub fn checks(&self) -> &[Checked] {
        &self.checks
    }

    /// The names of the checks that passed.
    #[must_use]
    pub fn passed(&self) -> Vec<&'static str> {
        self.names(|verdict| *verdict == Verdict::Passed)
    }

    /// The names of the checks that failed.
    #[must_use]
    pub fn failed(&self) -> Vec<&'static str> {
        self.names(|verdict| matches!(verdict, Verdict::Failed(_)))
    }

    /// The names of the checks that were skipped.
    #[must_use]
    pub fn skipped(&self) -> Vec<&'static str> {
        self.names(|verdict| matches!(verdict, Verdict::Skipped(_)))
    }

    /// Sees to it that checks ran, and none failed.
    ///
    /// # Panics
    /// If one failed, or none passed: with the whole report.
    pub fn assert(&self) {
        assert!(
            self.failed().is_empty() && !self.passed().is_empty(),
            "the backend does not conform\n{self}"
        );
    }

    fn names(&self, is_wanted: impl Fn(&Verdict) -> bool) -> Vec<&'static str> {
        let wanted = self.checks.iter().filter(|check| is_wanted(&check.verdict));
        wanted.map(|check| check.name).collect()
    }
}

impl fmt::Display for Report {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for check in &self.checks {
            writeln!(f, "{check}")?;
        }
        write!(
            f,
            "{} passed, {} failed, {} skipped",
            self.passed().len(),
            self.failed().len(),
            self.skipped().len()
        )
    }
}

impl fmt::Display for Checked {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self {
            name,
            demand,
            verdict,
        } = self;
        match verdict {
            Verdict::Passed => write!(f, "ok       {name}: {demand}"),
            Verdict::Failed(failure) => write!(f, "FAILED   {name}: {demand}\n         {failure}"),
            Verdict::Skipped(reason) => write!(f, "skipped  {name}: {reason}"),
        }
    }
}
