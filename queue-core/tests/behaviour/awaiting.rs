//! What is awaited: who is woken, by which waker, and what is left where a future is given up. Polled by hand,
//! so that every step is seen.

use std::future::Future;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::pin::{Pin, pin};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::task::{Context, Poll, Wake, Waker};
use std::thread;

use crate::support::Watchdog;
use queue_core::{Builder, Receiver, RecvError, SendError, Sender, bounded, unbounded};

/// A task that counts how often it is woken.
#[derive(Default)]
struct Task {
    wakes: AtomicUsize,
}

impl Wake for Task {
    fn wake(self: Arc<Self>) {
        self.wakes.fetch_add(1, Ordering::SeqCst);
    }
}

impl Task {
    fn new() -> (Arc<Self>, Waker) {
        let task = Arc::new(Self::default());
        let waker = Waker::from(Arc::clone(&task));
        (task, waker)
    }

    fn wakes(&self) -> usize {
        self.wakes.load(Ordering::SeqCst)
    }
}

fn poll<F: Future>(future: Pin<&mut F>, waker: &Waker) -> Poll<F::Output> {
    future.poll(&mut Context::from_waker(waker))
}

type Ends<T> = (Sender<T>, Receiver<T>);

#[test]
fn a_message_wakes_the_task_that_awaits_it() {
    for (sender, receiver) in [bounded(1), bounded(3), unbounded()] {
        let (task, waker) = Task::new();
        let mut receiving = pin!(receiver.recv_async());
        assert_eq!(poll(receiving.as_mut(), &waker), Poll::Pending);
        assert_eq!(task.wakes(), 0);
        sender.send(7).unwrap();
        assert_eq!(task.wakes(), 1);
        assert_eq!(poll(receiving.as_mut(), &waker), Poll::Ready(Ok(7)));
        sender.send(8).unwrap();
        assert_eq!(task.wakes(), 1, "nobody waits any more");
    }
}

#[test]
fn room_wakes_the_task_that_awaits_it() {
    let (sender, receiver) = bounded(1);
    sender.send(1).unwrap();
    let (task, waker) = Task::new();
    let mut sending = pin!(sender.send_async(2));
    assert_eq!(poll(sending.as_mut(), &waker), Poll::Pending);
    assert_eq!(receiver.recv(), Ok(1));
    assert_eq!(task.wakes(), 1);
    assert_eq!(poll(sending.as_mut(), &waker), Poll::Ready(Ok(())));
    assert_eq!(receiver.recv(), Ok(2));
}

#[test]
fn tasks_and_threads_are_woken_first_come_first_served() {
    let _watchdog = Watchdog::new();
    let (sender, receiver) = bounded::<u32>(2);
    let (first_task, first_waker) = Task::new();
    let mut first = pin!(receiver.recv_async());
    assert!(poll(first.as_mut(), &first_waker).is_pending());
    let other = receiver.clone();
    let stats = {
        let waiter = thread::spawn(move || other.recv());
        sender.send(1).unwrap();
        assert_eq!(first_task.wakes(), 1, "the task came before the thread");
        sender.send(2).unwrap();
        waiter.join().unwrap()
    };
    let own = poll(first.as_mut(), &first_waker);
    let Poll::Ready(Ok(own)) = own else {
        panic!("{own:?}")
    };
    assert_eq!(own + stats.unwrap(), 3);
}

#[test]
fn the_last_waker_is_the_one_that_is_woken() {
    for (sender, receiver) in [bounded(1), unbounded(), bounded(0)] {
        let (before, old) = Task::new();
        let (after, new) = Task::new();
        let mut receiving = pin!(receiver.recv_async());
        assert!(poll(receiving.as_mut(), &old).is_pending());
        assert!(poll(receiving.as_mut(), &new).is_pending());
        assert!(poll(receiving.as_mut(), &new).is_pending());
        let mut sending = pin!(sender.send_async(1));
        let sent = poll(sending.as_mut(), Waker::noop());
        assert_eq!((before.wakes(), after.wakes()), (0, 1));
        assert_eq!(poll(receiving.as_mut(), &new), Poll::Ready(Ok(1)));
        assert!(sent.is_ready() || poll(sending.as_mut(), Waker::noop()).is_ready());
    }
}

