//! The scans that come with the program, as the README has a new user read them.

use std::path::Path;

use crate::run::Workplace;

#[test]
fn the_samples_are_read_the_same_on_any_number_of_threads() {
    let place = Workplace::new();
    let samples = Path::new(env!("CARGO_MANIFEST_DIR")).join("samples");
    for threads in [1, 3] {
        let outcome = place.run(&format!("extract {} -j {threads} -o j{threads}", samples.display()));
        assert_eq!(outcome.code, Some(0), "{}", outcome.stderr);
    }
    for table in ["numbers.csv", "digits.csv", "files.csv"] {
        assert_eq!(place.read(&format!("j1/{table}")), place.read(&format!("j3/{table}")), "{table}");
    }
    let pages: Vec<String> = place
        .rows("j1/files.csv")
        .into_iter()
        .filter(|row| row[0].ends_with(".tif"))
        .map(|row| row[1].clone())
        .collect();
    assert_eq!(pages, ["2"]);
}
