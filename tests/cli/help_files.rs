//! `help-files`: manual pages and completions.

use crate::run::Workplace;

#[test]
fn manual_pages_and_completions_know_the_commands() {
    let place = Workplace::new();
    let outcome = place.run("help-files help");
    assert_eq!(outcome.code, Some(0), "{}", outcome.stderr);
    assert!(place.read("help/scantally-extract.1").contains("min\\-confidence"));
    for completions in ["scantally.bash", "_scantally", "scantally.fish", "_scantally.ps1"] {
        assert!(place.read(&format!("help/{completions}")).contains("extract"), "{completions}");
    }
}

#[test]
fn a_folder_that_cannot_be_made_ends_with_5() {
    let place = Workplace::new();
    place.write("taken", "");
    assert_eq!(place.run("help-files taken/help").code, Some(5));
}
