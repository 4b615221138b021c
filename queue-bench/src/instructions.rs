//! How many instructions an operation takes where nobody else is.
//!
//! A count is the same each time, on a busy machine too, and so it can be held to a
//! [`budget`]. It says nothing about what an instruction costs: a contended line costs
//! more than all of them. Valgrind's callgrind counts a whole process, so each operation is
//! counted in two that differ only in how often they carry it out; what is left of the
//! difference for each time is the operation, and two or three instructions of the loop
//! around it.

pub(crate) mod budget;
mod steps;

use std::collections::BTreeMap;
use std::ffi::OsString;
use std::io;
use std::path::Path;
use std::process::{Command, Output, Stdio};
use std::{env, fmt};

use serde::{Deserialize, Serialize};

use crate::cells::Cell;
use crate::contenders::{self, Contender};
use crate::contract::{Mode, Topology};
use crate::report::{Column, Place, grid};

pub(crate) use steps::{Step, carry_out};

/// The name of the hidden subcommand that carries out the steps.
pub(crate) const SUBCOMMAND: &str = "operate";

/// What is to be carried out.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct Operation {
    contender: String,
    cell: Cell,
    mode: Mode,
    step: Step,
}

/// What callgrind makes of an operation.
pub(crate) struct Count {
    operation: Operation,
    instructions: f64,
}

impl Operation {
    /// Carries it out that often, in this process.
    ///
    /// # Errors
    ///
    /// If no contender is called so.
    pub(crate) fn carry_out(&self, times: u64) -> Result<(), String> {
        contenders::all()
            .into_iter()
            .find(|contender| self.is_of(contender))
            .map(|contender| contender.operate(&self.cell, self.step, times))
            .ok_or_else(|| format!("nobody does this: {self}"))
    }

    fn is_of(&self, contender: &Contender) -> bool {
        contender.name == self.contender && contender.competes(&self.cell, self.mode)
    }
}

/// What is counted for these contenders, in the order of the table.
pub(crate) fn operations(contenders: &[Contender]) -> Vec<Operation> {
    let one = |slots| Cell::new(Topology::Mpmc, 1, 1, slots);
    let cells = [
        one(1024),
        one(3),
        one(1),
        Cell::unbounded(Topology::Mpmc, 1, 1),
        Cell::select(8, 1, 1024),
    ];
    let mut operations = Vec::new();
    for cell in cells {
        for mode in [Mode::Block, Mode::Try] {
            for contender in contenders.iter().filter(|c| c.competes(&cell, mode)) {
                operations.extend(Step::of(&cell).iter().map(|&step| Operation {
                    contender: contender.name.to_owned(),
                    cell,
                    mode,
                    step,
                }));
            }
        }
    }
    operations
}

/// Counts each of them; `progress` hears which is next.
///
/// # Errors
///
/// If valgrind cannot be started, or does not say what it has counted.
pub(crate) fn count(
    operations: Vec<Operation>,
    mut progress: impl FnMut(&Operation),
) -> io::Result<Vec<Count>> {
    let count = |operation: Operation| {
        progress(&operation);
        let times = operation.step.times();
        let less = whole_process(&operation, times)?;
        let more = whole_process(&operation, 2 * times)?;
        Ok(Count {
            instructions: (more as f64 - less as f64) / times as f64,
            operation,
        })
    };
    operations.into_iter().map(count).collect()
}

/// The instructions of a whole process that carries it out that often.
fn whole_process(operation: &Operation, times: u64) -> io::Result<u64> {
    // The sizes of these are the only thing that two processes find different at their start.
    let arguments = [serde_json::to_string(operation)?, format!("{times:08}")];
    let output = callgrind(Path::new("/dev/null"), SUBCOMMAND, &arguments)?;
    let said = String::from_utf8_lossy(&output.stderr);
    collected(&said).ok_or_else(|| {
        io::Error::other(format!(
            "{operation}: valgrind does not say what it has counted"
        ))
    })
}

