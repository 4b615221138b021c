//! Flags, exit codes, and errors in one line.

use std::fmt;
use std::io;
use std::process::ExitCode;
use std::time::Duration;

use clap::error::ErrorKind;
use clap::{Args, Parser, Subcommand, value_parser};
use globset::{Glob, GlobMatcher};

use crate::cells::Cell;
use crate::compare::{self, Settings};
use crate::contenders;
use crate::launch;
use crate::report::{JsonLines, Place};

/// Every contender came through.
const OK: u8 = 0;
/// A contender hung, panicked, or lost, altered or misordered messages.
const CONTENDER_FAILED: u8 = 1;
/// The comparison could not be made as asked for.
const CANNOT: u8 = 2;

/// Compares queue-core with other queues: paired, interleaved, every message checked.
#[derive(Debug, Parser)]
#[command(
    version,
    args_conflicts_with_subcommands = true,
    disable_help_subcommand = true,
    after_help = "Data goes to standard output, progress to standard error. NO_COLOR is respected.\n\n\
        Exit codes:\n  \
        0  every contender came through\n  \
        1  a contender hung, panicked, or lost, altered or misordered messages\n  \
        2  wrong usage, or a result could not be written"
)]
struct Cli {
    #[command(flatten)]
    run: Run,
    #[command(subcommand)]
    command: Option<Command>,
}

#[derive(Debug, Args)]
struct Run {
    /// The quick comparison of six buffered cells, in about a minute; the default
    #[arg(long)]
    quick: bool,

    /// One round of 1 ms slices in every cell: checks every contender, but its rates mean nothing
    #[arg(long, conflicts_with_all = ["quick", "rounds", "slice_ms"])]
    check: bool,

    /// Also write the rows as JSON lines; with - the tables go to standard error
    #[arg(long, value_name = "FILE|-")]
    json: Option<String>,

    /// Only the cells whose name matches, also among those that are not quick: rendezvous
    /// ('*cap0*'), unbounded ('*unbounded*'), select over eight channels ('select8*')
    #[arg(long, value_name = "GLOB", value_parser = glob)]
    cells: Option<GlobMatcher>,

    /// Only the contenders whose name matches, and queue-core
    #[arg(long, value_name = "GLOB", value_parser = glob)]
    contenders: Option<GlobMatcher>,

    /// Rounds for each cell and mode; 6 are the fewest for a 95 % interval
    #[arg(long, value_name = "N", value_parser = value_parser!(u32).range(1..=10_000))]
    rounds: Option<u32>,

    /// Length of a slice, by default 25 ms, or 100 where threads outnumber cores
    #[arg(long, value_name = "N", value_parser = value_parser!(u32).range(1..=60_000))]
    slice_ms: Option<u32>,

    /// Seed of the contenders' order and the queues' offsets; by default a new one
    #[arg(long, value_name = "N")]
    seed: Option<u64>,

    /// Bind each worker to a core, where the system allows it; the default
    #[arg(long, overrides_with = "no_pin")]
    pin: bool,

    /// Leave the workers to the scheduler
    #[arg(long)]
    no_pin: bool,

    /// Contenders that go wrong on purpose take part too
    #[arg(long, hide = true)]
    faulty: bool,

    /// How much longer than a slice may last until it counts as hung
    #[arg(long, hide = true, value_name = "N", default_value_t = 10_000)]
    patience_ms: u32,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// The child process that measures
    #[command(name = launch::SUBCOMMAND, hide = true)]
    Launch {
        #[arg(value_parser = plan)]
        plan: launch::Plan,
    },
}

/// Why there is no comparison, in one line.
#[derive(Debug)]
struct Refusal(String);

impl fmt::Display for Refusal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "error: {}", self.0)
    }
}

/// The program: reads its arguments, compares, reports.
#[must_use]
pub fn main() -> ExitCode {
    let cli = match Cli::try_parse() {
        Ok(cli) => cli,
        Err(error) => return answer(&error),
    };
    let result = match cli.command {
        Some(Command::Launch { plan }) => {
            launch::run(&plan);
            Ok(OK)
        }
        None => run(cli.run),
    };
    ExitCode::from(result.unwrap_or_else(|refusal| {
        eprintln!("{refusal}");
        CANNOT
    }))
}

