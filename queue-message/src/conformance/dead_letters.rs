//! Messages that nobody could process.

use std::time::Duration;

use super::lab::{
    Check, Lab, Outcome, Probe, Stop, check, done, holds, lock_lost, message, no_reference, same,
    text,
};
use super::parked::Parked;
use crate::{DEAD_LETTER_REASON, DEAD_LETTER_SOURCE, MessageEnvelope, MessageError};

pub(super) const CHECKS: &[Check] = &[
    check!(
        a_dead_letter_is_kept_with_its_reason,
        [DeadLetter],
        "a message that is moved to the dead letters is received there as it was, with the reason and the name of the queue"
    ),
    check!(
        a_dead_letter_never_comes_again,
        [DeadLetter],
        "a message that was moved to the dead letters has no reference any more, and is not received again"
    ),
    check!(
        a_dead_letter_wakes_who_waits_for_one,
        [DeadLetter],
        "a receive that waits on the dead letters is woken by one"
    ),
    check!(
        a_message_whose_lock_is_lost_is_not_moved,
        [DeadLetter],
        "moving a message whose lock has expired is refused, and the message stays where it is"
    ),
    check!(
        abandoned_too_often_is_a_dead_letter,
        [DeadLetter, MaxDeliveries, Abandon],
        "a message that was abandoned after its last delivery is a dead letter, with a reason"
    ),
    check!(
        expired_too_often_is_a_dead_letter,
        [DeadLetter, MaxDeliveries],
        "a message whose lock has expired after its last delivery is a dead letter, with a reason"
    ),
    check!(
        completed_at_the_last_delivery_is_no_dead_letter,
        [DeadLetter, MaxDeliveries],
        "a message that was completed at its last delivery is not a dead letter"
    ),
    check!(
        a_dead_letter_without_room_stays_locked,
        [DeadLetter, Capacity],
        "moving a message to dead letters that are full is refused, and it is still locked by its receiver"
    ),
    check!(
        a_dead_letter_without_room_is_not_lost,
        [DeadLetter, MaxDeliveries, Capacity],
        "a message that is delivered too often while the dead letters are full is not lost, and is one once there is room"
    ),
];

/// Receives a dead letter, and looks at what it says.
async fn letter(
    letters: &Probe<'_>,
    queue: &Probe<'_>,
    sent: &MessageEnvelope,
    when: &str,
) -> Outcome<String> {
    let mut letter = letters.take(&text(sent), when).await?;
    same(
        "the id of a dead letter",
        sent.message_id(),
        letter.message_id(),
    )?;
    same(
        "the trace id of a dead letter",
        &sent.trace_id(),
        &letter.trace_id(),
    )?;
    same(
        "the type of a dead letter",
        &sent.message_type(),
        &letter.message_type(),
    )?;
    for (name, value) in sent.headers() {
        same(
            &format!("the header `{name}` of a dead letter"),
            &Some(&**value),
            &letter.header(name),
        )?;
    }
    same(
        "the source of a dead letter",
        &Some(queue.name()),
        &letter.header(DEAD_LETTER_SOURCE),
    )?;
    let reason = letter
        .header(DEAD_LETTER_REASON)
        .unwrap_or_default()
        .to_owned();
    done(
        "`complete` of a dead letter",
        letters.complete(&mut letter).await,
    )?;
    letters
        .take_none("after the only dead letter was completed")
        .await?;
    Ok(reason)
}

fn sent() -> MessageEnvelope {
    message("ABC")
        .to_builder()
        .trace_id("trace")
        .header("tenant", "7")
        .build()
}

