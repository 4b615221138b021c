//! Contenders that go wrong after a few messages, to try out what catches them.

use std::io::{self, Write};
use std::sync::mpsc::{Receiver, SyncSender, sync_channel};
use std::{process, thread};

use crate::cells::Cell;
use crate::contract::Topology;
use crate::link::{Blocking, Ends, Queue};
use crate::message::Message;

/// How many messages go well.
const PATIENCE: u64 = 100;

/// Which messages a consumer gets to see.
pub(super) trait Fault: 'static {
    const NAME: &'static str;

    /// Called for each message received, numbered from zero.
    fn strike(number: u64);

    /// Whether the sender forgets this message of its own.
    fn forgets(_number: u64) -> bool {
        false
    }
}

/// A standard channel with a fault.
#[derive(Debug)]
pub(super) struct Faulty<F>(F);

pub(super) type Hanging = Faulty<Hang>;
pub(super) type Muting = Faulty<Mute>;
pub(super) type Panicking = Faulty<Panic>;
pub(super) type Losing = Faulty<Lose>;
pub(super) type Aborting = Faulty<Abort>;
pub(super) type Babbling = Faulty<Babble>;

#[derive(Debug)]
pub(super) struct Hang;

/// Hangs with what the process needs to say so.
#[derive(Debug)]
pub(super) struct Mute;

#[derive(Debug)]
pub(super) struct Panic;

#[derive(Debug)]
pub(super) struct Lose;

#[derive(Debug)]
pub(super) struct Abort;

/// Bothers nobody but those who read what it writes.
#[derive(Debug)]
pub(super) struct Babble;

impl Fault for Hang {
    const NAME: &'static str = "faulty-hang";

    fn strike(number: u64) {
        if number >= PATIENCE {
            loop {
                thread::park();
            }
        }
    }
}

impl Fault for Mute {
    const NAME: &'static str = "faulty-mute";

    fn strike(number: u64) {
        let _stdout = io::stdout().lock();
        Hang::strike(number);
    }
}

impl Fault for Panic {
    const NAME: &'static str = "faulty-panic";

    fn strike(number: u64) {
        assert!(number < PATIENCE, "out of patience");
    }
}

impl Fault for Lose {
    const NAME: &'static str = "faulty-lose";

    fn strike(_: u64) {}

    fn forgets(number: u64) -> bool {
        number == PATIENCE
    }
}

impl Fault for Abort {
    const NAME: &'static str = "faulty-abort";

    fn strike(number: u64) {
        if number >= PATIENCE {
            process::abort();
        }
    }
}

impl Fault for Babble {
    const NAME: &'static str = "faulty-babble";

    fn strike(number: u64) {
        if number == PATIENCE {
            let mut stdout = io::stdout();
            let _ = stdout.write_all(b"{\"done\"\n\xff and no end of line");
            let _ = stdout.flush();
            eprintln!("faulty-babble was here");
        }
    }
}

impl<F: Fault> Queue for Faulty<F> {
    const NAME: &'static str = F::NAME;
    const VERSION: &'static str = env!("VERSION_RUSTC");
    const TOPOLOGY: Topology = Topology::Mpsc;
    const NOTES: &'static str = "wrong on purpose";

    type Sender<M: Message> = (SyncSender<M>, u64);
    type Receiver<M: Message> = (Receiver<M>, u64);

    fn open<M: Message>(cell: &Cell) -> Ends<Self, M> {
        let (sender, receiver) = sync_channel(cell.slots());
        (vec![(sender, 0); cell.producers], vec![(receiver, 0)])
    }
}

impl<F: Fault> Blocking for Faulty<F> {
    fn send<M: Message>((sender, number): &mut Self::Sender<M>, message: M) {
        if !F::forgets(*number) {
            sender
                .send(message)
                .expect("the receiver outlives the senders");
        }
        *number += 1;
    }

    fn recv<M: Message>((receiver, number): &mut Self::Receiver<M>) -> Option<M> {
        let message = receiver.recv().ok()?;
        F::strike(*number);
        *number += 1;
        Some(message)
    }
}