/// What is said by a process of this program, with its instructions counted, and their profile in that file.
pub(crate) fn callgrind(
    profile: &Path,
    subcommand: &str,
    arguments: &[String],
) -> io::Result<Output> {
    let mut file = OsString::from("--callgrind-out-file=");
    file.push(profile);
    let output = Command::new("valgrind")
        .arg("--tool=callgrind")
        .arg(file)
        .arg(env::current_exe()?)
        .arg(subcommand)
        .args(arguments)
        .env_remove("RUST_BACKTRACE")
        .stdin(Stdio::null())
        .output()
        .map_err(|error| {
            io::Error::other(format!(
                "valgrind, which counts, cannot be started: {error}"
            ))
        })?;
    if output.status.success() {
        return Ok(output);
    }
    let said = String::from_utf8_lossy(&output.stderr);
    let last = said.lines().last().unwrap_or_default();
    Err(io::Error::other(format!(
        "{} {}: valgrind ended: {}: {last}",
        subcommand,
        arguments.join(" "),
        output.status
    )))
}

/// The number in the line `==pid== Collected : 123`.
fn collected(said: &str) -> Option<u64> {
    let number = |line: &str| line.split_once("Collected : ")?.1.trim().parse().ok();
    said.lines().find_map(number)
}

/// A line for each contender, mode and cell, with a column for each step.
pub(crate) fn table(counts: &[Count]) -> String {
    const COLUMNS: [Column; 6] = [
        Column::left("cell", 28),
        Column::left("mode", 5),
        Column::left("contender", 18),
        Column::right("send", 6),
        Column::right("recv", 6),
        Column::right("both", 6),
    ];
    let mut lines: BTreeMap<_, [String; 3]> = BTreeMap::new();
    let mut order = Vec::new();
    for Count {
        operation,
        instructions,
    } in counts
    {
        let line = [
            operation.cell.to_string(),
            operation.mode.to_string(),
            operation.contender.clone(),
        ];
        if !order.contains(&line) {
            order.push(line.clone());
        }
        let steps = lines.entry(line).or_default();
        steps[operation.step as usize] = format!("{instructions:.1}");
    }
    let lines = order.into_iter().map(|line| {
        let steps = lines.remove(&line).unwrap_or_default();
        line.into_iter().chain(steps).collect::<Vec<_>>()
    });
    grid(&COLUMNS, lines, Place::Stdout)
}

impl fmt::Display for Operation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self {
            contender,
            cell,
            mode,
            step,
        } = self;
        write!(f, "{contender} {cell} {mode} {step}")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_count_is_found_among_what_else_callgrind_says() {
        let said = "==7== Events    : Ir\n==7== Collected : 1204321\n==7==\n";
        assert_eq!(collected(said), Some(1_204_321));
        assert_eq!(collected("==7== Events    : Ir\n"), None);
    }

    #[test]
    fn whatever_is_counted_can_be_carried_out() {
        let all = contenders::all();
        let operations = operations(&all);
        let ours = operations
            .iter()
            .filter(|o| o.contender == contenders::OURS);
        assert_eq!(ours.count(), 11);
        for operation in operations {
            operation.carry_out(operation.step.times()).unwrap();
            operation.carry_out(2 * operation.step.times()).unwrap();
        }
    }

    #[test]
    fn a_line_has_what_was_counted_of_it() {
        let all = contenders::all();
        let counts: Vec<_> = operations(&all)
            .into_iter()
            .enumerate()
            .map(|(place, operation)| Count {
                operation,
                instructions: place as f64,
            })
            .collect();
        let table = table(&counts);
        let line = table
            .lines()
            .find(|line| line.contains("select8") && line.contains(contenders::OURS));
        assert!(line.is_some(), "{table}");
        let steps = counts.iter().map(|count| &count.operation);
        let lines = steps.filter(|o| o.step != Step::Recv).count();
        assert_eq!(table.lines().count(), lines + 1, "{table}");
    }
}
