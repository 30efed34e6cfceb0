//! One output folder from its journal to its tables: files in, what is new among them read into the journal, the tables written from it.

use std::collections::HashMap;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::AtomicBool;

use scantally::batch::{self, Claims, Ending, Exclude, FileList, FoundFile, Task};
use scantally::consistency::control_total::ControlTotals;
use scantally::error::Result as LibraryResult;
use scantally::journal::{FileStamp, Journal, Start};
use scantally::number::Number;
use scantally::pipeline::Pipeline;
use scantally::scan::{self, Limits, Scan};
use scantally::table::{ScanRecord, TableOptions, Tables};

use super::explain::Explainer;
use super::record::{self, Beginning, deciding_options, run_record};
use super::{Prepared, output_folders};
use crate::cli::Extract;
use crate::commands::cores;
use crate::commands::signal::{quiet_worker_panics, stop_on_signal};
use crate::exit::ExitStatus;
use crate::memory::usual_limit_bytes;
use crate::printer::{self, Failures};
use crate::progress::Watcher;

/// An output folder with its journal open.
pub struct Session<'a> {
    arguments: &'a Extract,
    prepared: Prepared,
    beginning: Beginning,
    journal: Journal,
    explainer: Option<Arc<Explainer>>,
    pub interrupted: Arc<AtomicBool>,
    claims: Arc<Claims>,
    /// What need not be read again, with the file as it was then.
    known: HashMap<String, Option<FileStamp>>,
    exclude: Exclude,
    list: FileList,
    pages_read: usize,
    is_complete: bool,
}

impl<'a> Session<'a> {
    /// Opens the output folder for what lies below the INPUTs; `None` where nothing does, so that an earlier result stays.
    pub fn begin(arguments: &'a Extract, prepared: Prepared, inputs: &[PathBuf]) -> anyhow::Result<Option<Self>> {
        let exclude = Exclude::new(&arguments.exclude).map_err(anyhow::Error::msg)?;
        let list = collect(arguments, inputs, &exclude);
        if arguments.run.watch.is_none() && !list.files.iter().any(|file| file.task == Task::Read) {
            for file in &list.files {
                if let Task::Report { error, .. } = &file.task {
                    printer::remark(error);
                }
            }
            return Ok(None);
        }
        let beginning = Beginning::now();
        let start = match &arguments.run {
            run if run.resume => Start::Resume,
            run if run.force => Start::Force,
            _ => Start::Fresh,
        };
        // Before the journal: whoever sees it may count on a signal being heard.
        let interrupted = stop_on_signal()?;
        let options = deciding_options(arguments, &prepared);
        let journal = Journal::open(&arguments.output, &options, &beginning.run_id(), start)?;
        let claims = if arguments.run.keep_duplicates { Claims::none() } else { Claims::new() };
        let mut known = HashMap::new();
        for scan in journal.finished_scans()? {
            scan.content_hash.map(|hash| claims.claim(hash, &scan.source));
            known.insert(scan.source, scan.stamp);
        }
        quiet_worker_panics(arguments.verbose);
        Ok(Some(Self {
            arguments,
            prepared,
            beginning,
            journal,
            explainer: arguments.explain.as_deref().map(Explainer::create).transpose()?.map(Arc::new),
            interrupted,
            claims: Arc::new(claims),
            known,
            exclude,
            list,
            pages_read: 0,
            is_complete: true,
        }))
    }

    /// Looks again what lies below the INPUTs.
    pub fn look(&mut self, inputs: &[PathBuf]) {
        self.list = collect(self.arguments, inputs, &self.exclude);
    }

    /// The files that the journal does not know as they are now, and that `is_wanted`.
    pub fn pending(&self, is_wanted: impl Fn(&FileStamp) -> bool) -> Vec<FoundFile> {
        let is_new = |file: &&FoundFile| match (&file.task, self.known.get(&file.source)) {
            (Task::Report { .. }, known) => known.is_none(),
            (Task::Read, None) => file.stamp().is_none_or(|now| is_wanted(&now)),
            // A file that cannot be looked at now was read before: its rows stay.
            (Task::Read, Some(then)) => file.stamp().is_some_and(|now| *then != Some(now) && is_wanted(&now)),
        };
        self.list.files.iter().filter(is_new).cloned().collect()
    }

    /// Reads what is new into the journal.
    pub fn read(&mut self) -> anyhow::Result<()> {
        let files = self.pending(|_| true);
        self.read_files(files)
    }

