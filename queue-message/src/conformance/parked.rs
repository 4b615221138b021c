//! Futures that are polled by hand, and only when they were woken.

use std::fmt;
use std::future::Future;
use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering::SeqCst};
use std::task::{Context, Poll, Wake, Waker};

use futures_util::future::{BoxFuture, Either, select};
use futures_util::task::AtomicWaker;

use super::lab::{Lab, Outcome, Stop};

/// A future that is polled once, and then again only when it was woken, however often it is polled from outside. So one
/// whose wake-up is missing never ends.
pub(super) struct Parked<'a, T> {
    what: &'static str,
    future: BoxFuture<'a, T>,
    bell: Arc<Bell>,
}

/// Remembers that somebody rang, and passes it on.
struct Bell {
    rung: AtomicBool,
    outer: AtomicWaker,
}

impl Wake for Bell {
    fn wake(self: Arc<Self>) {
        self.rung.store(true, SeqCst);
        self.outer.wake();
    }
}

impl<'a, T> Parked<'a, T> {
    /// A future that was not polled yet.
    pub(super) fn new(what: &'static str, future: impl Future<Output = T> + Send + 'a) -> Self {
        Self {
            what,
            future: Box::pin(future),
            bell: Arc::new(Bell {
                rung: AtomicBool::new(true),
                outer: AtomicWaker::new(),
            }),
        }
    }

    /// Whether it was woken since it was last polled.
    pub(super) fn was_woken(&self) -> bool {
        self.bell.rung.load(SeqCst)
    }

    /// Polls a future, which has to wait.
    pub(super) async fn park(
        lab: &Lab<'_>,
        what: &'static str,
        future: impl Future<Output = T> + Send + 'a,
    ) -> Outcome<Self>
    where
        T: fmt::Debug,
    {
        let mut parked = Self::new(what, future);
        parked
            .still_waits(lab, "as there is nothing for it")
            .await?;
        Ok(parked)
    }

    /// Sees to it that it goes on waiting.
    pub(super) async fn still_waits(&mut self, lab: &Lab<'_>, why: &str) -> Outcome
    where
        T: fmt::Debug,
    {
        match select(&mut *self, lab.reach()).await {
            Either::Left((came, _)) => Stop::failed(format!(
                "{}: expected to wait, {why}; came {came:?}",
                self.what
            )),
            Either::Right(_) => Ok(()),
        }
    }

    /// Waits for it to be woken, and for what it gives.
    pub(super) async fn woken(self, lab: &Lab<'_>, when: &str) -> T {
        lab.awaits(format!("{} to be woken, {when}", self.what));
        let came = self.await;
        lab.awaits(String::new());
        came
    }
}

impl<T> Future for Parked<'_, T> {
    type Output = T;

    fn poll(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<T> {
        self.bell.outer.register(context.waker());
        if !self.bell.rung.swap(false, SeqCst) {
            return Poll::Pending;
        }
        let waker = Waker::from(self.bell.clone());
        self.future.as_mut().poll(&mut Context::from_waker(&waker))
    }
}
