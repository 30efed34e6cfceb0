//! The samples of strips and tiles in, the pixels of the page out: polarity, palette, inks, chrominance and alpha.

use super::layout::{Alpha, Compression, Layout, Photometric};
use crate::scan::fault::Outcome;
use crate::scan::{Pixels, sample};

/// A page being put together.
pub(super) struct Canvas<'a> {
    layout: &'a Layout<'a>,
    /// What the samples mean after the codec: the JPEG decoder gives red, green and blue for chrominance.
    photometric: Photometric,
    /// 1 for grey, 3 for colour.
    channels: usize,
    /// Empty until the first strip or tile has come: a damaged page then takes no memory.
    samples: Vec<u8>,
}

impl<'a> Canvas<'a> {
    /// An empty page.
    pub(super) fn new(layout: &'a Layout<'a>) -> Self {
        let photometric = match (layout.photometric, layout.compression) {
            (Photometric::YCbCr, Compression::Jpeg) => Photometric::Rgb,
            (photometric, _) => photometric,
        };
        let channels = match photometric {
            Photometric::WhiteIsZero | Photometric::BlackIsZero => 1,
            _ => 3,
        };
        Self { layout, photometric, channels, samples: Vec::new() }
    }

    /// Puts a strip or tile in its place; what reaches over the edge of the page is padding.
    pub(super) fn place(&mut self, mut samples: Vec<u8>, across: usize, down: usize) {
        let layout = self.layout;
        let page_samples = layout.width * layout.height * self.channels;
        // The whole page in one strip, as fax programs write it: the copy would cost as much as the decoding.
        let is_page = layout.chunk_width == layout.width && samples.len() == page_samples;
        if is_page && self.channels == 1 && layout.samples_per_pixel == 1 {
            if self.photometric == Photometric::WhiteIsZero {
                samples.iter_mut().for_each(|sample| *sample = 255 - *sample);
            }
            self.samples = samples;
            return;
        }
        self.samples.resize(page_samples, 0);
        let (left, top) = (across * layout.chunk_width, down * layout.chunk_height);
        let width = layout.chunk_width.min(layout.width - left);
        let height = layout.chunk_height.min(layout.height - top);
        let stored_row = layout.chunk_width * layout.samples_per_pixel;
        for (y, row) in samples.chunks_exact(stored_row).take(height).enumerate() {
            let start = ((top + y) * layout.width + left) * self.channels;
            let target = &mut self.samples[start..start + width * self.channels];
            convert_row(layout, self.photometric, &row[..width * layout.samples_per_pixel], target);
        }
    }

    /// The finished page.
    pub(super) fn finish(self) -> Outcome<Pixels> {
        let (width, height) = (self.layout.width as u32, self.layout.height as u32);
        if self.channels == 1 {
            sample::grey(width, height, self.samples)
        } else {
            sample::colour(width, height, self.samples)
        }
    }
}

fn convert_row(layout: &Layout, photometric: Photometric, row: &[u8], target: &mut [u8]) {
    let plain = layout.samples_per_pixel == photometric.colour_samples();
    match photometric {
        Photometric::BlackIsZero if plain => target.copy_from_slice(row),
        Photometric::WhiteIsZero if plain => target.iter_mut().zip(row).for_each(|(to, from)| *to = 255 - from),
        Photometric::Rgb if plain => target.copy_from_slice(row),
        Photometric::WhiteIsZero | Photometric::BlackIsZero => {
            for (to, pixel) in target.iter_mut().zip(row.chunks_exact(layout.samples_per_pixel)) {
                let value = if photometric == Photometric::WhiteIsZero { 255 - pixel[0] } else { pixel[0] };
                *to = lay_over_white(layout.alpha, [value], pixel[1])[0];
            }
        }
        _ => {
            let pixels = row.chunks_exact(layout.samples_per_pixel);
            for (to, pixel) in target.as_chunks_mut::<3>().0.iter_mut().zip(pixels) {
                let colour = colour_of(layout, photometric, pixel);
                let alpha = pixel.get(photometric.colour_samples()).copied().unwrap_or(255);
                *to = lay_over_white(layout.alpha, colour, alpha);
            }
        }
    }
}

fn colour_of(layout: &Layout, photometric: Photometric, pixel: &[u8]) -> [u8; 3] {
    match (photometric, pixel) {
        (Photometric::Palette, [index, ..]) => layout.palette.get(usize::from(*index)).copied().unwrap_or([255; 3]),
        (Photometric::Cmyk, [cyan, magenta, yellow, black, ..]) => {
            sample::cmyk_to_rgb([*cyan, *magenta, *yellow, *black])
        }
        (Photometric::YCbCr, [luma, blue, red, ..]) => ycbcr_to_rgb(*luma, *blue, *red),
        (_, [red, green, blue, ..]) => [*red, *green, *blue],
        _ => [255; 3],
    }
}

/// Full-range ITU-R BT.601, the default of TIFF 6.0 (section 21) and what JPEG uses.
fn ycbcr_to_rgb(luma: u8, blue: u8, red: u8) -> [u8; 3] {
    let (luma, blue, red) = (f32::from(luma), f32::from(blue) - 128.0, f32::from(red) - 128.0);
    [luma + 1.402 * red, luma - 0.344_136 * blue - 0.714_136 * red, luma + 1.772 * blue]
        .map(|value| value.round().clamp(0.0, 255.0) as u8)
}

fn lay_over_white<const N: usize>(kind: Alpha, values: [u8; N], alpha: u8) -> [u8; N] {
    match kind {
        Alpha::None => values,
        Alpha::Associated => values.map(|value| value.saturating_add(255 - alpha)),
        Alpha::Unassociated => values.map(|value| sample::over_white(value, alpha)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn chrominance() {
        assert_eq!(ycbcr_to_rgb(100, 128, 128), [100, 100, 100]);
        assert_eq!(ycbcr_to_rgb(76, 85, 255), [254, 0, 0]);
    }

    #[test]
    fn both_kinds_of_alpha() {
        assert_eq!(lay_over_white(Alpha::None, [10], 0), [10]);
        assert_eq!(lay_over_white(Alpha::Associated, [10], 100), [165]);
        assert_eq!(lay_over_white(Alpha::Unassociated, [0], 0), [255]);
    }
}
