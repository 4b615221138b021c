//! What was got from the remote, and was not handed over yet.
//!
//! Messages lie by their numbers, which are drawn when they are asked for, or, of those that had to be waited for, when
//! they come. Whoever works on a message across an await has it [`Held`], and has a [`Place`] for one that is still to
//! come; dropped, they leave the buffer as it should be. So no message is in a future only.
//!
//! Receivers that found nothing wait for *news*: a channel for one word, which says that there may be a message.
//! Whoever takes a message and leaves others says so again, so that one word is as good as many.

use std::collections::BTreeMap;
use std::ops::{Deref, DerefMut};
use std::time::Instant;

use queue_core::{Receiver, Sender, bounded};

use crate::sync::{Mutex, MutexGuard, lock, step};
use crate::{MessageEnvelope, Receipt};

#[derive(Debug)]
pub(super) struct Buffer {
    limit: usize,
    state: Mutex<State>,
}

#[derive(Debug)]
struct State {
    messages: BTreeMap<u64, Buffered>,
    /// Places for messages that are still to come.
    reserved: usize,
    next: u64,
    /// Messages with a lower number were cleared.
    cleared: u64,
    /// Those that were asked for before this number may have been cleared at the remote.
    doubted: u64,
    was_opened: bool,
    is_closed: bool,
    news: (Sender<()>, Receiver<()>),
}

#[derive(Debug)]
pub(super) struct Buffered {
    pub(super) receipt: Receipt,
    pub(super) message: MessageEnvelope,
    /// When the lock runs out; `None`: never.
    pub(super) until: Option<Instant>,
    /// The number that was the next one when the remote was asked.
    pub(super) asked: u64,
}

/// What a receiver finds.
#[derive(Debug)]
pub(super) enum Found<'a> {
    First(Held<'a>),
    /// Nothing; this is where news of a message come.
    Nothing(Receiver<()>),
}

/// A message that was taken out, and goes back to its place when this is dropped.
#[derive(Debug)]
pub(super) struct Held<'a> {
    buffer: &'a Buffer,
    number: u64,
    /// `None` when it is not to go back.
    buffered: Option<Buffered>,
}

/// A place for a message that is still to come.
#[derive(Debug)]
pub(super) struct Place<'a> {
    buffer: &'a Buffer,
    number: u64,
}

impl Buffer {
    pub(super) fn new(limit: usize) -> Self {
        let state = State {
            messages: BTreeMap::new(),
            reserved: 0,
            next: 0,
            cleared: 0,
            doubted: 0,
            was_opened: false,
            is_closed: false,
            news: bounded(1),
        };
        Self {
            limit,
            state: Mutex::new(state),
        }
    }

    /// For how many messages there is room.
    pub(super) fn limit(&self) -> usize {
        self.limit
    }

    pub(super) fn open(&self) {
        let mut state = self.lock();
        state.was_opened = true;
        if std::mem::take(&mut state.is_closed) {
            state.news = bounded(1);
        }
    }

    /// Takes no more, and tells those who wait.
    pub(super) fn close(&self) {
        let mut state = self.lock();
        state.is_closed = true;
        let news = state.news.0.clone();
        drop(state);
        news.close();
    }

    pub(super) fn is_closed(&self) -> bool {
        self.lock().is_closed
    }

    /// Whether it was ever open, or closed.
    pub(super) fn was_opened(&self) -> bool {
        let state = self.lock();
        state.was_opened || state.is_closed
    }

