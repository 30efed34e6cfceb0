//! The order of the stages, known here alone: one scan in, its numbers out, no state between scans.

mod draft;
mod placing;

use std::sync::Arc;

use crate::clean::{self, Upright};
use crate::consistency;
use crate::crop::{self, PictureOptions};
use crate::error::{Error, Result};
use crate::form::cheque;
use crate::form::{self, Shape};
use crate::geometry::Transform;
use crate::glyph::{self, Glyph};
use crate::number::explanation::{self, Explanation};
use crate::number::{self, DecimalMark, Kind, Number, Rules, Status, WholeLine};
use crate::reader::line::strip::Strip;
use crate::reader::line::{LineReader, Wanted};
use crate::reader::{DigitReader, Reading, magnetic_ink};
use crate::scan::{Page, Scan};
use crate::segment::{self, Role, Segments};
use crate::stopwatch::{Stage, Stopwatch};
use crate::table::PageRecord;
use crate::template::{FieldKind, FieldSpec};

pub use draft::{Draft, draft_filled, draft_template};
pub use placing::KnownForm;
use placing::Placed;

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
    /// The magnetic-ink line of a cheque and nothing else.
    Micr,
}

/// How scans are to be read.
#[derive(Clone, Copy, Debug, PartialEq, serde::Serialize)]
pub struct Settings {
    /// What each image shows.
    pub layout: Layout,
    /// Whether each page is a cheque, whose amount, date boxes and magnetic-ink line are looked for and nothing else.
    pub cheque: bool,
    /// What each number is.
    pub kind: Kind,
    /// What starts the decimals of amounts.
    pub decimal: DecimalMark,
    /// Numbers below this confidence are marked for review; 0 to 1.
    pub min_confidence: f32,
    /// Whether the writing style of each digit is measured.
    pub with_style: bool,
    /// Whether the one reading that repairs a broken rule of the template is taken.
    pub repair: bool,
}

