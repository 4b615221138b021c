//! How far one who waits can be overtaken, and that nobody waits for ever behind it. Polled by hand, so that
//! every step is seen.

use std::future::Future;
use std::mem;
use std::pin::{Pin, pin};
use std::task::{Context, Poll, Waker};
use std::time::Duration;

use crate::support::Watchdog;
use queue_core::{Builder, Receiver, Select, Sender, Waiting, bounded};

/// How often one may be woken in vain before newcomers stand back.
const PATIENCE: usize = 16;

fn poll<F: Future>(future: Pin<&mut F>) -> Poll<F::Output> {
    future.poll(&mut Context::from_waker(Waker::noop()))
}

/// Polls a receive that gives up if it has to wait.
fn newcomer(receiver: &Receiver<usize>) -> Option<usize> {
    match poll(pin!(receiver.recv_async())) {
        Poll::Ready(received) => Some(received.unwrap()),
        Poll::Pending => None,
    }
}

/// Polls a send that gives up if it has to wait.
fn newcoming_send(sender: &Sender<usize>, message: usize) -> bool {
    poll(pin!(sender.send_async(message))).is_ready()
}

/// Has a receive that waits overtaken, by those that do not stand back, until newcomers do.
fn overtake<F: Future>(
    sender: &Sender<usize>,
    receiver: &Receiver<usize>,
    mut waiting: Pin<&mut F>,
) {
    assert!(poll(waiting.as_mut()).is_pending());
    for number in 0..PATIENCE {
        sender.send(number).unwrap();
        assert_eq!(receiver.try_recv(), Ok(number));
        assert!(poll(waiting.as_mut()).is_pending());
    }
}

#[test]
fn newcomers_overtake_a_receive_so_often_and_no_more() {
    for capacity in [1, 3] {
        let (sender, receiver) = bounded(capacity);
        let mut waiting = pin!(receiver.recv_async());
        assert!(poll(waiting.as_mut()).is_pending());
        for number in 0..PATIENCE {
            sender.send(number).unwrap();
            assert_eq!(newcomer(&receiver), Some(number));
            assert!(poll(waiting.as_mut()).is_pending());
        }
        sender.send(99).unwrap();
        assert_eq!(newcomer(&receiver), None, "it stands back");
        assert_eq!(poll(waiting.as_mut()), Poll::Ready(Ok(99)));
        sender.send(100).unwrap();
        assert_eq!(newcomer(&receiver), Some(100), "it need not any more");
    }
}

#[test]
fn newcomers_overtake_a_send_so_often_and_no_more() {
    for capacity in [1, 3] {
        let (sender, receiver) = bounded(capacity);
        sender.send_batch(0..capacity).unwrap();
        let mut waiting = pin!(sender.send_async(99));
        assert!(poll(waiting.as_mut()).is_pending());
        for number in 0..PATIENCE {
            receiver.recv().unwrap();
            assert!(newcoming_send(&sender, number));
            assert!(poll(waiting.as_mut()).is_pending());
        }
        receiver.recv().unwrap();
        assert!(!newcoming_send(&sender, 100), "it stands back");
        assert_eq!(poll(waiting.as_mut()), Poll::Ready(Ok(())));
        assert_eq!(receiver.drain().last(), Some(99));
        assert!(newcoming_send(&sender, 101), "it need not any more");
    }
}

#[test]
fn batches_stand_back_and_are_stood_back_for() {
    let (sender, receiver) = bounded(4);
    let (mut first, mut second) = (Vec::new(), Vec::new());
    {
        let mut waiting = pin!(receiver.recv_batch_async(&mut first, 8));
        overtake(&sender, &receiver, waiting.as_mut());
        sender.send_batch([7, 8]).unwrap();
        let mut late = pin!(receiver.recv_batch_async(&mut second, 8));
        assert!(poll(late.as_mut()).is_pending());
        assert_eq!(poll(waiting.as_mut()), Poll::Ready(Ok(1)));
        assert_eq!(poll(late.as_mut()), Poll::Ready(Ok(1)));
    }
    assert_eq!((first, second), (vec![7], vec![8]));

    sender.send_batch(0..4).unwrap();
    let mut waiting = pin!(sender.send_batch_async([10, 11]));
    assert!(poll(waiting.as_mut()).is_pending());
    for _ in 0..PATIENCE {
        receiver.recv().unwrap();
        sender.try_send(0).unwrap();
        assert!(poll(waiting.as_mut()).is_pending());
    }
    receiver.recv().unwrap();
    assert!(poll(pin!(sender.send_batch_async([20]))).is_pending());
    assert!(
        poll(waiting.as_mut()).is_pending(),
        "the second has no room"
    );
    assert_eq!(receiver.drain().last(), Some(10));
}

