//! Strokes out of pictures: a picture of a digit in, the lines in the middle of its ink out, to be written by another pen.
//!
//! Thinning after Zhang and Suen (1984), a whole row of pixels at a time; then the lines are followed and smoothed.

use super::pen::{Place, Stroke, bounds};
use crate::train::canvas::Canvas;

/// Greatest side of a picture that is thinned, for a row must fit 64 bits; larger ones are made smaller first.
const SIDE_PX: usize = 62;

/// A stroke broader than this share of the height hides holes and ends; such a digit keeps its own ink.
const BROADEST: f32 = 0.3;

/// The strokes of a digit, 1 high, standing on 0 (so from -1 to 0), or `None` where its ink is too thick to tell.
pub fn strokes(picture: &Canvas) -> Option<Vec<Stroke>> {
    let factor = picture.width.max(picture.height).div_ceil(SIDE_PX).max(1);
    let small = if factor > 1 { &reduced(picture, factor) } else { picture };
    let mut rows = rows_of(small);
    let mass: u32 = rows.iter().map(|row| row.count_ones()).sum();
    thin(&mut rows);
    let length: u32 = rows.iter().map(|row| row.count_ones()).sum();
    let mut lines = follow(&mut rows, small);
    if lines.len() > MOST_STROKES {
        return None;
    }
    let [left, top, right, bottom] = bounds(&lines)?;
    let height = (bottom - top).max(0.7 * (right - left));
    if height < 6.0 || mass as f32 / length.max(1) as f32 > BROADEST * (height + 3.0) {
        return None;
    }
    lines.iter_mut().flatten().for_each(|place| *place = ((place.0 - left) / height, (place.1 - bottom) / height));
    Some(lines)
}

/// About how thick the strokes of a picture are, in heights: twice the ink to its edge.
pub fn thickness(picture: &Canvas) -> f32 {
    let width = picture.width.max(1);
    let rows = picture.pixels.chunks_exact(width);
    let across: f32 = rows.map(|row| row.windows(2).map(|pair| (pair[0] - pair[1]).abs()).sum::<f32>()).sum();
    let down: f32 = picture.pixels.iter().zip(picture.pixels.iter().skip(width)).map(|(a, b)| (a - b).abs()).sum();
    // The sum of steps across and down overrates a slanted edge by a quarter on average.
    let edge = (across + down) * 0.79;
    let height = picture.ink_bounds(0.3).map_or(1, |ink| ink.height.max(ink.width));
    2.0 * picture.mass() / edge.max(1.0) / height as f32
}

/// More lines than that are a broken or dirty digit.
const MOST_STROKES: usize = 5;

fn reduced(picture: &Canvas, factor: usize) -> Canvas {
    let mut small = Canvas::new(picture.width.div_ceil(factor), picture.height.div_ceil(factor));
    let share = 1.0 / (factor * factor) as f32;
    for (y, row) in picture.pixels.chunks_exact(picture.width.max(1)).enumerate() {
        for (x, pixel) in row.iter().enumerate() {
            small.pixels[y / factor * small.width + x / factor] += pixel * share;
        }
    }
    small
}

/// One bit a pixel, with a row of paper above and below; bit x+1 is column x.
fn rows_of(picture: &Canvas) -> Vec<u64> {
    let mut rows = vec![0; picture.height + 2];
    for (row, pixels) in rows[1..].iter_mut().zip(picture.pixels.chunks_exact(picture.width.max(1))) {
        for (x, &pixel) in pixels.iter().enumerate() {
            *row |= u64::from(pixel > 0.36) << (x + 1);
        }
    }
    rows
}

fn thin(rows: &mut [u64]) {
    loop {
        let mut changed = false;
        for second in [false, true] {
            let before = rows.to_vec();
            for y in 1..rows.len() - 1 {
                let gone = removable(&before[y - 1..=y + 1], second) & before[y];
                rows[y] &= !gone;
                changed |= gone != 0;
            }
        }
        if !changed {
            return;
        }
    }
}

/// The pixels of the middle row that a pass of the thinning takes away.
fn removable(rows: &[u64], second: bool) -> u64 {
    let (above, here, below) = (rows[0], rows[1], rows[2]);
    // Clockwise from the pixel above; a neighbour to the right has the higher bit.
    let around = [above, above >> 1, here >> 1, below >> 1, below, below << 1, here << 1, above << 1];
    let (mut ones, mut twos, mut fours, mut eights) = (0, 0, 0, 0);
    let (mut steps, mut more_steps) = (0, 0);
    for index in 0..8 {
        let mut carry = around[index];
        for digit in [&mut ones, &mut twos, &mut fours, &mut eights] {
            (*digit, carry) = (*digit ^ carry, *digit & carry);
        }
        let step = !around[index] & around[(index + 1) % 8];
        more_steps |= steps & step;
        steps |= step;
    }
    let two_to_six = (twos | fours) & !(ones & twos & fours) & !eights;
    let [north, _, east, _, south, _, west, _] = around;
    let free = if second {
        !(north & east & west) & !(north & south & west)
    } else {
        !(north & east & south) & !(east & south & west)
    };
    two_to_six & steps & !more_steps & free
}

