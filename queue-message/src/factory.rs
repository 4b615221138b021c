//! Queues made by their descriptors.

use std::fmt;
use std::sync::Arc;

use crate::{ConfigParams, Descriptor, MemoryMessageQueue, MessageError, MessageQueue, Result};

type Constructor =
    dyn Fn(&Descriptor, &ConfigParams) -> Result<Arc<dyn MessageQueue>> + Send + Sync;

/// Makes queues by their [descriptors](Descriptor), of which the name becomes the queue's name. Programs and backends
/// [register](Self::register) more kinds; clones know the same kinds from then on, each by itself.
///
/// Each queue is a new one, and not yet open. Queues that are looked up by their names are those of a
/// [connection](crate::MessageQueueConnection).
///
/// ```
/// use queue_message::{ConfigParams, MessageQueueFactory, MessageQueue};
///
/// let factory = MessageQueueFactory::new();
/// let queue = factory.create(&"pip-services:message-queue:memory:my_queue:1.0".parse()?)?;
/// assert_eq!(queue.name(), "my_queue");
///
/// let params = ConfigParams::from([("lock_timeout", "5s")]);
/// let queue = factory.create_with(&"pip-services:message-queue:memory:my_queue:1.0".parse()?, &params)?;
/// assert_eq!(queue.lock_timeout().as_secs(), 5);
/// # queue_message::Result::<()>::Ok(())
/// ```
#[doc(alias = "MemoryMessageQueueFactory")]
#[derive(Clone)]
pub struct MessageQueueFactory {
    /// Those registered later are asked first.
    kinds: Vec<(Descriptor, Arc<Constructor>)>,
}

impl MessageQueueFactory {
    /// A factory that knows [`MemoryMessageQueue`], as `pip-services:message-queue:memory:*:1.0`.
    #[must_use]
    pub fn new() -> Self {
        let mut factory = Self::empty();
        let memory = Descriptor::new("pip-services", "message-queue", "memory", "*", "1.0");
        factory.register(memory.expect("it is a descriptor"), |descriptor, params| {
            let queue = MemoryMessageQueue::builder(descriptor.name()).configure(params)?;
            Ok(Arc::new(queue.build()?))
        });
        factory
    }

    /// A factory that knows nothing yet.
    #[must_use]
    pub const fn empty() -> Self {
        Self { kinds: Vec::new() }
    }

    /// Makes the queues whose descriptors [match](Descriptor::matches) `locator` by `constructor` from now on. Where
    /// several match, the one that was registered last makes the queue.
    pub fn register<F>(&mut self, locator: Descriptor, constructor: F)
    where
        F: Fn(&Descriptor, &ConfigParams) -> Result<Arc<dyn MessageQueue>> + Send + Sync + 'static,
    {
        self.kinds.push((locator, Arc::new(constructor)));
    }

    /// Whether a constructor is registered for such a descriptor.
    #[must_use]
    pub fn can_create(&self, descriptor: &Descriptor) -> bool {
        self.constructor(descriptor).is_some()
    }

    /// A new queue, without settings.
    ///
    /// # Errors
    /// As of [`create_with`](Self::create_with).
    pub fn create(&self, descriptor: &Descriptor) -> Result<Arc<dyn MessageQueue>> {
        self.create_with(descriptor, &ConfigParams::new())
    }

    /// A new queue.
    ///
    /// # Errors
    /// [`Config`](MessageError::Config): nothing is registered for the descriptor, its name is `*`, or a setting is
    /// wrong. Those of the constructor.
    pub fn create_with(
        &self,
        descriptor: &Descriptor,
        params: &ConfigParams,
    ) -> Result<Arc<dyn MessageQueue>> {
        let part = || descriptor.to_string();
        let Some(constructor) = self.constructor(descriptor) else {
            let locators: Vec<_> = self
                .kinds
                .iter()
                .map(|(locator, _)| format!("`{locator}`"))
                .collect();
            let known = if locators.is_empty() {
                "nothing".to_owned()
            } else {
                locators.join(", ")
            };
            return Err(MessageError::config(
                part(),
                format!("no queue of this kind can be made; known is {known}"),
            ));
        };
        if descriptor.name() == "*" {
            return Err(MessageError::config(
                part(),
                "its name, `*`, is not that of one queue",
            ));
        }
        constructor(descriptor, params)
    }

    fn constructor(&self, descriptor: &Descriptor) -> Option<&Constructor> {
        let mut kinds = self.kinds.iter().rev();
        let (_, constructor) = kinds.find(|(locator, _)| locator.matches(descriptor))?;
        Some(&**constructor)
    }
}

impl Default for MessageQueueFactory {
    fn default() -> Self {
        Self::new()
    }
}

impl fmt::Debug for MessageQueueFactory {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let locators = self.kinds.iter().map(|(locator, _)| locator.to_string());
        f.debug_tuple("MessageQueueFactory")
            .field(&locators.collect::<Vec<_>>())
            .finish()
    }
}
