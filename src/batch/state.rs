//! What is still to do: files and pages that nobody has begun in, the next job for an idle worker out, within the bounds of memory.

use std::collections::{HashMap, VecDeque};
use std::sync::Arc;
use std::time::{Duration, Instant};

use crate::batch::budget::{Budget, Share};
use crate::batch::open::OpenScan;
use crate::journal::FileStamp;

/// How often a file that does not come to rest is waited for before it is read as it is.
pub(super) const MOST_WAITS: usize = 5;

/// A file that is being read, or will be.
#[derive(Clone, Copy, Debug)]
pub(super) struct Turn {
    /// Its place in the list.
    pub index: usize,
    /// How often it was put off because it was still being written.
    pub waits: usize,
    /// What it was when it was opened.
    pub stamp: Option<FileStamp>,
    /// What the open file takes of the memory.
    pub bytes: u64,
}

/// The pages of an open scan that nobody has begun.
pub(super) struct Unread {
    pub turn: Turn,
    pub open: Arc<OpenScan>,
    /// Among the pages to be read.
    pub next_place: usize,
}

/// What a worker does next.
#[derive(Clone)]
pub(super) enum Job {
    /// A page of an open scan, by its place among those to be read.
    Page { turn: Turn, open: Arc<OpenScan>, place: usize, bytes: u64 },
    /// A file that is to be opened.
    File(Turn),
}

impl Job {
    /// What the job takes of the memory while it is under way; the bytes of an open file are kept beyond that.
    fn share(&self) -> Share {
        match self {
            Job::Page { bytes, .. } => Share::Page(*bytes),
            Job::File(turn) => Share::File(turn.bytes),
        }
    }
}

/// A job under way.
struct Running {
    job: Job,
    since: Instant,
}

/// The work that is left.
pub(super) struct State {
    /// Served first to last, each to its end.
    pub open: VecDeque<Unread>,
    next_file: usize,
    file_count: usize,
    /// Files that are to come to rest first, each with the time from which it may be read.
    waiting: Vec<(Instant, Turn)>,
    running: HashMap<u64, Running>,
    tickets: u64,
    pub budget: Budget,
    pub stopped: bool,
}

/// What there is to do for a worker.
pub(super) enum Next {
    /// This, with the number under which it is known.
    Job(u64, Job),
    /// Nothing at the moment.
    Wait,
    /// Nothing any more.
    Nothing,
}

impl State {
    pub fn new(file_count: usize, max_memory_bytes: u64) -> Self {
        Self {
            open: VecDeque::new(),
            next_file: 0,
            file_count,
            waiting: Vec::new(),
            running: HashMap::new(),
            tickets: 0,
            budget: Budget::new(max_memory_bytes),
            stopped: false,
        }
    }

    /// The next job: a page of the scan opened first, else a file; `page_bytes` and `file_bytes` tell what they will take.
    pub fn next(&mut self, page_bytes: impl Fn(&OpenScan, usize) -> u64, file_bytes: impl Fn(usize) -> u64) -> Next {
        if self.stopped {
            return Next::Nothing;
        }
        if let Some(unread) = self.open.front_mut() {
            let place = unread.next_place;
            let bytes = page_bytes(&unread.open, unread.open.pages()[place]);
            if !self.budget.take(Share::Page(bytes)) {
                return Next::Wait;
            }
            let job = Job::Page { turn: unread.turn, open: Arc::clone(&unread.open), place, bytes };
            unread.next_place += 1;
            if unread.next_place == unread.open.pages().len() {
                self.open.pop_front();
            }
            return self.begin(job);
        }
        match self.next_turn(file_bytes) {
            Some(turn) if self.budget.take(Share::File(turn.bytes)) => {
                self.forget_turn(turn.index);
                self.begin(Job::File(turn))
            }
            None if self.next_file == self.file_count && self.waiting.is_empty() && self.running.is_empty() => {
                Next::Nothing
            }
            _ => Next::Wait,
        }
    }

    /// The file to be opened next: one that has come to rest, else the next of the list.
    fn next_turn(&self, file_bytes: impl Fn(usize) -> u64) -> Option<Turn> {
        let now = Instant::now();
        if let Some((_, turn)) = self.waiting.iter().find(|(from, _)| *from <= now) {
            return Some(Turn { bytes: file_bytes(turn.index), ..*turn });
        }
        let index = self.next_file;
        (index < self.file_count).then(|| Turn { index, waits: 0, stamp: None, bytes: file_bytes(index) })
    }

    fn forget_turn(&mut self, index: usize) {
        if index == self.next_file {
            self.next_file += 1;
        } else {
            self.waiting.retain(|(_, turn)| turn.index != index);
        }
    }

    fn begin(&mut self, job: Job) -> Next {
        self.tickets += 1;
        self.running.insert(self.tickets, Running { job: job.clone(), since: Instant::now() });
        Next::Job(self.tickets, job)
    }

    /// Ends a job; `false` where it was given up before, so that its result counts no more. The memory of an opened file stays taken.
    pub fn end(&mut self, ticket: u64) -> bool {
        let Some(running) = self.running.remove(&ticket) else { return false };
        if let share @ Share::Page(_) = running.job.share() {
            self.budget.give_back(share);
        }
        true
    }

    /// Gives back the memory of a file that is done with.
    pub fn close(&mut self, turn: &Turn) {
        self.budget.give_back(Share::File(turn.bytes));
    }

    /// Puts a file off until it may have come to rest.
    pub fn put_off(&mut self, turn: &Turn, settle: Duration) {
        let turn = Turn { waits: turn.waits + 1, stamp: None, ..*turn };
        self.waiting.push((Instant::now() + settle, turn));
    }

    /// The jobs that have taken longer than `timeout`, which are given up with this.
    pub fn give_up_overdue(&mut self, timeout: Duration) -> Vec<Job> {
        let overdue: Vec<u64> = self
            .running
            .iter()
            .filter(|(_, running)| running.since.elapsed() > timeout)
            .map(|(ticket, _)| *ticket)
            .collect();
        overdue
            .into_iter()
            .filter_map(|ticket| {
                let job = self.running.get(&ticket)?.job.clone();
                self.end(ticket);
                Some(job)
            })
            .collect()
    }
}
