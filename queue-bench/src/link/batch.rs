//! Several messages in one call.

use std::collections::VecDeque;
use std::marker::PhantomData;

use crossbeam_utils::Backoff;

use super::{Held, Link, Producers, Queue};
use crate::cells::Cell;
use crate::contract::Mode;
use crate::message::Message;

/// Operations on several messages.
///
/// They may wait, or return with nothing done: the caller then tries again after a
/// [`Backoff::snooze`], the same for every queue.
pub trait Batching: Queue {
    /// What else a reader should know about them.
    const BATCH_NOTES: &'static str;

    /// Sends as many of the first messages as it can or will, and takes them out.
    fn send_batch<M: Message>(sender: &mut Self::Sender<M>, messages: &mut VecDeque<M>);

    /// Receives up to that many messages and appends them.
    fn recv_batch<M: Message>(
        receiver: &mut Self::Receiver<M>,
        messages: &mut VecDeque<M>,
        most: usize,
    );
}

/// Producers gather that many messages before they send them, consumers ask for as many.
#[derive(Debug)]
pub struct Batch<Q, const SIZE: usize>(PhantomData<Q>);

/// What a worker holds, and what it has gathered.
#[derive(Debug)]
pub struct Gathering<H, M> {
    handle: H,
    messages: VecDeque<M>,
}

/// What a consumer takes from.
#[derive(Debug)]
pub struct GatheringSource<'a, H, M> {
    handle: &'a mut H,
    messages: VecDeque<M>,
}

const fn mode_of(size: usize) -> Mode {
    match size {
        16 => Mode::Batch16,
        64 => Mode::Batch64,
        _ => panic!("there is no mode of this size"),
    }
}

impl<Q: Batching, const SIZE: usize> Link for Batch<Q, SIZE> {
    type Queue = Q;
    const MODE: Mode = mode_of(SIZE);
    const NOTES: &'static str = Q::BATCH_NOTES;

    type Sender<M: Message> = Gathering<Q::Sender<M>, M>;
    type Receiver<M: Message> = Q::Receiver<M>;
    type Source<'a, M: Message> = GatheringSource<'a, Q::Receiver<M>, M>;

    fn open<M: Message>(cell: &Cell) -> Held<Self, M> {
        let (senders, receivers) = Q::open(cell);
        let gathering = |handle| Gathering {
            handle,
            messages: VecDeque::with_capacity(SIZE),
        };
        (senders.into_iter().map(gathering).collect(), receivers)
    }

    fn source<M: Message>(receiver: &mut Self::Receiver<M>) -> Self::Source<'_, M> {
        GatheringSource {
            handle: receiver,
            messages: VecDeque::with_capacity(SIZE),
        }
    }

    #[inline(always)]
    fn send<M: Message>(sender: &mut Self::Sender<M>, message: M) {
        sender.messages.push_back(message);
        if sender.messages.len() == SIZE {
            Self::flush(sender);
        }
    }

    #[inline]
    fn flush<M: Message>(Gathering { handle, messages }: &mut Self::Sender<M>) {
        let backoff = Backoff::new();
        while !messages.is_empty() {
            let before = messages.len();
            Q::send_batch(handle, messages);
            if messages.len() == before {
                backoff.snooze();
            } else {
                backoff.reset();
            }
        }
    }

    #[inline(always)]
    fn recv<M: Message>(source: &mut Self::Source<'_, M>, producers: &Producers) -> Option<M> {
        if source.messages.is_empty() {
            refill::<Q, M>(source, producers, SIZE);
        }
        source.messages.pop_front()
    }
}

/// Receives until there is something, or the end.
#[inline]
fn refill<Q: Batching, M: Message>(
    GatheringSource { handle, messages }: &mut GatheringSource<'_, Q::Receiver<M>, M>,
    producers: &Producers,
    most: usize,
) {
    let backoff = Backoff::new();
    loop {
        // Only an attempt that begins after the producers left finds the queue empty for good.
        let is_last = producers.are_gone();
        Q::recv_batch(handle, messages, most);
        if !messages.is_empty() || is_last {
            return;
        }
        backoff.snooze();
    }
}