#[test]
fn a_receive_given_up_tells_the_next() {
    let (sender, receiver) = bounded(1);
    let (next, waker) = Task::new();
    let mut behind = pin!(receiver.recv_async());
    {
        let mut receiving = pin!(receiver.recv_async());
        assert!(poll(receiving.as_mut(), Waker::noop()).is_pending());
        assert!(poll(behind.as_mut(), &waker).is_pending());
        sender.send(1).unwrap();
        assert_eq!(next.wakes(), 0);
    }
    assert_eq!(next.wakes(), 1);
    assert_eq!(poll(behind.as_mut(), &waker), Poll::Ready(Ok(1)));
}

#[test]
fn a_receive_given_up_that_was_told_nothing_tells_nobody() {
    let (sender, receiver) = bounded(1);
    let (next, waker) = Task::new();
    let mut behind = pin!(receiver.recv_async());
    {
        let mut receiving = pin!(receiver.recv_async());
        assert!(poll(receiving.as_mut(), Waker::noop()).is_pending());
        assert!(poll(behind.as_mut(), &waker).is_pending());
    }
    assert_eq!(next.wakes(), 0);
    sender.send(1).unwrap();
    assert_eq!(next.wakes(), 1);
}

#[test]
fn a_send_given_up_gives_its_message_back_and_tells_the_next() {
    let (sender, receiver) = bounded(1);
    sender.send("first").unwrap();
    let (next, waker) = Task::new();
    let mut behind = pin!(sender.send_async("third"));
    let mut sending = pin!(sender.send_async("second"));
    assert!(poll(sending.as_mut(), Waker::noop()).is_pending());
    assert!(poll(behind.as_mut(), &waker).is_pending());
    assert_eq!(receiver.recv(), Ok("first"));
    assert_eq!(sending.as_mut().take_back(), Some("second"));
    assert_eq!(next.wakes(), 1);
    assert_eq!(poll(behind.as_mut(), &waker), Poll::Ready(Ok(())));
    assert_eq!(receiver.recv(), Ok("third"));
}

#[test]
fn a_message_sent_from_its_place_is_there_unless_it_was_sent() {
    for (sender, receiver) in [bounded(1), bounded(0)] as [Ends<u32>; 2] {
        while sender.try_send(0).is_ok() {}
        let mut message = Some(1);
        {
            let mut sending = pin!(sender.send_async_from(&mut message));
            assert!(poll(sending.as_mut(), Waker::noop()).is_pending());
        }
        assert_eq!(message, Some(1));
        {
            let mut sending = pin!(sender.send_async_from(&mut message));
            assert!(poll(sending.as_mut(), Waker::noop()).is_pending());
            let _ = receiver.try_recv();
            assert_eq!(poll(sending, Waker::noop()), Poll::Ready(Ok(())));
        }
        assert_eq!(message, None);
        message = Some(2);
        drop(receiver);
        {
            let sending = pin!(sender.send_async_from(&mut message));
            assert_eq!(
                poll(sending, Waker::noop()),
                Poll::Ready(Err(SendError(())))
            );
        }
        assert_eq!(message, Some(2));
    }
}

#[test]
#[should_panic(expected = "there must be a message to send")]
fn to_send_from_an_empty_place_panics_at_once() {
    let (sender, _receiver) = bounded::<u8>(1);
    drop(sender.send_async_from(&mut None));
}

#[test]
#[should_panic(expected = "polled after the end")]
fn a_future_is_not_polled_after_its_end() {
    let (sender, _receiver) = bounded(1);
    let mut sending = pin!(sender.send_async(1));
    assert!(poll(sending.as_mut(), Waker::noop()).is_ready());
    let _ = poll(sending.as_mut(), Waker::noop());
}

