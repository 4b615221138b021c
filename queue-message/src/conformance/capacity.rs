//! Queues that are full.

use std::time::Duration;

use futures_util::future::{Either, select};

use super::lab::{
    Check, Lab, Outcome, Probe, Stop, check, done, holds, is_closed, is_full, message, returned,
};
use super::parked::Parked;
use crate::{MessageEnvelope, Result};

pub(super) const CHECKS: &[Check] = &[
    check!(
        a_full_queue_takes_nothing_more,
        [Capacity],
        "a send to a full queue waits, or answers Full with the message, and goes through when a message is completed"
    ),
    check!(
        messages_in_flight_take_room,
        [Capacity],
        "a message that is locked takes room until it is completed, so that it can come back"
    ),
    check!(
        an_abandoned_message_keeps_its_room,
        [Capacity, Abandon],
        "a message that is abandoned comes back while the queue is full, before a send that waits"
    ),
    check!(
        an_expired_message_keeps_its_room,
        [Capacity],
        "a message whose lock expires comes back while the queue is full, before a send that waits"
    ),
    check!(
        delayed_messages_take_room,
        [Capacity, Delay],
        "a message that is delayed takes room"
    ),
    check!(
        a_dead_letter_makes_room,
        [Capacity, DeadLetter],
        "a message that is moved to the dead letters makes room"
    ),
    check!(
        clear_makes_room,
        [Capacity, Clear],
        "a send that waits for room goes through when the queue is cleared"
    ),
    check!(
        close_wakes_a_parked_send,
        [Capacity],
        "a send that waits for room is woken by a close, which gives the message back"
    ),
];

/// Why a check is not for a backend.
pub(super) const NO_SEND_WAITS: &str = "a full queue answers `Full`, and no send waits";

/// A message that a full queue did not take yet.
pub(super) enum Refused<'a> {
    Waits(Parked<'a, Result<()>>),
    GivenBack(MessageEnvelope),
}

/// Sends a message to a queue that is full.
pub(super) async fn refuse<'a>(
    lab: &Lab<'_>,
    queue: &'a Probe<'_>,
    text: &str,
) -> Outcome<Refused<'a>> {
    let sent = message(text);
    let send = Parked::new("a send", queue.send(sent.clone()));
    match select(send, lab.reach()).await {
        Either::Right(((), send)) => Ok(Refused::Waits(send)),
        Either::Left((result, _)) => {
            returned(
                "`send` to a full queue",
                result,
                "Full, or to wait",
                is_full,
                &sent,
            )?;
            Ok(Refused::GivenBack(sent))
        }
    }
}

impl Refused<'_> {
    /// Sees to it that the message is still not taken.
    async fn is_still_refused(&mut self, lab: &Lab<'_>, why: &str) -> Outcome {
        match self {
            Self::Waits(send) => send.still_waits(lab, why).await,
            Self::GivenBack(_) => Ok(()),
        }
    }

    /// Sees to it that the message is taken now.
    async fn goes_through(self, lab: &Lab<'_>, queue: &Probe<'_>, when: &str) -> Outcome {
        let sent = match self {
            Self::Waits(send) => send.woken(lab, when).await,
            Self::GivenBack(message) => queue.send(message).await,
        };
        done(&format!("`send` {when}"), sent)
    }
}

async fn a_full_queue_takes_nothing_more(lab: &Lab<'_>) -> Outcome {
    let queue = lab.open_with(|setup| setup.capacity = 2).await?;
    queue.send_texts(&["A", "B"]).await?;
    let refused = refuse(lab, &queue, "C").await?;
    let Some(mut first) = done("`receive`", queue.receive(Duration::ZERO).await)? else {
        return Stop::failed("`receive` from a full queue: expected a message, came nothing");
    };
    done("`complete`", queue.complete(&mut first).await)?;
    refused
        .goes_through(lab, &queue, "after a message was completed")
        .await?;
    let refused = refuse(lab, &queue, "D").await?;
    drop(refused);
    for _ in 0..2 {
        let came = done("`receive`", queue.receive(Duration::ZERO).await)?;
        holds(
            "what was sent to a queue with room for two is received",
            came.is_some(),
        )?;
    }
    queue.take_none("after three messages were received").await
}

async fn messages_in_flight_take_room(lab: &Lab<'_>) -> Outcome {
    let queue = lab.open_with(|setup| setup.capacity = 1).await?;
    queue.send_texts(&["A"]).await?;
    let mut first = queue.take("A", "after it was sent").await?;
    let mut refused = refuse(lab, &queue, "B").await?;
    refused
        .is_still_refused(lab, "as a message in flight takes all the room")
        .await?;
    done("`complete`", queue.complete(&mut first).await)?;
    refused
        .goes_through(lab, &queue, "after the message in flight was completed")
        .await?;
    queue.take_all(&["B"], "after there was room for it").await
}

