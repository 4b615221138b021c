//! What checks are written with: queues that are made for them, and expectations that say what came instead.

use std::fmt::Debug;
use std::future::Future;
use std::ops::Deref;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use futures_util::future::BoxFuture;

use super::Feature;
use super::backend::{Backend, Made, Setup};
use crate::{MessageEnvelope, MessageError, MessageQueue, Result};

/// What a check comes to.
pub(super) type Outcome<T = ()> = std::result::Result<T, Stop>;

/// Why a check goes no further.
#[derive(Debug)]
pub(super) enum Stop {
    Failed(String),
    Skipped(String),
}

impl Stop {
    pub(super) fn failed<T>(text: impl Into<String>) -> Outcome<T> {
        Err(Self::Failed(text.into()))
    }

    pub(super) fn skipped<T>(text: impl Into<String>) -> Outcome<T> {
        Err(Self::Skipped(text.into()))
    }
}

/// A demand, and the code that sees whether it is met.
pub(super) struct Check {
    pub(super) name: &'static str,
    pub(super) demand: &'static str,
    /// What it takes, beside sending and receiving.
    pub(super) needs: &'static [Feature],
    pub(super) run: for<'a> fn(&'a Lab<'a>) -> BoxFuture<'a, Outcome>,
}

/// A check that is a function of its name: what it demands, and what it needs.
macro_rules! check {
    ($name:ident, [$($need:ident),*], $demand:literal) => {
        $crate::conformance::lab::Check {
            name: stringify!($name),
            demand: $demand,
            needs: &[$($crate::conformance::Feature::$need),*],
            run: |lab| Box::pin($name(lab)),
        }
    };
}
pub(super) use check;

/// Where one check runs.
pub(super) struct Lab<'a> {
    backend: &'a dyn Backend,
    check: &'static str,
    made: Mutex<Vec<Made>>,
    awaited: Mutex<String>,
}

impl<'a> Lab<'a> {
    pub(super) fn new(backend: &'a dyn Backend, check: &'static str) -> Self {
        Self {
            backend,
            check,
            made: Mutex::default(),
            awaited: Mutex::default(),
        }
    }

    /// So many whiles.
    pub(super) fn whiles(&self, count: u32) -> Duration {
        self.backend.a_while() * count
    }

    /// How long messages are locked unless a check says otherwise: three whiles.
    pub(super) fn lock(&self) -> Duration {
        self.whiles(3)
    }

    pub(super) async fn advance(&self, time: Duration) {
        self.backend.advance(time).await;
    }

    /// Lets time pass up to just before `time`. [`advance_the_rest`](Self::advance_the_rest) passes the rest.
    pub(super) async fn advance_before(&self, time: Duration) {
        self.advance(time - self.backend.precision()).await;
    }

    /// Lets as little time pass as counts: what was left by [`advance_before`](Self::advance_before).
    pub(super) async fn advance_the_rest(&self) {
        self.advance(self.backend.precision()).await;
    }

    pub(super) fn reach(&self) -> BoxFuture<'_, ()> {
        self.backend.reach()
    }

    /// What the check waits for from now on, in case that it never comes.
    pub(super) fn awaits(&self, what: String) {
        *lock(&self.awaited) = what;
    }

    pub(super) fn awaited(&self) -> String {
        lock(&self.awaited).clone()
    }

    /// An open queue, with room for 16 messages.
    pub(super) async fn open(&self) -> Outcome<Probe<'_>> {
        self.open_with(|_| {}).await
    }

    /// An open queue, but for what `adjust` changes with room for 16 messages.
    pub(super) async fn open_with(&self, adjust: impl FnOnce(&mut Setup)) -> Outcome<Probe<'_>> {
        let probe = self.unopened(adjust).await?;
        done("`open`", probe.queue.open().await)?;
        if let Some(letters) = &probe.letters {
            done("`open` of the dead letters", letters.open().await)?;
        }
        Ok(probe)
    }

    pub(super) async fn unopened(&self, adjust: impl FnOnce(&mut Setup)) -> Outcome<Probe<'_>> {
        let count = lock(&self.made).len();
        let mut setup = Setup {
            name: format!("{}-{count}", self.check),
            capacity: 16,
            lock_timeout: self.lock(),
            max_deliveries: None,
            dead_letter: false,
        };
        adjust(&mut setup);
        match self.backend.make(&setup).await {
            Ok(made) => {
                lock(&self.made).push(made.clone());
                let letters = made.dead_letters.filter(|_| setup.dead_letter);
                Ok(Probe {
                    lab: self,
                    queue: made.queue,
                    letters,
                })
            }
            Err(error) => Stop::failed(format!(
                "a queue as of {setup:?}: expected one, came {error}"
            )),
        }
    }

    /// Tells the backend that what was made is not needed any more.
    pub(super) async fn tidy(&self) {
        let made = std::mem::take(&mut *lock(&self.made));
        for made in &made {
            self.backend.discard(made).await;
        }
    }
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

