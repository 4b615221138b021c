//! Tasks that give up what they await, at polls that chance chooses, beside tasks and threads that do not.

use std::future::Future;
use std::pin::{Pin, pin};
use std::task::{Context, Poll, Waker};

use queue_core_shuttle::{Receiver, Sender};
use shuttle::future::{self, block_on, yield_now};
use shuttle::rand::{Rng, thread_rng};
use shuttle::thread;

use crate::support::{
    CAPACITIES, Message, Mint, Receipts, all_of, finish, joined, open, sample, union,
};

const EACH: u32 = 3;

/// Polls a future so many times at most.
struct Abandoned<'a, F> {
    future: Pin<&'a mut F>,
    polls: u32,
    wakes_itself: bool,
}

impl<F: Future> Future for Abandoned<'_, F> {
    type Output = Option<F::Output>;

    fn poll(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Self::Output> {
        if self.polls == 0 {
            return Poll::Ready(None);
        }
        self.polls -= 1;
        if let Poll::Ready(output) = self.future.as_mut().poll(context) {
            return Poll::Ready(Some(output));
        }
        if self.polls == 0 {
            return Poll::Ready(None);
        }
        if self.wakes_itself {
            context.waker().wake_by_ref();
        }
        Poll::Pending
    }
}

/// Awaits the future until it comes to its end or chance gives up. Then it lies there a while, and may be notified,
/// before the caller drops it.
pub(crate) async fn abandoned<F: Future>(future: Pin<&mut F>) -> Option<F::Output> {
    let output = Abandoned {
        future,
        polls: thread_rng().gen_range(0..4),
        wakes_itself: thread_rng().gen_ratio(1, 3),
    }
    .await;
    if output.is_none() {
        for _ in 0..thread_rng().gen_range(0..8) {
            yield_now().await;
        }
    }
    output
}

/// Sends a message, or gives up: then it has it back.
async fn send_or_give_up(sender: &Sender<Message>, message: Message) -> Option<Message> {
    let mut sending = pin!(sender.send_async(message));
    match abandoned(sending.as_mut()).await {
        Some(sent) => {
            sent.unwrap();
            None
        }
        None => sending.take_back(),
    }
}

async fn recv_or_give_up(receiver: &Receiver<Message>) -> Option<Option<Message>> {
    let receiving = pin!(receiver.recv_async());
    abandoned(receiving).await.map(Result::ok)
}

/// Sends all, however often it gives up.
async fn produce(sender: Sender<Message>, mint: Mint, producer: u32) {
    for mut message in mint.messages(producer, EACH) {
        while let Some(back) = send_or_give_up(&sender, message).await {
            message = back;
            yield_now().await;
        }
    }
}

/// Receives to the end, however often it gives up.
async fn consume(receiver: Receiver<Message>) -> Receipts {
    let mut receipts = Receipts::default();
    loop {
        match recv_or_give_up(&receiver).await {
            Some(Some(message)) => receipts.note(message),
            Some(None) => return receipts,
            None => yield_now().await,
        }
    }
}

/// Three tasks that send and three that receive; all give up again and again.
#[test]
fn a_storm_of_tasks() {
    sample(750, || {
        for capacity in CAPACITIES {
            let (sender, receiver) = open(capacity);
            let mint = Mint::default();
            let consumers = [(); 3].map(|()| future::spawn(consume(receiver.clone())));
            drop(receiver);
            let producers = [0, 1, 2]
                .map(|number| future::spawn(produce(sender.clone(), mint.clone(), number)));
            drop(sender);
            let receipts = consumers.map(|consumer| block_on(consumer).unwrap());
            assert_eq!(union(receipts), all_of(3, EACH));
            for producer in producers {
                block_on(producer).unwrap();
            }
            mint.assert_all_gone();
        }
    });
}

/// Tasks that give up for good, beside threads that stay: one task and two threads at either end. A
/// notification that goes to a task as it leaves must go on to a thread. Without H18 that one
/// sleeps beside a message, or beside room.
#[test]
fn tasks_that_leave_beside_threads() {
    sample(3_000, || tasks_leave(Some(1)));
}

