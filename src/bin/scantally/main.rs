//! The command line program: arguments in, printing and an exit code out. All work is done by the library.

mod cli;
mod commands;
mod exit;
mod memory;
mod printer;
mod progress;
#[cfg(feature = "web")]
mod web;

use std::process::ExitCode;

use clap::Parser;

fn main() -> ExitCode {
    let cli = cli::Cli::parse();
    memory::keep_page_buffers();
    match commands::run(cli.command) {
        Ok(status) => status.into(),
        Err(error) => {
            printer::error(&error);
            exit::ExitStatus::of(&error).into()
        }
    }
}