impl Default for Settings {
    fn default() -> Self {
        Self {
            layout: Layout::Page,
            cheque: false,
            kind: Kind::Amount,
            decimal: DecimalMark::Auto,
            min_confidence: 0.9,
            with_style: false,
            repair: false,
        }
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

/// The stages, ready to run: both readers, the settings and the forms.
#[derive(Clone)]
pub struct Pipeline {
    reader: Arc<dyn DigitReader>,
    line_reader: Arc<LineReader>,
    settings: Settings,
    forms: Arc<[KnownForm]>,
    stopwatch: Arc<Stopwatch>,
}

/// What both readers think of one field.
struct FieldReadings {
    /// One a candidate.
    candidates: Vec<Reading>,
    line: Option<WholeLine>,
}

/// The fields of one page.
#[derive(Default)]
struct PageFields {
    segments: Vec<Segments>,
    /// One a field.
    readings: Vec<FieldReadings>,
    /// What a template says of each field; empty where there is none.
    specs: Vec<FieldSpec>,
    /// What is reported, each with the place of its field.
    numbers: Vec<(usize, Number)>,
    /// What belongs to no field: the magnetic-ink line of a cheque, or that the page fits no form.
    others: Vec<Number>,
}

impl Pipeline {
    /// Puts the stages together.
    pub fn new(reader: Arc<dyn DigitReader>, line_reader: Arc<LineReader>, settings: Settings) -> Self {
        Self { reader, line_reader, settings, forms: Arc::new([]), stopwatch: Arc::default() }
    }

    /// How much time each stage has taken so far, here and in all clones.
    pub fn stopwatch(&self) -> &Stopwatch {
        &self.stopwatch
    }

    /// The same stages for pages that are copies of these forms: each page takes the one that fits best. Where none does, nothing is read;
    /// the page has one number without a value, called `page`, with the reason `no_template`.
    pub fn with_forms(self, forms: impl Into<Arc<[KnownForm]>>) -> Self {
        Self { forms: forms.into(), ..self }
    }

    /// Reads all pages of a scan, one after the other; a page that fails does not stop the others.
    pub fn read_scan(&self, scan: &Scan) -> ScanNumbers {
        let mut outcome = ScanNumbers { page_count: scan.page_count(), pages: Vec::new(), errors: Vec::new() };
        for number in 1..=outcome.page_count {
            match self.decode_page(scan, number).and_then(|page| self.read_page(page)) {
                Ok(numbers) => outcome.pages.push(PageNumbers { page: number, numbers }),
                Err(error) => outcome.errors.push(error),
            }
        }
        outcome
    }

    /// Decodes one page of a scan as [`Scan::page`] does; the time counts as that of a stage.
    ///
    /// # Errors
    /// Those of [`Scan::page`].
    pub fn decode_page(&self, scan: &Scan, number: usize) -> Result<Page> {
        self.stopwatch.measure(Stage::Decode, || scan.page(number))
    }

    /// Reads one decoded page: its numbers in reading order.
    ///
    /// # Errors
    /// [`Error::Model`] if the reader fails.
    pub fn read_page(&self, page: Page) -> Result<Vec<Number>> {
        if self.settings.layout == Layout::Micr {
            let page = self.cleaned(page, Upright::Deskew);
            let line = self.stopwatch.measure(Stage::MagneticInk, || magnetic_ink::read(&page.ink, page.dpi));
            return Ok(number::magnetic_ink::whole(&line, self.settings.min_confidence, &page.to_scan));
        }
        let PageFields { numbers, others, .. } = self.fields_of(page)?;
        Ok(numbers.into_iter().map(|(_, number)| number).chain(others).collect())
    }

    /// Reads one page of a scan, from 1, as [`Pipeline::read_page`] does, and cuts out of it what people want to see.
    ///
    /// # Errors
    /// As those of [`Scan::page`] and [`Pipeline::read_page`].
    pub fn read_page_of(&self, scan: &Scan, number: usize, wanted: &PictureOptions) -> Result<PageRecord> {
        self.record_page(scan, number, wanted, |page| self.read_page(page))
    }

    /// Reads one page of a scan in the way of `read`, such as one that explains what it reads.
    ///
    /// # Errors
    /// As those of [`Scan::page`], and what `read` returns.
    pub fn record_page(
        &self,
        scan: &Scan,
        number: usize,
        wanted: &PictureOptions,
        read: impl FnOnce(Page) -> Result<Vec<Number>>,
    ) -> Result<PageRecord> {
        let page = self.decode_page(scan, number)?;
        let (width_px, height_px) = page.pixels.dimensions();
        let kept = wanted.wants_any().then(|| page.pixels.clone());
        let numbers = read(page)?;
        let pictures = kept.map(|pixels| crop::cut(&pixels, &numbers, wanted)).unwrap_or_default();
        Ok(PageRecord { page: number, width_px, height_px, numbers, pictures })
    }

    /// Reads one decoded page as [`Pipeline::read_page`] does, and tells for each handwritten number what led to it.
    ///
    /// # Errors
    /// [`Error::Model`] if the reader fails.
    pub fn explain_page(&self, page: Page) -> Result<Vec<(Number, Option<Explanation>)>> {
        if self.settings.layout == Layout::Micr {
            return Ok(self.read_page(page)?.into_iter().map(|number| (number, None)).collect());
        }
        let PageFields { segments, readings, specs, numbers, others } = self.fields_of(page)?;
        let explain = |field: usize| {
            let (own, rules) = (&readings[field], self.rules(specs.get(field)));
            explanation::explain(&segments[field], &own.candidates, own.line.as_ref(), &rules)
        };
        let explained = numbers.into_iter().map(|(field, number)| (number, Some(explain(field))));
        Ok(explained.chain(others.into_iter().map(|number| (number, None))).collect())
    }

    /// Finds the fields of a page and reads them.
    fn fields_of(&self, page: Page) -> Result<PageFields> {
        let placed = match self.place(page) {
            Ok(placed) => placed,
            Err(unplaced) => return Ok(PageFields { others: vec![*unplaced], ..PageFields::default() }),
        };
        let form = &placed.form;
        let segment = |field| match self.settings.layout {
            Layout::Digit => segment::as_one(form, field),
            Layout::Page | Layout::Line | Layout::Micr => segment::segment(form, field),
        };
        let segments: Vec<Segments> =
            self.stopwatch.measure(Stage::Segment, || form.fields.iter().map(segment).collect());
        let readings = self.read_lattices(&placed, &segments)?;
        let numbers = self.stopwatch.measure(Stage::Number, || self.numbers_of(&placed, &segments, &readings));
        let others = placed.strip.map_or_else(Vec::new, |strip| self.read_strip(&strip, &form.page.to_scan));
        Ok(PageFields { segments, readings, specs: placed.specs, numbers, others })
    }

    /// Reads the magnetic-ink line of a cheque.
    fn read_strip(&self, strip: &cheque::Strip, to_scan: &Transform) -> Vec<Number> {
        let (x, y) = strip.origin;
        let to_scan = Transform::shift(f64::from(x), f64::from(y)).then(to_scan);
        let line = self.stopwatch.measure(Stage::MagneticInk, || magnetic_ink::read(&strip.ink, strip.dpi));
        number::magnetic_ink::numbers(&line, self.settings.min_confidence, &to_scan)
    }

    /// Reads the candidates of all fields in two batches: whole components first, then whatever these leave in question; and
    /// each field that is no text as a whole line.
    fn read_lattices(&self, placed: &Placed, segments: &[Segments]) -> Result<Vec<FieldReadings>> {
        let mut readings: Vec<Vec<Reading>> =
            segments.iter().map(|segments| vec![Reading::UNREAD; segments.candidates.len()]).collect();
        let whole: Vec<Vec<usize>> = segments.iter().map(Segments::whole_candidates).collect();
        self.read_some(segments, &whole, &mut readings)?;
        let probabilities_of = |field: usize| -> Vec<(usize, f32)> {
            whole[field].iter().map(|&index| (index, readings[field][index].best_digit().1)).collect()
        };
        let probabilities: Vec<Vec<(usize, f32)>> = (0..segments.len()).map(probabilities_of).collect();
        let is_text = |field: usize| {
            placed.form.fields[field].shape == Shape::Free && mean(&probabilities[field]) < MIN_FREE_DIGIT
        };
        let lines: Vec<Option<WholeLine>> = (0..segments.len())
            .map(|field| {
                if is_text(field) {
                    None
                } else {
                    self.read_line(&segments[field], self.rules(placed.specs.get(field)).settled().kind)
                }
            })
            .collect();
        let open_of = |field: usize| match &lines[field] {
            _ if is_text(field) => Vec::new(),
            Some(line) if agrees(line, &segments[field], &whole[field], &readings[field]) => Vec::new(),
            _ => segments[field].open_candidates(&probabilities[field]),
        };
        let open: Vec<Vec<usize>> = (0..segments.len()).map(open_of).collect();
        self.read_some(segments, &open, &mut readings)?;
        let pairs = readings.into_iter().zip(lines);
        Ok(pairs.map(|(candidates, line)| FieldReadings { candidates, line }).collect())
    }

    /// Reads a field as a whole; `None` where it holds nothing or is to be read as one digit.
    fn read_line(&self, segments: &Segments, kind: Kind) -> Option<WholeLine> {
        if self.settings.layout == Layout::Digit || segments.pieces.is_empty() {
            return None;
        }
        let (ink, left_px) = segments.line_ink(segments.alone);
        let wanted = if kind == Kind::Digits { Wanted::Digits } else { Wanted::All };
        let scores = self.stopwatch.measure(Stage::LineReader, || self.line_reader.read(&Strip::of(&ink), wanted));
        Some(WholeLine { scores, left_px })
    }

    /// Reads the chosen candidates of each field, all in one batch.
    fn read_some(&self, segments: &[Segments], chosen: &[Vec<usize>], readings: &mut [Vec<Reading>]) -> Result<()> {
        let places: Vec<(usize, usize)> = chosen
            .iter()
            .enumerate()
            .flat_map(|(field, candidates)| candidates.iter().map(move |&candidate| (field, candidate)))
            .collect();
        let glyph = |&(field, index): &(usize, usize)| {
            let candidate = &segments[field].candidates[index];
            glyph::normalise(&segments[field].ink_of(candidate), candidate.bounds)
        };
        let read = self.stopwatch.measure(Stage::Reader, || {
            let glyphs: Vec<Glyph> = places.iter().map(glyph).collect();
            self.reader.read(&glyphs)
        });
        for ((field, candidate), reading) in places.into_iter().zip(read?) {
            readings[field][candidate] = reading;
        }
        Ok(())
    }

    /// How a field is to be read.
    fn rules<'a>(&self, spec: Option<&'a FieldSpec>) -> Rules<'a> {
        let Settings { kind, decimal, min_confidence, with_style, .. } = self.settings;
        Rules { kind, decimal, min_confidence, with_style, spec }
    }

