//! Number lines: what touches, and amounts in all the ways people write them. The floors are generous.

use crate::run::Workplace;

/// Share of the drawn lines that are read right.
fn exact_share(place: &Workplace, drawn: &str, options: &str) -> f64 {
    let outcome = place.run(&format!("synth --out drawn --kind line --pages 60 --seed 9 {drawn}"));
    assert_eq!(outcome.code, Some(0), "{}", outcome.stderr);
    let outcome = place.run(&format!("extract drawn --layout line --no-progress {options}"));
    assert_eq!(outcome.code, Some(0), "{}", outcome.stderr);
    let score = place.run("score output/numbers.csv drawn/truth.csv --json");
    let figures: serde_json::Value = serde_json::from_str(&score.stdout).expect("figures as JSON");
    assert_eq!(figures["accepted_tenfold"].as_u64(), Some(0), "{figures}");
    figures["exact_share"].as_f64().expect("a share")
}

#[test]
fn pairs_of_digits_that_touch_are_read() {
    let share = exact_share(&Workplace::new(), "--length 2 --touching 1", "--kind digits");
    assert!(share >= 0.8, "{share}");
}

#[test]
fn amounts_are_read_however_they_are_written() {
    let share = exact_share(&Workplace::new(), "--writing amounts", "");
    assert!(share >= 0.8, "{share}");
}

#[test]
fn a_line_model_can_be_named_and_a_wrong_one_is_told() {
    let place = Workplace::new();
    place.run("synth --out drawn --kind line --pages 1");
    let models = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("models");
    let model = |name: &str| models.join(name).display().to_string();
    let outcome = place.run(&format!("extract drawn --layout line --line-model {}", model("lines.safetensors")));
    assert_eq!(outcome.code, Some(0), "{}", outcome.stderr);
    let outcome = place.run(&format!("extract drawn --layout line --line-model {}", model("digits.safetensors")));
    assert_eq!(outcome.code, Some(4), "{}", outcome.stderr);
    assert!(outcome.stderr.contains("digits.safetensors"), "{}", outcome.stderr);
}
