//! The model card: what a model is, what it was trained on, how, and how well it reads, as Markdown.

use std::fmt::Write;
use std::path::Path;

use scantally::table::path_text;
use scantally::train::ValidationFigure;

/// What a card says.
pub struct ModelCard<'a> {
    /// Where the model is; its name is the title.
    pub out: &'a Path,
    /// What it reads, such as `digits`.
    pub subject: &'static str,
    /// A paragraph that says what it is.
    pub description: String,
    /// One line each: command, seed, time, settings.
    pub facts: Vec<String>,
    /// The bytes of the model file.
    pub bytes: &'a [u8],
    /// Heading of the third column of the data, where there is one.
    pub weight_heading: Option<&'static str>,
    /// Folder and part, images, how often each is seen.
    pub sources: Vec<(String, usize, f32)>,
    /// Figures on images that no training saw.
    pub validation: &'a [ValidationFigure],
}

impl ModelCard<'_> {
    /// The text of the card.
    pub fn text(&self) -> String {
        let name = self.out.file_stem().map(|stem| path_text(Path::new(stem))).unwrap_or_default();
        let mut card = format!("# {name}: a reader of handwritten {}\n\n{}\n\n", self.subject, self.description);
        for fact in &self.facts {
            let _ = writeln!(card, "- {fact}");
        }
        let _ = writeln!(card, "- {} bytes, BLAKE3 {}", self.bytes.len(), blake3::hash(self.bytes).to_hex());
        card.push_str("\n## Trained on\n\n");
        match self.weight_heading {
            Some(heading) => card.push_str(&format!("| folder and part | images | {heading} |\n|---|---:|---:|\n")),
            None => card.push_str("| folder and part | images |\n|---|---:|\n"),
        }
        for (source, images, weight) in &self.sources {
            let weight = if self.weight_heading.is_some() { format!(" {weight:.2} |") } else { String::new() };
            let _ = writeln!(card, "| {source} | {images} |{weight}");
        }
        card.push_str(
            "\n## Validation\n\nWhat no training saw: whole writers where writers are known.\n\n\
             | folder and part | images | errors | right |\n|---|---:|---:|---:|\n",
        );
        for figure in self.validation {
            let right = right_percent(figure);
            let _ = writeln!(card, "| {} | {} | {} | {right:.2} % |", figure.name, figure.images, figure.errors);
        }
        card
    }
}

/// The share of a figure's images that were read right, in percent; 0 for none.
pub fn right_percent(figure: &ValidationFigure) -> f64 {
    100.0 * (figure.images - figure.errors) as f64 / figure.images.max(1) as f64
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_card_names_the_model_its_data_and_its_figures() {
        let card = ModelCard {
            out: Path::new("models/some.safetensors"),
            subject: "digits",
            description: "A reader.".to_owned(),
            facts: vec!["Command: `scantally train`".to_owned()],
            bytes: b"abc",
            weight_heading: None,
            sources: vec![("mnist train".to_owned(), 55_006, 1.0)],
            validation: &[ValidationFigure { name: "mnist train".to_owned(), images: 4994, errors: 50 }],
        };
        let text = card.text();
        for part in
            ["# some:", "- Command: `scantally train`\n- 3 bytes", "| mnist train | 55006 |\n", "| 50 | 99.00 % |"]
        {
            assert!(text.contains(part), "{part} is not in {text}");
        }
    }
}
