//! Requests and their answers: by a clock that is moved by hand, with futures that are polled by hand.

mod endings;
mod races;
mod replies;

use std::pin::{Pin, pin};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering::SeqCst};
use std::task::{Context, Poll, Wake, Waker};
use std::time::Duration;

use pollster::block_on;
use queue_message::clock::ManualClock;
use queue_message::{
    IN_REPLY_TO, MemoryMessageQueue, MessageEnvelope, MessageError, MessageId, MessageQueue,
    Requester, Result,
};

const TIMEOUT: Duration = Duration::from_secs(10);
const FOR_EVER: Duration = Duration::MAX;

/// A requester whose listener is polled by hand, and its two queues, open.
struct Scene {
    clock: ManualClock,
    requests: MemoryMessageQueue,
    replies: MemoryMessageQueue,
    requester: Requester,
    listener: Pin<Box<dyn Future<Output = Result<()>> + Send>>,
}

impl Scene {
    fn new() -> Self {
        Self::with_capacity(100)
    }

    /// With room for so many requests.
    fn with_capacity(capacity: usize) -> Self {
        let clock = ManualClock::new();
        let queue = |name, capacity| {
            let builder = MemoryMessageQueue::builder(name)
                .capacity(capacity)
                .lock_timeout(FOR_EVER);
            let queue = builder.clock(clock.clone()).build().unwrap();
            block_on(queue.open()).unwrap();
            queue
        };
        let (requests, replies) = (queue("prices", capacity), queue("answers", 100));
        let (requester, listener) =
            Requester::with_listener(requests.handle(), replies.handle(), clock.clone());
        Self {
            clock,
            requests,
            replies,
            requester,
            listener: Box::pin(listener),
        }
    }

    /// The next request, completed.
    fn take_request(&self) -> MessageEnvelope {
        let mut request = block_on(self.requests.receive(Duration::ZERO)).unwrap();
        let request = request.as_mut().expect("a request is there");
        block_on(self.requests.complete(request)).unwrap();
        request.clone()
    }

    fn answer(&self, request: &MessageEnvelope, text: &'static str) {
        block_on(self.replies.reply(request, message(text))).unwrap();
    }

    /// Has the listener hand over what is there.
    fn hand_over(&mut self) {
        assert!(poll(&mut self.listener).is_pending());
        assert_eq!(block_on(self.replies.read_message_count()).unwrap(), 0);
    }

    /// How many answers are on their queue, in flight or not.
    fn unsettled_answers(&self) -> usize {
        block_on(self.replies.drain(Duration::ZERO)).unwrap()
    }
}

fn message(text: &'static str) -> MessageEnvelope {
    MessageEnvelope::new(None, "text", text)
}

fn with_id(id: &str) -> MessageEnvelope {
    MessageEnvelope::builder().message_id(id).build()
}

fn poll<F: Future + Unpin>(future: &mut F) -> Poll<F::Output> {
    Pin::new(future).poll(&mut Context::from_waker(Waker::noop()))
}

/// What a request has got; it must have ended.
fn text_of(outcome: Poll<Result<Option<MessageEnvelope>>>) -> Option<String> {
    let Poll::Ready(outcome) = outcome else {
        panic!("it waits")
    };
    let text = |reply: MessageEnvelope| reply.message_as_string().unwrap().to_owned();
    outcome.unwrap().map(text)
}

/// Whether a waker was called.
#[derive(Default)]
struct Flag(AtomicBool);

impl Wake for Flag {
    fn wake(self: Arc<Self>) {
        self.0.store(true, SeqCst);
    }
}

impl Flag {
    /// Polls a future that has to wait, and says when it is woken.
    fn watch<F: Future + Unpin>(future: &mut F) -> Arc<Self> {
        let flag = Arc::new(Self::default());
        let waker = flag.clone().into();
        let waits = Pin::new(future)
            .poll(&mut Context::from_waker(&waker))
            .is_pending();
        assert!(waits);
        flag
    }

    fn is_raised(&self) -> bool {
        self.0.load(SeqCst)
    }
}

