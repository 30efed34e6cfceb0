//! How well a line reader reads what it has not seen: lines drawn with the digits kept for validation in; the temperature of its
//! confidences and the share of lines without an error out.

use rand::SeedableRng;
use rand_pcg::Pcg64Mcg;

use super::material::draw_strip;
use super::writing::Scribe;
use crate::geometry::Rect;
use crate::glyph::Glyph;
use crate::reader::Class;
use crate::reader::line::strip::Strip;
use crate::reader::line::weights::LineWeights;
use crate::reader::line::{LineReader, LineScores, Symbol, Wanted};
use crate::train::ValidationFigure;
use crate::train::canvas::Canvas;
use crate::train::samples::{Sample, Samples, Source};

/// Lines that are drawn.
const LINES: usize = 3000;

/// Temperatures that are tried, in hundredths.
const TEMPERATURES: std::ops::RangeInclusive<i32> = 60..=240;
const TEMPERATURE_STEP: usize = 5;

/// Gives weights the temperature that makes the validation lines most probable, and counts the lines that are read wrong.
pub fn calibrate(weights: LineWeights, samples: &Samples, seed: u64) -> (LineWeights, ValidationFigure) {
    let lines = lines(samples, seed);
    let reader = LineReader::new(&weights);
    let raw: Vec<Vec<f32>> = lines.iter().map(|(strip, _)| reader.raw_scores(strip)).collect();
    let likelihood = |temperature: f32| -> f64 {
        let pairs = raw.iter().zip(&lines);
        let logs = pairs.map(|(raw, (strip, symbols))| {
            LineScores::of(raw, temperature, strip.scale, Wanted::All).log_probability(symbols)
        });
        // Lines that no temperature could make probable must not decide it.
        logs.map(|log| log.max(-30.0)).sum()
    };
    let tried = TEMPERATURES.step_by(TEMPERATURE_STEP).map(|hundredths| hundredths as f32 / 100.0);
    let rated = tried.map(|temperature| (likelihood(temperature), temperature));
    let best = rated.max_by(|a, b| a.0.total_cmp(&b.0)).map_or(1.0, |(_, temperature)| temperature);
    let weights = LineWeights { temperature: best, ..weights };
    let reader = LineReader::new(&weights);
    let is_wrong = |(strip, symbols): &&(Strip, Vec<Symbol>)| {
        let likeliest = reader.read(strip, Wanted::All).likeliest(1);
        likeliest.first().is_none_or(|string| string.symbols != *symbols)
    };
    let errors = lines.iter().filter(is_wrong).count();
    (weights, ValidationFigure { name: "drawn lines".to_owned(), images: lines.len(), errors })
}

/// Lines written with the digits kept for validation.
fn lines(samples: &Samples, seed: u64) -> Vec<(Strip, Vec<Symbol>)> {
    let kept = kept_for_validation(samples);
    if kept.digits.iter().all(|source| source.samples.is_empty()) {
        return Vec::new();
    }
    let scribe = Scribe::new(&kept);
    let mut random = Pcg64Mcg::seed_from_u64(seed ^ 0x0a11_da7e);
    (0..LINES).filter_map(|_| draw_strip(&scribe, &mut random)).collect()
}

/// The digits kept for validation as something to write with.
fn kept_for_validation(samples: &Samples) -> Samples {
    let source = |part: &crate::train::samples::Validation| {
        let pairs = part.glyphs.iter().zip(&part.classes);
        let digits = pairs.filter(|(_, class)| matches!(class, Class::Digit(_)));
        let samples = digits.map(|(glyph, &class)| Sample { picture: picture(glyph), class }).collect();
        Source { name: part.name.clone(), normalised: true, weight: 1.0, samples }
    };
    Samples { digits: samples.validation.iter().map(source).collect(), ..Samples::default() }
}

fn picture(glyph: &Glyph) -> Canvas {
    let side = crate::glyph::GLYPH_SIZE_PX;
    let pixels = glyph.pixels.iter().map(|&pixel| f32::from(pixel) / 255.0).collect();
    let canvas = Canvas { width: side, height: side, pixels };
    match canvas.ink_bounds(0.0) {
        Some(bounds) => canvas.cropped(bounds.grown(1).intersection(&Rect::new(0, 0, side as i32, side as i32))),
        None => canvas,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::train::samples::Validation;

    #[test]
    fn digits_kept_for_validation_write_the_lines() {
        let glyph = |level: u8| {
            let mut pixels = Box::new([0; 784]);
            (5..23).for_each(|row| pixels[row * 28 + 14] = level);
            Glyph { pixels, origin: Rect::new(0, 0, 28, 28) }
        };
        let part = Validation {
            name: "part".to_owned(),
            glyphs: vec![glyph(255), glyph(200)],
            classes: vec![Class::Digit(1), Class::Dash],
        };
        let kept = kept_for_validation(&Samples { validation: vec![part], ..Samples::default() });
        assert_eq!((kept.digits[0].samples.len(), kept.digits[0].samples[0].class), (1, Class::Digit(1)));
        assert_eq!(kept.digits[0].samples[0].picture.width, 3);
        assert!(lines(&Samples::default(), 1).is_empty());
    }
}