/// The like, over a meeting point, and without a limit.
#[test]
fn tasks_that_leave_other_channels() {
    sample(900, || {
        tasks_leave(Some(0));
        tasks_leave(Some(3));
        tasks_leave(None);
    });
}

fn tasks_leave(capacity: Option<usize>) {
    let (sender, receiver) = open(capacity);
    let mint = Mint::default();
    let leaving_receiver = {
        let receiver = receiver.clone();
        thread::spawn(move || block_on(recv_or_give_up(&receiver)).flatten())
    };
    let leaving_sender = {
        let (sender, mint) = (sender.clone(), mint.clone());
        thread::spawn(move || block_on(send_or_give_up(&sender, mint.message(0, 0))).is_none())
    };
    let receivers = [receiver.clone(), receiver]
        .map(|receiver| thread::spawn(move || Receipts::noted(receiver.iter())));
    let senders = [(1, sender.clone()), (2, sender)].map(|(producer, sender)| {
        let mint = mint.clone();
        thread::spawn(move || {
            for message in mint.messages(producer, EACH) {
                sender.send(message).unwrap();
            }
        })
    });
    let theirs = Receipts::noted(leaving_receiver.join().unwrap());
    let others = receivers.map(|receiver| receiver.join().unwrap());
    let sent = if leaving_sender.join().unwrap() {
        all_of(1, 1)
    } else {
        0
    };
    let patient = all_of(3, EACH) & !all_of(1, EACH);
    assert_eq!(union(others.into_iter().chain([theirs])), patient | sent);
    finish(senders);
    mint.assert_all_gone();
}

/// Three tasks that send and three that receive, each polled for the first time with a waker that wakes nobody, and with
/// its own from then on. Without H17 one that is registered with the first sleeps for ever.
#[test]
fn tasks_that_get_another_waker() {
    sample(900, || {
        for capacity in CAPACITIES {
            let (sender, receiver) = open(capacity);
            let mint = Mint::default();
            let receivers = [(); 3].map(|()| {
                let receiver = receiver.clone();
                thread::spawn(move || {
                    Receipts::noted((0..2).map(|_| await_twice(receiver.recv_async()).unwrap()))
                })
            });
            let senders = [0, 1, 2].map(|producer| {
                let (sender, mint) = (sender.clone(), mint.clone());
                thread::spawn(move || {
                    for message in mint.messages(producer, 2) {
                        await_twice(sender.send_async(message)).unwrap();
                    }
                })
            });
            assert_eq!(joined(receivers), all_of(3, 2));
            finish(senders);
            drop((sender, receiver));
            mint.assert_all_gone();
        }
    });
}

fn await_twice<F: Future>(future: F) -> F::Output {
    let mut future = pin!(future);
    match future
        .as_mut()
        .poll(&mut Context::from_waker(Waker::noop()))
    {
        Poll::Ready(output) => output,
        Poll::Pending => block_on(future),
    }
}

/// A thread closes, whatever the tasks are about to do: what was accepted is received.
#[test]
fn a_close_against_a_storm() {
    sample(750, || {
        for capacity in CAPACITIES {
            let (sender, receiver) = open(capacity);
            let mint = Mint::default();
            let consumers = [(); 2].map(|()| future::spawn(consume(receiver.clone())));
            let producers = [0, 1, 2].map(|producer| {
                let (sender, mint) = (sender.clone(), mint.clone());
                future::spawn(async move {
                    let mut accepted = 0;
                    for message in mint.messages(producer, EACH) {
                        match sender.send_async(message).await {
                            Ok(()) => accepted += 1,
                            Err(refused) => drop(refused.into_inner()),
                        }
                    }
                    accepted
                })
            });
            let closer = thread::spawn(move || receiver.close());
            let accepted: u32 = producers
                .map(|producer| block_on(producer).unwrap())
                .iter()
                .sum();
            drop(sender);
            closer.join().unwrap();
            let receipts = consumers.map(|consumer| block_on(consumer).unwrap());
            assert_eq!(union(receipts).count_ones(), accepted);
            mint.assert_all_gone();
        }
    });
}
