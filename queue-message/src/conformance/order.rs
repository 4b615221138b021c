//! In which order messages come, and come back.

use std::time::Duration;

use super::lab::{Check, Lab, Outcome, check, done, message};
use super::store::get;

pub(super) const CHECKS: &[Check] = &[
    check!(
        messages_come_in_the_order_they_were_sent,
        [Order],
        "messages are received first in, first out, also when sends and receives alternate"
    ),
    check!(
        an_abandoned_message_is_next,
        [Order, ReturnsInFront, Abandon],
        "an abandoned message stands in front of what was sent after it"
    ),
    check!(
        abandoned_messages_keep_their_order,
        [Order, ReturnsInFront, Abandon],
        "several abandoned messages come in the order in which they were sent, however they were abandoned"
    ),
    check!(
        an_expired_message_is_next,
        [Order, ReturnsInFront],
        "a message whose lock has expired stands in front of what was sent after it"
    ),
    check!(
        expired_messages_keep_their_order,
        [Order, ReturnsInFront],
        "several messages whose locks have expired come in the order in which they were sent, however they expired"
    ),
    check!(
        returned_messages_are_shown_in_front,
        [Order, ReturnsInFront, Abandon, PeekBatch],
        "messages that came back are shown in the order in which they will be received"
    ),
];

async fn messages_come_in_the_order_they_were_sent(lab: &Lab<'_>) -> Outcome {
    let queue = lab.open().await?;
    queue.send_texts(&["A", "B", "C"]).await?;
    queue.take("A", "of A, B, C").await?;
    queue.send_texts(&["D"]).await?;
    queue.take("B", "of B, C, D").await?;
    queue.take_all(&["C", "D"], "of C, D").await
}

async fn an_abandoned_message_is_next(lab: &Lab<'_>) -> Outcome {
    let queue = lab.open().await?;
    queue.send_texts(&["A", "B"]).await?;
    let mut first = queue.take("A", "of A, B").await?;
    queue.send_texts(&["C"]).await?;
    done("`abandon`", queue.abandon(&mut first).await)?;
    queue
        .take_all(&["A", "B", "C"], "after A was abandoned, before B and C")
        .await
}

async fn abandoned_messages_keep_their_order(lab: &Lab<'_>) -> Outcome {
    let queue = lab.open().await?;
    queue.send_texts(&["A", "B", "C", "D"]).await?;
    let mut a = queue.take("A", "of A, B, C, D").await?;
    let mut b = queue.take("B", "of B, C, D").await?;
    let mut c = queue.take("C", "of C, D").await?;
    for message in [&mut c, &mut a, &mut b] {
        done("`abandon`", queue.abandon(message).await)?;
    }
    let mut a = queue
        .take("A", "after C, A, B were abandoned in this order")
        .await?;
    done("`abandon`", queue.abandon(&mut a).await)?;
    queue
        .take_all(&["A", "B", "C", "D"], "after A was abandoned once more")
        .await
}

async fn an_expired_message_is_next(lab: &Lab<'_>) -> Outcome {
    let queue = lab.open().await?;
    queue.send_texts(&["A", "B"]).await?;
    queue.take("A", "of A, B").await?;
    queue.send_texts(&["C"]).await?;
    lab.advance(lab.lock()).await;
    queue
        .take_all(
            &["A", "B", "C"],
            "after the lock of A has expired, before B and C",
        )
        .await
}

async fn expired_messages_keep_their_order(lab: &Lab<'_>) -> Outcome {
    let queue = lab.open().await?;
    for text in ["A", "B", "C", "D"] {
        done("`put`", queue.put(message(text)).await)?;
    }
    // The first is the last whose lock expires; the second and third expire at once.
    get(&queue, "A", lab.whiles(2), "of A, B, C, D").await?;
    get(&queue, "B", lab.whiles(1), "of B, C, D").await?;
    get(&queue, "C", lab.whiles(1), "of C, D").await?;
    lab.advance(lab.whiles(2)).await;
    queue
        .take_all(
            &["A", "B", "C", "D"],
            "after the locks of B, C and then A have expired",
        )
        .await
}

async fn returned_messages_are_shown_in_front(lab: &Lab<'_>) -> Outcome {
    let queue = lab.open().await?;
    queue.send_texts(&["A", "B", "C"]).await?;
    let mut a = queue.take("A", "of A, B, C").await?;
    let mut b = queue.take("B", "of B, C").await?;
    done("`abandon`", queue.abandon(&mut b).await)?;
    queue
        .shows(&["B", "C"], 10, "after B was abandoned")
        .await?;
    done("`abandon`", queue.abandon(&mut a).await)?;
    queue
        .shows(&["A", "B"], 2, "after A was abandoned as well")
        .await?;
    done("`receive`", queue.receive(Duration::ZERO).await)?;
    queue
        .shows(&["B", "C"], 10, "after the first was received")
        .await
}
