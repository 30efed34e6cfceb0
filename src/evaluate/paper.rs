//! What of a raw image of one character is paper: pixels of either polarity in, noisy or not; ink high on paper of 0 out.
//!
//! Images that are clean already are left as they are: on the images of MNIST, USPS, Semeion, optdigits, BHMSDS and of Swiss
//! forms (120,000 in all, dashes that fill their frame among them) none is taken for inverted or noisy.

use image::GrayImage;

use crate::runs::{Runs, components};

/// In raw cells, what is fainter than this share of the darkest pixel is paper: the grain of flattened scans reaches 0.15,
/// pencil strokes stay above 0.3.
pub(super) const GRAIN_SHARE: f32 = 0.2;

/// Where so many places of the paper are darker than grain there is noise. Normal noise of 30 (of 255) lifts 4.5 % of them,
/// noise of 20 half a percent.
const NOISY_PLACES: f32 = 0.005;

/// An image is inverted if the mean of the bright shares of its border and of its area is above this. Of the images of those
/// sets Semeion's, which fill their frames, reach 0.513, all others 0.49.
const INVERTED_SHARE: f32 = 0.52;

/// Noise below this share of the darkest ink is none. Clean images with [`LEAST_PAPER`] measured 0.008 at most, images of
/// MNIST with normal noise of 30 (0.12) measured 0.08 at least.
const LEAST_NOISE: f32 = 0.025;

/// The noise is measured on at least so many places without ink; the frames of USPS and Semeion, which digits fill, have
/// fewer than 80.
const LEAST_PAPER: usize = 100;

/// A place counts as paper where nothing around it reaches this share of the darkest ink.
const PAPER_SHARE: f32 = 0.5;

/// The deviation of normal noise, of which paper shows the upper half alone, by the median of its response to the Laplacian
/// (30 / 16.2, measured on MNIST).
const DEVIATION_A_RESPONSE: f32 = 1.85;

/// Smoothed pixels above so many deviations are ink. Of 1.0, 1.1, 1.2 and 1.3 the upper ones read noisy images of MNIST's
/// training part best (99.74 % of the clean 99.75 %).
const INK_DEVIATIONS: f32 = 1.2;

/// Ink of less than this share of all is a speck of noise.
const SPECK_SHARE: f32 = 0.05;

/// The image with ink high, or `None` where it is so already: an image is inverted if [`INVERTED_SHARE`] of its border and its
/// area and at least two of its corners are nearer to its brightest value than to its darkest (strokes that fill a frame
/// leave its corners). Its paper, the usual value of what is bright on the border, becomes 0.
pub(super) fn turned_ink_high(pixels: &[u8], width: usize) -> Option<Vec<u8>> {
    let height = pixels.len() / width.max(1);
    let (low, high) = (*pixels.iter().min()?, *pixels.iter().max()?);
    let middle = low + (high - low) / 2;
    let is_border = |place: usize| {
        let (x, y) = (place % width, place / width);
        x == 0 || y == 0 || x + 1 == width || y + 1 == height
    };
    let border = || (0..pixels.len()).filter(|&place| is_border(place)).map(|place| pixels[place]);
    let mut paper: Vec<u8> = border().filter(|&pixel| pixel > middle).collect();
    let area_share = pixels.iter().filter(|&&pixel| pixel > middle).count() as f32 / pixels.len() as f32;
    let border_share = paper.len() as f32 / border().count().max(1) as f32;
    let corners = [0, width - 1, pixels.len() - width, pixels.len() - 1];
    let bright_corners = corners.iter().filter(|&&corner| pixels[corner] > middle).count();
    if (border_share + area_share) / 2.0 <= INVERTED_SHARE || bright_corners < 2 || paper.is_empty() {
        return None;
    }
    let half = paper.len() / 2;
    let paper = *paper.select_nth_unstable(half).1;
    Some(pixels.iter().map(|&pixel| paper.saturating_sub(pixel)).collect())
}

/// The deviation of the noise on the paper of an image, ink high: the median response to the Laplacian of Immerkaer (1996)
/// where there is no ink near. 0 where there is too little paper to say.
pub(super) fn noise_deviation(pixels: &[u8], width: usize) -> f32 {
    let height = pixels.len() / width.max(1);
    let peak = f32::from(pixels.iter().copied().max().unwrap_or(0));
    let (mut responses, mut dark_places) = (Vec::new(), 0usize);
    for (y, x) in (1..height.saturating_sub(1)).flat_map(|y| (1..width - 1).map(move |x| (y, x))) {
        let rows = [y - 1, y, y + 1].map(|row| &pixels[row * width + x - 1..][..3]);
        if rows.iter().copied().flatten().all(|&pixel| f32::from(pixel) < PAPER_SHARE * peak) {
            let across = rows.map(|row| f32::from(row[0]) - 2.0 * f32::from(row[1]) + f32::from(row[2]));
            responses.push((across[0] - 2.0 * across[1] + across[2]).abs());
            dark_places += usize::from(f32::from(rows[1][1]) > GRAIN_SHARE * peak);
        }
    }
    if responses.len() < LEAST_PAPER || (dark_places as f32) < NOISY_PLACES * responses.len() as f32 {
        return 0.0;
    }
    let half = responses.len() / 2;
    // 6 is the response to noise of deviation 1, 0.6745 the median of its size.
    let deviation = *responses.select_nth_unstable_by(half, f32::total_cmp).1 / 6.0 / 0.6745 * DEVIATION_A_RESPONSE;
    if deviation >= LEAST_NOISE * peak { deviation } else { 0.0 }
}

