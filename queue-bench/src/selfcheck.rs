//! Does the comparison see what is there, and nothing else?
//!
//! **A/A**: queue-core is compared with itself under another name, in every cell of the
//! quick suite in turn, and in as many where tasks share a runtime. At a confidence of 99 %, one comparison in a hundred may see a
//! difference.
//!
//! **Planted**: it is compared with a copy that is a tenth slower: one whose counts are a
//! tenth too small, which tries the statistics, and one whose sends take a tenth longer,
//! which tries the measurement. It is found if there is a difference and the estimate is near
//! a tenth. Both run where one thread sends and receives in turn, and where one thread runs the task
//! at each end, as nothing else lasts so evenly that a tenth is a tenth.

use std::io;
use std::ops::RangeInclusive;
use std::time::Duration;

use crate::cells::{Cell, Load};
use crate::contenders::{CONTROL, DELAYED, OURS, SCALED, SLOWER};
use crate::contract::Mode;
use crate::launch::{self, Plan};
use crate::report::{digits, launch_ratios, progress_bar};
use crate::run::{LAUNCHES, usual_slice};
use crate::statistics::Ratio;
use crate::suites::Suite;

/// How many comparisons of equals.
const EQUALS: usize = 100;

/// How many with each of the two planted differences, on a thread and among tasks.
const PLANTED: usize = 5;

/// How many rounds a launch of those has: where one thread is alone, a slice takes little time, and
/// depends on where in memory its queue lies.
const PLANTED_ROUNDS: usize = 16;

/// How many where slices are short because every thread has a core: there they differ most, and all
/// comparisons of equals have the same weight in their mean.
const SHORT_ROUNDS: usize = 6;

const CONFIDENCE: f64 = 0.99;

/// What a planted difference is found as, where the interval does not contain it: calibration and
/// delay are not exact.
const NEAR: RangeInclusive<f64> = 1.05..=1.15;

/// So many must come out right.
const EQUALS_NEEDED: usize = 95;
const PLANTED_NEEDED: usize = 18;

/// How far the geometric mean of all equals may be from one.
const MOST_BIAS: f64 = 0.01;

/// One comparison.
struct Trial {
    cell: Cell,
    mode: Mode,
    peer: &'static str,
    seed: u64,
}

/// Carries all of it out; whether the comparison can be trusted.
pub(crate) fn run(seed: u64, pin: bool) -> io::Result<bool> {
    let trials = trials(seed);
    println!(
        "seeds {seed} to {}; {LAUNCHES} launches for each comparison; verdicts at {:.0} %",
        seed + trials.len() as u64 - 1,
        100.0 * CONFIDENCE
    );
    let bar = progress_bar(trials.len() as u64);
    let (mut equals, mut found) = (Vec::new(), 0);
    for trial in &trials {
        bar.set_message(format!("{} {} {}", trial.cell, trial.mode, trial.peer));
        let ratio = compare(trial, pin)?;
        let is_right = if trial.peer == CONTROL {
            equals.push(ratio);
            !ratio.is_different()
        } else {
            let is_found = is_found(&ratio);
            found += usize::from(is_found);
            is_found
        };
        if trial.peer != CONTROL || !is_right {
            bar.suspend(|| println!("{}", describe(trial, &ratio, is_right)));
        }
        bar.inc(1);
    }
    bar.finish_and_clear();
    Ok(conclude(&equals, found))
}

fn trials(seed: u64) -> Vec<Trial> {
    let quick = Suite::Quick.members();
    let alone = Cell::shaped(1, 1, 64).with_load(Load::Alone);
    let tasks = Suite::Full.members();
    let tasks = tasks
        .iter()
        .filter(|(_, mode)| Mode::OF_TASKS.contains(mode));
    let equals = quick.iter().chain(tasks.step_by(3));
    let equals = equals.cycle().take(EQUALS);
    let equals = equals.map(|&(cell, mode)| (cell, mode, CONTROL));
    let planted = [SCALED, DELAYED].into_iter().flat_map(|peer| {
        let on_threads = [(alone, Mode::Block, peer); PLANTED];
        let among_tasks = [(Cell::shaped(1, 1, 64), Mode::TokioCurrent, peer); PLANTED];
        on_threads.into_iter().chain(among_tasks)
    });
    (seed..)
        .zip(equals.chain(planted))
        .map(|(seed, (cell, mode, peer))| Trial {
            cell,
            mode,
            peer,
            seed,
        })
        .collect()
}

