//! Registration: a page and references of forms in, the form that the page is a copy of and where it lies out.
//!
//! Corners of print are matched by what is around them, most of them agree on one map, and patches of the reference make that map exact.
//! A page on which too little of a reference is found is no copy of it: nothing is read at the wrong place.

mod corners;
mod drawn;
mod fitting;
pub(super) mod plane;
mod refinement;

use image::GrayImage;

use super::{erase, rules};
use crate::clean::CleanPage;
use crate::geometry::{Point, Rect, Transform};
use crate::runs::Runs;
use crate::template::Template;
use crate::vectorised::vectorised;
use corners::Corner;
use fitting::{Pair, consensus, robust};
use refinement::{Found, Level, scaling};

/// Resolutions at which a page is looked at: to find the form, and to place it exactly.
const COARSE_DPI: f32 = 60.0;
const FINE_DPI: f32 = 150.0;

/// One patch is taken from each square of this side, in pixels of its level: some 130 and 200 on a letter page.
const COARSE_CELL_PX: u32 = 64;
const FINE_CELL_PX: u32 = 100;

/// A form to be found on pages.
#[derive(Clone, Debug)]
pub struct Reference {
    coarse: Level,
    coarse_patches: Vec<(u32, u32)>,
    fine: Level,
    fine_patches: Vec<(u32, u32)>,
    corners: Vec<Corner>,
    /// 255 where the reference has print and a little around it, ruled lines left out; `None` without a picture.
    pub(super) print: Option<GrayImage>,
    width_px: f64,
    height_px: f64,
}

/// Where a form lies on a page.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Registration {
    /// From pixels of the reference to pixels of the page.
    pub to_page: Transform,
    /// Share of the patches of the reference that were found where the map puts them, 0 to 1.
    pub fit: f32,
    /// Median distance of these from where the map puts them, in pixels of the page.
    pub residual_px: f64,
}

/// What became of a page among some references.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Outcome {
    /// The place of the reference that fits best, in the order given, and where it lies.
    Fits(usize, Registration),
    /// None fits; the best share of patches found.
    FitsNone(f32),
}

/// A page fits a form if this share of the patches is found, on the whole and in each ninth of the form.
///
/// On the benchmark's pages 98.5 % and more of the patches of the right form are found, and up to 54 % of those of another form that
/// shares its head with it.
const LEAST_FIT: f32 = 0.65;
const LEAST_LOCAL_FIT: f32 = 0.35;
/// Ninths with fewer patches tell nothing.
const LEAST_LOCAL_PATCHES: usize = 6;

/// So many corners must agree on a map to look closer.
const LEAST_AGREEING: usize = 14;

/// Patches that look less alike are not the same.
const LEAST_LIKENESS: f32 = 0.5;

/// Print may lie so far from where the map puts it, in inches: two pixels at 300 dpi.
const PRINT_FRINGE_INCH: f32 = 0.007;

/// Patches lie this near to where the map puts them, in pixels of the fine level.
const NEAR_PX: f64 = 2.0;

impl Reference {
    /// A reference from a template and, where there is one, the cleaned picture of the blank form.
    pub fn of(template: &Template, picture: Option<&CleanPage>) -> Self {
        let drawn;
        let ink: &GrayImage = match picture {
            Some(page) => &page.ink,
            None => {
                drawn = drawn::draw(template);
                &drawn
            }
        };
        let coarse = Level::at(ink, template.dpi, COARSE_DPI);
        let fine = Level::at(ink, template.dpi, FINE_DPI.min(template.dpi));
        Self {
            corners: corners_of(&coarse.plane),
            print: picture.map(print_of),
            coarse_patches: coarse.patches(COARSE_CELL_PX),
            fine_patches: fine.patches(FINE_CELL_PX),
            coarse,
            fine,
            width_px: f64::from(template.width_px),
            height_px: f64::from(template.height_px),
        }
    }

    /// The share of the patches that were found; 0 where nearly none of a ninth of the form is.
    fn fit_of(&self, found: &[Pair]) -> f32 {
        let third = |place: f64, size: f64| (3.0 * place / size).clamp(0.0, 2.0) as usize;
        let ninth = |point: Point| 3 * third(point.y, self.height_px) + third(point.x, self.width_px);
        let (mut all, mut seen) = ([0usize; 9], [0usize; 9]);
        for &(x, y) in &self.fine_patches {
            let factor = self.fine.factor;
            all[ninth(Point { x: f64::from(x) * factor, y: f64::from(y) * factor })] += 1;
        }
        found.iter().for_each(|pair| seen[ninth(pair.from)] += 1);
        let is_missing = |(all, seen): (&usize, &usize)| {
            *all >= LEAST_LOCAL_PATCHES && (*seen as f32) < LEAST_LOCAL_FIT * *all as f32
        };
        if all.iter().zip(&seen).any(is_missing) {
            return 0.0;
        }
        found.len() as f32 / self.fine_patches.len().max(1) as f32
    }

