//! Queues by their names.

use std::pin::pin;
use std::task::{Context, Poll, Waker};
use std::time::Duration;

use pollster::block_on;
use queue_message::clock::ManualClock;
use queue_message::{
    ConfigParams, DEAD_LETTER_SOURCE, MemoryMessageQueueConnection, MessageEnvelope, MessageError,
    MessageQueue, MessageQueueConnection,
};

use crate::config::refused;

fn params(line: &str) -> ConfigParams {
    line.parse().unwrap()
}

fn message(text: &'static str) -> MessageEnvelope {
    MessageEnvelope::new(None, "test", text)
}

#[test]
fn holds_queues_by_their_names() {
    let connection: &dyn MessageQueueConnection = &MemoryMessageQueueConnection::new();
    block_on(async {
        assert!(connection.read_queue_names().await?.is_empty());
        let orders = connection
            .create_queue("orders", &params("lock_timeout=5s"))
            .await?;
        connection.create_queue("invoices", &params("")).await?;
        assert_eq!(connection.read_queue_names().await?, ["invoices", "orders"]);
        assert_eq!(
            (orders.name(), orders.lock_timeout().as_secs()),
            ("orders", 5)
        );

        orders.send(message("42")).await?;
        let found = connection.queue("orders").await?;
        let received = found.receive(Duration::ZERO).await?.unwrap();
        assert_eq!(received.message_as_string().unwrap(), "42");
        queue_message::Result::<()>::Ok(())
    })
    .unwrap();
}

#[test]
fn clones_are_the_same_connection() {
    let connection = MemoryMessageQueueConnection::new();
    connection.clone().create("orders", &params("")).unwrap();
    assert_eq!(connection.names(), ["orders"]);
    assert!(MemoryMessageQueueConnection::default().names().is_empty());
}

#[test]
fn queues_are_open_when_they_are_there() {
    let connection = MemoryMessageQueueConnection::new();
    assert!(connection.create("orders", &params("")).unwrap().is_open());
    assert!(connection.get("orders").unwrap().is_open());
}

#[test]
fn names_are_unique() {
    let connection = MemoryMessageQueueConnection::new();
    let first = connection.create("orders", &params("")).unwrap();
    first.try_put(message("42")).unwrap();
    let again = connection.create("orders", &params("capacity=5"));
    assert!(matches!(again, Err(MessageError::QueueExists { queue }) if queue == "orders"));
    let still = connection.get("orders").unwrap();
    assert!(still.same_queue(&first));
    assert_eq!(still.blocking().read_message_count().unwrap(), 1);
}

#[test]
fn what_is_wrong_is_named_and_makes_nothing() {
    let connection = MemoryMessageQueueConnection::new();
    let create = |name: &str, line: &str| refused(connection.create(name, &params(line)));
    assert_eq!(create("", "").0, "name");
    assert_eq!(create("a\0", "").0, "a\\0");
    assert_eq!(create("a", "capacity=0").0, "capacity");
    assert_eq!(create("a", "capcity=5").0, "capcity");
    assert_eq!(create("a", "name=b").0, "name");
    assert_eq!(create("a", "dead_letter=b"), {
        let part = "dead_letter=b".to_owned();
        let error = format!("{part}: the connection has no queue of this name");
        (part, error)
    });
    assert_eq!(create("a", "dead_letter=a").0, "dead_letter=a");
    assert!(connection.names().is_empty());
}

#[test]
fn unknown_names_are_told_from_other_errors() {
    let connection = MemoryMessageQueueConnection::new();
    let unknown = |error: MessageError| {
        assert_eq!(error.to_string(), "there is no queue `orders`");
        matches!(error, MessageError::UnknownQueue { queue } if queue == "orders")
    };
    assert!(unknown(connection.get("orders").unwrap_err()));
    assert!(unknown(connection.delete("orders").unwrap_err()));
    assert!(unknown(block_on(connection.queue("orders")).unwrap_err()));
    assert!(unknown(
        block_on(connection.delete_queue("orders")).unwrap_err()
    ));
}

