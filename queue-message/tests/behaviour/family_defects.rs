//! The defects of the family of message queues that this one's operations come from, each by a test of its name.

use std::pin::pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering::SeqCst};
use std::task::{Context, Poll, Wake, Waker};
use std::time::Duration;

use pollster::block_on;
use queue_core::{Receiver, RecvTimeoutError, bounded};
use queue_message::clock::ManualClock;
use queue_message::{
    Blocking, BoxError, CallbackMessageReceiver, MemoryMessageQueue, MessageEnvelope, MessageError,
    MessageQueue, MessageReceiver,
};

const LOCK: Duration = Duration::from_secs(30);
const HOUR: Duration = Duration::from_secs(3600);
const MOMENT: Duration = Duration::from_nanos(1);

/// An open queue by a clock that stands still.
fn queue() -> (Blocking<MemoryMessageQueue>, ManualClock) {
    let clock = ManualClock::new();
    let queue = MemoryMessageQueue::builder("orders")
        .capacity(3)
        .lock_timeout(LOCK)
        .clock(clock.clone())
        .build()
        .unwrap()
        .blocking();
    queue.open().unwrap();
    (queue, clock)
}

fn message(text: &'static str) -> MessageEnvelope {
    MessageEnvelope::new(None, "order", text)
}

/// What comes without waiting.
fn take(queue: &Blocking<MemoryMessageQueue>) -> Option<MessageEnvelope> {
    queue.receive(Duration::ZERO).unwrap()
}

fn text(message: &MessageEnvelope) -> &str {
    message.message_as_string().unwrap()
}

fn is_lock_lost<T: std::fmt::Debug>(result: queue_message::Result<T>) -> bool {
    matches!(result, Err(MessageError::LockLost { .. }))
}

/// Counts how often it was woken.
#[derive(Default)]
struct Wakes(AtomicUsize);

impl Wake for Wakes {
    fn wake(self: Arc<Self>) {
        self.0.fetch_add(1, SeqCst);
    }
}

impl Wakes {
    fn count(&self) -> usize {
        self.0.load(SeqCst)
    }
}

/// A receiver that tells what it is handed, and the end at which it is dropped.
fn telling() -> (Arc<dyn MessageReceiver>, Receiver<String>) {
    let (tell, told) = bounded(16);
    let receiver = CallbackMessageReceiver::new(move |message: MessageEnvelope, _| {
        tell.send(text(&message).to_owned())
            .map_err(|error| error.to_string().into())
    });
    (Arc::new(receiver), told)
}

/// Whether a receiver was dropped, having been handed nothing more; a listener that hangs is given up.
fn has_ended(told: &Receiver<String>) -> bool {
    told.recv_timeout(Duration::from_secs(30)) == Err(RecvTimeoutError::Disconnected)
}

// Expired locks never return to the queue: the message is lost.

#[test]
fn an_expired_lock_returns_its_message() {
    let (queue, clock) = queue();
    queue.send(message("A")).unwrap();
    assert_eq!(take(&queue).unwrap().delivery_count(), 1);
    clock.advance(LOCK - MOMENT);
    assert!(take(&queue).is_none());
    clock.advance(MOMENT);
    let again = take(&queue).unwrap();
    assert_eq!((text(&again), again.delivery_count()), ("A", 2));
}

// A late abandon drops it.

#[test]
fn a_late_abandon_does_not_drop_the_message() {
    let (queue, clock) = queue();
    queue.send(message("A")).unwrap();
    let mut late = take(&queue).unwrap();
    clock.advance(LOCK);
    assert!(is_lock_lost(queue.abandon(&mut late)));
    assert_eq!(queue.read_message_count().unwrap(), 1);
    let mut again = take(&queue).unwrap();
    assert!(is_lock_lost(queue.abandon(&mut late)), "another has it");
    queue.complete(&mut again).unwrap();
}

