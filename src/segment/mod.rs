//! The fourth stage: a field of a form in, [`Segments`] out - pieces of writing and the candidates that they may make up.
//!
//! Edges decide what is ink; connected components, and cuts through those that are too wide, give the pieces; neighbouring pieces are put together to
//! candidates. Together the candidates are a lattice: which way through it is the number is decided by `number`.

mod cuts;
mod ink;
mod lattice;
mod pieces;
pub mod strike;

use image::GrayImage;

use crate::clean::Threshold;
use crate::form::{Field, Form, Shape};
use crate::geometry::Rect;
use crate::runs::{Component, Run, Runs, components};

pub use pieces::{Piece, Role};

/// A run of neighbouring pieces that may be one character.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Candidate {
    /// First piece.
    pub first: usize,
    /// Last piece, included.
    pub last: usize,
    /// Box in pixels of the clean page.
    pub bounds: Rect,
}

/// The writing of one field.
#[derive(Clone, Debug, Default)]
pub struct Segments {
    /// From left to right.
    pub pieces: Vec<Piece>,
    /// Ordered by first piece, then by last. Every piece is a candidate by itself.
    pub candidates: Vec<Candidate>,
    /// Height of the characters in pixels; 0 where there is no ink.
    pub line_height_px: f32,
    /// For combs: the cell of each piece, from 0.
    pub cells: Option<Vec<usize>>,
    /// Whether the image holds this line and nothing else, so that all ink around the pieces may belong to it.
    pub alone: bool,
    /// The ink plane of the field and where its top left corner lies on the clean page.
    ink: GrayImage,
    origin: (i32, i32),
}

/// Writing may stick out of its field by this much, in inches.
const MARGIN_INCH: f32 = 0.07;

/// The middle of a mark may lie this far above or below its field, in inches: points sit on the line.
const OVERHANG_INCH: f32 = 0.04;

/// Alone in its cell, a piece of this share of the line's height is a character, however small beside its neighbours.
const CELL_CHARACTER_SHARE: f32 = 0.35;

/// A mark is at most this large, in inches (2.5 mm).
const MARK_INCH: f32 = 0.1;

/// Writing on an underline ends no higher above the line than this, in inches; what does is print of the row above.
const FLOATING_INCH: f32 = 0.2;

/// Ink lower than this, in inches (2.1 mm), is print: on 12 blank forms the numbers of rows and fields are 1.3 to 2.1 mm high.
const MIN_LINE_HEIGHT_INCH: f32 = 0.085;

/// Share of the page's threshold below which there is no ink in a field.
const FLOOR_SHARE: f32 = 0.6;

/// A component whose mean ink is below this share of the usual one in its field was not written by the same pen.
const PALE_SHARE: f64 = 0.55;

/// Paper around the pieces of a line that is read as a whole, in line heights.
const LINE_MARGIN_SHARE: f32 = 0.12;

/// How far to the left and right of the pieces a line that has an image for itself may go on, in line heights.
const LINE_REACH_SHARE: f32 = 1.5;

/// Pixels around a piece that hold the soft edge of its ink.
const FRINGE_PX: i32 = 2;

/// Takes the writing of a field to pieces.
pub fn segment(form: &Form, field: &Field) -> Segments {
    let page = &form.page;
    let margin = if field.shape == Shape::Whole { 0 } else { (MARGIN_INCH * page.dpi) as i32 };
    let whole_page = Rect::new(0, 0, page.ink.width() as i32, page.ink.height() as i32);
    let crop = reach(form, field).grown(margin).intersection(&whole_page);
    if crop.is_empty() {
        return Segments::default();
    }
    let ink = cut_out(&page.ink, &crop);
    let mut found = components(&Runs::of_mask(&ink::part(&ink, ink_floor(page.threshold))));
    drop_paler(&mut found, &ink);
    found.iter_mut().for_each(|component| shift(component, crop.x, crop.y));
    found.retain(|component| belongs(component, field, &crop, &whole_page, page.dpi));
    let line_height_px = pieces::line_height_px(&found);
    let too_small = field.shape != Shape::Whole && line_height_px < MIN_LINE_HEIGHT_INCH * page.dpi;
    if found.is_empty() || too_small {
        return Segments { ink, origin: (crop.x, crop.y), ..Segments::default() };
    }
    let (pieces, cells) = match &field.shape {
        Shape::Comb(cells) => pieces_of_cells(found, cells, line_height_px),
        _ => (pieces::of_components(found, line_height_px), None),
    };
    let candidates = lattice::candidates(&pieces, line_height_px, cells.is_some());
    let alone = field.shape == Shape::Whole;
    Segments { pieces, candidates, line_height_px, cells, alone, ink, origin: (crop.x, crop.y) }
}

