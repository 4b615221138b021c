//! What the models do with channels.

use loom::alloc::Track;
use queue_core_loom::{Receiver, Sender};

pub(crate) use crate::search::{Search, explore};

/// A message whose loss or second drop loom reports.
pub(crate) type Message = Track<u32>;

pub(crate) fn send(sender: &Sender<Message>, value: u32) {
    assert!(sender.send(Track::new(value)).is_ok());
}

pub(crate) fn recv(receiver: &Receiver<Message>) -> Option<u32> {
    receiver.recv().ok().map(Track::into_inner)
}

pub(crate) fn try_recv(receiver: &Receiver<Message>) -> Option<u32> {
    receiver.try_recv().ok().map(Track::into_inner)
}