#[test]
fn a_late_complete_does_not_take_the_message_from_another() {
    let (queue, clock) = queue();
    queue.send(message("A")).unwrap();
    let mut late = take(&queue).unwrap();
    clock.advance(LOCK);
    let mut again = take(&queue).unwrap();
    assert!(is_lock_lost(queue.complete(&mut late)));
    queue.complete(&mut again).unwrap();
}

// Lock time is taken from the wait time.

#[test]
fn lock_time_is_not_taken_from_the_wait() {
    for wait in [Duration::ZERO, Duration::from_secs(1), HOUR, Duration::MAX] {
        let (queue, clock) = queue();
        queue.send(message("A")).unwrap();
        queue.receive(wait).unwrap().unwrap();
        clock.advance(LOCK - MOMENT);
        assert!(
            take(&queue).is_none(),
            "locked, after a wait of up to {wait:?}"
        );
        clock.advance(MOMENT);
        assert!(
            take(&queue).is_some(),
            "expired, after a wait of up to {wait:?}"
        );
    }
}

// A wait of 1 s lasts days in one port, and nothing in another.

#[test]
fn a_wait_lasts_as_long_as_was_asked() {
    let (queue, clock) = queue();
    let wakes = Arc::new(Wakes::default());
    let waker = Waker::from(wakes.clone());
    let mut context = Context::from_waker(&waker);
    let mut receive = pin!(queue.queue().receive(Duration::from_secs(1)));
    assert!(receive.as_mut().poll(&mut context).is_pending());
    clock.advance(Duration::from_secs(1) - MOMENT);
    assert_eq!(wakes.count(), 0);
    clock.advance(MOMENT);
    assert_eq!(wakes.count(), 1);
    assert!(matches!(receive.poll(&mut context), Poll::Ready(Ok(None))));
}

#[test]
fn a_wait_after_messages_came_is_as_long_as_one_before() {
    let (queue, clock) = queue();
    queue.send(message("A")).unwrap();
    queue.complete(&mut take(&queue).unwrap()).unwrap();
    let waker = Waker::noop();
    let mut context = Context::from_waker(waker);
    let mut receive = pin!(queue.queue().receive(Duration::from_secs(1)));
    assert!(receive.as_mut().poll(&mut context).is_pending());
    clock.advance(Duration::from_secs(1) - MOMENT);
    assert!(receive.as_mut().poll(&mut context).is_pending());
    clock.advance(MOMENT);
    assert!(matches!(receive.poll(&mut context), Poll::Ready(Ok(None))));
}

// The event is never cleared, so that an idle listener burns a core; receives poll every 100 ms.

#[test]
fn an_idle_listener_burns_no_core() {
    let (queue, clock) = queue();
    let wakes = Arc::new(Wakes::default());
    let waker = Waker::from(wakes.clone());
    let mut context = Context::from_waker(&waker);
    let (receiver, told) = telling();
    let mut listen = pin!(queue.queue().listen(receiver));
    assert!(listen.as_mut().poll(&mut context).is_pending());

    for text in ["A", "B"] {
        let before = wakes.count();
        clock.advance(24 * HOUR);
        assert_eq!(wakes.count(), before, "nothing wakes an idle listener");
        assert_eq!(clock.next_alarm(), None, "and nothing will");
        queue.send(message(text)).unwrap();
        assert_eq!(wakes.count(), before + 1, "but a message, once");
        assert!(listen.as_mut().poll(&mut context).is_pending());
        assert_eq!(told.try_recv().as_deref(), Ok(text));
        // What a lock that was settled in time has left behind is between the queue and its clock.
        clock.advance(LOCK);
    }
}

