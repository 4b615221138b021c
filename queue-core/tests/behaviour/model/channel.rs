//! The channel against the model.

mod more;

use std::collections::VecDeque;
use std::time::{Duration, Instant};

use queue_core::{
    Receiver, RecvError, RecvTimeoutError, SendTimeoutError, Sender, TryRecvError, TrySendError,
    bounded, unbounded,
};

use super::payload::{self, Payload};

/// One thing to do to a channel. Numbers choose a handle, modulo how many there are.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Step {
    TrySend(usize),
    /// Without a limit where it cannot wait, else with one that is over at once.
    Send(usize),
    SendTimeout(usize),
    SendDeadline(usize),
    TryRecv(usize),
    /// As `Send`.
    Recv(usize),
    RecvTimeout(usize),
    RecvDeadline(usize),
    CloneSender(usize),
    DropSender(usize),
    CloneReceiver(usize),
    DropReceiver(usize),
    /// By reference; beyond the last message only where that is the end.
    Iter(usize),
    TryIter(usize),
    /// By value, of a clone.
    IntoIter(usize),
    TrySendNow(usize),
    TryRecvNow(usize),
    ForceSend(usize),
    TrySendFrom(usize),
    SendFrom(usize),
    TrySendBatch(usize),
    /// Or, where something is left of one, goes on with that.
    TrySendRest(usize),
    /// With a limit that is over at once.
    SendBatch(usize),
    TryRecvBatch(usize),
    /// As `SendBatch`.
    RecvBatch(usize),
    Drain(usize),
    /// By a sender.
    Close(usize),
    /// By a receiver.
    CloseBehind(usize),
    /// Of either end; and back again.
    Downgrade(usize),
}

impl Step {
    /// Every pair of bytes is a step.
    pub(crate) fn decode([code, number]: [u8; 2]) -> Self {
        let number = usize::from(number);
        match code % 64 {
            0..7 => Self::TrySend(number),
            7..11 => Self::Send(number),
            11..13 => Self::SendTimeout(number),
            13..15 => Self::SendDeadline(number),
            15..18 => Self::TryRecv(number),
            18..21 => Self::Recv(number),
            21 => Self::RecvTimeout(number),
            22 => Self::RecvDeadline(number),
            23..26 => Self::CloneSender(number),
            26..29 => Self::DropSender(number),
            29 | 30 => Self::CloneReceiver(number),
            31 | 32 => Self::DropReceiver(number),
            33 => Self::Iter(number),
            34 => Self::TryIter(number),
            35 => Self::IntoIter(number),
            36..38 => Self::TrySendNow(number),
            38..40 => Self::TryRecvNow(number),
            40..43 => Self::ForceSend(number),
            43 => Self::TrySendFrom(number),
            44 => Self::SendFrom(number),
            45..47 => Self::TrySendBatch(number),
            47 | 48 => Self::TrySendRest(number),
            49..52 => Self::SendBatch(number),
            52..56 => Self::TryRecvBatch(number),
            56..59 => Self::RecvBatch(number),
            59 | 60 => Self::Drain(number),
            61 if number > 200 => Self::Close(number),
            62 if number > 200 => Self::CloseBehind(number),
            _ => Self::Downgrade(number),
        }
    }
}

/// A channel of that capacity, or without a limit.
pub(crate) fn open<T>(capacity: Option<usize>) -> (Sender<T>, Receiver<T>) {
    capacity.map_or_else(unbounded, bounded)
}

/// Runs the steps on a channel and on the model, comparing after each. Without a capacity the
/// channel is unbounded.
pub(crate) fn run<P: Payload>(
    capacity: impl Into<Option<usize>>,
    steps: impl IntoIterator<Item = Step>,
) {
    payload::begin();
    let mut subject = Subject::<P>::new(capacity.into());
    for step in steps {
        if subject.senders.is_empty() && subject.receivers.is_empty() {
            assert_eq!(payload::alive(), subject.rest_len(), "leaked");
            subject.reopen();
        }
        subject.perform(step);
        subject.compare();
    }
    drop(subject);
    assert_eq!(payload::alive(), 0, "leaked");
}

struct Subject<P> {
    senders: Vec<Sender<P>>,
    receivers: Vec<Receiver<P>>,
    stranger: (Sender<P>, Receiver<P>),
    capacity: Option<usize>,
    model: VecDeque<usize>,
    /// What is left of a batch that was sent in part, and the model of it.
    rest: Option<(more::Rest<P>, VecDeque<usize>)>,
    next_id: usize,
    is_closed: bool,
}

/// What the model says of a send.
#[derive(Debug, PartialEq)]
enum Verdict {
    Sent,
    Full,
    Disconnected,
}

/// What the model says of a receive.
#[derive(Debug, PartialEq)]
enum Found {
    Message(usize),
    Empty,
    Disconnected,
}

