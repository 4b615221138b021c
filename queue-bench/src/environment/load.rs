//! Who else is at work.

use std::thread;
use std::time::Duration;

use serde::Serialize;

use super::files::Files;
use super::rounded;

/// How long stolen time is watched for.
const INTERVAL: Duration = Duration::from_millis(100);

/// How many ticks each CPU counts in that: a hundred to the second.
pub(super) const TICKS_IN_INTERVAL: f64 = 10.0;

/// What others take of the machine.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
pub(crate) struct Load {
    /// How many threads wanted to run in the last minute, on average.
    pub(super) load_average: Option<f64>,
    /// The part of all time that the host has just given to others.
    pub(super) steal_percent: Option<f64>,
    /// The same since the system was started.
    pub(super) steal_percent_since_boot: Option<f64>,
}

impl Load {
    pub(super) fn read(files: Files<'_>) -> Self {
        let ticks = || Ticks::parse(&files("/proc/stat")?);
        let before = ticks();
        if before.is_some() {
            thread::sleep(INTERVAL);
        }
        let now = ticks();
        let since_then = now.zip(before).map(|(now, before)| now.since(before));
        Self {
            load_average: files("/proc/loadavg").as_deref().and_then(first_number),
            steal_percent: since_then.and_then(Ticks::stolen_percent),
            steal_percent_since_boot: now.and_then(Ticks::stolen_percent),
        }
    }
}

/// The ticks that `/proc/stat` counts, those of all CPUs together.
#[derive(Clone, Copy, Debug, PartialEq)]
struct Ticks {
    total: f64,
    stolen: f64,
}

impl Ticks {
    /// `cpu user nice system idle iowait irq softirq steal …`; what follows is counted before.
    fn parse(stat: &str) -> Option<Self> {
        let first = stat.lines().next()?.strip_prefix("cpu ")?;
        let ticks: Vec<f64> = first
            .split_whitespace()
            .map_while(|word| word.parse().ok())
            .take(8)
            .collect();
        Some(Self {
            stolen: *ticks.get(7)?,
            total: ticks.iter().sum(),
        })
    }

    fn since(self, before: Self) -> Self {
        Self {
            total: self.total - before.total,
            stolen: self.stolen - before.stolen,
        }
    }

    /// Nothing if no tick has passed. The count may go back a little.
    fn stolen_percent(self) -> Option<f64> {
        (self.total > 0.0).then(|| rounded(100.0 * self.stolen / self.total).max(0.0))
    }
}

/// `0.52 0.58 0.59 1/467 4242` begins with that of the last minute.
fn first_number(loads: &str) -> Option<f64> {
    loads.split_whitespace().next()?.parse().ok()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::environment::files::made_up;

    #[test]
    fn stolen_time_is_a_part_of_all_time() {
        let before = Ticks::parse("cpu  10 0 10 70 5 0 0 5 3 0\ncpu0 1 2\n").unwrap();
        let after = Ticks::parse("cpu  60 0 20 100 5 0 0 15 3 0\n").unwrap();
        assert_eq!(before.stolen_percent(), Some(5.0));
        assert_eq!(after.since(before).stolen_percent(), Some(10.0));
        assert_eq!(before.since(before).stolen_percent(), None);
        let backwards = Ticks {
            stolen: -1.0,
            total: 20.0,
        };
        assert_eq!(backwards.stolen_percent(), Some(0.0));
        for text in ["cpu  1 2 3", "cpu0 1 2 3 4 5 6 7 8", "intr 5", ""] {
            assert_eq!(Ticks::parse(text), None);
        }
    }

    #[test]
    fn load_is_read_where_the_system_tells_it() {
        let files = made_up(&[
            ("/proc/loadavg", "0.52 0.58 0.59 1/467 4242"),
            ("/proc/stat", "cpu  10 0 10 70 5 0 0 5 3 0"),
        ]);
        let load = Load {
            load_average: Some(0.52),
            steal_percent: None,
            steal_percent_since_boot: Some(5.0),
        };
        assert_eq!(Load::read(&files), load);
        assert_eq!(Load::read(&made_up(&[])), Load::default());
    }
}
