//! The answer to a message.

use crate::{MessageEnvelope, MessageError, MessageQueue, MessageQueueConnection, Result};

/// Sends `message` as the answer to `to` on `queue`, which must be the one that `to` names.
pub(crate) async fn reply<Q: MessageQueue + ?Sized>(
    queue: &Q,
    to: &MessageEnvelope,
    message: MessageEnvelope,
) -> Result<()> {
    match to.reply_to() {
        Some(name) if name == queue.name() => {}
        Some(name) => {
            let problem = format!(
                "message `{}` awaits its answer on queue `{name}`, not on `{}`",
                to.message_id(),
                queue.name()
            );
            return Err(refused(problem, message));
        }
        None => return Err(awaits_none(to, message)),
    }
    let mut answer = message.to_builder().in_reply_to(to.message_id());
    if let (None, Some(trace_id)) = (message.trace_id(), to.trace_id()) {
        answer = answer.trace_id(trace_id);
    }
    queue.send(answer.build()).await
}

/// As [`reply`], on the queue that `connection` has under the name.
pub(crate) async fn reply_by_name<C: MessageQueueConnection + ?Sized>(
    connection: &C,
    to: &MessageEnvelope,
    message: MessageEnvelope,
) -> Result<()> {
    let Some(name) = to.reply_to() else {
        return Err(awaits_none(to, message));
    };
    match connection.queue(name).await {
        Ok(queue) => queue.reply(to, message).await,
        Err(unknown @ MessageError::UnknownQueue { .. }) => {
            Err(refused(unknown.to_string(), message))
        }
        Err(error) => Err(error),
    }
}

fn awaits_none(to: &MessageEnvelope, message: MessageEnvelope) -> MessageError {
    let problem = format!("message `{}` awaits no answer", to.message_id());
    refused(problem, message)
}

fn refused(problem: String, message: MessageEnvelope) -> MessageError {
    MessageError::Refused {
        part: "reply_to",
        problem,
        returned: Some(Box::new(message)),
    }
}
