//! What the user may say about scans before they are opened: limits, pages, a password.

use std::convert::Infallible;
use std::fmt;
use std::str::FromStr;
use std::sync::Arc;

use super::PageSelection;

/// What a scan may cost at most.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Limits {
    /// Pixels of one page.
    pub max_pixels: u64,
    /// Pages of one scan.
    pub max_pages: usize,
}

impl Default for Limits {
    fn default() -> Self {
        Self { max_pixels: 200_000_000, max_pages: 10_000 }
    }
}

/// How scans are opened. Cheap to clone.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Settings {
    /// What a scan may cost at most.
    pub limits: Limits,
    /// The pages that are to be read of each scan.
    pub pages: PageSelection,
    /// Opens encrypted PDFs.
    pub pdf_password: Option<Password>,
}

impl From<Limits> for Settings {
    fn from(limits: Limits) -> Self {
        Self { limits, ..Self::default() }
    }
}

/// A password; it is never shown, not even in debug output.
#[derive(Clone, PartialEq, Eq)]
pub struct Password(Arc<str>);

impl Password {
    /// The password itself.
    pub(super) fn reveal(&self) -> &str {
        &self.0
    }
}

impl FromStr for Password {
    type Err = Infallible;

    fn from_str(text: &str) -> Result<Self, Infallible> {
        Ok(Self(text.into()))
    }
}

impl fmt::Debug for Password {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("(a password)")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn passwords_are_not_shown() {
        let settings = Settings { pdf_password: "secret".parse().ok(), ..Settings::default() };
        assert!(!format!("{settings:?}").contains("secret"));
    }
}
