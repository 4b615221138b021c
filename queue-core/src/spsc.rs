//! Queues for one producer and one consumer: a ring that never parks, and a channel that does.
//!
//! [`ring`] is for ends that poll: wait-free, with messages that can be written and read in place.
#![cfg_attr(
    feature = "std",
    doc = "[`bounded`] is for ends that wait for each other: a [`Sender`] and a [`Receiver`] that block, or await, as those of
[`crate::bounded`](crate::bounded()) do, and of which each is alone."
)]
//!
//! # The ring
//!
//! ```text
//!            head: the consumer's       tail: the producer's
//!             ▼                          ▼
//!   ┌────────┬────────┬────────┬────────┬────────┬────────┐
//!   │        │ message│ message│ message│        │        │   values, and nothing between them
//!   └────────┴────────┴────────┴────────┴────────┴────────┘
//! ```
//!
//! It has two ends, of which there is never a second one. A [`Producer`] and a [`Consumer`] can be
//! sent to other threads, and are neither cloned nor shared: what they may do at the same time, they may do
//! without asking each other. The messages lie side by side, so that either end can work on several of them in
//! place: [`write_chunk`](Producer::write_chunk), [`read_chunk`](Consumer::read_chunk).
//!
//! **Order**: first in, first out.
//!
//! **Progress**: wait-free. Each call ends after a number of its own steps that depends on the messages it
//! moves, and never on what the other end does or whether its thread runs. There are no locks, no retries,
//! no read-modify-writes but one when an end is dropped, and no system calls but for the memory that
//! [`ring`] allocates and the `Vec` of [`pop_batch`](Consumer::pop_batch). Nobody is ever parked.
//!
//! **Synchronisation**: a push happens before the pop that takes its message, and the *k*-th pop before the
//! (*k* + capacity)-th push; a batch or chunk counts as that many, at its commit. A pop that happened before a
//! push is never missed by it, and the other way round. Other than those of a [`Ring`](crate::Ring), the
//! verdicts "full" and "empty" contain no fence: where two threads each push into a ring and then look into the
//! other's, both may find it empty.
//!
//! **The end**: either end may go first. The one that is left sees it
//! ([`is_abandoned`](Consumer::is_abandoned)) and works on as before: a consumer takes what is there, a producer
//! fills the ring. Whoever goes last drops the messages that are left, oldest first, and frees the memory. If such
//! a drop panics, the rest leaks; nothing is dropped twice. An end that is forgotten ([`core::mem::forget`])
//! is never gone: the ring and what is in it leaks.
//!
//! **Memory**: one allocation for the slots, as many as the capacity rounded up to a power of two, each as
//! large as a message; and one for the indices, which have cache lines of their own. The capacity itself is
//! not rounded.
//!
//! ```
//! use queue_core::spsc;
//! use std::thread;
//!
//! let (mut producer, mut consumer) = spsc::ring(1024);
//! let summing = thread::spawn(move || {
//!     let mut sum = 0;
//!     loop {
//!         // In this order: what was pushed before the producer went is seen by the pop.
//!         let is_last_look = consumer.is_abandoned();
//!         while let Some(reading) = consumer.pop() {
//!             sum += u64::from(reading);
//!         }
//!         if is_last_look {
//!             return sum;
//!         }
//!         thread::yield_now();
//!     }
//! });
//! for mut reading in 0..10_000_u32 {
//!     while let Err(refused) = producer.push(reading) {
//!         reading = refused;
//!         thread::yield_now();
//!     }
//! }
//! drop(producer);
//! assert_eq!(summing.join().unwrap(), 49_995_000);
//! ```
//!
//! An end is never in two hands:
//!
//! ```compile_fail,E0599
//! let (producer, _consumer) = queue_core::spsc::ring::<u8>(1);
//! let second = producer.clone();
//! ```
//!
//! ```compile_fail,E0599
//! let (_producer, consumer) = queue_core::spsc::ring::<u8>(1);
//! let second = consumer.clone();
//! ```
//!
//! ```compile_fail,E0277
//! fn shared(_: impl Sync) {}
//! let (producer, _consumer) = queue_core::spsc::ring::<u8>(1);
//! shared(producer);
//! ```
//!
//! ```compile_fail,E0277
//! fn shared(_: impl Sync) {}
//! let (_producer, consumer) = queue_core::spsc::ring::<u8>(1);
//! shared(consumer);
//! ```
//!
//! and stays on its thread with messages that do:
//!
//! ```compile_fail,E0277
//! let (producer, _consumer) = queue_core::spsc::ring::<std::rc::Rc<u8>>(1);
//! std::thread::spawn(move || drop(producer));
//! ```
//!
//! A producer of messages that live for ever takes no others:
//!
//! ```compile_fail
//! use queue_core::spsc::{self, Producer};
//!
//! let (producer, mut consumer) = spsc::ring::<&'static str>(1);
//! fn push_a_short_one<'a>(mut producer: Producer<&'a str>, short: &'a str) {
//!     producer.push(short).unwrap();
//! }
//! let short = String::from("letter");
//! push_a_short_one(producer, &short);
//! drop(short);
//! println!("{:?}", consumer.pop());
//! ```

