//! Queues that are not open, not yet or not any more.

use std::time::Duration;

use super::lab::{
    Check, Lab, Outcome, Probe, Stop, check, done, is_closed, is_not_open, lock_lost, message,
    refused, returned, same,
};
use super::parked::Parked;
use crate::MessageError;

pub(super) const CHECKS: &[Check] = &[
    check!(
        a_queue_must_be_opened,
        [],
        "before `open`, everything is refused with NotOpen, and a send gives the message back"
    ),
    check!(
        opening_twice_does_nothing,
        [],
        "opening a queue that is open leaves its messages where they are"
    ),
    check!(
        a_closed_queue_refuses_sends,
        [],
        "after a close, a send is refused with Closed, and gives the message back"
    ),
    check!(
        a_closed_queue_delivers_nothing,
        [],
        "after a close, everything but settling is refused with Closed"
    ),
    check!(
        close_wakes_a_parked_receive,
        [],
        "receives that wait are woken by a close, and answer Closed"
    ),
    check!(
        what_is_in_flight_is_settled_after_a_close,
        [],
        "messages that were received before a close are completed and abandoned after it"
    ),
    check!(
        closing_twice_does_nothing,
        [],
        "closing a closed queue is no error"
    ),
];

/// Sees to it that a queue answers so to everything but settling.
async fn refuses_everything(
    queue: &Probe<'_>,
    expected: &str,
    is_expected: fn(&MessageError) -> bool,
) -> Outcome {
    let sent = message("ABC");
    returned(
        "`send`",
        queue.send(sent.clone()).await,
        expected,
        is_expected,
        &sent,
    )?;
    returned(
        "`put`",
        queue.put(sent.clone()).await,
        expected,
        is_expected,
        &sent,
    )?;
    refused(
        "`receive`",
        queue.receive(Duration::ZERO).await,
        expected,
        is_expected,
    )?;
    refused(
        "`receive` that may wait",
        queue.receive(Duration::MAX).await,
        expected,
        is_expected,
    )?;
    refused(
        "`get`",
        queue.get(Duration::ZERO, queue.lock_timeout()).await,
        expected,
        is_expected,
    )?;
    let claimed = queue.capabilities();
    if claimed.message_count {
        refused(
            "`read_message_count`",
            queue.read_message_count().await,
            expected,
            is_expected,
        )?;
    }
    if claimed.peek {
        refused("`peek`", queue.peek().await, expected, is_expected)?;
    }
    if claimed.peek_batch {
        refused(
            "`peek_batch`",
            queue.peek_batch(1).await,
            expected,
            is_expected,
        )?;
    }
    if claimed.clear {
        refused("`clear`", queue.clear().await, expected, is_expected)?;
    }
    Ok(())
}

async fn a_queue_must_be_opened(lab: &Lab<'_>) -> Outcome {
    let queue = lab.unopened(|_| {}).await?;
    same("`is_open` before `open`", &false, &queue.is_open())?;
    lab.awaits("what is asked of a queue that is not open to be answered".into());
    refuses_everything(&queue, "NotOpen", is_not_open).await?;
    done("`open`", queue.open().await)?;
    same("`is_open` after `open`", &true, &queue.is_open())?;
    queue.take_none("after a send was refused").await
}

async fn opening_twice_does_nothing(lab: &Lab<'_>) -> Outcome {
    let queue = lab.open().await?;
    queue.send_texts(&["ABC"]).await?;
    done("a second `open`", queue.open().await)?;
    same("`is_open` after a second `open`", &true, &queue.is_open())?;
    queue.take_all(&["ABC"], "after a second `open`").await
}

async fn a_closed_queue_refuses_sends(lab: &Lab<'_>) -> Outcome {
    let queue = lab.open().await?;
    done("`close`", queue.close().await)?;
    let sent = message("ABC");
    returned(
        "`send` after a close",
        queue.send(sent.clone()).await,
        "Closed",
        is_closed,
        &sent,
    )?;
    returned(
        "`put` after a close",
        queue.put(sent.clone()).await.map(drop),
        "Closed",
        is_closed,
        &sent,
    )
}

async fn a_closed_queue_delivers_nothing(lab: &Lab<'_>) -> Outcome {
    let queue = lab.open().await?;
    queue.send_texts(&["ABC"]).await?;
    done("`close`", queue.close().await)?;
    same("`is_open` after a close", &false, &queue.is_open())?;
    lab.awaits("what is asked of a closed queue to be answered".into());
    refuses_everything(&queue, "Closed", is_closed).await
}

async fn close_wakes_a_parked_receive(lab: &Lab<'_>) -> Outcome {
    let queue = lab.open().await?;
    let mut receives = Vec::new();
    for wait in [Duration::MAX, lab.whiles(1), Duration::MAX] {
        receives.push(Parked::park(lab, "a receive", queue.receive(wait)).await?);
    }
    done("`close`", queue.close().await)?;
    for receive in receives {
        let came = receive.woken(lab, "after a close").await;
        refused(
            "a receive that waited, after a close",
            came,
            "Closed",
            is_closed,
        )?;
    }
    Ok(())
}

async fn what_is_in_flight_is_settled_after_a_close(lab: &Lab<'_>) -> Outcome {
    let queue = lab.open().await?;
    queue.send_texts(&["A", "B"]).await?;
    let mut messages = Vec::new();
    for _ in 0..2 {
        messages.extend(done("`receive`", queue.receive(Duration::ZERO).await)?);
    }
    done("`close`", queue.close().await)?;
    let [first, second] = &mut messages[..] else {
        return Stop::failed(format!(
            "two messages that were sent: expected both, came {messages:?}"
        ));
    };
    let mut copy = first.clone();
    done("`complete` after a close", queue.complete(first).await)?;
    lock_lost(
        "a second `complete` after a close",
        queue.complete(&mut copy).await,
    )?;
    if queue.capabilities().abandon {
        done("`abandon` after a close", queue.abandon(second).await)?;
    }
    Ok(())
}

async fn closing_twice_does_nothing(lab: &Lab<'_>) -> Outcome {
    let queue = lab.open().await?;
    done("`close`", queue.close().await)?;
    done("a second `close`", queue.close().await)?;
    same("`is_open` after a second close", &false, &queue.is_open())
}
