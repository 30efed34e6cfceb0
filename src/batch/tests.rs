//! A batch as a whole, with a stand-in for the reading of pages.

use std::path::Path;
use std::sync::atomic::{AtomicUsize, Ordering};

use super::*;
use crate::error::Error;
use crate::geometry::Rect;
use crate::number::{Number, Status};
use crate::table::FileStatus;

fn options(threads: usize) -> Options {
    Options { threads, settle: Duration::ZERO, ..Options::default() }
}

/// A picture of `width` white pixels in a row.
fn write_picture(path: &Path, width: u32) {
    std::fs::create_dir_all(path.parent().expect("a path below a folder")).expect("a writable folder");
    image::GrayImage::from_pixel(width, 1, image::Luma([255])).save(path).expect("a writable folder");
}

/// A folder with `count` pictures; number `i` is `i + 1` pixels wide.
fn folder_of_pictures(count: u32) -> tempfile::TempDir {
    let folder = tempfile::tempdir().expect("a temporary folder");
    for index in 0..count {
        write_picture(&folder.path().join(format!("{index:03}.png")), index + 1);
    }
    folder
}

/// Stands in for the pipeline: one number a page, its value the width of the page.
fn read_width(scan: &Scan, number: usize) -> Result<PageRecord> {
    let page = scan.page(number)?;
    let (width, _) = page.pixels.dimensions();
    let read = Number {
        field: "n1".to_owned(),
        value: width.to_string(),
        confidence: 1.0,
        status: Status::Ok,
        text: width.to_string(),
        alternatives: Vec::new(),
        reasons: Vec::new(),
        digits: Vec::new(),
        bounds: Rect::new(0, 0, 1, 1),
    };
    Ok(PageRecord { page: number, numbers: vec![read], ..PageRecord::default() })
}

fn run_with(files: &[FoundFile], read_page: Arc<ReadPage>, options: &Options) -> (Ending, Vec<Outcome>) {
    let mut outcomes = Vec::new();
    let (claims, never) = (Arc::new(Claims::new()), AtomicBool::new(false));
    let ending = run(files.to_vec(), read_page, claims, options, &NoProgress, &never, &mut |outcome| {
        outcomes.push(outcome);
        Ok(())
    });
    outcomes.sort_by_key(|outcome| outcome.index);
    (ending.expect("the sink takes everything"), outcomes)
}

fn run_all(files: &[FoundFile], read_page: Arc<ReadPage>, threads: usize) -> (Ending, Vec<Outcome>) {
    run_with(files, read_page, &options(threads))
}

fn files_below(folder: &Path) -> Vec<FoundFile> {
    collect([folder.to_owned()], &[], &Exclude::default()).files
}

fn statuses(outcomes: &[Outcome]) -> Vec<FileStatus> {
    outcomes.iter().map(|outcome| outcome.scan.row.status).collect()
}

#[test]
fn outcomes_do_not_depend_on_the_threads() {
    let folder = folder_of_pictures(60);
    let files = files_below(folder.path());
    // The first pages take longest, so that the later ones are finished before them.
    let slow = |scan: &Scan, page: usize| {
        let read = read_width(scan, page)?;
        let width: u64 = read.numbers[0].value.parse().expect("a width is a number");
        std::thread::sleep(Duration::from_micros(200 * (60 - width)));
        Ok(read)
    };
    let (ending, outcomes) = run_all(&files, Arc::new(slow), 4);
    assert_eq!(ending, Ending::Complete);
    let values: Vec<&str> = outcomes.iter().map(|outcome| outcome.scan.pages[0].numbers[0].value.as_str()).collect();
    assert_eq!(values, (1..=60).map(|width| width.to_string()).collect::<Vec<_>>());
    assert_eq!(outcomes, run_all(&files, Arc::new(read_width), 1).1);
}

#[test]
fn a_panic_is_one_failed_row() {
    let folder = folder_of_pictures(5);
    let explosive = |scan: &Scan, page: usize| {
        assert!(scan.name() != "002.png", "the third picture");
        read_width(scan, page)
    };
    let (_, outcomes) = run_all(&files_below(folder.path()), Arc::new(explosive), 2);
    let statuses = statuses(&outcomes);
    assert_eq!(statuses.iter().filter(|status| **status == FileStatus::Ok).count(), 4);
    assert_eq!(statuses[2], FileStatus::Failed);
    let error = &outcomes[2].scan.row.error;
    assert!(error.contains("002.png") && error.contains("the third picture"), "{error}");
}

