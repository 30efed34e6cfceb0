//! The picture of how a number was read: the number and its [`Explanation`] in, a PNG out.
//!
//! From top to bottom: the field, its pieces and cuts, the characters one by one, what the line reader found, the vote, the verdict.

use plotters::prelude::RGBColor;

use super::canvas::{Align, Canvas, FAINT_INK, GRID, INK, Lettering, SERIES};
use super::view::View;
use crate::error::Result;
use crate::number::explanation::{Explanation, HeardSymbol, ReadCandidate};
use crate::number::{Number, Reason, Status};
use crate::reader::line::Symbol;

const WIDTH: f64 = 1000.0;
const MARGIN: f64 = 24.0;
/// From the head of a section to the next baseline, and from its end to the next head.
const HEAD: f64 = 16.0;
const GAP: f64 = 30.0;
/// Glyphs on the path are drawn two pixels a pixel, those beside it one and a half.
const GLYPH_ZOOM: f64 = 2.0;
const OTHER_ZOOM: f64 = 1.5;
const TILE_WIDTH: f64 = 86.0;
const OTHER_WIDTH: f64 = 79.0;
/// At most so many candidates beside the path are shown: two rows.
const MOST_OTHERS: usize = 24;
const MOST_BALLOTS: usize = 4;
const TABLE_ROW: f64 = 21.0;
/// Where the columns of the table of values stand.
const TABLE_COLUMNS: [f64; 5] = [0.0, 190.0, 380.0, 540.0, 690.0];

/// The colour of boxes, of cuts that are used, and of what is sure.
const CHOSEN: RGBColor = SERIES[0];
const USED_CUT: RGBColor = SERIES[1];
const UNUSED_CUT: RGBColor = RGBColor(150, 150, 158);
const SURE: RGBColor = SERIES[2];
/// From this probability on a reading is drawn as sure, below the other as doubtful.
const SURE_FROM: f32 = 0.9;
const DOUBTFUL_BELOW: f32 = 0.6;

/// One number and what led to it.
#[derive(Clone, Debug, PartialEq)]
pub struct ExplanationSheet<'a> {
    /// Which number it is, such as `a.png, page 1, n1`.
    pub title: String,
    /// What was made of the field.
    pub number: &'a Number,
    /// What led to it.
    pub explanation: &'a Explanation,
}

