//! The errors of the channels: in the names and shapes of crossbeam-channel, where that has them.

mod recv;
mod select;
mod send;
mod weighted;

pub use recv::{RecvError, RecvNowError, RecvTimeoutError, TryRecvError};
pub use select::{ReadyTimeoutError, SelectTimeoutError, TryReadyError, TrySelectError};
pub use send::{SendError, SendNowError, SendTimeoutError, TrySendError};
pub use weighted::WeightedSendError;