    fn long_side_coarse_px(&self) -> f64 {
        self.width_px.max(self.height_px) / self.coarse.factor
    }
}

/// The print of a blank form without its ruled lines, and what a shift or a blur of a pixel or two may add.
fn print_of(picture: &CleanPage) -> GrayImage {
    let mut page = picture.clone();
    let ruling = rules::find(&page.mask, &Runs::of_mask(&page.mask), page.dpi);
    erase::erase(&mut page, &ruling);
    let reach_px = (PRINT_FRINGE_INCH * page.dpi).round().clamp(1.0, 8.0) as u8;
    imageproc::morphology::dilate(&page.mask, imageproc::distance_transform::Norm::LInf, reach_px)
}

fn corners_of(plane: &GrayImage) -> Vec<Corner> {
    corners::described(plane, &corners::strongest(plane, 40, 2, 2))
}

/// Finds which of the references a page is a copy of, and where that lies.
pub fn register(page: &CleanPage, references: &[&Reference]) -> Outcome {
    let mut best_fit = 0.0;
    let Some(longest) = references.iter().map(|reference| reference.long_side_coarse_px()).max_by(f64::total_cmp)
    else {
        return Outcome::FitsNone(best_fit);
    };
    if page.blank {
        return Outcome::FitsNone(best_fit);
    }
    let page_dpi = page.dpi.max(COARSE_DPI);
    let coarse = Level::of(&page.ink, page_dpi, COARSE_DPI);
    let fine = Level::of(&page.ink, page_dpi, FINE_DPI);
    for view in views(page, longest) {
        let turned = resampled(&coarse, &view);
        let corners = corners_of(&turned.plane);
        let mut found: Option<(usize, Registration)> = None;
        for (index, reference) in references.iter().enumerate() {
            let Some(map) = agreed_map(reference, &corners, &turned.to_page) else { continue };
            let Some(registration) = refined(reference, &coarse, &fine, &map) else { continue };
            best_fit = registration.fit.max(best_fit);
            if found.is_none_or(|(_, best)| registration.fit > best.fit) {
                found = Some((index, registration));
            }
        }
        if let Some((index, registration)) = found.filter(|(_, registration)| registration.fit >= LEAST_FIT) {
            return Outcome::Fits(index, registration);
        }
    }
    Outcome::FitsNone(best_fit)
}

/// A way to look at a page: turned, and made larger or smaller.
#[derive(Clone, Copy, Debug)]
struct View {
    /// Degrees by which the page is turned against the reference.
    turn_deg: f64,
    /// Pixels of the view for one of the page.
    scale: f64,
}

/// The views to try, the commonest first: upright and upside down, as large as its resolution says or its edges, and on its side.
fn views(page: &CleanPage, reference_long_px: f64) -> Vec<View> {
    let long_px = f64::from(page.ink.width().max(page.ink.height()));
    let by_shape = reference_long_px / long_px;
    let by_dpi = f64::from(COARSE_DPI / page.dpi);
    let ratio = by_dpi / by_shape;
    // A camera's 72 dots per inch are no resolution.
    let base = if (0.75..1.34).contains(&ratio) { by_dpi } else { by_shape };
    let mut views = Vec::new();
    for (scales, turns) in [
        ([1.0].as_slice(), [0.0, 180.0].as_slice()),
        ([1.25, 0.8].as_slice(), [0.0, 180.0].as_slice()),
        ([1.0, 1.25].as_slice(), [90.0, 270.0].as_slice()),
        ([1.55].as_slice(), [0.0, 180.0].as_slice()),
    ] {
        for &factor in scales {
            views.extend(turns.iter().map(|turn| View { turn_deg: turn + page.skew_deg, scale: base * factor }));
        }
    }
    views
}

/// A page as one view shows it.
struct Turned {
    plane: GrayImage,
    /// From pixels of the view to pixels of the full page.
    to_page: Transform,
}

fn resampled(page: &Level, view: &View) -> Turned {
    let (width, height) = (f64::from(page.plane.width()), f64::from(page.plane.height()));
    let scale = view.scale * page.factor;
    let (sine, cosine) = view.turn_deg.to_radians().sin_cos();
    let side = |along: f64, across: f64| (along * cosine.abs() + across * sine.abs()) * scale;
    let (view_width, view_height) = (side(width, height), side(height, width));
    let to_level = Transform::shift(-view_width / 2.0, -view_height / 2.0)
        .then(&Transform::affine([cosine / scale, -sine / scale, 0.0, sine / scale, cosine / scale, 0.0]))
        .then(&Transform::shift(width / 2.0, height / 2.0));
    let region = Rect::new(0, 0, view_width.round() as i32, view_height.round() as i32);
    Turned { plane: plane::resample(&page.plane, &to_level, &region), to_page: to_level.then(&scaling(page.factor)) }
}