#[test]
fn other_files_are_skipped_and_broken_scans_have_failed() {
    let folder = folder_of_pictures(1);
    let broken = folder.path().join("broken.png");
    std::fs::write(&broken, b"\x89PNG\r\n\x1a\n").expect("a writable folder");
    std::fs::write(folder.path().join("notes.txt"), "no scan").expect("a writable folder");
    let (_, outcomes) = run_all(&files_below(folder.path()), Arc::new(read_width), 2);
    assert_eq!(statuses(&outcomes), [FileStatus::Ok, FileStatus::Failed, FileStatus::Skipped]);
    assert_eq!(outcomes[1].scan.row.content_hash, Some(blake3::hash(b"\x89PNG\r\n\x1a\n")));
}

#[test]
fn a_scan_that_takes_too_long_is_given_up_and_the_others_are_read() {
    let folder = folder_of_pictures(6);
    let stuck = |scan: &Scan, page: usize| {
        if ["000.png", "003.png"].contains(&scan.name()) {
            std::thread::sleep(Duration::from_secs(3600));
        }
        read_width(scan, page)
    };
    let options = Options { timeout: Duration::from_millis(300), ..options(2) };
    let (ending, outcomes) = run_with(&files_below(folder.path()), Arc::new(stuck), &options);
    assert_eq!(ending, Ending::Complete);
    let (ok, failed) = (FileStatus::Ok, FileStatus::Failed);
    assert_eq!(statuses(&outcomes), [failed, ok, ok, failed, ok, ok]);
    assert!(outcomes[0].scan.row.error.contains("--timeout"), "{}", outcomes[0].scan.row.error);
}

#[test]
fn little_memory_makes_it_slower_and_changes_nothing() {
    let folder = folder_of_pictures(20);
    let files = files_below(folder.path());
    let plenty = run_all(&files, Arc::new(read_width), 4).1;
    let at_once = Arc::new(AtomicUsize::new(0));
    let counter = Arc::clone(&at_once);
    let alone = move |scan: &Scan, page: usize| {
        assert_eq!(counter.fetch_add(1, Ordering::SeqCst), 0, "one page at a time");
        std::thread::sleep(Duration::from_millis(1));
        counter.fetch_sub(1, Ordering::SeqCst);
        read_width(scan, page)
    };
    let options = Options { max_memory_bytes: 1, ..options(4) };
    assert_eq!(run_with(&files, Arc::new(alone), &options).1, plenty);
}

#[test]
fn scans_with_the_same_content_are_read_once() {
    let folder = folder_of_pictures(3);
    std::fs::copy(folder.path().join("001.png"), folder.path().join("copy.png")).expect("a writable folder");
    let (_, outcomes) = run_all(&files_below(folder.path()), Arc::new(read_width), 1);
    assert_eq!(statuses(&outcomes), [FileStatus::Ok; 4]);
    assert_eq!(outcomes[3].scan.number_count(), 0);
    assert_eq!(
        outcomes[3].scan.row.error,
        "duplicate: copy.png has the same content as 001.png, which stands for both"
    );
}

#[test]
fn a_file_that_is_still_being_written_is_read_when_it_rests() {
    let folder = folder_of_pictures(1);
    let late = folder.path().join("late.png");
    let whole = std::fs::read(folder.path().join("000.png")).expect("a picture");
    std::fs::write(&late, &whole[..whole.len() / 2]).expect("a writable folder");
    let writer = std::thread::spawn(move || {
        std::thread::sleep(Duration::from_millis(150));
        // One pixel wider than the other picture, so that it is no duplicate.
        write_picture(&late, 7);
    });
    let options = Options { settle: Duration::from_millis(400), ..options(2) };
    let (_, outcomes) = run_with(&files_below(folder.path()), Arc::new(read_width), &options);
    writer.join().expect("a writer");
    assert_eq!(statuses(&outcomes), [FileStatus::Ok, FileStatus::Ok], "{:?}", outcomes[1].scan.row);
    assert_eq!(outcomes[1].scan.pages[0].numbers[0].value, "7");
}

#[test]
fn an_interruption_keeps_what_is_done() {
    let folder = folder_of_pictures(40);
    let interrupted = Arc::new(AtomicBool::new(false));
    let read = Arc::new(AtomicUsize::new(0));
    let (flag, counter) = (Arc::clone(&interrupted), Arc::clone(&read));
    let stops_after_ten = move |scan: &Scan, page: usize| {
        if counter.fetch_add(1, Ordering::Relaxed) == 9 {
            flag.store(true, Ordering::Relaxed);
        }
        std::thread::sleep(Duration::from_millis(5));
        read_width(scan, page)
    };
    let mut outcomes = Vec::new();
    let files = files_below(folder.path());
    let claims = Arc::new(Claims::new());
    let read_page: Arc<ReadPage> = Arc::new(stops_after_ten);
    let ending = run(files, read_page, claims, &options(2), &NoProgress, &interrupted, &mut |outcome| {
        outcomes.push(outcome);
        Ok(())
    });
    assert_eq!(ending.expect("the sink takes everything"), Ending::Interrupted);
    assert_eq!(outcomes.len(), read.load(Ordering::Relaxed));
    assert!((10..40).contains(&outcomes.len()), "pages under way come to their end: {}", outcomes.len());
}

