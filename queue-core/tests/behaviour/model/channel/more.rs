//! What the model says of batches, overwriting, closing, and handles that are given back.

use std::collections::VecDeque;
use std::time::Duration;

use queue_core::{
    Receiver, RecvNowError, RecvTimeoutError, SendError, SendNowError, SendTimeoutError, Sender,
    TryRecvError, TrySendError, Unsent,
};

use super::super::payload::Payload;
use super::{Found, Subject, Verdict, index};

/// A batch that is sent in parts, or not at all.
pub(super) type Rest<P> = Unsent<std::vec::IntoIter<P>>;

impl<P: Payload> Subject<P> {
    /// So that batches larger than the capacity, and of none, come up; of an unbounded channel, more
    /// than a run.
    fn batch_size(&self, number: usize) -> usize {
        number % self.capacity.map_or(70, |capacity| capacity + 4)
    }

    pub(super) fn send_batch(
        &mut self,
        number: usize,
        attempt: impl FnOnce(&Sender<P>, Vec<P>) -> Result<usize, (Verdict, Rest<P>)>,
    ) {
        let Some(index) = index(&self.senders, number) else {
            return;
        };
        let count = self.batch_size(number);
        let room = match (self.verdict(), self.capacity) {
            (Verdict::Disconnected, _) => 0,
            (_, Some(capacity)) => capacity - self.model.len(),
            (_, None) => count,
        };
        let first = self.next_id;
        self.next_id += count;
        let messages: Vec<_> = (first..first + count).map(P::new).collect();
        let sent = match attempt(&self.senders[index], messages) {
            Ok(sent) => {
                assert_eq!(sent, count);
                sent
            }
            Err((verdict, unsent)) => {
                // Full is what is left of a batch that was too large.
                let expected = match self.verdict() {
                    Verdict::Disconnected => Verdict::Disconnected,
                    _ => Verdict::Full,
                };
                assert_eq!(verdict, expected);
                let sent = unsent.sent();
                assert_eq!(unsent.len(), count - sent);
                for (message, id) in unsent.zip(first + sent..) {
                    message.assert_is(id);
                }
                sent
            }
        };
        assert_eq!(sent, count.min(room));
        self.model.extend(first..first + sent);
    }

    /// A rest may outlive its channel, and go into the next one.
    pub(super) fn send_rest(&mut self, number: usize) {
        let Some(index) = index(&self.senders, number) else {
            return;
        };
        let verdict = self.verdict();
        let sender = &self.senders[index];
        let Some((mut rest, mut ids)) = self.rest.take() else {
            let count = self.batch_size(number);
            let first = self.next_id;
            self.next_id += count;
            let mut ids: VecDeque<_> = (first..self.next_id).collect();
            let messages: Vec<_> = ids.iter().copied().map(P::new).collect();
            match try_send_batch(sender, messages) {
                Ok(_) => self.model.append(&mut ids),
                Err((_, rest)) => {
                    self.model.extend(ids.drain(..rest.sent()));
                    self.rest = Some((rest, ids));
                }
            }
            return;
        };
        // Now and then it is dropped, with what is in it.
        if !number.is_multiple_of(8) {
            let room = match (&verdict, self.capacity) {
                (Verdict::Disconnected, _) => 0,
                (_, Some(capacity)) => capacity - self.model.len(),
                (_, None) => ids.len(),
            };
            let before = rest.sent();
            let outcome = sender.try_send_rest(&mut rest);
            let sent = ids.len().min(room);
            assert_eq!(rest.sent(), before + sent);
            self.model.extend(ids.drain(..sent));
            match outcome {
                Ok(()) => assert!(ids.is_empty()),
                Err(refused) => {
                    assert!(!ids.is_empty());
                    assert_eq!(refused.is_full(), verdict != Verdict::Disconnected);
                    self.rest = Some((rest, ids));
                }
            }
        }
    }

    pub(super) fn rest_len(&self) -> usize {
        self.rest.as_ref().map_or(0, |(rest, ids)| {
            assert_eq!(rest.len(), ids.len());
            ids.len()
        })
    }

    pub(super) fn recv_batch(
        &mut self,
        number: usize,
        attempt: impl FnOnce(&Receiver<P>, &mut Vec<P>, usize) -> Result<usize, Found>,
    ) {
        let Some(index) = index(&self.receivers, number) else {
            return;
        };
        let max = self.batch_size(number);
        let mut messages = Vec::new();
        match attempt(&self.receivers[index], &mut messages, max) {
            Ok(received) => {
                assert_eq!(received, messages.len());
                if self.capacity.is_some() {
                    assert_eq!(received, max.min(self.model.len()));
                } else {
                    // A run ends with its block.
                    assert!(received <= max.min(self.model.len()) && (received > 0 || max == 0));
                }
                for (message, id) in messages.iter().zip(self.model.drain(..received)) {
                    message.assert_is(id);
                }
            }
            Err(found) => {
                assert!(max > 0 && self.model.is_empty() && messages.is_empty());
                let expected = if self.may_get_more() {
                    Found::Empty
                } else {
                    Found::Disconnected
                };
                assert_eq!(found, expected);
            }
        }
    }

    pub(super) fn drain(&mut self, number: usize) {
        let Some(index) = index(&self.receivers, number) else {
            return;
        };
        let messages = self.receivers[index].drain();
        assert_eq!(messages.len(), self.model.len());
        // The others are dropped with the iterator.
        for (message, id) in messages.take(number % 5).zip(self.model.drain(..)) {
            message.assert_is(id);
        }
    }

