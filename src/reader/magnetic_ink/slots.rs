//! Reads again what a correlation leaves in doubt: the firm characters of a line in, all characters between and around them out.
//!
//! A signature or a stamp adds ink to a line and takes none away. So missing ink counts in full here and other ink little, each place
//! is looked at where the pitch says that a character stands, and a place may be empty.

use super::{FINE_PX, PITCH_CELLS, Symbol, shape};
use crate::correlation::Plane;

/// A character, or none, at a place of the plane.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Slot {
    /// Left edge of its window, in pixels of the plane.
    pub x: usize,
    /// Upper edge of its window.
    pub y: usize,
    /// Its place in [`Symbol::ALL`]; `None` where it is empty.
    pub symbol: Option<usize>,
    /// How much better it is than the next best: in likeness where firm, else in pixels of ink.
    pub lead: f32,
    /// Whether correlation found it, so that nothing was read again.
    pub is_firm: bool,
}

/// What ink that no character explains costs, as a share of what missing ink costs.
const FOREIGN_PRICE: f32 = 0.3;
/// What ink costs where nothing is said to stand: thin characters that are a little out of place must not be taken for foreign ink. On drawn
/// lines of seeds 2 and 3, 0.48 takes foreign ink for characters and 0.3 characters for foreign ink.
const EMPTY_PRICE: f32 = 0.38;
/// How far a character may stand from where its neighbours put it, in pixels of the plane.
const REACH_PX: usize = 2;

/// The picture of a symbol, and how dark the print of this line is.
pub(super) struct SlotReader<'a> {
    plane: &'a Plane,
    pictures: Vec<(usize, usize, Vec<f32>)>,
    /// Left edges of windows in which a character surely stands.
    filled: Vec<usize>,
    paper: f32,
    print: f32,
}

impl<'a> SlotReader<'a> {
    /// Takes the levels of paper and print from the firm characters.
    pub(super) fn new(plane: &'a Plane, firm: &[Slot], filled: Vec<usize>) -> Self {
        let pictures: Vec<_> = Symbol::ALL.into_iter().map(|symbol| shape::picture(symbol, FINE_PX)).collect();
        let (mut on_print, mut on_paper) = (Vec::new(), Vec::new());
        for slot in firm {
            let Some((width, height, picture)) = slot.symbol.map(|symbol| &pictures[symbol]) else { continue };
            for y in 0..*height {
                for x in 0..*width {
                    let value = plane.values[(slot.y + y) * plane.width + slot.x + x];
                    match picture[y * width + x] {
                        share if share >= 1.0 => on_print.push(value),
                        share if share <= 0.0 => on_paper.push(value),
                        _ => {}
                    }
                }
            }
        }
        let (paper, print) = (middle(on_paper), middle(on_print));
        Self { plane, pictures, filled, paper, print: print.max(paper + 1.0) }
    }

    /// All characters from `first` to `last` (left edges of windows): the firm ones, and what stands between them.
    pub(super) fn read(&self, firm: &[Slot], first: usize, last: usize) -> Vec<Slot> {
        let pitch = PITCH_CELLS * FINE_PX;
        let mut slots = Vec::new();
        let (Some(left), Some(right)) = (firm.first(), firm.last()) else { return slots };
        let before = (left.x.saturating_sub(first) as f64 / pitch).round() as usize;
        for index in (1..=before).rev() {
            slots.push(self.best(left.x as f64 - pitch * index as f64, left.y));
        }
        for pair in firm.windows(2) {
            slots.push(pair[0]);
            let distance = (pair[1].x - pair[0].x) as f64;
            let steps = (distance / pitch).round() as usize;
            for index in 1..steps {
                let share = index as f64 / steps as f64;
                let y = pair[0].y as f64 + share * (pair[1].y as f64 - pair[0].y as f64);
                slots.push(self.best(pair[0].x as f64 + share * distance, y.round() as usize));
            }
        }
        slots.push(*right);
        let behind = (last.saturating_sub(right.x) as f64 / pitch).round() as usize;
        for index in 1..=behind {
            slots.push(self.best(right.x as f64 + pitch * index as f64, right.y));
        }
        slots
    }