fn compare(trial: &Trial, pin: bool) -> io::Result<Ratio> {
    let threads = trial.cell.on_threads(trial.mode);
    let mut plan = Plan {
        cell: trial.cell,
        mode: trial.mode,
        scenario: None,
        contenders: [OURS, trial.peer].map(str::to_owned).into(),
        rounds: match trial.peer {
            CONTROL if threads.is_oversubscribed() => 2,
            CONTROL => SHORT_ROUNDS,
            _ => PLANTED_ROUNDS,
        },
        first_round: 0,
        slice: usual_slice(&threads),
        seed: trial.seed,
        pin,
        patience: Duration::from_secs(10),
    };
    let mut launches = Vec::new();
    for _ in 0..LAUNCHES {
        let launch = launch::start(&plan, |_| {})?;
        launches.push(launch.map_err(|fault| {
            io::Error::other(format!("{} failed: {}", fault.contender, fault.note))
        })?);
        plan.first_round += plan.rounds as u64;
    }
    let ratios = launch_ratios(&launches, trial.peer, OURS);
    Ratio::of(&ratios, CONFIDENCE).ok_or_else(|| io::Error::other("no ratio was measured"))
}

/// Whether this is the difference that was planted, and not merely some difference.
fn is_found(ratio: &Ratio) -> bool {
    let contains = (ratio.lo..=ratio.hi).contains(&SLOWER);
    ratio.is_different() && (contains || NEAR.contains(&ratio.mean))
}

fn describe(trial: &Trial, ratio: &Ratio, is_right: bool) -> String {
    format!(
        "{} {} {}, seed {}: {} ({} to {}), {}",
        trial.cell,
        trial.mode,
        trial.peer,
        trial.seed,
        digits(ratio.mean),
        digits(ratio.lo),
        digits(ratio.hi),
        match (trial.peer == CONTROL, is_right) {
            (true, _) => "a difference where there is none",
            (false, true) => "found",
            (false, false) if ratio.is_different() => "a difference, but not the planted one",
            (false, false) => "not found",
        }
    )
}

/// Says what came out, and whether that is good enough.
fn conclude(equals: &[Ratio], found: usize) -> bool {
    let same = equals.iter().filter(|ratio| !ratio.is_different()).count();
    let mut widths: Vec<f64> = equals.iter().map(Ratio::width).collect();
    widths.sort_by(f64::total_cmp);
    let logs = equals.iter().map(|ratio| ratio.mean.ln());
    let mean = (logs.sum::<f64>() / equals.len() as f64).exp();
    println!(
        "A/A: median width of an interval {:.1} %, geometric mean {mean:.4}",
        100.0 * (widths[widths.len() / 2] - 1.0)
    );
    println!(
        "A/A: {same} of {} no difference; planted: {found} of {} found",
        equals.len(),
        4 * PLANTED
    );
    same >= EQUALS_NEEDED && found >= PLANTED_NEEDED && (mean - 1.0).abs() <= MOST_BIAS
}

#[cfg(test)]
mod tests {
    use super::*;

    fn around(mean: f64) -> Ratio {
        Ratio {
            mean,
            lo: mean * 0.98,
            hi: mean * 1.02,
        }
    }

    #[test]
    fn a_bias_a_blind_eye_or_a_seer_of_ghosts_is_not_trusted() {
        let fair: Vec<_> = (0..100)
            .map(|n| around(if n % 2 == 0 { 1.01 } else { 0.99 }))
            .collect();
        assert!(conclude(&fair, 20) && conclude(&fair, 18));
        assert!(!conclude(&fair, 17));
        assert!(!conclude(&[around(1.015); 100], 20));
        let mut ghosts = fair.clone();
        (0..6).for_each(|n| ghosts[n] = around(if n % 2 == 0 { 1.05 } else { 1.0 / 1.05 }));
        assert!(!conclude(&ghosts, 20));
    }

    #[test]
    fn a_planted_difference_is_found_only_as_what_it_is() {
        assert!(is_found(&around(1.1)) && is_found(&around(1.06)) && is_found(&around(1.14)));
        for wrong in [1.0, 0.9, 1.04, 1.16, 1.6, 1.0 / 1.1] {
            assert!(!is_found(&around(wrong)), "{wrong}");
        }
        let wide = |lo, hi| Ratio { mean: 1.2, lo, hi };
        assert!(is_found(&wide(1.05, 1.37)));
        assert!(!is_found(&wide(0.99, 1.45)) && !is_found(&wide(1.12, 1.29)));
    }

    #[test]
    fn there_are_a_hundred_equals_and_five_of_each_that_differs_on_a_thread_and_among_tasks() {
        let trials = trials(7);
        let count = |peer| trials.iter().filter(|trial| trial.peer == peer).count();
        assert_eq!([CONTROL, SCALED, DELAYED].map(count), [100, 10, 10]);
        assert_eq!((trials[0].seed, trials[119].seed), (7, 126));
        for mode in Mode::OF_TASKS {
            let equals = trials.iter().filter(|trial| trial.peer == CONTROL);
            assert!(
                equals.filter(|trial| trial.mode == mode).count() > 10,
                "{mode}"
            );
        }
    }
}
