//! What was measured, as a document has it.

use std::fmt::Write;

use super::counts::{Counted, Counts};
use super::{Operation, Spent, Times};
use crate::report::digits;
use crate::statistics::Estimate;

/// One figure of every round.
type Figure<'a> = &'a dyn Fn(&Spent) -> Option<f64>;

impl Times {
    /// The tables, as a document has them.
    pub(crate) fn tables(&self) -> String {
        format!("{}\n{}", self.by_size(), self.over_the_channel())
    }

    /// What each operation takes by how many are in flight, and the ratios to the fewest.
    fn by_size(&self) -> String {
        let mut text = head("ns an operation", &self.sizes);
        for operation in Operation::ALL {
            let figure = move |spent: &Spent| spent.each(operation);
            text.push_str(&self.line(&operation.to_string(), &figure));
        }
        text.push_str(&self.line("mean of all", &Spent::mean));
        text
    }

    fn line(&self, name: &str, figure: Figure<'_>) -> String {
        let mut line = format!("| {name} |");
        for place in 0..self.sizes.len() {
            let each = |(times, _): &(Vec<Spent>, Spent)| figure(&times[place]);
            let _ = write!(line, " {} |", self.estimate(each, false));
        }
        for place in 1..self.sizes.len() {
            let ratio = |(times, _): &(Vec<Spent>, Spent)| {
                Some(figure(&times[place])? / figure(&times[0])?)
            };
            let _ = write!(line, " {} |", self.estimate(ratio, true));
        }
        line + "\n"
    }

    /// What each operation takes, beside the channel, where the fewest messages are in flight.
    fn over_the_channel(&self) -> String {
        let few = grouped(self.sizes[0]);
        let mut text = format!(
            "| ns an operation | channel | queue, {few} in flight | difference |\n|---|--:|--:|--:|\n"
        );
        let mut line = |name: &str, figure: Figure<'_>| {
            let channel = |(_, channel): &(Vec<Spent>, Spent)| figure(channel);
            let queue = |(times, _): &(Vec<Spent>, Spent)| figure(&times[0]);
            // What the channel does not do, it does at once.
            let difference = |(times, channel): &(Vec<Spent>, Spent)| {
                Some(figure(&times[0])? - figure(channel).unwrap_or(0.0))
            };
            let _ = writeln!(
                text,
                "| {name} | {} | {} | {} |",
                self.estimate(channel, false),
                self.estimate(queue, false),
                self.estimate(difference, true)
            );
        };
        for operation in [
            Operation::Make,
            Operation::Send,
            Operation::Receive,
            Operation::Complete,
            Operation::Free,
        ] {
            let figure = move |spent: &Spent| spent.each(operation);
            line(&operation.to_string(), &figure);
        }
        line("all of it", &Spent::passage);
        text
    }

    /// The median of the rounds, and its interval if that is asked for.
    fn estimate(
        &self,
        figure: impl Fn(&(Vec<Spent>, Spent)) -> Option<f64>,
        with_interval: bool,
    ) -> String {
        let values: Vec<f64> = self.rounds.iter().filter_map(figure).collect();
        let Some(estimate) = Estimate::of(&values) else {
            return "-".to_owned();
        };
        let median = digits(estimate.median);
        match estimate.interval.filter(|_| with_interval) {
            Some((lo, hi)) => format!("{median} ({} to {})", digits(lo), digits(hi)),
            None => median,
        }
    }
}

impl Counts {
    /// The instructions of each operation by how many are in flight, and the ratios to the fewest.
    pub(crate) fn table(&self) -> String {
        let mut text = head("instructions an operation", &self.sizes);
        let mut line = |name: &str, figure: &dyn Fn(&[Counted]) -> Option<f64>| {
            let figures: Vec<_> = self.counted.iter().map(|counted| figure(counted)).collect();
            let ratios = figures[1..].iter().map(|many| Some((*many)? / figures[0]?));
            let _ = write!(text, "| {name} |");
            for value in figures.iter().copied().chain(ratios) {
                let written = value.map_or_else(|| "-".to_owned(), digits);
                let _ = write!(text, " {written} |");
            }
            text.push('\n');
        };
        for operation in Operation::ALL {
            let figure = move |counted: &[Counted]| counted[operation as usize].each();
            line(&operation.to_string(), &figure);
        }
        line("mean of all", &|counted| {
            let sum = |one: Counted, other: &Counted| Counted {
                times: one.times + other.times,
                instructions: one.instructions + other.instructions,
            };
            counted.iter().fold(Counted::default(), sum).each()
        });
        text
    }
}

/// Titles of a table by size.
fn head(title: &str, sizes: &[usize]) -> String {
    let few = grouped(sizes[0]);
    let mut text = format!("| {title} |");
    for &size in sizes {
        let _ = write!(text, " {} in flight |", grouped(size));
    }
    for &size in &sizes[1..] {
        let _ = write!(text, " {} / {few} |", grouped(size));
    }
    text.push_str("\n|---|");
    text.push_str(&"--:|".repeat(2 * sizes.len() - 1));
    text.push('\n');
    text
}

/// `10,000`
fn grouped(number: usize) -> String {
    let digits = number.to_string();
    let mut text = String::new();
    for (place, digit) in digits.chars().enumerate() {
        if place > 0 && (digits.len() - place).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    text
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;

    #[test]
    fn figures_are_medians_of_the_rounds_and_ratios_are_taken_within_each() {
        let spent = |nanoseconds| {
            let mut spent = Spent::default();
            spent.add(Operation::Send, 2, Duration::from_nanos(nanoseconds));
            spent
        };
        let round = |few, many, channel| (vec![spent(few), spent(many)], spent(channel));
        let times = Times {
            sizes: vec![1000, 100_000],
            rounds: vec![
                round(200, 220, 40),
                round(400, 440, 60),
                round(600, 720, 80),
            ],
        };
        let tables = times.tables();
        for line in [
            "| send | 200 | 220 | 1.10 |\n",
            "| renew | - | - | - |\n",
            "| mean of all | 200 | 220 | 1.10 |\n",
            "| send | 30.0 | 200 | 170 |\n",
        ] {
            assert!(tables.contains(line), "{line} in {tables}");
        }
    }

    #[test]
    fn instructions_are_divided_by_how_often_an_operation_was_done() {
        let counted = |instructions| {
            let mut counted = [Counted::default(); Operation::ALL.len()];
            counted[Operation::Renew as usize] = Counted {
                times: 4,
                instructions,
            };
            counted
        };
        let counts = Counts {
            sizes: vec![1000, 10_000],
            counted: vec![counted(800), counted(900)],
        };
        let table = counts.table();
        for line in [
            "| instructions an operation | 1,000 in flight | 10,000 in flight | 10,000 / 1,000 |\n",
            "| renew | 200 | 225 | 1.12 |\n",
            "| send | - | - | - |\n",
            "| mean of all | 200 | 225 | 1.12 |\n",
        ] {
            assert!(table.contains(line), "{line} in {table}");
        }
    }

    #[test]
    fn numbers_are_grouped_by_thousands() {
        let written = [7, 1000, 23_456, 1_000_000].map(grouped);
        assert_eq!(written, ["7", "1,000", "23,456", "1,000,000"]);
    }
}
