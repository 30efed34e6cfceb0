//! `serve`: opens the web app.

use crate::cli::Serve;
use crate::exit::ExitStatus;
use crate::web::{self, Settings};

/// Runs the command until it is interrupted.
pub fn run(arguments: &Serve) -> anyhow::Result<ExitStatus> {
    web::serve(Settings::of(arguments)?)?;
    Ok(ExitStatus::AllRead)
}
