//! What the macros expand to, and [`Select`](crate::Select) calls. Not for use by hand.

use std::time::Duration;

use super::run::{Arm, Limit};
use super::selected::SelectedOperation;
use crate::channel::error::{SelectTimeoutError, TrySelectError};
use crate::channel::receiver::Receiver;
use crate::channel::sender::Sender;
use crate::sync::{deadline_after, thread_mark};

pub(super) const NO_OPERATIONS: &str = "no operations have been added to `Select`";

/// The receive of `receiver`, by the name of `index`.
#[must_use]
pub fn recv_arm<'a, T>(receiver: &'a Receiver<T>, index: usize) -> Arm<'a> {
    Arm {
        operation: receiver,
        index,
        handle: std::ptr::from_ref(receiver).cast(),
        home: thread_mark(),
    }
}

/// The send of `sender`, by the name of `index`.
#[must_use]
pub fn send_arm<'a, T>(sender: &'a Sender<T>, index: usize) -> Arm<'a> {
    Arm {
        operation: sender,
        index,
        handle: std::ptr::from_ref(sender).cast(),
        home: thread_mark(),
    }
}

/// See [`Select::try_select`](crate::Select::try_select).
pub fn try_select<'a>(
    arms: &mut [Arm<'a>],
    is_biased: bool,
) -> Result<SelectedOperation<'a>, TrySelectError> {
    SelectedOperation::search(arms, Limit::Now, is_biased, TrySelectError)
}

/// See [`Select::select`](crate::Select::select).
#[track_caller]
pub fn select<'a>(arms: &mut [Arm<'a>], is_biased: bool) -> SelectedOperation<'a> {
    assert!(!arms.is_empty(), "{NO_OPERATIONS}");
    let found = SelectedOperation::search(arms, Limit::Never, is_biased, ());
    found.expect("a wait without a limit ends with an operation")
}

/// See [`Select::select_timeout`](crate::Select::select_timeout).
pub fn select_timeout<'a>(
    arms: &mut [Arm<'a>],
    timeout: Duration,
    is_biased: bool,
) -> Result<SelectedOperation<'a>, SelectTimeoutError> {
    match deadline_after(timeout) {
        Some(deadline) => {
            let limit = Limit::At(deadline);
            SelectedOperation::search(arms, limit, is_biased, SelectTimeoutError)
        }
        None => Ok(select(arms, is_biased)),
    }
}
