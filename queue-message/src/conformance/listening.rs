//! Receivers that are handed messages.

use std::future::Future;
use std::pin::pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering::Relaxed};
use std::time::Duration;

use futures_util::future::{Either, select};
use queue_core::{Receiver, bounded};

use super::lab::{
    Check, Lab, Outcome, Probe, Stop, check, done, holds, is_closed, is_not_open, refused, same,
    same_set, text,
};
use super::parked::Parked;
use crate::{BoxError, MessageEnvelope, MessageQueue, MessageReceiver};

pub(super) const CHECKS: &[Check] = &[
    check!(
        a_listener_hands_messages_over,
        [],
        "a listener hands each message to its receiver, with a reference, and completes it when the receiver succeeds"
    ),
    check!(
        a_message_of_a_failed_receiver_comes_again,
        [Abandon],
        "a message whose receiver fails is handed over again at once"
    ),
    check!(
        a_message_of_a_panicking_receiver_comes_again,
        [Abandon],
        "a message whose receiver panics is handed over again at once, and the listener goes on"
    ),
    check!(
        what_a_receiver_completed_stays_completed,
        [],
        "a message that its receiver completes does not come again, even if the receiver fails then"
    ),
    check!(
        what_a_receiver_abandoned_comes_again,
        [Abandon],
        "a message that its receiver abandons comes again, even if the receiver succeeds then"
    ),
    check!(
        what_a_receiver_gave_up_is_a_dead_letter,
        [DeadLetter],
        "a message that its receiver moves to the dead letters is one, and does not come again"
    ),
    check!(
        a_busy_listener_lets_others_run,
        [Abandon],
        "a listener with messages without end, and a receiver that is done at once, lets others on its thread run"
    ),
    check!(
        listeners_compete,
        [],
        "each message is handed to one of two listeners"
    ),
    check!(
        end_listen_wakes_an_idle_listener,
        [],
        "listeners that wait are ended by `end_listen` at once, and the queue can be used, and be listened to, afterwards"
    ),
    check!(
        a_listener_ends_after_the_message_it_is_at,
        [],
        "a message that is being processed is processed to its end, before its listener ends"
    ),
    check!(
        close_wakes_an_idle_listener,
        [],
        "listeners that wait are ended by a close at once, which is no error to them"
    ),
    check!(
        a_close_before_listening_is_remembered,
        [],
        "listening to a closed queue ends at once, with Closed"
    ),
    check!(
        listening_needs_an_open_queue,
        [],
        "listening to a queue that was not opened ends at once, with NotOpen"
    ),
    check!(
        begin_listen_listens_on_a_thread,
        [ListenOnThread],
        "a message is delivered to a listener on a thread, which ends at `end_listen`"
    ),
];

/// A receiver that tells the text of each message it is handed, and then does something with the message, which is the
/// n-th.
fn receiver<F, R>(act: F) -> (Arc<dyn MessageReceiver>, Receiver<String>)
where
    F: Fn(usize, MessageEnvelope, Arc<dyn MessageQueue>) -> R + Send + Sync + 'static,
    R: Future<Output = Result<(), BoxError>> + Send + 'static,
{
    let (tell, told) = bounded(64);
    let count = AtomicUsize::new(0);
    let receiver = move |message: MessageEnvelope, queue: Arc<dyn MessageQueue>| {
        let word = text(&message);
        let acts = act(count.fetch_add(1, Relaxed) + 1, message, queue);
        let tell = tell.clone();
        async move {
            let _ = tell.try_send(word);
            acts.await
        }
    };
    (Arc::new(receiver), told)
}

/// Sees to it that a receiver is handed these messages.
async fn handed(lab: &Lab<'_>, told: &Receiver<String>, texts: &[&str]) -> Outcome {
    for text in texts {
        lab.awaits(format!("the message `{text}` to be handed to the receiver"));
        let came = told.recv_async().await;
        same(
            "what is handed to the receiver",
            &Ok((*text).to_owned()),
            &came,
        )?;
    }
    lab.awaits(String::new());
    Ok(())
}

/// Listens while a check goes on, and ends it then.
async fn listening(
    lab: &Lab<'_>,
    queue: &Probe<'_>,
    receiver: Arc<dyn MessageReceiver>,
    check: impl Future<Output = Outcome>,
) -> Outcome {
    let listen = Parked::new("a listener", queue.listen(receiver));
    let (outcome, listen) = match select(listen, pin!(check)).await {
        Either::Right(right) => right,
        Either::Left((ended, _)) => {
            return Stop::failed(format!("`listen`: expected to go on, came {ended:?}"));
        }
    };
    outcome?;
    queue.end_listen();
    done("`listen`", listen.woken(lab, "after `end_listen`").await)
}

async fn a_listener_hands_messages_over(lab: &Lab<'_>) -> Outcome {
    let queue = lab.open().await?;
    let (receiver, told) = receiver(|_, message, _| async move {
        message
            .reference()
            .map(drop)
            .ok_or_else(|| "there is no reference".into())
    });
    let check = async {
        queue.send_texts(&["A"]).await?;
        handed(lab, &told, &["A"]).await?;
        queue.send_texts(&["B"]).await?;
        handed(lab, &told, &["B"]).await
    };
    listening(lab, &queue, receiver, check).await?;
    lab.advance(lab.lock() * 2).await;
    queue
        .take_none("after the receiver has processed all")
        .await
}

