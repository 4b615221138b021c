//! How many messages are to be in flight, and what comes of it.

use clap::{Args, value_parser};

use super::{Refusal, choice, print};
use crate::environment::Environment;
use crate::in_flight::{self, FEWEST, Settings};
use crate::report;

#[derive(Debug, Args)]
pub(super) struct InFlight {
    /// How many messages are in flight; the first is what the others are compared with
    #[arg(long, value_name = "N", value_delimiter = ',', default_values_t = [1_000, 10_000, 100_000], value_parser = value_parser!(u32).range(FEWEST as i64..=4_000_000))]
    sizes: Vec<u32>,

    /// Rounds, each with a hundred batches of each operation at each size
    #[arg(long, value_name = "N", default_value_t = 60, value_parser = value_parser!(u32).range(1..=10_000))]
    rounds: u32,

    /// Count instructions, and take no times; needs valgrind
    #[arg(long, conflicts_with = "rounds")]
    instructions: bool,

    /// Seed of what is done to which message; by default a new one
    #[arg(long, value_name = "N")]
    seed: Option<u64>,
}

impl InFlight {
    /// Measures, and prints the tables; the exit code.
    pub(super) fn carry_out(&self) -> Result<u8, Refusal> {
        let settings = Settings {
            sizes: self.sizes.iter().map(|&size| size as usize).collect(),
            rounds: self.rounds as usize,
            seed: self.seed.unwrap_or_else(|| rand::random::<u32>().into()),
        };
        if self.instructions {
            let bar = report::progress_bar(in_flight::processes(&settings));
            let counts = in_flight::count(&settings, || bar.inc(1))?;
            bar.finish_and_clear();
            return print(&format!("{}\nseed {}\n", counts.table(), settings.seed));
        }
        let mut pins = choice::pins(true);
        pins.truncate(1);
        let environment = Environment::read(settings.seed, &pins);
        for warning in environment.warnings() {
            eprintln!("warning: {warning}");
        }
        let bar = report::progress_bar(self.rounds.into());
        let times = in_flight::run(&settings, || bar.inc(1));
        bar.finish_and_clear();
        print(&format!(
            "{}\nmedians of {} rounds, with their intervals of 95 %; seed {}\n",
            times.tables(),
            settings.rounds,
            settings.seed
        ))
    }
}
