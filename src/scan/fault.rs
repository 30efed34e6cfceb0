//! What can go wrong inside a decoder, before it is known which scan and page it concerns; the guard around third-party
//! decoders; the pixel limit. Naming the scan and the page is left to the facade.

use std::fmt::Display;
use std::panic::{AssertUnwindSafe, catch_unwind};

use super::Limits;
use crate::error::Error;

/// The result of a decoding step.
pub(super) type Outcome<T> = std::result::Result<T, Fault>;

/// A failure that does not know its scan yet.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Fault {
    /// The content is of no format that is read; what it seems to be, and what to do.
    NotAScan(String),
    /// The content is damaged or of an unsupported kind; what is wrong, and what to do.
    Damaged(String),
    /// More pixels than the limit allows.
    TooLarge {
        /// Width in pixels.
        width: u64,
        /// Height in pixels.
        height: u64,
    },
}

impl Fault {
    /// Damage, as one sentence.
    pub(super) fn damaged(reason: impl Display) -> Self {
        Self::Damaged(reason.to_string())
    }

    /// A picture whose data stop before its last row: reading its upper part alone would lose numbers.
    pub(super) fn cut_short(what: impl Display) -> Self {
        Self::Damaged(format!("{what} ends early, the file is cut short; copy it again or scan the paper again"))
    }

    /// Names the scan and the page.
    pub(super) fn into_error(self, scan: &str, page: Option<usize>, limits: &Limits) -> Error {
        let scan = scan.to_owned();
        match self {
            Fault::NotAScan(reason) => Error::NotAScan { scan, reason },
            Fault::Damaged(reason) => Error::Damaged { scan, page, reason },
            Fault::TooLarge { width, height } => {
                Error::TooLarge { scan, page, width, height, max_pixels: limits.max_pixels }
            }
        }
    }
}

/// Refuses a picture of more than `limits.max_pixels`, or of none; called with what the header says, before memory is
/// taken for pixels.
pub(super) fn check_pixels(width: u64, height: u64, limits: &Limits) -> Outcome<()> {
    if width == 0 || height == 0 {
        return Err(Fault::damaged("the header declares a picture without pixels; scan the paper again"));
    }
    if width.saturating_mul(height) > limits.max_pixels {
        return Err(Fault::TooLarge { width, height });
    }
    Ok(())
}

/// Runs a decoder and turns a panic inside it into [`Fault::Damaged`].
///
/// Decoders of other crates meet bytes here that nobody checked. They forbid unsafe code, but index and subtract freely,
/// and one hostile file must not end a run over ten thousand good ones. Nothing that the decoder touched is used after a
/// panic, hence `AssertUnwindSafe`.
pub(super) fn guarded<T>(decode: impl FnOnce() -> Outcome<T>) -> Outcome<T> {
    catch_unwind(AssertUnwindSafe(decode))
        .unwrap_or_else(|_| Err(Fault::damaged("the decoder gave up on the content; scan the paper again")))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn panic_becomes_damage() {
        let outcome: Outcome<()> = guarded(|| panic!("a decoder went wrong, on purpose"));
        assert!(matches!(outcome, Err(Fault::Damaged(_))));
    }

    #[test]
    fn pixel_limit_does_not_overflow() {
        let limits = Limits::default();
        assert_eq!(check_pixels(20_000, 10_000, &limits), Ok(()));
        assert!(matches!(check_pixels(20_001, 10_000, &limits), Err(Fault::TooLarge { .. })));
        assert!(matches!(check_pixels(u64::MAX, u64::MAX, &limits), Err(Fault::TooLarge { .. })));
        assert!(matches!(check_pixels(0, 5, &limits), Err(Fault::Damaged(_))));
    }
}
