//! Locks that are renewed.

use std::time::Duration;

use super::lab::{Check, Lab, Outcome, check, done, lock_lost, no_reference};

pub(super) const CHECKS: &[Check] = &[
    check!(
        a_renewed_lock_lasts_as_asked_from_now_on,
        [RenewLock],
        "a renewed lock lasts for the time that was asked for, from the renewal on"
    ),
    check!(
        a_renewal_may_shorten_the_lock,
        [RenewLock],
        "a lock that is renewed for less than what is left of it expires then"
    ),
    check!(
        a_renewal_for_no_time_ends_the_lock,
        [RenewLock],
        "a message whose lock is renewed for no time is received again, and the old lock is lost"
    ),
    check!(
        a_lock_is_renewed_again_and_again,
        [RenewLock],
        "a lock can be renewed any number of times"
    ),
    check!(
        a_renewed_message_can_be_abandoned,
        [RenewLock, Abandon],
        "a message is abandoned after its lock was renewed, and received again"
    ),
    check!(
        a_renewed_message_can_be_completed,
        [RenewLock],
        "a message is completed after its first lock would have expired, as it was renewed"
    ),
    check!(
        an_expired_lock_is_not_renewed,
        [RenewLock],
        "renewing an expired lock is refused, and the message stays where it is"
    ),
];

async fn a_renewed_lock_lasts_as_asked_from_now_on(lab: &Lab<'_>) -> Outcome {
    let queue = lab.open().await?;
    queue.send_texts(&["ABC"]).await?;
    let message = queue.take("ABC", "after it was sent").await?;
    lab.advance(lab.whiles(2)).await;
    done(
        "`renew_lock`",
        queue.renew_lock(&message, lab.whiles(5)).await,
    )?;
    lab.advance_before(lab.whiles(5)).await;
    queue
        .take_none("just before the renewed lock expires")
        .await?;
    lab.advance_the_rest().await;
    queue
        .take("ABC", "when the renewed lock has expired")
        .await
        .map(drop)
}

async fn a_renewal_may_shorten_the_lock(lab: &Lab<'_>) -> Outcome {
    let queue = lab.open().await?;
    queue.send_texts(&["ABC"]).await?;
    let message = queue.take("ABC", "after it was sent").await?;
    done(
        "`renew_lock`",
        queue.renew_lock(&message, lab.whiles(1)).await,
    )?;
    lab.advance_before(lab.whiles(1)).await;
    queue
        .take_none("just before the shortened lock expires")
        .await?;
    lab.advance_the_rest().await;
    queue
        .take("ABC", "when the shortened lock has expired")
        .await?;
    // What was left of the first lock is nothing to the second.
    lab.advance_before(lab.lock()).await;
    queue.take_none("while the message is locked again").await
}

async fn a_renewal_for_no_time_ends_the_lock(lab: &Lab<'_>) -> Outcome {
    let queue = lab.open().await?;
    queue.send_texts(&["ABC"]).await?;
    let mut message = queue.take("ABC", "after it was sent").await?;
    done(
        "`renew_lock`",
        queue.renew_lock(&message, Duration::ZERO).await,
    )?;
    lab.advance_the_rest().await;
    lock_lost(
        "`complete` after the lock was renewed for no time",
        queue.complete(&mut message).await,
    )?;
    queue
        .take_all(&["ABC"], "after its lock was renewed for no time")
        .await
}

async fn a_lock_is_renewed_again_and_again(lab: &Lab<'_>) -> Outcome {
    let queue = lab.open().await?;
    queue.send_texts(&["ABC"]).await?;
    let message = queue.take("ABC", "after it was sent").await?;
    for _ in 0..4 {
        lab.advance(lab.whiles(2)).await;
        done("`renew_lock`", queue.renew_lock(&message, lab.lock()).await)?;
    }
    lab.advance_before(lab.lock()).await;
    queue
        .take_none("just before the lock that was renewed four times expires")
        .await?;
    lab.advance_the_rest().await;
    queue
        .take(
            "ABC",
            "when the lock that was renewed four times has expired",
        )
        .await
        .map(drop)
}

async fn a_renewed_message_can_be_abandoned(lab: &Lab<'_>) -> Outcome {
    let queue = lab.open().await?;
    queue.send_texts(&["ABC"]).await?;
    let mut message = queue.take("ABC", "after it was sent").await?;
    done(
        "`renew_lock`",
        queue.renew_lock(&message, lab.whiles(5)).await,
    )?;
    lab.advance(lab.whiles(4)).await;
    done(
        "`abandon` after `renew_lock`",
        queue.abandon(&mut message).await,
    )?;
    no_reference("after `abandon`", &message)?;
    queue
        .take("ABC", "after it was renewed and abandoned")
        .await?;
    // The renewed lock is nothing to the new one.
    lab.advance_before(lab.lock()).await;
    queue.take_none("while the message is locked again").await
}

async fn a_renewed_message_can_be_completed(lab: &Lab<'_>) -> Outcome {
    let queue = lab.open().await?;
    queue.send_texts(&["ABC"]).await?;
    let mut message = queue.take("ABC", "after it was sent").await?;
    done(
        "`renew_lock`",
        queue.renew_lock(&message, lab.whiles(5)).await,
    )?;
    lab.advance(lab.whiles(4)).await;
    done(
        "`complete` after `renew_lock`",
        queue.complete(&mut message).await,
    )?;
    lab.advance(lab.whiles(5)).await;
    queue.take_none("long after it was completed").await
}

async fn an_expired_lock_is_not_renewed(lab: &Lab<'_>) -> Outcome {
    let queue = lab.open().await?;
    queue.send_texts(&["ABC"]).await?;
    let message = queue.take("ABC", "after it was sent").await?;
    lab.advance(lab.lock()).await;
    lock_lost(
        "`renew_lock` after the lock has expired",
        queue.renew_lock(&message, lab.lock()).await,
    )?;
    queue.take("ABC", "after the renewal was refused").await?;
    lock_lost(
        "`renew_lock` while another has the message",
        queue.renew_lock(&message, lab.whiles(9)).await,
    )?;
    lab.advance(lab.lock()).await;
    queue
        .take("ABC", "after the lock of the other has expired")
        .await
        .map(drop)
}
