//! The order of work: files in, their outcomes out as they are finished, pages shared out among the threads.
//!
//! A worker takes the next page of the scan opened first, else opens the next file. Pixels live in the worker that reads the page. A worker
//! whose job takes too long is left to itself, and another one takes its place: a thread cannot be stopped from outside.

use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc::{Receiver, Sender, channel};
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use crate::batch::budget::PAGE_BYTES_PER_PIXEL;
use crate::batch::open::{OpenScan, failed, is_fresh, overdue};
use crate::batch::state::{Job, MOST_WAITS, Next, State, Turn, Unread};
use crate::batch::{Claims, Ending, FoundFile, Options, Outcome, Progress, ReadPage, Task, WORKER_NAME};
use crate::error::{Error, Result};
use crate::table::{FileStatus, PageRecord, ScanRecord};

/// How often the calling thread looks for an interruption and for jobs that take too long, and an idle worker for files that have come to rest.
const LOOK_EVERY: Duration = Duration::from_millis(20);

/// Nested PDF objects are read by recursion; the 2 MB that Rust gives a thread are little for that, and untouched
/// stack costs no memory.
const WORKER_STACK_BYTES: usize = 16 << 20;

/// What a page counts as that does not tell its size before it is decoded: A4 at 300 dots an inch.
const USUAL_PAGE_PX: u64 = 2480 * 3508;

/// What is to be read, and how.
pub(super) struct Work {
    pub files: Vec<FoundFile>,
    pub read_page: Arc<ReadPage>,
    pub claims: Arc<Claims>,
    pub options: Options,
}

/// What workers tell the calling thread.
enum Message {
    PageFinished(String),
    FileFinished(Outcome),
    WorkerEnded,
}

/// What all workers share.
struct Board {
    work: Work,
    state: Mutex<State>,
    changed: Condvar,
}

/// Reads everything; `sink` runs on the calling thread.
pub(super) fn run(
    work: Work,
    progress: &dyn Progress,
    interrupted: &AtomicBool,
    sink: &mut dyn FnMut(Outcome) -> Result<()>,
) -> Result<Ending> {
    let threads = threads_within(&work.options);
    let state = Mutex::new(State::new(work.files.len(), work.options.max_memory_bytes));
    let board = Arc::new(Board { work, state, changed: Condvar::new() });
    let (sender, receiver) = channel();
    let _stop = StopAtEnd(&board);
    for _ in 0..threads {
        start_worker(&board, &sender).map_err(|reason| Error::Threads { threads, reason })?;
    }
    Delivery { board: &board, sender, receiver, workers: threads, delivered: 0 }.run(progress, interrupted, sink)
}

/// As many workers as were asked for, but no more than pages of the usual size fit into the memory: each worker keeps the buffers of its last
/// page for the next one (eight workers with room for two pages took 245 MB, two took 105 MB).
fn threads_within(options: &Options) -> usize {
    let pages = options.max_memory_bytes / (USUAL_PAGE_PX * PAGE_BYTES_PER_PIXEL);
    options.threads.min(usize::try_from(pages).unwrap_or(usize::MAX)).max(1)
}

/// Stops the workers when nobody takes their outcomes any more, also where the sink panicked.
struct StopAtEnd<'a>(&'a Board);

impl Drop for StopAtEnd<'_> {
    fn drop(&mut self) {
        self.0.state().stopped = true;
        self.0.changed.notify_all();
    }
}

fn start_worker(board: &Arc<Board>, sender: &Sender<Message>) -> std::result::Result<(), String> {
    static STARTED: std::sync::atomic::AtomicUsize = std::sync::atomic::AtomicUsize::new(0);
    let (board, sender) = (Arc::clone(board), sender.clone());
    std::thread::Builder::new()
        .name(format!("{WORKER_NAME}{}", STARTED.fetch_add(1, Ordering::Relaxed)))
        .stack_size(WORKER_STACK_BYTES)
        .spawn(move || {
            let mut end = EndOfWorker { sender: &sender, is_given_up: false };
            end.is_given_up = board.work_through(&sender);
        })
        .map(drop)
        .map_err(|cause| cause.to_string())
}

/// Tells that its worker has ended, also when it ended by a panic; one that was given up is not counted any more.
struct EndOfWorker<'a> {
    sender: &'a Sender<Message>,
    is_given_up: bool,
}

impl Drop for EndOfWorker<'_> {
    fn drop(&mut self) {
        if !self.is_given_up {
            // Nobody listens any more only where the calling thread is gone too.
            let _ = self.sender.send(Message::WorkerEnded);
        }
    }
}

impl Board {
    fn state(&self) -> MutexGuard<'_, State> {
        // The state is changed by whole steps only; a panic elsewhere leaves nothing half done.
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Works until nothing is left, or a job has taken so long that this worker was given up: then `true`.
    fn work_through(&self, sender: &Sender<Message>) -> bool {
        while let Some((ticket, job)) = self.take() {
            let goes_on = match job {
                Job::File(turn) => self.open_file(ticket, turn, sender),
                Job::Page { turn, open, place, .. } => {
                    let result = open.read_page(open.pages()[place], &*self.work.read_page);
                    self.state().end(ticket) && {
                        self.keep_page(&turn, &open, place, result, sender);
                        true
                    }
                }
            };
            self.changed.notify_all();
            if !goes_on {
                return true;
            }
        }
        false
    }

