//! `extract`: exit codes, tables, odd names, links, lists and threads.

use crate::run::{Workplace, is_complete_result, status};
use crate::support::write_number;

/// A workplace with three good scans in `scans`.
fn three_scans() -> Workplace {
    let place = Workplace::new();
    for (name, digits) in [("a.png", "2750"), ("sub/b.png", "00417"), ("c.png", "9")] {
        write_number(&place.path("scans").join(name), digits);
    }
    place
}

#[test]
fn good_scans_end_with_0_and_a_complete_result() {
    let place = three_scans();
    let outcome = place.run("extract scans");
    assert_eq!(outcome.code, Some(0), "{}", outcome.stderr);
    assert_eq!(outcome.stdout, "", "data goes to files, all else to stderr");
    assert!(outcome.stderr.contains("3 files, 3 pages") && outcome.stderr.contains("output/numbers.csv"));
    assert!(is_complete_result(&place.path("output")));
    assert_eq!(place.statuses("output"), [status("a.png", "ok"), status("c.png", "ok"), status("sub/b.png", "ok")]);
    let record: serde_json::Value = serde_json::from_str(&place.read("output/run.json")).expect("run.json is JSON");
    assert_eq!(record["counts"]["files_ok"], 3);
    assert_eq!(record["options"]["layout"], "page");
    assert_eq!(record["interrupted"], false);
}

#[test]
fn timings_are_printed_where_asked_for_and_recorded_always() {
    let place = three_scans();
    assert!(!place.run("extract scans --layout line -o plain").stderr.contains("line_reader"));
    let outcome = place.run("extract scans --layout line -o timed --timings");
    assert!(outcome.stderr.contains("line_reader") && outcome.stderr.contains("ms a page"), "{}", outcome.stderr);
    for folder in ["plain", "timed"] {
        let record = place.read(&format!("{folder}/run.json"));
        let record: serde_json::Value = serde_json::from_str(&record).expect("run.json is JSON");
        let stages = &record["timings"]["stages_ms"];
        assert!(["decode", "clean", "reader"].iter().all(|stage| stages[stage].as_f64() > Some(0.0)), "{record}");
        assert_eq!(stages["magnetic_ink"], 0.0);
    }
}

#[test]
fn wrong_arguments_end_with_2() {
    let place = three_scans();
    for arguments in [
        "",
        "extract",
        "extract scans --layout book",
        "extract scans --min-confidence 1.5",
        "extract scans --max-error 1",
        "extract scans --max-error 0%",
        "extract scans --max-error few",
        "extract scans --max-error 1% --min-confidence 0.9",
        "extract scans --max-pixels many",
        "extract scans -j 0",
        "extract scans -q -v",
        "read scans",
    ] {
        let outcome = place.run(arguments);
        assert_eq!(outcome.code, Some(2), "{arguments}: {}", outcome.stderr);
    }
    assert!(!place.path("output").exists());
}

#[test]
fn one_bad_file_among_good_ones_ends_with_3_and_changes_no_other() {
    let place = three_scans();
    place.run("extract scans -o before");
    place.write("scans/b.png", b"\x89PNG\r\n\x1a\n");
    place.write("scans/notes.txt", "not a scan");
    let outcome = place.run("extract scans -o after");
    assert_eq!(outcome.code, Some(3), "{}", outcome.stderr);
    assert!(outcome.stderr.contains("b.png"), "{}", outcome.stderr);
    assert_eq!(place.read("before/numbers.csv"), place.read("after/numbers.csv"));
    assert_eq!(place.read("before/digits.csv"), place.read("after/digits.csv"));
    let bad: Vec<Vec<String>> = place.rows("after/files.csv").into_iter().filter(|row| row[4] != "ok").collect();
    assert_eq!((bad[0][0].as_str(), bad[0][4].as_str()), ("b.png", "failed"));
    assert!(bad[0][5].starts_with("b.png"), "the error names the file: {}", bad[0][5]);
    assert_eq!((bad[1][0].as_str(), bad[1][4].as_str()), ("notes.txt", "skipped"));
}

