//! A run: which launches there are, and what becomes of them.
//!
//! Launches run one after another, so that nothing of ours disturbs them, and in passes:
//! every cell is launched once before any is launched again. What drifts over the minutes
//! of a run, above all where the host puts its virtual cores, then differs between the
//! launches of each cell, and shows in its interval, instead of favouring some cell.
//!
//! A launch in which a contender hung or failed is begun again without it, and that
//! contender takes no further part in this cell and mode. A run that is interrupted, or for
//! which the system has no further process, reports the launches that are complete.

use std::io::{self, Write};
use std::time::Duration;

use globset::GlobMatcher;
use indicatif::ProgressBar;

use crate::cells::Cell;
use crate::contenders::{Contender, LEADERS, OURS, control_of, yardstick};
use crate::contract::{Mode, Topology};
use crate::crew;
use crate::interruption;
use crate::latency::Scenario;
use crate::launch::{self, Fault, Launch, Plan};
use crate::report::{self, Output, Rows, Status};
use crate::schedule;

/// How long a slice lasts where every thread has a core.
const SLICE: Duration = Duration::from_millis(25);

/// How long where threads take turns: many turns of the scheduler.
const OVERSUBSCRIBED_SLICE: Duration = Duration::from_millis(200);

/// What a slice takes beside its length: the warm-up, and the start and end of its work.
const WARM_UP_PART: u32 = 10;
const BESIDE: Duration = Duration::from_millis(4);

/// What a launch takes beside its slices.
const LAUNCH: Duration = Duration::from_millis(60);

/// How many launches a cell has in each mode.
pub(crate) const LAUNCHES: usize = 12;

/// What is to be compared, and how.
#[derive(Clone)]
pub(crate) struct Settings {
    pub(crate) members: Vec<(Cell, Mode)>,
    pub(crate) contenders: Vec<Contender>,
    /// Which contenders to compare with ours; all if there is none.
    pub(crate) chosen: Option<GlobMatcher>,
    /// Only those that lead the field.
    pub(crate) leaders_only: bool,
    pub(crate) launches: usize,
    /// Rounds for each launch.
    pub(crate) rounds: Option<usize>,
    /// Time for each cell and mode, which then decides about the rounds.
    pub(crate) budget: Option<Duration>,
    pub(crate) slice: Option<Duration>,
    pub(crate) seed: u64,
    pub(crate) pin: bool,
    pub(crate) patience: Duration,
}

/// A cell in one mode, and what its launches have brought so far.
#[derive(Debug)]
pub(crate) struct Comparison {
    /// The next launch.
    pub(crate) plan: Plan,
    /// Those who were to take part, in the order of the tables.
    pub(crate) contenders: Vec<Contender>,
    pub(crate) launches: Vec<Launch>,
    pub(crate) faults: Vec<Fault>,
}

/// Cells and modes, without those that no chosen contender competes in.
pub(crate) fn plan(settings: &Settings) -> Vec<Comparison> {
    let members = settings.members.iter();
    numbered(members.map(|&(cell, mode)| (cell, mode, None)), settings)
}

/// Scenarios and modes, likewise, without those that need other cores than there are.
pub(crate) fn plan_delays(settings: &Settings, scenarios: &[Scenario]) -> Vec<Comparison> {
    let cores = crew::cores(settings.pin).len();
    let scenarios = scenarios.iter().filter(|scenario| scenario.can_use(cores));
    let members = scenarios.flat_map(|&scenario| {
        let modes = scenario.modes().iter();
        modes.map(move |&mode| (scenario.cell(), mode, Some(scenario)))
    });
    numbered(members, settings)
}

fn numbered(
    members: impl Iterator<Item = (Cell, Mode, Option<Scenario>)>,
    settings: &Settings,
) -> Vec<Comparison> {
    let comparisons = members
        .zip(0..)
        .filter_map(|((cell, mode, scenario), number)| {
            let seed = settings.seed.wrapping_add(1_000_003 * number);
            Comparison::planned(cell, mode, scenario, seed, settings)
        });
    comparisons.collect()
}

