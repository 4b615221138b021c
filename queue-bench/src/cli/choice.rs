//! What is to be measured, as flags say it.

use std::collections::BTreeSet;
use std::fmt::Write;
use std::time::Duration;

use clap::{ArgGroup, Args, value_parser};
use globset::{Glob, GlobMatcher};

use super::Refusal;
use crate::contenders::{self, Contender};
use crate::contract::Mode;
use crate::run::{self, Comparison, LAUNCHES, Settings};
use crate::suites::Suite;

/// Which cells, which contenders, how often and how long.
#[derive(Clone, Debug, Args)]
#[command(group = ArgGroup::new("suite").args(["quick", "full", "grid", "check"]))]
pub(super) struct Choice {
    /// Six cells and the leading peers, in less than five minutes; the default
    #[arg(long)]
    quick: bool,

    /// Those, then one factor varied at a time, with every peer: on two cores within an hour and a half, `list --full` tells the time
    #[arg(long)]
    full: bool,

    /// Every shape with every capacity, payload and mode: see `list --grid` for the time it takes
    #[arg(long)]
    grid: bool,

    /// One round of 1 ms slices in every full cell: checks every contender, but its rates mean nothing
    #[arg(long, conflicts_with_all = ["rounds", "launches", "seconds", "slice_ms"])]
    check: bool,

    /// Only the cells whose name matches, of the full suite if none is named, as in
    /// 'mpmc-*-cap64-*', '*unbounded*' or 'select8*'
    #[arg(long, value_name = "GLOB", value_parser = glob)]
    cells: Option<GlobMatcher>,

    /// Only the modes whose name matches, as in 'async', 'tokio*', 'batch*' or 'messages*'
    #[arg(long, value_name = "GLOB", value_parser = glob)]
    modes: Option<GlobMatcher>,

    #[command(flatten)]
    effort: Effort,
}

/// Which contenders, how often and how long.
#[derive(Clone, Debug, Args)]
pub(super) struct Effort {
    /// Only the contenders whose name matches, and ours
    #[arg(long, value_name = "GLOB", value_parser = glob)]
    contenders: Option<GlobMatcher>,

    /// Launches of each cell in each mode; by default 12, the fewest for a verdict
    #[arg(long, value_name = "N", value_parser = value_parser!(u32).range(1..=1_000))]
    launches: Option<u32>,

    /// Rounds in each launch; by default 2, or 1 where threads outnumber cores
    #[arg(long, value_name = "N", value_parser = value_parser!(u32).range(1..=10_000))]
    rounds: Option<u32>,

    /// Seconds for each cell and mode, instead of a number of rounds
    #[arg(long, value_name = "N", conflicts_with = "rounds", value_parser = value_parser!(u32).range(1..=86_400))]
    seconds: Option<u32>,

    /// Length of a slice, by default 25 ms, or 200 where threads outnumber cores
    #[arg(long, value_name = "N", value_parser = value_parser!(u32).range(1..=60_000))]
    slice_ms: Option<u32>,

    /// Seed of the contenders' order and the queues' offsets; by default a new one
    #[arg(long, value_name = "N")]
    seed: Option<u64>,

    /// Bind each worker to a core, where the system allows it; the default.
    /// Of this and --no-pin, the last counts
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

impl Choice {
    fn names_members(&self) -> bool {
        self.cells.is_some() || self.modes.is_some()
    }

    fn suite(&self) -> Suite {
        if self.grid {
            Suite::Grid
        } else if self.full || self.check || (self.names_members() && !self.quick) {
            Suite::Full
        } else {
            Suite::Quick
        }
    }