#[test]
fn the_end_wakes_tasks_at_both_ends() {
    for close in [
        |ends: Ends<u8>| drop(ends.0),
        |ends: Ends<u8>| {
            ends.1.close();
        },
    ] {
        for (sender, receiver) in [bounded(2), unbounded(), bounded(0)] {
            let (task, waker) = Task::new();
            let theirs = receiver.clone();
            let mut receiving = pin!(theirs.recv_async());
            assert!(poll(receiving.as_mut(), &waker).is_pending());
            close((sender, receiver));
            assert_eq!(task.wakes(), 1);
            assert_eq!(poll(receiving, &waker), Poll::Ready(Err(RecvError)));
        }
    }
    for (sender, receiver) in [bounded(1), bounded(0)] {
        while sender.try_send(0).is_ok() {}
        let (task, waker) = Task::new();
        let mut sending = pin!(sender.send_async(1));
        assert!(poll(sending.as_mut(), &waker).is_pending());
        drop(receiver);
        assert_eq!(task.wakes(), 1);
        assert_eq!(poll(sending, &waker), Poll::Ready(Err(SendError(1))));
    }
}

#[test]
fn where_nothing_lies_between_them_tasks_meet_tasks_and_threads() {
    let _watchdog = Watchdog::new();
    let (sender, receiver) = bounded(0);
    // A receive first, a send first, and each against a thread.
    let (task, waker) = Task::new();
    {
        let mut receiving = pin!(receiver.recv_async());
        assert!(poll(receiving.as_mut(), &waker).is_pending());
        let mut sending = pin!(sender.send_async(1));
        assert!(poll(sending.as_mut(), Waker::noop()).is_pending());
        assert_eq!(task.wakes(), 1);
        assert_eq!(poll(receiving, &waker), Poll::Ready(Ok(1)));
        assert_eq!(poll(sending, Waker::noop()), Poll::Ready(Ok(())));
    }
    {
        let mut sending = pin!(sender.send_async(2));
        assert!(poll(sending.as_mut(), Waker::noop()).is_pending());
        assert_eq!(receiver.try_recv(), Ok(2));
        assert_eq!(poll(sending, Waker::noop()), Poll::Ready(Ok(())));
    }
    thread::scope(|scope| {
        scope.spawn(|| sender.send(3).unwrap());
        assert_eq!(futures::executor::block_on(receiver.recv_async()), Ok(3));
        scope.spawn(|| assert_eq!(receiver.recv(), Ok(4)));
        futures::executor::block_on(sender.send_async(4)).unwrap();
    });
    // A task that waits to receive may go away at any time: nothing is given to it.
    let mut receiving = pin!(receiver.recv_async());
    assert!(poll(receiving.as_mut(), Waker::noop()).is_pending());
    assert!(sender.try_send(5).is_err());
}

/// A waker that does something when it is woken.
struct Acts<F>(Mutex<Option<F>>);

impl<F: FnOnce() + Send + 'static> Acts<F> {
    fn waker(act: F) -> Waker {
        Waker::from(Arc::new(Self(Mutex::new(Some(act)))))
    }
}

impl<F: FnOnce() + Send + 'static> Wake for Acts<F> {
    fn wake(self: Arc<Self>) {
        let act = self.0.lock().unwrap().take();
        if let Some(act) = act {
            act();
        }
    }
}

#[test]
fn a_waker_that_panics_keeps_nobody_else_asleep() {
    let (sender, receiver) = bounded::<u8>(4);
    let (task, waker) = Task::new();
    let panicking = Acts::waker(|| panic!("a waker that panics"));
    let mut first = pin!(receiver.recv_async());
    let mut second = pin!(receiver.recv_async());
    assert!(poll(first.as_mut(), &panicking).is_pending());
    assert!(poll(second.as_mut(), &waker).is_pending());
    assert_eq!(
        sender.send_batch([1, 2]).unwrap(),
        2,
        "the sender has nothing to do with it"
    );
    assert_eq!(task.wakes(), 1);
    assert_eq!(poll(second, &waker), Poll::Ready(Ok(1)));
    assert_eq!(poll(first, Waker::noop()), Poll::Ready(Ok(2)));
}

