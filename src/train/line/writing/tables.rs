//! Waves and noise worked out once, because a sine a pixel costs more than all the rest of a drawing.

use rand::{RngExt, SeedableRng};
use rand_pcg::Pcg64Mcg;

use crate::train::network::normal;

const SINES: usize = 1024;
const DEVIATES: usize = 16_384;

/// A table of one sine wave and of normal deviates.
pub struct Tables {
    sines: Vec<f32>,
    deviates: Vec<f32>,
}

impl Tables {
    /// The same tables every time.
    pub fn computed() -> Self {
        let mut random = Pcg64Mcg::seed_from_u64(0x7ab1e5);
        let sine = |step: usize| (step as f32 / SINES as f32 * std::f32::consts::TAU).sin();
        Self { sines: (0..SINES).map(sine).collect(), deviates: (0..DEVIATES).map(|_| normal(&mut random)).collect() }
    }

    /// The sine of so many turns.
    #[inline(always)]
    pub fn sine(&self, turns: f32) -> f32 {
        self.sines[((turns * SINES as f32) as i32 & (SINES as i32 - 1)) as usize]
    }

    /// Normal deviates from a random place on, without end.
    pub fn noise_from(&self, random: &mut Pcg64Mcg) -> Noise<'_> {
        // An odd step walks through the whole table.
        Noise {
            deviates: &self.deviates,
            place: random.random_range(0..DEVIATES),
            step: random.random_range(0..64) * 2 + 1,
        }
    }
}

/// Normal deviates without end.
pub struct Noise<'a> {
    deviates: &'a [f32],
    place: usize,
    step: usize,
}

impl Noise<'_> {
    /// The next one.
    #[inline(always)]
    pub fn draw(&mut self) -> f32 {
        self.place = (self.place + self.step) & (DEVIATES - 1);
        self.deviates[self.place]
    }
}
