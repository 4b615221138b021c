//! A queue in memory, setting by setting.

use std::sync::Arc;
use std::time::Duration;

use super::MemoryMessageQueue;
use super::shared::{Settings, Shared};
use crate::clock::{self, Clock};
use crate::{MessageError, Result};

/// Makes a [`MemoryMessageQueue`].
#[derive(Clone, Debug)]
#[must_use]
pub struct MemoryMessageQueueBuilder {
    settings: Settings,
    capacity: usize,
    clock: Arc<dyn Clock>,
}

impl MemoryMessageQueueBuilder {
    pub(super) fn new(name: String) -> Self {
        let settings = Settings {
            name,
            lock_timeout: Duration::from_secs(30),
            max_deliveries: None,
            dead_letter: None,
        };
        Self {
            settings,
            capacity: 1024,
            clock: clock::of_the_machine(),
        }
    }

    /// How many messages there is room for: ready, in flight and delayed ones together; 1 to 2³² - 65. 1024 unless set.
    ///
    /// The table grows as it is needed; what is taken at once are about 32 bytes for each message there is room for.
    pub fn capacity(mut self, messages: usize) -> Self {
        self.capacity = messages;
        self
    }

    /// How long a received message is locked, unless the lock is renewed; not zero. 30 seconds unless set.
    pub fn lock_timeout(mut self, lock_timeout: Duration) -> Self {
        self.settings.lock_timeout = lock_timeout;
        self
    }

    /// How often a message is delivered, at most, before it goes to the dead letters instead of coming back; at least
    /// once, and only with [`dead_letter`](Self::dead_letter). Without a limit unless set.
    pub fn max_deliveries(mut self, deliveries: u32) -> Self {
        self.settings.max_deliveries = Some(deliveries);
        self
    }

    /// Where dead letters go: another queue, which is opened and closed by itself. While it cannot take a letter (it is full, or not open),
    /// the message comes back as if there were no limit, and the next try is after its next delivery.
    pub fn dead_letter(mut self, queue: &MemoryMessageQueue) -> Self {
        self.settings.dead_letter = Some(queue.clone());
        self
    }

    /// Where the queue has the time from: [`SystemClock`](crate::clock::SystemClock) unless set.
    pub fn clock(mut self, clock: impl Clock + 'static) -> Self {
        self.clock = Arc::new(clock);
        self
    }

    /// The queue, not yet open.
    ///
    /// # Errors
    /// [`Config`](MessageError::Config), which names the setting: a capacity out of range, a lock for no time, a limit of no
    /// delivery, or a limit without a queue for the dead letters.
    pub fn build(self) -> Result<MemoryMessageQueue> {
        let capacity = u32::try_from(self.capacity)
            .ok()
            .filter(|capacity| (1..=u32::MAX - 64).contains(capacity));
        let Some(capacity) = capacity else {
            return Err(MessageError::config(
                "capacity",
                format!("{} is not in 1 to 4294967231", self.capacity),
            ));
        };
        if self.settings.lock_timeout.is_zero() {
            return Err(MessageError::config(
                "lock_timeout",
                "0: a message must be locked for a while",
            ));
        }
        match (self.settings.max_deliveries, &self.settings.dead_letter) {
            (Some(0), _) => Err(MessageError::config(
                "max_deliveries",
                "0 would deliver nothing",
            )),
            (Some(_), None) => Err(MessageError::config(
                "max_deliveries",
                "needs a queue for the dead letters (`dead_letter`)",
            )),
            _ => Ok(MemoryMessageQueue(Shared::new(
                self.settings,
                capacity,
                self.clock,
            ))),
        }
    }
}
