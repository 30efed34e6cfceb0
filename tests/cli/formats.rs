//! `extract --format`, `--wide` and `--crops`: which files come out, the same at any number of threads and after `--resume`.

use crate::run::Workplace;
use crate::support::write_number;

fn two_scans() -> Workplace {
    let place = Workplace::new();
    write_number(&place.path("scans/a.png"), "2750");
    write_number(&place.path("scans/sub/b.png"), "00417");
    place
}

const ALL: &str = "--layout line --format xlsx,jsonl --format parquet,csv --wide --crops digits";

/// The files of a folder and of those in it, hidden ones left out.
fn names(place: &Workplace, folder: &str) -> Vec<String> {
    let mut names = Vec::new();
    for entry in std::fs::read_dir(place.path(folder)).expect("a readable folder") {
        let name = entry.expect("a readable folder").file_name().to_string_lossy().into_owned();
        let below = format!("{folder}/{name}");
        if place.path(&below).is_dir() {
            names.extend(self::names(place, &below));
        } else if !name.starts_with('.') {
            names.push(below);
        }
    }
    names.sort();
    names
}

#[test]
fn all_formats_are_the_same_at_any_number_of_threads() {
    let place = two_scans();
    for (output, threads) in [("one", 1), ("four", 4)] {
        let outcome = place.run(&format!("extract scans -o {output} -j {threads} {ALL}"));
        assert_eq!(outcome.code, Some(0), "{}", outcome.stderr);
    }
    let written = names(&place, "one");
    for name in ["numbers.xlsx", "numbers.jsonl", "numbers.parquet", "wide.csv", "crops/a.png.p1.n1.png"] {
        assert!(written.contains(&format!("one/{name}")), "{name} in {written:?}");
    }
    assert!(written.contains(&"one/crops/sub/b.png.p1.n1.d1.png".to_owned()), "{written:?}");
    // The spreadsheet names the run, the record its time, and the journal is in the order of reading.
    let may_differ = ["run.json", "journal.sqlite", "numbers.xlsx"];
    for name in written.iter().filter(|name| !may_differ.iter().any(|other| name.ends_with(other))) {
        let other = name.replacen("one", "four", 1);
        assert!(std::fs::read(place.path(name)).ok() == std::fs::read(place.path(&other)).ok(), "{name}");
    }
    let numbers = place.rows("one/numbers.csv");
    for (row, wide) in numbers.iter().zip(place.rows("one/wide.csv")) {
        assert_eq!(row[14], format!("crops/{}.p1.n1.png", row[0]));
        assert_eq!(wide[..3], [row[0].as_str(), "1", &row[3]]);
    }
}

#[test]
fn resuming_writes_the_same_files_again_and_takes_other_formats() {
    let place = two_scans();
    let written = |arguments: &str| {
        let outcome = place.run(&format!("extract scans {arguments}"));
        assert_eq!(outcome.code, Some(0), "{}", outcome.stderr);
    };
    written(ALL);
    let before = std::fs::read(place.path("output/numbers.xlsx")).expect("the sheet was written");
    std::fs::remove_dir_all(place.path("output/crops")).expect("crops were written");
    written(&format!("{ALL} --resume"));
    assert!(before == std::fs::read(place.path("output/numbers.xlsx")).expect("the sheet was written"));
    assert!(place.path("output/crops/a.png.p1.n1.png").exists());

    written("-o plain");
    written("-o plain --format jsonl --wide --resume");
    assert!(place.path("plain/numbers.jsonl").exists() && place.path("plain/wide.csv").exists());
}

#[test]
fn a_format_that_cannot_be_written_ends_with_5_and_leaves_the_old_result() {
    let place = two_scans();
    for (name, option) in [
        ("numbers.xlsx", "--format xlsx"),
        ("numbers.jsonl", "--format jsonl"),
        ("numbers.parquet", "--format parquet"),
        ("wide.csv", "--wide"),
        ("crops", "--crops numbers"),
    ] {
        let output = name.replace('.', "-");
        place.write(&format!("{output}/numbers.csv"), "old");
        place.write(&format!("{output}/{name}/mine.txt"), "");
        let outcome = place.run(&format!("extract scans -o {output} {option}"));
        assert_eq!(outcome.code, Some(5), "{}", outcome.stderr);
        assert!(outcome.stderr.contains(&format!("{name} cannot be written")), "{}", outcome.stderr);
        assert_eq!(place.read(&format!("{output}/numbers.csv")), "old");
    }
}

#[test]
fn unknown_formats_end_with_2() {
    let place = two_scans();
    for option in ["--format xls", "--format", "--crops page", "--crops-of none"] {
        let outcome = place.run(&format!("extract scans {option}"));
        assert_eq!(outcome.code, Some(2), "{option}: {}", outcome.stderr);
    }
    assert!(!place.path("output").exists());
}
