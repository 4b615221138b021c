//! Queues made by descriptors.

use std::sync::Arc;
use std::time::Duration;

use pollster::block_on;
use queue_message::{
    ConfigParams, Descriptor, MemoryMessageQueue, MemoryMessageQueueConnection, MessageEnvelope,
    MessageQueueFactory,
};

use crate::config::refused;

fn descriptor(text: &str) -> Descriptor {
    text.parse().unwrap()
}

#[test]
fn makes_the_queue_of_a_descriptor() {
    let factory = MessageQueueFactory::default();
    let my_queue = descriptor("pip-services:message-queue:memory:my_queue:1.0");
    assert!(factory.can_create(&my_queue));
    let queue = factory.create(&my_queue).unwrap();
    assert_eq!(queue.name(), "my_queue");
    assert!(!queue.is_open());
    block_on(async {
        queue.open().await?;
        let sent = MessageEnvelope::new(None, "mymessage", "ABC");
        queue.send(sent).await?;
        let received = queue.receive(Duration::ZERO).await?.unwrap();
        assert_eq!(received.message_as_string().unwrap(), "ABC");
        queue.close().await
    })
    .unwrap();
}

#[test]
fn makes_a_new_queue_each_time() {
    let factory = MessageQueueFactory::new();
    let my_queue = descriptor("pip-services:message-queue:memory:my_queue:1.0");
    let (one, other) = (
        factory.create(&my_queue).unwrap(),
        factory.create(&my_queue).unwrap(),
    );
    block_on(one.open()).unwrap();
    assert!(one.is_open() && !other.is_open());
}

#[test]
fn passes_settings_on() {
    let factory = MessageQueueFactory::new();
    let my_queue = descriptor("pip-services:message-queue:memory:my_queue:1.0");
    let with = |line: &str| factory.create_with(&my_queue, &line.parse().unwrap());
    assert_eq!(with("lock_timeout=5s").unwrap().lock_timeout().as_secs(), 5);
    assert_eq!(refused(with("capcity=5")).0, "capcity");
    assert_eq!(refused(with("name=other")).0, "name");
    assert_eq!(refused(with("dead_letter=other")).0, "dead_letter=other");
}

#[test]
fn says_what_it_does_not_know() {
    let factory = MessageQueueFactory::new();
    for text in [
        "pip-services:message-queue:redis:my_queue:1.0",
        "pip-services:message-queue:memory:my_queue:2.0",
        "pip-services:cache:memory:my_queue:1.0",
        "other:message-queue:memory:my_queue:1.0",
    ] {
        assert!(!factory.can_create(&descriptor(text)));
        let (part, error) = refused(factory.create(&descriptor(text)));
        assert_eq!(part, text);
        assert!(
            error.contains("known is `pip-services:message-queue:memory:*:1.0`"),
            "{error}"
        );
    }
    let (_, error) = refused(MessageQueueFactory::empty().create(&descriptor("a:b:c:d:1")));
    assert!(error.contains("known is nothing"), "{error}");
    let (_, error) =
        refused(factory.create(&descriptor("pip-services:message-queue:memory:*:1.0")));
    assert!(error.contains("its name, `*`"), "{error}");
}

#[test]
fn asks_what_was_registered_last_first() {
    let mut factory = MessageQueueFactory::new();
    let before = factory.clone();
    let connection = MemoryMessageQueueConnection::new();
    let shared = connection.clone();
    factory.register(
        descriptor("pip-services:message-queue:*:*:*"),
        move |descriptor, params| Ok(Arc::new(shared.create(descriptor.name(), params)?)),
    );
    let my_queue = descriptor("pip-services:message-queue:memory:my_queue:1.0");
    before.create(&my_queue).unwrap();
    assert!(connection.names().is_empty());

    factory.create(&my_queue).unwrap();
    assert_eq!(connection.names(), ["my_queue"]);
    factory
        .create(&descriptor("pip-services:message-queue:shared:other:2.0"))
        .unwrap();
    assert_eq!(connection.names(), ["my_queue", "other"]);
    factory
        .create(&my_queue)
        .expect_err("the connection has it");
}

#[test]
fn hands_the_constructor_the_whole_descriptor() {
    let mut factory = MessageQueueFactory::empty();
    factory.register(descriptor("*:*:*:*:*"), |descriptor, params| {
        let name = format!("{}.{}", params.require("prefix")?, descriptor);
        Ok(Arc::new(MemoryMessageQueue::new(name)))
    });
    let params = ConfigParams::from_iter([("prefix", "eu")]);
    let queue = factory
        .create_with(&descriptor("a:b:c:d:1"), &params)
        .unwrap();
    assert_eq!(queue.name(), "eu.a:b:c:d:1");
    assert_eq!(
        refused(factory.create(&descriptor("a:b:c:d:1"))).0,
        "prefix"
    );
}