impl ExplanationSheet<'_> {
    /// The sheet as a PNG, 1000 pixels wide.
    ///
    /// # Errors
    /// [`crate::error::Error::Output`] if it cannot be encoded, [`crate::error::Error::Data`] if the fonts are damaged.
    pub fn to_png(&self) -> Result<Vec<u8>> {
        // The height is known when everything is drawn: once on a sheet that is too low for anything, then for good.
        let mut probe = Canvas::new(WIDTH as i32, 1)?;
        let height = self.draw(&mut probe);
        let mut canvas = Canvas::new(WIDTH as i32, height.ceil() as i32)?;
        self.draw(&mut canvas);
        canvas.into_png()
    }

    /// Draws everything and tells where it ends.
    fn draw(&self, canvas: &mut Canvas) -> f64 {
        let view = View::of(self.explanation, WIDTH - 2.0 * MARGIN);
        let title = Lettering::new(20.0).bold();
        canvas.text(&shortened(canvas, &self.title, title), (MARGIN, 36.0), Align::Left, title);
        let mut y = 64.0;
        if self.explanation.ink.width() > 0 {
            head(canvas, y, "The field", "the ink, as the readers get it");
            y = view.draw_ink(canvas, (MARGIN, y + HEAD)) + GAP;
        }
        if self.explanation.pieces.is_empty() {
            canvas.text("No ink was found that could be writing.", (MARGIN, y), Align::Left, Lettering::new(15.0));
            return self.verdict(canvas, y + GAP);
        }
        y = self.pieces(canvas, &view, y);
        y = self.characters(canvas, &view, y);
        y = self.glyphs(canvas, y);
        y = self.heard(canvas, &view, y);
        y = self.vote(canvas, y);
        self.verdict(canvas, y)
    }

    fn pieces(&self, canvas: &mut Canvas, view: &View, y: f64) -> f64 {
        let used = self.explanation.cuts.iter().filter(|cut| cut.is_used).count();
        let remark = match (self.explanation.cuts.len(), used) {
            (0, _) => "each in a colour; nothing touches, so nothing was cut".to_owned(),
            (all, used) => format!("each in a colour; {used} of {all} possible cuts used (thick lines)"),
        };
        head(canvas, y, "Pieces of ink", &remark);
        let top = y + HEAD;
        let bottom = view.draw_pieces(canvas, (MARGIN, top));
        for piece in &self.explanation.pieces {
            let (corner, end) = view.corners((MARGIN, top), &piece.bounds);
            canvas.frame(corner, end, GRID);
        }
        for cut in &self.explanation.cuts {
            let (x, from, to) = view.column((MARGIN, top), cut.x, cut.top, cut.bottom);
            let (width_px, color) = if cut.is_used { (2.5, USED_CUT) } else { (1.0, UNUSED_CUT) };
            canvas.line(&[(x, from - 4.0), (x, to + 4.0)], width_px, color);
        }
        bottom + GAP
    }

    fn characters(&self, canvas: &mut Canvas, view: &View, y: f64) -> f64 {
        let path: String =
            self.explanation.path.iter().filter_map(|read| read.symbol).map(|symbol| symbol.as_char()).collect();
        let likeliest = &self.explanation.likeliest_text;
        let mut remark = match self.explanation.path_is_of_value {
            true => format!("the way to read `{path}`"),
            false => format!("reads `{path}`; the value below is another one, which the line as a whole gave"),
        };
        if path != *likeliest {
            remark.push_str(&format!("; by the characters alone it would be `{likeliest}`"));
        }
        if self.explanation.path.iter().any(|read| read.symbol.is_none()) {
            remark.push_str("; grey boxes are left out");
        }
        head(canvas, y, "Character by character", &remark);
        let top = y + HEAD + 20.0;
        let bottom = view.draw_ink(canvas, (MARGIN, top));
        for candidate in &self.explanation.path {
            let (corner, end) = view.corners((MARGIN, top), &candidate.bounds);
            let color = if candidate.symbol.is_some() { CHOSEN } else { UNUSED_CUT };
            canvas.frame(corner, end, color);
            if let Some(symbol) = candidate.symbol {
                let middle = (corner.0 + end.0) / 2.0;
                let name = Lettering::new(16.0).bold().colored(color);
                canvas.text(&symbol.as_char().to_string(), (middle, top - 4.0), Align::Middle, name);
            }
        }
        bottom + 12.0
    }

    fn glyphs(&self, canvas: &mut Canvas, y: f64) -> f64 {
        let path: Vec<&ReadCandidate> = self.explanation.path.iter().collect();
        let y = tiles(canvas, &path, y, (TILE_WIDTH, GLYPH_ZOOM));
        let mut others: Vec<&ReadCandidate> = self.explanation.others.iter().collect();
        if others.is_empty() {
            return y + GAP;
        }
        let all = others.len();
        if all > MOST_OTHERS {
            // Those that are most like a character, still from left to right.
            let likeness = |other: &ReadCandidate| if other.symbol.is_some() { other.probability } else { 0.0 };
            let mut likenesses: Vec<f32> = others.iter().map(|other| likeness(other)).collect();
            likenesses.sort_by(|a, b| b.total_cmp(a));
            others.retain(|other| likeness(other) >= likenesses[MOST_OTHERS - 1]);
            others.truncate(MOST_OTHERS);
        }
        let shown = others.len();
        let count = if shown < all { format!("the {shown} clearest characters of {all}") } else { all.to_string() };
        canvas.text(
            &format!("Also tried, and not used ({count}):"),
            (MARGIN, y + 22.0),
            Align::Left,
            Lettering::new(13.0).colored(FAINT_INK),
        );
        tiles(canvas, &others, y + 30.0, (OTHER_WIDTH, OTHER_ZOOM)) + GAP
    }

    fn heard(&self, canvas: &mut Canvas, view: &View, y: f64) -> f64 {
        let Some(heard) = &self.explanation.heard else { return y };
        let text: String = heard.iter().map(|heard| heard.symbol.as_char()).collect();
        let remark = format!("a second reader, which takes the line without cutting it, reads `{text}`");
        head(canvas, y, "The line as a whole", &remark);
        let top = y + HEAD;
        let bottom = view.draw_ink(canvas, (MARGIN, top));
        heard.iter().for_each(|heard| column(canvas, view, heard, (top, bottom)));
        bottom + 46.0 + GAP
    }

    fn vote(&self, canvas: &mut Canvas, y: f64) -> f64 {
        head(canvas, y, "The vote", "both readers rate every value that one of them proposes");
        let small = Lettering::new(12.5).colored(FAINT_INK);
        let heads =
            ["value", "as written", "share of the vote", "line as a whole", "characters, against the likeliest ones"];
        let mut y = y + HEAD + 8.0;
        write_row(canvas, y, &heads.map(str::to_owned), small);
        canvas.line(&[(MARGIN, y + 6.0), (WIDTH - MARGIN, y + 6.0)], 1.0, GRID);
        for (rank, ballot) in self.explanation.ballots.iter().take(MOST_BALLOTS).enumerate() {
            y += TABLE_ROW;
            let value = if ballot.value.is_empty() { "(no number)" } else { &ballot.value };
            let line = ballot.line_probability.map_or("not asked".to_owned(), percent);
            let characters = match ballot.lattice_log_likelihood {
                None => "cannot be read so".to_owned(),
                Some(difference) => against_likeliest(difference),
            };
            let cells = [value.to_owned(), ballot.text.clone(), percent(ballot.share), line, characters];
            let lettering = Lettering::new(14.0);
            write_row(canvas, y, &cells, if rank == 0 { lettering.bold() } else { lettering });
        }
        y + 12.0 + GAP
    }

    /// The last line: what came of it all.
    fn verdict(&self, canvas: &mut Canvas, y: f64) -> f64 {
        canvas.line(&[(MARGIN, y - 16.0), (WIDTH - MARGIN, y - 16.0)], 1.0, INK);
        let number = self.number;
        let value = if number.value.is_empty() { "no value" } else { &number.value };
        let large = Lettering::new(24.0).bold();
        canvas.text(value, (MARGIN, y + 16.0), Align::Left, large);
        let x = MARGIN + canvas.width_of(value, large) + 24.0;
        let mut verdict = format!("confidence {:.4}, {}", number.confidence, meaning_of_status(number.status));
        if let Some((other, probability)) = number.alternatives.first() {
            verdict.push_str(&format!("; if not, then most likely {other} ({})", percent(*probability)));
        }
        canvas.text(&verdict, (x, y + 15.0), Align::Left, Lettering::new(16.0));
        let mut end = y + 20.0;
        for reason in &number.reasons {
            end += 20.0;
            let because = format!("{}: {}", reason.code(), meaning_of_reason(reason));
            canvas.text(&because, (MARGIN, end), Align::Left, Lettering::new(14.0).colored(USED_CUT));
        }
        end + 20.0
    }
}

