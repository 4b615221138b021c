//! A queue in memory, from settings and from a URL.

use super::{ConfigParams, address, wrong};
use crate::memory::MemoryMessageQueueBuilder;
use crate::{MemoryMessageQueue, MessageError, Result};

const NAME: &str = "name";
const CAPACITY: &str = "capacity";
const LOCK_TIMEOUT: &str = "lock_timeout";
const MAX_DELIVERIES: &str = "max_deliveries";
const DEAD_LETTER: &str = "dead_letter";

impl MemoryMessageQueue {
    /// A queue from settings: `name`, which must be there, and those of
    /// [`configure`](MemoryMessageQueueBuilder::configure). It is not yet open.
    ///
    /// # Errors
    /// [`Config`](MessageError::Config), as of [`configure`](MemoryMessageQueueBuilder::configure) and
    /// [`build`](MemoryMessageQueueBuilder::build), and where the name is missing, empty, or has control characters.
    ///
    /// ```
    /// use queue_message::{ConfigParams, MemoryMessageQueue, MessageQueue};
    ///
    /// let params = ConfigParams::from([("name", "orders"), ("capacity", "10"), ("lock_timeout", "5s")]);
    /// let queue = MemoryMessageQueue::from_config(&params)?;
    /// assert_eq!((queue.name(), queue.capacity(), queue.lock_timeout().as_secs()), ("orders", 10, 5));
    ///
    /// let params = ConfigParams::from([("name", "orders"), ("capcity", "10")]);
    /// let error = MemoryMessageQueue::from_config(&params).unwrap_err();
    /// assert!(error.to_string().starts_with("capcity: unknown"), "{error}");
    /// # queue_message::Result::<()>::Ok(())
    /// ```
    pub fn from_config(params: &ConfigParams) -> Result<Self> {
        let name = params.require(NAME)?;
        check_name(name)?;
        let known = [NAME, CAPACITY, LOCK_TIMEOUT, MAX_DELIVERIES, DEAD_LETTER];
        Self::builder(name)
            .apply(params, &known, no_connection)?
            .build()
    }

    /// A queue from a URL: `memory://name?capacity=10&lock_timeout=30s`, with the settings of
    /// [`configure`](MemoryMessageQueueBuilder::configure) as parameters. What a URL keeps for itself is
    /// percent-encoded in a name: `orders%2F2` is `orders/2`. It is not yet open.
    ///
    /// # Errors
    /// [`Config`](MessageError::Config), which names the part that is wrong: another scheme, a name that is empty or
    /// has control characters, a user, a port, a path or a fragment, a parameter that is unknown, given twice or out of
    /// range.
    ///
    /// ```
    /// use queue_message::{MemoryMessageQueue, MessageQueue};
    ///
    /// let queue = MemoryMessageQueue::from_url("memory://orders?capacity=10&lock_timeout=30s")?;
    /// assert_eq!((queue.name(), queue.capacity()), ("orders", 10));
    ///
    /// let error = MemoryMessageQueue::from_url("memory://orders:80").unwrap_err();
    /// assert!(error.to_string().starts_with(":80: the URL of a queue has no port"), "{error}");
    /// # queue_message::Result::<()>::Ok(())
    /// ```
    pub fn from_url(url: &str) -> Result<Self> {
        let (name, params) = address::parse(url, "memory")?;
        if name.is_empty() {
            return Err(MessageError::config(url, "the URL names no queue"));
        }
        check_name(&name)?;
        Self::builder(name).configure(&params)?.build()
    }
}

impl MemoryMessageQueueBuilder {
    /// Takes what is set from settings, and leaves the rest as it is:
    ///
    /// | key | value |
    /// |---|---|
    /// | `capacity` | [messages](Self::capacity) |
    /// | `lock_timeout` | [length of time](ConfigParams::get_as_duration), not zero |
    /// | `max_deliveries` | [deliveries](Self::max_deliveries) |
    ///
    /// `dead_letter` is the name of a queue, which only a [connection](crate::MemoryMessageQueueConnection) can look
    /// up; a builder is [given the queue](Self::dead_letter) itself.
    ///
    /// # Errors
    /// [`Config`](MessageError::Config), which names the setting that is unknown or wrong.
    pub fn configure(self, params: &ConfigParams) -> Result<Self> {
        self.configure_with(params, no_connection)
    }

    /// As [`configure`](Self::configure), with dead letters: `queue` looks them up, or says why it cannot.
    pub(crate) fn configure_with(
        self,
        params: &ConfigParams,
        queue: impl FnOnce(&str) -> Result<MemoryMessageQueue, String>,
    ) -> Result<Self> {
        let known = [CAPACITY, LOCK_TIMEOUT, MAX_DELIVERIES, DEAD_LETTER];
        self.apply(params, &known, queue)
    }

    fn apply(
        mut self,
        params: &ConfigParams,
        known: &[&str],
        queue: impl FnOnce(&str) -> Result<MemoryMessageQueue, String>,
    ) -> Result<Self> {
        params.only(known)?;
        if let Some(capacity) = params.get_as(CAPACITY)? {
            self = self.capacity(capacity);
        }
        if let Some(lock_timeout) = params.get_as_duration(LOCK_TIMEOUT)? {
            if lock_timeout.is_zero() {
                let value = params.require(LOCK_TIMEOUT)?;
                return Err(wrong(
                    LOCK_TIMEOUT,
                    value,
                    "a message must be locked for a while",
                ));
            }
            self = self.lock_timeout(lock_timeout);
        }
        if let Some(deliveries) = params.get_as(MAX_DELIVERIES)? {
            self = self.max_deliveries(deliveries);
        }
        if let Some(name) = params.get(DEAD_LETTER) {
            let queue = queue(name).map_err(|problem| wrong(DEAD_LETTER, name, problem))?;
            self = self.dead_letter(&queue);
        }
        Ok(self)
    }
}

fn no_connection(_: &str) -> Result<MemoryMessageQueue, String> {
    Err("needs a connection, which looks up queues by their names".to_owned())
}

/// Refuses what cannot be the name of a queue.
pub(crate) fn check_name(name: &str) -> Result<()> {
    if name.is_empty() {
        return Err(MessageError::config(NAME, "empty"));
    }
    if name.contains(char::is_control) {
        return Err(MessageError::config(
            name.escape_debug().to_string(),
            "the name of a queue has no control characters",
        ));
    }
    Ok(())
}
