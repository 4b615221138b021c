//! One launch: a child process that measures one cell in one mode.
//!
//! The child assembles one crew, goes through the rounds, and writes one
//! [`Event`] a line to its standard output. It announces every slice before it
//! begins, so that even if the process dies without a word, the parent knows
//! whose doing it was. It never outlives a contender that hangs or panics: it
//! says which, and exits.

use std::hint::black_box;
use std::io::{self, BufRead, BufReader, Write};
use std::panic::{self, AssertUnwindSafe};
use std::process::{self, Command, Stdio};
use std::time::Duration;
use std::{env, mem};

use rand::rngs::StdRng;
use rand::{RngExt, SeedableRng};
use serde::{Deserialize, Serialize};

use crate::cells::Cell;
use crate::contenders::{self, Contender};
use crate::contract::Mode;
use crate::crew::{self, Crew};
use crate::report::Status;
use crate::schedule;
use crate::slice::Failure;
use crate::watchdog::Watchdog;

/// The name of the hidden subcommand that makes a process the child.
pub(crate) const SUBCOMMAND: &str = "launch";

/// The largest throw-away allocation before a queue's own.
const PADDING: usize = 16 * 1024;

/// What the child is to do.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct Plan {
    pub(crate) cell: Cell,
    pub(crate) mode: Mode,
    pub(crate) contenders: Vec<String>,
    pub(crate) rounds: usize,
    pub(crate) slice: Duration,
    pub(crate) seed: u64,
    pub(crate) pin: bool,
    /// How much longer than a slice may last until it counts as hung.
    pub(crate) patience: Duration,
}

/// What the child tells its parent.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub(crate) enum Event {
    /// The crew stands; whether it is pinned.
    Ready { pinned: bool },
    /// A contender's slice is about to begin.
    Began(String),
    /// That slice's messages per second.
    Measured(f64),
    /// A round is complete.
    Round,
    /// A contender failed, and the child with it.
    Failed(Fault),
    /// All rounds are complete.
    Done,
}

/// Who failed, and how.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct Fault {
    pub(crate) contender: String,
    pub(crate) status: Status,
    pub(crate) note: String,
}

/// A slice's contender and its messages per second.
#[derive(Clone, Debug)]
pub(crate) struct Sample {
    pub(crate) contender: String,
    pub(crate) rate: f64,
}

impl AsRef<str> for Sample {
    fn as_ref(&self) -> &str {
        &self.contender
    }
}

/// What a launch brought.
#[derive(Debug)]
pub(crate) enum Launch {
    /// Every round's slices in the order in which they ran.
    Complete {
        rounds: Vec<Vec<Sample>>,
        pinned: bool,
    },
    /// A contender failed; nothing of this launch is used.
    Failed(Fault),
}

/// The child: measures as planned and says what happens.
pub(crate) fn run(plan: &Plan) {
    // The parent tells of panics, in one line and with the contender's name.
    panic::set_hook(Box::new(|_| {}));
    let patience = plan.patience;
    let watchdog = Watchdog::start(patience, move |contender| {
        let note = format!("a slice did not end within {patience:?}");
        say(&failed(contender, Status::Hung, note));
    });
    let mut random = StdRng::seed_from_u64(plan.seed);
    let contenders = chosen(plan);
    let ours = contenders.iter().find(|c| c.is_ours()).map(|c| c.name);
    let peers: Vec<_> = contenders
        .iter()
        .filter(|c| !c.is_ours())
        .map(|c| c.name)
        .collect();

    let crew = Crew::assemble(plan.cell.threads(), plan.pin);
    say(&Event::Ready {
        pinned: crew.is_pinned(),
    });
    for _ in 0..plan.rounds {
        for name in schedule::round(ours, &peers, &mut random) {
            let contender = contenders
                .iter()
                .find(|c| c.name == name)
                .expect("the schedule has only names that it was given");
            watchdog.watch(name, plan.slice);
            say(&Event::Began(name.to_owned()));
            match measure(contender, &crew, plan, &mut random) {
                Ok(rate) => say(&Event::Measured(rate)),
                Err(Failure(note)) => {
                    say(&failed(name, Status::Panicked, note));
                    process::exit(1);
                }
            }
        }
        say(&Event::Round);
    }
    say(&Event::Done);
}

/// One slice, its queue at a random offset: layout is noise then, not bias.
fn measure(
    contender: &Contender,
    crew: &Crew,
    plan: &Plan,
    random: &mut StdRng,
) -> Result<f64, Failure> {
    let padding = black_box(vec![1_u8; random.random_range(1..=PADDING)]);
    let measure = || (contender.measure)(crew, &plan.cell, plan.slice);
    let rate = panic::catch_unwind(AssertUnwindSafe(measure))
        .unwrap_or_else(|payload| Err(Failure(crew::text(payload.as_ref()))));
    drop(padding);
    rate
}

fn chosen(plan: &Plan) -> Vec<Contender> {
    contenders::all()
        .into_iter()
        .chain(contenders::faulty())
        .filter(|contender| contender.competes(&plan.cell, plan.mode))
        .filter(|contender| plan.contenders.iter().any(|name| name == contender.name))
        .collect()
}

fn failed(contender: &str, status: Status, note: String) -> Event {
    Event::Failed(Fault {
        contender: contender.to_owned(),
        status,
        note,
    })
}

/// Writes an event; without a parent to read it there is nothing left to do.
fn say(event: &Event) {
    let line = serde_json::to_string(event).expect("an event is plain data");
    if writeln!(io::stdout(), "{line}").is_err() {
        process::exit(1);
    }
}

/// The parent's side: starts a child and gathers what it says.
///
/// `progress` hears the contender of every slice before it begins.
///
/// # Errors
///
/// If the child cannot be started, or ends before its first slice.
pub(crate) fn start(plan: &Plan, mut progress: impl FnMut(&str)) -> io::Result<Launch> {
    let mut child = Command::new(env::current_exe()?)
        .arg(SUBCOMMAND)
        .arg(serde_json::to_string(plan)?)
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .spawn()?;
    let output = BufReader::new(child.stdout.take().expect("the output is piped"));

    let mut is_pinned = false;
    let mut rounds = Vec::new();
    let mut round = Vec::new();
    let mut last = None;
    let mut verdict = None;
    for line in output.lines() {
        // A line cut off by the child's death says nothing.
        let Ok(event) = serde_json::from_str(&line?) else {
            continue;
        };
        match event {
            Event::Ready { pinned } => is_pinned = pinned,
            Event::Began(contender) => {
                progress(&contender);
                last = Some(contender);
            }
            Event::Measured(rate) => {
                round.extend(last.clone().map(|contender| Sample { contender, rate }))
            }
            Event::Round => rounds.push(mem::take(&mut round)),
            Event::Failed(fault) => verdict = Some(Launch::Failed(fault)),
            Event::Done => {
                verdict = Some(Launch::Complete {
                    rounds: mem::take(&mut rounds),
                    pinned: is_pinned,
                });
            }
        }
    }
    let exit = child.wait()?;
    match (verdict, last) {
        (Some(verdict), _) => Ok(verdict),
        (None, Some(contender)) => Ok(Launch::Failed(Fault {
            contender,
            status: Status::Panicked,
            note: format!("its process ended: {exit}"),
        })),
        (None, None) => Err(io::Error::other(format!("a launch ended early: {exit}"))),
    }
}
