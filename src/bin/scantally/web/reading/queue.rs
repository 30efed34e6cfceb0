//! The queue in front of the readers: work that somebody waits for, done by a few threads; when too much waits, more is refused at once.

use std::collections::VecDeque;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use anyhow::Context;
use axum::extract::Request;
use futures_util::StreamExt;
use scantally::batch::WORKER_NAME;
use tokio::sync::{OwnedSemaphorePermit, Semaphore, oneshot};

use crate::web::problem::Problem;

/// Nested PDF objects are read by recursion; see the worker threads of batches.
const STACK_BYTES: usize = 16 << 20;

/// What takes longer is given up; the thread goes on with it, the person does not wait.
const LONGEST: Duration = Duration::from_secs(120);

/// So long what a refused request brings is let go by, and no more bytes of it.
const LONGEST_LEAVE: Duration = Duration::from_secs(10);
const MOST_LEFT_BYTES: usize = 100 << 20;

type Work = Box<dyn FnOnce() + Send>;

/// A few threads and what waits for them.
pub struct ReadQueue {
    places: Arc<Semaphore>,
    length: usize,
    board: Arc<Board>,
}

#[derive(Default)]
struct Board {
    waiting: Mutex<VecDeque<Work>>,
    came: Condvar,
    /// Work that waits or is under way.
    open: AtomicUsize,
}

/// A place in the queue: whoever has one may send what is to be read.
pub struct Place {
    _permit: OwnedSemaphorePermit,
    board: Arc<Board>,
}

impl ReadQueue {
    /// Starts the threads; `length` requests may have a place at the same time.
    pub fn start(threads: usize, length: usize) -> anyhow::Result<Self> {
        let board = Arc::new(Board::default());
        for number in 0..threads.max(1) {
            let board = Arc::clone(&board);
            std::thread::Builder::new()
                .name(format!("{WORKER_NAME}wanted-{number}"))
                .stack_size(STACK_BYTES)
                .spawn(move || board.work())
                .context("the system gives no threads")?;
        }
        Ok(Self { places: Arc::new(Semaphore::new(length)), length, board })
    }

    /// Takes a place, before the scans of a request are received: bodies that wait take memory, too.
    ///
    /// # Errors
    /// 503 if there is none.
    pub fn enter(&self) -> Result<Place, Problem> {
        let permit = Arc::clone(&self.places).try_acquire_owned().map_err(|_| Problem::busy())?;
        Ok(Place { _permit: permit, board: Arc::clone(&self.board) })
    }

    /// Takes a place for a request. Where there is none, what the request brings is let go by first: else its sender would write into a
    /// connection that is closed already, and see that fail instead of the answer.
    ///
    /// # Errors
    /// 503 if there is no place.
    pub async fn enter_with(&self, request: Request) -> Result<(Place, Request), Problem> {
        match self.enter() {
            Ok(place) => Ok((place, request)),
            Err(problem) => {
                let _ = tokio::time::timeout(LONGEST_LEAVE, let_go_by(request)).await;
                Err(problem)
            }
        }
    }

    /// How many places are taken.
    pub fn taken(&self) -> usize {
        self.length - self.places.available_permits()
    }

    /// Waits while somebody waits for the readers, though no longer than `longest`: batches step back behind people.
    pub fn step_back(&self, longest: Duration) {
        let begun = Instant::now();
        while self.board.open.load(Ordering::Relaxed) > 0 && begun.elapsed() < longest {
            std::thread::sleep(Duration::from_millis(5));
        }
    }
}

/// Receives what a request brings, and keeps nothing.
async fn let_go_by(request: Request) {
    let mut parts = request.into_body().into_data_stream();
    let mut bytes = 0;
    while let Some(Ok(part)) = parts.next().await {
        bytes += part.len();
        if bytes > MOST_LEFT_BYTES {
            return;
        }
    }
}

impl Place {
    /// Does the work on a thread of the readers.
    ///
    /// # Errors
    /// 503 if it takes too long, 500 if it panics.
    pub async fn run<T: Send + 'static>(self, work: impl FnOnce() -> T + Send + 'static) -> Result<T, Problem> {
        let (sender, receiver) = oneshot::channel();
        self.board.open.fetch_add(1, Ordering::Relaxed);
        // The permit goes with the work: a place is taken until the work is done, whoever has gone away meanwhile.
        let Self { _permit: permit, board } = self;
        let counted = Arc::clone(&board);
        board.push(Box::new(move || {
            let done = catch_unwind(AssertUnwindSafe(work));
            counted.open.fetch_sub(1, Ordering::Relaxed);
            drop(permit);
            // Nobody listens any more where the browser has gone away.
            let _ = sender.send(done);
        }));
        match tokio::time::timeout(LONGEST, receiver).await {
            Ok(Ok(Ok(result))) => Ok(result),
            Ok(_) => Err(Problem::internal(&"reading a scan made the program panic")),
            Err(_) => Err(Problem::new(
                axum::http::StatusCode::SERVICE_UNAVAILABLE,
                "Reading this took too long and was given up; send it as a batch, or in parts.",
            )),
        }
    }
}

impl Board {
    fn waiting(&self) -> MutexGuard<'_, VecDeque<Work>> {
        self.waiting.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn push(&self, work: Work) {
        self.waiting().push_back(work);
        self.came.notify_one();
    }

    fn work(&self) {
        loop {
            let mut waiting = self.waiting();
            let work = loop {
                match waiting.pop_front() {
                    Some(work) => break work,
                    None => waiting = self.came.wait(waiting).unwrap_or_else(PoisonError::into_inner),
                }
            };
            drop(waiting);
            work();
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn what_has_no_place_is_refused_and_a_panic_takes_nothing_with_it() {
        let queue = ReadQueue::start(1, 2).expect("threads");
        let (one, two) = (queue.enter().expect("a place"), queue.enter().expect("a place"));
        assert_eq!(queue.enter().err().map(|problem| problem.status.as_u16()), Some(503));
        let refused = queue.enter_with(Request::new("what it brings".into())).await;
        assert_eq!(refused.err().map(|problem| problem.status.as_u16()), Some(503));
        assert_eq!(one.run(|| panic!("a fault")).await.map(|(): ()| 0).expect_err("a panic").status, 500);
        assert_eq!(two.run(|| 7).await, Ok(7));
        assert_eq!(queue.taken(), 0);
    }
}