async fn a_message_of_a_failed_receiver_comes_again(lab: &Lab<'_>) -> Outcome {
    comes_again(lab, || Err("it cannot be processed now".into())).await
}

async fn a_message_of_a_panicking_receiver_comes_again(lab: &Lab<'_>) -> Outcome {
    // As a panic, without what is printed of one.
    comes_again(lab, || {
        std::panic::resume_unwind(Box::new("the receiver panics"))
    })
    .await
}

/// Receives a message by a receiver that fails so at the first try.
async fn comes_again(lab: &Lab<'_>, fail: fn() -> Result<(), BoxError>) -> Outcome {
    let queue = lab.open().await?;
    let (receiver, told) =
        receiver(move |nth, _, _| async move { if nth == 1 { fail() } else { Ok(()) } });
    let check = async {
        queue.send_texts(&["ABC"]).await?;
        handed(lab, &told, &["ABC", "ABC"]).await?;
        queue.send_texts(&["D"]).await?;
        handed(lab, &told, &["D"]).await
    };
    listening(lab, &queue, receiver, check).await?;
    lab.advance(lab.lock() * 2).await;
    queue
        .take_none("after the receiver has processed all")
        .await
}

async fn what_a_receiver_completed_stays_completed(lab: &Lab<'_>) -> Outcome {
    let queue = lab.open().await?;
    let (receiver, told) = receiver(
        |nth, mut message, queue: Arc<dyn MessageQueue>| async move {
            queue.complete(&mut message).await?;
            // Not for ever, where a completed message does come again.
            if nth <= 8 {
                return Err("it was completed before".into());
            }
            Ok(())
        },
    );
    let check = async {
        queue.send_texts(&["A", "B"]).await?;
        let mut came = Vec::new();
        for _ in 0..2 {
            came.extend(told.recv_async().await);
        }
        same_set("what is handed to the receiver", &["A", "B"], came)
    };
    listening(lab, &queue, receiver, check).await?;
    lab.advance(lab.lock() * 2).await;
    queue
        .take_none("after the receiver has completed all")
        .await
}

async fn what_a_receiver_abandoned_comes_again(lab: &Lab<'_>) -> Outcome {
    let queue = lab.open().await?;
    let (receiver, told) = receiver(
        |nth, mut message, queue: Arc<dyn MessageQueue>| async move {
            if nth == 1 {
                queue.abandon(&mut message).await?;
            }
            Ok(())
        },
    );
    let check = async {
        queue.send_texts(&["ABC"]).await?;
        handed(lab, &told, &["ABC", "ABC"]).await
    };
    listening(lab, &queue, receiver, check).await?;
    lab.advance(lab.lock() * 2).await;
    queue
        .take_none("after the receiver has processed all")
        .await
}

async fn what_a_receiver_gave_up_is_a_dead_letter(lab: &Lab<'_>) -> Outcome {
    let queue = lab.open_with(|setup| setup.dead_letter = true).await?;
    let letters = queue.letters()?;
    let (receiver, told) = receiver(|_, mut message, queue: Arc<dyn MessageQueue>| async move {
        Ok(queue.move_to_dead_letter(&mut message, "a reason").await?)
    });
    let check = async {
        queue.send_texts(&["ABC"]).await?;
        handed(lab, &told, &["ABC"]).await
    };
    listening(lab, &queue, receiver, check).await?;
    lab.advance(lab.lock() * 2).await;
    queue
        .take_none("after the receiver has moved the message")
        .await?;
    letters
        .take_all(&["ABC"], "after the receiver has moved the message")
        .await
}

async fn a_busy_listener_lets_others_run(lab: &Lab<'_>) -> Outcome {
    // It ends at some time, so that a listener that never lets go is found out.
    const END: usize = 10_000;
    let queue = lab.open().await?;
    let handed_over = Arc::new(AtomicUsize::new(0));
    let count = handed_over.clone();
    let (receiver, told) = receiver(move |nth, _, _| {
        count.store(nth, Relaxed);
        async move {
            if nth < END {
                Err("it cannot be processed now".into())
            } else {
                Ok(())
            }
        }
    });
    let check = async {
        queue.send_texts(&["ABC"]).await?;
        handed(lab, &told, &["ABC"]).await
    };
    listening(lab, &queue, receiver, check).await?;
    holds(
        "others run before a message was handed over 10000 times",
        handed_over.load(Relaxed) < END,
    )
}