    /// The next thing to do; waits where there is nothing to do yet, `None` where there will be nothing any more.
    fn take(&self) -> Option<(u64, Job)> {
        let file_bytes = |index: usize| match &self.work.files[index].task {
            Task::Read => self.work.files[index].stamp().map_or(0, |stamp| stamp.size),
            Task::Report { .. } => 0,
        };
        let page_bytes = |open: &OpenScan, page: usize| {
            open.page_pixels(page).unwrap_or(USUAL_PAGE_PX).saturating_mul(PAGE_BYTES_PER_PIXEL)
        };
        let mut state = self.state();
        loop {
            match state.next(page_bytes, file_bytes) {
                Next::Job(ticket, job) => return Some((ticket, job)),
                Next::Nothing => return None,
                Next::Wait => {
                    let (guard, _) =
                        self.changed.wait_timeout(state, LOOK_EVERY).unwrap_or_else(PoisonError::into_inner);
                    state = guard;
                }
            }
        }
    }

    /// Opens a file and offers its pages; whether this worker goes on.
    fn open_file(&self, ticket: u64, turn: Turn, sender: &Sender<Message>) -> bool {
        let file = &self.work.files[turn.index];
        let stamp = if file.task == Task::Read { file.stamp() } else { None };
        let turn = Turn { stamp, ..turn };
        let opened = OpenScan::open(file, &self.work.options.scan, &self.work.claims);
        let mut state = self.state();
        if !state.end(ticket) {
            return false;
        }
        match opened {
            Ok(open) => state.open.push_back(Unread { turn, open: Arc::new(open), next_place: 0 }),
            Err(scan) => {
                drop(state);
                self.finish(&turn, scan, sender);
            }
        }
        true
    }

    /// Keeps the result of a page, and finishes its file if it was the last one.
    fn keep_page(
        &self,
        turn: &Turn,
        open: &OpenScan,
        place: usize,
        result: Result<PageRecord>,
        sender: &Sender<Message>,
    ) {
        let _ = sender.send(Message::PageFinished(open.source().to_owned()));
        if let Some(scan) = open.keep(place, result) {
            self.finish(turn, scan, sender);
        }
    }

    /// Hands on what came of a file, or puts the file off if it was still being written.
    fn finish(&self, turn: &Turn, scan: ScanRecord, sender: &Sender<Message>) {
        let file = &self.work.files[turn.index];
        let mut state = self.state();
        state.close(turn);
        let settle = self.work.options.settle;
        let is_unsettled = file.task == Task::Read
            && turn.waits < MOST_WAITS
            && turn.stamp.is_some_and(|stamp| {
                let is_suspicious = scan.row.status == FileStatus::Failed && is_fresh(&stamp, settle);
                is_suspicious || file.stamp().is_some_and(|now| now != stamp)
            });
        if is_unsettled && !settle.is_zero() {
            return state.put_off(turn, settle);
        }
        drop(state);
        let _ = sender.send(Message::FileFinished(Outcome { index: turn.index, scan, stamp: turn.stamp }));
    }

    /// Gives up jobs that take too long; how many workers were left to themselves with them.
    fn give_up_overdue(&self, sender: &Sender<Message>) -> usize {
        let timeout = self.work.options.timeout;
        let overdue_jobs = self.state().give_up_overdue(timeout);
        for job in &overdue_jobs {
            match job {
                Job::Page { turn, open, place, .. } => {
                    let named = (open.pages().len() > 1).then_some(open.pages()[*place]);
                    self.keep_page(turn, open, *place, Err(overdue(open.source(), named, timeout)), sender);
                }
                Job::File(turn) => {
                    let source = &self.work.files[turn.index].source;
                    self.finish(turn, failed(source, &overdue(source, None, timeout), None), sender);
                }
            }
        }
        overdue_jobs.len()
    }
}

/// The calling thread's part: outcomes in from the workers, handed on to the sink; and the watch over them.
struct Delivery<'a> {
    board: &'a Arc<Board>,
    sender: Sender<Message>,
    receiver: Receiver<Message>,
    workers: usize,
    delivered: usize,
}

impl Delivery<'_> {
    fn run(
        mut self,
        progress: &dyn Progress,
        interrupted: &AtomicBool,
        sink: &mut dyn FnMut(Outcome) -> Result<()>,
    ) -> Result<Ending> {
        while self.workers > 0 {
            if let Ok(message) = self.receiver.recv_timeout(LOOK_EVERY) {
                self.take(message, progress, sink)?;
            }
            if interrupted.load(Ordering::Relaxed) {
                self.board.state().stopped = true;
                self.board.changed.notify_all();
            }
            for _ in 0..self.board.give_up_overdue(&self.sender) {
                // The worker that was left to itself counts as ended, and a new one takes its place.
                if start_worker(self.board, &self.sender).is_err() {
                    self.workers -= 1;
                }
            }
        }
        // What the last workers told before they ended.
        while let Ok(message) = self.receiver.try_recv() {
            self.take(message, progress, sink)?;
        }
        let complete = self.delivered == self.board.work.files.len();
        Ok(if complete { Ending::Complete } else { Ending::Interrupted })
    }

    fn take(
        &mut self,
        message: Message,
        progress: &dyn Progress,
        sink: &mut dyn FnMut(Outcome) -> Result<()>,
    ) -> Result<()> {
        match message {
            Message::PageFinished(source) => progress.page_finished(&source),
            Message::FileFinished(outcome) => {
                progress.file_finished(&outcome.scan);
                self.delivered += 1;
                sink(outcome)?;
            }
            Message::WorkerEnded => self.workers = self.workers.saturating_sub(1),
        }
        Ok(())
    }
}