/// The image, ink high, without noise of this deviation: pixels stay as they are where the smoothed image stands out of the noise, and
/// become 0 elsewhere and on specks.
pub(super) fn without_noise(pixels: &[u8], width: usize, deviation: f32) -> Vec<u8> {
    let smooth = smoothed(pixels, width);
    let is_ink = |&value: &f32| if value > INK_DEVIATIONS * deviation { 255 } else { 0 };
    let mask = smooth.iter().map(is_ink).collect();
    let height = pixels.len() / width.max(1);
    let Some(mask) = GrayImage::from_raw(width as u32, height as u32, mask) else { return pixels.to_vec() };
    let found = components(&Runs::of_mask(&mask));
    let places =
        |row: i32, start: i32, end: i32| row as usize * width + start as usize..row as usize * width + end as usize;
    let mass = |run: &crate::runs::Run| smooth[places(run.row, run.start, run.end)].iter().sum::<f32>();
    let masses: Vec<f32> = found.iter().map(|component| component.runs.iter().map(mass).sum()).collect();
    let least = SPECK_SHARE * masses.iter().sum::<f32>();
    let mut clean = vec![0; pixels.len()];
    for component in found.iter().zip(&masses).filter(|(_, mass)| **mass >= least).map(|(component, _)| component) {
        for run in &component.runs {
            let places = places(run.row, run.start, run.end);
            clean[places.clone()].copy_from_slice(&pixels[places]);
        }
    }
    clean
}

/// Each pixel with its eight neighbours, weighted 4, 2 and 1; the border goes on beyond the edge.
fn smoothed(pixels: &[u8], width: usize) -> Vec<f32> {
    let height = pixels.len() / width.max(1);
    let blurred = |before: f32, middle: f32, after: f32| (before + 2.0 * middle + after) / 4.0;
    let rows: Vec<f32> = pixels
        .chunks_exact(width)
        .flat_map(|row| {
            let at = |x: usize| f32::from(row[x.min(width - 1)]);
            (0..width).map(move |x| blurred(at(x.saturating_sub(1)), at(x), at(x + 1)))
        })
        .collect();
    let at = |x: usize, y: usize| rows[y.min(height - 1) * width + x];
    let place = |place: usize| (place % width, place / width);
    (0..rows.len()).map(place).map(|(x, y)| blurred(at(x, y.saturating_sub(1)), at(x, y), at(x, y + 1))).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::evaluate::distortion::Distortion;

    /// A bar of four pixels by 20 in a frame of 28.
    fn bar() -> Vec<u8> {
        let is_ink = |place: usize| (10..14).contains(&(place % 28)) && (4..24).contains(&(place / 28));
        (0..784).map(|place| if is_ink(place) { 250 } else { 0 }).collect()
    }

    #[test]
    fn an_inverted_image_is_turned_and_its_paper_becomes_0() {
        let paper_grey = |ink: &u8| 200 - (f32::from(*ink) * 0.6) as u8;
        let inverted: Vec<u8> = bar().iter().map(paper_grey).collect();
        let turned = turned_ink_high(&inverted, 28).expect("it is inverted");
        assert_eq!((turned[0], turned[10 * 28 + 11]), (0, 150));
        assert_eq!(turned_ink_high(&bar(), 28), None);
    }

    #[test]
    fn ink_that_fills_the_frame_is_not_taken_for_paper() {
        // A dash stretched to its frame, and a blank image.
        let dash: Vec<u8> = (0..784).map(|place| if (6..22).contains(&(place / 28)) { 255 } else { 0 }).collect();
        assert_eq!(turned_ink_high(&dash, 28), None);
        assert_eq!(turned_ink_high(&[255; 784], 28), None);
        // A digit whose broad strokes fill its frame but for the corners.
        let is_corner = |place: usize| [0, 27].contains(&(place % 28)) && [0, 27].contains(&(place / 28));
        let broad: Vec<u8> = (0..784).map(|place| if is_corner(place) { 0 } else { 255 }).collect();
        assert_eq!(turned_ink_high(&broad, 28), None);
        assert_eq!(turned_ink_high(&[], 0), None);
    }

    #[test]
    fn noise_is_measured_and_taken_out() {
        let noisy = Distortion::Noise(30.0).apply(&bar(), 28, 0, 5);
        let deviation = noise_deviation(&noisy, 28);
        assert!((20.0..40.0).contains(&deviation), "{deviation}");
        let clean = without_noise(&noisy, 28, deviation);
        let differing = clean.iter().zip(bar()).filter(|(clean, bar)| (**clean > 0) != (*bar > 0)).count();
        // The smoothing leaves a hair of noise along the 48 pixels of the outline.
        assert!(differing < 50 && clean[0] == 0 && clean[14 * 28 + 11] > 150, "{differing}");
    }

    #[test]
    fn clean_images_have_no_noise_and_small_ones_none_that_could_be_told() {
        assert_eq!(noise_deviation(&bar(), 28), 0.0);
        let small = Distortion::Noise(30.0).apply(&[0; 64], 8, 0, 1);
        assert_eq!(noise_deviation(&small, 8), 0.0);
        assert_eq!(noise_deviation(&[], 0), 0.0);
    }
}