async fn an_abandoned_message_keeps_its_room(lab: &Lab<'_>) -> Outcome {
    let queue = lab.open_with(|setup| setup.capacity = 1).await?;
    queue.send_texts(&["A"]).await?;
    let mut first = queue.take("A", "after it was sent").await?;
    let mut refused = refuse(lab, &queue, "B").await?;
    done(
        "`abandon` of a message of a full queue",
        queue.abandon(&mut first).await,
    )?;
    refused
        .is_still_refused(lab, "as the abandoned message takes all the room")
        .await?;
    let mut again = queue.take("A", "after it was abandoned").await?;
    done("`complete`", queue.complete(&mut again).await)?;
    refused
        .goes_through(lab, &queue, "after the abandoned message was completed")
        .await?;
    queue.take_all(&["B"], "after there was room for it").await
}

async fn an_expired_message_keeps_its_room(lab: &Lab<'_>) -> Outcome {
    let queue = lab.open_with(|setup| setup.capacity = 1).await?;
    queue.send_texts(&["A"]).await?;
    queue.take("A", "after it was sent").await?;
    let mut refused = refuse(lab, &queue, "B").await?;
    lab.advance(lab.lock()).await;
    refused
        .is_still_refused(lab, "as the message that came back takes all the room")
        .await?;
    let mut again = queue.take("A", "after its lock has expired").await?;
    done("`complete`", queue.complete(&mut again).await)?;
    refused
        .goes_through(
            lab,
            &queue,
            "after the message that came back was completed",
        )
        .await?;
    queue.take_all(&["B"], "after there was room for it").await
}

async fn delayed_messages_take_room(lab: &Lab<'_>) -> Outcome {
    let queue = lab.open_with(|setup| setup.capacity = 1).await?;
    let delayed = message("A")
        .to_builder()
        .deliver_after(lab.whiles(2))
        .build();
    done("`send` with a delay", queue.send(delayed).await)?;
    let mut refused = refuse(lab, &queue, "B").await?;
    lab.advance(lab.whiles(2)).await;
    refused
        .is_still_refused(lab, "as the message that was delayed takes all the room")
        .await?;
    let mut first = queue.take("A", "when it is due").await?;
    done("`complete`", queue.complete(&mut first).await)?;
    refused
        .goes_through(
            lab,
            &queue,
            "after the message that was delayed was completed",
        )
        .await
}

async fn a_dead_letter_makes_room(lab: &Lab<'_>) -> Outcome {
    let queue = lab.open_with(|setup| {
        setup.dead_letter = true;
        setup.capacity = 1;
    });
    let queue = queue.await?;
    queue.send_texts(&["A"]).await?;
    let mut first = queue.take("A", "after it was sent").await?;
    let refused = refuse(lab, &queue, "B").await?;
    done(
        "`move_to_dead_letter`",
        queue.move_to_dead_letter(&mut first, "a reason").await,
    )?;
    refused
        .goes_through(lab, &queue, "after a message was moved to the dead letters")
        .await
}

async fn clear_makes_room(lab: &Lab<'_>) -> Outcome {
    let queue = lab.open_with(|setup| setup.capacity = 1).await?;
    queue.send_texts(&["A"]).await?;
    let refused = refuse(lab, &queue, "B").await?;
    done("`clear`", queue.clear().await)?;
    refused.goes_through(lab, &queue, "after a clear").await?;
    queue.take_all(&["B"], "after there was room for it").await
}

async fn close_wakes_a_parked_send(lab: &Lab<'_>) -> Outcome {
    let queue = lab.open_with(|setup| setup.capacity = 1).await?;
    queue.send_texts(&["A"]).await?;
    let sent = message("B");
    let send = Parked::new("a send", queue.send(sent.clone()));
    let send = match select(send, lab.reach()).await {
        Either::Right(((), send)) => send,
        Either::Left((Err(error), _)) if is_full(&error) => return Stop::skipped(NO_SEND_WAITS),
        Either::Left((other, _)) => {
            return Stop::failed(format!(
                "`send` to a full queue: expected to wait, came {other:?}"
            ));
        }
    };
    done("`close`", queue.close().await)?;
    let came = send.woken(lab, "after a close").await;
    returned(
        "a send that waited, after a close",
        came,
        "Closed",
        is_closed,
        &sent,
    )
}
