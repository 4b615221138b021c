//! Subcommands, exit codes, and errors in one line.

mod choice;
mod counting;
mod crowding;
mod reporting;

use std::fmt;
use std::io;
use std::process::ExitCode;

use clap::error::ErrorKind;
use clap::{Args, Parser, Subcommand, value_parser};

use crate::compare;
use crate::environment::Environment;
use crate::in_flight;
use crate::instructions::{self, Operation};
use crate::interruption::{self, INTERRUPTED};
use crate::latency::Scenario;
use crate::launch;
use crate::records::Record;
use crate::report::{self, CannotWrite, Output, Paths};
use crate::run::{self, Comparison, Settings};
use crate::selfcheck;

use choice::{Choice, Effort, not_empty};
use counting::Counting;
use crowding::InFlight;
use reporting::Report;

/// Every contender came through.
const OK: u8 = 0;
/// A contender hung, panicked, or lost, altered or misordered messages; or a check failed.
const FAILED: u8 = 1;
/// What was asked for could not be done.
const CANNOT: u8 = 2;

/// Compares queue-core with other queues: paired, interleaved, every message checked.
///
/// Without a subcommand it is `run --quick`, and takes the flags of `run`.
#[derive(Debug, Parser)]
#[command(
    version,
    args_conflicts_with_subcommands = true,
    disable_help_subcommand = true,
    after_help = "Data goes to standard output, progress to standard error. NO_COLOR is respected.\n\n\
        Exit codes:\n  \
        0  every contender came through\n  \
        1  a contender hung, panicked, or lost, altered or misordered messages; or a check failed\n  \
        2  wrong usage, or a result could not be read or written; or a launch could not be made,\n     \
              and those that were complete have been reported\n  \
        130  interrupted; the launches that were complete have been reported"
)]
struct Cli {
    #[command(flatten)]
    run: Run,
    #[command(subcommand)]
    command: Option<Command>,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Measure how many messages per second pass, and what that costs
    Run(Run),
    /// Show the cells of a suite, who competes in them, and how long they should take
    List(Choice),
    /// Measure how long one message takes
    #[command(
        mut_arg("launches", |arg| arg.help("Launches of each scenario in each mode; by default 12")),
        mut_arg("rounds", |arg| arg.help("Rounds in each launch; by default 1")),
        mut_arg("seconds", |arg| arg.help("Seconds for each scenario and mode, instead of a number of rounds")),
        mut_arg("slice_ms", |arg| arg.help("Length of a slice; by default 50 ms, for wake-up and idle 200, for frozen-peer 300"))
    )]
    Latency(Latency),
    /// Show what has changed from one record to another
    Compare(Compare),
    /// Sum up a record; make a table, a page or the figures of a document from it
    Report(Report),
    /// Try the comparison itself: on queue-core against itself, and against copies a tenth slower
    Selfcheck(Selfcheck),
    /// Count the instructions of uncontended operations; needs valgrind
    Instructions(Counting),
    /// Measure what operations take by how many messages are in flight
    InFlight(InFlight),
    /// Show what this machine is, and what about it could spoil a measurement
    Env,
    /// The child process that measures
    #[command(name = launch::SUBCOMMAND, hide = true)]
    Launch {
        #[arg(value_parser = plan)]
        plan: launch::Plan,
    },
    /// The child process whose instructions are counted
    #[command(name = instructions::SUBCOMMAND, hide = true)]
    Operate {
        #[arg(value_parser = operation)]
        operation: Operation,
        times: u64,
    },
    /// The child process whose operations on messages are counted
    #[command(name = in_flight::SUBCOMMAND, hide = true)]
    InFlightWork { size: usize, seed: u64, locks: u32 },
}

#[derive(Debug, Args)]
struct Run {
    #[command(flatten)]
    choice: Choice,
    #[command(flatten)]
    files: Files,
}

#[derive(Debug, Args)]
struct Latency {
    /// Every peer, and not only the leading ones
    #[arg(long)]
    full: bool,
    #[command(flatten)]
    effort: Effort,
    /// Messages per second that are due in the open loop
    #[arg(long, value_name = "N", value_delimiter = ',', default_values_t = [10_000, 100_000, 1_000_000], value_parser = value_parser!(u32).range(1..=100_000_000))]
    rates: Vec<u32>,
    #[command(flatten)]
    files: Files,
}

