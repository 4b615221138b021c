//! One slice: the throughput of one queue, for some milliseconds.
//!
//! ```text
//! coordinator   warm up ──────────► measure ────────────────► stop ──► check
//! producer      send until told to stop ──────────────────────► hang up
//! consumer      receive, report   ▲ receive                   ▲ drain
//!                            opening mark                closing mark
//! ```
//!
//! The coordinator sleeps and turns one word, the phase, on a cache line that is
//! otherwise only read. It turns to `MEASURE` when twice as much has been received
//! as may be under way, so that every slot has been written and read (and its page
//! faulted in), and some time has passed; and to `STOP` when the slice's length has
//! passed and something was received in it.
//!
//! **Marks.** Each consumer looks at the phase after each message and, when it
//! changes, reads the clock itself and notes its count. A consumer that sleeps or
//! is off its core when the phase turns makes its mark late, but it receives at
//! most one message before. So the rate is everything counted between the marks
//! of all consumers, over the time from the *first* opening mark to the *first*
//! closing mark: nobody's absence is taken out of the time, as it would be if each
//! consumer's count were divided by its own time. With one consumer, this is its
//! count over its time.
//!
//! **A consumer that saw nothing of it**, asleep or off its core during all of
//! `MEASURE`, has counted nothing and adds nothing.
//!
//! **A consumer asleep at `STOP`** is woken by the end: the last producer to
//! finish drops the last sender, and the queue must then report the end, but only
//! after all that was sent. What is received after the closing mark is not
//! counted, yet still checked.
//!
//! **Beside the rate**: what all workers cost between their marks (CPU time, context
//! switches), how unequally they shared the work, and how long messages were under
//! way, from before their send to after their receive ([`stamps`]).

mod alone;
mod stamps;
mod tasks;
mod usage;
mod work;

use std::mem::ManuallyDrop;
use std::sync::Arc;
use std::sync::atomic::{AtomicU8, AtomicU64, Ordering};
use std::sync::mpsc::{Receiver, RecvTimeoutError};
use std::time::{Duration, Instant};

use crossbeam_utils::CachePadded;
use serde::{Deserialize, Serialize};

use crate::cells::{Cell, Load};
use crate::crew::{Crew, Outcome};
use crate::latency::Delays;
use crate::link::{Link, Producers};
use crate::message::{Ascent, Message, Tally};

pub(crate) use tasks::measure as measure_tasks;
pub(crate) use usage::Usage;
use work::{Intake, Outgo, consume, produce};

const WARM_UP: u8 = 0;
const MEASURE: u8 = 1;
const STOP: u8 = 2;

/// What a consumer reports in place of its count once it has received something
/// after its opening mark.
const MEASURING: u64 = u64::MAX;

/// How often the coordinator looks for what it waits for.
const GLANCE: Duration = Duration::from_micros(500);

/// The part of a slice's length that its warm-up lasts at least.
const WARM_UP_PART: u32 = 10;

/// What a contender did wrong.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Failure(pub(crate) String);

/// What a slice has measured.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub(crate) struct Measured {
    /// Messages per second.
    pub(crate) rate: f64,
    /// CPU time of all workers, in nanoseconds per message.
    pub(crate) cpu_ns: f64,
    /// Context switches of all workers per message.
    pub(crate) switches: f64,
    /// How many messages each worker passed, producers first.
    pub(crate) shares: Vec<u64>,
    /// The delays that a scenario asks for.
    pub(crate) delays: Delays,
    /// The part of its time for which the worker who measured them was on a core.
    pub(crate) busy: f64,
    /// How long some messages were under way, in nanoseconds; summed up before it is told.
    #[serde(skip)]
    pub(crate) waits: Vec<u64>,
}

/// What the threads of a slice share beside the queue.
struct Track {
    phase: CachePadded<AtomicU8>,
    producers: Producers,
    progress: Box<[CachePadded<AtomicU64>]>,
}

/// What a worker hands in at the end.
#[derive(Debug)]
enum Report {
    Sent(usize, Outgo),
    Received(usize, Intake),
}

/// Measures how a new queue passes messages.
pub(crate) fn measure<L: Link, M: Message>(
    crew: &Crew,
    cell: &Cell,
    length: Duration,
) -> Result<Measured, Failure> {
    if cell.load == Load::Alone {
        return alone::measure::<L, M>(crew, cell, length);
    }
    let track = Arc::new(Track::new(cell));
    let reports = crew.start(jobs::<L, M>(cell, &track));
    let (reports, _) = conduct(cell, &track, &reports, length)?;
    evaluate(reports)
}