#[test]
fn nothing_to_read_ends_with_4_and_keeps_an_earlier_result() {
    let place = three_scans();
    assert_eq!(place.run("extract scans").code, Some(0));
    let earlier = place.read("output/files.csv");
    std::fs::create_dir(place.path("empty")).expect("a writable folder");
    for (arguments, complaint) in [
        ("extract nowhere", "nowhere cannot be opened"),
        ("extract empty", "nothing to read"),
        ("extract -", "nothing to read"),
        ("extract scans --model none.safetensors", "none.safetensors"),
    ] {
        let outcome = place.run(arguments);
        assert_eq!(outcome.code, Some(4), "{arguments}: {}", outcome.stderr);
        assert!(outcome.stderr.contains(complaint), "{arguments}: {}", outcome.stderr);
    }
    assert_eq!(place.read("output/files.csv"), earlier);
}

#[test]
fn bad_files_alone_end_with_4_and_are_listed() {
    let place = Workplace::new();
    place.write("scans/bad.png", "");
    let outcome = place.run("extract scans");
    assert_eq!(outcome.code, Some(4), "{}", outcome.stderr);
    assert_eq!(place.statuses("output"), [status("bad.png", "failed")]);
}

#[test]
fn an_output_that_cannot_be_written_ends_with_5() {
    let place = three_scans();
    place.write("taken", "a file");
    for output in ["taken", "taken/output"] {
        let outcome = place.run(&format!("extract scans -o {output}"));
        assert_eq!(outcome.code, Some(5), "{}", outcome.stderr);
        assert!(outcome.stderr.contains("taken") && outcome.stderr.contains("cannot be written"));
    }
}

#[test]
fn any_number_of_threads_gives_the_same_bytes() {
    let place = Workplace::new();
    for index in 0..25_u32 {
        write_number(&place.path("scans").join(format!("{index}.png")), &(index * 7919).to_string());
    }
    place.write("scans/bad.png", "no picture");
    for threads in [1, 4] {
        let outcome = place.run(&format!("extract scans --layout line --kind digits -j {threads} -o j{threads}"));
        assert_eq!(outcome.code, Some(3), "{}", outcome.stderr);
    }
    for table in ["numbers.csv", "digits.csv", "files.csv"] {
        assert_eq!(place.read(&format!("j1/{table}")), place.read(&format!("j4/{table}")), "{table}");
    }
}

#[test]
fn the_output_below_the_input_is_not_read() {
    let place = three_scans();
    assert_eq!(place.run("extract scans -o scans/out").code, Some(0));
    let first = place.read("scans/out/files.csv");
    assert_eq!(place.run("extract scans -o scans/out").code, Some(0));
    assert_eq!(place.read("scans/out/files.csv"), first);
}

#[cfg(unix)]
#[test]
fn odd_names_stay_readable_and_start_no_formula() {
    use std::os::unix::ffi::OsStrExt;
    let place = Workplace::new();
    let names: [&[u8]; 8] = [
        b"=1+1.png",
        b"+3.png",
        b"-5.png",
        b"@sum.png",
        b"comma,\"quote\".png",
        b"line\nbreak.png",
        b"\xff.png",
        b"\xc3\xa9 7.png",
    ];
    for (index, name) in names.iter().enumerate() {
        write_number(&place.path("scans").join(std::ffi::OsStr::from_bytes(name)), &index.to_string());
    }
    let outcome = place.run("extract scans --layout line");
    assert_eq!(outcome.code, Some(0), "{}", outcome.stderr);
    let sources: Vec<String> = place.rows("output/files.csv").into_iter().map(|row| row[0].clone()).collect();
    assert_eq!(
        sources,
        [
            "./+3.png",
            "./-5.png",
            "./=1+1.png",
            "./@sum.png",
            "\\xFF.png",
            "comma,\"quote\".png",
            "line\nbreak.png",
            "\u{e9} 7.png"
        ]
    );
    assert!(place.read("output/files.csv").contains("\n\"comma,\"\"quote\"\".png\",1,"), "quoted as RFC 4180 says");
}

#[cfg(unix)]
#[test]
fn link_loops_end_and_the_one_picture_is_read_once() {
    use std::os::unix::fs::symlink;
    let place = Workplace::new();
    write_number(&place.path("scans/one/two/page.png"), "3");
    symlink("../..", place.path("scans/one/two/up")).expect("a link");
    symlink("self", place.path("scans/self")).expect("a link");
    let outcome = place.run("extract scans");
    assert_eq!(outcome.code, Some(0), "{}", outcome.stderr);
    let read: Vec<_> = place.statuses("output").into_iter().filter(|(_, status)| status == "ok").collect();
    assert_eq!(read, [status("one/two/page.png", "ok")]);
}

