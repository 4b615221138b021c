//! The comparison: which launches there are, and what becomes of them.
//!
//! Launches run one after another, so that nothing of ours disturbs them. A
//! launch in which a contender hung or failed is begun again without it, and
//! nothing of the broken one is used.

use std::io::{self, Write};
use std::time::Duration;

use globset::GlobMatcher;
use indicatif::{ProgressBar, ProgressStyle};

use crate::cells::Cell;
use crate::contenders::Contender;
use crate::contract::Mode;
use crate::launch::{self, Launch, Plan};
use crate::report::{self, JsonLines, Place, Rows, Status};
use crate::schedule;

/// How long a slice lasts where every thread has a core.
const SLICE: Duration = Duration::from_millis(25);

/// How long where threads take turns: some turns of the scheduler.
const OVERSUBSCRIBED_SLICE: Duration = Duration::from_millis(100);

/// How long one cell in one mode should take.
const BUDGET: Duration = Duration::from_secs(3);

/// The fewest rounds whose median has an interval of 95 %.
const FEWEST_ROUNDS: usize = 6;

/// More rounds than this tell nothing new about one launch.
const MOST_ROUNDS: usize = 30;

/// What is to be compared, and how.
pub(crate) struct Settings {
    pub(crate) cells: Vec<Cell>,
    pub(crate) contenders: Vec<Contender>,
    /// Which contenders to compare with ours; all if there is none.
    pub(crate) chosen: Option<GlobMatcher>,
    pub(crate) rounds: Option<usize>,
    pub(crate) slice: Option<Duration>,
    pub(crate) seed: u64,
    pub(crate) pin: bool,
    pub(crate) patience: Duration,
}

/// One launch each: cells, then modes; without those that no chosen contender
/// competes in.
pub(crate) fn plan(settings: &Settings) -> Vec<Plan> {
    let mut plans = Vec::new();
    for &cell in &settings.cells {
        for mode in Mode::ALL {
            let competing = competing(settings, &cell, mode);
            if !competing
                .iter()
                .any(|contender| is_chosen(settings, contender))
            {
                continue;
            }
            let names: Vec<_> = competing
                .iter()
                .filter(|contender| contender.is_ours() || is_chosen(settings, contender))
                .map(|contender| contender.name.to_owned())
                .collect();
            let slice = settings.slice.unwrap_or(if cell.is_oversubscribed() {
                OVERSUBSCRIBED_SLICE
            } else {
                SLICE
            });
            plans.push(Plan {
                cell,
                mode,
                rounds: settings
                    .rounds
                    .unwrap_or_else(|| affordable_rounds(slices(&names), slice)),
                contenders: names,
                slice,
                seed: settings.seed.wrapping_add(plans.len() as u64),
                pin: settings.pin,
                patience: settings.patience,
            });
        }
    }
    plans
}

/// Carries out the plan; whether every contender came through.
///
/// Tables and JSON lines appear as each launch ends.
pub(crate) fn run(
    settings: &Settings,
    plans: Vec<Plan>,
    json: Option<&mut JsonLines>,
    place: Place,
) -> io::Result<bool> {
    let bar = progress_bar(&plans);
    let mut json = json;
    let mut all_ok = true;
    for plan in plans {
        let rows = compare(settings, plan, &bar)?;
        if let Some(json) = &mut json {
            rows.rows.iter().try_for_each(|row| json.write(row))?;
        }
        bar.suspend(|| show(&report::draw(&rows, place), place))?;
        for row in rows.rows.iter().filter(|row| row.status != Status::Ok) {
            all_ok = false;
            let status = match row.status {
                Status::Hung => "hung",
                _ => "failed",
            };
            let (cell, mode, notes) = (&row.cell, &row.mode, &row.notes);
            bar.suspend(|| {
                eprintln!("{} {status} in {cell} {mode}: {notes}", row.contender);
            });
        }
    }
    bar.finish_and_clear();
    show(&report::legend(settings.seed), place)?;
    Ok(all_ok)
}

