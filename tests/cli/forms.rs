//! `extract --template`: pages that are copies of known forms, pages that are not, and cheques.

use crate::run::Workplace;

/// The rows of numbers.csv, header left out, as cells.
fn rows(place: &Workplace, table: &str) -> Vec<Vec<String>> {
    place.read(table).lines().skip(1).map(|line| line.split(',').map(str::to_owned).collect()).collect()
}

fn draw(place: &Workplace, folder: &str, options: &str) {
    let outcome = place.run(&format!("synth --out {folder} {options}"));
    assert_eq!(outcome.code, Some(0), "{}", outcome.stderr);
}

#[test]
fn the_fields_of_a_form_are_read_under_their_names_also_upside_down() {
    let place = Workplace::new();
    draw(&place, "forms", "--kind form --design meter-card --pages 2 --seed 4 --skew 5 --phone 0.5");
    let upright = image::open(place.path("forms/form-0002.png")).expect("a scan");
    upright.rotate180().save(place.path("forms/turned.png")).expect("a place to write");
    let outcome = place.run(
        "extract forms/form-0001.png forms/form-0002.png forms/turned.png --template forms/template.toml -o read -q",
    );
    assert_eq!(outcome.code, Some(0), "{}", outcome.stderr);
    let read = rows(&place, "read/numbers.csv");
    let of = |source: &str| -> Vec<(String, String)> {
        let mine = read.iter().filter(|row| row[0] == source);
        mine.map(|row| (row[2].clone(), row[3].clone())).collect()
    };
    let truth: Vec<Vec<String>> = rows(&place, "forms/truth.csv");
    for scan in ["form-0001.png", "form-0002.png"] {
        let truth: Vec<&Vec<String>> = truth.iter().filter(|row| row[0] == scan).collect();
        let found = of(scan);
        assert_eq!(found.len(), truth.len(), "each field has a row");
        let right = truth.iter().filter(|row| found.contains(&(row[2].clone(), row[3].clone()))).count();
        assert!(right * 10 >= truth.len() * 8, "{scan}: {right} of {}", truth.len());
    }
    assert_eq!(of("turned.png").len(), of("form-0002.png").len());
    let same = of("turned.png").iter().zip(of("form-0002.png")).filter(|(a, b)| **a == *b).count();
    assert!(same * 10 >= of("form-0002.png").len() * 8, "{same}");
}

#[test]
fn a_page_that_fits_no_template_is_not_read() {
    let place = Workplace::new();
    draw(&place, "cards", "--kind form --design meter-card --pages 1 --seed 4");
    draw(&place, "notes", "--kind form --design delivery-note --pages 1 --seed 4");
    let outcome = place.run("extract notes/form-0001.png --template cards/template.toml -o read -q");
    assert_eq!(outcome.code, Some(0), "{}", outcome.stderr);
    let read = rows(&place, "read/numbers.csv");
    assert_eq!(read.len(), 1);
    assert_eq!((read[0][2].as_str(), read[0][3].as_str(), read[0][5].as_str()), ("page", "", "review"));
    assert_eq!(read[0][9], "no_template");
}

#[test]
fn a_template_that_is_wrong_ends_the_run_before_it_begins() {
    let place = Workplace::new();
    draw(&place, "cards", "--kind form --design meter-card --pages 1 --seed 4");
    let template = place.read("cards/template.toml");
    place.write("cards/template.toml", format!("{template}\n[[rule]]\nname = \"sum\"\ncheck = \"nobody = 1\"\n"));
    let outcome = place.run("extract cards --template cards/template.toml -o read");
    assert_eq!(outcome.code, Some(2), "{}", outcome.stderr);
    assert!(outcome.stderr.contains("nobody"), "{}", outcome.stderr);
    let outcome = place.run("extract cards --template none.toml -o read");
    assert_eq!(outcome.code, Some(2), "{}", outcome.stderr);
}

#[test]
fn a_broken_sum_is_named_and_a_trial_counts_what_rules_find() {
    let place = Workplace::new();
    draw(&place, "forms", "--kind form --design tax-return --sums --pages 2 --seed 6");
    let outcome = place.run("template trial forms/template.toml forms forms/truth.csv");
    assert_eq!(outcome.code, Some(0), "{}", outcome.stderr);
    assert!(outcome.stdout.contains("caught by a rule"), "{}", outcome.stdout);
    let template = place.read("forms/template.toml");
    place.write("forms/template.toml", template.replace("check = \"total_income = ", "check = \"total_income + 1 = "));
    let outcome = place.run("extract forms/form-0001.png --template forms/template.toml -o read -q");
    assert_eq!(outcome.code, Some(0), "{}", outcome.stderr);
    let read = rows(&place, "read/numbers.csv");
    let total = read.iter().find(|row| row[2] == "total_income").expect("a row for the total");
    assert!(total[5] == "review" && total[9].contains("sum_mismatch"), "{total:?}");
}

#[test]
fn the_amount_of_a_cheque_is_found() {
    let place = Workplace::new();
    draw(&place, "cheques", "--kind cheque --pages 1 --seed 5");
    let outcome = place.run("extract cheques --template cheque -o read -q");
    assert_eq!(outcome.code, Some(0), "{}", outcome.stderr);
    let read = rows(&place, "read/numbers.csv");
    for field in ["amount", "micr"] {
        assert!(read.iter().any(|row| row[2] == field), "{field}: {read:?}");
    }
}
