//! Receives from the buffer, and looks into it.

use std::sync::Arc;
use std::sync::mpsc::channel;
use std::thread;
use std::time::Duration;

use pollster::block_on;
use queue_message::{
    CachedMessageQueue, CallbackMessageReceiver, MemoryMessageQueue, MessageEnvelope, MessageError,
    MessageQueue, MessageQueueExt, MessageStore,
};

use super::{LOCK, SECOND, Setup, text, texts};

#[test]
fn one_receive_fills_the_buffer_for_those_that_follow() {
    let setup = Setup::new(|cached| cached.prefetch(4));
    setup.put(7);
    assert_eq!(text(&setup.receive().unwrap()), "1");
    assert_eq!(setup.remote.calls("get"), 5);
    assert_eq!(
        setup.receive_elsewhere().unwrap(),
        "6",
        "2 to 5 are locked in the buffer"
    );

    for expected in ["2", "3", "4", "5"] {
        assert_eq!(text(&setup.receive().unwrap()), expected);
    }
    assert_eq!(setup.remote.calls("get"), 5, "they came from the buffer");
    assert_eq!(
        setup.remote.calls("extend"),
        0,
        "their locks were long enough"
    );
    assert_eq!(text(&setup.receive().unwrap()), "7");
    assert!(setup.receive().is_none());
}

#[test]
fn a_get_in_vain_ends_the_prefetch() {
    let setup = Setup::new(|cached| cached.prefetch(100));
    setup.put(2);
    setup.receive().unwrap();
    assert_eq!(setup.remote.calls("get"), 3);
    assert!(setup.cached.blocking().peek().unwrap().is_some());
}

#[test]
fn without_prefetch_nothing_is_buffered_or_renewed() {
    let setup = Setup::new(|cached| cached.prefetch(0));
    setup.put(2);
    let first = setup.receive().unwrap();
    assert_eq!(setup.receive_elsewhere().unwrap(), "2");
    setup.clock.advance(LOCK);
    assert_eq!(
        text(&setup.receive().unwrap()),
        text(&first),
        "it was locked as long as asked for"
    );
    assert_eq!(
        (setup.remote.calls("get"), setup.remote.calls("extend")),
        (2, 0)
    );
}

#[test]
fn gets_are_made_at_once_as_far_as_allowed() {
    let setup = Setup::new(|cached| cached.prefetch(12).at_once(4));
    setup.remote.be_slow(3);
    setup.put(20);
    assert_eq!(text(&setup.receive().unwrap()), "1");
    assert_eq!(setup.remote.gets_at_once(), 4);
    assert_eq!(setup.remote.calls("get"), 13);
    for expected in 2..=13 {
        assert_eq!(text(&setup.receive().unwrap()), expected.to_string());
    }

    let setup = Setup::new(|cached| cached.prefetch(12).at_once(0));
    setup.remote.be_slow(3);
    setup.put(20);
    setup.receive().unwrap();
    assert_eq!(setup.remote.gets_at_once(), 1);
}

#[test]
fn what_is_received_is_settled_at_the_remote() {
    let setup = Setup::new(|cached| cached.prefetch(4));
    setup.put(3);
    let queue = setup.cached.blocking();
    let mut messages: Vec<_> = (0..3).map(|_| setup.receive().unwrap()).collect();
    let stale = messages[0].reference().unwrap().clone();

    queue.complete(&mut messages[0]).unwrap();
    assert!(messages[0].reference().is_none());
    assert!(matches!(
        queue.delete(&stale),
        Err(MessageError::LockLost { .. })
    ));
    queue.renew_lock(&messages[1], 10 * LOCK).unwrap();
    queue.abandon(&mut messages[2]).unwrap();
    let again = setup.receive().unwrap();
    assert_eq!((text(&again).as_str(), again.delivery_count()), ("3", 2));

    setup.clock.advance(5 * LOCK);
    assert_eq!(
        text(&setup.receive().unwrap()),
        "3",
        "2 was renewed, and 1 completed"
    );
    assert!(setup.receive().is_none());
}