/// Launches until every contender that is left came through.
fn compare(settings: &Settings, plan: Plan, bar: &ProgressBar) -> io::Result<Rows> {
    let mut remaining = plan.clone();
    let mut faults = Vec::new();
    let (rounds, pinned) = loop {
        if remaining.contenders.is_empty() {
            break (Vec::new(), plan.pin);
        }
        let launch = launch::start(&remaining, |contender| {
            bar.set_message(format!("{} {} {contender}", plan.cell, plan.mode));
            bar.inc(1);
        })?;
        match launch {
            Launch::Complete { rounds, pinned } => break (rounds, pinned),
            Launch::Failed(fault) => {
                remaining.contenders.retain(|name| *name != fault.contender);
                faults.push(fault);
                bar.inc_length((slices(&remaining.contenders) * remaining.rounds) as u64);
            }
        }
    };
    let contenders: Vec<_> = competing(settings, &plan.cell, plan.mode)
        .into_iter()
        .filter(|contender| plan.contenders.iter().any(|name| name == contender.name))
        .collect();
    Ok(Rows {
        rows: report::rows(&plan, &contenders, &rounds, &faults),
        plan,
        pinned,
    })
}

fn competing(settings: &Settings, cell: &Cell, mode: Mode) -> Vec<Contender> {
    let mut contenders = settings.contenders.clone();
    contenders.retain(|contender| contender.competes(cell, mode));
    contenders
}

fn is_chosen(settings: &Settings, contender: &Contender) -> bool {
    let chosen = settings.chosen.as_ref();
    chosen.is_none_or(|glob| glob.is_match(contender.name))
}

/// The slices of a round; our own is always among the contenders.
fn slices(contenders: &[String]) -> usize {
    schedule::slices(contenders.len().saturating_sub(1))
}

fn affordable_rounds(slices: usize, slice: Duration) -> usize {
    let round = slice.as_secs_f64() * slices as f64;
    let rounds = (BUDGET.as_secs_f64() / round) as usize;
    rounds.clamp(FEWEST_ROUNDS, MOST_ROUNDS)
}

/// Drawn on standard error, if that is a terminal.
fn progress_bar(plans: &[Plan]) -> ProgressBar {
    let total: usize = plans
        .iter()
        .map(|plan| slices(&plan.contenders) * plan.rounds)
        .sum();
    let style = ProgressStyle::with_template("{wide_bar} {percent:>3} %  {eta} left  {msg}")
        .expect("the template is well-formed");
    ProgressBar::new(total as u64).with_style(style)
}

fn show(text: &str, place: Place) -> io::Result<()> {
    match place {
        Place::Stdout => writeln!(io::stdout(), "{text}"),
        Place::Stderr => writeln!(io::stderr(), "{text}"),
    }
}

#[cfg(test)]
mod tests {
    use globset::Glob;

    use super::*;
    use crate::contenders;

    fn settings(chosen: Option<&str>) -> Settings {
        Settings {
            cells: Cell::quick(),
            contenders: contenders::all(),
            chosen: chosen.map(|glob| Glob::new(glob).unwrap().compile_matcher()),
            rounds: None,
            slice: None,
            seed: 1,
            pin: true,
            patience: Duration::from_secs(1),
        }
    }

    #[test]
    fn the_quick_comparison_has_each_cell_in_each_mode_and_takes_about_a_minute() {
        let plans = plan(&settings(None));
        assert_eq!(plans.len(), 12);
        let total: Duration = plans
            .iter()
            .map(|plan| plan.slice * (slices(&plan.contenders) * plan.rounds) as u32)
            .sum();
        assert!((30..75).contains(&total.as_secs()), "{total:?}");
    }

    #[test]
    fn the_cells_beyond_the_quick_ones_are_there_to_wait() {
        let plans = plan(&Settings {
            cells: Cell::all(),
            ..settings(None)
        });
        assert_eq!(plans.len(), 18);
        for plan in &plans[12..] {
            assert_eq!(plan.mode, Mode::Block);
            assert!(plan.contenders.len() > 1);
            assert_eq!(plan.contenders[0], contenders::OURS);
        }
    }

    #[test]
    fn a_peer_is_compared_with_ours_and_only_where_it_competes() {
        let plans = plan(&settings(Some("rapidfire")));
        assert_eq!(plans.len(), 6);
        for plan in plans {
            assert_eq!(plan.mode, Mode::Try);
            assert_eq!(plan.contenders, ["queue-core", "rapidfire"]);
        }
        assert!(plan(&settings(Some("nobody"))).is_empty());
    }

    #[test]
    fn there_are_rounds_enough_for_an_interval() {
        assert_eq!(affordable_rounds(1_000, SLICE), FEWEST_ROUNDS);
        assert_eq!(affordable_rounds(1, SLICE), MOST_ROUNDS);
        assert!(crate::statistics::are_enough(FEWEST_ROUNDS));
        assert!(!crate::statistics::are_enough(FEWEST_ROUNDS - 1));
    }
}
