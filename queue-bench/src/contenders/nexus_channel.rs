//! nexus-channel's channel for one producer and one consumer: nexus-queue's ring, on which threads can
//! sleep.

use nexus_channel::spsc::{Receiver, Sender, channel};

use crate::cells::Cell;
use crate::contract::Topology;
use crate::message::Message;

queue!(
    Spsc,
    "nexus-channel",
    "VERSION_NEXUS_CHANNEL",
    Spsc,
    "rounds the capacity up to a power of two",
    Sender<M>,
    Receiver<M>,
    |cell| channel(cell.slots())
);

blocking!(Spsc);
polling!(Spsc);
