//! The threads that read jobs: one for jobs that somebody waits for, one for all. They take turns through the database, so that a server
//! that was killed goes on where it was.

use std::collections::HashMap;
use std::path::Path;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError, Weak};
use std::time::Duration;

use anyhow::Context;
use tokio::sync::watch;

use crate::printer;
use crate::web::app::{App, Shared};
use crate::web::jobs::events::Streams;
use crate::web::jobs::turn::{self, Turn};
use crate::web::store::jobs::{self, Job, Kind, State};

/// How often a thread looks for work that nobody told it of.
const LOOK_EVERY: Duration = Duration::from_secs(5);

/// The threads, and what they tell.
pub struct Runner {
    board: Arc<Board>,
    changes: watch::Sender<u64>,
    streams: Streams,
}

#[derive(Default)]
struct Board {
    running: Mutex<HashMap<String, Arc<AtomicBool>>>,
    /// How often threads were told that a job waits: one that looked before it was told looks again.
    calls: Mutex<u64>,
    came: Condvar,
    stopped: AtomicBool,
}

impl Default for Runner {
    fn default() -> Self {
        Self { board: Arc::default(), changes: watch::Sender::new(0), streams: Streams::default() }
    }
}

impl Runner {
    /// Starts the threads.
    pub fn start(&self, app: &App) -> anyhow::Result<()> {
        for (name, wanted) in [("read-lane", Some(Kind::Read)), ("job-lane", None)] {
            let (board, app) = (Arc::clone(&self.board), Arc::downgrade(app));
            std::thread::Builder::new()
                .name(name.to_owned())
                .spawn(move || board.work(&app, wanted))
                .context("the system gives no threads")?;
        }
        Ok(())
    }

    /// Tells the threads that a job waits.
    pub fn wake(&self) {
        self.board.wake();
    }

    /// Ends after the pages under way; jobs go on with the next start.
    pub fn stop(&self) {
        self.board.stopped.store(true, Ordering::Relaxed);
        for interrupted in self.board.running().values() {
            interrupted.store(true, Ordering::Relaxed);
        }
        self.wake();
        self.note_change();
    }

    /// Whether it was told to end; streams to browsers end then, too.
    pub fn is_stopped(&self) -> bool {
        self.board.stopped.load(Ordering::Relaxed)
    }

    /// Stops reading a job that was deleted. Whether it was being read: its folder goes when the pages under way are done.
    pub fn give_up(&self, job_id: &str) -> bool {
        let running = self.board.running();
        running.get(job_id).is_some_and(|interrupted| {
            interrupted.store(true, Ordering::Relaxed);
            true
        })
    }

    /// Tells everybody who watches jobs that something has changed.
    pub fn note_change(&self) {
        self.changes.send_modify(|count| *count += 1);
    }

    /// A receiver that hears of each change.
    pub fn changes(&self) -> watch::Receiver<u64> {
        self.changes.subscribe()
    }

    /// Who listens.
    pub fn streams(&self) -> &Streams {
        &self.streams
    }
}

impl Board {
    fn running(&self) -> MutexGuard<'_, HashMap<String, Arc<AtomicBool>>> {
        self.running.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn calls(&self) -> MutexGuard<'_, u64> {
        self.calls.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn wake(&self) {
        *self.calls() += 1;
        self.came.notify_all();
    }

    /// Takes one turn after the other until the server ends.
    fn work(&self, app: &Weak<Shared>, wanted: Option<Kind>) {
        while !self.stopped.load(Ordering::Relaxed) {
            let Some(app) = app.upgrade() else { return };
            let known = *self.calls();
            match app.store.with_blocking(|db| jobs::take_next(db, wanted)) {
                Ok(Some(job)) => self.take_turn(&app, &job),
                Ok(None) => {
                    drop(app);
                    let waited = self.came.wait_timeout_while(self.calls(), LOOK_EVERY, |calls| *calls == known);
                    drop(waited.unwrap_or_else(PoisonError::into_inner));
                }
                Err(cause) => {
                    printer::remark(&format!("jobs cannot be looked for: {cause}"));
                    std::thread::sleep(LOOK_EVERY);
                }
            }
        }
    }

    /// Reads a part of a job, and notes what comes next for it.
    fn take_turn(&self, app: &App, job: &Job) {
        let interrupted = Arc::new(AtomicBool::new(self.stopped.load(Ordering::Relaxed)));
        self.running().insert(job.id.clone(), Arc::clone(&interrupted));
        app.runner.note_change();
        let read = std::panic::catch_unwind(std::panic::AssertUnwindSafe(|| turn::take(app, job, &interrupted)));
        let outcome = read.unwrap_or_else(|_| Err(anyhow::anyhow!("reading it made the program panic")));
        let state = match outcome {
            // A job that was stopped with the server stays as it is, and is taken up with the next start.
            Ok(Turn::Interrupted) => None,
            Ok(Turn::GoesOn) => Some((State::Queued, String::new())),
            Ok(Turn::Finished) => Some((State::Done, String::new())),
            Err(error) => Some((State::Failed, format!("{error:#}"))),
        };
        if let Some((state, error)) = state {
            let set = app.store.with_blocking(|db| jobs::set_state(db, &job.id, state, &error));
            if let Err(cause) = set {
                printer::remark(&format!("the state of a job cannot be written: {cause}"));
            }
        }
        self.running().remove(&job.id);
        let is_gone = app.store.with_blocking(|db| jobs::by_id(db, &job.id)).is_ok_and(|job| job.is_none());
        if is_gone {
            remove_folder(&app.job_folder(&job.id));
        }
        app.runner.note_change();
        self.wake();
    }
}

/// Removes the folder of a job with all that is in it; what cannot be removed now is removed with the next start.
pub fn remove_folder(folder: &Path) {
    match std::fs::remove_dir_all(folder) {
        Err(cause) if cause.kind() != std::io::ErrorKind::NotFound => {
            printer::remark(&format!("{} cannot be removed: {cause}", folder.display()));
        }
        _ => {}
    }
}
