//! Scanner noise: how much there is, and a grey plane without it.

use image::GrayImage;

use crate::vectorised::vectorised;

/// Noise figures of a page.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Noise {
    /// Standard deviation of the grain on flat paper, in grey levels of 255.
    pub sigma: f32,
    /// Share of single pixels that stand out from all their neighbours (salt and pepper), 0 to 1.
    pub impulse_share: f32,
}

/// From this share of salt and pepper on, the median is worth the sharpness that it costs.
const MEDIAN_FROM_SHARE: f32 = 0.0004;

/// From this grain on, smoothing is worth it: below, the threshold copes alone.
const SMOOTH_FROM_SIGMA: f32 = 7.0;

/// A pixel is an impulse if it differs from its four neighbours by more than this, and they agree within it.
const IMPULSE_LEVELS: u8 = 50;

/// Below this height in pixels a stroke is a pixel or two wide, and a median would eat it.
const MEDIAN_MIN_HEIGHT_PX: u32 = 60;

/// Measures the noise on every sixteenth row.
///
/// The grain is the median difference of horizontal neighbours (edges are rare, so they do not move the median); for a
/// normal distribution that median is 0.954 sigma.
pub fn measure(grey: &GrayImage) -> Noise {
    let width = grey.width() as usize;
    if width < 3 || grey.height() < 3 {
        return Noise::default();
    }
    let rows: Vec<&[u8]> = grey.as_raw().chunks_exact(width).collect();
    let mut differences = [0u32; 256];
    let (mut impulses, mut seen) = (0u32, 0u32);
    let step = if rows.len() > 400 { 16 } else { 1 };
    for y in (1..rows.len() - 1).step_by(step) {
        let row = rows[y];
        row.windows(2).for_each(|pair| differences[usize::from(pair[0].abs_diff(pair[1]))] += 1);
        impulses += count_impulses(rows[y - 1], row, rows[y + 1]);
        seen += width as u32 - 1;
    }
    Noise { sigma: median_of_histogram(&differences, seen) / 0.954, impulse_share: impulses as f32 / seen as f32 }
}

/// Pixels of a row that stand out from their four neighbours, while those agree.
fn count_impulses(above: &[u8], row: &[u8], below: &[u8]) -> u32 {
    let inner = row.len() - 2;
    let (above, below) = (&above[1..=inner], &below[1..=inner]);
    let (left, middle, right) = (&row[..inner], &row[1..=inner], &row[2..]);
    let mut count = 0;
    for x in 0..inner {
        let low = above[x].min(below[x]).min(left[x]).min(right[x]);
        let high = above[x].max(below[x]).max(left[x]).max(right[x]);
        let agree = high - low <= IMPULSE_LEVELS;
        let stands_out =
            (middle[x] > high.saturating_add(IMPULSE_LEVELS)) | (middle[x] < low.saturating_sub(IMPULSE_LEVELS));
        count += u32::from(agree & stands_out);
    }
    count
}

/// The median, interpolated inside its bin so that it moves smoothly.
fn median_of_histogram(histogram: &[u32; 256], total: u32) -> f32 {
    let half = total as f32 / 2.0;
    let mut below = 0.0;
    for (value, &count) in histogram.iter().enumerate() {
        let count = count as f32;
        if below + count >= half && count > 0.0 {
            // Bin 0 holds differences below one half, bin 1 from one half to one and a half, and so on.
            let share = (half - below) / count;
            return if value == 0 { share * 0.5 } else { value as f32 - 0.5 + share };
        }
        below += count;
    }
    0.0
}

/// Takes out salt and pepper with a 3x3 median and grain with a light smoothing, each only where the figures call for it.
pub fn denoise(mut grey: GrayImage, noise: &Noise) -> GrayImage {
    if grey.height() < MEDIAN_MIN_HEIGHT_PX && noise.impulse_share < 10.0 * MEDIAN_FROM_SHARE {
        return grey;
    }
    if noise.impulse_share >= MEDIAN_FROM_SHARE {
        median_3x3(&mut grey);
    } else if noise.sigma >= SMOOTH_FROM_SIGMA {
        smooth_3x3(&mut grey);
    }
    grey
}

/// Neighbours within this many levels of a pixel are like it ...
const LIKE_LEVELS: u8 = 60;

/// ... and a pixel with fewer of them than this is a speck. A thin line has two: a plain median would break it.
const MIN_LIKE: u8 = 2;

/// Pixels of a row among which specks are looked for at once: two vectors of AVX-512.
const BLOCK_PX: usize = 128;

/// Replaces specks by the median of their 3x3 neighbourhood (a switching median; Sun and Neuvo 1994); all else, and the border, stays.
fn median_3x3(grey: &mut GrayImage) {
    filter_rows(
        grey,
        #[inline(always)]
        |above, row, below, out| {
            let inner = out.len() - 2;
            for start in (0..inner).step_by(BLOCK_PX) {
                let length = BLOCK_PX.min(inner - start);
                let here = start..start + length + 2;
                let mut unlike = [0u8; BLOCK_PX];
                count_unlike([&above[here.clone()], &row[here.clone()], &below[here]], &mut unlike);
                // What is like two of the four is no speck, and most blocks hold nothing else.
                let may_be_speck = |unlike: u8| 4 - unlike < MIN_LIKE;
                if may_be_speck(unlike.iter().fold(0, |most, &unlike| most.max(unlike))) {
                    let places = (0..length).filter(|&place| may_be_speck(unlike[place])).map(|place| start + place);
                    for x in places.filter(|&x| is_speck(x, above, row, below)) {
                        out[x + 1] = median_at(x, above, row, below);
                    }
                }
            }
        },
    );
}

