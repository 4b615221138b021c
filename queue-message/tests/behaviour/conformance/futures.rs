//! Futures that do not behave as one would wish.

use std::future::Future;
use std::pin::Pin;
use std::task::{Context, Poll};

use futures_util::FutureExt;

/// Pending once.
pub(super) async fn hop() {
    let mut has_hopped = false;
    std::future::poll_fn(|context| {
        if std::mem::replace(&mut has_hopped, true) {
            return Poll::Ready(());
        }
        context.waker().wake_by_ref();
        Poll::Pending
    })
    .await;
}

/// Does something with a future that is dropped before its end.
pub(super) struct OnDrop<T: Future, F: FnOnce(T)>(Option<(T, F)>);

impl<T: Future, F: FnOnce(T)> OnDrop<T, F> {
    pub(super) const fn new(future: T, act: F) -> Self {
        Self(Some((future, act)))
    }
}

impl<T: Future + Unpin, F: FnOnce(T) + Unpin> Future for OnDrop<T, F> {
    type Output = T::Output;

    fn poll(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<T::Output> {
        let (future, _) = self.0.as_mut().expect("it is not polled after its end");
        let polled = future.poll_unpin(context);
        if polled.is_ready() {
            self.0 = None;
        }
        polled
    }
}

impl<T: Future, F: FnOnce(T)> Drop for OnDrop<T, F> {
    fn drop(&mut self) {
        if let Some((future, act)) = self.0.take() {
            act(future);
        }
    }
}