impl<P: Payload> Subject<P> {
    fn new(capacity: Option<usize>) -> Self {
        let (sender, receiver) = open(capacity);
        Self {
            senders: vec![sender],
            receivers: vec![receiver],
            stranger: open(capacity),
            capacity,
            model: VecDeque::new(),
            rest: None,
            next_id: 0,
            is_closed: false,
        }
    }

    fn reopen(&mut self) {
        let (sender, receiver) = open(self.capacity);
        self.senders.push(sender);
        self.receivers.push(receiver);
        self.is_closed = false;
    }

    fn perform(&mut self, step: Step) {
        match step {
            Step::TrySend(chosen) => self.send(chosen, |sender, message, _| {
                match sender.try_send(message) {
                    Ok(()) => (Verdict::Sent, None),
                    Err(TrySendError::Full(message)) => (Verdict::Full, Some(message)),
                    Err(TrySendError::Disconnected(message)) => {
                        (Verdict::Disconnected, Some(message))
                    }
                }
            }),
            Step::Send(chosen) => self.send(chosen, |sender, message, waits| {
                if waits {
                    return timed(sender.send_timeout(message, Duration::ZERO));
                }
                match sender.send(message) {
                    Ok(()) => (Verdict::Sent, None),
                    Err(error) => (Verdict::Disconnected, Some(error.into_inner())),
                }
            }),
            Step::SendTimeout(chosen) => self.send(chosen, |sender, message, waits| {
                // An endless limit goes another way than a short one.
                let limit = if waits { Duration::ZERO } else { Duration::MAX };
                timed(sender.send_timeout(message, limit))
            }),
            Step::SendDeadline(chosen) => self.send(chosen, |sender, message, _| {
                timed(sender.send_deadline(message, Instant::now()))
            }),
            Step::TryRecv(chosen) => self.recv(chosen, |receiver, _| {
                receiver.try_recv().map_err(|error| match error {
                    TryRecvError::Empty => Found::Empty,
                    TryRecvError::Disconnected => Found::Disconnected,
                })
            }),
            Step::Recv(chosen) => self.recv(chosen, |receiver, waits| {
                if waits {
                    return late(receiver.recv_timeout(Duration::ZERO));
                }
                receiver.recv().map_err(|RecvError| Found::Disconnected)
            }),
            Step::RecvTimeout(chosen) => self.recv(chosen, |receiver, waits| {
                let limit = if waits { Duration::ZERO } else { Duration::MAX };
                late(receiver.recv_timeout(limit))
            }),
            Step::RecvDeadline(chosen) => self.recv(chosen, |receiver, _| {
                late(receiver.recv_deadline(Instant::now()))
            }),
            Step::CloneSender(chosen) => {
                if let Some(index) = index(&self.senders, chosen) {
                    self.senders.push(self.senders[index].clone());
                }
            }
            Step::CloneReceiver(chosen) => {
                if let Some(index) = index(&self.receivers, chosen) {
                    self.receivers.push(self.receivers[index].clone());
                }
            }
            Step::DropSender(chosen) => {
                if let Some(index) = index(&self.senders, chosen) {
                    drop(self.senders.swap_remove(index));
                }
            }
            Step::DropReceiver(chosen) => {
                if let Some(index) = index(&self.receivers, chosen) {
                    drop(self.receivers.swap_remove(index));
                }
                if self.receivers.is_empty() {
                    self.model.clear();
                }
            }
            Step::Iter(number) => self.iterate(number, Reach::End, |receiver, count| {
                receiver.into_iter().take(count).collect()
            }),
            Step::TryIter(number) => self.iterate(number, Reach::Empty, |receiver, count| {
                receiver.try_iter().take(count).collect()
            }),
            Step::IntoIter(number) => self.iterate(number, Reach::End, |receiver, count| {
                receiver.clone().into_iter().take(count).collect()
            }),
            Step::TrySendNow(chosen) => self.send(chosen, more::try_send_now),
            Step::TryRecvNow(chosen) => self.recv(chosen, more::try_recv_now),
            Step::ForceSend(chosen) => self.force_send(chosen),
            Step::TrySendFrom(chosen) => self.send(chosen, more::try_send_from),
            Step::SendFrom(chosen) => self.send(chosen, more::send_from),
            Step::TrySendBatch(number) => self.send_batch(number, more::try_send_batch),
            Step::TrySendRest(number) => self.send_rest(number),
            Step::SendBatch(number) => self.send_batch(number, more::send_batch),
            Step::TryRecvBatch(number) => self.recv_batch(number, more::try_recv_batch),
            Step::RecvBatch(number) => self.recv_batch(number, more::recv_batch),
            Step::Drain(number) => self.drain(number),
            Step::Close(chosen) => self.close_by_sender(chosen),
            Step::CloseBehind(chosen) => self.close_by_receiver(chosen),
            Step::Downgrade(chosen) => self.downgrade(chosen),
        }
    }

