//! `synth`: draws scans with known numbers.

use scantally::synth::{Recipe, Request, Scans, write_folder};

use crate::cli::Synth;
use crate::exit::ExitStatus;
use crate::printer;

/// Runs the command.
pub fn run(arguments: &Synth) -> anyhow::Result<ExitStatus> {
    arguments.check();
    let scans = if arguments.samples {
        Scans::Samples
    } else {
        let mut recipe = Recipe::new(arguments.kind, arguments.seed);
        recipe.touching_share = f64::from(arguments.touching);
        recipe.writing = arguments.writing;
        (recipe.design, recipe.sums) = (arguments.design, arguments.sums);
        recipe.wear.phone_share = f64::from(arguments.phone);
        recipe.wear.scale_share = f64::from(arguments.scale);
        recipe.wear.skew_deg = arguments.skew.map_or(recipe.wear.skew_deg, f64::from);
        recipe.line_digits = arguments.length.unwrap_or(recipe.line_digits);
        Scans::Recipe {
            recipe: Box::new(recipe),
            pages: arguments.pages,
            digits: arguments.digits.clone(),
            part: arguments.part.clone(),
        }
    };
    let summary = write_folder(&Request { out: arguments.out.clone(), scans })?;
    printer::lines(&format!(
        "{} files, {} pages, {} numbers, {} fields left empty\nthe truth is in {}",
        summary.files,
        summary.pages,
        summary.numbers,
        summary.empty,
        summary.truth.display()
    ));
    Ok(ExitStatus::AllRead)
}