#[test]
fn hidden_files_are_read_only_when_named() {
    let place = three_scans();
    write_number(&place.path("scans/.hidden.png"), "1");
    assert_eq!(place.run("extract scans").code, Some(0));
    assert_eq!(place.statuses("output").len(), 3);
    assert_eq!(place.run("extract scans/.hidden.png").code, Some(0));
    assert_eq!(place.statuses("output"), [status(".hidden.png", "ok")]);
}

#[test]
fn lists_of_paths_come_on_standard_input() {
    let place = three_scans();
    let outcome = place.run_with_input("extract -", b"scans/c.png\nscans/sub\n");
    assert_eq!(outcome.code, Some(0), "{}", outcome.stderr);
    assert_eq!(place.statuses("output"), [status("c.png", "ok"), status("sub/b.png", "ok")]);
}

#[test]
fn quiet_runs_print_nothing_and_verbose_ones_a_line_a_file() {
    let place = three_scans();
    assert_eq!(place.run("extract scans -q").stderr, "");
    let verbose = place.run("extract scans -v").stderr;
    for name in ["a.png: 1 page", "c.png: 1 page", "sub/b.png: 1 page"] {
        assert!(verbose.contains(name), "{verbose}");
    }
}

#[test]
fn the_writing_style_comes_on_request_and_changes_nothing_else() {
    let place = Workplace::new();
    place.run("synth --out drawn --kind line --pages 3 --seed 5");
    place.run("extract drawn --layout line --kind digits -o plain");
    let outcome = place.run("extract drawn --layout line --kind digits -o styled --style");
    assert_eq!(outcome.code, Some(0), "{}", outcome.stderr);
    assert_eq!(place.read("plain/numbers.csv"), place.read("styled/numbers.csv"));
    let (plain, styled) = (place.rows("plain/digits.csv"), place.rows("styled/digits.csv"));
    assert!(plain.len() > 5 && plain.len() == styled.len(), "{} and {}", plain.len(), styled.len());
    for (plain, styled) in plain.iter().zip(&styled) {
        assert_eq!((plain.len(), &styled[..12]), (12, plain.as_slice()));
        let figures: Vec<f32> = styled[12..].iter().map(|cell| cell.parse().expect("a figure")).collect();
        let [slant_deg, stroke_px, aspect, density, loops] = figures[..] else { panic!("five figures: {styled:?}") };
        let (width, height) = (styled[10].parse::<f32>().expect("pixels"), styled[11].parse::<f32>().expect("pixels"));
        // The box of the ink's darker half is at most the box of all its ink.
        assert!((aspect * height - width).abs() < 0.2 * width + 4.0, "{styled:?}");
        assert!(slant_deg.abs() < 60.0 && stroke_px > 1.0 && stroke_px < height / 2.0, "{styled:?}");
        assert!(density > 0.05 && density < 1.0 && loops <= 3.0, "{styled:?}");
    }
}

#[test]
fn the_errors_that_are_allowed_set_the_threshold() {
    let place = three_scans();
    let run = |options: &str| {
        let outcome = place.run(&format!("extract scans --layout line {options}"));
        let record: serde_json::Value = serde_json::from_str(&place.read("output/run.json")).expect("run.json is JSON");
        (outcome.stderr, record)
    };
    let (printed, record) = run("--max-error 5%");
    let (counts, options) = (&record["counts"], &record["options"]);
    assert!(printed.contains(&format!("marked ok: {} of 3 numbers (", counts["numbers_ok"])), "{printed}");
    assert!(printed.contains(" %) at an expected error of at most 5 %\n"), "{printed}");
    assert_eq!(options["max_error"], 0.05);
    let lax = options["min_confidence"].as_f64().expect("a confidence");
    let (_, record) = run("--max-error 0.001");
    let strict = record["options"]["min_confidence"].as_f64().expect("a confidence");
    assert!(lax < strict && strict <= 1.0, "{lax} {strict}");
    for row in place.rows("output/numbers.csv") {
        let confidence: f64 = row[4].parse().expect("a confidence");
        assert!(row[5] != "ok" || confidence >= strict - 5e-5, "{row:?}");
    }
    let (printed, record) = run("");
    assert!(record["options"]["max_error"].is_null() && !printed.contains("marked ok"), "{printed}");
}

