//! One thread at both ends: what an operation costs where nobody else is.

use std::sync::Arc;
use std::time::{Duration, Instant};

use super::{Failure, GLANCE, MEASURE, MEASURING, Measured, STOP, Track, Usage, WARM_UP, pause};
use crate::cells::{Cell, Kind};
use crate::crew::Crew;
use crate::link::{Link, Producers};
use crate::message::{Message, Tally, word};
use std::sync::atomic::Ordering;

/// The part of a slice's length that its warm-up lasts at least.
const WARM_UP_PART: u32 = 10;

/// What the worker hands in at the end.
struct Books {
    sent: Tally,
    received: Tally,
    counted: u64,
    took: Duration,
    usage: Usage,
}

/// Measures how often a message is sent and received in turn.
pub(super) fn measure<L: Link, M: Message>(
    crew: &Crew,
    cell: &Cell,
    length: Duration,
) -> Result<Measured, Failure> {
    assert_ne!(
        cell.kind(),
        Kind::Rendezvous,
        "the send would wait for ever"
    );
    let track = Arc::new(Track::new(cell));
    let reports = crew.start(vec![job::<L, M>(cell, &track)]);
    let begin = Instant::now();
    while begin.elapsed() < length / WARM_UP_PART || track.received() < 2 * cell.backlog() {
        pause(&reports, GLANCE)?;
    }
    track.turn(MEASURE);
    pause(&reports, length)?;
    while !track.is_measuring() {
        pause(&reports, GLANCE)?;
    }
    track.turn(STOP);

    let books = reports
        .recv()
        .expect("the worker reports")
        .map_err(Failure)?;
    Tally::check(books.sent, books.received).map_err(Failure)?;
    Ok(Measured {
        rate: books.counted as f64 / books.took.as_secs_f64(),
        ..Measured::costs(books.usage, books.counted)
    })
}

fn job<L: Link, M: Message>(cell: &Cell, track: &Arc<Track>) -> Box<dyn FnOnce() -> Books + Send> {
    let (mut senders, mut receivers) = L::open::<M>(cell);
    let (mut sender, mut receiver) = (senders.remove(0), receivers.remove(0));
    let track = Arc::clone(track);
    Box::new(move || {
        // It never leaves: nobody waits for the end.
        let producers = Producers::new(1);
        let mut source = L::source(&mut receiver);
        let (mut sent, mut received) = (Tally::default(), Tally::default());
        let mut during = |phase, progress| {
            pass_during::<L, M>(
                phase,
                progress,
                &mut sender,
                &mut source,
                (&track, &producers),
                (&mut sent, &mut received),
            );
            received.count
        };
        let before = during(WARM_UP, None);
        let (usage, begin) = (Usage::of_this_thread(), Instant::now());
        let after = during(MEASURE, Some(MEASURING));
        let (took, usage) = (begin.elapsed(), Usage::of_this_thread() - usage);
        Books {
            sent,
            received,
            counted: after - before,
            took,
            usage,
        }
    })
}

/// As many as a call passes are sent, and then received.
#[inline(never)]
fn pass_during<L: Link, M: Message>(
    phase: u8,
    progress: Option<u64>,
    sender: &mut L::Sender<M>,
    source: &mut L::Source<'_, M>,
    (track, producers): (&Track, &Producers),
    (sent, received): (&mut Tally, &mut Tally),
) {
    let batch = L::MODE.batch();
    while track.phase() == phase {
        for _ in 0..batch {
            let word = word(0, sent.count);
            L::send(sender, M::of(word));
            sent.add(M::digest_of(word));
        }
        for _ in 0..batch {
            if let Some(message) = L::recv::<M>(source, producers) {
                received.add(message.digest());
            }
        }
        let progress = progress.unwrap_or(received.count);
        track.progress[0].store(progress, Ordering::Relaxed);
    }
}
