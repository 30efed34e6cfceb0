//! The commands, one file each: checked arguments in, library calls, an exit status out.

mod card;
mod compare;
mod evaluate;
mod extract;
pub mod forms;
mod help_files;
pub mod model;
mod review;
mod score;
#[cfg(feature = "web")]
mod serve;
pub mod signal;
mod study;
mod synth;
mod template;
mod train;

use crate::cli::Command;
use crate::exit::ExitStatus;

/// Runs a command.
pub fn run(command: Command) -> anyhow::Result<ExitStatus> {
    match command {
        Command::Extract(arguments) => extract::run(&arguments),
        Command::Review(arguments) => review::run(&arguments),
        #[cfg(feature = "web")]
        Command::Serve(arguments) => serve::run(&arguments),
        Command::Score(arguments) => score::run(&arguments),
        Command::Train(arguments) => train::run(&arguments),
        Command::Evaluate(arguments) => evaluate::run(&arguments),
        Command::Compare(arguments) => compare::run(&arguments),
        Command::Study(arguments) => study::run(&arguments),
        Command::Synth(arguments) => synth::run(&arguments),
        Command::Template(arguments) => template::run(&arguments),
        Command::HelpFiles(arguments) => help_files::run(&arguments),
    }
}

/// How many threads a command uses unless told otherwise: one for each processor core.
pub fn cores() -> usize {
    std::thread::available_parallelism().map_or(1, usize::from)
}
