//! A channel with ends that are alone, against a `VecDeque`.

use std::collections::VecDeque;
use std::future::Future;
use std::mem;
use std::pin::pin;
use std::task::{Context, Poll, Waker};
use std::time::Instant;

use queue_core::{
    RecvNowError, RecvTimeoutError, SendNowError, SendTimeoutError, TryRecvError, TrySendError,
};

use crate::model::payload::{self, Payload};

/// What the model knows: which messages are inside, and whether more may come.
struct Books {
    inside: VecDeque<usize>,
    capacity: usize,
    is_closed: bool,
    next_id: usize,
}

impl Books {
    fn new(capacity: usize) -> Self {
        Self {
            inside: VecDeque::new(),
            capacity,
            is_closed: false,
            next_id: 0,
        }
    }

    fn make<P: Payload>(&mut self, count: usize) -> Vec<P> {
        let first = self.next_id;
        self.next_id += count;
        (first..self.next_id).map(P::new).collect()
    }

    fn room(&self) -> usize {
        if self.is_closed {
            0
        } else {
            self.capacity - self.inside.len()
        }
    }

    /// A message was made last, and sent, or came back.
    fn sent<P: Payload>(&mut self, back: Option<P>) {
        let id = self.next_id - 1;
        match back {
            None => {
                assert!(self.room() > 0);
                self.inside.push_back(id);
            }
            Some(message) => {
                assert_eq!(self.room(), 0);
                message.assert_is(id);
            }
        }
    }

    /// So many messages were made last, of which so many were sent, and these came back.
    fn sent_some<P: Payload>(
        &mut self,
        count: usize,
        sent: usize,
        back: impl IntoIterator<Item = P>,
    ) {
        let first = self.next_id - count;
        assert_eq!(sent, count.min(self.room()));
        self.inside.extend(first..first + sent);
        let mut left = first + sent..self.next_id;
        for message in back {
            message.assert_is(left.next().unwrap());
        }
        assert!(left.is_empty());
    }

    fn received<P: Payload>(&mut self, message: Option<P>) {
        let expected = self.inside.pop_front();
        assert_eq!(message.is_some(), expected.is_some());
        if let (Some(message), Some(id)) = (message, expected) {
            message.assert_is(id);
        }
    }

    fn received_some<P: Payload>(&mut self, count: usize, messages: Vec<P>) {
        assert_eq!(messages.len(), count.min(self.inside.len()));
        for message in messages {
            self.received(Some(message));
        }
    }
}