async fn a_dead_letter_is_kept_with_its_reason(lab: &Lab<'_>) -> Outcome {
    let queue = lab.open_with(|setup| setup.dead_letter = true).await?;
    let (letters, sent) = (queue.letters()?, sent());
    done("`send`", queue.send(sent.clone()).await)?;
    let mut message = queue.take("ABC", "after it was sent").await?;
    let moved = queue
        .move_to_dead_letter(&mut message, "no such customer: 7")
        .await;
    done("`move_to_dead_letter`", moved)?;
    let reason = letter(
        &letters,
        &queue,
        &sent,
        "after it was moved to the dead letters",
    )
    .await?;
    same(
        "the reason of a dead letter",
        &"no such customer: 7".to_owned(),
        &reason,
    )
}

async fn a_dead_letter_never_comes_again(lab: &Lab<'_>) -> Outcome {
    let queue = lab.open_with(|setup| setup.dead_letter = true).await?;
    queue.send_texts(&["ABC"]).await?;
    let mut message = queue.take("ABC", "after it was sent").await?;
    let mut copy = message.clone();
    done(
        "`move_to_dead_letter`",
        queue.move_to_dead_letter(&mut message, "a reason").await,
    )?;
    no_reference("after `move_to_dead_letter`", &message)?;
    lock_lost(
        "`complete` of a copy of a dead letter",
        queue.complete(&mut copy).await,
    )?;
    lab.advance(lab.lock() * 2).await;
    queue
        .take_none("long after it was moved to the dead letters")
        .await
}

async fn a_dead_letter_wakes_who_waits_for_one(lab: &Lab<'_>) -> Outcome {
    let queue = lab.open_with(|setup| setup.dead_letter = true).await?;
    let letters = queue.letters()?;
    let receive = letters.receive(Duration::MAX);
    let receive = Parked::park(lab, "a receive on the dead letters", receive).await?;
    queue.send_texts(&["ABC"]).await?;
    let mut message = queue.take("ABC", "after it was sent").await?;
    done(
        "`move_to_dead_letter`",
        queue.move_to_dead_letter(&mut message, "a reason").await,
    )?;
    let came = done(
        "the receive that waited",
        receive.woken(lab, "after a message was moved there").await,
    )?;
    same(
        "what a receive on the dead letters gets",
        &Some("ABC".into()),
        &came.as_ref().map(text),
    )
}

async fn a_message_whose_lock_is_lost_is_not_moved(lab: &Lab<'_>) -> Outcome {
    let queue = lab.open_with(|setup| setup.dead_letter = true).await?;
    let letters = queue.letters()?;
    queue.send_texts(&["ABC"]).await?;
    let mut late = queue.take("ABC", "after it was sent").await?;
    lab.advance(lab.lock()).await;
    let moved = queue.move_to_dead_letter(&mut late, "a reason").await;
    lock_lost("`move_to_dead_letter` after the lock has expired", moved)?;
    let mut not_received = message("ABC");
    let moved = queue
        .move_to_dead_letter(&mut not_received, "a reason")
        .await;
    lock_lost(
        "`move_to_dead_letter` of a message that was not received",
        moved,
    )?;
    letters.take_none("after moves were refused").await?;
    queue.take_all(&["ABC"], "after moves were refused").await
}

async fn abandoned_too_often_is_a_dead_letter(lab: &Lab<'_>) -> Outcome {
    let queue = lab.open_with(|setup| {
        setup.dead_letter = true;
        setup.max_deliveries = Some(2);
    });
    let queue = queue.await?;
    let (letters, sent) = (queue.letters()?, sent());
    done("`send`", queue.send(sent.clone()).await)?;
    for when in ["for the first time", "for the second and last time"] {
        let mut message = queue.take("ABC", when).await?;
        letters
            .take_none("before the message was delivered too often")
            .await?;
        done("`abandon`", queue.abandon(&mut message).await)?;
    }
    queue.take_none("after the last delivery").await?;
    let reason = letter(&letters, &queue, &sent, "after the last delivery").await?;
    holds("a dead letter says why it is one", !reason.is_empty())
}

