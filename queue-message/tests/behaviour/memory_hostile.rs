//! What code of others can do to a queue in memory: wakers, recorders, contents and receivers that come back to it, or panic.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::pin::{Pin, pin};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::task::{Context, Poll, Wake, Waker};
use std::thread;
use std::time::Duration;

use bytes::Bytes;
use metrics::{
    Counter, CounterFn, Gauge, Histogram, Key, KeyName, Metadata, Recorder, SharedString, Unit,
};
use pollster::block_on;
use queue_message::clock::ManualClock;
use queue_message::{
    BoxError, MemoryMessageQueue, MessageEnvelope, MessageError, MessageQueue, Receipt,
};

const LOCK: Duration = Duration::from_secs(30);

fn message(text: &'static str) -> MessageEnvelope {
    MessageEnvelope::new(None, "test", text)
}

fn open(queue: MemoryMessageQueue) -> MemoryMessageQueue {
    block_on(queue.open()).unwrap();
    queue
}

fn with_clock(capacity: usize) -> (MemoryMessageQueue, ManualClock) {
    let clock = ManualClock::new();
    let builder = MemoryMessageQueue::builder("hostile")
        .capacity(capacity)
        .lock_timeout(LOCK)
        .clock(clock.clone());
    (open(builder.build().unwrap()), clock)
}

fn take(queue: &MemoryMessageQueue) -> Option<(Receipt, MessageEnvelope)> {
    queue.try_get(LOCK).unwrap()
}

/// A waker that is some code.
struct Woken<F>(F);

impl<F: Fn() + Send + Sync + 'static> Wake for Woken<F> {
    fn wake(self: Arc<Self>) {
        (self.0)();
    }
}

fn waker_of(code: impl Fn() + Send + Sync + 'static) -> Waker {
    Waker::from(Arc::new(Woken(code)))
}

/// A content whose drop panics.
struct Bomb;

impl AsRef<[u8]> for Bomb {
    fn as_ref(&self) -> &[u8] {
        b"bomb"
    }
}

impl Drop for Bomb {
    fn drop(&mut self) {
        panic!("a content panics as it is dropped");
    }
}

fn bomb() -> MessageEnvelope {
    MessageEnvelope::builder()
        .message(Bytes::from_owner(Bomb))
        .build()
}

/// Wakers that do to the queue, as they are called, whatever a task that is polled there and then would do.
fn uses_everything(queue: &MemoryMessageQueue, held: Receipt) -> Waker {
    let (queue, held) = (queue.clone(), Mutex::new(Some(held)));
    waker_of(move || {
        let Some(held) = held.lock().unwrap().take() else {
            return;
        };
        block_on(queue.delete(&held)).unwrap();
        let _ = queue.try_put(message("from a waker"));
        let _ = queue.try_get(Duration::ZERO);
        block_on(queue.close()).unwrap();
    })
}

#[test]
fn a_sender_that_is_told_of_the_close_may_use_the_queue_there_and_then() {
    let (queue, _) = with_clock(1);
    queue.try_put(message("a")).unwrap();
    let (held, _) = take(&queue).unwrap();
    let waker = uses_everything(&queue, held);
    let mut sending = pin!(queue.put(message("b")));
    assert!(
        sending
            .as_mut()
            .poll(&mut Context::from_waker(&waker))
            .is_pending()
    );
    block_on(queue.close()).unwrap();
    assert!(matches!(
        block_on(sending),
        Err(MessageError::Closed { .. })
    ));
}

#[test]
fn a_drain_that_is_told_of_its_end_may_use_the_queue_there_and_then() {
    let (queue, _) = with_clock(2);
    for text in ["a", "b"] {
        queue.try_put(message(text)).unwrap();
    }
    let (first, _) = take(&queue).unwrap();
    let (last, _) = take(&queue).unwrap();
    let waker = uses_everything(&queue, first.clone());
    let mut draining = pin!(queue.drain(Duration::MAX));
    let mut context = Context::from_waker(&waker);
    assert!(draining.as_mut().poll(&mut context).is_pending());
    // Closing tells it, and then it completes the other one.
    block_on(queue.delete(&last)).unwrap();
    block_on(queue.close()).unwrap();
    assert!(matches!(
        draining.as_mut().poll(&mut context),
        Poll::Ready(Ok(0))
    ));
    assert!(block_on(queue.delete(&first)).is_err());

    let (queue, _) = with_clock(1);
    queue.try_put(message("a")).unwrap();
    let (last, _) = take(&queue).unwrap();
    let other = queue.clone();
    let waker = waker_of(move || block_on(other.close()).unwrap());
    let mut draining = pin!(queue.drain(Duration::MAX));
    let mut context = Context::from_waker(&waker);
    assert!(draining.as_mut().poll(&mut context).is_pending());
    block_on(queue.delete(&last)).unwrap();
    assert!(!queue.is_open());
}