/// A copy of a part of the ink plane that lies inside it.
fn cut_out(ink: &GrayImage, crop: &Rect) -> GrayImage {
    let rows = ink.as_raw().chunks_exact(ink.width() as usize).skip(crop.y as usize).take(crop.height as usize);
    let mut pixels = Vec::with_capacity(crop.area() as usize);
    rows.for_each(|row| pixels.extend_from_slice(&row[crop.x as usize..crop.right() as usize]));
    GrayImage::from_raw(crop.width as u32, crop.height as u32, pixels).unwrap_or_default()
}

/// The box of a field, widened to the whole of each component that lies mostly in it: writing does not stop at the end of a line.
fn reach(form: &Form, field: &Field) -> Rect {
    let bounds = field.bounds;
    let tallest = bounds.height * 2;
    form.components
        .iter()
        .map(|component| component.bounds)
        .filter(|b| b.height <= tallest && b.intersection(&bounds).area() * 2 > b.area())
        .fold(bounds, |reach, b| reach.union(&Rect::new(b.x, bounds.y, b.width, bounds.height)))
}

/// The level below which there is no ink on a page: well below its threshold, so that faint strokes stay, and above its patterns.
fn ink_floor(threshold: Threshold) -> u8 {
    match threshold {
        Threshold::Global { level } => (f32::from(level) * FLOOR_SHARE) as u8,
        Threshold::Adaptive { .. } | Threshold::Blank => 0,
    }
}

/// Drops components much paler than the rest: one pen wrote the field, so they are the pattern of the paper or what shines through.
fn drop_paler(found: &mut Vec<Component>, ink: &GrayImage) {
    let width = ink.width() as usize;
    let darkness = |component: &Component| -> u64 {
        let row = |run: &Run| &ink.as_raw()[run.row as usize * width..][run.start as usize..run.end as usize];
        component.runs.iter().flat_map(row).map(|&value| u64::from(value)).sum()
    };
    let sums: Vec<u64> = found.iter().map(darkness).collect();
    // Weighted by the ink itself, the strong strokes decide what is usual.
    let (mut weighted, mut weights) = (0f64, 0f64);
    for (component, &sum) in found.iter().zip(&sums) {
        let mean = sum as f64 / f64::from(component.area_px);
        weighted += mean * sum as f64;
        weights += sum as f64;
    }
    let usual = weighted / weights.max(1.0);
    let mut sums = sums.into_iter();
    found.retain(|component| {
        let mean = sums.next().unwrap_or(0) as f64 / f64::from(component.area_px);
        mean >= PALE_SHARE * usual
    });
}

/// Takes all ink of a field as one character.
pub fn as_one(form: &Form, field: &Field) -> Segments {
    let mut segments = segment(form, field);
    let mut runs: Vec<Run> = segments.pieces.iter().flat_map(|piece| piece.runs.iter().copied()).collect();
    runs.sort_by_key(|run| (run.row, run.start));
    segments.pieces = pieces::piece_of(runs, Role::Character, 0).into_iter().collect();
    segments.candidates = lattice::candidates(&segments.pieces, segments.line_height_px, true);
    segments
}

/// Moves a component from pixels of the crop to pixels of the page.
fn shift(component: &mut Component, x: i32, y: i32) {
    component.bounds.x += x;
    component.bounds.y += y;
    for run in &mut component.runs {
        run.row += y;
        run.start += x;
        run.end += x;
    }
}

/// Whether ink in the crop is writing of this field, and not print or writing of its neighbours.
fn belongs(component: &Component, field: &Field, crop: &Rect, page: &Rect, dpi: f32) -> bool {
    if field.shape == Shape::Whole {
        return true;
    }
    let (b, f) = (component.bounds, field.bounds);
    let center = b.center();
    let is_mark = b.width.max(b.height) as f32 <= MARK_INCH * dpi;
    let overhang = if is_mark { f64::from(OVERHANG_INCH * dpi) } else { 0.0 };
    let inside = center.x >= f64::from(f.x)
        && center.x < f64::from(f.right())
        && center.y >= f64::from(f.y) - overhang
        && center.y < f64::from(f.bottom()) + overhang;
    let cut_off = (b.y == crop.y && crop.y > page.y) || (b.bottom() == crop.bottom() && crop.bottom() < page.bottom());
    let cut_off = cut_off && b.height * 2 < crop.height;
    match field.shape {
        Shape::Underline { line_y } => inside && !cut_off && b.bottom() >= line_y - (FLOATING_INCH * dpi) as i32,
        _ => inside && !cut_off,
    }
}

