//! Futures that are dropped while they wait.

use std::sync::Arc;
use std::time::Duration;

use super::capacity::{NO_SEND_WAITS, Refused, refuse};
use super::lab::{Check, Lab, Outcome, Stop, check, done, same, text};
use super::parked::Parked;
use crate::CallbackMessageReceiver;

pub(super) const CHECKS: &[Check] = &[
    check!(
        an_unpolled_receive_takes_nothing,
        [Cancellation],
        "a receive that is dropped before it was polled leaves the message where it is"
    ),
    check!(
        a_dropped_receive_takes_nothing,
        [Cancellation],
        "a receive that is dropped while it waits takes no message that is sent then"
    ),
    check!(
        a_dropped_receive_passes_its_wake_up_on,
        [Cancellation],
        "a receive that is dropped after it was woken leaves the message to another that waits, and that is woken"
    ),
    check!(
        a_dropped_listener_takes_nothing,
        [Cancellation],
        "a listener that is dropped while it waits, or after it was woken, takes no message"
    ),
    check!(
        a_dropped_send_sends_nothing,
        [Cancellation, Capacity],
        "a send that is dropped while it waits for room sends nothing, and takes no room"
    ),
    check!(
        a_dropped_send_passes_its_wake_up_on,
        [Cancellation, Capacity],
        "a send that is dropped after it was woken leaves the room to another that waits, and that is woken"
    ),
];

async fn an_unpolled_receive_takes_nothing(lab: &Lab<'_>) -> Outcome {
    let queue = lab.open().await?;
    queue.send_texts(&["ABC"]).await?;
    drop(queue.receive(Duration::MAX));
    drop(queue.get(Duration::MAX, lab.lock()));
    queue
        .take_all(&["ABC"], "after a receive and a get were dropped")
        .await
}

async fn a_dropped_receive_takes_nothing(lab: &Lab<'_>) -> Outcome {
    let queue = lab.open().await?;
    for wait in [Duration::MAX, lab.whiles(1)] {
        let receive = Parked::park(lab, "a receive", queue.receive(wait)).await?;
        drop(receive);
        queue.send_texts(&["A"]).await?;
        queue
            .take_all(&["A"], "after a receive was dropped")
            .await?;
        let receive = Parked::park(lab, "a receive", queue.receive(wait)).await?;
        queue.send_texts(&["B"]).await?;
        drop(receive);
        queue
            .take_all(&["B"], "after a receive that was woken was dropped")
            .await?;
    }
    Ok(())
}

async fn a_dropped_receive_passes_its_wake_up_on(lab: &Lab<'_>) -> Outcome {
    // Whichever of the two is woken: it is the one that is dropped in one of the rounds.
    for dropped in [0, 1] {
        let queue = lab.open().await?;
        let mut receives = Vec::new();
        for _ in 0..2 {
            receives.push(Parked::park(lab, "a receive", queue.receive(Duration::MAX)).await?);
        }
        queue.send_texts(&["ABC"]).await?;
        drop(receives.remove(dropped));
        for receive in receives {
            let came = receive
                .woken(lab, "after a message was sent and another receive dropped")
                .await;
            let came = done("the receive that waited", came)?;
            same(
                "what the other receive gets",
                &Some("ABC".into()),
                &came.as_ref().map(text),
            )?;
        }
    }
    Ok(())
}

async fn a_dropped_listener_takes_nothing(lab: &Lab<'_>) -> Outcome {
    let queue = lab.open().await?;
    let receiver = Arc::new(CallbackMessageReceiver::new(|_, _| Ok(())));
    drop(Parked::park(lab, "a listener", queue.listen(receiver.clone())).await?);
    queue.send_texts(&["A"]).await?;
    queue
        .take_all(&["A"], "after a listener was dropped")
        .await?;
    let listener = Parked::park(lab, "a listener", queue.listen(receiver)).await?;
    queue.send_texts(&["B"]).await?;
    drop(listener);
    queue
        .take_all(&["B"], "after a listener that was woken was dropped")
        .await
}

async fn a_dropped_send_sends_nothing(lab: &Lab<'_>) -> Outcome {
    let queue = lab.open_with(|setup| setup.capacity = 1).await?;
    queue.send_texts(&["A"]).await?;
    match refuse(lab, &queue, "B").await? {
        Refused::Waits(send) => drop(send),
        Refused::GivenBack(_) => return Stop::skipped(NO_SEND_WAITS),
    }
    queue.take_all(&["A"], "after a send was dropped").await?;
    queue.send_texts(&["C"]).await?;
    queue.take_all(&["C"], "after a send was dropped").await
}

async fn a_dropped_send_passes_its_wake_up_on(lab: &Lab<'_>) -> Outcome {
    for dropped in [0, 1] {
        let queue = lab.open_with(|setup| setup.capacity = 1).await?;
        queue.send_texts(&["A"]).await?;
        let mut sends = Vec::new();
        for text in ["B", "C"] {
            match refuse(lab, &queue, text).await? {
                Refused::Waits(send) => sends.push((text, send)),
                Refused::GivenBack(_) => return Stop::skipped(NO_SEND_WAITS),
            }
        }
        let mut first = queue.take("A", "after it was sent").await?;
        done("`complete`", queue.complete(&mut first).await)?;
        drop(sends.remove(dropped));
        for (text, send) in sends {
            let sent = send
                .woken(lab, "after there was room and another send was dropped")
                .await;
            done("the send that waited", sent)?;
            queue.take_all(&[text], "after its send has waited").await?;
        }
    }
    Ok(())
}
