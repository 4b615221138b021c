//! Delays: how long one message takes, where nobody is in a hurry to pass many.
//!
//! Rate and delay are at odds: whoever passes messages in long runs passes more of them,
//! each of them later. So delays are measured apart, in [scenarios](Scenario), by the same
//! launches as rates: contenders in adjacent slices, in an order that turns round.

mod delays;
mod scenarios;

use std::fmt;
use std::time::Duration;

use serde::{Deserialize, Serialize};

use crate::cells::Cell;
use crate::contract::Mode;

pub(crate) use delays::Delays;
pub(crate) use scenarios::measure;

/// The name of the scenario that has one delay in each slice.
pub(crate) const IDLE: &str = "idle";

/// What is done, and which delay is measured.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub(crate) enum Scenario {
    /// A message goes through one queue and its answer comes back through another: the time
    /// until the answer is there, before the next message is sent.
    PingPong,
    /// A message is due at fixed intervals, that many in a second: the time from when it was
    /// *due*, not from when it was sent, until it is received. A queue that makes its producer
    /// late delays all that should have been sent meanwhile, and that counts.
    OpenLoop(u32),
    /// A receiver has been waiting for a millisecond: the time from before the send until it
    /// has the message.
    WakeUp,
    /// A receiver waits and nobody sends: the CPU time that it takes in a second.
    Idle,
    /// A producer shares its core with other work, and is off it again and again, sometimes in
    /// the middle of an operation: the time between two messages that a worker on another core
    /// receives. In `try` that one sends some itself all the while, and could go on; in other
    /// modes it has nothing else to wait for, and could sleep. Nobody can be kept off a core that is
    /// not bound to it, nor work beside that on the same core.
    FrozenPeer,
}

impl Scenario {
    /// All that are run, with these rates.
    pub(crate) fn all(rates: &[u32]) -> Vec<Self> {
        let mut all = vec![Self::PingPong];
        all.extend(rates.iter().copied().map(Self::OpenLoop));
        all.extend([Self::WakeUp, Self::Idle, Self::FrozenPeer]);
        all
    }

    /// Its queues and threads.
    pub(crate) const fn cell(self) -> Cell {
        match self {
            Self::PingPong | Self::OpenLoop(_) | Self::WakeUp | Self::Idle => {
                Cell::shaped(1, 1, 64)
            }
            // The third thread is the other work. There is far more room than is used: some queues give
            // room back late.
            Self::FrozenPeer => Cell::shaped(2, 1, 1024),
        }
    }

    /// The core of each worker: who shares one with whom is part of what is done.
    pub(crate) const fn places(self) -> &'static [usize] {
        match self {
            Self::PingPong | Self::OpenLoop(_) | Self::WakeUp | Self::Idle => &[0, 1],
            Self::FrozenPeer => &[0, 1, 0],
        }
    }

    /// Whether it can be done with workers that are bound to so many cores.
    pub(crate) const fn can_use(self, cores: usize) -> bool {
        cores >= 2 || !matches!(self, Self::FrozenPeer)
    }

    /// The modes in which it makes sense.
    pub(crate) const fn modes(self) -> &'static [Mode] {
        match self {
            Self::PingPong | Self::OpenLoop(_) => &[Mode::Block, Mode::Try, Mode::Async],
            Self::WakeUp | Self::Idle => &[Mode::Block, Mode::Async],
            Self::FrozenPeer => &[Mode::Try, Mode::Block],
        }
    }

    /// How long a slice of it lasts.
    pub(crate) const fn slice(self) -> Duration {
        Duration::from_millis(match self {
            Self::PingPong | Self::OpenLoop(_) => 50,
            Self::WakeUp | Self::Idle => 200,
            Self::FrozenPeer => 300,
        })
    }

    /// The name without its rate.
    pub(crate) const fn name(self) -> &'static str {
        match self {
            Self::PingPong => "ping-pong",
            Self::OpenLoop(_) => "open-loop",
            Self::WakeUp => "wake-up",
            Self::Idle => IDLE,
            Self::FrozenPeer => "frozen-peer",
        }
    }
}

impl fmt::Display for Scenario {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())?;
        match self {
            Self::OpenLoop(rate) => write!(f, "@{rate}"),
            _ => Ok(()),
        }
    }
}
