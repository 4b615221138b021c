//! Channels with one sender and many receivers, each message to one of them.
//!
//! The [`Receiver`] is that of every channel: cloned, shared, and at home in a [`select!`](crate::select!). The
//! [`Sender`] is alone: neither cloned nor shared, and each operation takes it by exclusive reference. So a second sender, or two sends
//! at once, do not compile, and nothing comes between what one sends.
//!
//! **Order, synchronisation, progress**: as of [`crate::bounded`], on whose ring it stands. A lone sender does not take
//! part in selects.
//!
//! ```
//! use queue_core::spmc;
//! use std::thread;
//!
//! let (mut sender, receiver) = spmc::bounded(64);
//! let workers = [receiver.clone(), receiver].map(|jobs| thread::spawn(move || jobs.iter().sum::<u32>()));
//! sender.send_batch(0..100).unwrap();
//! drop(sender);
//! assert_eq!(workers.map(|worker| worker.join().unwrap()).iter().sum::<u32>(), 4950);
//! ```
//!
//! A sender is never in two hands:
//!
//! ```compile_fail,E0599
//! let (sender, _receiver) = queue_core::spmc::bounded::<u8>(1);
//! let second = sender.clone();
//! ```
//!
//! ```compile_fail,E0277
//! fn shared(_: impl Sync) {}
//! let (sender, _receiver) = queue_core::spmc::bounded::<u8>(1);
//! shared(sender);
//! ```
//!
//! ```compile_fail,E0499
//! let (mut sender, _receiver) = queue_core::spmc::bounded(1);
//! let (first, second) = (sender.send_async(1), sender.send_async(2));
//! drop(first);
//! ```

use crate::channel;

#[doc(no_inline)]
pub use crate::channel::Receiver;

/// The one sender.
pub type Sender<T> = channel::LoneSender<T>;

/// Makes a channel that holds up to `capacity` messages, with one sender and any number of receivers.
///
/// # Panics
///
/// Panics if the capacity is zero ([`crate::bounded`] makes a rendezvous), or too large for the address space. Where the
/// memory cannot be had, the process aborts, as with a `Vec`.
///
/// # Examples
///
/// ```
/// let (mut sender, receiver) = queue_core::spmc::bounded(2);
/// let other = receiver.clone();
/// sender.send_batch([1, 2]).unwrap();
/// assert_eq!((receiver.recv(), other.recv()), (Ok(1), Ok(2)));
/// ```
#[must_use]
#[track_caller]
pub fn bounded<T>(capacity: usize) -> (Sender<T>, Receiver<T>) {
    channel::spmc(capacity)
}
