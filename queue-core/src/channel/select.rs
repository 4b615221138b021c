//! Selection: waiting for several sends and receives at once, and doing one.

#[doc(hidden)]
pub mod internal;
mod macros;
mod operation;
mod recv;
mod run;
mod selected;
mod send;
mod stash;

use std::fmt;
use std::time::Duration;

use super::error::{ReadyTimeoutError, SelectTimeoutError, TryReadyError, TrySelectError};
use super::receiver::Receiver;
use super::sender::Sender;
use crate::sync::{Instant, deadline_after};

use internal::{NO_OPERATIONS, recv_arm, select, select_timeout, send_arm, try_select};
use run::{Arm, Limit};

pub use selected::SelectedOperation;
pub(super) use stash::AnyPlace;

/// A list of sends and receives, of which one is chosen that need not wait.
///
/// The macros [`select!`](crate::select!) and [`select_biased!`](crate::select_biased!) are easier to
/// use; this is for operations of which the number is known only at run time.
///
/// **Ready** is an operation that need not wait: a receive from a channel that has a message, a
/// send into one that has room, and either where the other end is gone (it then fails). Where
/// several are ready one is chosen by chance; [`new_biased`](Self::new_biased) makes
/// a list of which the first is chosen.
///
/// **Two ways.** [`select`](Self::select) and its kin choose an operation and do it:
/// complete the [`SelectedOperation`]. [`ready`](Self::ready) and its kin only
/// tell which is ready; somebody else may be faster then.
///
/// **Waiting** is that of a plain receive: awake for a moment, then asleep, in the lists
/// of all channels at once. A select that is woken by one channel and takes from another
/// passes the wake on. Over channels of capacity zero, a select that waits is met by
/// sends and receives of other threads, and by other selects; never by itself.
///
/// # Examples
///
/// ```
/// use queue_core::{Receiver, Select, bounded};
///
/// fn first_of(inputs: &[Receiver<u32>]) -> Option<u32> {
///     let mut select = Select::new();
///     for input in inputs {
///         select.recv(input);
///     }
///     let chosen = select.select();
///     let input = &inputs[chosen.index()];
///     chosen.recv(input).ok()
/// }
///
/// let (sender, receiver) = bounded(1);
/// let (_idle, silent) = bounded(1);
/// std::thread::spawn(move || sender.send(7).unwrap());
/// assert_eq!(first_of(&[silent, receiver]), Some(7));
/// ```
#[derive(Clone)]
pub struct Select<'a> {
    arms: Vec<Arm<'a>>,
    next_index: usize,
    is_biased: bool,
}

// SAFETY: its arms are shared references to senders and receivers. Where messages can be sent
// between threads, so can those. Where not, another thread has no handle to complete an operation
// with, and what it selects is moved about, and leaked, but never looked at (`Operation::give_up`).
unsafe impl Send for Select<'_> {}
// SAFETY: as above.
unsafe impl Sync for Select<'_> {}

impl<'a> Select<'a> {
    /// An empty list, of which a ready operation is chosen by chance.
    ///
    /// # Examples
    ///
    /// ```
    /// use queue_core::Select;
    ///
    /// assert!(Select::new().try_select().is_err());
    /// ```
    #[must_use]
    pub fn new() -> Self {
        Self {
            arms: Vec::with_capacity(4),
            next_index: 0,
            is_biased: false,
        }
    }

    /// An empty list, of which the first ready operation is chosen.
    ///
    /// # Examples
    ///
    /// ```
    /// use queue_core::{Select, bounded};
    ///
    /// let (urgent, urgent_orders) = bounded(1);
    /// let (usual, usual_orders) = bounded(1);
    /// usual.send("tea").unwrap();
    /// urgent.send("water").unwrap();
    /// let mut select = Select::new_biased();
    /// let first = select.recv(&urgent_orders);
    /// select.recv(&usual_orders);
    /// let chosen = select.select();
    /// assert_eq!(chosen.index(), first);
    /// assert_eq!(chosen.recv(&urgent_orders), Ok("water"));
    /// ```
    #[must_use]
    pub fn new_biased() -> Self {
        Self {
            is_biased: true,
            ..Self::new()
        }
    }

    fn add(&mut self, arm: impl FnOnce(usize) -> Arm<'a>) -> usize {
        let index = self.next_index;
        self.arms.push(arm(index));
        self.next_index += 1;
        index
    }

