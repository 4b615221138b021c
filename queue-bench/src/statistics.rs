//! Medians, with an interval that assumes nothing about the distribution.
//!
//! Whatever the distribution, each of `n` independent values lies below its
//! median with probability 1/2. So the number of values below the median is
//! binomial, and the median lies between the `k`-th smallest and the `k`-th
//! largest value with probability `1 - 2 P(Bin(n, 1/2) < k)`. The interval takes
//! the largest `k` that still covers 95 %. Six values are the fewest that can:
//! below that the interval is their whole range, and covers less.
//!
//! The values are the rounds of one launch: the interval shows how far the rounds
//! agree, not how far another launch or another day would.

/// How often the interval should contain the true median.
pub(crate) const CONFIDENCE: f64 = 0.95;

/// A median, and where the true one probably lies.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct Estimate {
    pub(crate) median: f64,
    pub(crate) lo: f64,
    pub(crate) hi: f64,
    /// The probability that the interval contains the true median.
    pub(crate) coverage: f64,
}

impl Estimate {
    /// The median of the values and its interval; nothing for no values.
    pub(crate) fn of(values: &[f64]) -> Option<Self> {
        let mut sorted = values.to_vec();
        sorted.sort_by(f64::total_cmp);
        let last = sorted.len().checked_sub(1)?;
        let (rank, coverage) = rank(sorted.len());
        Some(Self {
            median: f64::midpoint(sorted[last / 2], sorted[last.div_ceil(2)]),
            lo: sorted[rank - 1],
            hi: sorted[last + 1 - rank],
            coverage,
        })
    }
}

/// Whether that many values are enough for the full confidence.
pub(crate) fn are_enough(count: usize) -> bool {
    count > 0 && rank(count).1 >= CONFIDENCE
}

/// How far from either end of `count` sorted values the interval begins, counted
/// from one, and how probably it contains the median.
fn rank(count: usize) -> (usize, f64) {
    let n = count as f64;
    let mut best = None;
    // ln P(Bin(n, 1/2) = k); a product of probabilities would underflow for large n.
    let mut log_probability = -n * std::f64::consts::LN_2;
    let mut below = 0.0;
    for k in 1..=count.div_ceil(2) {
        below += log_probability.exp();
        let coverage = 1.0 - 2.0 * below;
        if best.is_some() && coverage < CONFIDENCE {
            break;
        }
        best = Some((k, coverage.max(0.0)));
        let k = k as f64;
        log_probability += ((n - k + 1.0) / k).ln();
    }
    best.unwrap_or((1, 0.0))
}

#[cfg(test)]
mod tests {
    use rand::rngs::StdRng;
    use rand::seq::SliceRandom;
    use rand::{RngExt, SeedableRng};

    use super::*;

    /// Ranks and coverage in per cent from the usual table of the sign test's
    /// interval for the median.
    #[test]
    fn ranks_agree_with_the_table() {
        for (count, expected, per_cent) in [
            (6, 1, 96.88),
            (7, 1, 98.44),
            (8, 1, 99.22),
            (9, 2, 96.09),
            (10, 2, 97.85),
            (11, 2, 98.83),
            (12, 3, 96.14),
            (15, 4, 96.48),
            (17, 5, 95.10),
            (20, 6, 95.86),
            (25, 8, 95.67),
            (30, 10, 95.72),
            (50, 18, 96.72),
            (100, 40, 96.48),
        ] {
            let (rank, coverage) = rank(count);
            assert_eq!(rank, expected, "{count} values");
            assert!(
                (100.0 * coverage - per_cent).abs() < 0.006,
                "{count} values"
            );
        }
    }

    #[test]
    fn few_values_give_their_range_and_say_so() {
        let estimate = Estimate::of(&[3.0, 1.0, 2.0]).unwrap();
        assert_eq!((estimate.lo, estimate.median, estimate.hi), (1.0, 2.0, 3.0));
        assert!((estimate.coverage - 0.75).abs() < 1e-12);
        assert!(!are_enough(3) && !are_enough(5) && are_enough(6));

        let single = Estimate::of(&[4.0]).unwrap();
        assert_eq!((single.lo, single.median, single.hi), (4.0, 4.0, 4.0));
        assert!(single.coverage.abs() < 1e-12);

        assert_eq!(Estimate::of(&[]), None);
    }

    #[test]
    fn an_even_number_of_values_has_its_median_between_the_middle_two() {
        let estimate = Estimate::of(&[1.0, 2.0, 4.0, 9.0]).unwrap();
        assert_eq!(estimate.median, 3.0);
    }

    #[test]
    fn the_order_of_the_values_does_not_matter() {
        let mut random = StdRng::seed_from_u64(3);
        let mut values: Vec<f64> = (0..31).map(|_| random.random()).collect();
        let estimate = Estimate::of(&values);
        for _ in 0..20 {
            values.shuffle(&mut random);
            assert_eq!(Estimate::of(&values), estimate);
        }
    }

    #[test]
    fn thousands_of_values_do_not_underflow() {
        let (rank, coverage) = rank(10_000);
        assert!((4_890..4_910).contains(&rank), "{rank}");
        assert!((0.95..0.953).contains(&coverage));
    }

    /// A skewed distribution whose median is known: exponential, median ln 2.
    #[test]
    fn the_interval_covers_the_median_as_often_as_it_says() {
        const TRIALS: u32 = 4_000;
        let mut random = StdRng::seed_from_u64(4);
        for count in [6, 9, 17, 30] {
            let (_, coverage) = rank(count);
            let hits = (0..TRIALS)
                .filter(|_| {
                    let values: Vec<f64> = (0..count)
                        .map(|_| -(1.0 - random.random::<f64>()).ln())
                        .collect();
                    let estimate = Estimate::of(&values).unwrap();
                    (estimate.lo..=estimate.hi).contains(&std::f64::consts::LN_2)
                })
                .count();
            let share = hits as f64 / f64::from(TRIALS);
            // Four standard deviations of the share itself.
            assert!((share - coverage).abs() < 0.015, "{count} values: {share}");
        }
    }
}