mod consumer;
mod error;
mod producer;
mod read_chunk;
mod shared;
mod slots;
mod write_chunk;

pub use consumer::Consumer;
pub use error::ChunkError;
pub use producer::Producer;
pub use read_chunk::{IntoIter, ReadChunk};
pub use write_chunk::WriteChunk;

/// The one sender of a channel made by [`bounded`].
#[cfg(feature = "std")]
pub type Sender<T> = crate::channel::LoneSender<T>;

/// The one receiver of a channel made by [`bounded`].
#[cfg(feature = "std")]
pub type Receiver<T> = crate::channel::LoneReceiver<T>;

/// Makes a channel that holds up to `capacity` messages, with one sender and one receiver, which wait for each
/// other as those of [`crate::bounded`].
///
/// **Order**: first in, first out.
///
/// **Synchronisation, progress, memory**: as of [`crate::bounded`], on whose ring it stands.
///
/// # Panics
///
/// Panics if the capacity is zero ([`crate::bounded`] makes a rendezvous), or too large for the address space. Where the
/// memory cannot be had, the process aborts, as with a `Vec`.
///
/// # Examples
///
/// ```
/// let (mut sender, mut receiver) = queue_core::spsc::bounded(8);
/// let worker = std::thread::spawn(move || receiver.iter().sum::<u32>());
/// for number in 1..=100 {
///     sender.send(number).unwrap();
/// }
/// drop(sender);
/// assert_eq!(worker.join().unwrap(), 5050);
/// ```
///
/// # What does not compile
///
/// Its handles are neither cloned nor shared, and what sends or receives takes them by exclusive reference. So these
/// do not compile: a second handle,
///
/// ```compile_fail,E0599
/// let (sender, _receiver) = queue_core::spsc::bounded::<u8>(1);
/// let second = sender.clone();
/// ```
///
/// ```compile_fail,E0599
/// let (_sender, receiver) = queue_core::spsc::bounded::<u8>(1);
/// let second = receiver.clone();
/// ```
///
/// one that two threads have,
///
/// ```compile_fail,E0277
/// fn shared(_: impl Sync) {}
/// let (sender, _receiver) = queue_core::spsc::bounded::<u8>(1);
/// shared(sender);
/// ```
///
/// ```compile_fail,E0277
/// fn shared(_: impl Sync) {}
/// let (_sender, receiver) = queue_core::spsc::bounded::<u8>(1);
/// shared(receiver);
/// ```
///
/// two operations at once,
///
/// ```compile_fail,E0499
/// let (_sender, mut receiver) = queue_core::spsc::bounded::<u8>(1);
/// let (first, second) = (receiver.recv_async(), receiver.recv_async());
/// drop(first);
/// ```
///
/// ```compile_fail,E0499
/// let (mut sender, _receiver) = queue_core::spsc::bounded(1);
/// let (first, second) = (sender.send_async(1), sender.send_async(2));
/// drop(first);
/// ```
///
/// messages of a thread on another one,
///
/// ```compile_fail,E0277
/// let (sender, _receiver) = queue_core::spsc::bounded::<std::rc::Rc<u8>>(1);
/// std::thread::spawn(move || drop(sender));
/// ```
///
/// and messages that live too short.
///
/// ```compile_fail
/// use queue_core::spsc::{self, Sender};
///
/// let (sender, mut receiver) = spsc::bounded::<&'static str>(1);
/// fn send_a_short_one<'a>(mut sender: Sender<&'a str>, short: &'a str) {
///     sender.send(short).unwrap();
/// }
/// let short = String::from("letter");
/// send_a_short_one(sender, &short);
/// drop(short);
/// println!("{:?}", receiver.recv());
/// ```
#[cfg(feature = "std")]
#[must_use]
#[track_caller]
pub fn bounded<T>(capacity: usize) -> (Sender<T>, Receiver<T>) {
    crate::channel::spsc(capacity)
}

/// Makes an empty ring that can hold `capacity` messages, and gives its two ends.
///
/// # Panics
///
/// Panics if the capacity is zero, or too large for the address space. Where the memory cannot be had, the
/// process aborts, as with a `Vec`.
///
/// # Examples
///
/// ```
/// let (mut producer, mut consumer) = queue_core::spsc::ring(3);
/// assert_eq!(producer.push('a'), Ok(()));
/// assert_eq!(consumer.pop(), Some('a'));
/// assert_eq!(consumer.pop(), None);
/// ```
#[must_use]
#[track_caller]
pub fn ring<T>(capacity: usize) -> (Producer<T>, Consumer<T>) {
    let ([one, other], begin) = shared::new(capacity);
    (Producer::new(one, begin), Consumer::new(other, begin))
}
