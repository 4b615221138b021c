//! Any sequence of futures begun, polled and given up, beside plain calls, against a model: nobody sleeps beside a
//! message or beside room, and each message goes where the order of the steps sends it.

use std::collections::VecDeque;
use std::future::Future;
use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::task::{Context, Poll, Wake, Waker};

use proptest::collection::vec;
use proptest::prelude::*;

use crate::model_tests::config;
use queue_core::{
    Receiver, RecvError, RecvFuture, SendError, SendFuture, Sender, TryRecvError, TrySendError,
    bounded, unbounded,
};

#[derive(Clone, Copy, Debug)]
enum Step {
    BeginRecv,
    BeginSend,
    /// Of those that wait, one that chance says.
    PollRecv(usize),
    PollSend(usize),
    /// With another waker than before.
    MoveRecv(usize),
    MoveSend(usize),
    DropRecv(usize),
    DropSend(usize),
    TryRecv,
    TrySend,
    Close,
}

fn step() -> impl Strategy<Value = Step> {
    prop_oneof![
        4 => Just(Step::BeginRecv),
        4 => Just(Step::BeginSend),
        3 => any::<usize>().prop_map(Step::PollRecv),
        3 => any::<usize>().prop_map(Step::PollSend),
        1 => any::<usize>().prop_map(Step::MoveRecv),
        1 => any::<usize>().prop_map(Step::MoveSend),
        2 => any::<usize>().prop_map(Step::DropRecv),
        2 => any::<usize>().prop_map(Step::DropSend),
        2 => Just(Step::TryRecv),
        2 => Just(Step::TrySend),
        1 => Just(Step::Close),
    ]
}

#[derive(Default)]
struct Wakes(AtomicUsize);

impl Wake for Wakes {
    fn wake(self: Arc<Self>) {
        self.0.fetch_add(1, Ordering::SeqCst);
    }
}

/// A future that has been polled once at least and is not through.
struct Waiting<F> {
    future: Pin<Box<F>>,
    message: u32,
    wakes: Arc<Wakes>,
    /// At the last poll.
    seen: usize,
}

impl<F: Future> Waiting<F> {
    fn new(future: F, message: u32) -> Self {
        Self {
            future: Box::pin(future),
            message,
            wakes: Arc::default(),
            seen: 0,
        }
    }

    fn poll(&mut self) -> Poll<F::Output> {
        self.seen = self.wakes.0.load(Ordering::SeqCst);
        let waker = Waker::from(Arc::clone(&self.wakes));
        self.future.as_mut().poll(&mut Context::from_waker(&waker))
    }

    fn moved(&mut self) -> Poll<F::Output> {
        self.wakes = Arc::default();
        self.poll()
    }

    fn is_woken(&self) -> bool {
        self.wakes.0.load(Ordering::SeqCst) > self.seen
    }
}

fn woken<F: Future>(waiting: &[Waiting<F>]) -> usize {
    waiting.iter().filter(|one| one.is_woken()).count()
}

struct World<'a> {
    sender: &'a Sender<u32>,
    receiver: &'a Receiver<u32>,
    /// `None` is without limit.
    capacity: Option<usize>,
    messages: VecDeque<u32>,
    receives: Vec<Waiting<RecvFuture<'a, u32>>>,
    sends: Vec<Waiting<SendFuture<'a, u32>>>,
    is_closed: bool,
    next: u32,
}

impl<'a> World<'a> {
    fn room(&self) -> usize {
        self.capacity
            .map_or(usize::MAX, |capacity| capacity - self.messages.len())
    }

    fn received(&mut self, received: Result<u32, RecvError>) {
        match received {
            Ok(message) => assert_eq!(Some(message), self.messages.pop_front()),
            Err(RecvError) => assert!(self.is_closed && self.messages.is_empty()),
        }
    }

    fn sent(&mut self, message: u32, sent: Result<(), SendError<u32>>) {
        match sent {
            Ok(()) => {
                assert!(!self.is_closed && self.room() > 0);
                self.messages.push_back(message);
            }
            Err(SendError(back)) => assert!(self.is_closed && back == message),
        }
    }

    fn after_recv(&mut self, mut waiting: Waiting<RecvFuture<'a, u32>>, moved: bool) {
        let polled = if moved {
            waiting.moved()
        } else {
            waiting.poll()
        };
        match polled {
            Poll::Ready(received) => self.received(received),
            Poll::Pending => self.receives.push(waiting),
        }
    }

    fn after_send(&mut self, mut waiting: Waiting<SendFuture<'a, u32>>, moved: bool) {
        let polled = if moved {
            waiting.moved()
        } else {
            waiting.poll()
        };
        match polled {
            Poll::Ready(sent) => self.sent(waiting.message, sent),
            Poll::Pending => self.sends.push(waiting),
        }
    }