#[test]
fn an_answer_reaches_its_request() {
    let mut scene = Scene::new();
    let requester = scene.requester.clone();
    let asked = MessageEnvelope::builder()
        .message_id("sale 7")
        .trace_id("till 1")
        .header("tenant", "3")
        .reply_to("elsewhere")
        .message("hat")
        .build();
    let mut request = pin!(requester.request(asked.clone(), TIMEOUT));
    assert!(poll(&mut request).is_pending());

    let received = scene.take_request();
    assert_eq!(received.message_id(), asked.message_id());
    assert_eq!(received.message(), asked.message());
    assert_eq!(received.headers(), asked.headers());
    assert_eq!(received.trace_id(), Some("till 1"));
    assert_eq!(received.reply_to(), Some("answers"));
    scene.answer(&received, "12.50");
    scene.hand_over();

    let Poll::Ready(Ok(Some(reply))) = poll(&mut request) else {
        panic!("it was answered")
    };
    assert_eq!(reply.message_as_string(), Ok("12.50"));
    assert_eq!(reply.header(IN_REPLY_TO), Some("sale 7"));
    assert_eq!(reply.trace_id(), Some("till 1"));
    assert_eq!(reply.reference(), None);
    assert_eq!(scene.unsettled_answers(), 0);
    assert_eq!(requester.late_replies(), 0);
}

#[test]
fn answers_come_in_any_order() {
    let mut scene = Scene::new();
    let requester = scene.requester.clone();
    let ask = |text| Box::pin(requester.request(message(text), TIMEOUT));
    let mut requests = ["0", "1", "2", "3"].map(ask);
    assert!(
        requests
            .iter_mut()
            .all(|request| poll(request).is_pending())
    );
    let received = [(); 4].map(|()| scene.take_request());
    for n in [2, 0, 3] {
        let answer = MessageEnvelope::new(None, "text", received[n].message().clone());
        block_on(scene.replies.reply(&received[n], answer)).unwrap();
    }
    scene.hand_over();
    for n in [0, 2, 3] {
        assert_eq!(text_of(poll(&mut requests[n])), Some(n.to_string()));
    }
    assert!(poll(&mut requests[1]).is_pending());
}

#[test]
fn a_request_without_an_answer_ends_with_its_timeout() {
    let mut scene = Scene::new();
    let requester = scene.requester.clone();
    let mut request = pin!(requester.request(message("hat"), TIMEOUT));
    let flag = Flag::watch(&mut request);
    let received = scene.take_request();
    scene.clock.advance(TIMEOUT - Duration::from_nanos(1));
    assert!(!flag.is_raised());
    scene.clock.advance(Duration::from_nanos(1));
    assert!(flag.is_raised());
    assert_eq!(text_of(poll(&mut request)), None);

    scene.answer(&received, "too late");
    scene.hand_over();
    assert_eq!(requester.late_replies(), 1);
    assert_eq!(scene.unsettled_answers(), 0);
}

#[test]
fn a_timeout_of_nothing_sends_the_request_and_one_of_for_ever_never_comes() {
    let mut scene = Scene::new();
    let requester = scene.requester.clone();
    let mut hasty = pin!(requester.request(message("hasty"), Duration::ZERO));
    assert_eq!(text_of(poll(&mut hasty)), None);
    scene.take_request();

    let mut patient = pin!(requester.request(message("patient"), FOR_EVER));
    assert!(poll(&mut patient).is_pending());
    let received = scene.take_request();
    scene.clock.advance(Duration::from_secs(1 << 30));
    assert!(poll(&mut patient).is_pending());
    scene.answer(&received, "at last");
    scene.hand_over();
    assert_eq!(text_of(poll(&mut patient)), Some("at last".into()));
}

#[test]
fn the_timeout_covers_the_wait_for_room() {
    let scene = Scene::with_capacity(1);
    let requester = scene.requester.clone();
    block_on(scene.requests.send(message("in the way"))).unwrap();
    let mut request = pin!(requester.request(message("hat"), TIMEOUT));
    let flag = Flag::watch(&mut request);
    scene.clock.advance(TIMEOUT);
    assert!(flag.is_raised());
    let Poll::Ready(Err(error @ MessageError::Full { .. })) = poll(&mut request) else {
        panic!("there was no room")
    };
    assert_eq!(error.to_string(), "queue `prices` is full");
    let returned = error.into_message().unwrap();
    assert_eq!(returned.message_as_string(), Ok("hat"));

    // It was not sent, and may be asked anew.
    assert_eq!(scene.take_request().message_as_string(), Ok("in the way"));
    assert_eq!(block_on(scene.requests.read_message_count()).unwrap(), 0);
    let mut again = pin!(requester.request(returned, TIMEOUT));
    assert!(poll(&mut again).is_pending());
    assert_eq!(scene.take_request().message_as_string(), Ok("hat"));
}

#[test]
fn what_waited_for_room_waits_for_its_answer_as_long_as_is_left() {
    let scene = Scene::with_capacity(1);
    let requester = scene.requester.clone();
    block_on(scene.requests.send(message("in the way"))).unwrap();
    let mut request = pin!(requester.request(message("hat"), TIMEOUT));
    assert!(poll(&mut request).is_pending());
    scene.clock.advance(TIMEOUT / 2);
    scene.take_request();
    assert!(poll(&mut request).is_pending());
    assert_eq!(scene.take_request().message_as_string(), Ok("hat"));
    scene.clock.advance(TIMEOUT / 2);
    assert_eq!(text_of(poll(&mut request)), None);
}

