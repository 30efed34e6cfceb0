//! An axis: the values it spans in; places between its ends, and the values to mark, out.

/// Steps between marks are one of these times a power of ten.
const STEPS: [f64; 3] = [1.0, 2.0, 5.0];

/// An axis with its label, the unit included, such as `error (%)`.
#[derive(Clone, Debug, PartialEq)]
pub struct Axis {
    label: String,
    from: f64,
    to: f64,
    is_logarithmic: bool,
}

impl Axis {
    /// A linear axis over the values `from..to`; where these are no range, it is widened to one.
    pub fn new(label: impl Into<String>, from: f64, to: f64) -> Self {
        let from = if from.is_finite() { from } else { 0.0 };
        let to = if to.is_finite() && to > from { to } else { from + 1.0 };
        Self { label: label.into(), from, to, is_logarithmic: false }
    }

    /// A linear axis over these values, with a twentieth of their span to spare at both ends; values that are not finite
    /// are passed over.
    pub fn around(label: impl Into<String>, values: impl IntoIterator<Item = f64>) -> Self {
        let finite = values.into_iter().filter(|value| value.is_finite());
        let (low, high) = finite.fold((f64::INFINITY, f64::NEG_INFINITY), |(low, high), v| (low.min(v), high.max(v)));
        let spare = if high > low { (high - low) / 20.0 } else { 0.5 };
        Self::new(label, low - spare, high + spare)
    }

    /// The same axis with equal ratios at equal distances; its lower end becomes a ten-thousandth of the upper where it is
    /// not above 0.
    pub fn logarithmic(self) -> Self {
        let to = if self.to > 0.0 { self.to } else { 1.0 };
        let from = if self.from > 0.0 { self.from } else { to / 1e4 };
        Self { from, to, is_logarithmic: true, ..self }
    }

    /// What stands beside the axis.
    pub fn label(&self) -> &str {
        &self.label
    }

    /// Where a value lies: 0 at the lower end, 1 at the upper. Values beyond an end are put on it.
    pub fn share_of(&self, value: f64) -> f64 {
        let share = if self.is_logarithmic {
            (value.max(self.from) / self.from).ln() / (self.to / self.from).ln()
        } else {
            (value - self.from) / (self.to - self.from)
        };
        if share.is_finite() { share.clamp(0.0, 1.0) } else { 0.0 }
    }

    /// The values to mark, at most about `most`, and their texts.
    pub fn marks(&self, most: usize) -> Vec<(f64, String)> {
        if self.is_logarithmic && self.to / self.from >= 10.0 { self.decades(most) } else { self.even_steps(most) }
    }

    fn even_steps(&self, most: usize) -> Vec<(f64, String)> {
        let least = (self.to - self.from) / most.max(1) as f64;
        let power = least.log10().floor();
        let step =
            STEPS.into_iter().chain([10.0]).map(|step| step * 10f64.powf(power)).find(|&step| step >= least * 0.999);
        let step = step.unwrap_or(least);
        let decimals = (-step.log10().floor()).max(0.0) as usize;
        let (first, last) = ((self.from / step - 1e-6).ceil() as i64, (self.to / step + 1e-6).floor() as i64);
        (first..=last)
            .map(|count| count as f64 * step)
            .map(|value| (value, format!("{:.decimals$}", value + 0.0)))
            .collect()
    }

    fn decades(&self, most: usize) -> Vec<(f64, String)> {
        let (first, last) = (self.from.log10().floor() as i32, self.to.log10().ceil() as i32);
        let steps: &[f64] = if (last - first) as usize * STEPS.len() <= most { &STEPS } else { &STEPS[..1] };
        let values = (first..=last).flat_map(|power| steps.iter().map(move |&step| (step, power)));
        let inside = |value: f64| value >= self.from * 0.999 && value <= self.to * 1.001;
        values
            .map(|(step, power)| (step * 10f64.powi(power), (-power).max(0) as usize))
            .filter(|&(value, _)| inside(value))
            .map(|(value, decimals)| (value, format!("{value:.decimals$}")))
            .collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn texts(axis: &Axis, most: usize) -> Vec<String> {
        axis.marks(most).into_iter().map(|(_, text)| text).collect()
    }

    #[test]
    fn marks_are_round_numbers_within_the_axis() {
        assert_eq!(texts(&Axis::new("", 0.0, 1.0), 5), ["0.0", "0.2", "0.4", "0.6", "0.8", "1.0"]);
        assert_eq!(texts(&Axis::new("", 97.31, 99.12), 6), ["97.5", "98.0", "98.5", "99.0"]);
        assert_eq!(texts(&Axis::new("", -3.0, 26.0), 6), ["0", "5", "10", "15", "20", "25"]);
        assert_eq!(texts(&Axis::new("", 0.02, 100.0).logarithmic(), 5), ["0.1", "1", "10", "100"]);
        assert_eq!(texts(&Axis::new("", 0.1, 10.0).logarithmic(), 9), ["0.1", "0.2", "0.5", "1", "2", "5", "10"]);
    }

    #[test]
    fn values_lie_between_the_ends() {
        let linear = Axis::new("", 10.0, 20.0);
        assert_eq!([5.0, 10.0, 15.0, 30.0].map(|value| linear.share_of(value)), [0.0, 0.0, 0.5, 1.0]);
        let logarithmic = Axis::new("", 0.01, 100.0).logarithmic();
        assert!((logarithmic.share_of(1.0) - 0.5).abs() < 1e-12);
        assert_eq!(logarithmic.share_of(0.0), 0.0);
    }

    #[test]
    fn odd_values_still_give_an_axis() {
        for axis in
            [Axis::around("", []), Axis::around("", [3.0]), Axis::new("", f64::NAN, 1.0), Axis::new("", 2.0, 1.0)]
        {
            assert!(!axis.marks(5).is_empty() && axis.share_of(f64::NAN) == 0.0, "{axis:?}");
        }
        assert!(!Axis::new("", -5.0, -1.0).logarithmic().marks(4).is_empty());
    }
}
