//! Contenders that go wrong after a few messages, to try out what catches them.

use std::io::{self, Write};
use std::{future, process, thread};

use async_channel::{Receiver, Sender, bounded};

use crate::cells::Cell;
use crate::contract::Topology;
use crate::link::{self, Async, Blocking, Ends, Queue};
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

    /// Whether a task that receives this message is suspended instead, and not woken.
    fn misses_wake_up(_number: u64) -> bool {
        false
    }
}

/// async-channel's channel with a fault, for threads and for tasks.
#[derive(Debug)]
pub(super) struct Faulty<F>(F);

pub(super) type Hanging = Faulty<Hang>;
pub(super) type Muting = Faulty<Mute>;
pub(super) type Panicking = Faulty<Panic>;
pub(super) type Losing = Faulty<Lose>;
pub(super) type Aborting = Faulty<Abort>;
pub(super) type Babbling = Faulty<Babble>;
pub(super) type Oversleeping = Faulty<Oversleep>;

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

/// Keeps no thread from its work.
#[derive(Debug)]
pub(super) struct Oversleep;

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

impl Fault for Oversleep {
    const NAME: &'static str = "faulty-oversleep";

    fn strike(_: u64) {}

    fn misses_wake_up(number: u64) -> bool {
        number >= PATIENCE
    }
}

impl<F: Fault> Queue for Faulty<F> {
    const NAME: &'static str = F::NAME;
    const VERSION: &'static str = env!("VERSION_ASYNC_CHANNEL");
    const TOPOLOGY: Topology = Topology::Mpmc;
    const NOTES: &'static str = "wrong on purpose";

    type Sender<M: Message> = (Sender<M>, u64);
    type Receiver<M: Message> = (Receiver<M>, u64);

    fn open<M: Message>(cell: &Cell) -> Ends<Self, M> {
        let (sender, receiver) = bounded(cell.slots());
        link::clones(((sender, 0), (receiver, 0)), cell)
    }
}

impl<F: Fault> Blocking for Faulty<F> {
    fn send<M: Message>((sender, number): &mut Self::Sender<M>, message: M) {
        if !F::forgets(*number) {
            sender
                .send_blocking(message)
                .expect("the receivers outlive the senders");
        }
        *number += 1;
    }

    fn recv<M: Message>((receiver, number): &mut Self::Receiver<M>) -> Option<M> {
        let message = receiver.recv_blocking().ok()?;
        F::strike(*number);
        *number += 1;
        Some(message)
    }
}

impl<F: Fault> Async for Faulty<F> {
    async fn send<M: Message>((sender, number): &mut Self::Sender<M>, message: M) {
        if !F::forgets(*number) {
            sender
                .send(message)
                .await
                .expect("the receivers outlive the senders");
        }
        *number += 1;
    }

    async fn recv<M: Message>((receiver, number): &mut Self::Receiver<M>) -> Option<M> {
        if F::misses_wake_up(*number) {
            future::pending::<()>().await;
        }
        let message = receiver.recv().await.ok()?;
        F::strike(*number);
        *number += 1;
        Some(message)
    }
}
