//! The channels: two ends, and what lies between them.

mod any_end;
mod buffered;
mod builder;
mod counters;
mod error;
mod future;
mod iter;
mod lone;
mod packet;
mod queue;
mod read_slot;
mod receiver;
mod rendezvous;
mod select;
mod sender;
mod shared;
#[cfg(not(queue_model))]
mod static_channel;
mod timer;
mod weak;
mod weighted;
mod write_slot;

use std::time::Duration;

pub use builder::Builder;
pub use counters::Stats;
pub use error::{
    ReadyTimeoutError, RecvError, RecvNowError, RecvTimeoutError, SelectTimeoutError, SendError,
    SendNowError, SendTimeoutError, TryReadyError, TryRecvError, TrySelectError, TrySendError,
    WeightedSendError,
};
pub use future::{RecvBatchFuture, RecvFuture, SendBatchFuture, SendFromFuture, SendFuture};
#[cfg(feature = "futures")]
pub use future::{RecvStream, SendSink};
pub use iter::{Drain, IntoIter, Iter, TryIter};
pub use lone::{LoneReceiver, LoneSender};
pub(crate) use lone::{mpsc, spmc, spsc};
pub use read_slot::ReadSlot;
pub use receiver::Receiver;
pub use select::{Select, SelectedOperation, internal};
pub use sender::Sender;
#[cfg(not(queue_model))]
pub use static_channel::StaticChannel;
pub use weak::{WeakReceiver, WeakSender};
pub use weighted::{WeightedReceiver, WeightedSender, weighted};
pub use write_slot::WriteSlot;

use crate::blocks::Blocks;
use crate::ring::HeapRing;
use crate::sync::{Instant, deadline_after};
use buffered::Buffered;
use counters::Setup;
use receiver::Source;
use rendezvous::Rendezvous;
use sender::Target;
use timer::{Never, Timer};

/// Makes a channel that holds up to `capacity` messages.
///
/// Both ends can be cloned and shared; every message goes to one receiver.
///
/// **Order**: exact FIFO over all senders and receivers: messages leave in the
/// order in which their sends took effect. Which of several waiting receivers
/// gets the next message is not promised; those that sleep are woken first come
/// first served, but one that just arrives may be faster.
///
/// **Overtaking** is bounded. Who is woken sixteen times and finds that others have been faster goes first from
/// then on: sends, or receives, that come and can wait stand back until it is through, threads and tasks, single ones
/// and batches. Two kinds do not: those that cannot wait (`try_…`, a forced send, a timeout that is over), and those that have
/// stood back in front of a message, or of room, for about a millisecond (a task: 64 polls), as whoever goes first may
/// have been forgotten, or its thread stopped. A select stands back as others do, but never goes first itself.
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
/// **Capacity 0** makes a rendezvous: nothing lies between the ends, and a send waits
/// until its message is received. A `try_send` succeeds if a receiver waits in [`Receiver::recv`]
/// or one of its kin, or in a select; a task that awaits is met by a send that waits, and not by one that tries. The send and the receive of a message happen before the returns
/// of both. Each message is handed over under a short lock.
///
/// # Panics
///
/// Panics if the capacity is too large for the address space. Where the memory cannot be had, the process
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
#[track_caller]
pub fn bounded<T>(capacity: usize) -> (Sender<T>, Receiver<T>) {
    bounded_as(Setup::usual(), capacity)
}

#[track_caller]
fn bounded_as<T>(setup: Setup, capacity: usize) -> (Sender<T>, Receiver<T>) {
    if capacity == 0 {
        let (senders, receivers) = shared::new(Rendezvous::new(setup));
        return (
            Sender::new(Target::Rendezvous(senders)),
            Receiver::new(Source::Rendezvous(receivers)),
        );
    }
    let (senders, receivers) = shared::new(Buffered::new(HeapRing::new(capacity), setup));
    (
        Sender::new(Target::Bounded(senders)),
        Receiver::new(Source::Bounded(receivers)),
    )
}

