//! How many instructions our own operations may take.
//!
//! A budget is a TOML file that names an architecture and, for each operation, the most
//! instructions that it may take, rounded up to a tenth.

use std::collections::BTreeMap;
use std::env::consts::ARCH;
use std::fmt::Write;

use serde::Deserialize;

use super::Count;

/// What the operations may take, by name.
#[derive(Debug, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Budget {
    architecture: String,
    instructions: BTreeMap<String, f64>,
}

/// What came of holding the counts to a budget.
#[derive(Debug, PartialEq)]
pub(crate) enum Verdict {
    /// It was made for another architecture.
    Elsewhere(String),
    /// None is above; those that are below by more than the rounding.
    Kept(String),
    /// What was exceeded, or not counted, or not in the budget.
    Broken(String),
}

impl Budget {
    /// # Errors
    ///
    /// If the text is no budget: where, and why.
    pub(crate) fn read(text: &str) -> Result<Self, String> {
        toml::from_str(text).map_err(|error| error.to_string().trim().replace('\n', " "))
    }

    /// The text of a budget that these counts keep exactly.
    pub(crate) fn text(counts: &[Count]) -> String {
        let mut text = format!(
            "# The most instructions that each operation of queue-core may take, uncontended:\n\
             # `queue-bench instructions --budget FILE` checks them, `--update` writes them.\n\
             architecture = \"{ARCH}\"\n\n[instructions]\n"
        );
        for (name, count) in named(counts) {
            let _ = writeln!(text, "\"{name}\" = {:.1}", rounded_up(count));
        }
        text
    }

    /// Holds the counts to it.
    pub(crate) fn judge(&self, counts: &[Count]) -> Verdict {
        if self.architecture != ARCH {
            let of = &self.architecture;
            return Verdict::Elsewhere(format!("the budget is for {of}, and this is {ARCH}"));
        }
        let (mut broken, mut below) = (String::new(), String::new());
        let counts: BTreeMap<_, _> = named(counts).collect();
        for (name, &count) in &counts {
            match self.instructions.get(name) {
                None => drop(writeln!(broken, "{name}: {count:.1}, not in the budget")),
                Some(&most) if count > most + TOLERANCE => {
                    let more = count - most;
                    let _ = writeln!(broken, "{name}: {count:.1}, {more:.1} above {most:.1}");
                }
                Some(&most) if rounded_up(count) < most - TOLERANCE => {
                    let less = most - count;
                    let _ = writeln!(below, "{name}: {count:.1}, {less:.1} below {most:.1}");
                }
                Some(_) => {}
            }
        }
        let names = self.instructions.keys();
        for name in names.filter(|&name| !counts.contains_key(name)) {
            let _ = writeln!(broken, "{name}: in the budget, but not counted");
        }
        if broken.is_empty() {
            Verdict::Kept(below)
        } else {
            Verdict::Broken(broken)
        }
    }
}

/// What a budget's decimal form may lose.
const TOLERANCE: f64 = 1e-6;

fn rounded_up(count: f64) -> f64 {
    (count * 10.0 - TOLERANCE).ceil() / 10.0
}

fn named(counts: &[Count]) -> impl Iterator<Item = (String, f64)> + '_ {
    counts
        .iter()
        .map(|count| (count.operation.to_string(), count.instructions))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::contenders;
    use crate::instructions::operations;

    fn counts(each: f64) -> Vec<Count> {
        let ours: Vec<_> = contenders::all()
            .into_iter()
            .filter(contenders::Contender::is_ours)
            .collect();
        let count = |operation| Count {
            operation,
            instructions: each,
        };
        operations(&ours).into_iter().map(count).collect()
    }

    #[test]
    fn a_budget_is_kept_by_what_it_was_made_of() {
        let counts = counts(100.0 / 3.0);
        let budget = Budget::read(&Budget::text(&counts)).unwrap();
        assert_eq!(budget.judge(&counts), Verdict::Kept(String::new()));
    }

    #[test]
    fn one_instruction_more_breaks_it_and_is_named() {
        let budget = Budget::read(&Budget::text(&counts(20.0))).unwrap();
        let mut more = counts(20.0);
        more[1].instructions += 1.0;
        let name = more[1].operation.to_string();
        let broken = format!("{name}: 21.0, 1.0 above 20.0\n");
        assert_eq!(budget.judge(&more), Verdict::Broken(broken));
    }

    #[test]
    fn fewer_instructions_are_told_but_break_nothing() {
        let budget = Budget::read(&Budget::text(&counts(20.0))).unwrap();
        let Verdict::Kept(below) = budget.judge(&counts(19.0)) else {
            panic!("fewer are not too many");
        };
        assert_eq!(below.lines().count(), counts(19.0).len());
    }

    #[test]
    fn nothing_is_left_out_on_either_side() {
        let mut fewer = counts(20.0);
        let name = fewer.pop().unwrap().operation.to_string();
        let all = Budget::read(&Budget::text(&counts(20.0))).unwrap();
        assert_eq!(
            all.judge(&fewer),
            Verdict::Broken(format!("{name}: in the budget, but not counted\n"))
        );
        let without = Budget::read(&Budget::text(&fewer)).unwrap();
        assert_eq!(
            without.judge(&counts(20.0)),
            Verdict::Broken(format!("{name}: 20.0, not in the budget\n"))
        );
    }

    #[test]
    fn another_architecture_is_not_judged() {
        let text = "architecture = \"pdp11\"\n[instructions]\n";
        let verdict = Budget::read(text).unwrap().judge(&counts(1.0));
        assert!(matches!(verdict, Verdict::Elsewhere(_)), "{verdict:?}");
    }

    #[test]
    fn what_is_no_budget_is_refused_in_one_line() {
        for text in [
            "",
            "architecture = 1",
            "architecture = \"x86_64\"\n[instructions]\na = \"b\"",
        ] {
            let error = Budget::read(text).unwrap_err();
            assert!(!error.is_empty() && !error.contains('\n'), "{error}");
        }
    }
}
