//! [`SelectedOperation`]: an operation that has been chosen, and is to be completed.

use std::fmt;
use std::mem;
use std::panic::{RefUnwindSafe, UnwindSafe};

use super::operation::Selection;
use super::run::{Arm, Limit, run};
use crate::channel::{Receiver, RecvError, SendError, Sender};
use crate::sync::{panicking, thread_mark};

/// An operation that a [`Select`](crate::Select) has chosen: complete it with [`send`](Self::send)
/// or [`recv`](Self::recv), on the very handle that was selected.
///
/// **What has been done already.** A receive has its message: nothing that happens to
/// the channel meanwhile can take it away. A send has its room, or its waiting
/// receiver. Those who receive after it wait for its message, so do not let
/// them wait long.
///
/// **Dropped**, it gives room or receiver free again, drops the message (leaks it, on another
/// thread than that which added the operation), and panics, unless the thread is panicking already. **Forgotten** ([`std::mem::forget`]), it
/// leaks the message, or holds up for ever the receivers that come after its send; it never
/// corrupts anything.
///
/// # Examples
///
/// ```
/// use queue_core::{Select, bounded};
///
/// let (sender, receiver) = bounded(1);
/// let mut select = Select::new();
/// let send = select.send(&sender);
/// let chosen = select.select();
/// assert_eq!(chosen.index(), send);
/// chosen.send(&sender, "made when there was room for it").unwrap();
/// assert_eq!(receiver.len(), 1);
/// ```
#[must_use = "a selected operation must be completed"]
pub struct SelectedOperation<'a> {
    /// Which one; `None` before it is chosen.
    arm: Option<Arm<'a>>,
    selection: Selection,
}

impl<'a> SelectedOperation<'a> {
    /// One of `arms`; `error` if none gets ready.
    #[inline]
    pub(super) fn search<E>(
        arms: &mut [Arm<'a>],
        limit: Limit,
        is_biased: bool,
        error: E,
    ) -> Result<Self, E> {
        // It is made where the caller wants it, and does not move.
        let mut result = Ok(Self {
            arm: None,
            selection: Selection::Nothing,
        });
        if let Ok(chosen) = &mut result {
            match run(arms, limit, is_biased, &mut chosen.selection) {
                Some(place) => chosen.arm = Some(arms[place]),
                None => result = Err(error),
            }
        }
        result
    }
}

impl SelectedOperation<'_> {
    fn arm(&self) -> &Arm<'_> {
        self.arm
            .as_ref()
            .expect("users see none that is not chosen")
    }

    /// What a drop does in the midst of a panic, which loom does not survive.
    #[cfg(queue_model)]
    pub fn give_up(mut self) {
        self.undo();
    }

    fn undo(&mut self) {
        let selection = mem::replace(&mut self.selection, Selection::Nothing);
        let arm = self.arm();
        // A `Select` can be sent where its handles cannot; their messages then stay untouched.
        let may_drop = arm.home == thread_mark();
        arm.operation.give_up(selection, may_drop);
    }

    #[cold]
    fn abandon(&mut self) {
        self.undo();
        assert!(
            panicking(),
            "dropped `SelectedOperation` without completing the operation"
        );
    }

    /// The index under which the operation was added.
    ///
    /// # Examples
    ///
    /// ```
    /// use queue_core::{Select, bounded};
    ///
    /// let (_quiet, silence) = bounded::<u8>(1);
    /// let (sender, receiver) = bounded(1);
    /// sender.send(7).unwrap();
    /// let mut select = Select::new();
    /// select.recv(&silence);
    /// let news = select.recv(&receiver);
    /// let chosen = select.select();
    /// assert_eq!(chosen.index(), news);
    /// assert_eq!(chosen.recv(&receiver), Ok(7));
    /// ```
    #[must_use]
    #[inline]
    pub fn index(&self) -> usize {
        self.arm().index
    }

    /// Completes a send.
    ///
    /// # Errors
    ///
    /// Gives the message back if the channel is closed or every receiver gone.
    ///
    /// # Panics
    ///
    /// Panics if `sender` is not the sender that was selected.
    ///
    /// # Examples
    ///
    /// See [`SelectedOperation`].
    pub fn send<T>(mut self, sender: &Sender<T>, message: T) -> Result<(), SendError<T>> {
        assert!(
            std::ptr::from_ref(sender).cast() == self.arm().handle,
            "passed a sender that wasn't selected"
        );
        let selection = mem::replace(&mut self.selection, Selection::Nothing);
        // SAFETY: the selection was made by this sender.
        unsafe { sender.complete(selection, message) }.map_err(SendError)
    }

    /// Completes a receive.
    ///
    /// # Errors
    ///
    /// [`RecvError`] if the channel was empty and every sender gone when it was selected.
    ///
    /// # Panics
    ///
    /// Panics if `receiver` is not the receiver that was selected.
    ///
    /// # Examples
    ///
    /// See [`index`](Self::index).
    pub fn recv<T>(mut self, receiver: &Receiver<T>) -> Result<T, RecvError> {
        assert!(
            std::ptr::from_ref(receiver).cast() == self.arm().handle,
            "passed a receiver that wasn't selected"
        );
        let received = match &mut self.selection {
            // SAFETY: the selection was made by this receiver, whose messages are of this type.
            Selection::Message(stash) => unsafe { stash.take() },
            _ => None,
        };
        self.selection = Selection::Nothing;
        received.ok_or(RecvError)
    }
}

// A panic comes out of a message's own `Drop`, and finds the channel consistent.
impl UnwindSafe for SelectedOperation<'_> {}
impl RefUnwindSafe for SelectedOperation<'_> {}

impl fmt::Debug for SelectedOperation<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad("SelectedOperation { .. }")
    }
}

impl Drop for SelectedOperation<'_> {
    #[inline]
    fn drop(&mut self) {
        if !matches!(self.selection, Selection::Nothing) {
            self.abandon();
        }
    }
}
