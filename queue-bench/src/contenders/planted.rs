//! Contenders that differ from queue-core by a tenth, to try out what finds differences.

use std::hint::black_box;
use std::marker::PhantomData;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant};

use super::{Contender, queue_core};
use crate::cells::{Cell, Kind};
use crate::contract::{Mode, Order};
use crate::crew::Crew;
use crate::link::{Block, Held, Link, Producers};
use crate::message::Message;
use crate::slice::{self, Failure, Measured};

/// How much slower they are.
pub(crate) const SLOWER: f64 = 1.1;

/// The name of the one whose count is too small.
pub(crate) const SCALED: &str = "planted-scaled";

/// The name of the one that takes longer.
pub(crate) const DELAYED: &str = "planted-delayed";

/// So many messages wait together: one alone would wait less than the processor looks ahead.
const GATHERED: u64 = 1024;

/// How many steps of [`linger`] the delayed one takes every [`GATHERED`] messages.
static STEPS: AtomicU64 = AtomicU64::new(0);

type Ours = Block<queue_core::Channel>;

pub(super) fn all() -> Vec<Contender> {
    vec![
        Contender::of::<Ours>(Kind::Buffered)
            .measured_by(&[scaled::<u64>])
            .named(SCALED, "queue-core, a tenth of what it did uncounted"),
        Contender::of::<Delayed<Ours>>(Kind::Buffered).named(DELAYED, "queue-core, a tenth slower"),
    ]
}

fn scaled<M: Message>(crew: &Crew, cell: &Cell, length: Duration) -> Result<Measured, Failure> {
    let measured = slice::measure::<Ours, M>(crew, cell, length)?;
    Ok(Measured {
        rate: measured.rate / SLOWER,
        ..measured
    })
}

/// Measures how fast queue-core is in this cell, and how long a step takes.
pub(crate) fn calibrate(crew: &Crew, cell: &Cell, length: Duration) -> Result<(), Failure> {
    const STRETCH: u64 = 2_000;
    let (mut plain, mut counting, mut step) = (Vec::new(), Vec::new(), Vec::new());
    STEPS.store(0, Ordering::Relaxed);
    for _ in 0..15 {
        plain.push(1.0 / slice::measure::<Ours, u64>(crew, cell, length)?.rate);
        // The delayed one counts its messages, which takes time already.
        counting.push(1.0 / slice::measure::<Delayed<Ours>, u64>(crew, cell, length)?.rate);
        let begin = Instant::now();
        linger(STRETCH);
        step.push(begin.elapsed().as_secs_f64() / STRETCH as f64);
    }
    let [plain, counting, step] = [plain, counting, step].map(|mut times: Vec<f64>| {
        times.sort_by(f64::total_cmp);
        times[times.len() / 2]
    });
    let missing = (plain * SLOWER - counting).max(0.0) * GATHERED as f64;
    STEPS.store((missing / step).round() as u64, Ordering::Relaxed);
    Ok(())
}

/// Works in steps of which each needs the result of the one before.
#[inline(never)]
fn linger(steps: u64) {
    let mut state = black_box(1_u64);
    for _ in 0..steps {
        state = black_box(state.wrapping_mul(0x9e37_79b9_7f4a_7c15));
    }
}

/// Its sends take longer.
#[derive(Debug)]
struct Delayed<L>(PhantomData<L>);

impl<L: Link> Link for Delayed<L> {
    type Queue = L::Queue;
    const MODE: Mode = L::MODE;
    const ORDER: Order = L::ORDER;

    type Sender<M: Message> = (L::Sender<M>, u64);
    type Receiver<M: Message> = L::Receiver<M>;
    type Source<'a, M: Message> = L::Source<'a, M>;

    fn open<M: Message>(cell: &Cell) -> Held<Self, M> {
        let (senders, receivers) = L::open(cell);
        (
            senders.into_iter().map(|sender| (sender, 0)).collect(),
            receivers,
        )
    }

    fn source<M: Message>(receiver: &mut Self::Receiver<M>) -> Self::Source<'_, M> {
        L::source(receiver)
    }

    #[inline(always)]
    fn send<M: Message>((sender, count): &mut Self::Sender<M>, message: M) {
        *count += 1;
        if count.is_multiple_of(GATHERED) {
            linger(STEPS.load(Ordering::Relaxed));
        }
        L::send(sender, message);
    }

    #[inline(always)]
    fn recv<M: Message>(source: &mut Self::Source<'_, M>, producers: &Producers) -> Option<M> {
        L::recv(source, producers)
    }
}
