//! How far a job is, told to its page as server-sent events until the job is over or gone.

use std::collections::HashMap;
use std::convert::Infallible;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use axum::extract::{Path, State};
use axum::response::IntoResponse;
use axum::response::sse::{Event, KeepAlive, Sse};
use futures_util::stream::{self, Stream};
use serde::Serialize;
use tokio::sync::watch;
use tokio::time::sleep;

use crate::web::access::Person;
use crate::web::app::App;
use crate::web::problem::Problem;
use crate::web::store::jobs::{self, Progress, State as JobState};

/// Between two events of a stream: nobody reads faster, and each costs a look into the database.
const LEAST_PAUSE: Duration = Duration::from_millis(500);

/// Streams of one person; browsers open six connections to a server, and pages need some of them.
const MOST_STREAMS: usize = 4;

/// How far a job is.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Standing {
    pub state: JobState,
    /// Why it failed; else empty.
    pub error: String,
    pub progress: Progress,
}

/// How many streams each person has open.
#[derive(Clone, Default)]
pub struct Streams(Arc<Mutex<HashMap<i64, usize>>>);

/// One stream of a person; it counts until it is dropped.
pub struct Listener {
    streams: Streams,
    user_id: i64,
}

impl Streams {
    fn counts(&self) -> MutexGuard<'_, HashMap<i64, usize>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Opens a stream for a person.
    ///
    /// # Errors
    /// 429 if they have too many.
    pub fn open(&self, user_id: i64) -> Result<Listener, Problem> {
        let mut counts = self.counts();
        let count = counts.entry(user_id).or_default();
        if *count >= MOST_STREAMS {
            return Err(Problem::too_often(5));
        }
        *count += 1;
        Ok(Listener { streams: self.clone(), user_id })
    }
}

impl Drop for Listener {
    fn drop(&mut self) {
        let mut counts = self.streams.counts();
        match counts.get_mut(&self.user_id) {
            Some(count) if *count > 1 => *count -= 1,
            _ => {
                counts.remove(&self.user_id);
            }
        }
    }
}

/// The events of a job.
pub async fn stream(
    State(app): State<App>,
    person: Person,
    Path(job): Path<String>,
) -> Result<impl IntoResponse, Problem> {
    let job = person.job(&app, &job).await?;
    let listener = app.runner.streams().open(person.id)?;
    Ok(Sse::new(events(app, job.id, person.id, listener)).keep_alive(KeepAlive::default()))
}

/// What a stream is at.
struct Watch {
    app: App,
    job_id: String,
    user_id: i64,
    changes: watch::Receiver<u64>,
    told: Option<Standing>,
    is_over: bool,
    _listener: Listener,
}

fn events(app: App, job_id: String, user_id: i64, listener: Listener) -> impl Stream<Item = Result<Event, Infallible>> {
    let changes = app.runner.changes();
    let watch = Watch { app, job_id, user_id, changes, told: None, is_over: false, _listener: listener };
    stream::unfold(watch, async |mut watch| {
        let event = watch.next().await?;
        Some((Ok(event), watch))
    })
}

impl Watch {
    /// The next event: a standing that differs from the one told before. The last one says that the job is over, gone, or that the server
    /// ends; the page then looks for itself.
    async fn next(&mut self) -> Option<Event> {
        if self.is_over {
            return None;
        }
        loop {
            if self.told.is_some() {
                let _ = self.changes.changed().await;
                sleep(LEAST_PAUSE).await;
            }
            self.changes.borrow_and_update();
            let standing = if self.app.runner.is_stopped() { None } else { self.standing().await.ok().flatten() };
            let Some(standing) = standing else {
                self.is_over = true;
                return Some(Event::default().event("gone").data("{}"));
            };
            if self.told.as_ref() != Some(&standing) {
                self.is_over = standing.state.is_over();
                self.told = Some(standing.clone());
                return Event::default().event("standing").json_data(standing).ok();
            }
        }
    }

    async fn standing(&self) -> Result<Option<Standing>, Problem> {
        let (id, user_id) = (self.job_id.clone(), self.user_id);
        let found = self.app.store.with(move |db| {
            let Some(job) = jobs::visible(db, &id, user_id)? else { return Ok(None) };
            Ok(Some(Standing { state: job.state, error: job.error, progress: jobs::progress(db, &id)? }))
        });
        found.await
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_person_has_a_few_streams_and_gets_a_closed_one_back() {
        let streams = Streams::default();
        let mut open: Vec<Listener> = (0..MOST_STREAMS).map(|_| streams.open(1).expect("a stream")).collect();
        assert_eq!(streams.open(1).err().map(|problem| problem.status.as_u16()), Some(429));
        assert!(streams.open(2).is_ok());
        open.pop();
        assert!(streams.open(1).is_ok());
        open.clear();
        assert!(streams.counts().is_empty());
    }
}