async fn expired_too_often_is_a_dead_letter(lab: &Lab<'_>) -> Outcome {
    let queue = lab.open_with(|setup| {
        setup.dead_letter = true;
        setup.max_deliveries = Some(2);
    });
    let queue = queue.await?;
    let (letters, sent) = (queue.letters()?, sent());
    done("`send`", queue.send(sent.clone()).await)?;
    for when in ["for the first time", "for the second and last time"] {
        queue.take("ABC", when).await?;
        letters
            .take_none("before the message was delivered too often")
            .await?;
        lab.advance(lab.lock()).await;
    }
    queue.take_none("after the last delivery").await?;
    let reason = letter(&letters, &queue, &sent, "after the last delivery").await?;
    holds("a dead letter says why it is one", !reason.is_empty())
}

async fn completed_at_the_last_delivery_is_no_dead_letter(lab: &Lab<'_>) -> Outcome {
    let queue = lab.open_with(|setup| {
        setup.dead_letter = true;
        setup.max_deliveries = Some(2);
    });
    let queue = queue.await?;
    let letters = queue.letters()?;
    queue.send_texts(&["ABC"]).await?;
    queue.take("ABC", "for the first time").await?;
    lab.advance(lab.lock()).await;
    queue
        .take_all(&["ABC"], "for the second and last time")
        .await?;
    lab.advance(lab.lock()).await;
    queue.take_none("long after it was completed").await?;
    letters.take_none("after the message was completed").await
}

async fn a_dead_letter_without_room_stays_locked(lab: &Lab<'_>) -> Outcome {
    let queue = lab.open_with(|setup| {
        setup.dead_letter = true;
        setup.capacity = 1;
    });
    let queue = queue.await?;
    let letters = queue.letters()?;
    letters.send_texts(&["A"]).await?;
    queue.send_texts(&["B"]).await?;
    let mut message = queue.take("B", "after it was sent").await?;
    match queue.move_to_dead_letter(&mut message, "a reason").await {
        // The message is still locked: a copy of it would be one too many.
        Err(MessageError::Full { returned: None, .. }) => {}
        other => {
            return Stop::failed(format!(
                "`move_to_dead_letter` to dead letters that are full: expected `Full`, without a message, came {other:?}"
            ));
        }
    }
    queue.take_none("while the message is still locked").await?;
    letters.take_all(&["A"], "after nothing was moved").await?;
    let moved = queue.move_to_dead_letter(&mut message, "a reason").await;
    done("`move_to_dead_letter`, when there is room again", moved)?;
    letters.take_all(&["B"], "after it was moved").await
}

async fn a_dead_letter_without_room_is_not_lost(lab: &Lab<'_>) -> Outcome {
    let queue = lab.open_with(|setup| {
        setup.dead_letter = true;
        setup.max_deliveries = Some(1);
        setup.capacity = 1;
    });
    let queue = queue.await?;
    let letters = queue.letters()?;
    letters.send_texts(&["A"]).await?;
    queue.send_texts(&["B"]).await?;
    queue.take("B", "after it was sent").await?;
    lab.advance(lab.lock()).await;
    // It may come again meanwhile, or wait for room where nobody gets it.
    done("`receive`", queue.receive(Duration::ZERO).await)?;
    lab.advance(lab.lock()).await;
    letters.take_all(&["A"], "after nothing was moved").await?;
    for _ in 0..3 {
        if let Some(mut letter) = done(
            "`receive` on the dead letters",
            letters.receive(Duration::ZERO).await,
        )? {
            same(
                "what is in the dead letters",
                &"B".to_owned(),
                &text(&letter),
            )?;
            done(
                "`complete` of a dead letter",
                letters.complete(&mut letter).await,
            )?;
            return queue.take_none("after the message is a dead letter").await;
        }
        done("`receive`", queue.receive(Duration::ZERO).await)?;
        lab.advance(lab.lock()).await;
    }
    Stop::failed(
        "a message that was delivered too often: expected it in the dead letters once there is room, came nothing",
    )
}