#[test]
fn a_dropped_request_is_forgotten() {
    let mut scene = Scene::new();
    let requester = scene.requester.clone();
    let mut request = Box::pin(requester.request(with_id("1"), TIMEOUT));
    assert!(poll(&mut request).is_pending());
    let received = scene.take_request();
    assert_eq!(scene.clock.next_alarm(), Some(TIMEOUT));
    drop(request);
    assert_eq!(scene.clock.next_alarm(), None);
    scene.answer(&received, "to nobody");
    scene.hand_over();
    assert_eq!(requester.late_replies(), 1);

    let mut again = pin!(requester.request(with_id("1"), TIMEOUT));
    assert!(poll(&mut again).is_pending());
    scene.answer(&scene.take_request(), "to you");
    scene.hand_over();
    assert_eq!(text_of(poll(&mut again)), Some("to you".into()));
    assert_eq!(requester.late_replies(), 1);
}

#[test]
fn a_request_that_is_dropped_while_it_waits_for_room_is_not_sent() {
    let scene = Scene::with_capacity(1);
    block_on(scene.requests.send(message("in the way"))).unwrap();
    let mut request = Box::pin(scene.requester.request(message("hat"), TIMEOUT));
    assert!(poll(&mut request).is_pending());
    drop(request);
    scene.take_request();
    assert_eq!(block_on(scene.requests.read_message_count()).unwrap(), 0);
}

#[test]
fn a_leaked_request_leaks_its_own_place_and_no_more() {
    let mut scene = Scene::new();
    let requester = scene.requester.clone();
    let mut leaked = Box::pin(requester.request(message("leaked"), TIMEOUT));
    let mut kept = Box::pin(requester.request(message("kept"), TIMEOUT));
    assert!(poll(&mut leaked).is_pending());
    assert!(poll(&mut kept).is_pending());
    std::mem::forget(leaked);
    scene.answer(&scene.take_request(), "to nobody");
    scene.answer(&scene.take_request(), "to you");
    scene.hand_over();
    assert_eq!(text_of(poll(&mut kept)), Some("to you".into()));
    assert_eq!(scene.unsettled_answers(), 0);
}

#[test]
fn two_requests_of_one_id_do_not_wait_at_once() {
    let mut scene = Scene::new();
    let requester = scene.requester.clone();
    let mut first = pin!(requester.request(with_id("1"), TIMEOUT));
    assert!(poll(&mut first).is_pending());
    let mut second = pin!(requester.request(with_id("1"), TIMEOUT));
    let Poll::Ready(Err(error @ MessageError::Refused { .. })) = poll(&mut second) else {
        panic!("the id is in use")
    };
    assert_eq!(
        error.to_string(),
        "message_id: a request with the id `1` awaits its answer on queue `answers` already"
    );
    assert_eq!(
        error.into_message().unwrap().message_id(),
        &MessageId::from("1")
    );

    scene.answer(&scene.take_request(), "to the first");
    assert_eq!(block_on(scene.requests.read_message_count()).unwrap(), 0);
    scene.hand_over();
    // Its id is free when it is answered, even before it has seen that.
    let mut third = pin!(requester.request(with_id("1"), TIMEOUT));
    assert!(poll(&mut third).is_pending());
    assert_eq!(text_of(poll(&mut first)), Some("to the first".into()));
    scene.answer(&scene.take_request(), "to the third");
    scene.hand_over();
    assert_eq!(text_of(poll(&mut third)), Some("to the third".into()));
}

#[test]
fn a_requester_needs_open_queues() {
    let (requests, replies) = (
        MemoryMessageQueue::new("prices"),
        MemoryMessageQueue::new("answers"),
    );
    let error = Requester::new(requests.handle(), replies.handle()).unwrap_err();
    assert!(
        matches!(&error, MessageError::NotOpen { queue, .. } if queue == "answers"),
        "{error}"
    );
    block_on(replies.open()).unwrap();
    let requester = Requester::new(requests.handle(), replies.handle()).unwrap();
    let error = requester
        .blocking()
        .request(message("hat"), TIMEOUT)
        .unwrap_err();
    assert!(
        matches!(&error, MessageError::NotOpen { queue, .. } if queue == "prices"),
        "{error}"
    );
    assert_eq!(error.into_message().unwrap().message_as_string(), Ok("hat"));
}