#[test]
fn who_cannot_wait_does_not_stand_back() {
    let (sender, receiver) = bounded(2);
    let mut waiting = pin!(receiver.recv_async());
    overtake(&sender, &receiver, waiting.as_mut());
    sender.send(1).unwrap();
    assert_eq!(receiver.try_recv_now(), Ok(1));
    sender.send(1).unwrap();
    assert_eq!(receiver.try_recv(), Ok(1));
    sender.send_batch([2, 3]).unwrap();
    assert_eq!(sender.force_send(4), Ok(Some(2)));
    let mut into = Vec::new();
    assert_eq!(receiver.try_recv_batch(&mut into, 1), Ok(1));
    assert_eq!(
        queue_core::select! {
            recv(receiver) -> message => message,
            default => unreachable!("there is a message"),
        },
        Ok(4)
    );
    assert!(poll(waiting.as_mut()).is_pending());
}

#[test]
fn who_gives_up_lets_newcomers_go_on_at_once() {
    let (sender, receiver) = bounded(1);
    {
        let mut waiting = pin!(receiver.recv_async());
        overtake(&sender, &receiver, waiting.as_mut());
        sender.send(1).unwrap();
        assert_eq!(newcomer(&receiver), None);
    }
    assert_eq!(newcomer(&receiver), Some(1));
}

#[test]
fn of_two_that_go_first_the_earlier_is_the_first() {
    let (sender, receiver) = bounded(2);
    let mut one = pin!(receiver.recv_async());
    let mut other = pin!(receiver.recv_async());
    assert!(poll(one.as_mut()).is_pending() && poll(other.as_mut()).is_pending());
    for number in 0..PATIENCE {
        sender.send_batch([number; 2]).unwrap();
        assert_eq!(receiver.drain().count(), 2);
        // In either order: it is when they came first that counts.
        assert!(poll(other.as_mut()).is_pending() && poll(one.as_mut()).is_pending());
    }
    sender.send(1).unwrap();
    assert!(poll(other.as_mut()).is_pending(), "it has not been told");
    assert_eq!(poll(one.as_mut()), Poll::Ready(Ok(1)));
    sender.send(2).unwrap();
    assert_eq!(newcomer(&receiver), None);
    assert_eq!(poll(other.as_mut()), Poll::Ready(Ok(2)));
}

/// A receive that goes first, and never comes.
fn forget_one_that_goes_first(sender: &Sender<usize>, receiver: &Receiver<usize>) {
    let mut waiting = Box::pin(receiver.recv_async());
    overtake(sender, receiver, waiting.as_mut());
    mem::forget(waiting);
}

#[test]
fn nobody_stands_back_for_long_for_one_that_was_forgotten() {
    let _watchdog = Watchdog::new();
    let (sender, receiver) = bounded(1);
    forget_one_that_goes_first(&sender, &receiver);
    sender.send(1).unwrap();
    assert_eq!(receiver.recv(), Ok(1), "a thread");

    forget_one_that_goes_first(&sender, &receiver);
    sender.send(2).unwrap();
    let polls = {
        let mut task = pin!(receiver.recv_async());
        (1..10_000).find(|_| poll(task.as_mut()).is_ready())
    };
    assert!(polls.is_some_and(|polls| polls > 1), "a task, {polls:?}");

    forget_one_that_goes_first(&sender, &receiver);
    sender.send(3).unwrap();
    assert_eq!(
        queue_core::select! {
            recv(receiver) -> message => message,
            recv(queue_core::after(Duration::from_secs(60))) -> _ => unreachable!("it stands back for ever"),
        },
        Ok(3),
        "a select"
    );

    forget_one_that_goes_first(&sender, &receiver);
    sender.send(4).unwrap();
    drop(receiver);
}

