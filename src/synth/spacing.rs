//! How close handwritten characters stand: ink masks one after the other in, the mask of the whole number out.
//!
//! The gap is measured between the ink itself and not between boxes, row by row, as slanted digits need it.

use super::sheet::Mask;

/// Fainter ink than this does not count as ink when gaps are measured.
const GAP_INK: u8 = 60;

/// A number while it is being written: characters placed so far, and how far their ink reaches in every row.
pub(super) struct Line {
    placed: Vec<(Mask, i32, i32)>,
    /// In each row of the line the first column behind the ink so far, if there is any.
    reach: Vec<Option<i32>>,
    /// The row on which digits stand.
    pub(super) baseline_px: f64,
}

impl Line {
    /// An empty line for digits of a height.
    pub(super) fn new(height_px: f64) -> Self {
        let rows = (2.4 * height_px).ceil() as usize;
        Self { placed: Vec::new(), reach: vec![None; rows], baseline_px: 1.7 * height_px }
    }

    /// Sets a character so that its ink keeps `gap_px` from the ink before it (negative: runs into it), looking
    /// `slanted` rows up and down as well.
    pub(super) fn append(&mut self, mask: Mask, top: i32, gap_px: f64, slanted: usize) {
        let previous = self.placed.last().map(|(mask, x, _)| (*x, mask.width as i32));
        let mut x = 0;
        if let Some((left, width)) = previous {
            let tightest = (0..mask.height)
                .filter_map(|row| {
                    let start = first_ink(&mask, row)?;
                    Some(self.reach_near((top + row as i32).max(0) as usize, slanted)? - start)
                })
                .max();
            // Characters that share no row (a 1 after a raised point, say) follow the box before them.
            x = tightest.unwrap_or(left + width) + gap_px.round() as i32;
            x = x.max(left + (width / 3).max(2));
        }
        for row in 0..mask.height {
            let place = usize::try_from(top + row as i32).ok();
            if let (Some(end), Some(reach)) = (last_ink(&mask, row), place.and_then(|row| self.reach.get_mut(row))) {
                *reach = Some(reach.unwrap_or(i32::MIN).max(x + end + 1));
            }
        }
        self.placed.push((mask, x, top));
    }

    fn reach_near(&self, row: usize, slanted: usize) -> Option<i32> {
        let end = (row + slanted + 1).min(self.reach.len());
        self.reach.get(row.saturating_sub(slanted)..end)?.iter().flatten().max().copied()
    }

    /// The whole number, cut to its characters.
    pub(super) fn into_mask(self) -> Mask {
        let left = self.placed.iter().map(|(_, x, _)| *x).min().unwrap_or_default();
        let top = self.placed.iter().map(|(_, _, y)| *y).min().unwrap_or_default();
        let right = self.placed.iter().map(|(mask, x, _)| x + mask.width as i32).max().unwrap_or(left + 1);
        let bottom = self.placed.iter().map(|(mask, _, y)| y + mask.height as i32).max().unwrap_or(top + 1);
        let (width, height) = ((right - left) as usize, (bottom - top) as usize);
        let mut coverage = vec![0u8; width * height];
        for (mask, x, y) in &self.placed {
            for row in 0..mask.height {
                let start = ((y - top) as usize + row) * width + (x - left) as usize;
                let source = &mask.coverage[row * mask.width..(row + 1) * mask.width];
                for (target, &ink) in coverage[start..start + mask.width].iter_mut().zip(source) {
                    *target = (*target).max(ink);
                }
            }
        }
        Mask { width, height, coverage }
    }
}

fn first_ink(mask: &Mask, row: usize) -> Option<i32> {
    let row = &mask.coverage[row * mask.width..(row + 1) * mask.width];
    row.iter().position(|&ink| ink > GAP_INK).map(|x| x as i32)
}

fn last_ink(mask: &Mask, row: usize) -> Option<i32> {
    let row = &mask.coverage[row * mask.width..(row + 1) * mask.width];
    row.iter().rposition(|&ink| ink > GAP_INK).map(|x| x as i32)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A full box of ink.
    fn block(width: usize, height: usize) -> Mask {
        Mask { width, height, coverage: vec![255; width * height] }
    }

    #[test]
    fn the_gap_is_the_one_asked_for_and_a_negative_one_overlaps() {
        for (gap, width) in [(4.0, 24), (-2.0, 18)] {
            let mut line = Line::new(20.0);
            line.append(block(10, 20), 10, 0.0, 0);
            line.append(block(10, 20), 10, gap, 0);
            let mask = line.into_mask();
            assert_eq!((mask.width, mask.height), (width, 20), "gap {gap}");
        }
    }

    #[test]
    fn a_low_character_keeps_away_from_ink_above_it_when_asked() {
        let width = |slanted| {
            let mut line = Line::new(20.0);
            // A foot that reaches less far to the right than the arm above it.
            let mut seven = block(10, 20);
            (0..200).filter(|i| i % 10 > 4 && i / 10 > 4).for_each(|i| seven.coverage[i] = 0);
            line.append(seven, 10, 0.0, 0);
            line.append(block(3, 3), 27, 2.0, slanted);
            line.into_mask().width
        };
        assert_eq!((width(0), width(18)), (10, 15));
    }
}