/// Follows the thin lines, ends first, each going on as straight as it can.
fn follow(rows: &mut [u64], picture: &Canvas) -> Vec<Stroke> {
    let all = rows.to_vec();
    let is_set = |rows: &[u64], x: usize, y: usize| rows[y] >> x & 1 == 1;
    let degree = |x: usize, y: usize| {
        NEIGHBOURS
            .iter()
            .filter(|&&(dx, dy)| is_set(&all, x.wrapping_add_signed(dx), y.wrapping_add_signed(dy)))
            .count()
    };
    let mut starts: Vec<(usize, usize)> = Vec::new();
    for (y, &row) in all.iter().enumerate() {
        let mut row = row;
        while row != 0 {
            starts.push((row.trailing_zeros() as usize, y));
            row &= row - 1;
        }
    }
    // Ends before the rest; the order within each is that of rows.
    starts.sort_by_key(|&(x, y)| degree(x, y) != 1);
    let mut lines = Vec::new();
    for (x, y) in starts {
        if is_set(rows, x, y) {
            let line = walk(rows, &all, (x, y));
            if line.len() > 2 {
                lines.push(smoothed(&line, picture));
            }
        }
    }
    lines
}

const NEIGHBOURS: [(isize, isize); 8] = [(1, 0), (0, 1), (-1, 0), (0, -1), (1, 1), (-1, 1), (-1, -1), (1, -1)];

fn walk(rows: &mut [u64], all: &[u64], start: (usize, usize)) -> Vec<(usize, usize)> {
    let step = |place: (usize, usize), by: (isize, isize)| {
        (place.0.wrapping_add_signed(by.0), place.1.wrapping_add_signed(by.1))
    };
    let mut line = Vec::new();
    // A branch begins on the line that it leaves.
    let taken =
        |rows: &[u64], place: (usize, usize)| all[place.1] >> place.0 & 1 == 1 && rows[place.1] >> place.0 & 1 == 0;
    if let Some(&by) = NEIGHBOURS.iter().find(|&&by| taken(rows, step(start, by))) {
        line.push(step(start, by));
    }
    let mut place = start;
    let mut heading = (0, 0);
    loop {
        rows[place.1] &= !(1 << place.0);
        line.push(place);
        let free = NEIGHBOURS.iter().filter(|&&by| {
            let next = step(place, by);
            rows[next.1] >> next.0 & 1 == 1
        });
        let Some(&by) =
            free.max_by_key(|by| (by.0 * heading.0 + by.1 * heading.1) * 2 - isize::from(by.0 != 0 && by.1 != 0))
        else {
            break;
        };
        place = step(place, by);
        let back = line[line.len().saturating_sub(3)];
        heading = (place.0 as isize - back.0 as isize, place.1 as isize - back.1 as isize);
    }
    // A loop closes on what was written before.
    let near = |other: (usize, usize)| other.0.abs_diff(place.0) <= 1 && other.1.abs_diff(place.1) <= 1;
    let own_end = line.len().saturating_sub(3);
    let closing = NEIGHBOURS
        .iter()
        .map(|&by| step(place, by))
        .find(|&next| taken(rows, next) && near(next) && !line[own_end..].contains(&next));
    line.extend(closing.filter(|_| line.len() > 3));
    line
}

/// Pixels to places between pixels: drawn to the middle of the ink, then smoothed.
fn smoothed(line: &[(usize, usize)], picture: &Canvas) -> Stroke {
    let mut places: Stroke = line.iter().map(|&(x, y)| middle_of_ink(picture, x - 1, y - 1)).collect();
    for _ in 0..2 {
        let before = places.clone();
        for index in 1..places.len() - 1 {
            let (a, b, c) = (before[index - 1], before[index], before[index + 1]);
            places[index] = ((a.0 + 2.0 * b.0 + c.0) / 4.0, (a.1 + 2.0 * b.1 + c.1) / 4.0);
        }
    }
    places
}

fn middle_of_ink(picture: &Canvas, x: usize, y: usize) -> Place {
    let (mut mass, mut across, mut down) = (1e-3, 0.0, 0.0);
    for row in y.saturating_sub(1)..(y + 2).min(picture.height) {
        for column in x.saturating_sub(1)..(x + 2).min(picture.width) {
            let ink = picture.pixels[row * picture.width + column];
            mass += ink;
            across += ink * (column as f32 - x as f32);
            down += ink * (row as f32 - y as f32);
        }
    }
    (x as f32 + across / mass, y as f32 + down / mass)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_thick_stroke_becomes_one_line_of_its_length() {
        let mut canvas = Canvas::new(28, 28);
        canvas.line((14.0, 5.0), (14.0, 23.0), 3.0);
        let strokes = strokes(&canvas).expect("thin enough");
        assert_eq!(strokes.len(), 1);
        let [left, top, right, bottom] = bounds(&strokes).expect("places");
        assert!((bottom - top - 1.0).abs() < 1e-3 && bottom.abs() < 1e-3);
        assert!(right - left < 0.15);
    }

    #[test]
    fn a_ring_stays_closed_and_a_blot_is_left_alone() {
        let mut canvas = Canvas::new(28, 28);
        let ring: Vec<Place> = (0..=24)
            .map(|step| (step as f32 * 0.2618).sin_cos())
            .map(|(s, c)| (14.0 + 8.0 * s, 14.0 + 8.0 * c))
            .collect();
        canvas.lines(&ring, 2.5);
        let strokes_of_ring = strokes(&canvas).expect("thin enough");
        let longest = strokes_of_ring.iter().max_by_key(|stroke| stroke.len()).expect("a stroke");
        let (first, last) = (longest[0], longest[longest.len() - 1]);
        assert!((first.0 - last.0).hypot(first.1 - last.1) < 0.2);
        canvas.line((14.0, 14.0), (14.0, 16.0), 18.0);
        assert!(strokes(&canvas).is_none());
    }
}