    /// Hands each field its share of the readings, and names the numbers that come of them; each with the place of its field.
    fn numbers_of(&self, placed: &Placed, segments: &[Segments], read: &[FieldReadings]) -> Vec<(usize, Number)> {
        let form = &placed.form;
        let to_scan = &form.page.to_scan;
        let decide = |place: usize, rules: &Rules| {
            let own = &read[place];
            let bounds = &form.fields[place].bounds;
            number::decide(&segments[place], &own.candidates, own.line.as_ref(), rules, bounds, to_scan)
        };
        if !placed.specs.is_empty() {
            let mut numbers: Vec<Number> = Vec::with_capacity(form.fields.len());
            for (place, (field, spec)) in form.fields.iter().zip(&placed.specs).enumerate() {
                let bounds = to_scan.apply_to_rect(&field.bounds);
                let number = match spec.kind {
                    FieldKind::CheckBox => {
                        number::decide_check_box(&form.ink_of(field), self.settings.min_confidence, bounds)
                    }
                    _ => decide(place, &self.rules(Some(spec))),
                };
                let is_cheque_amount = self.settings.cheque && spec.kind == FieldKind::Amount;
                let number = number::without_decimals_in_doubt(number, is_cheque_amount);
                numbers.push(Number { field: spec.name.clone(), bounds, ..number });
            }
            let Settings { repair, min_confidence, .. } = self.settings;
            consistency::apply(&mut numbers, placed.rules, &consistency::Options { repair, min_confidence });
            return numbers.into_iter().enumerate().collect();
        }
        let mut numbers = Vec::new();
        let usual_height_px = usual_height_px(segments);
        for (place, field) in form.fields.iter().enumerate() {
            let mut number = decide(place, &self.rules(None));
            let is_print = segments[place].line_height_px < PRINT_HEIGHT_SHARE * usual_height_px;
            if self.settings.layout == Layout::Page && (is_print || !is_reported(&number, &field.shape)) {
                continue;
            }
            number.field = format!("n{}", numbers.len() + 1);
            numbers.push((place, number));
        }
        numbers
    }
}