#[test]
fn nor_does_who_never_sleeps() {
    let _watchdog = Watchdog::new();
    for waiting in [Waiting::Spin, Waiting::Yield] {
        let (sender, receiver) = Builder::new().receivers_wait(waiting).bounded(1);
        forget_one_that_goes_first(&sender, &receiver);
        sender.send(1).unwrap();
        assert_eq!(receiver.recv(), Ok(1));
    }
}

#[test]
fn a_thread_that_is_late_for_its_turn_is_not_waited_for() {
    let _watchdog = Watchdog::new();
    let (sender, receiver) = bounded(1);
    let mut waiting = pin!(receiver.recv_async());
    overtake(&sender, &receiver, waiting.as_mut());
    sender.send(1).unwrap();
    assert_eq!(receiver.recv(), Ok(1));
    // It has lost its precedence, and takes it again.
    assert!(poll(waiting.as_mut()).is_pending());
    sender.send(2).unwrap();
    assert_eq!(newcomer(&receiver), None);
    assert_eq!(poll(waiting.as_mut()), Poll::Ready(Ok(2)));
}

#[test]
fn who_polls_alone_is_not_turned_away_for_one_that_was_forgotten() {
    let (sender, receiver) = bounded(1);
    forget_one_that_goes_first(&sender, &receiver);
    assert_eq!(sender.try_send_now(1), Ok(()));
    assert_eq!(receiver.try_recv_now(), Ok(1));

    sender.send(2).unwrap();
    let mut waiting = Box::pin(sender.send_async(3));
    assert!(poll(waiting.as_mut()).is_pending());
    for number in 0..PATIENCE {
        receiver.recv().unwrap();
        sender.try_send(number).unwrap();
        assert!(poll(waiting.as_mut()).is_pending());
    }
    mem::forget(waiting);
    receiver.recv().unwrap();
    assert_eq!(sender.try_send_now(4), Ok(()));
}

#[test]
fn who_stands_back_and_then_finds_nothing_has_been_overtaken() {
    let (sender, receiver) = bounded(2);
    let mut first = Box::pin(receiver.recv_async());
    overtake(&sender, &receiver, first.as_mut());
    let mut second = pin!(receiver.recv_async());
    assert!(poll(second.as_mut()).is_pending());
    for number in 0..PATIENCE {
        sender.send_batch([number; 2]).unwrap();
        assert!(poll(second.as_mut()).is_pending(), "it stands back");
        assert_eq!(receiver.drain().count(), 2);
        assert!(poll(second.as_mut()).is_pending(), "there is nothing");
        assert!(poll(first.as_mut()).is_pending());
    }
    drop(first);
    sender.send(99).unwrap();
    assert_eq!(newcomer(&receiver), None, "it stands back");
    assert_eq!(poll(second.as_mut()), Poll::Ready(Ok(99)));
}

#[test]
fn whose_time_is_up_does_not_stand_back() {
    let (sender, receiver) = bounded(1);
    forget_one_that_goes_first(&sender, &receiver);
    sender.send(1).unwrap();
    assert_eq!(receiver.recv_timeout(Duration::ZERO), Ok(1));
    sender.send(2).unwrap();
    assert_eq!(receiver.recv_timeout(Duration::from_micros(100)), Ok(2));
    sender.send(2).unwrap();
    let mut select = Select::new();
    select.recv(&receiver);
    let selected = select.select_timeout(Duration::from_micros(100)).unwrap();
    assert_eq!(selected.recv(&receiver), Ok(2));

    sender.send(3).unwrap();
    let mut waiting = Box::pin(sender.send_async(4));
    assert!(poll(waiting.as_mut()).is_pending());
    for number in 0..PATIENCE {
        receiver.recv().unwrap();
        sender.try_send(number).unwrap();
        assert!(poll(waiting.as_mut()).is_pending());
    }
    mem::forget(waiting);
    receiver.recv().unwrap();
    assert_eq!(sender.send_timeout(5, Duration::ZERO), Ok(()));
    receiver.recv().unwrap();
    let mut select = Select::new();
    select.send(&sender);
    let selected = select.select_timeout(Duration::ZERO).unwrap();
    assert_eq!(selected.send(&sender, 6), Ok(()));
}
