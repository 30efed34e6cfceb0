//! Reports as pictures: a [`DigitReport`] in, charts of it out.

use image::GrayImage;

use super::chart::{Axis, HeatMap, LineChart, PictureSheet, Series, SeriesStyle, Tile};
use super::confusion::Confusion;
use super::curves::{ReliabilityBin, reject_curve, reliability};
use super::digits::DigitReport;
use crate::glyph::{GLYPH_SIZE_PX, Glyph};

/// How many of the misread glyphs are shown: eight rows of eight.
const SHOWN_MISTAKES: usize = 64;

/// The curve of errors against rejection goes up to this share, in steps of a thousandth.
const MOST_REJECTED_PERMILLE: usize = 100;

/// A confusion matrix; `name` says what was measured.
pub fn confusion_map(name: &str, confusion: &Confusion) -> HeatMap {
    let classes = confusion.classes();
    let row = |&truth| classes.iter().map(|&read| confusion.count(truth, read)).collect();
    HeatMap {
        title: format!("Confusion matrix: {name}"),
        across: "read as".to_owned(),
        down: "truth".to_owned(),
        names: classes.iter().map(|class| class.name()).collect(),
        counts: classes.iter().map(row).collect(),
    }
}

/// How often readings of a confidence are right, with the 95 % interval that the number of readings leaves; bins without a
/// reading are left out.
pub fn reliability_chart(name: &str, report: &DigitReport) -> LineChart {
    let mut bins = reliability(&report.outcomes);
    bins.retain(|bin| bin.count > 0);
    let points = bins.iter().map(|bin| (bin.confidence, bin.accuracy)).collect();
    let interval = |bin: &ReliabilityBin| wilson_interval(bin.accuracy, bin.count).map(|end| (bin.confidence, end));
    let intervals = bins.iter().flat_map(interval).collect();
    let series = |name: &str, style, points| Series { name: name.to_owned(), points, style };
    LineChart {
        title: format!("Reliability: {name}"),
        across: Axis::new("mean confidence of the bin", 0.0, 1.0),
        up: Axis::new("share that is right", 0.0, 1.0),
        series: vec![
            series("as it should be", SeriesStyle::Guide, vec![(0.0, 0.0), (1.0, 1.0)]),
            series(
                &format!("15 bins, expected calibration error {:.2} %", 100.0 * report.calibration_error),
                SeriesStyle::Dots,
                points,
            ),
            series("95 % interval", SeriesStyle::ErrorBars, intervals),
        ],
    }
}

/// Where the true share lies with a probability of 95 % if `share` was measured on so many readings (Wilson 1927): lower and upper end, both
/// 0 to 1.
pub fn wilson_interval(share: f64, count: usize) -> [f64; 2] {
    const QUANTILE: f64 = 1.96;
    let (count, square) = (count.max(1) as f64, QUANTILE * QUANTILE);
    let middle = share + square / (2.0 * count);
    let half = QUANTILE * (share * (1.0 - share) / count + square / (4.0 * count * count)).sqrt();
    [-half, half].map(|half| ((middle + half) / (1.0 + square / count)).clamp(0.0, 1.0))
}

/// The error that is left when the least certain readings are set aside.
pub fn reject_chart(name: &str, report: &DigitReport) -> LineChart {
    let shares: Vec<f64> = (0..=MOST_REJECTED_PERMILLE).map(|permille| permille as f64 / 1000.0).collect();
    let curve = reject_curve(&report.outcomes, &shares);
    let points: Vec<(f64, f64)> = curve.iter().map(|point| (100.0 * point.rejected, 100.0 * point.error())).collect();
    let highest = points.iter().map(|point| point.1).fold(0.0, f64::max);
    LineChart {
        title: format!("Error against reject rate: {name}"),
        across: Axis::new("least certain readings set aside (%)", 0.0, 100.0 * shares[shares.len() - 1]),
        up: Axis::new("errors among the rest (%)", 0.0, if highest > 0.0 { 1.05 * highest } else { 1.0 }),
        series: vec![Series { name: format!("{} readings", report.outcomes.len()), points, style: SeriesStyle::Line }],
    }
}

/// The misread glyphs, in the order of [`DigitReport::mistakes`] and at most 64: what each is, what it was read as, how
/// surely, and its place in the part. `glyphs` are those that were measured.
pub fn mistake_sheet(name: &str, report: &DigitReport, glyphs: &[Glyph]) -> PictureSheet {
    let mistakes = report.mistakes();
    let shown = mistakes.len().min(SHOWN_MISTAKES);
    let tile = |&index: &usize| {
        let (outcome, glyph) = (&report.outcomes[index], glyphs.get(index)?);
        let size = GLYPH_SIZE_PX as u32;
        Some(Tile {
            picture: GrayImage::from_raw(size, size, glyph.pixels.to_vec())?,
            caption: format!("{} as {}", outcome.truth.name(), outcome.read.name()),
            remark: format!("{:.3}, no. {index}", outcome.confidence),
        })
    };
    PictureSheet {
        title: format!("Misread, {shown} of {}: {name}", mistakes.len()),
        tiles: mistakes.iter().take(shown).filter_map(tile).collect(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::evaluate::curves::Outcome;
    use crate::geometry::Rect;
    use crate::reader::Class;

    fn report() -> DigitReport {
        let outcome = |read, confidence| Outcome { truth: Class::Digit(4), read: Class::Digit(read), confidence };
        let outcomes = vec![outcome(4, 0.9), outcome(9, 0.7), outcome(4, 0.8), outcome(9, 0.95)];
        let mut confusion = Confusion::new();
        outcomes.iter().for_each(|outcome| confusion.add(outcome.truth, outcome.read));
        DigitReport { outcomes, confusion, ..DigitReport::default() }
    }

    #[test]
    fn the_map_and_the_curves_hold_the_figures() {
        let map = confusion_map("test", &report().confusion);
        assert_eq!((map.names, map.counts), (vec!["4".to_owned(), "9".to_owned()], vec![vec![2, 2], vec![0, 0]]));
        let curve = reject_chart("test", &report()).series.remove(0).points;
        assert_eq!((curve[0], curve.len()), ((0.0, 50.0), MOST_REJECTED_PERMILLE + 1));
        assert!((curve[1].1 - 100.0 / 3.0).abs() < 1e-9);
        let reliability = reliability_chart("test", &report());
        assert_eq!((reliability.series[1].points.len(), reliability.series[2].points.len()), (4, 8));
        // Newcombe 1998, table I: 81 of 263.
        let interval = wilson_interval(81.0 / 263.0, 263);
        assert!((interval[0] - 0.2553).abs() < 1e-4 && (interval[1] - 0.3662).abs() < 1e-4, "{interval:?}");
    }

    #[test]
    fn the_surest_mistake_comes_first() {
        let glyph = |value| Glyph { pixels: Box::new([value; 784]), origin: Rect::default() };
        let sheet = mistake_sheet("test", &report(), &[glyph(1), glyph(2), glyph(3), glyph(4)]);
        let pixels: Vec<u8> = sheet.tiles.iter().map(|tile| tile.picture.as_raw()[0]).collect();
        assert_eq!(pixels, [4, 2]);
        assert_eq!((sheet.tiles[0].caption.as_str(), sheet.tiles[0].remark.as_str()), ("4 as 9", "0.950, no. 3"));
    }
}