macro_rules! models {
    ($($kind:ident),+) => {$(
        #[allow(unused_mut, reason = "an end of which there may be many is not borrowed exclusively")]
        pub(crate) mod $kind {
            use super::*;
            use queue_core::$kind::{Receiver, Sender, bounded};

            /// Does what the bytes say to a channel and to the model, comparing after each step.
            pub(crate) fn run<P: Payload>(capacity: usize, steps: &[[u8; 2]]) {
                payload::begin();
                let (mut sender, mut receiver) = bounded(capacity);
                let mut books = Books::new(capacity);
                for &[code, count] in steps {
                    let count = usize::from(count % 12);
                    match code % 32 {
                        0..14 => send::<P>(&mut sender, &mut books, code % 7, count),
                        14..28 => receive::<P>(&mut receiver, &mut books, code % 7, count),
                        28 => {
                            assert_eq!(sender.close(), !books.is_closed);
                            books.is_closed = true;
                        }
                        29 => {
                            assert_eq!(receiver.close(), !books.is_closed);
                            books.is_closed = true;
                        }
                        which => {
                            // An end goes, and the other one after it.
                            let (new_sender, new_receiver) = bounded(capacity);
                            let sender = mem::replace(&mut sender, new_sender);
                            let mut receiver = mem::replace(&mut receiver, new_receiver);
                            if which == 30 {
                                drop(sender);
                                assert_eq!(payload::alive(), books.inside.len());
                                let messages: Vec<P> = receiver.try_iter().take(count).collect();
                                books.received_some(count, messages);
                            } else {
                                drop(receiver);
                                assert_eq!(payload::alive(), 0, "they are dropped with it");
                                assert!(sender.is_closed());
                            }
                            books = Books { next_id: books.next_id, ..Books::new(capacity) };
                        }
                    }
                    let length = books.inside.len();
                    assert_eq!((sender.len(), receiver.len()), (length, length));
                    assert_eq!(sender.is_empty() && receiver.is_empty(), length == 0);
                    assert_eq!(sender.is_full() && receiver.is_full(), length == capacity);
                    assert_eq!(sender.is_closed() && receiver.is_closed(), books.is_closed);
                    assert_eq!(payload::alive(), length, "leaked or lost");
                }
                drop((sender, receiver));
                assert_eq!(payload::alive(), 0, "leaked");
            }

            fn send<P: Payload>(sender: &mut Sender<P>, books: &mut Books, how: u8, count: usize) {
                let mut some: Vec<P> = books.make(if how < 4 { 1 } else { count });
                let is_closed = books.is_closed;
                match how {
                    0 => books.sent(sender.try_send(some.remove(0)).err().map(|refused| {
                        assert_eq!(matches!(refused, TrySendError::Disconnected(_)), is_closed);
                        refused.into_inner()
                    })),
                    1 => books.sent(sender.try_send_now(some.remove(0)).err().map(|refused| {
                        assert_eq!(matches!(refused, SendNowError::Disconnected(_)), is_closed);
                        refused.into_inner()
                    })),
                    2 => {
                        let sent = sender.send_deadline(some.remove(0), Instant::now());
                        books.sent(sent.err().map(|refused| {
                            let is_told = matches!(refused, SendTimeoutError::Disconnected(_));
                            assert_eq!(is_told, is_closed);
                            refused.into_inner()
                        }));
                    }
                    3 => {
                        let mut sending = pin!(sender.send_async(some.remove(0)));
                        let mut context = Context::from_waker(Waker::noop());
                        books.sent(match sending.as_mut().poll(&mut context) {
                            Poll::Ready(sent) => sent.err().map(|refused| refused.into_inner()),
                            Poll::Pending => sending.take_back(),
                        });
                    }
                    4 => match sender.try_send_batch(some) {
                        Ok(sent) => books.sent_some::<P>(count, sent, None),
                        Err(refused) => {
                            let unsent = refused.into_inner();
                            books.sent_some(count, unsent.sent(), unsent);
                        }
                    },
                    5 => match sender.send_batch_deadline(some, Instant::now()) {
                        Ok(sent) => books.sent_some::<P>(count, sent, None),
                        Err(refused) => {
                            let unsent = refused.into_inner();
                            books.sent_some(count, unsent.sent(), unsent);
                        }
                    },
                    _ => {
                        let mut sending = pin!(sender.send_batch_async(some));
                        let mut context = Context::from_waker(Waker::noop());
                        let unsent = match sending.as_mut().poll(&mut context) {
                            Poll::Ready(Ok(sent)) => {
                                return books.sent_some::<P>(count, sent, None);
                            }
                            Poll::Ready(Err(refused)) => refused.into_inner(),
                            Poll::Pending => sending.take_back().unwrap(),
                        };
                        books.sent_some(count, unsent.sent(), unsent);
                    }
                }
            }

            fn receive<P: Payload>(
                receiver: &mut Receiver<P>,
                books: &mut Books,
                how: u8,
                count: usize,
            ) {
                let is_closed = books.is_closed;
                let mut some = Vec::new();
                let mut context = Context::from_waker(Waker::noop());
                match how {
                    0 => books.received(match receiver.try_recv() {
                        Ok(message) => Some(message),
                        Err(error) => {
                            assert_eq!(error == TryRecvError::Disconnected, is_closed);
                            None
                        }
                    }),
                    1 => books.received(match receiver.try_recv_now() {
                        Ok(message) => Some(message),
                        Err(error) => {
                            assert_eq!(error == RecvNowError::Disconnected, is_closed);
                            None
                        }
                    }),
                    2 => books.received(match receiver.recv_deadline(Instant::now()) {
                        Ok(message) => Some(message),
                        Err(error) => {
                            assert_eq!(error == RecvTimeoutError::Disconnected, is_closed);
                            None
                        }
                    }),
                    3 => {
                        let received = pin!(receiver.recv_async()).poll(&mut context);
                        books.received(match received {
                            Poll::Ready(received) => received.ok(),
                            Poll::Pending => None,
                        });
                    }
                    4 => {
                        let received = receiver.try_recv_batch(&mut some, count);
                        assert_eq!(received.unwrap_or(0), some.len());
                        books.received_some(count, some);
                    }
                    5 => {
                        let length = books.inside.len();
                        books.received_some(length, receiver.drain().collect());
                    }
                    _ => {
                        let received =
                            pin!(receiver.recv_batch_async(&mut some, count)).poll(&mut context);
                        let received = match received {
                            Poll::Ready(Ok(received)) => received,
                            _ => 0,
                        };
                        assert_eq!(received, some.len());
                        books.received_some(count, some);
                    }
                }
            }
        }
    )+};
}

models!(spsc, mpsc, spmc);