#[test]
fn dead_letters_are_the_remotes() {
    let letters = MemoryMessageQueue::new("letters");
    let queue = MemoryMessageQueue::builder("orders")
        .dead_letter(&letters)
        .build()
        .unwrap();
    let cached = CachedMessageQueue::new(Arc::new(queue)).blocking();
    assert!(cached.capabilities().dead_letter);
    letters.blocking().open().unwrap();
    cached.open().unwrap();
    cached
        .send(MessageEnvelope::new(None, "test", "1"))
        .unwrap();
    let mut message = cached.receive(Duration::ZERO).unwrap().unwrap();
    cached.move_to_dead_letter(&mut message, "why not").unwrap();
    assert_eq!(letters.blocking().read_message_count().unwrap(), 1);
}

#[test]
fn looks_show_the_buffer_and_then_the_remote() {
    let setup = Setup::new(|cached| cached.prefetch(2));
    setup.put(6);
    let queue = setup.cached.blocking();
    assert_eq!(
        text(&queue.peek().unwrap().unwrap()),
        "1",
        "the buffer is empty"
    );
    setup.receive().unwrap();
    assert_eq!(text(&queue.peek().unwrap().unwrap()), "2");
    assert_eq!(texts(&queue.peek_batch(1).unwrap()), ["2"]);
    assert_eq!(texts(&queue.peek_batch(4).unwrap()), ["2", "3", "4", "5"]);
    assert_eq!(
        texts(&queue.peek_batch(100).unwrap()),
        ["2", "3", "4", "5", "6"]
    );
    assert!(queue.peek_batch(0).unwrap().is_empty());
    assert_eq!(queue.read_message_count().unwrap(), 5);
    assert_eq!(text(&setup.receive().unwrap()), "2", "looking took nothing");
}

#[test]
fn looks_show_the_buffer_of_remotes_that_cannot_be_looked_at() {
    let blind = ["peek", "peek_batch", "count"];
    let setup = Setup::without(&blind, |cached| cached.prefetch(2));
    let (capabilities, of_remote) = (setup.cached.capabilities(), setup.remote.capabilities());
    assert!(capabilities.peek && capabilities.peek_batch && capabilities.message_count);
    assert!(!of_remote.peek && !of_remote.peek_batch && !of_remote.message_count);
    setup.put(6);
    let queue = setup.cached.blocking();
    assert!(queue.peek().unwrap().is_none());
    assert_eq!(queue.read_message_count().unwrap(), 0);
    setup.receive().unwrap();
    assert_eq!(text(&queue.peek().unwrap().unwrap()), "2");
    assert_eq!(texts(&queue.peek_batch(100).unwrap()), ["2", "3"]);
    assert_eq!(queue.read_message_count().unwrap(), 2);
    assert_eq!(blind.map(|operation| setup.remote.calls(operation)), [0; 3]);

    let setup = Setup::without(&["peek_batch"], |cached| cached);
    setup.put(2);
    assert_eq!(
        texts(&setup.cached.blocking().peek_batch(100).unwrap()),
        ["1"]
    );
}

#[test]
fn capabilities_are_otherwise_the_remotes() {
    let setup = Setup::without(&["extend", "release"], |cached| cached);
    let capabilities = setup.cached.capabilities();
    assert!(!capabilities.renew_lock && !capabilities.abandon && !capabilities.dead_letter);
    assert!(capabilities.send && capabilities.receive && capabilities.clear);
    assert_eq!(setup.cached.name(), "orders");
    assert_eq!(setup.cached.lock_timeout(), LOCK);
    assert!(setup.cached.remote().is_open());
}

#[test]
fn handles_share_the_buffer() {
    let setup = Setup::new(|cached| cached.prefetch(2));
    setup.put(3);
    setup.receive().unwrap();
    let handle: Arc<dyn MessageQueue> = setup.cached.handle();
    let received = block_on(handle.receive(Duration::ZERO)).unwrap().unwrap();
    assert_eq!(text(&received), "2");
    assert_eq!(setup.remote.calls("get"), 3);
    assert_eq!(
        text(
            &setup
                .cached
                .clone()
                .blocking()
                .receive(Duration::ZERO)
                .unwrap()
                .unwrap()
        ),
        "3"
    );
}

