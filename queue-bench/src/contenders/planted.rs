//! Contenders that differ from queue-core by a tenth, to try out what finds differences.

use std::hint::black_box;
use std::marker::PhantomData;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant};

use super::contender::Measure;
use super::{Contender, queue_core};
use crate::cells::{Cell, Kind};
use crate::contract::{Form, Mode, Order, Topology};
use crate::crew::Crew;
use crate::link::{Async, Block, Ends, Held, Link, Producers, Queue};
use crate::message::{Message, Payload};
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

type Tasks = queue_core::Channel;
type Ours = Block<Tasks>;

/// On threads, and on either runtime.
pub(super) fn all() -> Vec<Contender> {
    let scaled_by = |contender: Contender, measure| {
        let notes = "queue-core, a tenth of what it did uncounted";
        contender.measured_by(measure).named(SCALED, notes)
    };
    let delayed = |contender: Contender| contender.named(DELAYED, "queue-core, a tenth slower");
    let on_threads = [
        scaled_by(
            Contender::of::<Ours>(Kind::Buffered),
            const { &[(Payload::Word, scaled_threads)] },
        ),
        delayed(Contender::of::<Delayed<Ours>>(Kind::Buffered)),
    ];
    let of_tasks = Mode::OF_TASKS.into_iter().flat_map(|mode| {
        [
            scaled_by(
                Contender::of_tasks::<Tasks>(mode),
                const { &[(Payload::Word, scaled_tasks)] },
            ),
            delayed(Contender::of_tasks::<Delayed<Tasks>>(mode)),
        ]
    });
    on_threads.into_iter().chain(of_tasks).collect()
}

fn scaled_threads(crew: &Crew, cell: &Cell, length: Duration) -> Result<Measured, Failure> {
    slice::measure::<Ours, u64>(crew, cell, length).map(scaled)
}

fn scaled_tasks(crew: &Crew, cell: &Cell, length: Duration) -> Result<Measured, Failure> {
    slice::measure_tasks::<Tasks, u64>(crew, cell, length).map(scaled)
}

fn scaled(measured: Measured) -> Measured {
    Measured {
        rate: measured.rate / SLOWER,
        ..measured
    }
}

/// Measures how fast queue-core is in this cell and mode, and how long a step takes.
pub(crate) fn calibrate(
    crew: &Crew,
    cell: &Cell,
    mode: Mode,
    length: Duration,
) -> Result<(), Failure> {
    // The delayed one counts its messages, which takes time already.
    let [ours, delayed]: [Measure; 2] = if mode.has_runtime() {
        [
            slice::measure_tasks::<Tasks, u64>,
            slice::measure_tasks::<Delayed<Tasks>, u64>,
        ]
    } else {
        [
            slice::measure::<Ours, u64>,
            slice::measure::<Delayed<Ours>, u64>,
        ]
    };
    const STRETCH: u64 = 2_000;
    let (mut plain, mut counting, mut step) = (Vec::new(), Vec::new(), Vec::new());
    STEPS.store(0, Ordering::Relaxed);
    for _ in 0..15 {
        plain.push(1.0 / ours(crew, cell, length)?.rate);
        counting.push(1.0 / delayed(crew, cell, length)?.rate);
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

/// A message is about to be sent, that many were before.
#[inline(always)]
fn delay(count: &mut u64) {
    *count += 1;
    if count.is_multiple_of(GATHERED) {
        linger(STEPS.load(Ordering::Relaxed));
    }
}

/// Its sends take longer: a link's on threads, a queue's among tasks.
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
        delay(count);
        L::send(sender, message);
    }

    #[inline(always)]
    fn recv<M: Message>(source: &mut Self::Source<'_, M>, producers: &Producers) -> Option<M> {
        L::recv(source, producers)
    }
}

impl<Q: Queue> Queue for Delayed<Q> {
    const NAME: &'static str = Q::NAME;
    const VERSION: &'static str = Q::VERSION;
    const ORDER: Order = Q::ORDER;
    const TOPOLOGY: Topology = Q::TOPOLOGY;
    const FORM: Form = Q::FORM;

    type Sender<M: Message> = (Q::Sender<M>, u64);
    type Receiver<M: Message> = Q::Receiver<M>;

    fn open<M: Message>(cell: &Cell) -> Ends<Self, M> {
        let (senders, receivers) = Q::open(cell);
        let senders = senders.into_iter().map(|sender| (sender, 0));
        (senders.collect(), receivers)
    }
}

impl<Q: Async> Async for Delayed<Q> {
    #[inline]
    async fn send<M: Message>((sender, count): &mut Self::Sender<M>, message: M) {
        delay(count);
        Q::send(sender, message).await;
    }

    #[inline]
    async fn recv<M: Message>(receiver: &mut Self::Receiver<M>) -> Option<M> {
        Q::recv(receiver).await
    }

    async fn hang_up<M: Message>((sender, _): Self::Sender<M>) {
        Q::hang_up(sender).await;
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::watchdog::Watchdog;

    #[test]
    fn each_takes_part_beside_ours_on_threads_and_among_tasks() {
        let cell = Cell::shaped(1, 1, 64);
        for mode in [Mode::Block, Mode::Tokio, Mode::TokioCurrent] {
            let competing = all()
                .into_iter()
                .filter(|planted| planted.competes(&cell, mode));
            let names: Vec<_> = competing.map(|planted| planted.name).collect();
            assert_eq!(names, [SCALED, DELAYED], "{mode}");
        }
    }

    #[test]
    fn a_delay_is_seen_in_every_mode() {
        /// Several fit into a slice, and messages take microseconds each.
        const DELAY: Duration = Duration::from_millis(4);
        const SAMPLE: u64 = 100_000;
        let watchdog = Watchdog::for_tests();
        watchdog.watch("planted", Duration::ZERO);
        let cell = Cell::shaped(1, 1, 64);
        let length = 20 * DELAY;
        let begin = Instant::now();
        linger(SAMPLE);
        let step = begin.elapsed().as_secs_f64() / SAMPLE as f64;
        STEPS.store((DELAY.as_secs_f64() / step) as u64, Ordering::Relaxed);
        for delayed in all().into_iter().filter(|planted| planted.name == DELAYED) {
            let mode = delayed.contract.mode;
            let crew = Crew::in_mode(&cell, mode, false);
            let rate =
                |contender: &Contender| contender.measure(&crew, &cell, length).unwrap().rate;
            let ours = super::super::all()
                .into_iter()
                .find(|contender| contender.is_ours() && contender.competes(&cell, mode));
            let (fast, slow) = (rate(&ours.unwrap()), rate(&delayed));
            assert!(fast > 2.0 * slow, "{mode}: {fast} beside {slow}");
        }
    }
}
