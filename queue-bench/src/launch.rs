//! One launch: a child process that measures one cell in one mode.
//!
//! The child assembles one crew, goes through its rounds, and writes one [`Event`] a
//! line to its standard output. It announces every slice before it begins, so that even
//! if the process dies without a word, the parent knows whose doing it was. It never
//! outlives a contender that hangs or panics: it says which, and exits. If it cannot even do
//! that (a contender may hang with a lock that it needs to speak), its silence tells the parent,
//! which ends it.

mod child;

use std::collections::{BTreeMap, HashMap};
use std::io::{self, BufRead, BufReader};
use std::path::PathBuf;
use std::process::{Child, ChildStdout, Command, ExitStatus, Stdio};
use std::sync::mpsc::{self, Receiver, RecvTimeoutError};
use std::time::Duration;
use std::{env, mem, thread};

use serde::{Deserialize, Serialize};

use crate::cells::Cell;
use crate::contenders::{self, Contender, DELAYED, control_of};
use crate::contract::Mode;
use crate::latency::Scenario;
use crate::limits::Limits;
use crate::report::Status;
use crate::slice::Measured;

pub(crate) use child::{FIRST_SLICE, run};

/// The name of the hidden subcommand that makes a process the child.
pub(crate) const SUBCOMMAND: &str = "launch";

/// How many slices it takes to calibrate the contender that needs it.
const CALIBRATION: u32 = 40;

/// How much longer than its own watchdog's the parent's patience with a child is.
const GRACE: Duration = Duration::from_secs(2);

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
            let names = [contender.name, control_of(contender.name)];
            let names = &names[..if contender.is_ours() { 2 } else { 1 }];
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

    /// Between two events: a slice and patience, or, before the first one, the calibration and the
    /// limits, with patience for both.
    fn longest_silence(&self) -> Duration {
        if self.contenders.iter().any(|name| name == DELAYED) {
            CALIBRATION * self.slice + 2 * self.patience
        } else {
            self.slice + self.patience
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
/// If the child cannot be started, or ends or hangs before its first slice.
pub(crate) fn start(plan: &Plan, progress: impl FnMut(&str)) -> io::Result<Result<Launch, Fault>> {
    let mut command = Command::new(this_program()?);
    // Ctrl-C is for the parent, which waits for the launch at hand.
    #[cfg(unix)]
    std::os::unix::process::CommandExt::process_group(&mut command, 0);
    let mut child = command
        .arg(SUBCOMMAND)
        .arg(serde_json::to_string(plan)?)
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .spawn()
        .map_err(|error| explained("a launch cannot be started", &error))?;
    let output = child.stdout.take().expect("the output is piped");

    let mut last = None;
    let ending = gather(plan, output, &mut last, progress);
    let exit = end(&mut child);
    let patience = plan.patience;
    let (status, note) = match ending? {
        Ending::Verdict(Err(fault)) if !plan.contenders.contains(&fault.contender) => {
            return Err(io::Error::other(format!(
                "a launch failed: {} {}",
                fault.contender, fault.note
            )));
        }
        Ending::Verdict(verdict) => return Ok(verdict),
        Ending::Closed => (Status::Panicked, format!("its process ended: {}", exit?)),
        Ending::Overdue => (
            Status::Hung,
            format!("did not end within {patience:?}, and its process did not say so"),
        ),
    };
    match last {
        Some(contender) => Ok(Err(Fault {
            contender,
            status,
            note,
        })),
        None => Err(io::Error::other(format!("a launch failed: {note}"))),
    }
}

/// How a child's report came to its end.
enum Ending {
    /// By saying how it went.
    Verdict(Result<Launch, Fault>),
    /// Before that.
    Closed,
    /// Not at all.
    Overdue,
}

/// Gathers what a child says until it has said how it went, or nothing for too long; `last` is the
/// contender that it has announced last.
fn gather(
    plan: &Plan,
    output: ChildStdout,
    last: &mut Option<String>,
    mut progress: impl FnMut(&str),
) -> io::Result<Ending> {
    let events = events(output)?;
    let mut launch = Launch::default();
    let mut round = Vec::new();
    loop {
        // Had this process been stopped, the time would be over before what the child said meanwhile
        // is read: so there is grace after it, beside that for the child's own watchdog.
        let event = events
            .recv_timeout(plan.longest_silence())
            .or_else(|_| events.recv_timeout(GRACE));
        match event {
            Err(RecvTimeoutError::Timeout) => return Ok(Ending::Overdue),
            Err(RecvTimeoutError::Disconnected) => return Ok(Ending::Closed),
            Ok(event) => match event? {
                Event::Ready { pinned, limits } => {
                    (launch.pinned, launch.limits) = (pinned, limits);
                }
                Event::Began(contender) => {
                    progress(&contender);
                    *last = Some(contender);
                }
                Event::Measured(measured) => round.extend(last.clone().map(|contender| Sample {
                    contender,
                    measured,
                })),
                Event::Round => launch.rounds.push(mem::take(&mut round)),
                Event::Waits(contender, waits) => {
                    launch.waits.insert(contender, waits);
                }
                Event::Failed(fault) => return Ok(Ending::Verdict(Err(fault))),
                Event::Done => return Ok(Ending::Verdict(Ok(launch))),
            },
        }
    }
}

/// What a child says, read by a thread of its own, since a pipe cannot be read with a deadline.
fn events(output: ChildStdout) -> io::Result<Receiver<io::Result<Event>>> {
    let (sender, events) = mpsc::channel();
    let read = move || {
        for line in BufReader::new(output).split(b'\n') {
            // What a contender writes is not for us, and a line cut off by the child's death says nothing.
            let event = match line.map(|line| serde_json::from_slice(&line)) {
                Ok(Ok(event)) => Ok(event),
                Ok(Err(_)) => continue,
                Err(error) => Err(error),
            };
            let is_last = event.is_err();
            if sender.send(event).is_err() || is_last {
                break;
            }
        }
    };
    thread::Builder::new()
        .spawn(read)
        .map_err(|error| explained("a launch cannot be listened to", &error))?;
    Ok(events)
}

/// Ends a child that has nothing more to say, or should have, and what it has started: nothing
/// that a contender leaves behind is waited for. How it ended, if it did by itself.
fn end(child: &mut Child) -> io::Result<ExitStatus> {
    // The group has its number until its leader is waited for, so that this meets nobody else.
    #[cfg(unix)]
    if let Ok(group) = child.id().try_into() {
        use nix::sys::signal::{Signal, killpg};
        let _ = killpg(nix::unistd::Pid::from_raw(group), Signal::SIGKILL);
    }
    let _ = child.kill();
    child.wait()
}

fn explained(what: &str, error: &io::Error) -> io::Error {
    io::Error::new(error.kind(), format!("{what}: {error}"))
}
