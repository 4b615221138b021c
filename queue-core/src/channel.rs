//! The channel: a ring on which both ends park.

mod core;
mod error;
mod iter;
mod receiver;
mod sender;
mod shared;

pub use error::{
    RecvError, RecvTimeoutError, SendError, SendTimeoutError, TryRecvError, TrySendError,
};
pub use iter::{IntoIter, Iter, TryIter};
pub use receiver::Receiver;
pub use sender::Sender;

/// Makes a channel that holds up to `capacity` messages.
///
/// Both ends can be cloned and shared; every message goes to one receiver.
///
/// **Order**: exact FIFO over all senders and receivers: messages leave in the
/// order in which their sends took effect. Which of several waiting receivers
/// gets the next message is not promised; those that sleep are woken first come
/// first served, but one that just arrives may be faster.
///
/// **Synchronisation**: a send happens before the receive of its message, and
/// the *k*-th receive happens before the (*k* + capacity)-th send. Dropping the
/// last handle of one end happens before the other end is told of it.
///
/// **Progress**: the channel takes no lock while nobody is parked; a message sent
/// or taken while a peer is parked takes a short one, and makes a system call to
/// wake that peer. A thread that waits spins and yields, typically for some tens of
/// microseconds, and then sleeps, using no CPU time; while a peer is suspended in
/// the middle of its operation it wakes about every millisecond to look. It is not
/// lock-free in the strict sense: a thread suspended between claiming a slot and
/// finishing with it holds up whoever needs that very slot next.
///
/// # Panics
///
/// Panics if the capacity is zero (a rendezvous is not offered yet), or too
/// large for the address space. Where the memory cannot be had, the process
/// aborts, as with a `Vec`.
///
/// # Examples
///
/// ```
/// let (sender, receiver) = queue_core::bounded(8);
/// let worker = std::thread::spawn(move || receiver.iter().sum::<u32>());
/// for number in 1..=100 {
///     sender.send(number).unwrap();
/// }
/// drop(sender);
/// assert_eq!(worker.join().unwrap(), 5050);
/// ```
#[must_use]
pub fn bounded<T>(capacity: usize) -> (Sender<T>, Receiver<T>) {
    assert!(
        capacity > 0,
        "a channel of capacity zero (rendezvous) is not supported yet: use a capacity of at least one"
    );
    let (senders, receivers) = shared::new(core::Channel::new(capacity));
    (Sender::new(senders), Receiver::new(receivers))
}
