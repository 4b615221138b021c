//! The loops that workers are in while a slice lasts.

use std::hint;
use std::sync::atomic::Ordering;
use std::time::{Duration, Instant};

use super::stamps::Stamps;
use super::{MEASURE, MEASURING, STOP, Track, Usage, WARM_UP};
use crate::cells::Load;
use crate::link::Link;
use crate::message::{Ascent, Message, Tally, Word, word};

/// How many messages a bursty producer sends before it pauses, ...
const BURST: u64 = 64;
/// ... and for how long.
const PAUSE: Duration = Duration::from_micros(20);

/// What the work beside a message costs, in `pause` instructions.
const SPINS: u32 = 8;

/// A producer's books.
#[derive(Debug)]
pub(super) struct Outgo {
    pub(super) tally: Tally,
    /// What it sent and cost between its marks.
    pub(super) counted: u64,
    pub(super) usage: Usage,
    pub(super) stamps: Stamps,
}

/// A consumer's books.
#[derive(Debug)]
pub(super) struct Intake {
    pub(super) tally: Tally,
    pub(super) in_order: bool,
    pub(super) opened: Option<Instant>,
    pub(super) closed: Instant,
    /// What it received and cost between its marks.
    pub(super) counted: u64,
    pub(super) usage: Usage,
    pub(super) stamps: Stamps,
}

/// Sends until told to stop.
pub(super) fn produce<L: Link, M: Message>(
    mut sender: L::Sender<M>,
    producer: usize,
    load: Load,
    track: &Track,
) -> Outgo {
    let (mut tally, mut stamps) = (Tally::default(), Stamps::new());
    send_during::<L, M, _>(
        WARM_UP,
        &mut sender,
        producer,
        load,
        track,
        &mut tally,
        |_| {},
    );

    let (before, opened) = (tally.count, Usage::of_this_thread());
    send_during::<L, M, _>(
        MEASURE,
        &mut sender,
        producer,
        load,
        track,
        &mut tally,
        |word| {
            stamps.note(word);
        },
    );
    let (counted, usage) = (tally.count - before, Usage::of_this_thread() - opened);

    L::flush(&mut sender);
    drop(sender);
    track.producers.leave();
    Outgo {
        tally,
        counted,
        usage,
        stamps,
    }
}

/// Sends as long as the phase is this one.
///
/// The measured phase has a copy of its own, compiled as if it were the only one.
#[inline(never)]
fn send_during<L: Link, M: Message, F: FnMut(Word)>(
    phase: u8,
    sender: &mut L::Sender<M>,
    producer: usize,
    load: Load,
    track: &Track,
    tally: &mut Tally,
    mut sending: F,
) {
    let mut books = *tally;
    while track.phase() == phase {
        let word = word(producer, books.count);
        L::hold_back(sender);
        sending(word);
        L::send(sender, M::of(word));
        books.add(M::digest_of(word));
        match load {
            Load::Bursty if books.count.is_multiple_of(BURST) => rest(),
            Load::EmptyPoll => work(),
            _ => {}
        }
    }
    *tally = books;
}

/// Receives until the end, with a mark where the phase turns.
pub(super) fn consume<L: Link, M: Message>(
    receiver: &mut L::Receiver<M>,
    consumer: usize,
    mut ascent: Ascent,
    load: Load,
    track: &Track,
) -> Intake {
    let source = &mut L::source(receiver);
    let progress = &track.progress[consumer];
    let (mut tally, mut stamps) = (Tally::default(), Stamps::new());

    let mut passed = 0;
    let warming: &mut dyn FnMut(Word) = &mut |word| {
        ascent.note(word);
        passed += 1;
        progress.store(passed, Ordering::Relaxed);
    };
    receive_during::<L, M, _>(WARM_UP, source, load, track, &mut tally, warming);

    let (before, usage) = (tally.count, Usage::of_this_thread());
    let opened = (track.phase() == MEASURE).then(Instant::now);
    let mut announced = false;
    receive_during::<L, M, _>(MEASURE, source, load, track, &mut tally, |word| {
        if !announced {
            announced = true;
            progress.store(MEASURING, Ordering::Relaxed);
        }
        stamps.note(word);
    });
    let closed = Instant::now();
    let (counted, usage) = (tally.count - before, Usage::of_this_thread() - usage);

    let draining: &mut dyn FnMut(Word) = &mut |word| ascent.note(word);
    receive_during::<L, M, _>(STOP, source, Load::Steady, track, &mut tally, draining);
    Intake {
        tally,
        in_order: !ascent.is_broken(),
        opened,
        closed,
        counted,
        usage,
        stamps,
    }
}

/// Receives as long as the phase is this one, or until the end.
#[inline(never)]
fn receive_during<L: Link, M: Message, F: FnMut(Word)>(
    phase: u8,
    source: &mut L::Source<'_, M>,
    load: Load,
    track: &Track,
    tally: &mut Tally,
    mut seen: F,
) {
    let mut books = *tally;
    while track.phase() == phase
        && let Some(message) = L::recv::<M>(source, &track.producers)
    {
        books.add(message.digest());
        seen(message.word());
        if load == Load::FullPoll {
            work();
        }
    }
    *tally = books;
}

/// What a producer or consumer does with its message otherwise.
#[inline(never)]
fn work() {
    (0..SPINS).for_each(|_| hint::spin_loop());
}

#[inline(never)]
fn rest() {
    let begin = Instant::now();
    while begin.elapsed() < PAUSE {
        hint::spin_loop();
    }
}