impl Comparison {
    /// One in which somebody takes part beside us.
    fn planned(
        cell: Cell,
        mode: Mode,
        scenario: Option<Scenario>,
        seed: u64,
        settings: &Settings,
    ) -> Option<Self> {
        let mut contenders = settings.contenders.clone();
        contenders.retain(|contender| {
            contender.competes(&cell, mode)
                && (contender.is_ours() || is_chosen(settings, contender, &cell))
        });
        if contenders.iter().all(Contender::is_ours) {
            return None;
        }
        let wanted: Vec<_> = contenders
            .iter()
            .filter(|contender| !contender.is_ours())
            .filter_map(|peer| {
                let ours = contenders.iter().filter(|contender| contender.is_ours());
                yardstick(&peer.contract, ours)
            })
            .collect();
        contenders.retain(|contender| {
            !contender.is_ours() || contender.name == OURS || wanted.contains(&contender.name)
        });
        let mut names: Vec<_> = contenders.iter().map(|contender| contender.name).collect();
        if scenario.is_none() {
            let ours = contenders.iter().filter(|contender| contender.is_ours());
            names.extend(ours.map(|ours| control_of(ours.name)));
        }
        let usual = scenario.map_or_else(|| usual_slice(&cell.on_threads(mode)), Scenario::slice);
        let mut plan = Plan {
            cell,
            mode,
            scenario,
            contenders: names.into_iter().map(str::to_owned).collect(),
            rounds: 1,
            first_round: 0,
            slice: settings.slice.unwrap_or(usual),
            seed,
            pin: settings.pin,
            patience: settings.patience,
        };
        plan.rounds = rounds(settings, &plan);
        Some(Self {
            plan,
            contenders,
            launches: Vec::new(),
            faults: Vec::new(),
        })
    }
}

/// How long a slice with these threads lasts if nothing else is said.
pub(crate) fn usual_slice(cell: &Cell) -> Duration {
    if cell.is_oversubscribed() {
        OVERSUBSCRIBED_SLICE
    } else {
        SLICE
    }
}

/// Of the leaders, those for any number of threads and those made for the cell's.
fn is_chosen(settings: &Settings, contender: &Contender, cell: &Cell) -> bool {
    let is_made_for_it = [Topology::Mpmc, cell.topology].contains(&contender.contract.topology);
    match &settings.chosen {
        Some(glob) => glob.is_match(contender.name),
        None => !settings.leaders_only || (is_made_for_it && LEADERS.contains(&contender.name)),
    }
}

/// Two rounds are a whole ABBA; where slices are long, one, and its other half in the next launch.
fn rounds(settings: &Settings, plan: &Plan) -> usize {
    match (settings.rounds, settings.budget) {
        (Some(rounds), _) => rounds,
        (None, Some(budget)) => {
            let launch = budget.as_secs_f64() / settings.launches as f64;
            let round = slice_time(plan) * slices(plan) as f64;
            (((launch - beside(plan)) / round) as usize).max(1)
        }
        (None, None) if plan.scenario.is_none() && plan.slice < OVERSUBSCRIBED_SLICE => 2,
        (None, None) => 1,
    }
}

/// The slices of a launch, of which one is repeated.
fn slices_of_launch(plan: &Plan) -> usize {
    slices(plan) * plan.rounds + 1
}

/// The slices of a round.
fn slices(plan: &Plan) -> usize {
    schedule::slices(&schedule::groups(&plan.taking_part()))
}

fn slice_time(plan: &Plan) -> f64 {
    time_of(plan.slice)
}

fn time_of(slice: Duration) -> f64 {
    (slice + slice / WARM_UP_PART + BESIDE).as_secs_f64()
}

