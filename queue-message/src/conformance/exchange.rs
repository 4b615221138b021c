//! Messages go in, and come out as they were.

use std::time::Duration;

use super::lab::{
    Check, Lab, Outcome, Stop, all, check, done, holds, lock_lost, no_reference, same, same_set,
    text,
};
use super::parked::Parked;
use crate::codec::Json;
use crate::{CONTENT_TYPE, MessageEnvelope, MessageId, MessageQueueExt};

pub(super) const CHECKS: &[Check] = &[
    check!(
        a_sent_message_is_received,
        [],
        "a message that was sent is received, with a reference, and then there is none left"
    ),
    check!(
        a_parked_receive_gets_what_is_sent_then,
        [],
        "a receive that waits is woken by a message that is sent, and gets it"
    ),
    check!(
        complete_removes_the_message,
        [],
        "a completed message has no reference any more, and never comes again"
    ),
    check!(
        messages_are_counted,
        [MessageCount],
        "the count is of messages that wait to be received: sent and not received"
    ),
    check!(
        abandon_returns_the_message,
        [Abandon],
        "an abandoned message has no reference any more, and is received again"
    ),
    check!(
        an_abandon_wakes_a_parked_receive,
        [Abandon],
        "a receive that waits is woken by a message that is abandoned"
    ),
    check!(
        peek_leaves_the_message,
        [Peek],
        "a message that is looked at has no reference, and is still received"
    ),
    check!(
        peek_on_an_empty_queue_gives_nothing,
        [Peek, PeekBatch],
        "where there is no message, or only locked ones, none is shown"
    ),
    check!(
        peek_batch_shows_the_next_messages,
        [PeekBatch, Order],
        "as many messages as were asked for are shown, in the order in which they would be received"
    ),
    check!(
        objects_are_received_as_they_were_sent,
        [],
        "a list and a string that were sent as objects are received as such"
    ),
    check!(
        envelopes_are_kept,
        [],
        "id, trace id, type, headers, reply-to and any bytes are received as they were sent; the sent time is set"
    ),
    check!(
        what_is_missing_stays_missing,
        [],
        "a message without trace id, type, reply-to, headers and content is received without them"
    ),
    check!(
        a_received_message_can_be_sent_on,
        [],
        "a received message that is sent to another queue is a new one there, and still locked here"
    ),
    check!(
        competing_receivers_get_each_message_once,
        [],
        "of four receivers that wait, each gets one of four messages, and no two get the same"
    ),
    check!(
        clear_removes_all_messages,
        [Clear],
        "after a clear no message comes, whether it was ready or locked, and old receipts are refused"
    ),
];

async fn a_sent_message_is_received(lab: &Lab<'_>) -> Outcome {
    let queue = lab.open().await?;
    queue.take_none("before anything was sent").await?;
    queue.send_texts(&["ABC"]).await?;
    let message = queue.take("ABC", "after it was sent").await?;
    holds(
        "a received message has a reference",
        message.reference().is_some(),
    )?;
    queue.take_none("after the only message was received").await
}

async fn a_parked_receive_gets_what_is_sent_then(lab: &Lab<'_>) -> Outcome {
    let queue = lab.open().await?;
    let receive = Parked::park(lab, "a receive", queue.receive(Duration::MAX)).await?;
    queue.send_texts(&["ABC"]).await?;
    let came = receive.woken(lab, "after a message was sent").await;
    let message = done("the receive that waited", came)?;
    same(
        "what a receive that waited gets",
        &Some("ABC".into()),
        &message.as_ref().map(text),
    )?;
    queue
        .take_none("after the receive that waited got the message")
        .await
}

async fn complete_removes_the_message(lab: &Lab<'_>) -> Outcome {
    let queue = lab.open().await?;
    queue.send_texts(&["ABC"]).await?;
    let mut message = queue.take("ABC", "after it was sent").await?;
    done("`complete`", queue.complete(&mut message).await)?;
    no_reference("after `complete`", &message)?;
    lab.advance(lab.lock() * 2).await;
    queue.take_none("long after it was completed").await
}

async fn messages_are_counted(lab: &Lab<'_>) -> Outcome {
    let queue = lab.open().await?;
    queue.counts(0, "before anything was sent").await?;
    queue.send_texts(&["A", "B"]).await?;
    queue.counts(2, "after two were sent").await?;
    let mut message = done("`receive`", queue.receive(Duration::ZERO).await)?;
    queue.counts(1, "after one of two was received").await?;
    if let Some(message) = &mut message {
        done("`complete`", queue.complete(message).await)?;
    }
    queue.counts(1, "after one of two was completed").await?;
    done("`receive`", queue.receive(Duration::ZERO).await)?;
    queue
        .counts(0, "while one is completed and one is locked")
        .await?;
    lab.advance(lab.lock()).await;
    queue.counts(1, "after the lock of one has expired").await
}

