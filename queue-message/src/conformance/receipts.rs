//! Receipts that are not good: refused, and nothing is changed.

use std::time::Duration;

use super::lab::{
    Check, Lab, Outcome, Probe, Stop, check, done, holds, lock_lost, message, no_reference,
};
use super::store::get;
use crate::Receipt;

pub(super) const CHECKS: &[Check] = &[
    check!(
        an_expired_receipt_is_refused,
        [],
        "a receipt whose lock has expired is refused, whether the message is ready again or locked by another"
    ),
    check!(
        a_settled_receipt_is_refused,
        [],
        "a receipt by which a message was deleted is refused, and no other message is touched"
    ),
    check!(
        a_released_receipt_is_refused,
        [Abandon],
        "a receipt by which a message was released is refused, and the message is there once"
    ),
    check!(
        a_receipt_that_was_never_given_is_refused,
        [],
        "a receipt that nobody gave is refused, and no message is touched"
    ),
    check!(
        a_receipt_of_another_queue_is_refused,
        [],
        "a receipt that another queue gave is refused, and no message is touched in either"
    ),
    check!(
        completing_twice_is_refused,
        [],
        "a message is completed once; by another copy of it, it is refused"
    ),
    check!(
        a_message_that_was_not_received_is_not_settled,
        [],
        "a message without reference is refused"
    ),
    check!(
        a_late_settlement_loses_nothing,
        [Abandon],
        "a message that is completed or abandoned too late is received again"
    ),
];

/// Sees to it that a receipt is refused, by each operation that the queue claims.
async fn is_refused(queue: &Probe<'_>, receipt: &Receipt, whose: &str) -> Outcome {
    lock_lost(
        &format!("`delete` by a receipt {whose}"),
        queue.delete(receipt).await,
    )?;
    let claimed = queue.capabilities();
    if claimed.renew_lock {
        let extended = queue.extend(receipt, Duration::from_secs(3600)).await;
        lock_lost(&format!("`extend` by a receipt {whose}"), extended)?;
    }
    if claimed.abandon {
        lock_lost(
            &format!("`release` by a receipt {whose}"),
            queue.release(receipt).await,
        )?;
    }
    Ok(())
}

async fn an_expired_receipt_is_refused(lab: &Lab<'_>) -> Outcome {
    let queue = lab.open().await?;
    done("`put`", queue.put(message("ABC")).await)?;
    let (expired, _) = get(&queue, "ABC", lab.lock(), "after a put").await?;
    lab.advance(lab.lock()).await;
    is_refused(&queue, &expired, "that has expired").await?;
    let (good, _) = get(&queue, "ABC", lab.lock(), "after its lock has expired").await?;
    is_refused(
        &queue,
        &expired,
        "that has expired, while another has the message",
    )
    .await?;
    queue.take_none("while another has the message").await?;
    done(
        "`delete` by the receipt that is good",
        queue.delete(&good).await,
    )
}

async fn a_settled_receipt_is_refused(lab: &Lab<'_>) -> Outcome {
    let queue = lab.open().await?;
    done("`put`", queue.put(message("A")).await)?;
    let (settled, _) = get(&queue, "A", lab.lock(), "after a put").await?;
    done("`delete`", queue.delete(&settled).await)?;
    is_refused(&queue, &settled, "that was deleted by").await?;
    // The next message may lie where the first one lay.
    done("`put`", queue.put(message("B")).await)?;
    is_refused(&queue, &settled, "that was deleted by, with a new message").await?;
    let (good, _) = get(&queue, "B", lab.lock(), "after a put").await?;
    is_refused(
        &queue,
        &settled,
        "that was deleted by, with a new message in flight",
    )
    .await?;
    queue
        .take_none("while the new message is in flight")
        .await?;
    done(
        "`delete` by the receipt that is good",
        queue.delete(&good).await,
    )
}

async fn a_released_receipt_is_refused(lab: &Lab<'_>) -> Outcome {
    let queue = lab.open().await?;
    done("`put`", queue.put(message("ABC")).await)?;
    let (released, _) = get(&queue, "ABC", lab.lock(), "after a put").await?;
    done("`release`", queue.release(&released).await)?;
    is_refused(&queue, &released, "that was released").await?;
    queue.take_all(&["ABC"], "after it was released").await
}

