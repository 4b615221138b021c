//! Delays by the hundred thousand, to three digits.

use std::hint::black_box;
use std::time::Duration;

use hdrhistogram::Histogram;
use serde::{Deserialize, Serialize};

/// In nanoseconds; what is longer counts as this long.
const LONGEST: u64 = 60_000_000_000;

/// How many of each length there were.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(from = "Vec<(u64, u64)>", into = "Vec<(u64, u64)>")]
pub(crate) struct Delays(Option<Histogram<u64>>);

impl Delays {
    /// None yet, with room for every length: nothing is allocated while the clock runs, and all pages are
    /// there.
    pub(crate) fn with_room() -> Self {
        let histogram = Histogram::new_with_bounds(1, LONGEST, 3);
        let mut histogram = black_box(histogram.expect("three digits can be kept"));
        histogram.reset();
        Self(Some(histogram))
    }

    /// One more.
    #[inline]
    pub(crate) fn add(&mut self, delay: Duration) {
        self.record(delay.as_nanos() as u64, 1);
    }

    fn record(&mut self, nanoseconds: u64, count: u64) {
        // One that was not made before it was needed is as small as can be: a run keeps thousands.
        let histogram = self
            .0
            .get_or_insert_with(|| Histogram::new(3).expect("three digits can be kept"));
        histogram
            .record_n(nanoseconds.min(LONGEST), count)
            .expect("it has room or grows");
    }

    /// Those of another one, too.
    pub(crate) fn merge(&mut self, other: &Self) {
        for (nanoseconds, count) in Vec::from(other.clone()) {
            self.record(nanoseconds, count);
        }
    }

    /// The nanoseconds that this part of them does not exceed.
    pub(crate) fn quantile(&self, part: f64) -> Option<f64> {
        let histogram = self.recorded()?;
        Some(histogram.value_at_quantile(part) as f64)
    }

    /// How many are longer.
    pub(crate) fn count_above(&self, limit: Duration) -> u64 {
        let steps = self.0.iter().flat_map(Histogram::iter_recorded);
        let above = steps.filter(|step| u128::from(step.value_iterated_to()) > limit.as_nanos());
        above.map(|step| step.count_at_value()).sum()
    }

    /// The longest.
    pub(crate) fn max(&self) -> Option<f64> {
        Some(self.recorded()?.max() as f64)
    }

    fn recorded(&self) -> Option<&Histogram<u64>> {
        self.0.as_ref().filter(|histogram| !histogram.is_empty())
    }
}

impl From<Vec<(u64, u64)>> for Delays {
    fn from(counts: Vec<(u64, u64)>) -> Self {
        let mut delays = Self::default();
        for (nanoseconds, count) in counts {
            delays.record(nanoseconds, count);
        }
        delays
    }
}

impl From<Delays> for Vec<(u64, u64)> {
    fn from(delays: Delays) -> Self {
        let Some(histogram) = delays.0 else {
            return Self::new();
        };
        let recorded = histogram.iter_recorded();
        recorded
            .map(|step| (step.value_iterated_to(), step.count_at_value()))
            .collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn quantiles_survive_the_way_from_process_to_process_and_add_up() {
        let mut delays = Delays::default();
        (1..=1000).for_each(|micros| delays.add(Duration::from_micros(micros)));
        let text = serde_json::to_string(&delays).unwrap();
        let mut there: Delays = serde_json::from_str(&text).unwrap();
        let near =
            |value: Option<f64>, expected: f64| (value.unwrap() / expected - 1.0).abs() < 5e-3;
        for (part, micros) in [(0.5, 500.0), (0.99, 990.0), (0.999, 999.0)] {
            assert!(near(there.quantile(part), 1e3 * micros));
        }
        let mut slow = Delays::default();
        slow.add(Duration::from_millis(50));
        there.merge(&slow);
        assert!(near(there.max(), 50e6) && near(there.quantile(0.5), 500e3));
        assert_eq!(Delays::default().quantile(0.5), None);
        assert_eq!(there.count_above(Duration::from_nanos(900_500)), 101);
        assert_eq!(there.count_above(Duration::from_millis(2)), 1);
    }

    #[test]
    fn what_has_room_says_nothing_until_it_has_any_and_takes_every_length() {
        let mut delays = Delays::with_room();
        assert_eq!(Vec::from(delays.clone()), []);
        assert_eq!((delays.quantile(0.5), delays.max()), (None, None));
        delays.add(Duration::ZERO);
        delays.add(Duration::from_secs(100));
        assert_eq!(delays.quantile(0.5), Some(0.0));
        assert!((delays.max().unwrap() / LONGEST as f64 - 1.0).abs() < 1e-3);
        let mut sum = Delays::default();
        sum.merge(&delays);
        assert_eq!(sum.count_above(Duration::ZERO), 1);
    }
}
