//! `train` and `evaluate`: reports, errors and exit codes. Training itself takes too long for a test of the binary.

use crate::run::Workplace;
use crate::support::number_picture;

/// Writes a small idx folder: each digit twice, drawn with the strokes of a pocket calculator, 28x28, ink high.
pub fn write_digits(place: &Workplace, part: &str) {
    write_part(place, part, 2);
}

/// Writes a folder with enough of each digit to keep some for validation.
fn write_many_digits(place: &Workplace) {
    write_part(place, "train", 12);
}

fn write_part(place: &Workplace, part: &str, times: u32) {
    let (mut pixels, mut labels) = (Vec::new(), Vec::new());
    for label in (0..times).flat_map(|_| 0..10_u8) {
        let picture = number_picture(&label.to_string());
        let small = image::imageops::thumbnail(&picture, 28, 28);
        pixels.extend(small.pixels().map(|pixel| 255 - pixel.0[0]));
        labels.push(label);
    }
    let sizes = |sizes: &[u32]| sizes.iter().flat_map(|size| size.to_be_bytes()).collect::<Vec<u8>>();
    let images = [sizes(&[0x0803, 10 * times, 28, 28]), pixels].concat();
    place.write(&format!("digits/{part}-images-idx3-ubyte"), images);
    place.write(&format!("digits/{part}-labels-idx1-ubyte"), [sizes(&[0x0801, 10 * times]), labels].concat());
}

#[test]
fn a_reader_is_measured_on_labelled_digits() {
    let place = Workplace::new();
    write_digits(&place, "t10k");
    write_digits(&place, "train");
    let outcome = place.run("evaluate --data digits -o report");
    assert_eq!(outcome.code, Some(0), "{}", outcome.stderr);
    assert!(outcome.stdout.contains(" of 20 right"), "{}", outcome.stdout);
    let parts = |table: &str| place.rows(table).into_iter().map(|row| row[1].clone()).collect::<Vec<_>>();
    assert!(parts("report/classes.csv").iter().all(|part| part == "t10k"), "the test part alone is measured");
    let digits_read: u32 =
        place.rows("report/confusion.csv").iter().map(|row| row[4].parse::<u32>().expect("a count")).sum();
    assert_eq!(digits_read, 20);
    let train = place.run("evaluate --data digits --part train");
    assert!(train.stdout.contains("train: "), "{}", train.stdout);
}

#[test]
fn a_report_has_tables_and_charts_and_is_the_same_each_time() {
    let place = Workplace::new();
    write_digits(&place, "t10k");
    for folder in ["report", "again"] {
        let outcome = place.run(&format!("evaluate --data digits --robustness -o {folder}"));
        assert_eq!(outcome.code, Some(0), "{}", outcome.stderr);
        assert!(outcome.stdout.contains("error against reject rate\n"), "{}", outcome.stdout);
        assert!(outcome.stdout.contains("stroke width 200 %"), "{}", outcome.stdout);
    }
    let names = |folder: &str| -> Vec<String> {
        let entries = std::fs::read_dir(place.path(folder)).expect("a folder");
        let mut names: Vec<String> =
            entries.map(|entry| entry.expect("an entry").file_name().to_string_lossy().into_owned()).collect();
        names.sort();
        names
    };
    let expected = "classes.csv confused.csv confusion.csv digits-t10k-confusion.csv digits-t10k-confusion.png \
                    digits-t10k-mistakes.png digits-t10k-reject.png digits-t10k-reliability.png mistakes.csv reject.csv \
                    reliability.csv report.txt robustness.csv";
    assert_eq!(names("report").join(" "), expected);
    for name in names("report") {
        let bytes = |folder: &str| std::fs::read(place.path(folder).join(&name)).expect("a file");
        assert!(bytes("report") == bytes("again"), "{name}");
        assert!(!name.ends_with(".png") || image::load_from_memory(&bytes("report")).is_ok(), "{name}");
    }
    assert_eq!(place.rows("report/reliability.csv").len(), 15);
    let clean = &place.rows("report/robustness.csv")[0];
    assert_eq!((clean[2].as_str(), clean[3].as_str()), ("clean", "20"));
    let wrong = place.rows("report/mistakes.csv").len();
    assert_eq!(place.rows("report/reject.csv")[0][4], wrong.to_string(), "nothing rejected leaves every error");
}

#[test]
fn a_published_matrix_gets_its_report() {
    let place = Workplace::new();
    place.write("matrix.csv", include_str!("../golden/original-confusion.csv"));
    let outcome = place.run("evaluate --confusion matrix.csv -o report");
    assert_eq!(outcome.code, Some(0), "{}", outcome.stderr);
    assert!(outcome.stdout.contains("9765 of 10000 right, 97.65 %"), "{}", outcome.stdout);
    assert_eq!(place.read("report/report.txt"), outcome.stdout);
    assert_eq!(place.read("report/confusion.csv"), place.read("matrix.csv"));
    assert!(place.path("report/confusion.png").is_file());
}

#[test]
fn a_study_goes_on_where_it_stopped() {
    let place = Workplace::new();
    write_many_digits(&place);
    let study = "study --data digits --widths 2,2-2 --batch-sizes 16 --epochs 1 -o study";
    let outcome = place.run(&format!("{study} --seeds 1"));
    assert_eq!(outcome.code, Some(0), "{}", outcome.stderr);
    let first = place.read("study/study.csv");
    assert_eq!(place.rows("study/study.csv").len(), 2);
    let outcome = place.run(&format!("{study} --seeds 2"));
    assert!(outcome.stderr.contains("4 runs, 2 of them done before"), "{}", outcome.stderr);
    assert!(outcome.stdout.contains("between runs of the same setting"), "{}", outcome.stdout);
    let rows = place.rows("study/study.csv");
    let order: Vec<(&str, &str)> = rows.iter().map(|row| (row[0].as_str(), row[6].as_str())).collect();
    assert_eq!(order, [("2", "1"), ("2", "2"), ("2-2", "1"), ("2-2", "2")]);
    let again = place.read("study/study.csv");
    assert!(first.lines().all(|line| again.contains(line)), "earlier runs stand as they were");
    let chart = std::fs::read(place.path("study/chart.png")).expect("a chart");
    assert!(image::load_from_memory(&chart).is_ok());
}

#[test]
fn model_work_that_cannot_be_done_is_told() {
    let place = Workplace::new();
    write_digits(&place, "train");
    place.write("taken", "no weights");
    for (arguments, code) in [
        ("evaluate --data nowhere", 4),
        ("evaluate --data digits --part other", 4),
        ("evaluate --data digits --model taken", 4),
        ("evaluate --data digits -o taken/report", 5),
        ("evaluate --confusion nowhere.csv", 4),
        ("evaluate --confusion taken", 4),
        ("evaluate --confusion taken --data digits", 2),
        ("evaluate", 2),
        ("study --data nowhere -o study", 4),
        ("study --data digits -o taken/study", 5),
        ("study --data digits --widths 4-4-4-4-4 --pooling max -o study", 4),
        ("study --data digits --widths 0 -o study", 2),
        ("study --data digits --seed 3 -o study", 2),
        ("train --data nowhere --out new/digits.safetensors", 4),
        ("train --data digits --out taken/digits.safetensors", 5),
        ("train --data digits --epochs many", 2),
    ] {
        let outcome = place.run(arguments);
        assert_eq!(outcome.code, Some(code), "{arguments}: {}", outcome.stderr);
        assert!(!outcome.stderr.is_empty(), "{arguments}");
    }
}
