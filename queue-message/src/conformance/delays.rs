//! Messages that are not to be delivered yet.

use std::time::Duration;

use super::lab::{Check, Lab, Outcome, Probe, check, done, message, same, text};
use super::parked::Parked;

pub(super) const CHECKS: &[Check] = &[
    check!(
        a_delayed_message_comes_when_it_is_due,
        [Delay],
        "a message with a delay is not received before it is over, and then is"
    ),
    check!(
        a_message_that_is_due_wakes_a_parked_receive,
        [Delay],
        "a receive that waits is woken by a message whose delay is over"
    ),
    check!(
        a_wait_may_end_before_the_delay,
        [Delay],
        "a receive that waits less than a message is delayed answers at the end of its wait, and the message is received later"
    ),
    check!(
        a_delayed_message_holds_nobody_up,
        [Delay],
        "a message that is sent after a delayed one is received before it"
    ),
    check!(
        delayed_messages_come_as_they_are_due,
        [Delay],
        "of several delayed messages, the one that is due first comes first"
    ),
    check!(
        delayed_messages_keep_their_order,
        [Delay, Order],
        "messages that were sent with the same delay come in the order in which they were sent"
    ),
    check!(
        a_delayed_message_is_not_counted,
        [Delay, MessageCount],
        "a delayed message is counted when it is due, and not before"
    ),
    check!(
        a_delayed_message_is_not_shown,
        [Delay, PeekBatch],
        "a delayed message is shown when it is due, and not before"
    ),
    check!(
        what_is_shown_is_received,
        [Delay, Order, PeekBatch],
        "messages that were delayed, and others, are received in the order in which they are shown"
    ),
    check!(
        a_delay_of_nothing_delays_nothing,
        [Delay],
        "a message with a delay of zero is received at once"
    ),
    check!(
        a_message_that_comes_back_is_not_delayed_again,
        [Delay],
        "a message that was delayed, and whose lock has expired, is received at once"
    ),
    check!(
        clear_removes_delayed_messages,
        [Delay, Clear],
        "after a clear, a message that was delayed does not come"
    ),
];

async fn send_delayed(queue: &Probe<'_>, text: &str, delay: Duration) -> Outcome {
    let message = message(text).to_builder().deliver_after(delay).build();
    done("`send` with a delay", queue.send(message).await)
}

async fn a_delayed_message_comes_when_it_is_due(lab: &Lab<'_>) -> Outcome {
    let queue = lab.open().await?;
    send_delayed(&queue, "ABC", lab.whiles(2)).await?;
    queue.take_none("just after it was sent").await?;
    lab.advance_before(lab.whiles(2)).await;
    queue.take_none("just before it is due").await?;
    lab.advance_the_rest().await;
    queue.take_all(&["ABC"], "when it is due").await
}

async fn a_message_that_is_due_wakes_a_parked_receive(lab: &Lab<'_>) -> Outcome {
    let queue = lab.open().await?;
    send_delayed(&queue, "ABC", lab.whiles(2)).await?;
    let mut receive = Parked::park(lab, "a receive", queue.receive(Duration::MAX)).await?;
    lab.advance_before(lab.whiles(2)).await;
    receive
        .still_waits(lab, "just before the message is due")
        .await?;
    lab.advance_the_rest().await;
    let came = done(
        "the receive that waited",
        receive.woken(lab, "when the message is due").await,
    )?;
    same(
        "what a receive that waited gets",
        &Some("ABC".into()),
        &came.as_ref().map(text),
    )
}

async fn a_wait_may_end_before_the_delay(lab: &Lab<'_>) -> Outcome {
    let queue = lab.open().await?;
    send_delayed(&queue, "ABC", lab.whiles(3)).await?;
    let receive = Parked::park(lab, "a receive", queue.receive(lab.whiles(1))).await?;
    lab.advance(lab.whiles(1)).await;
    let came = done(
        "the receive that waited",
        receive.woken(lab, "at the end of its wait").await,
    )?;
    same(
        "what comes at the end of a wait",
        &None,
        &came.as_ref().map(text),
    )?;
    lab.advance(lab.whiles(2)).await;
    queue.take_all(&["ABC"], "when it is due").await
}