#[test]
fn a_send_wakes_a_receiver_at_once() {
    let (queue, clock) = queue();
    let wakes = Arc::new(Wakes::default());
    let waker = Waker::from(wakes.clone());
    let mut context = Context::from_waker(&waker);
    let mut receive = pin!(queue.queue().receive(HOUR));
    assert!(receive.as_mut().poll(&mut context).is_pending());
    assert_eq!(
        clock.next_alarm(),
        Some(HOUR),
        "it is to be woken at the end of its wait alone"
    );
    queue.send(message("A")).unwrap();
    assert_eq!(wakes.count(), 1, "no time has passed");
    let Poll::Ready(Ok(Some(came))) = receive.poll(&mut context) else {
        panic!("there is a message")
    };
    assert_eq!(text(&came), "A");
}

// end_listen and close cannot wake an idle listener, and a close before listen is forgotten.

/// A listener on a thread that has received a message, and waits for another.
fn idle_listener(queue: &Blocking<MemoryMessageQueue>) -> Receiver<String> {
    let (receiver, told) = telling();
    queue.begin_listen(receiver).unwrap();
    queue.send(message("A")).unwrap();
    assert_eq!(told.recv().as_deref(), Ok("A"));
    told
}

#[test]
fn end_listen_wakes_an_idle_listener() {
    let (queue, _) = queue();
    let told = idle_listener(&queue);
    queue.end_listen();
    // Its thread ends, and drops its receiver, without that time passes.
    assert!(has_ended(&told));
    queue.send(message("B")).unwrap();
    assert_eq!(text(&take(&queue).unwrap()), "B");
}

#[test]
fn close_wakes_an_idle_listener() {
    let (queue, _) = queue();
    let told = idle_listener(&queue);
    queue.close().unwrap();
    assert!(has_ended(&told));
}

#[test]
fn close_before_listen_is_remembered() {
    let (queue, _) = queue();
    queue.send(message("A")).unwrap();
    queue.close().unwrap();
    let (receiver, told) = telling();
    assert!(matches!(
        queue.listen(receiver),
        Err(MessageError::Closed { .. })
    ));
    assert!(has_ended(&told), "nothing was handed over");

    let (receiver, told) = telling();
    queue.begin_listen(receiver).unwrap();
    assert!(has_ended(&told));
}

#[test]
fn end_listen_right_after_begin_listen_is_remembered() {
    let (queue, _) = queue();
    let (receiver, told) = telling();
    queue.begin_listen(receiver).unwrap();
    // The thread has perhaps not come to listen yet.
    queue.end_listen();
    assert!(has_ended(&told));
}

// renew_lock ignores its argument, and an abandon after it fails.

#[test]
fn renew_lock_heeds_its_argument() {
    for lock in [Duration::from_secs(5), LOCK, HOUR] {
        let (queue, clock) = queue();
        queue.send(message("A")).unwrap();
        let message = take(&queue).unwrap();
        clock.advance(LOCK - MOMENT);
        queue.renew_lock(&message, lock).unwrap();
        clock.advance(lock - MOMENT);
        assert!(take(&queue).is_none(), "renewed for {lock:?}");
        clock.advance(MOMENT);
        assert!(take(&queue).is_some(), "renewed for {lock:?}");
    }
}

#[test]
fn renew_then_abandon_works() {
    let (queue, clock) = queue();
    queue.send(message("A")).unwrap();
    let mut message = take(&queue).unwrap();
    queue.renew_lock(&message, HOUR).unwrap();
    clock.advance(LOCK);
    queue.abandon(&mut message).unwrap();
    assert_eq!(message.reference(), None);
    assert_eq!(text(&take(&queue).unwrap()), "A");
}

// A dead letter is only deleted.

#[test]
fn dead_letters_are_kept_with_their_reason() {
    let letters = MemoryMessageQueue::new("orders.dead");
    let queue = MemoryMessageQueue::builder("orders")
        .dead_letter(&letters)
        .build();
    let (queue, letters) = (queue.unwrap().blocking(), letters.blocking());
    queue.open().unwrap();
    letters.open().unwrap();
    queue.send(message("A")).unwrap();
    let mut poison = take(&queue).unwrap();
    queue
        .move_to_dead_letter(&mut poison, "no such customer")
        .unwrap();
    assert!(take(&queue).is_none());

    let letter = take(&letters).unwrap();
    assert_eq!(text(&letter), "A");
    assert_eq!(letter.message_id(), poison.message_id());
    assert_eq!(
        letter.header("dead-letter-reason"),
        Some("no such customer")
    );
    assert_eq!(letter.header("dead-letter-source"), Some("orders"));
}

