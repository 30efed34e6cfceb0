//! Drafted fields against fields annotated by hand: a CSV and the fields of a form in, what was found, missed and added out.

use std::path::Path;

use serde::Deserialize;

use crate::error::{Error, Result};
use crate::geometry::Rect;

/// A drafted field is a field of the annotation if their boxes share this part of what both cover together.
const MIN_OVERLAP: f64 = 0.6;

/// What kinds of fields are told apart.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum ShapeClass {
    /// A row of cells for one character each.
    Comb,
    /// A box or a cell of a table.
    Box,
    /// A small square to tick.
    Check,
}

/// A place on a form that is meant for writing.
#[derive(Clone, Debug, PartialEq)]
pub struct Place {
    /// Left, upper edge, width and height, as shares of the width and height of the page.
    pub bounds: [f64; 4],
    /// What it looks like.
    pub shape: ShapeClass,
    /// Number of cells of a comb, 0 for others.
    pub cells: usize,
}

impl Place {
    /// The place of a box in pixels on a page of `width_px` x `height_px`.
    pub fn new(bounds: &Rect, (width_px, height_px): (u32, u32), shape: ShapeClass, cells: usize) -> Self {
        let (width, height) = (f64::from(width_px), f64::from(height_px));
        let [x, y, w, h] = [bounds.x, bounds.y, bounds.width, bounds.height].map(f64::from);
        Self { bounds: [x / width, y / height, w / width, h / height], shape, cells }
    }

    fn matches(&self, other: &Place) -> bool {
        self.shape == other.shape && self.cells == other.cells && overlap(&self.bounds, &other.bounds) >= MIN_OVERLAP
    }
}

/// Intersection over union of two boxes.
fn overlap(a: &[f64; 4], b: &[f64; 4]) -> f64 {
    let shared = |axis: usize| ((a[axis] + a[axis + 2]).min(b[axis] + b[axis + 2]) - a[axis].max(b[axis])).max(0.0);
    let both = shared(0) * shared(1);
    both / (a[2] * a[3] + b[2] * b[3] - both)
}

/// How a draft compares with the annotation of its form.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct DraftScore {
    /// Places of the annotation that were drafted.
    pub found: Vec<Place>,
    /// Places of the annotation that were not.
    pub missed: Vec<Place>,
    /// Drafted fields that are in no annotation.
    pub spurious: Vec<Place>,
}

/// Compares drafted fields with annotated ones; each is used once.
pub fn compare(annotated: &[Place], drafted: &[Place]) -> DraftScore {
    let mut score = DraftScore { spurious: drafted.to_vec(), ..DraftScore::default() };
    for place in annotated {
        match score.spurious.iter().position(|drafted| drafted.matches(place)) {
            Some(index) => {
                score.spurious.remove(index);
                score.found.push(place.clone());
            }
            None => score.missed.push(place.clone()),
        }
    }
    score
}

#[derive(Deserialize)]
struct Row {
    form: String,
    page: usize,
    x: f64,
    y: f64,
    width: f64,
    height: f64,
    shape: ShapeClass,
    cells: Option<usize>,
}

/// Reads the annotation of one form from a CSV with the columns `form,page,x,y,width,height,shape,cells`; lengths in thousandths of the
/// page, shapes `comb`, `box` and `check`. `form` is the name of the file of the form without its ending.
///
/// # Errors
/// [`Error::Data`] if the file cannot be read, a row is wrong, or it says nothing of that form.
pub fn read_annotation(path: &Path, form: &str, page: usize) -> Result<Vec<Place>> {
    let fault = |reason: String| Error::Data { path: path.to_owned(), reason };
    let mut reader = csv::Reader::from_path(path).map_err(|cause| fault(format!("cannot be read: {cause}")))?;
    let mut places = Vec::new();
    for row in reader.deserialize() {
        let row: Row = row.map_err(|cause| fault(format!("is no annotation of fields: {cause}")))?;
        if row.form == form && row.page == page {
            let bounds = [row.x, row.y, row.width, row.height].map(|length| length / 1000.0);
            places.push(Place { bounds, shape: row.shape, cells: row.cells.unwrap_or(0) });
        }
    }
    if places.is_empty() {
        return Err(fault(format!("has no field of the form `{form}`, page {page}; name it as its file is called")));
    }
    Ok(places)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_comb_with_another_number_of_cells_is_missed_and_spurious() {
        let place = |x: i32, cells: usize| {
            let shape = if cells > 0 { ShapeClass::Comb } else { ShapeClass::Box };
            Place::new(&Rect::new(x, 100, 200, 50), (1000, 1000), shape, cells)
        };
        let score =
            compare(&[place(100, 8), place(400, 4), place(700, 0)], &[place(105, 8), place(400, 5), place(720, 0)]);
        assert_eq!((score.found.len(), score.missed.len(), score.spurious.len()), (2, 1, 1));
        assert_eq!((score.missed[0].cells, score.spurious[0].cells), (4, 5));
    }

    #[test]
    fn annotations_are_read_for_one_form() -> Result<()> {
        let file = tempfile::NamedTempFile::new().expect("a temporary file");
        let text = "form,page,x,y,width,height,shape,cells\na,1,100,200,300,40,comb,8\nb,1,0,0,10,10,check,\n";
        std::fs::write(file.path(), text).expect("written");
        let places = read_annotation(file.path(), "a", 1)?;
        assert_eq!(places, [Place { bounds: [0.1, 0.2, 0.3, 0.04], shape: ShapeClass::Comb, cells: 8 }]);
        assert!(read_annotation(file.path(), "c", 1).expect_err("no such form").to_string().contains("`c`"));
        Ok(())
    }
}