#[derive(Debug, Args)]
struct Compare {
    /// The record (JSON lines) of the earlier run
    #[arg(value_name = "A.jsonl")]
    before: String,
    /// The record of the later run
    #[arg(value_name = "B.jsonl")]
    after: String,
}

#[derive(Debug, Args)]
struct Selfcheck {
    /// Seed of the first comparison; by default a new one
    #[arg(long, value_name = "N")]
    seed: Option<u64>,

    /// Leave the workers to the scheduler
    #[arg(long)]
    no_pin: bool,
}

#[derive(Debug, Args)]
struct Files {
    /// Also write the rows as JSON lines; with - the tables go to standard error
    #[arg(long, value_name = "FILE|-")]
    json: Option<String>,

    /// Also write the rows as comma-separated values
    #[arg(long, value_name = "FILE")]
    csv: Option<String>,

    /// Also write a page with tables and charts
    #[arg(long, value_name = "FILE")]
    html: Option<String>,
}

/// Why something cannot be done, in one line.
#[derive(Debug)]
struct Refusal(String);

impl fmt::Display for Refusal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "error: {}", self.0)
    }
}

impl From<CannotWrite> for Refusal {
    fn from(CannotWrite { path, error }: CannotWrite) -> Self {
        Self(format!("cannot write to '{path}': {error}"))
    }
}

impl From<io::Error> for Refusal {
    fn from(error: io::Error) -> Self {
        Self(format!("it broke off: {error}"))
    }
}

/// The program: reads its arguments, measures, reports.
#[must_use]
pub fn main() -> ExitCode {
    let cli = match Cli::try_parse() {
        Ok(cli) => cli,
        Err(error) => return answer(&error),
    };
    let command = cli.command.unwrap_or(Command::Run(cli.run));
    ExitCode::from(carry_out(command).unwrap_or_else(|refusal| {
        eprintln!("{refusal}");
        CANNOT
    }))
}

fn carry_out(command: Command) -> Result<u8, Refusal> {
    match command {
        Command::Run(Run { choice, files }) => {
            let settings = choice.settings()?;
            let legend = report::legend(settings.seed);
            measure(&settings, run::plan(&settings), &files, |_| legend)
        }
        Command::Latency(Latency {
            full,
            effort,
            rates,
            files,
        }) => {
            let settings = Settings {
                leaders_only: !full,
                ..effort.settings()
            };
            let comparisons = run::plan_delays(&settings, &Scenario::all(&rates));
            measure(&settings, comparisons, &files, |environment| {
                report::legend_of_delays(settings.seed, environment.clock_ns())
            })
        }
        Command::List(choice) => print(&choice.list()?),
        Command::Compare(Compare { before, after }) => {
            let compared = compare::compare(&record(&before)?, &record(&after)?);
            print(&compared.ok_or_else(|| {
                Refusal(format!(
                    "'{before}' and '{after}' have no cell in common, with the same mode and peer"
                ))
            })?)
        }
        Command::Report(report) => report.make(),
        Command::Selfcheck(Selfcheck { seed, no_pin }) => {
            let seed = seed.unwrap_or_else(|| rand::random::<u32>().into());
            done(selfcheck::run(seed, !no_pin))
        }
        Command::Instructions(counting) => counting.carry_out(),
        Command::InFlight(in_flight) => in_flight.carry_out(),
        Command::Operate { operation, times } => {
            operation.carry_out(times).map_err(Refusal)?;
            Ok(OK)
        }
        Command::InFlightWork { size, seed, locks } => {
            let times = in_flight::carry_out(size, seed, locks);
            print(&format!("{times:?}\n"))
        }
        Command::Env => {
            let pins = choice::pins(true);
            print(&Environment::read(rand::random::<u32>().into(), &pins).to_string())
        }
        Command::Launch { plan } => {
            launch::run(&plan);
            Ok(OK)
        }
    }
}