/// A queue, and what checks do with it again and again.
pub(super) struct Probe<'a> {
    lab: &'a Lab<'a>,
    pub(super) queue: Arc<dyn MessageQueue>,
    letters: Option<Arc<dyn MessageQueue>>,
}

impl Deref for Probe<'_> {
    type Target = dyn MessageQueue;

    fn deref(&self) -> &Self::Target {
        &*self.queue
    }
}

impl<'a> Probe<'a> {
    /// The queue for dead letters.
    pub(super) fn letters(&self) -> Outcome<Probe<'a>> {
        match &self.letters {
            Some(letters) => Ok(Probe {
                lab: self.lab,
                queue: letters.clone(),
                letters: None,
            }),
            None => Stop::failed("a queue with dead letters: expected a queue for them, came none"),
        }
    }

    /// Sends messages with these texts.
    pub(super) async fn send_texts(&self, texts: &[&str]) -> Outcome {
        for text in texts {
            let sent = self.queue.send(message(text)).await;
            done(&format!("`send` of `{text}`"), sent)?;
        }
        Ok(())
    }

    /// Receives without waiting, what must be a message with this text.
    pub(super) async fn take(&self, text: &str, when: &str) -> Outcome<MessageEnvelope> {
        let came = done(
            &format!("`receive` {when}"),
            self.queue.receive(Duration::ZERO).await,
        )?;
        match came {
            Some(message) if message.message() == text => Ok(message),
            other => Stop::failed(format!(
                "`receive` {when}: expected the message `{text}`, came {}",
                named(other.as_ref())
            )),
        }
    }

    /// Receives messages with these texts, one after the other, and completes them.
    pub(super) async fn take_all(&self, texts: &[&str], when: &str) -> Outcome {
        for text in texts {
            let mut message = self.take(text, when).await?;
            done(
                &format!("`complete` of `{text}`"),
                self.complete(&mut message).await,
            )?;
        }
        self.take_none(when).await
    }

    /// Receives without waiting, and nothing must come.
    pub(super) async fn take_none(&self, when: &str) -> Outcome {
        match done(
            &format!("`receive` {when}"),
            self.queue.receive(Duration::ZERO).await,
        )? {
            None => Ok(()),
            some => Stop::failed(format!(
                "`receive` {when}: expected nothing, came {}",
                named(some.as_ref())
            )),
        }
    }

    /// Sees to it that so many messages wait to be received.
    pub(super) async fn counts(&self, expected: usize, when: &str) -> Outcome {
        let what = format!("`read_message_count` {when}");
        same(
            &what,
            &expected,
            &done(&what, self.read_message_count().await)?,
        )
    }

    /// Sees to it that these messages are shown, in this order.
    pub(super) async fn shows(&self, texts: &[&str], count: usize, when: &str) -> Outcome {
        let what = format!("`peek_batch` of {count} {when}");
        let shown = done(&what, self.peek_batch(count).await)?;
        same_texts(&what, texts, shown.iter().map(text).collect())
    }
}

/// A message with this text.
pub(super) fn message(text: &str) -> MessageEnvelope {
    MessageEnvelope::new(None, "conformance", text.to_owned())
}

/// The text of a message.
pub(super) fn text(message: &MessageEnvelope) -> String {
    String::from_utf8_lossy(message.message()).into_owned()
}