/// Turns the phases of a slice; what its workers report, and what the process has cost while they
/// were measured.
fn conduct(
    cell: &Cell,
    track: &Track,
    reports: &Receiver<Outcome<Report>>,
    length: Duration,
) -> Result<(Vec<Report>, Usage), Failure> {
    let begin = Instant::now();
    let enough = 2 * cell.backlog();
    while track.received() < enough || begin.elapsed() < length / WARM_UP_PART {
        pause(reports, GLANCE)?;
    }
    let before = Usage::of_this_process();
    track.turn(MEASURE);
    pause(reports, length)?;
    while !track.is_measuring() {
        pause(reports, GLANCE)?;
    }
    track.turn(STOP);
    let usage = Usage::of_this_process() - before;

    let reports = (0..cell.threads())
        .map(|_| {
            reports
                .recv()
                .expect("every worker reports")
                .map_err(Failure)
        })
        .collect::<Result<Vec<_>, _>>()?;
    Ok((reports, usage))
}

/// Sleeps, unless a worker has failed; none may be done before it is told to stop.
fn pause<R>(reports: &Receiver<Outcome<R>>, time: Duration) -> Result<(), Failure> {
    match reports.recv_timeout(time) {
        Err(RecvTimeoutError::Timeout) => Ok(()),
        Err(RecvTimeoutError::Disconnected) => Err(Failure("the workers are gone".to_owned())),
        Ok(Err(panic)) => Err(Failure(panic)),
        Ok(Ok(_)) => Err(Failure("the end was reported before it came".to_owned())),
    }
}

fn jobs<L: Link, M: Message>(
    cell: &Cell,
    track: &Arc<Track>,
) -> Vec<Box<dyn FnOnce() -> Report + Send>> {
    let (senders, receivers) = L::open::<M>(cell);
    let load = cell.load;
    let producers = senders.into_iter().enumerate().map(|(index, sender)| {
        let track = Arc::clone(track);
        let job = move || Report::Sent(index, produce::<L, M>(sender, index, load, &track));
        Box::new(job) as Box<_>
    });
    let (total, channels) = (cell.producers, cell.channels_per_producer());
    let consumers = receivers.into_iter().enumerate().map(|(index, receiver)| {
        let track = Arc::clone(track);
        Box::new(move || {
            let ascent = Ascent::new(total, channels);
            // If this panics, the queue stays open: a producer that fails for want of a
            // receiver could be heard first, and its complaint be taken for the cause.
            let mut receiver = ManuallyDrop::new(receiver);
            let intake = consume::<L, M>(&mut receiver, index, ascent, load, &track);
            drop(ManuallyDrop::into_inner(receiver));
            Report::Received(index, intake)
        }) as Box<_>
    });
    producers.chain(consumers).collect()
}

/// Checks the books and divides the messages counted by the time between the marks.
fn evaluate(mut reports: Vec<Report>) -> Result<Measured, Failure> {
    reports.sort_by_key(|report| match report {
        Report::Sent(index, _) => (0, *index),
        Report::Received(index, _) => (1, *index),
    });
    let (mut outgoes, mut intakes) = (Vec::new(), Vec::new());
    for report in reports {
        match report {
            Report::Sent(_, outgo) => outgoes.push(outgo),
            Report::Received(_, intake) => intakes.push(intake),
        }
    }

    let sent = Tally::total(outgoes.iter().map(|outgo| outgo.tally));
    let received = Tally::total(intakes.iter().map(|intake| intake.tally));
    Tally::check(sent, received).map_err(Failure)?;
    if !intakes.iter().all(|intake| intake.in_order) {
        return Err(Failure(
            "a producer's messages changed their order".to_owned(),
        ));
    }

    let opened = intakes.iter().filter_map(|intake| intake.opened).min();
    let closed = intakes.iter().map(|intake| intake.closed).min();
    let (Some(opened), Some(closed)) = (opened, closed) else {
        return Err(Failure("nobody saw the clock running".to_owned()));
    };
    let counted: u64 = intakes.iter().map(|intake| intake.counted).sum();
    let mut usage = Usage::default();
    outgoes.iter().for_each(|outgo| usage += outgo.usage);
    intakes.iter().for_each(|intake| usage += intake.usage);
    Ok(Measured {
        rate: counted as f64 / closed.duration_since(opened).as_secs_f64(),
        shares: outgoes
            .iter()
            .map(|outgo| outgo.counted)
            .chain(intakes.iter().map(|intake| intake.counted))
            .collect(),
        waits: stamps::waits(
            outgoes.iter().map(|outgo| &outgo.stamps),
            intakes.iter().map(|intake| &intake.stamps),
        ),
        ..Measured::costs(usage, counted)
    })
}

impl Measured {
    /// What it cost to pass that many messages; nothing else.
    fn costs(usage: Usage, counted: u64) -> Self {
        let counted = counted.max(1) as f64;
        Self {
            cpu_ns: usage.cpu.as_nanos() as f64 / counted,
            switches: usage.switches as f64 / counted,
            ..Self::default()
        }
    }
}

impl Track {
    fn new(cell: &Cell) -> Self {
        Self {
            phase: CachePadded::new(AtomicU8::new(WARM_UP)),
            producers: Producers::new(cell.producers),
            progress: (0..cell.consumers)
                .map(|_| CachePadded::new(AtomicU64::new(0)))
                .collect(),
        }
    }

