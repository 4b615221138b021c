//! Runs the checks.

use std::any::Any;
use std::future::{Future, poll_fn};
use std::panic::AssertUnwindSafe;
use std::pin::pin;
use std::sync::Arc;
use std::task::Poll;
use std::time::{Duration, Instant};

use futures_util::FutureExt;

use super::backend::{Backend, Feature};
use super::lab::{Check, Lab, Stop};
use super::parked::Parked;
use super::report::{Checked, Report, Verdict};
use super::{
    cancellation, capacity, closing, dead_letters, delays, exchange, listening, locks, order,
    receipts, renewals, store,
};
use crate::MessagingCapabilities;
use crate::clock::{Clock, SystemClock, sleep_until};
use crate::panics::words;

/// All checks, in their order.
const CHECKS: &[&[Check]] = &[
    exchange::CHECKS,
    store::CHECKS,
    order::CHECKS,
    locks::CHECKS,
    renewals::CHECKS,
    receipts::CHECKS,
    dead_letters::CHECKS,
    delays::CHECKS,
    capacity::CHECKS,
    closing::CHECKS,
    listening::CHECKS,
    cancellation::CHECKS,
];

/// How the checks are run, setting by setting.
///
/// ```no_run
/// use queue_message::conformance::{Backend, Kit};
/// use std::time::Duration;
///
/// # async fn doc(backend: &dyn Backend) {
/// let kit = Kit::new().limit(Duration::from_secs(120)).only("abandon_returns_the_message");
/// kit.run(backend).await.assert();
/// # }
/// ```
#[derive(Clone, Debug)]
#[must_use]
pub struct Kit {
    limit: Duration,
    only: Vec<String>,
}

/// Runs all checks, as a [`Kit`] does unless it is told otherwise.
pub async fn run(backend: &dyn Backend) -> Report {
    Kit::new().run(backend).await
}

impl Default for Kit {
    fn default() -> Self {
        Self::new()
    }
}

/// How the race of a future with the watchdog ended.
enum Raced<T> {
    Ended(T),
    /// Nobody will wake it.
    Stuck,
    Late,
}

impl Kit {
    /// All checks, of which each may take 30 seconds.
    pub const fn new() -> Self {
        Self {
            limit: Duration::from_secs(30),
            only: Vec::new(),
        }
    }

    /// How long a check may take by the machine's clock, before it is taken to hang. It is for futures that are never
    /// woken: one that blocks its thread blocks the kit. Each check says its name in a `tracing` event of level `DEBUG`
    /// before it begins.
    pub const fn limit(mut self, limit: Duration) -> Self {
        self.limit = limit;
        self
    }

    /// Runs only the check of that name, and others for which this is called.
    pub fn only(mut self, name: impl Into<String>) -> Self {
        self.only.push(name.into());
        self
    }

    /// Runs the checks, one after the other.
    pub async fn run(&self, backend: &dyn Backend) -> Report {
        let claims = self.claims(backend).await;
        let mut checked = Vec::new();
        for check in CHECKS.iter().flat_map(|group| group.iter()) {
            if !self.only.is_empty() && !self.only.iter().any(|name| name == check.name) {
                continue;
            }
            let verdict = match &claims {
                Ok(claims) => self.verdict(backend, check, claims).await,
                Err(failure) => Verdict::Failed(failure.clone()),
            };
            checked.push(Checked {
                name: check.name,
                demand: check.demand,
                verdict,
            });
        }
        Report::new(checked)
    }

    /// What the backend claims; or why it makes no queue.
    async fn claims<'a>(&self, backend: &'a dyn Backend) -> Result<Claims<'a>, String> {
        let lab = Lab::new(backend, "capabilities");
        let made = lab.unopened(|setup| setup.dead_letter = true);
        let capabilities = self.attempt(backend, &lab, true, async {
            made.await.map(|probe| probe.queue.capabilities())
        });
        let capabilities = capabilities.await;
        self.tidy(backend, &lab).await?;
        match capabilities? {
            Ok(capabilities) => Ok(Claims {
                capabilities,
                disclaimed: backend.disclaims(),
            }),
            Err(Stop::Failed(text) | Stop::Skipped(text)) => Err(text),
        }
    }

    async fn verdict(&self, backend: &dyn Backend, check: &Check, claims: &Claims<'_>) -> Verdict {
        let needs = [Feature::Send, Feature::Receive].into_iter();
        let missing = needs
            .chain(check.needs.iter().copied())
            .find(|feature| !claims.include(*feature));
        if let Some(feature) = missing {
            return Verdict::Skipped(format!("the backend does not claim `{feature}`"));
        }
        tracing::debug!(check = check.name, "checking");
        let lab = Lab::new(backend, check.name);
        let has_threads = check.needs.contains(&Feature::ListenOnThread);
        let outcome = self
            .attempt(backend, &lab, !has_threads, (check.run)(&lab))
            .await;
        let tidied = self.tidy(backend, &lab).await;
        match outcome {
            Ok(Ok(())) => tidied.map_or_else(Verdict::Failed, |()| Verdict::Passed),
            Ok(Err(Stop::Failed(failure))) | Err(failure) => Verdict::Failed(failure),
            Ok(Err(Stop::Skipped(reason))) => Verdict::Skipped(reason),
        }
    }

    async fn tidy(&self, backend: &dyn Backend, lab: &Lab<'_>) -> Result<(), String> {
        lab.awaits("the queues to be discarded".into());
        self.attempt(backend, lab, true, lab.tidy()).await
    }

    /// Runs a future to its end, to its panic, or to the moment at which it is taken to hang.
    async fn attempt<T>(
        &self,
        backend: &dyn Backend,
        lab: &Lab<'_>,
        is_alone: bool,
        future: impl Future<Output = T> + Send,
    ) -> Result<T, String> {
        let future = AssertUnwindSafe(future).catch_unwind();
        let is_alone = is_alone && backend.acts_only_when_called();
        let hung = |how: &str| match lab.awaited() {
            awaited if awaited.is_empty() => Err(format!("expected an end; came none: {how}")),
            awaited => Err(format!("expected {awaited}; came none: {how}")),
        };
        match race(future, self.limit, is_alone).await {
            Raced::Ended(Ok(outcome)) => Ok(outcome),
            Raced::Ended(Err(panic)) => Err(panicked(&panic)),
            Raced::Stuck => hung("nobody is left who would wake it"),
            Raced::Late => hung(&format!("it was given up after {:?}", self.limit)),
        }
    }
}

/// What a backend says that it does.
struct Claims<'a> {
    capabilities: MessagingCapabilities,
    disclaimed: &'a [Feature],
}

impl Claims<'_> {
    fn include(&self, feature: Feature) -> bool {
        feature.is_in(&self.capabilities) && !self.disclaimed.contains(&feature)
    }
}

async fn race<T>(
    future: impl Future<Output = T> + Send,
    limit: Duration,
    is_alone: bool,
) -> Raced<T> {
    let clock: Arc<dyn Clock> = Arc::new(SystemClock);
    let mut watchdog = pin!(sleep_until(&clock, Instant::now().checked_add(limit)));
    let mut future = Parked::new("the check", future);
    poll_fn(|context| {
        if let Poll::Ready(ended) = future.poll_unpin(context) {
            return Poll::Ready(Raced::Ended(ended));
        }
        if is_alone && !future.was_woken() {
            return Poll::Ready(Raced::Stuck);
        }
        watchdog.poll_unpin(context).map(|()| Raced::Late)
    })
    .await
}

fn panicked(panic: &Box<dyn Any + Send>) -> String {
    format!("expected no panic, came one: {}", words(panic))
}