    pub(super) fn settings(&self) -> Result<Settings, Refusal> {
        let suite = self.suite();
        let mut members = suite.members();
        if let Some(glob) = &self.cells {
            members.retain(|(cell, _)| glob.is_match(cell.to_string()));
            if members.is_empty() {
                let known: Vec<_> = suite.cells().iter().map(ToString::to_string).collect();
                return Err(Refusal(format!(
                    "no cell matches '{}'; there are {}",
                    glob.glob(),
                    known.join(", ")
                )));
            }
        }
        if let Some(glob) = &self.modes {
            members.retain(|(_, mode)| glob.is_match(mode.to_string()));
            if members.is_empty() {
                return Err(Refusal(format!(
                    "no cell is run in a mode that matches '{}'; there are {}",
                    glob.glob(),
                    Mode::ALL.map(|mode| mode.to_string()).join(", ")
                )));
            }
        }
        let effort = self.effort.settings();
        let (launches, rounds, slice) = if self.check {
            (1, Some(1), Some(Duration::from_millis(1)))
        } else {
            (effort.launches, effort.rounds, effort.slice)
        };
        Ok(Settings {
            members,
            leaders_only: suite == Suite::Quick,
            launches,
            rounds,
            slice,
            ..effort
        })
    }

    /// The plan in words.
    pub(super) fn list(&self) -> Result<String, Refusal> {
        let settings = self.settings()?;
        let comparisons = not_empty(run::plan(&settings), &settings)?;
        let mut text = String::new();
        let mut total = Duration::ZERO;
        for comparison in &comparisons {
            let time = comparison.expected(settings.launches);
            total += time;
            let names: BTreeSet<_> = comparison
                .contenders
                .iter()
                .filter(|contender| !contender.is_ours())
                .map(|contender| contender.name)
                .collect();
            let plan = &comparison.plan;
            let (cell, mode) = (plan.cell.to_string(), plan.mode.to_string());
            let mut tags = String::new();
            if plan.cell.on_threads(plan.mode).is_oversubscribed() {
                tags.push_str(" (oversubscribed)");
            }
            if !comparison.contenders.iter().any(Contender::is_ours) {
                tags.push_str(" (not in queue-core yet)");
            }
            let _ = writeln!(
                text,
                "{cell:36} {mode:16} {:>5.0} s  {}{tags}",
                time.as_secs_f64(),
                Vec::from_iter(names).join(" ")
            );
        }
        let _ = writeln!(
            text,
            "{} cells and modes, {} launches each, about {}",
            comparisons.len(),
            settings.launches,
            clock(total)
        );
        Ok(text)
    }
}

impl Effort {
    /// What the flags say, without any cell.
    pub(super) fn settings(&self) -> Settings {
        let mut contenders = contenders::all();
        if self.faulty {
            contenders.extend(contenders::faulty());
        }
        Settings {
            members: Vec::new(),
            contenders,
            chosen: self.contenders.clone(),
            leaders_only: false,
            launches: self.launches.map_or(LAUNCHES, |launches| launches as usize),
            rounds: self.rounds.map(|rounds| rounds as usize),
            budget: self
                .seconds
                .map(|seconds| Duration::from_secs(seconds.into())),
            slice: self.slice_ms.map(|ms| Duration::from_millis(ms.into())),
            // Short enough to be typed again.
            seed: self.seed.unwrap_or_else(|| rand::random::<u32>().into()),
            pin: !self.no_pin,
            patience: Duration::from_millis(self.patience_ms.into()),
        }
    }
}

/// A plan in which somebody competes.
pub(super) fn not_empty(
    comparisons: Vec<Comparison>,
    settings: &Settings,
) -> Result<Vec<Comparison>, Refusal> {
    if comparisons.is_empty() {
        let glob = settings.chosen.as_ref();
        let names: BTreeSet<_> = settings
            .contenders
            .iter()
            .filter(|contender| !contender.is_ours())
            .map(|contender| contender.name)
            .collect();
        return Err(Refusal(format!(
            "no contender in these cells matches '{}'; there are {}",
            glob.map_or("", |glob| glob.glob().glob()),
            Vec::from_iter(names).join(", ")
        )));
    }
    Ok(comparisons)
}

/// Hours, minutes and seconds, as far as they matter.
fn clock(time: Duration) -> String {
    let seconds = time.as_secs();
    match seconds {
        0..120 => format!("{seconds} s"),
        120..7200 => format!("{} min", seconds / 60),
        _ => format!("{} h {} min", seconds / 3600, seconds / 60 % 60),
    }
}

/// Which core each worker is bound to, in turn; none if they are not.
pub(super) fn pins(pin: bool) -> Vec<usize> {
    let cores = pin.then(core_affinity::get_core_ids).flatten();
    cores
        .unwrap_or_default()
        .into_iter()
        .map(|core| core.id)
        .collect()
}

pub(super) fn glob(text: &str) -> Result<GlobMatcher, String> {
    let glob = Glob::new(text).map_err(|error| error.kind().to_string())?;
    Ok(glob.compile_matcher())
}

#[cfg(test)]
mod tests {
    use clap::Parser;

