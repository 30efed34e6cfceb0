//! Seeded chance: a seed, an index and a purpose in, the same numbers on every machine and thread out.
//!
//! Only integer arithmetic and the four basic operations on `f64` are used, which IEEE 754 fixes to the last bit.

use rand::Rng;
use rand_pcg::Pcg64Mcg;

/// A stream of random numbers that depends on nothing but what it was made from.
#[derive(Clone, Debug)]
pub(super) struct Dice {
    generator: Pcg64Mcg,
}

impl Dice {
    /// The stream of one purpose, given as numbers such as `[seed, index, PURPOSE]`.
    pub(super) fn new(purpose: &[u64]) -> Self {
        let low = purpose.iter().fold(0x243F_6A88_85A3_08D3, |state, &part| scramble(state ^ part));
        let high = scramble(low ^ 0x1319_8A2E_0370_7344);
        Self { generator: Pcg64Mcg::new(u128::from(high) << 64 | u128::from(low)) }
    }

    /// 64 random bits.
    pub(super) fn bits(&mut self) -> u64 {
        self.generator.next_u64()
    }

    /// Evenly from 0 (included) to 1 (excluded).
    pub(super) fn unit(&mut self) -> f64 {
        (self.bits() >> 11) as f64 / (1u64 << 53) as f64
    }

    /// Evenly between two values.
    pub(super) fn between(&mut self, least: f64, most: f64) -> f64 {
        least + (most - least) * self.unit()
    }

    /// A whole number, both ends included.
    pub(super) fn whole(&mut self, least: usize, most: usize) -> usize {
        least + (self.unit() * (most - least + 1) as f64) as usize
    }

    /// True in `share` of the cases, from 0 to 1.
    pub(super) fn chance(&mut self, share: f64) -> bool {
        self.unit() < share
    }

    /// Bell-shaped around `mean`, never further from it than 3.46 times `deviation`.
    ///
    /// The sum of four even values: close to normal, and free of logarithms that differ between machines.
    pub(super) fn bell(&mut self, mean: f64, deviation: f64) -> f64 {
        let sum = self.unit() + self.unit() + self.unit() + self.unit();
        mean + (sum - 2.0) * BELL_SCALE * deviation
    }

    /// One of the choices, which must not be empty.
    pub(super) fn pick<'a, T>(&mut self, choices: &'a [T]) -> &'a T {
        &choices[self.whole(0, choices.len() - 1)]
    }
}

/// One over the deviation of a sum of four even values, the square root of 3.
const BELL_SCALE: f64 = 1.732_050_807_568_877_2;

/// The finaliser of SplitMix64 (Steele, Lea and Flood 2014): every bit of the input reaches every bit of the output.
fn scramble(value: u64) -> u64 {
    let mut z = value.wrapping_add(0x9E37_79B9_7F4A_7C15);
    z = (z ^ (z >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
    z = (z ^ (z >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
    z ^ (z >> 31)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_same_purpose_gives_the_same_numbers_and_another_gives_others() {
        let first = |purpose: &[u64]| Dice::new(purpose).bits();
        assert_eq!(first(&[7, 1, 2]), first(&[7, 1, 2]));
        assert_ne!(first(&[7, 1, 2]), first(&[7, 2, 1]));
        assert_ne!(first(&[7, 1, 2]), first(&[8, 1, 2]));
    }

    #[test]
    fn bell_has_the_mean_and_deviation_asked_for() {
        let mut dice = Dice::new(&[1]);
        let values: Vec<f64> = (0..20_000).map(|_| dice.bell(10.0, 2.0)).collect();
        let mean = values.iter().sum::<f64>() / values.len() as f64;
        let variance = values.iter().map(|value| (value - mean) * (value - mean)).sum::<f64>() / values.len() as f64;
        assert!((mean - 10.0).abs() < 0.1 && (variance - 4.0).abs() < 0.2, "{mean} {variance}");
    }

    #[test]
    fn whole_reaches_both_ends_and_nothing_else() {
        let mut dice = Dice::new(&[2]);
        let seen: std::collections::BTreeSet<usize> = (0..500).map(|_| dice.whole(3, 6)).collect();
        assert_eq!(seen.into_iter().collect::<Vec<_>>(), [3, 4, 5, 6]);
    }
}
