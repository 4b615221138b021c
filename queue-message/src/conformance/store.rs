//! Put, get, delete, extend, release as such.

use std::time::Duration;

use super::lab::{
    Check, Lab, Outcome, Probe, Stop, check, done, is_not_supported, lock_lost, message,
    no_reference, refused, same, text,
};
use super::parked::Parked;
use crate::{MessageEnvelope, Receipt};

pub(super) const CHECKS: &[Check] = &[
    check!(
        put_answers_the_id,
        [],
        "a put answers the id of its message"
    ),
    check!(
        get_takes_and_delete_removes,
        [],
        "a message that was got is got by nobody else, and after its delete never again"
    ),
    check!(
        get_waits_for_a_put,
        [],
        "a get that waits is woken by a put"
    ),
    check!(
        release_makes_visible,
        [Abandon],
        "a message that was released is got again, by a new receipt"
    ),
    check!(
        get_hides_for_its_visibility,
        [],
        "a message is hidden for the visibility that was asked for, whatever the queue's lock timeout"
    ),
    check!(
        extend_hides_from_now_on,
        [RenewLock],
        "an extended message is hidden for the new visibility from now on"
    ),
    check!(
        what_is_not_claimed_is_not_supported,
        [],
        "an operation that the capabilities leave out answers NotSupported"
    ),
];

/// Gets without waiting, what must be a message with this text.
pub(super) async fn get(
    queue: &Probe<'_>,
    expected: &str,
    visibility: Duration,
    when: &str,
) -> Outcome<(Receipt, MessageEnvelope)> {
    match done(
        &format!("`get` {when}"),
        queue.get(Duration::ZERO, visibility).await,
    )? {
        Some((receipt, message)) if message.message() == expected => Ok((receipt, message)),
        other => Stop::failed(format!(
            "`get` {when}: expected the message `{expected}`, came {:?}",
            other.as_ref().map(|(_, message)| text(message))
        )),
    }
}

async fn put_answers_the_id(lab: &Lab<'_>) -> Outcome {
    let queue = lab.open().await?;
    let sent = message("ABC");
    let id = done("`put`", queue.put(sent.clone()).await)?;
    same("what `put` answers", sent.message_id(), &id)?;
    let (_, came) = get(&queue, "ABC", lab.lock(), "after a put").await?;
    same("the id of what was got", &id, came.message_id())
}

async fn get_takes_and_delete_removes(lab: &Lab<'_>) -> Outcome {
    let queue = lab.open().await?;
    done("`put`", queue.put(message("ABC")).await)?;
    let (receipt, _) = get(&queue, "ABC", lab.lock(), "after a put").await?;
    queue.take_none("while the message is in flight").await?;
    done("`delete`", queue.delete(&receipt).await)?;
    lab.advance(lab.lock() * 2).await;
    queue.take_none("long after the delete").await
}

async fn get_waits_for_a_put(lab: &Lab<'_>) -> Outcome {
    let queue = lab.open().await?;
    let get = Parked::park(lab, "a get", queue.get(Duration::MAX, lab.lock())).await?;
    done("`put`", queue.put(message("ABC")).await)?;
    let came = done("the get that waited", get.woken(lab, "after a put").await)?;
    same(
        "what a get that waited gets",
        &Some("ABC".into()),
        &came.map(|(_, message)| text(&message)),
    )
}

async fn release_makes_visible(lab: &Lab<'_>) -> Outcome {
    let queue = lab.open().await?;
    done("`put`", queue.put(message("ABC")).await)?;
    let (first, _) = get(&queue, "ABC", lab.lock(), "after a put").await?;
    done("`release`", queue.release(&first).await)?;
    let (second, _) = get(&queue, "ABC", lab.lock(), "after a release").await?;
    lock_lost(
        "`delete` by the receipt that was released",
        queue.delete(&first).await,
    )?;
    done("`delete` by the new receipt", queue.delete(&second).await)
}

async fn get_hides_for_its_visibility(lab: &Lab<'_>) -> Outcome {
    for visibility in [lab.whiles(1), lab.whiles(5)] {
        let queue = lab.open().await?;
        done("`put`", queue.put(message("ABC")).await)?;
        get(&queue, "ABC", visibility, "after a put").await?;
        lab.advance_before(visibility).await;
        queue
            .take_none("just before the visibility timeout")
            .await?;
        lab.advance_the_rest().await;
        queue.take("ABC", "at the visibility timeout").await?;
    }
    Ok(())
}

async fn extend_hides_from_now_on(lab: &Lab<'_>) -> Outcome {
    let queue = lab.open().await?;
    done("`put`", queue.put(message("ABC")).await)?;
    let (receipt, _) = get(&queue, "ABC", lab.whiles(2), "after a put").await?;
    lab.advance(lab.whiles(1)).await;
    done("`extend`", queue.extend(&receipt, lab.whiles(4)).await)?;
    lab.advance_before(lab.whiles(4)).await;
    queue
        .take_none("just before the extended visibility timeout")
        .await?;
    lab.advance_the_rest().await;
    queue
        .take("ABC", "at the extended visibility timeout")
        .await?;
    lock_lost(
        "`delete` after the extended visibility timeout",
        queue.delete(&receipt).await,
    )
}

async fn what_is_not_claimed_is_not_supported(lab: &Lab<'_>) -> Outcome {
    let queue = lab.open().await?;
    let claimed = queue.capabilities();
    queue.send_texts(&["ABC"]).await?;
    let mut message = queue.take("ABC", "after it was sent").await?;
    const EXPECTED: &str = "NotSupported";
    if !claimed.message_count {
        refused(
            "`read_message_count`",
            queue.read_message_count().await,
            EXPECTED,
            is_not_supported,
        )?;
    }
    if !claimed.peek {
        refused("`peek`", queue.peek().await, EXPECTED, is_not_supported)?;
    }
    if !claimed.peek_batch {
        refused(
            "`peek_batch`",
            queue.peek_batch(1).await,
            EXPECTED,
            is_not_supported,
        )?;
    }
    if !claimed.renew_lock {
        refused(
            "`renew_lock`",
            queue.renew_lock(&message, lab.lock()).await,
            EXPECTED,
            is_not_supported,
        )?;
    }
    if !claimed.abandon {
        refused(
            "`abandon`",
            queue.abandon(&mut message).await,
            EXPECTED,
            is_not_supported,
        )?;
    }
    if !claimed.dead_letter {
        refused(
            "`move_to_dead_letter`",
            queue.move_to_dead_letter(&mut message, "a reason").await,
            EXPECTED,
            is_not_supported,
        )?;
    }
    if !claimed.clear {
        refused("`clear`", queue.clear().await, EXPECTED, is_not_supported)?;
    }
    done(
        "`complete` after what is not supported",
        queue.complete(&mut message).await,
    )?;
    no_reference("after `complete`", &message)
}
