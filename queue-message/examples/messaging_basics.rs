//! The program that `docs/messaging-basics.md` puts together. It prints `Received message: ABC`, and ends.

use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use queue_message::{
    BoxError, MemoryMessageQueue, MessageEnvelope, MessageQueue, MessageReceiver, Result,
};

struct MyMessageReceiver;

#[async_trait]
impl MessageReceiver for MyMessageReceiver {
    async fn receive_message(
        &self,
        message: MessageEnvelope,
        _queue: Arc<dyn MessageQueue>,
    ) -> Result<(), BoxError> {
        println!("Received message: {}", message.message_as_string()?);
        Ok(())
    }
}

pub(crate) fn main() -> Result<()> {
    let queue = MemoryMessageQueue::new("my_queue").blocking();
    queue.open()?;

    queue.begin_listen(Arc::new(MyMessageReceiver))?;

    let message = MessageEnvelope::new(None, "mymessage", "ABC");
    queue.send(message)?;

    queue.drain(Duration::MAX)?;
    Ok(())
}