/// One piece a cell: all ink whose middle lies in it; what reaches far into a neighbour is cut at the border.
fn pieces_of_cells(found: Vec<Component>, cells: &[Rect], line_height_px: f32) -> (Vec<Piece>, Option<Vec<usize>>) {
    let mut runs_of_cells = vec![Vec::new(); cells.len()];
    let speck = (0.1 * line_height_px).max(2.0) as i32;
    let cell_at = |x: i32| {
        let distance = |cell: &Rect| (cell.x - x).max(x - cell.right()).max(0);
        (0..cells.len()).min_by_key(|&index| distance(&cells[index])).unwrap_or(0)
    };
    for component in found {
        let b = component.bounds;
        if b.width <= speck && b.height <= speck {
            continue;
        }
        let home = cell_at(b.x + b.width / 2);
        let spans_two = b.width * 5 > cells[home].width * 7;
        for run in component.runs {
            let cell = if spans_two { cell_at((run.start + run.end) / 2) } else { home };
            runs_of_cells[cell].push(run);
        }
    }
    let mut pieces = Vec::new();
    let mut cell_of_piece = Vec::new();
    for (cell, mut runs) in runs_of_cells.into_iter().enumerate() {
        runs.sort_by_key(|run| (run.row, run.start));
        if let Some(mut piece) = pieces::piece_of(runs, Role::Character, cell) {
            if (piece.bounds.height as f32) < CELL_CHARACTER_SHARE * line_height_px {
                piece.role = pieces::role_of(&piece.bounds, &cells[cell], line_height_px);
            }
            pieces.push(piece);
            cell_of_piece.push(cell);
        }
    }
    (pieces, Some(cell_of_piece))
}

impl Segments {
    /// The ink of a candidate, cut out of the ink plane: its own runs and one pixel around them, 0 elsewhere.
    ///
    /// The size is that of the candidate's box and one pixel more on each side.
    pub fn ink_of(&self, candidate: &Candidate) -> GrayImage {
        let b = candidate.bounds.grown(1);
        let mut crop = GrayImage::new(b.width as u32, b.height as u32);
        for run in self.pieces[candidate.first..=candidate.last].iter().flat_map(|piece| &piece.runs) {
            for row in run.row - 1..=run.row + 1 {
                self.copy_row(&mut crop, &b, row, run.start - 1, run.end + 1);
            }
        }
        crop
    }

    /// The ink of the whole line with a margin around the pieces, for a reader that needs no pieces; with it the column of the clean page
    /// at which it begins. Ink is high.
    ///
    /// Ink that is in no piece is kept if `everything` is asked for, and left out else: on a page it belongs to a neighbour.
    pub fn line_ink(&self, everything: bool) -> (GrayImage, i32) {
        let margin = (LINE_MARGIN_SHARE * self.line_height_px).ceil() as i32;
        let (width, height) = (self.ink.width() as i32, self.ink.height() as i32);
        let plane = Rect::new(self.origin.0, self.origin.1, width, height);
        let mut crop = self.bounds().grown(margin);
        if everything {
            // A pale first digit may be in no piece.
            let reach = (LINE_REACH_SHARE * self.line_height_px) as i32;
            crop = Rect::new(crop.x - reach, crop.y, crop.width + 2 * reach, crop.height);
        }
        let crop = crop.intersection(&plane);
        if self.pieces.is_empty() || crop.is_empty() {
            return (GrayImage::new(0, 0), 0);
        }
        let inner = Rect::new(crop.x - plane.x, crop.y - plane.y, crop.width, crop.height);
        if everything {
            return (cut_out(&self.ink, &inner), crop.x);
        }
        let mut ink = GrayImage::new(crop.width as u32, crop.height as u32);
        for run in self.pieces.iter().flat_map(|piece| &piece.runs) {
            for row in (run.row - FRINGE_PX).max(crop.y)..(run.row + FRINGE_PX + 1).min(crop.bottom()) {
                let (start, end) = ((run.start - FRINGE_PX).max(crop.x), (run.end + FRINGE_PX).min(crop.right()));
                self.copy_row(&mut ink, &crop, row, start, end);
            }
        }
        (ink, crop.x)
    }

    /// All ink around the pieces, at most `margin_px` away from them, or that of the whole field where there is no piece; with it the place
    /// of its top left corner on the clean page. Ink is high.
    pub fn surroundings(&self, margin_px: i32) -> (GrayImage, (i32, i32)) {
        let plane = Rect::new(self.origin.0, self.origin.1, self.ink.width() as i32, self.ink.height() as i32);
        let wanted = if self.pieces.is_empty() { plane } else { self.bounds().grown(margin_px) };
        let crop = wanted.intersection(&plane);
        if crop.is_empty() {
            return (GrayImage::new(0, 0), self.origin);
        }
        let inner = Rect::new(crop.x - plane.x, crop.y - plane.y, crop.width, crop.height);
        (cut_out(&self.ink, &inner), (crop.x, crop.y))
    }

