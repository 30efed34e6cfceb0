//! The twelve scans of the folder `samples`: nothing in, what to draw out.
//!
//! They are meant to look like clean office scans, all drawn with the built-in digits. Changing anything that they are drawn
//! with changes them: run `scantally synth --samples --out samples` afterwards.

use super::recipe::{Recipe, ScanKind};
use super::write::Plan;

/// File name, kind, seed, dpi and the indexes of its pages; the index of a form decides its design.
const SCANS: [(&str, ScanKind, u64, u32, &[u64]); 12] = [
    ("cheque-1.png", ScanKind::Cheque, 11, 200, &[0]),
    ("cheque-2.jpg", ScanKind::Cheque, 11, 200, &[1]),
    ("cheque-3.png", ScanKind::Cheque, 11, 200, &[2]),
    ("delivery-note-1.png", ScanKind::Form, 11, 150, &[19]),
    ("delivery-note-2.jpg", ScanKind::Form, 11, 150, &[4]),
    ("delivery-notes.tif", ScanKind::Form, 11, 150, &[16, 10]),
    ("meter-card-1.jpg", ScanKind::Form, 11, 200, &[2]),
    ("meter-card-2.png", ScanKind::Form, 11, 150, &[11]),
    ("meter-card-3.png", ScanKind::Form, 11, 200, &[8]),
    ("tax-return-1.png", ScanKind::Form, 11, 150, &[0]),
    ("tax-return-2.jpg", ScanKind::Form, 11, 150, &[3]),
    ("tax-return-3.png", ScanKind::Form, 11, 200, &[6]),
];

/// What each file holds, in the order of their names.
pub(super) fn plans() -> Vec<Plan> {
    SCANS
        .into_iter()
        .map(|(name, kind, seed, dpi, indexes)| {
            let mut recipe = Recipe::clean(kind, seed, dpi);
            // Grey paper does not pack well as PNG; JPEG does not mind.
            recipe.wear.white_paper = !name.ends_with(".jpg");
            Plan { name: name.to_owned(), pages: indexes.iter().map(|&index| (recipe.clone(), index)).collect() }
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use std::collections::{BTreeMap, BTreeSet};
    use std::path::PathBuf;

    use super::*;
    use crate::error::Result;
    use crate::synth::bank::DigitBank;
    use crate::synth::write::{draw_pages, encode};

    fn folder() -> PathBuf {
        PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("samples")
    }

    /// The lines of samples/truth.csv by source.
    fn truth() -> BTreeMap<String, Vec<Vec<String>>> {
        let mut rows = BTreeMap::<String, Vec<Vec<String>>>::new();
        let mut table = csv::Reader::from_path(folder().join("truth.csv")).expect("samples/truth.csv");
        for record in table.records() {
            let row: Vec<String> = record.expect("a row").iter().map(str::to_owned).collect();
            rows.entry(row[0].clone()).or_default().push(row);
        }
        rows
    }

    #[test]
    fn the_folder_holds_the_twelve_scans_their_truth_and_fits_into_git() {
        let names: BTreeSet<String> = plans().into_iter().map(|plan| plan.name).collect();
        assert_eq!(truth().into_keys().collect::<BTreeSet<_>>(), names);
        let entries = std::fs::read_dir(folder()).expect("samples").map(|entry| entry.expect("an entry"));
        let mut found = BTreeSet::new();
        let mut bytes = 0;
        for entry in entries {
            bytes += entry.metadata().expect("a size").len();
            found.insert(entry.file_name().to_string_lossy().into_owned());
        }
        let others = ["README.md", "truth.csv"].map(str::to_owned);
        assert_eq!(found, names.into_iter().chain(others).collect());
        assert!(bytes < 6_000_000, "{bytes}");
    }

    #[test]
    fn drawing_a_sample_again_gives_the_same_scan_and_truth() -> Result<()> {
        let bank = DigitBank::built_in()?;
        let mut truth = truth();
        for name in ["cheque-1.png", "cheque-2.jpg", "delivery-notes.tif"] {
            let plan = plans().into_iter().find(|plan| plan.name == name).expect("it is a sample");
            let pages = draw_pages(&bank, &plan)?;
            let expected = truth.remove(name).unwrap_or_default();
            let rows = pages.iter().flat_map(|page| &page.truth).map(|row| {
                let b = row.bounds;
                let numbers = [b.x, b.y, b.width, b.height].map(|number| number.to_string());
                let start = [name.to_owned(), row.page.to_string(), row.field.clone(), row.value.clone()];
                start.into_iter().chain(numbers).collect::<Vec<_>>()
            });
            assert_eq!(rows.collect::<Vec<_>>(), expected, "{name}: run scantally synth --samples --out samples");
            let same = encode(name, &pages).expect("it is encoded") == std::fs::read(folder().join(name)).expect(name);
            assert!(same, "{name} differs: run scantally synth --samples --out samples");
        }
        Ok(())
    }
}