async fn listeners_compete(lab: &Lab<'_>) -> Outcome {
    let queue = lab.open().await?;
    let (receiver, told) = receiver(|_, _, _| async { Ok(()) });
    let check = async {
        let inner = async {
            queue.send_texts(&["A", "B", "C", "D"]).await?;
            lab.awaits("four messages to be handed to two receivers".into());
            let mut came = Vec::new();
            for _ in 0..4 {
                came.extend(told.recv_async().await);
            }
            let what = "what two receivers are handed";
            same_set(what, &["A", "B", "C", "D"], came)
        };
        let second = Parked::new("a second listener", queue.listen(receiver.clone()));
        match select(second, pin!(inner)).await {
            Either::Right((outcome, second)) => {
                outcome?;
                queue.end_listen();
                done("`listen`", second.woken(lab, "after `end_listen`").await)
            }
            Either::Left((ended, _)) => {
                Stop::failed(format!("`listen`: expected to go on, came {ended:?}"))
            }
        }
    };
    listening(lab, &queue, receiver.clone(), check).await?;
    same("how many messages are handed over twice", &0, &told.len())
}

async fn end_listen_wakes_an_idle_listener(lab: &Lab<'_>) -> Outcome {
    let queue = lab.open().await?;
    let (receiver, told) = receiver(|_, _, _| async { Ok(()) });
    let mut listeners = Vec::new();
    for _ in 0..2 {
        listeners
            .push(Parked::park(lab, "an idle listener", queue.listen(receiver.clone())).await?);
    }
    queue.end_listen();
    for listener in listeners {
        done("`listen`", listener.woken(lab, "after `end_listen`").await)?;
    }
    queue.send_texts(&["A"]).await?;
    queue
        .take_all(&["A"], "after nobody listens any more")
        .await?;
    let check = async {
        queue.send_texts(&["B"]).await?;
        handed(lab, &told, &["B"]).await
    };
    listening(lab, &queue, receiver, check).await
}

async fn a_listener_ends_after_the_message_it_is_at(lab: &Lab<'_>) -> Outcome {
    let queue = lab.open().await?;
    let (open, gate) = bounded(1);
    let (receiver, told) = receiver(move |_, _, _| {
        let gate = gate.clone();
        async move { Ok(gate.recv_async().await?) }
    });
    let mut listener = Parked::park(lab, "a listener", queue.listen(receiver)).await?;
    queue.send_texts(&["A"]).await?;
    if let Either::Left((ended, _)) = select(&mut listener, pin!(handed(lab, &told, &["A"]))).await
    {
        return Stop::failed(format!("`listen`: expected to go on, came {ended:?}"));
    }
    queue.end_listen();
    listener
        .still_waits(lab, "as its receiver is still at a message")
        .await?;
    let _ = open.try_send(());
    done(
        "`listen`",
        listener.woken(lab, "after its receiver is done").await,
    )?;
    lab.advance(lab.lock() * 2).await;
    queue
        .take_none("after the receiver has processed the message")
        .await
}

async fn close_wakes_an_idle_listener(lab: &Lab<'_>) -> Outcome {
    let queue = lab.open().await?;
    let (receiver, _) = receiver(|_, _, _| async { Ok(()) });
    let mut listeners = Vec::new();
    for _ in 0..2 {
        listeners
            .push(Parked::park(lab, "an idle listener", queue.listen(receiver.clone())).await?);
    }
    done("`close`", queue.close().await)?;
    for listener in listeners {
        done(
            "`listen`, which a close ends",
            listener.woken(lab, "after a close").await,
        )?;
    }
    Ok(())
}

async fn a_close_before_listening_is_remembered(lab: &Lab<'_>) -> Outcome {
    let queue = lab.open().await?;
    let (receiver, told) = receiver(|_, _, _| async { Ok(()) });
    queue.send_texts(&["ABC"]).await?;
    done("`close`", queue.close().await)?;
    lab.awaits("listening to a closed queue to end".into());
    refused(
        "`listen` after a close",
        queue.listen(receiver).await,
        "Closed",
        is_closed,
    )?;
    same(
        "how many messages of a closed queue are handed over",
        &0,
        &told.len(),
    )
}

async fn listening_needs_an_open_queue(lab: &Lab<'_>) -> Outcome {
    let queue = lab.unopened(|_| {}).await?;
    let (receiver, _) = receiver(|_, _, _| async { Ok(()) });
    lab.awaits("listening to a queue that is not open to end".into());
    refused(
        "`listen` before `open`",
        queue.listen(receiver).await,
        "NotOpen",
        is_not_open,
    )
}

async fn begin_listen_listens_on_a_thread(lab: &Lab<'_>) -> Outcome {
    let queue = lab.open().await?;
    let (receiver, told) = receiver(|_, _, _| async { Ok(()) });
    done("`begin_listen`", queue.begin_listen(receiver))?;
    queue.send_texts(&["ABC"]).await?;
    handed(lab, &told, &["ABC"]).await?;
    queue.end_listen();
    lab.awaits("the receiver to be dropped, after `end_listen`".into());
    let came = told.recv_async().await;
    same(
        "what the receiver is handed after `end_listen`",
        &None,
        &came.ok(),
    )?;
    queue.send_texts(&["D"]).await?;
    queue
        .take_all(&["D"], "after nobody listens any more")
        .await?;
    same(
        "`receive` with a wait of zero",
        &None,
        &done("`receive`", queue.receive(Duration::ZERO).await)?
            .as_ref()
            .map(text),
    )
}
