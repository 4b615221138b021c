//! How a thread waits.

/// How the threads at one end of a channel wait for the other end. Chosen by a
/// [`Builder`](crate::Builder).
///
/// On a machine or in a container with one CPU, and where all threads of the process are bound to the same one, nothing
/// spins: there is nobody to wait for but threads that want that CPU. Selects [`Park`](Self::Park), whatever was chosen. At capacity 0 whoever comes
/// second makes a system call, however the other one waits.
///
/// # Examples
///
/// ```
/// use queue_core::{Builder, Waiting};
///
/// let (sender, receiver) = Builder::new().receivers_wait(Waiting::Yield).bounded(64);
/// let consumer = std::thread::spawn(move || receiver.iter().sum::<u32>());
/// sender.send_batch(1..=100).unwrap();
/// drop(sender);
/// assert_eq!(consumer.join().unwrap(), 5050);
/// ```
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Waiting {
    /// Spin for some microseconds, then yield some times, then sleep until woken: no CPU time while
    /// nothing comes. The other end makes a system call for each that it wakes. Selects wait so in every
    /// channel.
    #[default]
    Park,
    /// Spin for some microseconds, then yield to other threads again and again. Takes all CPU time that
    /// nobody else wants. The other end never has to wake anybody but selects, and makes no system call.
    Yield,
    /// Spin, and yield every some tens of microseconds, as the peer may be bound to the same CPU. Takes a whole core,
    /// and reacts soonest. The other end never has to wake anybody but selects, and
    /// makes no system call.
    Spin,
}
