//! What a subscriber of `tracing` sees.

use std::io::{self, Write};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use futures_util::future::join;
use queue_message::clock::ManualClock;
use queue_message::{BoxError, MemoryMessageQueue, MessageEnvelope, MessageQueue};
use tracing::Level;
use tracing_subscriber::fmt::format::FmtSpan;

#[derive(Clone, Default)]
struct Log(Arc<Mutex<Vec<u8>>>);

impl Write for Log {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0.lock().unwrap().write(bytes)
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

/// The lines that `run` logs, up to this level.
fn logged(level: Level, run: impl Future<Output = ()>) -> Vec<String> {
    let log = Log::default();
    let writer = log.clone();
    let subscriber = tracing_subscriber::fmt()
        .with_max_level(level)
        .with_span_events(FmtSpan::NEW)
        .with_writer(move || writer.clone())
        .with_ansi(false)
        .with_target(false)
        .without_time()
        .finish();
    tracing::subscriber::with_default(subscriber, || pollster::block_on(run));
    let text = String::from_utf8(log.0.lock().unwrap().clone()).unwrap();
    text.lines().map(|line| line.trim().to_owned()).collect()
}

fn message() -> MessageEnvelope {
    let message = MessageEnvelope::builder().message_id("7");
    message.trace_id("trace 1").message_type("order").build()
}

/// Queues without anything in them, the first of which gives what was delivered twice to the other.
async fn queues(clock: &ManualClock) -> (MemoryMessageQueue, MemoryMessageQueue) {
    let letters = MemoryMessageQueue::builder("orders.dead").clock(clock.clone());
    let letters = letters.build().unwrap();
    let orders = MemoryMessageQueue::builder("orders").clock(clock.clone());
    let orders = orders.max_deliveries(2).dead_letter(&letters).build();
    let orders = orders.unwrap();
    letters.open().await.unwrap();
    orders.open().await.unwrap();
    (orders, letters)
}

#[test]
fn is_the_processing_of_each_message_in_a_span_with_its_trace_id() {
    let lines = logged(Level::INFO, async {
        let (orders, _letters) = queues(&ManualClock::new()).await;
        orders.send(message()).await.unwrap();
        let failing = |message: MessageEnvelope, _: Arc<dyn MessageQueue>| async move {
            tracing::info!("at work");
            match message.delivery_count() {
                1 => Err(BoxError::from("no hats")),
                _ => panic!("no coats"),
            }
        };
        let listening = orders.listen(Arc::new(failing));
        let (listened, left) = join(listening, orders.drain(Duration::MAX)).await;
        listened.unwrap();
        assert_eq!(left.unwrap(), 0);
    });
    let span = |delivery: u32| {
        format!(
            "receive_message{{queue=\"orders\" trace_id=\"trace 1\" message_id=7 delivery={delivery}}}"
        )
    };
    let (first, second) = (span(1), span(2));
    assert_eq!(
        lines,
        [
            format!("INFO {first}: new"),
            format!("INFO {first}: at work"),
            format!("WARN {first}: the receiver failed: the message is abandoned error=no hats"),
            format!("INFO {second}: new"),
            format!("INFO {second}: at work"),
            format!(
                "ERROR {second}: the receiver panicked: the message is abandoned panic=\"no coats\""
            ),
            format!(
                "WARN {second}: a message was moved to the dead letters queue=\"orders\" \
                 dead_letter=\"orders.dead\" trace_id=\"trace 1\" message_id=7 \
                 reason=\"delivered 2 times without being completed\""
            ),
        ]
    );
}

#[test]
fn is_each_send_and_receive_with_the_trace_id() {
    let lines = logged(Level::TRACE, async {
        let clock = ManualClock::new();
        let (orders, letters) = queues(&clock).await;
        letters.close().await.unwrap();
        orders.send(message()).await.unwrap();
        for _ in 0..2 {
            orders.receive(Duration::ZERO).await.unwrap().unwrap();
            clock.advance(orders.lock_timeout());
        }
    });
    let received = |delivery: u32| {
        format!(
            "TRACE received queue=\"orders\" trace_id=\"trace 1\" message_id=7 delivery={delivery}"
        )
    };
    assert_eq!(
        lines,
        [
            r#"TRACE sent queue="orders" trace_id="trace 1" message_id=7"#,
            &received(1),
            r#"DEBUG the lock on a message has expired queue="orders" message_id=7"#,
            &received(2),
            "WARN the dead letters do not take a message: it comes back queue=\"orders\" message_id=7 \
             error=queue `orders.dead` is closed",
            r#"DEBUG the lock on a message has expired queue="orders" message_id=7"#,
        ]
    );
}
