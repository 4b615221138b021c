//! Queues that suspend tasks.
//!
//! [`Await`] makes them a link whose workers are threads. Its task is all that its thread runs, and waits by parking it: no runtime takes part,
//! so that the queues are compared and not their executors. The waker is made once for
//! each worker, and a future that is ready at its first poll costs no more than that poll.

use std::future::Future;
use std::marker::PhantomData;
use std::pin::pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::task::{Context, Poll, Wake, Waker};
use std::thread::{self, Thread};

use super::{Held, Link, Producers, Queue};
use crate::cells::Cell;
use crate::contract::Mode;
use crate::message::Message;

/// Operations that suspend the task.
pub trait Async: Queue {
    /// Sends, once there is room.
    fn send<M: Message>(
        sender: &mut Self::Sender<M>,
        message: M,
    ) -> impl Future<Output = ()> + Send;

    /// Receives the next message; `None` once all senders are gone and the queue is empty.
    fn recv<M: Message>(receiver: &mut Self::Receiver<M>)
    -> impl Future<Output = Option<M>> + Send;

    /// Lets go of a producer's handle; after the last one's there are no more messages.
    fn hang_up<M: Message>(sender: Self::Sender<M>) -> impl Future<Output = ()> + Send {
        drop(sender);
        std::future::ready(())
    }
}

/// What comes of a future that does not wait.
///
/// # Panics
///
/// Panics if it does.
pub(crate) fn at_once<T>(future: impl Future<Output = T>) -> T {
    match pin!(future).poll(&mut Context::from_waker(Waker::noop())) {
        Poll::Ready(output) => output,
        Poll::Pending => panic!("what should have been done at once waits"),
    }
}

/// Each operation is awaited.
#[derive(Debug)]
pub struct Await<Q>(PhantomData<Q>);

/// What a worker holds, and the waker of its thread once it runs.
#[derive(Debug)]
pub struct Tasked<H> {
    handle: H,
    parker: Option<Parker>,
}

/// What a consumer takes from.
#[derive(Debug)]
pub struct TaskedSource<'a, H> {
    handle: &'a mut H,
    parker: Parker,
}

#[derive(Debug)]
struct Parker {
    signal: Arc<Signal>,
    waker: Waker,
}

#[derive(Debug)]
struct Signal {
    thread: Thread,
    is_woken: AtomicBool,
}

impl Wake for Signal {
    fn wake(self: Arc<Self>) {
        self.wake_by_ref();
    }

    fn wake_by_ref(self: &Arc<Self>) {
        if !self.is_woken.swap(true, Ordering::Release) {
            self.thread.unpark();
        }
    }
}

impl Parker {
    fn of_this_thread() -> Self {
        let signal = Arc::new(Signal {
            thread: thread::current(),
            is_woken: AtomicBool::new(false),
        });
        Self {
            waker: Waker::from(Arc::clone(&signal)),
            signal,
        }
    }

    #[inline(always)]
    fn run<F: Future>(&self, future: F) -> F::Output {
        let mut future = pin!(future);
        let mut context = Context::from_waker(&self.waker);
        loop {
            if let Poll::Ready(output) = future.as_mut().poll(&mut context) {
                return output;
            }
            self.sleep();
        }
    }

    #[cold]
    fn sleep(&self) {
        while !self.signal.is_woken.swap(false, Ordering::Acquire) {
            thread::park();
        }
    }
}

impl<H> Tasked<H> {
    fn new(handle: H) -> Self {
        Self {
            handle,
            parker: None,
        }
    }
}

impl<Q: Async> Link for Await<Q> {
    type Queue = Q;
    const MODE: Mode = Mode::Async;

    type Sender<M: Message> = Tasked<Q::Sender<M>>;
    type Receiver<M: Message> = Q::Receiver<M>;
    type Source<'a, M: Message> = TaskedSource<'a, Q::Receiver<M>>;

    fn open<M: Message>(cell: &Cell) -> Held<Self, M> {
        let (senders, receivers) = Q::open(cell);
        (senders.into_iter().map(Tasked::new).collect(), receivers)
    }

    fn source<M: Message>(receiver: &mut Self::Receiver<M>) -> Self::Source<'_, M> {
        TaskedSource {
            handle: receiver,
            parker: Parker::of_this_thread(),
        }
    }

    #[inline(always)]
    fn send<M: Message>(sender: &mut Self::Sender<M>, message: M) {
        // The first send is made by the worker: until then its thread is not known.
        let parker = sender.parker.get_or_insert_with(Parker::of_this_thread);
        parker.run(Q::send(&mut sender.handle, message));
    }

    #[inline(always)]
    fn recv<M: Message>(source: &mut Self::Source<'_, M>, _: &Producers) -> Option<M> {
        source.parker.run(Q::recv(source.handle))
    }
}

#[cfg(test)]
mod tests {
    use std::future::poll_fn;

    use super::*;

    #[test]
    fn a_task_sleeps_until_it_is_woken_and_does_not_miss_an_early_wake() {
        let parker = Parker::of_this_thread();
        let mut polls = 0;
        let early = poll_fn(|context| {
            polls += 1;
            context.waker().wake_by_ref();
            if polls == 3 {
                Poll::Ready(polls)
            } else {
                Poll::Pending
            }
        });
        assert_eq!(parker.run(early), 3);

        let mut waking = None;
        let late = poll_fn(|context| match waking.take() {
            None => {
                let waker = context.waker().clone();
                waking = Some(thread::spawn(move || waker.wake()));
                Poll::Pending
            }
            Some(thread) => {
                thread.join().unwrap();
                Poll::Ready(7)
            }
        });
        assert_eq!(parker.run(late), 7);
    }
}