/// Counts for each pixel of the middle row, its ends left out, which of the four neighbours beside, above and below it are unlike it.
#[inline(always)]
fn count_unlike([above, row, below]: [&[u8]; 3], unlike: &mut [u8; BLOCK_PX]) {
    let inner = row.len() - 2;
    for side in [row, &row[2..], &above[1..], &below[1..]] {
        for ((unlike, &center), &value) in unlike[..inner].iter_mut().zip(&row[1..]).zip(side) {
            // 0 or 1 without leaving bytes, so that a vector holds as many pixels as can be.
            *unlike += value.abs_diff(center).saturating_sub(LIKE_LEVELS).min(1);
        }
    }
}

/// Whether too few neighbours of the pixel in the middle of three columns, from `x` on, are like it.
fn is_speck(x: usize, above: &[u8], row: &[u8], below: &[u8]) -> bool {
    let center = row[x + 1];
    let like = |row: &[u8]| row[x..x + 3].iter().filter(|value| value.abs_diff(center) <= LIKE_LEVELS).count();
    // A pixel is like itself.
    like(above) + like(row) + like(below) <= usize::from(MIN_LIKE)
}

/// The median of three columns of three rows, from column `x` on.
fn median_at(x: usize, above: &[u8], row: &[u8], below: &[u8]) -> u8 {
    let mut nine = [0u8; 9];
    for (three, row) in nine.chunks_exact_mut(3).zip([above, row, below]) {
        three.copy_from_slice(&row[x..x + 3]);
    }
    nine.sort_unstable();
    nine[4]
}

/// The binomial 3x3 mean (1 2 1 in both directions, a sixteenth each); the border stays as it is.
fn smooth_3x3(grey: &mut GrayImage) {
    filter_rows(
        grey,
        #[inline(always)]
        |above, row, below, out| {
            let inner = out.len() - 2;
            let column = |x: usize| u16::from(above[x]) + 2 * u16::from(row[x]) + u16::from(below[x]);
            for x in 0..inner {
                out[x + 1] = ((column(x) + 2 * column(x + 1) + column(x + 2) + 8) >> 4) as u8;
            }
        },
    );
}

/// Runs a 3x3 operation over all inner rows; `operation` gets three rows and changes inner pixels of the middle one, which it gets twice.
fn filter_rows(grey: &mut GrayImage, operation: impl Fn(&[u8], &[u8], &[u8], &mut [u8])) {
    let width = grey.width() as usize;
    if width < 3 || grey.height() < 3 {
        return;
    }
    // The rows as they were: a page filtered in place needs no memory for a second one.
    let mut above = grey.as_raw()[..width].to_vec();
    let mut row = vec![0; width];
    for y in 1..grey.height() as usize - 1 {
        let pixels: &mut [u8] = grey;
        let (out, below) = pixels[y * width..].split_at_mut(width);
        row.copy_from_slice(out);
        vectorised(
            #[inline(always)]
            || operation(&above, &row, &below[..width], out),
        );
        std::mem::swap(&mut above, &mut row);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::runs::mask_of;
    use rand::{RngExt, SeedableRng};

    #[test]
    fn the_median_takes_out_a_speck_and_keeps_a_stroke() {
        let picture = mask_of(&[
            "..........", //
            ".#....###.", //
            "......###.", //
            "......###.", //
            "......###.", //
            "..........", //
        ]);
        let mut cleaned = picture;
        median_3x3(&mut cleaned);
        assert_eq!(cleaned.get_pixel(1, 1).0, [0]);
        assert_eq!(cleaned.get_pixel(7, 2).0, [255]);
        assert_eq!(cleaned.get_pixel(7, 3).0, [255]);
    }

    #[test]
    fn a_thin_line_stays_whole() {
        let picture = mask_of(&["....#....", "....#....", "....#....", "....#....", "....#...."]);
        let mut cleaned = picture.clone();
        median_3x3(&mut cleaned);
        assert_eq!(cleaned, picture);
    }

    #[test]
    fn a_speck_becomes_the_median_of_its_neighbours() {
        let mut random = rand_pcg::Pcg32::seed_from_u64(1);
        let mut grey = GrayImage::from_fn(40, 30, |_, _| image::Luma([200 + random.random_range(0..20u8)]));
        for (x, y) in [(1, 1), (20, 10), (38, 28), (5, 17)] {
            grey.put_pixel(x, y, image::Luma([0]));
        }
        let mut cleaned = grey.clone();
        median_3x3(&mut cleaned);
        for (x, y) in [(1, 1), (20, 10), (38, 28), (5, 17)] {
            let mut nine: Vec<u8> =
                (0..9).map(|place| grey.get_pixel(x + place % 3 - 1, y + place / 3 - 1).0[0]).collect();
            nine.sort_unstable();
            assert_eq!(cleaned.get_pixel(x, y).0[0], nine[4]);
        }
    }

    #[test]
    fn grain_and_specks_are_measured_apart() {
        let mut random = rand_pcg::Pcg32::seed_from_u64(2);
        let mut grain = || (0..12).map(|_| random.random_range(-10.0f32..10.0)).sum::<f32>() / 2.0;
        let grey = GrayImage::from_fn(200, 200, |x, y| {
            let speck = (x * 7 + y * 13) % 500 == 0;
            image::Luma([if speck { 0 } else { (200.0 + grain()) as u8 }])
        });
        let noise = measure(&grey);
        assert!((8.0..12.0).contains(&noise.sigma), "{noise:?}");
        assert!((0.0015..0.0025).contains(&noise.impulse_share), "{noise:?}");
    }

    #[test]
    fn an_image_of_one_pixel_is_left_alone() {
        let one = GrayImage::from_pixel(1, 1, image::Luma([77]));
        let noise = measure(&one);
        assert_eq!(denoise(one.clone(), &noise), one);
    }
}
