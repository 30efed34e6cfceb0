//! The order of work: files in, their outcomes out in the same order, pages shared out among the threads.
//!
//! A worker takes the next page of the scan opened first, else opens the next file. Pixels live in the worker that reads
//! the page; what waits for its turn is rows, and no file is opened far ahead of the first one that is not finished.

use std::collections::{BTreeMap, VecDeque};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc::{Receiver, Sender, channel};
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use crate::batch::open::OpenScan;
use crate::batch::{Ending, FileOutcome, FoundFile, Progress, ReadPage};
use crate::error::Result;
use crate::scan::Settings;

/// How many files may be begun behind the first unfinished one: while one long scan is read on one thread, the rows of
/// this many others may wait in memory, some kilobytes each.
const FILES_AHEAD: usize = 1024;

/// How often an idle worker looks whether the batch was interrupted.
const IDLE_WAIT: Duration = Duration::from_millis(50);

/// What is to be read, and how.
pub(super) struct Work<'a> {
    pub files: &'a [FoundFile],
    pub read_page: &'a ReadPage<'a>,
    pub settings: &'a Settings,
    pub progress: &'a dyn Progress,
    pub interrupted: &'a AtomicBool,
}

/// Reads everything on the threads of `pool`; `sink` runs on the calling thread.
pub(super) fn run(
    pool: &rayon::ThreadPool,
    work: &Work<'_>,
    sink: &mut dyn FnMut(FileOutcome) -> Result<()>,
) -> Result<Ending> {
    let board = Board::default();
    let (sender, receiver) = channel();
    pool.in_place_scope(|scope| {
        // One loop a thread, tied to its thread: a loop that a waiting page stole could wait for that very page.
        scope.spawn_broadcast(|_, _| board.work_through(work, &sender));
        let _stop = StopAtEnd(&board);
        board.deliver(&receiver, work, pool.current_num_threads(), sink)
    })
}

/// What workers tell the calling thread.
enum Message {
    Finished(usize, FileOutcome),
    WorkerEnded,
}

/// Tells that its worker has ended, also when it ended by a panic.
struct EndOfWorker<'a>(&'a Sender<Message>);

impl Drop for EndOfWorker<'_> {
    fn drop(&mut self) {
        // Nobody listens any more only where the calling thread is gone too.
        let _ = self.0.send(Message::WorkerEnded);
    }
}

/// Stops the workers when nobody takes their outcomes any more, also where the sink panicked.
struct StopAtEnd<'a>(&'a Board);

impl Drop for StopAtEnd<'_> {
    fn drop(&mut self) {
        self.0.state().stopped = true;
        self.0.changed.notify_all();
    }
}

/// The pages of an open scan that nobody has begun.
struct Unread {
    index: usize,
    open: Arc<OpenScan>,
    next_page: usize,
}

enum Job {
    Page { index: usize, open: Arc<OpenScan>, page: usize },
    File(usize),
}

#[derive(Default)]
struct State {
    /// Served first to last, each to its end.
    open: VecDeque<Unread>,
    next_file: usize,
    /// Files being opened: each may yet bring pages for idle workers.
    opening: usize,
    /// How many outcomes the sink has had.
    delivered: usize,
    stopped: bool,
}

impl State {
    fn next_page(&mut self) -> Option<Job> {
        let unread = self.open.front_mut()?;
        let job = Job::Page { index: unread.index, open: Arc::clone(&unread.open), page: unread.next_page };
        unread.next_page += 1;
        if unread.next_page > unread.open.page_count() {
            self.open.pop_front();
        }
        Some(job)
    }
}

/// Where the workers take their work from.
#[derive(Default)]
struct Board {
    state: Mutex<State>,
    changed: Condvar,
}

impl Board {
    fn state(&self) -> MutexGuard<'_, State> {
        // The state is changed by whole steps only; a panic elsewhere leaves nothing half done.
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn work_through(&self, work: &Work<'_>, sender: &Sender<Message>) {
        let _end = EndOfWorker(sender);
        while let Some(job) = self.take(work) {
            let (index, outcome) = match job {
                Job::Page { index, open, page } => {
                    let outcome = open.read_page(page, work.read_page);
                    work.progress.page_finished(open.source());
                    (index, outcome)
                }
                Job::File(index) => (index, self.begin_file(work, index)),
            };
            if let Some(outcome) = outcome {
                let _ = sender.send(Message::Finished(index, outcome));
            }
        }
    }

    /// The next thing to do; waits where there is nothing to do yet, `None` where there will be nothing any more.
    fn take(&self, work: &Work<'_>) -> Option<Job> {
        let mut state = self.state();
        loop {
            if state.stopped || work.interrupted.load(Ordering::Relaxed) {
                return None;
            }
            if let Some(job) = state.next_page() {
                return Some(job);
            }
            let all_begun = state.next_file == work.files.len();
            if !all_begun && state.next_file < state.delivered + FILES_AHEAD {
                state.next_file += 1;
                state.opening += 1;
                return Some(Job::File(state.next_file - 1));
            }
            if all_begun && state.opening == 0 {
                return None;
            }
            let (guard, _) = self.changed.wait_timeout(state, IDLE_WAIT).unwrap_or_else(PoisonError::into_inner);
            state = guard;
        }
    }

    /// Opens a file and offers its pages; the outcome where there are no pages to read.
    fn begin_file(&self, work: &Work<'_>, index: usize) -> Option<FileOutcome> {
        let opened = OpenScan::open(&work.files[index], work.settings);
        let mut state = self.state();
        state.opening -= 1;
        self.changed.notify_all();
        opened.map(|open| state.open.push_back(Unread { index, open: Arc::new(open), next_page: 1 })).err()
    }

    /// Hands the outcomes on in order until all workers have ended.
    fn deliver(
        &self,
        receiver: &Receiver<Message>,
        work: &Work<'_>,
        workers: usize,
        sink: &mut dyn FnMut(FileOutcome) -> Result<()>,
    ) -> Result<Ending> {
        let mut waiting = BTreeMap::new();
        let mut result = Ok(());
        let mut next = 0;
        let mut running = workers;
        while running > 0 {
            match receiver.recv() {
                Ok(Message::Finished(index, outcome)) => {
                    work.progress.file_finished(&outcome);
                    waiting.insert(index, outcome);
                }
                Ok(Message::WorkerEnded) => running -= 1,
                Err(_) => break,
            }
            while let Some(outcome) = waiting.remove(&next) {
                next += 1;
                result = result.and_then(|()| sink(outcome));
            }
            let mut state = self.state();
            state.delivered = next;
            state.stopped |= result.is_err();
            self.changed.notify_all();
        }
        // After an interruption there are gaps; what lies behind them is finished all the same.
        let complete = next == work.files.len();
        result?;
        waiting.into_values().try_for_each(sink)?;
        Ok(if complete { Ending::Complete } else { Ending::Interrupted })
    }
}
