//! Which answers are awaited, and the one moment at which an answer reaches its request or is too late.
//!
//! Each request has a channel for one answer, whose sender stands at the desk under the request's id. Whoever
//! hands an answer over takes the sender out, so that a second answer finds none. Whoever gives up closes the
//! channel, *then* takes what is in it. So an answer is either in the channel before that, and taken, or refused
//! by it, and late:
//!
//! ```text
//! listener   take the sender out of the desk ──► send      refused: late
//! request    close the channel ──► take what is in it      there is one: it is the answer
//! ```
//!
//! Wakers are foreign code: no lock is held where one is called or dropped.

use std::collections::HashMap;
use std::collections::hash_map::Entry;
use std::sync::Arc;

use async_trait::async_trait;
use queue_core::{Receiver, Sender, bounded};

use crate::sync::{Mutex, MutexGuard, lock, step};
use crate::{
    BoxError, IN_REPLY_TO, MessageEnvelope, MessageError, MessageId, MessageQueue, MessageReceiver,
    Result,
};

/// Where answers are awaited and handed over.
#[derive(Debug)]
pub(super) struct Desk {
    /// The queue on which they come.
    replies: String,
    state: Mutex<State>,
}

#[derive(Debug, Default)]
struct State {
    awaited: HashMap<MessageId, Place>,
    /// How many requests there were.
    tickets: u64,
    late_replies: u64,
    is_closed: bool,
}

#[derive(Debug)]
struct Place {
    /// Tells a request from a later one with its id.
    ticket: u64,
    answer: Sender<MessageEnvelope>,
}

impl Desk {
    pub(super) fn new(replies: &str) -> Self {
        Self {
            replies: replies.into(),
            state: Mutex::new(State::default()),
        }
    }

    /// Awaits the answer to a message.
    pub(super) fn enter(&self, message: &MessageEnvelope) -> Result<Awaited<'_>> {
        let id = message.message_id();
        let (sender, answer) = bounded(1);
        let mut state = self.lock();
        if state.is_closed {
            return Err(self.closed(Some(message.clone())));
        }
        state.tickets += 1;
        let ticket = state.tickets;
        match state.awaited.entry(id.clone()) {
            Entry::Vacant(place) => place.insert(Place {
                ticket,
                answer: sender,
            }),
            Entry::Occupied(_) => {
                return Err(MessageError::Refused {
                    part: "message_id",
                    problem: format!(
                        "a request with the id `{id}` awaits its answer on queue `{}` already",
                        self.replies
                    ),
                    returned: Some(Box::new(message.clone())),
                });
            }
        };
        Ok(Awaited {
            desk: self,
            id: id.clone(),
            ticket,
            answer,
        })
    }

    /// Hands an answer to the request that awaits it.
    fn hand_over(&self, reply: MessageEnvelope) {
        let place = reply
            .header(IN_REPLY_TO)
            .and_then(|id| self.lock().awaited.remove(&id.into()));
        let refused = match place {
            Some(place) => place
                .answer
                .try_send(reply)
                .err()
                .map(|refused| refused.into_inner()),
            None => Some(reply),
        };
        if let Some(reply) = refused {
            self.drop_late(&reply);
        }
    }

    fn drop_late(&self, reply: &MessageEnvelope) {
        self.lock().late_replies += 1;
        tracing::warn!(
            queue = self.replies,
            trace_id = reply.trace_id(),
            message_id = %reply.message_id(),
            in_reply_to = reply.header(IN_REPLY_TO),
            "nobody awaits this answer, or any more: it is dropped"
        );
    }

    pub(super) fn late_replies(&self) -> u64 {
        self.lock().late_replies
    }

    /// Tells all who wait, and all who come, that there will be no answer.
    pub(super) fn close(&self) {
        let mut state = self.lock();
        state.is_closed = true;
        // Their senders go, outside the lock, which tells those who wait.
        step!(M22, {
            let places = std::mem::take(&mut state.awaited);
            drop(state);
            drop(places);
        });
    }

    pub(super) fn closed(&self, returned: Option<MessageEnvelope>) -> MessageError {
        MessageError::closed(&self.replies, returned)
    }

    /// Who hands over what comes on the queue for the answers; when that ends, the desk is closed.
    pub(super) fn receiver(desk: &Arc<Self>) -> Arc<dyn MessageReceiver> {
        Arc::new(Clerk(desk.clone()))
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        lock(&self.state)
    }
}

/// An answer that is awaited. Dropped, it is not any more.
#[derive(Debug)]
pub(super) struct Awaited<'a> {
    desk: &'a Desk,
    id: MessageId,
    ticket: u64,
    answer: Receiver<MessageEnvelope>,
}

impl Awaited<'_> {
    /// Waits for the answer; `None` when the desk is closed.
    pub(super) async fn answer(&self) -> Option<MessageEnvelope> {
        self.answer.recv_async().await.ok()
    }

    /// Awaits it no more. The answer, if it has come meanwhile.
    pub(super) fn give_up(&self) -> Option<MessageEnvelope> {
        let mut state = self.desk.lock();
        let place = match state.awaited.entry(self.id.clone()) {
            Entry::Occupied(place) if place.get().ticket == self.ticket => Some(place.remove()),
            _ => None,
        };
        drop(state);
        drop(place);
        step!(M21, {
            self.answer.close();
        });
        self.answer.try_recv().ok()
    }
}

impl Drop for Awaited<'_> {
    fn drop(&mut self) {
        if let Some(reply) = self.give_up() {
            self.desk.drop_late(&reply);
        }
    }
}

/// The listener's receiver.
struct Clerk(Arc<Desk>);

#[async_trait]
impl MessageReceiver for Clerk {
    async fn receive_message(
        &self,
        mut message: MessageEnvelope,
        _queue: Arc<dyn MessageQueue>,
    ) -> Result<(), BoxError> {
        // Settling it is the listener's part.
        message.set_reference(None);
        self.0.hand_over(message);
        Ok(())
    }
}

impl Drop for Clerk {
    fn drop(&mut self) {
        self.0.close();
    }
}