    /// Reads these files into the journal, each as one transaction.
    pub fn read_files(&mut self, files: Vec<FoundFile>) -> anyhow::Result<()> {
        let options = batch_options(self.arguments);
        let watcher = Watcher::new(&files, self.arguments);
        let paths: Vec<PathBuf> = files.iter().map(|file| file.path.clone()).collect();
        let read_page = read_page(self.prepared.pipeline.clone(), self.prepared.pictures, self.explainer.clone());
        let (journal, known, pages_read, explainer) =
            (&mut self.journal, &mut self.known, &mut self.pages_read, &self.explainer);
        let mut sink = |outcome: batch::Outcome| -> LibraryResult<()> {
            explainer.as_deref().map_or(Ok(()), Explainer::check)?;
            journal.record(&outcome.scan, &paths[outcome.index], outcome.stamp)?;
            *pages_read += outcome.scan.pages.len();
            known.insert(outcome.scan.row.source, outcome.stamp);
            Ok(())
        };
        let claims = Arc::clone(&self.claims);
        let ending = batch::run(files, read_page, claims, &options, &watcher, &self.interrupted, &mut sink);
        watcher.finish();
        self.is_complete = ending? == Ending::Complete;
        Ok(())
    }

    /// Writes the tables from the journal, and tells what came of the run.
    pub fn publish(&mut self) -> anyhow::Result<ExitStatus> {
        if !self.arguments.run.keep_duplicates {
            self.journal.settle_duplicates()?;
        }
        self.journal.restore_if_removed()?;
        let run_id = self.journal.run_id()?;
        let options = TableOptions {
            with_style: self.arguments.style,
            formats: self.arguments.result.formats(),
            wide: self.arguments.result.wide,
            crop_files: self.arguments.result.crop_files(),
            run_id: run_id.clone(),
            identifiers: self.prepared.identifiers.clone(),
        };
        let mut tables = Tables::create(&self.arguments.output, &options)?;
        let mut failures = Failures::default();
        let mut totals = ControlTotals::new(self.arguments.control_totals.iter().cloned());
        self.journal.for_each_scan(self.prepared.pictures.wants_any(), &mut |scan| {
            failures.note(&scan.row);
            add_to_totals(&mut totals, &scan);
            tables.write_scan(scan)
        })?;
        let result = record::Result {
            run_id,
            counts: tables.counts(),
            read_now: self.pages_read,
            control_totals: totals.outcomes(),
            hidden_left_out: self.list.hidden,
            excluded_left_out: self.list.excluded,
            interrupted: !self.is_complete,
        };
        let record = run_record(self.arguments, &self.prepared, self.beginning, result);
        tables.publish(&record)?;
        self.journal.note_tables()?;
        if self.is_complete {
            self.journal.finish()?;
        }
        printer::run_result(&record, &failures, self.arguments);
        if self.arguments.timings {
            printer::lines(&printer::stages(&self.prepared.pipeline.stopwatch().milliseconds(), self.pages_read));
        }
        let status = ExitStatus::of_counts(&record.counts);
        Ok(if self.is_complete { status } else { ExitStatus::Interrupted })
    }
}

fn collect(arguments: &Extract, inputs: &[PathBuf], exclude: &Exclude) -> FileList {
    let outputs = output_folders(arguments);
    let outputs: Vec<&Path> = outputs.iter().map(PathBuf::as_path).collect();
    batch::collect(inputs.iter().cloned(), &outputs, exclude)
}

fn batch_options(arguments: &Extract) -> batch::Options {
    batch::Options {
        threads: threads(arguments),
        scan: scan::Settings {
            limits: Limits { max_pixels: arguments.max_pixels, ..Limits::default() },
            pages: arguments.pages.clone().unwrap_or_default(),
            pdf_password: arguments.pdf_password.clone(),
        },
        max_memory_bytes: arguments.run.max_memory.unwrap_or_else(usual_limit_bytes),
        timeout: arguments.run.timeout,
        settle: arguments.run.settle,
    }
}

fn read_page(
    pipeline: Pipeline,
    pictures: scantally::crop::PictureOptions,
    explainer: Option<Arc<Explainer>>,
) -> Arc<batch::ReadPage> {
    Arc::new(move |scan: &Scan, number: usize| match &explainer {
        Some(explainer) => pipeline
            .record_page(scan, number, &pictures, |page| explainer.read_page(&pipeline, scan.name(), number, page)),
        None => pipeline.read_page_of(scan, number, &pictures),
    })
}

fn add_to_totals(totals: &mut ControlTotals, scan: &ScanRecord) {
    for page in &scan.pages {
        let numbers: &[Number] = &page.numbers;
        totals.add(&scan.row.source, page.page, numbers);
    }
}

/// How many pages are read at the same time.
pub fn threads(arguments: &Extract) -> usize {
    arguments.threads.map_or_else(cores, usize::from)
}
