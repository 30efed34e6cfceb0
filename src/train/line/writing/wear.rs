//! What the scanner and the file format do: paper and ink in, grey pixels with blur, noise, blocks or one bit each out.

use image::GrayImage;
use image::codecs::jpeg::JpegEncoder;
use rand::RngExt;
use rand_pcg::Pcg64Mcg;

use super::tables::Tables;
use crate::train::canvas::Canvas;

/// Lays ink on paper (1 is white); the ink's own level and grain by chance.
pub fn lay_ink(paper: &mut Canvas, ink: &Canvas, level: f32, tables: &Tables, random: &mut Pcg64Mcg) {
    // A pencil leaves grain, a pen hardly any.
    let grain = if random.random_bool(0.2) { 0.1 + 0.25 * random.random::<f32>() } else { 0.05 };
    let mut noise = tables.noise_from(random);
    let depth = 1.0 - level;
    for (paper, &ink) in paper.pixels.iter_mut().zip(&ink.pixels) {
        if ink > 0.0 {
            let cover = (ink * (1.0 - grain * noise.draw().abs())).max(0.0);
            // Ink lets a little of the paper's pattern through.
            *paper *= 1.0 - cover * depth * (0.9 + 0.1 * *paper);
        }
    }
}

/// Blurs, adds noise and packs as a scanner and a file would.
pub fn scanned(mut picture: Canvas, tables: &Tables, random: &mut Pcg64Mcg) -> GrayImage {
    let blur = match random.random_range(0..10) {
        0..3 => 0.0,
        3..8 => 0.1 + 0.15 * random.random::<f32>(),
        _ => 0.25,
    };
    if blur > 0.0 {
        soften(&mut picture, blur);
        if random.random_bool(0.25) {
            soften(&mut picture, blur);
        }
    }
    let noise =
        if random.random_bool(0.15) { 0.03 + 0.06 * random.random::<f32>() } else { 0.022 * random.random::<f32>() };
    let mut deviates = tables.noise_from(random);
    picture.pixels.iter_mut().for_each(|pixel| *pixel += noise * deviates.draw());
    if random.random_bool(0.2) {
        soften(&mut picture, 0.08);
    }
    if random.random_bool(0.08) {
        one_bit(&mut picture, random);
    }
    if random.random_bool(0.08) {
        specks(&mut picture, random);
    }
    let bytes = picture.pixels.iter().map(|&pixel| (pixel * 255.0 + 0.5).clamp(0.0, 255.0) as u8).collect();
    let image = GrayImage::from_raw(picture.width as u32, picture.height as u32, bytes).unwrap_or_default();
    if random.random_bool(0.2) { packed(image, random.random_range(30..92)) } else { image }
}

/// Each pixel with `share` of each neighbour across and down.
fn soften(picture: &mut Canvas, share: f32) {
    let width = picture.width;
    let own = 1.0 - 2.0 * share;
    let mut row_before = vec![0.0; width];
    for row in picture.pixels.chunks_exact_mut(width) {
        row_before.copy_from_slice(row);
        for x in 1..width.saturating_sub(1) {
            row[x] = own * row_before[x] + share * (row_before[x - 1] + row_before[x + 1]);
        }
    }
    row_before.copy_from_slice(&picture.pixels[..width]);
    for y in 1..picture.height.saturating_sub(1) {
        let (here, below) = picture.pixels[y * width..(y + 2) * width].split_at_mut(width);
        for ((pixel, before), below) in here.iter_mut().zip(&mut row_before).zip(below.iter()) {
            let now = *pixel;
            *pixel = own * now + share * (*before + *below);
            *before = now;
        }
    }
}

fn one_bit(picture: &mut Canvas, random: &mut Pcg64Mcg) {
    let mut sorted: Vec<f32> = picture.pixels.iter().step_by(7).copied().collect();
    sorted.sort_unstable_by(f32::total_cmp);
    let at = |share: f32| sorted[((sorted.len() - 1) as f32 * share) as usize];
    let (dark, light) = (at(0.01), at(0.6));
    let level = dark + (light - dark) * (0.5 + 0.3 * random.random::<f32>());
    picture.pixels.iter_mut().for_each(|pixel| *pixel = if *pixel < level { 0.0 } else { 1.0 });
}

fn specks(picture: &mut Canvas, random: &mut Pcg64Mcg) {
    let count = (picture.pixels.len() as f32 * 0.012 * random.random::<f32>()) as usize;
    for _ in 0..count {
        let place = random.random_range(0..picture.pixels.len());
        picture.pixels[place] = if random.random_bool(0.75) { 0.15 } else { 1.0 };
    }
}

fn packed(image: GrayImage, quality: u8) -> GrayImage {
    let mut bytes = Vec::with_capacity(image.len() / 4);
    let encoded = JpegEncoder::new_with_quality(&mut bytes, quality).encode_image(&image);
    let decoded = encoded.and_then(|()| image::load_from_memory_with_format(&bytes, image::ImageFormat::Jpeg));
    decoded.map_or(image, |decoded| decoded.into_luma8())
}