async fn abandon_returns_the_message(lab: &Lab<'_>) -> Outcome {
    let queue = lab.open().await?;
    queue.send_texts(&["ABC"]).await?;
    let mut message = queue.take("ABC", "after it was sent").await?;
    done("`abandon`", queue.abandon(&mut message).await)?;
    no_reference("after `abandon`", &message)?;
    queue.take_all(&["ABC"], "after it was abandoned").await
}

async fn an_abandon_wakes_a_parked_receive(lab: &Lab<'_>) -> Outcome {
    let queue = lab.open().await?;
    queue.send_texts(&["ABC"]).await?;
    let mut message = queue.take("ABC", "after it was sent").await?;
    let receive = Parked::park(lab, "a receive", queue.receive(Duration::MAX)).await?;
    done("`abandon`", queue.abandon(&mut message).await)?;
    let came = receive.woken(lab, "after the message was abandoned").await;
    let message = done("the receive that waited", came)?;
    same(
        "what a receive that waited gets",
        &Some("ABC".into()),
        &message.as_ref().map(text),
    )
}

async fn peek_leaves_the_message(lab: &Lab<'_>) -> Outcome {
    let queue = lab.open().await?;
    queue.send_texts(&["ABC"]).await?;
    for _ in 0..2 {
        match done("`peek`", queue.peek().await)? {
            Some(shown) if shown.message() == "ABC" => no_reference("that is looked at", &shown)?,
            other => {
                return Stop::failed(format!(
                    "`peek`: expected the message `ABC`, came {other:?}"
                ));
            }
        }
    }
    queue.take_all(&["ABC"], "after it was looked at").await
}

async fn peek_on_an_empty_queue_gives_nothing(lab: &Lab<'_>) -> Outcome {
    let queue = lab.open().await?;
    let shown = done("`peek`", queue.peek().await)?;
    same("`peek` on an empty queue", &None, &shown.as_ref().map(text))?;
    queue.shows(&[], 10, "on an empty queue").await?;
    queue.send_texts(&["ABC"]).await?;
    queue.take("ABC", "after it was sent").await?;
    let shown = done("`peek`", queue.peek().await)?;
    same(
        "`peek` while the only message is locked",
        &None,
        &shown.as_ref().map(text),
    )?;
    queue
        .shows(&[], 10, "while the only message is locked")
        .await
}

async fn peek_batch_shows_the_next_messages(lab: &Lab<'_>) -> Outcome {
    let queue = lab.open().await?;
    queue.send_texts(&["A", "B", "C", "D"]).await?;
    queue.shows(&[], 0, "of four messages").await?;
    queue.shows(&["A", "B"], 2, "of four messages").await?;
    queue
        .shows(&["A", "B", "C", "D"], 10, "of four messages")
        .await?;
    queue.take("A", "after all were looked at").await?;
    queue
        .shows(&["B", "C", "D"], 10, "while the first is locked")
        .await?;
    lab.advance(lab.lock()).await;
    queue
        .shows(
            &["A", "B", "C", "D"],
            10,
            "after the lock of the first has expired",
        )
        .await
}

async fn objects_are_received_as_they_were_sent(lab: &Lab<'_>) -> Outcome {
    let queue = lab.open().await?;
    let list = vec!["A".to_owned(), "ß".to_owned()];
    done(
        "`send_as_object` of a list",
        queue.send_as_object("list", &list).await,
    )?;
    done(
        "`send_as_object` of a string",
        queue.send_as_object("string", "ABC").await,
    )?;
    let mut kinds = Vec::new();
    for _ in 0..2 {
        let Some(message) = done("`receive`", queue.receive(Duration::ZERO).await)? else {
            return Stop::failed(
                "`receive` of what was sent as an object: expected a message, came nothing",
            );
        };
        same(
            "the content type of an object",
            &Some("application/json"),
            &message.header(CONTENT_TYPE),
        )?;
        let kind = message.message_type().unwrap_or_default();
        kinds.push(kind.to_owned());
        match kind {
            "list" => same(
                "the list",
                &Some(list.clone()),
                &message.message_as_object(&Json).ok(),
            )?,
            _ => same(
                "the string",
                &Some("ABC".to_owned()),
                &message.message_as_object(&Json).ok(),
            )?,
        }
    }
    same_set("the types of two objects", &["list", "string"], kinds)
}

