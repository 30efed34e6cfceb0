//! `1,3-5` in, the pages of a scan that are to be read out.

use std::fmt;
use std::ops::RangeInclusive;
use std::str::FromStr;
use std::sync::Arc;

/// Pages to be read; all of them by default. Cheap to clone.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct PageSelection(Option<Arc<[RangeInclusive<usize>]>>);

impl PageSelection {
    /// Whether a page is to be read; `number` counts from 1.
    pub fn contains(&self, number: usize) -> bool {
        self.0.as_ref().is_none_or(|ranges| ranges.iter().any(|range| range.contains(&number)))
    }
}

impl fmt::Display for PageSelection {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Some(ranges) = &self.0 else { return formatter.write_str("1-") };
        for (place, range) in ranges.iter().enumerate() {
            let comma = if place > 0 { "," } else { "" };
            match (*range.start(), *range.end()) {
                (first, last) if first == last => write!(formatter, "{comma}{first}")?,
                (first, usize::MAX) => write!(formatter, "{comma}{first}-")?,
                (first, last) => write!(formatter, "{comma}{first}-{last}")?,
            }
        }
        Ok(())
    }
}

impl FromStr for PageSelection {
    type Err = String;

    /// Reads page numbers and ranges parted by commas, such as `1,3-5`, `3-` (to the end) and `-2` (from the first).
    fn from_str(text: &str) -> Result<Self, String> {
        let ranges: Option<Vec<_>> = text.split(',').map(|part| range(part.trim())).collect();
        match ranges {
            Some(ranges) => Ok(Self(Some(ranges.into()))),
            None => Err("give page numbers from 1 and ranges, such as 1,3-5 or 3-".to_owned()),
        }
    }
}

fn range(text: &str) -> Option<RangeInclusive<usize>> {
    let number = |text: &str| text.trim().parse::<usize>().ok().filter(|number| *number > 0);
    let (first, last) = match text.split_once('-') {
        None => (number(text)?, number(text)?),
        Some(("", last)) => (1, number(last)?),
        Some((first, "")) => (number(first)?, usize::MAX),
        Some((first, last)) => (number(first)?, number(last)?),
    };
    (first <= last).then_some(first..=last)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn selected(text: &str) -> Vec<usize> {
        let pages: PageSelection = text.parse().expect("is a selection");
        (1..=9).filter(|number| pages.contains(*number)).collect()
    }

    #[test]
    fn numbers_and_ranges() {
        assert_eq!(selected("1,3-5"), [1, 3, 4, 5]);
        assert_eq!(selected("8-, 2"), [2, 8, 9]);
        assert_eq!(selected("-2,2"), [1, 2]);
        assert_eq!("1, 03-5,8-".parse::<PageSelection>().map(|pages| pages.to_string()), Ok("1,3-5,8-".to_owned()));
        assert!((1..100).all(|number| PageSelection::default().contains(number)));
    }

    #[test]
    fn what_is_no_page_is_refused() {
        for text in ["", "0", "5-3", "a", "1,,2", "-", "1-2-3", "1.5", "0-3"] {
            assert!(text.parse::<PageSelection>().is_err(), "{text}");
        }
    }
}
