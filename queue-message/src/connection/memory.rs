//! The queues of this process.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use async_trait::async_trait;
use pollster::block_on;

use super::MessageQueueConnection;
use crate::clock::{self, Clock};
use crate::config::check_name;
use crate::{ConfigParams, MemoryMessageQueue, MessageError, MessageQueue, Result};

/// Named [queues in memory](MemoryMessageQueue). Clones are the same connection; every new one is a place of its own.
///
/// A queue's settings are those of [`configure`](crate::MemoryMessageQueueBuilder::configure), and `dead_letter`, the
/// name of the queue for its dead letters, which must be there. That one cannot be deleted while there is a queue whose
/// dead letters it takes.
///
/// Its own methods are those of [`MessageQueueConnection`], without waiting, which none of them needs, and with queues
/// of their own type.
///
/// ```
/// use queue_message::{ConfigParams, MemoryMessageQueueConnection, MessageEnvelope};
/// use std::time::Duration;
///
/// let connection = MemoryMessageQueueConnection::new();
/// let letters = connection.create("orders.dead", &ConfigParams::new())?.blocking();
/// let orders = connection.create("orders", &"dead_letter=orders.dead; max_deliveries=1".parse()?)?.blocking();
///
/// orders.send(MessageEnvelope::new(None, "order", "poison"))?;
/// let mut message = orders.receive(Duration::ZERO)?.unwrap();
/// orders.abandon(&mut message)?;
/// assert_eq!(letters.read_message_count()?, 1);
///
/// let error = connection.delete("orders.dead").unwrap_err();
/// assert_eq!(error.to_string(), "orders.dead: takes the dead letters of `orders`, which must be deleted first");
/// # queue_message::Result::<()>::Ok(())
/// ```
#[derive(Clone, Debug)]
pub struct MemoryMessageQueueConnection(Arc<Shared>);

#[derive(Debug)]
struct Shared {
    clock: Arc<dyn Clock>,
    queues: Mutex<BTreeMap<String, Named>>,
}

#[derive(Debug)]
struct Named {
    queue: MemoryMessageQueue,
    /// The name of the queue for its dead letters.
    dead_letter: Option<String>,
}

impl MemoryMessageQueueConnection {
    /// A connection without queues.
    #[must_use]
    pub fn new() -> Self {
        Self::with_clock(clock::of_the_machine())
    }

    /// A connection without queues, all of which will have the time from `clock`.
    #[must_use]
    pub fn with_clock(clock: impl Clock + 'static) -> Self {
        Self(Arc::new(Shared {
            clock: Arc::new(clock),
            queues: Mutex::default(),
        }))
    }

    /// The names of all queues, in order.
    #[must_use]
    pub fn names(&self) -> Vec<String> {
        self.lock().keys().cloned().collect()
    }

    /// Makes a queue, and opens it.
    ///
    /// # Errors
    /// [`QueueExists`](MessageError::QueueExists). [`Config`](MessageError::Config): the name is empty or has control
    /// characters, a setting is unknown or wrong, or the queue for the dead letters is not there.
    pub fn create(&self, name: &str, params: &ConfigParams) -> Result<MemoryMessageQueue> {
        check_name(name)?;
        let mut queues = self.lock();
        if queues.contains_key(name) {
            return Err(MessageError::QueueExists { queue: name.into() });
        }
        let mut dead_letter = None;
        let builder = MemoryMessageQueue::builder(name).clock(self.0.clock.clone());
        let configured = builder.configure_with(params, |letters| {
            let there = queues.get(letters);
            dead_letter = Some(letters.to_owned());
            there
                .map(|there| there.queue.clone())
                .ok_or_else(|| "the connection has no queue of this name".to_owned())
        });
        let queue = configured?.build()?;
        block_on(queue.open())?;
        let named = Named {
            queue: queue.clone(),
            dead_letter,
        };
        queues.insert(name.to_owned(), named);
        Ok(queue)
    }

    /// The queue of this name. One that was closed by somebody who has it is still there, closed, until it is deleted.
    ///
    /// # Errors
    /// [`UnknownQueue`](MessageError::UnknownQueue).
    pub fn get(&self, name: &str) -> Result<MemoryMessageQueue> {
        let queues = self.lock();
        let named = queues.get(name).ok_or_else(|| unknown(name))?;
        Ok(named.queue.clone())
    }

    /// Takes a queue out, and closes it: whoever waits on it is told at once. What is in flight can still be settled by
    /// those who have a handle; the messages go with the last of them.
    ///
    /// # Errors
    /// [`UnknownQueue`](MessageError::UnknownQueue); [`Config`](MessageError::Config), if it takes the dead letters of
    /// another queue.
    pub fn delete(&self, name: &str) -> Result<()> {
        let mut queues = self.lock();
        if !queues.contains_key(name) {
            return Err(unknown(name));
        }
        let mut sources = queues
            .iter()
            .filter(|(_, named)| named.dead_letter.as_deref() == Some(name));
        if let Some((source, _)) = sources.next() {
            let problem =
                format!("takes the dead letters of `{source}`, which must be deleted first");
            return Err(MessageError::config(name, problem));
        }
        let named = queues.remove(name);
        // Closing wakes others, who may come here.
        drop(queues);
        named.map_or(Ok(()), |named| block_on(named.queue.close()))
    }

    fn lock(&self) -> MutexGuard<'_, BTreeMap<String, Named>> {
        self.0.queues.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Default for MemoryMessageQueueConnection {
    fn default() -> Self {
        Self::new()
    }
}

#[async_trait]
impl MessageQueueConnection for MemoryMessageQueueConnection {
    async fn read_queue_names(&self) -> Result<Vec<String>> {
        Ok(self.names())
    }

    async fn create_queue(
        &self,
        name: &str,
        params: &ConfigParams,
    ) -> Result<Arc<dyn MessageQueue>> {
        Ok(Arc::new(self.create(name, params)?))
    }

    async fn queue(&self, name: &str) -> Result<Arc<dyn MessageQueue>> {
        Ok(Arc::new(self.get(name)?))
    }

    async fn delete_queue(&self, name: &str) -> Result<()> {
        self.delete(name)
    }
}

fn unknown(name: &str) -> MessageError {
    MessageError::UnknownQueue { queue: name.into() }
}