fn named(message: Option<&MessageEnvelope>) -> String {
    message.map_or("nothing".into(), |message| {
        format!(
            "the message `{}` (delivery {})",
            text(message),
            message.delivery_count()
        )
    })
}

/// What an operation gave, which must have succeeded.
pub(super) fn done<T>(what: &str, result: Result<T>) -> Outcome<T> {
    result.or_else(|error| {
        Stop::failed(format!(
            "{what}: expected to succeed, came the error: {error}"
        ))
    })
}

/// Sees to it that two values are the same.
pub(super) fn same<T: PartialEq + Debug>(what: &str, expected: &T, came: &T) -> Outcome {
    if expected == came {
        Ok(())
    } else {
        Stop::failed(format!("{what}: expected {expected:?}, came {came:?}"))
    }
}

/// Sees to it that these are the texts of messages, in this order.
pub(super) fn same_texts(what: &str, expected: &[&str], came: Vec<String>) -> Outcome {
    let expected = expected.iter().map(ToString::to_string).collect();
    same(what, &expected, &came)
}

/// As [`same_texts`], in whatever order they came.
pub(super) fn same_set(what: &str, expected: &[&str], mut came: Vec<String>) -> Outcome {
    came.sort();
    same_texts(what, expected, came)
}

/// Sees to it that something holds.
pub(super) fn holds(what: &str, holds: bool) -> Outcome {
    same(what, &true, &holds)
}

/// Sees to it that an operation was refused with this error.
pub(super) fn refused<T: Debug>(
    what: &str,
    result: Result<T>,
    expected: &str,
    is_expected: impl FnOnce(&MessageError) -> bool,
) -> Outcome {
    refusal(what, result, expected, is_expected).map(drop)
}

/// As [`refused`], with the error.
pub(super) fn refusal<T: Debug>(
    what: &str,
    result: Result<T>,
    expected: &str,
    is_expected: impl FnOnce(&MessageError) -> bool,
) -> Outcome<MessageError> {
    match result {
        Err(error) if is_expected(&error) => Ok(error),
        Err(error) => Stop::failed(format!(
            "{what}: expected `{expected}`, came the error: {error}"
        )),
        Ok(came) => Stop::failed(format!("{what}: expected `{expected}`, came {came:?}")),
    }
}

/// Sees to it that a send was refused with this error, and gave the message back.
pub(super) fn returned<T: Debug>(
    what: &str,
    result: Result<T>,
    expected: &str,
    is_expected: impl FnOnce(&MessageError) -> bool,
    sent: &MessageEnvelope,
) -> Outcome {
    let error = refusal(what, result, expected, is_expected)?;
    match error.into_message() {
        Some(message)
            if message.message_id() == sent.message_id() && message.message() == sent.message() =>
        {
            Ok(())
        }
        other => Stop::failed(format!(
            "{what}: expected to get the message `{}` back, came {}",
            text(sent),
            named(other.as_ref())
        )),
    }
}

/// Sees to it that a receipt was refused.
pub(super) fn lock_lost<T: Debug>(what: &str, result: Result<T>) -> Outcome {
    refused(what, result, "LockLost", |error| {
        matches!(error, MessageError::LockLost { .. })
    })
}

pub(super) const fn is_closed(error: &MessageError) -> bool {
    matches!(error, MessageError::Closed { .. })
}

pub(super) const fn is_not_open(error: &MessageError) -> bool {
    matches!(error, MessageError::NotOpen { .. })
}

pub(super) const fn is_full(error: &MessageError) -> bool {
    matches!(error, MessageError::Full { .. })
}

pub(super) const fn is_not_supported(error: &MessageError) -> bool {
    matches!(error, MessageError::NotSupported { .. })
}

/// Sees to it that a message has no reference any more.
pub(super) fn no_reference(when: &str, message: &MessageEnvelope) -> Outcome {
    same(
        &format!("the reference of the message {when}"),
        &None,
        &message.reference(),
    )
}

/// Runs futures side by side, and gives what they give in their order.
pub(super) async fn all<T>(futures: impl IntoIterator<Item = impl Future<Output = T>>) -> Vec<T> {
    futures_util::future::join_all(futures).await
}