    /// Adds a send: its index, counted from 0. The message is asked for when it is chosen.
    ///
    /// # Examples
    ///
    /// ```
    /// use queue_core::{Select, bounded};
    ///
    /// let (sender, receiver) = bounded(1);
    /// let mut select = Select::new();
    /// select.send(&sender);
    /// select.select().send(&sender, 7).unwrap();
    /// assert_eq!(receiver.recv(), Ok(7));
    /// ```
    pub fn send<T>(&mut self, sender: &'a Sender<T>) -> usize {
        self.add(|index| send_arm(sender, index))
    }

    /// Adds a receive: its index, counted from 0.
    ///
    /// # Examples
    ///
    /// ```
    /// use queue_core::{Select, bounded};
    ///
    /// let (sender, receiver) = bounded(1);
    /// sender.send(7).unwrap();
    /// let mut select = Select::new();
    /// select.recv(&receiver);
    /// assert_eq!(select.select().recv(&receiver), Ok(7));
    /// ```
    pub fn recv<T>(&mut self, receiver: &'a Receiver<T>) -> usize {
        self.add(|index| recv_arm(receiver, index))
    }

    /// Takes an operation out of the list. The others keep their indices.
    ///
    /// # Panics
    ///
    /// Panics if there is no operation of that index, or it has been taken out.
    ///
    /// # Examples
    ///
    /// ```
    /// use queue_core::{Select, bounded};
    ///
    /// let (sender, receiver) = bounded::<u8>(1);
    /// let mut select = Select::new();
    /// let input = select.recv(&receiver);
    /// drop(sender);
    /// // Its end has come: it would be ready for ever.
    /// assert!(select.select().recv(&receiver).is_err());
    /// select.remove(input);
    /// assert!(select.try_select().is_err());
    /// ```
    pub fn remove(&mut self, index: usize) {
        assert!(
            index < self.next_index,
            "index out of bounds; {index} >= {}",
            self.next_index
        );
        let place = self
            .arms
            .iter()
            .position(|arm| arm.index == index)
            .expect("no operation with this index");
        // The order matters to a biased list.
        self.arms.remove(place);
    }