    /// Takes out the first message whose lock has not run out.
    pub(super) fn first(&self, now: Instant) -> Found<'_> {
        let mut expired = Vec::new();
        let mut state = self.lock();
        while let Some((number, buffered)) = state.messages.pop_first() {
            if !buffered.is_locked(now) {
                expired.push(buffered);
                continue;
            }
            if !state.messages.is_empty() {
                step!(M15, tell(state));
            }
            return Found::First(Held::new(self, number, buffered));
        }
        // News from before, of a message that is gone.
        let _ = state.news.1.try_recv();
        Found::Nothing(state.news.1.clone())
    }

    /// Takes out the last message whose lock has not run out.
    pub(super) fn last(&self, now: Instant) -> Option<Held<'_>> {
        let mut expired = Vec::new();
        let mut state = self.lock();
        while let Some((number, buffered)) = state.messages.pop_last() {
            if buffered.is_locked(now) {
                return Some(Held::new(self, number, buffered));
            }
            expired.push(buffered);
        }
        None
    }

    /// A message that has come, as if it had been taken out.
    pub(super) fn hold(&self, buffered: Buffered) -> Held<'_> {
        let number = self.lock().draw();
        Held::new(self, number, buffered)
    }

    /// Places for messages that will be asked for, up to `most`.
    pub(super) fn reserve(&self, most: usize) -> Vec<Place<'_>> {
        let mut state = self.lock();
        let room = self
            .limit
            .saturating_sub(state.messages.len() + state.reserved);
        let numbers: Vec<_> = (0..most.min(room)).map(|_| state.draw()).collect();
        state.reserved += numbers.len();
        let place = |number| Place {
            buffer: self,
            number,
        };
        numbers.into_iter().map(place).collect()
    }

    /// The number of the next message that is asked for.
    pub(super) fn next(&self) -> u64 {
        self.lock().next
    }

    /// The remote was cleared: drops the messages with a number before this one. Those that were asked for since then may be
    /// of before, or after.
    pub(super) fn clear(&self, before: u64) {
        let mut state = self.lock();
        state.cleared = state.cleared.max(before);
        state.doubted = state.draw() + 1;
        let kept = state.messages.split_off(&before);
        let dropped = std::mem::replace(&mut state.messages, kept);
        drop(state);
        drop(dropped);
    }

    pub(super) fn count(&self, now: Instant) -> usize {
        let state = self.lock();
        let messages = state.messages.values();
        messages.filter(|buffered| buffered.is_locked(now)).count()
    }

    pub(super) fn peek(&self, count: usize, now: Instant) -> Vec<MessageEnvelope> {
        let state = self.lock();
        let messages = state.messages.values();
        let locked = messages.filter(|buffered| buffered.is_locked(now));
        locked
            .take(count)
            .map(|buffered| buffered.message.clone())
            .collect()
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        lock(&self.state)
    }
}

impl State {
    fn draw(&mut self) -> u64 {
        self.next += 1;
        self.next - 1
    }
}

/// Says that there may be a message. Where it was said already, or the buffer is closed, that does. It wakes others,
/// and so is not done under the lock.
fn tell(state: MutexGuard<'_, State>) {
    let news = state.news.0.clone();
    drop(state);
    let _ = news.try_send(());
}

impl Buffered {
    fn is_locked(&self, now: Instant) -> bool {
        self.until.is_none_or(|until| now < until)
    }
}

impl<'a> Held<'a> {
    fn new(buffer: &'a Buffer, number: u64, buffered: Buffered) -> Self {
        Self {
            buffer,
            number,
            buffered: Some(buffered),
        }
    }

    /// The message, which does not go back.
    pub(super) fn hand_over(mut self) -> (Receipt, MessageEnvelope) {
        let buffered = self.buffered.take().expect(IS_HELD);
        (buffered.receipt, buffered.message)
    }

    /// Drops the message.
    pub(super) fn discard(mut self) {
        self.buffered = None;
    }
}

const IS_HELD: &str = "what is held is only taken with the holder";

impl Deref for Held<'_> {
    type Target = Buffered;

    fn deref(&self) -> &Buffered {
        self.buffered.as_ref().expect(IS_HELD)
    }
}

impl DerefMut for Held<'_> {
    fn deref_mut(&mut self) -> &mut Buffered {
        self.buffered.as_mut().expect(IS_HELD)
    }
}

impl Drop for Held<'_> {
    fn drop(&mut self) {
        let Some(buffered) = self.buffered.take() else {
            return;
        };
        let mut state = self.buffer.lock();
        if self.number >= state.cleared {
            state.messages.insert(self.number, buffered);
            tell(state);
        }
    }
}

impl Held<'_> {
    /// Whether only the remote knows that it is still there.
    pub(super) fn is_doubted(&self) -> bool {
        self.asked < self.buffer.lock().doubted
    }
}

impl Place<'_> {
    /// The number of the message that is to come.
    pub(super) fn number(&self) -> u64 {
        self.number
    }

    /// Puts the message there; a buffer that was closed meanwhile does not take it.
    pub(super) fn fill(self, buffered: Buffered) -> Result<(), Buffered> {
        let mut state = self.buffer.lock();
        if state.is_closed {
            return Err(buffered);
        }
        // One that was asked for before a clear may have been sent after it.
        let number = if self.number < state.cleared {
            state.draw()
        } else {
            self.number
        };
        state.messages.insert(number, buffered);
        step!(M16, tell(state));
        Ok(())
    }
}

impl Drop for Place<'_> {
    fn drop(&mut self) {
        self.buffer.lock().reserved -= 1;
    }
}
