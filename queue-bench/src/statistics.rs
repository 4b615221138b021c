//! Two estimates, each with its interval.
//!
//! **Rates** have a median, with an interval that assumes nothing about the
//! distribution. Each of `n` independent values lies below the median of whatever
//! they are drawn from with probability 1/2, so the number of values below it is
//! binomial, and it lies between the `k`-th smallest and the `k`-th largest value with
//! probability `1 - 2 P(Bin(n, 1/2) < k)`. The interval takes the largest `k` that
//! still covers 95 %. Six values are the fewest that can: below that there is none.
//!
//! **Ratios** have a geometric mean: the mean of their logarithms, in which twice as
//! fast and half as fast are equally far from no difference. Its interval is Student's,
//! whose coverage suffers little from skew at a dozen values and which is the wider the
//! less they agree.
//!
//! The values are those of launches, one each: their spread holds what differs from one
//! process to the next, as the placement of virtual cores, and not only what differs
//! from one slice to the next.

use statrs::distribution::{ContinuousCDF, StudentsT};

/// How often the interval should contain the true median.
pub(crate) const CONFIDENCE: f64 = 0.95;

/// A median, and where the true one probably lies.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct Estimate {
    pub(crate) median: f64,
    /// Its ends, where there are enough values for any.
    pub(crate) interval: Option<(f64, f64)>,
}

impl Estimate {
    /// The median of the values; nothing for no values.
    pub(crate) fn of(values: &[f64]) -> Option<Self> {
        let mut sorted = values.to_vec();
        sorted.sort_by(f64::total_cmp);
        let last = sorted.len().checked_sub(1)?;
        let (rank, _) = rank(sorted.len());
        Some(Self {
            median: f64::midpoint(sorted[last / 2], sorted[last.div_ceil(2)]),
            interval: are_enough(sorted.len()).then(|| (sorted[rank - 1], sorted[last + 1 - rank])),
        })
    }

    /// The lower end of its interval.
    pub(crate) fn lo(&self) -> Option<f64> {
        self.interval.map(|(lo, _)| lo)
    }

    /// The upper end of its interval.
    pub(crate) fn hi(&self) -> Option<f64> {
        self.interval.map(|(_, hi)| hi)
    }
}

/// A geometric mean of ratios, and where the true one probably lies.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct Ratio {
    pub(crate) mean: f64,
    pub(crate) lo: f64,
    pub(crate) hi: f64,
}

impl Ratio {
    /// That of the launches' ratios, which are above zero. The interval of a single one is all there is.
    pub(crate) fn of(ratios: &[f64], confidence: f64) -> Option<Self> {
        if let &[ratio] = ratios {
            return Some(Self {
                mean: ratio,
                lo: 0.0,
                hi: f64::INFINITY,
            });
        }
        let Spread {
            mean,
            error,
            freedom,
        } = Spread::of_logs(ratios)?;
        let half = student(freedom, confidence) * error;
        Some(Self {
            mean: mean.exp(),
            lo: (mean - half).exp(),
            hi: (mean + half).exp(),
        })
    }

    /// The one's geometric mean over the other's, of independent launches: Welch's interval, for
    /// which they need not scatter alike. Nothing if either is a single one.
    pub(crate) fn between(one: &[f64], other: &[f64], confidence: f64) -> Option<Self> {
        let (one, other) = (Spread::of_logs(one)?, Spread::of_logs(other)?);
        let error = (one.error.powi(2) + other.error.powi(2)).sqrt();
        let weight = |spread: &Spread| spread.error.powi(4) / spread.freedom;
        let freedom = if error > 0.0 {
            error.powi(4) / (weight(&one) + weight(&other))
        } else {
            one.freedom + other.freedom
        };
        let mean = one.mean - other.mean;
        let half = student(freedom, confidence) * error;
        Some(Self {
            mean: mean.exp(),
            lo: (mean - half).exp(),
            hi: (mean + half).exp(),
        })
    }

    /// Whether it can be told from one.
    pub(crate) fn is_different(&self) -> bool {
        self.lo > 1.0 || self.hi < 1.0
    }

    /// How many times larger its upper end is than its lower one.
    pub(crate) fn width(&self) -> f64 {
        self.hi / self.lo
    }
}

/// The mean of logarithms, how uncertain it is, and from how much that is known.
struct Spread {
    mean: f64,
    error: f64,
    freedom: f64,
}

impl Spread {
    /// Nothing for fewer than two.
    fn of_logs(ratios: &[f64]) -> Option<Self> {
        if ratios.len() < 2 {
            return None;
        }
        let mut logs: Vec<f64> = ratios.iter().map(|ratio| ratio.ln()).collect();
        // A sum of floats depends on their order, however little.
        logs.sort_by(f64::total_cmp);
        let n = logs.len() as f64;
        let mean = logs.iter().sum::<f64>() / n;
        let squares: f64 = logs.iter().map(|log| (log - mean).powi(2)).sum();
        Some(Self {
            mean,
            error: (squares / (n - 1.0) / n).sqrt(),
            freedom: n - 1.0,
        })
    }
}

