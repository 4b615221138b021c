//! The child: measures as planned and says what happens.

use std::collections::BTreeMap;
use std::hint::black_box;
use std::io::{self, Write};
use std::panic::{self, AssertUnwindSafe};
use std::process;
use std::time::Duration;

use rand::rngs::StdRng;
use rand::{RngExt, SeedableRng};

use super::{CALIBRATION, Event, Fault, Plan, Waits};
use crate::contenders::{self, Contender, DELAYED, OURS};
use crate::crew::{self, Crew};
use crate::limits::Limits;
use crate::report::Status;
use crate::schedule;
use crate::slice::{Failure, Measured};
use crate::watchdog::Watchdog;

/// How long the slice is at most that is repeated.
pub(crate) const FIRST_SLICE: Duration = Duration::from_millis(20);

/// The largest throw-away allocation before a queue's own.
const PADDING: usize = 16 * 1024;

/// Goes through the plan.
pub(crate) fn run(plan: &Plan) {
    // The parent tells of panics, in one line and with the contender's name.
    panic::set_hook(Box::new(|_| {}));
    let patience = plan.patience;
    let watchdog = Watchdog::start(patience, move |contender| {
        let note = format!("did not end within {patience:?}");
        say(&failed(contender, Status::Hung, note));
    });
    let mut random = StdRng::seed_from_u64(plan.seed.wrapping_add(plan.first_round));
    let contenders = plan.taking_part();
    let groups = schedule::groups(&contenders);

    let crew = match plan.scenario {
        Some(scenario) => Crew::placed(scenario.places(), plan.pin),
        None => Crew::in_mode(&plan.cell, plan.mode, plan.pin),
    };
    if contenders.contains_key(DELAYED) {
        watchdog.watch(DELAYED, CALIBRATION * plan.slice);
        if let Err(Failure(note)) = contenders::calibrate(&crew, &plan.cell, plan.mode, plan.slice)
        {
            say(&failed(OURS, Status::Panicked, note));
            process::exit(1);
        }
    }
    watchdog.watch("limits", Duration::ZERO);
    say(&Event::Ready {
        pinned: crew.is_pinned(),
        limits: Limits::measure(&crew, &plan.cell.on_threads(plan.mode)),
    });
    let mut slice = |name: &'static str, length| {
        watchdog.watch(name, length);
        say(&Event::Began(name.to_owned()));
        measure(&contenders[name], &crew, plan, length, &mut random).unwrap_or_else(
            |Failure(note)| {
                say(&failed(name, Status::Panicked, note));
                process::exit(1);
            },
        )
    };
    let mut waits: BTreeMap<_, Vec<u64>> = BTreeMap::new();
    for round in 0..plan.rounds as u64 {
        let order = schedule::round(&groups, plan.first_round + round, plan.seed);
        if round == 0 {
            // The first slice of a process is slower than others, and somebody's: it is repeated.
            let first = order.first().copied();
            first.map(|name| slice(name, plan.slice.min(FIRST_SLICE)));
        }
        for name in order {
            let measured = slice(name, plan.slice);
            waits.entry(name).or_default().extend(&measured.waits);
            say(&Event::Measured(measured));
        }
        say(&Event::Round);
    }
    for (name, waits) in waits {
        if let Some(waits) = Waits::of(waits) {
            say(&Event::Waits(name.to_owned(), waits));
        }
    }
    say(&Event::Done);
}

impl Waits {
    fn of(mut waits: Vec<u64>) -> Option<Self> {
        waits.sort_unstable();
        let last = waits.len().checked_sub(1)?;
        let at = |part: f64| waits[(last as f64 * part).round() as usize] as f64;
        Some(Self {
            p50: at(0.5),
            p99: at(0.99),
        })
    }
}

/// One slice, its queue at a random offset: layout is noise then, not bias.
fn measure(
    contender: &Contender,
    crew: &Crew,
    plan: &Plan,
    length: Duration,
    random: &mut StdRng,
) -> Result<Measured, Failure> {
    let padding = black_box(vec![1_u8; random.random_range(1..=PADDING)]);
    let measure = || match plan.scenario {
        Some(scenario) => contender.delay(crew, scenario, length),
        None => contender.measure(crew, &plan.cell, length),
    };
    let measured = panic::catch_unwind(AssertUnwindSafe(measure))
        .unwrap_or_else(|payload| Err(Failure(crew::text(payload.as_ref()))));
    drop(padding);
    measured
}

fn failed(contender: &str, status: Status, note: String) -> Event {
    Event::Failed(Fault {
        contender: contender.to_owned(),
        status,
        note,
    })
}

/// Writes an event, on a line of its own even if a contender has left half a one; without a
/// parent to read it there is nothing left to do.
fn say(event: &Event) {
    let line = serde_json::to_string(event).expect("an event is plain data");
    if writeln!(io::stdout(), "\n{line}").is_err() {
        process::exit(1);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn waits_are_summed_up_by_their_ranks() {
        let waits = Waits::of((0..=100).rev().collect()).unwrap();
        assert_eq!((waits.p50, waits.p99), (50.0, 99.0));
        assert_eq!(Waits::of(Vec::new()), None);
    }
}