    /// `attempt` is told whether a send without a limit would wait.
    fn send(
        &mut self,
        chosen: usize,
        attempt: impl FnOnce(&Sender<P>, P, bool) -> (Verdict, Option<P>),
    ) {
        let Some(index) = index(&self.senders, chosen) else {
            return;
        };
        let expected = self.verdict();
        let id = self.next_id;
        self.next_id += 1;
        let waits = expected == Verdict::Full;
        let (verdict, refused) = attempt(&self.senders[index], P::new(id), waits);
        assert_eq!(verdict, expected);
        match refused {
            Some(message) => message.assert_is(id),
            None => self.model.push_back(id),
        }
    }

    /// `attempt` is told whether a receive without a limit would wait.
    fn recv(
        &mut self,
        chosen: usize,
        attempt: impl FnOnce(&Receiver<P>, bool) -> Result<P, Found>,
    ) {
        let Some(index) = index(&self.receivers, chosen) else {
            return;
        };
        let expected = match self.model.pop_front() {
            Some(id) => Found::Message(id),
            None if !self.may_get_more() => Found::Disconnected,
            None => Found::Empty,
        };
        let waits = expected == Found::Empty;
        match (attempt(&self.receivers[index], waits), expected) {
            (Ok(message), Found::Message(id)) => message.assert_is(id),
            (Ok(_), expected) => panic!("a message, where the model says {expected:?}"),
            (Err(found), expected) => assert_eq!(found, expected),
        }
    }

    /// `take` is told how many messages to ask for at most.
    fn iterate(
        &mut self,
        number: usize,
        reach: Reach,
        take: impl FnOnce(&Receiver<P>, usize) -> Vec<P>,
    ) {
        let Some(index) = index(&self.receivers, number) else {
            return;
        };
        // Of an unbounded channel, up to two blocks of messages and a few.
        let wanted = number % self.capacity.map_or(70, |capacity| capacity + 2);
        let count = match reach {
            Reach::End if self.may_get_more() => wanted.min(self.model.len()),
            _ => wanted,
        };
        let messages = take(&self.receivers[index], count);
        assert_eq!(messages.len(), count.min(self.model.len()));
        for (message, id) in messages.iter().zip(self.model.drain(..messages.len())) {
            message.assert_is(id);
        }
    }

    /// What becomes of a send of one message.
    fn verdict(&self) -> Verdict {
        if self.receivers.is_empty() || self.is_closed {
            Verdict::Disconnected
        } else if self.is_full() {
            Verdict::Full
        } else {
            Verdict::Sent
        }
    }

    fn may_get_more(&self) -> bool {
        !self.senders.is_empty() && !self.is_closed
    }

    fn is_full(&self) -> bool {
        self.capacity == Some(self.model.len())
    }

    fn compare(&self) {
        let len = self.model.len();
        let full = self.is_full();
        for sender in &self.senders {
            assert_eq!((sender.len(), sender.is_empty()), (len, len == 0));
            assert_eq!((sender.is_full(), sender.capacity()), (full, self.capacity));
            assert_eq!(sender.sender_count(), self.senders.len());
            assert_eq!(sender.receiver_count(), self.receivers.len());
            assert_eq!(
                sender.is_closed(),
                self.is_closed || self.receivers.is_empty()
            );
            assert!(sender.same_channel(&self.senders[0]));
            assert!(!sender.same_channel(&self.stranger.0));
        }
        for receiver in &self.receivers {
            assert_eq!((receiver.len(), receiver.is_empty()), (len, len == 0));
            assert_eq!(
                (receiver.is_full(), receiver.capacity()),
                (full, self.capacity)
            );
            assert_eq!(receiver.sender_count(), self.senders.len());
            assert_eq!(receiver.receiver_count(), self.receivers.len());
            assert_eq!(receiver.is_closed(), !self.may_get_more());
            assert!(receiver.same_channel(&self.receivers[0]));
            assert!(!receiver.same_channel(&self.stranger.1));
        }
        assert_eq!(payload::alive(), len + self.rest_len(), "leaked or lost");
    }
}

/// How far an iterator goes.
enum Reach {
    /// Waits while a sender is left.
    End,
    /// Stops where the channel is empty.
    Empty,
}

fn index<H>(handles: &[H], chosen: usize) -> Option<usize> {
    chosen.checked_rem(handles.len())
}

fn timed<P>(result: Result<(), SendTimeoutError<P>>) -> (Verdict, Option<P>) {
    match result {
        Ok(()) => (Verdict::Sent, None),
        Err(SendTimeoutError::Timeout(message)) => (Verdict::Full, Some(message)),
        Err(SendTimeoutError::Disconnected(message)) => (Verdict::Disconnected, Some(message)),
    }
}

fn late<P>(result: Result<P, RecvTimeoutError>) -> Result<P, Found> {
    result.map_err(|error| match error {
        RecvTimeoutError::Timeout => Found::Empty,
        RecvTimeoutError::Disconnected => Found::Disconnected,
    })
}
