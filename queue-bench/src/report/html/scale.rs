//! Scales: from values to parts of the room that a chart has.

/// A linear scale that begins at zero.
#[derive(Clone, Copy, Debug)]
pub(super) struct Linear {
    last: f64,
    step: f64,
}

impl Linear {
    /// One that holds this value, with a handful of round marks.
    pub(super) fn up_to(most: f64) -> Self {
        let rough = most / 5.0;
        let decade = 10_f64.powf(rough.log10().floor());
        let steps = [1.0, 2.0, 2.5, 5.0, 10.0].map(|step| step * decade);
        let step = steps.into_iter().find(|&step| step >= rough);
        let step = step.unwrap_or(rough);
        Self {
            last: most,
            step: step.max(f64::MIN_POSITIVE),
        }
    }

    /// From 0 to 1.
    pub(super) fn part(self, value: f64) -> f64 {
        (value / self.last).clamp(0.0, 1.0)
    }

    /// Its marks, zero among them.
    pub(super) fn marks(self) -> impl Iterator<Item = f64> {
        let count = (self.last / self.step * (1.0 + 1e-9)).floor() as u32;
        (0..=count.min(12)).map(move |mark| f64::from(mark) * self.step)
    }
}

/// A logarithmic scale of ratios, one always among them.
#[derive(Clone, Copy, Debug)]
pub(super) struct Ratios {
    least: f64,
    most: f64,
}

impl Ratios {
    /// What is farther from one stands at the edge, so that the rest can be told apart.
    const FARTHEST: f64 = 64.0;

    /// One that holds these, and at least a tenth to both sides of one.
    pub(super) fn holding(ratios: impl Iterator<Item = f64>) -> Self {
        let ratios = ratios.filter(|ratio| ratio.is_finite() && *ratio > 0.0);
        let (least, most) = ratios.fold((1.0 / 1.1, 1.1), |(least, most), ratio| {
            (f64::min(least, ratio), f64::max(most, ratio))
        });
        Self {
            least: least.max(Self::FARTHEST.recip()),
            most: most.min(Self::FARTHEST),
        }
    }

    /// Its ends, the smaller one first.
    pub(super) const fn ends(self) -> [f64; 2] {
        [self.least, self.most]
    }

    /// From 0 to 1.
    pub(super) fn part(self, ratio: f64) -> f64 {
        ((ratio / self.least).ln() / (self.most / self.least).ln()).clamp(0.0, 1.0)
    }
}

/// A logarithmic scale for values that may be far apart.
#[derive(Clone, Copy, Debug)]
pub(super) struct Decades {
    first: f64,
    last: f64,
}

impl Decades {
    /// The room beyond the outermost values, in decades.
    const MARGIN: f64 = 0.12;

    /// One that holds all of these values; nothing if there is none.
    pub(super) fn holding(values: impl Iterator<Item = f64>) -> Option<Self> {
        let logs = values.filter(|&value| value > 0.0).map(f64::log10);
        let (least, most) = logs.fold((f64::INFINITY, f64::NEG_INFINITY), |(least, most), log| {
            (least.min(log), most.max(log))
        });
        least.is_finite().then_some(Self {
            first: least - Self::MARGIN,
            last: most + Self::MARGIN,
        })
    }

    /// From 0 to 1; what is not above zero stands at the lower end.
    pub(super) fn part(self, value: f64) -> f64 {
        let log = value.max(f64::MIN_POSITIVE).log10();
        ((log - self.first) / (self.last - self.first)).clamp(0.0, 1.0)
    }

    /// The powers of ten on it, and twice and five times those if there are few.
    pub(super) fn marks(self) -> impl Iterator<Item = f64> {
        let steps: &[f64] = if self.last - self.first < 2.0 {
            &[1.0, 2.0, 5.0]
        } else {
            &[1.0]
        };
        let powers = self.first.floor() as i32..=self.last.ceil() as i32;
        let marks =
            powers.flat_map(|power| steps.iter().map(move |step| step * 10_f64.powi(power)));
        marks.filter(move |mark| (self.first..=self.last).contains(&mark.log10()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_linear_scale_has_round_marks() {
        let marks: Vec<f64> = Linear::up_to(23.0).marks().collect();
        assert_eq!(marks, [0.0, 5.0, 10.0, 15.0, 20.0]);
        assert_eq!(Linear::up_to(0.1).marks().count(), 6);
        assert!((Linear::up_to(23.0).part(11.5) - 0.5).abs() < 1e-9);
    }

    #[test]
    fn twice_is_as_far_from_one_as_half() {
        let scale = Ratios::holding([0.25, 4.0].into_iter());
        assert!((scale.part(2.0) - 0.75).abs() < 1e-9);
        assert!((scale.part(0.5) - 0.25).abs() < 1e-9);
        assert!(scale.part(0.0).abs() < 1e-9 && (scale.part(9.0) - 1.0).abs() < 1e-9);
        let [least, most] = Ratios::holding([f64::NAN, 1e16].into_iter()).ends();
        assert!(least < 1.0 && (most - 64.0).abs() < 1e-9);
    }

    #[test]
    fn decades_hold_what_they_are_made_for() {
        let scale = Decades::holding([30.0, 4_000.0, 0.0].into_iter()).unwrap();
        assert_eq!(scale.marks().collect::<Vec<_>>(), [100.0, 1_000.0]);
        assert!(scale.part(30.0) > 0.0 && scale.part(4_000.0) < 1.0);
        assert!(scale.part(0.0).abs() < 1e-9);
        let narrow = Decades::holding([30.0].into_iter()).unwrap();
        assert!(narrow.part(30.0) > 0.4 && narrow.part(30.0) < 0.6);
        assert!(Decades::holding([0.0].into_iter()).is_none());
    }
}
