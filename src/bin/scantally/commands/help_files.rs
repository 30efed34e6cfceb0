//! `help-files`: writes manual pages and shell completions, made from the arguments themselves.

use std::path::Path;

use clap::CommandFactory;
use clap_complete::Shell;
use scantally::error::Error;

use crate::cli::{Cli, HelpFiles};
use crate::exit::ExitStatus;

/// Runs the command.
pub fn run(arguments: &HelpFiles) -> anyhow::Result<ExitStatus> {
    let folder = &arguments.folder;
    write(folder).map_err(|cause| Error::Output { path: folder.clone(), reason: cause.to_string() })?;
    Ok(ExitStatus::AllRead)
}

fn write(folder: &Path) -> std::io::Result<()> {
    std::fs::create_dir_all(folder)?;
    clap_mangen::generate_to(Cli::command(), folder)?;
    for shell in [Shell::Bash, Shell::Zsh, Shell::Fish, Shell::PowerShell] {
        clap_complete::generate_to(shell, &mut Cli::command(), "scantally", folder)?;
    }
    Ok(())
}
