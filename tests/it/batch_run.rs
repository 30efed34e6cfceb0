//! Runs a batch to its end, for the tests of what comes out.

use std::sync::Arc;
use std::sync::atomic::AtomicBool;
use std::time::Duration;

use scantally::batch::{self, Claims, Ending, FoundFile, NoProgress, Options, ReadPage};
use scantally::table::ScanRecord;

/// What came of the files, in their order; equal scans are all read, and nothing is waited for.
pub fn read_all(files: Vec<FoundFile>, read_page: Arc<ReadPage>, options: Options) -> Vec<ScanRecord> {
    let options = Options { settle: Duration::ZERO, ..options };
    let (claims, never) = (Arc::new(Claims::none()), AtomicBool::new(false));
    let mut outcomes = Vec::new();
    let ending = batch::run(files, read_page, claims, &options, &NoProgress, &never, &mut |outcome| {
        outcomes.push(outcome);
        Ok(())
    });
    assert_eq!(ending.expect("the sink takes everything"), Ending::Complete);
    outcomes.sort_by_key(|outcome| outcome.index);
    outcomes.into_iter().map(|outcome| outcome.scan).collect()
}
