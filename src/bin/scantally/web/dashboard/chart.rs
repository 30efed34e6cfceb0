//! Charts as numbers for SVG: figures in, places in the pixels of the picture out.

use super::calibration::Calibration;
use crate::web::store::figures::Day;

/// Width and height of the bars of a day chart, without its texts.
const BARS_WIDTH: f64 = 600.0;
const BARS_HEIGHT: f64 = 120.0;

/// The side of the reliability chart.
const SIDE: f64 = 300.0;

/// The bar of a day.
#[derive(Clone, Debug, PartialEq)]
pub struct DayBar {
    pub x: f64,
    pub y: f64,
    pub width: f64,
    pub height: f64,
    /// In words.
    pub label: String,
}

/// A class of confidence.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct ReliabilityMark {
    pub x: f64,
    pub y: f64,
    /// The ends of the interval.
    pub top: f64,
    pub bottom: f64,
}

/// Pages of each day, the oldest at the left.
pub fn bars(days: &[Day]) -> Vec<DayBar> {
    let most = days.iter().map(|day| day.pages).max().unwrap_or_default().max(1) as f64;
    let step = BARS_WIDTH / days.len().max(1) as f64;
    // One or two days make no walls.
    let width = (step * 0.8).min(40.0);
    let bar = |(place, day): (usize, &Day)| {
        let height = BARS_HEIGHT * day.pages as f64 / most;
        DayBar {
            x: step * place as f64 + (step - width) / 2.0,
            y: BARS_HEIGHT - height,
            width,
            height,
            label: format!("{}: {} pages, {} numbers", day.date, day.pages, day.numbers),
        }
    };
    days.iter().rev().enumerate().map(bar).collect()
}

/// The classes that hold anything: expected share to the right, found share up.
pub fn marks(calibration: &Calibration) -> Vec<ReliabilityMark> {
    let up = |share: f64| SIDE * (1.0 - share);
    let filled = calibration.classes.iter().filter(|class| class.count > 0);
    filled
        .map(|class| ReliabilityMark {
            x: SIDE * class.expected,
            y: up(class.found),
            top: up(class.interval[1]),
            bottom: up(class.interval[0]),
        })
        .collect()
}
