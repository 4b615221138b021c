//! Channels with many senders and one receiver.
//!
//! The [`Sender`] is that of every channel: cloned, shared, and at home in a [`select!`](crate::select!). The
//! [`Receiver`] is alone: neither cloned nor shared, and each operation takes it by exclusive reference. So a second receiver, or
//! two receives at once, do not compile, and what one receives follows what it received before.
//!
//! **Order, synchronisation, progress**: as of [`crate::bounded`], on whose ring it stands. A lone receiver does not take
//! part in selects.
//!
//! ```
//! use queue_core::mpsc;
//! use std::thread;
//!
//! let (sender, mut receiver) = mpsc::bounded(64);
//! for part in 0..4 {
//!     let sender = sender.clone();
//!     thread::spawn(move || (0..25).for_each(|number| sender.send(part * 25 + number).unwrap()));
//! }
//! drop(sender);
//! assert_eq!(receiver.iter().sum::<u32>(), 4950);
//! ```
//!
//! A receiver is never in two hands:
//!
//! ```compile_fail,E0599
//! let (_sender, receiver) = queue_core::mpsc::bounded::<u8>(1);
//! let second = receiver.clone();
//! ```
//!
//! ```compile_fail,E0277
//! fn shared(_: impl Sync) {}
//! let (_sender, receiver) = queue_core::mpsc::bounded::<u8>(1);
//! shared(receiver);
//! ```
//!
//! ```compile_fail,E0499
//! let (_sender, mut receiver) = queue_core::mpsc::bounded::<u8>(1);
//! let (first, second) = (receiver.recv_async(), receiver.recv_async());
//! drop(first);
//! ```

use crate::channel;

#[doc(no_inline)]
pub use crate::channel::Sender;

/// The one receiver.
pub type Receiver<T> = channel::LoneReceiver<T>;

/// Makes a channel that holds up to `capacity` messages, with any number of senders and one receiver.
///
/// # Panics
///
/// Panics if the capacity is zero ([`crate::bounded`] makes a rendezvous), or too large for the address space. Where the
/// memory cannot be had, the process aborts, as with a `Vec`.
///
/// # Examples
///
/// ```
/// let (sender, mut receiver) = queue_core::mpsc::bounded(2);
/// let other = sender.clone();
/// sender.send(1).unwrap();
/// other.send(2).unwrap();
/// assert_eq!((receiver.recv(), receiver.recv()), (Ok(1), Ok(2)));
/// ```
#[must_use]
#[track_caller]
pub fn bounded<T>(capacity: usize) -> (Sender<T>, Receiver<T>) {
    channel::mpsc(capacity)
}