#[test]
fn a_sink_that_fails_stops_the_batch() {
    let folder = folder_of_pictures(30);
    let full = || Error::Output { path: "numbers.csv".into(), reason: "the disk is full".to_owned() };
    let (never, claims) = (AtomicBool::new(false), Arc::new(Claims::new()));
    let mut taken = 0;
    let files = files_below(folder.path());
    let ending = run(files, Arc::new(read_width), claims, &options(2), &NoProgress, &never, &mut |_| {
        taken += 1;
        if taken == 3 { Err(full()) } else { Ok(()) }
    });
    assert!(matches!(ending, Err(Error::Output { .. })));
    assert_eq!(taken, 3);
}

mod listing {
    use super::*;

    fn listed(inputs: &[&Path]) -> Vec<(String, Option<FileStatus>)> {
        collect(inputs.iter().map(|input| input.to_path_buf()), &[], &Exclude::default())
            .files
            .into_iter()
            .map(|file| match file.task {
                Task::Read => (file.source, None),
                Task::Report { status, .. } => (file.source, Some(status)),
            })
            .collect()
    }

    fn read(source: &str) -> (String, Option<FileStatus>) {
        (source.to_owned(), None)
    }

    #[test]
    fn sources_are_paths_below_the_input_or_names() {
        let folder = tempfile::tempdir().expect("a temporary folder");
        let root = folder.path();
        for path in ["one/b/2.png", "one/1.png", "two/=1.png", "one/.hidden.png", "one/.git/3.png"] {
            write_picture(&root.join(path), 1);
        }
        assert_eq!(listed(&[&root.join("one")]), [read("1.png"), read("b/2.png")]);
        assert_eq!(listed(&[&root.join("one/1.png")]), [read("1.png")]);
        assert_eq!(listed(&[&root.join("one/.hidden.png")]), [read(".hidden.png")]);
        assert_eq!(
            listed(&[&root.join("two"), &root.join("one"), &root.join("two/=1.png")]),
            [
                ("=1.png".to_owned(), Some(FileStatus::Skipped)),
                read("one/1.png"),
                read("one/b/2.png"),
                read("two/=1.png")
            ],
            "sorted as the tables write it: ./=1.png first"
        );
        assert_eq!(collect([root.join("one")], &[], &Exclude::default()).hidden, 2);
    }

    #[test]
    fn the_output_folder_is_left_out_below_an_input() {
        let folder = tempfile::tempdir().expect("a temporary folder");
        write_picture(&folder.path().join("scan.png"), 1);
        write_picture(&folder.path().join("output/crop.png"), 1);
        let output = folder.path().join("output");
        let files = |input: &Path| collect([input.to_owned()], &[output.as_path()], &Exclude::default()).files.len();
        assert_eq!(files(folder.path()), 1);
        assert_eq!(files(&output), 1, "an output folder that is itself the INPUT is read");
    }

    #[test]
    fn inputs_that_are_missing_or_named_twice() {
        let folder = folder_of_pictures(2);
        let missing = folder.path().join("none.png");
        assert_eq!(listed(&[&missing]), [("none.png".to_owned(), Some(FileStatus::Failed))]);
        assert_eq!(listed(&[folder.path(), &folder.path().join(".")]).len(), 2);
        assert_eq!(listed(&[]), []);
    }

    #[cfg(unix)]
    #[test]
    fn links_are_followed_once_and_loops_end() {
        use std::os::unix::fs::symlink;
        let folder = tempfile::tempdir().expect("a temporary folder");
        let (inside, outside) = (folder.path().join("in"), folder.path().join("out"));
        write_picture(&inside.join("one/two/page.png"), 1);
        write_picture(&outside.join("far.png"), 1);
        symlink("../..", inside.join("one/two/up")).expect("a link");
        symlink("self", inside.join("self")).expect("a link");
        symlink("missing.png", inside.join("dangling.png")).expect("a link");
        symlink("one/two/page.png", inside.join("a_first.png")).expect("a link");
        symlink(&outside, inside.join("away")).expect("a link");
        symlink(&outside, inside.join("away_again")).expect("a link");
        symlink("..", outside.join("back")).expect("a link");
        let skipped = |source: &str| (source.to_owned(), Some(FileStatus::Skipped));
        assert_eq!(
            listed(&[&inside]),
            [
                skipped("a_first.png"),
                skipped("away/back"),
                read("away/far.png"),
                skipped("away_again"),
                ("dangling.png".to_owned(), Some(FileStatus::Failed)),
                read("one/two/page.png"),
                skipped("one/two/up"),
                skipped("self"),
            ]
        );
    }
}
