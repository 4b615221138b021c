//! How many instructions an operation takes: counted by valgrind's callgrind, so that neither what lies in a cache nor who
//! else is at work makes a difference.
//!
//! A process of its own gathers the messages and goes on for a while, another one for longer. What the second does more
//! is counted: for every [function](super::work) what it and those that it calls have taken.

use std::collections::HashMap;
use std::{env, fs, io, process};

use super::crowd::Crowd;
use super::{Operation, Settings, Spent, work};
use crate::instructions;

/// The name of the hidden subcommand that carries out the operations.
pub(crate) const SUBCOMMAND: &str = "in-flight-work";

/// How often locks pass after the messages are gathered: in the one process, and in the other.
const LESS: u32 = 0;
const MORE: u32 = 2;

/// How often an operation was done, and the instructions that all of them took.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub(super) struct Counted {
    pub(super) times: u64,
    pub(super) instructions: u64,
}

impl Counted {
    /// What one takes, if there was any.
    pub(super) fn each(self) -> Option<f64> {
        (self.times > 0).then(|| self.instructions as f64 / self.times as f64)
    }
}

/// What was counted, in the order of the operations, for each size.
#[derive(Debug)]
pub(crate) struct Counts {
    pub(super) sizes: Vec<usize>,
    pub(super) counted: Vec<[Counted; Operation::ALL.len()]>,
}

impl Operation {
    /// The function that carries it out.
    const fn function(self) -> &'static str {
        match self {
            Self::Make => "make",
            Self::Send => "send",
            Self::Receive => "receive",
            Self::Complete => "complete",
            Self::Free => "free",
            Self::Abandon => "abandon",
            Self::ReceiveAgain => "receive_again",
            Self::Renew => "renew",
            Self::Expire => "expire",
        }
    }
}

/// Carries out the operations in this process, while locks pass so often; how often it did each.
pub(crate) fn carry_out(size: usize, seed: u64, locks: u32) -> Vec<usize> {
    let mut spent = Spent::default();
    let mut crowd = Crowd::gather(size, seed, &mut spent);
    crowd.go_on(locks, &mut spent);
    crowd.check();
    spent.0.iter().map(|(_, times)| *times).collect()
}

/// Counts for each size; `progress` hears of each process.
///
/// # Errors
///
/// If valgrind cannot be started, or does not say what it has counted.
pub(crate) fn count(settings: &Settings, progress: impl Fn()) -> io::Result<Counts> {
    let of_size = |&size: &usize| {
        let [less, more] = [LESS, MORE].map(|locks| {
            let counted = profile(size, settings.seed, locks);
            progress();
            counted
        });
        let (less, more) = (less?, more?);
        let mut counted = more;
        for (more, less) in counted.iter_mut().zip(less) {
            more.times -= less.times;
            more.instructions -= less.instructions;
        }
        Ok(counted)
    };
    Ok(Counts {
        sizes: settings.sizes.clone(),
        counted: settings
            .sizes
            .iter()
            .map(of_size)
            .collect::<io::Result<_>>()?,
    })
}

/// How many processes that takes.
pub(crate) fn processes(settings: &Settings) -> u64 {
    2 * settings.sizes.len() as u64
}

/// What a process does, and takes for it.
fn profile(size: usize, seed: u64, locks: u32) -> io::Result<[Counted; Operation::ALL.len()]> {
    let file = env::temp_dir().join(format!("queue-bench-{}.callgrind", process::id()));
    let arguments = [size.to_string(), seed.to_string(), locks.to_string()];
    let said = instructions::callgrind(&file, SUBCOMMAND, &arguments);
    let profile = said.and_then(|said| Ok((said.stdout, fs::read_to_string(&file)?)));
    let _ = fs::remove_file(&file);
    let (stdout, profile) = profile?;
    let times: Vec<u64> = serde_json::from_slice(&stdout)?;
    let taken = inclusive(&profile);
    let mut counted = [Counted::default(); Operation::ALL.len()];
    for (operation, times) in Operation::ALL.into_iter().zip(times) {
        let function = format!("{}::{}", work::MODULE, operation.function());
        let instructions = taken
            .get(function.as_str())
            .copied()
            .ok_or_else(|| io::Error::other(format!("valgrind has not seen {function}")))?;
        counted[operation as usize] = Counted {
            times,
            instructions,
        };
    }
    Ok(counted)
}

/// What calls of each function have taken, with what that calls.
///
/// In the format of callgrind, a call has three lines, whom it is of, how often, and the line of the source with what it took. A name stands
/// beside its number when it comes for the first time.
fn inclusive(profile: &str) -> HashMap<&str, u64> {
    let mut names = HashMap::new();
    let mut taken = HashMap::new();
    let mut lines = profile.lines();
    let mut callee = None;
    while let Some(line) = lines.next() {
        let called = line.strip_prefix("cfn=");
        if let Some(function) = called.or(line.strip_prefix("fn=")) {
            let (number, name) = function.split_once(' ').unwrap_or((function, ""));
            if !name.is_empty() {
                names.insert(number, name);
            }
            if called.is_some() {
                callee = names.get(number).copied();
            }
        } else if line.starts_with("calls=") {
            let cost = lines
                .next()
                .and_then(|line| line.split(' ').nth(1)?.parse::<u64>().ok());
            if let (Some(callee), Some(cost)) = (callee, cost) {
                *taken.entry(callee).or_default() += cost;
            }
        }
    }
    taken
}

#[cfg(test)]
mod tests {
    use super::super::FEWEST;
    use super::*;

    #[test]
    fn calls_are_summed_up_with_what_they_call() {
        let profile = "fl=(1) a.rs\nfn=(1) main\n3 10\ncfi=(2) b.rs\ncfn=(2) work::send\ncalls=2 7\n+2 500\n\
                       cfn=(3) work::free\ncalls=1 9\n* 30\n5 1\n\nfn=(2)\n7 400\ncfn=(3)\ncalls=2 9\n8 60\n\
                       fn=(4) other\ncfn=(2)\ncalls=1 7\n-1 250\n";
        let taken = inclusive(profile);
        assert_eq!((taken["work::send"], taken["work::free"]), (750, 90));
        assert_eq!(taken.get("main"), None);
    }

    #[test]
    fn more_locks_pass_in_the_process_that_goes_on_and_nothing_else_differs() {
        let [less, more] = [LESS, MORE].map(|locks| carry_out(FEWEST, 7, locks));
        assert_eq!(less, carry_out(FEWEST, 7, LESS));
        assert_eq!(less.len(), Operation::ALL.len());
        assert!(
            less.iter().zip(&more).all(|(less, more)| less < more),
            "{less:?} {more:?}"
        );
    }
}
