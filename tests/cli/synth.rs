//! `synth`: scans with their truth, the same ones each time.

use crate::run::Workplace;

#[test]
fn scans_are_drawn_read_and_scored() {
    let place = Workplace::new();
    let outcome = place.run("synth --out drawn --kind line --pages 3 --seed 5");
    assert_eq!(outcome.code, Some(0), "{}", outcome.stderr);
    let truth = place.rows("drawn/truth.csv");
    assert_eq!(truth.len(), 3);
    assert_eq!((truth[0][0].as_str(), truth[0][2].as_str()), ("line-0001.png", "n1"));
    let outcome = place.run("extract drawn --layout line --kind digits");
    assert_eq!(outcome.code, Some(0), "{}", outcome.stderr);
    assert_eq!(place.rows("output/numbers.csv").len(), 3, "on a line the one field always has a row");
    let figures = place.run("score output/numbers.csv drawn/truth.csv").stdout;
    assert!(figures.starts_with("numbers in the truth         3\n"), "{figures}");
}

#[test]
fn amounts_and_pairs_are_drawn_and_scored() {
    let place = Workplace::new();
    for arguments in ["--writing amounts --seed 3", "--length 2 --touching 1"] {
        let outcome = place.run(&format!("synth --out drawn --kind line --pages 4 {arguments}"));
        assert_eq!(outcome.code, Some(0), "{}", outcome.stderr);
        assert_eq!(place.run("extract drawn --layout line --no-progress").code, Some(0));
        let figures = place.run("score output/numbers.csv drawn/truth.csv").stdout;
        assert!(figures.starts_with("numbers in the truth         4\n"), "{figures}");
    }
    assert!(place.rows("drawn/truth.csv").iter().all(|row| row[3].len() == 2));
}

#[test]
fn forms_of_one_design_come_with_their_template() {
    let place = Workplace::new();
    let outcome = place.run("synth --out drawn --design tax-return --sums --pages 2 --phone 0.5 --scale 0.03 --skew 5");
    assert_eq!(outcome.code, Some(0), "{}", outcome.stderr);
    let template = place.read("drawn/template.toml");
    assert!(place.path("drawn/blank.png").exists() && template.contains("total_income = sum(wages .. other_income)"));
    for row in place.rows("drawn/truth.csv") {
        assert!(template.contains(&format!("name = \"{}\"", row[2])), "{row:?}");
    }
}

#[test]
fn the_seed_decides_what_is_drawn() {
    let place = Workplace::new();
    for (folder, seed) in [("one", 1), ("again", 1), ("other", 2)] {
        let outcome = place.run(&format!("synth --out {folder} --kind line --pages 2 --seed {seed}"));
        assert_eq!(outcome.code, Some(0), "{}", outcome.stderr);
    }
    let picture = |folder: &str| std::fs::read(place.path(folder).join("line-0002.png")).expect("a drawn scan");
    assert_eq!(picture("one"), picture("again"));
    assert_ne!(picture("one"), picture("other"));
    assert_eq!(place.read("one/truth.csv"), place.read("again/truth.csv"));
}

#[test]
fn digits_that_are_not_there_and_folders_that_cannot_be_made_are_told() {
    let place = Workplace::new();
    place.write("taken", "");
    for (arguments, code) in [
        ("synth --out drawn --digits nowhere", 4),
        ("synth --out taken/drawn --pages 1", 5),
        ("synth --out drawn --kind stamp", 2),
        ("synth --out drawn --kind line --design tax-return", 2),
        ("synth --out drawn --sums", 2),
        ("synth --out drawn --scale 0.5", 2),
        ("synth --out drawn --skew 20", 2),
        ("synth --out drawn --phone 2", 2),
        ("synth --out drawn --part t10k", 2),
        ("synth --out drawn --samples --pages 3", 2),
        ("synth --out drawn --length 2", 2),
        ("synth --out drawn --kind line --length 8..2", 2),
        ("synth --out drawn --kind cheque --writing amounts", 2),
        ("synth --out drawn --kind line --length 2 --writing amounts", 2),
    ] {
        let outcome = place.run(arguments);
        assert_eq!(outcome.code, Some(code), "{arguments}: {}", outcome.stderr);
    }
}
