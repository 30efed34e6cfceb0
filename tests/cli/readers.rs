//! The readers beside the built-in one: `train --reader`, `--reader`, `--model` and `compare`.

use crate::model_work::write_digits;
use crate::run::Workplace;
use crate::support::write_number;

fn place_with_digits() -> Workplace {
    let place = Workplace::new();
    write_digits(&place, "train");
    write_digits(&place, "t10k");
    place
}

#[test]
fn a_trained_reader_is_found_by_its_name_and_by_its_file() {
    let place = place_with_digits();
    let outcome = place.run("train --reader knn --data digits");
    assert_eq!(outcome.code, Some(0), "{}", outcome.stderr);
    assert!(place.read("models/knn.md").contains("scantally train --data digits --reader knn"));
    for arguments in ["--reader knn", "--model models/knn.safetensors", "--reader knn --model models/knn.safetensors"] {
        let outcome = place.run(&format!("evaluate --data digits {arguments}"));
        assert!(outcome.stdout.contains("20 of 20 right"), "{arguments}: {} {}", outcome.stdout, outcome.stderr);
    }
    write_number(&place.path("scans/number.png"), "4711");
    let outcome = place.run("extract scans --layout line --kind digits --reader knn");
    assert_eq!(outcome.code, Some(0), "{}", outcome.stderr);
    assert_eq!(place.rows("output/numbers.csv")[0][3], "4711");
    assert!(place.read("output/run.json").contains("\"reader\": \"knn\""), "{}", place.read("output/run.json"));
}

#[test]
fn features_are_chosen_and_their_reduction_is_told() {
    let place = place_with_digits();
    let outcome =
        place.run("train --reader bayes --features zoning --components 5 --data digits --out new/b.safetensors");
    assert_eq!(outcome.code, Some(0), "{}", outcome.stderr);
    assert!(outcome.stderr.contains("features zoning: 49 measured"), "{}", outcome.stderr);
    assert!(outcome.stderr.contains("5 are kept with"), "{}", outcome.stderr);
    assert!(place.read("new/b.md").contains("--features zoning --components 5"));
    assert_eq!(place.run("evaluate --data digits --model new/b.safetensors").code, Some(0));
}

#[test]
fn contradictions_and_missing_models_are_told() {
    let place = place_with_digits();
    assert_eq!(place.run("train --reader bayes --features zoning --data digits").code, Some(0));
    let model = std::fs::read(place.path("models/bayes.safetensors")).expect("just written");
    place.write("cut.safetensors", &model[..model.len() / 2]);
    for (arguments, code, message) in [
        ("evaluate --data digits --reader svm", 4, "scantally train --reader svm"),
        ("evaluate --data digits --reader svm --model models/bayes.safetensors", 4, "holds the reader bayes, not svm"),
        ("extract digits --reader cnn --model models/bayes.safetensors", 4, "holds the reader bayes, not cnn"),
        ("evaluate --data digits --model cut.safetensors", 4, "cut.safetensors"),
        ("evaluate --data digits --reader oracle", 2, "oracle"),
        ("train --data digits --reader bayes --epochs 3", 2, "--epochs is for networks"),
        ("train --data digits --reader knn --features hog", 2, "knn takes pixels"),
        ("train --data digits --features hog", 2, "cnn takes pixels"),
        ("compare --data digits --test nowhere", 4, "nowhere"),
        ("compare --data digits --model nothing.safetensors", 4, "nothing.safetensors"),
        ("compare --data digits -o models/bayes.safetensors/result", 5, "result"),
    ] {
        let outcome = place.run(arguments);
        assert_eq!(outcome.code, Some(code), "{arguments}: {}", outcome.stderr);
        assert!(outcome.stderr.contains(message), "{arguments}: {}", outcome.stderr);
    }
}

#[test]
fn readers_are_put_side_by_side() {
    let place = place_with_digits();
    assert_eq!(place.run("train --reader knn --data digits").code, Some(0));
    let outcome = place.run(
        "compare --data digits --readers knn,tree,original-pooled --model models/knn.safetensors --epochs 0 -o result",
    );
    assert_eq!(outcome.code, Some(0), "{}", outcome.stderr);
    let rows = place.rows("result/compare.csv");
    let column = |column: usize| rows.iter().map(|row| row[column].as_str()).collect::<Vec<_>>();
    assert_eq!(column(0), ["original-pooled", "knn", "tree"]);
    assert_eq!(column(1), ["digits t10k"; 3]);
    assert_eq!(column(2), ["20"; 3]);
    assert_eq!((rows[1][3].as_str(), rows[1][6].as_str()), ("1.000000", ""), "knn was loaded and knows its digits");
    assert_eq!(rows[1][8], std::fs::metadata(place.path("models/knn.safetensors")).expect("a file").len().to_string());
    assert_eq!(outcome.stdout.lines().count(), 4, "{}", outcome.stdout);
    assert!(std::fs::read(place.path("result/compare.png")).expect("a chart").starts_with(b"\x89PNG"));
}