/// The head of a section: a few words in bold, and what is to be seen.
fn head(canvas: &mut Canvas, y: f64, name: &str, remark: &str) {
    let bold = Lettering::new(14.0).bold();
    canvas.text(name, (MARGIN, y), Align::Left, bold);
    let x = MARGIN + canvas.width_of(name, bold) + 12.0;
    canvas.text(remark, (x, y), Align::Left, Lettering::new(13.0).colored(FAINT_INK));
}

/// Glyphs with their readings, as many rows as it takes; tells where they end.
fn tiles(canvas: &mut Canvas, candidates: &[&ReadCandidate], y: f64, (width, zoom): (f64, f64)) -> f64 {
    let in_a_row = ((WIDTH - 2.0 * MARGIN) / width).floor().max(1.0) as usize;
    let size = zoom * 28.0;
    let height = size + 42.0;
    for (index, candidate) in candidates.iter().enumerate() {
        let left = MARGIN + width * (index % in_a_row) as f64;
        let top = y + 6.0 + height * (index / in_a_row) as f64;
        canvas.picture(&candidate.glyph, (left, top), zoom);
        canvas.frame((left, top), (left + size, top + size), GRID);
        let rest = candidate.likeliest.iter().find(|(symbol, _)| *symbol != candidate.symbol);
        let bold = Lettering::new(12.5).bold().colored(color_of(candidate.probability));
        let caption = reading(candidate.symbol, candidate.probability);
        canvas.text(&caption, (left, top + size + 15.0), Align::Left, bold);
        if let Some((symbol, probability)) = rest.filter(|(_, probability)| *probability >= 0.001) {
            let small = Lettering::new(11.5).colored(FAINT_INK);
            canvas.text(&reading(*symbol, *probability), (left, top + size + 30.0), Align::Left, small);
        }
    }
    y + 6.0 + height * candidates.len().div_ceil(in_a_row) as f64
}

/// A symbol of the line reader: its columns as a bar below the ink, and what it is.
fn column(canvas: &mut Canvas, view: &View, heard: &HeardSymbol, (top, bottom): (f64, f64)) {
    let [left, right] = [heard.left_px, heard.right_px].map(|x| view.column((MARGIN, top), x, 0, 0).0);
    let color = color_of(heard.probability);
    canvas.fill((left + 0.5, bottom + 3.0), (right - 0.5, bottom + 8.0), color);
    let middle = (left + right) / 2.0;
    let bold = Lettering::new(16.0).bold().colored(color);
    canvas.text(&heard.symbol.as_char().to_string(), (middle, bottom + 24.0), Align::Middle, bold);
    let small = Lettering::new(10.5).colored(FAINT_INK);
    canvas.text(&percent(heard.probability), (middle, bottom + 37.0), Align::Middle, small);
    if let Some((digit, probability)) = heard.second.filter(|(_, probability)| *probability >= 0.02) {
        canvas.text(&format!("{digit}: {}", percent(probability)), (middle, bottom + 50.0), Align::Middle, small);
    }
}