    // Relaxed: the phase carries no data; everything else is handed over by the reports.
    #[inline]
    fn phase(&self) -> u8 {
        self.phase.load(Ordering::Relaxed)
    }

    fn turn(&self, phase: u8) {
        self.phase.store(phase, Ordering::Relaxed);
    }

    fn received(&self) -> u64 {
        self.progress
            .iter()
            .map(|count| count.load(Ordering::Relaxed))
            .sum()
    }

    fn is_measuring(&self) -> bool {
        self.progress
            .iter()
            .any(|count| count.load(Ordering::Relaxed) == MEASURING)
    }
}

#[cfg(test)]
mod tests {
    use super::stamps::Stamps;
    use super::*;
    use crate::contenders;
    use crate::contract::{Mode, Topology};
    use crate::message::Payload;
    use crate::watchdog::Watchdog;

    /// Marks at these milliseconds, and a count between them.
    fn intake(start: Instant, opened: Option<u64>, closed: u64, counted: u64) -> Report {
        let at = |milliseconds| start + Duration::from_millis(milliseconds);
        let index = 0;
        Report::Received(
            index,
            Intake {
                tally: Tally::default(),
                in_order: true,
                opened: opened.map(at),
                closed: at(closed),
                counted,
                usage: Usage::default(),
                stamps: Stamps::new(),
            },
        )
    }

    fn rate(reports: impl Into<Vec<Report>>) -> Result<f64, Failure> {
        evaluate(reports.into()).map(|measured| measured.rate)
    }

    #[test]
    fn one_consumer_is_its_count_over_its_time() {
        let start = Instant::now();
        let reports = [intake(start, Some(10), 60, 100)];
        assert_eq!(rate(reports), Ok(2_000.0));
    }

    #[test]
    fn a_consumer_that_came_late_does_not_shorten_the_time() {
        let start = Instant::now();
        let reports = [
            intake(start, Some(0), 100, 100),
            intake(start, Some(90), 140, 100),
        ];
        assert_eq!(rate(reports), Ok(2_000.0));
    }

    #[test]
    fn a_consumer_that_saw_nothing_adds_nothing() {
        let start = Instant::now();
        let reports = [
            intake(start, Some(0), 100, 100),
            intake(start, None, 130, 0),
        ];
        assert_eq!(rate(reports), Ok(1_000.0));
    }

    #[test]
    fn unequal_books_and_broken_order_are_failures() {
        let start = Instant::now();
        let sent = Report::Sent(
            0,
            Outgo {
                tally: Tally {
                    count: 1,
                    digests: 0,
                },
                counted: 0,
                usage: Usage::default(),
                stamps: Stamps::new(),
            },
        );
        assert!(rate([sent, intake(start, Some(0), 1, 1)]).is_err());

        let Report::Received(_, fine) = intake(start, Some(0), 1, 1) else {
            unreachable!()
        };
        let disorderly = Intake {
            in_order: false,
            ..fine
        };
        assert!(rate([Report::Received(0, disorderly)]).is_err());
    }

    #[test]
    fn a_slice_of_every_contender_passes_messages_in_its_window() {
        let watchdog = Watchdog::for_tests();
        for cell in [
            Cell::new(Topology::Mpsc, 2, 1, 8),
            Cell::new(Topology::Mpsc, 2, 1, 0),
            Cell::unbounded(Topology::Mpsc, 2, 1),
            Cell::select(4, 2, 8),
            Cell::shaped(1, 1, 1).with_payload(Payload::Lines),
            Cell::shaped(2, 3, 64).with_payload(Payload::Lines),
        ] {
            for mode in Mode::ALL {
                let crew = Crew::in_mode(&cell, mode, false);
                for contender in contenders::all() {
                    if contender.competes(&cell, mode) {
                        watchdog.watch(contender.name, Duration::ZERO);
                        let rate = contender.measure(&crew, &cell, Duration::from_millis(1));
                        let name = contender.name;
                        assert!(
                            rate.is_ok_and(|measured| measured.rate > 0.0),
                            "{name} in {cell}"
                        );
                    }
                }
            }
        }
    }

    #[test]
    fn a_lost_message_and_a_panic_are_failures() {
        let watchdog = Watchdog::for_tests();
        watchdog.watch("faults", Duration::ZERO);
        let cell = Cell::new(Topology::Spsc, 1, 1, 64);
        for contender in contenders::faulty() {
            let crew = Crew::in_mode(&cell, contender.contract.mode, false);
            let measure = || contender.measure(&crew, &cell, Duration::from_millis(1));
            match contender.name {
                "faulty-panic" => assert_eq!(measure(), Err(Failure("out of patience".into()))),
                "faulty-lose" => {
                    let Failure(note) = measure().unwrap_err();
                    assert!(note.contains("received"), "{note}");
                }
                _ => {}
            }
        }
    }
}