    fn copy_row(&self, crop: &mut GrayImage, bounds: &Rect, row: i32, start: i32, end: i32) {
        let source_y = row - self.origin.1;
        if source_y < 0 || source_y >= self.ink.height() as i32 {
            return;
        }
        let start = start.max(self.origin.0);
        let end = end.min(self.origin.0 + self.ink.width() as i32);
        if start >= end {
            return;
        }
        let source = source_y as usize * self.ink.width() as usize + (start - self.origin.0) as usize;
        let target = (row - bounds.y) as usize * crop.width() as usize + (start - bounds.x) as usize;
        let length = (end - start) as usize;
        let (source, target) = (source..source + length, target..target + length);
        let pixels: &mut [u8] = crop;
        pixels[target].copy_from_slice(&self.ink.as_raw()[source]);
    }

    /// The same field without some of its pieces, and without the candidates that hold one of them.
    pub fn without(&self, pieces: &[usize]) -> Segments {
        let is_kept = |piece: usize| !pieces.contains(&piece);
        let kept: Vec<usize> = (0..self.pieces.len()).filter(|&piece| is_kept(piece)).collect();
        let place = |piece: usize| kept.partition_point(|&other| other < piece);
        let candidates = self.candidates.iter().filter(|candidate| (candidate.first..=candidate.last).all(is_kept));
        Segments {
            pieces: kept.iter().map(|&piece| self.pieces[piece].clone()).collect(),
            candidates: candidates
                .map(|&candidate| Candidate { first: place(candidate.first), last: place(candidate.last), ..candidate })
                .collect(),
            cells: self.cells.as_ref().map(|cells| kept.iter().map(|&piece| cells[piece]).collect()),
            alone: false,
            ..self.clone()
        }
    }

    /// The box around all pieces; empty where there is none.
    pub fn bounds(&self) -> Rect {
        self.pieces.iter().fold(Rect::default(), |bounds, piece| bounds.union(&piece.bounds))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::clean::{Upright, clean};
    use crate::form;
    use crate::scan::{Page, Pixels};
    use image::Luma;

    /// Strokes of the given columns, 40 px high, on paper 60 px high.
    fn line_of(strokes: &[(u32, u32)]) -> Segments {
        let grey = GrayImage::from_fn(300, 60, |x, y| {
            let ink = (10..50).contains(&y) && strokes.iter().any(|&(start, end)| (start..end).contains(&x));
            Luma([if ink { 30 } else { 235 }])
        });
        let form = form::whole(clean(Page { number: 1, pixels: Pixels::Grey(grey), dpi: Some(200.0) }, Upright::Keep));
        segment(&form, &form.fields[0])
    }

    #[test]
    fn strokes_far_apart_are_one_candidate_each() {
        let segments = line_of(&[(20, 26), (80, 86), (150, 156)]);
        assert_eq!(segments.pieces.len(), 3);
        assert_eq!(segments.candidates.len(), 3);
        assert!((38.0..=42.0).contains(&segments.line_height_px));
    }

    #[test]
    fn close_strokes_may_be_one_character() {
        let segments = line_of(&[(20, 26), (29, 35)]);
        let spans: Vec<(usize, usize)> = segments.candidates.iter().map(|c| (c.first, c.last)).collect();
        assert_eq!(spans, [(0, 0), (0, 1), (1, 1)]);
    }

    #[test]
    fn the_ink_of_a_candidate_leaves_its_neighbours_out() {
        let segments = line_of(&[(20, 26), (29, 35)]);
        let ink = segments.ink_of(&segments.candidates[0]);
        assert!((8..=9).contains(&ink.width()), "{}", ink.width());
        assert!(ink.get_pixel(3, 20).0[0] > 150);
    }

    #[test]
    fn the_surroundings_are_those_of_the_pieces_or_the_whole_field() {
        let (ink, origin) = line_of(&[(20, 26), (29, 35)]).surroundings(15);
        assert_eq!((origin.1, ink.height()), (0, 60), "the edge of the field is the end");
        assert!((4..=6).contains(&origin.0) && ink.get_pixel((22 - origin.0) as u32, 20).0[0] > 150, "{origin:?}");
        let (ink, origin) = line_of(&[]).surroundings(15);
        assert_eq!((ink.dimensions(), origin), ((300, 60), (0, 0)));
        assert_eq!(Segments::default().surroundings(15).0.dimensions(), (0, 0));
    }

    #[test]
    fn an_empty_line_has_no_pieces() {
        assert!(line_of(&[]).pieces.is_empty());
    }
}