#[test]
fn a_waker_may_use_the_channel() {
    let (sender, receiver) = bounded(4);
    let (again, other) = (sender.clone(), receiver.clone());
    let busy = Acts::waker(move || {
        again.send(2).unwrap();
        assert_eq!(other.recv(), Ok(1));
        let mut receiving = pin!(other.recv_async());
        assert_eq!(poll(receiving.as_mut(), Waker::noop()), Poll::Ready(Ok(2)));
    });
    let mut receiving = pin!(receiver.recv_async());
    assert!(poll(receiving.as_mut(), &busy).is_pending());
    sender.send(1).unwrap();
    assert!(
        poll(receiving.as_mut(), &busy).is_pending(),
        "the waker was faster"
    );
    sender.send(3).unwrap();
    assert_eq!(poll(receiving, &busy), Poll::Ready(Ok(3)));
}

#[test]
fn a_future_that_is_forgotten_harms_nobody_but_those_who_wait_with_it() {
    let (sender, receiver) = bounded(1);
    let mut forgotten = Box::pin(receiver.recv_async());
    assert!(poll(forgotten.as_mut(), Waker::noop()).is_pending());
    std::mem::forget(forgotten);
    // The word goes to the one that is forgotten; the message does not.
    sender.send(1).unwrap();
    assert_eq!(receiver.recv(), Ok(1));
    let mut forgotten = Box::pin(sender.send_async(2));
    sender.send(3).unwrap();
    assert!(poll(forgotten.as_mut(), Waker::noop()).is_pending());
    std::mem::forget(forgotten);
    drop(sender);
    assert_eq!(receiver.iter().collect::<Vec<_>>(), [3]);
}

#[test]
fn a_batch_goes_on_where_it_was_and_gives_back_what_it_has_not_sent() {
    for (sender, receiver) in [bounded(2), bounded(1)] {
        let mut sending = pin!(sender.send_batch_async(1..=5));
        let mut received = Vec::new();
        while poll(sending.as_mut(), Waker::noop()).is_pending() && received.len() < 2 {
            received.push(receiver.recv().unwrap());
        }
        let unsent = sending.take_back().unwrap();
        let sent = unsent.sent();
        received.extend(receiver.try_iter());
        assert_eq!(received.len(), sent);
        received.extend(unsent);
        assert_eq!(received, [1, 2, 3, 4, 5]);
    }
}

#[test]
fn a_batch_tells_what_it_could_not_send_when_the_channel_closes() {
    for (sender, receiver) in [bounded(2), bounded(0)] {
        let mut sending = pin!(sender.send_batch_async(vec![1, 2, 3]));
        assert!(poll(sending.as_mut(), Waker::noop()).is_pending());
        receiver.close();
        let Poll::Ready(Err(SendError(unsent))) = poll(sending.as_mut(), Waker::noop()) else {
            panic!("it was closed")
        };
        let mut all: Vec<_> = receiver.try_iter().collect();
        assert_eq!(all.len(), unsent.sent());
        all.extend(unsent);
        assert_eq!(all, [1, 2, 3]);
    }
}

