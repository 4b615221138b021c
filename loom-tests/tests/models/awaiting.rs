//! Models of sends and receives that are awaited: woken, given up, and beside threads that wait.

use std::future::Future;
use std::pin::{Pin, pin};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::task::{Context, Poll, Wake, Waker};

use crate::support::{Message, Search, explore, recv, send, try_recv};
use loom::alloc::Track;
use loom::future::block_on;
use loom::thread;
use queue_core_loom::{Receiver, Sender, bounded, unbounded};

/// Polls on behalf of a task that does not wait to be woken.
fn poll_once<F: Future>(future: Pin<&mut F>) -> Poll<F::Output> {
    future.poll(&mut Context::from_waker(Waker::noop()))
}

/// A task that counts how often it is woken.
#[derive(Default)]
struct Wakes(AtomicUsize);

impl Wake for Wakes {
    fn wake(self: Arc<Self>) {
        self.0.fetch_add(1, Ordering::Relaxed);
    }
}

struct Task(Arc<Wakes>, Waker);

impl Task {
    fn new() -> Self {
        let wakes = Arc::<Wakes>::default();
        Self(Arc::clone(&wakes), Waker::from(wakes))
    }

    fn poll<F: Future>(&self, future: Pin<&mut F>) -> Poll<F::Output> {
        future.poll(&mut Context::from_waker(&self.1))
    }

    fn wakes(&self) -> usize {
        self.0.0.load(Ordering::Relaxed)
    }
}

fn await_recv(receiver: &Receiver<Message>) -> Option<u32> {
    block_on(receiver.recv_async()).ok().map(Track::into_inner)
}

fn await_send(sender: &Sender<Message>, value: u32) {
    assert!(block_on(sender.send_async(Track::new(value))).is_ok());
}

/// Begins to await a message, and gives up, if there is none at once.
fn begin_recv(receiver: &Receiver<Message>) -> Option<u32> {
    match poll_once(pin!(receiver.recv_async())) {
        Poll::Ready(received) => received.ok().map(Track::into_inner),
        Poll::Pending => None,
    }
}

/// Begins to await room, and gives up, if there is none at once: whether the message was sent.
fn begin_send(sender: &Sender<Message>, value: u32) -> bool {
    let mut sending = pin!(sender.send_async(Track::new(value)));
    match poll_once(sending.as_mut()) {
        Poll::Ready(sent) => sent.is_ok(),
        Poll::Pending => match sending.take_back() {
            Some(back) => {
                assert_eq!(back.into_inner(), value);
                false
            }
            None => true,
        },
    }
}

/// The first 60,000 executions of two preemptions.
fn first_executions() -> Search {
    Search {
        at_most: Some(60_000),
        ..Search::preemptions(2, 29_999)
    }
}

/// A task that awaits a message is woken by a send.
/// Explores 1,792 executions.
#[test]
fn a_send_wakes_a_task() {
    explore(Search::preemptions(3, 896), || {
        let (sender, receiver) = bounded(1);
        let waiter = thread::spawn(move || await_recv(&receiver));
        send(&sender, 1);
        assert_eq!(waiter.join().unwrap(), Some(1));
    });
}

/// A task that awaits room is woken by a receive.
/// Explores 65,218 executions.
#[test]
fn a_receive_wakes_a_task() {
    explore(Search::preemptions(2, 32_609), || {
        let (sender, receiver) = bounded(1);
        send(&sender, 1);
        let waiter = thread::spawn(move || await_send(&sender, 2));
        assert_eq!(recv(&receiver), Some(1));
        assert_eq!(recv(&receiver), Some(2));
        waiter.join().unwrap();
    });
}

/// A task of a channel without a limit is woken by a send that moves on to the next block.
/// Explores 1,080 executions.
#[test]
fn a_send_into_blocks_wakes_a_task() {
    explore(Search::preemptions(2, 540), || {
        let (sender, receiver) = unbounded();
        let waiter = thread::spawn(move || await_recv(&receiver));
        send(&sender, 1);
        assert_eq!(waiter.join().unwrap(), Some(1));
    });
}

/// A task and a thread wait for a message each, in one line; each gets one. The first 60,000 executions of
/// two preemptions.
#[test]
fn a_task_and_a_thread_wait_for_messages() {
    explore(first_executions(), || {
        let (sender, receiver) = bounded(2);
        let other = receiver.clone();
        let task = thread::spawn(move || await_recv(&other).unwrap());
        let waiter = thread::spawn(move || recv(&receiver).unwrap());
        send(&sender, 1);
        send(&sender, 2);
        assert_eq!(task.join().unwrap() + waiter.join().unwrap(), 3);
    });
}