#[test]
fn a_content_that_panics_as_it_is_dropped_leaves_its_room() {
    let (queue, clock) = with_clock(3);
    let panics = |action: &dyn Fn()| {
        catch_unwind(AssertUnwindSafe(action)).unwrap_err();
        let room = std::iter::from_fn(|| queue.try_put(message("filler")).ok()).count();
        assert_eq!(room, 3);
        while let Some((receipt, _)) = take(&queue) {
            block_on(queue.delete(&receipt)).unwrap();
        }
    };
    let clear = || block_on(queue.clear()).unwrap();

    for _ in 0..3 {
        queue.try_put(bomb()).unwrap();
    }
    panics(&clear);

    queue.try_put(bomb()).unwrap();
    drop(take(&queue).unwrap());
    queue.try_put(message("a")).unwrap();
    panics(&clear);

    let delayed = MessageEnvelope::builder().deliver_after(LOCK);
    queue
        .try_put(delayed.message(Bytes::from_owner(Bomb)).build())
        .unwrap();
    queue.try_put(message("a")).unwrap();
    drop(take(&queue).unwrap());
    panics(&clear);

    queue.try_put(bomb()).unwrap();
    let (receipt, _) = take(&queue).unwrap();
    panics(&|| block_on(queue.delete(&receipt)).unwrap());
    clock.advance(LOCK);
    assert!(take(&queue).is_none());
}

/// A task that is polled there and then where it is woken, and receives and completes whatever it finds.
struct Eager {
    queue: MemoryMessageQueue,
    completed: AtomicUsize,
    receiving: Mutex<Option<Pin<Box<dyn Future<Output = ()> + Send>>>>,
}

impl Eager {
    fn poll(self: &Arc<Self>) {
        let taken = self.receiving.lock().unwrap().take();
        let Some(mut receiving) = taken else { return };
        let waker = Waker::from(self.clone());
        if receiving
            .as_mut()
            .poll(&mut Context::from_waker(&waker))
            .is_pending()
        {
            *self.receiving.lock().unwrap() = Some(receiving);
        }
    }
}

impl Wake for Eager {
    fn wake(self: Arc<Self>) {
        self.poll();
    }
}

#[test]
fn a_receiver_that_runs_where_it_is_woken_takes_no_stack_for_locks_that_expire_together() {
    const MESSAGES: usize = 10_000;
    let (queue, clock) = with_clock(MESSAGES);
    let test = move || {
        for _ in 0..MESSAGES {
            queue.try_put(message("a")).unwrap();
            drop(take(&queue).unwrap());
        }
        let eager = Arc::new(Eager {
            queue: queue.clone(),
            completed: AtomicUsize::new(0),
            receiving: Mutex::new(None),
        });
        let other = Arc::downgrade(&eager);
        *eager.receiving.lock().unwrap() = Some(Box::pin(async move {
            loop {
                let Some(eager) = other.upgrade() else { return };
                let got = eager.queue.get(Duration::MAX, LOCK).await;
                let (receipt, _) = got.unwrap().unwrap();
                eager.queue.delete(&receipt).await.unwrap();
                eager.completed.fetch_add(1, Ordering::Relaxed);
            }
        }));
        eager.poll();
        clock.advance(LOCK);
        assert_eq!(eager.completed.load(Ordering::Relaxed), MESSAGES);
    };
    let thread = thread::Builder::new().stack_size(256 << 10).spawn(test);
    thread.unwrap().join().unwrap();
}

/// Counters, of which that of dead letters panics at first.
#[derive(Default)]
struct PanicsOnce(AtomicUsize);

