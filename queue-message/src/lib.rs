//! Messages on a lock-free queue.
//!
//! A *message* is bytes, and what applications know about them: a [`MessageEnvelope`]. Its sender and its receiver agree
//! on how a value becomes bytes: a [`Codec`]. A *message queue* holds messages between the two, who do not wait for each
//! other, and lets them [put, get and delete](MessageStore) messages: each atomic, each visible to all or to none.
//!
//! | | |
//! |---|---|
//! | [`MessageQueue`] | what every queue can be asked for: send, receive, listen, peek, lock and settle, open and close. [`Blocking`] is that for threads, [`MessageQueueExt`] sends values |
//! | [`MessageStore`] | what network interfaces expose: put, get, delete |
//! | [`MessageReceiver`] | who is handed messages: a type, an async closure, or a function as [`CallbackMessageReceiver`] |
//! | [`MemoryMessageQueue`] | the queue in this process: bounded, with locks that expire, delays, dead letters, and a graceful end |
//! | [`CachedMessageQueue`] | a buffer in front of another queue |
//! | [`MessageQueueFactory`], [`MessageQueueConnection`], [`ConfigParams`] | queues by descriptors, by names, by settings and URLs |
//! | [`Requester`] | requests and their answers, so that a sender learns what became of its message |
//! | [`codec`] | values as bytes, and back: JSON, MessagePack, XML, Protobuf, Thrift |
//! | [`clock`] | time, which tests move by hand |
//! | [`conformance`] | what a backend must do, as checks that it can run |
//!
//! Nothing here needs a runtime, or minds one: futures are woken by messages and by the clock. In async code, await
//! [`MessageQueue`]; on a thread, use [`Blocking`].
//!
//! A first program, step by step: `docs/messaging-basics.md`.
//!
//! ```
//! use queue_message::{CallbackMessageReceiver, MemoryMessageQueue, MessageEnvelope};
//! use std::sync::Arc;
//! use std::time::Duration;
//!
//! let queue = MemoryMessageQueue::new("my_queue").blocking();
//! queue.open()?;
//! queue.begin_listen(Arc::new(CallbackMessageReceiver::new(|message, _| {
//!     println!("Received message: {}", message.message_as_string()?);
//!     Ok(())
//! })))?;
//! queue.send(MessageEnvelope::new(None, "mymessage", "ABC"))?;
//! let left = queue.drain(Duration::from_secs(10))?;
//! assert_eq!(left, 0);
//! # queue_message::Result::<()>::Ok(())
//! ```
//!
//! # What is counted and logged
//! Through the crate [`metrics`](https://docs.rs/metrics): the counters `queue.NAME.sent_messages`,
//! `queue.NAME.received_messages` and `queue.NAME.dead_messages` ([`Counters`]).
//!
//! Through [`tracing`](https://docs.rs/tracing): a span `receive_message`, of level `INFO`, around the processing of each
//! message that is listened for, with the queue, the trace id, the message's id and the count of deliveries. Events at
//! each send and receive (`TRACE`), at a lock that expires (`DEBUG`), at a dead letter, a receiver that fails and an
//! answer that comes too late (`WARN`), at a receiver that panics and a listener that ends by an error (`ERROR`).
//!
//! # Features
//! `messagepack`, `protobuf`, `thrift` and `xml`, all on by default: the [codecs](codec) of these names. JSON is always
//! there.
//!
//! # Coming from Pip.Services
//! Names are those of its messaging package, in Rust's spelling, and its JSON is [read and written](MessageEnvelope::to_json).
//! What differs:
//!
//! | there | here |
//! |---|---|
//! | `IMessageQueue`, `IMessageReceiver` | [`MessageQueue`], [`MessageReceiver`]; for threads [`Blocking`] |
//! | `correlation_id`, `context` as a first argument | none: a message has its [`trace_id`](MessageEnvelope::trace_id) |
//! | `set_message_as_object`, `get_message_as` | `message_as_object`, of [the builder](EnvelopeBuilder::message_as_object) and of [the message](MessageEnvelope::message_as_object), with a [`Codec`] |
//! | times in milliseconds | [`Duration`](std::time::Duration): `ZERO` does not wait, `MAX` waits for ever |
//! | `complete`, `abandon` by a receiver | done by [`listen`](MessageQueue::listen), as the receiver answers `Ok` or `Err` |
//! | `move_to_dead_letter(message)` | with a [reason](MessageQueue::move_to_dead_letter) |
//! | `configure(config)` | [`from_config`](MemoryMessageQueue::from_config), [`from_url`](MemoryMessageQueue::from_url), [`configure`](MemoryMessageQueueBuilder::configure) |
//! | `MemoryMessageQueueFactory` | [`MessageQueueFactory`] |
//! | a queue without bound, opened again after a close | [bounded](MemoryMessageQueue), and made anew |

#![forbid(unsafe_code)]

mod blocking;
mod cached;
mod capabilities;
pub mod clock;
pub mod codec;
mod config;
#[cfg(not(queue_model))]
pub mod conformance;
mod connection;
mod counters;
mod descriptor;
mod envelope;
mod error;
mod factory;
mod identity;
mod listening;
mod memory;
mod panics;
mod queue;
mod receiver;
mod request;
mod store;
mod sync;

pub use blocking::Blocking;
#[doc(no_inline)]
pub use bytes::Bytes;
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
pub use request::Requester;
pub use store::MessageStore;

#[cfg(doctest)]
#[doc = include_str!("../../README.md")]
struct ReadmeExamples;