async fn a_receipt_that_was_never_given_is_refused(lab: &Lab<'_>) -> Outcome {
    let queue = lab.open().await?;
    queue.send_texts(&["A"]).await?;
    let mut locked = queue.take("A", "after it was sent").await?;
    queue.send_texts(&["B"]).await?;
    for never in [
        "",
        "never given",
        "0",
        "é",
        "AQEBwJnKyrHigUMZj6rYigCgxlaS3SLy0a",
    ] {
        is_refused(&queue, &never.into(), "that was never given").await?;
    }
    for words in [[0; 3], [0, 0, 1], [1, 0, 0], [u64::MAX; 3]] {
        is_refused(&queue, &Receipt::from_words(words), "that was never given").await?;
    }
    done(
        "`complete` by the receipt that is good",
        queue.complete(&mut locked).await,
    )?;
    queue
        .take_all(&["B"], "after bad receipts were refused")
        .await
}

async fn a_receipt_of_another_queue_is_refused(lab: &Lab<'_>) -> Outcome {
    let (here, there) = (lab.open().await?, lab.open().await?);
    for queue in [&here, &there] {
        done("`put`", queue.put(message("ABC")).await)?;
    }
    let (ours, _) = get(&here, "ABC", lab.lock(), "after a put").await?;
    let (theirs, _) = get(&there, "ABC", lab.lock(), "after a put to the other queue").await?;
    is_refused(&here, &theirs, "of another queue").await?;
    here.take_none("while the message is in flight").await?;
    done(
        "`delete` by the receipt of this queue",
        here.delete(&ours).await,
    )?;
    done(
        "`delete` by the receipt of the other queue, there",
        there.delete(&theirs).await,
    )
}

async fn completing_twice_is_refused(lab: &Lab<'_>) -> Outcome {
    let queue = lab.open().await?;
    queue.send_texts(&["A", "B"]).await?;
    let Some(mut first) = done("`receive`", queue.receive(Duration::ZERO).await)? else {
        return Stop::failed("`receive` after two messages were sent: expected one, came nothing");
    };
    let mut copy = first.clone();
    done("`complete`", queue.complete(&mut first).await)?;
    lock_lost(
        "a second `complete` of a message",
        queue.complete(&mut first).await,
    )?;
    lock_lost(
        "`complete` of a copy of a completed message",
        queue.complete(&mut copy).await,
    )?;
    let second = done("`receive`", queue.receive(Duration::ZERO).await)?;
    holds("the other message is still received", second.is_some())
}

async fn a_message_that_was_not_received_is_not_settled(lab: &Lab<'_>) -> Outcome {
    let queue = lab.open().await?;
    let mut sent = message("ABC");
    done("`send`", queue.send(sent.clone()).await)?;
    lock_lost(
        "`complete` of a message that was not received",
        queue.complete(&mut sent).await,
    )?;
    if queue.capabilities().abandon {
        lock_lost(
            "`abandon` of a message that was not received",
            queue.abandon(&mut sent).await,
        )?;
    }
    if queue.capabilities().renew_lock {
        lock_lost(
            "`renew_lock` of a message that was not received",
            queue.renew_lock(&sent, lab.lock()).await,
        )?;
    }
    no_reference("that was not received", &sent)?;
    queue.take_all(&["ABC"], "after it was not settled").await
}

async fn a_late_settlement_loses_nothing(lab: &Lab<'_>) -> Outcome {
    let queue = lab.open().await?;
    queue.send_texts(&["ABC"]).await?;
    let mut late = queue.take("ABC", "after it was sent").await?;
    lab.advance(lab.lock()).await;
    lock_lost(
        "`abandon` after the lock has expired",
        queue.abandon(&mut late).await,
    )?;
    let mut late = queue.take("ABC", "after a late `abandon`").await?;
    lab.advance(lab.lock()).await;
    lock_lost(
        "`complete` after the lock has expired",
        queue.complete(&mut late).await,
    )?;
    queue.take_all(&["ABC"], "after a late `complete`").await
}