/// The strip of an image of one line, made by the same stages as in reading; `None` where there is no ink. With `everything`, ink
/// that segmentation left out stays in it, as in reading a line by itself; without it, as on a page.
pub fn strip_of_line(page: Page, everything: bool) -> Option<Strip> {
    let form = form::whole(clean::clean(page, Upright::Keep));
    let segments = segment::segment(&form, &form.fields[0]);
    let (ink, _) = segments.line_ink(everything);
    (ink.width() > 0).then(|| Strip::of(&ink))
}

/// Whether a place found on a page without a template counts as a number: empty boxes, words and signatures do not, and free-standing
/// characters only if they are read with some confidence.
fn is_reported(number: &Number, shape: &Shape) -> bool {
    let is_read = matches!(number.status, Status::Ok | Status::Review);
    is_read && (*shape != Shape::Free || number.confidence >= MIN_FREE_CONFIDENCE)
}

/// Whether the line reader is sure, and its digits are what the whole characters read as: then it matters no more how these could
/// be cut or joined.
fn agrees(line: &WholeLine, segments: &Segments, whole: &[usize], readings: &[Reading]) -> bool {
    let likeliest = line.scores.likeliest(1);
    let Some(best) = likeliest.first().filter(|best| best.probability >= SURE_LINE) else { return false };
    let is_character = |index: &&usize| segments.pieces[segments.candidates[**index].first].role == Role::Character;
    let read = whole.iter().filter(is_character).map(|&index| readings[index].best_digit());
    let mut heard = best.symbols.iter().filter_map(|symbol| symbol.digit());
    let all_agree = read
        .fold(true, |all, (digit, probability)| all & (heard.next() == Some(digit) && probability >= LEAST_AGREEING));
    all_agree && heard.next().is_none()
}

/// The mean probability; 0 of none.
fn mean(probabilities: &[(usize, f32)]) -> f32 {
    probabilities.iter().map(|(_, probability)| probability).sum::<f32>() / probabilities.len().max(1) as f32
}

/// The median height of the writing in the fields of a page, in pixels; 0 where there is none.
fn usual_height_px(segments: &[Segments]) -> f32 {
    let mut heights: Vec<f32> =
        segments.iter().map(|segments| segments.line_height_px).filter(|&height| height > 0.0).collect();
    heights.sort_by(f32::total_cmp);
    heights.get(heights.len() / 2).copied().unwrap_or(0.0)
}

/// Characters in a ruled cell that are smaller than this share of the writing around are print, such as the numbers of the rows of a
/// table: print of 8 to 11 points is 2 to 2.7 mm high, handwriting 3.5 to 6 mm.
const PRINT_HEIGHT_SHARE: f32 = 0.64;

/// Free-standing characters that are digits with a lower mean probability are words, and are not looked at any closer: on 100 benchmark
/// pages and the samples that changed no number.
const MIN_FREE_DIGIT: f32 = 0.5;

/// A line read with this probability, and whole characters that are the same digits with at least so much each, need no cuts: of 1,000
/// lines as many were right, in 8 % less time.
const SURE_LINE: f64 = 0.9;
const LEAST_AGREEING: f32 = 0.5;

/// What stands free and is read with less confidence is more often a word than a number.
const MIN_FREE_CONFIDENCE: f32 = 0.85;
