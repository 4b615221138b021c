//! One launch: a child process that measures one cell in one mode.
//!
//! The child assembles one crew, goes through its rounds, and writes one [`Event`] a
//! line to its standard output. It announces every slice before it begins, so that even
//! if the process dies without a word, the parent knows whose doing it was. It never
//! outlives a contender that hangs or panics: it says which, and exits.

mod child;

use std::collections::{BTreeMap, HashMap};
use std::io::{self, BufRead, BufReader};
use std::path::PathBuf;
use std::process::{Command, Stdio};
use std::time::Duration;
use std::{env, mem};

use serde::{Deserialize, Serialize};

use crate::cells::Cell;
use crate::contenders::{self, CONTROL, Contender, OURS};
use crate::contract::Mode;
use crate::latency::Scenario;
use crate::limits::Limits;
use crate::report::Status;
use crate::slice::Measured;

pub(crate) use child::{FIRST_SLICE, run};

/// The name of the hidden subcommand that makes a process the child.
pub(crate) const SUBCOMMAND: &str = "launch";

/// What the child is to do.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct Plan {
    pub(crate) cell: Cell,
    pub(crate) mode: Mode,
    /// What is done instead of passing as many messages as possible.
    pub(crate) scenario: Option<Scenario>,
    pub(crate) contenders: Vec<String>,
    pub(crate) rounds: usize,
    /// How many rounds were run in the launches before this one.
    pub(crate) first_round: u64,
    pub(crate) slice: Duration,
    pub(crate) seed: u64,
    pub(crate) pin: bool,
    /// How much longer than a slice may last until it counts as hung.
    pub(crate) patience: Duration,
}

impl Plan {
    /// Those that take part, by the names that they run under.
    pub(crate) fn taking_part(&self) -> BTreeMap<&'static str, Contender> {
        let mut chosen = BTreeMap::new();
        let special = [contenders::faulty(), contenders::planted()].concat();
        for contender in contenders::all().into_iter().chain(special) {
            if !contender.competes(&self.cell, self.mode) {
                continue;
            }
            let names = [contender.name, CONTROL];
            let names = &names[..if contender.name == OURS { 2 } else { 1 }];
            for &name in names {
                if self.contenders.iter().any(|planned| planned == name) {
                    chosen.insert(name, contender);
                }
            }
        }
        chosen
    }

    /// What the cell or scenario is called.
    pub(crate) fn name(&self) -> String {
        match self.scenario {
            Some(scenario) => scenario.to_string(),
            None => self.cell.to_string(),
        }
    }
}

/// What the child tells its parent.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
enum Event {
    /// The crew stands, and has measured what the machine allows.
    Ready { pinned: bool, limits: Limits },
    /// A contender's slice is about to begin.
    Began(String),
    /// What that slice has measured.
    Measured(Measured),
    /// A round is complete.
    Round,
    /// How long a contender's messages were under way, in all slices.
    Waits(String, Waits),
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

/// How long messages were under way in one launch, in nanoseconds.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub(crate) struct Waits {
    pub(crate) p50: f64,
    pub(crate) p99: f64,
}

/// A contender and what one of its slices has measured.
#[derive(Clone, Debug)]
pub(crate) struct Sample {
    pub(crate) contender: String,
    pub(crate) measured: Measured,
}

impl AsRef<str> for Sample {
    fn as_ref(&self) -> &str {
        &self.contender
    }
}

/// What a launch brought in which every contender came through.
#[derive(Clone, Debug, Default)]
pub(crate) struct Launch {
    /// Every round's slices in the order in which they ran.
    pub(crate) rounds: Vec<Vec<Sample>>,
    pub(crate) waits: HashMap<String, Waits>,
    pub(crate) limits: Limits,
    pub(crate) pinned: bool,
}

/// What to start for a child to be what this process is.
fn this_program() -> io::Result<PathBuf> {
    if cfg!(target_os = "linux") {
        // The file may be built anew or deleted while the run goes on: its path would then lead to
        // another program or to none, but this one leads the child to what its parent has in memory.
        Ok("/proc/self/exe".into())
    } else {
        env::current_exe()
    }
}

/// The parent's side: starts a child and gathers what it says. If a contender failed, nothing of
/// the launch is used.
///
/// `progress` hears the contender of every slice before it begins.
///
/// # Errors
///
/// If the child cannot be started, or ends before its first slice.
pub(crate) fn start(
    plan: &Plan,
    mut progress: impl FnMut(&str),
) -> io::Result<Result<Launch, Fault>> {
    let mut command = Command::new(this_program()?);
    // Ctrl-C is for the parent, which waits for the launch at hand.
    #[cfg(unix)]
    std::os::unix::process::CommandExt::process_group(&mut command, 0);
    let mut child = command
        .arg(SUBCOMMAND)
        .arg(serde_json::to_string(plan)?)
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .spawn()?;
    let output = BufReader::new(child.stdout.take().expect("the output is piped"));

    let mut launch = Launch::default();
    let mut round = Vec::new();
    let mut last = None;
    let mut verdict = None;
    for line in output.split(b'\n') {
        // What a contender writes is not for us, and a line cut off by the child's death says nothing.
        let Ok(event) = serde_json::from_slice(&line?) else {
            continue;
        };
        match event {
            Event::Ready { pinned, limits } => (launch.pinned, launch.limits) = (pinned, limits),
            Event::Began(contender) => {
                progress(&contender);
                last = Some(contender);
            }
            Event::Measured(measured) => round.extend(last.clone().map(|contender| Sample {
                contender,
                measured,
            })),
            Event::Round => launch.rounds.push(mem::take(&mut round)),
            Event::Waits(contender, waits) => {
                launch.waits.insert(contender, waits);
            }
            Event::Failed(fault) => verdict = Some(Err(fault)),
            Event::Done => verdict = Some(Ok(mem::take(&mut launch))),
        }
    }
    let exit = child.wait()?;
    match (verdict, last) {
        (Some(verdict), _) => Ok(verdict),
        (None, Some(contender)) => Ok(Err(Fault {
            contender,
            status: Status::Panicked,
            note: format!("its process ended: {exit}"),
        })),
        (None, None) => Err(io::Error::other(format!("a launch ended early: {exit}"))),
    }
}