async fn a_delayed_message_holds_nobody_up(lab: &Lab<'_>) -> Outcome {
    let queue = lab.open().await?;
    send_delayed(&queue, "A", lab.whiles(2)).await?;
    queue.send_texts(&["B"]).await?;
    queue.take_all(&["B"], "while A is delayed").await?;
    lab.advance(lab.whiles(2)).await;
    queue.take_all(&["A"], "when it is due").await
}

async fn delayed_messages_come_as_they_are_due(lab: &Lab<'_>) -> Outcome {
    let queue = lab.open().await?;
    send_delayed(&queue, "A", lab.whiles(3)).await?;
    send_delayed(&queue, "B", lab.whiles(1)).await?;
    lab.advance(lab.whiles(1)).await;
    queue
        .take_all(&["B"], "when B is due, and A is not")
        .await?;
    lab.advance(lab.whiles(2)).await;
    queue.take_all(&["A"], "when A is due").await
}

async fn delayed_messages_keep_their_order(lab: &Lab<'_>) -> Outcome {
    let queue = lab.open_with(|setup| setup.capacity = 2).await?;
    // What was received first is completed last, so that what lies where they lay is in another order.
    queue.send_texts(&["A", "B"]).await?;
    let mut first = queue.take("A", "of A, B").await?;
    let mut second = queue.take("B", "of A, B").await?;
    for message in [&mut second, &mut first] {
        done("`complete`", queue.complete(message).await)?;
    }
    for text in ["C", "D"] {
        send_delayed(&queue, text, lab.whiles(2)).await?;
    }
    lab.advance(lab.whiles(2)).await;
    queue.take_all(&["C", "D"], "when C and D are due").await
}

async fn a_delayed_message_is_not_counted(lab: &Lab<'_>) -> Outcome {
    let queue = lab.open().await?;
    send_delayed(&queue, "ABC", lab.whiles(2)).await?;
    queue.counts(0, "while the message is delayed").await?;
    lab.advance(lab.whiles(2)).await;
    queue.counts(1, "when the message is due").await
}

async fn a_delayed_message_is_not_shown(lab: &Lab<'_>) -> Outcome {
    let queue = lab.open().await?;
    send_delayed(&queue, "ABC", lab.whiles(2)).await?;
    queue.shows(&[], 10, "while the message is delayed").await?;
    lab.advance(lab.whiles(2)).await;
    queue.shows(&["ABC"], 10, "when the message is due").await
}

async fn what_is_shown_is_received(lab: &Lab<'_>) -> Outcome {
    let queue = lab.open().await?;
    send_delayed(&queue, "A", lab.whiles(2)).await?;
    queue.send_texts(&["B"]).await?;
    send_delayed(&queue, "C", lab.whiles(1)).await?;
    lab.advance(lab.whiles(2)).await;
    let shown = done("`peek_batch`", queue.peek_batch(3).await)?;
    let shown: Vec<_> = shown.iter().map(text).collect();
    same("how many of three messages are shown", &3, &shown.len())?;
    let texts: Vec<_> = shown.iter().map(String::as_str).collect();
    let when = format!("after {texts:?} were shown in this order");
    queue.take_all(&texts, &when).await
}

async fn a_delay_of_nothing_delays_nothing(lab: &Lab<'_>) -> Outcome {
    let queue = lab.open().await?;
    send_delayed(&queue, "ABC", Duration::ZERO).await?;
    queue.take_all(&["ABC"], "just after it was sent").await
}

async fn a_message_that_comes_back_is_not_delayed_again(lab: &Lab<'_>) -> Outcome {
    let queue = lab.open().await?;
    send_delayed(&queue, "ABC", lab.whiles(2)).await?;
    lab.advance(lab.whiles(2)).await;
    queue.take("ABC", "when it is due").await?;
    lab.advance(lab.lock()).await;
    queue.take_all(&["ABC"], "when its lock has expired").await
}

async fn clear_removes_delayed_messages(lab: &Lab<'_>) -> Outcome {
    let queue = lab.open().await?;
    send_delayed(&queue, "ABC", lab.whiles(2)).await?;
    done("`clear`", queue.clear().await)?;
    lab.advance(lab.whiles(3)).await;
    queue.take_none("long after it would have been due").await
}