struct CountsDead(Arc<PanicsOnce>);

impl CounterFn for CountsDead {
    fn increment(&self, _: u64) {
        if self.0.0.fetch_add(1, Ordering::Relaxed) == 0 {
            panic!("a recorder panics");
        }
    }
    fn absolute(&self, _: u64) {}
}

struct Registry(Arc<PanicsOnce>);

impl Recorder for Registry {
    fn describe_counter(&self, _: KeyName, _: Option<Unit>, _: SharedString) {}
    fn describe_gauge(&self, _: KeyName, _: Option<Unit>, _: SharedString) {}
    fn describe_histogram(&self, _: KeyName, _: Option<Unit>, _: SharedString) {}
    fn register_counter(&self, key: &Key, _: &Metadata<'_>) -> Counter {
        if key.name().ends_with(".dead_messages") {
            Counter::from_arc(Arc::new(CountsDead(self.0.clone())))
        } else {
            Counter::noop()
        }
    }
    fn register_gauge(&self, _: &Key, _: &Metadata<'_>) -> Gauge {
        Gauge::noop()
    }
    fn register_histogram(&self, _: &Key, _: &Metadata<'_>) -> Histogram {
        Histogram::noop()
    }
}

#[test]
fn a_panic_at_one_expiry_leaves_the_others() {
    let clock = ManualClock::new();
    let letters = open(MemoryMessageQueue::new("letters"));
    let registry = Registry(Arc::default());
    let queue = metrics::with_local_recorder(&registry, || {
        let builder = MemoryMessageQueue::builder("hostile")
            .max_deliveries(1)
            .dead_letter(&letters);
        open(builder.capacity(3).clock(clock.clone()).build().unwrap())
    });
    for text in ["a", "b", "c"] {
        queue.try_put(message(text)).unwrap();
        drop(take(&queue).unwrap());
    }
    catch_unwind(AssertUnwindSafe(|| clock.advance(LOCK))).unwrap_err();
    assert_eq!(block_on(letters.read_message_count()).unwrap(), 3);
    let room = std::iter::from_fn(|| queue.try_put(message("filler")).ok()).count();
    assert_eq!(room, 3);

    drop(take(&queue).unwrap());
    clock.advance(LOCK);
    assert_eq!(block_on(letters.read_message_count()).unwrap(), 4);
}

/// An error, or what a panic says, that panics as it is dropped.
#[derive(Debug)]
struct Touchy;

impl std::fmt::Display for Touchy {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("touchy")
    }
}

impl std::error::Error for Touchy {}

impl Drop for Touchy {
    fn drop(&mut self) {
        if !thread::panicking() {
            panic!("an error panics as it is dropped");
        }
    }
}

#[test]
fn a_listener_outlives_whatever_panics_in_its_receiver() {
    let (queue, clock) = with_clock(8);
    for text in ["error", "panic", "before", "message", "good"] {
        queue.try_put(message(text)).unwrap();
    }
    let seen = Arc::new(Mutex::new(Vec::new()));
    let log = seen.clone();
    // Each but the last fails at its first delivery.
    let receiver = move |message: MessageEnvelope, queue: Arc<dyn MessageQueue>| {
        let text = message.message_as_string().unwrap().to_owned();
        log.lock().unwrap().push(text.clone());
        let is_first = message.delivery_count() == 1;
        if is_first && text == "before" {
            panic!("before there is a future");
        }
        async move {
            let outcome: Result<(), BoxError> = match text.as_str() {
                "good" => {
                    queue.end_listen();
                    Ok(())
                }
                "error" if is_first => Err(Box::new(Touchy)),
                "panic" if is_first => std::panic::panic_any(Touchy),
                "message" if is_first => {
                    let _at_the_end = Touchy;
                    Ok(())
                }
                _ => Ok(()),
            };
            outcome
        }
    };
    block_on(queue.listen(Arc::new(receiver))).unwrap();
    let expected = [
        "error", "error", "panic", "panic", "before", "before", "message", "message", "good",
    ];
    assert_eq!(*seen.lock().unwrap(), expected);
    clock.advance(LOCK);
    assert!(take(&queue).is_none());
}