#[test]
fn the_remote_may_be_any_queue() {
    let remote: Arc<dyn MessageQueue> = Arc::new(MemoryMessageQueue::new("orders"));
    let cached: CachedMessageQueue = CachedMessageQueue::new(remote);
    let twice = CachedMessageQueue::new(Arc::new(cached));
    block_on(async {
        twice.open().await?;
        twice.send_as_object("sizes", &[1, 2]).await?;
        let message = twice.receive(Duration::ZERO).await?.unwrap();
        assert_eq!(text(&message), "[1,2]");
        twice.close().await
    })
    .unwrap();
}

#[test]
fn a_receive_waits_as_long_as_it_may() {
    let setup = Setup::new(|cached| cached);
    let receiving = thread::spawn({
        let cached = setup.cached.blocking();
        move || cached.receive(5 * SECOND)
    });
    while setup.clock.next_alarm().is_none() {
        thread::yield_now();
    }
    assert_eq!(setup.clock.next_alarm(), Some(5 * SECOND));
    setup.clock.advance(5 * SECOND);
    assert!(receiving.join().unwrap().unwrap().is_none());

    let receiving = thread::spawn({
        let cached = setup.cached.blocking();
        move || cached.receive(Duration::MAX)
    });
    setup.put(1);
    assert_eq!(text(&receiving.join().unwrap().unwrap().unwrap()), "1");
}

#[test]
fn listening_goes_through_the_buffer() {
    let setup = Setup::new(|cached| cached.prefetch(8));
    setup.put(8);
    let (sender, received) = channel();
    let receiver = CallbackMessageReceiver::new(
        move |message: MessageEnvelope, queue: Arc<dyn MessageQueue>| {
            let in_buffer = block_on(queue.peek_batch(100))?.len();
            sender.send((text(&message), in_buffer))?;
            Ok(())
        },
    );
    setup.cached.begin_listen(Arc::new(receiver)).unwrap();
    for number in 1..=8 {
        assert_eq!(received.recv().unwrap(), (number.to_string(), 8 - number));
    }
    setup.cached.end_listen();
    received.recv().unwrap_err();
    assert_eq!(setup.remote.calls("delete"), 8);
    assert!(setup.cached.is_open());
}

#[test]
fn competing_receivers_get_each_message_once() {
    const MESSAGES: usize = 400;
    let setup = Setup::new(|cached| cached.prefetch(7).at_once(3));
    setup.put(MESSAGES);
    let receive_all = || {
        let cached = setup.cached.blocking();
        let mut texts = Vec::new();
        while let Some(mut message) = cached.receive(Duration::ZERO).unwrap() {
            texts.push(text(&message));
            cached.complete(&mut message).unwrap();
        }
        texts
    };
    let mut received = thread::scope(|scope| {
        let receivers: Vec<_> = (0..4).map(|_| scope.spawn(receive_all)).collect();
        let received = receivers
            .into_iter()
            .flat_map(|receiver| receiver.join().unwrap());
        received
            .map(|text| text.parse().unwrap())
            .collect::<Vec<usize>>()
    });
    received.extend(
        receive_all()
            .iter()
            .map(|text| text.parse::<usize>().unwrap()),
    );
    received.sort_unstable();
    assert_eq!(received, (1..=MESSAGES).collect::<Vec<_>>());
}

#[test]
fn a_send_goes_to_the_remote() {
    let setup = Setup::new(|cached| cached);
    let id = block_on(setup.cached.put(MessageEnvelope::new(None, "test", "1"))).unwrap();
    assert_eq!(setup.remote.calls("put"), 1);
    let received = setup.receive().unwrap();
    assert_eq!(received.message_id(), &id);
    assert_eq!(received.delivery_count(), 1);
}