    pub(super) fn force_send(&mut self, chosen: usize) {
        let Some(index) = index(&self.senders, chosen) else {
            return;
        };
        let verdict = self.verdict();
        let id = self.next_id;
        self.next_id += 1;
        match self.senders[index].force_send(P::new(id)) {
            Ok(None) => {
                assert_eq!(verdict, Verdict::Sent);
                self.model.push_back(id);
            }
            Ok(Some(displaced)) => {
                assert_eq!(verdict, Verdict::Full);
                self.model.push_back(id);
                let oldest = self.model.pop_front();
                displaced.assert_is(oldest.expect("one has just been pushed"));
            }
            Err(SendError(message)) => {
                assert_eq!(verdict, Verdict::Disconnected);
                message.assert_is(id);
            }
        }
    }

    pub(super) fn close_by_sender(&mut self, chosen: usize) {
        if let Some(index) = index(&self.senders, chosen) {
            let was_open = !self.is_closed && !self.receivers.is_empty();
            assert_eq!(self.senders[index].close(), was_open);
            self.is_closed = true;
        }
    }

    pub(super) fn close_by_receiver(&mut self, chosen: usize) {
        if let Some(index) = index(&self.receivers, chosen) {
            assert_eq!(self.receivers[index].close(), self.may_get_more());
            self.is_closed = true;
        }
    }

    pub(super) fn downgrade(&mut self, chosen: usize) {
        if let Some(index) = index(&self.senders, chosen) {
            let weak = self.senders[index].downgrade();
            let again = weak.clone().upgrade().expect("there is a sender");
            assert!(again.same_channel(&self.senders[index]));
            drop(std::mem::replace(&mut self.senders[index], again));
        }
        if let Some(index) = index(&self.receivers, chosen) {
            let weak = self.receivers[index].downgrade();
            let again = weak.clone().upgrade().expect("there is a receiver");
            assert!(again.same_channel(&self.receivers[index]));
            drop(std::mem::replace(&mut self.receivers[index], again));
        }
    }
}

pub(super) fn try_send_now<P>(sender: &Sender<P>, message: P, _: bool) -> (Verdict, Option<P>) {
    match sender.try_send_now(message) {
        Ok(()) => (Verdict::Sent, None),
        Err(SendNowError::Full(message)) => (Verdict::Full, Some(message)),
        Err(SendNowError::Disconnected(message)) => (Verdict::Disconnected, Some(message)),
        Err(SendNowError::Busy(_)) => panic!("nobody else is there"),
    }
}

pub(super) fn try_recv_now<P>(receiver: &Receiver<P>, _: bool) -> Result<P, Found> {
    receiver.try_recv_now().map_err(|error| match error {
        RecvNowError::Empty => Found::Empty,
        RecvNowError::Disconnected => Found::Disconnected,
        RecvNowError::Busy => panic!("nobody else is there"),
    })
}

pub(super) fn try_send_from<P>(sender: &Sender<P>, message: P, _: bool) -> (Verdict, Option<P>) {
    let mut place = Some(message);
    let verdict = match sender.try_send_from(&mut place) {
        Ok(()) => Verdict::Sent,
        Err(TrySendError::Full(())) => Verdict::Full,
        Err(TrySendError::Disconnected(())) => Verdict::Disconnected,
    };
    (verdict, place)
}

pub(super) fn send_from<P>(sender: &Sender<P>, message: P, waits: bool) -> (Verdict, Option<P>) {
    let mut place = Some(message);
    let verdict = if waits {
        match sender.send_timeout_from(&mut place, Duration::ZERO) {
            Ok(()) => Verdict::Sent,
            Err(SendTimeoutError::Timeout(())) => Verdict::Full,
            Err(SendTimeoutError::Disconnected(())) => Verdict::Disconnected,
        }
    } else {
        match sender.send_from(&mut place) {
            Ok(()) => Verdict::Sent,
            Err(SendError(())) => Verdict::Disconnected,
        }
    };
    (verdict, place)
}

pub(super) fn try_send_batch<P>(
    sender: &Sender<P>,
    messages: Vec<P>,
) -> Result<usize, (Verdict, Rest<P>)> {
    sender
        .try_send_batch(messages)
        .map_err(|refused| match refused {
            TrySendError::Full(rest) => (Verdict::Full, rest),
            TrySendError::Disconnected(rest) => (Verdict::Disconnected, rest),
        })
}

pub(super) fn send_batch<P>(
    sender: &Sender<P>,
    messages: Vec<P>,
) -> Result<usize, (Verdict, Rest<P>)> {
    sender
        .send_batch_timeout(messages, Duration::ZERO)
        .map_err(|refused| match refused {
            SendTimeoutError::Timeout(rest) => (Verdict::Full, rest),
            SendTimeoutError::Disconnected(rest) => (Verdict::Disconnected, rest),
        })
}

pub(super) fn try_recv_batch<P>(
    receiver: &Receiver<P>,
    into: &mut Vec<P>,
    max: usize,
) -> Result<usize, Found> {
    receiver
        .try_recv_batch(into, max)
        .map_err(|error| match error {
            TryRecvError::Empty => Found::Empty,
            TryRecvError::Disconnected => Found::Disconnected,
        })
}

pub(super) fn recv_batch<P>(
    receiver: &Receiver<P>,
    into: &mut Vec<P>,
    max: usize,
) -> Result<usize, Found> {
    receiver
        .recv_batch_timeout(into, max, Duration::ZERO)
        .map_err(|error| match error {
            RecvTimeoutError::Timeout => Found::Empty,
            RecvTimeoutError::Disconnected => Found::Disconnected,
        })
}
