//! Answers that meet the end of the wait for them, and many at once.

use std::hint::spin_loop;
use std::sync::Mutex;
use std::thread;

use futures_util::future::{Either, join_all, select};
use queue_core::bounded;
use rand::RngExt;
use rand::seq::SliceRandom;

use super::*;

/// A task that runs whenever it is woken, within the call that wakes it.
struct Inline {
    task: Mutex<Option<Pin<Box<dyn Future<Output = ()> + Send>>>>,
    woken: AtomicBool,
}

impl Inline {
    fn start(task: impl Future<Output = ()> + Send + 'static) {
        let inline = Self {
            task: Mutex::new(Some(Box::pin(task))),
            woken: AtomicBool::new(false),
        };
        Waker::from(Arc::new(inline)).wake();
    }
}

impl Wake for Inline {
    fn wake(self: Arc<Self>) {
        self.woken.store(true, SeqCst);
        let Ok(mut slot) = self.task.try_lock() else {
            return;
        };
        let waker = self.clone().into();
        while let Some(task) = slot.as_mut()
            && self.woken.swap(false, SeqCst)
        {
            if task
                .as_mut()
                .poll(&mut Context::from_waker(&waker))
                .is_ready()
            {
                *slot = None;
            }
        }
    }
}

#[test]
fn an_answer_within_the_send_is_awaited_already() {
    let Scene {
        requests,
        replies,
        requester,
        listener,
        ..
    } = Scene::new();
    Inline::start(async { listener.await.unwrap() });
    let (served, settled) = (requests.clone(), replies.clone());
    Inline::start(async move {
        let request = served.receive(FOR_EVER).await.unwrap().unwrap();
        replies.reply(&request, message("at once")).await.unwrap();
    });
    let mut request = pin!(requester.request(message("hat"), TIMEOUT));
    assert_eq!(text_of(poll(&mut request)), Some("at once".into()));
    assert_eq!(requester.late_replies(), 0);
    assert_eq!(block_on(settled.drain(Duration::ZERO)).unwrap(), 0);
}

#[test]
fn an_answer_that_was_handed_over_in_time_arrives_after_the_timeout() {
    let mut scene = Scene::new();
    let requester = scene.requester.clone();
    let mut request = pin!(requester.request(message("hat"), TIMEOUT));
    assert!(poll(&mut request).is_pending());
    scene.answer(&scene.take_request(), "in time");
    scene.hand_over();
    scene.clock.advance(TIMEOUT);
    assert_eq!(text_of(poll(&mut request)), Some("in time".into()));
    assert_eq!(requester.late_replies(), 0);
}

#[test]
fn an_answer_that_was_handed_over_to_a_dropped_request_is_counted() {
    let mut scene = Scene::new();
    let requester = scene.requester.clone();
    let mut request = Box::pin(requester.request(message("hat"), TIMEOUT));
    assert!(poll(&mut request).is_pending());
    scene.answer(&scene.take_request(), "in vain");
    scene.hand_over();
    assert_eq!(requester.late_replies(), 0);
    drop(request);
    assert_eq!(requester.late_replies(), 1);
}

/// Two threads lose some moments, at random, and so meet in ever other ways.
fn dawdle() {
    for _ in 0..rand::rng().random_range(0..3000) {
        spin_loop();
    }
}

#[test]
fn each_answer_is_either_taken_or_counted() {
    const ROUNDS: usize = 3000;
    let Scene {
        clock,
        requests,
        replies,
        requester,
        listener,
    } = Scene::new();
    let (answering, ends) = bounded(1);
    let (cancel, cancelled) = bounded(1);
    let taken = thread::scope(|scope| {
        scope.spawn(|| block_on(listener).unwrap());
        // Ends each wait at about the time at which its answer comes: by its timeout, or by dropping it.
        scope.spawn(|| {
            for round in ends {
                dawdle();
                match round % 2 {
                    0 => clock.advance(TIMEOUT),
                    _ => cancel.send(()).unwrap(),
                }
            }
        });
        let (served, answers) = (requests.blocking(), replies.blocking());
        let service = scope.spawn(move || {
            for round in 0..ROUNDS {
                let mut request = served.receive(FOR_EVER).unwrap().unwrap();
                answering.send(round).unwrap();
                dawdle();
                answers.reply(&request, message("12.50")).unwrap();
                served.complete(&mut request).unwrap();
            }
        });
        let taken = (0..ROUNDS).filter(|round| {
            let timeout = [TIMEOUT, FOR_EVER][round % 2];
            let request = pin!(requester.request(message("hat"), timeout));
            let word = pin!(cancelled.recv_async());
            match block_on(select(request, word)) {
                Either::Left((answer, word)) => {
                    // The word that came too late for this request is not for another.
                    if round % 2 == 1 {
                        block_on(word).unwrap();
                    }
                    answer.unwrap().is_some()
                }
                Either::Right(_) => false,
            }
        });
        let taken = taken.count();
        service.join().unwrap();
        assert_eq!(block_on(replies.drain(FOR_EVER)).unwrap(), 0);
        taken
    });
    assert_eq!(taken as u64 + requester.late_replies(), ROUNDS as u64);
}

#[test]
fn four_threads_of_a_thousand_requests_are_answered_in_shuffled_order() {
    const THREADS: usize = 4;
    const EACH: usize = 1000;
    const AT_ONCE: usize = 50;
    let (requests, replies) = (
        MemoryMessageQueue::new("prices"),
        MemoryMessageQueue::new("answers"),
    );
    block_on(requests.open()).unwrap();
    block_on(replies.open()).unwrap();
    let requester = Requester::new(requests.handle(), replies.handle()).unwrap();
    let answer = |request: &MessageEnvelope| {
        let text = format!("to {}", request.message_as_string().unwrap());
        let reply = MessageEnvelope::new(None, "text", text);
        block_on(replies.reply(request, reply)).unwrap();
    };

    let answered_twice = thread::scope(|scope| {
        let service = scope.spawn(|| {
            let requests = requests.blocking();
            let mut random = rand::rng();
            let mut answered_twice = 0;
            while let Ok(first) = requests.receive(FOR_EVER) {
                let others =
                    std::iter::from_fn(|| requests.receive(Duration::ZERO).unwrap_or(None));
                let mut batch: Vec<_> = first.into_iter().chain(others).collect();
                batch.shuffle(&mut random);
                for request in &mut batch {
                    answer(request);
                    if random.random_ratio(1, 10) {
                        answer(request);
                        answered_twice += 1;
                    }
                    requests.complete(request).unwrap();
                }
            }
            answered_twice
        });
        let senders: Vec<_> = (0..THREADS)
            .map(|thread| {
                let requester = requester.clone();
                scope.spawn(move || {
                    let numbers: Vec<usize> = (0..EACH).collect();
                    for numbers in numbers.chunks(AT_ONCE) {
                        let ask = async |number: &usize| {
                            let text = format!("{thread}/{number}");
                            let message = MessageEnvelope::new(None, "text", text.clone());
                            let reply = requester.request(message, FOR_EVER).await.unwrap();
                            let reply = reply.expect("it waits for ever");
                            assert_eq!(reply.message_as_string().unwrap(), format!("to {text}"));
                        };
                        block_on(join_all(numbers.iter().map(ask)));
                    }
                })
            })
            .collect();
        for sender in senders {
            sender.join().unwrap();
        }
        block_on(requests.close()).unwrap();
        service.join().unwrap()
    });
    assert_eq!(block_on(replies.drain(FOR_EVER)).unwrap(), 0);
    assert_eq!(requester.late_replies(), answered_twice);
}
