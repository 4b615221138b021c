//! How long messages are hidden, and how long receivers wait: two times that have nothing to do with each other.

use std::time::Duration;

use super::lab::{Check, Lab, Outcome, check, done, same, text};
use super::parked::Parked;

pub(super) const CHECKS: &[Check] = &[
    check!(
        a_locked_message_is_hidden,
        [],
        "nobody gets a received message until its lock has expired"
    ),
    check!(
        an_expired_lock_returns_the_message,
        [],
        "a message whose lock has expired is received again, each time"
    ),
    check!(
        each_delivery_is_counted,
        [DeliveryCount],
        "the delivery count is 1 at the first delivery, and one more at each one after it"
    ),
    check!(
        an_abandoned_delivery_is_counted,
        [DeliveryCount, Abandon],
        "the delivery count is raised at the delivery after an abandon"
    ),
    check!(
        a_message_that_is_sent_on_is_counted_anew,
        [DeliveryCount],
        "a received message that is sent to another queue is delivered there for the first time"
    ),
    check!(
        an_expiry_wakes_a_parked_receive,
        [],
        "a receive that waits is woken by a lock that expires, and gets the message"
    ),
    check!(
        the_lock_lasts_as_long_whatever_the_wait,
        [],
        "a receive that may wait long, and got its message at once, locks it for the lock timeout"
    ),
    check!(
        the_lock_begins_with_the_delivery,
        [],
        "a message that a receive waited for is locked for the lock timeout from its delivery on"
    ),
    check!(
        a_wait_lasts_as_long_as_was_asked,
        [],
        "a receive that finds nothing answers at the end of its wait, not before and not later"
    ),
    check!(
        a_wait_without_end_lasts,
        [],
        "a receive that waits for ever still does after a long time, and then gets what is sent"
    ),
    check!(
        a_wait_of_nothing_does_not_wait,
        [],
        "a receive with a wait of zero answers at once"
    ),
];

async fn a_locked_message_is_hidden(lab: &Lab<'_>) -> Outcome {
    let queue = lab.open().await?;
    queue.send_texts(&["ABC"]).await?;
    queue.take("ABC", "after it was sent").await?;
    queue.take_none("while the message is locked").await?;
    lab.advance_before(lab.lock()).await;
    queue.take_none("just before the lock expires").await
}

async fn an_expired_lock_returns_the_message(lab: &Lab<'_>) -> Outcome {
    let queue = lab.open().await?;
    queue.send_texts(&["ABC"]).await?;
    queue.take("ABC", "after it was sent").await?;
    for _ in 0..3 {
        lab.advance(lab.lock()).await;
        queue.take("ABC", "after its lock has expired").await?;
    }
    Ok(())
}

async fn each_delivery_is_counted(lab: &Lab<'_>) -> Outcome {
    let queue = lab.open().await?;
    queue.send_texts(&["ABC"]).await?;
    for count in 1..=3 {
        let message = queue
            .take("ABC", "after it was sent, or its lock has expired")
            .await?;
        same("the delivery count", &count, &message.delivery_count())?;
        lab.advance(lab.lock()).await;
    }
    Ok(())
}

async fn an_abandoned_delivery_is_counted(lab: &Lab<'_>) -> Outcome {
    let queue = lab.open().await?;
    queue.send_texts(&["ABC"]).await?;
    for count in 1..=3 {
        let mut message = queue.take("ABC", "after it was sent or abandoned").await?;
        same("the delivery count", &count, &message.delivery_count())?;
        done("`abandon`", queue.abandon(&mut message).await)?;
    }
    Ok(())
}

async fn a_message_that_is_sent_on_is_counted_anew(lab: &Lab<'_>) -> Outcome {
    let (from, to) = (lab.open().await?, lab.open().await?);
    from.send_texts(&["ABC"]).await?;
    from.take("ABC", "after it was sent").await?;
    lab.advance(lab.lock()).await;
    let twice = from.take("ABC", "after its lock has expired").await?;
    done("`send` of a received message", to.send(twice).await)?;
    let once = to.take("ABC", "after it was sent on").await?;
    same(
        "the delivery count of a message that was sent on",
        &1,
        &once.delivery_count(),
    )
}