/// The map from the full reference to the full page on which most corners agree.
fn agreed_map(reference: &Reference, corners: &[Corner], view_to_page: &Transform) -> Option<Transform> {
    let pairs = matched(&reference.corners, corners);
    let (map, agreeing) = consensus(&pairs, 3.0)?;
    let is_sane = agreeing.len() >= LEAST_AGREEING && is_sheet(&map, reference);
    is_sane.then(|| scaling(1.0 / reference.coarse.factor).then(&map).then(view_to_page))
}

/// Corners that are each other's likeliest, and clearly likelier than the next.
fn matched(reference: &[Corner], page: &[Corner]) -> Vec<Pair> {
    const MOST_DIFFERENT: u32 = 80;
    const CLEARLY: f32 = 0.9;
    let mut owners: Vec<(u32, usize)> = vec![(u32::MAX, 0); page.len()];
    let mut wanted = Vec::with_capacity(reference.len());
    let mut distances = vec![0u32; page.len()];
    for (index, corner) in reference.iter().enumerate() {
        vectorised(
            #[inline(always)]
            || {
                for (distance, candidate) in distances.iter_mut().zip(page) {
                    *distance = corners::distance(&corner.descriptor, &candidate.descriptor);
                }
            },
        );
        let (mut best, mut second, mut place) = (u32::MAX, u32::MAX, 0);
        for (other, &distance) in distances.iter().enumerate() {
            if distance < best {
                (second, best, place) = (best, distance, other);
            } else if distance < second {
                second = distance;
            }
            if distance < owners[other].0 {
                owners[other] = (distance, index);
            }
        }
        let is_clear = best <= MOST_DIFFERENT && (best as f32) <= CLEARLY * second as f32;
        wanted.push(is_clear.then_some(place));
    }
    let point = |corner: &Corner| Point { x: f64::from(corner.x) + 0.5, y: f64::from(corner.y) + 0.5 };
    let mutual = |(index, place): (usize, Option<usize>)| {
        place.filter(|&place| owners[place].1 == index).map(|place| Pair {
            from: point(&reference[index]),
            to: point(&page[place]),
            weight: 1.0,
        })
    };
    wanted.into_iter().enumerate().filter_map(mutual).collect()
}

/// Whether a map from the coarse reference shows a sheet of paper: its corners stay in order and its sides keep about their lengths.
fn is_sheet(map: &Transform, reference: &Reference) -> bool {
    let (width, height) = (reference.width_px / reference.coarse.factor, reference.height_px / reference.coarse.factor);
    let corners = [(0.0, 0.0), (width, 0.0), (width, height), (0.0, height)].map(|(x, y)| map.apply(Point { x, y }));
    (0..4).all(|index| {
        let (a, b, c) = (corners[index], corners[(index + 1) % 4], corners[(index + 2) % 4]);
        let turn = (b.x - a.x) * (c.y - b.y) - (b.y - a.y) * (c.x - b.x);
        let length = (b.x - a.x).hypot(b.y - a.y);
        let usual = if index % 2 == 0 { width } else { height };
        turn > 0.0 && (0.5..2.0).contains(&(length / usual))
    })
}

/// A map made exact, and how well it fits; `None` where the patches contradict it.
fn refined(reference: &Reference, coarse: &Level, fine: &Level, map: &Transform) -> Option<Registration> {
    let pairs = |found: &[Found]| -> Vec<Pair> {
        found.iter().filter(|found| found.likeness >= LEAST_LIKENESS).map(|found| found.pair).collect()
    };
    let mut map = *map;
    for (search_px, width_px) in [(7, 6.0), (4, 3.0)] {
        let found = refinement::find(&reference.coarse, &reference.coarse_patches, coarse, &map, search_px);
        map = robust(&pairs(&found), &map, width_px * page_px(&map, reference, reference.coarse.factor))?;
    }
    let fine_px = page_px(&map, reference, reference.fine.factor);
    let mut found = Vec::new();
    for search_px in [5, 3] {
        found = refinement::find(&reference.fine, &reference.fine_patches, fine, &map, search_px);
        map = robust(&pairs(&found), &map, 3.0 * fine_px)?;
    }
    let near: Vec<Pair> =
        pairs(&found).into_iter().filter(|pair| pair.residual_px(&map) <= NEAR_PX * fine_px).collect();
    let mut residuals: Vec<f64> = near.iter().map(|pair| pair.residual_px(&map)).collect();
    residuals.sort_by(f64::total_cmp);
    let fit = reference.fit_of(&near);
    Some(Registration {
        to_page: map,
        fit,
        residual_px: residuals.get(residuals.len() / 2).copied().unwrap_or(f64::MAX),
    })
}

/// How many pixels of the page `reference_px` pixels in the middle of the reference are.
fn page_px(map: &Transform, reference: &Reference, reference_px: f64) -> f64 {
    let middle = Point { x: reference.width_px / 2.0, y: reference.height_px / 2.0 };
    let (here, there) = (map.apply(middle), map.apply(Point { x: middle.x + reference_px, ..middle }));
    (there.x - here.x).hypot(there.y - here.y)
}
