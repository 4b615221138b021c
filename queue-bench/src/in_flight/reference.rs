//! What the channel under the queue takes for the same bytes.

use bytes::Bytes;
use queue_core::{Receiver, Sender, bounded};

use super::crowd::BATCH;
use super::{Operation, Spent};
use crate::link::at_once;
use crate::message::{Message, Word};

#[derive(Debug)]
pub(super) struct Raw {
    sender: Sender<Bytes>,
    receiver: Receiver<Bytes>,
    sent: Word,
}

impl Raw {
    pub(super) fn open() -> Self {
        let (sender, receiver) = bounded(1024);
        Self {
            sender,
            receiver,
            sent: 0,
        }
    }

    /// Passes a batch.
    pub(super) fn cycle(&mut self, spent: &mut Spent) {
        let words = self.sent..self.sent + BATCH as Word;
        self.sent = words.end;
        let mut messages = Vec::with_capacity(BATCH);
        spent.time(Operation::Make, BATCH, || {
            messages.extend(words.clone().map(make));
        });
        spent.time(Operation::Send, BATCH, || {
            for message in messages.drain(..) {
                at_once(self.sender.send_async(message)).expect("both ends are here");
            }
        });
        spent.time(Operation::Receive, BATCH, || {
            let received = || at_once(self.receiver.recv_async()).expect("both ends are here");
            messages.extend(words.clone().map(|_| received()));
        });
        for (message, word) in messages.iter().zip(words) {
            assert_eq!(message[..size_of::<Word>()], *word.as_bytes());
        }
        spent.time(Operation::Free, BATCH, || messages.clear());
    }
}

fn make(word: Word) -> Bytes {
    Bytes::copy_from_slice(<[u64; 32]>::of(word).as_bytes())
}