// Unbounded growth.

#[test]
fn memory_is_bounded() {
    let (queue, clock) = queue();
    let delayed = message("C").to_builder().deliver_after(HOUR).build();
    queue.send(message("A")).unwrap();
    queue.send(message("B")).unwrap();
    queue.send(delayed).unwrap();
    let mut in_flight = take(&queue).unwrap();
    let full = queue.queue().try_put(message("D")).unwrap_err();
    assert!(matches!(full, MessageError::Full { .. }));
    let returned = full.into_message().unwrap();

    let wakes = Arc::new(Wakes::default());
    let waker = Waker::from(wakes.clone());
    let mut context = Context::from_waker(&waker);
    let mut send = pin!(queue.queue().send(returned));
    assert!(send.as_mut().poll(&mut context).is_pending());
    clock.advance(HOUR);
    assert_eq!(
        wakes.count(),
        0,
        "neither an expiry nor the end of a delay makes room"
    );
    assert!(is_lock_lost(queue.complete(&mut in_flight)));
    queue.complete(&mut take(&queue).unwrap()).unwrap();
    assert_eq!(wakes.count(), 1);
    assert!(matches!(send.poll(&mut context), Poll::Ready(Ok(()))));
}

// A send on a closed queue is accepted.

#[test]
fn a_send_on_a_closed_queue_is_refused() {
    let (queue, _) = queue();
    queue.close().unwrap();
    let error = queue.send(message("A")).unwrap_err();
    assert!(matches!(error, MessageError::Closed { .. }));
    assert_eq!(text(&error.into_message().unwrap()), "A");
}

#[test]
fn a_send_on_a_queue_that_is_not_open_is_refused() {
    let queue = MemoryMessageQueue::new("orders").blocking();
    let error = queue.send(message("A")).unwrap_err();
    assert!(matches!(error, MessageError::NotOpen { .. }));
    assert_eq!(text(&error.into_message().unwrap()), "A");
}

// Nothing is completed, or redelivered, when a receiver is done or fails.

/// A receiver that does so at its first message, and then succeeds; and how often it was called.
fn first(fail: fn() -> Result<(), BoxError>) -> (Arc<dyn MessageReceiver>, Arc<AtomicUsize>) {
    let calls = Arc::new(AtomicUsize::new(0));
    let count = calls.clone();
    let receiver = CallbackMessageReceiver::new(move |_, queue: Arc<dyn MessageQueue>| {
        if count.fetch_add(1, SeqCst) == 0 {
            return fail();
        }
        queue.end_listen();
        Ok(())
    });
    (Arc::new(receiver), calls)
}

#[test]
fn a_failed_receiver_gets_its_message_again() {
    let failures: [fn() -> Result<(), BoxError>; 2] = [
        || Err("the database is down".into()),
        || std::panic::resume_unwind(Box::new("it panics")),
    ];
    for fail in failures {
        let (queue, clock) = queue();
        let (receiver, calls) = first(fail);
        queue.send(message("A")).unwrap();
        // At once: no time passes.
        block_on(queue.queue().listen(receiver)).unwrap();
        assert_eq!(calls.load(SeqCst), 2);
        clock.advance(HOUR);
        assert!(take(&queue).is_none(), "it was completed then");
    }
}

#[test]
fn a_message_that_was_processed_is_completed() {
    let (queue, clock) = queue();
    let told = idle_listener(&queue);
    queue.end_listen();
    assert!(has_ended(&told));
    clock.advance(HOUR);
    assert!(take(&queue).is_none());
    for text in ["B", "C", "D"] {
        queue.queue().try_put(message(text)).unwrap();
    }
}