async fn envelopes_are_kept(lab: &Lab<'_>) -> Outcome {
    let queue = lab.open().await?;
    let bytes: Vec<u8> = (0..=255).collect();
    let chosen = MessageId::from("order 7/ä");
    let sent = MessageEnvelope::builder()
        .message_id(chosen)
        .trace_id("trace ä")
        .message_type("typé")
        .header("tenant", "7 \"of\" 9, ß")
        .header("empty", "")
        .reply_to("answers")
        .message(bytes)
        .build();
    let drawn = MessageEnvelope::new(None, "drawn", "ABC");
    for sent in [&sent, &drawn] {
        done("`send`", queue.send(sent.clone()).await)?;
        let Some(mut came) = done("`receive`", queue.receive(Duration::ZERO).await)? else {
            return Stop::failed("`receive` after a message was sent: expected it, came nothing");
        };
        same("the message id", sent.message_id(), came.message_id())?;
        same("the trace id", &sent.trace_id(), &came.trace_id())?;
        same(
            "the message type",
            &sent.message_type(),
            &came.message_type(),
        )?;
        same("the headers", sent.headers(), came.headers())?;
        same("the reply-to", &sent.reply_to(), &came.reply_to())?;
        same("the content", sent.message(), came.message())?;
        holds(
            "a received message has a sent time",
            came.sent_time().is_some(),
        )?;
        done("`complete`", queue.complete(&mut came).await)?;
    }
    Ok(())
}

async fn what_is_missing_stays_missing(lab: &Lab<'_>) -> Outcome {
    let queue = lab.open().await?;
    done(
        "`send`",
        queue.send(MessageEnvelope::builder().build()).await,
    )?;
    let came = queue
        .take("", "after a message without content was sent")
        .await?;
    same("the trace id", &None, &came.trace_id())?;
    same("the message type", &None, &came.message_type())?;
    same("the reply-to", &None, &came.reply_to())?;
    same("the delay", &None, &came.deliver_after())?;
    same("how many headers there are", &0, &came.headers().len())
}

async fn a_received_message_can_be_sent_on(lab: &Lab<'_>) -> Outcome {
    let (from, to) = (lab.open().await?, lab.open().await?);
    from.send_texts(&["ABC"]).await?;
    let mut here = from.take("ABC", "after it was sent").await?;
    done("`send` of a received message", to.send(here.clone()).await)?;
    let mut there = to.take("ABC", "after it was sent on").await?;
    done(
        "`complete` of the message that was sent on",
        to.complete(&mut there).await,
    )?;
    done(
        "`complete` of the message that is locked",
        from.complete(&mut here).await,
    )
}

async fn competing_receivers_get_each_message_once(lab: &Lab<'_>) -> Outcome {
    let queue = lab.open().await?;
    let mut receivers = Vec::new();
    for _ in 0..4 {
        receivers.push(Parked::park(lab, "a receive", queue.receive(Duration::MAX)).await?);
    }
    queue.send_texts(&["A", "B", "C", "D"]).await?;
    let receivers = receivers.into_iter();
    let came = all(receivers
        .map(|receive| receive.woken(lab, "after four messages were sent for four receives")))
    .await;
    let mut texts = Vec::new();
    for came in came {
        texts.extend(done("a receive that waited", came)?.as_ref().map(text));
    }
    let what = "what four receivers got of four messages";
    same_set(what, &["A", "B", "C", "D"], texts)?;
    queue
        .take_none("after four receivers got four messages")
        .await
}

async fn clear_removes_all_messages(lab: &Lab<'_>) -> Outcome {
    let queue = lab.open().await?;
    queue.send_texts(&["A", "B", "C"]).await?;
    let Some(mut locked) = done("`receive`", queue.receive(Duration::ZERO).await)? else {
        return Stop::failed(
            "`receive` after three messages were sent: expected one, came nothing",
        );
    };
    done("`clear`", queue.clear().await)?;
    queue.take_none("after a clear").await?;
    lock_lost(
        "`complete` of a message that was locked and cleared",
        queue.complete(&mut locked).await,
    )?;
    lab.advance(lab.lock() * 2).await;
    queue
        .take_none("after the lock of a cleared message would have expired")
        .await?;
    queue.send_texts(&["D"]).await?;
    queue
        .take_all(&["D"], "after it was sent to a cleared queue")
        .await
}
