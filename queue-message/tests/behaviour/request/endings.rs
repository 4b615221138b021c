//! The end of a requester, of its queues, and of its listener.

use super::*;

/// What a request that waits gets when everything ends.
fn assert_closed(outcome: Poll<Result<Option<MessageEnvelope>>>, returned: Option<&str>) {
    let Poll::Ready(Err(error @ MessageError::Closed { .. })) = outcome else {
        panic!("it is closed: {outcome:?}")
    };
    assert_eq!(error.to_string(), "queue `answers` is closed");
    let message = error.into_message();
    let text = message
        .as_ref()
        .map(|message| message.message_as_string().unwrap());
    assert_eq!(text, returned);
}

/// Has `end` end things, and sees that all who wait are told at once.
fn ends_everything(end: impl FnOnce(&mut Scene)) {
    let mut scene = Scene::with_capacity(1);
    let requester = scene.requester.clone();
    let mut sent = pin!(requester.request(message("sent"), TIMEOUT));
    let mut unsent = pin!(requester.request(message("unsent"), TIMEOUT));
    let flags = [
        Flag::watch(&mut sent),
        Flag::watch(&mut unsent),
        Flag::watch(&mut scene.listener),
    ];
    end(&mut scene);
    assert!(flags.iter().all(|flag| flag.is_raised()));
    assert_closed(poll(&mut sent), None);
    assert_closed(poll(&mut unsent), Some("unsent"));
    let mut late = pin!(requester.request(message("late"), TIMEOUT));
    assert_closed(poll(&mut late), Some("late"));
    assert_eq!(block_on(scene.requests.read_message_count()).unwrap(), 1);
}

#[test]
fn closing_it_ends_the_listener_and_tells_who_waits() {
    ends_everything(|scene| scene.requester.close());

    let mut scene = Scene::new();
    assert!(poll(&mut scene.listener).is_pending());
    scene.requester.close();
    assert!(matches!(poll(&mut scene.listener), Poll::Ready(Ok(()))));
    scene.requester.close();
}

#[test]
fn closing_the_queue_for_the_answers_ends_it() {
    ends_everything(|scene| {
        block_on(scene.replies.close()).unwrap();
        assert!(matches!(poll(&mut scene.listener), Poll::Ready(Ok(()))));
    });
}

#[test]
fn dropping_the_last_handle_ends_the_listener() {
    let Scene {
        requester,
        mut listener,
        ..
    } = Scene::new();
    let clone = requester.clone();
    let flag = Flag::watch(&mut listener);
    drop(requester);
    assert!(!flag.is_raised());
    drop(clone);
    assert!(flag.is_raised());
    assert!(matches!(poll(&mut listener), Poll::Ready(Ok(()))));
}

#[test]
fn a_listener_that_is_dropped_before_it_began_closes_the_requester() {
    let Scene {
        requester,
        listener,
        ..
    } = Scene::new();
    drop(listener);
    let mut request = pin!(requester.request(message("hat"), TIMEOUT));
    assert_closed(poll(&mut request), Some("hat"));
}

#[test]
fn an_answer_that_was_handed_over_before_the_close_arrives() {
    let mut scene = Scene::new();
    let requester = scene.requester.clone();
    let mut request = pin!(requester.request(message("hat"), TIMEOUT));
    assert!(poll(&mut request).is_pending());
    scene.answer(&scene.take_request(), "12.50");
    scene.hand_over();
    requester.close();
    assert_eq!(text_of(poll(&mut request)), Some("12.50".into()));
}