/// How many standard errors Student's interval reaches to either side.
fn student(freedom: f64, confidence: f64) -> f64 {
    let distribution = StudentsT::new(0.0, 1.0, freedom).expect("there are degrees of freedom");
    distribution.inverse_cdf(0.5 + confidence / 2.0)
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
    fn few_values_have_a_median_and_no_interval() {
        for values in [&[4.0][..], &[5.0, 3.0], &[3.0, 2.0, 4.0, 5.0, 6.0]] {
            let estimate = Estimate::of(values).unwrap();
            assert_eq!((estimate.median, estimate.interval), (4.0, None));
            assert!(!are_enough(values.len()));
        }
        let six = Estimate::of(&[3.0, 1.0, 2.0, 6.0, 4.0, 5.0]).unwrap();
        assert_eq!(
            (six.lo(), six.median, six.hi()),
            (Some(1.0), 3.5, Some(6.0))
        );
        assert!(are_enough(6));
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

    /// From the usual table of Student's distribution.
    #[test]
    fn student_agrees_with_the_table() {
        for (freedom, confidence, expected) in [
            (1.0, 0.95, 12.706),
            (5.0, 0.95, 2.571),
            (11.0, 0.95, 2.201),
            (11.0, 0.99, 3.106),
            (30.0, 0.99, 2.750),
        ] {
            let quantile = student(freedom, confidence);
            assert!(
                (quantile - expected).abs() < 0.000_6,
                "{freedom}: {quantile}"
            );
        }
    }

    #[test]
    fn a_ratio_is_a_geometric_mean_and_knows_when_it_knows_nothing() {
        let ratio = Ratio::of(&[0.5, 2.0], 0.95).unwrap();
        assert!((ratio.mean - 1.0).abs() < 1e-12 && !ratio.is_different());
        let equal = Ratio::of(&[2.0; 12], 0.95).unwrap();
        assert!(equal.is_different() && (equal.width() - 1.0).abs() < 1e-12);
        let single = Ratio::of(&[3.0], 0.95).unwrap();
        assert!(!single.is_different());
        assert_eq!(Ratio::of(&[], 0.95), None);
    }

    #[test]
    fn the_ratio_of_two_runs_covers_as_often_as_it_says() {
        const TRIALS: u32 = 4_000;
        let mut random = StdRng::seed_from_u64(7);
        let mut draw = |count: usize, scatter: f64| -> Vec<f64> {
            let mut log = || (0..12).map(|_| random.random::<f64>() - 0.5).sum::<f64>();
            (0..count).map(|_| (scatter * log()).exp()).collect()
        };
        let hits = (0..TRIALS).filter(|_| {
            let (one, other) = (draw(12, 0.1), draw(8, 0.4));
            !Ratio::between(&one, &other, 0.95).unwrap().is_different()
        });
        let share = hits.count() as f64 / f64::from(TRIALS);
        assert!((share - 0.95).abs() < 0.015, "{share}");
        assert_eq!(Ratio::between(&[1.0], &[1.0, 2.0], 0.95), None);
        let twice = Ratio::between(&[4.0; 3], &[2.0; 3], 0.95).unwrap();
        assert!(twice.is_different() && (twice.mean - 2.0).abs() < 1e-12);
    }

    #[test]
    fn the_order_of_the_ratios_does_not_matter() {
        let mut random = StdRng::seed_from_u64(5);
        let mut ratios: Vec<f64> = (0..12).map(|_| random.random_range(0.5..2.0)).collect();
        let ratio = Ratio::of(&ratios, 0.95);
        for _ in 0..20 {
            ratios.shuffle(&mut random);
            assert_eq!(Ratio::of(&ratios, 0.95), ratio);
        }
    }

    /// Logarithms that are normal, uniform, skewed, or of two kinds (as launches are whose virtual
    /// cores lie near or far), all with mean zero.
    #[test]
    fn a_ratios_interval_covers_as_often_as_it_says() {
        const TRIALS: u32 = 4_000;
        type Draw = fn(&mut StdRng) -> f64;
        let normal: Draw = |random| (0..12).map(|_| random.random::<f64>() - 0.5).sum();
        let uniform: Draw = |random| random.random::<f64>() - 0.5;
        let skewed: Draw = |random| -(1.0 - random.random::<f64>()).ln() - 1.0;
        let near_or_far: Draw = |random| {
            let near = if random.random::<bool>() { 0.3 } else { -0.3 };
            near + 0.1 * (random.random::<f64>() - 0.5)
        };
        let mut random = StdRng::seed_from_u64(6);
        for (name, draw, slack) in [
            ("normal", normal, 0.015),
            ("uniform", uniform, 0.015),
            ("near or far", near_or_far, 0.02),
            // The one place where Student is known to promise too much at a dozen values.
            ("skewed", skewed, 0.06),
        ] {
            for confidence in [0.95, 0.99] {
                let hits = (0..TRIALS)
                    .filter(|_| {
                        let ratios: Vec<f64> = (0..12).map(|_| draw(&mut random).exp()).collect();
                        !Ratio::of(&ratios, confidence).unwrap().is_different()
                    })
                    .count();
                let share = hits as f64 / f64::from(TRIALS);
                assert!(
                    (share - confidence).abs() < slack,
                    "{name} {confidence}: {share}"
                );
            }
        }
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
                    let (lo, hi) = estimate.interval.unwrap();
                    (lo..=hi).contains(&std::f64::consts::LN_2)
                })
                .count();
            let share = hits as f64 / f64::from(TRIALS);
            // Four standard deviations of the share itself.
            assert!((share - coverage).abs() < 0.015, "{count} values: {share}");
        }
    }
}
