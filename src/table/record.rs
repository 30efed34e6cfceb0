//! The record of a run: what was asked, with which model, what came of it and how long it took, as `run.json`.
//!
//! Everything that varies between two runs on the same input lives here and nowhere else.

use std::collections::BTreeMap;
use std::time::{SystemTime, UNIX_EPOCH};

use serde::Serialize;

use crate::consistency::control_total::Outcome;

/// How many files, pages and numbers a run met.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Counts {
    /// Rows of files.csv.
    pub files: usize,
    /// Files whose pages were all read.
    pub files_ok: usize,
    /// Files that could not be read, or not as a whole.
    pub files_failed: usize,
    /// Files that are not scans.
    pub files_skipped: usize,
    /// Files, of any status, whose content was read under another name.
    pub files_duplicate: usize,
    /// Pages of all scans, the bad ones included.
    pub pages: usize,
    /// Pages that were read.
    pub pages_read: usize,
    /// Rows of numbers.csv.
    pub numbers: usize,
    /// Rows with the status `ok`.
    pub numbers_ok: usize,
    /// Rows with the status `review`.
    pub numbers_review: usize,
    /// Rows with the status `empty`.
    pub numbers_empty: usize,
    /// Rows with the status `rejected`.
    pub numbers_rejected: usize,
    /// Rows of digits.csv.
    pub digits: usize,
}

/// The model that read the digits.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct ModelRecord {
    /// The name of the reader, such as `cnn`.
    pub reader: String,
    /// The weights file, or `built-in`.
    pub weights: String,
    /// The BLAKE3 hash of the weights, as hexadecimal text.
    pub blake3: String,
}

/// When a run began, and how long it took.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
pub struct Timings {
    /// The beginning, as `2026-03-01T14:05:09Z`.
    pub started: String,
    /// From the beginning to the last row, in seconds.
    pub seconds: f64,
    /// Pages read in a second.
    pub pages_per_second: f64,
    /// The milliseconds of processor time that each stage took, summed over all threads.
    pub stages_ms: BTreeMap<String, f64>,
}

/// What `run.json` holds.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
pub struct RunRecord {
    /// The version of scantally.
    pub version: String,
    /// The name of the run; corrections name it.
    pub run_id: String,
    /// The INPUTs as they were given.
    pub inputs: Vec<String>,
    /// The options in force, the defaults included.
    pub options: serde_json::Value,
    /// The templates, each with its path, its name and the hash of what it holds.
    pub templates: Vec<serde_json::Value>,
    /// The model that read the digits.
    pub model: ModelRecord,
    /// The model that read whole lines.
    pub line_model: ModelRecord,
    /// What came of it.
    pub counts: Counts,
    /// The totals that were asked to be compared, in their order.
    pub control_totals: Vec<Outcome>,
    /// Hidden files and folders that the walk left out.
    pub hidden_left_out: usize,
    /// Files and folders that a pattern of `--exclude` left out.
    pub excluded_left_out: usize,
    /// Whether the run was stopped before its end.
    pub interrupted: bool,
    /// How long it took.
    pub timings: Timings,
}

/// A time as UTC text to the second, such as `2026-03-01T14:05:09Z`; times before 1970 count as its beginning.
///
/// The date comes from H. Hinnant, "chrono-compatible low-level date algorithms" (civil_from_days).
pub fn utc_timestamp(time: SystemTime) -> String {
    let seconds = time.duration_since(UNIX_EPOCH).map_or(0, |since| since.as_secs());
    let (days, second_of_day) = (seconds / 86_400, seconds % 86_400);
    // Days since 1 March of the year 0, so that the leap day is the last day of its year.
    let shifted = days + 719_468;
    let (era, day_of_era) = (shifted / 146_097, shifted % 146_097);
    let year_of_era = (day_of_era - day_of_era / 1_460 + day_of_era / 36_524 - day_of_era / 146_096) / 365;
    let day_of_year = day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    let month_from_march = (5 * day_of_year + 2) / 153;
    let day = day_of_year - (153 * month_from_march + 2) / 5 + 1;
    let month = if month_from_march < 10 { month_from_march + 3 } else { month_from_march - 9 };
    let year = year_of_era + era * 400 + u64::from(month <= 2);
    let (hour, minute, second) = (second_of_day / 3_600, second_of_day / 60 % 60, second_of_day % 60);
    format!("{year:04}-{month:02}-{day:02}T{hour:02}:{minute:02}:{second:02}Z")
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;

    #[test]
    fn timestamps_are_utc_dates() {
        for (seconds, text) in [
            (0, "1970-01-01T00:00:00Z"),
            (951_782_399, "2000-02-28T23:59:59Z"),
            (951_782_400, "2000-02-29T00:00:00Z"),
            (1_772_323_199, "2026-02-28T23:59:59Z"),
            (1_772_323_200, "2026-03-01T00:00:00Z"),
            (4_107_542_400, "2100-03-01T00:00:00Z"),
        ] {
            assert_eq!(utc_timestamp(UNIX_EPOCH + Duration::from_secs(seconds)), text);
        }
    }
}