/// A task and a thread wait for room, in one line; each gets some. The first 60,000 executions of two
/// preemptions.
#[test]
fn a_task_and_a_thread_wait_for_room() {
    explore(first_executions(), || {
        let (sender, receiver) = bounded(1);
        send(&sender, 0);
        let other = sender.clone();
        let task = thread::spawn(move || await_send(&other, 1));
        let waiter = thread::spawn(move || send(&sender, 2));
        let received = [(); 3].map(|()| recv(&receiver).unwrap());
        assert_eq!(received[0], 0);
        assert_eq!(received[1] + received[2], 3);
        task.join().unwrap();
        waiter.join().unwrap();
    });
}

/// A receive that has been told of a message, and is given up, tells the thread behind it. Without H18 that
/// one sleeps beside the message. Three preemptions.
/// Explores 9,338 executions.
#[test]
fn a_receive_given_up_passes_on_what_it_was_told() {
    explore(Search::preemptions(3, 4_669), || {
        let (sender, receiver) = bounded(1);
        let other = receiver.clone();
        let waiter = {
            let mut receiving = pin!(receiver.recv_async());
            assert!(poll_once(receiving.as_mut()).is_pending());
            let waiter = thread::spawn(move || recv(&other));
            send(&sender, 1);
            waiter
        };
        assert_eq!(waiter.join().unwrap(), Some(1));
    });
}

/// A send that has been told of room, and is given up, tells the thread behind it, and gives its message
/// back. Three preemptions.
/// Explores 27,058 executions.
#[test]
fn a_send_given_up_passes_on_what_it_was_told() {
    explore(Search::preemptions(3, 13_529), || {
        let (sender, receiver) = bounded(1);
        send(&sender, 1);
        let other = sender.clone();
        let waiter = {
            let mut sending = pin!(sender.send_async(Track::new(2)));
            assert!(poll_once(sending.as_mut()).is_pending());
            let waiter = thread::spawn(move || send(&other, 3));
            assert_eq!(recv(&receiver), Some(1));
            assert_eq!(sending.take_back().map(Track::into_inner), Some(2));
            waiter
        };
        waiter.join().unwrap();
        assert_eq!(recv(&receiver), Some(3));
    });
}

/// A receive that is told of a message, finds that one before it is still being written, and is given up, tells
/// another one: as many are told as there are messages. Without H19 one sleeps beside the second. Three
/// preemptions.
/// Explores 3,184 executions.
#[test]
fn a_receive_given_up_behind_an_unfinished_send() {
    explore(Search::preemptions(3, 1_592), || {
        let (sender, receiver) = bounded(2);
        let tasks = [Task::new(), Task::new(), Task::new()];
        let mut first = Box::pin(receiver.recv_async());
        let mut second = pin!(receiver.recv_async());
        let mut third = pin!(receiver.recv_async());
        assert!(tasks[0].poll(first.as_mut()).is_pending());
        assert!(tasks[1].poll(second.as_mut()).is_pending());
        assert!(tasks[2].poll(third.as_mut()).is_pending());
        let other = sender.clone();
        let producer = thread::spawn(move || send(&other, 1));
        send(&sender, 2);
        let received = tasks[0].poll(first.as_mut()).is_ready();
        drop(first);
        producer.join().unwrap();
        let left = if received { 1 } else { 2 };
        assert!(tasks[1].wakes() + tasks[2].wakes() >= left);
    });
}

/// A receive begins and is given up, against a send, beside another one that waits: each message goes to one.
/// The first 60,000 executions of two preemptions.
#[test]
fn a_receive_given_up_against_a_send() {
    explore(first_executions(), || {
        let (sender, receiver) = bounded(2);
        let other = receiver.clone();
        let task = thread::spawn(move || begin_recv(&other));
        let waiter = thread::spawn(move || recv(&receiver));
        send(&sender, 1);
        if task.join().unwrap().is_some() {
            send(&sender, 1);
        }
        assert_eq!(waiter.join().unwrap(), Some(1));
    });
}

/// A send begins and is given up, against a receive, beside another one that waits. The first 60,000
/// executions of two preemptions.
#[test]
fn a_send_given_up_against_a_receive() {
    explore(first_executions(), || {
        let (sender, receiver) = bounded(1);
        send(&sender, 1);
        let other = sender.clone();
        let task = thread::spawn(move || begin_send(&other, 2));
        let waiter = thread::spawn(move || send(&sender, 3));
        assert_eq!(recv(&receiver), Some(1));
        let mut sum = recv(&receiver).unwrap();
        if task.join().unwrap() {
            sum += recv(&receiver).unwrap();
            assert_eq!(sum, 5);
        } else {
            assert_eq!(sum, 3);
        }
        waiter.join().unwrap();
        assert_eq!(try_recv(&receiver), None);
    });
}

