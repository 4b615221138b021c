//! Why none of several operations was done.

use std::error::Error;
use std::fmt;

/// None of the operations that [`try_select`](crate::Select::try_select) had was ready.
///
/// # Examples
///
/// ```
/// use queue_core::{Select, TrySelectError};
///
/// assert_eq!(Select::new().try_select().unwrap_err(), TrySelectError);
/// ```
#[derive(PartialEq, Eq, Clone, Copy, Debug)]
pub struct TrySelectError;

/// None of the operations of a [`Select`](crate::Select) was ready in time.
///
/// # Examples
///
/// ```
/// use std::time::Duration;
/// use queue_core::{Select, SelectTimeoutError};
///
/// let nothing = Select::new().select_timeout(Duration::from_millis(1));
/// assert_eq!(nothing.unwrap_err(), SelectTimeoutError);
/// ```
#[derive(PartialEq, Eq, Clone, Copy, Debug)]
pub struct SelectTimeoutError;

/// None of the operations that [`try_ready`](crate::Select::try_ready) had was ready.
///
/// # Examples
///
/// ```
/// use queue_core::{Select, TryReadyError};
///
/// assert_eq!(Select::new().try_ready(), Err(TryReadyError));
/// ```
#[derive(PartialEq, Eq, Clone, Copy, Debug)]
pub struct TryReadyError;

/// None of the operations of a [`Select`](crate::Select) was ready in time.
///
/// # Examples
///
/// ```
/// use std::time::Duration;
/// use queue_core::{ReadyTimeoutError, Select};
///
/// let nothing = Select::new().ready_timeout(Duration::from_millis(1));
/// assert_eq!(nothing, Err(ReadyTimeoutError));
/// ```
#[derive(PartialEq, Eq, Clone, Copy, Debug)]
pub struct ReadyTimeoutError;

impl fmt::Display for TrySelectError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad("no operation of the select was ready")
    }
}

impl fmt::Display for SelectTimeoutError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad("timed out waiting on select")
    }
}

impl fmt::Display for TryReadyError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad("no operation was ready")
    }
}

impl fmt::Display for ReadyTimeoutError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad("timed out waiting for an operation to be ready")
    }
}

impl Error for TrySelectError {}
impl Error for SelectTimeoutError {}
impl Error for TryReadyError {}
impl Error for ReadyTimeoutError {}
