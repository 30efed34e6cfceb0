//! `score`: figures, list of mismatches, errors.

use crate::run::Workplace;

const NUMBERS: &str =
    "source,page,field,value,confidence,status,text,alternative,alternative_confidence,reason,x,y,width,height,crop
a.png,1,n1,1234.50,0.9800,ok,1234.50,,,,10,10,80,20,
a.png,1,n2,86,0.9500,ok,86,,,,10,50,30,20,
a.png,1,n3,7,0.4000,review,7,,,low_confidence,500,500,9,20,
";

const TRUTH: &str = "source,page,field,value,x,y,width,height
a.png,1,income,1234.50,0,0,100,40
a.png,1,tax,80,0,40,100,40
a.png,1,rent,,0,80,100,40
";

fn place() -> Workplace {
    let place = Workplace::new();
    place.write("numbers.csv", NUMBERS);
    place.write("truth.csv", TRUTH);
    place
}

#[test]
fn figures_are_printed_with_their_counts() {
    let outcome = place().run("score numbers.csv truth.csv");
    assert_eq!(outcome.code, Some(0), "{}", outcome.stderr);
    assert_eq!(
        outcome.stdout,
        "\
numbers in the truth         2
  exactly right              1   50.00 %
  found                      2  100.00 %
digits in the truth          8
  right                      7   87.50 %
empty fields                 1
  left empty                 1  100.00 %
spurious numbers             1
  of these ok                0
accepted (ok)                2  100.00 % of the numbers in the truth
  wrong                      1   50.00 % of the accepted
  tenfold errors             0    0.00 % of the accepted
  wrong or spurious          1   50.00 % of all that are ok
read at 1 % wrong            1   50.00 % of the numbers in the truth, from confidence 0.9800
calibration error of whole numbers 46.50 %, spurious ones included 44.33 %
"
    );
}

#[test]
fn figures_and_mismatches_go_to_machines_too() {
    let place = place();
    let outcome = place.run("score numbers.csv truth.csv --json --mismatches wrong.csv");
    let figures: serde_json::Value = serde_json::from_str(&outcome.stdout).expect("JSON");
    assert_eq!((&figures["truths"], &figures["exact"], &figures["spurious"]), (&2.into(), &1.into(), &1.into()));
    assert_eq!(
        place.read("wrong.csv"),
        "source,page,field,truth,value,text,confidence,status,x,y,width,height\n\
         a.png,1,tax,80,86,86,0.9500,ok,10,50,30,20\n\
         a.png,1,n3,,7,7,0.4000,review,500,500,9,20\n"
    );
}

#[test]
fn the_calibration_is_a_table_of_thresholds() {
    let place = place();
    assert_eq!(place.run("score numbers.csv truth.csv --calibration table.csv").code, Some(0));
    // The first number is right, the second wrong and the third spurious.
    let some = |error: &str| format!("{error},0.9800,0.5000\n");
    let rows: String = ["0.001", "0.002", "0.005", "0.01", "0.02", "0.05", "0.1"].map(some).concat();
    assert_eq!(place.read("table.csv"), format!("max_error,min_confidence,share_read\n{rows}"));
    place.write("truth.csv", "source,page,field,value\na.png,1,n1,1\na.png,1,n2,86\n");
    place.run("score numbers.csv truth.csv --calibration table.csv");
    assert!(place.read("table.csv").ends_with("\n0.1,1.0000,0.0000\n"), "the surest one is wrong");
}

#[test]
fn a_lost_separator_is_a_tenfold_error() {
    let place = place();
    place.write("truth.csv", "source,page,field,value\na.png,1,n1,12345.0\na.png,1,n2,86\n");
    let figures = place.run("score numbers.csv truth.csv").stdout;
    assert!(figures.contains("\n  tenfold errors             1   50.00 % of the accepted\n"), "{figures}");
}

#[test]
fn listed_scans_are_left_out() {
    let place = place();
    place.write("truth.csv", format!("{TRUTH}b.png,1,n1,5,,,,\n"));
    place.write("doubtful.csv", "source,why\na.png,blurred\nc.png,torn\n");
    let outcome = place.run("score numbers.csv truth.csv --exclude doubtful.csv");
    assert!(outcome.stdout.starts_with("numbers in the truth         1\n"), "{}", outcome.stdout);
    assert!(outcome.stdout.contains("\nspurious numbers             0\n"), "{}", outcome.stdout);
    assert!(outcome.stderr.contains("1 of the 2 sources") && outcome.stderr.contains("`c.png`"), "{}", outcome.stderr);
    place.write("doubtful.csv", "id\n7\n");
    let outcome = place.run("score numbers.csv truth.csv --exclude doubtful.csv");
    assert!(outcome.code == Some(4) && outcome.stderr.contains("source"), "{}", outcome.stderr);
}

#[test]
fn digits_alone_are_compared_where_asked() {
    let place = place();
    place.write("truth.csv", "source,page,field,value\na.png,1,n1,123450\n");
    assert!(place.run("score numbers.csv truth.csv").stdout.contains("exactly right              0"));
    assert!(place.run("score numbers.csv truth.csv --digits-only").stdout.contains("exactly right              1"));
}

#[test]
fn tables_that_do_not_fit_are_told() {
    let place = place();
    place.write("other.csv", "source,page,field,value\nscans/a.png,1,n1,1\n");
    let outcome = place.run("score numbers.csv other.csv");
    assert!(outcome.stderr.contains("`scans/a.png`") && outcome.stderr.contains("`a.png`"), "{}", outcome.stderr);
    for (arguments, code) in [
        ("score numbers.csv none.csv", 4),
        ("score truth.csv truth.csv", 4),
        ("score numbers.csv truth.csv --mismatches no/folder/wrong.csv", 5),
        ("score numbers.csv truth.csv --calibration no/folder/table.csv", 5),
        ("score numbers.csv", 2),
    ] {
        assert_eq!(place.run(arguments).code, Some(code), "{arguments}");
    }
}
