//! Rubbish as a segmenter really makes it, for the class "not a digit": half digits, two digits in one crop, a digit with
//! a piece of its neighbour.
//!
//! A piece that a person could take for a digit is no rubbish: the right half of an 8 is a 3, that of a 4 a 1.

use rand::RngExt;
use rand_pcg::Pcg64Mcg;

use super::canvas::Canvas;
use crate::geometry::Rect;

/// Digits whose left part is no digit, when it is wide enough to be no stroke.
const LEFT_PARTS: [u8; 6] = [0, 2, 4, 5, 8, 9];

/// Digits whose right part is no digit.
const RIGHT_PARTS: [u8; 3] = [0, 5, 6];

/// Pieces narrower than this share of their height look like a 1 and are not used.
const LEAST_ASPECT: f32 = 0.3;

/// Half of a digit, cut from top to bottom at a random place and slant; `None` where the piece could be a digit.
pub fn half(random: &mut Pcg64Mcg, digit: u8, canvas: &Canvas) -> Option<Canvas> {
    let bounds = canvas.ink_bounds(0.3)?;
    let left = random.random_bool(0.5);
    let allowed: &[u8] = if left { &LEFT_PARTS } else { &RIGHT_PARTS };
    if !allowed.contains(&digit) {
        return None;
    }
    let middle = bounds.x as f32 + bounds.width as f32 * (0.38 + 0.24 * random.random::<f32>());
    let slant = (random.random::<f32>() - 0.5) * 0.4;
    let centre = bounds.center().y as f32;
    let mut piece = canvas.clone();
    for (y, row) in piece.pixels.chunks_exact_mut(canvas.width).enumerate() {
        let cut = (middle + slant * (centre - y as f32)).clamp(0.0, canvas.width as f32) as usize;
        if left { row[cut..].fill(0.0) } else { row[..cut].fill(0.0) }
    }
    let rest = piece.ink_bounds(0.3)?;
    let wide_enough = rest.width as f32 >= LEAST_ASPECT * rest.height as f32;
    (wide_enough && rest.height * 2 > bounds.height).then(|| piece.cropped(rest))
}

/// Two digits side by side in one crop, touching or nearly so.
pub fn pair(random: &mut Pcg64Mcg, first: &Canvas, second: &Canvas) -> Option<Canvas> {
    let (first, second) = (tight(first)?, tight(second)?);
    let narrower = first.width.min(second.width) as f32;
    let gap = narrower * (0.25 * random.random::<f32>() - 0.12);
    let drop = (first.height as f32 * (random.random::<f32>() - 0.5) * 0.3) as isize;
    Some(beside(&first, &second, gap as isize, drop))
}

/// A digit with a third or more of its neighbour's width; `None` where the piece comes out too small to matter.
pub fn with_fragment(random: &mut Pcg64Mcg, digit: &Canvas, neighbour: &Canvas) -> Option<Canvas> {
    let (digit, neighbour) = (tight(digit)?, tight(neighbour)?);
    let width = (neighbour.width as f32 * (0.35 + 0.25 * random.random::<f32>())) as i32;
    let left = random.random_bool(0.5);
    let start = if left { neighbour.width as i32 - width } else { 0 };
    let piece = tight(&neighbour.cropped(Rect::new(start, 0, width, neighbour.height as i32)))?;
    if piece.mass() < 0.2 * digit.mass() || piece.width < 5 {
        return None;
    }
    let gap = random.random_range(0..4) as isize;
    Some(if left { beside(&piece, &digit, gap, 0) } else { beside(&digit, &piece, gap, 0) })
}

fn tight(canvas: &Canvas) -> Option<Canvas> {
    canvas.ink_bounds(0.3).map(|bounds| canvas.cropped(bounds))
}

fn beside(left: &Canvas, right: &Canvas, gap: isize, drop: isize) -> Canvas {
    let start = (left.width as isize + gap).max(0);
    let top = drop.min(0).unsigned_abs();
    let height = (left.height + top).max((right.height as isize + drop.max(0)) as usize + 1);
    let mut both = Canvas::new(start as usize + right.width, height);
    both.overlay(left, 0, top as isize);
    both.overlay(right, start, drop.max(0));
    both
}

#[cfg(test)]
mod tests {
    use rand::SeedableRng;

    use super::*;

    fn box_of(width: usize, height: usize) -> Canvas {
        let mut canvas = Canvas::new(width + 4, height + 4);
        let (right, bottom) = (width as f32 + 1.0, height as f32 + 1.0);
        canvas.lines(&[(3.0, 3.0), (right, 3.0), (right, bottom), (3.0, bottom), (3.0, 3.0)], 2.0);
        canvas
    }

    #[test]
    fn halves_are_narrower_and_only_of_digits_that_allow_it() {
        let random = &mut Pcg64Mcg::seed_from_u64(1);
        let whole = box_of(20, 26);
        let width = whole.ink_bounds(0.3).expect("ink").width as usize;
        for _ in 0..50 {
            if let Some(piece) = half(random, 0, &whole) {
                assert!(piece.width < width * 3 / 4 && piece.width > 4);
            }
            assert_eq!(half(random, 1, &whole), None);
            assert_eq!(half(random, 0, &box_of(8, 40)), None);
        }
    }

    #[test]
    fn pairs_hold_the_ink_of_both() -> Result<(), String> {
        let random = &mut Pcg64Mcg::seed_from_u64(1);
        let (first, second) = (box_of(20, 26), box_of(14, 30));
        for _ in 0..50 {
            let both = pair(random, &first, &second).ok_or("two boxes make a pair")?;
            assert!(both.mass() > 0.85 * (first.mass() + second.mass()));
            assert!(both.width > 30 && both.height >= 30);
        }
        Ok(())
    }

    #[test]
    fn fragments_make_a_digit_wider() {
        let random = &mut Pcg64Mcg::seed_from_u64(1);
        let made = (0..50).filter_map(|_| with_fragment(random, &box_of(20, 26), &box_of(20, 26)));
        let widths: Vec<usize> = made.map(|canvas| canvas.width).collect();
        assert!(!widths.is_empty() && widths.iter().all(|&width| width > 24), "{widths:?}");
    }
}