#[test]
fn a_batch_is_received_as_it_comes() {
    for (sender, receiver) in [bounded(8), unbounded(), bounded(0)] {
        let (task, waker) = Task::new();
        let mut messages = vec![0];
        {
            let mut receiving = pin!(receiver.recv_batch_async(&mut messages, 2));
            assert!(poll(receiving.as_mut(), &waker).is_pending());
            let mut sending = pin!(sender.send_batch_async([1, 2, 3]));
            let mut sent = poll(sending.as_mut(), Waker::noop());
            assert_eq!(task.wakes(), 1);
            let Poll::Ready(Ok(length)) = poll(receiving, &waker) else {
                panic!("there are messages")
            };
            while sent.is_pending() {
                let _ = receiver.try_recv();
                sent = poll(sending.as_mut(), Waker::noop());
            }
            assert!((1..=2).contains(&length));
        }
        assert!(messages.starts_with(&[0, 1]), "{messages:?}");
        assert_eq!(
            poll(pin!(receiver.recv_batch_async(&mut messages, 0)), &waker),
            Poll::Ready(Ok(0))
        );
    }
}

#[test]
fn an_iterator_that_panics_in_a_poll_leaves_the_batch_usable() {
    let (sender, receiver) = bounded(8);
    let messages = (1..=4).inspect(|&number| assert_ne!(number, 3, "a number that panics"));
    let mut sending = pin!(sender.send_batch_async(messages));
    let caught = catch_unwind(AssertUnwindSafe(|| poll(sending.as_mut(), Waker::noop())));
    assert!(caught.is_err());
    assert_eq!(
        poll(sending, Waker::noop()).map(|sent| sent.is_ok()),
        Poll::Ready(true)
    );
    // What it had yielded went with the panic.
    assert_eq!(receiver.try_iter().collect::<Vec<_>>(), [4]);
}

#[test]
fn a_poll_of_a_long_batch_lets_others_run() {
    let (sender, receiver) = unbounded();
    let mut sending = pin!(sender.send_batch_async(0..100_000));
    let (task, waker) = Task::new();
    let mut polls = 0;
    while poll(sending.as_mut(), &waker).is_pending() {
        polls += 1;
        assert_eq!(task.wakes(), polls, "it comes back by itself");
        assert!(receiver.len() <= polls * 1100, "{}", receiver.len());
    }
    assert!(polls > 90);
    assert!(receiver.try_iter().eq(0..100_000));
}

#[test]
fn those_who_await_are_counted_as_those_who_block() {
    let (sender, receiver) = Builder::new().with_stats().bounded(1);
    let mut receiving = pin!(receiver.recv_async());
    assert!(poll(receiving.as_mut(), Waker::noop()).is_pending());
    sender.send(1).unwrap();
    assert!(poll(receiving, Waker::noop()).is_ready());
    sender.send(2).unwrap();
    let mut sending = pin!(sender.send_async(3));
    assert!(poll(sending.as_mut(), Waker::noop()).is_pending());
    receiver.recv().unwrap();
    assert!(poll(sending, Waker::noop()).is_ready());
    let stats = receiver.stats().unwrap();
    assert_eq!((stats.blocked_sends, stats.wakes), (1, 2));
    assert_eq!((stats.receiver_parks, stats.sender_parks), (1, 1));
}

#[test]
#[should_panic(expected = "a receiver of time cannot be awaited")]
fn time_cannot_be_awaited() {
    drop(queue_core::never::<u8>().recv_async());
    drop(queue_core::after(std::time::Duration::ZERO).recv_async());
}

#[test]
fn futures_are_sent_where_their_messages_are() {
    fn send<T: Send>(_: &T) {}
    let (sender, receiver) = bounded::<u8>(1);
    send(&sender.send_async(1));
    send(&sender.send_async_from(&mut Some(1)));
    send(&sender.send_batch_async([1]));
    send(&receiver.recv_async());
    send(&receiver.recv_batch_async(&mut Vec::new(), 1));
}

#[test]
fn a_wait_that_is_over_leaves_no_waker_in_the_channel() {
    let (sender, receiver) = bounded::<u8>(1);
    let (task, waker) = Task::new();
    {
        let mut receiving = pin!(receiver.recv_async());
        assert!(poll(receiving.as_mut(), &waker).is_pending());
    }
    drop(waker);
    assert_eq!(Arc::strong_count(&task), 1);
    sender.send(1).unwrap();
    assert_eq!(task.wakes(), 0);
}