fn write_row(canvas: &mut Canvas, y: f64, cells: &[String; TABLE_COLUMNS.len()], lettering: Lettering) {
    for (cell, x) in cells.iter().zip(TABLE_COLUMNS) {
        canvas.text(cell, (MARGIN + x, y), Align::Left, lettering);
    }
}

/// The end of a text that fits on the sheet: the name of the file is there, the folders are in front.
fn shortened(canvas: &Canvas, text: &str, lettering: Lettering) -> String {
    let mut rest = text.to_owned();
    while !rest.is_empty() && canvas.width_of(&rest, lettering) > WIDTH - 2.0 * MARGIN {
        rest = format!("...{}", rest.chars().skip(if rest.starts_with("...") { 7 } else { 4 }).collect::<String>());
    }
    rest
}

fn meaning_of_status(status: Status) -> &'static str {
    match status {
        Status::Ok => "ok",
        Status::Review => "review: a person should look",
        Status::Empty => "empty: no ink in the field",
        Status::Rejected => "rejected: ink, but not a number",
    }
}

fn meaning_of_reason(reason: &Reason) -> String {
    let fixed = match reason {
        Reason::LowConfidence => "the confidence is below what was asked for",
        Reason::AmbiguousSeparator => "what is written allows two values",
        Reason::UnreadInk => "a good part of the ink was left out",
        Reason::StruckOut => "the value is struck out",
        Reason::CellsDisagree => "the cells and the line as a whole read differently",
        Reason::CheckDigit => "the check digit does not fit",
        Reason::Length => "the template asks for another number of digits",
        Reason::Range => "the template allows no such value",
        Reason::Decimals => "the template asks for other decimals",
        Reason::NoDate => "there is no such date",
        Reason::Required => "the template asks for a value",
        Reason::NoTemplate => "the page fits no template",
        Reason::ControlTotal => "the total of the run is not what it should be",
        Reason::Rule { name, .. } => return format!("the rule {name} is broken"),
    };
    fixed.to_owned()
}

fn color_of(probability: f32) -> RGBColor {
    match probability {
        sure if sure >= SURE_FROM => SURE,
        doubtful if doubtful < DOUBTFUL_BELOW => USED_CUT,
        _ => SERIES[4],
    }
}

/// A probability with the decimals that matter: `97 %`, `99.7 %`, `0.4 %`.
fn percent(probability: f32) -> String {
    let percent = 100.0 * probability;
    match percent {
        _ if percent >= 99.95 => "100 %".to_owned(),
        _ if !(1.0..99.0).contains(&percent) => format!("{percent:.1} %"),
        _ => format!("{percent:.0} %"),
    }
}

/// A difference of log-likelihoods in words, and itself.
fn against_likeliest(difference: f32) -> String {
    let times = (-difference).exp();
    let words = match times {
        _ if difference > -0.005 => return "the likeliest".to_owned(),
        _ if times < 10.0 => format!("{times:.1} times less likely"),
        _ if times < 10_000.0 => format!("{times:.0} times less likely"),
        _ => "over 10000 times less likely".to_owned(),
    };
    format!("{words} ({difference:.1})")
}

/// What is read, and how surely: `7: 98 %`.
fn reading(symbol: Option<Symbol>, probability: f32) -> String {
    let name = symbol.map_or("none".to_owned(), |symbol| symbol.as_char().to_string());
    format!("{name}: {}", percent(probability))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn probabilities_and_differences_are_told_in_words() {
        let shares = [0.9999, 0.9951, 0.97, 0.004].map(percent);
        assert_eq!(shares, ["100 %", "99.5 %", "97 %", "0.4 %"]);
        assert_eq!(against_likeliest(-0.001), "the likeliest");
        assert_eq!(against_likeliest(-2.0), "7.4 times less likely (-2.0)");
        assert_eq!(against_likeliest(-16.0), "over 10000 times less likely (-16.0)");
        assert_eq!((reading(Some(Symbol::Digit(7)), 0.5), reading(None, 0.2)), ("7: 50 %".into(), "none: 20 %".into()));
    }

    #[test]
    fn long_titles_lose_their_beginning() -> Result<()> {
        let canvas = Canvas::new(10, 10)?;
        let lettering = Lettering::new(20.0);
        let short = shortened(&canvas, &format!("{}/page.png", "folder/".repeat(40)), lettering);
        assert!(short.starts_with("...") && short.ends_with("/page.png"), "{short}");
        assert!(canvas.width_of(&short, lettering) <= WIDTH - 2.0 * MARGIN);
        assert_eq!(shortened(&canvas, "page.png", lettering), "page.png");
        Ok(())
    }
}
