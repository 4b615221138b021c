//! What every message queue must do, as checks that any backend can run.
//!
//! A backend is introduced to the kit by a [`Backend`]: it makes fresh queues, and lets time pass. [`run`] then holds
//! the queues to what [`MessageQueue`](crate::MessageQueue) and [`MessageStore`](crate::MessageStore) promise, one
//! [check](Checked) after the other, and answers a [`Report`]. A check that fails says what was expected and what came;
//! one that panics or hangs fails by its name, and the others still run. What a backend does not claim (by its
//! [capabilities](crate::MessagingCapabilities), and by what it [disclaims](Backend::disclaims)) is skipped and listed
//! as such; what it claims and answers with [`NotSupported`](crate::MessageError::NotSupported) fails.
//!
//! The kit needs no runtime, and runs in any. It waits for nothing but the backend: that a future is still pending is
//! found by polling it by hand, and a future is polled again only when it was woken, so that a wake-up that is missing
//! shows.
//!
//! ```
//! use async_trait::async_trait;
//! use queue_message::clock::ManualClock;
//! use queue_message::conformance::{self, Backend, Made, Setup};
//! use queue_message::{BoxError, MemoryMessageQueue};
//! use std::sync::Arc;
//! use std::time::Duration;
//!
//! #[derive(Default)]
//! struct Memory(ManualClock);
//!
//! #[async_trait]
//! impl Backend for Memory {
//!     async fn make(&self, setup: &Setup) -> Result<Made, BoxError> {
//!         let letters = MemoryMessageQueue::builder(format!("{}-dead", setup.name))
//!             .capacity(setup.capacity)
//!             .clock(self.0.clone())
//!             .build()?;
//!         let mut queue = MemoryMessageQueue::builder(&setup.name)
//!             .capacity(setup.capacity)
//!             .lock_timeout(setup.lock_timeout)
//!             .clock(self.0.clone());
//!         if setup.dead_letter {
//!             queue = queue.dead_letter(&letters);
//!         }
//!         if let Some(deliveries) = setup.max_deliveries {
//!             queue = queue.max_deliveries(deliveries);
//!         }
//!         Ok(Made { queue: Arc::new(queue.build()?), dead_letters: Some(Arc::new(letters)) })
//!     }
//!
//!     async fn advance(&self, time: Duration) {
//!         self.0.advance(time);
//!     }
//!
//!     fn acts_only_when_called(&self) -> bool {
//!         true
//!     }
//! }
//!
//! let report = pollster::block_on(conformance::run(&Memory::default()));
//! report.assert();
//! ```

mod backend;
mod cancellation;
mod capacity;
mod closing;
mod dead_letters;
mod delays;
mod exchange;
mod kit;
mod lab;
mod listening;
mod locks;
mod order;
mod parked;
mod receipts;
mod renewals;
mod report;
mod store;

pub use backend::{Backend, Feature, Made, Setup};
pub use kit::{Kit, run};
pub use report::{Checked, Report, Verdict};
