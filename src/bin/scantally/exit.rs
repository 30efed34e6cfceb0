//! Exit codes: what a run came to in, the number that scripts look at out.

use std::process::ExitCode;

use scantally::error::Error;
use scantally::table::Counts;

/// How a run ended, from best to worst; wrong arguments (2) are told by the argument parser.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum ExitStatus {
    /// Everything was read; numbers may still be marked for review.
    AllRead,
    /// A template is not valid, or the output folder holds a run that these arguments do not fit.
    WrongArguments,
    /// Finished, but some files could not be read, or not as a whole.
    SomeFailed,
    /// Nothing could be read: no input, no model.
    NothingRead,
    /// The output cannot be written.
    CannotWrite,
    /// Stopped by the user.
    Interrupted,
}

impl ExitStatus {
    /// The exit code.
    pub fn code(self) -> u8 {
        match self {
            ExitStatus::AllRead => 0,
            ExitStatus::WrongArguments => 2,
            ExitStatus::SomeFailed => 3,
            ExitStatus::NothingRead => 4,
            ExitStatus::CannotWrite => 5,
            ExitStatus::Interrupted => 130,
        }
    }

    /// The status of a command that failed with an error.
    pub fn of(error: &anyhow::Error) -> Self {
        match error.downcast_ref::<Error>() {
            Some(Error::Output { .. }) => ExitStatus::CannotWrite,
            Some(Error::Template { .. } | Error::Run { .. }) => ExitStatus::WrongArguments,
            _ => ExitStatus::NothingRead,
        }
    }

    /// The status of a batch that came to its end.
    pub fn of_counts(counts: &Counts) -> Self {
        match counts {
            Counts { files_ok: 0, pages_read: 0, .. } => ExitStatus::NothingRead,
            Counts { files_failed: 0, .. } => ExitStatus::AllRead,
            _ => ExitStatus::SomeFailed,
        }
    }
}

impl From<ExitStatus> for ExitCode {
    fn from(status: ExitStatus) -> Self {
        ExitCode::from(status.code())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_batch_is_as_good_as_its_files() {
        let counts =
            |files_ok, files_failed, pages_read| Counts { files_ok, files_failed, pages_read, ..Counts::default() };
        for (counts, code) in [
            (counts(2, 0, 2), 0),
            (counts(1, 1, 1), 3),
            (counts(0, 1, 2), 3),
            (counts(0, 1, 0), 4),
            (counts(0, 0, 0), 4),
        ] {
            assert_eq!(ExitStatus::of_counts(&counts).code(), code, "{counts:?}");
        }
    }

    #[test]
    fn errors_of_the_output_have_a_code_of_their_own() {
        let output = Error::Output { path: "output".into(), reason: "full".to_owned() };
        assert_eq!(ExitStatus::of(&output.into()).code(), 5);
        let template = Error::Template { path: "form.toml".into(), reason: "1:1: no name".to_owned() };
        assert_eq!(ExitStatus::of(&template.into()).code(), 2);
        let data = Error::Data { path: "truth.csv".into(), reason: "gone".to_owned() };
        assert_eq!(ExitStatus::of(&data.into()).code(), 4);
        assert_eq!(ExitStatus::of(&anyhow::anyhow!("no input")).code(), 4);
    }
}
