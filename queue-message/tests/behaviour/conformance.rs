//! The conformance kit on the queue in memory, alone and behind a buffer.

mod backends;
mod faults;
mod faulty;
mod faulty_listening;
mod futures;
mod kit;

use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use pollster::block_on;
use queue_message::clock::ManualClock;
use queue_message::conformance::{self, Backend, Feature, Made, Setup};
use queue_message::{BoxError, CachedMessageQueue, MemoryMessageQueue, MessageQueue};

/// Queues in memory, all by one clock, which is moved by hand.
#[derive(Default)]
pub(crate) struct Memory {
    pub(crate) clock: ManualClock,
}

impl Memory {
    /// A queue, and the one for its dead letters.
    pub(crate) fn queues(
        &self,
        setup: &Setup,
    ) -> queue_message::Result<(MemoryMessageQueue, MemoryMessageQueue)> {
        let letters = MemoryMessageQueue::builder(format!("{}-dead", setup.name))
            .capacity(setup.capacity)
            .clock(self.clock.clone())
            .build()?;
        let mut queue = MemoryMessageQueue::builder(&setup.name)
            .capacity(setup.capacity)
            .lock_timeout(setup.lock_timeout)
            .clock(self.clock.clone());
        if setup.dead_letter {
            queue = queue.dead_letter(&letters);
        }
        if let Some(deliveries) = setup.max_deliveries {
            queue = queue.max_deliveries(deliveries);
        }
        Ok((queue.build()?, letters))
    }
}

#[async_trait]
impl Backend for Memory {
    async fn make(&self, setup: &Setup) -> Result<Made, BoxError> {
        let (queue, letters) = self.queues(setup)?;
        let letters: Arc<dyn MessageQueue> = Arc::new(letters);
        Ok(Made {
            queue: Arc::new(queue),
            dead_letters: setup.dead_letter.then_some(letters),
        })
    }

    async fn advance(&self, time: Duration) {
        self.clock.advance(time);
    }

    fn acts_only_when_called(&self) -> bool {
        true
    }
}

/// A buffer for so many messages in front of a queue in memory.
struct Cached {
    memory: Memory,
    prefetch: usize,
}

#[async_trait]
impl Backend for Cached {
    async fn make(&self, setup: &Setup) -> Result<Made, BoxError> {
        let (queue, letters) = self.memory.queues(setup)?;
        let queue = CachedMessageQueue::builder(Arc::new(queue))
            .prefetch(self.prefetch)
            // The kit is exact about locks.
            .hold(Duration::ZERO)
            .clock(self.memory.clock.clone());
        Ok(Made {
            queue: Arc::new(queue.build()),
            dead_letters: Some(Arc::new(letters)),
        })
    }

    async fn advance(&self, time: Duration) {
        self.memory.clock.advance(time);
    }

    fn disclaims(&self) -> &[Feature] {
        // What comes back stands behind what is in the buffer.
        if self.prefetch > 0 {
            &[Feature::ReturnsInFront]
        } else {
            &[]
        }
    }

    fn acts_only_when_called(&self) -> bool {
        true
    }
}

#[test]
fn the_queue_in_memory_conforms() {
    let report = block_on(conformance::run(&Memory::default()));
    println!("{report}");
    report.assert();
    assert!(report.skipped().is_empty(), "it claims everything");
}

#[test]
fn a_buffered_queue_conforms() {
    for (prefetch, skipped) in [(0, 0), (1, 5), (16, 5)] {
        let cached = Cached {
            memory: Memory::default(),
            prefetch,
        };
        let report = block_on(conformance::run(&cached));
        report.assert();
        assert_eq!(report.skipped().len(), skipped, "{report}");
    }
}