    /// What fits best around a place.
    fn best(&self, x: f64, y: usize) -> Slot {
        let x = x.round().max(0.0) as usize;
        let mut fits: Vec<(f32, Slot)> =
            (0..self.pictures.len()).filter_map(|symbol| self.best_place(symbol, x, y)).collect();
        let (width, height, _) = self.pictures[0];
        let is_filled = self.filled.iter().any(|filled| filled.abs_diff(x) <= REACH_PX + 1);
        let empty = self.misfit(&vec![0.0; width * height], (width, height), (x, y));
        fits.extend(empty.filter(|_| !is_filled).map(|misfit| {
            (misfit * EMPTY_PRICE / FOREIGN_PRICE, Slot { x, y, symbol: None, lead: 0.0, is_firm: false })
        }));
        fits.sort_by(|a, b| a.0.total_cmp(&b.0));
        let nothing = Slot { x, y, symbol: None, lead: 0.0, is_firm: false };
        let lead = if let [first, second, ..] = fits.as_slice() { second.0 - first.0 } else { 0.0 };
        fits.first().map_or(nothing, |(_, slot)| Slot { lead, ..*slot })
    }

    fn best_place(&self, symbol: usize, x: usize, y: usize) -> Option<(f32, Slot)> {
        let (width, height, picture) = &self.pictures[symbol];
        let mut best: Option<(f32, Slot)> = None;
        for y in y.saturating_sub(1)..=y + 1 {
            for x in x.saturating_sub(REACH_PX)..=x + REACH_PX {
                let Some(misfit) = self.misfit(picture, (*width, *height), (x, y)) else { continue };
                if best.is_none_or(|(least, _)| misfit < least) {
                    best = Some((misfit, Slot { x, y, symbol: Some(symbol), lead: 0.0, is_firm: false }));
                }
            }
        }
        best
    }

    /// How badly a picture fits at a place: the squares of missing ink, and a share of those of other ink; `None` beyond the plane.
    fn misfit(&self, picture: &[f32], (width, height): (usize, usize), (x, y): (usize, usize)) -> Option<f32> {
        if x + width > self.plane.width || y + height > self.plane.height {
            return None;
        }
        let scale = 1.0 / (self.print - self.paper);
        let mut misfit = 0.0;
        for (row, expected) in picture.chunks_exact(width).enumerate() {
            let start = (y + row) * self.plane.width + x;
            for (value, expected) in self.plane.values[start..start + width].iter().zip(expected) {
                let more = ((value - self.paper) * scale).clamp(0.0, 1.0) - expected;
                misfit += more * more * if more > 0.0 { FOREIGN_PRICE } else { 1.0 };
            }
        }
        Some(misfit)
    }
}

fn middle(mut values: Vec<f32>) -> f32 {
    if values.is_empty() {
        return 0.0;
    }
    let place = values.len() / 2;
    *values.select_nth_unstable_by(place, f32::total_cmp).1
}

#[cfg(test)]
mod tests {
    use super::*;

    const PITCH_PX: usize = (PITCH_CELLS * FINE_PX) as usize;

    /// A plane with one character at every pitch, `None` for an empty place.
    fn plane(symbols: &[Option<usize>]) -> Plane {
        let (width, height) = ((symbols.len() + 1) * PITCH_PX, 40);
        let mut values = vec![0.0_f32; width * height];
        for (place, symbol) in symbols.iter().enumerate().filter_map(|(place, symbol)| Some((place, (*symbol)?))) {
            let (picture_width, _, picture) = shape::picture(Symbol::ALL[symbol], FINE_PX);
            for (index, value) in picture.iter().enumerate() {
                let (x, y) = (index % picture_width + place * PITCH_PX, index / picture_width + 4);
                values[y * width + x] = 200.0 * value;
            }
        }
        Plane { width, height, values }
    }

    fn firm(place: usize, symbol: usize) -> Slot {
        Slot { x: place * PITCH_PX, y: 4, symbol: Some(symbol), lead: 0.5, is_firm: true }
    }

    fn read(plane: &Plane) -> Vec<Option<usize>> {
        let slots = SlotReader::new(plane, &[firm(0, 1), firm(3, 2)], Vec::new());
        slots.read(&[firm(0, 1), firm(3, 2)], 0, 3 * PITCH_PX).iter().map(|slot| slot.symbol).collect()
    }

    #[test]
    fn what_stands_between_firm_characters_is_read_and_an_empty_place_stays_empty() {
        let line = [Some(1), Some(7), None, Some(2)];
        assert_eq!(read(&plane(&line)), line);
    }

    #[test]
    fn a_stroke_across_a_character_does_not_change_it() {
        let line = [Some(1), Some(4), Some(9), Some(2)];
        let mut plane = plane(&line);
        for x in PITCH_PX..3 * PITCH_PX {
            for y in 12..14 {
                plane.values[y * plane.width + x] = 200.0;
            }
        }
        assert_eq!(read(&plane), line);
    }
}
