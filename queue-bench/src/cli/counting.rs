//! Which operations are counted, and what becomes of the counts.

use std::fs;

use clap::Args;
use globset::GlobMatcher;

use super::{FAILED, Refusal, choice, print};
use crate::contenders::{self, Contender, LEADERS};
use crate::instructions;
use crate::instructions::budget::{Budget, Verdict};
use crate::report::{self, CannotWrite};

#[derive(Debug, Args)]
pub(super) struct Counting {
    /// Only the contenders whose name matches, and queue-core; by default the leading peers
    #[arg(long, value_name = "GLOB", value_parser = choice::glob)]
    contenders: Option<GlobMatcher>,

    /// Hold queue-core, which alone is counted then, to the budget in this file
    #[arg(long, value_name = "FILE.toml", conflicts_with = "contenders")]
    budget: Option<String>,

    /// Write what was counted into that file instead
    #[arg(long, requires = "budget")]
    update: bool,
}

impl Counting {
    /// Counts instructions, and holds them to a budget; the exit code.
    pub(super) fn carry_out(&self) -> Result<u8, Refusal> {
        let budget = match &self.budget {
            Some(path) if !self.update => Some(read(path)?),
            _ => None,
        };
        let contenders: Vec<_> = contenders::all()
            .into_iter()
            .filter(|contender| self.counts(contender))
            .collect();
        let operations = instructions::operations(&contenders);

        let bar = report::progress_bar(operations.len() as u64);
        let counts = instructions::count(operations, |operation| {
            bar.set_message(operation.to_string());
            bar.inc(1);
        })?;
        bar.finish_and_clear();
        let code = print(&format!("{}\n", instructions::table(&counts)))?;
        let verdict = match (&self.budget, budget) {
            (Some(path), None) => {
                fs::write(path, Budget::text(&counts))
                    .map_err(|error| CannotWrite::to(path, error))?;
                return Ok(code);
            }
            (_, Some(budget)) => budget.judge(&counts),
            (None, None) => return Ok(code),
        };
        let (text, code) = match verdict {
            Verdict::Kept(below) => (below, code),
            Verdict::Elsewhere(why) => (format!("{why}: nothing was judged\n"), code),
            Verdict::Broken(how) => (how, FAILED),
        };
        eprint!("{text}");
        Ok(code)
    }

    fn counts(&self, contender: &Contender) -> bool {
        match &self.contenders {
            _ if contender.is_ours() => true,
            Some(glob) => glob.is_match(contender.name),
            None => self.budget.is_none() && LEADERS.contains(&contender.name),
        }
    }
}

fn read(path: &str) -> Result<Budget, Refusal> {
    let text = fs::read_to_string(path).map_err(|error| error.to_string());
    text.and_then(|text| Budget::read(&text))
        .map_err(|error| Refusal(format!("cannot read '{path}': {error}")))
}