#[test]
fn deleting_wakes_whoever_waits() {
    let connection = MemoryMessageQueueConnection::new();
    let orders = connection.create("orders", &params("capacity=1")).unwrap();
    let full = connection.create("full", &params("capacity=1")).unwrap();
    full.try_put(message("1")).unwrap();
    let mut receiving = pin!(orders.receive(Duration::MAX));
    let mut sending = pin!(full.send(message("2")));
    let mut context = Context::from_waker(Waker::noop());
    assert!(receiving.as_mut().poll(&mut context).is_pending());
    assert!(sending.as_mut().poll(&mut context).is_pending());

    connection.delete("orders").unwrap();
    connection.delete("full").unwrap();
    let Poll::Ready(Err(MessageError::Closed { .. })) = receiving.poll(&mut context) else {
        panic!("the receiver was not told");
    };
    let Poll::Ready(Err(error @ MessageError::Closed { .. })) = sending.poll(&mut context) else {
        panic!("the sender was not told");
    };
    assert_eq!(
        error.into_message().unwrap().message_as_string().unwrap(),
        "2"
    );
    assert!(connection.names().is_empty());
}

#[test]
fn what_is_in_flight_when_its_queue_is_deleted_can_be_settled() {
    let connection = MemoryMessageQueueConnection::new();
    let orders = connection.create("orders", &params("")).unwrap();
    orders.try_put(message("42")).unwrap();
    let (receipt, _) = orders.try_get(Duration::MAX).unwrap().unwrap();
    connection.delete("orders").unwrap();
    block_on(orders.delete(&receipt)).unwrap();
}

#[test]
fn names_can_be_used_again() {
    let connection = MemoryMessageQueueConnection::new();
    let old = connection.create("orders", &params("")).unwrap();
    old.try_put(message("42")).unwrap();
    connection.delete("orders").unwrap();
    let new = connection.create("orders", &params("")).unwrap();
    assert!(!new.same_queue(&old) && new.is_open() && !old.is_open());
    assert_eq!(new.blocking().read_message_count().unwrap(), 0);
}

#[test]
fn dead_letters_go_to_a_queue_of_the_connection() {
    let clock = ManualClock::new();
    let connection = MemoryMessageQueueConnection::with_clock(clock.clone());
    let letters = connection
        .create("letters", &params(""))
        .unwrap()
        .blocking();
    let line = "dead_letter=letters;max_deliveries=1;lock_timeout=30s";
    let orders = connection
        .create("orders", &params(line))
        .unwrap()
        .blocking();
    orders.send(message("42")).unwrap();
    orders.receive(Duration::ZERO).unwrap().unwrap();
    assert_eq!(letters.read_message_count().unwrap(), 0);
    clock.advance(Duration::from_secs(30));
    let letter = letters.receive(Duration::ZERO).unwrap().unwrap();
    assert_eq!(letter.header(DEAD_LETTER_SOURCE), Some("orders"));
}

#[test]
fn a_queue_that_takes_dead_letters_goes_last() {
    let connection = MemoryMessageQueueConnection::new();
    let letters = connection.create("letters", &params("")).unwrap();
    connection
        .create("orders", &params("dead_letter=letters"))
        .unwrap();
    connection
        .create("invoices", &params("dead_letter=letters"))
        .unwrap();

    let (part, error) = refused(connection.delete("letters"));
    assert_eq!(part, "letters");
    assert!(error.contains("`invoices`"), "{error}");
    assert!(letters.is_open());
    connection.delete("invoices").unwrap();
    assert!(refused(connection.delete("letters")).1.contains("`orders`"));
    connection.delete("orders").unwrap();
    connection.delete("letters").unwrap();
    assert!(!letters.is_open());
}

#[test]
fn one_of_many_makes_a_queue() {
    let connection = MemoryMessageQueueConnection::new();
    let made = std::thread::scope(|scope| {
        let create = || connection.create("orders", &params("")).is_ok();
        let makers: Vec<_> = (0..4).map(|_| scope.spawn(create)).collect();
        let made = makers.into_iter().map(|maker| maker.join().unwrap());
        made.filter(|made| *made).count()
    });
    assert_eq!(made, 1);
}
