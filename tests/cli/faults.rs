//! Whatever stops a run: nothing is lost, nothing doubled, no half row, and the exit code says what happened.

use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use rand::{RngExt, SeedableRng};

use crate::run::{Outcome, Workplace};
use crate::support::write_number;

const TABLES: [&str; 3] = ["numbers.csv", "digits.csv", "files.csv"];
const READ: &str = "extract scans --layout line --kind digits --settle 0 -q";

/// A workplace with scans in `scans`, and what a run gives that nothing stops in `whole`.
fn scans(count: u32) -> Workplace {
    let place = Workplace::new();
    for index in 0..count {
        write_number(&place.path(&format!("scans/{:02}/{index}.png", index % 7)), &(index * 7919 + 13).to_string());
    }
    place.write("scans/03/broken.png", b"\x89PNG\r\n\x1a\n");
    place.write("scans/03/notes.txt", "no scan");
    place
}

fn with_whole(count: u32) -> Workplace {
    let place = scans(count);
    assert_eq!(place.run(&format!("{READ} -o whole")).code, Some(3));
    place
}

fn start(place: &Workplace, arguments: &str) -> Child {
    Command::new(env!("CARGO_BIN_EXE_scantally"))
        .args(arguments.split_whitespace())
        .current_dir(place.path(""))
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .stderr(Stdio::piped())
        .spawn()
        .expect("the binary starts")
}

/// Waits until a run has begun to read, which the log of its journal tells.
fn wait_for_journal(place: &Workplace, output: &str) {
    let began = Instant::now();
    let log = place.path(output).join("journal.sqlite-wal");
    while std::fs::metadata(&log).map_or(0, |log| log.len()) == 0 {
        assert!(began.elapsed() < Duration::from_secs(60), "the run does not begin");
        std::thread::sleep(Duration::from_millis(1));
    }
}

fn end(child: Child) -> Outcome {
    child.wait_with_output().expect("the binary ends").into()
}

fn assert_same(place: &Workplace, output: &str, remark: &str) {
    for table in TABLES {
        assert_eq!(
            place.read(&format!("{output}/{table}")),
            place.read(&format!("whole/{table}")),
            "{table}: {remark}"
        );
    }
}

#[test]
fn a_run_that_is_killed_goes_on_as_if_nothing_had_happened() {
    let place = with_whole(60);
    let began = Instant::now();
    place.run(&format!("{READ} -o timed"));
    let length = began.elapsed();
    let mut random = rand_pcg::Pcg64Mcg::seed_from_u64(6);
    for round in 0..20 {
        let output = format!("killed-{round}");
        let mut child = start(&place, &format!("{READ} -o {output}"));
        let moment = length.mul_f64(random.random_range(0.0..1.0));
        std::thread::sleep(moment);
        child.kill().expect("a process that can be killed");
        let killed = end(child);
        assert!(killed.stderr.is_empty(), "{}", killed.stderr);
        let outcome = place.run(&format!("{READ} -o {output} --resume"));
        assert_eq!(outcome.code, Some(3), "round {round}: {}", outcome.stderr);
        assert_same(&place, &output, &format!("killed after {moment:?}"));
    }
}

#[cfg(unix)]
#[test]
fn a_run_that_is_asked_to_stop_writes_what_it_has_and_goes_on_later() {
    for signal in ["INT", "TERM"] {
        let place = with_whole(80);
        let child = start(&place, &format!("{READ} -o stopped -j 1"));
        wait_for_journal(&place, "stopped");
        std::thread::sleep(Duration::from_millis(30));
        let kill = Command::new("kill").args([format!("-{signal}"), child.id().to_string()]).status();
        assert!(kill.expect("kill is there").success());
        let outcome = end(child);
        assert_eq!(outcome.code, Some(130), "{signal}: {}", outcome.stderr);
        let done = place.rows("stopped/files.csv").len();
        assert!(done < 82, "{done} files were read before the signal: the run was not stopped");
        let numbers = place.rows("stopped/numbers.csv");
        let whole = place.rows("whole/numbers.csv");
        assert!(numbers.iter().all(|row| whole.contains(row)), "each row is one of the whole run");
        let refused = place.run(&format!("{READ} -o stopped"));
        assert_eq!(refused.code, Some(2), "an unfinished run is not thrown away");
        assert!(refused.stderr.contains("--resume") && refused.stderr.contains("--force"), "{}", refused.stderr);
        assert_eq!(place.run(&format!("{READ} -o stopped --resume")).code, Some(3));
        assert_same(&place, "stopped", signal);
    }
}

