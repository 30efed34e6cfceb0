//! Long lists in parts: the part that an address asks for and the length of the list in, links to the parts beside it out.

use std::collections::HashMap;

/// A part of a list.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Paging {
    /// From 1.
    pub number: u32,
    pub parts: u32,
    /// The length of the whole list.
    pub total: u64,
    per_part: u32,
    /// The name of the value in the address.
    name: &'static str,
}

/// Values of an address.
pub type Values = HashMap<String, String>;

impl Paging {
    /// The part that `name` asks for, or the nearest that is there.
    pub fn of(values: &Values, name: &'static str, total: u64, per_part: u32) -> Self {
        let parts = u32::try_from(total.div_ceil(u64::from(per_part))).unwrap_or(u32::MAX).max(1);
        let wanted = values.get(name).and_then(|value| value.parse().ok()).unwrap_or(1);
        Self { number: u32::clamp(wanted, 1, parts), parts, total, per_part, name }
    }

    pub fn limit(&self) -> u32 {
        self.per_part
    }

    pub fn offset(&self) -> u32 {
        (self.number - 1).saturating_mul(self.per_part)
    }

    /// The part before, as the values of an address.
    pub fn before(&self) -> Option<String> {
        (self.number > 1).then(|| format!("?{}={}", self.name, self.number - 1))
    }

    /// The next part, as the values of an address.
    pub fn next(&self) -> Option<String> {
        (self.number < self.parts).then(|| format!("?{}={}", self.name, self.number + 1))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn parts_that_are_not_there_are_the_nearest_ones() {
        let at =
            |value: &str, total| Paging::of(&Values::from([("page".to_owned(), value.to_owned())]), "page", total, 50);
        assert_eq!(
            (at("2", 120).offset(), at("2", 120).before(), at("2", 120).next()),
            (50, Some("?page=1".to_owned()), Some("?page=3".to_owned()))
        );
        assert_eq!((at("9", 120).number, at("9", 120).next()), (3, None));
        assert_eq!((at("0", 0).number, at("x", 50).parts, at("1", 50).next()), (1, 1, None));
    }
}