fn run(run: Run) -> Result<u8, Refusal> {
    let settings = settings(&run)?;
    let plans = compare::plan(&settings);
    if plans.is_empty() {
        let glob = run
            .contenders
            .map_or_else(String::new, |glob| glob.glob().to_string());
        return Err(Refusal(format!(
            "no contender in these cells matches '{glob}'; there are {}",
            contenders::all()
                .iter()
                .map(|contender| contender.name)
                .filter(|name| *name != contenders::OURS)
                .collect::<std::collections::BTreeSet<_>>()
                .into_iter()
                .collect::<Vec<_>>()
                .join(", ")
        )));
    }

    let place = match run.json.as_deref() {
        Some("-") => Place::Stderr,
        _ => Place::Stdout,
    };
    let mut json = match run.json.as_deref() {
        Some(path) => Some(JsonLines::open(path).map_err(|error| cannot_write(path, &error))?),
        None => None,
    };
    match compare::run(&settings, plans, json.as_mut(), place) {
        Ok(true) => Ok(OK),
        Ok(false) => Ok(CONTENDER_FAILED),
        // The reader has had enough and needs no telling.
        Err(error) if error.kind() == io::ErrorKind::BrokenPipe => Ok(CANNOT),
        Err(error) => Err(Refusal(format!("the comparison broke off: {error}"))),
    }
}

fn settings(run: &Run) -> Result<Settings, Refusal> {
    let beyond_quick = !run.quick && (run.check || run.cells.is_some());
    let mut cells = if beyond_quick {
        Cell::all()
    } else {
        Cell::quick()
    };
    if let Some(glob) = &run.cells {
        let known: Vec<_> = cells.iter().map(Cell::to_string).collect();
        cells.retain(|cell| glob.is_match(cell.to_string()));
        if cells.is_empty() {
            return Err(Refusal(format!(
                "no cell matches '{}'; there are {}",
                glob.glob(),
                known.join(", ")
            )));
        }
    }
    let mut contenders = contenders::all();
    if run.faulty {
        contenders.extend(contenders::faulty());
    }
    let (rounds, slice_ms) = if run.check {
        (Some(1), Some(1))
    } else {
        (run.rounds, run.slice_ms)
    };
    Ok(Settings {
        cells,
        contenders,
        chosen: run.contenders.clone(),
        rounds: rounds.map(|rounds| rounds as usize),
        slice: slice_ms.map(|ms| Duration::from_millis(ms.into())),
        // Short enough to be typed again.
        seed: run.seed.unwrap_or_else(|| rand::random::<u32>().into()),
        pin: !run.no_pin,
        patience: Duration::from_millis(run.patience_ms.into()),
    })
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

fn cannot_write(path: &str, error: &io::Error) -> Refusal {
    Refusal(format!("cannot write to '{path}': {error}"))
}

fn glob(text: &str) -> Result<GlobMatcher, String> {
    let glob = Glob::new(text).map_err(|error| error.kind().to_string())?;
    Ok(glob.compile_matcher())
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
    fn only_a_check_or_a_name_goes_beyond_the_quick_cells() {
        let cells = |args: &[&str]| {
            let cli = Cli::try_parse_from([&["queue-bench"], args].concat()).unwrap();
            settings(&cli.run).map(|settings| settings.cells)
        };
        assert_eq!(cells(&[]).unwrap(), Cell::quick());
        assert_eq!(cells(&["--quick"]).unwrap(), Cell::quick());
        assert_eq!(cells(&["--check"]).unwrap(), Cell::all());
        assert_eq!(cells(&["--cells", "*"]).unwrap(), Cell::all());
        assert_eq!(cells(&["--quick", "--cells", "*"]).unwrap(), Cell::quick());
        for kind in ["*cap0*", "*unbounded*", "select8*"] {
            assert_eq!(cells(&["--cells", kind]).unwrap().len(), 2);
            assert!(cells(&["--quick", "--cells", kind]).is_err());
        }
    }

    #[test]
    fn the_last_word_on_pinning_counts() {
        let pins = |args: &[&str]| {
            let cli = Cli::try_parse_from([&["queue-bench"], args].concat()).unwrap();
            settings(&cli.run).unwrap().pin
        };
        assert!(pins(&[]));
        assert!(pins(&["--pin"]));
        assert!(!pins(&["--no-pin"]));
        assert!(!pins(&["--pin", "--no-pin"]));
        assert!(pins(&["--no-pin", "--pin"]));
    }
}
