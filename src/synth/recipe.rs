//! What to draw: kinds of scans, how they are written and how worn they are. Plain values, no drawing.

use std::str::FromStr;

/// What is drawn.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum ScanKind {
    /// Whole pages of three designs: a tax return, a delivery note and a meter card.
    Form,
    /// Cheques with a patterned background.
    Cheque,
    /// One number each on white paper, as `--layout line` takes it.
    Line,
    /// One printed magnetic-ink line of a cheque each, as `--layout micr` takes it.
    Micr,
}

impl FromStr for ScanKind {
    type Err = String;

    fn from_str(name: &str) -> Result<Self, String> {
        match name {
            "form" => Ok(Self::Form),
            "cheque" => Ok(Self::Cheque),
            "line" => Ok(Self::Line),
            "micr" => Ok(Self::Micr),
            _ => Err(format!("'{name}' is no kind of scan; say form, cheque, line or micr")),
        }
    }
}

/// The designs of forms.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum FormDesign {
    /// An A4 page of numbered lines with boxes, combs and rules.
    TaxReturn,
    /// A US letter page with a ruled table.
    DeliveryNote,
    /// An A4 page in serif type with two columns of ruled fields.
    MeterCard,
}

impl FormDesign {
    /// Its name in words: `tax-return`, `delivery-note` or `meter-card`.
    pub const fn name(self) -> &'static str {
        match self {
            FormDesign::TaxReturn => "tax-return",
            FormDesign::DeliveryNote => "delivery-note",
            FormDesign::MeterCard => "meter-card",
        }
    }
}

/// How the numbers of lines are written.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum Writing {
    /// Digits, in part of the cases with one decimal mark.
    #[default]
    Plain,
    /// Amounts in all the ways people write them: grouped, with signs, strokes, brackets and raised cents.
    Amounts,
}

/// A range of values, both ends included; a scan takes one from it by chance.
pub type Span = (f64, f64);

/// How a scan is worn between the pen and the file.
#[derive(Clone, Debug, PartialEq)]
pub struct Wear {
    /// The page is turned by at most so much to either side, in degrees (0 to 10).
    pub skew_deg: f64,
    /// The page is larger or smaller by at most this share, 0 to 0.2.
    pub scale_share: f64,
    /// Share of the pages, 0 to 1, that are seen in perspective, as a telephone sees a page on a desk.
    pub phone_share: f64,
    /// Deviation of the scanner's blur, in pixels of the scan (0 to 2).
    pub blur_px: Span,
    /// Deviation of the noise of every pixel, in grey values of 255.
    pub noise: Span,
    /// Share of the pixels that are plain black or white (salt and pepper), 0 to 1.
    pub speckle_share: Span,
    /// Loss of light from one edge of the page to the other, as a share of the light, 0 to 1.
    pub shading_share: Span,
    /// Grey of the paper, 0 to 255.
    pub paper: Span,
    /// Grey of printed black, 0 to 255.
    pub print: Span,
    /// Whether the scanner stretches its values so that nearly all paper is plain white, as office scanners do.
    pub white_paper: bool,
}

/// Everything that decides what a scan looks like; a drawn scan depends on its recipe, its index and the digit bank only.
#[derive(Clone, Debug, PartialEq)]
pub struct Recipe {
    /// What is drawn.
    pub kind: ScanKind,
    /// Another seed gives other scans.
    pub seed: u64,
    /// The one design of all forms; `None` lets them take turns.
    pub design: Option<FormDesign>,
    /// Whether the amounts of tax returns add up as their labels say; otherwise all are drawn by chance.
    pub sums: bool,
    /// Dots per inch, least and most (50 to 1,200).
    pub dpi: (u32, u32),
    /// How the numbers of lines are written; forms and cheques are always plain.
    pub writing: Writing,
    /// Digits of a plain number without decimals on a line, least and most (1 to 20).
    pub line_digits: (usize, usize),
    /// Share of the numbers in which at least two digits touch, 0 to 1.
    pub touching_share: f64,
    /// Share of the amounts (on lines: of all numbers) with a decimal point or comma and two decimals, 0 to 1.
    pub separator_share: f64,
    /// Share of the fields that are left empty, 0 to 1; a line is never empty.
    pub empty_share: f64,
    /// Share of the numbers that run into the box or rule around them, 0 to 1.
    pub overrun_share: f64,
    /// Share of the writers who hook their 1 and cross their 7, 0 to 1.
    pub continental_share: f64,
    /// Share of the writers with faint ink, 0 to 1.
    pub faint_share: f64,
    /// Share of the writers with a thick pen, 0 to 1.
    pub bold_share: f64,
    /// What happens after writing.
    pub wear: Wear,
}

impl Recipe {
    /// The usual mixture of a kind: 200 to 300 dpi, no touching digits, the noise and skew of office scanners.
    pub fn new(kind: ScanKind, seed: u64) -> Self {
        let form = kind == ScanKind::Form;
        let printed = kind == ScanKind::Micr;
        Self {
            kind,
            seed,
            design: None,
            sums: false,
            dpi: (if printed { 150 } else { 200 }, 300),
            writing: Writing::Plain,
            line_digits: (3, 9),
            touching_share: 0.0,
            separator_share: if kind == ScanKind::Line { 0.0 } else { 0.6 },
            empty_share: 0.15,
            overrun_share: 0.12,
            continental_share: if form { 0.15 } else { 0.0 },
            faint_share: 0.1,
            bold_share: 0.12,
            wear: Wear {
                skew_deg: if kind == ScanKind::Line { 0.0 } else { 2.0 },
                scale_share: 0.0,
                phone_share: 0.0,
                blur_px: (0.4, if printed { 1.0 } else { 0.8 }),
                noise: (3.0, if printed { 14.0 } else { 9.0 }),
                speckle_share: (0.0, 0.004),
                shading_share: (0.0, 0.08),
                paper: (226.0, 252.0),
                print: (5.0, 45.0),
                white_paper: false,
            },
        }
    }

    /// Clean scans as a good office scanner makes them: what `samples/` was drawn with.
    pub(super) fn clean(kind: ScanKind, seed: u64, dpi: u32) -> Self {
        let usual = Self::new(kind, seed);
        Self {
            dpi: (dpi, dpi),
            empty_share: if kind == ScanKind::Cheque { 0.0 } else { usual.empty_share },
            overrun_share: 0.03,
            continental_share: 0.0,
            faint_share: 0.0,
            bold_share: 0.08,
            wear: Wear {
                skew_deg: 1.0,
                blur_px: (0.4, 0.6),
                noise: (2.0, 3.5),
                speckle_share: (0.0, 0.0001),
                shading_share: (0.0, 0.03),
                paper: (238.0, 250.0),
                white_paper: true,
                ..usual.wear
            },
            ..usual
        }
    }
}