#[cfg(unix)]
#[test]
fn a_disk_that_is_full_ends_the_run_with_5_and_it_goes_on_when_there_is_room() {
    let place = with_whole(60);
    // No file may grow beyond so many blocks of 512 bytes, which is how a full disk looks to the program; the journal needs more.
    let program = env!("CARGO_BIN_EXE_scantally");
    for blocks in [120, 200, 280] {
        let line = format!("trap '' XFSZ; ulimit -f {blocks}; exec {program} {READ} -o full-{blocks}");
        let full = Command::new("sh").args(["-c", &line]).current_dir(place.path("")).output().expect("sh is there");
        let full = Outcome::from(full);
        assert_eq!(full.code, Some(5), "{blocks}: {}", full.stderr);
        assert!(full.stderr.contains("cannot be written"), "{}", full.stderr);
        assert!(!place.path(&format!("full-{blocks}/numbers.csv")).exists(), "no half table");
        assert_eq!(place.run(&format!("{READ} -o full-{blocks} --resume")).code, Some(3));
        assert_same(&place, &format!("full-{blocks}"), "after the disk was full");
    }
}

#[cfg(unix)]
#[test]
fn an_output_folder_that_is_removed_is_made_again() {
    let place = with_whole(60);
    let child = start(&place, &format!("{READ} -o removed"));
    wait_for_journal(&place, "removed");
    std::thread::sleep(Duration::from_millis(30));
    std::fs::remove_dir_all(place.path("removed")).expect("a writable folder");
    let outcome = end(child);
    assert_eq!(outcome.code, Some(3), "{}", outcome.stderr);
    assert_same(&place, "removed", "the folder was removed");
}

#[test]
fn scans_that_come_change_and_go_during_a_run_harm_no_other() {
    let place = with_whole(60);
    let child = start(&place, &format!("{READ} -o changed -j 1"));
    wait_for_journal(&place, "changed");
    for index in 30..60 {
        std::fs::remove_file(place.path(&format!("scans/{:02}/{index}.png", index % 7))).expect("a writable folder");
    }
    write_number(&place.path("scans/00/new.png"), "31415");
    let outcome = end(child);
    assert_eq!(outcome.code, Some(3), "{}", outcome.stderr);
    assert!(!outcome.stderr.contains("panicked"), "{}", outcome.stderr);
    let statuses = place.statuses("changed");
    assert_eq!(statuses.len(), 62, "one row for each file of the list");
    let whole = place.rows("whole/numbers.csv");
    let numbers = place.rows("changed/numbers.csv");
    assert!(numbers.iter().all(|row| whole.contains(row)), "what was read is right");
    let read = statuses.iter().filter(|(_, status)| status == "ok").count();
    assert_eq!(numbers.len(), read);
    // What was read of files that are gone by now stays, and what came is read too.
    assert_eq!(place.run(&format!("{READ} -o changed --resume")).code, Some(3));
    let after = place.rows("changed/numbers.csv");
    assert_eq!(after.iter().filter(|row| row[0] == "00/new.png").count(), 1);
    assert!(after.len() > read && numbers.iter().all(|row| after.contains(row)));
}

#[test]
fn thousands_of_empty_files_are_thousands_of_rows() {
    let place = scans(1);
    for index in 0..5000 {
        place.write(&format!("scans/empty/{index}.png"), "");
    }
    let outcome = place.run(READ);
    assert_eq!(outcome.code, Some(3), "{}", outcome.stderr);
    let statuses = place.statuses("output");
    assert_eq!(statuses.len(), 5003);
    assert_eq!(statuses.iter().filter(|(_, status)| status == "failed").count(), 5001);
}

#[cfg(unix)]
#[test]
fn a_file_that_may_not_be_read_is_a_failed_row() {
    use std::os::unix::fs::PermissionsExt;
    let place = scans(2);
    let closed = place.path("scans/00/0.png");
    std::fs::set_permissions(&closed, std::fs::Permissions::from_mode(0o000)).expect("an own file");
    if std::fs::read(&closed).is_ok() {
        // Whoever runs this may read everything.
        return;
    }
    assert_eq!(place.run(READ).code, Some(3));
    let row = place.rows("output/files.csv").into_iter().find(|row| row[0] == "00/0.png").expect("a row");
    assert_eq!(row[4], "failed");
    assert!(row[5].contains("cannot be opened"), "{}", row[5]);
}

