//! The commands, one file each: checked arguments in, library calls, an exit status out.

mod extract;
mod help_files;
mod score;
mod synth;

use crate::cli::Command;
use crate::exit::ExitStatus;

/// Runs a command.
pub fn run(command: Command) -> anyhow::Result<ExitStatus> {
    match command {
        Command::Extract(arguments) => extract::run(&arguments),
        Command::Score(arguments) => score::run(&arguments),
        Command::Synth(arguments) => synth::run(&arguments),
        Command::HelpFiles(arguments) => help_files::run(&arguments),
    }
}