/// Makes a channel that holds any number of messages: a send never waits for room.
///
/// Memory is taken as it fills, in blocks of 31 messages, and given back as it drains: an empty
/// channel has one block in use, and one or two kept for the next. Nothing holds senders up that are faster than their receivers,
/// but the memory's end; where that is possible, use [`bounded`].
///
/// **Order**: exact FIFO over all senders and receivers, as of [`bounded`].
///
/// **Synchronisation**: a send happens before the receive of its message. Dropping the
/// last handle of one end happens before the other end is told of it.
///
/// **Progress**: as of [`bounded`], with one difference. A blocking receive does not wait for a sender
/// that was suspended while writing a message: it passes over that message, and its sender,
/// resumed, sends it anew, as its call has not returned. (The `try_` calls do wait: to them a message
/// counts from the moment that [`Receiver::len`] counts it.) Who moves on from one block to
/// the next holds up others, for the time of two stores.
///
/// # Examples
///
/// ```
/// let (sender, receiver) = queue_core::unbounded();
/// for number in 1..=100 {
///     sender.send(number).unwrap();
/// }
/// drop(sender);
/// assert_eq!(receiver.iter().sum::<u32>(), 5050);
/// ```
#[must_use]
pub fn unbounded<T>() -> (Sender<T>, Receiver<T>) {
    unbounded_as(Setup::usual())
}

fn unbounded_as<T>(setup: Setup) -> (Sender<T>, Receiver<T>) {
    let (senders, receivers) = shared::new(Buffered::new(Blocks::new(), setup));
    (
        Sender::new(Target::Unbounded(senders)),
        Receiver::new(Source::Unbounded(receivers)),
    )
}

/// Makes a receiver that gets one message, the time it was due, `duration` from now; and no other.
///
/// Clones share that one message. The channel is never disconnected: to receive from it a second
/// time waits for ever. A duration beyond the range of the clock makes the like of [`never()`].
///
/// # Examples
///
/// ```
/// use std::time::Duration;
/// use queue_core::{after, bounded, select};
///
/// let (_sender, receiver) = bounded::<u32>(1);
/// let timeout = after(Duration::from_millis(5));
/// select! {
///     recv(receiver) -> _ => unreachable!(),
///     recv(timeout) -> _ => println!("nothing came"),
/// }
/// ```
#[must_use]
pub fn after(duration: Duration) -> Receiver<Instant> {
    deadline_after(duration).map_or_else(never, at)
}

/// Makes a receiver that gets one message, `when`, at that time; and no other.
///
/// As [`after`]. A time that has passed is received at once.
///
/// # Examples
///
/// ```
/// use std::time::{Duration, Instant};
///
/// let when = Instant::now() + Duration::from_millis(5);
/// assert_eq!(queue_core::at(when).recv(), Ok(when));
/// assert!(Instant::now() >= when);
/// ```
#[must_use]
pub fn at(when: Instant) -> Receiver<Instant> {
    timer(Timer::once(when))
}

/// Makes a receiver that gets a message every `period`: the time it was due.
///
/// It keeps one message at most. Who comes late gets that one, and the next is due a period after
/// then. Clones share the messages. The channel is never disconnected. A period beyond the
/// range of the clock makes the like of [`never()`].
///
/// # Examples
///
/// ```
/// use std::time::{Duration, Instant};
///
/// let start = Instant::now();
/// let ticks = queue_core::tick(Duration::from_millis(2));
/// ticks.recv().unwrap();
/// ticks.recv().unwrap();
/// assert!(start.elapsed() >= Duration::from_millis(4));
/// ```
#[must_use]
pub fn tick(period: Duration) -> Receiver<Instant> {
    deadline_after(period).map_or_else(never, |first| timer(Timer::every(first, period)))
}

fn timer(timer: Timer) -> Receiver<Instant> {
    Receiver::new(Source::Timer(
        shared::receivers_only(timer),
        std::convert::identity,
    ))
}

/// Makes a receiver that never gets a message, and is never disconnected.
///
/// For an arm of a [`select!`](crate::select!) that is there only at times.
///
/// # Examples
///
/// ```
/// use std::time::Duration;
/// use queue_core::{after, never, select};
///
/// for limit in [None, Some(Duration::from_millis(5))] {
///     let timeout = limit.map_or_else(never, after);
///     select! {
///         recv(timeout) -> _ => assert!(limit.is_some()),
///         default(Duration::from_millis(20)) => assert!(limit.is_none()),
///     }
/// }
/// ```
#[must_use]
pub const fn never<T>() -> Receiver<T> {
    Receiver::new(Source::Never(Never))
}
