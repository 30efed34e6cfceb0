//! The model card, and saving: a report of a training in, a safetensors file and a page of Markdown beside it out.

use std::fmt::Write;
use std::path::{Path, PathBuf};

use super::{BATCH_SIZE, EPOCH_BATCHES, TrainReport, TrainRequest};
use crate::error::{Error, Result};

/// From this heading on a card is written by people, and kept when the model is trained again.
const KEPT_FROM: &str = "## Notes";

/// Writes the weights to `path` and the card beside it, with the ending `.md`; returns the path of the card.
///
/// What an earlier card says from the heading `## Notes` on is kept.
///
/// # Errors
/// [`Error::Output`] if a file cannot be written, [`Error::Model`] if the weights do not fit their network.
pub fn save(request: &TrainRequest, report: &TrainReport, path: &Path) -> Result<PathBuf> {
    let fault = |path: &Path, cause: std::io::Error| Error::Output { path: path.to_owned(), reason: cause.to_string() };
    if let Some(folder) = path.parent().filter(|folder| !folder.as_os_str().is_empty()) {
        std::fs::create_dir_all(folder).map_err(|cause| fault(folder, cause))?;
    }
    let bytes = report.weights.to_bytes()?;
    std::fs::write(path, &bytes).map_err(|cause| fault(path, cause))?;
    let card_path = path.with_extension("md");
    let earlier = std::fs::read_to_string(&card_path).unwrap_or_default();
    let kept = earlier.find(KEPT_FROM).map_or("", |start| &earlier[start..]);
    let mut text = card(request, report, path, &bytes);
    if !kept.is_empty() {
        let _ = write!(text, "\n{kept}");
    }
    std::fs::write(&card_path, text).map_err(|cause| fault(&card_path, cause))?;
    Ok(card_path)
}

fn card(request: &TrainRequest, report: &TrainReport, path: &Path, bytes: &[u8]) -> String {
    let architecture = &report.weights.architecture;
    let name = path.file_stem().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
    let mut text = format!("# {name}\n\nReads single glyphs: ten digits, `. , - / $` and \"not a digit\".\n\n");
    let _ = writeln!(text, "- Network: {}.", layers(report));
    let _ = writeln!(
        text,
        "- {} parameters, {} bytes, {:.2} MFLOP a glyph.",
        architecture.parameter_count(),
        bytes.len(),
        architecture.mflop()
    );
    let _ = writeln!(text, "- Temperature {:.2}, fitted on the validation images.", report.weights.temperature);
    let _ = writeln!(text, "- BLAKE3 of the weights: {}.", blake3::hash(bytes).to_hex());
    let _ = write!(text, "\n## Made by\n\n    {}\n\n", command(request, path));
    let _ = writeln!(
        text,
        "{} epochs of {} distorted images in batches of {BATCH_SIZE}, seed {}, learning rate {}; {:.0} seconds on {} threads.",
        request.epochs,
        EPOCH_BATCHES * BATCH_SIZE,
        request.seed,
        request.learning_rate,
        report.seconds,
        request.threads
    );
    text.push_str("The same on any number of threads; another kind of processor rounds differently.\n");
    text.push_str(
        "\n## Data\n\n| folder and part | images trained on | seen for each image of MNIST |\n|---|---|---|\n",
    );
    for (name, images, weight) in &report.sources {
        let _ = writeln!(text, "| {name} | {images} | {weight} |");
    }
    text.push_str(
        "\n## Validation\n\nImages that no training saw: the last writers, or the last images of each class.\n\n",
    );
    text.push_str("| folder and part | images | errors | right |\n|---|---|---|---|\n");
    for figure in &report.validation {
        let right = 100.0 * (figure.images - figure.errors) as f64 / figure.images.max(1) as f64;
        let _ = writeln!(text, "| {} | {} | {} | {right:.2} % |", figure.name, figure.images, figure.errors);
    }
    text
}

fn layers(report: &TrainReport) -> String {
    let describe = |layer: &crate::reader::architecture::Layer| {
        let pooled = if layer.pooled { ", pooled 2x2" } else { "" };
        let padded = if layer.padding > 0 { ", padded" } else { "" };
        format!("{} of {1}x{1}{padded}{pooled}", layer.channels, layer.kernel)
    };
    report.weights.architecture.layers.iter().map(describe).collect::<Vec<_>>().join(" - ")
}

fn command(request: &TrainRequest, path: &Path) -> String {
    let folders: Vec<String> = request.data.iter().map(|folder| folder.display().to_string()).collect();
    format!(
        "scantally train --data {} --epochs {} --seed {} --out {}",
        folders.join(" "),
        request.epochs,
        request.seed,
        path.display()
    )
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::reader::architecture::Architecture;
    use crate::reader::weights::{LayerWeights, Weights};
    use crate::train::ValidationFigure;

    fn report() -> TrainReport {
        let architecture = Architecture::shipped();
        let sizes = architecture.sizes().expect("layers that fit");
        let layers = architecture.layers.iter().zip(sizes).map(|(layer, (_, channels))| LayerWeights {
            kernels: vec![0.5; layer.kernel * layer.kernel * channels * layer.channels],
            biases: vec![0.0; layer.channels],
        });
        let weights = Weights { layers: layers.collect(), architecture, temperature: 1.5 };
        let validation = vec![ValidationFigure { name: "mnist train".to_owned(), images: 200, errors: 1 }];
        TrainReport { weights, sources: vec![("mnist train".to_owned(), 9, 1.0)], validation, seconds: 7.0, images: 64 }
    }

    #[test]
    fn a_card_says_how_the_model_was_made_and_keeps_notes() -> Result<()> {
        let folder = tempfile::tempdir().expect("a temporary folder");
        let path = folder.path().join("new/digits.safetensors");
        let request = TrainRequest { seed: 42, ..TrainRequest::new(vec!["../data/mnist".into()]) };
        let card = save(&request, &report(), &path)?;
        let mut text = std::fs::read_to_string(&card).expect("written");
        assert!(text.contains("--data ../data/mnist") && text.contains("--seed 42"), "{text}");
        assert!(text.contains("| mnist train | 200 | 1 | 99.50 % |"), "{text}");
        text.push_str("\n## Notes\n\nKeep me.\n");
        std::fs::write(&card, &text).expect("written");
        save(&request, &report(), &path)?;
        assert_eq!(std::fs::read_to_string(&card).expect("written"), text);
        assert_eq!(Weights::from_bytes("digits", &std::fs::read(&path).expect("written"))?, report().weights);
        Ok(())
    }
}
