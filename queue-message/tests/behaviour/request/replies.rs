//! Answers: where they may go, and what becomes of those that nobody awaits.

use super::*;
use queue_message::{ConfigParams, MemoryMessageQueueConnection, MessageQueueConnection};

#[test]
fn what_nobody_awaits_is_counted_and_holds_up_nobody() {
    let mut scene = Scene::new();
    let requester = scene.requester.clone();
    let mut request = pin!(requester.request(message("hat"), TIMEOUT));
    assert!(poll(&mut request).is_pending());
    let received = scene.take_request();

    let foreign = MessageEnvelope::builder()
        .in_reply_to(&MessageId::random())
        .build();
    block_on(scene.replies.send(foreign)).unwrap();
    block_on(scene.replies.send(message("no answer at all"))).unwrap();
    scene.answer(&received, "the first");
    scene.answer(&received, "the second");
    scene.hand_over();

    assert_eq!(text_of(poll(&mut request)), Some("the first".into()));
    assert_eq!(requester.late_replies(), 3);
    assert_eq!(scene.unsettled_answers(), 0);
}

#[test]
fn a_reply_has_a_trace_id_of_its_own_or_that_of_the_request() {
    let scene = Scene::new();
    let request = MessageEnvelope::builder()
        .trace_id("theirs")
        .reply_to("answers")
        .build();
    let replies = [
        MessageEnvelope::new(Some("ours"), "text", "traced"),
        message("untraced"),
    ];
    for (reply, trace_id) in replies.into_iter().zip(["ours", "theirs"]) {
        block_on(scene.replies.reply(&request, reply.clone())).unwrap();
        let sent = block_on(scene.replies.receive(Duration::ZERO)).unwrap();
        let sent = sent.expect("it was sent");
        assert_eq!(sent.trace_id(), Some(trace_id));
        assert_eq!(sent.message_id(), reply.message_id());
        assert_eq!(sent.message_type(), Some("text"));
    }
}

/// What is said about a reply that cannot be sent, which comes back.
fn refused(outcome: Result<()>) -> String {
    let error = outcome.unwrap_err();
    assert!(matches!(error, MessageError::Refused { .. }));
    let problem = error.to_string();
    let returned = error.into_message().expect("it comes back");
    assert_eq!(returned.message_as_string(), Ok("12.50"));
    assert_eq!(returned.header(IN_REPLY_TO), None);
    problem
}

#[test]
fn a_reply_goes_to_the_queue_that_the_request_names_and_to_no_other() {
    let scene = Scene::new();
    let elsewhere = MessageEnvelope::builder()
        .message_id("1")
        .reply_to("elsewhere")
        .build();
    let outcome = block_on(scene.replies.reply(&elsewhere, message("12.50")));
    assert_eq!(
        refused(outcome),
        "reply_to: message `1` awaits its answer on queue `elsewhere`, not on `answers`"
    );
    let outcome = scene
        .replies
        .blocking()
        .reply(&with_id("2"), message("12.50"));
    assert_eq!(refused(outcome), "reply_to: message `2` awaits no answer");
    assert_eq!(scene.unsettled_answers(), 0);
}

#[test]
fn a_reply_finds_its_queue_by_name() {
    let connection = MemoryMessageQueueConnection::new();
    let answers = connection.create("answers", &ConfigParams::new()).unwrap();
    let request = MessageEnvelope::builder().reply_to("answers").build();
    block_on(connection.reply(&request, message("12.50"))).unwrap();
    assert_eq!(block_on(answers.read_message_count()).unwrap(), 1);

    let elsewhere = MessageEnvelope::builder().reply_to("elsewhere").build();
    let outcome = block_on(connection.reply(&elsewhere, message("12.50")));
    assert_eq!(refused(outcome), "reply_to: there is no queue `elsewhere`");
    let outcome = block_on(connection.reply(&with_id("2"), message("12.50")));
    assert_eq!(refused(outcome), "reply_to: message `2` awaits no answer");
}

#[test]
fn a_reply_that_cannot_be_sent_comes_back() {
    let scene = Scene::new();
    let request = MessageEnvelope::builder().reply_to("answers").build();
    block_on(scene.replies.close()).unwrap();
    let error = block_on(scene.replies.reply(&request, message("12.50"))).unwrap_err();
    assert!(matches!(error, MessageError::Closed { .. }));
    assert_eq!(
        error.into_message().unwrap().message_as_string(),
        Ok("12.50")
    );
}