#[test]
fn two_runs_do_not_share_a_folder() {
    let place = scans(80);
    let child = start(&place, &format!("{READ} -o shared -j 1"));
    wait_for_journal(&place, "shared");
    let second = place.run(&format!("{READ} -o shared --force"));
    assert_eq!(second.code, Some(5), "{}", second.stderr);
    assert!(second.stderr.contains("another run"), "{}", second.stderr);
    assert_eq!(end(child).code, Some(3));
}

#[test]
fn a_run_goes_on_with_the_same_options_alone() {
    let place = with_whole(3);
    let other = place.run("extract scans --layout line --kind amount --settle 0 -o whole --resume");
    assert_eq!(other.code, Some(2), "{}", other.stderr);
    assert!(other.stderr.contains("(settings)") && other.stderr.contains("--force"), "{}", other.stderr);
    let forced = place.run("extract scans --layout line --kind amount --settle 0 -o whole --force");
    assert_eq!(forced.code, Some(3), "{}", forced.stderr);
}

#[test]
fn equal_scans_are_read_once_unless_all_are_wanted() {
    let place = Workplace::new();
    for name in ["b.png", "a.png", "sub/c.png"] {
        write_number(&place.path("scans").join(name), "4711");
    }
    for threads in [1, 4] {
        assert_eq!(place.run(&format!("extract scans --layout line -j {threads} -o once")).code, Some(0));
        let rows = place.rows("once/files.csv");
        assert_eq!(rows.iter().map(|row| row[4].as_str()).collect::<Vec<_>>(), ["ok", "ok", "ok"]);
        assert_eq!(rows[2][5], "duplicate: sub/c.png has the same content as a.png, which stands for both");
        assert_eq!(place.rows("once/numbers.csv").len(), 1);
    }
    assert_eq!(place.run("extract scans --layout line --keep-duplicates -o all").code, Some(0));
    assert_eq!(place.rows("all/numbers.csv").len(), 3);
}

#[cfg(unix)]
#[test]
fn a_watched_folder_is_read_as_scans_come() {
    let place = Workplace::new();
    write_number(&place.path("in/a.png"), "12");
    let child = start(&place, "extract --watch in --layout line --kind digits --settle 0.2 -o in/out");
    let wait_for = |count: usize| {
        let began = Instant::now();
        let read =
            || csv::Reader::from_path(place.path("in/out/numbers.csv")).map_or(0, |mut table| table.records().count());
        while read() != count {
            assert!(began.elapsed() < Duration::from_secs(60), "{count} numbers do not come");
            std::thread::sleep(Duration::from_millis(20));
        }
    };
    wait_for(1);
    write_number(&place.path("in/later/b.png"), "34");
    wait_for(2);
    std::fs::remove_file(place.path("in/a.png")).expect("a writable folder");
    write_number(&place.path("in/c.png"), "56");
    wait_for(3);
    assert!(Command::new("kill").args(["-INT", &child.id().to_string()]).status().expect("kill is there").success());
    let outcome = end(child);
    assert_eq!(outcome.code, Some(0), "{}", outcome.stderr);
    let sources: Vec<String> = place.rows("in/out/numbers.csv").into_iter().map(|row| row[0].clone()).collect();
    assert_eq!(sources, ["a.png", "c.png", "later/b.png"]);
}

#[test]
fn json_events_come_one_a_line() {
    let place = scans(2);
    let outcome = place.run("extract scans --layout line --settle 0 --log json");
    assert_eq!(outcome.code, Some(3));
    let events: Vec<serde_json::Value> =
        outcome.stderr.lines().map(|line| serde_json::from_str(line).expect("JSON")).collect();
    let kinds: Vec<&str> = events.iter().map(|event| event["event"].as_str().expect("a kind")).collect();
    assert_eq!(kinds, ["start", "file", "file", "file", "file", "end"]);
    assert_eq!(events[5]["counts"]["files_failed"], 1);
}
