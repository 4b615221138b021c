//! The child: measures as planned and says what happens.

use std::collections::BTreeMap;
use std::hint::black_box;
use std::io::{self, Write};
use std::panic::{self, AssertUnwindSafe};
use std::process;

use rand::rngs::StdRng;
use rand::{RngExt, SeedableRng};

use super::{Event, Fault, Plan, Waits};
use crate::contenders::{self, CONTROL, Contender, DELAYED, OURS};
use crate::crew::{self, Crew};
use crate::limits::Limits;
use crate::report::Status;
use crate::schedule;
use crate::slice::{Failure, Measured};
use crate::watchdog::Watchdog;

/// The largest throw-away allocation before a queue's own.
const PADDING: usize = 16 * 1024;

/// Goes through the plan.
pub(crate) fn run(plan: &Plan) {
    // The parent tells of panics, in one line and with the contender's name.
    panic::set_hook(Box::new(|_| {}));
    let patience = plan.patience;
    let watchdog = Watchdog::start(patience, move |contender| {
        let note = format!("a slice did not end within {patience:?}");
        say(&failed(contender, Status::Hung, note));
    });
    let mut random = StdRng::seed_from_u64(plan.seed.wrapping_add(plan.first_round));
    let contenders = chosen(plan);
    let ours = contenders.keys().copied().find(|&name| name == OURS);
    let peers: Vec<_> = contenders
        .keys()
        .copied()
        .filter(|&name| name != OURS)
        .collect();

    let crew = if plan.scenario.is_some() {
        // Who shares a core with whom is part of the scenario.
        Crew::assemble(plan.cell.threads(), plan.pin)
    } else {
        Crew::of(&plan.cell, plan.pin)
    };
    if contenders.contains_key(DELAYED) {
        watchdog.watch(DELAYED, 10 * plan.slice);
        if let Err(Failure(note)) = contenders::calibrate(&crew, &plan.cell, plan.slice) {
            say(&failed(OURS, Status::Panicked, note));
            process::exit(1);
        }
    }
    say(&Event::Ready {
        pinned: crew.is_pinned(),
        limits: Limits::measure(&crew, &plan.cell),
    });
    let mut waits: BTreeMap<_, Vec<u64>> = BTreeMap::new();
    for round in 0..plan.rounds as u64 {
        for name in schedule::round(ours, &peers, plan.first_round + round, plan.seed) {
            watchdog.watch(name, plan.slice);
            say(&Event::Began(name.to_owned()));
            match measure(&contenders[name], &crew, plan, &mut random) {
                Ok(measured) => {
                    waits.entry(name).or_default().extend(&measured.waits);
                    say(&Event::Measured(measured));
                }
                Err(Failure(note)) => {
                    say(&failed(name, Status::Panicked, note));
                    process::exit(1);
                }
            }
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
    random: &mut StdRng,
) -> Result<Measured, Failure> {
    let padding = black_box(vec![1_u8; random.random_range(1..=PADDING)]);
    let measure = || match plan.scenario {
        Some(scenario) => contender.delay(crew, scenario, plan.slice),
        None => contender.measure(crew, &plan.cell, plan.slice),
    };
    let measured = panic::catch_unwind(AssertUnwindSafe(measure))
        .unwrap_or_else(|payload| Err(Failure(crew::text(payload.as_ref()))));
    drop(padding);
    measured
}

/// Those that take part, by the names that they run under.
fn chosen(plan: &Plan) -> BTreeMap<&'static str, Contender> {
    let mut chosen = BTreeMap::new();
    let special = [contenders::faulty(), contenders::planted()].concat();
    for contender in contenders::all().into_iter().chain(special) {
        if !contender.competes(&plan.cell, plan.mode) {
            continue;
        }
        let names = [contender.name, CONTROL];
        let names = &names[..if contender.is_ours() { 2 } else { 1 }];
        for &name in names {
            if plan.contenders.iter().any(|planned| planned == name) {
                chosen.insert(name, contender);
            }
        }
    }
    chosen
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