    fn take(&mut self, step: Step) {
        match step {
            Step::BeginRecv => {
                self.after_recv(Waiting::new(self.receiver.recv_async(), 0), false);
            }
            Step::BeginSend => {
                self.next += 1;
                let sending = self.sender.send_async(self.next);
                self.after_send(Waiting::new(sending, self.next), false);
            }
            Step::PollRecv(chance) | Step::MoveRecv(chance) if !self.receives.is_empty() => {
                let waiting = self.receives.remove(chance % self.receives.len());
                self.after_recv(waiting, matches!(step, Step::MoveRecv(_)));
            }
            Step::PollSend(chance) | Step::MoveSend(chance) if !self.sends.is_empty() => {
                let waiting = self.sends.remove(chance % self.sends.len());
                self.after_send(waiting, matches!(step, Step::MoveSend(_)));
            }
            Step::DropRecv(chance) if !self.receives.is_empty() => {
                drop(self.receives.remove(chance % self.receives.len()));
            }
            Step::DropSend(chance) if !self.sends.is_empty() => {
                let mut waiting = self.sends.remove(chance % self.sends.len());
                assert_eq!(waiting.future.as_mut().take_back(), Some(waiting.message));
            }
            Step::TryRecv => match self.receiver.try_recv() {
                Ok(message) => self.received(Ok(message)),
                Err(TryRecvError::Disconnected) => self.received(Err(RecvError)),
                Err(TryRecvError::Empty) => assert!(self.messages.is_empty()),
            },
            Step::TrySend => {
                self.next += 1;
                match self.sender.try_send(self.next) {
                    Ok(()) => self.sent(self.next, Ok(())),
                    Err(TrySendError::Full(_)) => assert_eq!(self.room(), 0),
                    Err(TrySendError::Disconnected(back)) => {
                        self.sent(self.next, Err(SendError(back)));
                    }
                }
            }
            Step::Close => {
                self.receiver.close();
                self.is_closed = true;
            }
            _ => {}
        }
    }

    /// As many are woken as can go on.
    fn check(&self) {
        let (receives, sends) = (woken(&self.receives), woken(&self.sends));
        if self.is_closed {
            assert_eq!((receives, sends), (self.receives.len(), self.sends.len()));
        }
        assert!(receives >= self.messages.len().min(self.receives.len()));
        assert!(sends >= self.room().min(self.sends.len()));
    }
}

fn plays(capacity: Option<usize>, steps: &[Step]) {
    let (sender, receiver) = capacity.map_or_else(unbounded, bounded);
    let mut world = World {
        sender: &sender,
        receiver: &receiver,
        capacity,
        messages: VecDeque::new(),
        receives: Vec::new(),
        sends: Vec::new(),
        is_closed: false,
        next: 0,
    };
    for &step in steps {
        world.take(step);
        world.check();
    }
}

/// Where nothing lies between the ends there are no messages to count: two who could meet are told.
fn plays_at_a_meeting_point(steps: &[Step]) {
    let (sender, receiver) = bounded(0);
    let mut receives: Vec<Waiting<RecvFuture<'_, u32>>> = Vec::new();
    let mut sends: Vec<Waiting<SendFuture<'_, u32>>> = Vec::new();
    let (mut sent, mut received, mut next) = (Vec::new(), Vec::new(), 0);
    let mut is_closed = false;
    for &step in steps {
        match step {
            Step::BeginRecv | Step::PollRecv(_) | Step::MoveRecv(_) => {
                let mut waiting = match step {
                    Step::PollRecv(chance) | Step::MoveRecv(chance) if !receives.is_empty() => {
                        receives.remove(chance % receives.len())
                    }
                    _ => Waiting::new(receiver.recv_async(), 0),
                };
                let moved = matches!(step, Step::MoveRecv(_));
                match if moved {
                    waiting.moved()
                } else {
                    waiting.poll()
                } {
                    Poll::Ready(message) => received.extend(message),
                    Poll::Pending => receives.push(waiting),
                }
            }
            Step::BeginSend | Step::PollSend(_) | Step::MoveSend(_) => {
                let mut waiting = match step {
                    Step::PollSend(chance) | Step::MoveSend(chance) if !sends.is_empty() => {
                        sends.remove(chance % sends.len())
                    }
                    _ => {
                        next += 1;
                        Waiting::new(sender.send_async(next), next)
                    }
                };
                let moved = matches!(step, Step::MoveSend(_));
                match if moved {
                    waiting.moved()
                } else {
                    waiting.poll()
                } {
                    Poll::Ready(Ok(())) => sent.push(waiting.message),
                    Poll::Ready(Err(SendError(back))) => assert_eq!(back, waiting.message),
                    Poll::Pending => sends.push(waiting),
                }
            }
            Step::DropRecv(chance) if !receives.is_empty() => {
                drop(receives.remove(chance % receives.len()));
            }
            Step::DropSend(chance) if !sends.is_empty() => {
                let mut waiting = sends.remove(chance % sends.len());
                match waiting.future.as_mut().take_back() {
                    Some(back) => assert_eq!(back, waiting.message),
                    None => sent.push(waiting.message),
                }
            }
            Step::TryRecv => received.extend(receiver.try_recv()),
            Step::TrySend => {
                next += 1;
                // Nobody blocks, and a task that waits to receive is not given anything.
                assert!(sender.try_send(next).is_err());
            }
            Step::Close => {
                sender.close();
                is_closed = true;
            }
            _ => {}
        }
        // A send that has been met is woken, too, and no longer to be met.
        let to_meet = sends
            .iter()
            .filter(|one| !received.contains(&one.message))
            .count();
        assert!(to_meet == 0 || receives.iter().all(Waiting::is_woken) || is_closed);
        if is_closed {
            assert!(receives.iter().all(Waiting::is_woken) && sends.iter().all(Waiting::is_woken));
        }
    }
    // What was met and not polled since has been sent.
    for mut waiting in sends {
        if waiting.future.as_mut().take_back().is_none() {
            sent.push(waiting.message);
        }
    }
    sent.sort_unstable();
    received.sort_unstable();
    assert_eq!(sent, received);
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 1_000, ..config() })]

    #[test]
    fn nobody_sleeps_beside_a_message_or_beside_room(
        capacity in prop_oneof![Just(None), (1_usize..4).prop_map(Some)],
        steps in vec(step(), 1..60),
    ) {
        plays(capacity, &steps);
    }

    #[test]
    fn two_who_could_meet_are_told(steps in vec(step(), 1..60)) {
        plays_at_a_meeting_point(&steps);
    }
}