/// The files below a folder, as paths from there.
fn files_below(folder: &std::path::Path) -> Vec<String> {
    let mut files = Vec::new();
    for entry in std::fs::read_dir(folder).expect("a readable folder") {
        let entry = entry.expect("a readable folder");
        let name = entry.file_name().to_string_lossy().into_owned();
        match entry.path().is_dir() {
            true => files.extend(files_below(&entry.path()).into_iter().map(|below| format!("{name}/{below}"))),
            false => files.push(name),
        }
    }
    files.sort();
    files
}

#[test]
fn each_number_is_explained_by_a_picture_whatever_the_threads() {
    let place = three_scans();
    let paper = image::GrayImage::from_pixel(90, 40, image::Luma([245]));
    paper.save(place.path("scans/none.png")).expect("a writable folder");
    place.run("extract scans --layout line -o plain");
    let explained = |threads: u32| {
        let outcome = place.run(&format!("extract scans --layout line -j {threads} --explain scans/why"));
        assert_eq!(outcome.code, Some(0), "{}", outcome.stderr);
        let pictures = files_below(&place.path("scans/why"));
        assert_eq!(pictures, ["a.png.p1.n1.png", "c.png.p1.n1.png", "none.png.p1.n1.png", "sub/b.png.p1.n1.png"]);
        let bytes = |picture| std::fs::read(place.path("scans/why").join(picture)).expect("a picture");
        pictures.into_iter().map(bytes).collect::<Vec<_>>()
    };
    let (one, three) = (explained(1), explained(3));
    assert!(one == three, "the same pictures, and none is read as a scan");
    assert_eq!(place.read("plain/numbers.csv"), place.read("output/numbers.csv"), "the reading is the same");
    for picture in one {
        let drawn = image::load_from_memory(&picture).expect("a PNG");
        assert!(drawn.width() == 1000 && drawn.height() > 100);
    }
}

#[test]
fn pictures_that_cannot_be_written_end_the_run_with_5() {
    let place = three_scans();
    place.write("taken", "a file");
    place.write("why/sub", "a file where a folder is needed");
    for folder in ["taken", "why"] {
        let outcome = place.run(&format!("extract scans --layout line --explain {folder}"));
        assert_eq!(outcome.code, Some(5), "{}", outcome.stderr);
        assert!(outcome.stderr.contains(folder) && outcome.stderr.contains("cannot be written"), "{}", outcome.stderr);
        assert!(!place.path("output/numbers.csv").exists(), "no half result");
    }
}

#[test]
fn pages_above_the_pixel_limit_are_refused() {
    let place = three_scans();
    let outcome = place.run("extract scans --max-pixels 1k");
    assert_eq!(outcome.code, Some(4), "{}", outcome.stderr);
    assert!(place.rows("output/files.csv")[0][5].contains("--max-pixels"), "the error says what to do");
}

#[test]
fn control_totals_are_compared_at_the_end() {
    let place = Workplace::new();
    place.run("synth --out drawn --kind line --pages 3 --seed 5");
    let run = |totals: &str| {
        let outcome = place.run(&format!("extract drawn --layout line --kind digits {totals}"));
        assert_eq!(outcome.code, Some(0), "{}", outcome.stderr);
        let record: serde_json::Value = serde_json::from_str(&place.read("output/run.json")).expect("run.json is JSON");
        (outcome.stderr, record["control_totals"].clone())
    };
    let (printed, record) = run("--control-total n1=1 --control-total none=0");
    assert!(printed.contains("control total of n1: expected 1, found "), "{printed}");
    assert!(printed.contains("control total of none: 0 in 0 numbers, as expected"), "{printed}");
    assert_eq!((&record[0]["matches"], &record[1]["matches"]), (&false.into(), &true.into()));
    let sum = record[0]["total"].as_str().expect("a total").to_owned();
    let (printed, _) = run(&format!("--control-total n1={sum}"));
    assert!(printed.contains(&format!("control total of n1: {sum} in 3 numbers, as expected")), "{printed}");
    assert_eq!(place.run("extract drawn --control-total n1").code, Some(2));
}