/// A task that is polled with another waker while it is notified is woken by one of the two, and that is the new one
/// where the old one is not woken. Without H17 it sleeps for ever. Three preemptions.
/// Explores 1,132 executions.
#[test]
fn a_task_is_woken_by_its_last_waker() {
    explore(Search::preemptions(3, 566), || {
        let (sender, receiver) = bounded(1);
        let waiter = thread::spawn(move || {
            let mut receiving = pin!(receiver.recv_async());
            match poll_once(receiving.as_mut()) {
                Poll::Ready(received) => received,
                Poll::Pending => block_on(receiving),
            }
            .ok()
            .map(Track::into_inner)
        });
        send(&sender, 1);
        assert_eq!(waiter.join().unwrap(), Some(1));
    });
}

/// Tasks at both ends are told of the close.
/// Explores 731 executions.
#[test]
fn close_wakes_tasks() {
    explore(Search::preemptions(2, 365), || {
        let (sender, receiver) = bounded(1);
        let task = thread::spawn(move || await_recv(&receiver));
        assert!(sender.close());
        assert_eq!(task.join().unwrap(), None);

        let (sender, receiver) = bounded(1);
        send(&sender, 1);
        let task = thread::spawn(move || {
            let refused = block_on(sender.send_async(Track::new(2))).unwrap_err();
            refused.into_inner().into_inner()
        });
        assert!(receiver.close());
        assert_eq!(task.join().unwrap(), 2);
    });
}

/// A batch that is awaited, larger than the channel.
/// Explores 6,115 executions.
#[test]
fn a_batch_is_awaited() {
    explore(Search::preemptions(1, 3_057), || {
        let (sender, receiver) = bounded(1);
        let task = thread::spawn(move || {
            block_on(sender.send_batch_async([1, 2].map(Track::new))).unwrap()
        });
        let mut received = Vec::new();
        while received.len() < 2 {
            block_on(receiver.recv_batch_async(&mut received, 2)).unwrap();
        }
        assert_eq!(task.join().unwrap(), 2);
        let received: Vec<_> = received.into_iter().map(Track::into_inner).collect();
        assert_eq!(received, [1, 2]);
    });
}

/// A task that sends meets a thread that receives, where nothing lies between them.
/// Explores 484 executions.
#[test]
fn a_task_meets_a_receiver() {
    explore(Search::preemptions(3, 242), || {
        let (sender, receiver) = bounded(0);
        let task = thread::spawn(move || await_send(&sender, 1));
        assert_eq!(recv(&receiver), Some(1));
        task.join().unwrap();
    });
}

/// A task that receives meets a thread that sends.
/// Explores 633 executions.
#[test]
fn a_task_meets_a_sender() {
    explore(Search::preemptions(3, 316), || {
        let (sender, receiver) = bounded(0);
        let task = thread::spawn(move || await_recv(&receiver));
        send(&sender, 1);
        assert_eq!(task.join().unwrap(), Some(1));
    });
}

/// Two tasks meet.
/// Explores 256 executions.
#[test]
fn two_tasks_meet() {
    explore(Search::preemptions(2, 128), || {
        let (sender, receiver) = bounded(0);
        let task = thread::spawn(move || await_recv(&receiver));
        await_send(&sender, 1);
        assert_eq!(task.join().unwrap(), Some(1));
    });
}

/// A task gives its send up at the moment at which a receiver takes the message: it is sent or comes back.
/// Unbounded.
/// Explores 14 executions.
#[test]
fn a_send_given_up_while_it_is_met() {
    explore(Search::unbounded(7), || {
        let (sender, receiver) = bounded(0);
        let task = thread::spawn(move || begin_send(&sender, 1));
        let received = try_recv(&receiver);
        assert_eq!(task.join().unwrap(), received.is_some());
    });
}

/// A task gives its receive up when a sender has come: that one is received by the next.
/// Explores 572 executions.
#[test]
fn a_receive_given_up_leaves_its_sender_to_others() {
    explore(Search::preemptions(2, 286), || {
        let (sender, receiver) = bounded(0);
        let other = receiver.clone();
        let task = thread::spawn(move || begin_recv(&other));
        let producer = thread::spawn(move || send(&sender, 1));
        if task.join().unwrap().is_none() {
            assert_eq!(await_recv(&receiver), Some(1));
        }
        producer.join().unwrap();
    });
}

/// A future that is dropped together with the last handle of its end, beside a peer that notifies.
/// Explores 3,540 executions.
#[test]
fn a_wait_given_up_against_the_end() {
    explore(Search::preemptions(3, 1_770), || {
        let (sender, receiver) = bounded(1);
        let task = thread::spawn(move || begin_recv(&receiver));
        let sent = sender.send(Track::new(1)).is_ok();
        drop(sender);
        let received = task.join().unwrap();
        assert!(sent || received.is_none());
    });
}