/// What a launch takes beside its rounds.
fn beside(plan: &Plan) -> f64 {
    LAUNCH.as_secs_f64() + time_of(plan.slice.min(launch::FIRST_SLICE))
}

impl Comparison {
    /// How long all its launches should take.
    pub(crate) fn expected(&self, launches: usize) -> Duration {
        let slices = slices(&self.plan) * self.plan.rounds;
        let launch = beside(&self.plan) + slice_time(&self.plan) * slices as f64;
        Duration::from_secs_f64(launch * launches as f64)
    }

    /// Launches until every contender that is left came through, or nobody wants to know any more.
    fn launch(&mut self, bar: &ProgressBar) -> io::Result<()> {
        while !self.plan.contenders.is_empty() && !interruption::is_requested() {
            let plan = &self.plan;
            let launch = launch::start(plan, |contender| {
                bar.set_message(format!("{} {} {contender}", plan.name(), plan.mode));
                bar.inc(1);
            })?;
            match launch {
                Ok(launch) => {
                    self.launches.push(launch);
                    self.plan.first_round += self.plan.rounds as u64;
                    return Ok(());
                }
                Err(fault) => {
                    self.plan.contenders.retain(|name| *name != fault.contender);
                    self.faults.push(fault);
                    bar.inc_length(slices_of_launch(&self.plan) as u64);
                }
            }
        }
        Ok(())
    }

    /// Whether there is anything to report.
    fn has_begun(&self) -> bool {
        !(self.launches.is_empty() && self.faults.is_empty())
    }

    /// Writes its rows; whether every contender came through.
    fn report(&self, bar: &ProgressBar, output: &mut Output) -> io::Result<bool> {
        let rows = report::rows(self);
        bar.suspend(|| output.write(&rows))?;
        Ok(came_through(&rows, bar))
    }
}

/// Carries out the plan; whether every contender came through.
///
/// Tables and lines appear as the last launch of each cell ends, the legend at the end of the run.
///
/// # Errors
///
/// If nothing can be written, or a launch cannot be made; that is told only after everything
/// that was measured before it.
pub(crate) fn run(
    settings: &Settings,
    mut comparisons: Vec<Comparison>,
    output: &mut Output,
    legend: &str,
) -> io::Result<bool> {
    let bar = report::progress_bar(work(&comparisons, settings.launches));
    let mut all_ok = true;
    let mut reported = 0;
    let mut outcome = Ok(());
    'passes: for pass in 1..=settings.launches {
        for comparison in &mut comparisons {
            outcome = comparison.launch(&bar);
            if outcome.is_err() || interruption::is_requested() {
                break 'passes;
            }
            if pass == settings.launches {
                all_ok &= comparison.report(&bar, output)?;
                reported += 1;
            }
        }
    }
    bar.finish_and_clear();
    for comparison in &comparisons[reported..] {
        if comparison.has_begun() {
            all_ok &= comparison.report(&bar, output)?;
        }
    }
    if comparisons.iter().any(Comparison::has_begun) {
        output.finish(legend)?;
    }
    outcome.map(|()| all_ok)
}

/// Whether every contender of the cell did; says who did not.
fn came_through(rows: &Rows, bar: &ProgressBar) -> bool {
    let mut all_ok = true;
    for row in rows.rows.iter().filter(|row| row.status != Status::Ok) {
        all_ok = false;
        let status = match row.status {
            Status::Hung => "hung",
            _ => "failed",
        };
        let (cell, mode, notes) = (&row.cell, &row.mode, &row.notes);
        bar.suspend(|| {
            let _ = writeln!(
                io::stderr(),
                "{} {status} in {cell} {mode}: {notes}",
                row.contender
            );
        });
    }
    all_ok
}

/// The slices of all launches.
fn work(comparisons: &[Comparison], launches: usize) -> u64 {
    let slices = |comparison: &Comparison| slices_of_launch(&comparison.plan) * launches;
    comparisons.iter().map(slices).sum::<usize>() as u64
}

