//! Messages on a lock-free queue.
//!
//! A *message* is bytes, and what applications know about them: a [`MessageEnvelope`]. A *message queue* holds messages between a
//! sender and a receiver that do not wait for each other, and lets both [put, get and delete](MessageStore) them.

#![forbid(unsafe_code)]

mod blocking;
mod cached;
mod capabilities;
pub mod clock;
pub mod codec;
mod config;
mod connection;
mod counters;
mod descriptor;
mod envelope;
mod error;
mod factory;
mod identity;
mod listening;
mod memory;
mod queue;
mod receiver;
mod store;
mod sync;

pub use blocking::Blocking;
pub use cached::{CachedMessageQueue, CachedMessageQueueBuilder};
pub use capabilities::MessagingCapabilities;
pub use clock::Clock;
pub use codec::Codec;
pub use config::ConfigParams;
pub use connection::{MemoryMessageQueueConnection, MessageQueueConnection};
pub use counters::Counters;
pub use descriptor::Descriptor;
pub use envelope::{
    CONTENT_TYPE, DEAD_LETTER_REASON, DEAD_LETTER_SOURCE, EnvelopeBuilder, Headers, IN_REPLY_TO,
    MessageEnvelope,
};
pub use error::{BoxError, CodecError, MessageError, Position, Result};
pub use factory::MessageQueueFactory;
pub use identity::{MessageId, Receipt};
pub use listening::Listeners;
pub use memory::{MemoryMessageQueue, MemoryMessageQueueBuilder};
pub use queue::{MessageQueue, MessageQueueExt};
pub use receiver::{CallbackMessageReceiver, MessageReceiver};
pub use store::MessageStore;
