//! The counted loops.

use std::fmt;
use std::hint::black_box;
use std::mem;

use serde::{Deserialize, Serialize};

use crate::cells::Cell;
use crate::link::{Held, Link, Producers};

/// How many messages are sent at most without one being received.
const ROOM: u64 = 1024;

/// What is carried out again and again.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub(crate) enum Step {
    /// A message is sent; there is room.
    Send,
    /// A message is received; there is one.
    Recv,
    /// A message is sent and received.
    Both,
}

impl Step {
    /// Those that the cell has room for.
    pub(super) fn of(cell: &Cell) -> &'static [Self] {
        match cell.capacity.limit() {
            Some(slots) if (slots as u64) < ROOM => &[Self::Both],
            // Which of several messages is received may be left to chance.
            _ if cell.channels > 1 => &[Self::Both],
            _ => &[Self::Send, Self::Recv],
        }
    }

    /// How often, or twice as often; whole laps of every capacity that is counted.
    pub(super) const fn times(self) -> u64 {
        match self {
            Self::Send | Self::Recv => ROOM / 2,
            Self::Both => 3 * ROOM,
        }
    }
}

/// Opens the queue and carries out the step that often. What it has taken is left where it is:
/// that it is given back is not to be counted.
pub(crate) fn carry_out<L: Link>(cell: &Cell, step: Step, times: u64) {
    let mut held = L::open::<u64>(cell);
    let sum = match step {
        Step::Send => send::<L>(&mut held, times),
        // The same is sent, however much of it is received.
        Step::Recv => {
            send::<L>(&mut held, ROOM) - ROOM * (ROOM - 1) / 2 + receive::<L>(&mut held, times)
        }
        Step::Both => send_and_receive::<L>(&mut held, times),
    };
    assert_eq!(
        sum,
        times * (times - 1) / 2,
        "messages were lost or altered"
    );
    mem::forget(held);
}

#[inline(never)]
fn send<L: Link>((senders, _): &mut Held<L, u64>, times: u64) -> u64 {
    let sender = &mut senders[0];
    let mut sum = 0;
    for message in 0..times {
        L::send(sender, black_box(message));
        sum += message;
    }
    sum
}

#[inline(never)]
fn receive<L: Link>((_, receivers): &mut Held<L, u64>, times: u64) -> u64 {
    let (mut source, producers) = (L::source(&mut receivers[0]), Producers::new(1));
    let mut sum = 0;
    for _ in 0..times {
        sum += L::recv::<u64>(&mut source, &producers).expect("there is one");
    }
    sum
}

#[inline(never)]
fn send_and_receive<L: Link>((senders, receivers): &mut Held<L, u64>, times: u64) -> u64 {
    let sender = &mut senders[0];
    let (mut source, producers) = (L::source(&mut receivers[0]), Producers::new(1));
    let mut sum = 0;
    for message in 0..times {
        L::send(sender, black_box(message));
        sum += L::recv::<u64>(&mut source, &producers).expect("there is one");
    }
    sum
}

impl fmt::Display for Step {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Send => "send",
            Self::Recv => "recv",
            Self::Both => "both",
        })
    }
}