#[cfg(test)]
mod tests {
    use globset::Glob;

    use super::*;
    use crate::contenders::{
        self, CHANNEL_CONTROL, CONTROL, OUR_CHANNEL, OUR_SPSC_RING, SPSC_RING_CONTROL,
    };
    use crate::suites::Suite;

    fn settings(suite: Suite, chosen: Option<&str>) -> Settings {
        Settings {
            members: suite.members(),
            contenders: contenders::all(),
            chosen: chosen.map(|glob| Glob::new(glob).unwrap().compile_matcher()),
            leaders_only: suite == Suite::Quick,
            launches: LAUNCHES,
            rounds: None,
            budget: None,
            slice: None,
            seed: 1,
            pin: true,
            patience: Duration::from_secs(1),
        }
    }

    fn expected(settings: &Settings) -> Duration {
        plan(settings)
            .iter()
            .map(|comparison| comparison.expected(settings.launches))
            .sum()
    }

    #[test]
    fn the_quick_run_has_each_cell_in_each_mode_and_takes_less_than_five_minutes() {
        let settings = settings(Suite::Quick, None);
        assert_eq!(plan(&settings).len(), 12);
        let minutes = expected(&settings).as_secs_f64() / 60.0;
        assert!((1.0..4.7).contains(&minutes), "{minutes}");
    }

    #[test]
    fn the_full_run_takes_less_than_an_hour_and_a_half() {
        let minutes = expected(&settings(Suite::Full, None)).as_secs_f64() / 60.0;
        assert!((10.0..85.0).contains(&minutes), "{minutes}");
    }

    #[test]
    fn a_leader_for_fewer_threads_stands_in_its_own_cells_only() {
        for Comparison { plan, .. } in plan(&settings(Suite::Quick, None)) {
            let has = |name: &str| plan.contenders.iter().any(|planned| planned == name);
            let is_try = plan.mode == Mode::Try;
            let is = |topology| is_try && plan.cell.topology == topology;
            assert_eq!(has("nexus-queue"), is(Topology::Spsc));
            assert_eq!(has(OUR_SPSC_RING), is(Topology::Spsc));
            assert_eq!(has("nexus-queue-mpsc"), is(Topology::Mpsc));
            assert_eq!(has("rapidfire"), is_try);
        }
    }

    #[test]
    fn a_budget_decides_about_the_rounds() {
        let seconds = |budget| {
            let settings = Settings {
                budget: Some(Duration::from_secs(budget)),
                ..settings(Suite::Quick, Some("crossbeam-queue"))
            };
            expected(&settings).as_secs_f64() / plan(&settings).len() as f64
        };
        assert!((50.0..61.0).contains(&seconds(60)), "{}", seconds(60));
        assert!(seconds(0) > 0.0);
    }

    #[test]
    fn a_peer_is_compared_with_ours_and_only_where_it_competes() {
        let plans = plan(&settings(Suite::Quick, Some("rapidfire")));
        assert_eq!(plans.len(), 6);
        for Comparison { plan, .. } in plans {
            assert_eq!(plan.mode, Mode::Try);
            assert_eq!(
                plan.contenders,
                [OURS, OUR_CHANNEL, "rapidfire", CONTROL, CHANNEL_CONTROL]
            );
        }
        for Comparison { plan, .. } in plan(&settings(Suite::Quick, Some("crossbeam-queue"))) {
            assert_eq!(plan.contenders, [OURS, "crossbeam-queue", CONTROL]);
        }
        let rings = plan(&settings(Suite::Full, Some("rtrb")));
        assert!(rings.len() > 4);
        for Comparison { plan, .. } in rings {
            let expected = [OURS, OUR_SPSC_RING, "rtrb", CONTROL, SPSC_RING_CONTROL];
            assert_eq!(plan.contenders, expected, "{} {}", plan.cell, plan.mode);
        }
        assert!(plan(&settings(Suite::Full, Some("nobody"))).is_empty());
    }
}
