//! Ways from the top of a component to its foot that part as little ink as may be: a component set upright in, the cheapest way
//! through any place of it out.
//!
//! A way may turn aside between two rows, for a small price, so that it follows the gap between an overhanging bar and what stands
//! under it. All cheapest ways are found together, once from above and once from below, in a time that grows with the area alone.

use super::upright::Upright;

/// What a step aside costs, where parting two pixels of a stroke by itself costs 1: with 0.2, 72.8 % of 600 touching pairs were
/// right, with 0.35 74.0 %, with 0.5 74.5 %, and with 0.7 no more than with 0.35.
const STEP_ASIDE: f32 = 0.4;

/// The cheapest ways. A place is a row and the border to the left of a column.
pub(super) struct Seams<'a> {
    upright: &'a Upright,
    /// Of the cheapest way through each place.
    costs: Vec<f32>,
    /// Where the cheapest way to each place comes from in the row above, and in the row below.
    above: Vec<u16>,
    below: Vec<u16>,
}

impl<'a> Seams<'a> {
    /// The ways of a component.
    pub(super) fn of(upright: &'a Upright) -> Self {
        let (width, height) = (upright.width, upright.height);
        let size = width * height;
        let (mut costs, mut above, mut below) = (vec![0f32; size], vec![0u16; size], vec![0u16; size]);
        let mut reached = vec![0f32; width];
        let mut from = vec![0u16; width];
        for row in 0..height {
            if row > 0 {
                turn_aside(upright, row - 1, &mut reached, &mut from);
            }
            add_parted(upright, row, &mut reached);
            costs[row * width..][..width].copy_from_slice(&reached);
            above[row * width..][..width].copy_from_slice(&from);
        }
        reached.fill(0.0);
        for row in (0..height.saturating_sub(1)).rev() {
            add_parted(upright, row + 1, &mut reached);
            turn_aside(upright, row, &mut reached, &mut from);
            costs[row * width..][..width].iter_mut().zip(&reached).for_each(|(cost, rest)| *cost += rest);
            below[row * width..][..width].copy_from_slice(&from);
        }
        Self { upright, costs, above, below }
    }

    /// What the cheapest ways through the places of a row cost.
    pub(super) fn costs(&self, row: usize) -> &[f32] {
        &self.costs[row * self.upright.width..][..self.upright.width]
    }

    /// The cheapest way through a place: for each row the first column of the page to the right of it.
    pub(super) fn through(&self, row: usize, place: usize) -> Vec<i32> {
        let (width, height) = (self.upright.width, self.upright.height);
        let mut places = vec![place; height];
        for upper in (0..row).rev() {
            places[upper] = usize::from(self.above[(upper + 1) * width + places[upper + 1]]);
        }
        for lower in row + 1..height {
            places[lower] = usize::from(self.below[(lower - 1) * width + places[lower - 1]]);
        }
        places.iter().enumerate().map(|(row, &place)| place as i32 + self.upright.left_of(row)).collect()
    }
}

/// Adds the price of parting the pixels to the left and to the right of each place of a row.
fn add_parted(upright: &Upright, row: usize, costs: &mut [f32]) {
    for (place, pair) in upright.prices(row).windows(2).enumerate() {
        if pair[0] > 0.0 && pair[1] > 0.0 {
            costs[place + 1] += 0.5 * (pair[0] + pair[1]);
        }
    }
}

/// Lets ways turn aside between a row and the next one: the new cost of each place, and from where it is reached.
fn turn_aside(upright: &Upright, row: usize, costs: &mut [f32], from: &mut [u16]) {
    from.iter_mut().enumerate().for_each(|(place, from)| *from = place as u16);
    let (upper, lower) = (upright.prices(row), upright.prices(row + 1));
    let aside = |column: usize| {
        let is_parted = upper[column] > 0.0 && lower[column] > 0.0;
        STEP_ASIDE + if is_parted { upper[column] } else { 0.0 }
    };
    for place in 1..costs.len() {
        let other = costs[place - 1] + aside(place - 1);
        if other < costs[place] {
            (costs[place], from[place]) = (other, from[place - 1]);
        }
    }
    for place in (1..costs.len()).rev() {
        let other = costs[place] + aside(place - 1);
        if other < costs[place - 1] {
            (costs[place - 1], from[place - 1]) = (other, from[place]);
        }
    }
}