    /// Chooses an operation that is ready now.
    ///
    /// # Errors
    ///
    /// [`TrySelectError`] if, at a moment during the call, the one was not ready; and the next,
    /// at a moment after that; and so on.
    ///
    /// # Examples
    ///
    /// ```
    /// use queue_core::{Select, bounded};
    ///
    /// let (_sender, receiver) = bounded::<u8>(1);
    /// let mut select = Select::new();
    /// select.recv(&receiver);
    /// assert!(select.try_select().is_err());
    /// ```
    pub fn try_select(&mut self) -> Result<SelectedOperation<'a>, TrySelectError> {
        try_select(&mut self.arms, self.is_biased)
    }

    /// Chooses an operation, waiting until one is ready.
    ///
    /// # Panics
    ///
    /// Panics if the list is empty: it would wait for ever.
    ///
    /// # Examples
    ///
    /// See [`Select`].
    #[track_caller]
    pub fn select(&mut self) -> SelectedOperation<'a> {
        select(&mut self.arms, self.is_biased)
    }

    /// Chooses an operation, waiting for `timeout` at most until one is ready.
    ///
    /// # Errors
    ///
    /// [`SelectTimeoutError`] if none was ready in time.
    ///
    /// # Examples
    ///
    /// ```
    /// use std::time::Duration;
    /// use queue_core::{Select, bounded};
    ///
    /// let (_sender, receiver) = bounded::<u8>(1);
    /// let mut select = Select::new();
    /// select.recv(&receiver);
    /// assert!(select.select_timeout(Duration::from_millis(1)).is_err());
    /// ```
    pub fn select_timeout(
        &mut self,
        timeout: Duration,
    ) -> Result<SelectedOperation<'a>, SelectTimeoutError> {
        select_timeout(&mut self.arms, timeout, self.is_biased)
    }

    /// Chooses an operation, waiting until `deadline` at most. What is ready at once is chosen
    /// even if the deadline has passed.
    ///
    /// # Errors
    ///
    /// [`SelectTimeoutError`] if none was ready in time.
    ///
    /// # Examples
    ///
    /// ```
    /// use std::time::{Duration, Instant};
    /// use queue_core::{Select, bounded};
    ///
    /// let (_sender, receiver) = bounded::<u8>(1);
    /// let mut select = Select::new();
    /// select.recv(&receiver);
    /// let soon = Instant::now() + Duration::from_millis(1);
    /// assert!(select.select_deadline(soon).is_err());
    /// ```
    pub fn select_deadline(
        &mut self,
        deadline: Instant,
    ) -> Result<SelectedOperation<'a>, SelectTimeoutError> {
        let limit = Limit::At(deadline);
        SelectedOperation::search(&mut self.arms, limit, self.is_biased, SelectTimeoutError)
    }

    /// Finds an operation that is ready now: its index.
    ///
    /// # Errors
    ///
    /// As [`try_select`](Self::try_select).
    ///
    /// # Examples
    ///
    /// ```
    /// use queue_core::{Select, bounded};
    ///
    /// let (sender, receiver) = bounded::<u8>(1);
    /// let mut select = Select::new();
    /// let input = select.recv(&receiver);
    /// assert!(select.try_ready().is_err());
    /// sender.send(1).unwrap();
    /// assert_eq!(select.try_ready(), Ok(input));
    /// ```
    pub fn try_ready(&mut self) -> Result<usize, TryReadyError> {
        self.first_ready(Limit::Now).ok_or(TryReadyError)
    }

    /// Waits until an operation is ready: its index.
    ///
    /// It has not been done, so try it, and wait again if somebody was faster. The channel may
    /// also have been ready only for a moment.
    ///
    /// # Panics
    ///
    /// Panics if the list is empty: it would wait for ever.
    ///
    /// # Examples
    ///
    /// ```
    /// use queue_core::{Select, bounded};
    ///
    /// let (sender, receiver) = bounded::<u8>(1);
    /// std::thread::spawn(move || sender.send(7).unwrap());
    /// let mut select = Select::new();
    /// select.recv(&receiver);
    /// let message = loop {
    ///     select.ready();
    ///     if let Ok(message) = receiver.try_recv() {
    ///         break message;
    ///     }
    /// };
    /// assert_eq!(message, 7);
    /// ```
    #[track_caller]
    pub fn ready(&mut self) -> usize {
        assert!(!self.arms.is_empty(), "{NO_OPERATIONS}");
        self.first_ready(Limit::Never)
            .expect("a wait without a limit ends with an operation")
    }

    /// The like of [`ready`](Self::ready), waiting for `timeout` at most.
    ///
    /// # Errors
    ///
    /// [`ReadyTimeoutError`] if none was ready in time.
    ///
    /// # Examples
    ///
    /// ```
    /// use std::time::Duration;
    /// use queue_core::{Select, bounded};
    ///
    /// let (_sender, receiver) = bounded::<u8>(1);
    /// let mut select = Select::new();
    /// select.recv(&receiver);
    /// assert!(select.ready_timeout(Duration::from_millis(1)).is_err());
    /// ```
    pub fn ready_timeout(&mut self, timeout: Duration) -> Result<usize, ReadyTimeoutError> {
        match deadline_after(timeout) {
            Some(deadline) => self.ready_deadline(deadline),
            None => Ok(self.ready()),
        }
    }

    /// The like of [`ready`](Self::ready), waiting until `deadline` at most.
    ///
    /// # Errors
    ///
    /// [`ReadyTimeoutError`] if none was ready in time.
    ///
    /// # Examples
    ///
    /// ```
    /// use std::time::Instant;
    /// use queue_core::{Select, bounded};
    ///
    /// let (_sender, receiver) = bounded::<u8>(1);
    /// let mut select = Select::new();
    /// select.recv(&receiver);
    /// assert!(select.ready_deadline(Instant::now()).is_err());
    /// ```
    pub fn ready_deadline(&mut self, deadline: Instant) -> Result<usize, ReadyTimeoutError> {
        self.first_ready(Limit::At(deadline))
            .ok_or(ReadyTimeoutError)
    }

    fn first_ready(&mut self, limit: Limit) -> Option<usize> {
        let place = run::run_ready(&mut self.arms, limit, self.is_biased)?;
        Some(self.arms[place].index)
    }
}

impl Default for Select<'_> {
    fn default() -> Self {
        Self::new()
    }
}

impl fmt::Debug for Select<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad("Select { .. }")
    }
}