/// Measures and writes what is asked for; files are opened before any work.
fn measure(
    settings: &Settings,
    comparisons: Vec<Comparison>,
    files: &Files,
    legend: impl FnOnce(&Environment) -> String,
) -> Result<u8, Refusal> {
    let comparisons = not_empty(comparisons, settings)?;
    let mut output = Output::open(&Paths {
        json: files.json.clone(),
        csv: files.csv.clone(),
        html: files.html.clone(),
        others: Vec::new(),
    })?;
    let environment = Environment::read(settings.seed, &choice::pins(settings.pin));
    for warning in environment.warnings() {
        eprintln!("warning: {warning}");
    }
    let code = done(
        interruption::listen()
            .and_then(|()| output.begin(environment.json()))
            .and_then(|()| run::run(settings, comparisons, &mut output, &legend(&environment))),
    )?;
    if interruption::is_requested() {
        eprintln!("interrupted: only the launches that were complete are reported");
        return Ok(INTERRUPTED);
    }
    Ok(code)
}

fn record(path: &str) -> Result<Record, Refusal> {
    Record::read(path).map_err(|error| Refusal(format!("cannot read '{path}': {error}")))
}

/// The exit code of work that was done, and of work that nobody wanted to see the end of.
fn done(outcome: io::Result<bool>) -> Result<u8, Refusal> {
    match outcome {
        Ok(true) => Ok(OK),
        Ok(false) => Ok(FAILED),
        // The reader has had enough and needs no telling.
        Err(error) if error.kind() == io::ErrorKind::BrokenPipe => Ok(CANNOT),
        Err(error) => Err(error.into()),
    }
}

fn print(text: &str) -> Result<u8, Refusal> {
    use std::io::Write;
    done(write!(io::stdout(), "{text}").map(|()| true))
}

/// Help and version as clap prints them; of an error, the paragraph that says what is wrong.
fn answer(error: &clap::Error) -> ExitCode {
    if matches!(
        error.kind(),
        ErrorKind::DisplayHelp | ErrorKind::DisplayVersion
    ) {
        return match error.print() {
            Ok(()) => ExitCode::from(OK),
            Err(_) => ExitCode::from(CANNOT),
        };
    }
    let text = error.to_string();
    let lines = text
        .lines()
        .map(str::trim)
        .take_while(|line| !line.is_empty());
    eprintln!("{}", lines.collect::<Vec<_>>().join(" "));
    ExitCode::from(CANNOT)
}

fn operation(text: &str) -> Result<Operation, serde_json::Error> {
    serde_json::from_str(text)
}

fn plan(text: &str) -> Result<launch::Plan, serde_json::Error> {
    serde_json::from_str(text)
}

#[cfg(test)]
mod tests {
    use clap::CommandFactory;

    use super::*;

    #[test]
    fn flags_are_declared_without_contradiction() {
        Cli::command().debug_assert();
    }

    #[test]
    fn the_help_of_delays_tells_their_own_defaults() {
        let help = Cli::try_parse_from(["queue-bench", "latency", "--help"])
            .unwrap_err()
            .to_string();
        assert!(help.contains("by default 50 ms"), "{help}");
        assert!(
            !help.contains("verdict") && !help.contains("by default 2"),
            "{help}"
        );
        let scenarios = Scenario::all(&[1]);
        let slices = scenarios
            .iter()
            .map(|scenario| scenario.slice().as_millis());
        assert_eq!(slices.collect::<Vec<_>>(), [50, 50, 200, 200, 300]);
    }

    #[test]
    fn without_a_subcommand_the_flags_are_those_of_run() {
        let settings = |args: &[&str]| {
            let cli = Cli::try_parse_from([&["queue-bench"], args].concat()).unwrap();
            let run = match cli.command {
                Some(Command::Run(run)) => run,
                _ => cli.run,
            };
            let settings = run.choice.settings().unwrap();
            (settings.members.len(), settings.launches, settings.seed)
        };
        assert_eq!(
            settings(&["--seed", "7"]),
            settings(&["run", "--seed", "7"])
        );
        let full = settings(&["run", "--full", "--seed", "7", "--launches", "3"]);
        assert_eq!(
            full,
            settings(&["--full", "--seed", "7", "--launches", "3"])
        );
        assert!(Cli::try_parse_from(["queue-bench", "--seed", "7", "list"]).is_err());
    }
}
