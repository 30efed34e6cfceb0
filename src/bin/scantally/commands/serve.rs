//! `serve`: opens the web app.

use crate::cli::Serve;
use crate::exit::ExitStatus;
use crate::printer;
use crate::web::{self, Settings};

/// Runs the command until it is interrupted.
pub fn run(arguments: &Serve) -> anyhow::Result<ExitStatus> {
    match Settings::of(arguments) {
        Ok(settings) => web::serve(settings).map(|()| ExitStatus::AllRead),
        Err(error) => {
            printer::error(&error);
            Ok(ExitStatus::WrongArguments)
        }
    }
}