async fn an_expiry_wakes_a_parked_receive(lab: &Lab<'_>) -> Outcome {
    let queue = lab.open().await?;
    queue.send_texts(&["ABC"]).await?;
    queue.take("ABC", "after it was sent").await?;
    let mut receive = Parked::park(lab, "a receive", queue.receive(Duration::MAX)).await?;
    lab.advance_before(lab.lock()).await;
    receive
        .still_waits(lab, "just before the lock expires")
        .await?;
    lab.advance_the_rest().await;
    let came = done(
        "the receive that waited",
        receive.woken(lab, "after the lock has expired").await,
    )?;
    same(
        "what a receive that waited gets",
        &Some("ABC".into()),
        &came.as_ref().map(text),
    )
}

async fn the_lock_lasts_as_long_whatever_the_wait(lab: &Lab<'_>) -> Outcome {
    for wait in [lab.whiles(1), lab.whiles(10), Duration::MAX] {
        let queue = lab.open().await?;
        queue.send_texts(&["ABC"]).await?;
        let came = done("`receive`", queue.receive(wait).await)?;
        same(
            "what a receive gets",
            &Some("ABC".into()),
            &came.as_ref().map(text),
        )?;
        lab.advance_before(lab.lock()).await;
        queue.take_none("just before the lock expires").await?;
        lab.advance_the_rest().await;
        queue.take("ABC", "when the lock has expired").await?;
    }
    Ok(())
}

async fn the_lock_begins_with_the_delivery(lab: &Lab<'_>) -> Outcome {
    let queue = lab.open().await?;
    let receive = Parked::park(lab, "a receive", queue.receive(lab.whiles(10))).await?;
    lab.advance(lab.whiles(2)).await;
    queue.send_texts(&["ABC"]).await?;
    done(
        "the receive that waited",
        receive.woken(lab, "after a message was sent").await,
    )?;
    lab.advance_before(lab.lock()).await;
    queue.take_none("just before the lock expires").await?;
    lab.advance_the_rest().await;
    queue
        .take("ABC", "when the lock has expired")
        .await
        .map(drop)
}

async fn a_wait_lasts_as_long_as_was_asked(lab: &Lab<'_>) -> Outcome {
    let queue = lab.open().await?;
    let mut receive = Parked::park(lab, "a receive", queue.receive(lab.whiles(2))).await?;
    lab.advance_before(lab.whiles(2)).await;
    receive
        .still_waits(lab, "just before the end of its wait")
        .await?;
    lab.advance_the_rest().await;
    let came = done(
        "the receive that waited",
        receive.woken(lab, "at the end of its wait").await,
    )?;
    same(
        "what comes at the end of a wait",
        &None,
        &came.as_ref().map(text),
    )
}

async fn a_wait_without_end_lasts(lab: &Lab<'_>) -> Outcome {
    let queue = lab.open().await?;
    let mut receive = Parked::park(lab, "a receive", queue.receive(Duration::MAX)).await?;
    lab.advance(lab.whiles(10)).await;
    receive.still_waits(lab, "as its wait has no end").await?;
    queue.send_texts(&["ABC"]).await?;
    let came = done(
        "the receive that waited",
        receive.woken(lab, "after a message was sent").await,
    )?;
    same(
        "what a receive that waited gets",
        &Some("ABC".into()),
        &came.as_ref().map(text),
    )
}

async fn a_wait_of_nothing_does_not_wait(lab: &Lab<'_>) -> Outcome {
    let queue = lab.open().await?;
    lab.awaits("a receive with a wait of zero to end without that time passes".into());
    queue.take_none("on an empty queue").await
}
