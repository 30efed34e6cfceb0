//! What the tables are made of: a scan with its row of files.csv, its pages, their numbers and the pictures that were cut out for people.

use serde::{Deserialize, Serialize};

use crate::geometry::Rect;
use crate::number::{Number, Status};
use crate::table::FileRow;

/// One scan and what was read on it.
#[derive(Clone, Debug, PartialEq)]
pub struct ScanRecord {
    /// Its row of files.csv.
    pub row: FileRow,
    /// The pages that could be read, ascending.
    pub pages: Vec<PageRecord>,
}

/// One page that was read.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct PageRecord {
    /// Page number, from 1.
    pub page: usize,
    /// Width of the upright page in pixels.
    pub width_px: u32,
    /// Height of the upright page in pixels.
    pub height_px: u32,
    /// In field order.
    pub numbers: Vec<Number>,
    /// What was cut out of the page; not part of the numbers, and kept apart from them.
    #[serde(skip)]
    pub pictures: Pictures,
}

/// Pictures of a page for people who look at its numbers.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Pictures {
    /// One for each number, in their order, `None` where it was not asked for; empty where none was.
    pub crops: Vec<Option<Crop>>,
    /// The page made small, as JPEG.
    pub thumbnail: Option<Vec<u8>>,
}

/// The surroundings of a number.
#[derive(Clone, Debug, PartialEq)]
pub struct Crop {
    /// What it shows, in pixels of the page; the picture itself may be smaller.
    pub bounds: Rect,
    /// A grey PNG, ink dark.
    pub png: Vec<u8>,
    /// Where it lies as a file, relative to the output folder and `/` separated; `None` where it is not written as one.
    pub path: Option<String>,
}

impl ScanRecord {
    /// How many numbers were found.
    pub fn number_count(&self) -> usize {
        self.pages.iter().map(|page| page.numbers.len()).sum()
    }

    /// How many of them a person should look at.
    pub fn review_count(&self) -> usize {
        let numbers = self.pages.iter().flat_map(|page| &page.numbers);
        numbers.filter(|number| number.status == Status::Review).count()
    }
}

impl PageRecord {
    /// The crop of the number at `index`, where there is one.
    pub fn crop(&self, index: usize) -> Option<&Crop> {
        self.pictures.crops.get(index)?.as_ref()
    }
}