    use super::*;

    #[derive(Parser)]
    struct Alone {
        #[command(flatten)]
        choice: Choice,
    }

    fn choice(args: &[&str]) -> Choice {
        Alone::try_parse_from([&["alone"], args].concat())
            .unwrap()
            .choice
    }

    #[test]
    fn only_a_suite_or_a_name_goes_beyond_the_quick_cells() {
        let members = |args: &[&str]| choice(args).settings().map(|settings| settings.members);
        assert_eq!(members(&[]).unwrap(), Suite::Quick.members());
        assert_eq!(members(&["--quick"]).unwrap(), Suite::Quick.members());
        assert_eq!(members(&["--check"]).unwrap(), Suite::Full.members());
        assert_eq!(members(&["--full"]).unwrap(), Suite::Full.members());
        assert_eq!(members(&["--grid"]).unwrap(), Suite::Grid.members());
        assert_eq!(members(&["--cells", "*"]).unwrap(), Suite::Full.members());
        let quick = members(&["--quick", "--cells", "*"]).unwrap();
        assert_eq!(quick, Suite::Quick.members());
        for kind in ["*cap0*", "*unbounded-8B", "select8*"] {
            assert_eq!(members(&["--cells", kind]).unwrap().len(), 2);
            assert!(members(&["--quick", "--cells", kind]).is_err());
        }
        let tasks = members(&["--modes", "as*"]).unwrap();
        assert!(!tasks.is_empty() && tasks.iter().all(|(_, mode)| *mode == Mode::Async));
        assert!(members(&["--modes", "asink"]).is_err());
        assert!(members(&["--quick", "--modes", "async"]).is_err());
    }

    #[test]
    fn one_suite_at_a_time() {
        for pair in [
            ["--quick", "--full"],
            ["--full", "--grid"],
            ["--check", "--quick"],
        ] {
            assert!(Alone::try_parse_from([&["alone"], &pair[..]].concat()).is_err());
        }
    }

    #[test]
    fn the_last_word_on_pinning_counts() {
        let pins = |args: &[&str]| choice(args).settings().unwrap().pin;
        assert!(pins(&[]));
        assert!(pins(&["--pin"]));
        assert!(!pins(&["--no-pin"]));
        assert!(!pins(&["--pin", "--no-pin"]));
        assert!(pins(&["--no-pin", "--pin"]));
    }

    #[test]
    fn a_list_has_a_line_for_each_cell_and_mode_and_the_time_they_take() {
        let list = choice(&["--full"]).list().unwrap();
        let (lines, total) = list.trim_end().rsplit_once('\n').unwrap();
        let expected = run::plan(&choice(&["--full"]).settings().unwrap());
        assert_eq!(lines.lines().count(), expected.len());
        assert!(lines.contains("spsc-1p1c-cap1024-8B"), "{lines}");
        assert!(total.contains("12 launches each, about"), "{total}");
    }

    #[test]
    fn times_are_told_as_far_as_they_matter() {
        assert_eq!(
            [30, 125, 4000, 9000].map(|seconds| clock(Duration::from_secs(seconds))),
            ["30 s", "2 min", "66 min", "2 h 30 min"]
        );
    }
}
